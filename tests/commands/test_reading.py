"""What `aco settle` reads: kinds of file, standard input, spreadsheets' habits, totals in a file of their own."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pandas as pd
import pyarrow as pa

Aco = Callable[..., CompletedProcess[Any]]
Rows = Callable[[str], list[dict[str, str]]]
Roster = Callable[..., Path]


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


def test_standard_input_is_read_packed_too(aco: Aco, settled: CompletedProcess[str], roster_2014: Path) -> None:
    done = aco("settle", "2014", "-", stdin=gzip.compress(roster_2014.read_bytes()))
    assert done.stdout == settled.stdout


def test_every_kind_of_file_keeps_ids_and_names(aco: Aco, rows: Rows, roster: Roster, tmp_path: Path) -> None:
    """One ACO in each kind of file, all files in one run."""
    kinds = ("csv", "tsv", "csv.gz", "csv.zst", "parquet", "json", "jsonl", "psv", "zip", "xlsx")
    expected = {f"00{place}": f'NA, "{kind}"' for place, kind in enumerate(kinds)} | {"0099": "NA"}
    files = []
    for kind, (aco_id, name) in zip(kinds, expected.items(), strict=False):
        changes = [{"aco_id": aco_id, "aco_name": name}]
        changes += [{"aco_id": "0099", "aco_name": "NA"}] if kind == "xlsx" else []
        files.append(save_as(kind, roster(*changes), tmp_path / f"same.{kind}"))
    done = aco("settle", "2014", *files)
    assert (done.returncode, done.stderr) == (0, "")
    assert {row["aco_id"]: row["aco_name"] for row in rows(done.stdout)} == expected
    assert {row["settlement"] for row in rows(done.stdout)} == {"4410000.00"}


def save_as(kind: str, source: Path, target: Path) -> Path:
    """Write the roster of a CSV file again as another kind of file."""
    frame = pd.read_csv(source, dtype="str", keep_default_na=False).astype({"benchmark_total": float})
    if kind == "parquet":
        frame.astype({"assigned_beneficiaries": int}).to_parquet(target)
    elif kind == "xlsx":
        frame.to_excel(target, index=False, engine="xlsxwriter")
    elif kind in ("tsv", "psv"):
        frame.to_csv(target, sep="\t" if kind == "tsv" else "|", index=False)
    elif kind in ("json", "jsonl"):
        frame.to_json(target, orient="records", lines=kind == "jsonl")
    elif kind == "zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(source, "r.csv")
    else:
        pack = {"csv": bytes, "csv.gz": gzip.compress, "csv.zst": zstd}[kind]
        target.write_bytes(pack(source.read_bytes()))
    return target


def test_roster_exported_from_a_spreadsheet_is_read(aco: Aco, rows: Rows, tmp_path: Path) -> None:
    """Byte order mark, CRLF, dollars, thousands, accounting brackets, percent, dates as in the US, blank rows."""
    text = (
        "\ufeffACO_ID,Program,Track,Initial_Start,Assigned_Beneficiaries,Benchmark_Total,Expenditure_Total,"
        "Quality_Score,participant_revenue\r\n"
        'A1,MSSP,Track-1,7/1/2012,"10,000","$123,456,789.12"," $110,000,000 ",91.3%,\r\n'
        ",,,,,,,,\r\n"
    )
    file = tmp_path / "r.csv"
    file.write_bytes(text.encode())
    done = aco("settle", "2014", file)
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = rows(done.stdout)
    assert row["benchmark_total"] == "123456789.12"
    assert row["expenditure_total"] == "110000000.00"
    assert row["quality_score"] == "0.913"
    assert row["settlement"] == "6020163.75"  # 13,456,789.12 x 0.5 x 0.913 x 0.98


def test_accounting_brackets_are_a_negative_number(aco: Aco, roster: Roster) -> None:
    """Not dropped and not positive: a negative expenditure is refused as what it is."""
    done = aco("settle", "2014", roster({"expenditure_total": "(1,234)"}))
    assert done.returncode == 3
    assert "row 2, column expenditure_total: expected 0 or more, found '(1,234)'" in done.stderr


def test_totals_file_gives_the_same_settlements_as_one_file(
    aco: Aco, settled: CompletedProcess[str], rows: Rows, sample: Path
) -> None:
    done = aco("settle", "2014", sample / "roster_small.csv", "--expenditures", sample / "totals_small.csv")
    assert (done.returncode, done.stderr) == (0, "")
    small = rows(done.stdout)
    whole = {row["aco_id"]: row for row in rows(settled.stdout)}
    assert len(small) == 10
    assert all(row == whole[row["aco_id"]] for row in small)


def test_totals_may_bring_the_benchmark_and_come_in_several_files(aco: Aco, rows: Rows, tmp_path: Path) -> None:
    roster = tmp_path / "r.csv"
    roster.write_text(
        "aco_id,program,track,assigned_beneficiaries,quality_score\n"
        "00123,mssp,track-1,10000,0.9\nA2,mssp,track-1,10000,0.9\n"
    )
    header = "aco_id,performance_year,expenditure_total,benchmark_total\n"
    (tmp_path / "one.csv").write_text(header + "00123,2014,90000000,100000000\n")
    pd.DataFrame(
        {"aco_id": ["A2"], "performance_year": [2014], "expenditure_total": [9e7], "benchmark_total": [1e8]}
    ).to_parquet(tmp_path / "two.parquet")
    totals = ["--expenditures", tmp_path / "one.csv", "--expenditures", tmp_path / "two.parquet"]
    done = aco("settle", "2014", roster, *totals)
    assert (done.returncode, done.stderr) == (0, "")
    assert [(row["aco_id"], row["settlement"]) for row in rows(done.stdout)] == [
        ("00123", "4410000.00"),
        ("A2", "4410000.00"),
    ]


def test_acos_without_totals_and_totals_without_acos_are_reported(aco: Aco, rows: Rows, tmp_path: Path) -> None:
    roster = tmp_path / "r.csv"
    roster.write_text(
        "aco_id,program,track,assigned_beneficiaries,benchmark_total,quality_score\n"
        "A1,mssp,track-1,10000,100000000,0.9\nA2,mssp,track-1,10000,100000000,0.9\n"
    )
    totals = tmp_path / "t.csv"
    totals.write_text("aco_id,performance_year,expenditure_total\nA1,2014,90000000\nA3,2014,90000000\n")
    done = aco("settle", "2014", roster, "--expenditures", totals, "--strict")
    assert done.returncode == 4
    assert [row["outcome"] for row in rows(done.stdout)] == ["earned", "not-calculable"]
    assert "A2" in done.stderr
    assert "A3" in done.stderr


def test_second_total_for_an_aco_is_refused(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    totals = tmp_path / "t.csv"
    totals.write_text("aco_id,performance_year,expenditure_total\nA1,2014,90000000\nA1,2014,90000001\n")
    done = aco("settle", "2014", roster(), "--expenditures", totals)
    assert done.returncode == 3
    assert "t.csv, row 3" in done.stderr
    assert done.stdout == ""


def test_total_that_contradicts_the_roster_is_refused(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    totals = tmp_path / "t.csv"
    totals.write_text("aco_id,performance_year,expenditure_total\nA1,2014,800000\n")
    done = aco("settle", "2014", roster(), "--expenditures", totals)
    assert done.returncode == 3
    assert "r.csv, row 2, column expenditure_total" in done.stderr
    assert done.stdout == ""
