"""`aco explain`: the worksheet of one ACO's year."""

from __future__ import annotations

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command


@command
def explain(
    aco_id: Annotated[str, typer.Argument(metavar="ACO_ID", help="The ACO, by its id.")],
    year: Annotated[str, typer.Argument(metavar="YEAR", help="The performance year.")],
    files: o.FilesArgument,
    sources: o.Sources,
    output: o.Output,
    messages: o.Strict,
    rules: o.RulesOption = None,
    quality: o.QualityOption = None,
    reference: o.ReferenceOption = None,
) -> None:
    """One ACO's worksheet, line by line.

    How far it is to the thresholds and what they are worth; then each line of the settlement with CMS's letter, value,
    formula with its numbers, citation and status. With --reference the benchmark comes before it, with --quality the
    measures behind the score come after it.

    \b
    aco explain A67373 2014 roster.csv
    aco explain A67373 2014 roster.csv --format markdown
    aco explain A1001 2018 puf_2018.csv --quality puf_2018.csv
    aco explain S2001 2022 roster.csv --expenditures expenditures.csv --reference reference.csv
    """
    from dataclasses import asdict

    import pandas as pd

    from aco_cli.commands.roster import read_roster, with_benchmark_notes
    from aco_cli.commands.session import Request, Session, only, rule_book
    from aco_cli.commands.workbook import read_evidence
    from aco_cli.commands.worksheet_columns import WORKSHEET_COLUMNS
    from aco_cli.engine.distances import distances
    from aco_cli.engine.outcome import Outcome
    from aco_cli.engine.settle import settle
    from aco_cli.errors import UsageError
    from aco_cli.inputs.years import Years
    from aco_cli.outputs.distance_rows import distance_rows
    from aco_cli.outputs.worksheet import Entry, worksheet

    asked = Years.parse(year).single
    if asked is None:
        raise UsageError(f"explain shows one performance year, found {year}")
    session = Session(messages)
    book = rule_book(rules)
    chosen = o.Rows(**vars(sources), rules=rules)
    frame = read_roster(session, Request(year, files, chosen), book, reference=reference)
    rows = only(frame, "aco_id", [aco_id])
    own = rows[rows["performance_year"] == asked]  # an earlier year may be settled together with it
    row = (rows if own.empty else own).head(1).reset_index(drop=True)
    measures: list[Entry] = []
    if quality:
        from aco_cli.commands.rates import explain_quality

        row, measures = explain_quality(session, row, Request(year, quality, o.Rows(rules=rules)), book)
    first = row.iloc[0]
    session.log.note(f"{first['aco_id']} {first.get('aco_name', '')}: {first['program']} {first['track']}, {year}")
    settled = settle(row, book, ("outcome", "notes"))
    if notes := with_benchmark_notes(settled["notes"], row).iloc[0]:
        is_warning = settled["outcome"].iloc[0] == Outcome.NOT_CALCULABLE or "rests on " in notes  # as in `settle`
        (session.warn if is_warning else session.log.note)(notes)
    lines = [*distance_rows(distances(row, book)), *worksheet(row, book, read_evidence(chosen, reference)), *measures]
    session.write(pd.DataFrame([asdict(entry) for entry in lines]), WORKSHEET_COLUMNS, output)
    session.finish()
