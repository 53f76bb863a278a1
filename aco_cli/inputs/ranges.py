"""Bounds that a number must keep; a factor of 100 is told from a wrong number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from aco_cli.inputs.layout import Column
from aco_cli.inputs.raw import Floats, Mask

_YEARS = (2000, 2099)


@dataclass(frozen=True)
class Check:
    """One bound: which values fail it (missing ones never do), what was expected, how to mend a cell."""

    expected: str
    fails: Callable[[Floats], Mask]
    fix: Callable[[Any], str] = lambda _: ""


def range_checks(column: Column) -> Iterator[Check]:
    """The bounds of this column."""
    unit = " US dollars" if column.type == "usd" else ""
    if column.above is not None:
        above = column.above
        yield Check(f"more than {above:g}{unit}", lambda values: values <= above)
    if column.type == "year":
        yield Check("a year such as 2014", lambda values: (values < _YEARS[0]) | (values > _YEARS[1]))
    if column.type in ("year", "integer"):
        yield Check("a whole number", lambda values: np.mod(values, 1.0) > 0)
    yield from _bounds(column)


def _bounds(column: Column) -> Iterator[Check]:
    low, high, least = column.min, column.max, column.nonzero_min
    rate = column.type in ("fraction", "election")
    if low is not None and high is not None:
        expected = f"a fraction from {low:g} to {high:g}" if rate else f"a number from {low:g} to {high:g}"
        fix = _percent_fix if rate else (lambda _: "")
        yield Check(expected, lambda values: (values < low) | (values > high), fix)
    elif low is not None:
        yield Check(f"{low:g} or more", lambda values: values < low)
    elif high is not None:
        yield Check(f"{high:g} or less", lambda values: values > high, _percent_fix if rate else (lambda _: ""))
    if least is not None:
        expected = f"a percentage of at least {least * 100:g}"
        yield Check(
            expected, lambda values: (values != 0) & (np.abs(values) < least), lambda _: "looks like a fraction"
        )


def _percent_fix(cell: Any) -> str:
    """For 91.3: looks like a percentage, write 0.913."""
    try:
        value = float(str(cell).strip().rstrip("%"))
    except ValueError:
        return ""
    return f"looks like a percentage; write {float(f'{value!r}e-2')!r}" if 0 < value <= 100 else ""
