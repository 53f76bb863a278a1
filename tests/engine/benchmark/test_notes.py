"""What a benchmark is said to lack, and what else is noted: the conditions said a second time, on random figures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from aco_cli.engine.lines.law import Law, law_of
from aco_cli.engine.lines.situations import in_situation
from aco_cli.rules.book import RuleBook, Situation

ROWS = 4_000
BOOK = RuleBook()
BASE_YEARS, PERIODS = ("by1", "by2", "by3"), ("by1", "by2", "by3", "py")
# Each era with the year of a start: what trends and updates it, and what its adjustments are.
ERAS = (
    *(("first-agreement", 2014), ("rebased-2016", 2016), ("rebased-2017", 2017)),
    *(("blend-2019", 2020), ("prospective-2024", 2024), ("prospective-2024", 2025)),
)
# What inputs are drawn from; each is unknown in a part of the rows.
DRAWN = {
    **{"person_years": (0.0, 100.0, 2_500.0, 2_500.0), "national_weight": (0.0, 0.25, 1.0), "months": (6.0, 12.0)},
    **{"regional_period": (0.0, 1.0, 2.0, 5.0), "agreement_period": (1.0, 2.0, 4.0)},
    **{"prior_savings_per_capita": (99.0, 99.45, 99.5, 100.0, 100.4), "prior_average": (100.0,)},
    **{"prior_person_years": (1e6, 1e6, 700.0), "population_adjustment": (0.0, 50.0)},
}
KNOWN = (0.9, 1.0, 1.1)

Figures = dict[str, NDArray[np.float64]]
Rows = NDArray[np.bool_]


def figures(law: Law, seed: int) -> Figures:
    """Every input of the notes, with the rows last; in some rows nobody is in any type, or no type is listed."""
    random = np.random.default_rng(seed)
    found: Figures = {}
    for step in law.inputs:
        shape = (4, ROWS) if step.axis else (ROWS,)
        if step.choice:
            found[step.key] = random.random(shape) < 0.85
            continue
        drawn = random.choice(DRAWN.get(step.name, KNOWN), shape)
        found[step.key] = np.where(random.random(shape) < 0.2, np.nan, drawn)
    for period in PERIODS:
        found[f"person_years[{period}]"][:, random.random(ROWS) < 0.05] = 0.0
    nowhere = random.random(ROWS) < 0.05
    for period in PERIODS:
        found[f"listed[{period}]"][:, nowhere] = False
    return found


class Plainly:
    """What the conditions go by: of every row, or of every type and row."""

    def __init__(self, of: Figures, era: str, year: int) -> None:
        self.of, self.era, self.year = of, era, year
        self.total = {period: of[f"person_years[{period}]"].sum(axis=0) for period in PERIODS}
        self.empty = {
            period: (of[f"person_years[{period}]"] == 0) & ~np.isnan(self.total[period]) for period in ("by3", "py")
        }
        gone = self.empty["py"] & self.empty["by3"]
        self.listed = {period: of[f"listed[{period}]"].astype(bool) for period in PERIODS}
        self.counts = {period: self.listed[period] & ~gone for period in BASE_YEARS}
        self.counts["py"] = self.listed["py"] & ~self.empty["py"]
        self.nowhere = ~np.any([each.any(axis=0) for each in self.listed.values()], axis=0)
        self.dollars, self.blends = era in ("first-agreement", "rebased-2016"), year >= 2019
        self.adjusts = (year >= 2017) & self.has("regional_period") & (of["regional_period"] != 0)
        self.by_assignment = year < 2019

    def has(self, name: str) -> Rows:
        return ~np.isnan(self.of[name])

    def weight(self, factor: str, period: str, given: str) -> NDArray[np.float64]:
        """Of national growth: a blended factor alone counts whole, where no weight of any type is given."""
        if not self.blends:
            return np.full((4, ROWS), float(self.dollars))
        weights = self.of[f"national_weight[{given}]"]
        alone = np.isnan(weights).all(axis=0) & ~self.has(f"regional[{period}]") & self.has(f"{factor}[{period}]")
        return np.where(alone, 1.0, weights)

    def whole(self) -> Iterator[tuple[str, Rows]]:
        """Conditions of an ACO-year."""
        of = self.of
        yield "unlisted_aco", self.nowhere
        yield "agreement_period_missing", ~self.has("agreement_period")
        yield "months_missing", ~self.has("months") & of["starts_within_year"].astype(bool)
        yield "regional_period_missing", (self.year >= 2017) & ~self.has("regional_period")
        settled = sum(self.total[period] for period in BASE_YEARS) / 3
        settled[settled == 0] = np.nan  # of no person years nothing is prorated
        published = of["prior_average"] * np.minimum(of["prior_person_years"] / settled, 1)
        given = of["prior_savings_per_capita"]
        lacks = {
            "rebased-2016": np.isnan(given),
            "prospective-2024": np.isnan(given) & np.isnan(published),
        }
        yield "prior_savings_missing", lacks.get(self.era, np.zeros(ROWS, dtype=bool))
        for period in ("by3", "py"):
            yield f"nobody_{period}", self.total[period] == 0
        differ = np.abs(given - published) > 0.5
        yield "prior_savings_differ", (self.era == "prospective-2024") & differ
        yield "population_not_given", (self.year >= 2025) & ~self.has("population_adjustment")
        none = {when: ~self.has(f"national_weight[{when}]").any(axis=0) for when in ("by3", "py")}
        yield "weights_not_given", self.blends & (none["by3"] | none["py"])
        pairs = (("national_trend_factor", "by1", "by3"), ("national_update_factor", "py", "py"))
        partly = [
            (of[f"national_weight[{given}]"] < 1) & self.has(f"{factor}[{when}]") & ~self.has(f"regional[{when}]")
            for factor, when, given in pairs
        ]
        yield "region_of_factor_missing", np.any(partly, axis=(0, 1))

    def by_type(self) -> Iterator[tuple[str, Rows]]:
        """Conditions of a period and enrollment type."""
        counts = self.counts
        for when in PERIODS:
            gone = self.empty["py"] if when == "py" else self.empty["py"] & self.empty["by3"]
            yield f"row_missing[{when}]", ~self.nowhere & ~self.listed[when] & ~gone
            yield f"per_capita_missing[{when}]", counts[when] & ~self.has(f"per_capita[{when}]")
            scored = (when != "py") | (not self.by_assignment)
            yield f"risk_score_missing[{when}]", counts[when] & scored & ~self.has(f"risk_score[{when}]")
        for when in ("by3", "py"):
            yield f"person_years_missing[{when}]", self.listed[when] & ~self.has(f"person_years[{when}]")
            aged = counts[when] & ~self.has(f"demographic_score[{when}]")
            yield f"demographic_score_missing[{when}]", (self.year >= 2024) & aged
        trends = {when: self.weight("national_trend_factor", when, "by3") for when in ("by1", "by2")}
        for when, weight in trends.items():
            yield f"regional_trend_missing[{when}]", counts[when] & (weight != 1) & ~self.has(f"regional[{when}]")
            grown = self.has(f"national_trend_factor[{when}]") | (
                self.has(f"national[{when}]") & self.has("national[by3]")
            )
            yield f"national_trend_missing[{when}]", counts[when] & (weight != 0) & ~grown
        yield from self.base_year(trends)
        yield from self.update()

    def base_year(self, trends: Figures) -> Iterator[tuple[str, Rows]]:
        here = self.counts["by3"]
        update = np.zeros((4, ROWS)) if not self.blends else self.weight("national_update_factor", "py", "py")
        updates = (update != 1) & (not self.dollars)
        needed = self.adjusts | np.any([each != 1 for each in trends.values()], axis=0) | updates
        yield "regional_missing[by3]", here & needed & ~self.has("regional[by3]")
        yield "weight_missing[by3]", here & np.isnan(sum(trends.values()))
        capped = ((self.year >= 2019) & self.adjusts) | (self.year >= 2024)
        yield "national_missing[by3]", here & capped & ~self.has("national[by3]")

    def update(self) -> Iterator[tuple[str, Rows]]:
        here = self.counts["py"]
        weight = np.zeros((4, ROWS)) if not self.blends else self.weight("national_update_factor", "py", "py")
        grown = self.has("national_update_factor[py]") | (self.has("national[py]") & self.has("national[by3]"))
        parts = [self.has(f"{who}_{what}[py]") for who in ("newly", "continuously") for what in ("share", "ratio")]
        ratio = self.has("combined_risk_ratio[py]") | np.all(parts, axis=0)
        yield "risk_ratio_missing[py]", here & self.by_assignment & ~ratio
        yield "weight_missing[py]", here & (not self.dollars) & np.isnan(weight)
        yield "regional_missing[py]", here & (not self.dollars) & (weight != 1) & ~self.has("regional[py]")
        yield "national_update_missing[py]", here & (not self.dollars) & (weight != 0) & ~grown
        yield "acpt_missing[py]", here & (self.year >= 2024) & ~self.has("acpt_update_factor[py]")
        added = self.has("flat_dollar_update[py]") | (self.has("national[py]") & self.has("national[by3]"))
        yield "dollars_missing[py]", here & self.dollars & ~added


@pytest.mark.parametrize(("era", "year"), ERAS)
def test_notes_of_benchmarks_stand_where_their_conditions_hold(era: str, year: int) -> None:
    law = law_of(BOOK, "mssp", "benchmark_notes")
    of = figures(law, year)
    plain = Plainly(of, era, year)
    expected = dict(plain.whole()) | dict(plain.by_type())
    assert expected.keys() == {step.key for step in law.notes}
    wanted = [f"{key}:when" for key in expected]
    found = in_situation(Situation("mssp-benchmark", era, year), BOOK, law, wanted, of, ROWS)
    for key, holds in expected.items():
        told = np.broadcast_to(np.equal(found[f"{key}:when"], 1), np.shape(holds))
        wrong = told != holds
        at = int(np.argmax(wrong.any(axis=0) if wrong.ndim > 1 else wrong))
        assert not wrong.any(), (key, wrong.sum(), {name: each[..., at] for name, each in of.items()})
