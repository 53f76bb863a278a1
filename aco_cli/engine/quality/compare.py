"""Recomputed quality scores against published ones: exact, within rounding, explained by a named reason, or not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from aco_cli.engine.quality.columns import Numbers
from aco_cli.engine.quality.deciles import DecileScores
from aco_cli.engine.quality.improvement import NOISE, explaining
from aco_cli.engine.quality.percentiles import PercentileScores
from aco_cli.engine.quality.remarks import Rows
from aco_cli.engine.quality.score import YearScores, score_years
from aco_cli.engine.reconcile import Verdict
from aco_cli.rules.quality import DOMAINS, QualityRules

# Rates from 2021 are printed to two decimals: points and with them scores are off by less than this.
APP_ROUNDING = 0.0005
# The health equity adjustment adds at most 10 points (42 CFR 425.512(b)).
_MOST_EQUITY = 0.10

Reasons = Iterator[tuple[Rows, list[str]]]


def compare_scores(published: pd.DataFrame, rates: pd.DataFrame, rules: QualityRules) -> pd.DataFrame:
    """For each row of rates with a published score: published, recomputed, difference, class, reason.

    `published` has `aco_id, performance_year, quality_score` and, as `quality_score_half_unit`, half of the last
    printed digit.
    """
    columns = ["aco_id", "performance_year", "quality_score", "quality_score_half_unit"]
    known = published.reindex(columns=columns).rename(columns={"quality_score": "published"})
    frame = rates.merge(known, on=["aco_id", "performance_year"], how="left")
    parts = [_compared(frame.iloc[year.rows], year, rules) for year in score_years(frame, rules)]
    table = pd.concat(parts, ignore_index=True)
    return table[table["published"].notna()].reset_index(drop=True)


def _compared(part: pd.DataFrame, year: YearScores, rules: QualityRules) -> pd.DataFrame:
    published = part["published"].to_numpy(dtype=np.float64)
    half = np.nan_to_num(part["quality_score_half_unit"].to_numpy(dtype=np.float64))
    own = np.full(len(part), np.nan) if year.scores is None else np.asarray(year.scores.values.quality_score)
    difference = own - published
    exact = np.abs(difference) <= half + NOISE
    rounding = np.zeros(len(part), dtype=np.bool_)
    if isinstance(year.scores, DecileScores):
        rounding = ~exact & (np.abs(difference) <= APP_ROUNDING + NOISE)
    reason = np.where(rounding, "within the rounding of the published rates", "").astype(object)
    for rows, texts in _reasons(year, published, half, rules):
        free = np.flatnonzero(rows & ~exact & (reason == ""))
        reason[free] = [texts[at] for at in free] if len(texts) > 1 else texts * len(free)
    verdict = np.select(
        [exact, rounding, reason != ""],
        [Verdict.EXACT.value, Verdict.ROUNDING.value, Verdict.EXPLAINED.value],
        default=Verdict.UNEXPLAINED.value,
    )
    names = [name for name in ("aco_id", "aco_name", "performance_year") if name in part]
    return part[names].assign(
        published=published, recomputed=own, difference=difference, **{"class": verdict, "reason": reason}
    )


def _reasons(year: YearScores, published: Numbers, half: Numbers, rules: QualityRules) -> Reasons:
    if isinstance(year.scores, PercentileScores):
        yield from _least(year.scores, published, half)
        yield from _steps(year.scores, published, half, rules)
    elif isinstance(year.scores, DecileScores):
        yield from _least(year.scores, published, half)
        yield from _bonuses(year.scores, published)
        yield from _additions(year.scores, published, rules)
    else:
        yield np.ones(len(published), dtype=np.bool_), ["no measure benchmarks of this year in the project"]


def _least(scores: PercentileScores | DecileScores, published: Numbers, half: Numbers) -> Reasons:
    v = scores.values
    rows = (v.affected == 1) & (np.abs(published - v.least_score) <= half + NOISE)
    yield np.asarray(rows), ["the least score of ACOs affected by circumstances"]


def _steps(scores: PercentileScores, published: Numbers, half: Numbers, rules: QualityRules) -> Reasons:
    """Rewards for improvement, which need denominators that CMS does not publish."""
    steps = rules.value("improvement_steps", scores.table.year)
    if steps is None:
        return
    v, allowed = scores.values, np.asarray(scores.values.improvement_allowed == 1)
    points = np.column_stack([getattr(v, f"{domain}_points") for domain in DOMAINS])
    maximum = np.array([getattr(v, f"{domain}_maximum") for domain in DOMAINS], dtype=np.float64)
    found = explaining(points, maximum, np.array(steps, dtype=np.float64), published, half)
    texts = [
        f"improvement rewards {', '.join(f'{name} {points:g}' for name, points in zip(DOMAINS, row, strict=True))} "
        f"({'the only combination' if count == 1 else f'the least of {count:,} combinations'})"
        for row, count in zip(found.rewards.tolist(), found.count.tolist(), strict=True)
    ]
    yield allowed & (found.count > 0), texts


def _bonuses(scores: DecileScores, published: Numbers) -> Reasons:
    """Points for end-to-end electronic reporting, which are not published."""
    v, most = scores.values, int(scores.scoring["end_to_end_bonus"])
    for bonus in range(most):
        shares = [route.share(bonus + scores.scoring["survey_bonus"]) for route in scores.routes]
        own = np.minimum(np.fmax(*shares) + v.improvement, 1.0)
        yield np.asarray(np.abs(own - published) <= APP_ROUNDING + NOISE), [f"an end-to-end bonus of {bonus} points"]


def _additions(scores: DecileScores, published: Numbers, rules: QualityRules) -> Reasons:
    v, year = scores.values, scores.table.year
    yield np.asarray(~scores.is_reported), ["the file has no rates of Web Interface or eCQM/CQM measures of this ACO"]
    more = published - np.asarray(v.own_score)
    texts = [f"{100 * each:.2f} points of improvement, whose prior year's rates are not given" for each in more]
    yield np.asarray(np.isnan(v.prior_achievement) & (more > 0) & (more <= v.most_improvement)), texts
    if rules.value("health_equity_adjustment", year):
        texts = [f"{100 * each:.2f} points more: a health equity adjustment cannot be recomputed" for each in more]
        yield np.asarray(~np.isnan(v.prior_achievement) & (more > 0) & (more <= _MOST_EQUITY)), texts
