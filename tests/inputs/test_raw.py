"""A table as read: what may be its header, and rows that are taken out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from aco_cli.inputs.grid import grid_sheet
from aco_cli.inputs.raw import Head, RawTable, Sheet, heading, is_blank, text_of, without


def heads(*top: list[str]) -> list[tuple[tuple[str, ...], int]]:
    sheet = Sheet("r.csv", top, lambda *_: pytest.fail("read"))
    assert all(isinstance(each, Head) for each in sheet.heads())
    return [(each.names, each.row) for each in sheet.heads()]


def test_each_row_may_be_the_header_and_two_that_follow_each_other_together() -> None:
    """The upper one names the columns of its row, or groups of them."""
    assert heads(["Table"], [], ["A", "", "B"], ["x", "y", "z", "w"], [], ["e", "f"]) == [
        (("Table",), 1),
        (("A", "", "B"), 3),
        (("x", "y", "z", "w"), 4),
        (("e", "f"), 6),
        (("A x", "y", "B z", "w"), 4),
        (("A x", "A y", "B z", "B w"), 4),
    ]


def test_groups_may_reach_further_than_names() -> None:
    assert heads(["", "A", "B", ""], ["x", "y"]) == [
        (("", "A", "B", ""), 1),
        (("x", "y"), 2),
        (("x", "A y", "B", ""), 2),
        (("x", "A y", "B", "B"), 2),
    ]


def test_thirty_rows_are_looked_at_for_a_header() -> None:
    assert [each.row for each in grid_sheet("r.xlsx", [["a"], []] * 20).heads()] == [*range(1, 31, 2)]
    assert len(grid_sheet("r.xlsx", [["a"]] * 40).top) == 30


def test_rows_of_nothing_but_space_are_no_header() -> None:
    assert heads([], ["", " "], ["\ufeff"]) == []


@pytest.mark.parametrize("cell", ["\ufeffACO  ID", " ACO\n ID ", "\u200bACO ID", "ACO\tID"])
def test_names_of_columns_have_single_spaces(cell: str) -> None:
    assert heading(cell) == "ACO ID"


def test_rows_that_are_taken_out_take_their_numbers_along() -> None:
    faults = {1: {4: "x"}}
    table = RawTable("r.csv", {3: pa.chunked_array([["a", "b"], ["c"]])}, np.array([2, 4, 5]), faults)
    found = without(table, np.array([True, False, False]))
    assert (found.file, found.columns[3].to_pylist(), found.rows.tolist(), found.faults) == (
        "r.csv",
        ["b", "c"],
        [4, 5],
        faults,
    )
    assert without(table, np.zeros(3, dtype=bool)) is table


def test_blank_is_what_holds_nothing() -> None:
    assert is_blank(pa.chunked_array([["", " \t", None], ["x", "0"]])).tolist() == [True, True, True, False, False]
    assert is_blank(pa.chunked_array([[None, 0.0, float("nan")]])).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(417.0, "417"), (2.0**53 - 1, "9007199254740991"), (2.0**53, "9007199254740992.0"), (np.float64(0.1), "0.1")],
)
def test_a_number_is_written_as_a_whole_one_while_it_is_sure_to_be_it(cell: float, text: str) -> None:
    assert text_of(cell) == text
