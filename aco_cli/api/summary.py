"""Headline figures, as a call of the library."""

from typing import Unpack

from aco_cli.api.roster import read_roster
from aco_cli.api.run import Result, Run
from aco_cli.api.selection import Names, Selection, Tables, YearsLike, names, requested
from aco_cli.engine import national
from aco_cli.engine.settle import settle
from aco_cli.engine.summary import DEFAULT_GROUPS, NEEDED, by_year, grouping_columns, summarize
from aco_cli.errors import UsageError
from aco_cli.nearest import nearest_or_all
from aco_cli.outputs.columns import Unit, output_columns, roster_column
from aco_cli.outputs.rounding import half_up_cents
from aco_cli.rules.published import published_totals


def summary(
    data: Tables,
    years: YearsLike = None,
    *,
    by: Names = None,
    compare: bool = False,
    wide: str | None = None,
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """The headline figures by program, track, start year and size, or by the columns of `by`.

    `compare` sets published totals beside the computed ones instead; `wide` is the name of one figure, then given by
    track, or the columns of `by`, with a column per performance year.
    """
    _refuse_figure(wide)
    run = run or Run()
    request = requested(data, years, selection, names(by))
    frame = read_roster(run, request)
    frame = frame.assign(**grouping_columns(frame))
    asked = tuple(dict.fromkeys(name.strip() for name in names(by)))
    if wide and not asked:
        asked = ("track",)
    groups = DEFAULT_GROUPS if compare or not asked else asked
    for group in groups:
        if group not in frame:
            raise UsageError(f"--by {group}: no such column; the files have {', '.join(frame.columns)}")
    wanted = tuple(dict.fromkeys((*NEEDED, *groups)))
    with run.busy("settling", rows=len(frame)) as progress:
        settled = settle(frame, request.book, wanted, progress=progress)
    run.settled(settled["outcome"])
    summed = summarize(settled, groups, [name for name in groups if roster_column(name).unit is Unit.BOOLEAN])
    unsettled, acos = map(int, summed.loc[summed["by"] == "all", ["not_calculable", "acos"]].sum())
    if unsettled:
        told = f"{unsettled:,} of {acos:,} ACOs are not-calculable and add to no sum"
        run.warn("not_calculable", told, rows=unsettled)
    totals = published_totals()
    if not asked or compare:
        summed = national.with_published(summed, totals)
    if not compare:
        return Result(by_year(summed, wide) if wide else summed, run.notices)
    compared = national.compare(summed, totals)
    is_mean = compared["figure"].str.startswith("mean_")
    for name in ("computed", "difference"):
        compared[name] = compared[name].mask(~is_mean, half_up_cents(compared[name].to_numpy()))
    return Result(compared, run.notices)


def _refuse_figure(name: str | None) -> None:
    figures = [column.name for column in output_columns("summary") if column.numeric and not column.key]
    if name is not None and name not in figures:
        raise UsageError(f"--figure {name}: no such figure, {nearest_or_all(name, figures)}")
