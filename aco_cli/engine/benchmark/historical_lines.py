"""Lines: the historical benchmark before adjustment (table 1 of CMS's report, A to I); per capita US dollars."""

from __future__ import annotations

import numpy as np

from aco_cli.engine.benchmark.figures import INPUTS
from aco_cli.engine.benchmark.person_years import add_person_years
from aco_cli.engine.benchmark.sheet import (
    BENCHMARK_YEARS,
    BLEND,
    EARLIER,
    TypedSheet,
    blended,
    over_types,
    sum_over_types,
)
from aco_cli.engine.benchmark.weights import ALONE, add_unweighted
from aco_cli.engine.lines import Column, Values, given_or
from aco_cli.rules.columns import RuleColumns

SHEET = TypedSheet(frozenset(each.name for each in INPUTS))
line = SHEET.line

add_person_years(SHEET, "by3", letter="H", rule="trend")


@line(
    "Risk ratio to BY3", "ratio", letter="D", formula="risk_score_by3/risk_score", periods=BENCHMARK_YEARS, rule="trend"
)
def risk_ratio(v: Values, _r: RuleColumns) -> Column:
    """Risk score of benchmark year 3 over that of the year."""
    return v.risk_score_by3 / v.risk_score


@line(
    "National trend",
    "ratio",
    formula="IF(ISNUMBER(national_trend_factor),national_trend_factor,national_by3/national)",
    periods=EARLIER,
    rule="trend",
    table="A3",
)
def national_trend(v: Values, _r: RuleColumns) -> Column:
    """National growth from the year to BY3: the factor given, or the ratio of national expenditures."""
    return given_or(v.national_trend_factor, v.national_by3 / v.national)


@line("Regional trend", "ratio", formula="regional_by3/regional", periods=EARLIER, rule="trend", table="A3")
def regional_trend(v: Values, _r: RuleColumns) -> Column:
    """Regional growth from the year to BY3."""
    return v.regional_by3 / v.regional


add_unweighted(SHEET, "by3", rule="trend")
_ALONE = ALONE.format("unweighted_by3", "regional", "national_trend_factor", "national_weight_by3")


@line(
    "National share of the trend",
    "fraction",
    formula=f'IF(rules.trend="blend",{_ALONE},IF(rules.trend="national",1,0))',
    periods=EARLIER,
    rule="trend",
    table="A3",
)
def trend_weight(v: Values, r: RuleColumns) -> Column:
    """All, none, or the national weight of BY3; all of a factor given where there is neither weight nor region."""
    alone = v.unweighted_by3 & np.isnan(v.regional) & ~np.isnan(v.national_trend_factor)
    weight = np.where(alone, 1.0, v.national_weight_by3)
    return np.where(r.flag("trend", "blend"), weight, np.where(r.flag("trend", "national"), 1.0, 0.0))


@line(
    "Trend factor",
    "ratio",
    letter="E",
    formula=BLEND.format("trend_weight", "national_trend", "regional_trend"),
    periods=EARLIER,
    rule="trend",
)
def trend(v: Values, _r: RuleColumns) -> Column:
    """National and regional growth, blended by the national share."""
    return blended(v.trend_weight, v.national_trend, v.regional_trend)


def _trend_of_by3() -> None:
    @line("Trend factor", "ratio", letter="E", formula="1", periods=("by3",), rule="trend")
    def trend(_v: Values, _r: RuleColumns) -> Column:
        """Benchmark year 3 is the one that the others are brought to."""
        return np.asarray(1.0)


_trend_of_by3()


@line(
    "Trended, risk-adjusted expenditure",
    "USD",
    letter="F",
    formula="per_capita*risk_ratio*trend",
    periods=BENCHMARK_YEARS,
    rule="trend",
)
def trended(v: Values, _r: RuleColumns) -> Column:
    """Per capita expenditure x risk ratio x trend factor."""
    return v.per_capita * v.risk_ratio * v.trend


def _weight(period: str) -> None:
    @line(
        "Weight of the benchmark year",
        "fraction",
        formula=f"IF(agreement_period=1,rules.year_weights.first_{period},rules.year_weights.renewing_{period})",
        periods=(period,),
        by_type=False,
        rule="year_weights",
    )
    def year_weight(v: Values, r: RuleColumns) -> Column:
        """Weight of the benchmark year: by whether the agreement is the ACO's first."""
        first = r.number(f"year_weights.first_{period}")
        return np.where(v.agreement_period == 1, first, r.number(f"year_weights.renewing_{period}"))


for _period in BENCHMARK_YEARS:
    _weight(_period)


@line(
    "Historical expenditure of the type",
    "USD",
    letter="G",
    formula="year_weight_by1*trended_by1+year_weight_by2*trended_by2+year_weight_by3*trended_by3",
    rule="year_weights",
)
def historical(v: Values, _r: RuleColumns) -> Column:
    """Benchmark years weighted and summed."""
    earlier = v.year_weight_by1 * v.trended_by1 + v.year_weight_by2 * v.trended_by2
    return np.asarray(earlier + v.year_weight_by3 * v.trended_by3)


@line(
    "Historical benchmark before adjustment",
    "USD",
    letter="I",
    formula=over_types("share_by3", "historical"),
    by_type=False,
    rule="trend",
)
def historical_benchmark(v: Values, _r: RuleColumns) -> Column:
    """Types weighted by their shares of person years in benchmark year 3."""
    return sum_over_types(v, "share_by3", "historical")
