"""Text to dates, conditions and choices: every form at its edges."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from aco_cli.inputs.words import date_fix, parse_booleans, parse_dates, parse_words

NONE = frozenset({"na", "*"})
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1900-01-01", "1900-01-01"),
        ("2012-02-29", "2012-02-29"),
        ("7/1/00", "2000-07-01"),
        ("12/31/99", "2099-12-31"),
        ("12/31/1999", "1999-12-31"),
        ("1/2/2012 3:04 pm", "2012-01-02"),
        ("2012-07-01 23:59:59.999-05:00", "2012-07-01"),
        ("19991231", "1999-12-31"),
        ("2012/07/01", "2012-07-01"),
        ("3 Sept 2012", "2012-09-03"),
        ("Sept. 3, 2012", "2012-09-03"),
        ("1-jul-05", "2005-07-01"),
    ],
)
def test_a_date_is_the_day_that_is_written(text: str, day: str) -> None:
    values, bad = parse_dates(pa.array([text]), NONE)
    assert (str(values[0].astype("datetime64[D]")), bad[0]) == (day, False)


@pytest.mark.parametrize("letters", [3, 4, None])
def test_every_month_is_known_by_its_name_or_its_first_letters(letters: int | None) -> None:
    values, bad = parse_dates(pa.array([f"{name[:letters]} 2, 2012" for name in MONTHS]), NONE)
    assert values.tolist() == [dt.datetime(2012, month, 2) for month in range(1, 13)]
    assert not bad.any()


@pytest.mark.parametrize(
    "text",
    ["1899-12-31", "12/31/1899", "2011-02-29", "0/1/2012", "13/1/2012", "1/0/2012", "1/32/2012", "1-Mai-2012", "x"],
)
def test_a_day_that_there_is_not_or_before_1900_is_no_date(text: str) -> None:
    values, bad = parse_dates(pa.array([text]), NONE)
    assert (np.isnat(values[0]), bad[0]) == (True, True)


@pytest.mark.parametrize(
    ("cell", "day"),
    [("36526", "2000-01-01"), ("41275", "2013-01-01"), (" 41275.0 ", "2013-01-01"), (54_999, "2050-07-30")],
)
def test_a_serial_number_of_excel_is_told_with_its_day(cell: object, day: str) -> None:
    number = str(cell).strip().removesuffix(".0")
    assert date_fix(cell) == f"{number} looks like Excel's serial number of {day}; format the column as a date"


@pytest.mark.parametrize("cell", ["36525", "55000", "41275.5", "-41275", "July", ""])
def test_what_is_no_day_of_this_century_gets_no_such_hint(cell: str) -> None:
    assert date_fix(cell) == ""


def test_conditions_are_true_false_missing_or_bad() -> None:
    cells = pa.chunked_array([["Yes", "0.0", None], ["", " NA ", "*", "maybe", "2", "yes"]])
    values, bad = parse_booleans(cells, NONE)
    np.testing.assert_array_equal(values, [1.0, 0.0, *[np.nan] * 6, 1.0])
    assert bad.tolist() == [False] * 6 + [True, True, False]


def test_missing_dates_are_no_bad_ones() -> None:
    values, bad = parse_dates(pa.array([None, "na", "2012-07-01", ""]), NONE)
    assert pd.isna(values).tolist() == [True, True, False, True]
    assert not bad.any()


def test_each_spelling_is_read_once_wherever_it_stands() -> None:
    """Blank cells are not read at all; what cannot be read stands as missing."""
    seen: list[str] = []
    words = {"one": "1", "two": "2"}
    cells = pa.array(["two", "one", "", "two", "three", None, "na"])
    values, bad = parse_words(cells, lambda text: seen.append(text) or words.get(text), "0", NONE)
    assert values.tolist() == ["2", "1", "0", "2", "0", "0", "0"]
    assert bad.tolist() == [False, False, False, False, True, False, False]
    assert seen == ["two", "one", "three"]
