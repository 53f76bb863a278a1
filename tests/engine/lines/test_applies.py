"""Which figures the settlement of a row follows from: those on the branches taken that come to something."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from aco_cli.engine.lines.applies import applying, named
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.row import Row

INPUTS: Mapping[str, tuple[str, Any]] = {
    **{"three": ("USD", 3.0), "same": ("USD", 3.0), "minus": ("USD", -4.5), "one": ("USD", 1.0)},
    **{"zero": ("USD", 0.0), "unknown": ("USD", math.nan), "people": ("persons", 5.0)},
    **{"share": ("fraction", 0.5), "none": ("fraction", 0.0)},
    **{"told": ("condition", 1.0), "nay": ("condition", 0.0), "untold": ("condition", math.nan)},
    **{"by_type": ("USD", [1.0, 2.0, 3.0, 4.0]), "other.total": ("USD", 9.0)},
}


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("three", "three"),
        # terms of zero and factors beside a zero do not matter, unless there is nothing else
        ("three + zero", "three"),
        ("zero + three", "three"),
        ("zero + zero", "zero zero"),
        ("three - zero", "three"),
        ("zero - minus", "minus"),
        ("one + three", "one three"),
        ("MAX(zero, three)", "three"),
        ("MAX(minus, zero, one)", "minus one"),
        ("MIN(three, zero)", "three zero"),
        ("three * share", "three share"),
        ("three * none", "none"),
        ("one * three", "one three"),
        ("zero / three", "zero three"),
        ("rules.rate * three", "three"),
        ("ABS(minus)", "minus"),
        # the branch taken, with what decides it
        ("IF(told, three, minus)", "told three"),
        ("IF(nay, three, minus)", "nay minus"),
        ("IF(three > one, share, none)", "three one share"),
        ("IF(untold, three, minus)", "untold"),
        # unless the question is whether anything is known
        ("IF(three > one, share, NA())", "share"),
        ("IF(three < one, NA(), share)", "share"),
        ("IF(three < one, share, NA())", "three one"),
        ("IF(ISNUMBER(three), three, one)", "three"),
        ("IFERROR(unknown, three)", "three"),
        ("IFERROR(three, one)", "three"),
        # of conditions what decides them
        ("three > one", "three one"),
        ("three + zero > one", "three one"),
        ("AND(three > one, told)", "three one told"),
        ("AND(nay, three > one)", "nay"),
        ("OR(nay, told, three > one)", "told"),
        ("NOT(nay)", "nay"),
        ("unknown > one", ""),
        ("ISNUMBER(three)", ""),
        ("SUM_TYPES(by_type)", "by_type"),
    ],
)
def test_what_matters_of_a_formula(make_row: Callable[..., Row], formula: str, names: str) -> None:
    assert list(named(make_row(INPUTS, {}, {"rate": 0.02}), parse(formula))) == names.split()


@pytest.mark.parametrize(
    ("unit", "formula", "names"),
    [
        ("USD", "three * share", "x three share"),
        ("USD", "IF(told, three, minus)", "x told three"),
        # amounts of zero: only those that another is taken from or multiplied with
        ("USD", "zero", ""),
        ("USD", "zero + zero", ""),
        ("USD", "three - same", "x three same"),
        ("USD", "zero - zero", ""),
        ("USD", "IF(told, three - same, minus)", "x told three same"),
        ("USD", "three * none", "x none"),
        ("USD", "none * three", "x none"),
        ("USD", "zero * share", ""),
        ("USD", "2 * zero", ""),
        ("USD", "people * zero", ""),
        ("USD by type", "by_type - by_type", ""),
        ("fraction", "none", "x none"),
        ("fraction", "none * share", "x none"),
        # what is not known
        ("USD", "unknown", ""),
        ("fraction", "IF(untold, share, none)", ""),
        ("USD", "IFERROR(unknown, three)", "x three"),
        # conditions that hold, and others that have something to compare
        ("condition", "three > one", "x three one"),
        ("condition", "three < one", "x three one"),
        ("condition", "unknown > one", ""),
        ("condition", "zero > 5", ""),
        ("condition", "NOT(unknown > one)", "x"),
        ("condition", "NOT(zero > 5)", "x"),
        # figures of another table are told there
        ("USD", "other.total * share", "x share"),
        ("condition", "other.total < 5", ""),
    ],
)
def test_what_applies_of_a_line_and_below_it(make_row: Callable[..., Row], unit: str, formula: str, names: str) -> None:
    end = "SUM_TYPES(x)" if "by type" in unit else "x / 1"
    row = make_row(INPUTS, {"x": (unit, formula), "end": ("number", end)})
    assert applying(row, ["end"]) - {"end"} == set(names.split())


def test_lines_apply_through_those_that_name_them(make_row: Callable[..., Row]) -> None:
    lines = {
        "gain": ("USD", "three - one"),
        "loss": ("USD", "MAX(minus, zero)"),
        "rate": ("fraction", "IF(told, share, none)"),
        "shared": ("USD", "(gain - loss) * rate"),
        "aside": ("USD", "three * 2"),
    }
    assert applying(make_row(INPUTS, lines), ["shared"]) == {"shared", "gain", "three", "one", "rate", "told", "share"}


def test_ends_apply_also_if_they_are_zero_but_not_if_unknown(make_row: Callable[..., Row]) -> None:
    row = make_row(INPUTS, {"settlement": ("USD", "zero + zero"), "net_payment": ("USD", "unknown + one")})
    assert applying(row) == {"settlement"}
    assert applying(row, ["zero"]) == {"zero"}
    assert applying(row, ["net_payment", "nothing_such"]) == set()
