"""Points by the percentile cut that a rate reaches, and the domains they add up to (2012-2018)."""

from collections.abc import Iterator

import numpy as np

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.notes import NOTE, WARNING, Note, Remark, Rows, notes_in_force, remarks
from aco_cli.engine.quality.columns import PROGRAM, Numbers, Table, score_lines, starts_reached
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import DOMAINS, PERCENTILES, Collection, Measure, MeasureSet

# Collections that an ACO itself reports: without any rate of them it did not.
_REPORTED = (Collection.SURVEY, Collection.WEB_INTERFACE)


class PercentileScores:
    """The scores of the rows of one performance year, and the points of any measure."""

    def __init__(self, table: Table, measures: MeasureSet, rules: RuleBook) -> None:
        year = table.year
        self.table, self.set = table, measures
        self.measures = list(measures.measures.values())
        self.shares = np.array(rules.value(scoring(year), "points"), dtype=np.float64)
        self.year_number = table.year_number(rules.value(scoring(year), "performance_year_number"))
        self.unreported = {each: self._without_rates(each) for each in _REPORTED}
        self.values = score_lines(rules, year, "quality_percentiles", self._figures())

    def points_of(self, measure: Measure) -> Numbers:
        """The points of a measure on every row."""
        if measure.cuts:
            # What pays in full counts as having reached every cut.
            reached = starts_reached(self.table.number(measure.name), measure, measure.cuts)
            points = (self.shares * measure.max_points).take(
                np.where(self._decides(measure), reached, len(measure.cuts))
            )
        else:
            points = np.full(self.table.rows, measure.max_points)
        return np.where(self.is_blank(measure), 0.0, points)

    def paid_for_performance(self, measure: Measure) -> Rows:
        """On which rows the rate of a measure decides its points."""
        return np.asarray(self._decides(measure) & bool(measure.cuts) & ~self.is_blank(measure))

    def is_blank(self, measure: Measure) -> Rows:
        """On which rows none of the measures that are collected with it was reported."""
        return self.unreported.get(measure.collection, np.zeros(self.table.rows, dtype=np.bool_))

    def _decides(self, measure: Measure) -> Rows:
        return (self.year_number > measure.reporting_through) & self.table.has_rate(measure.name)

    @property
    def reported(self) -> Numbers:
        """Whether reporting was complete: as given, else whether each collection of the ACO's own has any rate."""
        return self.table.told("quality_reported", ~np.any(list(self.unreported.values()), axis=0))

    def remarks(self, rules: RuleBook) -> Iterator[Remark]:
        """What a reader of the scores must know."""
        law = law_of(rules, PROGRAM, "quality_percentiles")
        yield from remarks(notes_in_force(law, {}, {}), self.values)
        zero = self.values["nothing_reported:when"] == 1
        for collection, blank in self.unreported.items():
            text = f"{collection.value} measures not reported: no points"
            yield Note(text, "collection_not_reported"), blank & ~zero
        given = np.any([self.table.number(f"improvement_{domain}") > 0 for domain in DOMAINS], axis=0)
        unrewarded = given & (self.values["improvement_allowed"] != 1)
        yield Note("no improvement reward in this year of the ACO", "no_reward"), unrewarded
        for measure in self.measures:
            if not self.table.has(measure.name):
                text = f"no column {measure.name}: counts as without denominator"
                yield Note(text, "no_column", NOTE, measure.name), ~self.is_blank(measure) & bool(measure.cuts)
            yield from self._assumed(measure)

    def _assumed(self, measure: Measure) -> Iterator[Remark]:
        """A cut that is only known to lie somewhere, and a rate there: beyond its bounds and at them all is certain."""
        if not measure.assumed:
            return
        decides = self.paid_for_performance(measure)
        rates = self.table.number(measure.name)
        for name, (low, high) in measure.assumed.items():
            near = (rates > (-np.inf if low is None else low)) & (rates < (np.inf if high is None else high))
            cut = measure.cuts[PERCENTILES.index(name)]
            text = f"depends on an assumed cut point: {name} of {measure.name} ({cut:g})"
            yield Note(text, "assumed_cut", WARNING, measure.name), decides & near

    def _without_rates(self, collection: Collection) -> Rows:
        held = [self.table.has_rate(each.name) for each in self.measures if each.collection is collection]
        return np.asarray(~np.any([np.zeros(self.table.rows, dtype=np.bool_), *held], axis=0))

    def _figures(self) -> dict[str, Numbers]:
        points = np.where(np.isnan(self.year_number), np.nan, np.zeros((len(DOMAINS), 1)))
        maximum = np.zeros((len(DOMAINS), 1))
        for measure in self.measures:
            place = DOMAINS.index(measure.domain)
            points[place] += self.points_of(measure)
            maximum[place] += measure.max_points
        return {
            "points": points,
            "maximum": maximum,
            "reward": np.array([self.table.number(f"improvement_{domain}") for domain in DOMAINS]),
            "year_number": self.year_number,
            "reported": self.reported,
            "disaster_affected": self.table.number("disaster_affected"),
        }
