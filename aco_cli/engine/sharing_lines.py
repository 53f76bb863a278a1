"""Lines: years that end otherwise, quality, and the final sharing rate."""

from __future__ import annotations

import numpy as np

from aco_cli.engine.lines import V11, Column, Sheet, Values, given_or
from aco_cli.rules.columns import RuleColumns

SHEET = Sheet()
line = SHEET.line


@line("Deferred to a later year", "condition", cite="Pioneer ACO Model, PY2 reconciliation")
def is_deferred(v: Values, _r: RuleColumns) -> Column:
    """The year is settled together with a later one."""
    return v.deferred_to > v.performance_year


@line("Left during the year", "condition", rule="termination")
def is_terminated(v: Values, _r: RuleColumns) -> Column:
    """Participation ended before the last day of the performance year."""
    return np.asarray(~np.isnan(v.termination_month) | (v.mid_year_termination == 1))


@line("Savings lost by leaving", "condition", rule="termination")
def savings_lost(v: Values, r: RuleColumns) -> Column:
    """An ACO that leaves too early in the year shares no savings of it; at an unknown date counts as too early."""
    return np.asarray(v.is_terminated & ~(v.termination_month > r.number("termination.savings_lost_through_month")))


@line("Share of the year for losses", "fraction", rule="termination")
def loss_months_share(v: Values, r: RuleColumns) -> Column:
    """All of the year for who stays; none for who leaves early; later the whole or the months taken part."""
    prorated = r.flag("termination.losses_prorated", True)
    late = (v.termination_month > r.number("termination.voluntary_after_month")) | (v.is_involuntary & prorated)
    owed = np.where(prorated, np.nan_to_num(v.termination_month / 12), 1.0)
    return np.where(v.is_terminated, np.where(late, owed, 0.0), 1.0)


@line("Maximum sharing rate", "fraction", letter="Q", rule="maximum_sharing_rate")
def max_sharing_rate(v: Values, r: RuleColumns) -> Column:
    """The track's share of savings; a rate given in the roster wins."""
    return given_or(v.sharing_rate, r.number("maximum_sharing_rate"))


@line("Paid for reporting", "condition", rule="quality_in_sharing")
def pays_for_reporting(v: Values, r: RuleColumns) -> Column:
    """Complete reporting counts as full quality: in 2012/13 for all, later in an ACO's first performance year."""
    first = r.flag("quality_in_sharing.basis", "score") & (v.first_performance_year == 1)
    return np.asarray(r.flag("quality_in_sharing.basis", "reporting") | first)


@line("Standard decides", "condition", rule="quality_in_sharing")
def standard_decides(_v: Values, r: RuleColumns) -> Column:
    """Whether meeting the quality standard, and not the score, gives the full rate."""
    return np.asarray(
        r.flag("quality_in_sharing.basis", "standard") | r.flag("quality_in_sharing.basis", "alternative")
    )


@line("Quality standard met", "condition", letter="S", cite="42 CFR 425.502, 425.512")
def quality_standard_met(v: Values, _r: RuleColumns) -> Column:
    """As given; where the standard does not decide: whether the ACO reported, if paid for that, or scored."""
    scored = np.where(np.isnan(v.quality_score), np.nan, v.quality_score > 0)
    reported = given_or(v.quality_reported, scored)
    inferred = np.where(v.pays_for_reporting, reported, scored)
    return given_or(v.given_standard_met, np.where(v.standard_decides, np.nan, inferred))


@line("Quality share of the maximum rate", "fraction", rule="quality_in_sharing")
def quality_share(v: Values, r: RuleColumns) -> Column:
    """1, the quality score or 0, as the year has it; 0 where the standard is not met."""
    met = np.where(v.pays_for_reporting | v.standard_decides, 1.0, v.quality_score)
    alternative = r.flag("quality_in_sharing.basis", "alternative") & (v.quality_alternative_met == 1)
    failed = np.where(alternative, v.quality_score, 0.0)
    return np.where(np.isnan(v.quality_standard_met), np.nan, np.where(v.quality_standard_met == 1, met, failed))


@line("Reduced sharing below the minimum", "condition", rule="half_rate")
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


@line("Share of the rate below the minimum", "fraction", rule="half_rate")
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


@line("Guardrail benchmark", "condition", cite="42 CFR 425.652")
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
