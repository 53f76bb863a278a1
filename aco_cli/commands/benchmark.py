"""`aco benchmark`: the updated benchmark of every ACO, from expenditures by enrollment type."""

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command


@command
def benchmark(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.ChosenRows,
    table: o.TableOutput,
    session: o.StrictSession,
    reference: o.ReferenceOption = None,
    prior: o.PriorOption = None,
) -> None:
    """Compute historical and updated benchmarks from expenditures.

    Historical benchmark, adjustments, risk adjustment and update, for agreements that start from 2012 on. The
    roster says when an agreement starts (agreement_start) and its number (agreement_period).

    \b
    aco benchmark 2022 roster.csv --expenditures expenditures.parquet \\
        --reference reference.csv
    """
    found = aco.benchmark(files, years, run=session, **rows.selection(reference=reference, prior=prior))
    session.write(found.table, "benchmark", table)
