"""Names of files, folders, patterns and addresses become single files; text files say their columns."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from aco_cli.errors import NO_FILE, InputError, Problem
from aco_cli.inputs.claims.contracts import TEXT, Stored
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables
from aco_cli.inputs.claims.sources import (
    CSV,
    FIXED,
    LINE,
    PARQUET,
    PIPE,
    TSV,
    File,
    FileGroup,
    Meanings,
    Slice,
    cut,
    find_files,
    quoted,
    text_columns,
)

READABLE = (
    "Parquet, CSV or TSV (text may be .gz or .zst), a folder of one kind, or a pattern such as 'claims/*.parquet'"
)
SLICES = (Slice(1, 4), Slice(3, 5), Slice(3, 5, has_blanks=True))


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def group(kind: str, *titles: str, meant: tuple[tuple[str, Stored], ...] = ()) -> FileGroup:
    columns = tuple((title, Stored(f"c{n}", TEXT)) for n, title in enumerate(titles))
    return FileGroup(kind, columns, Meanings(meant, slices=SLICES), ("a",))


def found(*names: str) -> tuple[list[tuple[str, str]], list[Problem]]:
    """Files that are local, or of a store with two files in s3://b/."""
    stored = {"s3://b/": ["s3://b/1.csv.gz", "s3://b/2.CSV"], "s3://b/2.CSV": ["s3://b/2.CSV"]}
    files, problems = find_files(names, lambda address: stored.get(address, []))
    return [(file.place, file.kind) for file in files], problems


def test_records_of_fixed_width_are_cut_by_sql_as_declared(tables: DuckdbTables) -> None:
    tables.view("lines", "SELECT 'ab c  xyz' AS line")
    assert tables.query(f"SELECT * FROM {cut('lines', group(FIXED))}").to_dict("records") == [
        {"line": "ab c  xyz", "line_length": 9, "text_1_4": "ab c", "text_3_5": "c  x", "all_3_5": " c  x"}
    ]
    assert cut("lines", group(CSV)) == "lines"


@pytest.mark.parametrize(("kind", "row"), [(FIXED, 1), (CSV, 2), (PARQUET, 2)])
def test_rows_count_from_below_the_header(kind: str, row: int) -> None:
    assert group(kind).first_row == row


def test_columns_are_used_that_something_is_read_from() -> None:
    meant = (("bene_id", Stored("c0", TEXT)), ("diagnosis", Stored("CONCAT(c2, 'c1 x')", TEXT)))
    assert group(CSV, "id", "x", "dx", "note", meant=meant).used == ("c0", "c1", "c2")
    assert group(CSV, "id", "x", meant=meant[:1]).used == ("c0",)


@pytest.mark.parametrize(
    ("text", "mark", "sql"), [("it's", "'", "'it''s'"), ('a"b', '"', '"a""b"'), ("'", "'", "''''")]
)
def test_marks_in_quoted_text_are_doubled(text: str, mark: str, sql: str) -> None:
    assert quoted(text, mark) == sql


def test_names_folders_patterns_and_addresses_become_files() -> None:
    for name in (
        "d/2.csv",
        "d/1.CSV.gz",
        "d/.hidden.csv",
        "d/_SUCCESS",
        "d/more/3.csv",
        "p.parquet",
        "q.txt",
        "t.tsv.ZST",
    ):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
    assert found("d", "?.parquet", "q.txt", "t.tsv.ZST", "s3://b/") == (
        [
            ("d/1.CSV.gz", CSV),
            ("d/2.csv", CSV),
            ("p.parquet", PARQUET),
            ("q.txt", CSV),
            ("t.tsv.ZST", TSV),
            ("s3://b/1.csv.gz", CSV),
            ("s3://b/2.CSV", CSV),
        ],
        [],
    )


def test_a_name_that_reads_as_a_pattern_is_a_name() -> None:
    for name in ("a[1].csv", "a1.csv"):
        Path(name).touch()
    assert found("a[1].csv") == ([("a[1].csv", CSV)], [])
    Path("a[1].csv").unlink()
    assert found("a[1].csv") == ([("a1.csv", CSV)], [])


def test_what_is_no_file_or_of_no_kind_is_told_and_the_rest_found() -> None:
    for name in ("d/1.csv", "d/2.parquet", "e/noend", "f/1.xyz"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    Path("empty").mkdir()
    assert found("nowhere.csv", "empty", "s3://none/", "d", "d/1.csv", "e", "f/*") == (
        [("d/1.csv", CSV)],
        [
            Problem("nowhere.csv", "a file", NO_FILE),
            Problem("empty", "files", "an empty folder"),
            Problem("s3://none/", "a file", NO_FILE),
            Problem("d", READABLE, "files ending in .csv, .parquet"),
            Problem("e", READABLE, "files ending in no ending"),
            Problem("f/*", READABLE, "files ending in .xyz"),
        ],
    )


def test_a_file_given_twice_is_told_also_where_the_other_is_compressed_or_stored() -> None:
    for name in ("1.csv", "1.csv.gz", "2.csv"):
        Path(name).touch()
    files, problems = found("1.csv", "2.csv", "1.csv.gz", "./2.csv", "2.csv", "s3://b/", "s3://b/2.CSV")
    assert len(files) == 8
    assert problems == [
        Problem("1.csv.gz", "each file once", "also 1.csv", fix="give one of them"),
        Problem("./2.csv", "each file once", "also 2.csv", fix="give one of them"),
        Problem("2.csv", "each file once", "it twice", fix="give one of them"),
        Problem("s3://b/2.CSV", "each file once", "it twice", fix="give one of them"),
    ]


@pytest.mark.parametrize(
    ("kind", "text", "titles"),
    [
        (CSV, b'\xef\xbb\xbfid, Paid ,"a,""b"""\n1,2,3\n', ("id", "Paid", 'a,"b"')),
        (TSV, b"id\tpaid\r\n", ("id", "paid")),
        (PIPE, b"id||paid", ("id", "", "paid")),
    ],
)
def test_columns_of_text_are_called_by_their_place(kind: str, text: bytes, titles: tuple[str, ...]) -> None:
    Path("c").write_bytes(text)
    assert text_columns(File("c", kind)) == tuple((title, Stored(f"c{n}", TEXT)) for n, title in enumerate(titles))


def test_records_of_fixed_width_are_one_column() -> None:
    Path("c").write_bytes(b'"a"b,\xff')
    assert text_columns(File("c", FIXED)) == (("", LINE),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"id,\xe9\n", Problem("c", "text in UTF-8", "another encoding", 1)),
        (b"", Problem("c", "a header with the names of columns", "none", 1)),
        (b",,\n1,2,3\n", Problem("c", "a header with the names of columns", "none", 1)),
        (
            b'"id"x,paid\n',
            Problem("c", "a whole csv file", "a damaged one (',' expected after '\"')", fix="get the file again"),
        ),
    ],
)
def test_a_header_that_is_none_is_told(text: bytes, problem: Problem) -> None:
    Path("c").write_bytes(text)
    with pytest.raises(InputError) as caught:
        text_columns(File("c", CSV))
    assert caught.value.problems == (problem,)


def test_a_compressed_file_is_looked_at_to_its_end() -> None:
    """Its header alone can be read where the rest is cut off, which DuckDB would take for the whole."""
    whole = gzip.compress(b"id,paid\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(9_999)))
    Path("c.csv.gz").write_bytes(whole)
    assert text_columns(File("c.csv.gz", CSV)) == (("id", Stored("c0", TEXT)), ("paid", Stored("c1", TEXT)))
    Path("c.csv.gz").write_bytes(whole[:-9])
    with pytest.raises(InputError, match=r"c.csv.gz: expected a whole csv file, found a damaged one \(Truncated"):
        text_columns(File("c.csv.gz", CSV))
