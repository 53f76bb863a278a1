"""The calls of the library: each takes paths or frames and gives a Result; commands are thin callers of them.

Files are paths, or frames in the columns of a roster or public use file. `run` hears of what goes on (`api.run.Run`);
without one nothing is said, and the Result has the notices. Errors are AcoError: UsageError for what is asked for,
InputError for what files hold, RulesError for rules, each with its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from aco_cli.api import scores as q
from aco_cli.api.benchmarks import compute_again, read_and_compute, read_evidence
from aco_cli.api.reading import only, read_rows, read_with_published
from aco_cli.api.roster import read_roster, settle_rows, warn_of_unpublished, with_benchmark_notes
from aco_cli.api.run import Result, Run
from aco_cli.api.scenarios import Assignments, make_cases
from aco_cli.api.selection import Names, Request, Selection, Tables, YearsLike, names, requested, tables
from aco_cli.engine import national
from aco_cli.engine.outcome import Outcome
from aco_cli.engine.quality.measures import MeasureLine
from aco_cli.engine.reconcile import reconcile as compare_settlements
from aco_cli.engine.reconcile import tally
from aco_cli.engine.settle import settle as settle_frame
from aco_cli.engine.simulate import PERCENTILES
from aco_cli.engine.simulate import simulate as draw
from aco_cli.engine.summary import DEFAULT_GROUPS, NEEDED, grouping_columns, summarise
from aco_cli.engine.whatif import compare as compare_cases
from aco_cli.engine.whatif import totals as sum_up
from aco_cli.engine.worksheet import distance_entries, worksheet
from aco_cli.errors import UsageError
from aco_cli.outputs.columns import column_names
from aco_cli.outputs.measure_rows import measure_row
from aco_cli.outputs.phrases import dollars
from aco_cli.rounding import half_up_cents
from aco_cli.rules.published import published_totals

if TYPE_CHECKING:
    from aco_cli.rules.book import RuleBook

DERIVED = "standard deviations are derived from the scale of the minimum savings rate, not published; --sd sets one"


def settle(
    data: Tables,
    years: YearsLike = None,
    *,
    columns: Sequence[str] = (),
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """Every ACO's settlement: a row per ACO and performance year, with the settlement columns and those of `columns`.

    `lines` of the result gives the worksheet of an ACO.
    """
    run = run or Run()
    request = requested(data, years, selection)
    frame = read_roster(run, request)
    own = column_names("settle")
    others = [name for name in columns if name in frame and name not in own]
    settled = settle_rows(run, frame, request.book, (*own, *others))

    def lines(aco_id: str, year: int | None) -> pd.DataFrame:
        return _worksheet(Run(), request, _row(frame, aco_id, year), ())

    return Result(settled, run.notices, worksheet=lines)


def explain(
    data: Tables, aco_id: str, year: YearsLike = None, *, run: Run | None = None, **selection: Unpack[Selection]
) -> Result:
    """The worksheet of one ACO's year: distances to the thresholds, every line with value, formula and citation.

    With `expenditures` and `reference` the benchmark comes before it, with `quality` the measures behind the score.
    """
    run = run or Run()
    request = requested(data, year, selection)
    if year is not None and request.years.single is None:
        raise UsageError(f"explain shows one performance year, found {year}")
    # Scores are those of the one ACO: what other ACOs lack is no matter here.
    alone = Request(**{**vars(request), "quality": ()})
    row = _row(read_roster(run, alone), aco_id, request.years.single)
    measures: Sequence[MeasureLine] = ()
    if request.quality:
        row, measures = q.explained_quality(run, row, request)
    first = row.iloc[0]
    told = f"{first['program']} {first['track']}, {first['performance_year']}"
    run.note("explained", f"{first['aco_id']} {first.get('aco_name', '')}: {told}")
    settled = settle_frame(row, request.book, ("outcome", "notes", "is_warned"))
    if notes := with_benchmark_notes(settled["notes"], row).iloc[0]:
        is_open = settled["outcome"].iloc[0] == Outcome.NOT_CALCULABLE
        if is_open or settled["is_warned"].iloc[0] or row.get("benchmark_is_warned", pd.Series([False])).iloc[0]:
            run.warn("not_calculable" if is_open else "unpublished", notes)
        else:
            run.note("notes", notes)
    return Result(_worksheet(run, request, row, measures), run.notices)


def _row(frame: pd.DataFrame, aco_id: str, year: int | None) -> pd.DataFrame:
    """One row of an ACO: of the year asked for, of several the last, or one that is settled together with it."""
    rows = only(frame, "aco_id", [aco_id])
    own = rows[rows["performance_year"] == year] if year is not None else rows.tail(1)
    return (rows if own.empty else own).head(1).reset_index(drop=True)


def _worksheet(run: Run, request: Request, row: pd.DataFrame, measures: Sequence[MeasureLine]) -> pd.DataFrame:
    book = request.book
    entries = [*distance_entries(row, book), *worksheet(row, book, read_evidence(run, request))]
    return pd.DataFrame([asdict(entry) for entry in (*entries, *map(measure_row, measures))])


def benchmark(
    data: Tables, years: YearsLike = None, *, run: Run | None = None, **selection: Unpack[Selection]
) -> Result:
    """Historical and updated benchmarks of every ACO, from `expenditures` by enrollment type and `reference` figures.

    Per capita and total US dollars; `notes` says what a benchmark lacks or rests on.
    """
    run = run or Run()
    roster, computed = read_and_compute(run, requested(data, years, selection))
    identity = [name for name in ("aco_id", "aco_name", "performance_year") if name in roster]
    table = pd.concat([roster[identity], computed], axis=1)
    if unknown := int(table["benchmark_total"].isna().sum()):
        told = f"{unknown:,} of {len(table):,} benchmarks are not calculable; column notes says what is missing"
        run.warn("not_calculable", told, rows=unknown)
    return Result(table, run.notices)


def quality(
    data: Tables,
    years: YearsLike = None,
    *,
    roster: Tables | None = None,
    improvement: Sequence[str] = (),
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """Quality scores from measure rates, by domain and overall: fractions, unrounded.

    `roster` supplies ids and agreement starts that the rates lack; `improvement` are rewards, `domain=points`.
    """
    run = run or Run()
    request = requested((), years, {**selection, "quality": data, "aco": None})
    book = request.book
    known = read_rows(run, requested(roster, years, {"rules": book})) if roster is not None else None
    rates = q.with_improvement(q.read_rates(run, request, known), improvement)
    scores = q.scored(rates, request.years, book)
    q.warn_of_rewards(run, improvement, scores["performance_year"].unique().tolist(), book)
    scores = only(scores, "aco_id", names(selection.get("aco")))
    scores = scores.sort_values(["performance_year", "aco_id"], kind="stable", ignore_index=True)
    if unscored := int(scores["quality_score"].isna().sum()):
        told = f"{unscored:,} of {len(scores):,} rows have no score; column notes says why"
        run.warn("no_score", told, rows=unscored)
    q.warn_of_columns(run, scores)
    if assumed := int(scores["is_warned"].sum()):
        run.warn("assumed_cuts", f"{assumed:,} scores rest on assumed cuts; column notes says which", rows=assumed)
    return Result(scores.drop(columns=["is_warned", "without_column"]), run.notices)


def reconcile(
    data: Tables,
    years: YearsLike = None,
    *,
    published: Tables | None = None,
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """Recomputed settlements against published ones (of the same files, or of `published`), each with its class.

    With `quality`, quality scores are compared instead. `totals` has the summary by performance year of settlements.
    """
    run = run or Run()
    request = requested(data, years, selection)
    frame = read_with_published(run, request, tables(published))
    if request.quality:
        return Result(q.reconciled_scores(run, frame, request), run.notices)
    with run.busy("settling", rows=len(frame)):
        compared = compare_settlements(frame, request.book)
    run.settled(compared["outcome"])
    if len(compared) < len(frame):
        left_out = len(frame) - len(compared)
        run.warn("not_published", f"{left_out:,} rows have no published settlement and are left out", rows=left_out)
    return Result(compared, run.notices, tally(compared))


def summary(
    data: Tables,
    years: YearsLike = None,
    *,
    by: Names = None,
    compare: bool = False,
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """The headline figures by program, track, start year and size, or by the columns of `by`.

    `compare` sets published totals beside the computed ones instead.
    """
    run = run or Run()
    request = requested(data, years, selection)
    frame = read_rows(run, request)
    frame = frame.assign(**grouping_columns(frame))
    asked = tuple(dict.fromkeys(name.strip() for name in names(by)))
    groups = DEFAULT_GROUPS if compare or not asked else asked
    for group in groups:
        if group not in frame:
            raise UsageError(f"--by {group}: no such column; the files have {', '.join(frame.columns)}")
    wanted = tuple(dict.fromkeys((*NEEDED, *groups)))
    with run.busy("settling", rows=len(frame)) as progress:
        settled = settle_frame(frame, request.book, wanted, progress=progress)
    run.settled(settled["outcome"])
    summed = summarise(settled, groups)
    if unsettled := int(summed.loc[summed["by"] == "all", "not_calculable"].sum()):
        told = f"{unsettled:,} of {len(frame):,} ACOs are not-calculable and add to no sum"
        run.warn("not_calculable", told, rows=unsettled)
    totals = published_totals()
    if not asked or compare:
        summed = national.with_published(summed, totals)
    if not compare:
        return Result(summed, run.notices)
    compared = national.compare(summed, totals)
    is_mean = compared["figure"].str.startswith("mean_")
    for name in ("computed", "difference"):
        compared[name] = compared[name].mask(~is_mean, half_up_cents(compared[name].to_numpy()))
    return Result(compared, run.notices)


def whatif(
    data: Tables,
    years: YearsLike = None,
    *,
    change: Assignments = (),
    rule: Assignments = (),
    rules_year: int | None = None,
    scenario: Names = None,
    by: Names = None,
    columns: Sequence[str] = (),
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """The same ACOs as they are and as they would be: a row per ACO and scenario; `totals` sums up, by `by` too.

    `change` gives roster columns other values, `rule` rule values (`{"mssp.sequestration": 0}`), `rules_year` the rules
    of another year; `scenario` names packaged scenarios or files. `columns` may ask for settlement columns as
    `NAME_before` and `NAME_after`.
    """
    run = run or Run()
    request = requested(data, years, selection)
    book = request.book
    cases = make_cases(run, book, names(scenario), change, rule, rules_year)
    frame = read_roster(run, request)
    frame, evidence = frame.assign(**grouping_columns(frame)), read_evidence(run, request)

    def with_benchmark(changed: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
        return compute_again(changed, evidence, book, rules) if evidence else changed

    with run.busy("settling", rows=len(frame) * len(cases)):
        compared = compare_cases(frame, book, cases, ("track", *columns), with_benchmark)
    compared["notes"] = with_benchmark_notes(compared["notes"], compared)
    groups = list(dict.fromkeys(name.strip() for name in names(by)))
    if unknown := [name for name in groups if name not in compared]:
        raise UsageError(f"--by {unknown[0]}: no such column; there are {', '.join(compared.columns)}")
    run.settled(compared["outcome_after"])
    if unsettled := int(compared["difference"].isna().sum()):
        told = f"{unsettled:,} of {len(compared):,} rows are not-calculable before or after; notes of the rows say why"
        run.warn("not_calculable", told, rows=unsettled)
    warn_of_unpublished(run, compared.pop("is_warned"), compared, "notes say which")
    return Result(compared, run.notices, sum_up(compared, groups))


def simulate(
    data: Tables,
    years: YearsLike = None,
    *,
    draws: int = 10_000,
    seed: int = 1,
    sd: float | None = None,
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """Settlements under chance: each ACO's savings rate drawn around its value, a row per ACO; `totals` of them all.

    `sd` is the standard deviation of all savings rates (a fraction); without it that of the rules.
    """
    run = run or Run()
    request = requested(data, years, selection)
    frame = read_roster(run, request)
    with run.busy("drawing", rows=len(frame) * draws) as progress:
        found = draw(frame, request.book, draws=draws, seed=seed, sd=sd, progress=progress)
    table = found.table.assign(notes=with_benchmark_notes(found.table["notes"], frame))
    run.settled(table["outcome"])
    if sd is None:
        run.note("derived_deviation", DERIVED)
    low, high = np.quantile(found.sums, [PERCENTILES[0] / 100, PERCENTILES[-1] / 100])
    totals = {"expected_settlement": found.sums.mean(), "settlement_p05": low, "settlement_p95": high}
    if unknown := int((table["probability_not_calculable"] > 0).sum()):
        told = f"{unknown:,} of {len(table):,} ACOs have draws that are not calculable; column notes says why"
        run.warn("not_calculable", told, rows=unknown)
    else:
        expected, lowest, highest = map(dollars, totals.values())
        run.note("all_together", f"all together: expected settlement {expected}, 5 % to 95 % {lowest} to {highest}")
    rows = pd.concat([frame.drop(columns=table.columns, errors="ignore"), table], axis=1)
    return Result(rows, run.notices, pd.DataFrame([totals]))
