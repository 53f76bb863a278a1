"""Numbers of every type of column, percentages without a sign, grids, and the bounds of each column to the digit."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from aco_cli.inputs.layout import Column, Grid
from aco_cli.inputs.numbers import (
    are_percentages,
    as_text,
    is_one_of,
    number_in,
    parse_numbers,
    prints_decimals,
    range_faults,
    snap_to_grid,
)

NAN, HUGE = math.nan, 1e30
PLAIN = Column("x", "usd")


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        ([5, None, -7], pa.int64(), [5.0, NAN, -7.0]),
        ([2**53 + 1, 2**63 - 1], pa.int64(), [2.0**53, 2.0**63]),
        ([0.1, None, NAN], pa.float64(), [0.1, NAN, NAN]),
        ([0.1, None], pa.float32(), [0.1, NAN]),
        ([Decimal("0.10"), Decimal("12345678901234567.89")], pa.decimal128(30, 2), [0.1, 12345678901234567.89]),
        (["5", "", None, " 7 "], pa.string(), [5.0, NAN, NAN, 7.0]),
        (["", None], pa.string(), [NAN, NAN]),
        ([None], pa.null(), [NAN]),
    ],
)
def test_columns_of_each_type_are_read_to_the_digit(cells: list[Any], kind: pa.DataType, values: list[float]) -> None:
    found, bad = parse_numbers(pa.array(cells, type=kind), PLAIN)
    np.testing.assert_array_equal(found, values)
    assert not bad.any()


@pytest.mark.parametrize(
    "cells", [[math.inf, 5.0, -math.inf], ["inf", "5", "-Infinity"], ["nan", "5", "NaN"], ["1e999", "5", "x"]]
)
def test_what_is_not_finite_is_no_number(cells: list[Any]) -> None:
    values, bad = parse_numbers(pa.array(cells), PLAIN)
    assert bad.tolist() == [True, False, True]
    assert values[1] == 5.0


def test_blank_cells_and_marks_are_missing_beside_numbers_in_dress() -> None:
    values, bad = parse_numbers(
        pa.array(["$5", "", " ", "N/A", None, "x"]), Column("x", "usd", none=frozenset({"n/a"}))
    )
    np.testing.assert_array_equal(values, [5.0, NAN, NAN, NAN, NAN, NAN])
    assert bad.tolist() == [False] * 5 + [True]


def test_marks_for_zero_and_percentages_count_in_columns_of_numbers_too() -> None:
    """A blank cell of a copy with types is null."""
    owed, percent = Column("x", "usd", zero=frozenset({"", "-"})), Column("x", "fraction", percent=True)
    assert parse_numbers(pa.array([1.5, None]), owed)[0].tolist() == [1.5, 0.0]
    assert parse_numbers(pa.array(["1.5", "", "-"]), owed)[0].tolist() == [1.5, 0.0, 0.0]
    assert parse_numbers(pa.array([57.3, 0.07, 20.0]), percent)[0].tolist() == [0.573, 0.0007, 0.2]
    assert parse_numbers(pa.array([57, 7]), percent)[0].tolist() == [0.57, 0.07]
    both = Column("x", "fraction", percent=True, zero=frozenset({"-"}))
    assert parse_numbers(pa.array(["57.3", "-", "5e1"]), both)[0].tolist() == [0.573, 0.0, 0.5]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("fraction", "50%", 0.5),
        ("fraction", "(50)%", -0.5),
        ("election", "2 %", 0.02),
        ("positive", "1%", 0.01),
        ("rate", "91.3%", 91.3),
        ("rate", "91.3", 91.3),
        ("usd", "50%", None),
        ("number", "50%", None),
        ("usd", "$ -", None),
        ("usd", "\u22125", -5.0),
    ],
)
def test_a_percent_sign_counts_where_rates_are_expected(kind: str, text: str, value: float | None) -> None:
    (found,), (bad,) = parse_numbers(pa.array([text]), Column("x", kind))
    assert (None if bad else found) == value
    if value is None:
        assert math.isnan(found)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5.0),
        ("$1,234.5", 1234.5),
        ("5%", 0.05),
        ("", None),
        (" ", None),
        ("x", None),
        ("1e999", None),
        ("nan", None),
    ],
)
def test_the_number_in_one_cell(text: str, value: float | None) -> None:
    assert number_in(text) == value


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (["\ufeffa\u200b", " b ", None], ["a", "b", ""]),
        (['="00417"', "'00417", "'tis", "=1+1"], ["00417", "00417", "'tis", "=1+1"]),
        ([1.0, None, 2.5], ["1", "", "2.5"]),
        ([True, False], ["true", "false"]),
    ],
)
def test_cells_as_text(cells: list[Any], text: list[str]) -> None:
    assert as_text(pa.array(cells)).to_pylist() == text


def test_words_are_told_in_any_case() -> None:
    assert is_one_of(pa.array(["p4R", " NA", "", "P4"]), ["P4r", "na"]).tolist() == [True, True, False, False]
    assert is_one_of(pa.array([1, None, 2]), ["1", ""]).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("cells", "percent"),
    [
        (["0.95", "1"], False),
        (["95", "100"], True),
        (["95.5%", "0.9"], False),
        (["95.5%", "90"], True),
        (["95.5%"], False),
        (["", "0", "x"], False),
        (["0.95", "95"], False),
        (["0.95", "95", "96"], True),
        (["0.95", "0.9", "95"], False),
        (["100.5"], False),
        (["100"], True),
        (["1.005"], False),
        (["5"], True),
        ([0.5, None], False),
        ([50.0, None], True),
    ],
)
def test_a_column_is_of_percentages_where_more_of_it_can_be(cells: list[Any], percent: bool) -> None:
    assert are_percentages(pa.array(cells), Column("x", "fraction", min=0.0, max=1.0, nonzero_min=0.0101)) is percent


@pytest.mark.parametrize(
    ("values", "decimals", "printed"),
    [
        ([0.123456], 6, True),
        ([0.5, NAN, 0.000001], 6, True),
        ([0.12345], 6, False),
        ([0.1234501], 6, True),
        ([0.12345004], 6, False),
        ([NAN], 6, False),
        ([0.1 + 0.2, 0.3], 6, False),
        ([0.05], 0, False),
        ([5.0], 0, True),
        ([50.0], 0, False),
    ],
)
def test_a_column_prints_so_many_decimals_where_one_value_has_a_digit_there(
    values: list[float], decimals: int, printed: bool
) -> None:
    assert prints_decimals(np.array(values), decimals) is printed


@pytest.mark.parametrize(
    ("print_of", "value"),
    [
        (0.12, 0.125),
        (0.13, 0.125),
        (0.125, 0.125),
        (0.115, None),
        (0.135, None),
        (0.38, 0.375),
        (0.4, None),
        (1.0, 1.0),
    ],
)
def test_a_print_of_two_decimals_is_of_an_eighth_within_half_a_hundredth(print_of: float, value: float | None) -> None:
    (found,), (is_print,) = snap_to_grid(np.array([print_of]), Grid(8, 2))
    assert (found, is_print) == (value or print_of, value is not None)


def faults(column: Column, value: float) -> list[tuple[str, str]]:
    """What is expected where a value is beyond a bound, and the fix for a cell with it."""
    return [
        (expected, fix(value) if fix else "")
        for bad, expected, fix in range_faults(column, np.array([value]))
        if bad[0]
    ]


MEANT, WHOLE = ("a number that can be meant", ""), ("a whole number", "")
YEAR = ("a year such as 2014, from 2000 to 2099", "")


def column(kind: str, **bounds: float) -> Column:
    return Column("x", kind, **bounds)  # type: ignore[arg-type]


def fraction_of(high: str, fix: str = "") -> tuple[str, str]:
    return f"a fraction from 0 to {high}", fix and f"looks like a percentage; write {fix}"


@pytest.mark.parametrize(
    ("bounded", "value", "expected"),
    [
        # No figure is so large or so near to zero that products of it overflow.
        (column("usd"), HUGE, []),
        (column("usd"), -HUGE, []),
        (column("usd"), math.nextafter(HUGE, math.inf), [MEANT]),
        (column("usd"), -1e31, [MEANT]),
        (column("number"), 1 / HUGE, []),
        (column("number"), -1.5 / HUGE, []),
        (column("number"), 0.9 / HUGE, [MEANT]),
        (column("number"), -5e-324, [MEANT]),
        (column("number"), 0.0, []),
        (column("number"), NAN, []),
        # More than, in dollars or not.
        (column("usd", above=0.0), 0.0, [("more than 0 US dollars", "")]),
        (column("usd", above=0.0), 0.01, []),
        (column("number", above=2.5), 2.5, [("more than 2.5", "")]),
        (column("number", above=2.5), NAN, []),
        # Years.
        *((column("year"), year, []) for year in (2000, 2001, 2013, 2099)),
        *((column("year"), year, [YEAR]) for year in (1999, 2100, 14)),
        (column("year"), 2013.5, [WHOLE]),
        (column("year"), 1999.5, [YEAR, WHOLE]),
        (column("year"), NAN, []),
        (column("year", min=2012), 2011, [("a year such as 2014, from 2012 to 2099", "")]),
        (column("year", min=2012, max=2026), 2027, [("a year such as 2014, from 2012 to 2026", "")]),
        (column("year", min=2012, max=2026), 2012, []),
        (column("year", min=2012, max=2026), 2026, []),
        # Whole numbers.
        *((column("integer"), number, []) for number in (0.0, 1.0, 6.0, -3.0)),
        (column("integer"), 6.5, [WHOLE]),
        (column("integer"), 1.01, [WHOLE]),
        (column("number"), 6.5, []),
        # Least and most.
        (column("number", min=1.0, max=21.0), 1.0, []),
        (column("number", min=1.0, max=21.0), 21.0, []),
        (column("number", min=1.0, max=21.0), 0.99, [("a number from 1 to 21", "")]),
        (column("number", min=1.0, max=21.0), 21.01, [("a number from 1 to 21", "")]),
        (column("number", min=1.5), 1.5, []),
        (column("number", min=1.5), 1.4, [("1.5 or more", "")]),
        (column("number", max=1.5), 1.5, []),
        (column("number", max=1.5), 1.6, [("1.5 or less", "")]),
        (column("fraction", max=0.5), 0.6, [("0.5 or less", "looks like a percentage; write 0.006")]),
        # Percentages in the place of fractions.
        (column("fraction", min=0.0, max=1.0), 1.0, []),
        (column("fraction", min=0.0, max=1.0), 91.3, [fraction_of("1", "0.913")]),
        (column("fraction", min=0.0, max=1.0), 100.0, [fraction_of("1", "1.0")]),
        (column("fraction", min=0.0, max=1.0), 100.5, [fraction_of("1")]),
        (column("fraction", min=0.0, max=1.0), -0.5, [fraction_of("1")]),
        (column("fraction", min=0.0, max=0.3), 0.5, [fraction_of("0.3", "0.005")]),
        (column("election", min=0.0, max=0.02), 2.0, [fraction_of("0.02", "0.02")]),
        # Zero, or so much.
        (column("fraction", nonzero_min=0.0101), 0.0, []),
        (column("fraction", nonzero_min=0.0101), 0.0101, []),
        (column("fraction", nonzero_min=0.0101), -0.02, []),
        (
            column("fraction", nonzero_min=0.0101),
            0.0091,
            [("0, or at least 1.01% (0.0101 as a fraction)", "divided by 100 once too often? write 0.95 or 95%")],
        ),
        (column("fraction", nonzero_min=0.01), 0.009, [("0, or at least 1% (0.01 as a fraction)", "write 0.02 or 2%")]),
        (
            column("fraction", nonzero_min=0.01),
            -0.009,
            [("0, or at least 1% (0.01 as a fraction)", "write 0.02 or 2%")],
        ),
        (
            column("number", nonzero_min=2.0),
            1.0,
            [("0, or at least 200% (2 as a fraction)", "divided by 100 once too often? write 0.95 or 95%")],
        ),
    ],
)
def test_a_value_is_refused_beyond_its_bound_and_not_at_it(
    bounded: Column, value: float, expected: list[tuple[str, str]]
) -> None:
    assert faults(bounded, value) == expected


@pytest.mark.parametrize(
    ("value", "least", "advised"), [(1.5, 0.0101, True), (1.01, 0.0101, False), (1.01, None, True)]
)
def test_a_percentage_that_would_be_refused_in_turn_is_not_advised(
    value: float, least: float | None, advised: bool
) -> None:
    faults_of = range_faults(column("fraction", max=1.0, nonzero_min=least), np.array([value]))
    ((_, _, fix), *_) = [fault for fault in faults_of if fault[0].any()]
    assert fix is not None
    assert bool(fix(value)) is advised


def test_what_is_no_number_has_no_percentage_to_write() -> None:
    ((_, _, fix),) = list(range_faults(column("fraction", max=1.0), np.array([2.0])))[1:]
    assert fix is not None
    write = "looks like a percentage; write"
    assert [fix(cell) for cell in ("x", "91.3%", " 50 ", "0", "1")] == [
        *("", f"{write} 0.913", f"{write} 0.5", "", f"{write} 0.01")
    ]
