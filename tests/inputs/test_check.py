"""Checking files of every kind together: each by its header, with all that is wrong, told once."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import xlsxwriter

from aco_cli.errors import Problem
from aco_cli.inputs.check import check_files
from aco_cli.inputs.reports.figures import layout_of

Write = Callable[..., str]

RATES = "aco_id,performance_year,ACO-13,ACO-28\nA1,2018,{},70\n"
SCORES = (
    "aco_id,performance_year,patient_experience,care_coordination,preventive_health,at_risk,quality_score,"
    "quality_reported,notes\nA1,2018,1,1,1,1,{},true,\n"
)
EXPENDITURES = (
    "aco_id,performance_year,period,calendar_year,enrollment_type,person_years,per_capita_expenditure,risk_score\n"
    "A1,2022,BY1,2016,{},100,90000,1\n"
)
REFERENCE = "performance_year,calendar_year,enrollment_type,national_expenditure\n2022,2016,esrd,{}\n"
ROSTER = "aco_id,performance_year,program,track,assigned_beneficiaries\nA1,2022,mssp,basic-a,10000\n"


def told(*files: str, expenditures: tuple[str, ...] = ()) -> list[str]:
    problems, warnings = check_files(files, expenditures=expenditures)
    assert warnings == []
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("content", "good", "bad", "column"),
    [
        (RATES, "60", "sixty", "ACO-13"),
        (RATES, "-", "-60", "ACO-13"),
        (SCORES, "0.9", "90", "quality_score"),
        (EXPENDITURES, "esrd", "dialysis", "enrollment_type"),
        (REFERENCE, "80000", "-1", "national_expenditure"),
    ],
)
def test_files_other_than_rosters_are_told_by_their_header(
    write: Write, content: str, good: str, bad: str, column: str
) -> None:
    assert told(write(content.format(good))) == []
    (problem,) = told(write(content.format(bad)))
    assert f"r.csv, row 2, column {column}: expected" in problem


@pytest.mark.parametrize("as_option", [True, False])
def test_a_roster_may_leave_dollars_to_expenditures_by_enrollment_type(write: Write, as_option: bool) -> None:
    roster, spent = write(ROSTER), write(EXPENDITURES.format("esrd"), "e.csv")
    assert told(*([roster] if as_option else [roster, spent]), expenditures=(spent,) if as_option else ()) == []
    assert len(told(roster)) == 2


def test_implausible_figures_by_enrollment_type_are_told_of_files_without_problems_only(write: Write) -> None:
    spent, national = write(EXPENDITURES.format("esrd").replace("90000", "0"), "e.csv"), write(REFERENCE.format("8000"))
    problems, warnings = check_files([spent, national])
    assert [problem.file for problem in problems] == []
    assert [warning.code for warning in warnings] == ["per_capita_expenditure", "national_expenditure"]
    problems, warnings = check_files([write(REFERENCE.format("8000") + "2022,2017,esrd,x\n")])
    assert (len(problems), warnings) == (1, [])


def test_a_problem_of_a_public_use_file_with_rates_is_told_once(shared_data: Path, write: Write) -> None:
    """As a roster it lacks an id, as a table of rates too; only the latter looks at the rates."""
    lines = (shared_data / "headers" / "mssp_puf_2022_first_rows.csv").read_text("utf-8-sig").splitlines()
    cells = lines[1].split(",")
    rate = lines[0].split(",").index("QualityID_318")
    row = ",".join(["", *cells[1:rate], "most", *cells[rate + 1 :]])
    assert told(write("\n".join(lines[:3]))) == []
    problems = told(write("\n".join([lines[0], row, lines[2]])))
    assert [problem.split(":")[0].split("r.csv, ")[1] for problem in problems] == [
        "row 2, column aco_id",
        "row 2, column QualityID_318",
    ]


def test_a_table_of_something_else_is_refused_as_a_roster(write: Write) -> None:
    (problem,) = told(write("a,b\n1,2\n"))
    assert "expected ACO roster or CMS public use file" in problem


def test_kinds_are_checked_together(write: Write) -> None:
    files = [
        write(RATES.format("x"), "q.csv"),
        write(EXPENDITURES.format("x"), "e.csv"),
        write(REFERENCE.format("x"), "n.csv"),
        write(ROSTER.replace("basic-a", "x"), "r.csv"),
    ]
    assert sorted(Path(problem.split(",")[0]).name for problem in told(*files)) == ["e.csv", "n.csv", "q.csv", "r.csv"]


def title_of_report(path: Path, kind: str) -> str:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(0, 0, layout_of(kind)["title"].title())
    return str(path)


def test_reports_among_files_are_told_apart(write: Write, tmp_path: Path) -> None:
    """One that cannot be read is unread; workbooks of anything else go on."""
    book = str(tmp_path / "roster.XLSX")
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        for row, line in enumerate(ROSTER.splitlines()):
            sheet.write_row(row, 0, line.replace("basic-a", "x").split(","))
    benchmarks, settlement = (
        title_of_report(tmp_path / "b.xlsx", "bnmrk"),
        title_of_report(tmp_path / "s.XLSX", "stlmt"),
    )
    problems, remarks = check_files([benchmarks, write(RATES.format("x")), settlement, book])
    assert remarks == []
    assert [(Path(problem.file).name, problem.unread) for problem in problems] == [
        ("b.xlsx", True),
        ("s.XLSX", True),
        ("roster.XLSX", False),
        ("roster.XLSX", False),
        ("roster.XLSX", False),
        ("r.csv", False),
    ]
    assert problems[0].found == "a benchmark report (BNMRK) of CMS"
    assert problems[1].expected == "the ACO on the cover"


def test_every_file_is_to_be_a_report_where_that_is_asked_for(write: Write, tmp_path: Path) -> None:
    other = write(ROSTER)
    problems, remarks = check_files([other, title_of_report(tmp_path / "s.xlsx", "stlmt")], "stlmt")
    assert [problem.expected for problem in problems] == ["the ACO on the cover", "a settlement report (STLMT) of CMS"]
    assert problems[1] == Problem(other, "a settlement report (STLMT) of CMS", "another file", unread=True)
    assert remarks == []


def test_remarks_of_all_kinds_are_told_once(write: Write) -> None:
    """Of rosters and of rates; a layout that is asked for leaves nothing to be told by the header."""
    roster = write(
        ROSTER.replace("assigned", "benchmark_total,expenditure_total,qualty_score,assigned").replace(
            "10000", "1e8,1e8,1,10000"
        )
    )
    rates = write(RATES.format("60").replace("ACO-13", "ACO_13x,ACO-13").replace("60", "60,60"), "q.csv")
    problems, remarks = check_files([roster, rates, write("x\n", "q2.csv")])
    assert [Path(problem.file).name for problem in problems] == ["q2.csv"]
    assert [remark.partition(":")[0].rpartition("/")[2] for remark in remarks] == ["r.csv, column qualty_score"]
    (problem,), _ = check_files([rates], "roster")
    assert (problem.file, problem.unread) == (rates, True)


@pytest.mark.parametrize(
    ("columns", "problems"),
    [("N_AB", 0), ("N_AB,ABtotBnchmk", 1), ("ABtotBnchmk,EarnSaveLoss", 1), ("N_AB,region", 0)],
)
def test_rates_beside_two_columns_of_cms_are_a_public_use_file_that_is_not_whole(
    write: Write, columns: str, problems: int
) -> None:
    header, row = RATES.format("60").splitlines()
    told_of = told(write(f"{header},{columns}\n{row}{',1' * len(columns.split(','))}\n"))
    assert [problem.startswith("expected ") or "another table" in problem for problem in told_of] == [True] * problems


def test_standard_input_is_read_once_as_a_roster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(ROSTER.encode())))
    assert [problem.partition(": ")[0] for problem in told("-")] == [
        "standard input, row 1, column benchmark_total",
        "standard input, row 1, column expenditure_total",
    ]


def test_totals_are_checked_with_or_without_rosters(write: Write) -> None:
    """Beside expenditures by enrollment type, which are none."""
    totals = write("aco_id,performance_year,expenditure_total,benchmark_total\nA1,2022,x,1\n", "t.csv")
    detailed = write(EXPENDITURES.format("x"), "e.csv")
    problems, _ = check_files([], expenditures=[totals, detailed])
    assert [(Path(problem.file).name, problem.column) for problem in problems] == [
        ("t.csv", "expenditure_total"),
        ("e.csv", "enrollment_type"),
    ]
