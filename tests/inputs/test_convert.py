"""From cells of a file to columns as a layout declares them, and in which words a cell that does not fit is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from aco_cli.inputs.convert import convert
from aco_cli.inputs.layout import Column, Grid, Layout, name_key
from aco_cli.inputs.raw import RawTable
from aco_cli.inputs.recognize import Match

NAN = np.nan
ONE_OR_ZERO = "expected 1 or 0, found"
NUMBER_FIX = "write a plain number, or leave it blank if it is not known"
DIGITS_FIX = "digits were lost, or the point parts thousands; write it in full, such as 112000000"
ID_FIX = "a spreadsheet turned it into a number or lost it; enter the ID as text, with its leading zeros"


def converted(
    columns: Sequence[Column], table: Mapping[str, Sequence[Any]], precision: bool = False, **layout: Any
) -> tuple[pd.DataFrame, list[str]]:
    """The columns that a layout makes of a table whose first row of data is row 2, and the problems."""
    fits = Layout("made up", "quality", {column.name: column for column in columns}, (), **layout)
    names = [name for column in columns for group in column.reads for name in group]
    others = {name: place for place, name in enumerate(table) if name not in names}
    match = Match(fits, {name_key(name): place for place, name in enumerate(table)}, others)
    cells = {place: pa.chunked_array([each]) for place, each in enumerate(table.values())}
    raw = RawTable("f.csv", cells, np.arange(2, len(next(iter(table.values()))) + 2))
    frame, problems = convert(match, raw, precision=precision)
    return frame, [str(problem).removeprefix("f.csv, ") for problem in problems]


def one(column: Column, *cells: Any) -> tuple[list[Any], list[str]]:
    """The values of a column made from one of its name, and the problems."""
    frame, problems = converted([column], {column.sources[0]: list(cells)})
    return frame[column.name].tolist(), problems


def test_columns_come_in_the_order_of_the_layout_then_constants_then_others() -> None:
    """A column that the file lacks is not made; one that it calls otherwise is found under each of its names."""
    columns = [
        Column("b", "number", ("B",)),
        Column("lacking", "number", ("none",)),
        Column("a", "text", ("first", "A")),
        Column("flags", "flags", flags={"x": "X1"}),
    ]
    table: dict[str, list[Any]] = {"other": ["o", None], "A": [" t ", None], "B": ["1", ""], "b2": ["", "p"]}
    frame, problems = converted(columns, table, constants={"program": "mssp"}, keeps_others=True)
    assert list(frame) == ["b", "a", "program", "other", "b2"]
    assert frame.astype(object).to_numpy().tolist()[0] == [1.0, "t", "mssp", "o", ""]
    assert frame.drop(columns="b").to_numpy().tolist()[1] == ["", "mssp", "", "p"]
    assert problems == []
    assert list(converted(columns, table)[0]) == ["b", "a"]


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("1,23", "write a decimal point, and thousands in groups of three"),
        ("12,34", "write a decimal point, and thousands in groups of three"),
        ("1,2.5", NUMBER_FIX),
        ("1,23,45", NUMBER_FIX),
        ("1.2.3", NUMBER_FIX),
        ("x", NUMBER_FIX),
    ],
)
def test_what_is_no_number_is_told_with_how_to_write_it(text: str, fix: str) -> None:
    values, problems = one(Column("dollars", "usd", ("D",)), "1500.5", text)
    np.testing.assert_array_equal(values, [1500.5, NAN])
    assert problems == [f"row 3, column D: expected US dollars as a number, found {text!r}; {fix}"]


@pytest.mark.parametrize(
    ("name", "kind", "cells", "doubtful"),
    [
        ("total", "usd", ["500.000", "1200"], ["500.000"]),
        ("total", "usd", ["1.2E+08"], ["1.2E+08"]),
        ("total", "usd", ["1.2E+08", "5.5"], ["1.2E+08"]),
        ("total", "usd", ["9E+07", "$20.000", "1.23456E+12"], ["9E+07", "$20.000", "1.23456E+12"]),
        ("total", "usd", ["1.2345678E+08", "500.00", "1000.000", "1.2e+08", "1E+8"], []),
        ("total", "usd", [500.0, 1.2e8], []),
        ("dollars_per_capita", "usd", ["500.000", "1.2E+03"], []),
        ("count", "number", ["500.000", "1.2E+03"], []),
    ],
)
def test_dollars_that_may_have_lost_digits_are_doubted(
    name: str, kind: str, cells: list[Any], doubtful: list[str]
) -> None:
    """Not dollars per capita, whose digits are few, nor numbers that were never text."""
    _, problems = one(Column(name, kind, (name,)), *cells)
    told = f"column {name}: expected an amount with all its digits, found"
    assert problems == [f"row {cells.index(cell) + 2}, {told} {cell!r}; {DIGITS_FIX}" for cell in doubtful]


def test_of_an_amount_another_may_be_taken_off_whatever_its_sign() -> None:
    """And half units add up; a bad cell of either is told under its own name."""
    column = Column("published_settlement", "usd", ("Earned",), less="Owed", zero=frozenset({"", "-"}))
    table = {"Earned": ["100.5", "", "7", "x"], "Owed": ["", "-20", "2.25", "y"]}
    frame, problems = converted([column], table, precision=True)
    np.testing.assert_array_equal(frame["published_settlement"], [100.5, -20.0, 4.75, NAN])
    np.testing.assert_allclose(frame["published_settlement_half_unit"], [0.05, 0.5, 0.505, NAN])
    assert problems == [
        f"row 5, column Earned: expected US dollars as a number, found 'x'; {NUMBER_FIX}",
        f"row 5, column Owed: expected US dollars as a number, found 'y'; {NUMBER_FIX}",
    ]


def test_only_the_size_of_an_unsigned_amount_counts() -> None:
    column = Column("loss", "usd", ("loss",), unsigned=True, min=0.0)
    assert one(column, "-5", "5", "(1,500)") == ([5.0, 5.0, 1500.0], [])


def test_half_units_are_those_of_amounts_and_scores_alone() -> None:
    columns = [Column(name, "usd", (name,)) for name in ("benchmark_total", "advance_balance")]
    table = {"benchmark_total": ["1000.5"], "advance_balance": ["1.25"]}
    assert list(converted(columns, table)[0]) == ["benchmark_total", "advance_balance"]
    frame, _ = converted(columns, table, precision=True)
    assert sorted(map(str, frame)) == ["advance_balance", "benchmark_total", "benchmark_total_half_unit"]
    assert frame["benchmark_total_half_unit"].tolist() == [0.05]


def test_prints_of_a_grid_are_exact_and_what_was_rounded_like_others_is_not() -> None:
    """What has as few digits as a value that was rounded may lie on the grid by chance."""
    column = Column("quality_score", "fraction", ("Q",), grid=Grid(8960, 6))
    exact = [7 / 8960, 8001 / 8960, 1.0]
    frame, _ = converted([column], {"Q": [f"{value:.6f}" for value in exact]}, precision=True)
    assert frame["quality_score"].tolist() == exact
    assert frame["quality_score_half_unit"].tolist() == [0.0, 0.0, 0.0]
    frame, _ = converted([column], {"Q": [f"{7 / 8960:.6f}", "0.8801", "0.5", ""]}, precision=True)
    np.testing.assert_array_equal(frame["quality_score"], [7 / 8960, 0.8801, 0.5, NAN])
    np.testing.assert_allclose(frame["quality_score_half_unit"], [0.0, 0.00005, 0.00005, NAN])
    frame, _ = converted([column], {"Q": [f"{7 / 8960:.4f}", "0.5"]}, precision=True)
    assert frame["quality_score"].tolist() == [0.0008, 0.5]
    np.testing.assert_allclose(frame["quality_score_half_unit"], [0.00005, 0.00005])


def test_a_year_that_is_none_counts_as_told() -> None:
    values, problems = one(Column("performance_year", "year", ("Y",)), "2014", "14", "", "x")
    np.testing.assert_array_equal(values, [2014, 0, NAN, 0])
    assert [problem.partition(", found")[0] for problem in problems] == [
        "row 5, column Y: expected a year such as 2014",
        "row 3, column Y: expected a year such as 2014, from 2000 to 2099",
    ]


def test_values_count_only_where_another_column_says_so() -> None:
    column = Column("rate", "number", ("R",), only_where={"Report": ("1", "yes")})
    frame, _ = converted([column], {"R": ["5", "6", "7", "8"], "Report": ["1", "0", "YES", ""]})
    np.testing.assert_array_equal(frame["rate"], [5.0, NAN, 7.0, NAN])
    column = Column("first", "boolean", ("S",), true_when=("P4R", ""))
    assert one(column, "p4r", "0.5", "") == ([1.0, 0.0, 1.0], [])


def test_a_number_above_zero_may_be_a_yes() -> None:
    values, problems = one(Column("reported", "positive", ("R",)), "0.5", "0", "-1", "", "1", "x")
    np.testing.assert_array_equal(values, [1.0, 0.0, 0.0, NAN, 1.0, NAN])
    assert problems == [f"row 7, column R: expected a number, found 'x'; {NUMBER_FIX}"]


def test_dates_and_yes_or_no_are_told_apart() -> None:
    """Only a day may be Excel's serial number of one."""
    days, problems = one(Column("start", "date", ("S",)), "7/1/2012", "", "41091")
    assert days == [pd.Timestamp("2012-07-01"), pd.NaT, pd.NaT]
    assert problems == [
        "row 4, column S: expected a date such as 2012-07-01 or 7/1/2012, found '41091'; "
        "41091 looks like Excel's serial number of 2012-07-01; format the column as a date"
    ]
    values, problems = one(Column("met", "boolean", ("M",)), "yes", "0", "", "41091")
    np.testing.assert_array_equal(values, [1.0, 0.0, NAN, NAN])
    assert problems == ["row 5, column M: expected true or false, found '41091'"]


def test_a_word_is_one_of_the_choices_or_the_nearest_two_are_named() -> None:
    column = Column(
        "track", "choice", ("T",), choices=("track-1", "track-2", "track-3", "enhanced"), codes={"e": "enhanced"}
    )
    values, problems = one(column, "Track 1", "E", "", "track-9", "zzz")
    assert values == ["track-1", "enhanced", "", "?", "?"]
    expected = "column T: expected one of track-1, track-2, track-3, enhanced, found"
    assert problems == [f"row 5, {expected} 'track-9'; did you mean track-3 or track-2?", f"row 6, {expected} 'zzz'"]


def test_a_coded_word_is_a_number() -> None:
    column = Column("third", "coded", ("T",), codes={"top": 1, "middle": 2, "bottom": 3})
    values, problems = one(column, "Top", "bottom", "", "midle")
    np.testing.assert_array_equal(values, [1.0, 3.0, NAN, NAN])
    assert problems == ["row 5, column T: expected one of top, middle, bottom, found 'midle'; did you mean middle?"]


@pytest.mark.parametrize("otherwise", ["", "track-0"])
def test_one_of_several_columns_is_set(otherwise: str) -> None:
    """None of them only where that has a meaning; one that the file lacks is set nowhere."""
    flags = {"track-1": "T1", "track-2": "T2", "track-3": "T3"}
    column = Column("track", "flags", flags=flags, otherwise=otherwise)
    table = {"T1": ["1", "0", "0", "1", ""], "T2": ["0", "true", "", "1", "x"]}
    frame, problems = converted([column], table)
    assert frame["track"].tolist() == ["track-1", "track-2", otherwise, "track-2", otherwise]
    exactly = "column T1, T2: expected exactly one of these set to 1, found"
    none = [] if otherwise else [f"row 4, {exactly} '0'", f"row 6, {exactly} '0'"]
    assert sorted(problems) == sorted([f"row 6, column T2: {ONE_OR_ZERO} 'x'", f"row 5, {exactly} '2'", *none])


def test_an_election_is_a_word_or_a_fraction() -> None:
    column = Column("msr_election", "election", ("E",), min=0.0, max=0.02, nonzero_min=0.004)
    values, problems = one(column, "Sliding", "2%", "0.010", "0", "", "1e999", "0.03", "0.0002", "x")
    assert values[:5] == ["sliding", "0.02", "0.01", "0.0", ""]
    told = [
        problem.partition(", found ")[0] + problem.partition(", found ")[2].partition(";")[0] for problem in problems
    ]
    assert told == [
        "row 7, column E: expected sliding, or a fraction such as 0.02'1e999'",
        "row 10, column E: expected sliding, or a fraction such as 0.02'x'",
        "row 8, column E: expected a fraction from 0 to 0.02'0.03'",
        "row 9, column E: expected 0, or at least 0.4% (0.004 as a fraction)'0.0002'",
    ]


def test_ids_that_were_numbers_are_refused_and_marks_for_none_are_blank() -> None:
    column = Column("aco_id", "id", ("ID",), none=frozenset({"na", "-"}))
    values, problems = one(column, " 0417 ", "NA", "-", "417.0", "na1")
    assert values == ["0417", "", "", "417.0", "na1"]
    assert problems == [f"row 5, column ID: expected an ID as text, found '417.0'; {ID_FIX}"]
    plain = Column("aco_id", "id", ("ID",))
    assert one(plain, "NA", "", "-") == (["NA", "", "-"], [])
    values, problems = one(plain, 417.0, None)
    assert values == ["417", ""]
    assert problems == [f"row 2, column ID: expected an ID as text, found '417.0'; {ID_FIX}"]
    assert one(plain, 417, None) == (["417", ""], [])
