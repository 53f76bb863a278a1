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
    from aco_cli.commands.roster import read_roster, roster_column, settle_roster
    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.outputs.columns import column_names, output_columns

    session = Session(messages, call)
    book = rule_book(rows.rules)
    frame = read_roster(session, Request(years, files, rows), book, quality, reference)
    asked = [name for item in table.columns or () for name in item.split(",")]
    names = column_names("settle")
    others = [name for name in asked if name in frame and name not in names]
    settled = settle_roster(session, frame, book, (*names, *others))
    session.write(settled, output_columns("settle"), table, [roster_column(name) for name in others])
    session.finish()
