"""`aco reconcile`: recomputed settlements against published ones."""

import sys
from typing import Annotated

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command
from aco_cli.outputs.formats import Format


@command
def reconcile(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.ChosenRows,
    table: o.TableOutput,
    session: o.StrictSession,
    published: Annotated[o.Many, o.many("FILE", "Published settlements, if not in FILE")] = None,
    quality: o.QualityOption = None,
    all_figures: Annotated[bool, o.flag("--all", "On a terminal, also what is exact.")] = False,
    by_year: Annotated[bool, o.flag("--by-year", "Only the summary by performance year.")] = False,
) -> bool:
    """Compare recomputed with published settlements.

    Each is exact, within rounding, explained or unexplained. Of CMS's settlement report (STLMT) every figure is
    recomputed. With --quality FILE, quality scores from the rates in FILE instead of settlements. The summary goes to
    standard error, the rows to standard output, on a terminal only those that are not exact. Exit code 1 if anything is
    unexplained.

    \b
    aco reconcile 2014 puf_2014.csv
    aco reconcile 2014-2023 puf_*.csv --by-year
    aco reconcile 2014 roster.csv --published puf_2014.csv
    aco reconcile P.A9901.ACO.STLMT.Y2022.xlsx
    aco reconcile 2018 puf_2018.csv --quality puf_2018.csv
    """
    from aco_cli.engine.reconcile import Verdict
    from aco_cli.errors import UsageError
    from aco_cli.outputs.phrases import acos

    if quality and by_year:
        raise UsageError("--by-year is of settlements: with --quality the summary by year is on standard error")
    found = aco.reconcile(files, years, published=published, run=session, **rows.selection(quality=quality))
    kind = "reconcile --quality" if quality else "reconcile STLMT" if "letter" in found.table else "reconcile"
    if by_year:
        session.write(found.totals, "reconcile --by-year", table)
        return bool((found.table["class"] == Verdict.UNEXPLAINED).any())
    for year in found.totals.to_dict("records"):
        counts = [f"{year[verdict]:,} {verdict}" for verdict in Verdict if year[verdict]]
        told = f"{year['performance_year']}: {acos(year['acos'])}, {', '.join(counts)}"
        session.note("compared", told, year=year["performance_year"])
    is_short = table.output is None and table.format is Format.AUTO and sys.stdout.isatty() and not all_figures
    shown = found.table[found.table["class"] != Verdict.EXACT] if is_short else found.table
    if left_out := len(found.table) - len(shown):
        session.note("exact", f"exact rows not shown: {left_out:,}; --all shows them")
    if len(shown) or not is_short:
        session.write(shown, kind, table)
    return bool((found.table["class"] == Verdict.UNEXPLAINED).any())
