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
    import pandas as pd

    from aco_cli.commands.benchmarks import read_and_compute
    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.outputs.columns import output_columns

    session = Session(messages, call)
    book = rule_book(rows.rules)
    roster, computed = read_and_compute(session, Request(years, files, rows), reference or (), book)
    names = [name for name in ("aco_id", "aco_name", "performance_year") if name in roster]
    result = pd.concat([roster[names], computed], axis=1)
    session.write(result, output_columns("benchmark"), table)
    if unknown := int(result["benchmark_total"].isna().sum()):
        session.warn(f"{unknown:,} of {len(result):,} benchmarks are not calculable; column notes says what is missing")
    session.finish()
