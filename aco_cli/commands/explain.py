"""`aco explain`: the worksheet of one ACO's years."""

import sys
from typing import Annotated

import typer

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command
from aco_cli.commands.changes import ChangeOptions
from aco_cli.outputs.formats import Format, choose_format


@command
def explain(
    aco_id: Annotated[str, typer.Argument(metavar="ACO_ID", help="The ACO, by its id; not needed with CMS's report.")],
    year: Annotated[str | None, typer.Argument(metavar="YEAR", help="A performance year, or several: 2021-2024, all.")],
    files: o.FilesArgument,
    sources: o.Sources,
    changes: ChangeOptions,
    output: o.Output,
    session: o.StrictSession,
    rules: o.RulesOption = None,
    quality: o.QualityOption = None,
    reference: o.ReferenceOption = None,
    prior: o.PriorOption = None,
    everything: Annotated[bool, o.flag("--all", "On a terminal, every line, also those that do not apply.")] = False,
) -> None:
    """Explain one ACO's settlement: the answer in a sentence, then the lines it follows from.

    On a terminal, and with --format table: the answer, the lines that apply with CMS's letters and their numbers, and
    how far the ACO is from each threshold. Several years, or --set, --rule and --scenario, stand side by side. CSV and
    JSON have every line with formula, citation and status. With --reference the benchmark comes before the lines, with
    --quality the measures behind the score come after them.

    \b
    aco explain A67373 2014 roster.csv
    aco explain A1540 2021-2022 puf_2021.csv puf_2022.csv
    aco explain A67373 2014 roster.csv --set quality_score=1
    aco explain A1001 2018 puf_2018.csv --quality puf_2018.csv
    aco explain P.A9901.ACO.STLMT.Y2022.xlsx
    """
    selection = sources.selection(rules=rules, quality=quality, reference=reference, prior=prior)
    found = aco.explain(files, aco_id, year, run=session, **selection, **vars(changes))
    target = None if output.output == "-" else output.output
    form = choose_format(output.format, target, terminal=target is None and sys.stdout.isatty())
    if form is not Format.TABLE or output.columns:
        session.write(found.table, "explain", output)
        return
    from aco_cli.outputs.worksheet_text import WIDTH, terminal_width, worksheet_text

    width = WIDTH if target else terminal_width()
    session.print(worksheet_text(found.table, found.answers, width, everything=everything), target)
