"""`aco check`: every problem at once, silent when there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

Aco = Callable[..., CompletedProcess[str]]
Roster = Callable[..., Path]


def test_clean_files_are_passed_in_silence(aco: Aco, sample: Path) -> None:
    totals = ["--expenditures", sample / "totals_small.csv"]
    done = aco("check", sample / "roster_small.csv", *totals)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    told = aco("check", "roster_small.csv", *totals, "--log-format", "text", cwd=sample)
    assert (told.stdout, told.stderr) == ("", "checked roster_small.csv: no problems\n")


def test_findings_are_lines_with_file_row_and_column(aco: Aco, sample: Path) -> None:
    done = aco("check", "broken_roster.csv", cwd=sample)
    assert done.returncode == 1
    findings = done.stdout.splitlines()
    assert len(findings) == 12
    assert all(line.startswith("broken_roster.csv, row ") and ", column " in line for line in findings)
    assert "first_perfomance_year" in done.stderr
    assert done.stderr.splitlines()[-1] == "12 problems in 1 file"


def test_what_is_no_settlement_report_is_told_where_one_is_said_to_be(aco: Aco, sample: Path) -> None:
    for command in (["check"], ["settle", "2014"]):
        done = aco(*command, "roster_small.csv", "--layout", "stlmt", cwd=sample)
        assert done.returncode == 3
        told = "roster_small.csv: expected a settlement report (STLMT) of CMS, found another file"
        assert told in done.stdout + done.stderr


def test_findings_are_objects_in_json(aco: Aco, sample: Path) -> None:
    done = aco("check", "broken_roster.csv", "--format", "json", "--quiet", cwd=sample)
    assert (done.returncode, done.stderr) == (1, "")
    findings = {finding["row"]: finding for finding in json.loads(done.stdout)}
    assert findings.keys() == set(range(3, 15))
    assert findings[3]["file"] == "broken_roster.csv"
    assert findings[3]["column"] == "quality_score"
    assert "91.3" in findings[3]["found"]


def test_count_of_the_rest_comes_after_the_examples(aco: Aco, roster: Roster) -> None:
    """Twenty alike: ten are shown, and `10 more like the ones above` stands below them."""
    done = aco("check", roster(*({"aco_id": f"A{number}", "quality_score": "91.3"} for number in range(20))))
    assert done.returncode == 1
    findings = done.stdout.splitlines()
    assert len(findings) == 11
    assert "10 more like the ones above" in findings[-1]


def test_several_files_are_checked_together(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    first, second = roster(), roster({"track": "track-9"}, name="s.csv")
    done = aco("check", first.name, second.name, cwd=tmp_path)
    assert done.returncode == 1
    assert "s.csv, row 2, column track" in done.stdout
    assert "s.csv, row 2, column aco_id: expected one row per ACO, found 'A1' again" in done.stdout


def test_file_that_cannot_be_read_is_no_finding(aco: Aco, tmp_path: Path) -> None:
    """Findings are 1; a file that is not there is 3, as in every command."""
    done = aco("check", tmp_path / "none.csv")
    assert "none.csv" in done.stdout + done.stderr
    assert done.returncode == 3
