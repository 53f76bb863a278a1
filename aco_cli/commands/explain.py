"""`aco explain`: the worksheet of one ACO's year."""

from typing import Annotated

import typer

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command


@command
def explain(
    aco_id: Annotated[str, typer.Argument(metavar="ACO_ID", help="The ACO, by its id; not needed with CMS's report.")],
    year: Annotated[str | None, typer.Argument(metavar="YEAR", help="The performance year.")],
    files: o.FilesArgument,
    sources: o.Sources,
    output: o.Output,
    session: o.StrictSession,
    rules: o.RulesOption = None,
    quality: o.QualityOption = None,
    reference: o.ReferenceOption = None,
    prior: o.PriorOption = None,
) -> None:
    """One ACO's worksheet, line by line.

    How far it is to the thresholds and what they are worth; then each line of the settlement with CMS's letter, value,
    formula with its numbers, citation and status. With --reference the benchmark comes before it, with --quality the
    measures behind the score come after it.

    \b
    aco explain A67373 2014 roster.csv
    aco explain A67373 2014 roster.csv --format markdown
    aco explain A1001 2018 puf_2018.csv --quality puf_2018.csv
    aco explain P.A9901.ACO.STLMT.Y2022.xlsx
    aco explain S2001 2022 roster.csv --expenditures expenditures.csv \\
        --reference reference.csv
    """
    selection = sources.selection(rules=rules, quality=quality, reference=reference, prior=prior)
    found = aco.explain(files, aco_id, year, run=session, **selection)
    session.write(found.table, "explain", output)
