"""Notes: what a reader of one settlement must know, as text on the rows it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from aco_cli.engine.lines import Column, Values
from aco_cli.engine.remarks import Remark
from aco_cli.rules.columns import RuleColumns


def remarks(v: Values, rules: RuleColumns) -> Iterator[Remark]:
    """Every note there may be on a settlement, with the rows it stands on."""
    for source in (_missing, _rates, _losses, _special, _uncertain):
        yield from source(v, rules)


def _missing(v: Values, rules: RuleColumns) -> Iterator[Remark]:
    """Why a settlement cannot be calculated, naming the roster column that would mend it."""
    open_ = ~v.calculable & ~v.is_deferred
    if not open_.any():
        return
    yield "benchmark_total is missing", open_ & np.isnan(v.benchmark_total)
    yield "expenditure_total is missing", open_ & np.isnan(v.expenditure_total)
    no_rate = open_ & v.totals_known & ~v.msr_known
    no_count = np.isnan(v.beneficiaries)
    chose = v.elects_sliding | ~np.isnan(v.elected_rate)
    elective = rules.flag("minimum_savings_rate.basis", "elective") & ~chose
    yield "msr_election is missing", no_rate & elective
    yield "assigned_beneficiaries is missing", no_rate & ~elective & no_count
    yield (
        "CMS publishes no minimum savings rate for so few assigned beneficiaries: minimum_rate is needed",
        no_rate & ~elective & ~no_count,
    )
    no_quality = open_ & ~v.quality_known
    no_standard = v.standard_decides & np.isnan(v.quality_standard_met)
    yield "quality_standard_met is missing", no_quality & no_standard
    yield "quality_score is missing", no_quality & ~no_standard & ~v.pays_for_reporting
    yield "quality_reported is missing", no_quality & v.pays_for_reporting
    yield "agreement_year is missing and decides the loss limit", open_ & ~v.loss_limit_known & v.quality_known


def _rates(v: Values, rules: RuleColumns) -> Iterator[Remark]:
    """Where a minimum savings rate comes from, if not from the rules alone."""
    elective = rules.flag("minimum_savings_rate.basis", "elective")
    if not elective.any() and np.isnan(v.published_msr).all():
        return
    published = ~np.isnan(v.published_msr) & (v.msr == v.published_msr) & ~v.elects_sliding
    computed = rules.flag("minimum_savings_rate.basis", "fixed") | ~np.isnan(v.minimum_rate) | ~np.isnan(v.elected_rate)
    yield "minimum savings rate as published", published & ~computed & (v.msr != v.sliding_msr)
    few = v.beneficiaries < rules.number("elected_rate_minimum_beneficiaries")
    chose = few & ~np.isnan(v.elected_rate) & np.isnan(v.minimum_rate) & ~np.isnan(v.sliding_msr)
    yield "sliding minimum savings rate instead of the elected one: too few beneficiaries", elective & chose


def _losses(v: Values, rules: RuleColumns) -> Iterator[Remark]:
    """What was not applied to a shared loss."""
    loses = v.exceeds_mlr & v.calculable & ~v.is_deferred
    if not loses.any():
        return
    yield (
        "participant_revenue is not known: the revenue-based loss limit was not applied",
        loses & v.limited_by_revenue & np.isnan(v.participant_revenue),
    )
    yield (
        "agreement_year is missing: the loss is inside the lowest loss limit",
        loses & np.isnan(rules.nth("loss_limit.benchmark", v.agreement_year)) & np.isnan(v.given_loss_limit),
    )
    given = (v.given_euc_adjustment > 0) | (v.euc_share > 0)
    yield (
        "no relief for extreme and uncontrollable circumstances in this year: euc_share, euc_adjustment not applied",
        loses & given & np.isnan(rules.number("extreme_circumstances")),
    )


def _special(v: Values, _rules: RuleColumns) -> Iterator[Remark]:
    """Advances carried, reduced sharing, and terminations of which no date is known."""
    yield "advance balance carried from an earlier year of this run", v.advance_carried == 1
    yield "half of the sharing rate: savings below the minimum", v.half_rate_applies & (v.earned_payment > 0)
    yield (
        "left during the year, month unknown: nothing earned or owed, as in the published cases",
        v.is_terminated & np.isnan(v.termination_month),
    )


def _uncertain(v: Values, rules: RuleColumns) -> Iterator[Remark]:
    """Values that are not published and decide an amount."""
    for name, decides in _DECIDES.items():
        uncertain = rules.table.uncertain(name)
        if not uncertain or not (rows := decides(v)).any():
            continue
        for code, entry in uncertain:
            label = rules.table.book.parameters(rules.table.situations[code].program)[name].label
            yield f"rests on {entry.status.value_of_it}: {label} ({entry.cite})", rows & (rules.codes == code)


def _pays(v: Values) -> Column:
    return v.earned_payment > 0


def _loses(v: Values) -> Column:
    return v.shared_losses > 0


def _is_held_to_minimum(v: Values) -> Column:
    settled = v.calculable & ~v.is_deferred & ~v.savings_lost
    return settled & ((v.savings > 0) | v.is_two_sided) & np.isnan(v.minimum_rate)


# On which rows a parameter decides an amount.
_DECIDES: dict[str, Callable[[Values], Column]] = {
    "risk_model": lambda v: v.calculable & ~v.is_deferred & ~v.savings_lost & (v.savings < 0),
    "minimum_savings_rate": _is_held_to_minimum,
    "maximum_sharing_rate": lambda v: (_pays(v) | (_loses(v) & np.isnan(v.loss_rate))) & np.isnan(v.sharing_rate),
    "quality_in_sharing": lambda v: _pays(v) | _loses(v),
    "sequestration": _pays,
    "payment_limit": lambda v: (
        _pays(v) & (v.shared_savings - v.sequestration >= v.payment_limit) & np.isnan(v.given_payment_limit)
    ),
    "payment_order": lambda v: _pays(v) & (v.shared_savings >= v.payment_limit),
    "loss_rate": lambda v: _loses(v) & np.isnan(v.loss_rate),
    "loss_limit": lambda v: _loses(v) & (v.capped_losses == v.loss_limit) & np.isnan(v.given_loss_limit),
    "extreme_circumstances": _loses,
    "half_rate": lambda v: v.half_rate_applies & _pays(v),
    "termination": lambda v: v.is_terminated & v.calculable,
}
