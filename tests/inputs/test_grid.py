"""Rows of text as a sheet: which columns and rows are read below a header."""

from __future__ import annotations

import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.grid import grid_sheet
from aco_cli.inputs.raw import TOP, Head
from aco_cli.inputs.remarks import Remark

ROWS = [["about"], ["a", "b", "c"], ["1", "2", "3"], ["4", "", "6"]]


def test_the_columns_wanted_are_read_below_the_header_with_their_rows() -> None:
    """From rows that are shorter than the header too; cells without a value go with them."""
    faults, remark = {0: {3: "#REF!"}}, Remark("told")
    sheet = grid_sheet("f", ROWS, "Title", (remark,), faults)
    assert (sheet.file, sheet.title, sheet.remarks, list(sheet.top)) == ("f", "Title", (remark,), ROWS)
    raw = sheet.read(Head(("a", "b", "c", "d"), 2), [1, 3], "utf-8")
    assert {place: column.to_pylist() for place, column in raw.columns.items()} == {1: ["2", ""], 3: ["", ""]}
    assert (raw.file, raw.rows.tolist(), raw.faults) == ("f", [3, 4], faults)
    assert grid_sheet("f", ROWS).read(Head(("about",), 1), [0], "utf-8").rows.tolist() == [2, 3, 4]


def test_without_faults_there_are_none() -> None:
    sheet = grid_sheet("f", ROWS * TOP)
    assert len(sheet.top) == TOP
    assert sheet.read(Head(("a",), 2), [0], "utf-8").faults == {}


@pytest.mark.parametrize("below", [[], [["", ""], [""]]])
def test_a_header_without_rows_is_refused(below: list[list[str]]) -> None:
    with pytest.raises(InputError, match="f: expected a row of data below the header, found a header only"):
        grid_sheet("f", [["a", "b"], *below]).read(Head(("a", "b"), 1), [0], "utf-8")
