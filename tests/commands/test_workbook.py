"""`aco report -o book.xlsx`: the workbook by the command, and what it says when it cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

Aco = Callable[..., CompletedProcess[Any]]
Roster = Callable[..., Path]


def test_a_sheet_for_each_aco_and_the_figures_of_settle(aco: Aco, roster_2014: Path, tmp_path: Path) -> None:
    output = tmp_path / "book.xlsx"
    done = aco("report", "2014", roster_2014, "--aco", "A67373,A85439", "-o", output, "--log-format", "text")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1] == f"wrote 2 rows to {output}"
    book = CalamineWorkbook.from_path(output)
    assert book.sheet_names == ["Index", "Summary", "A67373", "A85439", "Parameters"]
    heading, *rows = book.get_sheet_by_name("Index").to_python()[2:]
    settlements = {row[0]: row[heading.index("Settlement")] for row in rows}
    assert settlements == pytest.approx({"A67373": 14455932.80, "A85439": 7528796.57}, abs=0.005)


def test_the_benchmark_is_on_the_sheet_where_it_is_computed(aco: Aco, sample: Path, tmp_path: Path) -> None:
    output = tmp_path / "book.xlsx"
    files = ["--expenditures", sample / "expenditures_2022.csv", "--reference", sample / "reference_2022.csv"]
    assert aco("report", "2022", sample / "agreements_2022.csv", *files, "-o", output).returncode == 0
    sheet = CalamineWorkbook.from_path(output).get_sheet_by_name("S2001").to_python()
    headings = [row[0] for row in sheet if str(row[0]).startswith("Table")]
    assert [heading.split(".")[0] for heading in headings] == ["Table 1", "Table 2", "Table 3"]
    held = {row[1]: row for row in sheet}
    assert held["Historical benchmark before adjustment"][6] == pytest.approx(10833.01, abs=0.005)
    assert held["Total benchmark"][6] == held["Total updated benchmark"][6]


def test_advances_that_an_earlier_year_left_are_on_the_sheet_of_the_later(aco: Aco, roster: Roster, tmp_path) -> None:
    """As `settle` carries them: a workbook of one year shows what that year knows, of two years what they know."""
    output = tmp_path / "book.xlsx"
    first = {"aco_id": "A1", "performance_year": "2014", "quality_score": "0.5", "advance_balance": "90000000"}
    file = roster(first, {"aco_id": "A1", "performance_year": "2015", "quality_score": "0.9", "advance_balance": ""})
    assert aco("report", "2014-2015", file, "-o", output).returncode == 0
    settled = aco("settle", "2014-2015", file, "--columns", "advance_recouped").stdout.split()[1:]
    book = CalamineWorkbook.from_path(output)
    for name, recouped in zip(("A1 2014", "A1 2015"), settled, strict=True):
        held = {row[1]: row for row in book.get_sheet_by_name(name).to_python()}
        assert held["Advance recouped"][2] == pytest.approx(float(recouped), abs=0.005)


def test_a_place_that_cannot_be_written_is_named(aco: Aco, roster_2014: Path, tmp_path: Path) -> None:
    done = aco("report", "2014", roster_2014, "--aco", "A85439", "-o", tmp_path / "nowhere" / "book.xlsx")
    assert (done.returncode, done.stdout) == (3, "")
    assert "the folder does not exist" in done.stderr
    (tmp_path / "taken.xlsx").mkdir()
    done = aco("report", "2014", roster_2014, "--aco", "A85439", "-o", tmp_path / "taken.xlsx")
    assert done.returncode == 3
    assert "it is a folder" in done.stderr
