"""From the text of a cell to its value: what is accepted, what is missing, what is refused."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aco_cli.inputs.layout import Column, Grid
from aco_cli.inputs.numbers import parse_numbers, snap_to_grid

USD = Column("benchmark_total", "usd")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5.0),
        ("-5", -5.0),
        ("+5", 5.0),
        (" 5 ", 5.0),
        (" $  1,234 ", 1234.0),
        ("$ (1,234)", -1234.0),
        ("\u00a05\u00a0", 5.0),
        ("1e6", 1e6),
        ("1E+6", 1e6),
        ("2.5e-3", 0.0025),
        (".5", 0.5),
        ("5.", 5.0),
        ("$1,234.50", 1234.5),
        ("$ 1,234.50", 1234.5),
        ("-$1,234", -1234.0),
        ("$-1,234", -1234.0),
        ("(1,234)", -1234.0),
        ("($1,234.50)", -1234.5),
        ("1,234,567", 1234567.0),
        ("1 234", 1234.0),
        ("1\u00a0234\u202f567.5", 1234567.5),
        ("1'234", 1234.0),
        ("$1\u2019234\u2019567", 1234567.0),
        ("(1 234)", -1234.0),
        ("100000000000000.01", 100000000000000.01),
        ("0.1", 0.1),
    ],
)
def test_a_number_in_the_ways_spreadsheets_write_it(roster, load_year, text: str, value: float) -> None:
    assert load_year(roster(prior_savings_per_capita=text)).frame["prior_savings_per_capita"][0] == value


@pytest.mark.parametrize("text", ["", "NA", "N/A", "n/a", "NaN", "null", " NA ", "None"])
def test_a_blank_number_is_missing_and_no_error(roster, load_year, text: str) -> None:
    assert math.isnan(load_year(roster(benchmark_total=text)).frame["benchmark_total"][0])


@pytest.mark.parametrize(
    "text",
    [
        "1,23",
        "12,34",
        "1,2345",
        "1,234,56",
        "1.234.567",
        "abc",
        "inf",
        "-inf",
        "infinity",
        "1e999",
        "0x10",
        "1_000",
        "-",
        "--5",
        "(-5)",
        "5-",
        "1 23",
        "12 34",
        "1 2345",
        "1  234",
        "1'23",
        "5%",
        "5 USD",
        "\u0661",
        "1e",
        "e5",
        "$",
        "()",
        "#N/A",
    ],
)
def test_what_is_not_surely_a_number_is_refused(roster, problems_of, text: str) -> None:
    """1,23 may be a decimal comma; inf is no amount; a percentage is no dollar amount."""
    (problem,) = problems_of(roster(prior_savings_per_capita=text))
    assert (problem.row, problem.column) == (2, "prior_savings_per_capita")
    assert text.strip() in problem.found
    assert problem.fix


@pytest.mark.parametrize(
    ("text", "value"),
    [("91.3%", 0.913), ("91.3 %", 0.913), ("0.913", 0.913), ("100%", 1.0), ("0", 0.0), ("57.3%", 0.573), ("7%", 0.07)],
)
def test_a_percent_sign_moves_the_point_without_rounding_twice(roster, load_year, text: str, value: float) -> None:
    assert load_year(roster(quality_score=text)).frame["quality_score"][0] == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_survives_its_text(value: float) -> None:
    values, bad = parse_numbers(pa.array([repr(value), "$0"]), USD)
    assert values[0] == value
    assert not bad.any()


@given(st.integers(0, 10**9))
def test_percentages_are_the_nearest_float(hundred_thousandths: int) -> None:
    column = Column("quality_score", "fraction", percent=True)
    exact = Fraction(hundred_thousandths, 10**7)
    values, _ = parse_numbers(pa.array([f"{hundred_thousandths / 10**5:.5f}"]), column)
    assert values[0] == exact.numerator / exact.denominator


def test_marks_and_percentages_of_a_layout() -> None:
    """Percent without a sign, `-` for zero, `*` for none: all declared by the column."""
    column = Column("rate", "fraction", percent=True, none=frozenset({"*", "."}), zero=frozenset({"-"}))
    values, bad = parse_numbers(pa.array(["98.08", "75%", "-", "*", ".", "", "1e1", "x"]), column)
    assert list(values[:3]) == [0.9808, 0.75, 0.0]
    assert np.isnan(values[3:6]).all()
    assert values[6] == 0.1
    assert list(bad) == [False] * 7 + [True]
    assert parse_numbers(pa.array([98.08]), column)[0][0] == 0.9808


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("quality_score", "91.3", "looks like a percentage; write 0.913"),
        ("quality_score", "-0.1", "a fraction from 0 to 1"),
        ("quality_score", "101", "a fraction from 0 to 1"),
        ("quality_score", "120%", "a fraction from 0 to 1"),
        ("quality_score", "0.01", "0, or at least 1.01% (0.0101 as a fraction)"),
        ("quality_score", "0.91%", "0, or at least 1.01% (0.0101 as a fraction)"),
        ("quality_score", "0.00913", "divided by 100 once too often? write 0.95 or 95%"),
        ("sharing_rate", "50", "write 0.5"),
        ("loss_limit", "5", "write 0.05"),
        ("minimum_rate", "2", "write 0.02"),
        ("msr_election", "0.5", "write 0.005"),
        ("msr_election", "fixed", "sliding, or a fraction"),
        ("benchmark_total", "0", "more than 0 US dollars"),
        ("benchmark_total", "-1", "more than 0 US dollars"),
        ("benchmark_per_capita", "0", "more than 0 US dollars"),
        ("expenditure_total", "-0.01", "0 or more"),
        ("assigned_beneficiaries", "-1", "0 or more"),
        ("months", "22", "from 1 to 21"),
        ("months", "0", "from 1 to 21"),
        ("months", "6.5", "a whole number"),
        ("agreement_period", "0", "1 or more"),
        ("performance_year", "14", "a year such as 2014"),
        ("performance_year", "2014.5", "a whole number"),
        ("performance_year", "", "a year such as 2014"),
        ("performance_year", "MMXIV", "a year such as 2014"),
        ("program", "medicare", "mssp"),
        ("program", "", "mssp"),
        ("track", "Trak 1", "did you mean track-1"),
        ("track", "track_11", "did you mean track-1"),
        ("track", "4", "one of track-1"),
        ("track", "None", "a track"),
        ("track", "core", "a track of mssp"),
        ("track", "", "a track"),
        ("aco_id", "", "an id"),
        ("aco_id", "  ", "an id"),
        ("aco_id", "417.0", "enter the ID as text, with its leading zeros"),
        ("aco_id", "4.17E+02", "enter the ID as text, with its leading zeros"),
        ("termination_kind", "volunteer", "did you mean voluntary"),
        ("guardrail", "maybe", "true or false"),
        ("guardrail", "2", "true or false"),
        ("initial_start", "2012-13-01", "a date"),
        ("initial_start", "41091", "Excel's serial number of 2012-07-01"),
        ("initial_start", "20121301", "a date"),
        ("initial_start", "32-Jul-12", "a date"),
        ("initial_start", "1-Juli-12", "a date"),
        ("initial_start", "31/12/2012", "a date"),
        ("initial_start", "July 2012", "a date"),
        ("initial_start", "0012-07-01", "a date"),
    ],
)
def test_a_cell_outside_its_contract_is_refused(roster, problems_of, column: str, text: str, words: str) -> None:
    (problem,) = problems_of(roster(**{column: text}))
    assert (problem.row, problem.column) == (2, column)
    assert words in str(problem)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("quality_score", "1", 1.0),
        ("quality_score", "0", 0.0),
        ("quality_score", "0.0101", 0.0101),
        ("benchmark_total", "0.01", 0.01),
        ("expenditure_total", "0", 0.0),
        ("months", "21", 21.0),
        ("months", "6.0", 6.0),
        ("msr_election", "Sliding", "sliding"),
        ("msr_election", "2%", "0.02"),
        ("msr_election", ".005", "0.005"),
        ("msr_election", "", ""),
        ("program", "MSSP", "mssp"),
        ("track", " Track-1 ", "track-1"),
        ("track", "BASIC-E", "basic-e"),
        ("track", "Track 1", "track-1"),
        ("track", "track_1", "track-1"),
        ("track", "1", "track-1"),
        ("track", "Track 1+", "track-1-plus"),
        ("track", "Basic Level B", "basic-b"),
        ("loss_limit_basis", "NA", ""),
        ("performance_year", "2014.0", 2014),
    ],
)
def test_a_cell_at_the_edge_of_its_contract_is_taken(roster, load_year, column: str, text: str, value: object) -> None:
    assert load_year(roster(**{column: text})).frame[column][0] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [(word, 1.0) for word in ("true", "TRUE", "T", "yes", "Y", "1", "1.0", " True ")]
    + [(word, 0.0) for word in ("false", "F", "no", "n", "0")],
)
def test_true_and_false(roster, load_year, text: str, value: float) -> None:
    assert load_year(roster(quality_reported=text)).frame["quality_reported"][0] == value


def test_true_false_has_a_third_state(roster, load_year) -> None:
    assert load_year(roster(quality_reported="N/A")).frame["quality_reported"].isna().all()


@pytest.mark.parametrize(
    "text",
    [
        "2012-07-01",
        "7/1/12",
        "07/01/2012",
        "7/1/12 00:00",
        "07/01/2012 12:00:00 AM",
        "2012-07-01 00:00:00",
        "2012-07-01T00:00:00.000Z",
        "2012-07-01T00:00:00+00:00",
        "20120701",
        "1-Jul-12",
        "01-JUL-2012",
        "1 July 2012",
        "July 1, 2012",
        "Jul. 1, 2012",
    ],
)
def test_a_date_in_the_ways_it_is_written(roster, load_year, text: str) -> None:
    frame = load_year(roster(initial_start=text)).frame
    assert frame["initial_start"][0] == pd.Timestamp("2012-07-01")


@pytest.mark.parametrize("text", ["00123", "NA", "=1+1", "null", 'a "quoted", name', "1e5", "+1", "\u00c5ngstr\u00f6m"])
def test_names_come_through_unchanged(roster, load_year, text: str) -> None:
    frame = load_year(roster(aco_name=text, state=text, my_group=text)).frame
    assert [frame[name][0] for name in ("aco_name", "state", "my_group")] == [text] * 3


@pytest.mark.parametrize("text", ["00123", "A1", "A-1 B", "=1+1", "1e5", "+1", "A/1"])
def test_ids_come_through_unchanged(roster, load_year, text: str) -> None:
    assert load_year(roster(aco_id=text)).frame["aco_id"][0] == text


@pytest.mark.parametrize(
    "text", ["A2002*", "A2002\u00b9", "#A2002", "'A2002", "\u0410002", "\uff2102", "A1\x07", 'A"1', "nan", "null"]
)
def test_an_id_with_marks_or_of_look_alikes_is_refused(roster, problems_of, text: str) -> None:
    """A footnote at an id, a row that is commented out, letters of another alphabet, a word for nothing."""
    (problem,) = problems_of(roster(aco_id=text))
    assert problem.column == "aco_id"


@pytest.mark.parametrize("text", ["1.2E+08", "9E+07", "500.000", "$20.000"])
def test_an_amount_that_lost_digits_or_may_be_either_is_refused(roster, problems_of, text: str) -> None:
    """What a spreadsheet saves of a narrow column; a point that may part thousands."""
    (problem,) = problems_of(roster(advance_balance=text))
    assert "an amount with all its digits" in str(problem)


@pytest.mark.parametrize(
    ("name", "text"),
    [("loss_limit", "0.05%"), ("payment_limit", "0.1%"), ("minimum_rate", "0.02%"), ("published_msr", "0.0002")],
)
def test_a_percent_of_a_percent_is_refused(roster, problems_of, name: str, text: str) -> None:
    (problem,) = problems_of(roster(**{name: text}))
    assert problem.column == name


def test_many_bad_cells_are_counted_not_all_printed(write, problems_of) -> None:
    header = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
    rows = "".join(f"A{number},mssp,track-1,x,1000,y\n" for number in range(1200))
    problems = problems_of(write(f"{header}\n{rows}"))
    assert len(problems) == 22
    assert [problem.found for problem in problems if problem.row is None] == ["1,190 more like the ones above"] * 2


def test_a_hostile_cell_cannot_break_the_message(roster, problems_of) -> None:
    """Control characters are escaped and long text is cut."""
    (problem,) = problems_of(roster(benchmark_total="\x1b[31m" + "x" * 500))
    assert "\x1b" not in str(problem)
    assert len(str(problem)) < 300


def test_grid_recovers_what_was_rounded_and_leaves_the_rest() -> None:
    grid = Grid(8960, 6)
    steps = np.arange(8961)
    printed = np.array([float(f"{step / 8960:.6f}") for step in steps])
    values, exact = snap_to_grid(printed, grid)
    assert (values == steps / 8960).all()
    assert exact.all()
    between = np.array([0.5 / 8960, 0.916970, np.nan])
    values, exact = snap_to_grid(between, grid)
    np.testing.assert_array_equal(values, between)
    assert not exact.any()
