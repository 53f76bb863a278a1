"""Bounds that a number must keep; a factor of 100 is told from a wrong number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from aco_cli.inputs.layout import Column
from aco_cli.inputs.raw import Floats, Mask

Fix = Callable[[Any], str]


def no_fix(_cell: Any) -> str:
    """Nothing to say of how to mend a cell."""
    return ""


def range_faults(column: Column, values: Floats) -> Iterator[tuple[Mask, str, Fix]]:
    """For each bound: which values are beyond it (missing ones never are), what was expected, how to mend a cell."""
    low, high = column.min, column.max
    is_rate = column.type in ("fraction", "election")
    fix = _percent_fix if is_rate else no_fix
    if column.above is not None:
        unit = " US dollars" if column.type == "usd" else ""
        yield values <= column.above, f"more than {column.above:g}{unit}", no_fix
    if column.type == "year":
        yield (values < 2000) | (values > 2099), "a year such as 2014", no_fix
    if column.type in ("year", "integer"):
        yield np.mod(values, 1.0) > 0, "a whole number", no_fix
    if low is not None and high is not None:
        expected = f"a {'fraction' if is_rate else 'number'} from {low:g} to {high:g}"
        yield (values < low) | (values > high), expected, fix
    elif low is not None:
        yield values < low, f"{low:g} or more", no_fix
    elif high is not None:
        yield values > high, f"{high:g} or less", fix
    if column.nonzero_min is not None:
        expected = f"a percentage of at least {column.nonzero_min * 100:g}"
        yield (values != 0) & (np.abs(values) < column.nonzero_min), expected, lambda _: "looks like a fraction"


def _percent_fix(cell: Any) -> str:
    """For 91.3: looks like a percentage, write 0.913."""
    try:
        value = float(str(cell).strip().rstrip("%"))
    except ValueError:
        return ""
    return f"looks like a percentage; write {float(f'{value!r}e-2')!r}" if 0 < value <= 100 else ""
