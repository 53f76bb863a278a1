"""Points linear within deciles, collection routes, and the APP score they add up to (from 2021)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.notes import Note, Remark, Rows, notes_in_force, remarks
from aco_cli.engine.quality.columns import PROGRAM, Numbers, Table, score_lines
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.parameters import VALUE_OF
from aco_cli.rules.quality import DECILES, Collection, Measure, MeasureSet

# An ACO reports through the Web Interface or by (e)CQMs; of both, the higher score counts.
_ROUTES = ((Collection.WEB_INTERFACE,), (Collection.ECQM, Collection.CQM, Collection.MEDICARE_CQM))


def decile_points(rates: Numbers, measure: Measure, least: float, *, prior: bool = False) -> Numbers:
    """Points from `least` to 10, linear between the starts of deciles; NaN where there is no rate.

    `prior`: by the deciles with which the year counts when it is the prior one.
    """
    deciles = measure.as_prior_year if prior and measure.as_prior_year else measure.deciles
    sign = -1.0 if measure.reversed else 1.0
    starts, values = sign * np.array(deciles), sign * rates
    widths = np.diff(starts)
    slopes = np.divide(1.0, widths, out=np.zeros(len(widths)), where=widths > 0)
    reached = np.zeros(rates.shape, dtype=np.int8)
    for start in starts:
        reached += values >= start
    # By the number of starts reached: whole points, the start they count from, points per unit beyond it.
    level = reached.astype(np.intp)
    whole = np.array([least, *np.arange(DECILES + 1.0 - len(deciles), DECILES + 1.0)]).take(level)
    beyond = values - np.array([0.0, *starts]).take(level)
    return np.asarray(np.maximum(whole + beyond * np.array([0.0, *slopes, 0.0]).take(level), least))


@dataclass(frozen=True)
class Sum:
    """Points and the number of measures they come from, by row."""

    points: Numbers
    measures: Numbers


def prior_achievement(table: Table, measures: MeasureSet, rules: RuleBook) -> Numbers:
    """The achievement with which rates count as those of the prior year; NaN where an ACO reported through no route."""
    routes = _routes(_Points(table, measures, rules, prior=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        web, other = (each.points / (DECILES * each.measures) for each in routes)
    return np.asarray(np.fmax(web, other))


class DecileScores:
    """The scores of the rows of one performance year, and the points of any measure."""

    def __init__(
        self, table: Table, measures: MeasureSet, rules: RuleBook, prior_achievement: Numbers | None = None
    ) -> None:
        self.table, self.set = table, measures
        self.scoring = rules.value(scoring(table.year), "app_scoring")
        self._rules, self._prior = rules, prior_achievement
        self._measures = _Points(table, measures, rules)
        self._routes = _routes(self._measures)
        self.is_reported = ~np.isnan([each.measures for each in self._routes]).all(axis=0)
        self.values = self._score(self._routes, self.table.number("end_to_end_bonus"))

    def points_of(self, measure: Measure) -> Numbers:
        """The points of a measure on every row; NaN without a rate."""
        return self._measures.of(measure)

    def score_if(self, *, bonus: float | None = None, blank_counts: bool = False) -> Numbers:
        """The quality score with so many bonus points for end-to-end reporting, or if measures without rate counted."""
        routes = _routes(self._measures, blank_counts=True) if blank_counts else self._routes
        given = self.table.number("end_to_end_bonus")
        values = self._score(routes, given if bonus is None else np.full(self.table.rows, bonus))
        return np.asarray(values["quality_score"])

    def blank_measures(self, row: int) -> list[str]:
        """The measures with a benchmark that have no rate in a row, of the collections of which it has any."""
        scored = [each for each in self.set.measures.values() if each.deciles]
        has_rate = {each.name: not np.isnan(self.table.number(each.name)[row]) for each in scored}
        of_any = {each.collection for each in scored if has_rate[each.name]}
        return [each.name for each in scored if each.collection in of_any and not has_rate[each.name]]

    @property
    def reported_by(self) -> tuple[Rows, Rows]:
        """Whether an ACO reported through the Web Interface, and by eCQMs or CQMs: as given, else as it has rates."""
        web, other = (~np.isnan(route.measures) for route in self._routes)
        return self._told(web, "reports_web_interface"), self._told(other, "reports_ecqm", "reports_cqm")

    @property
    def reported(self) -> Numbers:
        """Whether an ACO reported through any route: as given, else as `reported_by` says or it has rates."""
        reported = self.is_reported | np.any(self.reported_by, axis=0)
        given = self.table.number("quality_reported")
        return np.where(np.isnan(given), reported, given)

    def _told(self, has_rates: Rows, *flags: str) -> Rows:
        given = [self.table.number(flag) for flag in flags]
        known = ~np.isnan(given).all(axis=0)
        return np.where(known, np.equal(given, 1).any(axis=0), has_rates)

    def remarks(self, rules: RuleBook) -> Iterator[Remark]:
        """What a reader of the scores must know."""
        yield from remarks(notes_in_force(law_of(rules, PROGRAM, "quality_deciles"), {}, {}), self.values)
        year = scoring(self.table.year)
        if full := rules.entry(year, "full_points_from"):
            text = f"rests on {VALUE_OF[full.status]}: decile from which a measure earns full points"
            yield Note(text, "full_points"), self._measures.lifted() & self.is_reported
        if most := self.scoring["end_to_end_bonus"]:
            taken = np.isnan(self.table.number("end_to_end_bonus")) & self.is_reported
            yield Note(f"end-to-end bonus taken as {most:g} points", "bonus_taken"), taken
        if rules.value(year, "health_equity_adjustment"):
            _, by_record = self.reported_by
            adjusts: Rows = by_record & ~np.isnan(self.values["quality_score"])
            yield Note("without health equity adjustment, which cannot be recomputed", "no_equity"), adjusts

    def _score(self, routes: list[Sum], given_bonus: Numbers) -> dict[str, Column]:
        web, other = routes
        figures = {
            "web_points": web.points,
            "web_measures": web.measures,
            "other_points": other.points,
            "other_measures": other.measures,
            "given_bonus": given_bonus,
            "reported": self.reported,
            "disaster_affected": self.table.number("disaster_affected"),
        }
        figures["prior_achievement"] = np.full(self.table.rows, np.nan) if self._prior is None else self._prior
        return score_lines(self._rules, self.table.year, "quality_deciles", figures)


class _Points:
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

    def lifted(self) -> Rows:
        """The rows on which some measure has full points only because its decile earns them all."""
        lifted = np.zeros(self.table.rows, dtype=np.bool_)
        for measure in self.held(*map(Collection, self.full_from)):
            plain = decile_points(self.table.number(measure.name), measure, self.least, prior=self.prior)
            lifted |= (plain >= self.full_from[measure.collection]) & (plain < DECILES)
        return lifted

    def held(self, *collections: Collection) -> list[Measure]:
        """The measures with a benchmark and a column, of some collections."""
        measures = self.set.measures.values()
        return [
            each for each in measures if each.deciles and each.collection in collections and self.table.has(each.name)
        ]


def _routes(points: _Points, *, blank_counts: bool = False) -> list[Sum]:
    """The total of each route with what counts in all; unknown where the route has no rate of its own.

    `blank_counts`: a measure without a rate counts too, and has no points.
    """
    survey = _added(points, [points.of(measure) for measure in points.held(Collection.SURVEY)])
    mean = np.where(survey.measures > 0, survey.points / np.maximum(survey.measures, 1), np.nan)
    common = [mean, *(points.of(measure) for measure in points.held(Collection.ADMINISTRATIVE))]
    found = []
    for collections in _ROUTES:
        best: dict[str, Numbers] = {}
        for measure in points.held(*collections):
            name, own = measure.name.rpartition("_")[0], points.of(measure)
            best[name] = np.fmax(best.get(name, own), own)
        used = _added(points, [*best.values()]).measures > 0
        total = _added(points, [*common, *best.values()], blank_counts=blank_counts)
        found.append(Sum(np.where(used, total.points, np.nan), np.where(used, total.measures, np.nan)))
    return found


def _added(points: _Points, columns: Sequence[Numbers], *, blank_counts: bool = False) -> Sum:
    """The sum of the points of measures, of those that have some or of all."""
    held = np.reshape(columns, (len(columns), points.table.rows))
    blank = np.isnan(held)
    counted = np.full(held.shape, True) if blank_counts else ~blank
    # One after the other, so that a row alone has the same sum as one among many.
    return Sum(sum(np.where(blank, 0.0, held), np.zeros(held.shape[1])), counted.sum(axis=0, dtype=np.float64))
