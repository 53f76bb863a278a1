"""Points by the percentile cut that a rate reaches, and the domains they add up to (2012-2018)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from aco_cli.engine.lines import Values
from aco_cli.engine.quality import score_lines
from aco_cli.engine.quality.columns import Numbers, Table
from aco_cli.engine.remarks import Remark, Rows
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import DOMAINS, PERCENTILES, Collection, Measure, MeasureSet

# Collections that an ACO itself reports: without any rate of them it did not.
_REPORTED = (Collection.SURVEY, Collection.WEB_INTERFACE)


def cuts_reached(rates: Numbers, measure: Measure) -> NDArray[np.int8]:
    """How many cuts each rate reaches, from 0 (below the 30th percentile) to 7; 0 where there is no rate."""
    reached = np.zeros(rates.shape, dtype=np.int8)
    for cut in measure.cuts:
        reached += (rates <= cut) if measure.reversed else (rates >= cut)
    return reached


class PercentileScores:
    """The scores of the rows of one performance year, and the points of any measure."""

    def __init__(self, table: Table, measures: MeasureSet, rules: RuleBook) -> None:
        year = table.year
        self.table, self.set = table, measures
        self.measures = list(measures.measures.values())
        self.shares = np.array(rules.value(scoring(year), "points"), dtype=np.float64)
        self.year_number = table.year_number(rules.value(scoring(year), "performance_year_number"))
        self.unreported = {each: self._without_rates(each) for each in _REPORTED}
        self.values = score_lines.run(score_lines.PERCENTILES, self._values(rules))

    def points_of(self, measure: Measure) -> Numbers:
        """The points of a measure on every row."""
        if measure.cuts:
            rates = self.table.number(measure.name)
            full = ~(self.year_number > measure.reporting_through) | np.isnan(rates)
            # What pays in full counts as having reached every cut.
            reached = np.maximum(cuts_reached(rates, measure), full.view(np.int8) * np.int8(len(measure.cuts)))
            points = (self.shares * measure.max_points).take(reached)
        else:
            points = np.full(self.table.rows, measure.max_points)
        blank = self.unreported.get(measure.collection)
        return points if blank is None or not blank.any() else np.where(blank, 0.0, points)

    def paid_for_performance(self, measure: Measure) -> Rows:
        """On which rows the rate of a measure decides its points."""
        decides = (self.year_number > measure.reporting_through) & ~np.isnan(self.table.number(measure.name))
        blank = self.unreported.get(measure.collection)
        return decides & bool(measure.cuts) & (True if blank is None else ~blank)

    @property
    def reported(self) -> Numbers:
        """Whether reporting was complete: as given, else whether each collection of the ACO's own has any rate."""
        given = self.table.number("quality_reported")
        return np.where(np.isnan(given), ~np.any(list(self.unreported.values()), axis=0), given)

    def remarks(self, rules: RuleBook) -> Iterator[Remark]:
        """What a reader of the scores must know."""
        v, rows = self.values, self.table.rows
        yield "agreement_start or performance_year_number is missing", np.isnan(self.year_number)
        yield "first performance year: pays for reporting", self.year_number == 1
        yield from self._reporting(v)
        given = np.any([self.table.number(f"improvement_{domain}") > 0 for domain in DOMAINS], axis=0)
        yield "no improvement reward in this year of the ACO", given & ~(v.improvement_allowed == 1)
        yield "least score of ACOs affected by circumstances", (v.affected == 1) & (v.least_score > v.own_score)
        for measure in self.measures:
            if not self.table.has(measure.name):
                full = ~self.unreported.get(measure.collection, np.zeros(rows, dtype=np.bool_))
                yield f"no column {measure.name}: counts as without denominator", full & bool(measure.cuts)
            yield from self._assumed(measure)

    def _reporting(self, v: Values) -> Iterator[Remark]:
        zero = (v.incomplete_is_zero == 1) & (v.reported == 0)
        yield "reporting was not complete: no score", zero
        for collection, rows in self.unreported.items():
            yield f"{collection.value} measures not reported: no points", rows & ~zero

    def _assumed(self, measure: Measure) -> Iterator[Remark]:
        """A cut that is only known to lie somewhere, and a rate there: beyond its bounds and at them all is certain."""
        if not measure.assumed:
            return
        decides = self.paid_for_performance(measure)
        rates = self.table.number(measure.name)
        for name, (low, high) in measure.assumed.items():
            near = (rates > (-np.inf if low is None else low)) & (rates < (np.inf if high is None else high))
            cut = measure.cuts[PERCENTILES.index(name)]
            yield f"rests on an assumed value: cut {name} of {measure.name} ({cut:g})", decides & near

    def _without_rates(self, collection: Collection) -> Rows:
        names = [each.name for each in self.measures if each.collection is collection and self.table.has(each.name)]
        blank = np.ones(self.table.rows, dtype=np.bool_)
        for name in names:
            blank &= np.isnan(self.table.number(name))
        return blank

    def _values(self, rules: RuleBook) -> Values:
        year = self.table.year
        values = Values({})
        allowed = (self.year_number > 1) & (rules.value(scoring(year), "improvement_steps") is not None)
        unknown = np.isnan(self.year_number)
        for domain in DOMAINS:
            of_domain = [measure for measure in self.measures if measure.domain == domain]
            points = np.where(unknown, np.nan, 0.0)
            for measure in of_domain:
                points += self.points_of(measure)
            reward = np.nan_to_num(self.table.number(f"improvement_{domain}"))
            values.set(f"{domain}_points", points)
            values.set(f"{domain}_improvement", np.where(allowed, reward, 0.0))
            values.set(f"{domain}_maximum", np.asarray(sum(measure.max_points for measure in of_domain)))
        values.set("improvement_allowed", allowed.astype(np.float64))
        values.set("reported", self.reported)
        values.set("incomplete_is_zero", np.asarray(rules.value(scoring(year), "incomplete_reporting") == "zero"))
        return with_circumstances(values, self.table, rules)


def with_circumstances(values: Values, table: Table, rules: RuleBook) -> Values:
    """Add whether an ACO counts as affected by extreme and uncontrollable circumstances, and the least score then."""
    found = rules.value(scoring(table.year), "disaster_score") or {"score": np.nan, "all": False}
    given = table.number("disaster_affected")
    values.set("affected", np.where(np.isnan(given), float(found["all"]), given))
    values.set("least_score", np.asarray(float(found["score"])))
    return values
