"""One ACO's measures: rate, cut reached, points, the next cut point and what that would be worth in dollars."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.quality.columns import Numbers, starts_reached
from aco_cli.engine.quality.decile_points import deciles_reached
from aco_cli.engine.quality.deciles import DecileScores
from aco_cli.engine.quality.percentiles import PercentileScores
from aco_cli.engine.quality.score import Scores, score_years
from aco_cli.rules.book import RuleBook
from aco_cli.rules.parameters import Status
from aco_cli.rules.quality import DECILES, PERCENTILES, Measure

NAN = float("nan")
# What an ACO is settled at with each of several scores and standards, in US dollars.
Settlements = Callable[[pd.DataFrame], Numbers]


@dataclass(frozen=True)
class MeasureLine:
    """A measure of one ACO in one year.

    `reached` names the cut or says why none counts; points are of `max_points`. `next_cut` is the rate at which more
    points are earned, `next_score` the quality score then (fraction) and `next_dollars` what the settlement gains (US
    dollars); NaN where there is none. `assumed` are the cut points, of the one reached and the next, that are assumed.
    """

    measure: str
    domain: str
    rate: float
    reached: str
    cut: float
    points: float
    max_points: float
    cite: str
    status: Status
    next_cut: float = NAN
    next_points: float = NAN
    next_score: float = NAN
    next_dollars: float = NAN
    assumed: tuple[str, ...] = ()


def measure_lines(
    rates: pd.DataFrame, year: int, rules: RuleBook, settlements: Settlements | None = None
) -> list[MeasureLine]:
    """The measures of one ACO in `year`; `rates` has its row of that year, and of the prior one if that is known.

    `settlements` gives the ACO's settlement (US dollars) for rows of `quality_score`, `quality_standard_met` and
    `quality_alternative_met`; without it no dollars.
    """
    found = _scores_of(rates, year, rules)
    if not found:
        return []
    scores = found[0]
    lines = _percentile_lines(scores) if isinstance(scores, PercentileScores) else _decile_lines(scores)
    return _with_next(list(lines), scores, rates, rules, settlements)


def _percentile_lines(scores: PercentileScores) -> Iterator[MeasureLine]:
    for measure in scores.measures:
        rate, points = float(scores.table.number(measure.name)[0]), float(scores.points_of(measure)[0])
        line = _line(measure, rate, points, measure.max_points)
        if scores.paid_for_performance(measure)[0]:
            level = int(starts_reached(np.array([rate]), measure, measure.cuts)[0])
            at_hand = PERCENTILES[max(level - 1, 0) : level + 1]
            yield replace(
                line,
                reached=PERCENTILES[level - 1] if level else f"below {PERCENTILES[0]}",
                cut=measure.cuts[level - 1] if level else NAN,
                next_cut=(*measure.cuts, NAN)[level],
                assumed=tuple(cut for cut in at_hand if cut in measure.assumed),
            )
        elif scores.is_blank(measure)[0]:
            yield replace(line, reached="not reported")
        else:
            yield replace(line, reached="no denominator" if np.isnan(rate) else "pays for reporting")


def _decile_lines(scores: DecileScores) -> Iterator[MeasureLine]:
    for measure in scores.set.measures.values():
        rate = float(scores.table.number(measure.name)[0])
        if not np.isnan(rate) and not measure.deciles:
            yield replace(_line(measure, rate, NAN, NAN), reached="no benchmark: not scored")
        elif not np.isnan(rate):
            points = float(scores.points_of(measure)[0])
            starts = dict(enumerate(measure.deciles, measure.first_decile))
            decile = int(deciles_reached(np.array([rate]), measure)[0])
            reached = f"decile {decile}" if decile else f"below decile {measure.first_decile}"
            next_cut = next((start for number, start in starts.items() if number > points), NAN)
            line = _line(measure, rate, points, float(DECILES))
            yield replace(line, reached=reached, cut=starts.get(decile, NAN), next_cut=next_cut)


def _line(measure: Measure, rate: float, points: float, max_points: float) -> MeasureLine:
    domain = measure.domain or measure.collection.value
    return MeasureLine(measure.name, domain, rate, "", NAN, points, max_points, measure.cite, measure.status)


def _with_next(
    lines: Sequence[MeasureLine], scores: Scores, rates: pd.DataFrame, rules: RuleBook, settlements: Settlements | None
) -> list[MeasureLine]:
    """Score the ACO once for each next cut point, with that rate in the place of its own."""
    ahead = [line for line in lines if not np.isnan(line.next_cut)]
    if not ahead:
        return list(lines)
    of_year = rates["performance_year"] == scores.table.year
    rows = pd.concat([rates[of_year].iloc[:1]] * len(ahead), ignore_index=True)
    for at, line in enumerate(ahead):
        rows.loc[at, line.measure] = line.next_cut
    [again] = _scores_of(pd.concat([rates[~of_year], rows]), scores.table.year, rules)
    now, then = (_standing(each.values) for each in (scores, again))
    dollars = np.full(len(ahead), np.nan)
    if settlements is not None:
        before, *after = settlements(pd.concat([now.iloc[:1], then]))
        dollars = np.array(after) - before
    news = {}
    for at, line in enumerate(ahead):
        points = float(again.points_of(again.set.measures[line.measure])[at])
        gain = float(dollars[at])
        news[line.measure] = replace(
            line, next_points=points, next_score=float(then["quality_score"].iloc[at]), next_dollars=gain
        )
    return [news.get(line.measure, line) for line in lines]


def _standing(figures: Mapping[str, Column]) -> pd.DataFrame:
    """Score and standards by row; NaN for a standard that the year does not have."""
    names = ("quality_score", "quality_standard_met", "quality_alternative_met")
    return pd.DataFrame(
        {name: figures.get(name, np.full_like(figures["quality_score"], NAN)) for name in names}, dtype="float64"
    )


def _scores_of(rates: pd.DataFrame, year: int, rules: RuleBook) -> list[Scores]:
    """The scores of a year, or none where it has no rows or no measures."""
    return [each.scores for each in score_years(rates, rules) if each.year == year and each.scores is not None]
