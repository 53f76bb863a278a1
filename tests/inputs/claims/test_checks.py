"""What is wrong with claims, enrollment and assignment files: all at once, by row number, without ids of people."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aco_cli.errors import Problem
from aco_cli.inputs.claims.cclf_feed import CclfFeed
from aco_cli.inputs.claims.cclf_files import find_cclf
from aco_cli.inputs.claims.checks import ClaimsRows
from aco_cli.inputs.claims.contracts import CONTRACTS
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables
from aco_cli.inputs.claims.tables import Totals, by_name

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
    found += rows.problems(sorted(set(years["calendar_year"])), TYPES, diagnoses=True)
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
    found = rows.problems([2018], TYPES, diagnoses=True)
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
    found = {problem.column: problem.found for problem in rows.problems([2018], TYPES, diagnoses=True)}
    assert found == {"bene_id": "another value", "claim_type": r"'9\n9'", "through_date": "'x'"}


# --- What is read of them -----------------------------------------------------------------------------------------

YEARS = [2018, 2020, 2021]
OUTSIDE = "(the calendar years of the assignment)"
SAME = "a beneficiary assigned once, to one ACO, in a period of a performance year"


def assigned(*rows: str) -> list[str]:
    return [ASSIGNMENT, *(f"A1,{row}" for row in rows)]


def test_claims_and_months_are_of_calendar_years_of_the_assignment(tables: DuckdbTables, tmp_path: Path) -> None:
    inside = ("2018-01-01", "2018-12-31", "2020-01-01", "2021-12-31")
    outside = ("2017-12-31", "2019-01-01", "2019-12-31", "2022-01-01")
    days = [day for pair in zip(outside, inside, strict=True) for day in pair]
    found = problems(
        tables,
        tmp_path,
        assignment=assigned("2021,PY,2021,007", "2021,BY1,2018,007", "2021,BY2,2020,007"),
        claims=[CLAIMS, *(f"007,c,60,{day},1,0" for day in days)],
        enrollment=[ENROLLMENT, *(f"007,{day[:7]},0,131,02,1,1,0,1,1.1,01000" for day in days)],
    )
    assert found == [
        f"enrollment.csv, row 2, column month: expected a month of 2018, 2020-2021 {OUTSIDE}, such as 2018-03, "
        "found '2017-12', and 3 more rows (4, 6, 8)",
        "enrollment.csv, row 2, column age: expected an age of 0 to 130, "
        "found '131', and 7 more rows (3, 4, 5, 6, ...)",
        f"claims.csv, row 2, column through_date: expected a date in 2018, 2020-2021 {OUTSIDE}, "
        "found '2017-12-31', and 3 more rows (4, 6, 8)",
    ]


def test_faults_of_a_file_are_told_in_the_order_of_its_columns_and_then_of_what_they_mean(
    tables: DuckdbTables, tmp_path: Path
) -> None:
    found = problems(
        tables,
        tmp_path,
        assignment=[ASSIGNMENT, ",1999,BY9,1998,007"],
        enrollment=[ENROLLMENT, ",18-03,0,131,2,1,1,0,1,,01000", "007,2018-04,0,,02,1,1,0,1,1,"],
        claims=[CLAIMS + ",adjustment_type", "007,c,99,x,1,0,3", "007,c,60,2018-01-01,1,0,-1"],
    )
    assert [(each.split(",")[0], each.split(" column ")[1].split(",")[0]) for each in found] == [
        ("assignment.csv", "aco_id: expected a value"),
        ("assignment.csv", "period: expected one of BY1"),
        ("assignment.csv", "performance_year: expected a year such as 2018"),
        ("assignment.csv", "calendar_year: expected a year such as 2018"),
        ("enrollment.csv", "bene_id: expected a value"),
        ("enrollment.csv", "month: expected a month such as 2018-03"),
        ("enrollment.csv", "age: expected an age of 0 to 130"),
        ("enrollment.csv", "age: expected a value"),
        ("enrollment.csv", "risk_score: expected a value"),
        ("enrollment.csv", "dual_status: expected two characters such as 02"),
        ("claims.csv", "through_date: expected a date such as 2018-03-31"),
        ("claims.csv", "adjustment_type: expected 0"),
        ("claims.csv", "claim_type: expected one of 60"),
    ]


@pytest.mark.parametrize(
    ("rows", "more"),
    [
        (["2018,PY,2018,007", "2018,PY,2017,008"], "2 for A1, 2018, PY"),
        (
            ["2018,PY,2018,007", "2018,PY,2017,008", "2019,PY,2018,007", "2019,PY,2017,008", "2019,PY,2016,009"],
            "2 for A1, 2018, PY, and 1 more such periods",
        ),
    ],
)
def test_periods_of_several_calendar_years_are_counted(
    rows: list[str], more: str, tables: DuckdbTables, tmp_path: Path
) -> None:
    _, (found,) = opened(tables, tmp_path, assignment=assigned(*rows)).read_assignment()
    expected = "one calendar year for an ACO's period"
    assert found == Problem(str(tmp_path / "assignment.csv"), expected, more, column="calendar_year")


def test_periods_are_those_of_the_assignment_each_once(tables: DuckdbTables, tmp_path: Path) -> None:
    rows = ("2019,PY,2019,007", "2019,PY,2019,008", "2018,PY,2018,007", "2019,BY1,2016,007")
    found, none = opened(tables, tmp_path, assignment=assigned(*rows)).read_assignment()
    assert none == []
    assert found.to_numpy().tolist() == [[2018, "PY", 2018], [2019, "BY1", 2016], [2019, "PY", 2019]]
    assert found.dtypes[["performance_year", "calendar_year"]].tolist() == [int, int]
    empty, (problem,) = opened(tables, tmp_path, assignment=assigned("x,PY,2018,007")).read_assignment()
    assert (list(empty), len(empty), problem.column) == (
        ["performance_year", "period", "calendar_year"],
        0,
        "performance_year",
    )


def column(tables: DuckdbTables, sql: str) -> list[Any]:
    (found,) = tables.query(sql).to_dict("list").values()
    return found


def test_rows_are_those_of_the_years_and_months_by_their_numbers(tables: DuckdbTables, tmp_path: Path) -> None:
    months = [f"007,{month},0,70,02,1,1,0,1,1.1,01000" for month in ("2018-01", "2018-12", "2020-07")]
    rows = opened(
        tables,
        tmp_path,
        assignment=assigned("2018,PY,2018,007", "2020,PY,2020,008"),
        enrollment=[ENROLLMENT, *months],
        population=["calendar_year,bene_id", "2018,009"],
    )
    assert (rows.read_assignment()[1], rows.problems([2018, 2020], TYPES, diagnoses=True)) == ([], [])
    rows.read([2018], [2018, 2020], "", "")
    assert column(tables, "SELECT bene_id FROM assignment") == ["007"]
    assert column(tables, "SELECT calendar_year * 100 + month_number AS n FROM enrollment") == [201801, 201812, 202007]
    assert column(tables, "SELECT bene_id FROM population") == ["009"]
    assert column(tables, "SELECT claim_id FROM claims_read") == ["c1"]
    assert rows.read_totals == (1, Decimal("100.25"))
    assert rows.claims_columns == {*CLAIMS.split(",")}
    assert (rows.has_population, rows.has_risk_scores, rows.sets_aside, rows.warnings) == (True, True, False, [])
    assert not opened(tables, tmp_path).has_population


def test_a_population_has_faults_too(tables: DuckdbTables, tmp_path: Path) -> None:
    rows = opened(tables, tmp_path, population=["calendar_year,bene_id", "x,009"])
    assert [each.column for each in rows.problems([2018], TYPES, diagnoses=True)] == ["calendar_year"]


# --- Tables of others and feeds -----------------------------------------------------------------------------------


def test_other_years_and_types_are_set_aside_in_feeds_and_mapped_claims(tables: DuckdbTables, tmp_path: Path) -> None:
    readings = {name: by_name(CONTRACTS[name]) for name in ("claims", "enrollment")}
    feed = CclfFeed(tables, find_cclf([], lambda: tmp_path), "")
    assert ClaimsRows(tables, {}, feed).sets_aside
    assert ClaimsRows(tables, {}, readings=readings).sets_aside
    assert not ClaimsRows(tables, {}, readings={"enrollment": readings["enrollment"]}).sets_aside
    assert not ClaimsRows(tables, {}).sets_aside


def test_repeated_months_are_looked_for_once_they_can_be_read(tables: DuckdbTables, tmp_path: Path) -> None:
    place = tmp_path / "enrollment.csv"
    place.write_text("\n".join([*GOOD["enrollment"], GOOD["enrollment"][1], ""]))
    assert ClaimsRows(tables, {"enrollment": [str(place)]}).repeated_months() == []


def test_other_years_and_types_of_mapped_tables_are_set_aside(tables: DuckdbTables, tmp_path: Path) -> None:
    months = [f"007,{month},0,70,02,1,1,0,1,1.1,01000" for month in ("2017-12", "2018-01", "2018-12", "2019-01")]
    opened(tables, tmp_path, claims=[CLAIMS, "007,c,99,2011-01-01,1,0"], enrollment=[ENROLLMENT, *months])
    files = {name: [str(tmp_path / f"{name}.csv")] for name in GOOD}
    readings = {name: by_name(CONTRACTS[name]) for name in ("claims", "enrollment")}
    for mapped, refused in (
        (("claims", "enrollment"), []),
        (("claims",), ["month"]),
        (("enrollment",), ["claim_type", "through_date"]),
    ):
        rows = ClaimsRows(tables, files, readings={name: readings[name] for name in mapped})
        assert rows.sets_aside is ("claims" in mapped)
        rows.read_assignment()
        assert [each.column for each in rows.problems([2018], TYPES, diagnoses=True)] == refused
        rows.read([2018], [2018], "", "")
        held = column(tables, "SELECT month FROM enrollment")
        assert held == (["2018-01", "2018-12"] if "enrollment" in mapped else [each[4:11] for each in months])


def test_months_of_mapped_tables_are_written_as_months(tables: DuckdbTables, tmp_path: Path) -> None:
    """Others would be set aside as of another year."""
    months = ("2018-01", "2018-1", "201802", "2018-13", "2018-00", "", "2018-02 ", "2018-012", "18-01")
    opened(tables, tmp_path, enrollment=[ENROLLMENT, *(f"007,{each},0,70,02,1,1,0,1,1.1,01000" for each in months)])
    files = {name: [str(tmp_path / f"{name}.csv")] for name in GOOD}
    rows = ClaimsRows(tables, files, readings={"enrollment": by_name(CONTRACTS["enrollment"])})
    rows.read_assignment()
    assert rows.problems([2018], TYPES, diagnoses=True) == [
        Problem(files["enrollment"][0], "a value", "a blank cell", 7, "month"),
        Problem(
            files["enrollment"][0], "a month such as 2018-03", "'9999-9', and 6 more rows (4, 5, 6, 8, ...)", 3, "month"
        ),
    ]


def test_a_column_is_told_once_that_seems_to_tell_cancellations_where_none_is_read(
    tables: DuckdbTables, tmp_path: Path
) -> None:
    told = "column {} of claims seems to tell cancellations or adjustments, and is not read; name it"
    rows = opened(tables, tmp_path, claims=[CLAIMS + ",ADJ_CD,void_flag,other", "007,c,60,2018-01-01,1,0,,,"])
    assert [each.split(" (or")[0] for each in rows.warnings] == [told.format("ADJ_CD"), told.format("void_flag")]
    rows = opened(tables, tmp_path, claims=[CLAIMS + ",ADJ_CD,adjustment_type", "007,c,60,2018-01-01,1,0,,1"])
    assert rows.warnings == []


def fed(tables: DuckdbTables, folder: Path, *names: str, **kinds: str) -> ClaimsRows:
    """A feed of these kinds as delimited text, with assignment and what is named."""
    given = opened(tables, folder)
    assert given
    for kind, text in kinds.items():
        (folder / f"{kind}.csv").write_text(text)
    found = find_cclf([str(folder / f"{kind}.csv") for kind in kinds], lambda: folder)
    files = {name: [str(folder / f"{name}.csv")] for name in ("assignment", *names)}
    unused = "8" if "enrollment" in names else ""
    return ClaimsRows(tables, files, CclfFeed(tables, found, unused))


CCLF1 = "CUR_CLM_UNIQ_ID,BENE_MBI_ID,CLM_ADJSMT_TYPE_CD,CLM_TYPE_CD,CLM_FROM_DT,CLM_THRU_DT,CLM_PMT_AMT"
CCLF1 += ",CLM_MDCR_NPMT_RSN_CD\n8,007,0,99,2011-01-01,2011-01-02,{},\n"
CCLF8 = "BENE_MEMBER_MONTH,BENE_MBI_ID,BENE_AGE,BENE_MDCR_STUS_CD,BENE_DUAL_STUS_CD,BENE_DEATH_DT,"
CCLF8 += "BENE_ENTLMT_BUYIN_IND\n2018-03-01,007,70,10,02,,3\n2018-03-01,006,70,10,02,,3\n2017-03-01,007,70,10,02,,3\n"
MONTHS = "SELECT bene_mbi_id AS bene_id, delivery_month AS month, FALSE AS esrd, bene_age AS age, '' AS dual_status, "
MONTHS += (
    "TRUE AS part_a, TRUE AS part_b, FALSE AS health_plan, TRUE AS alive, 1 AS risk_score, '' AS county FROM cclf8"
)


def test_a_feed_stands_for_claims_and_for_enrollment_where_there_is_none(tables: DuckdbTables, tmp_path: Path) -> None:
    rows = fed(tables, tmp_path, cclf1=CCLF1.format("5.00"), cclf8=CCLF8)
    assert (rows.sets_aside, rows.has_risk_scores, "record" in rows.claims_columns) == (True, False, True)
    assert rows.warnings[0] == "no CCLF5 in the feed: Part B professional lines are not in it"
    assert (rows.read_assignment()[1], rows.problems([2018], TYPES, diagnoses=True)) == ([], [])
    assert rows.read_totals == (1, Decimal("5.00"))
    rows.read([2018], [2018], "SELECT cur_clm_uniq_id AS claim_id FROM cclf1", MONTHS)
    assert column(tables, "SELECT bene_id FROM enrollment ORDER BY 1") == ["006", "007"]
    assert column(tables, "SELECT month_number FROM enrollment") == [3, 3]
    assert column(tables, "SELECT claim_id FROM claims_read") == ["8"]
    problem = Problem("--claims", "each claim line once", "1,234 rows that are equal to others",
                      fix="--repeats once counts them once; they are $5,000.50")  # fmt: skip
    assert rows.repeated_claims(["claim_id"], Totals(1_234, Decimal("5000.50"))) == problem
    found = "several that differ, of one delivery or another, or of an old and a present identifier"
    assert rows.months_under_two_ids() == [Problem("CCLF8", "one row for a beneficiary and month", found)]
    signs = Problem(str(tmp_path / "cclf1.csv"), "amounts of cancellations as they were paid, above 0",
                    "mostly negative ones", fix="give the files as CMS delivers them")  # fmt: skip
    assert rows.signed_cancellations() == signs


def test_enrollment_of_a_feed_is_not_looked_at_where_it_is_in_a_file(tables: DuckdbTables, tmp_path: Path) -> None:
    rows = fed(tables, tmp_path, "enrollment", cclf1=CCLF1.format("x"), cclf8="BENE_AGE,BENE_MBI_ID\n1,2\n")
    assert rows.has_risk_scores
    assert [each.column for each in rows.problems([2018], TYPES, diagnoses=True)] == ["clm_pmt_amt"]
    diagnoses = "CUR_CLM_UNIQ_ID,CLM_DGNS_CD\n,I10\n"
    rows = fed(tables, tmp_path, "enrollment", cclf1=CCLF1.format("1.0"), cclf4=diagnoses)
    assert [each.column for each in rows.problems([2018], TYPES, diagnoses=True)] == ["cur_clm_uniq_id"]
    assert rows.problems([2018], TYPES, diagnoses=False) == []


# --- People under several identifiers, and what comes again -------------------------------------------------------


def test_people_are_read_by_present_identifiers(tables: DuckdbTables, tmp_path: Path) -> None:
    rows = fed(tables, tmp_path, cclf1=CCLF1.format("5.00"), cclf8=CCLF8, cclf9="CRNT_NUM,PRVS_NUM\n006,007\n")
    assert (rows.read_assignment()[1], rows.problems([2018], TYPES, diagnoses=True)) == ([], [])
    claims = ", ".join(f"'{name}' AS {name}" for name in CONTRACTS["claims"].columns if name != "bene_id")
    rows.read([2018], [2018], f"SELECT bene_mbi_id AS bene_id, {claims}, record FROM cclf1", MONTHS)
    assert column(tables, "SELECT bene_id FROM assignment") == ["006"]
    assert column(tables, "SELECT bene_id FROM claims_read") == ["006"]
    assert column(tables, "SELECT calendar_year * 100 + month_number AS n FROM enrollment") == [201803]
    old = opened(tables, tmp_path, crosswalk=["old,new", "007,005"], assignment=assigned("2018,PY,2018,007"))
    assert old.read_assignment()[1] == []
    assert column(tables, "SELECT bene_id FROM assignment") == ["005"]
    new = opened(tables, tmp_path)
    assert new.read_assignment()[1] == []
    assert column(tables, "SELECT bene_id FROM assignment") == ["007"]


@pytest.mark.parametrize(
    ("lines", "expected", "found"),
    [
        (["1,2", "2,1"], "chains of identifiers that end", "identifiers that lead back to themselves"),
        (["1,2", "1,3"], "one present identifier for each old one", "1 that lead to several"),
        (["1,"], "a value", "a blank cell"),
    ],
)
def test_identifiers_that_lead_nowhere_are_told_by_the_file(
    lines: list[str], expected: str, found: str, tables: DuckdbTables, tmp_path: Path
) -> None:
    rows = opened(tables, tmp_path, crosswalk=["old,new", *lines])
    (problem,) = rows.read_crosswalk()
    assert (problem.file, problem.expected, problem.found) == (str(tmp_path / "crosswalk.csv"), expected, found)
    rows = fed(tables, tmp_path, cclf9="PRVS_NUM,CRNT_NUM\n" + "\n".join(lines) + "\n")
    (problem,) = rows.read_crosswalk()
    assert (problem.expected, problem.found) == (expected, found)
    assert problem.file == (str(tmp_path / "cclf9.csv") if expected == "a value" else "CCLF9")


def test_people_assigned_under_two_identifiers_are_counted(tables: DuckdbTables, tmp_path: Path) -> None:
    lines = [f"2018,PY,2018,{name}" for name in ("1", "2", "3", "4", "5")]
    rows = opened(tables, tmp_path, assignment=assigned(*lines), crosswalk=["old,new", "1,2", "3,4"])
    assert rows.read_assignment()[1] == [
        Problem(str(tmp_path / "assignment.csv"), SAME, "2 assigned under several identifiers")
    ]
    rows = opened(tables, tmp_path, assignment=assigned(*lines, lines[0]), crosswalk=["old,new", "1,2"])
    (problem,) = rows.read_assignment()[1]
    assert (problem.row, problem.found) == (7, "such a row")


def test_what_comes_again_is_told_by_its_rows(tables: DuckdbTables, tmp_path: Path) -> None:
    month = GOOD["enrollment"][1]
    rows = opened(
        tables, tmp_path, enrollment=[ENROLLMENT, month, month], claims=[CLAIMS, *["007,c,60,2018-01-01,9,0"] * 3]
    )
    assert (rows.read_assignment()[1], rows.problems([2018], TYPES, diagnoses=True)) == ([], [])
    again = [Problem(str(tmp_path / "enrollment.csv"), "one row for a beneficiary and month", "such a row", 3)]
    assert rows.repeated_months() == rows.months_under_two_ids() == again
    assert rows.repeated_claims(CLAIMS.split(","), Totals(2, Decimal(18))) == Problem(
        str(tmp_path / "claims.csv"),
        "each claim line once",
        "such a row, and 1 more row (4)",
        3,
        fix="--repeats once counts them once; they are $18.00",
    )
    assert rows.signed_cancellations() == Problem(
        str(tmp_path / "claims.csv"),
        "amounts of cancellations as they were paid, above 0",
        "mostly negative ones",
        column="adjustment_type",
        fix="leave adjustment_type out if amounts have their sign already",
    )


def test_months_under_two_identifiers_are_told_by_the_file_where_none_comes_again(
    tables: DuckdbTables, tmp_path: Path
) -> None:
    rows = opened(tables, tmp_path, enrollment=[ENROLLMENT, "007,x,0,70,02,1,1,0,1,1.1,01000"])
    rows.problems([2018], TYPES, diagnoses=True)
    assert rows.repeated_months() == []
    (problem,) = rows.months_under_two_ids()
    assert problem.file == str(tmp_path / "enrollment.csv")
    assert problem.found.startswith("several that differ, of one delivery or another")


# --- Whose it is --------------------------------------------------------------------------------------------------

IDS = ("1EG4TE5MK73", "1EG4-TE5-MK73", "123-45-6789A", "123456789A", "SMITH JOHN", "0000000417")


@pytest.mark.parametrize("name", ["claims", "enrollment", "assignment"])
def test_no_message_shows_an_identifier_that_stands_in_another_column(
    name: str, tables: DuckdbTables, tmp_path: Path
) -> None:
    """Each column has two of them in turn."""
    header, good = GOOD[name]
    for place in range(len(good.split(","))):
        for identifier in (IDS[place % 6], IDS[(place + 3) % 6]):
            cells = good.split(",")
            cells[place] = identifier
            found = " ".join(problems(tables, tmp_path, **{name: [header, ",".join(cells)]}))
            assert identifier not in found
            assert identifier.replace("-", "") not in found
