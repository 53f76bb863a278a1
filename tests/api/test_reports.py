"""CMS's settlement report: read by table, letter, type and column, recomputed to the last digit, used as a roster."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import aco_cli as aco

Sheets = dict[str, list[list[object]]]
Change = Callable[[Sheets], object]
T1, A3, T2, T3 = (
    "Table 1 - Historical Benchmark",
    "Table A3 - Trend & Update",
    "Table 2 - Updated Benchmark",
    "Table 3 - Shared Savings Losses",
)


# What follows from figures that do not lead to the payment.
ENDS = {(T3, "Y"): "no other figures", (T1, "I"): "no other figures", (T1, "S"): "2 [A]"}
ENDS |= {(T3, "G"): "3 [H], 3 [I]"}  # and neither [G] itself nor what comes before it


@pytest.fixture(scope="session")
def original(shared_data: Path) -> Path:
    return next((shared_data / "reports").glob("*STLMT*.xlsx"))


@pytest.fixture
def report(original: Path, rewritten: Callable[..., Path]) -> Callable[[Change], Path]:
    """The made-up report of CMS's layout, changed."""
    return lambda change: rewritten(original, change, "report.xlsx")


def cell(sheets: Sheets, sheet: str, letter: str, below: int = 0) -> tuple[list[object], int]:
    """The row of a section, or one below it, and the place of its last number."""
    rows = sheets[sheet]
    at = next(at for at, row in enumerate(rows) if str(row[0]).startswith(f"[{letter}]")) + below
    return rows[at], max(place for place, value in enumerate(rows[at]) if isinstance(value, float))


def times(sheet: str, letter: str, below: int, factor: float) -> Change:
    def change(sheets: Sheets) -> None:
        row, place = cell(sheets, sheet, letter, below)
        row[place] = float(row[place]) * factor  # type: ignore[arg-type]

    return change


def test_a_right_report_is_said_to_be_right(original: Path) -> None:
    found = aco.reconcile(original)
    assert set(found.table["class"]) == {"exact"}
    assert len(found.table) > 190
    assert found.table["difference"].abs().max() < 1e-6 * found.table["published"].abs().max()
    assert any("the report is arithmetically right" in each.message for each in found.notices)
    assert list(found.table) == [
        *("table", "letter", "line", "period", "enrollment_type", "published", "recomputed", "difference", "class")
    ]


@pytest.mark.parametrize(
    ("sheet", "letter", "below"),
    [
        *((T1, letter, 1) for letter in "DEFGKLOPQR"),
        *((T1, letter, 0) for letter in "IMNS"),
        *((A3, letter, 4) for letter in "BDFG"),
        *((T2, letter, 2) for letter in "ACDEF"),
        (T2, "H", 0),
        *((T3, letter, 0) for letter in "EFGHIJNOQTVWXY"),
    ],
)
def test_a_figure_that_does_not_follow_is_named(report, sheet: str, letter: str, below: int) -> None:
    found = aco.reconcile(report(times(sheet, letter, below, 1.001)))
    wrong = found.table[found.table["class"] == "unexplained"]
    assert [(each.table, each.letter) for each in wrong.itertuples()] == [(sheet.split()[1], letter)]
    (told,) = (each.message for each in found.notices if each.code == "report")
    assert f"the first figure that does not follow is [{letter}]" in told
    follow = told.partition("on it depend ")[2].partition("; ")[0]
    assert ENDS.get((sheet, letter), "3 [Y]") in follow
    assert follow.startswith(ENDS.get((sheet, letter), ""))
    assert sheet != T3 or f"3 [{letter}]" not in follow


def test_what_depends_on_a_wrong_input_and_the_dollars_at_stake_are_told(report) -> None:
    """A wrong regional expenditure is wrong in all that CMS's own figures are right in."""
    found = aco.reconcile(report(times(A3, "C", 4, 1.01)))
    (told,) = (each.message for each in found.notices if each.code == "report")
    assert "the first figure that does not follow is [D]" in told
    assert "2 [H], 3 [F]" in told.partition("on it depend")[2]
    assert "2 [H], 3 [F]" in told.partition("no other")[0]
    assert "at stake" in told


def test_a_payment_that_cannot_follow_is_no_dollars_at_stake(report) -> None:
    found = aco.reconcile(report(times(T1, "A2", 0, 0)))
    (told,) = (each.message for each in found.notices if each.code == "report")
    assert told.endswith("; no payment follows to compare")


def test_a_tenth_of_a_millionth_is_no_difference_and_a_hundred_thousandth_is(report) -> None:
    assert set(aco.reconcile(report(times(T3, "V", 0, 1 + 1e-7))).table["class"]) == {"exact"}
    assert "unexplained" in set(aco.reconcile(report(times(T3, "V", 0, 1 + 1e-5))).table["class"])


def shift_columns(sheets: Sheets) -> None:
    for sheet in (T1, A3, T2, T3):
        sheets[sheet] = [[*row[:1], "", *row[1:]] for row in sheets[sheet]]


def add_own(sheets: Sheets) -> None:
    sheets[T3].insert(12, ["our comment"])
    for row in sheets[T1]:
        row.append("checked" if row[0] else "")
    sheets["Our sheet"] = [["anything", 1.0]]


def rename_sheets(sheets: Sheets) -> None:
    for number, title in enumerate(list(sheets)):
        sheets[f"s{number}"] = sheets.pop(title)


def relabel(sheets: Sheets) -> None:
    for sheet in (T1, A3, T2, T3):
        for row in sheets[sheet]:
            row[0] = {"ESRD": "End Stage Renal Disease ", "Aged/dual": "AGED / DUAL"}.get(str(row[0]).strip(), row[0])


def reorder_sheets(sheets: Sheets) -> None:
    for title in sorted(sheets, reverse=True):
        sheets[title] = sheets.pop(title)


def add_footers(sheets: Sheets) -> None:
    for rows in sheets.values():
        rows += [[], ["Note: amounts are rounded in print only."], ["Source: CMS"]]


def blank_rows(sheets: Sheets) -> None:
    for title, rows in sheets.items():
        sheets[title] = [each for row in rows for each in (row, [])]


def percent_as_text(sheets: Sheets) -> None:
    for letter in "LMQT":
        row, place = cell(sheets, T3, letter)
        row[place] = f"{float(row[place]) * 100:g}%"  # type: ignore[arg-type]


def numbers_as_text(sheets: Sheets) -> None:
    for sheet in (T2, T3):
        sheets[sheet] = [[repr(each) if isinstance(each, float) else each for each in row] for row in sheets[sheet]]


def commas(sheets: Sheets) -> None:
    row, place = cell(sheets, T3, "A")
    row[place] = f"{int(float(row[place])):,}"  # type: ignore[arg-type]


def other_dashes(sheets: Sheets) -> None:
    for sheet in (T1, A3, T2, T3):
        sheets[sheet] = [["-" if each == "\u2013" else each for each in row] for row in sheets[sheet]]


def capitals(sheets: Sheets) -> None:
    for sheet in (T1, A3, T2, T3):
        for row in sheets[sheet]:
            row[0] = str(row[0]).upper()


def no_break_spaces(sheets: Sheets) -> None:
    for sheet in (T1, A3, T2, T3):
        for row in sheets[sheet]:
            row[0] = str(row[0]).replace(" ", "\u00a0", 1) if "]" not in str(row[0]) else f"{row[0]}\u00a0 "


def shift_rows(sheets: Sheets) -> None:
    for sheet in (T1, A3, T2, T3):
        sheets[sheet][:0] = [[], []]


def own_columns_between(sheets: Sheets) -> None:
    for sheet in (T1, A3):
        sheets[sheet] = [[*row[:2], "", *row[2:]] for row in sheets[sheet]]


def own_numbers_beside(sheets: Sheets) -> None:
    for row in sheets[T3]:
        row.extend(["", 1.0] if isinstance(row[-1], float) else [])


def more_sheets(sheets: Sheets) -> None:
    sheets["Table 9"] = [["Table 9: Something else"], ["[A] Figure", 5.0]]


def without_appendix(sheets: Sheets) -> None:
    for title in ("Table A1 - Risk", "Table A4 - MSR", "Table A5 - Inputs by Track", "TOC"):
        sheets.pop(title)


def other_assignment_windows(sheets: Sheets) -> None:
    """Prospective assignment looks at October to September: the periods of expenditures are what counts."""
    rows = sheets["Parameters"]
    at = next(at for at, row in enumerate(rows) if str(row[0]).startswith("Claims-Based"))
    for row, year in zip(rows[at + 1 : at + 5], range(2017, 2021), strict=True):
        row[1] = f"10/01/{year} - 09/30/{year + 1}"


DISTURBANCES = (
    *(shift_columns, add_own, rename_sheets, relabel, reorder_sheets, add_footers, blank_rows, percent_as_text),
    *(numbers_as_text, commas, other_dashes, capitals, no_break_spaces, shift_rows, own_columns_between),
    *(own_numbers_beside, more_sheets, without_appendix, other_assignment_windows),
)


@pytest.mark.parametrize("change", DISTURBANCES, ids=lambda change: change.__name__)
def test_a_report_is_read_wherever_its_figures_stand(report, change: Change, original: Path) -> None:
    found = aco.reconcile(report(change))
    expected = aco.reconcile(original).table
    assert found.table.drop(columns="line").equals(expected.drop(columns="line"))
    assert all(each.code == "not_understood" for each in found.warnings)


def test_a_row_that_is_not_understood_is_listed(report) -> None:
    def add(sheets: Sheets) -> None:
        at = next(at for at, row in enumerate(sheets[T2]) if str(row[0]).startswith("[F]"))
        sheets[T2].insert(at + 1, ["Hospice", "", "", 12.5])

    (warning,) = aco.reconcile(report(add)).warnings
    assert "Hospice" in warning.message
    assert T2 in warning.message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda sheets: sheets["Cover"].clear() or sheets["Cover"].append(["Financial Reconciliation Report"]),
            "the ACO on the cover",
        ),
        (lambda sheets: sheets["Cover"].pop(), "the agreement start date on the cover"),
        (lambda sheets: sheets.pop("Parameters"), "the parameter"),
        (lambda sheets: sheets.pop(T3), "3 A"),
        (lambda sheets: sheets.pop(A3), "A3 C"),
    ],
)
def test_what_is_missing_is_named(report, change: Change, message: str) -> None:
    with pytest.raises(aco.errors.InputError, match=message):
        aco.reconcile(report(change))


def test_a_report_stands_for_a_roster(original: Path) -> None:
    settled = aco.settle(original)
    assert settled.table["settlement"].round(2).tolist() == [14068661.25]
    lines = aco.explain(original).table
    assert lines.loc[lines["letter"] == "Y", "value"].astype(float).round(2).tolist() == [14068661.25]
    assert aco.whatif(original, change={"track": "basic-e"}).table["settlement_after"].round(2).tolist() == [9379107.5]
    assert aco.simulate(original, draws=100).table["aco_id"].tolist() == ["A9901"]


def test_reports_of_several_acos_are_kept_apart(report, original: Path) -> None:
    def rename(sheets: Sheets) -> None:
        row = next(row for row in sheets["Cover"] if str(row[0]).startswith("A9901"))
        row[0] = "A9902, Another ACO"
        times(T3, "C", 1, 1.01)(sheets)

    other = report(rename)
    assert aco.settle([original, other]).table["aco_id"].tolist() == ["A9901", "A9902"]
    with pytest.raises(aco.errors.UsageError, match="name one of the 2 ACOs"):
        aco.explain([original, other])


def test_reports_do_not_mix_with_other_files(original: Path, tmp_path: Path) -> None:
    with pytest.raises(aco.errors.UsageError, match="cannot be combined"):
        aco.settle([original, tmp_path / "roster.csv"])
    with pytest.raises(aco.errors.UsageError, match="do not apply to a settlement report"):
        aco.settle(original, expenditures=tmp_path / "e.csv")


@pytest.mark.parametrize("kind", ["BNMRK", "AEXPU", "QEXPU"])
def test_a_report_that_is_no_settlement_is_named_with_the_command_that_takes_it(aco, shared_data: Path, kind) -> None:
    file = next((shared_data / "reports").glob(f"*.{kind}.*"))
    told = rf"{file.name}: expected .* found an? \w+ report \(.*{kind}.*\) of CMS; aco project takes it, without YEAR\n"
    for words in (("reconcile",), ("summary", "2023"), ("settle", "2023"), ("project", "2025"), ("check",)):
        done = aco(*words, file)
        assert done.returncode == 3
        assert re.search(told, done.stdout if words == ("check",) else done.stderr)


SAMPLES = Path(__file__).parents[2] / "sample_data"


@pytest.mark.parametrize("kind", ["STLMT", "BNMRK", "AEXPU", "QEXPU"])
def test_a_report_in_the_place_of_any_other_table_is_named(aco, shared_data: Path, kind) -> None:
    """Not taken for a table with some columns missing, whichever option or layout asks for it."""
    file = next((shared_data / "reports").glob(f"*.{kind}.*"))
    taken = "aco settle and aco reconcile take it" if kind == "STLMT" else "aco project takes it, without YEAR"
    told = rf"error: {re.escape(str(file))}: expected .*, found an? \w+ report \(.*{kind}.*\) of CMS; {taken}\n"
    settle = ("settle", "2014", SAMPLES / "roster_2014.csv")
    options = ("--expenditures", "--quality", "--join")
    calls = [
        *((*settle, option, file) for option in options),
        (*settle, "--expenditures", SAMPLES / "expenditures_2022.csv", "--reference", file),
    ]
    calls += [("settle", file, "--layout", "roster"), ("quality", "2023", file), ("calibrate", "2023", file)]
    calls += [("project", file)] if kind == "STLMT" else []
    for words in calls:
        done = aco(*words)
        assert (done.returncode, done.stdout) == (3, ""), words
        assert re.search(told, done.stderr), (words, done.stderr)


def test_every_command_of_rosters_takes_a_settlement_report(aco, original: Path) -> None:
    """Also where only some figures of it are used."""
    done = aco("summary", original, "--by", "track", "--columns", "by,value,acos,earned_payment")
    assert (done.returncode, done.stdout) == (
        0,
        "by,value,acos,earned_payment\nall,,1,14068661.25\ntrack,enhanced,1,14068661.25\n",
    )
    assert aco("project", "2023", original, "--columns", "aco_id,savings_rate_last").stdout.startswith(
        "aco_id,savings_rate_last\nA9901,0.0599291"
    )


def test_commands_take_a_report_without_id_and_year(aco, original: Path, report, tmp_path: Path) -> None:
    right, wrong = aco("reconcile", original), aco("reconcile", report(times(T3, "V", 0, 1.01)))
    assert (right.returncode, wrong.returncode) == (0, 1)
    assert len(list(csv.DictReader(io.StringIO(right.stdout)))) > 190
    assert "[V] Shared Savings ($), table 3" in wrong.stderr
    assert "A9901" in aco("explain", original).stderr
    for words in (("settle",), ("whatif", "--set", "track=enhanced"), ("simulate",), ("check",)):
        assert aco(words[0], original, *words[1:]).returncode == 0
    assert aco("settle", "--layout", "stlmt", original).returncode == 0
    assert aco("settle", "2014", "--layout", "stlmt", tmp_path / "x.csv").returncode == 3
    book = tmp_path / "book.xlsx"
    assert aco("report", original, "-o", book).returncode == 0
    assert aco("settle", "2022").returncode == 2


def test_a_run_on_a_report_is_recorded_and_verified(aco, original: Path, tmp_path: Path) -> None:
    settled = tmp_path / "settled.csv"
    assert aco("settle", original, "-o", settled, "--manifest").returncode == 0
    assert aco("verify", f"{settled}.manifest.json").returncode == 0


def test_a_figure_that_stands_twice_with_two_values_is_refused(report) -> None:
    """A row of one's own may repeat another, but not say otherwise."""

    def again(sheets: Sheets, factor: float) -> None:
        rows = sheets[T3]
        at = next(at for at, row in enumerate(rows) if str(row[0]).startswith("[Y]"))
        rows.insert(at + 1, [rows[at][0], float(rows[at][1]) * factor])  # type: ignore[arg-type]

    assert set(aco.reconcile(report(lambda sheets: again(sheets, 1.0))).table["class"]) == {"exact"}
    with pytest.raises(aco.InputError, match=r"one figure for \[Y\] Earned Performance Payment"):
        aco.reconcile(report(lambda sheets: again(sheets, 1.1)))
