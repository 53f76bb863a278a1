"""Every output format holds the same rows, by `--format` and by the extension of `-o`."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pandas as pd
import pytest

Aco = Callable[..., CompletedProcess[Any]]
Roster = Callable[..., Path]

COLUMNS = "aco_id,aco_name,outcome,settlement"
NAMES = {"00123": "NA", "1e5": "=1+1", "007": 'Say "Ah", Inc.', "TRUE": "@SUM(A1)", "2014-01-01": "Clínica Ñ, LLC"}
UNSETTLED = "ZZZ"
EXPECTED = [(aco_id, NAMES[aco_id], "earned", 4410000.0) for aco_id in sorted(NAMES)]
EXPECTED += [(UNSETTLED, "No Benchmark", "not-calculable", None)]


def amount(cell: Any) -> float | None:
    """An amount as any format holds it; nothing where it is unknown."""
    if pd.isna(cell) or cell == "":
        return None
    return float(str(cell).replace(",", ""))


def delimited(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))


def workbook(data: bytes) -> Any:
    frame = pd.read_excel(io.BytesIO(data), engine="calamine", dtype={"aco_id": object}, keep_default_na=False)
    return frame.to_numpy(dtype=object)


def markdown(data: bytes) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in data.decode().splitlines()[2:]]


READERS: dict[str, Callable[[bytes], Any]] = {
    "csv": lambda data: delimited(data)[1:],
    "tsv": lambda data: delimited(data, "\t")[1:],
    "json": lambda data: [list(row.values()) for row in json.loads(data)],
    "jsonl": lambda data: [list(json.loads(line).values()) for line in data.splitlines()],
    "parquet": lambda data: pd.read_parquet(io.BytesIO(data)).to_numpy(dtype=object),
    "xlsx": workbook,
    "markdown": markdown,
}


def read(name: str, data: bytes) -> list[tuple[Any, ...]]:
    return [(*row[:3], amount(row[3])) for row in READERS[name](data)]


@pytest.fixture
def awkward(roster: Roster) -> Path:
    """A roster of ids and names that a careless reader or writer changes, and an ACO that cannot be settled."""
    sound = [{"aco_id": aco_id, "aco_name": name} for aco_id, name in NAMES.items()]
    return roster(*sound, {"aco_id": UNSETTLED, "aco_name": "No Benchmark", "benchmark_total": ""})


@pytest.mark.parametrize("name", [name for name in READERS if name != "xlsx"])
def test_format_holds_the_rows_with_ids_and_names_unchanged(aco: Aco, awkward: Path, name: str) -> None:
    done = aco("settle", "2014", awkward, "--columns", COLUMNS, "--format", name, "--quiet", text=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert read(name, done.stdout) == EXPECTED


def test_workbook_holds_the_rows_without_a_formula_in_the_same_bytes(aco: Aco, awkward: Path, tmp_path: Path) -> None:
    """Piped and into a file, which are two runs."""
    piped = aco("settle", "2014", awkward, "--columns", COLUMNS, "--format", "xlsx", text=False).stdout
    aco("settle", "2014", awkward, "--columns", COLUMNS, "--output", tmp_path / "out.xlsx")
    assert piped == (tmp_path / "out.xlsx").read_bytes()
    assert read("xlsx", piped) == EXPECTED
    with zipfile.ZipFile(io.BytesIO(piped)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<f " not in sheet


def test_output_file_has_the_format_of_its_extension(aco: Aco, awkward: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.md"
    done = aco("settle", "2014", awkward, "--columns", COLUMNS, "-q", "-o", target)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert read("markdown", target.read_bytes()) == EXPECTED


def test_parquet_has_proper_types(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    aco("settle", "2014", roster(), "-o", tmp_path / "out.parquet")
    frame = pd.read_parquet(tmp_path / "out.parquet")
    kinds = frame.dtypes.astype(str)
    assert kinds["performance_year"] == "int64"
    assert kinds["settlement"] == "float64"
    assert frame["quality_standard_met"].tolist() == [True]


def test_table_when_piped_has_every_column_and_no_color(aco: Aco, awkward: Path) -> None:
    done = aco("settle", "2014", awkward, "--format", "table", "--quiet")
    heading = done.stdout.splitlines()[0]
    assert "Payment limit" in heading
    assert heading.endswith("Notes")
    assert "\x1b" not in done.stdout
    assert done.stdout.count("4,410,000") >= len(NAMES)
    assert done.stderr == ""


def test_excel_safe_csv_starts_no_cell_with_a_formula(aco: Aco, awkward: Path) -> None:
    done = aco("settle", "2014", awkward, "--columns", "aco_name", "--excel-safe", text=False)
    cells = [row[0] for row in delimited(done.stdout)]
    assert len(cells) == len(NAMES) + 2
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "-"))]
