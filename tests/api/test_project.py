"""The year projected from in-year reports: the benchmark by an independent calculation, deliveries, what is missing."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import aco_cli as aco
from aco_cli.engine.project import TYPES, Growth, guarded_benchmark, updated_benchmark

KNOWN = {
    "quality_score": "0.85",
    "quality_standard_met": "true",
    "msr_election": "0.01",
    "participant_revenue": "40000000",
}
COLUMNS = (
    *("aco_id", "performance_year", "quarter", "benchmark_delivery", "is_latest", "assigned_beneficiaries"),
    *("person_years", "updated_benchmark", "expenditure_per_capita", "savings_rate", "msr", "benchmark_total"),
    *("expenditure_total", "savings", "outcome", "settlement", "probability_earn", "probability_owe"),
    *("settlement_p05", "settlement_p95", "notes"),
)


@pytest.fixture(scope="session")
def reports(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "reports").glob("P.A9902*.xlsx"))


def rows_of(reports: list[Path], part: str, sheet: str) -> list[list[object]]:
    file = next(file for file in reversed(reports) if part in file.name)
    return CalamineWorkbook.from_path(file).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def after(rows: list[list[object]], section: str, column: int) -> list[float]:
    """The four figures below a section."""
    at = next(at for at, row in enumerate(rows) if str(row[0]).startswith(section))
    return [float(str(row[column])) for row in rows[at + 1 : at + 5]]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_benchmark_of_a_quarter_is_that_of_a_calculation_by_hand(reports: list[Path], number: int) -> None:
    """Cells by address of the made-up reports, and the algorithm step by step."""
    quarter = rows_of(reports, f"2025Q{number}", "Table_1-Aggregate_EU_Report")
    regional = rows_of(reports, f"2025Q{number}", "Table_2-Regional_Expenditures")
    annual = rows_of(reports, "AEXPU", "Table_1-Aggregate_EU_Report")
    adjusted = after(rows_of(reports, "BNMRK", "Table 1 - Historical Benchmark"), "[L]", 4)
    trend = after(rows_of(reports, "BNMRK", "Table 6 - ACPT"), "[F]", 3)
    spent = [after(quarter, "Total Expenditures", 3), after(annual, "Total Expenditures", 3)]
    around = [after(regional, "Regional Expenditures ($)", column) for column in (1 + number, 1)]
    national, region = ([now / then for now, then in zip(*both, strict=True)] for both in (spent, around))
    weight = after(regional, "National Weight", 1 + number)
    people = after(quarter, "Person Years", 1)
    blend = [c * w + f * (1 - w) for c, f, w in zip(national, region, weight, strict=True)]
    types = list(zip(people, blend, trend, adjusted, strict=True))
    both = [
        sum(n * ((1 - share) * i + share * j) * base for n, i, j, base in types) / sum(people) for share in (1 / 3, 0)
    ]
    found = aco.project(reports, change=KNOWN).table
    row = found[(found["quarter"] == f"Q{number}") & found["is_latest"]].iloc[0]
    assert row["updated_benchmark"] == pytest.approx(max(both), rel=1e-12)
    assert f"${both[0]:,.2f} with the prospective trend, ${both[1]:,.2f} without it" in row["notes"]
    total = float(str(next(r for r in quarter[13:] if r[0] == "Total")[1]))
    assert row["savings_rate"] == pytest.approx(1 - total / max(both), rel=1e-12)
    assert row["benchmark_total"] == pytest.approx(max(both) * sum(people), rel=1e-12)


def test_every_quarter_stands_beside_every_delivery(reports: list[Path]) -> None:
    """The March delivery has no ACPT, which an agreement from 2024 on needs."""
    found = aco.project(reports, change=KNOWN).table
    assert found[["quarter", "benchmark_delivery", "is_latest"]].to_numpy().tolist() == [
        [quarter, delivery, delivery == "250618"] for quarter in ("Q1", "Q2", "Q3") for delivery in ("250314", "250618")
    ]
    assert set(found.loc[~found["is_latest"], "outcome"]) == {"not-calculable"}
    assert found.loc[~found["is_latest"], "notes"].str.contains("ACPT").all()
    latest = found[found["is_latest"]]
    assert set(latest["outcome"]) == {"earned"}
    assert (latest["settlement_p05"] < latest["settlement"]).all()
    assert (latest["settlement"] < latest["settlement_p95"]).all()


def test_what_is_missing_is_named(reports: list[Path]) -> None:
    without = aco.project([file for file in reports if "AEXPU" not in file.name]).table
    assert without["notes"].str.contains("the annual report \\(AEXPU\\) of benchmark year 3").all()
    unknown = aco.project(reports).table
    assert unknown.loc[unknown["is_latest"], "notes"].str.contains("msr_election").all()
    with pytest.raises(aco.errors.UsageError, match=r"BNMRK.*QEXPU"):
        aco.project([file for file in reports if "QEXPU" not in file.name])
    with pytest.raises(aco.errors.InputError, match="a benchmark report"):
        aco.project([*reports, next(reports[0].parent.glob("*STLMT*"))])


def test_a_roster_brings_what_reports_lack(reports: list[Path], tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    head = "aco_id,program,track,assigned_beneficiaries,performance_year"
    roster.write_text(f"{head},{','.join(KNOWN)}\nA9902,mssp,basic-e,12000,2025,{','.join(KNOWN.values())}\n")
    given, brought = aco.project(reports, change=KNOWN).table, aco.project(reports, roster=roster).table
    assert brought["settlement"].equals(given["settlement"])


def test_growth_of_nothing_gives_the_adjusted_benchmark_and_the_guardrail_the_higher() -> None:
    flat = dict.fromkeys(TYPES, 100.0)
    people = dict(zip(TYPES, (1.0, 2.0, 3.0, 4.0), strict=True))
    growth = Growth(flat, (flat, flat), (flat, flat), dict.fromkeys(TYPES, 0.1), people, dict.fromkeys(TYPES, 0.9))
    assert updated_benchmark(growth) == pytest.approx(100.0)
    assert guarded_benchmark(growth, 0.5) == (pytest.approx(95.0), pytest.approx(100.0))


def test_the_command_writes_the_columns_of_the_contract(aco, reports: list[Path], tmp_path: Path) -> None:
    for file in reports:
        shutil.copy(file, tmp_path / file.name)
    words = [word for name, value in KNOWN.items() for word in ("--set", f"{name}={value}")]
    done = aco("project", tmp_path, *words, "--draws", "200")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.returncode == 0
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 6
    assert "not risk adjusted" in done.stderr
