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
    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.engine.reconcile import Verdict, tally
    from aco_cli.engine.reconcile import reconcile as compare
    from aco_cli.errors import UsageError
    from aco_cli.outputs.columns import output_columns

    session = Session(messages, call)
    frame = session.read_with_published(Request(years, files, rows), published or ())
    if quality:
        if by_year:
            raise UsageError("--by-year is of settlements: with --quality the summary by year is on standard error")
        from aco_cli.commands.rates import reconcile_quality

        reconcile_quality(session, frame, Request(years, quality, rows), table)
    with session.busy("settling", rows=len(frame)):
        compared = compare(frame, rule_book(rows.rules))
    session.settled(compared["outcome"])
    if len(compared) < len(frame):
        session.warn(f"{len(frame) - len(compared):,} rows have no published settlement and are left out")
    by_years = tally(compared)
    if by_year:
        session.write(by_years, output_columns("reconcile --by-year"), table)
    else:
        session.write(compared, output_columns("reconcile"), table)
        for year in by_years.to_dict("records"):
            counts = [f"{year[verdict]:,} {verdict}" for verdict in Verdict if year[verdict]]
            session.log.note(f"{year['performance_year']}: {year['acos']:,} ACOs, {', '.join(counts)}")
    session.finish(findings=bool((compared["class"] == Verdict.UNEXPLAINED).any()))
