"""Separated values: every file gives the rows that are written in it, or a problem for each that is not well formed."""

from __future__ import annotations

import csv
import io
from random import Random

import pytest

from aco_cli.errors import InputError
from aco_cli.inputs import text
from aco_cli.inputs.raw import Head, RawTable, Sheet
from aco_cli.inputs.source import FileContent, FileKind

QUOTE = (
    "expected every opening quote to be closed at the end of its cell, found one that is not ({}); "
    'close the quote, or write a quote inside a quoted cell twice ("")'
)
ENDS = "unexpected end of data"


def opened(data: bytes) -> Sheet:
    return text.text_sheet(FileContent("r.csv", data, FileKind.TEXT))


def cells(raw: RawTable) -> dict[int, tuple[str, ...]]:
    """The cells of each row by its number."""
    columns = [column.to_pylist() for column in raw.columns.values()]
    return dict(zip(raw.rows.tolist(), zip(*columns, strict=True), strict=True))


def table(data: bytes, row: int = 1, width: int = 2, encoding: str = "utf-8") -> dict[int, tuple[str, ...]]:
    return cells(opened(data).read(Head(tuple("abcdefgh"[:width]), row), range(width), encoding))


def refusal(data: bytes, row: int = 1, width: int = 2) -> list[str]:
    with pytest.raises(InputError) as refused:
        table(data, row, width)
    return str(refused.value).splitlines()


@pytest.mark.parametrize("seed", range(8))
def test_every_table_comes_back_with_the_numbers_of_its_rows(seed: int) -> None:
    """Whatever its cells hold, and however it ends lines, parts cells, quotes them and begins; blank rows count."""
    random = Random(seed)
    for _ in range(25):
        width, delimiter = random.randint(2, 5), random.choice(",;\t|")
        rows = [[random_cell(random, delimiter) for _ in range(width)] for _ in range(random.randint(1, 9))]
        rows[-1][0] = "last"  # so that there is a row
        rows = [[""] * width if random.random() < 0.1 else row for row in rows[:-1]] + rows[-1:]
        above = [[] for _ in range(random.choice((0, 0, 1, 3)))]
        header = [f"name {place}" for place in range(width)]
        out = io.StringIO()
        write = csv.writer(out, delimiter=delimiter, lineterminator=random.choice(("\n", "\r\n")))
        write.writerows([*above, header, *rows])
        written = out.getvalue() + "\n" * random.choice((0, 0, 1, 2))
        read = table(written.encode(), len(above) + 1, width)
        expected = {number: tuple(row) for number, row in enumerate(rows, start=len(above) + 2)}
        assert with_text(read) == with_text(expected)


def with_text(rows: dict[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    """Those that are not blank, as readers may leave the others out or not."""
    return {number: row for number, row in rows.items() if any(map(str.strip, row))}


def random_cell(random: Random, delimiter: str) -> str:
    parts = ["", "", "A1", "7", "x y", " z", '"', "\n", "\r\n", delimiter, "\u00e9", "NA"]
    return "".join(random.choices(parts, weights=[9, 9, 9, 9, 3, 3, 1, 1, 1, 1, 1, 3], k=random.randint(1, 3)))


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n3,4",
        b"a,b\r\n1,2\r\n3,4\r\n\r\n",
        b"a,b\n1,2\n3,4\n\n\n\n",
        b'"a","b"\n"1","2"\n"3","4"',
        b'"a";"b"\n"1";2\n"3";"4"\n',
        "a,b\n1,2\n\u00e9,4\n".encode(),
        b'a,b\n1,"say ""two"""\n3,4\n',
    ],
)
def test_a_clean_file_is_read_by_the_fast_reader_alone(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(text, "text_columns")  # the careful one makes columns by it
    assert [*table(data)] == [2, 3]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b'"a\nb",c\n1,2\n', {2: ("1", "2")}),
        (b'a,b\n"1\n1",2\n3,4\n', {2: ("1\n1", "2"), 3: ("3", "4")}),
        (b"a,b\r1,2\r3,4\r", {2: ("1", "2"), 3: ("3", "4")}),
        (b"a,b\n1,2\n\n , \n3,4\n", {2: ("1", "2"), 5: ("3", "4")}),
        (b"a,b\n1,2,,\n3,4, \n", None),
        (b"a,b\n1,2,,\n3,4,\n", {2: ("1", "2"), 3: ("3", "4")}),
        (b"a,b\nNote: it is so\n3,4\n", {2: ("Note: it is so", ""), 3: ("3", "4")}),
        (b"a,b,c\nas of May 1, 2014\n3,4,5\n", {2: ("as of May 1, 2014", "", ""), 3: ("3", "4", "5")}),
        (b"a,b\nA 1,2\n", {2: ("A 1", "2")}),
        (b'a,b\n5" x 3",2\n', {2: ('5" x 3"', "2")}),
        (b'a,b\n3",5"\n', {2: ('3"', '5"')}),
        (b"sep=;\na;b\n1,x;2\n", {3: ("1,x", "2")}),
    ],
)
def test_rows_are_counted_as_a_spreadsheet_does(data: bytes, rows: dict[int, tuple[str, ...]] | None) -> None:
    """A line break in a cell ends no row; a blank row is one; blank cells too many are none; a note is one cell."""
    width = 3 if data.startswith(b"a,b,c") else 2
    if rows is None:
        assert refusal(data) == ["r.csv, row 3: expected 2 cells, as in the header, found 3 cells"]
    else:
        assert table(data, row=2 if data.startswith(b"sep") else 1, width=width) == rows


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'a,b,c\n1,2,3\n4,"Foo,5\n6,Bar",7\n', "row 3, column b"),
        (b'a\tb\tc\r\n1\t"Foo\t2\r\n3\tBar"\t4\r\n', "row 2, column b"),
        (b'a;b;c\n"1;x;2\n3";y;4\n', "row 2, column a"),
        (b'a|b|c\n1|x|"2\n3|y|4"\n', "row 2, column c"),
        # Rows, blank ones and a note between the two.
        (b'a,b,c\n1,"Foo, Inc",2\n3,"Foo,4\n5,x,6\n\nNote: x\n7,Bar",8\n', "row 3, column b"),
        # A header with a quote, a row with blank cells too many, line ends of two kinds.
        (b'a,b,"c\n1,2,"\n3,4,5\n', "row 1, column c"),
        (b'a,b,c,d\n1,2,"3,4\n5,6",,,\n', "row 2, column c"),
        (b'a,b,c\n1,"Foo,2\r3,Bar",4\n', "row 2, column b"),
    ],
)
def test_a_quote_that_another_row_closes_swallows_no_rows(data: bytes, place: str) -> None:
    (told,) = refusal(data, width=4 if data.startswith(b"a,b,c,d") else 3)
    assert told.startswith(f"r.csv, {place}: expected every opening quote to be closed at the end of its cell, found")
    assert "rows in one cell, '" in told


@pytest.mark.parametrize(
    "cell",
    [
        "Foo\nInc",
        "Foo, Inc\nBar",
        "12 Main St, Suite 4\nBoston, MA 02110, USA",
        "a,b\n1,2",
        "Foo\n\n",
        "\n",
        "a,b,c,d,e",
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_lines_of_a_cell_that_make_up_no_row_are_its_own(cell: str, ends: str) -> None:
    rows = [f'1,"{cell}",2,3', "4,x,5,6", ""]
    assert table(ends.join(["a,b,c,d", *rows]).encode(), width=4) == {2: ("1", cell, "2", "3"), 3: ("4", "x", "5", "6")}


def test_rows_above_the_header_are_no_data() -> None:
    assert table(b'Roster,"of all"\na,b\n1,2\n', row=2) == {3: ("1", "2")}
    assert table(b"\n\na,b\n\n1,2\n", row=3) == {5: ("1", "2")}


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (b"a,b\n1\n", ["row 2: expected 2 cells, as in the header, found 1 cell"]),
        (b"a,b\n1,2\n1,2,3\n", ["row 3: expected 2 cells, as in the header, found 3 cells"]),
        (b"a,b\n1,2\n\n1,2\n7\n", ["row 5: expected 2 cells, as in the header, found 1 cell"]),
        (b'a,b\n1,"x\n', [f"row 2: {QUOTE.format(ENDS)}"]),
        (b'a,b\n1,2\n\n"x,1\n', [f"row 4: {QUOTE.format(ENDS)}"]),
        (b'a,b\n"x"y,1\n', ["row 2: " + QUOTE.format("',' expected after '\"'")]),
        (
            b'a,b\n1\n1,"x\n',
            ["row 2: expected 2 cells, as in the header, found 1 cell", f"row 3: {QUOTE.format(ENDS)}"],
        ),
        (b'"a"b,c\n1,2\n', ["row 1: " + QUOTE.format("',' expected after '\"'")]),
        (b'\n\n"a,b\n1,2\n', [f"row 3: {QUOTE.format(ENDS)}"]),
        (b",,\n,\n", ["row 1: expected a header with column names, found only separators"]),
        (b"a,b\n1,\0\n", ["row 2, column b: expected text, found a NUL byte; export it again"]),
        (b"a\n\0\n", ["row 2, column a: expected text, found a NUL byte; export it again"]),
        (
            b"a,b\nx\x80y,2\nA1,caf\xe9\n",
            [
                "row 2, column a: expected UTF-8 text, found byte 0x80 in 'xy'; save the file as \"CSV UTF-8\"",
                "row 3, column b: expected UTF-8 text, found byte 0xe9 in 'caf'; save the file as \"CSV UTF-8\"",
            ],
        ),
        (
            b"a,b\n1,2,\xff\n",
            [
                "row 2: expected 2 cells, as in the header, found 3 cells",
                "row 2: expected UTF-8 text, found byte 0xff in ''; save the file as \"CSV UTF-8\"",
            ],
        ),
        (
            b"a;b\n1;2,5\n",
            [
                "row 1: expected columns separated by commas or tabs, found semicolons; "
                "save it as comma-separated with a decimal point"
            ],
        ),
    ],
)
def test_every_row_that_is_not_well_formed_is_told_in_its_place(data: bytes, problems: list[str]) -> None:
    width = 1 if data.startswith(b"a\n") else 2
    assert refusal(data, width=width) == [f"r.csv, {problem}" for problem in problems]


def test_rows_alike_are_told_ten_times_and_counted() -> None:
    *_, tenth, rest = refusal(b"a\n" + b"1,2\n" * 12, width=1)
    assert tenth == "r.csv, row 11: expected 1 cell, as in the header, found 2 cells"
    assert rest == "r.csv: expected 1 cell, as in the header, found 2 more like the ones above"


def test_a_header_alone_is_no_table() -> None:
    for data in (b"a,b\n", b"a,b", b"a,b\n\n , \n"):
        assert refusal(data) == ["r.csv: expected a row of data below the header, found a header only"]


@pytest.mark.parametrize(
    ("data", "encoding", "name"),
    [
        ("a,b\nCaf\u00e9,2\n".encode(), "cp1252", "Caf\u00e9"),
        ("a,b\nCaf\u00e9,2\n".encode("utf-8-sig"), "cp1252", "Caf\u00e9"),
        ("a,b\nCaf\u00e9,2\n".encode("utf-16"), "cp1252", "Caf\u00e9"),
        ("a,b\nCaf\u00e9\u2019s,2\n".encode("cp1252"), "cp1252", "Caf\u00e9\u2019s"),
        (b"a,b\nCaf\x81,2\n", "cp1252", "Caf\ufffd"),
    ],
)
def test_text_that_is_unicode_is_read_as_such_and_other_in_the_encoding_of_the_layout(
    data: bytes, encoding: str, name: str
) -> None:
    """As often as it is read."""
    sheet = opened(data)
    for _ in range(2):
        assert cells(sheet.read(Head(("a", "b"), 1), [0, 1], encoding)) == {2: (name, "2")}


def test_the_first_rows_are_shown_as_they_are_written() -> None:
    assert opened("\n,\nCaf\u00e9,b\n1,2\n".encode()).top == [[], [], ["Caf\u00e9", "b"], ["1", "2"]]
    assert opened(b"Caf\xe9,b\n").top == [["Caf\u00e9", "b"]]


def test_the_header_is_looked_for_in_thirty_rows_or_the_first_that_is_not_blank() -> None:
    assert len(opened(b"a,b\n" * 40).top) == 30
    assert opened(b"\n" * 40 + b"a,b\n1,2\n").top == [*[[]] * 40, ["a", "b"]]


@pytest.mark.parametrize("blanks", [b"", b" " * 1000 + b"\n", (b" " * 100_000 + b"\n") * 11])
def test_blank_lines_above_do_not_hide_what_separates(blanks: bytes) -> None:
    assert opened(blanks + b"a;b;c;d\n").top[-1] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (b"a,b;c,d;e\n", ["a", "b;c", "d;e"]),
        (b"a;b;c,d\n1;2;x,y\n", ["a", "b", "c,d"]),
        (b"Roster, all\na;b;c;d\n", ["a", "b", "c", "d"]),
        (b"Roster\na;b;c;d\n\n1;2;3;4\n", ["a", "b", "c", "d"]),
        (b"Roster\na|b\n1|2\n", ["a", "b"]),
        (b"Roster, all\na|b|c\n1|2|3\n", ["a", "b", "c"]),
        (b'Roster\na\tb\n1\t"2,3,4,5"\n', ["a", "b"]),
        (b"a\n1;2;3;4;5\n", ["a"]),
        (b"a,b\n1;2;3\n", ["a", "b"]),
        (b'"sep=|"\na,x|b\n', ["a,x", "b"]),
        (b"sep=\t\r\na,x\tb\r\n", ["a,x", "b"]),
    ],
)
def test_what_separates_is_told_by_the_header(data: bytes, header: list[str]) -> None:
    """The first line with several of a sign, or as many as the line below; or what a line above it names."""
    assert header in opened(data).top


@pytest.mark.parametrize("sign", [b"\t", b"\n", b"\f", b"\r", b" ", b"\x80"])
def test_signs_of_text_are_text_however_many(sign: bytes) -> None:
    assert opened(b"a,b\n1,2\n" + sign * 100).top[:2] == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize("sign", [b"\x01", b"\x08", b"\x0b", b"\x0e", b"\x1f", b"\x7f"])
def test_text_has_no_more_than_a_tenth_of_control_characters(sign: bytes) -> None:
    assert opened(b"a,b\n1,234" + sign).top == [["a", "b"], ["1", "234" + sign.decode()]]
    assert refusal(b"a,b\n1,23" + sign) == [
        "r.csv: expected CSV, TSV, JSON, Parquet or XLSX (text ones may be .gz, .zst or .zip), "
        "found binary data of no known kind"
    ]


@pytest.mark.parametrize("data", [b"a,b\n1,\0\xe9\n", b"\xff\xfea"])
def test_what_is_neither_unicode_nor_text_of_one_byte_a_letter_is_binary(data: bytes) -> None:
    (problem,) = refusal(data)
    assert problem.endswith("found binary data of no known kind")
