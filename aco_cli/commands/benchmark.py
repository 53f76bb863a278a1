"""`aco benchmark`: the updated benchmark of every ACO, from expenditures by enrollment type."""

from __future__ import annotations

from aco_cli.commands import options as o
from aco_cli.commands.call import Call, command


@command
def benchmark(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.Rows,
    table: o.Table,
    messages: o.Strict,
    call: Call,
    reference: o.ReferenceOption = None,
) -> None:
    """Expenditures to benchmark, per ACO and year.

    Historical benchmark, adjustments, risk adjustment and update, for agreements that start from 2012 to 2025. The
    roster says when an agreement starts (agreement_start) and its number (agreement_period).

    \b
    aco benchmark 2022 roster.csv --expenditures expenditures.parquet --reference reference.csv
    """
    from aco_cli.api import calls as api
    from aco_cli.commands.session import Session, selection
    from aco_cli.outputs.columns import output_columns

    session = Session(messages, call)
    found = api.benchmark(files, years, run=session, **selection(rows, reference=reference))
    session.write(found.table, output_columns("benchmark"), table)
    session.finish()
