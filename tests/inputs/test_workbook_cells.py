"""What is seen of cells beside their values: faults, formats, merged ranges, hidden rows, and how far a sheet goes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

import pytest

from aco_cli.errors import InputError
from aco_cli.inputs import unpack
from aco_cli.inputs.workbook_cells import NumberFormat, SpecialCells, WorkbookParts

PERCENT = NumberFormat(is_percent=True, has_unit=False, prefix="", digits=0)


def as_id(prefix: str, digits: int) -> NumberFormat:
    return NumberFormat(is_percent=False, has_unit=False, prefix=prefix, digits=digits)


TEXTS = "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><t>{}</t></si></sst>"


@pytest.fixture
def cells_of(xlsx):
    """The special cells of a sheet: `cells_of(rows, ["0%"])`, with what stands below the rows."""

    def of(rows: str, formats: Sequence[str | int] = (), below: str = "") -> SpecialCells:
        parts = WorkbookParts.of("r.xlsx", xlsx(f"<sheetData>{rows}</sheetData>{below}", formats))
        assert parts is not None
        return parts.special_cells("S")

    return of


@pytest.fixture
def small() -> Iterator[None]:
    """A run that allows 1 MB, so 20,000 cells in a sheet."""
    token = unpack.most.set(1_000_000)
    yield
    unpack.most.reset(token)


def lines(rows: int, columns: str) -> str:
    """Rows of which the first and the last have a number in each of these columns."""
    return "".join(
        f"<row r='{row}'>" + "".join(f"<c r='{column}{row}'><v>1</v></c>" for column in columns) + "</row>"
        for row in (1, rows)
    )


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("<c><v>5</v></c>", None),
        ("<c><v>0.5</v></c>", None),
        ("<c/>", None),
        ("<c><v/></c>", None),
        ("<c t='e'><v>#REF!</v></c>", "#REF!, an error of the spreadsheet"),
        ("<c t='e'><f>A1</f><v>#N/A</v></c>", "#N/A, an error of the spreadsheet"),
        ("<c t='s'><v>0</v></c>", None),
        ("<c t='s'><v/></c>", None),
        ("<c t='s'/>", None),
        ("<c t='s'><v>-1</v></c>", "text number -1 of the workbook, which is none"),
        ("<c t='s'><f>A1</f><v>1.0</v></c>", "text number 1.0 of the workbook, which is none"),
        ("<c><f>A1+1</f></c>", "a formula without a stored value (=A1+1)"),
        ("<c><f>A1+1</f><v/></c>", "a formula without a stored value (=A1+1)"),
        ("<c><v/><f>A1+1</f></c>", "a formula without a stored value (=A1+1)"),
        ("<c><f/></c>", "a formula without a stored value (=...)"),
        ("<c><f>A1+1</f><v>5</v></c>", None),
        ("<c t='str'><f>A1</f></c>", None),
        ("<c t='str'><v>x</v></c>", None),
        ("<c t='b'><v>1</v></c>", None),
        ("<c t='inlineStr'><is><t>x</t></is></c>", None),
        ("<c t='inlineStr'><f>A1</f><is><t>x</t></is></c>", None),
    ],
)
def test_a_cell_that_holds_no_value_is_told(cells_of, cell: str, fault: str | None) -> None:
    found = cells_of(f"<row r='7'><c r='A7'><v>1</v></c>{cell}</row>")
    assert found == SpecialCells({} if fault is None else {1: {7: fault}}, {}, 0)


@pytest.mark.parametrize(
    ("code", "form"),
    [
        (9, PERCENT),
        (10, PERCENT),
        (11, None),
        (0, None),
        (4, None),
        ("0.0%", PERCENT),
        ('0"%"', None),
        (r"0\%", None),
        ("General", None),
        ("#,##0.00", None),
        ("0", None),
        ("00", as_id("", 2)),
        ("00000;-0", as_id("", 5)),
        ("0;00000", None),
        ('"A"0000', as_id("A", 4)),
        ("[Red]_(A0000_)", as_id("A", 4)),
        (r"\A000", as_id("A", 3)),
        ('"ACO "General', as_id("ACO ", 0)),
        ('"P"#', as_id("P", 0)),
        ('"$"#,##0', None),
        ('0.0,,"M"', None),
    ],
)
def test_a_format_that_changes_what_is_read_is_told(cells_of, code: str | int, form: NumberFormat | None) -> None:
    """Percentages, digits to be filled up with zeros, and what stands before them."""
    found = cells_of("<row r='2'><c r='AB2' s='1'><v>5</v></c><c s='0'><v>5</v></c></row>", [code])
    assert found == SpecialCells({}, {} if form is None else {(2, 27): form}, 0)


@pytest.mark.parametrize(
    "code",
    [
        '0.0"M"',
        '0.0" million"',
        r"$0\K",
        '0"bn"',
        '#,##0" thousands"',
        '0" mn"',
        '0" (millions)"',
        '0" (000s)"',
        '0"000"',
    ],
)
def test_a_number_that_is_shown_with_a_unit_is_refused_as_it_may_be_either(cells_of, code: str) -> None:
    found = cells_of("<row r='2'><c r='B2' s='1'><v>5</v></c></row>", [code])
    assert found == SpecialCells({1: {2: "5 that is shown with a unit such as M"}}, {}, 0)


@pytest.mark.parametrize(
    "cell", ["<c><v>5</v><v>6</v></c>", "<c t='s'><v>0</v><v>1</v></c>", "<c><f>1</f><v/><v>2</v></c>"]
)
def test_a_cell_with_two_values_is_refused_as_it_may_be_either(cells_of, cell: str) -> None:
    assert cells_of(f"<row>{cell}</row>") == SpecialCells({0: {1: "a cell that says more than one thing"}}, {}, 0)


@pytest.mark.parametrize("cell", ["<c s='1'/>", "<c s='1' t='b'><v>1</v></c>", "<c s='1' t='str'><v>1</v></c>"])
def test_only_numbers_have_a_format(cells_of, cell: str) -> None:
    assert cells_of(f"<row>{cell}</row>", ["0%"]) == SpecialCells()


def test_cells_and_rows_that_do_not_say_where_they_are_follow_one_another(cells_of) -> None:
    bad = "<c t='e'><v>#N/A</v></c>"
    found = cells_of(f"<row>{bad}<c/>{bad}</row><row>{bad}</row><row r='9'><c r='AA9'/>{bad}</row><row><c/>{bad}</row>")
    assert {place: [*rows] for place, rows in found.faults.items()} == {0: [1, 2], 2: [1], 27: [9], 1: [10]}


@pytest.mark.parametrize(("letters", "place"), [("A", 0), ("B", 1), ("Z", 25), ("AA", 26), ("BA", 52), ("XFD", 16_383)])
def test_columns_are_counted_as_their_letters_say(cells_of, letters: str, place: int) -> None:
    assert [*cells_of(f"<row r='1'><c r='{letters}1' t='e'/></row>").faults] == [place]


def test_hidden_rows_that_hold_something_are_counted(cells_of) -> None:
    cell = "<c><v>1</v></c>"
    rows = f"<row hidden='1'>{cell}{cell}</row><row hidden='true'>{cell}</row><row hidden='1'/>"
    assert cells_of(f"<row>{cell}</row>{rows}<row hidden='0'>{cell}</row>").hidden_rows == 2


def wide(rows: int) -> str:
    """Rows with a cell in column 769."""
    return "".join(f"<row><c r='ACO{row}'/></row>" for row in range(1, rows + 1))


def merged(reference: str) -> str:
    return f"<mergeCells><mergeCell ref='{reference}'/></mergeCells>"


STAIRS = "<row r='1'><c r='A1'/></row><row r='2'><c r='C2'/></row><row r='4'><c r='B4'/></row>"


@pytest.mark.parametrize(
    ("rows", "reference", "places", "numbers"),
    [
        (lines(2, "ABCDE"), "A1:A2", [0], [1, 2]),
        (lines(5, "AB"), "A2:B4", [0, 1], [2, 3, 4]),
        (lines(5, "AB"), "B3:Z9", [1], [3, 4, 5]),
        (lines(3, "ABC"), "A3:XFD1048576", [0, 1, 2], [3]),
        (STAIRS, "B2:D9", [1, 2], [2, 3, 4]),
        (lines(5, "AB"), "C1:D9", [], []),
        (lines(5, "AB"), "A6:B7", [], []),
        (lines(5, "AB"), "A1", [], []),
        (lines(5, "AB"), "A:B", [], []),
        (lines(5, "AB"), "A1:B2:C3", [], []),
        ("", "A1:B2", [], []),
    ],
)
def test_merged_cells_but_the_first_hold_no_value_as_far_as_the_table_goes(
    cells_of, rows: str, reference: str, places: list[int], numbers: list[int]
) -> None:
    found = cells_of(rows, below=merged(reference))
    first = (places[0], numbers[0]) if places else None
    assert {(place, row): text for place, at in found.faults.items() for row, text in at.items()} == {
        (place, row): f"a part of the merged cells {reference}"
        for place in places
        for row in numbers
        if (place, row) != first
    }


def test_a_merged_range_may_have_100_000_cells(cells_of) -> None:
    rows = lines(50_001, "AB")
    assert sum(map(len, cells_of(rows, below=merged("A1:B50000")).faults.values())) == 99_999
    with pytest.raises(InputError) as refused:
        cells_of(rows, below=merged("A1:B50001"))
    assert str(refused.value) == (
        "r.xlsx: expected at most 100,000 cells in one merged range, found A1:B50001 in sheet S; unmerge it"
    )


@pytest.mark.parametrize(
    ("most", "beyond", "found"),
    [
        (lines(10_000, "AB"), lines(10_001, "AB"), "cells up to A10001 in sheet S, 20,002 cells"),
        (wide(26), wide(27), "cells up to ACO27 in sheet S, 20,763 cells"),
        ("<row r='20000'><c/></row>", "<row r='20001'><c/></row>", "cells up to (20001, 1) in sheet S, 20,001 cells"),
    ],
)
def test_a_sheet_has_no_more_cells_than_allowed_blank_ones_too(
    small: None, cells_of, most: str, beyond: str, found: str
) -> None:
    assert cells_of(most) == SpecialCells()
    with pytest.raises(InputError) as refused:
        cells_of(beyond)
    assert str(refused.value) == (
        f"r.xlsx: expected a sheet of at most 20,000 cells, found {found} with the blank ones; "
        "delete what stands far from the table, or save it as CSV"
    )


@pytest.mark.parametrize("target", ["worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml"])
def test_a_sheet_is_found_from_the_folder_of_the_workbook_or_from_the_top(xlsx, target: str) -> None:
    parts = WorkbookParts.of("r.xlsx", xlsx("<sheetData/>", target=target))
    assert parts is not None
    assert (parts.sheets, parts.formats, parts.has_superscripts) == ({"S": "xl/worksheets/sheet1.xml"}, {}, False)


@pytest.mark.parametrize("text", ["one", '2<rPr><vertAlign val="superscript"/></rPr>'])
def test_superscripts_in_texts_are_seen(xlsx, text: str) -> None:
    parts = WorkbookParts.of("r.xlsx", xlsx("<sheetData/>", sharedStrings=TEXTS.format(text)))
    assert parts is not None
    assert parts.has_superscripts is ("superscript" in text)


def test_texts_that_end_too_soon_are_damage(xlsx) -> None:
    with pytest.raises(
        InputError, match=r"r\.xlsx: expected a whole XLSX file, found a damaged one \(no element found"
    ):
        WorkbookParts.of("r.xlsx", xlsx("<sheetData/>", sharedStrings=TEXTS.format("x").removesuffix("</sst>")))


def test_a_zip_of_something_else_is_no_workbook() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("xl/other.xml", "<x/>")
    assert WorkbookParts.of("r.zip", data.getvalue()) is None


def test_parts_whose_names_differ_by_case_are_damage(xlsx) -> None:
    """Two readers may take different ones."""
    with pytest.raises(InputError, match=r"a damaged one \(a part that is there twice\)"):
        WorkbookParts.of("r.xlsx", xlsx("<sheetData/>", Workbook="<workbook/>"))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("<row r='2'><c r='A2'/><c r='B2'/><c r='B2'/></row>", "cell B2 of sheet S twice"),
        ("<row r='2'><c r='B2'/><c r='A2'/><c r='b2'/></row>", "cell B2 of sheet S twice"),
        ("<row r='2'><c r='B2'/><c r='A2'/><c/></row>", "cell 2 of sheet S twice"),
        ("<row r='2'><c r='A2'/></row><row r='3'/><row r='2'><c r='B2'/></row>", "row 2 of sheet S twice"),
        ("<row r='2'/><row r='1'/><row><c/></row>", "row 2 of sheet S twice"),
        ("<row r='2'><c r='A2'/></row><row r='3'><c r='A2'/></row>", "cell A2 of sheet S in row 3"),
    ],
)
def test_what_is_there_twice_is_refused_as_it_may_be_either(cells_of, rows: str, found: str) -> None:
    with pytest.raises(InputError) as refused:
        cells_of(rows)
    assert f"expected a whole XLSX file, found a damaged one ({found}); get the file again" in str(refused.value)


def test_rows_and_cells_in_another_order_are_read(cells_of) -> None:
    bad = "<c r='{}' t='e'><v>#N/A</v></c>"
    rows = f"<row r='3'>{bad.format('C3')}{bad.format('A3')}</row><row r='1'>{bad.format('B1')}</row>"
    assert {place: [*at] for place, at in cells_of(rows).faults.items()} == {2: [3], 0: [3], 1: [1]}
