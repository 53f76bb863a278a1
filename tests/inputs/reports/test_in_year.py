"""Reports of a running year as figures by type: the benchmark report, and expenditure reports of years and quarters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.reports.in_year import Benchmark, Utilization, read_in_year

Book = Callable[..., str]
Rows = list[list[object]]
Sheets = dict[str, Rows]

TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
LABELS = ("End Stage Renal Disease", "Disabled", "Aged/Dual", "Aged/Non-Dual")
SPENT = "Total Expenditures by Assigned Beneficiary Medicare Enrollment Type"
PERSON_YEARS = "Person Years by Assigned Beneficiary Medicare Enrollment Type"
BNMRK = "P.A9.ACO.BNMRK.D250618.T1.xlsx"
QEXPU = "P.A9.ACO.QEXPU.2025Q2.D250819.T1.xlsx"


def types(*rows: list[object]) -> Rows:
    """A row of each type with these cells."""
    return [[label, *cells] for label, cells in zip(LABELS, rows, strict=True)]


def benchmark_sheets() -> Sheets:
    return {
        "Cover": [["A9, Example ACO"], ["Historical Benchmark Report, Performance Year 2025"]],
        "Parameters": [
            ["Parameters"],
            ["ACO Track", "BASIC Level E"],
            ["ACO Agreement Period", 2],
            ["Agreement Start Date", "01/01/2024"],
        ],
        "Table 1": [
            ["Table 1: Historical Benchmark"],
            ["", "BY1", "BY2", "BY3", "Benchmark"],
            ["[B] Per Capita Expenditures ($)"],
            *types([1.5, 2.5, 11.5, "-"], [1.5, 2.5, 12.5, "-"], [1.5, 2.5, 13.5, "-"], [1.5, 2.5, 14.5, "-"]),
            ["[K] Historical Benchmark Expenditures After Adjustment, first ($)"],
            *types(["", "", "", 1.5], ["", "", "", 2.5], ["", "", "", 3.5], ["", "", "", 4.5]),
            ["[L] Historical Benchmark Expenditures After Adjustments ($)"],
            *types(["", "", "", 21.5], ["", "", "", 22.5], ["", "", "", 23.5], ["", "", "", 24.5]),
            ["[M] Benchmark", "", "", "", 99.5],
        ],
        "Table 6": [
            ["Table 6: ACPT"],
            ["", "BY3", "PY1", "PY2"],
            ["[F] ACPT"],
            *types([1.5, 1.25, 2.5], [1.5, 1.5, 2.5], [1.5, 1.75, "-"], [1.5, 2.5, 2.5]),
        ],
    }


def expenditure_sheets(*, quarterly: bool = True) -> Sheets:
    sheets: Sheets = {
        "About": [["Parameters"], ["ACO Track", "BASIC Level E"], ["Number", 5]],
        "One": [
            ["Table 1"],
            ["Aggregate Expenditure and Utilization Report"],
            ["", "ACO-Specific", "All MSSP ACOs", "National Assignable FFS 12-Month"],
            ["Total Assigned Beneficiaries", 12963.0, 21400.0, "-"],
            ["Number of ACOs", "-", 476.0, "-"],
            [PERSON_YEARS],
            *types([118.5, 1.5, "-"], [1473.5, 1.5, "-"], [1011.5, 1.5, "-"], [9981.5, 1.5, "-"]),
            ["Total", 12585.5, 1.5, "-"],
            [SPENT],
            *types([96785.5, 1.5, 92278.5], [13399.5, 1.5, 13197.5], [22409.5, 1.5, 20494.5], [12485.5, 1.5, 12124.5]),
            ["Total", 14185.5, 1.5, 13200.5],
            [],
            ["Component Expenditures"],
            ["Total", 1.5, 2.5, 3.5],
        ],
    }
    if quarterly:
        sheets["Two"] = [
            ["Table 2"],
            ["", "Benchmark Year 3", "Q1", "Q2", "Q3", "Q4"],
            ["Regional Expenditures ($)"],
            *types([1.5, 11.5, 21.5], [2.5, 12.5, 22.5], [3.5, 13.5, 23.5], [4.5, 14.5, 24.5]),
            ["National Weight"],
            *types([0.1, 0.11, 0.21], [0.2, 0.12, 0.22], [0.3, 0.13, 0.23], [0.4, 0.14, 0.24]),
        ]
    return sheets


def by_type(*values: float) -> dict[str, float]:
    return dict(zip(TYPES, values, strict=True))


def benchmark_of(file: str) -> Benchmark:
    ((found,), others) = read_in_year([file])
    assert others == []
    return found


def utilization_of(file: str) -> Utilization:
    (benchmarks, (found,)) = read_in_year([file])
    assert benchmarks == []
    return found


def problems_of(*files: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_in_year(files)
    return [str(problem) for problem in caught.value.problems]


def test_a_benchmark_report_says_dollars_and_trends_by_type(book: Book) -> None:
    """The last benchmark after adjustments counts, and prospective trends of the years that have all types."""
    file = book(benchmark_sheets(), BNMRK)
    assert benchmark_of(file) == Benchmark(
        *(file, "250618", "A9", "Example ACO", 2025, "BASIC Level E", pd.Timestamp("2024-01-01"), 2.0),
        adjusted=by_type(21.5, 22.5, 23.5, 24.5),
        spent=by_type(11.5, 12.5, 13.5, 14.5),
        trends={"BY3": by_type(1.5, 1.5, 1.5, 1.5), "PY1": by_type(1.25, 1.5, 1.75, 2.5)},
    )


@pytest.mark.parametrize(
    ("name", "delivery", "is_dated"),
    [
        (BNMRK, "250618", True),
        ("P.A9.D259999.xlsx", "259999", False),
        ("P.A9.D250230.xlsx", "250230", False),
        ("report.xlsx", "", False),
    ],
)
def test_the_day_of_delivery_is_in_the_name_of_the_file(book: Book, name: str, delivery: str, is_dated: bool) -> None:
    found = benchmark_of(book(benchmark_sheets(), name))
    assert (found.delivery, found.is_dated) == (delivery, is_dated)


def test_a_quarterly_report_says_what_its_last_quarter_holds(book: Book) -> None:
    file = book(expenditure_sheets(), QEXPU)
    assert utilization_of(file) == Utilization(
        *(file, "A9", 2025, 12963.0, 14185.5),
        person_years=by_type(118.5, 1473.5, 1011.5, 9981.5),
        spent=by_type(96785.5, 13399.5, 22409.5, 12485.5),
        national=by_type(92278.5, 13197.5, 20494.5, 12124.5),
        quarter="Q2",
        regional_before=by_type(1.5, 2.5, 3.5, 4.5),
        regional=by_type(21.5, 22.5, 23.5, 24.5),
        national_weight=by_type(0.21, 0.22, 0.23, 0.24),
    )


@pytest.mark.parametrize("section", [2, 7])
def test_one_of_the_sections_of_a_quarter_may_lag(book: Book, section: int) -> None:
    sheets = expenditure_sheets()
    for row in sheets["Two"][section + 1 : section + 5]:
        row.pop()
    found = utilization_of(book(sheets, QEXPU))
    first, last = (0.11, 0.21) if section == 7 else (11.5, 21.5)
    assert found.quarter == "Q2"
    lags, other = (found.national_weight, found.regional) if section == 7 else (found.regional, found.national_weight)
    assert (lags["esrd"], last) == (first, last)
    assert other["esrd"] in (21.5, 0.21)


def test_an_annual_report_has_no_quarter_and_its_name_may_say_nothing(book: Book) -> None:
    found = utilization_of(book(expenditure_sheets(quarterly=False), "annual.xlsx"))
    assert (found.aco_id, found.performance_year, found.quarter, found.regional) == (None, None, "", {})
    assert (found.assigned, found.total, found.regional_before, found.national_weight) == (12963.0, 14185.5, {}, {})
    assert utilization_of(book(expenditure_sheets(), "quarter.xlsx")).quarter == "Q2"
    assert utilization_of(book(expenditure_sheets(quarterly=False), "P.A9.AEXPU.xlsx")).aco_id == "A9"


START = "a date as agreement start and a number as agreement period in sheet Parameters, found"
TITLE = "Historical Benchmark Report"
SPENT_BY, REGIONAL = "sheet One, Total Expenditures by,", "sheet Two, Regional Expenditures ($),"


def none_of(names: str, where: str) -> str:
    return f"expected figures in {where}, found none of {names}; get it again"


@pytest.mark.parametrize(
    ("sheet", "at", "row", "problem"),
    [
        ("Cover", 0, ["Care"], f"expected the ACO on the cover, found Care / {TITLE}, Performance Year 2025"),
        ("Cover", 1, [TITLE], f"expected the performance year on the cover, found A9, Example ACO / {TITLE}"),
        ("Parameters", 1, [], "expected the parameter ACO Track, found none in sheet Parameters; get it again"),
        ("Parameters", 2, ["ACO Agreement Period", "second"], f"expected {START} 01/01/2024 and second"),
        ("Parameters", 3, ["Agreement Start Date", "soon"], f"expected {START} soon and 2"),
        ("Table 1", 3, ["ESRD", 1.5, 2.5, "-", "-"], none_of("ESRD", "table 1, [B], BY3")),
        ("Table 1", 13, ["ESRD"], none_of("ESRD", "table 1, [L]")),
        ("Table 1", 16, ["Aged/non-dual", "", "", "", "word"], none_of("Aged/non-dual", "table 1, [L]")),
        ("One", 3, ["All"], "missing Total Assigned Beneficiaries in sheet One, ACO-Specific; get it again"),
        ("One", 16, ["Total", "-"], f"missing Total in {SPENT_BY} ACO-Specific; get it again"),
        ("One", 7, ["Disabled", "-"], none_of("Disabled", "sheet One, Person Years by, ACO-Specific")),
        ("One", 12, ["ESRD", 5.5], none_of("ESRD", f"{SPENT_BY} National Assignable FFS")),
        (
            *("One", 11, ["Expenditures"]),
            "expected a benchmark report (BNMRK) or an expenditure report (AEXPU, QEXPU) of CMS, found another file",
        ),
        (
            *("One", 17, ["Total", 14185.75]),
            f"expected one figure of total in {SPENT_BY} acospecific, found 14185.5 and 14185.75",
        ),
        (
            *("One", 4, ["Total Assigned Beneficiaries", 5.5]),
            "expected one figure of totalassignedbeneficiaries in sheet One, acospecific, found 12963.0 and 5.5",
        ),
        ("Two", 2, ["Regional"], "missing a sheet with Regional Expenditures ($); get it again"),
        ("Two", 3, ["ESRD", "", 11.5, 21.5], none_of("ESRD", f"{REGIONAL} Benchmark Year 3")),
        ("Two", 4, ["Disabled", 2.5, 12.5], none_of("Disabled", f"{REGIONAL} Q2")),
        (
            *("Two", 7, ["Weight"]),
            none_of("ESRD, Disabled, Aged/dual, Aged/non-dual", "sheet Two, National Weight, Q1"),
        ),
        (
            "About",
            2,
            ["Number", "#N/A"],
            "column 2 of sheet About: expected a value, found #N/A, an error of the spreadsheet",
        ),
    ],
)
def test_what_a_report_lacks_is_told(book: Book, sheet: str, at: int, row: list[object], problem: str) -> None:
    sheets = next(each for each in (benchmark_sheets(), expenditure_sheets()) if sheet in each)
    sheets[sheet][at] = row
    file = book(sheets, QEXPU)
    assert problems_of(file) == [f"{file}{', row 3, ' if problem.startswith('column') else ': '}{problem}"]


def test_a_quarterly_report_before_its_first_quarter_lacks_that(book: Book) -> None:
    sheets = expenditure_sheets()
    sheets["Two"] = [row[:2] for row in sheets["Two"]]
    file, types_of_all = book(sheets, QEXPU), "ESRD, Disabled, Aged/dual, Aged/non-dual"
    assert problems_of(file) == [f"{file}: {none_of(types_of_all, f'{REGIONAL} Q1')}"]


def test_a_figure_that_stands_twice_alike_is_one(book: Book) -> None:
    sheets = expenditure_sheets()
    sheets["One"][17] = ["Total", 14185.5, 2.5]
    assert utilization_of(book(sheets)).total == 14185.5


def test_a_benchmark_report_without_a_benchmark_is_refused(book: Book) -> None:
    sheets = benchmark_sheets()
    sheets["Table 1"] = sheets["Table 1"][:7]
    file = book(sheets)
    assert problems_of(file) == [f"{file}: missing Historical Benchmark Expenditures After Adjustment in table 1"]


def test_all_problems_of_all_reports_are_told(book: Book, tmp_path: Path) -> None:
    del (broken := benchmark_sheets())["Parameters"]
    first, good = book(broken, "1.xlsx"), book(benchmark_sheets(), "2.xlsx")
    (tmp_path / "3.csv").write_text("a,b\n1,2\n")
    last = str(tmp_path / "3.csv")
    told = problems_of(first, good, last)
    assert [each.partition(":")[0] for each in told] == [first, last]
    assert told[1].endswith("found another file")
