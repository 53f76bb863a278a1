"""Figures of CMS's reports by table, letter, period and type, wherever they stand; and what is refused of a report."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.reports.figures import Place, Printed, Report, key, kind_of_report, number_of, read_report

Book = Callable[..., str]

TYPES = {"esrd": "ESRD", "disabled": "Disabled", "aged-dual": "Aged/dual", "aged-nondual": "Aged/non-dual"}
COVER = [["", ""], ["A99, Care, Inc. "], ["Historical Benchmark Report, Performance Year 2025", "x"]]
TABLE = [
    ["Table 1: Historical Benchmark Determination"],
    ["Calculate", "BY1", "BY2", "", "Benchmark"],
    ["[A1] People", 5.0, 6.0, "", "\u2013"],
    ["[B] Dollars  ($)"],
    ["ESRD", 1.5, 2.5],
    [],
    ["End stage renal DISEASE ", 1.5],
    ["Aged/dual", "", "$1,000", "", 4],
    ["Total", "", "", "", "word"],
    ["[C] Benchmark", "", "", "", 7],
]


def problems_of(read: Callable[[], object]) -> list[str]:
    with pytest.raises(InputError) as caught:
        read()
    return [str(problem) for problem in caught.value.problems]


def figures(report: Report) -> dict[tuple[str, ...], object]:
    """The value of each figure, by table and letter and, where it has them, period and type."""
    return {
        tuple(filter(None, (f"{at.table} {at.letter}", at.period, at.enrollment_type))): printed.value
        for at, printed in report.figures.items()
    }


def test_figures_are_found_by_letter_column_and_type(book: Book) -> None:
    report = read_report(book({"Cover": COVER, "T": TABLE}), "bnmrk")
    assert figures(report) == {
        ("1 A1", "BY1"): 5.0,
        ("1 A1", "BY2"): 6.0,
        ("1 A1", "benchmark"): None,
        ("1 B", "BY1", "esrd"): 1.5,
        ("1 B", "BY2", "esrd"): 2.5,
        ("1 B", "BY2", "aged-dual"): 1000.0,
        ("1 B", "benchmark", "aged-dual"): 4.0,
        ("1 B", "benchmark", "all"): "word",
        ("1 C", "benchmark"): 7.0,
    }
    assert report.figures[Place("1", "A1", "BY1")] == Printed("People", 5.0)
    assert report.figures[Place("1", "B", "BY1", "esrd")] == Printed("Dollars ($)", 1.5)
    assert (report.unknown, report.remarks) == ([], [])
    assert report.number("1 A1", "BY2") == 6.0
    assert report.number("1 B", "BY2", "esrd") == 2.5
    assert report.number("1 A1", "benchmark") is None
    assert report.number("1 B", "BY1", "all") is None


def test_each_cell_of_a_figure_is_known_by_row_and_column(book: Book) -> None:
    """From 0, as a workbook is written; rows that hold something count from 1."""
    report = read_report(book({"Cover": COVER, "T": TABLE}), "bnmrk")
    cover, table = report.sheets
    assert (cover.title, cover.places, table.title) == ("Cover", {}, "T")
    assert [number for number, _ in cover.filled] == [2, 3]
    assert [number for number, _ in table.filled] == [1, 2, 3, 4, 5, 7, 8, 9, 10]
    assert table.filled[2] == (3, ["[A1] People", "5", "6", "", "\u2013"])
    assert table.places == {
        (2, 1): Place("1", "A1", "BY1"),
        (2, 2): Place("1", "A1", "BY2"),
        (2, 4): Place("1", "A1", "benchmark"),
        (4, 1): Place("1", "B", "BY1", "esrd"),
        (4, 2): Place("1", "B", "BY2", "esrd"),
        (6, 1): Place("1", "B", "BY1", "esrd"),
        (7, 2): Place("1", "B", "BY2", "aged-dual"),
        (7, 4): Place("1", "B", "benchmark", "aged-dual"),
        (8, 4): Place("1", "B", "benchmark", "all"),
        (9, 4): Place("1", "C", "benchmark"),
    }


def test_columns_are_named_by_the_row_with_most_names_or_by_a_section(book: Book) -> None:
    """The first of two with as many; what a section says of its own columns holds for its types alone."""
    rows = [
        ["Table 6"],
        ["", "Benchmark Year 3", "Performance Year"],
        ["", "BY3", "PY1", "PY2"],
        ["", "PY3", "PY4", "PY5"],
        ["[E] One", 1.0, 2.0, 3.0],
        ["[F] ACPT", "", "PY5"],
        ["ESRD", 1.0, 2.0, 3.0],
        ["[G] Words", "", "PY5"],
        ["[H] Other", 4.0],
        ["[I] Last", "", "PY4"],
        ["ESRD", "", 5.0],
    ]
    report = read_report(book({"Cover": COVER, "T": rows}), "bnmrk")
    assert figures(report) == {
        ("6 E", "BY3"): 1.0,
        ("6 E", "PY1"): 2.0,
        ("6 E", "PY2"): 3.0,
        ("6 F", "BY3", "esrd"): 1.0,
        ("6 F", "PY5", "esrd"): 2.0,
        ("6 F", "PY2", "esrd"): 3.0,
        ("6 G", "PY1"): "PY5",
        ("6 H", "BY3"): 4.0,
        ("6 I", "PY4", "esrd"): 5.0,
    }


def test_sheets_are_known_by_their_first_cells(book: Book) -> None:
    """Tables that are not used, and anything else, are kept as they stand."""
    sheets = {
        "a": [["", "Table 1"], ["[A] x", 1.0]],
        "b": [["Table 9: Else"], ["", "BY1"], ["[A] x", 1.0]],
        "c": [["Tables"], ["[A] x", 1.0]],
        "d": [[], ["", ""], ["Appendix  TABLE 6: ACPT"], ["", "PY1"], ["[A] x", 2.0]],
        "e": [["Cover"], [""], ["historical   BENCHMARK report", 5.0]],
        "f": [["Parameters of it"], ["Track", "", "BASIC"], ["", "x"], ["Dates"], ["Start ", "1/1"]],
    }
    report = read_report(book(sheets), "bnmrk")
    assert [sheet.title for sheet in report.sheets] == list("abcdef")
    assert figures(report) == {("6 A", "PY1"): 2.0}
    assert report.cover == ["Cover", "historical BENCHMARK report"]
    assert report.parameters == [("", "Track", "BASIC"), ("", "", "x"), ("Dates", "Start", "1/1")]
    assert report.sheets[1].rows == [["Table 9: Else", ""], ["", "BY1"], ["[A] x", "1"]]


def test_what_is_not_understood_is_told_and_left_out(book: Book) -> None:
    rows = [
        *TABLE,
        ["Hospice", 1.0, 2.0],
        ["", "", "", "", "a comment"],
        ["Disabled", 3.0, "", 4.0],
        ["[D] More", 5.0, "", 6.0],
    ]
    file = book({"Cover": COVER, "T": rows})
    report = read_report(file, "bnmrk")
    assert report.unknown == [
        "sheet T, row 11, Hospice",
        "sheet T, row 12, a comment",
        "sheet T, row 13, Disabled",
        "sheet T, row 14, [D] More",
    ]
    assert figures(report)["1 C", "BY1", "disabled"] == 3.0
    assert ("1 D", "BY1") in figures(report)
    (remark,) = report.remarks
    assert str(remark) == f"{file}: not understood and left out: {'; '.join(report.unknown)}"
    assert (remark.code, remark.is_note) == ("not_understood", False)


def test_one_figure_may_stand_twice_with_one_value(book: Book) -> None:
    again = [*TABLE[:5], ["ESRD", 1.5, 2.5], ["ESRD", 1.5, 3.0]]
    file = book({"T": again, "Cover": COVER})
    assert problems_of(lambda: read_report(file, "bnmrk")) == [
        f"{file}, row 7: expected one figure for ESRD BY2 in sheet T, found 2.5 and 3; leave one of them"
    ]


def test_cells_without_a_value_are_refused_in_sheets_that_are_read(book: Book) -> None:
    broken = [*TABLE, ["[D] x", "#REF!", "", "", "#N/A"]]
    file = book({"Cover": COVER, "T": broken, "Own": [["Our sheet", "#REF!"]]})
    words = "an error of the spreadsheet"
    assert problems_of(lambda: read_report(file, "bnmrk")) == [
        f"{file}, row 11, column 2 of sheet T: expected a value, found #REF!, {words}",
        f"{file}, row 11, column 5 of sheet T: expected a value, found #N/A, {words}",
    ]
    assert read_report(book({"Cover": COVER, "T": TABLE, "Own": [["Our sheet", "#REF!"]]}), "bnmrk").remarks == []


def test_parameters_are_found_under_their_heading(book: Book) -> None:
    rows = [
        ["Parameters"],
        ["Track", "E"],
        ["Window"],
        ["Year (1)", "a"],
        ["Expenditure"],
        ["Year 1", "b"],
        ["YEAR_1", "c"],
    ]
    file = book({"P": rows, "Cover": COVER})
    report = read_report(file, "bnmrk")
    assert report.parameter("year 1") == "a"
    assert report.parameter("Year 1", "expenditure") == "b"
    assert report.parameter("Track") == "E"
    fix = "none in sheet Parameters; get it again"
    assert problems_of(lambda: report.parameter("Start")) == [f"{file}: expected the parameter Start, found {fix}"]
    assert problems_of(lambda: report.parameter("Track", "Window")) == [
        f"{file}: expected the parameter Track under Window, found {fix}"
    ]


def test_the_cover_says_whose_a_report_is(book: Book) -> None:
    report = read_report(book({"Cover": COVER}), "bnmrk")
    assert report.aco == ("A99", "Care, Inc.")
    assert report.on_cover(re.compile(r"Year (\d+)"), "the year")[1] == "2025"
    title = "Historical Benchmark Report"
    file = book({"Cover": [["About"], [title]]})
    assert problems_of(lambda: read_report(file, "bnmrk").aco) == [
        f"{file}: expected the ACO on the cover, found About / {title}"
    ]
    empty = Report("f.xlsx", {})
    assert problems_of(lambda: empty.aco) == ["f.xlsx: expected the ACO on the cover, found no cover"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Financial Reconciliation Report, Performance Year 2022", "stlmt"),
        ("HISTORICAL BENCHMARK REPORT", "bnmrk"),
        ("Aggregate Expenditure and Utilization Report", "expu"),
        ("Roster", ""),
    ],
)
def test_a_report_is_known_by_its_title_in_any_sheet(book: Book, title: str, kind: str) -> None:
    assert kind_of_report(book({"a": [["x"]], "b": [[], ["y"], [f" {title} "]]})) == kind


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Aged/Non-Dual", "agednondual"),
        ("Regional Expenditures ($)", "regionalexpenditures"),
        ("Type [x] y", "type"),
        ("a_b", "ab"),
        ("[A] x", "ax"),
    ],
)
def test_labels_are_the_same_in_all_spellings(text: str, same: str) -> None:
    assert key(text) == same


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5.0),
        ("1,234.5", 1234.5),
        ("75%", 0.75),
        ("Yes", "Yes"),
        ("-", None),
        ("\u2013", None),
        ("\u2014", None),
        ("", ""),
    ],
)
def test_a_cell_is_a_number_a_word_or_does_not_apply(text: str, value: object) -> None:
    assert number_of(text) == value
