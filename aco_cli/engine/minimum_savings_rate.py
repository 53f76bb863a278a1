"""The minimum savings rate (MSR): the sliding scale, the choice of an ACO, and what CMS printed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from aco_cli.engine.lines import UNKNOWN, Column, Values, given_or
from aco_cli.rules.columns import RuleColumns

SCALE = "minimum_savings_rate_scale"

# Rates of the law are whole millionths, so that numerators and denominators are whole numbers, exact in a float, and
# what comes of them is rounded once: 5,333 beneficiaries give the float nearest to 0.038.
_MILLION = 1_000_000.0

# CMS prints the rate to four decimals or more. A printed rate within half a unit of the fourth says the same.
PRINTED_RATE_ROUNDING = 0.5e-4 + 1e-12

# Parts of formulas; each says what the function named does.
_ROUNDING = f"{PRINTED_RATE_ROUNDING:.12f}"
_RATES = "rules.minimum_savings_rate.rates"
_ELECTABLE = f"INDEX({_RATES},MATCH(published_msr+{_ROUNDING},{_RATES},1))"
SAYS_SLIDING = f"ABS(published_msr-sliding_msr)<={_ROUNDING}"  # says_the_same
BEHIND_PRINTED = (  # behind_printed
    f"IF(ABS(published_msr-{_ELECTABLE})<={_ROUNDING},{_ELECTABLE},IF({SAYS_SLIDING},sliding_msr,published_msr))"
)
CHOSEN = (  # the choice in elected
    "IF(AND(ISNUMBER(elected_rate),NOT(beneficiaries>=rules.elected_rate_minimum_beneficiaries)),sliding_msr,"
    "IF(elects_sliding,sliding_msr,elected_rate))"
)


def band_number(v: Values, rules: RuleColumns) -> Column:
    """The place of each row's band in its scale, counted from 1; 0 below the scale or where the number is unknown."""
    number = np.zeros(v.beneficiaries.shape, dtype=np.intp)
    for rows, scale in rules.scales(SCALE):
        found = np.searchsorted(_column(scale, "lower"), v.beneficiaries, side="right")
        number = np.where(rows & ~np.isnan(v.beneficiaries), found, number)
    return number


def band(v: Values, rules: RuleColumns, part: str) -> Column:
    """One edge (`lower`, `upper`) or rate (`at_lower`, `at_upper`) of each row's band; NaN where there is no band."""
    result = UNKNOWN
    for rows, scale in rules.scales(SCALE):
        values = np.append(np.nan, _column(scale, part))
        result = np.where(rows, values[np.minimum(v.band, len(scale))], result)
    return result


def _column(scale: list[dict[str, float]], part: str) -> Column:
    return np.array([row[part] for row in scale], dtype=np.float64)


def sliding(v: Values) -> Column:
    """Linear between the ends of the band, as CMS prints it: [low x (upper - N) + high x (N - lower)] / width."""
    numerator = np.rint(v.msr_at_lower * _MILLION) * (v.band_upper - v.beneficiaries) + np.rint(
        v.msr_at_upper * _MILLION
    ) * (v.beneficiaries - v.band_lower)
    return np.asarray(numerator / ((v.band_upper - v.band_lower) * _MILLION))


def in_dollars(rate: Column, benchmark: Column) -> Column:
    """A rate of the benchmark in dollars: for whole dollars and a rate of whole millionths the exact amount.

    3.4 % of 100,012,000 is 3,400,408, where the float nearest to 0.034 times the benchmark would be a little more.
    """
    millionths = np.rint(rate * _MILLION)
    return np.where(millionths / _MILLION == rate, millionths * benchmark / _MILLION, rate * benchmark)


def says_the_same(printed: Column, exact: Column | float) -> Column:
    """Whether a printed rate is an exact one rounded."""
    return np.abs(printed - exact) <= PRINTED_RATE_ROUNDING


def elected(v: Values, rules: RuleColumns) -> Column:
    """The rate an ACO chose: from the roster; else the exact rate behind the one CMS printed; else unknown."""
    chosen = np.where(v.elects_sliding, v.sliding_msr, v.elected_rate)
    enough = v.beneficiaries >= rules.number("elected_rate_minimum_beneficiaries")
    chosen = np.where(enough | np.isnan(v.elected_rate), chosen, v.sliding_msr)
    return np.where(np.isnan(chosen), v.exact_printed_msr, chosen)


def where_elective(rules: RuleColumns, rate: Callable[[], Column]) -> Column:
    """A rate on the rows whose track lets an ACO choose one; it is not even computed where there are none."""
    elective = rules.flag("minimum_savings_rate.basis", "elective")
    return np.where(elective, rate(), np.nan) if elective.any() else UNKNOWN


def not_elected(v: Values) -> Column:
    """The sliding rate, unless it is unknown or CMS printed another one: then that."""
    return np.where(
        says_the_same(v.published_msr, v.sliding_msr), v.sliding_msr, given_or(v.published_msr, v.sliding_msr)
    )


def behind_printed(v: Values, rules: RuleColumns) -> Column:
    """The exact rate that CMS printed: the sliding one, or one of those an ACO may choose; else as printed."""
    electable = {rate for rates in rules.table.values("minimum_savings_rate.rates") for rate in rates or ()}
    exact = np.where(says_the_same(v.published_msr, v.sliding_msr), v.sliding_msr, v.published_msr)
    for rate in sorted(electable):
        exact = np.where(says_the_same(v.published_msr, rate), rate, exact)
    return exact
