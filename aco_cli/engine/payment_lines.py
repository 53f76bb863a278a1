"""Lines: whether all is known, the payment, the repayment, and the result."""

from __future__ import annotations

import numpy as np

from aco_cli.engine.lines import V11, Column, Sheet, Values, given_or
from aco_cli.engine.outcome import Outcome, outcome_codes
from aco_cli.rules.columns import RuleColumns

SHEET = Sheet()
line = SHEET.line

# Parts of formulas
_SETTLED = "OR(calculable,is_deferred)"
_LEAST_WAIVED = "rules.extreme_circumstances"
_DOLLARS_WAIVED = f"IF(ISNUMBER({_LEAST_WAIVED}),IFERROR(given_euc_adjustment,0)*part_of_year,0)"
_SHARES = "OR(reaches_msr,half_rate_applies)"
_DECISIONS = {
    "is_deferred": Outcome.DEFERRED,
    "NOT(calculable)": Outcome.NOT_CALCULABLE,
    "owed_repayment>0": Outcome.OWED,
    "savings_lost": Outcome.TERMINATED,
    "exceeds_mlr": Outcome.OWED_WAIVED,
    f"AND({_SHARES},has_guardrail)": Outcome.GUARDRAIL,
    f"AND({_SHARES},final_sharing_rate=0)": Outcome.QUALITY_FAILED,
    _SHARES: Outcome.EARNED,
    "savings>=0": Outcome.BELOW_MSR,
    "is_two_sided": Outcome.LOSSES_WITHIN_MLR,
}
_OUTCOME = "".join(f'IF({test},"{outcome}",' for test, outcome in _DECISIONS.items()) + (
    f'"{Outcome.LOSSES_NOT_SHARED}"' + ")" * len(_DECISIONS)
)


@line(
    "Totals known",
    "condition",
    formula="AND(ISNUMBER(benchmark_total),ISNUMBER(expenditure_total))",
    cite=f"{V11}, 4.3",
)
def totals_known(v: Values, _r: RuleColumns) -> Column:
    """Benchmark and expenditures are both given."""
    return ~np.isnan(v.savings)


@line(
    "Minimum savings rate known",
    "condition",
    formula="OR(ISNUMBER(msr),AND(NOT(is_two_sided),savings<=0))",
    cite=f"{V11}, Table 5",
)
def msr_known(v: Values, _r: RuleColumns) -> Column:
    """The rate is known, or no rate could make a difference (losses of a one-sided ACO)."""
    return ~np.isnan(v.msr) | (~v.is_two_sided & (v.savings <= 0))


@line(
    "Quality known",
    "condition",
    formula=(
        "AND(OR(NOT(shares_savings),ISNUMBER(final_sharing_rate)),OR(NOT(exceeds_mlr),ISNUMBER(shared_loss_rate)))"
    ),
    cite="42 CFR 425.502, 425.512",
)
def quality_known(v: Values, _r: RuleColumns) -> Column:
    """Quality is known where a payment or a loss rate depends on it."""
    return ~(v.shares_savings & np.isnan(v.final_sharing_rate)) & ~(v.exceeds_mlr & np.isnan(v.shared_loss_rate))


@line("Loss limit known", "condition", formula="OR(NOT(exceeds_mlr),ISNUMBER(loss_limit))", rule="loss_limit")
def loss_limit_known(v: Values, _r: RuleColumns) -> Column:
    """The loss limit is known where a loss is shared."""
    return ~(v.exceeds_mlr & np.isnan(v.loss_limit))


@line(
    "Settlement can be calculated",
    "condition",
    formula="AND(totals_known,msr_known,quality_known,loss_limit_known)",
    cite="this project: what is not known is not filled in",
)
def calculable(v: Values, _r: RuleColumns) -> Column:
    """Everything the settlement depends on is known."""
    return v.totals_known & v.msr_known & v.quality_known & v.loss_limit_known


@line(
    "Shared savings",
    "USD",
    letter="V",
    formula=f"IF({_SETTLED},IF(AND(shares_savings,NOT(is_deferred)),savings*final_sharing_rate,0),NA())",
    cite="42 CFR 425.604(d), 425.605(d), 425.606(d), 425.610(d)",
)
def shared_savings(v: Values, _r: RuleColumns) -> Column:
    """All savings, from the first dollar, times the final sharing rate; before sequestration and limit."""
    shared = np.where(v.shares_savings & ~v.is_deferred, v.savings * v.final_sharing_rate, 0.0)
    return np.where(v.calculable | v.is_deferred, shared, np.nan)


@line(
    "Payment limit, share of benchmark",
    "fraction",
    formula="IF(ISNUMBER(given_payment_limit),given_payment_limit,rules.payment_limit)",
    rule="payment_limit",
)
def payment_limit_share(v: Values, r: RuleColumns) -> Column:
    """The track's limit; one given in the roster wins."""
    return given_or(v.given_payment_limit, r.number("payment_limit"))


@line("Payment limit", "USD", letter="W", formula="payment_limit_share*benchmark_total", rule="payment_limit")
def payment_limit(v: Values, _r: RuleColumns) -> Column:
    """The most that can be paid."""
    return v.payment_limit_share * v.benchmark_total


@line(
    "Payment limit comes before sequestration",
    "condition",
    formula='rules.payment_order="limit-first"',
    rule="payment_order",
)
def limit_first(_v: Values, r: RuleColumns) -> Column:
    """Whether the payment is limited before sequestration is taken from it, or after."""
    return r.flag("payment_order", "limit-first")


@line("Sequestration rate", "fraction", formula="rules.sequestration", rule="sequestration")
def sequestration_rate(_v: Values, r: RuleColumns) -> Column:
    """The rate in force when the payment is made."""
    return r.number("sequestration")


@line(
    "Sequestration",
    "USD",
    letter="X",
    formula="IF(limit_first,MIN(shared_savings,payment_limit),shared_savings)*sequestration_rate",
    rule="sequestration",
)
def sequestration(v: Values, _r: RuleColumns) -> Column:
    """Taken from shared savings, or from as much of them as the limit leaves where the limit comes first."""
    base = np.where(v.limit_first, np.minimum(v.shared_savings, v.payment_limit), v.shared_savings)
    return np.asarray(base * v.sequestration_rate)


@line(
    "Earned performance payment",
    "USD",
    letter="Y",
    formula=(
        "IF(shared_savings>0,MIN(shared_savings-sequestration,payment_limit-IF(limit_first,sequestration,0)),"
        "shared_savings)"
    ),
    cite="42 CFR 425.604(e), 425.605(d), 425.606(e), 425.610(e); CMS methodology v11, 4.3",
)
def earned_payment(v: Values, _r: RuleColumns) -> Column:
    """Shared savings after sequestration, at most the payment limit (less sequestration where the limit came first)."""
    most = v.payment_limit - np.where(v.limit_first, v.sequestration, 0.0)
    paid = np.minimum(v.shared_savings - v.sequestration, most)
    return np.where(v.shared_savings > 0, paid, v.shared_savings)


@line(
    "Shared losses",
    "USD",
    letter="Z",
    formula=f"IF({_SETTLED},IF(AND(exceeds_mlr,NOT(is_deferred)),-savings*shared_loss_rate,0),NA())",
    cite="42 CFR 425.605(d), 425.606(f), 425.610(f)",
)
def shared_losses(v: Values, _r: RuleColumns) -> Column:
    """All losses, from the first dollar, times the shared loss rate; before the limit."""
    shared = np.where(v.exceeds_mlr & ~v.is_deferred, -v.savings * v.shared_loss_rate, 0.0)
    return np.where(v.calculable | v.is_deferred, shared, np.nan)


@line(
    "Shared losses after the limit",
    "USD",
    letter="CC",
    formula="IF(shared_losses>0,MIN(shared_losses,loss_limit),shared_losses)",
    rule="loss_limit",
)
def capped_losses(v: Values, _r: RuleColumns) -> Column:
    """Shared losses, at most the loss limit."""
    return np.where(v.shared_losses > 0, np.minimum(v.shared_losses, v.loss_limit), v.shared_losses)


@line(
    "Share waived for circumstances",
    "fraction",
    letter="DD x EE",
    formula=f"IF(ISNUMBER({_LEAST_WAIVED}),MAX(IFERROR(euc_share,0),{_LEAST_WAIVED}),0)",
    rule="extreme_circumstances",
)
def waived_share(v: Values, r: RuleColumns) -> Column:
    """Beneficiaries affected x part of the year, as given, at least what the year waives for all; 0 before 2017."""
    least = r.number("extreme_circumstances")
    return np.where(np.isnan(least), 0.0, np.fmax(v.euc_share, least))


@line(
    "Circumstances adjustment",
    "USD",
    letter="FF",
    formula=f"MIN(capped_losses,MAX(capped_losses*waived_share,{_DOLLARS_WAIVED}))",
    rule="extreme_circumstances",
)
def euc_adjustment(v: Values, r: RuleColumns) -> Column:
    """Share of the capped loss that is waived, or the dollars given (for 12 months) if they are more."""
    exists = ~np.isnan(r.number("extreme_circumstances"))
    dollars = np.where(exists, np.nan_to_num(v.given_euc_adjustment) * v.part_of_year, 0.0)
    return np.asarray(np.minimum(v.capped_losses, np.maximum(v.capped_losses * v.waived_share, dollars)))


@line(
    "Repayment due to CMS",
    "USD",
    letter="GG",
    formula="(capped_losses-euc_adjustment)*loss_months_share",
    cite="42 CFR 425.605(f), 425.606(i), 425.610(i), 425.221",
)
def owed_repayment(v: Values, _r: RuleColumns) -> Column:
    """Capped losses less the circumstances adjustment, for the part of the year taken part; no sequestration."""
    return (v.capped_losses - v.euc_adjustment) * v.loss_months_share


@line("Outcome", "outcome", formula=_OUTCOME, cite=f"{V11}, 4.3")
def outcome(v: Values, r: RuleColumns) -> Column:
    """How the year ends."""
    return outcome_codes(v, r)


@line(
    "Advance recouped",
    "USD",
    formula="MIN(IFERROR(advance_balance,0),earned_payment)",
    cite="CMS public use files, Adv_Pay_Recoup and AIPRecoup",
)
def advance_recouped(v: Values, _r: RuleColumns) -> Column:
    """Advance payments are taken back out of earned payments, as far as these reach."""
    return np.asarray(np.minimum(np.nan_to_num(v.advance_balance), v.earned_payment))


@line(
    "Net payment",
    "USD",
    formula="earned_payment-owed_repayment-advance_recouped",
    cite="CMS public use files, Adv_Pay_Recoup and AIPRecoup",
)
def net_payment(v: Values, _r: RuleColumns) -> Column:
    """What changes hands after recoupment."""
    return v.earned_payment - v.owed_repayment - v.advance_recouped


@line("Settlement", "USD", formula="earned_payment-owed_repayment", cite="CMS public use files, EarnSaveLoss")
def settlement(v: Values, _r: RuleColumns) -> Column:
    """Earned payment minus repayment, before recoupment: what CMS publishes as EarnSaveLoss."""
    return v.earned_payment - v.owed_repayment
