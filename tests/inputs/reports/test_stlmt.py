"""A settlement report as a roster row, expenditures by type and national figures; and what it must not lack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.reports.stlmt import ReportInputs, no_report, read_stlmt

Book = Callable[..., str]
Rows = list[list[object]]
Sheets = dict[str, Rows]

LABELS = ("ESRD", "Disabled", "Aged/dual", "Aged/non-dual")
TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
PERIODS = ("BY1", "BY2", "BY3", "PY")


def types(*columns: Sequence[object]) -> Rows:
    """A row of each type, of columns with a cell for each."""
    return [[label, *cells] for label, *cells in zip(LABELS, *columns, strict=True)]


def by_type(start: float) -> list[object]:
    return [start, start + 1, start + 2, start + 3]


def report() -> Sheets:
    """All that a settlement is computed from: in benchmark year n and type m most figures are so many tens and ones."""
    names = [f"{name} ({name[0]}Y{name[-1]})" for name in ("Benchmark Year 1", "Benchmark Year 2", "Benchmark Year 3")]
    names.append("Performance Year (PY)")
    windows: Rows = [[name, "10/01/2017 - 09/30/2018"] for name in names]
    dates: Rows = [[name, f"01/01/{year} - 12/31/{year}"] for year, name in enumerate(names, start=2019)]
    by_year = [by_type(10.5), by_type(20.5), by_type(30.5)]
    return {
        "Cover": [["A9, Example ACO"], ["Financial Reconciliation Report"], ["January 1, 2022 Agreement Start Date"]],
        "Parameters": [
            ["Parameters"],
            ["Performance Year for which ACO is Being Reconciled", "01/01/2022 - 12/31/2022"],
            ["Assignment Window"],
            *windows,
            ["Expenditure & Risk Score Period"],
            *dates,
            ["ACO Track", "ENHANCED"],
            ["ACO Agreement Period", "2"],
            ["ACO Agreement Period Subject to Regional Adjustment", "3"],
        ],
        "1": [
            ["Table 1"],
            ["", "BY1", "BY2", "BY3"],
            ["[A1] People", 101.5, 102.5, 103.5],
            ["[A2] Person Years", 1000.0, 2000.0, 3000.0],
            ["[B] Dollars"],
            *types(*by_year),
            ["[C] Score"],
            *types(*by_year),
            ["[H] Share"],
            *types(["-"] * 4, ["-", 0.5, "-", "-"], [0.125, 0.25, 0.375, 0.25]),
        ],
        "A3": [
            ["Table A3"],
            ["", "BY1", "BY2", "BY3", "PY"],
            ["[A] National"],
            *types(*by_year, by_type(40.5)),
            ["[C] Regional"],
            *types(*by_year, by_type(50.5)),
            ["[E] Weight"],
            *types(*[[0.1, 0.2, 0.3, 0.4]] * 4),
        ],
        "2": [["Table 2"], ["", "PY"], ["[B] Score"], *types(by_type(60.5))],
        "3": [
            ["Table 3"],
            ["", "Performance Year"],
            ["[A] People", 104.5],
            ["[B] Person Years", 4000.0],
            ["[C] Dollars"],
            *types(by_type(70.5)),
            ["[D] Share"],
            *types([0.25, 0.125, 0.125, 0.5]),
            ["[L] Minimum Savings Rate", 0.015],
            ["[R] Quality", 0.75],
            ["[S] Met", "Yes"],
            ["[AA] Revenue", 5e6],
            ["[DD] Affected share", 0.25],
            ["[EE] Affected time", 0.5],
        ],
    }


def read(book: Book, sheets: Sheets) -> ReportInputs:
    found = read_stlmt(book(sheets))
    assert found is not None
    return found


def changed(label: str, *cells: object, sheet: str = "3") -> Sheets:
    """The report with other cells in the first row whose label begins so; without the row where there are none."""
    sheets = report()
    at = next(at for at, row in enumerate(sheets[sheet]) if str(row[0]).startswith(label))
    sheets[sheet][at : at + 1] = [[sheets[sheet][at][0], *cells]] if cells else []
    return sheets


def problems_of(file: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_stlmt(file)
    return [str(problem) for problem in caught.value.problems]


def test_a_report_is_a_row_of_a_roster(book: Book) -> None:
    (row,) = read(book, report()).roster.to_dict("records")
    assert row == {
        "aco_id": "A9",
        "performance_year": "2022",
        "aco_name": "Example ACO",
        "program": "mssp",
        "track": "ENHANCED",
        "agreement_start": "January 1, 2022",
        "agreement_period": "2",
        "regional_period": "3",
        "assigned_beneficiaries": 104.5,
        "quality_score": 0.75,
        "quality_standard_met": "Yes",
        "participant_revenue": 5e6,
        "msr_election": "0.015",
        "euc_share": 0.125,
    }


@pytest.mark.parametrize("period", range(4))
def test_a_report_has_expenditures_by_period_and_type(book: Book, period: int) -> None:
    """Shares of a benchmark year that has none are those of the third; dates are of expenditures, not of assignment."""
    found = read(book, report())
    rows = found.expenditures.to_dict("records")[4 * period : 4 * period + 4]
    shares = [
        [0.125, 0.25, 0.375, 0.25],
        [0.125, 0.5, 0.375, 0.25],
        [0.125, 0.25, 0.375, 0.25],
        [0.25, 0.125, 0.125, 0.5],
    ]
    expected: list[dict[str, Any]] = [
        {
            "aco_id": "A9",
            "performance_year": "2022",
            "period": PERIODS[period],
            "calendar_year": str(2019 + period),
            "enrollment_type": kind,
            "assigned_beneficiaries": 101.5 + period,
            "person_years": 1000.0 * (period + 1) * shares[period][at],
            "per_capita_expenditure": (10.5, 20.5, 30.5, 70.5)[period] + at,
            "risk_score": (10.5, 20.5, 30.5, 60.5)[period] + at,
            "regional_expenditure": (10.5, 20.5, 30.5, 50.5)[period] + at,
            "national_weight": (at + 1) / 10,
        }
        for at, kind in enumerate(TYPES)
    ]
    assert rows == expected
    assert len(found.expenditures) == 16
    national = found.reference.to_dict("records")[4 * period : 4 * period + 4]
    assert national == [
        {
            "performance_year": "2022",
            "calendar_year": str(2019 + period),
            "enrollment_type": kind,
            "national_expenditure": (10.5, 20.5, 30.5, 40.5)[period] + at,
        }
        for at, kind in enumerate(TYPES)
    ]


@pytest.mark.parametrize(
    ("rate", "election"),
    [
        *((rate, str(rate)) for rate in (0.0, 0.005, 0.01, 0.015, 0.02)),
        ("2%", "0.02"),
        (0.01 + 1e-10, str(0.01 + 1e-10)),
        (0.01 + 1e-8, "sliding"),
        (1e-9, "sliding"),
        (0.025, "sliding"),
        (0.0311, "sliding"),
        (1.0, "sliding"),
        ("none", "sliding"),
    ],
)
def test_a_minimum_rate_that_may_be_elected_was_elected(book: Book, rate: object, election: str) -> None:
    assert read(book, changed("[L]", rate)).roster["msr_election"].tolist() == [election]


@pytest.mark.parametrize("label", ["[DD]", "[EE]"])
def test_a_share_of_disasters_needs_people_and_time(book: Book, label: str) -> None:
    assert read(book, changed(label, "-")).roster["euc_share"].tolist() == [None]
    assert read(book, changed(label)).roster["euc_share"].tolist() == [None]


def test_person_years_need_their_total_and_a_share(book: Book) -> None:
    rows = read(book, changed("[A2]", 1000.0, "-", 3000.0, sheet="1")).expenditures
    assert rows.loc[rows["period"] == "BY2", "person_years"].isna().all()
    assert rows.loc[rows["period"] == "BY3", "person_years"].tolist() == [375.0, 750.0, 1125.0, 750.0]
    sheets = report()
    sheets["3"][11] = ["Disabled", "-"]
    rows = read(book, sheets).expenditures
    years = rows.loc[rows["period"] == "PY", "person_years"]
    assert years.isna().tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("sheets", "problem"),
    [
        (changed("[A1]", sheet="1"), "found no 1 A1 (table and letter)"),
        (changed("[A1]", "-", "-", "-", sheet="1"), "found no 1 A1 (table and letter)"),
        ({**report(), "2": [["x"]], "A3": [["x"]]}, "found no 2 B, A3 A, A3 C, A3 E (table and letter)"),
        (changed("[A]"), "found no 3 A (table and letter)"),
        (changed("[L]"), "found no 3 L (table and letter)"),
    ],
)
def test_figures_that_are_needed_are_all_named(book: Book, sheets: Sheets, problem: str) -> None:
    file = book(sheets)
    expected = "expected the inputs of a CMS settlement report (STLMT)"
    assert problems_of(file) == [f"{file}: {expected}, {problem}; get it again"]


@pytest.mark.parametrize("label", ["[R]", "[S]", "[AA]"])
def test_figures_that_a_roster_may_leave_out_are_not_needed(book: Book, label: str) -> None:
    assert len(read(book, changed(label)).roster) == 1


@pytest.mark.parametrize("period", ["01/01/2021 - 12/31/2022", "2022", "1/1/22 - 12/31/22"])
def test_a_period_is_of_one_calendar_year(book: Book, period: str) -> None:
    file = book(changed("Performance Year for", period, sheet="Parameters"))
    assert problems_of(file) == [f"{file}: expected a period of one calendar year in Parameters, found {period!r}"]


def test_a_cover_says_when_the_agreement_started(book: Book) -> None:
    file = book({**report(), "Cover": [["A9, Example ACO"], ["Financial Reconciliation Report"]]})
    found = "A9, Example ACO / Financial Reconciliation Report"
    assert problems_of(file) == [f"{file}: expected the agreement start date on the cover, found {found}"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Historical Benchmark Report", "a benchmark report (BNMRK)"),
        ("Aggregate Expenditure and Utilization Report", "an expenditure report (AEXPU, QEXPU)"),
    ],
)
def test_another_report_of_cms_is_named_with_the_command_that_takes_it(book: Book, title: str, kind: str) -> None:
    file = book({"Cover": [[title]]})
    expected = "expected a roster, a public use file or a settlement report (STLMT) of CMS"
    assert problems_of(file) == [f"{file}: {expected}, found {kind} of CMS; aco project takes it, without YEAR"]


def test_another_file_is_no_report(book: Book) -> None:
    file = book({"Cover": [["Roster"]]})
    assert read_stlmt(file) is None
    assert no_report(file) == Problem(file, "a settlement report (STLMT) of CMS", "another file", unread=True)
