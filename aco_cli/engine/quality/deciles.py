"""The APP score that points of measures add up to, and the quality standard (from 2021)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.notes import Note, Remark, Rows, notes_in_force, remarks
from aco_cli.engine.quality.attainment import attained
from aco_cli.engine.quality.columns import PROGRAM, Numbers, Table, score_lines
from aco_cli.engine.quality.decile_points import Points, Sum, routes
from aco_cli.engine.quality.thirds import COMPUTED, performance_scaler
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.parameters import VALUE_OF
from aco_cli.rules.quality import DECILES, QUALITY, Collection, Measure, MeasureSet


@dataclass(frozen=True)
class Prior:
    """What rates of the prior year come to, by row: achievement (fraction) and if a claims measure has no rate (1/0).

    NaN for an ACO that is not among them.
    """

    achievement: Numbers
    lacks_claims: Numbers


def prior_year(table: Table, measures: MeasureSet, rules: RuleBook) -> Prior:
    """What the rates of a year count for in the next; achievement is NaN where an ACO reported through no route."""
    points = Points(table, measures, rules, prior=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        web, other = (each.points / (DECILES * each.measures) for each in routes(points))
    claims = [~table.has_rate(each.name) for each in measures.scored(Collection.ADMINISTRATIVE)]
    return Prior(np.asarray(np.fmax(web, other)), np.any(claims, axis=0).astype(np.float64))


class DecileScores:
    """The scores of the rows of one performance year, and the points of any measure."""

    def __init__(self, table: Table, measures: MeasureSet, rules: RuleBook, prior: Prior | None = None) -> None:
        self.table, self.set = table, measures
        self.scoring = rules.value(scoring(table.year), "app_scoring")
        self.prior = prior or Prior(*np.full((2, table.rows), np.nan))
        self._rules = rules
        self._points = Points(table, measures, rules)
        self._routes = routes(self._points)
        self.is_reported = ~np.isnan([each.measures for each in self._routes]).all(axis=0)
        self.values = self._score(self._routes, self.table.number("end_to_end_bonus"))

    def points_of(self, measure: Measure) -> Numbers:
        """The points of a measure on every row; NaN without a rate."""
        return self._points.of(measure)

    def score_if(
        self,
        *,
        bonus: float | None = None,
        blank_counts: bool = False,
        unseen: float | None = None,
        line: str = "quality_score",
    ) -> Numbers:
        """The quality score, or another line, if something were otherwise.

        `bonus`: with so many bonus points for end-to-end reporting; `blank_counts`: if measures without rate counted;
        `unseen`: with so many points for each measure of the route that has no rates at all, where it was reported.
        """
        found = self._routes
        if blank_counts or unseen is not None:
            found = routes(self._points, blank_counts=blank_counts, unseen=unseen)
        if unseen is not None:
            found = [
                Sum(np.where(told, each.points, np.nan), np.where(told, each.measures, np.nan))
                for each, told in zip(found, self.reported_by, strict=True)
            ]
        given = self.table.number("end_to_end_bonus")
        return np.asarray(self._score(found, given if bonus is None else np.full(self.table.rows, bonus))[line])

    def blank_measures(self, row: int) -> list[str]:
        """The measures with a benchmark that have no rate in a row, of the collections of which it has any."""
        scored = self.set.scored(*Collection)
        has_rate = {each.name: self.table.has_rate(each.name)[row] for each in scored}
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
        return self.table.told("quality_reported", reported)

    def _told(self, has_rates: Rows, *flags: str) -> Rows:
        given = [self.table.number(flag) for flag in flags]
        known = ~np.isnan(given).all(axis=0)
        return np.where(known, np.equal(given, 1).any(axis=0), has_rates)

    def remarks(self, rules: RuleBook) -> Iterator[Remark]:
        """What a reader of the scores must know."""
        year = scoring(self.table.year)
        in_force, parameters = rules.in_force(year), rules.parameters(QUALITY)
        yield from remarks(notes_in_force(law_of(rules, PROGRAM, "quality_deciles"), in_force, parameters), self.values)
        if full := rules.entry(year, "full_points_from"):
            text = f"depends on {VALUE_OF[full.status]}: decile from which a measure earns full points"
            yield Note(text, "full_points"), self._points.lifted() & self.is_reported
        if most := self.scoring["end_to_end_bonus"]:
            taken = np.isnan(self.table.number("end_to_end_bonus")) & self.is_reported
            yield Note(f"end-to-end bonus taken as {most:g} points", "bonus_taken"), taken
        computed = np.equal(self.table.number(COMPUTED), 1)
        text = "health equity adjustment by thirds of the ACOs in the files"
        yield Note(text, "thirds_computed"), computed & np.equal(self.values["equity_adjusts"], 1)

    def _score(self, found: list[Sum], given_bonus: Numbers) -> dict[str, Column]:
        web, other = found
        table, year = self.table, scoring(self.table.year)
        standing = attained(self._points, self._rules)
        told = [np.equal(table.number(flag), 1) for flag in ("reports_ecqm", "reports_cqm")]
        figures = {
            "web_points": web.points,
            "web_measures": web.measures,
            "other_points": other.points,
            "other_measures": other.measures,
            "given_bonus": given_bonus,
            "reported": self.reported,
            "prior_achievement": self.prior.achievement,
            "prior_lacks_claims": self.prior.lacks_claims,
            "year_number": table.year_number(self._rules.value(year, "performance_year_number")),
            **{name: table.number(name) for name in ("disaster_affected", "adi_85_share", "lis_or_dual_share")},
            "lacks_cqms": np.any(told, axis=0) & ~np.equal(standing["reports_all_cqms"], 1),
            **standing,
            **performance_scaler(self._points, self._rules),
        }
        return score_lines(self._rules, table.year, "quality_deciles", figures)
