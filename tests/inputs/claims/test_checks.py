"""What is wrong with claims, enrollment and assignment files: all at once, by row number, without ids of people."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aco_cli.inputs.claims.checks import ClaimsRows
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables

CLAIMS = "bene_id,claim_id,claim_type,through_date,paid_amount,denied"
ENROLLMENT = "bene_id,month,esrd,age,dual_status,part_a,part_b,health_plan,alive,risk_score,county"
ASSIGNMENT = "aco_id,performance_year,period,calendar_year,bene_id"
GOOD = {
    "claims": [CLAIMS, "007,c1,60,2018-03-31,100.25,false"],
    "enrollment": [ENROLLMENT, "007,2018-03,0,70,02,1,1,0,1,1.1,01000"],
    "assignment": [ASSIGNMENT, "A1,2018,PY,2018,007"],
}
TYPES = ("60", "71")


def opened(tables: DuckdbTables, folder: Path, **lines: list[str]) -> ClaimsRows:
    files = {}
    for name, content in (GOOD | lines).items():
        path = folder / f"{name}.csv"
        path.write_text("\n".join([*content, ""]))
        files[name] = [str(path)]
    return ClaimsRows(tables, files)


def problems(tables: DuckdbTables, folder: Path, **lines: list[str]) -> list[str]:
    rows = opened(tables, folder, **lines)
    years, found = rows.read_assignment()
    found += rows.problems(sorted(set(years["calendar_year"])), TYPES)
    return [str(problem).replace(f"{folder}/", "") for problem in found]


def test_clean_files_have_no_problems(tables: DuckdbTables, tmp_path: Path) -> None:
    assert problems(tables, tmp_path) == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("007,c,60,2018-13-01,1.00,0", "row 2, column through_date: expected a date such as 2018-03-31"),
        ("007,c,60,2018-3-1,1.00,0", "row 2, column through_date: expected a date such as 2018-03-31"),
        ("007,c,60,,1.00,0", "row 2, column through_date: expected a value"),
        ("007,c,60,2017-12-31,1.00,0", "row 2, column through_date: expected a date in 2018"),
        ("007,c,60,2019-01-01,1.00,0", "row 2, column through_date: expected a date in 2018"),
        ("007,c,61,2018-01-01,1.00,0", "row 2, column claim_type: expected one of 60, 71"),
        (",c,60,2018-01-01,1.00,0", "row 2, column bene_id: expected a value"),
        ("007,c,60,2018-01-01,,0", "row 2, column paid_amount: expected a value"),
        ("007,c,60,2018-01-01,$5,0", "row 2, column paid_amount: expected US dollars in whole cents"),
        ("007,c,60,2018-01-01,5.005,0", "row 2, column paid_amount: expected US dollars in whole cents"),
        ("007,c,60,2018-01-01,10000000000.00,0", "row 2, column paid_amount: expected US dollars in whole cents"),
        ("007,c,60,2018-01-01,5,maybe", "row 2, column denied: expected true, false, 1 or 0"),
        ("007,c,60,2018-01-01,5,", "row 2, column denied: expected a value"),
    ],
)
def test_a_bad_claim_is_found_by_its_row(tables: DuckdbTables, tmp_path: Path, row: str, problem: str) -> None:
    found = problems(tables, tmp_path, claims=[CLAIMS, row, *GOOD["claims"][1:]])
    assert len(found) == 1
    assert found[0].startswith(f"claims.csv, {problem}")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("007,2018-3,0,70,02,1,1,0,1,1.1,01000", "month"),
        ("007,2018-13,0,70,02,1,1,0,1,1.1,01000", "month"),
        ("007,2017-12,0,70,02,1,1,0,1,1.1,01000", "month"),
        ("007,2018-04,0,131,02,1,1,0,1,1.1,01000", "age"),
        ("007,2018-04,0,70.5,02,1,1,0,1,1.1,01000", "age"),
        ("007,2018-04,0,,02,1,1,0,1,1.1,01000", "age"),
        ("007,2018-04,0,70,2,1,1,0,1,1.1,01000", "dual_status"),
        ("007,2018-04,0,70,02,1,1,0,1,,01000", "risk_score"),
        ("007,2018-04,0,70,02,1,1,0,1,-1,01000", "risk_score"),
        ("007,2018-04,0,70,02,1,1,0,1,nan,01000", "risk_score"),
        ("007,2018-04,0,70,02,1,1,0,,1.1,01000", "alive"),
    ],
)
def test_a_bad_month_is_found_by_its_row(tables: DuckdbTables, tmp_path: Path, row: str, column: str) -> None:
    found = problems(tables, tmp_path, enrollment=[*GOOD["enrollment"], row])
    assert len(found) == 1
    assert found[0].startswith(f"enrollment.csv, row 3, column {column}: expected ")


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("007,2018-04,0,,,1,1,0,0,,", id="dead: neither age nor score are needed"),
        pytest.param("007,2018-04,1,,,1,1,0,1,1.1,", id="ESRD: age is not needed"),
        pytest.param("008,2018-04,False,70,NA,TRUE,1,false,true,1.1,01000", id="every way to write yes and no"),
    ],
)
def test_what_does_not_count_may_be_blank(tables: DuckdbTables, tmp_path: Path, row: str) -> None:
    assert problems(tables, tmp_path, enrollment=[*GOOD["enrollment"], row]) == []


def test_everything_is_listed_at_once_with_counts_and_first_rows(tables: DuckdbTables, tmp_path: Path) -> None:
    found = problems(
        tables,
        tmp_path,
        claims=[CLAIMS, *["007,c,99,2018-01-01,1,0"] * 7],
        enrollment=[ENROLLMENT, "007,2018-03,x,70,02,1,1,0,1,1.1,01000"],
        assignment=[ASSIGNMENT, "A1,2018,PY,2018,007", "A2,2018,PY,2018,007", "A2,2018,BY1,2018,007"],
    )
    assert found == [
        "assignment.csv, row 3: expected a beneficiary assigned once, to one ACO, in a period of a performance year, "
        "found such a row",
        "enrollment.csv, row 2, column esrd: expected true, false, 1 or 0, found 'x'",
        "claims.csv, row 2, column claim_type: expected one of 60, 71, found '99', and 6 more rows (3, 4, 5, 6, ...)",
    ]


def test_no_message_names_a_beneficiary(tables: DuckdbTables, tmp_path: Path) -> None:
    bad = [line.replace("007", "SECRET") for line in ("007,c,99,2018-01-01,1,0", "007,c,60,2011-01-01,x,0")]
    assert "SECRET" not in " ".join(problems(tables, tmp_path, claims=[CLAIMS, *bad]))


IDS = ("1EG4TE5MK73", "1EG4-TE5-MK73", "123-45-6789A", "123456789A", "SMITH JOHN", "0000000417")


@pytest.mark.parametrize("identifier", IDS)
@pytest.mark.parametrize("name", ["claims", "enrollment", "assignment"])
def test_no_message_shows_an_identifier_that_stands_in_another_column(
    name: str, identifier: str, tables: DuckdbTables, tmp_path: Path
) -> None:
    header, good = GOOD[name]
    for place in range(len(good.split(","))):
        cells = good.split(",")
        cells[place] = identifier
        found = " ".join(problems(tables, tmp_path, **{name: [header, ",".join(cells)]}))
        assert identifier not in found
        assert identifier.replace("-", "") not in found


def test_a_period_has_one_calendar_year(tables: DuckdbTables, tmp_path: Path) -> None:
    rows = [ASSIGNMENT, "A1,2018,PY,2018,007", "A1,2018,PY,2017,008"]
    found = problems(tables, tmp_path, assignment=rows)
    assert found == [
        "assignment.csv, column calendar_year: expected one calendar year for an ACO's period, found 2 for A1, 2018, PY"
    ]


@pytest.mark.parametrize(("year", "is_one"), [(1999, False), (2000, True), (2099, True), (2100, False), (-1, False)])
def test_years_of_an_assignment_are_years(year: int, is_one: bool, tables: DuckdbTables, tmp_path: Path) -> None:
    """What they are said of is compared with dates, and engines read those of other years differently."""
    found = [
        problem
        for problem in problems(tables, tmp_path, assignment=[ASSIGNMENT, f"A1,{year},PY,{year},007"])
        if problem.startswith("assignment")
    ]
    expected = [
        f"assignment.csv, row 2, column {name}: expected a year such as 2018, found '{year}'"
        for name in ("performance_year", "calendar_year")
    ]
    assert found == ([] if is_one else expected)


def test_an_assignment_that_cannot_be_read_does_not_hide_what_else_is_wrong(
    tables: DuckdbTables, tmp_path: Path
) -> None:
    found = problems(
        tables,
        tmp_path,
        assignment=[ASSIGNMENT, "A1,2018,BY4,2018,007"],
        claims=[CLAIMS, "007,c,60,2018-01-01,x,0"],
        enrollment=[ENROLLMENT, "007,2018-03,0,70,02,1,1,0,1,-1,01000"],
    )
    assert found == [
        "assignment.csv, row 2, column period: expected one of BY1, BY2, BY3, PY, found 'BY4'",
        "enrollment.csv, row 2, column risk_score: expected a risk score of 0 to 1000, found '-1'",
        "claims.csv, row 2, column paid_amount: expected US dollars in whole cents, below 10 billion, found 'x'",
    ]


def test_missing_columns_of_all_files_are_listed_at_once(tables: DuckdbTables, tmp_path: Path) -> None:
    found = problems(tables, tmp_path, claims=["bene_id", "1"], assignment=["aco_id", "A1"])
    assert found == [
        *(
            f"assignment.csv, row 1, column {name}: missing required column; add it"
            for name in ("performance_year", "period", "calendar_year", "bene_id")
        ),
        *(
            f"claims.csv, row 1, column {name}: missing required column; add it"
            for name in ("claim_type", "through_date", "paid_amount", "denied")
        ),
    ]


def test_rows_of_parquet_files_are_numbered_in_each_file(tables: DuckdbTables, tmp_path: Path) -> None:
    folder = tmp_path / "claims"
    folder.mkdir()
    good = {"bene_id": "1", "claim_type": "60", "paid_amount": 1.0, "denied": 0}
    days = [pa.scalar(17600, pa.date32()), pa.scalar(10000, pa.date32())]
    for number, rows in enumerate(([days[0]], [days[0], days[1]])):
        table = pa.Table.from_pylist([{**good, "through_date": day.as_py()} for day in rows])
        pq.write_table(table, folder / f"{number}.parquet")
    opened(tables, tmp_path)
    files = {name: [str(tmp_path / f"{name}.csv")] for name in ("enrollment", "assignment")}
    rows = ClaimsRows(tables, files | {"claims": [str(folder)]})
    rows.read_assignment()
    found = rows.problems([2018], TYPES)
    assert [(problem.file, problem.row, problem.column) for problem in found] == [
        (str(folder / "1.parquet"), 3, "through_date")
    ]


def test_agreements_with_benchmark_years_of_their_own_may_share_a_beneficiary(
    tables: DuckdbTables, tmp_path: Path
) -> None:
    rows = ["A1,2023,BY1,2018,007", "A2,2023,BY1,2017,007"]
    assert problems(tables, tmp_path, assignment=[ASSIGNMENT, *rows]) == []
    (found,) = problems(tables, tmp_path, assignment=[ASSIGNMENT, *rows, "A3,2023,BY1,2017,007"])
    assert found.startswith("assignment.csv, row 4: expected a beneficiary assigned once")


def test_a_cell_is_shown_unless_it_tells_whose_it_is(tables: DuckdbTables, tmp_path: Path) -> None:
    claims = pa.Table.from_pylist(
        [{"bene_id": 4711.0, "claim_type": "9\n9", "through_date": "x", "paid_amount": 1.0, "denied": 0}]
    )
    pq.write_table(claims, tmp_path / "claims.parquet")
    opened(tables, tmp_path)
    given = {name: [str(tmp_path / f"{name}.csv")] for name in ("enrollment", "assignment")}
    rows = ClaimsRows(tables, given | {"claims": [str(tmp_path / "claims.parquet")]})
    found = {problem.column: problem.found for problem in rows.problems([2018], TYPES)}
    assert found == {"bene_id": "another value", "claim_type": r"'9\n9'", "through_date": "'x'"}
