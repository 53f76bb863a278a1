"""Points linear within deciles, by measure and added up by the route that an ACO reported through (from 2021)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aco_cli.engine.quality.columns import Numbers, Table, starts_reached
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import DECILES, Collection, Measure, MeasureSet

# An ACO reports through the Web Interface or by (e)CQMs; of both, the higher score counts.
ROUTES = ((Collection.WEB_INTERFACE,), (Collection.ECQM, Collection.CQM, Collection.MEDICARE_CQM))


def deciles_reached(rates: Numbers, measure: Measure) -> Numbers:
    """The number of the decile that each rate lies in; 0 below the first of them, NaN where there is no rate."""
    starts = starts_reached(rates, measure, measure.deciles)
    return np.where(np.isnan(rates), np.nan, np.where(starts > 0, starts + measure.first_decile - 1.0, 0.0))


def decile_points(rates: Numbers, measure: Measure, least: float, *, prior: bool = False) -> Numbers:
    """Points from `least` to 10, linear between the starts of deciles; NaN where there is no rate.

    `prior`: by the deciles with which the year counts when it is the prior one.
    """
    deciles = measure.as_prior_year if prior and measure.as_prior_year else measure.deciles
    numbers = range(DECILES + 1 - len(deciles), DECILES + 1)
    points = np.interp(measure.sign * rates, measure.sign * np.array(deciles), numbers, left=least)
    return np.asarray(np.maximum(points, least))


@dataclass(frozen=True)
class Sum:
    """Points and the number of measures they come from, by row."""

    points: Numbers
    measures: Numbers


class Points:
    """The points of measures, each computed when it is asked for."""

    def __init__(self, table: Table, measures: MeasureSet, rules: RuleBook, *, prior: bool = False) -> None:
        self.table, self.set, self.prior = table, measures, prior
        self.least: float = rules.value(scoring(table.year), "app_scoring")["least"]
        self.full_from: Mapping[str, float] = rules.value(scoring(table.year), "full_points_from") or {}

    def of(self, measure: Measure) -> Numbers:
        """The points of a measure on every row; NaN without a rate."""
        points = decile_points(self.table.number(measure.name), measure, self.least, prior=self.prior)
        full = self.full_from.get(measure.collection)
        return points if full is None else np.where(points >= full, float(DECILES), points)

    def survey(self) -> Numbers:
        """The points of the survey, which is one measure: the mean of its components."""
        found = added(self, [self.of(measure) for measure in self.held(Collection.SURVEY)])
        return np.where(found.measures > 0, found.points / np.maximum(found.measures, 1), np.nan)

    def lifted(self) -> NDArray[np.bool_]:
        """The rows on which some measure has full points only because its decile earns them all."""
        lifted = np.zeros(self.table.rows, dtype=np.bool_)
        for measure in self.held(*map(Collection, self.full_from)):
            plain = decile_points(self.table.number(measure.name), measure, self.least, prior=self.prior)
            lifted |= (plain >= self.full_from[measure.collection]) & (plain < DECILES)
        return lifted

    def held(self, *collections: Collection) -> list[Measure]:
        """The measures with a benchmark and a column, of some collections."""
        return [each for each in self.set.scored(*collections) if self.table.has(each.name)]


def by_subject(measures: Sequence[Measure]) -> Iterator[tuple[str, list[Measure]]]:
    """Measures that are one, collected in several ways, under what they have in common: `QualityID_001`."""
    for name in dict.fromkeys(each.subject for each in measures):
        yield name, [each for each in measures if each.subject == name]


def routes(points: Points, *, blank_counts: bool = False, unseen: float | None = None) -> list[Sum]:
    """The total of each route with what counts in all; unknown where the route has no rate of its own.

    `blank_counts`: a measure without a rate counts too, and has no points. `unseen`: a route without any rate of its
    own counts as if each of its measures had so many points.
    """
    common = [points.survey(), *(points.of(measure) for measure in points.held(Collection.ADMINISTRATIVE))]
    found = []
    for collections in ROUTES:
        best = [
            np.fmax.reduce([points.of(measure) for measure in ways])
            for _, ways in by_subject(points.held(*collections))
        ]
        used = added(points, best).measures > 0
        total = added(points, [*common, *best], blank_counts=blank_counts)
        others = _unreported(points, common, collections, unseen)
        found.append(Sum(np.where(used, total.points, others.points), np.where(used, total.measures, others.measures)))
    return found


def _unreported(
    points: Points, common: Sequence[Numbers], collections: Sequence[Collection], unseen: float | None
) -> Sum:
    """The total of a route without any rate of its own."""
    if unseen is None:
        unknown = np.full(points.table.rows, np.nan)
        return Sum(unknown, unknown)
    seen, count = added(points, common), len(list(by_subject(points.set.scored(*collections))))
    return Sum(seen.points + unseen * count, seen.measures + count)


def added(points: Points, columns: Sequence[Numbers], *, blank_counts: bool = False) -> Sum:
    """The sum of the points of measures, of those that have some or of all."""
    held = np.reshape(columns, (len(columns), points.table.rows))
    blank = np.isnan(held)
    counted = np.full(held.shape, True) if blank_counts else ~blank
    # One after the other, so that a row alone has the same sum as one among many.
    return Sum(sum(np.where(blank, 0.0, held), np.zeros(held.shape[1])), counted.sum(axis=0, dtype=np.float64))
