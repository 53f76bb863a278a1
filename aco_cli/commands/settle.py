"""`aco settle`: every ACO's settlement, one row per ACO and performance year."""

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command


@command
def settle(
    years: o.YearsArgument, files: o.FilesArgument, rows: o.SettledRows, table: o.TableOutput, session: o.StrictSession
) -> None:
    """Compute each ACO's shared savings payment or loss repayment.

    One row per ACO and performance year. An ACO that cannot be settled stays, as not-calculable, with the reason.

    \b
    aco settle 2014 roster.csv
    aco settle 2014 roster.csv -o settlement.xlsx --manifest
    aco settle 2014 roster.csv --columns aco_id,outcome,settlement
    aco settle 2014-2024 puf_*.csv --aco A1540 --sort performance_year
    aco settle 2018 puf_2018.csv --quality puf_2018.csv
    aco settle 2022 roster.csv --expenditures expenditures.parquet \\
        --reference reference.csv
    zcat roster.csv.gz | aco settle 2014 - --format json
    """
    from aco_cli.api.selection import names

    asked = names(table.columns)
    found = aco.settle(files, years, columns=asked, run=session, **rows.selection())
    session.write(found.table, "settle", table, also=asked)
