"""Recomputed against published settlements or scores, as a call of the library."""

from typing import Unpack

from aco_cli.api.reading import read_rows, read_with_published
from aco_cli.api.run import Result, Run
from aco_cli.api.scores import reconciled_scores
from aco_cli.api.selection import Selection, Tables, YearsLike, requested, tables
from aco_cli.engine.reconcile import reconcile as compare
from aco_cli.engine.reconcile import tally
from aco_cli.errors import UsageError


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
    if published is not None and (request.reports or request.quality):
        raise UsageError("--published is of settlements; a settlement report (STLMT) and --quality do not use it")
    if request.reports:
        from aco_cli.api.reports import check_reports

        return check_reports(run, request, request.reports)
    if request.quality:
        return Result(reconciled_scores(run, read_rows(run, request, precision=True), request), run.notices)
    frame = read_with_published(run, request, tables(published))
    with run.busy("settling", rows=len(frame)):
        compared = compare(frame, request.book)
    run.settled(compared["outcome"])
    if len(compared) < len(frame):
        left_out = len(frame) - len(compared)
        told = f"rows left out, as they have no published settlement or are deferred: {left_out:,}"
        run.warn("not_published", told, rows=left_out)
    return Result(compared, run.notices, tally(compared))
