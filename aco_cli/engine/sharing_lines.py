"""Lines: years that end otherwise, quality, and the final sharing rate."""

from __future__ import annotations

import numpy as np

from aco_cli.engine.lines import V11, Column, Sheet, Values, given_or
from aco_cli.rules.columns import RuleColumns

SHEET = Sheet()
line = SHEET.line

# Parts of formulas
_PRORATED = "rules.termination.losses_prorated=1"
_LEFT_LATE = f"OR(termination_month>rules.termination.voluntary_after_month,AND(is_involuntary,{_PRORATED}))"
_BY_STANDARD = 'OR(rules.quality_in_sharing.basis="standard",rules.quality_in_sharing.basis="alternative")'
_INFERRED = (
    "IF(AND(pays_for_reporting,ISNUMBER(quality_reported)),quality_reported,"
    "IF(ISNUMBER(quality_score),quality_score>0,NA()))"
)
_MEETS_CONDITIONS = (
    "AND(low_revenue=1,beneficiaries>=rules.half_rate.beneficiaries,"
    "agreement_start_year>=rules.half_rate.agreements_from)"
)


@line(
    "Deferred to a later year",
    "condition",
    formula="deferred_to>performance_year",
    cite="Pioneer ACO Model, PY2 reconciliation",
)
def is_deferred(v: Values, _r: RuleColumns) -> Column:
    """The year is settled together with a later one."""
    return v.deferred_to > v.performance_year


@line(
    "Left during the year",
    "condition",
    formula="OR(ISNUMBER(termination_month),mid_year_termination=1)",
    rule="termination",
)
def is_terminated(v: Values, _r: RuleColumns) -> Column:
    """Participation ended before the last day of the performance year."""
    return np.asarray(~np.isnan(v.termination_month) | (v.mid_year_termination == 1))


@line(
    "Savings lost by leaving",
    "condition",
    formula="AND(is_terminated,NOT(termination_month>rules.termination.savings_lost_through_month))",
    rule="termination",
)
def savings_lost(v: Values, r: RuleColumns) -> Column:
    """An ACO that leaves too early in the year shares no savings of it; at an unknown date counts as too early."""
    return np.asarray(v.is_terminated & ~(v.termination_month > r.number("termination.savings_lost_through_month")))


@line(
    "Share of the year for losses",
    "fraction",
    formula=f"IF(is_terminated,IF({_LEFT_LATE},IF({_PRORATED},IFERROR(termination_month/12,0),1),0),1)",
    rule="termination",
)
def loss_months_share(v: Values, r: RuleColumns) -> Column:
    """All of the year for who stays; none for who leaves early; later the whole or the months taken part."""
    prorated = r.flag("termination.losses_prorated", True)
    late = (v.termination_month > r.number("termination.voluntary_after_month")) | (v.is_involuntary & prorated)
    owed = np.where(prorated, np.nan_to_num(v.termination_month / 12), 1.0)
    return np.where(v.is_terminated, np.where(late, owed, 0.0), 1.0)


@line(
    "Maximum sharing rate",
    "fraction",
    letter="Q",
    formula="IF(ISNUMBER(sharing_rate),sharing_rate,rules.maximum_sharing_rate)",
    rule="maximum_sharing_rate",
)
def max_sharing_rate(v: Values, r: RuleColumns) -> Column:
    """The track's share of savings; a rate given in the roster wins."""
    return given_or(v.sharing_rate, r.number("maximum_sharing_rate"))


@line(
    "Paid for reporting",
    "condition",
    formula=(
        'OR(rules.quality_in_sharing.basis="reporting",'
        'AND(rules.quality_in_sharing.basis="score",first_performance_year=1))'
    ),
    rule="quality_in_sharing",
)
def pays_for_reporting(v: Values, r: RuleColumns) -> Column:
    """Complete reporting counts as full quality: in 2012/13 for all, later in an ACO's first performance year."""
    first = r.flag("quality_in_sharing.basis", "score") & (v.first_performance_year == 1)
    return np.asarray(r.flag("quality_in_sharing.basis", "reporting") | first)


@line("Standard decides", "condition", formula=_BY_STANDARD, rule="quality_in_sharing")
def standard_decides(_v: Values, r: RuleColumns) -> Column:
    """Whether meeting the quality standard, and not the score, gives the full rate."""
    return np.asarray(
        r.flag("quality_in_sharing.basis", "standard") | r.flag("quality_in_sharing.basis", "alternative")
    )


@line(
    "Quality standard met",
    "condition",
    letter="S",
    formula=f"IF(ISNUMBER(given_standard_met),given_standard_met,IF(standard_decides,NA(),{_INFERRED}))",
    cite="42 CFR 425.502, 425.512",
)
def quality_standard_met(v: Values, _r: RuleColumns) -> Column:
    """As given; where the standard does not decide: whether the ACO reported, if paid for that, or scored."""
    scored = np.where(np.isnan(v.quality_score), np.nan, v.quality_score > 0)
    reported = given_or(v.quality_reported, scored)
    inferred = np.where(v.pays_for_reporting, reported, scored)
    return given_or(v.given_standard_met, np.where(v.standard_decides, np.nan, inferred))


@line(
    "Quality share of the maximum rate",
    "fraction",
    formula=(
        "IF(ISNUMBER(quality_standard_met),IF(quality_standard_met=1,"
        "IF(OR(pays_for_reporting,standard_decides),1,quality_score),"
        'IF(AND(rules.quality_in_sharing.basis="alternative",quality_alternative_met=1),quality_score,0)),NA())'
    ),
    rule="quality_in_sharing",
)
def quality_share(v: Values, r: RuleColumns) -> Column:
    """1, the quality score or 0, as the year has it; 0 where the standard is not met."""
    met = np.where(v.pays_for_reporting | v.standard_decides, 1.0, v.quality_score)
    alternative = r.flag("quality_in_sharing.basis", "alternative") & (v.quality_alternative_met == 1)
    failed = np.where(alternative, v.quality_score, 0.0)
    return np.where(np.isnan(v.quality_standard_met), np.nan, np.where(v.quality_standard_met == 1, met, failed))


@line(
    "Reduced sharing below the minimum",
    "condition",
    formula=(
        "AND(ISNUMBER(rules.half_rate.share),savings>0,NOT(reaches_msr),NOT(quality_share=0),"
        f"IF(ISNUMBER(half_rate),half_rate=1,{_MEETS_CONDITIONS}))"
    ),
    rule="half_rate",
)
def half_rate_applies(v: Values, r: RuleColumns) -> Column:
    """Low-revenue BASIC ACOs share at half the rate when savings are below the minimum; as given if given."""
    meets = (
        (v.low_revenue == 1)
        & (v.beneficiaries >= r.number("half_rate.beneficiaries"))
        & (v.agreement_start_year >= r.number("half_rate.agreements_from"))
    )
    between = (v.savings > 0) & ~v.reaches_msr & ~(v.quality_share == 0)
    exists = ~np.isnan(r.number("half_rate.share"))
    return np.asarray(exists & between & (given_or(v.half_rate, meets) == 1))


@line("Share of the rate below the minimum", "fraction", formula="rules.half_rate.share", rule="half_rate")
def reduced_share(_v: Values, r: RuleColumns) -> Column:
    """What reduced sharing leaves of the sharing rate."""
    return r.number("half_rate.share")


@line("Share of the rate", "fraction", formula="IF(half_rate_applies,reduced_share,1)", rule="half_rate")
def reduction(v: Values, _r: RuleColumns) -> Column:
    """The reduced share where it applies, otherwise all of the rate."""
    return np.where(v.half_rate_applies, v.reduced_share, 1.0)


@line(
    "Final sharing rate",
    "fraction",
    letter="T",
    formula="max_sharing_rate*quality_share*reduction",
    cite="42 CFR 425.604(d), 425.605(d), 425.606(d), 425.610(d)",
)
def final_sharing_rate(v: Values, _r: RuleColumns) -> Column:
    """Maximum sharing rate x quality share x reduction."""
    return v.max_sharing_rate * v.quality_share * v.reduction


@line("Guardrail benchmark", "condition", formula="guardrail=1", cite="42 CFR 425.652")
def has_guardrail(v: Values, _r: RuleColumns) -> Column:
    """The benchmark is the one under the guardrail, whose savings are not shared but whose losses are owed."""
    return np.asarray(v.guardrail == 1)


@line(
    "Savings are shared",
    "condition",
    formula="AND(OR(reaches_msr,half_rate_applies),NOT(savings_lost),NOT(has_guardrail))",
    cite=f"{V11}, 4.3",
)
def shares_savings(v: Values, _r: RuleColumns) -> Column:
    """Savings qualify and nothing takes them away."""
    return np.asarray((v.reaches_msr | v.half_rate_applies) & ~v.savings_lost & ~v.has_guardrail)
