"""`aco reconcile`: recomputed settlements against published ones."""

from __future__ import annotations

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import Call, command


@command
def reconcile(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.Rows,
    table: o.Table,
    messages: o.Strict,
    call: Call,
    published: Annotated[
        list[str] | None,
        typer.Option("--published", metavar="FILE", help="Published settlements, if not in FILE; repeatable."),
    ] = None,
    quality: o.QualityOption = None,
    by_year: Annotated[bool, typer.Option("--by-year", help="Only the summary by performance year.")] = False,
) -> None:
    """Recomputed against published settlements.

    Each is exact, within rounding, explained or unexplained; with --quality FILE, quality scores from the rates in
    FILE instead of settlements. The rows go to standard output, a summary by year to
    standard error; exit code 1 if anything is unexplained.

    \b
    aco reconcile 2014 puf_2014.csv
    aco reconcile 2014-2023 puf_*.csv --by-year
    aco reconcile 2014 roster.csv --published puf_2014.csv
    aco reconcile 2018 puf_2018.csv --quality puf_2018.csv
    """
    from aco_cli.api import calls as api
    from aco_cli.commands.session import Session, selection
    from aco_cli.engine.reconcile import Verdict
    from aco_cli.errors import UsageError
    from aco_cli.outputs.columns import output_columns

    if quality and by_year:
        raise UsageError("--by-year is of settlements: with --quality the summary by year is on standard error")
    session = Session(messages, call)
    found = api.reconcile(files, years, published=published, run=session, **selection(rows, quality))
    if by_year:
        session.write(found.totals, output_columns("reconcile --by-year"), table)
    else:
        session.write(found.table, output_columns("reconcile --quality" if quality else "reconcile"), table)
        for year in found.totals.to_dict("records"):
            counts = [f"{year[verdict]:,} {verdict}" for verdict in Verdict if year[verdict]]
            told = f"{year['performance_year']}: {year['acos']:,} ACOs, {', '.join(counts)}"
            session.note("compared", told, year=year["performance_year"])
    session.finish(findings=bool((found.table["class"] == Verdict.UNEXPLAINED).any()))
