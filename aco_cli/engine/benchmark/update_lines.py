"""Lines: risk adjustment, update and totals (table 2 of CMS's report); US dollars, per capita but for the totals."""

from __future__ import annotations

import numpy as np

from aco_cli.engine.benchmark import adjustment_lines
from aco_cli.engine.benchmark.person_years import add_person_years
from aco_cli.engine.benchmark.sheet import BLEND, TypedSheet, blended, over_types, sum_over_types
from aco_cli.engine.benchmark.weights import ALONE, add_unweighted
from aco_cli.engine.lines import V11, Column, Values, given_or
from aco_cli.rules.columns import RuleColumns

SHEET = TypedSheet(adjustment_lines.SHEET.known)
line = SHEET.line

TOTAL = f"{V11}, 4.2, 4.3"


@line("Adjusted expenditure of the type, from table 1", "USD", letter="A", formula="adjusted", rule="era")
def brought_forward(v: Values, _r: RuleColumns) -> Column:
    """Adjusted expenditure, [R] of table 1."""
    return v.adjusted


@line(
    "Adjusted historical benchmark, from table 1",
    "USD",
    letter="A",
    formula="adjusted_benchmark",
    by_type=False,
    rule="era",
)
def benchmark_brought_forward(v: Values, _r: RuleColumns) -> Column:
    """Adjusted historical benchmark, [S] of table 1."""
    return v.adjusted_benchmark


add_person_years(SHEET, "py", letter="G", rule="update")


@line(
    "Growth of the risk score",
    "ratio",
    formula="risk_score_py/risk_score_by3",
    rule="risk_adjustment",
    table="A1",
)
def risk_growth(v: Values, _r: RuleColumns) -> Column:
    """Risk score of the performance year over that of benchmark year 3."""
    return v.risk_score_py / v.risk_score_by3


@line(
    "Growth of the demographic score",
    "ratio",
    formula="demographic_score_py/demographic_score_by3",
    rule="risk_adjustment",
    table="A1",
)
def demographic_growth(v: Values, _r: RuleColumns) -> Column:
    """Demographic score of the performance year over that of benchmark year 3."""
    return v.demographic_score_py / v.demographic_score_by3


def _aggregate(figure: str) -> str:
    return f"({over_types('share_py', 'adjusted', figure)})/({over_types('share_py', 'adjusted')})"


@line(
    "Growth of the risk score, all types",
    "ratio",
    formula=_aggregate("risk_growth"),
    by_type=False,
    rule="risk_adjustment",
)
def aggregate_risk_growth(v: Values, _r: RuleColumns) -> Column:
    """Weighted by the dollars that it moves."""
    return sum_over_types(v, "share_py", "adjusted", "risk_growth") / sum_over_types(v, "share_py", "adjusted")


@line(
    "Growth of the demographic score, all types",
    "ratio",
    formula=_aggregate("demographic_growth"),
    by_type=False,
    rule="risk_adjustment",
)
def aggregate_demographic_growth(v: Values, _r: RuleColumns) -> Column:
    """Weighted by the dollars that it moves."""
    return sum_over_types(v, "share_py", "adjusted", "demographic_growth") / sum_over_types(v, "share_py", "adjusted")


@line(
    "Room for the risk score above demographic growth",
    "ratio",
    formula="rules.risk_adjustment.margin",
    by_type=False,
    rule="risk_adjustment",
)
def risk_margin(_v: Values, r: RuleColumns) -> Column:
    """In an era whose cap holds for all types together; otherwise unknown."""
    return r.number("risk_adjustment.margin")


@line(
    "Highest risk ratio of a type alone",
    "ratio",
    formula="rules.risk_adjustment.cap",
    by_type=False,
    rule="risk_adjustment",
)
def type_risk_cap(_v: Values, r: RuleColumns) -> Column:
    """In an era that caps each type by itself; otherwise unknown."""
    return r.number("risk_adjustment.cap")


@line(
    "Highest risk ratio",
    "ratio",
    formula="IF(ISNUMBER(risk_margin),IF(aggregate_risk_growth>aggregate_demographic_growth+risk_margin,"
    "aggregate_demographic_growth+risk_margin,NA()),type_risk_cap)",
    by_type=False,
    rule="risk_adjustment",
)
def risk_cap(v: Values, _r: RuleColumns) -> Column:
    """Of each type, or demographic growth and the margin if all types together are beyond; unknown is none."""
    together = v.aggregate_demographic_growth + v.risk_margin
    return np.where(
        np.isnan(v.risk_margin), v.type_risk_cap, np.where(v.aggregate_risk_growth > together, together, np.nan)
    )


@line(
    "Risk ratio by assignment",
    "condition",
    formula='rules.risk_adjustment.basis="by-assignment"',
    by_type=False,
    rule="risk_adjustment",
)
def by_assignment(_v: Values, r: RuleColumns) -> Column:
    """The era adjusts newly and continuously assigned beneficiaries each in their own way."""
    return r.flag("risk_adjustment.basis", "by-assignment")


@line(
    "Risk ratio of newly and continuously assigned",
    "ratio",
    formula="IF(ISNUMBER(combined_risk_ratio_py),combined_risk_ratio_py,"
    "newly_share_py*newly_ratio_py+continuously_share_py*continuously_ratio_py)",
    cite="42 CFR 425.604(a)",
)
def assignment_risk_ratio(v: Values, _r: RuleColumns) -> Column:
    """The ratio given, or those of newly and continuously assigned beneficiaries weighted by their shares."""
    parts = v.newly_share_py * v.newly_ratio_py + v.continuously_share_py * v.continuously_ratio_py
    return given_or(v.combined_risk_ratio_py, parts)


@line(
    "Risk ratio to the performance year",
    "ratio",
    letter="C",
    formula="IF(by_assignment,assignment_risk_ratio,"
    "IF(AND(ISNUMBER(risk_margin),NOT(ISNUMBER(aggregate_demographic_growth+aggregate_risk_growth))),NA(),"
    "IF(ISNUMBER(risk_cap),MIN(risk_growth,risk_cap),risk_growth)))",
    rule="risk_adjustment",
)
def performance_risk_ratio(v: Values, _r: RuleColumns) -> Column:
    """Growth of the risk score up to the cap, without a floor; or the ratio of newly and continuously assigned."""
    return np.where(v.by_assignment, v.assignment_risk_ratio, _capped(v))


def _capped(v: Values) -> Column:
    lacks = ~np.isnan(v.risk_margin) & np.isnan(v.aggregate_demographic_growth + v.aggregate_risk_growth)
    capped = np.where(np.isnan(v.risk_cap), v.risk_growth, np.minimum(v.risk_growth, v.risk_cap))
    return np.where(lacks, np.nan, capped)


@line(
    "Risk-adjusted expenditure",
    "USD",
    letter="D",
    formula="brought_forward*performance_risk_ratio",
    rule="risk_adjustment",
)
def risk_adjusted(v: Values, _r: RuleColumns) -> Column:
    """Adjusted expenditure x risk ratio."""
    return v.brought_forward * v.performance_risk_ratio


@line(
    "National update",
    "ratio",
    formula="IF(ISNUMBER(national_update_factor_py),national_update_factor_py,national_py/national_by3)",
    rule="update",
    table="A3",
)
def national_update(v: Values, _r: RuleColumns) -> Column:
    """National growth from BY3 to the performance year: the factor given, or the ratio of national expenditures."""
    return given_or(v.national_update_factor_py, v.national_py / v.national_by3)


@line("Regional update", "ratio", formula="regional_py/regional_by3", rule="update", table="A3")
def regional_update(v: Values, _r: RuleColumns) -> Column:
    """Regional growth from BY3 to the performance year."""
    return v.regional_py / v.regional_by3


add_unweighted(SHEET, "py", rule="update")
_ALONE = ALONE.format("unweighted_py", "regional_py", "national_update_factor_py", "national_weight_py")


@line(
    "National share of the update",
    "fraction",
    formula=f'IF(rules.update="blend",{_ALONE},0)',
    rule="update",
    table="A3",
)
def update_weight(v: Values, r: RuleColumns) -> Column:
    """None, or the national weight of the year; all of a factor given where there is neither weight nor region."""
    alone = v.unweighted_py & np.isnan(v.regional_py) & ~np.isnan(v.national_update_factor_py)
    weight = np.where(alone, 1.0, v.national_weight_py)
    return np.where(r.flag("update", "blend"), weight, 0.0)


@line("Update in dollars", "condition", formula='rules.update="flat-dollar"', by_type=False, rule="update")
def adds_dollars(_v: Values, r: RuleColumns) -> Column:
    """The era adds national growth in dollars instead of multiplying."""
    return r.flag("update", "flat-dollar")


@line(
    "Two-way update",
    "ratio",
    formula=f"IF(adds_dollars,1,{BLEND.format('update_weight', 'national_update', 'regional_update')})",
    rule="update",
)
def two_way_update(v: Values, _r: RuleColumns) -> Column:
    """National and regional growth, blended by the national share; 1 where dollars are added."""
    return np.where(v.adds_dollars, 1.0, blended(v.update_weight, v.national_update, v.regional_update))


@line(
    "Weight of the prospective trend",
    "fraction",
    formula="rules.prospective_trend",
    by_type=False,
    rule="prospective_trend",
)
def acpt_weight(_v: Values, r: RuleColumns) -> Column:
    """Of growth fixed at the start of the agreement; unknown in an era without."""
    return r.number("prospective_trend")


@line(
    "Update factor",
    "ratio",
    letter="E",
    formula="IF(ISNUMBER(acpt_weight),(1-acpt_weight)*two_way_update+acpt_weight*acpt_update_factor_py,two_way_update)",
    rule="update",
)
def update_factor(v: Values, _r: RuleColumns) -> Column:
    """The two-way update, and from 2024 on the prospective trend at its weight."""
    three_way = (1 - v.acpt_weight) * v.two_way_update + v.acpt_weight * v.acpt_update_factor_py
    return np.where(np.isnan(v.acpt_weight), v.two_way_update, three_way)


@line(
    "Flat-dollar update",
    "USD",
    letter="E",
    formula="IF(adds_dollars,IF(ISNUMBER(flat_dollar_update_py),flat_dollar_update_py,national_py-national_by3),0)",
    rule="update",
)
def dollar_update(v: Values, _r: RuleColumns) -> Column:
    """National growth in dollars per person year, where the era adds it: given, or the difference of two years."""
    return np.where(v.adds_dollars, given_or(v.flat_dollar_update_py, v.national_py - v.national_by3), 0.0)


@line(
    "Updated expenditure of the type",
    "USD",
    letter="F",
    formula="risk_adjusted*update_factor+dollar_update",
    rule="update",
)
def updated(v: Values, _r: RuleColumns) -> Column:
    """Risk-adjusted expenditure brought to the performance year."""
    return v.risk_adjusted * v.update_factor + v.dollar_update


@line(
    "Updated benchmark",
    "USD",
    letter="H",
    formula=over_types("share_py", "updated"),
    by_type=False,
    rule="update",
)
def updated_benchmark(v: Values, _r: RuleColumns) -> Column:
    """Types weighted by their shares of person years in the performance year."""
    return sum_over_types(v, "share_py", "updated")


@line(
    "Updated benchmark without the prospective trend",
    "USD",
    formula=f"IF(ISNUMBER(acpt_weight),{over_types('share_py', 'risk_adjusted', 'two_way_update')},NA())",
    by_type=False,
    rule="prospective_trend",
)
def two_way_benchmark(v: Values, _r: RuleColumns) -> Column:
    """What stands in under the guardrail, if losses would be owed otherwise."""
    return np.where(np.isnan(v.acpt_weight), np.nan, sum_over_types(v, "share_py", "risk_adjusted", "two_way_update"))


@line(
    "Per capita expenditure of the performance year",
    "USD",
    formula=over_types("share_py", "per_capita_py"),
    by_type=False,
    cite=TOTAL,
)
def expenditure_per_capita(v: Values, _r: RuleColumns) -> Column:
    """Types weighted by their shares of person years in the performance year."""
    return sum_over_types(v, "share_py", "per_capita_py")


@line(
    "Part of the year",
    "fraction",
    formula="IF(ISNUMBER(months),MIN(months,12)/12,IF(starts_within_year=1,NA(),1))",
    by_type=False,
    cite=TOTAL,
)
def part_of_year(v: Values, _r: RuleColumns) -> Column:
    """Half in the six-month performance years of 2019, whose figures are those of the whole calendar year.

    Unknown where the agreement starts within the year and the roster does not say how long that is.
    """
    whole = np.where(v.starts_within_year == 1, np.nan, 1.0)
    return given_or(np.minimum(v.months, 12) / 12, whole)


def _total(figure: str) -> str:
    return f"{figure}*all_person_years_py*part_of_year"


@line("Total benchmark", "USD", formula=_total("updated_benchmark"), by_type=False, cite=TOTAL)
def benchmark_total(v: Values, _r: RuleColumns) -> Column:
    """Updated benchmark x person years x part of the year."""
    return v.updated_benchmark * v.all_person_years_py * v.part_of_year


@line(
    "Total benchmark without the prospective trend",
    "USD",
    formula=_total("two_way_benchmark"),
    by_type=False,
    rule="prospective_trend",
)
def two_way_total(v: Values, _r: RuleColumns) -> Column:
    """The benchmark under the guardrail x person years x part of the year."""
    return v.two_way_benchmark * v.all_person_years_py * v.part_of_year


@line("Total expenditures", "USD", formula=_total("expenditure_per_capita"), by_type=False, cite=TOTAL)
def expenditure_total(v: Values, _r: RuleColumns) -> Column:
    """Per capita expenditure x person years x part of the year."""
    return v.expenditure_per_capita * v.all_person_years_py * v.part_of_year
