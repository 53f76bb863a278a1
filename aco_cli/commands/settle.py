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
    from aco_cli.api import calls as api
    from aco_cli.api.selection import names
    from aco_cli.commands.session import Session, selection
    from aco_cli.outputs.columns import column_names, output_columns, roster_column

    session = Session(messages, call)
    asked = names(table.columns)
    found = api.settle(files, years, columns=asked, run=session, **selection(rows, quality, reference))
    others = [roster_column(name) for name in asked if name in found.table and name not in column_names("settle")]
    session.write(found.table, output_columns("settle"), table, others)
    session.finish()
