"""Recomputed quality scores against published ones: exact, within rounding, explained by a named cause, or not."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.notes import Rows
from aco_cli.engine.quality.columns import Numbers
from aco_cli.engine.quality.deciles import DecileScores
from aco_cli.engine.quality.percentiles import PercentileScores
from aco_cli.engine.quality.score import score_years
from aco_cli.engine.reconcile import Verdict
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import DECILES, DOMAINS


class Cause(StrEnum):
    """Why a recomputed score is not the published one."""

    ROUNDING = "rounding of the published rates"
    CIRCUMSTANCES = "mean of the year, as affected ACOs have"
    REWARDS = "improvement rewards"
    FEWER_BONUS_POINTS = "fewer bonus points"
    NO_RATES = "no rates with a benchmark"
    BLANKS_COUNT = "measures without rate count"
    IMPROVEMENT = "improvement, prior year's rates not given"
    NOT_IN_PRIOR_YEAR = "improvement, not in the prior year's rates"
    PRIOR_CLAIMS = "improvement, a claims measure of the prior year has no rate"
    IMPROVEMENT_AND_EQUITY = "improvement and health equity adjustment"
    EQUITY = "health equity adjustment"
    NO_BENCHMARKS = "no measure benchmarks"


class Route(StrEnum):
    """How an ACO reported the measures of the APP."""

    WEB_INTERFACE = "web-interface"
    ECQM_CQM = "ecqm-cqm"
    BOTH = "both"
    NONE = "none"


# Scores are sums of some 35 terms: differences below this are the arithmetic's.
NOISE = 1e-9
# Rows compared at a time with the 10,000 combinations of rewards.
_BLOCK = 500
# More decimals than these are a computed rate, not a printed one.
_MOST_DECIMALS = 8

Reason = tuple[Cause, Rows, Callable[[int], str]]


def compare_scores(published: pd.DataFrame, rates: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """For each row of rates with a published score: route, published, recomputed, difference, class, cause, reason.

    `published` has `aco_id, performance_year, quality_score` and, as `quality_score_half_unit`, half of the last
    printed digit. Scores are fractions; `route` is blank before there were any.
    """
    columns = ["aco_id", "performance_year", "quality_score", "quality_score_half_unit"]
    known = published.reindex(columns=columns).rename(columns={"quality_score": "published"})
    frame = rates.merge(known, on=["aco_id", "performance_year"], how="left")
    years = sorted(set(frame.loc[frame["published"].notna(), "performance_year"]))
    parts = [_compared(frame, year, rules) for year in years] or [_compared(frame, -1, rules)]
    table = pd.concat(parts)
    return table[table["published"].notna()].reset_index(drop=True)


def _compared(frame: pd.DataFrame, year: int, rules: RuleBook) -> pd.DataFrame:
    part = frame[frame["performance_year"] == year]
    published = part["published"].to_numpy(dtype=np.float64)
    half = np.nan_to_num(part["quality_score_half_unit"].to_numpy(dtype=np.float64))
    lowest, scores, highest = _scores_between(frame, year, rules) if len(part) else (None, None, None)
    own = np.full(len(part), np.nan) if scores is None else np.asarray(scores.values["quality_score"])
    exact = np.abs(own - published) <= half + NOISE
    if isinstance(scores, PercentileScores):
        reasons = _steps(scores, published, half, rules)
    elif isinstance(scores, DecileScores):
        has_prior = bool((frame["performance_year"] == year - 1).any())
        reasons = _deciles(published, half, lowest, scores, highest, rules, has_prior)
    else:
        reasons = iter([(Cause.NO_BENCHMARKS, np.ones(len(part), dtype=np.bool_), _always(""))])
    cause, reason = _first_of(reasons, exact)
    verdict = np.select(
        [exact, cause == Cause.ROUNDING, cause != ""],
        [Verdict.EXACT.value, Verdict.ROUNDING.value, Verdict.EXPLAINED.value],
        default=Verdict.UNEXPLAINED.value,
    )
    names = [name for name in ("aco_id", "aco_name", "performance_year") if name in part]
    found = {"published": published, "recomputed": own, "difference": own - published}
    words = {"class": verdict, "cause": cause, "reason": reason}
    return part[names].assign(route=_routes(scores, len(part)), **found, **words)


def _first_of(reasons: Iterator[Reason], exact: Rows) -> tuple[np.ndarray, np.ndarray]:
    """The first cause that holds on each row that is not exact, and its words."""
    cause, words = (np.full(len(exact), "", dtype=object) for _ in range(2))
    for name, rows, text in reasons:
        for at in np.flatnonzero(rows & ~exact & (cause == "")).tolist():
            cause[at], words[at] = name.value, text(at)
    return cause, words


def _routes(scores: object, rows: int) -> np.ndarray:
    if not isinstance(scores, DecileScores):
        return np.full(rows, "", dtype=object)
    web, other = scores.reported_by
    choices = {Route.BOTH: web & other, Route.WEB_INTERFACE: web, Route.ECQM_CQM: other}
    return np.select(list(choices.values()), [each.value for each in choices], default=Route.NONE.value).astype(object)


def _steps(scores: PercentileScores, published: Numbers, half: Numbers, rules: RuleBook) -> Iterator[Reason]:
    """The mean that affected ACOs have, and rewards for improvement, which need denominators that are not public."""
    yield _affected(scores, published, half)
    steps = rules.value(scoring(scores.table.year), "improvement_steps")
    if steps is None:
        return
    v = scores.values
    points, allowed = np.asarray(v["points"]).T, v["improvement_allowed"] == 1
    maximum = np.asarray(v["maximum"])[:, 0]
    rewards, count = explaining(points, maximum, np.array(steps, dtype=np.float64), published, half)

    def text(row: int) -> str:
        told = ", ".join(f"{name} {each:g}" for name, each in zip(DOMAINS, rewards[row].tolist(), strict=True))
        one_of = "the only combination" if count[row] == 1 else f"the least of {count[row]:,} combinations"
        return f"{told} ({one_of})"

    yield Cause.REWARDS, allowed & (count > 0), text


def _affected(scores: PercentileScores, published: Numbers, half: Numbers) -> Reason:
    """The least score of affected ACOs, to the digit and not below the own one, where nobody says who is affected."""
    v, untold = scores.values, np.isnan(scores.table.number("disaster_affected"))
    least, own = np.asarray(v["least_score"]), np.asarray(v["own_score"])
    is_least = untold & (np.abs(least - published) <= half + NOISE) & (own < published)
    return Cause.CIRCUMSTANCES, is_least, lambda row: f"{100 * least[row]:g} exactly, and the rates give less"


def explaining(
    points: Numbers, maximum: Numbers, steps: Numbers, score: Numbers, within: Numbers
) -> tuple[Numbers, NDArray[np.int64]]:
    """The combinations of `steps`, one per domain, whose score is `score` give or take `within` (fractions).

    `points` by row and domain without reward, `maximum` by domain. Returns for each row the least rewards (points, by
    row and domain) that give its score, NaN where none do, and how many combinations do. A step that a domain's maximum
    cuts off counts as the lower one.
    """
    chosen = np.array([*product(range(len(steps)), repeat=points.shape[1])])
    chosen = chosen[np.argsort(steps[chosen].sum(axis=1), kind="stable")]
    rewards = np.full(points.shape, np.nan)
    count = np.zeros(len(points), dtype=np.int64)
    for start in range(0, len(points), _BLOCK):
        rows = slice(start, start + _BLOCK)
        # The share of its maximum that a domain reaches with each step, by row, domain and step; NaN past the maximum.
        shares = np.minimum(points[rows, :, None] + steps, maximum[:, None]) / maximum[:, None]
        shares[:, :, 1:][shares[:, :, :-1] >= 1] = np.nan
        total = sum(shares[:, domain, chosen[:, domain]] for domain in range(points.shape[1]))
        hits = np.abs(total / points.shape[1] - score[rows, None]) <= within[rows, None] + NOISE
        count[rows] = hits.sum(axis=1)
        rewards[rows] = np.where(hits.any(axis=1)[:, None], steps[chosen[hits.argmax(axis=1)]], np.nan)
    return rewards, count


def _deciles(
    published: Numbers,
    half: Numbers,
    lowest: DecileScores,
    scores: DecileScores,
    highest: DecileScores,
    rules: RuleBook,
    has_prior: bool,
) -> Iterator[Reason]:
    """Causes in the order in which they are tried, by scores from rates at their worst, as printed, and at their best.

    `has_prior`: rates of the year before are at hand, if not of every ACO. What is not public is bounded: improvement
    by the most there is, the health equity adjustment by the thirds of the ACO's measures.
    """
    v, (low, high) = scores.values, (np.asarray(each.values["quality_score"]) for each in (lowest, highest))
    worst_own, best_own = (np.asarray(each.values["own_score"]) for each in (lowest, highest))
    floor, ceiling = (np.asarray(each.values["year_score"]) for each in (lowest, highest))
    most, (least_equity, most_equity) = np.asarray(v["most_improvement"]), _equity(scores, rules)

    def between(row: int) -> str:
        return f"the printed rates allow {100 * low[row]:.3f} to {100 * high[row]:.3f} percent"

    def blanks(row: int) -> str:
        return f"as if these counted, without points: {', '.join(scores.blank_measures(row))}"

    def more_than(line: str) -> Callable[[int], str]:
        more = 100 * (published - np.asarray(v[line]))
        of = "the rates of the year alone give" if line == "year_score" else "the rates give"
        return lambda row: f"{more[row]:.2f} points more than {of}"

    def fits(low: Numbers, high: Numbers) -> Rows:
        return np.asarray((published >= low - half - NOISE) & (published <= high + half + NOISE))

    yield Cause.ROUNDING, fits(low, high), between
    survey, bonus_points = scores.scoring["survey_bonus"], int(scores.scoring["end_to_end_bonus"])
    for bonus in range(bonus_points):
        text = f"{bonus + survey:g} bonus points in all instead of {bonus_points + survey:g}"
        yield Cause.FEWER_BONUS_POINTS, fits(lowest.score_if(bonus=bonus), highest.score_if(bonus=bonus)), _always(text)
    all_count = fits(lowest.score_if(blank_counts=True), highest.score_if(blank_counts=True))
    yield Cause.BLANKS_COUNT, all_count, blanks
    worst = lowest.score_if(unseen=scores.scoring["least"], line="year_score")
    best = highest.score_if(unseen=float(DECILES), line="year_score")
    unseen = ~scores.is_reported & fits(worst, best + most + most_equity)
    yield Cause.NO_RATES, unseen, _always("within what rates that are not in the file could give, for what it reported")
    no_prior, no_claims = np.isnan(scores.prior.achievement), scores.prior.lacks_claims == 1
    improves, by_equity = fits(floor, ceiling + most), fits(worst_own + least_equity, best_own + most_equity)
    yield Cause.EQUITY, (least_equity > 0) & by_equity, more_than("own_score")
    cause = Cause.NOT_IN_PRIOR_YEAR if has_prior else Cause.IMPROVEMENT
    yield cause, no_prior & improves, more_than("year_score")
    yield Cause.PRIOR_CLAIMS, no_claims & improves, more_than("year_score")
    # Thirds that are not known; an improvement that is not known comes before them.
    yield Cause.EQUITY, (most_equity > 0) & by_equity, more_than("own_score")
    together = fits(floor + least_equity, ceiling + most + most_equity)
    yield Cause.IMPROVEMENT_AND_EQUITY, (no_prior | no_claims) & together, more_than("year_score")


def _equity(scores: DecileScores, rules: RuleBook) -> tuple[Numbers, Numbers]:
    """The least and the most that a health equity adjustment of unknown shares can be; 0 where it is known, or none.

    The thirds of its measures times a share from the least that counts, or its share of dual eligibles, to all. Where
    the file says that an ACO reported by eCQM or CQM and has no such rates, its thirds are not known.
    """
    rule, v = rules.value(scoring(scores.table.year), "health_equity_adjustment"), scores.values
    none = np.zeros(scores.table.rows)
    if not rule:
        return none, none
    thirds, dual = np.asarray(v["performance_scaler"]) / 100, np.nan_to_num(scores.table.number("dual_share"))
    least = np.minimum(thirds * np.maximum(dual, rule["least_share"]), rule["most"])
    no_rates = scores.reported_by[1] & np.isnan(np.asarray(v["other_measures"]))
    bounded = np.equal(v["reports_all"], 1) & (thirds > 0)
    shares = [scores.table.number(name) for name in ("adi_85_share", "lis_or_dual_share")]
    is_open = np.isnan(shares).all(axis=0)
    most = np.where(bounded, np.minimum(thirds, rule["most"]), np.where(no_rates, rule["most"], 0.0))
    return np.where(is_open & bounded, least, 0.0), np.where(is_open, most, 0.0)


def _always(text: str) -> Callable[[int], str]:
    return lambda _: text


def _scores_between(frame: pd.DataFrame, year: int, rules: RuleBook) -> tuple[Any, ...]:
    """The lowest, own and highest scores of the rows of `year` when each rate lies anywhere within its last digit.

    Better rates make a score higher, and those of the year before lower it, as there is less improvement.
    """
    part = frame[frame["performance_year"].isin([year - 1, year])]
    return tuple(score_years(_moved(part, year, side, rules), rules)[-1].scores for side in (-1, 0, 1))


def _moved(frame: pd.DataFrame, year: int, side: int, rules: RuleBook) -> pd.DataFrame:
    """The frame with the rates of `year` better (1) or worse (-1) by half a unit, and those before the other way."""
    moved: dict[str, Numbers] = {}
    for rates_of, way in ((year, side), (year - 1, -side)):
        measures, rows = rules.measures(rates_of), (frame["performance_year"] == rates_of).to_numpy()
        for measure in measures.measures.values() if measures else ():
            if measure.name in frame:
                rates = moved.setdefault(measure.name, frame[measure.name].to_numpy(dtype=np.float64, copy=True))
                rates[rows] += way * measure.sign * _half_unit(rates[rows])
    return frame.assign(**moved)


def _half_unit(rates: Numbers) -> float:
    """Half a unit of the last digit that any rate of a column has: programs drop trailing zeros."""
    known = rates[~np.isnan(rates)]
    for decimals in range(_MOST_DECIMALS):
        if (np.abs(np.round(known, decimals) - known) <= NOISE).all():
            return float(0.5 * 10.0**-decimals)
    return 0.0
