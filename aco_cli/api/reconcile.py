"""Recomputed against published settlements or scores, as a call of the library."""

from typing import Unpack

from aco_cli.api.reading import read_with_published
from aco_cli.api.run import Result, Run
from aco_cli.api.scores import reconciled_scores
from aco_cli.api.selection import Selection, Tables, YearsLike, requested, tables
from aco_cli.engine.reconcile import reconcile as compare
from aco_cli.engine.reconcile import tally


def reconcile(
    data: Tables,
    years: YearsLike = None,
    *,
    published: Tables | None = None,
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """Recomputed settlements against published ones (of the same files, or of `published`), each with its class.

    Of a settlement report (STLMT) every figure that CMS computed is compared with what follows from the report's own.
    With `quality`, quality scores are compared instead. `totals` has the summary by performance year of settlements.
    """
    run = run or Run()
    request = requested(data, years, selection)
    if request.reports:
        from aco_cli.api.reports import check_reports

        return check_reports(run, request, request.reports)
    frame = read_with_published(run, request, tables(published))
    if request.quality:
        return Result(reconciled_scores(run, frame, request), run.notices)
    with run.busy("settling", rows=len(frame)):
        compared = compare(frame, request.book)
    run.settled(compared["outcome"])
    if len(compared) < len(frame):
        left_out = len(frame) - len(compared)
        run.warn("not_published", f"{left_out:,} rows have no published settlement and are left out", rows=left_out)
    return Result(compared, run.notices, tally(compared))
