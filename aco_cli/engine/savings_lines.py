"""Lines: savings, and the minimum savings and loss rates they are held against."""

from __future__ import annotations

import numpy as np

from aco_cli.engine import minimum_savings_rate as msr_rule
from aco_cli.engine.lines import V11, Column, Sheet, Values, given_or
from aco_cli.rules.columns import RuleColumns

SHEET = Sheet()
line = SHEET.line


def _of_band(part: str) -> str:
    return f"IF(band>0,INDEX(rules.{msr_rule.SCALE}.{part},band),NA())"


@line(
    "Assigned beneficiaries, whole",
    "persons",
    letter="A",
    formula="INT(assigned_beneficiaries)",
    cite=f"{V11}, Table 5",
)
def beneficiaries(v: Values, _r: RuleColumns) -> Column:
    """Assigned beneficiaries, floored to a whole number for the scale of the minimum savings rate."""
    return np.floor(v.assigned_beneficiaries)


@line("Savings (losses)", "USD", letter="I", formula="benchmark_total-expenditure_total", cite=f"{V11}, 4.3")
def savings(v: Values, _r: RuleColumns) -> Column:
    """Total updated benchmark minus total expenditures; negative is a loss."""
    return v.benchmark_total - v.expenditure_total


@line("Total savings", "USD", letter="J", formula="MAX(savings,0)", cite=f"{V11}, 4.3")
def total_savings(v: Values, _r: RuleColumns) -> Column:
    """What expenditures are below the benchmark; 0 where they are not."""
    return np.maximum(v.savings, 0.0)


@line("Total losses", "USD", letter="K", formula="MAX(0-savings,0)", cite=f"{V11}, 4.3")
def total_losses(v: Values, _r: RuleColumns) -> Column:
    """What expenditures are above the benchmark, as a positive amount; 0 where they are not."""
    return np.maximum(0.0 - v.savings, 0.0)


@line("Savings rate", "fraction", formula="savings/benchmark_total", cite=f"{V11}, 4.3")
def savings_rate(v: Values, _r: RuleColumns) -> Column:
    """Savings as a fraction of the benchmark."""
    return v.savings / v.benchmark_total


@line("Two-sided risk", "condition", formula='rules.risk_model="two-sided"', rule="risk_model")
def is_two_sided(_v: Values, r: RuleColumns) -> Column:
    """Whether the ACO shares losses."""
    return r.flag("risk_model", "two-sided")


@line(
    "Scale band",
    "number",
    formula="IFERROR(MATCH(beneficiaries,rules.minimum_savings_rate_scale.lower,1),0)",
    rule=msr_rule.SCALE,
)
def band(v: Values, r: RuleColumns) -> Column:
    """Which band of the sliding scale the beneficiaries fall in, counted from 1; 0 is below the scale."""
    return msr_rule.band_number(v, r)


@line("Scale band from", "persons", formula=_of_band("lower"), rule=msr_rule.SCALE)
def band_lower(v: Values, r: RuleColumns) -> Column:
    """Lower end of that band."""
    return msr_rule.band(v, r, "lower")


@line("Scale band to", "persons", formula=_of_band("upper"), rule=msr_rule.SCALE)
def band_upper(v: Values, r: RuleColumns) -> Column:
    """Upper end of that band."""
    return msr_rule.band(v, r, "upper")


@line("Scale rate at the lower end", "fraction", formula=_of_band("at_lower"), rule=msr_rule.SCALE)
def msr_at_lower(v: Values, r: RuleColumns) -> Column:
    """Minimum savings rate at the lower end of the band."""
    return msr_rule.band(v, r, "at_lower")


@line("Scale rate at the upper end", "fraction", formula=_of_band("at_upper"), rule=msr_rule.SCALE)
def msr_at_upper(v: Values, r: RuleColumns) -> Column:
    """Minimum savings rate at the upper end of the band."""
    return msr_rule.band(v, r, "at_upper")


@line(
    "Sliding minimum savings rate",
    "fraction",
    formula="msr_at_lower+(msr_at_upper-msr_at_lower)*(beneficiaries-band_lower)/(band_upper-band_lower)",
    cite=f"{V11}, Table 5",
)
def sliding_msr(v: Values, _r: RuleColumns) -> Column:
    """The scale's rate for the number of beneficiaries, linear within the band; unknown below 500."""
    return msr_rule.sliding(v)


@line(
    "Sliding rate, or as CMS printed",
    "fraction",
    formula=f"IF(AND(ISNUMBER(published_msr),NOT({msr_rule.SAYS_SLIDING})),published_msr,sliding_msr)",
    cite="CMS public use files, MinSavPerc",
)
def not_elected_msr(v: Values, _r: RuleColumns) -> Column:
    """The rate where nothing is chosen or fixed."""
    return msr_rule.not_elected(v)


@line(
    "Exact rate behind the printed one",
    "fraction",
    formula=(
        f'IF(AND(rules.minimum_savings_rate.basis="elective",ISNUMBER(published_msr)),{msr_rule.BEHIND_PRINTED},NA())'
    ),
    rule="minimum_savings_rate",
)
def exact_printed_msr(v: Values, r: RuleColumns) -> Column:
    """Where an ACO may choose: the sliding rate, or one of those it may choose, if CMS printed it; else as printed."""
    return msr_rule.where_elective(r, lambda: msr_rule.behind_printed(v, r))


@line(
    "Elected rate",
    "fraction",
    formula=f'IF(rules.minimum_savings_rate.basis="elective",IFERROR({msr_rule.CHOSEN},exact_printed_msr),NA())',
    rule="minimum_savings_rate",
)
def elected_msr(v: Values, r: RuleColumns) -> Column:
    """The choice of the roster; else the one behind the printed rate. Too few beneficiaries have the sliding rate."""
    return msr_rule.where_elective(r, lambda: msr_rule.elected(v, r))


@line(
    "Minimum savings rate",
    "fraction",
    letter="L",
    formula=(
        'IF(ISNUMBER(minimum_rate),minimum_rate,IF(rules.minimum_savings_rate.basis="fixed",'
        'rules.minimum_savings_rate.rate,IF(rules.minimum_savings_rate.basis="elective",elected_msr,not_elected_msr)))'
    ),
    rule="minimum_savings_rate",
)
def msr(v: Values, r: RuleColumns) -> Column:
    """Sliding, fixed or elected as the track has it; a rate given in the roster wins."""
    by_track = np.where(r.flag("minimum_savings_rate.basis", "elective"), v.elected_msr, v.not_elected_msr)
    by_track = np.where(r.flag("minimum_savings_rate.basis", "fixed"), r.number("minimum_savings_rate.rate"), by_track)
    return given_or(v.minimum_rate, by_track)


@line("Minimum loss rate", "fraction", letter="M", formula="IF(is_two_sided,msr,NA())", rule="minimum_savings_rate")
def mlr(v: Values, _r: RuleColumns) -> Column:
    """Equal in size to the minimum savings rate for two-sided ACOs; one-sided ACOs have none."""
    return np.where(v.is_two_sided, v.msr, np.nan)


@line("Minimum savings", "USD", letter="N", formula="msr*benchmark_total", cite=f"{V11}, 4.3")
def msr_amount(v: Values, _r: RuleColumns) -> Column:
    """Minimum savings rate in dollars, unrounded."""
    return msr_rule.in_dollars(v.msr, v.benchmark_total)


@line("Minimum losses", "USD", letter="O", formula="mlr*benchmark_total", cite=f"{V11}, 4.3")
def mlr_amount(v: Values, _r: RuleColumns) -> Column:
    """Minimum loss rate in dollars, unrounded."""
    return msr_rule.in_dollars(v.mlr, v.benchmark_total)


@line(
    "Savings meet the minimum",
    "condition",
    letter="P",
    formula="AND(total_savings>0,total_savings>=msr_amount)",
    cite="42 CFR 425.604(c), 425.605(c), 425.606(c), 425.610(c)",
)
def reaches_msr(v: Values, _r: RuleColumns) -> Column:
    """Savings meet or exceed the minimum, compared in dollars."""
    return (v.total_savings > 0) & (v.total_savings >= v.msr_amount)


@line(
    "Losses meet the minimum",
    "condition",
    letter="P",
    formula="AND(total_losses>0,total_losses>=mlr_amount)",
    cite="42 CFR 425.605(c), 425.606(e), 425.610(c)",
)
def exceeds_mlr(v: Values, _r: RuleColumns) -> Column:
    """Losses of a two-sided ACO meet or exceed the minimum, compared in dollars."""
    return (v.total_losses > 0) & (v.total_losses >= v.mlr_amount)
