"""The year projected from in-year reports: the benchmark by an independent calculation, deliveries, what is missing."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import aco_cli as aco
from aco_cli.engine.members import TYPES
from aco_cli.engine.project import Growth, guarded_benchmark

ROOT = Path(__file__).parents[2]
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
    without_quality = aco.project(reports, change={"msr_election": "0.01"}, draws=200).table
    assert without_quality["notes"].str.contains("quality_standard_met is missing|ACPT").all()
    assert without_quality["probability_earn"].isna().all()
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
    roster.write_text(roster.read_text().replace(",2025,", ",2024,"))
    assert aco.project(reports, roster=roster).table["settlement"].isna().all()


def blank(label: str, sheet: str, section: str) -> Callable[[dict[str, list[list[object]]]], None]:
    """Takes the figures out of a row of a section."""

    def change(sheets: dict[str, list[list[object]]]) -> None:
        rows = sheets[sheet]
        first = next(at for at, row in enumerate(rows) if str(row[0]).startswith(section))
        row = next(row for row in rows[first:] if row[0] == label)
        row[1:] = ["\u2013"] * (len(row) - 1)

    return change


AGGREGATE, REGIONAL = "Table_1-Aggregate_EU_Report", "Table_2-Regional_Expenditures"


@pytest.mark.parametrize(
    ("part", "row"),
    [
        ("QEXPU.2025Q2", ("Disabled", AGGREGATE, "Person Years")),
        ("QEXPU.2025Q2", ("Aged/Dual", AGGREGATE, "Total Expenditures")),
        ("QEXPU.2025Q2", ("Total", AGGREGATE, "Total Expenditures")),
        ("QEXPU.2025Q2", ("Total Assigned Beneficiaries", AGGREGATE, "Total")),
        ("QEXPU.2025Q2", ("Aged/Non-Dual", REGIONAL, "Regional Expenditures ($)")),
        ("QEXPU.2025Q2", ("End Stage Renal Disease", REGIONAL, "National Weight")),
        ("AEXPU", ("End Stage Renal Disease", AGGREGATE, "Total Expenditures")),
        ("BNMRK.D250618", ("ESRD", "Table 1 - Historical Benchmark", "[L]")),
        ("BNMRK.D250618", ("Aged/dual", "Table 1 - Historical Benchmark", "[B]")),
    ],
)
def test_a_report_without_a_figure_is_refused_by_its_name(reports, rewritten, part: str, row: tuple[str, ...]) -> None:
    """Growth of three types is not that of four."""
    original = next(file for file in reports if part in file.name)
    with pytest.raises(aco.errors.InputError) as caught:
        aco.project([*(file for file in reports if file != original), rewritten(original, blank(*row))])
    (problem,) = caught.value.problems
    assert original.name in problem.file
    label = row[0].replace("End Stage Renal Disease", "ESRD").lower()
    assert label in f"{problem.expected} {problem.found}".lower()
    assert problem.found.count(",") == 0


def test_a_quarter_without_regional_figures_is_refused(reports, rewritten) -> None:
    original = next(file for file in reports if "2025Q3" in file.name)
    changed = rewritten(original, lambda sheets: sheets.pop(REGIONAL))
    with pytest.raises(aco.errors.InputError, match="Regional Expenditures"):
        aco.project([*(file for file in reports if file != original), changed])


def test_quarters_of_another_year_or_aco_are_left_out_and_said(reports, rewritten) -> None:
    expected = aco.project(reports, change=KNOWN).table
    original = next(file for file in reports if "2025Q3" in file.name)
    others = [rewritten(original, name=original.name.replace(*pair)) for pair in (("2025Q", "2024Q"), ("9902", "9903"))]
    found = aco.project([*reports, *others], change=KNOWN)
    assert found.table.equals(expected)
    assert [each.code for each in found.warnings] == ["unpaired"] * 2
    assert {Path(str(each).partition(": left out")[0]).name for each in found.warnings} == {
        each.name for each in others
    }


def test_reports_whose_names_say_nothing_are_those_of_the_only_aco_and_year(reports, rewritten) -> None:
    """The folder they stand in is no part of the name."""
    renamed = [
        rewritten(file, name=f"{number}.xlsx") for number, file in enumerate(reports) if "250314" not in file.name
    ]
    found = aco.project(renamed, change=KNOWN).table
    assert found["quarter"].tolist() == ["Q1", "Q2", "Q3"]
    assert found["is_latest"].all()
    named = aco.project(reports, change=KNOWN).table
    assert found["settlement"].tolist() == named.loc[named["is_latest"], "settlement"].tolist()


def test_a_placeholder_is_no_day_of_delivery(reports, rewritten) -> None:
    original = next(file for file in reports if "D250314" in file.name)
    placeholder = rewritten(original, name=original.name.replace("D250314", "D259999"))
    files = [placeholder if file == original else file for file in reports]
    found = aco.project(files, change=KNOWN).table
    assert set(found.loc[found["is_latest"], "benchmark_delivery"]) == {"250618"}
    unknown = aco.project([file for file in files if "D250618" not in file.name or "BNMRK" not in file.name]).table
    assert unknown["is_latest"].all()


def test_the_weight_of_the_trend_is_told_with_its_status(reports) -> None:
    found = aco.project(reports, change=KNOWN).table
    told = found.loc[found["is_latest"], "notes"]
    assert told.str.contains("weight of the trend 0.3333 (published, 42 CFR 425.652(b))", regex=False).all()


@pytest.mark.parametrize("value", ["", "soon"])
def test_an_agreement_period_that_is_no_number_is_refused(reports, rewritten, value: str) -> None:
    def change(sheets: dict[str, list[list[object]]]) -> None:
        next(row for row in sheets["Parameters"] if row[0] == "ACO Agreement Period")[1] = value

    original = next(file for file in reports if "D250618" in file.name and "BNMRK" in file.name)
    with pytest.raises(aco.errors.InputError, match=r"(?i)agreement period"):
        aco.project([*(file for file in reports if file != original), rewritten(original, change)])


def test_only_what_reports_lack_may_be_set(reports: list[Path], shared_data: Path) -> None:
    with pytest.raises(aco.errors.UsageError, match="--set benchmark_total: expected one of track, msr_election"):
        aco.project(reports, change={"benchmark_total": "1"})
    public = shared_data / "mssp_puf_2024.csv"
    with pytest.raises(aco.errors.UsageError, match="--set benchmark_total: expected one of track, msr_election"):
        aco.project(public, 2025, change={"benchmark_total": "1"})
    with pytest.raises(aco.errors.UsageError, match=r"--roster .* public use files are complete"):
        aco.project(public, 2025, roster=public)
    with pytest.raises(aco.errors.UsageError, match="--set does not apply to --backtest"):
        aco.project(public, backtest=True, change=KNOWN)
    with pytest.raises(aco.errors.UsageError, match="--set quality_score: give the value itself"):
        aco.project(reports, change={"quality_score": "+5%"})


def test_growth_of_nothing_gives_the_adjusted_benchmark_and_the_guardrail_the_higher() -> None:
    flat = dict.fromkeys(TYPES, 100.0)
    people = dict(zip(TYPES, (1.0, 2.0, 3.0, 4.0), strict=True))
    for trend, expected in ((0.9, (100.0, 95.0, 100.0)), (1.1, (105.0, 105.0, 100.0)), (1.0, (100.0,) * 3)):
        weights = dict.fromkeys(TYPES, 0.1)
        growth = Growth(flat, (flat, flat), (flat, flat), weights, people, dict.fromkeys(TYPES, trend), 0.5)
        assert guarded_benchmark(growth) == pytest.approx(expected)


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


@pytest.mark.parametrize("kind", ["svg", "html"])
def test_a_chart_shows_quarters_benchmark_spending_and_corridor(
    aco, reports: list[Path], tmp_path: Path, kind: str
) -> None:
    """Every quarter of the latest delivery with its figures as the table has them, and the sentence of the last."""
    change = [option for name in KNOWN for option in given(name)]
    file = tmp_path / f"chart.{kind}"
    assert aco("project", *reports, *change, "-o", file).returncode == 0
    rows = csv.DictReader(io.StringIO(aco("project", *reports, *change).stdout))
    latest = [row for row in rows if row["is_latest"] == "true"]
    text = file.read_text("utf-8")
    for row in latest:
        for what, column in (("updated benchmark", "updated_benchmark"), ("spending", "expenditure_per_capita")):
            assert f"{what} {row['quarter']}: ${float(row[column]):,.0f}" in text
        assert f">${float(row['settlement']) / 1e6:.1f}M<" in text
    assert f"As of {latest[-1]['quarter']} 2025, A9902 spends {float(latest[-1]['savings_rate']):.1%} less" in text
    assert "between minimum savings rate and loss rate" in text


def test_what_cannot_be_drawn_says_why(aco, reports: list[Path], shared_data: Path, tmp_path: Path) -> None:
    march = [file for file in reports if "D250618.T1405028.xlsx" not in file.name or "AEXPU" in file.name]
    open_year = aco("project", *march, "-o", tmp_path / "chart.svg")
    assert (open_year.returncode, "nothing to draw: not-calculable: ACPT" in open_year.stderr) == (3, True)
    public = aco("project", "2025", shared_data / "mssp_puf_2024.csv", "-o", tmp_path / "chart.svg")
    assert (public.returncode, "charts are of in-year reports" in public.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_said_once_for_each_delivery(aco, reports: list[Path], tmp_path: Path) -> None:
    """A narrow terminal has no room for the notes of the rows."""
    for more in ((), ("-o", tmp_path / "chart.svg")):
        done = aco("project", *reports, *given("msr_election"), *given("quality_score"), *more)
        told = [line for line in done.stderr.splitlines() if "not-calculable" in line]
        assert told == ["A9902, delivery 250314: not-calculable: ACPT (table 6 of the benchmark report, PY2)"]


def test_next_year_is_sorted_and_limited(aco, shared_data: Path) -> None:
    file = shared_data / "mssp_puf_2023.csv"
    found = aco("project", "2024", file, "--sort", "-savings_rate", "--limit", "3", "--columns", "aco_id,savings_rate")
    rates = [float(row["savings_rate"]) for row in csv.DictReader(io.StringIO(found.stdout))]
    every = aco("project", "2024", file, "--columns", "savings_rate").stdout.splitlines()[1:]
    assert rates == sorted(map(float, filter(None, every)), reverse=True)[:3]


def test_documents_show_what_is_printed(aco, reports: list[Path]) -> None:
    """The output of the documents on the made-up reports."""
    shown = re.findall(r"```text\n(.*?)```", (ROOT / "docs" / "projection.md").read_text("utf-8"), re.DOTALL)
    names = "quarter,benchmark_delivery,updated_benchmark,savings_rate,outcome,settlement,settlement_p05,settlement_p95"
    known = [option for name in ("msr_election", "quality_score", "quality_standard_met") for option in given(name)]
    table = aco("project", *reports, *known, "--columns", names, "--format", "table").stdout.splitlines()
    assert [line.rstrip().replace("─", "-") for line in table][:8] == shown[0].splitlines()
    report = next(reports[0].parent.glob("*STLMT*"))
    told = aco("reconcile", report.name, cwd=report.parent).stderr
    assert f"```text\n{told}```" in (ROOT / "docs" / "reports.md").read_text("utf-8")


def given(name: str) -> tuple[str, str]:
    return "--set", f"{name}={KNOWN[name]}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("Disabled", "1_1000"), "none of Disabled"),
        (("Disabled", "inf"), "none of Disabled"),
        (("End Stage Renal Disease", 1.0), "one figure of endstagerenaldisease"),
    ],
)
def test_a_figure_that_is_none_or_stands_twice_is_refused(reports, rewritten, change, message: str) -> None:
    """In the dollars of the annual report; a row that is there twice with another figure is no one's choice."""
    row_label, value = change
    annual = next(file for file in reports if "AEXPU" in file.name)

    def spoil(sheets) -> None:
        rows = sheets["Table_1-Aggregate_EU_Report"]
        start = next(at for at, row in enumerate(rows) if str(row[0]).startswith("Total Expenditures by"))
        at = next(at for at in range(start, len(rows)) if rows[at][0] == row_label)
        row = [row_label, *([value] * (len(rows[at]) - 1))]
        rows[at : at + (not message.startswith("one figure"))] = [row]

    with pytest.raises(aco.InputError, match=message):
        aco.project([*(file for file in reports if file != annual), rewritten(annual, spoil)])
