"""`aco expenditures`: per capita expenditures and risk scores from claims."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command


def _files(name: str, words: str, kinds: str = "CSV or Parquet, a folder or a pattern; ") -> Any:
    return typer.Option(name, metavar="FILE", help=f"{words}; {kinds}repeatable.")


@command
def expenditures(
    years: o.YearsArgument,
    claims: Annotated[list[str], _files("--claims", "Claims and claim lines")],
    enrollment: Annotated[list[str], _files("--enrollment", "A row per beneficiary and month")],
    assignment: Annotated[list[str], _files("--assignment", "Assigned beneficiaries by ACO and period")],
    output: o.Output,
    messages: o.Strict,
    reference: Annotated[
        list[str] | None, _files("--reference", "CMS's thresholds and mean risk scores by year and type", "")
    ] = None,
    county_ffs: Annotated[list[str] | None, _files("--county-ffs", "CMS's county expenditures of a year", "")] = None,
    national: Annotated[
        list[str] | None,
        _files("--national", "Assignable beneficiaries, for thresholds and mean scores that --reference lacks"),
    ] = None,
    rules: o.RulesOption = None,
    engine: Annotated[
        Literal["duckdb", "spark"], typer.Option("--engine", help="What adds up: here, or on a cluster.")
    ] = "duckdb",
    master: Annotated[
        str, typer.Option("--master", metavar="URL", help="Spark's cluster: local[2], spark://..., yarn.")
    ] = "local[*]",
    memory: Annotated[str, typer.Option("--memory", metavar="SIZE", help="Memory for the tables.")] = "4GB",
    temp: Annotated[
        str | None, typer.Option("--temp", metavar="DIR", help="Folder for what does not fit into memory.")
    ] = None,
) -> None:
    """Claims to expenditures, by ACO, period and enrollment type.

    Person years, per capita expenditure, renormalised risk score, and with --county-ffs the regional expenditure and
    national weight: what `aco benchmark` reads.

    \b
    aco expenditures 2018 --claims claims.parquet --enrollment enrollment.parquet \\
        --assignment assignment.parquet --reference reference.csv -o expenditures.parquet
    """
    from aco_cli.api import expenditures as api
    from aco_cli.commands.session import Session
    from aco_cli.outputs.columns import output_columns

    session = Session(messages)
    found = api.expenditures(
        years,
        claims=claims,
        enrollment=enrollment,
        assignment=assignment,
        reference=reference,
        county_ffs=county_ffs,
        national=national,
        rules=rules,
        engine=engine,
        master=master,
        memory=memory,
        temp=temp,
        run=session,
    )
    session.write(found.table, output_columns("expenditures"), output)
    session.finish()
