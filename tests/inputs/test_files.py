"""Every way a file can be unreadable has its message; every way it can be readable gives the same rows."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from aco_cli.errors import ExitCode, InputError
from aco_cli.inputs.load import load
from aco_cli.inputs.years import Years

HEADER = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
ROW = "A1,mssp,track-1,10000,1000000,900000"
GOOD = f"{HEADER}\n{ROW}\n"


def zstd(text: str) -> bytes:
    return pa.compress(text.encode(), codec="zstd", asbytes=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", GOOD),
        ("r.csv", GOOD.rstrip("\n")),
        ("r.csv", GOOD.replace("\n", "\r\n")),
        ("r.csv", GOOD.replace("\n", "\r")),
        ("r.csv", b"\xef\xbb\xbf" + GOOD.encode()),
        ("r.csv", GOOD.encode("utf-16")),
        ("r.csv", "\n" + GOOD),
        ("r.csv", GOOD + "\n\n,,,,,\n   \n"),
        ("r.csv", GOOD.replace("\n", ",,\n")),
        ("r.csv", GOOD.upper().replace("MSSP", "mssp")),
        ("r.tsv", GOOD.replace(",", "\t")),
        ("r.txt", GOOD.replace(",", "\t")),
        ("r", GOOD),
        ("r.csv.gz", gzip.compress(GOOD.encode(), mtime=0)),
        ("r.csv.zst", zstd(GOOD)),
        ("r.data", gzip.compress(GOOD.replace(",", "\t").encode(), mtime=0)),
    ],
)
def test_text_in_every_wrapping_reads_the_same(write, load_year, name: str, content: str | bytes) -> None:
    frame = load_year(write(content, name)).frame
    assert frame.to_dict("records") == [
        {
            "aco_id": "A1",
            "performance_year": 2014,
            "program": "mssp",
            "track": "track-1",
            "assigned_beneficiaries": 10000.0,
            "benchmark_total": 1e6,
            "expenditure_total": 9e5,
        }
    ]


def test_standard_input_is_read_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(gzip.compress(GOOD.encode(), mtime=0))))
    assert list(load(["-"], Years.parse("2014")).frame["aco_id"]) == ["A1"]


def test_standard_input_twice_is_refused(problems_of) -> None:
    (problem,) = problems_of("-", expenditures=["-"])
    assert problem.file == "standard input"


def test_typed_parquet_fits_the_same_contract(tmp_path: Path, load_year) -> None:
    """Ids given as integers become their text; float32 and decimals keep the value they print as."""
    path = tmp_path / "r.parquet"
    table = pa.table(
        {
            "aco_id": pa.array([123, 456]),
            "program": pa.array(["mssp", "mssp"]).dictionary_encode(),
            "track": pa.array(["track-1", "track-2"], type=pa.large_string()),
            "assigned_beneficiaries": pa.array([10000, None], type=pa.int32()),
            "benchmark_total": pa.array(["1000000.10", "2000000"]).cast(pa.decimal128(20, 2)),
            "expenditure_total": pa.array([900000.5, float("nan")]),
            "quality_score": pa.array([0.913, None], type=pa.float32()),
            "initial_start": pa.array([pd.Timestamp("2012-07-01"), None], type=pa.timestamp("ns", tz="UTC")),
            "agreement_start": pa.array([pd.Timestamp("2012-07-01"), None]).cast(pa.date32()),
            "first_performance_year": pa.array([True, None]),
            "months": pa.array([12, None]),
            "region": pa.array([7, None]),
        }
    )
    pq.write_table(table, path)
    frame = load_year(str(path)).frame
    assert list(frame["aco_id"]) == ["123", "456"]
    assert list(frame["benchmark_total"]) == [1000000.1, 2000000.0]
    assert frame["quality_score"][0] == 0.913
    assert frame["first_performance_year"][0] == 1.0
    for start in (frame["initial_start"], frame["agreement_start"]):
        assert start[0] == pd.Timestamp("2012-07-01")
        assert start[1] is pd.NaT
    assert list(frame["region"]) == ["7", ""]
    missing = ["assigned_beneficiaries", "expenditure_total", "quality_score", "first_performance_year", "months"]
    assert frame.loc[1, missing].isna().all()


def test_parquet_infinity_and_nested_columns_are_refused(tmp_path: Path, problems_of) -> None:
    frame = pd.DataFrame([ROW.split(",")], columns=HEADER.split(","))
    frame["expenditure_total"] = float("inf")
    path = tmp_path / "r.parquet"
    frame.to_parquet(path)
    assert [(each.row, each.column) for each in problems_of(str(path))] == [(2, "expenditure_total")]
    frame["expenditure_total"] = [{"a": 1}]
    frame.to_parquet(path)
    assert "struct" in problems_of(str(path))[0].found


def test_xlsx_reads_the_first_sheet_and_counts_its_rows(tmp_path: Path, problems_of) -> None:
    """A blank row above the header and one below it still count."""
    path = str(tmp_path / "r.xlsx")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 1, HEADER.split(","))
        sheet.write_row(3, 1, ROW.split(","))
        sheet.write_row(4, 1, ["00123", "mssp", "track-9"])
        book.add_worksheet().write(0, 0, "another sheet")
    (problem,) = problems_of(path)
    assert (problem.row, problem.column) == (5, "track")


def test_xlsx_cells_become_their_meaning(tmp_path: Path, load_year) -> None:
    path = str(tmp_path / "r.xlsx")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        date = book.add_format({"num_format": "m/d/yy"})
        sheet.write_row(0, 0, [*HEADER.split(","), "initial_start", "quality_score", "quality_reported", "aco_name"])
        sheet.write_row(1, 0, [123, "mssp", "track-1", 10000, 1000000.1, "$900,000"])
        sheet.write_datetime(1, 6, pd.Timestamp("2012-07-01").to_pydatetime(), date)
        sheet.write_row(1, 7, [0.913, True])
        sheet.write_string(1, 9, "=1+1")
    row = load_year(path).frame.iloc[0]
    assert (row["aco_id"], row["aco_name"], row["benchmark_total"]) == ("123", "=1+1", 1000000.1)
    assert (row["expenditure_total"], row["quality_score"], row["quality_reported"]) == (900000.0, 0.913, 1.0)
    assert row["initial_start"] == pd.Timestamp("2012-07-01")


@pytest.mark.parametrize(
    ("name", "content", "place", "words"),
    [
        ("r.csv", "", (None, None), "empty file"),
        ("r.csv", " \n\n", (None, None), "blank space"),
        ("r.csv", HEADER, (None, None), "header only"),
        ("r.csv", HEADER + "\n", (None, None), "header only"),
        ("r.csv", HEADER + "\n\n,,,,,\n", (None, None), "header only"),
        ("r.csv", ",,,\n", (1, None), "only separators"),
        ("r.csv", bytes(range(256)) * 50, (None, None), "binary data"),
        ("r.csv", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n\0\0\0", (None, None), "binary data"),
        ("r.csv", b"\xff\xfea", (None, None), "binary data"),
        ("r.csv", GOOD.replace("A1", "A\0001"), (2, "aco_id"), "NUL"),
        ("r.csv", f"{HEADER},aco_name\n{ROW},Caf\xe9\n".encode("latin-1"), (2, "aco_name"), "0xe9"),
        ("r.csv", f"{HEADER},TRACK\n{ROW},x\n", (1, "track"), "columns 3 and 7"),
        ("r.csv", f"{HEADER},x,x\n{ROW},1,2\n", (1, "x"), "columns 7 and 8"),
        ("r.csv", f"{HEADER}\n{ROW},1\n", (2, None), "7 cells"),
        ("r.csv", f"{HEADER}\n\n{ROW}\nA2,mssp\n", (4, None), "2 cells"),
        ("r.csv", f'{HEADER}\n{ROW}\n"A2,mssp\nA3,mssp\n', (3, None), "quote"),
        ("r.csv", f'{HEADER},n\n{ROW},"Foo\nA2,mssp,track-1,1,3,2,"Bar\n', (2, None), "quote"),
        ("r.csv", f'{HEADER}\n"A"1{ROW[2:]},"\n', (2, None), "quote"),
        ("r.csv", '"' + GOOD, (1, None), "quote"),
        ("r.csv", GOOD.replace(",", ";"), (1, None), "semicolons"),
        ("r.csv", f"{HEADER},\n{ROW},5\n", (2, None), "no name"),
        ("r.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:-9], (None, None), "damaged"),
        ("r.csv.gz", gzip.compress(b"", mtime=0), (None, None), "nothing in it"),
        ("r.csv.gz", GOOD, (None, None), "by its name"),
        ("r.csv.zst", zstd(GOOD)[:-4], (None, None), "damaged"),
        ("r.parquet", b"PAR1 but not for long PAR1", (None, None), "damaged"),
        ("r.parquet", GOOD, (None, None), "by its name"),
        ("r.xlsx", b"PK\x03\x04 a zip of something else", (None, None), "damaged"),
        ("r.xlsx", GOOD, (None, None), "by its name"),
        ("r.json", '{"aco_id": "A1",\n"program": "mssp"}', (1, None), "another table"),
    ],
    ids=lambda value: None if isinstance(value, str) and len(value) < 20 else "",
)
def test_a_bad_file_is_refused_in_words(write, problems_of, name, content, place, words) -> None:
    problem = problems_of(write(content, name))[0]
    assert (problem.row, problem.column) == place
    assert words in str(problem)
    assert problem.file.endswith(name)


def test_an_empty_workbook_and_a_header_only_one_are_refused(tmp_path: Path, problems_of) -> None:
    path = str(tmp_path / "r.xlsx")
    xlsxwriter.Workbook(path).close()
    assert "empty" in str(problems_of(path)[0])
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, HEADER.split(","))
    assert "header only" in problems_of(path)[0].found


def test_parquet_text_that_is_not_utf8_is_refused(tmp_path: Path, problems_of) -> None:
    path = tmp_path / "r.parquet"
    names = pa.StringArray.from_buffers(1, pa.array([0, 2], pa.int32()).buffers()[1], pa.py_buffer(b"A\xe9"))
    pq.write_table(pa.table({"aco_id": names}), path)
    assert "damaged" in problems_of(str(path))[0].found


def test_parquet_without_rows_is_refused(tmp_path: Path, problems_of) -> None:
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({name: pa.array([], type=pa.string()) for name in HEADER.split(",")}), path)
    assert "header only" in problems_of(str(path))[0].found


def test_every_malformed_row_is_reported(write, problems_of) -> None:
    path = write(f"{HEADER}\n{ROW},1\n\nA2\n{ROW.replace('A1', 'A3')}\nA4,mssp\n".encode() + b"A\xe8,\xe9,,,,\n")
    assert [problem.row for problem in problems_of(path)] == [2, 4, 6, 7, 7]


def test_a_quoted_newline_adds_no_row(write, problems_of, load_year) -> None:
    good = f'{HEADER},aco_name\n{ROW},"two\nlines, and ""quotes"""\n'
    assert load_year(write(good)).frame["aco_name"][0] == 'two\nlines, and "quotes"'
    (problem,) = problems_of(write(good + ROW.replace("A1", "A2").replace("900000", "x") + ",y\n"))
    assert problem.row == 3


def test_an_inch_sign_in_an_unquoted_cell_is_text(write, load_year) -> None:
    assert load_year(write(f'{HEADER},aco_name\n{ROW},5" x 3"\n')).frame["aco_name"][0] == '5" x 3"'


def test_missing_file_suggests_near_names(write, problems_of) -> None:
    path = write(GOOD, "roster_2014.csv")
    (problem,) = problems_of(path.replace("roster", "rooster"))
    assert "no such file" in problem.found
    assert "roster_2014.csv" in problem.fix
    (problem,) = problems_of(str(Path(path).parent / "nowhere" / "r.csv"))
    assert "no folder" in problem.fix


def test_a_directory_is_refused(tmp_path: Path, problems_of) -> None:
    assert "directory" in problems_of(str(tmp_path))[0].found


@pytest.mark.parametrize(
    ("error", "words"), [(PermissionError(13, "denied"), "no permission"), (OSError(5, "I/O error"), "I/O error")]
)
def test_an_unreadable_file_is_refused(write, problems_of, monkeypatch, error: OSError, words: str) -> None:
    path = write(GOOD)

    def fail(_self: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", fail)
    assert words in problems_of(path)[0].found


def test_all_files_are_reported_at_once_with_the_documented_exit_code(write, load_year) -> None:
    bad = [write("", "a.csv"), write(GOOD.replace("track-1", "x"), "b.csv"), write(GOOD.replace("A1", "A2"), "c.csv")]
    with pytest.raises(InputError) as caught:
        load_year(*bad)
    assert [Path(problem.file).name for problem in caught.value.problems] == ["a.csv", "b.csv"]
    assert caught.value.exit_code == ExitCode.INPUT
