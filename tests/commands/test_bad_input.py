"""Bad input: a message with file, row and column, an exit code, nothing on standard output, no wrong number."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Aco = Callable[..., CompletedProcess[str]]

HEADER = "aco_id,aco_name,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,quality_score\n"


def row(name: str, **cells: str) -> str:
    """A sound row whose id is the name of its file, with these cells changed."""
    sound = ["One", "mssp", "track-1", "10000", "100000000", "90000000", "0.9"]
    known = dict(zip(HEADER.strip().split(","), [name, *sound], strict=True))
    return ",".join((known | cells).values()) + "\n"


def with_cell(**cells: str) -> Callable[[str], str]:
    return lambda name: HEADER + row(f"{name}-0") + row(name, **cells)


def with_column(old: str, new: str) -> Callable[[str], str]:
    return lambda name: HEADER.replace(old, new) + row(name)


def with_more(more: str) -> Callable[[str], str]:
    return lambda name: HEADER + row(name) + more


# Per file: its content, and what must stand in its one message, after the file's name.
CASES: dict[str, tuple[Callable[[str], str | bytes], list[str]]] = {
    "empty.csv": (lambda _: "", ["an empty file"]),
    "blank.csv": (lambda _: " \n\n", ["blank space"]),
    "header_only.csv": (lambda _: HEADER, ["a row of data", "a header only"]),
    "junk.csv": (lambda _: bytes(range(256)) * 40, ["CSV, TSV, JSON, Parquet or XLSX", "binary data"]),
    "picture.csv": (lambda _: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, ["binary data"]),
    "latin1.csv": (
        lambda name: (HEADER + row(name, aco_name="Clínica")).encode("latin-1"),
        ["row 2, column aco_name", "UTF-8", "0xed"],
    ),
    "nul.csv": (with_cell(aco_name="On\0e"), ["row 3, column aco_name", "NUL"]),
    "duplicate_header.csv": (
        with_column("quality_score", "benchmark_total"),
        ["row 1, column benchmark_total", "columns 6 and 8"],
    ),
    "no_track.csv": (with_column("track", "trck"), ["row 1, column track", "rename trck"]),
    "no_benchmark.csv": (with_column("benchmark_total", "benchmrk"), ["row 1, column benchmark_total", "benchmrk"]),
    "no_program.csv": (with_column("program", "kind"), ["row 1, column program", "missing required column"]),
    "unknown_track.csv": (with_cell(track="trak-2"), ["row 3, column track", "'trak-2'", "track-2"]),
    "track_of_pioneer.csv": (with_cell(track="option-a"), ["row 3, column track", "option-a", "mssp"]),
    "unknown_program.csv": (with_cell(program="aco"), ["row 3, column program", "'aco'", "mssp"]),
    "text_in_number.csv": (with_cell(expenditure_total="n.v."), ["row 3, column expenditure_total", "'n.v.'"]),
    "decimal_comma.csv": (with_cell(expenditure_total='"90000000,50"'), ["row 3, column expenditure_total", "decimal"]),
    "infinite.csv": (with_cell(expenditure_total="inf"), ["row 3, column expenditure_total", "'inf'"]),
    "too_large.csv": (with_cell(expenditure_total="1e999"), ["row 3, column expenditure_total", "'1e999'"]),
    "negative_benchmark.csv": (with_cell(benchmark_total="-5"), ["row 3, column benchmark_total", "'-5'"]),
    "zero_benchmark.csv": (with_cell(benchmark_total="0"), ["row 3, column benchmark_total", "more than 0", "'0'"]),
    "negative_people.csv": (with_cell(assigned_beneficiaries="-1"), ["row 3, column assigned_beneficiaries", "'-1'"]),
    "percent.csv": (with_cell(quality_score="91.3"), ["row 3, column quality_score", "'91.3'", "0.913"]),
    "blank_id.csv": (with_cell(aco_id=""), ["row 3, column aco_id", "a blank cell"]),
    "blank_track.csv": (with_cell(track=""), ["row 3, column track", "a blank cell"]),
    "duplicate.csv": (lambda name: HEADER + row(name) * 2, ["row 3, column aco_id", "again", "row 2"]),
    "short_row.csv": (with_more("A2,mssp,track-1\n"), ["row 3", "8 cells", "3 cells"]),
    "long_row.csv": (with_more(row("L").strip() + ",1\n"), ["row 3", "8 cells", "9 cells"]),
    "open_quote.csv": (with_more('"' + row("Q")), ["row 3", "quote"]),
    "text_after_quote.csv": (with_more('"Q" x' + row("")), ["row 3", "quote"]),
    "semicolons.csv": (
        lambda name: (HEADER + row(name, expenditure_total="90000000_50")).replace(",", ";").replace("_50", ",50"),
        ["row 1", "semicolons"],
    ),
    "page.csv": (lambda _: "<!DOCTYPE html>\n<html>\n", ["an HTML page"]),
    "text.parquet": (lambda name: HEADER + row(name, track="trak-2"), ["row 2, column track", "'trak-2'"]),
    "document.csv": (lambda _: b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", ["a PDF document"]),
    "broken.json": (lambda name: '[{"aco_id": "' + name + '",\n"track": }]', ["row 2", "JSON"]),
    "broken.parquet": (lambda _: b"PAR1 and no more", ["a whole Parquet file"]),
    "broken.xlsx": (lambda _: b"PK\x03\x04 and no more", ["a whole XLSX file"]),
    "broken.csv.gz": (lambda _: gzip.compress(HEADER.encode() * 99)[:-9], ["a whole gzip file"]),
    "years.csv": (
        lambda name: HEADER.replace("aco_id", "aco_id,performance_year") + row(f"{name},2012"),
        ["rows of 2012"],
    ),
}
ALONE = ("junk.csv", "percent.csv", "years.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all the bad files."""
    place = tmp_path_factory.mktemp("bad")
    for name, (content, _) in CASES.items():
        data = content(name)
        (place / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return place


@pytest.fixture(scope="module")
def refused(aco: Aco, folder: Path) -> CompletedProcess[str]:
    """All the bad files in one run, which tells what is wrong with each of them."""
    names = [name for name in CASES if name != "years.csv"]
    return aco("settle", "2014", *names, "none.csv", cwd=folder)


def messages_on(name: str, done: CompletedProcess[str]) -> list[str]:
    starts = (f"error: {name}:", f"error: {name},")
    return [line for line in done.stderr.splitlines() if line.startswith(starts)]


@pytest.mark.parametrize("name", [name for name in CASES if name != "years.csv"])
def test_bad_file_has_one_message_with_its_place(refused: CompletedProcess[str], name: str) -> None:
    (message,) = messages_on(name, refused)
    _, expected = CASES[name]
    assert [part for part in expected if part not in message] == [], message
    assert "missing" in message or ("expected" in message and "found" in message)


def test_bad_files_are_refused_with_code_3_and_no_output(refused: CompletedProcess[str]) -> None:
    assert (refused.returncode, refused.stdout) == (3, "")
    assert all(line.startswith("error: ") for line in refused.stderr.splitlines())


def test_missing_file_is_said_to_be_that(refused: CompletedProcess[str]) -> None:
    (missing,) = messages_on("none.csv", refused)
    assert "file not found" in missing


def test_folder_stands_for_its_tables_and_one_without_is_refused(aco: Aco, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    done = aco("settle", "2014", "folder.csv", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "folder.csv: a folder without tables" in done.stderr
    for name in ("A1", "A2"):
        (tmp_path / "folder.csv" / f"{name}.csv").write_text(HEADER + row(name))
    done = aco("settle", "2014", "folder.csv", "--columns", "aco_id", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "aco_id\nA1\nA2\n")


@pytest.mark.parametrize("name", ALONE)
def test_bad_file_alone_is_refused(aco: Aco, folder: Path, name: str) -> None:
    """Even `--quiet` tells errors."""
    done = aco("settle", "2014", name, "--quiet", cwd=folder)
    assert (done.returncode, done.stdout) == (3, "")
    (message,) = messages_on(name, done)
    assert [part for part in CASES[name][1] if part not in message] == [], message


def test_missing_file_names_the_one_that_was_meant(aco: Aco, sample: Path) -> None:
    done = aco("settle", "2014", "roster_2041.csv", cwd=sample)
    assert done.returncode == 3
    assert "did you mean roster_2014.csv" in done.stderr


def test_standard_input_without_data_is_refused(aco: Aco) -> None:
    done = aco("settle", "2014", "-")
    assert done.returncode == 3
    assert "standard input" in done.stderr


def test_misspelled_optional_column_warns_with_the_nearest_name(aco: Aco, tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text((HEADER + row("A1")).replace("quality_score", "qualty_score"))
    done = aco("settle", "2014", file, "--strict")
    assert done.returncode == 4
    assert "r.csv, column qualty_score" in done.stderr
    assert "did you mean quality_score" in done.stderr
    assert "not-calculable" in done.stdout


def test_cms_files_of_another_kind_are_refused_with_what_is_missing(aco: Aco, shared_data: Path) -> None:
    names = ("county_ffs_2014.csv", "mssp_results_2014.csv")
    done = aco("settle", "2014", *names, cwd=shared_data)
    assert (done.returncode, done.stdout) == (3, "")
    for name in names:
        (message,) = messages_on(name, done)
        assert "nearest is" in message
        assert "missing: " in message


def test_roster_is_no_public_use_file(aco: Aco, roster_2014: Path) -> None:
    done = aco("settle", "2014", roster_2014, "--layout", "cms-puf")
    assert done.returncode == 3
    assert "CMS public use file" in done.stderr
    assert "QualScore" in done.stderr.partition("missing: ")[2]
