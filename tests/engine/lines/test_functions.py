"""What each function gives over columns: exact at thresholds, and what is not known never becomes a number."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aco_cli.engine.lines.functions import FUNCTIONS, OVER_MEMBERS, added, corridor_sum
from aco_cli.engine.lines.parse import FormulaError, parse
from aco_cli.engine.lines.text import written
from aco_cli.engine.lines.tree import Apply, Name, Number, Rule

NAN = math.nan
STEPS = np.array([0.0, 10.0, 20.0])


def found(function: str, *arguments: Any) -> list[float]:
    """The result over columns, as numbers."""
    columns = [np.array(each) if isinstance(each, list) else each for each in arguments]
    with np.errstate(all="ignore"):
        result = FUNCTIONS[function].compute(*columns)
    return np.asarray(result, dtype=np.float64).tolist()


def same(result: list[float], expected: list[float]) -> None:
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        ("+", ([1.0, NAN], [2.0, 2.0]), [3, NAN]),
        ("-", ([1.0, 1.0], [2.0, NAN]), [-1, NAN]),
        ("*", ([3.0, NAN, 0.0], [2.0, 0.0, NAN]), [6, NAN, NAN]),
        ("NEGATIVE", ([3.0, NAN],), [-3, NAN]),
        ("ABS", ([-3.5, NAN],), [3.5, NAN]),
        ("INT", ([4.9, -4.5, NAN],), [4, -5, NAN]),
        ("MIN", ([1.0, NAN, 5.0], [2.0, 2.0, NAN], 3.0), [1, NAN, NAN]),
        ("MAX", ([1.0, NAN, 5.0], [2.0, 2.0, NAN], 3.0), [3, NAN, NAN]),
        ("MAX", ([1.0, -2.0],), [1, -2]),
        ("IFERROR", ([1.0, NAN], [7.0, 7.0]), [1, 7]),
        ("IFERROR", ([1.0, NAN], NAN), [1, NAN]),
        ("ISNUMBER", ([1.0, NAN, 0.0],), [1, 0, 1]),
        ("AND", ([True, True, False], [True, False, False]), [1, 0, 0]),
        ("OR", ([True, True, False], [True, False, False], [False, False, False]), [1, 1, 0]),
        ("NOT", ([True, False],), [0, 1]),
        ("AND", ([True, False],), [1, 0]),
    ],
)
def test_plain_functions(function: str, arguments: tuple[Any, ...], expected: list[float]) -> None:
    same(found(function, *arguments), expected)


@pytest.mark.parametrize(
    ("amount", "shared"),
    [(0.0, 0), (4.0, 4), (10.0, 10), (12.0, 11), (20.0, 15), (30.0, 16), (NAN, NAN), (-5.0, 0)],
)
def test_corridors_share_what_is_in_each_of_them(amount: float, shared: float) -> None:
    """Of a base of 100 all to 10 %, half to 20 %, a tenth beyond; nothing is counted twice at an edge."""
    starts, shares = np.array([0.0, 0.1, 0.2]), np.array([1.0, 0.5, 0.1])
    same(found("CORRIDORS", [amount], [100.0], starts, shares), [shared])
    same(found("CORRIDORS", [amount], [NAN], starts, shares), [NAN])


def test_there_may_be_any_number_of_corridors_but_they_rise() -> None:
    same(found("CORRIDORS", [40.0], [100.0], np.array([0.0]), np.array([0.5])), [20])
    same(found("CORRIDORS", [40.0], [100.0], np.array([0.1, 0.2, 0.3, 0.35, 0.39]), np.ones(5)), [30])
    same(found("CORRIDORS", [40.0], [100.0], np.array([0.0, 0.5, 0.2]), np.ones(3)), [NAN])
    same(found("CORRIDORS", [40.0], [100.0], np.array([0.0, 0.2, 0.2]), np.ones(3)), [NAN])


@given(st.floats(0, 100), st.integers(1, 4))
def test_corridors_in_the_functions_of_spreadsheets_are_the_same(amount: float, corridors: int) -> None:
    starts, shares = [0.0, 0.1, 0.3, 0.7][:corridors], [1.0, 0.5, 0.25, 0.1][:corridors]
    tree = corridor_sum(Number(amount), Number(90.0), Rule("starts"), Rule("shares"), corridors)

    def value(node: Any) -> float:
        if not isinstance(node, Apply):
            return float(node.value)
        if node.function == "INDEX":
            return {"starts": starts, "shares": shares}[node.arguments[0].name][int(node.arguments[1].value) - 1]
        return float(FUNCTIONS[node.function].compute(*map(value, node.arguments)))

    (own,) = found("CORRIDORS", [amount], [90.0], np.array(starts), np.array(shares))
    assert value(tree) == pytest.approx(own, abs=1e-12)


def test_nothing_is_known_of_na() -> None:
    assert math.isnan(FUNCTIONS["NA"].compute())


@pytest.mark.parametrize(
    ("left", "right", "quotient"),
    [(6.0, 3.0, 2.0), (6.0, 0.0, NAN), (0.0, 0.0, NAN), (-6.0, -0.0, NAN), (NAN, 3.0, NAN), (6.0, NAN, NAN)],
)
def test_division_by_zero_is_unknown(left: float, right: float, quotient: float) -> None:
    """Not infinite, which would go on to compare as larger than anything."""
    same(found("/", [left], [right]), [quotient])
    same(found("/", left, [right, right]), [quotient, quotient])


@pytest.mark.parametrize("function", ["=", "<>", "<", "<=", ">", ">="])
def test_what_is_not_known_compares_as_false(function: str) -> None:
    same(found(function, [NAN, 1.0, NAN], [1.0, NAN, NAN]), [0, 0, 0])


@pytest.mark.parametrize(
    ("function", "expected"),
    [("=", [0, 1, 0]), ("<>", [1, 0, 1]), ("<", [1, 0, 0]), ("<=", [1, 1, 0]), (">", [0, 0, 1]), (">=", [0, 1, 1])],
)
def test_comparisons(function: str, expected: list[float]) -> None:
    same(found(function, [1.0, 2.0, 3.0], [2.0, 2.0, 2.0]), expected)


@pytest.mark.parametrize(
    ("test", "chosen"),
    [([True, False], [1, 2]), ([1.0, 0.0], [1, 2]), ([NAN, 1.0], [NAN, 1]), ([NAN, NAN], [NAN, NAN])],
)
def test_an_if_whose_condition_is_unknown_is_unknown(test: list[Any], chosen: list[float]) -> None:
    same(found("IF", test, [1.0, 1.0], [2.0, 2.0]), chosen)


def test_an_if_takes_the_branch_that_holds_known_or_not() -> None:
    same(found("IF", [True, False, True], [NAN, NAN, 1.0], [2.0, 2.0, NAN]), [NAN, 2, 1])


@pytest.mark.parametrize(
    ("value", "place"),
    [(-0.001, NAN), (0.0, 1), (9.999, 1), (10.0, 2), (19.0, 2), (20.0, 3), (1e9, 3), (NAN, NAN)],
)
def test_match_finds_the_last_step_that_is_reached(value: float, place: float) -> None:
    same(found("MATCH", [value], STEPS, 1.0), [place])


def test_match_among_one_step_or_none_that_is_known() -> None:
    """A rule that does not apply is one value that nobody knows."""
    same(found("MATCH", [4.0, 5.0, 6.0], 5.0, 1.0), [NAN, 1, 1])
    same(found("MATCH", [4.0], np.float64(NAN), 1.0), [NAN])


@pytest.mark.parametrize(("place", "value"), [(1.0, 0.0), (2.0, 10.0), (3.0, 20.0), (NAN, NAN), (0.0, NAN)])
def test_index_takes_the_value_at_a_place(place: float, value: float) -> None:
    same(found("INDEX", STEPS, [place]), [value])


@pytest.mark.parametrize("place", [4.0, 99.0, -1.0, -3.0])
def test_index_outside_the_list_is_unknown(place: float) -> None:
    same(found("INDEX", STEPS, [place, 1.0]), [NAN, 0])


@pytest.mark.parametrize("place", [1.0, 2.0, 9.0, NAN])
def test_index_into_a_rule_that_does_not_apply_is_unknown(place: float) -> None:
    same(found("INDEX", np.float64(NAN), [place]), [NAN])


@pytest.mark.parametrize(
    ("place", "value"), [(1.0, 0.0), (2.0, 10.0), (3.0, 20.0), (4.0, 20.0), (99.0, 20.0), (0.0, 0.0), (NAN, NAN)]
)
def test_nth_stays_within_the_list(place: float, value: float) -> None:
    """By agreement year: 42 CFR 425.606(g) has a limit for the third year and those after it."""
    same(found("NTH", STEPS, [place]), [value])


@pytest.mark.parametrize("place", [1.0, 9.0, NAN])
def test_nth_of_a_single_value_holds_for_every_place(place: float) -> None:
    assert FUNCTIONS["NTH"].compute(0.15, np.array([place])) == 0.15


class TestLinear:
    """Between two values, exact where the law's thresholds are: 42 CFR 425.604(b)."""

    # Bands of the scale of minimum savings rates: beneficiaries from, to, and the rates in thousandths there.
    BANDS = ((5_000, 5_999, 39, 36), (6_000, 6_999, 36, 34), (10_000, 14_999, 30, 27), (60_000, 100_000, 20, 20))

    @pytest.mark.parametrize(("lower", "upper", "low", "high"), BANDS)
    def test_it_is_the_nearest_float_at_every_number(self, lower: int, upper: int, low: int, high: int) -> None:
        at = np.arange(lower, upper + 1)
        result = found("LINEAR", at.astype(np.float64), float(lower), float(upper), low / 1000, high / 1000)
        for place, rate in zip(at.tolist(), result, strict=True):
            exact = Fraction(low, 1000) + Fraction(high - low, 1000) * Fraction(place - lower, upper - lower)
            assert rate == float(exact), place

    def test_its_ends_are_those_that_the_law_names(self) -> None:
        same(found("LINEAR", [5_000.0, 5_999.0, 5_333.0], 5_000.0, 5_999.0, 0.039, 0.036), [0.039, 0.036, 0.038])

    def test_what_is_not_known_stays_so(self) -> None:
        same(found("LINEAR", [NAN, 5_000.0], [5_000.0, NAN], 5_999.0, 0.039, 0.036), [NAN, NAN])

    def test_other_rates_are_not_rounded_to_millionths(self) -> None:
        """As RATE_OF takes them; what a reader sees of the formula would not come to the figure."""
        assert found("LINEAR", [5.0], 0.0, 10.0, 1 / 3, 0.1234567)[0] == pytest.approx(
            (1 / 3 + 0.1234567) / 2, rel=1e-12
        )
        assert found("LINEAR", [0.0, 10.0], 0.0, 10.0, 1 / 3, 0.5) == pytest.approx([1 / 3, 0.5], rel=1e-12)
        assert found("LINEAR", [0.0, 10.0], 0.0, 10.0, 0.5, 1 / 3) == pytest.approx([0.5, 1 / 3], rel=1e-12)

    def test_readers_see_it_in_plain_functions(self) -> None:
        plain = FUNCTIONS["LINEAR"].plain
        assert plain is not None
        tree = plain(*map(Name, ("n", "low", "high", "from", "to")))
        assert written(tree) == "from + (to - from) * (n - low) / (high - low)"


CENTS = st.integers(-(10**12), 10**12)


class TestDifference:
    """Dollars and cents, exact: thresholds are compared in dollars."""

    def test_cents_that_a_difference_of_floats_misses(self) -> None:
        assert 123_456_780.50 - 120_987_644.89 != 2_469_135.61
        same(found("DIFFERENCE", [123_456_780.50], [120_987_644.89]), [2_469_135.61])

    @given(CENTS, CENTS)
    def test_it_is_the_float_nearest_to_the_exact_difference(self, more: int, less: int) -> None:
        assert found("DIFFERENCE", [more / 100], [less / 100]) == [(more - less) / 100]

    @given(st.floats(-1e10, 1e10), st.floats(-1e10, 1e10))
    def test_what_has_more_than_cents_is_not_rounded(self, more: float, less: float) -> None:
        assert found("DIFFERENCE", [more], [less])[0] == pytest.approx(more - less, rel=0, abs=abs(more) * 1e-15)

    def test_what_is_not_known_stays_so(self) -> None:
        same(found("DIFFERENCE", [NAN, 0.02], [1e6, NAN]), [NAN, NAN])


class TestRateOf:
    """A rate of an amount, exact for dollars and cents: thresholds are compared in dollars."""

    def test_two_percent_of_dollars_and_cents(self) -> None:
        same(found("RATE_OF", 0.02, [123_456_780.50]), [2_469_135.61])

    @given(st.integers(0, 1_000_000), st.integers(0, 10**12))
    def test_what_comes_out_in_cents_is_the_float_nearest_to_it(self, millionths: int, cents: int) -> None:
        """As long a benchmark as there may be."""
        exact = Fraction(millionths, 1_000_000) * cents
        cents = cents if exact.denominator == 1 else cents // 10**6 * 10**6
        exact = Fraction(millionths, 1_000_000) * cents
        assert found("RATE_OF", [millionths / 1e6], [cents / 100]) == [float(exact / 100)]

    def test_three_point_four_percent_of_whole_dollars(self) -> None:
        assert 0.034 * 100_012_000 != 3_400_408
        same(found("RATE_OF", 0.034, [100_012_000.0]), [3_400_408])

    @given(st.integers(0, 1_000_000), st.integers(0, 5_000_000_000))
    def test_whole_millionths_of_whole_dollars_are_rounded_once(self, millionths: int, dollars: int) -> None:
        """The float nearest to the exact amount, as long as all products are exact in a float."""
        exact = Fraction(millionths, 1_000_000) * dollars
        assert found("RATE_OF", [millionths / 1e6], [float(dollars)]) == [float(exact)]

    @given(st.floats(0, 1), st.floats(0, 1e10))
    def test_other_rates_are_products(self, rate: float, amount: float) -> None:
        assert found("RATE_OF", [rate], [amount])[0] == pytest.approx(rate * amount, rel=1e-15, abs=1e-300)

    def test_what_is_not_known_stays_so(self) -> None:
        same(found("RATE_OF", [NAN, 0.02], [1e6, NAN]), [NAN, NAN])


class TestSumsOverTypes:
    """In CMS's order, as sums of floats depend on it; a type without people adds nothing, known or not."""

    def test_the_order_is_that_of_cms(self) -> None:
        """ESRD, disabled, aged/dual, aged/non-dual: 1e16 + 1 is 1e16 for a float, and 1 + 1 is 2."""
        same(found("SUM_TYPES", [[1e16], [1.0], [1.0], [0.0]]), [1e16])
        same(found("SUM_TYPES", [[1.0], [1.0], [1e16], [0.0]]), [1e16 + 2])

    def test_each_row_by_itself(self) -> None:
        figures = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]
        same(found("SUM_TYPES", figures), [10, 100])
        same(found("SHARE_WEIGHTED", [[0.5, 0.0], [0.5, 0.0], [0.0, 0.0], [0.0, 1.0]], figures), [1.5, 40])

    def test_a_share_of_zero_needs_nothing(self) -> None:
        same(found("SHARE_WEIGHTED", [[0.0], [0.5], [0.5], [0.0]], [[NAN], [2.0], [4.0], [NAN]]), [3])
        same(found("SHARE_WEIGHTED", [[0.0], [0.5], [0.5], [0.0]], [[math.inf], [2.0], [4.0], [NAN]]), [3])

    def test_a_share_that_counts_needs_its_figure(self) -> None:
        same(found("SHARE_WEIGHTED", [[0.1], [0.4], [0.5], [0.0]], [[NAN], [2.0], [4.0], [1.0]]), [NAN])
        same(found("SHARE_WEIGHTED", [[NAN], [0.4], [0.5], [0.0]], [[1.0], [2.0], [4.0], [1.0]]), [NAN])

    def test_several_factors(self) -> None:
        same(found("SHARE_WEIGHTED", [[0.5]] * 4, [[2.0]] * 4, [[3.0]] * 4), [12])

    def test_one_figure_for_all_types(self) -> None:
        same(found("SHARE_WEIGHTED", [[0.25, 0.5]] * 4, [3.0, 4.0]), [3, 8])
        same(found("SHARE_WEIGHTED", [[0.25, 0.5]] * 4, 4.0), [4, 8])

    @pytest.mark.parametrize(("value", "total"), [(1.0, 4.0), (NAN, NAN)])
    def test_a_single_value_is_that_of_every_type(self, value: float, total: float) -> None:
        """As a rule value, or a figure of which no type is known, is after folding."""
        assert found("SUM_TYPES", np.float64(value)) == pytest.approx(total, nan_ok=True)
        assert found("SHARE_WEIGHTED", np.float64(value), np.float64(1.0)) == pytest.approx(total, nan_ok=True)
        assert found("SUM_DOMAINS", np.float64(value)) == pytest.approx(total, nan_ok=True)

    def test_any_type(self) -> None:
        same(found("ANY_TYPE", [[True, False], [False, False], [False, False], [False, False]]), [1, 0])
        assert found("ANY_TYPE", np.float64(1.0)) == 1
        assert found("ANY_TYPE", np.float64(0.0)) == 0

    def test_domains_add_up_in_their_order(self) -> None:
        same(found("SUM_DOMAINS", [[1e16], [1.0], [1.0], [0.0]]), [1e16])

    def test_readers_see_one_term_for_each_member(self) -> None:
        plain = FUNCTIONS["SHARE_WEIGHTED"].plain
        assert plain is not None
        terms = [plain(Name(f"share_{kind}"), Name(f"x_{kind}")) for kind in ("a", "b")]
        assert written(added(terms)) == "IF(share_a = 0, 0, share_a * x_a) + IF(share_b = 0, 0, share_b * x_b)"


def test_every_function_over_members_has_a_form_for_one_member() -> None:
    for name in OVER_MEMBERS:
        assert FUNCTIONS[name].plain is not None, name


@pytest.mark.parametrize(
    ("functions", "taken", "others", "takes"),
    [
        ("NA", [0], [1], "0 arguments"),
        ("NOT ABS INT ISNUMBER NEGATIVE SUM_TYPES SUM_DOMAINS ANY_TYPE", [1], [0, 2], "1 argument"),
        ("IFERROR INDEX NTH DIFFERENCE RATE_OF", [2], [1, 3], "2 arguments"),
        ("IF MATCH", [3], [2, 4], "3 arguments"),
        ("CORRIDORS", [4], [3, 5], "4 arguments"),
        ("LINEAR", [5], [4, 6], "5 arguments"),
        ("SHARE_WEIGHTED", [2, 3, 4], [1, 5], "2 to 4 arguments"),
        ("AND OR MIN MAX", [1, 2, 150], [0], "1 or more arguments"),
    ],
)
def test_functions_take_so_many_arguments(functions: str, taken: list[int], others: list[int], takes: str) -> None:
    for function in functions.split():
        for number in taken:
            assert parse(f"{function}({', '.join('a' * number)})") == Apply(function, (Name("a"),) * number)
        for number in others:
            with pytest.raises(FormulaError) as refused:
                parse(f"{function}({', '.join('a' * number)})")
            assert str(refused.value) == f"{function} takes {takes}, found {number}"
