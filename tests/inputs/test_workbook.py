"""Workbooks: each cell as the text that it stands for on screen, which sheets are read, and what is told of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from aco_cli.errors import InputError
from aco_cli.inputs.raw import Head, Sheet
from aco_cli.inputs.source import FileContent, FileKind
from aco_cli.inputs.workbook import first_texts, workbook_sheets


def opened(data: bytes, wanted: str = "") -> list[Sheet]:
    return workbook_sheets(FileContent("r.xlsx", data, FileKind.WORKBOOK), wanted)


def refusal(data: bytes, wanted: str = "") -> str:
    with pytest.raises(InputError) as refused:
        opened(data, wanted)
    return str(refused.value)


def book(fill: Callable[[Any], None]) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as workbook:
        fill(workbook)
    return data.getvalue()


def text_of(xlsx, cell: str, *formats: str | int) -> str:
    """What a cell in style 1 stands for."""
    (sheet,) = opened(xlsx(f"<sheetData><row><c t='str'><v>h</v></c>{cell}</row></sheetData>", formats))
    return sheet.top[0][1]


@pytest.mark.parametrize(
    ("value", "plain", "percent", "digits"),
    [
        ("417", "417", "41700%", "X00417"),
        ("0", "0", "0%", "X00000"),
        ("1234567", "1234567", "123456700%", "X1234567"),
        ("-5", "-5", "-500%", "-5"),
        ("0.8991", "0.8991", "89.91%", "0.8991"),
        ("0.1", "0.1", "10%", "0.1"),
        ("0.07", "0.07", "7%", "0.07"),
        ("9007199254740991", "9007199254740991", "900719925474099100%", "X9007199254740991"),
        ("9007199254740992", "9007199254740992.0", "900719925474099200%", "9007199254740992.0"),
        ("-9007199254740992", "-9007199254740992.0", "-900719925474099200%", "-9007199254740992.0"),
        ("1e-7", "1e-07", "0.00001%", "1e-07"),
        ("abc", "abc", "abc", "abc"),
    ],
)
def test_a_number_is_the_text_that_its_format_shows_without_rounding(
    xlsx, value: str, plain: str, percent: str, digits: str
) -> None:
    cell = f"<c s='1'><v>{value}</v></c>"
    assert [text_of(xlsx, cell, form) for form in (0, "0.0%", '"X"00000')] == [plain, percent, digits]


@pytest.mark.parametrize(
    ("cell", "code", "text"),
    [
        ("<c t='b'><v>1</v></c>", 0, "true"),
        ("<c t='b'><v>0</v></c>", 0, "false"),
        ("<c s='1'><v>41275</v></c>", "m/d/yyyy", "2013-01-01"),
        ("<c s='1'><v>41275.5</v></c>", "m/d/yyyy", "2013-01-01T12:00:00"),
        ("<c s='1'><v>0.25</v></c>", "h:mm", "06:00:00"),
        ("<c s='1'><v>41275</v></c>", "d0000", "2013-01-01"),
        ("<c t='inlineStr'><is><t>x</t></is></c>", 0, "x"),
        ("<c t='str' s='1'><v>0.5</v></c>", "0%", "0.5"),
    ],
)
def test_other_cells_are_words_and_days(xlsx, cell: str, code: str | int, text: str) -> None:
    assert text_of(xlsx, cell, code) == text


def test_cells_keep_their_places_and_those_without_a_value_are_faults(xlsx) -> None:
    rows = (
        "<row r='2'><c r='B2' t='str'><v>a</v></c><c r='C2' t='str'><v>b</v></c></row>"
        "<row r='4'><c r='B4' s='1'><v>0.5</v></c><c r='C4' t='e'><v>#N/A</v></c></row>"
        "<row r='5'><c r='B5' s='1'><v>0.25</v></c><c r='C5' s='1'><v>1</v></c></row>"
    )
    (sheet,) = opened(xlsx(f"<sheetData>{rows}</sheetData>", ["0%"]))
    assert sheet.top == [["", "", ""], ["", "a", "b"], ["", "", ""], ["", "50%", ""], ["", "25%", "100%"]]
    raw = sheet.read(Head(("", "a", "b"), 2), [1, 2], "utf-8")
    assert {place: column.to_pylist() for place, column in raw.columns.items()} == {
        1: ["", "50%", "25%"],
        2: ["", "", "100%"],
    }
    assert (raw.rows.tolist(), raw.faults) == ([3, 4, 5], {2: {4: "#N/A, an error of the spreadsheet"}})


def test_a_number_that_is_not_where_its_row_is_is_damage(xlsx) -> None:
    """Its format would be lost."""
    cells = "<row><c t='str'><v>a</v></c></row><row r='9'><c r='A2' s='1'><v>0.5</v></c></row>"
    assert "a whole XLSX file, found a damaged one" in refusal(xlsx(f"<sheetData>{cells}</sheetData>", ["0%"]))


@pytest.mark.parametrize(("rows", "words"), [(1, "1 hidden row"), (2, "2 hidden rows"), (1_200, "1,200 hidden rows")])
def test_hidden_rows_are_told(xlsx, rows: int, words: str) -> None:
    hidden = "<row hidden='1'><c><v>1</v></c></row>" * rows
    (sheet,) = opened(xlsx(f"<sheetData><row><c t='str'><v>a</v></c></row>{hidden}</sheetData>"))
    assert sheet.remarks == (f"r.xlsx: {words} of sheet S read too",)
    assert [(each.code, each.is_note) for each in sheet.remarks] == [("hidden_rows", False)]


def test_superscripts_are_told(xlsx) -> None:
    text = '<si><t>x</t><rPr><vertAlign val="superscript"/></rPr></si>'
    rows = "<sheetData><row><c t='str'><v>a</v></c></row></sheetData>"
    (sheet,) = opened(xlsx(rows, sharedStrings=f"<sst>{text}</sst>"))
    told = "superscripts in cells, as of footnotes, are read as a part of what they stand at"
    assert sheet.remarks == (f"r.xlsx: {told}",)
    assert [(each.code, each.is_note) for each in sheet.remarks] == [("superscript", False)]


def four_sheets(workbook: Any) -> None:
    """North, an empty sheet, a hidden South, and a chart."""
    workbook.add_worksheet("North").write(0, 0, "north")
    workbook.add_worksheet("Empty")
    south = workbook.add_worksheet("South")
    south.write(0, 0, "south")
    south.hide()
    chart = workbook.add_chart({"type": "line"})
    chart.add_series({"values": "=North!$A$1:$A$1"})
    workbook.add_chartsheet("Chart").set_chart(chart)


def test_sheets_that_are_shown_are_read_and_hidden_ones_noted() -> None:
    (sheet,) = opened(book(four_sheets))
    assert (sheet.title, sheet.top) == ("North", [["north"]])
    assert sheet.remarks == ("r.xlsx: hidden sheet South not read; --sheet NAME reads it",)
    assert [(each.code, each.is_note) for each in sheet.remarks] == [("hidden_sheet", True)]


@pytest.mark.parametrize(("wanted", "text"), [("north", "north"), ("SOUTH", "south")])
def test_a_sheet_that_is_named_is_read_hidden_or_not(wanted: str, text: str) -> None:
    (sheet,) = opened(book(four_sheets), wanted)
    assert (sheet.title, sheet.top, sheet.remarks) == (text.capitalize(), [[text]], ())


def test_a_sheet_that_there_is_not_is_told_with_those_that_there_are() -> None:
    words = "r.xlsx: expected a sheet named 'Chart', found the sheets North, Empty, South; use one of them"
    assert refusal(book(four_sheets), "Chart") == words
    assert refusal(book(four_sheets), "Empty") == "r.xlsx: expected a table in a sheet, found an empty sheet"


def test_the_left_of_the_first_rows_of_every_sheet_is_looked_at(write, tmp_path: Path) -> None:
    """By which a report is known; what is no workbook, or too large to be one, has none."""
    path = write(book(four_sheets), "r.xlsx")
    assert first_texts(path) == ["north", "south"]
    rows = book(lambda workbook: [workbook.add_worksheet().write_row(n, 0, [n, "x"]) for n in range(1)])
    assert first_texts(write(rows, "n.xlsx")) == ["0.0"]
    for content in (b"a,b\n1,2\n", b"PK\x03\x04", book(four_sheets) + bytes(1_000_001)):
        assert first_texts(write(content, "other.xlsx")) == []
    assert first_texts(str(tmp_path / "nowhere.xlsx")) == []


def test_as_many_rows_of_a_report_are_looked_at_as_may_be_a_header(write) -> None:
    def fill(workbook: Any) -> None:
        workbook.add_worksheet().write_column(0, 0, [f"row {number}" for number in range(1, 41)])

    assert first_texts(write(book(fill), "r.xlsx"))[-1] == "row 30"
