"""`aco reconcile`: recomputed settlements against published ones."""

from typing import Annotated

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command


@command
def reconcile(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.ChosenRows,
    table: o.TableOutput,
    session: o.StrictSession,
    published: Annotated[o.Many, o.many("FILE", "Published settlements, if not in FILE")] = None,
    quality: o.QualityOption = None,
    by_year: Annotated[bool, o.flag("--by-year", "Only the summary by performance year.")] = False,
) -> bool:
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
    from aco_cli.engine.reconcile import Verdict
    from aco_cli.errors import UsageError

    if quality and by_year:
        raise UsageError("--by-year is of settlements: with --quality the summary by year is on standard error")
    found = aco.reconcile(files, years, published=published, run=session, **rows.selection(quality=quality))
    if by_year:
        session.write(found.totals, "reconcile --by-year", table)
    else:
        session.write(found.table, "reconcile --quality" if quality else "reconcile", table)
        for year in found.totals.to_dict("records"):
            counts = [f"{year[verdict]:,} {verdict}" for verdict in Verdict if year[verdict]]
            told = f"{year['performance_year']}: {year['acos']:,} ACOs, {', '.join(counts)}"
            session.note("compared", told, year=year["performance_year"])
    return bool((found.table["class"] == Verdict.UNEXPLAINED).any())
