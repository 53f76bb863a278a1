"""Rounding money and rates for people: half away from zero, as the decimal that a float prints as."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Above this a float64 has no cents worth rounding (35 trillion dollars at two decimals).
LARGEST_UNITS = 2.0**52


def half_up_units(values: Floats, decimals: int) -> Floats:
    """Round to whole units of 10**-decimals, half away from zero: 0.285 at 2 decimals is 29.

    A value is a tie when it is the float nearest to the decimal tie, so binary noise never decides: 1.005
    (a little below the tie in binary) rounds up. NaN and infinities stay; no result is a negative zero.
    """
    scale = 10.0**decimals
    size = np.abs(values)
    with np.errstate(over="ignore"):
        units = size * scale
    roundable = units < LARGEST_UNITS
    below = np.floor(np.where(roundable, units, 0.0))
    tie = (2.0 * below + 1.0) / (2.0 * scale)
    rounded = np.where(roundable, below + (size >= tie), units)
    return np.copysign(rounded, values) + 0.0


def half_up_cents(values: Floats) -> Floats:
    """Round US dollars once to cents, half away from zero; NaN, infinities and 2**52 cents or more stay.

    Up to 2**43 dollars (8.8 trillion) this is decimal rounding of the printed number; above, a float holds no
    thousandths and a tie may be one cent higher.
    """
    return half_up(values, 2)


def half_up(values: Floats, decimals: int) -> Floats:
    """Round to decimals, half away from zero; NaN, infinities and 2**52 units of the last decimal or more stay."""
    units = half_up_units(values, decimals)
    return np.where(np.abs(units) < LARGEST_UNITS, units / 10.0**decimals, values)
