"""What a benchmark needs and the files do not give, named by period and enrollment type."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aco_cli.engine.benchmark.sheet import EARLIER, PERIODS, TYPES
from aco_cli.engine.lines import Column, Values


def missing(v: Values) -> Iterator[tuple[str, Column]]:
    """Each piece by name with the rows that need and lack it. A type without person years needs nothing."""
    listed = [getattr(v, f"listed_{period}_{kind}") for period in PERIODS for kind in TYPES]
    nowhere = ~np.logical_or.reduce(listed)
    yield "every row of the expenditure file", nowhere
    yield "agreement_period", np.isnan(v.agreement_period)
    yield "months (the agreement starts within the performance year)", np.isnan(v.part_of_year)
    yield "regional_period", np.isnan(v.has_regional)
    yield "prior_savings_per_capita", ~np.isnan(v.prior_savings_share) & np.isnan(v.prior_savings_per_capita)
    for period in ("by3", "py"):
        yield f"person_years of {period.upper()} above 0", getattr(v, f"all_person_years_{period}") == 0
    for period in PERIODS:
        for kind in TYPES:
            of_type = _Type(v, period, kind)
            for name, rows in of_type.missing():
                yield f"{period.upper()} {kind.replace('_', '-')} {name}", rows & ~nowhere


def lacks_region_of_factor(v: Values) -> Column:
    """Where a factor is given with a national weight below 1, and no region to blend it with."""
    found: Column = np.asarray(False)
    for weight, factor, region in (
        ("national_weight_by3", "national_trend_factor_by1", "regional_by1"),
        ("national_weight_py", "national_update_factor_py", "regional_py"),
    ):
        for kind in TYPES:
            given = ~np.isnan(getattr(v, f"{factor}_{kind}")) & np.isnan(getattr(v, f"{region}_{kind}"))
            found = found | (getattr(v, f"{weight}_{kind}") < 1) & given
    return found


class _Type:
    """One period and enrollment type of all rows."""

    def __init__(self, values: Values, period: str, kind: str) -> None:
        self.v = values
        self.period = period
        self.kind = kind
        nobody = self._empty("py")
        self.counts = ~(nobody & self._empty("by3")) if period != "py" else ~nobody

    def line(self, name: str) -> Column:
        column: Column = getattr(self.v, f"{name}_{self.kind}")
        return column

    def _empty(self, period: str) -> Column:
        """Where the type has no people in a period, or nobody at all is said to be there."""
        nobody: Column = (self.line(f"share_{period}") == 0) | (getattr(self.v, f"all_person_years_{period}") == 0)
        return nobody

    def lacks(self, name: str) -> Column:
        """Where a figure of the period is unknown."""
        unknown: Column = np.isnan(self.line(f"{name}_{self.period}"))
        return unknown

    def missing(self) -> Iterator[tuple[str, Column]]:
        absent = ~self.line(f"listed_{self.period}")
        yield "row of the expenditure file", self.counts & absent
        for name, rows in self._figures():
            yield name, rows & ~absent

    def _figures(self) -> Iterator[tuple[str, Column]]:
        if self.period in ("by3", "py"):
            yield "person_years", self.lacks("person_years")
        yield "per_capita_expenditure", self.counts & self.lacks("per_capita")
        by_score = self.period != "py" or ~self.v.by_assignment
        yield "risk_score", self.counts & by_score & self.lacks("risk_score")
        if self.period in EARLIER:
            yield from self._trend()
        elif self.period == "by3":
            yield from self._adjustment()
        else:
            yield from self._update()

    def _trend(self) -> Iterator[tuple[str, Column]]:
        weight = self.line(f"trend_weight_{self.period}")
        yield "regional_expenditure", self.counts & (weight != 1) & self.lacks("regional")
        unknown = np.isnan(self.line(f"national_trend_{self.period}"))
        yield "trend_factor or national_expenditure (reference)", self.counts & (weight != 0) & unknown

    def _adjustment(self) -> Iterator[tuple[str, Column]]:
        adjusts = (self.v.has_regional != 0) & ~np.isnan(self.v.lower_weight)
        trends, update = [self.line(f"trend_weight_{year}") for year in EARLIER], self.line("update_weight")
        regional = adjusts | (trends[0] != 1) | (trends[1] != 1) | ~(self.v.adds_dollars | (update == 1))
        yield "regional_expenditure", self.counts & regional & self.lacks("regional")
        yield "national_weight", self.counts & np.isnan(trends[0] + trends[1])
        capped = ~np.isnan(self.v.cap_share) & adjusts | ~np.isnan(self.v.prior_savings_cap_share)
        yield "national_expenditure (reference)", self.counts & capped & self.lacks("national")
        yield "demographic_score", self._by_demography()

    def _update(self) -> Iterator[tuple[str, Column]]:
        ratio = self.v.by_assignment & np.isnan(self.line("assignment_risk_ratio"))
        yield "risk_ratio (or shares and ratios of newly and continuously assigned)", self.counts & ratio
        yield "demographic_score", self._by_demography()
        weight, multiplies = self.line("update_weight"), ~self.v.adds_dollars
        yield "national_weight", self.counts & multiplies & np.isnan(weight)
        yield "regional_expenditure", self.counts & multiplies & (weight != 1) & self.lacks("regional")
        unknown = np.isnan(self.line("national_update"))
        yield "update_factor or national_expenditure (reference)", self.counts & multiplies & (weight != 0) & unknown
        prospective = ~np.isnan(self.v.acpt_weight)
        yield "acpt_update_factor (reference)", self.counts & prospective & self.lacks("acpt_update_factor")
        yield "flat_dollar_update (reference)", self.counts & np.isnan(self.line("dollar_update"))

    def _by_demography(self) -> Column:
        needed: Column = self.counts & ~np.isnan(self.v.risk_margin) & self.lacks("demographic_score")
        return needed
