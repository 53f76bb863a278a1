"""Every way a file can be unreadable has its message; every way it can be readable gives the same rows."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile
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
ROW = "A1,mssp,track-1,10000,100000000,90000000"
GOOD = f"{HEADER}\n{ROW}\n"


RECORD = dict(zip(HEADER.split(","), ["A1", "mssp", "track-1", 10000, 100000000, 90000000.0], strict=True))


def zstd(text: str) -> bytes:
    return pa.compress(text.encode(), codec="zstd", asbytes=True)


def zipped(**members: str) -> bytes:
    """A zip of text files by name, with `_` for the dot."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("_", ".")), text, zipfile.ZIP_DEFLATED)  # of no time of day
    return data.getvalue()


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
        ("r.csv", GOOD.replace(",", ";")),
        ("r.csv", "sep=;\n" + GOOD.replace(",", ";")),
        ("r.csv", GOOD.replace(",", "|")),
        ("r.csv", f"Roster of 2014\n\n{GOOD}"),
        ("r.csv", GOOD.replace("aco_id", "ACO ID").replace("assigned_beneficiaries", "Assigned.Beneficiaries")),
        ("r.json", json.dumps([RECORD])),
        ("r.json", json.dumps({"data": [RECORD]}, indent=1)),
        ("r.jsonl", json.dumps(RECORD) + "\n\n"),
        ("r.json", json.dumps([list(RECORD), list(RECORD.values())])),
        ("r.json.gz", gzip.compress(json.dumps([RECORD]).encode(), mtime=0)),
        ("r.zip", zipped(r_csv=GOOD)),
        ("r.zip", zipped(readme_pdf="%PDF-1.4", r_tsv=GOOD.replace(",", "\t"))),
        ("r.csv.gz", GOOD),
        ("r.parquet", GOOD),
        ("r.xlsx", GOOD),
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
            "benchmark_total": 1e8,
            "expenditure_total": 9e7,
        }
    ]


@pytest.mark.parametrize("separator", "\t;|")
def test_separators_of_a_narrow_table_are_told_by_its_header(write, load_year, separator: str) -> None:
    """Not by a number that has more commas."""
    roster = write("aco_id,program,track,assigned_beneficiaries,benchmark_total\nA1,mssp,track-1,9000,2e9\n")
    rows = ["aco_id|performance_year|expenditure_total", 'A1|2014|"1,987,654,321"']
    totals = write("\n".join(rows).replace("|", separator) + "\n", "t.csv")
    assert load_year(roster, expenditures=[totals]).frame["expenditure_total"].tolist() == [1_987_654_321.0]


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
            "benchmark_total": pa.array(["100000000.10", "200000000"]).cast(pa.decimal128(20, 2)),
            "expenditure_total": pa.array([90000000.5, float("nan")]),
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
    assert list(frame["benchmark_total"]) == [100000000.1, 200000000.0]
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
        sheet.write_row(1, 0, [123, "mssp", "track-1", 10000, 100000000.1, "$90,000,000"])
        sheet.write_datetime(1, 6, pd.Timestamp("2012-07-01").to_pydatetime(), date)
        sheet.write_row(1, 7, [0.913, True])
        sheet.write_string(1, 9, "=1+1")
    row = load_year(path).frame.iloc[0]
    assert (row["aco_id"], row["aco_name"], row["benchmark_total"]) == ("123", "=1+1", 100000000.1)
    assert (row["expenditure_total"], row["quality_score"], row["quality_reported"]) == (90000000.0, 0.913, 1.0)
    assert row["initial_start"] == pd.Timestamp("2012-07-01")


def test_the_sheet_that_fits_is_read_wherever_it_stands(tmp_path: Path, load_year, problems_of) -> None:
    """All sheets that are shown are tried; several that fit are refused."""
    path = str(tmp_path / "r.xlsx")

    def save(*tables: str, hidden: bool = False) -> None:
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("About").write(0, 0, "Our roster")
            for name in tables:
                sheet = book.add_worksheet(name)
                sheet.write_row(0, 0, HEADER.split(","))
                sheet.write_row(1, 0, [name, *ROW.split(",")[1:]])
            if hidden:
                sheet.hide()

    save("North")
    loaded = load_year(path)
    assert list(loaded.frame["aco_id"]) == ["North"]
    assert [(str(each), each.is_note) for each in loaded.remarks] == [(f"{path}: read sheet North", True)]
    save("North", "South")
    (problem,) = problems_of(path)
    assert problem.found == "the sheets North, South"
    save("North", "South", hidden=True)
    assert list(load_year(path).frame["aco_id"]) == ["North"]


@pytest.mark.parametrize(
    ("value", "words"), [("#REF!", "#REF!, an error of the spreadsheet"), (None, "a formula without a stored value")]
)
def test_xlsx_cells_without_a_value_are_refused_in_used_columns(
    tmp_path: Path, load_year, problems_of, value: str | None, words: str
) -> None:
    path = str(tmp_path / "r.xlsx")

    def save(place: int) -> None:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, [*HEADER.split(","), "region"])
            sheet.write_row(1, 0, ["A1", "mssp", "track-1", 10000, 1e8, 9e7, "west"])
            sheet.write_formula(1, place, "=Other!A1", None, "" if value is None else value)

    save(6)
    assert list(load_year(path).frame["aco_id"]) == ["A1"]
    save(5)
    (problem,) = problems_of(path)
    assert (problem.row, problem.column) == (2, "expenditure_total")
    assert words in problem.found


def test_xlsx_numbers_count_as_their_format_shows_them(tmp_path: Path, load_year) -> None:
    """Percentages and leading zeros."""
    path = str(tmp_path / "r.xlsx")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*HEADER.split(","), "quality_score"])
        sheet.write_row(1, 0, [417, "mssp", "track-1", 10000, 1e8, 9e7, 0.913])
        sheet.write_number(1, 0, 417, book.add_format({"num_format": "00000"}))
        sheet.write_number(1, 6, 0.913, book.add_format({"num_format": "0.0%"}))
    row = load_year(path).frame.iloc[0]
    assert (row["aco_id"], row["quality_score"]) == ("00417", 0.913)


@pytest.mark.parametrize(
    ("name", "content", "place", "words"),
    [
        ("r.csv", "", (None, None), "empty file"),
        ("r.csv", " \n\n", (None, None), "blank space"),
        ("r.csv", HEADER, (None, None), "header only"),
        ("r.csv", HEADER + "\n", (None, None), "header only"),
        ("r.csv", HEADER + "\n\n,,,,,\n", (None, None), "header only"),
        ("r.csv", ",,,\n", (1, None), "only separators"),
        ("r.csv", GOOD.replace("\n", "," * 5_000 + "\n"), (None, None), "at most 5,000 columns, found 5,006"),
        ("r.csv", bytes(range(256)) * 50, (None, None), "binary data"),
        ("r.csv", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n\0\0\0", (None, None), "a PDF document"),
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
        ("r.csv", GOOD.replace(",", ";").replace("90000000", "90000000,5"), (1, None), "semicolons"),
        ("r.csv", f"{HEADER},\n{ROW},5\n", (2, None), "no name"),
        ("r.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:-9], (None, None), "damaged"),
        ("r.csv.gz", gzip.compress(b"", mtime=0), (None, None), "nothing in it"),
        ("r.csv.zst", zstd(GOOD)[:-4], (None, None), "damaged"),
        ("r.parquet", b"PAR1 but not for long PAR1", (None, None), "damaged"),
        ("r.xlsx", b"PK\x03\x04 a zip of something else", (None, None), "damaged"),
        ("r.xlsx", zipped(a_csv=GOOD, b_csv=GOOD), (None, None), "2 (a.csv, b.csv)"),
        ("r.zip", zipped(r_csv=GOOD)[:-9], (None, None), "damaged"),
        ("r.csv", "<!DOCTYPE html>\n<table><tr><td>" + GOOD, (None, None), "an HTML page"),
        ("r.csv", "{\\rtf1\\ansi " + GOOD, (None, None), "a text document (RTF)"),
        ("r.csv", '<?xml version="1.0"?>\n<rows/>', (None, None), "an XML document"),
        ("r.csv", b"7z\xbc\xaf\x27\x1c\0\4", (None, None), "a 7z archive"),
        ("r.json", '{"aco_id": "A1",\n"program": "mssp"}', (1, "track"), "missing required column"),
        ("r.json", '{"id": "A1",\n"note": "mssp"}', (1, None), "another table"),
        ("r.json", '[{"aco_id": "A1",\n"aco_id": "A2"}]', (None, None), "'aco_id' twice"),
        ("r.json", '[{"aco_id": "A1",\n"program": }]', (2, None), "JSON"),
        ("r.json", '[{"aco_id": ["A1"]}]', (None, None), "a nested one"),
        ("r.json", "[1, 2]", (None, None), "JSON of another shape"),
    ],
    ids=lambda value: None if isinstance(value, str) and len(value) < 20 else "",
)
def test_a_bad_file_is_refused_in_words(write, problems_of, name, content, place, words) -> None:
    problem = problems_of(write(content, name))[0]
    assert (problem.row, problem.column) == place
    assert words in str(problem)
    assert problem.file.endswith(name)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("r.xlsx", GOOD, "text, not what its name says; read as text"),
        ("r.parquet", GOOD, "text, not what its name says; read as text"),
        ("r.csv.gz", GOOD, "text, not what its name says; read as text"),
        ("r.zip", zipped(readme_pdf="%PDF-1.4", r_csv=GOOD), "read r.csv of the zip"),
        ("r.csv", f"Roster of 2014\n\n{GOOD}", "the header ends with row 3; what stands above it is left out"),
    ],
)
def test_a_note_tells_what_is_odd_about_a_file_that_is_read(write, load_year, name, content, words) -> None:
    loaded = load_year(write(content, name))
    (remark,) = loaded.remarks
    assert words in remark
    assert (remark.is_note, loaded.warnings) == (True, [])


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (f"{HEADER}\n", "row 3 ('aco_id'): left out, the header again"),
        ("Note: dollars are rounded,,,,,\n", "row 3 ('Note: dollars are rounded'): left out, a note"),
        ("Total,,,10000,100000000,90000000\n", "row 3 ('Total'): left out, a totals row"),
        ("p25,mssp,track-1,10000,100000000,90000000\n", "row 3 ('p25'): left out, a totals row; if it is an ACO"),
    ],
)
def test_rows_that_are_no_data_are_left_out_with_a_warning(write, load_year, after: str, words: str) -> None:
    loaded = load_year(write(GOOD + after + ROW.replace("A1", "A2") + "\n"))
    assert list(loaded.frame["aco_id"]) == ["A1", "A2"]
    (warning,) = loaded.warnings
    assert words in warning


def test_acos_that_are_numbered_like_percentiles_are_acos(write, load_year) -> None:
    """P5 is one where P6 is; and National1 is no national row."""
    ids = ["P5", "P6", "P10", "National1"]
    loaded = load_year(write("\n".join([HEADER, *(ROW.replace("A1", each) for each in ids)]) + "\n"))
    assert list(loaded.frame["aco_id"]) == ids
    assert loaded.warnings == []


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
    (problem,) = problems_of(write(good + ROW.replace("A1", "A2").replace("90000000", "x") + ",y\n"))
    assert problem.row == 3


def test_an_inch_sign_in_an_unquoted_cell_is_text(write, load_year) -> None:
    assert load_year(write(f'{HEADER},aco_name\n{ROW},5" x 3"\n')).frame["aco_name"][0] == '5" x 3"'


def test_missing_file_suggests_near_names(write, problems_of) -> None:
    path = write(GOOD, "roster_2014.csv")
    (problem,) = problems_of(path.replace("roster", "rooster"))
    assert "no such file" in problem.found
    assert "roster_2014.csv" in problem.fix
    (problem,) = problems_of(str(Path(path).parent / "nowhere" / "r.csv"))
    assert "not found" in problem.fix


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
