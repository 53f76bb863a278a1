"""Checking files of every kind together: each by its header, with all that is wrong, told once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aco_cli.inputs.check import check_files

Write = Callable[..., str]

RATES = "aco_id,performance_year,ACO-13,ACO-28\nA1,2018,{},70\n"
SCORES = (
    "aco_id,performance_year,patient_experience,care_coordination,preventive_health,at_risk,quality_score,"
    "quality_reported,notes\nA1,2018,1,1,1,1,{},true,\n"
)
EXPENDITURES = (
    "aco_id,performance_year,period,calendar_year,enrollment_type,person_years,per_capita_expenditure,risk_score\n"
    "A1,2022,BY1,2016,{},100,10000,1\n"
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
