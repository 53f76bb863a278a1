"""Money is rounded once, half away from zero, as the decimal number that is printed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aco_cli.outputs.rounding import half_up_cents, half_up_units


def rounded(value: float) -> float:
    return float(half_up_cents(np.array([value]))[0])


def expected(value: float) -> float:
    return float(Decimal(repr(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        (0.285, 0.29),
        (1.005, 1.01),
        (-0.285, -0.29),
        (-1.005, -1.01),
        (2.675, 2.68),
        (0.2849999999999999, 0.28),
        (0.29, 0.29),
        (0.995, 1.0),
        (14455937.7, 14455937.7),
        (8796093022207.994, 8796093022207.99),
        (8796093022207.995, 8796093022208.0),
    ],
)
def test_ties_and_their_neighbors(value: float, cents: float) -> None:
    assert rounded(value) == cents


@given(st.floats(min_value=-(2.0**43), max_value=2.0**43))
def test_equals_decimal_rounding_of_the_printed_number(value: float) -> None:
    assert rounded(value) == expected(value)


@given(st.integers(min_value=-(10**14), max_value=10**14), st.sampled_from([4, 5, 6]))
def test_equals_decimal_rounding_around_ties(cents: int, thousandths: int) -> None:
    value = float(f"{cents // 100}.{cents % 100:02d}{thousandths}")
    assert rounded(value) == expected(value)


@given(st.floats(min_value=2.0**43, max_value=1e13))
def test_within_a_cent_where_a_float_cannot_tell_a_tie(value: float) -> None:
    assert abs(Decimal(repr(rounded(value))) - Decimal(repr(value))) < Decimal("0.01")


@given(st.floats(min_value=-1e13, max_value=1e13))
def test_rounding_twice_changes_nothing_and_sign_is_symmetric(value: float) -> None:
    once = rounded(value)
    assert rounded(once) == once
    assert rounded(-value) == -once


def test_missing_infinite_and_huge_values_stay() -> None:
    values = np.array([np.nan, np.inf, -np.inf, 1e300, -1e17])
    np.testing.assert_array_equal(half_up_cents(values), values)


def test_no_negative_zero() -> None:
    assert not np.signbit(half_up_cents(np.array([-0.001, -0.0]))).any()


def test_other_decimals_for_whole_dollars_and_percent() -> None:
    assert half_up_units(np.array([0.5, -0.5, 2.5, 1.4999]), 0).tolist() == [1.0, -1.0, 3.0, 1.0]
    assert half_up_units(np.array([0.00285, 0.03845]), 4).tolist() == [29.0, 385.0]
