"""Lines: adjustments of the historical benchmark (table 1 of CMS's report, J to S); per capita US dollars."""

from __future__ import annotations

import numpy as np

from aco_cli.engine.benchmark import historical_lines
from aco_cli.engine.benchmark.sheet import EITHER, TypedSheet, either, over_types, sum_over_types
from aco_cli.engine.lines import Column, Values
from aco_cli.rules.columns import RuleColumns

SHEET = TypedSheet(historical_lines.SHEET.known)
line = SHEET.line

_ADDED = "MAX(countable_savings,0)"


@line(
    "Regional expenditure at the ACO's risk",
    "USD",
    letter="K",
    formula="regional_by3*risk_score_by3",
    rule="regional_adjustment",
)
def regional_at_risk(v: Values, _r: RuleColumns) -> Column:
    """Risk-adjusted regional expenditure of benchmark year 3 x the ACO's risk score."""
    return v.regional_by3 * v.risk_score_by3


@line("Regional minus historical", "USD", letter="L", formula="regional_at_risk-historical", rule="regional_adjustment")
def regional_difference(v: Values, _r: RuleColumns) -> Column:
    """Positive where the ACO spends less than its region."""
    return v.regional_at_risk - v.historical


@line(
    "Regional minus historical, all types",
    "USD",
    letter="M",
    formula=over_types("share_by3", "regional_difference"),
    by_type=False,
    rule="regional_adjustment",
)
def weighted_difference(v: Values, _r: RuleColumns) -> Column:
    """Its sign says whether the ACO spends less (positive) or more than its region."""
    return sum_over_types(v, "share_by3", "regional_difference")


@line(
    "Regional weight where the ACO spends less",
    "fraction",
    formula="NTH(rules.regional_adjustment.lower,regional_period)",
    by_type=False,
    rule="regional_adjustment",
)
def lower_weight(v: Values, r: RuleColumns) -> Column:
    """By the number of agreement periods subject to the adjustment."""
    return r.nth("regional_adjustment.lower", v.regional_period)


@line(
    "Regional weight where the ACO spends more",
    "fraction",
    formula="NTH(rules.regional_adjustment.higher,regional_period)",
    by_type=False,
    rule="regional_adjustment",
)
def higher_weight(v: Values, r: RuleColumns) -> Column:
    """By the number of agreement periods subject to the adjustment."""
    return r.nth("regional_adjustment.higher", v.regional_period)


@line(
    "Weight of the regional adjustment",
    "fraction",
    letter="N",
    formula="IF(ISNUMBER(weighted_difference),IF(weighted_difference>0,lower_weight,higher_weight),NA())",
    by_type=False,
    rule="regional_adjustment",
)
def regional_weight(v: Values, _r: RuleColumns) -> Column:
    """The one for an ACO that spends less than its region, or for one that does not."""
    spends_less = np.where(np.isnan(v.weighted_difference), np.nan, v.weighted_difference > 0)
    return either(spends_less, v.lower_weight, v.higher_weight)


@line(
    "Regional adjustment before the cap",
    "USD",
    letter="O",
    formula="regional_difference*regional_weight",
    rule="regional_adjustment",
)
def uncapped_adjustment(v: Values, _r: RuleColumns) -> Column:
    """Difference x weight."""
    return v.regional_difference * v.regional_weight


@line(
    "Cap of the regional adjustment upward",
    "fraction",
    formula="rules.regional_adjustment.cap",
    by_type=False,
    rule="regional_adjustment",
)
def cap_share(_v: Values, r: RuleColumns) -> Column:
    """As a share of national expenditure; unknown in an era without caps."""
    return r.number("regional_adjustment.cap")


@line(
    "Cap of the regional adjustment downward",
    "fraction",
    formula="rules.regional_adjustment.downward_cap",
    by_type=False,
    rule="regional_adjustment",
)
def downward_cap_share(_v: Values, r: RuleColumns) -> Column:
    """As a share of national expenditure; unknown in an era without caps."""
    return r.number("regional_adjustment.downward_cap")


@line("Cap upward", "USD", letter="P", formula="cap_share*national_by3", rule="regional_adjustment")
def adjustment_cap(v: Values, _r: RuleColumns) -> Column:
    """Share of the national expenditure of benchmark year 3."""
    return v.cap_share * v.national_by3


@line("Cap downward", "USD", letter="P", formula="downward_cap_share*national_by3", rule="regional_adjustment")
def downward_cap(v: Values, _r: RuleColumns) -> Column:
    """Share of the national expenditure of benchmark year 3."""
    return v.downward_cap_share * v.national_by3


@line(
    "Regional adjustment applies",
    "condition",
    formula="IF(ISNUMBER(NTH(rules.regional_adjustment.lower,1)),IF(ISNUMBER(regional_period),NOT(regional_period=0),NA()),0)",
    by_type=False,
    rule="regional_adjustment",
)
def has_regional(v: Values, r: RuleColumns) -> Column:
    """The era has one, and the agreement period is subject to it (unknown where that is not said)."""
    exists = ~np.isnan(r.nth("regional_adjustment.lower", np.asarray(1.0)))
    subject = np.where(np.isnan(v.regional_period), np.nan, v.regional_period != 0)
    return np.where(exists, subject, 0.0)


@line(
    "Capped regional adjustment",
    "USD",
    letter="Q",
    formula=EITHER.format(
        "has_regional",
        "IF(ISNUMBER(cap_share),MIN(adjustment_cap,MAX(-downward_cap,uncapped_adjustment)),uncapped_adjustment)",
        "0",
    ),
    rule="regional_adjustment",
)
def capped_adjustment(v: Values, _r: RuleColumns) -> Column:
    """Within the caps either way; zero where no regional adjustment applies."""
    capped = np.clip(v.uncapped_adjustment, -v.downward_cap, v.adjustment_cap)
    return either(v.has_regional, np.where(np.isnan(v.cap_share), v.uncapped_adjustment, capped), np.asarray(0.0))


@line(
    "Regional adjustment, all types",
    "USD",
    formula=over_types("share_by3", "capped_adjustment"),
    by_type=False,
    rule="regional_adjustment",
)
def weighted_adjustment(v: Values, _r: RuleColumns) -> Column:
    """Adjustments of the types weighted by their shares in benchmark year 3."""
    return sum_over_types(v, "share_by3", "capped_adjustment")


@line("Share of prior savings", "fraction", formula="rules.prior_savings.share", by_type=False, rule="prior_savings")
def prior_savings_share(_v: Values, r: RuleColumns) -> Column:
    """How much of the average prior savings may be added; unknown in an era that adds none."""
    return r.number("prior_savings.share")


@line(
    "Cap of prior savings as a share",
    "fraction",
    formula="rules.prior_savings.cap",
    by_type=False,
    rule="prior_savings",
)
def prior_savings_cap_share(_v: Values, r: RuleColumns) -> Column:
    """As a share of national expenditure; unknown in an era without cap."""
    return r.number("prior_savings.cap")


@line(
    "Only the highest adjustment counts",
    "condition",
    formula="rules.prior_savings.takes_highest=1",
    by_type=False,
    rule="prior_savings",
)
def takes_highest(_v: Values, r: RuleColumns) -> Column:
    """The higher of regional and prior savings adjustment, and not below zero, instead of both."""
    return r.flag("prior_savings.takes_highest", True)


@line(
    "Cap of prior savings",
    "USD",
    formula=f"prior_savings_cap_share*({over_types('share_by3', 'national_by3')})",
    by_type=False,
    rule="prior_savings",
)
def prior_savings_cap(v: Values, _r: RuleColumns) -> Column:
    """Share of national expenditure, weighted by the ACO's own types."""
    return v.prior_savings_cap_share * sum_over_types(v, "share_by3", "national_by3")


@line(
    "Prior savings that may count",
    "USD",
    formula="IF(ISNUMBER(prior_savings_share),IF(ISNUMBER(prior_savings_cap_share),"
    "MIN(prior_savings_share*prior_savings_per_capita,prior_savings_cap),"
    "prior_savings_share*prior_savings_per_capita),0)",
    by_type=False,
    rule="prior_savings",
)
def countable_savings(v: Values, _r: RuleColumns) -> Column:
    """The era's share of average prior savings, within its cap; zero in an era that adds none."""
    shared = v.prior_savings_share * v.prior_savings_per_capita
    capped = np.where(np.isnan(v.prior_savings_cap_share), shared, np.minimum(shared, v.prior_savings_cap))
    return np.where(np.isnan(v.prior_savings_share), 0.0, capped)


@line(
    "Regional adjustment counts",
    "condition",
    formula="IF(takes_highest,IF(AND(ISNUMBER(weighted_adjustment),ISNUMBER(countable_savings)),"
    "AND(weighted_adjustment>0,weighted_adjustment>=countable_savings),NA()),1)",
    by_type=False,
    rule="prior_savings",
)
def counts_regional(v: Values, _r: RuleColumns) -> Column:
    """Always, or only where it is positive and prior savings are not higher."""
    higher = (v.weighted_adjustment > 0) & (v.weighted_adjustment >= v.countable_savings)
    unknown = np.isnan(v.weighted_adjustment) | np.isnan(v.countable_savings)
    return np.where(v.takes_highest, np.where(unknown, np.nan, higher), 1.0)


@line(
    "Regional adjustment of the type",
    "USD",
    formula=EITHER.format("counts_regional", "capped_adjustment", "0"),
    rule="prior_savings",
)
def type_adjustment(v: Values, _r: RuleColumns) -> Column:
    """The capped adjustment, if it counts."""
    return either(v.counts_regional, v.capped_adjustment, np.asarray(0.0))


@line(
    "Regional adjustment",
    "USD",
    formula=over_types("share_by3", "type_adjustment"),
    by_type=False,
    rule="regional_adjustment",
)
def regional_adjustment(v: Values, _r: RuleColumns) -> Column:
    """Adjustments of the types weighted by their shares in benchmark year 3."""
    return sum_over_types(v, "share_by3", "type_adjustment")


@line(
    "Prior savings adjustment",
    "USD",
    formula=f"IF(takes_highest,{EITHER.format('counts_regional', '0', _ADDED)},{_ADDED})",
    by_type=False,
    rule="prior_savings",
)
def prior_savings(v: Values, _r: RuleColumns) -> Column:
    """What is added to every type: prior savings that count, if only the highest does and is not the regional one."""
    added = np.maximum(v.countable_savings, 0)
    return np.where(v.takes_highest, either(v.counts_regional, np.asarray(0.0), added), added)


@line(
    "Adjusted expenditure of the type",
    "USD",
    letter="R",
    formula="historical+type_adjustment+prior_savings",
    rule="era",
)
def adjusted(v: Values, _r: RuleColumns) -> Column:
    """Historical expenditure and its adjustments."""
    return v.historical + v.type_adjustment + v.prior_savings


@line(
    "Adjusted historical benchmark",
    "USD",
    letter="S",
    formula=over_types("share_by3", "adjusted"),
    by_type=False,
    rule="era",
)
def adjusted_benchmark(v: Values, _r: RuleColumns) -> Column:
    """Adjusted types weighted by their shares in benchmark year 3."""
    return sum_over_types(v, "share_by3", "adjusted")
