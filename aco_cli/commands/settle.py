"""`aco settle`: every ACO's settlement, one row per ACO and performance year."""

from __future__ import annotations

from aco_cli.commands import options as o
from aco_cli.commands.call import Call, command


@command
def settle(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.Rows,
    table: o.Table,
    messages: o.Strict,
    call: Call,
    quality: o.QualityOption = None,
    reference: o.ReferenceOption = None,
) -> None:
    """Settle every ACO: bonus or repayment.

    One row per ACO and performance year, for the years asked.

    \b
    aco settle 2014 roster.csv
    aco settle 2014 roster.csv -o settlement.xlsx --manifest
    aco settle 2014 roster.csv --expenditures totals.parquet --columns aco_id,outcome,settlement --sort -settlement
    aco settle 2018 puf_2018.csv --quality puf_2018.csv
    aco settle 2022 roster.csv --expenditures expenditures.parquet --reference reference.csv
    zcat roster.csv.gz | aco settle 2014 - --format json
    """
    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.commands.settlement_columns import NAMES, SETTLEMENT_COLUMNS, roster_column
    from aco_cli.engine.deferral import note_net_amounts
    from aco_cli.engine.outcome import Outcome
    from aco_cli.engine.settle import settle as settle_frame

    session = Session(messages, call)
    book = rule_book(rows.rules)
    if reference:
        from aco_cli.commands.benchmarks import read_with_benchmark

        frame = read_with_benchmark(session, Request(years, files, rows), reference, book)
    else:
        frame = session.read(Request(years, files, rows))
    if quality:
        from aco_cli.commands.rates import bring_scores

        frame = bring_scores(session, frame, Request(years, quality, rows))
    asked = [name for item in table.columns or () for name in item.split(",")]
    others = [name for name in asked if name in frame and name not in NAMES]
    with session.busy("settling", rows=len(frame)) as progress:
        settled = note_net_amounts(settle_frame(frame, book, (*NAMES, *others), progress=progress), frame)
    if reference:
        settled["notes"] = frame["benchmark_notes"].str.cat(settled["notes"], sep="; ").str.strip("; ")
    session.settled(settled["outcome"])
    session.write(settled, SETTLEMENT_COLUMNS, table, [roster_column(name) for name in others])
    if unsettled := int((settled["outcome"] == Outcome.NOT_CALCULABLE).sum()):
        session.warn(f"{unsettled:,} of {len(settled):,} rows are not-calculable; column notes says why")
    if uncertain := int(settled["notes"].str.contains("rests on ", regex=False).sum()):
        session.warn(f"{uncertain:,} settlements rest on rule values that are not published; column notes says which")
    session.finish()
