"""`aco explain`: every line of one settlement, from what is given to the settlement."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

Aco = Callable[..., CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, str]]]
Roster = Callable[..., Path]

# The columns that a reader needs of every line.
COLUMNS = {"letter", "line", "label", "shown", "formula", "citation", "status", "value"}


def expect_complete(lines: list[dict[str, str]]) -> None:
    """Each line with a label, a value and the rule it rests on."""
    assert set(lines[0]) >= COLUMNS
    assert [line["line"] for line in lines if not line["label"] or not line["shown"]] == []
    assert [line["line"] for line in lines if not line["citation"]] == []


@pytest.mark.parametrize("aco_id", ["A16226", "A99470"], ids=["track-1-recouped", "track-2-below-msr"])
def test_lines_are_complete_and_end_in_the_settlement_of_settle(
    aco: Aco, roster_2014: Path, settled: CompletedProcess[str], rows: Rows, aco_id: str
) -> None:
    lines = json.loads(aco("explain", aco_id, "2014", roster_2014, "--format", "json").stdout)
    expect_complete(lines)
    expected = next(row["settlement"] for row in rows(settled.stdout) if row["aco_id"] == aco_id)
    assert lines[-1]["line"] == "settlement"
    assert str(Decimal(lines[-1]["value"]).quantize(Decimal("0.01"), ROUND_HALF_UP)) == expected


def test_lines_have_letters_of_cms_and_numbers_in_the_formula(aco: Aco, rows: Rows, roster_2014: Path) -> None:
    done = aco("explain", "A16226", "2014", roster_2014)
    assert "St. Thomas Medical Group" in done.stderr
    lines = {line["line"]: line for line in rows(done.stdout)}
    assert lines["savings"]["letter"] == "I"
    assert lines["savings"]["formula"] == "$42,174,602.00 - $39,631,031.00"
    assert lines["savings"]["shown"] == "$2,543,571.00"
    assert lines["shared_savings"]["letter"] == "V"
    assert "425.604(d)" in lines["max_sharing_rate"]["citation"]
    assert lines["earned_payment"]["shown"] == "$1,057,032.60"
    assert lines["advance_recouped"]["shown"] == "$1,057,032.60"
    assert lines["net_payment"]["shown"] == "$0.00"


def test_markdown_is_a_table_that_ends_in_the_settlement(aco: Aco, roster_2014: Path) -> None:
    table = aco("explain", "A16226", "2014", roster_2014, "--format", "markdown").stdout.splitlines()
    assert all(line.startswith("|") and line.endswith("|") for line in table)
    assert "$1,057,032.60" in table[-1]


def test_unknown_id_suggests_near_ones(aco: Aco, roster_2014: Path) -> None:
    done = aco("explain", "A16262", "2014", roster_2014)
    assert (done.returncode, done.stdout) == (2, "")
    assert "A16226" in done.stderr


def test_id_is_read_in_upper_or_lower_case_where_it_means_one_aco(aco: Aco, roster: Roster) -> None:
    file = roster({"aco_id": "AB"}, {"aco_id": "Ab"}, {"aco_id": "A7"})
    asked = {word: aco("explain", word, "2014", file, "--columns", "line,value") for word in ("a7", "A7", "Ab", "ab")}
    assert asked["a7"].stdout == asked["A7"].stdout != ""
    assert asked["Ab"].returncode == 0
    assert "\nAb One: " in asked["Ab"].stderr
    assert (asked["ab"].returncode, "no row has aco_id 'ab'" in asked["ab"].stderr) == (2, True)
    chosen = [aco("settle", "2014", file, "--aco", word, "--columns", "aco_id").stdout for word in ("Ab", "a7", "")]
    assert chosen == ["aco_id\nAb\n", "aco_id\nA7\n", ""]


def test_id_with_a_comma_is_one_id(aco: Aco, roster: Roster) -> None:
    """Ids are text: `A1,A2` is not the ACO A1."""
    file = roster({"aco_id": "A1"}, {"aco_id": "A2"}, {"aco_id": "B,1", "benchmark_total": "95000000"})
    wrong = aco("explain", "A2,A1", "2014", file)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    right = aco("explain", "B,1", "2014", file, "--columns", "line,value")
    assert "benchmark_total,95000000" in right.stdout


def test_several_years_come_one_below_another(aco: Aco, rows: Rows, roster: Roster) -> None:
    file = roster({"performance_year": "2013"}, {"performance_year": "2014", "quality_score": "0.5"})
    lines = rows(aco("explain", "A1", "all", file).stdout)
    ends = [(line["performance_year"], line["shown"]) for line in lines if line["line"] == "quality_score"]
    assert ends == [("2013", "90%"), ("2014", "50%")]
    assert {line["applies"] for line in lines} == {"true", "false"}


def test_a_terminal_and_a_text_file_get_the_answer_first(
    aco: Aco, terminal: Callable[..., Any], roster_2014: Path, tmp_path: Path
) -> None:
    """A file is 80 columns wide; --columns and --format markdown give the table of all lines."""
    screen = terminal(80, "explain", "A99470", "2014", roster_2014)
    assert screen.lines[0].startswith("A99470 earned nothing for 2014: it saved ")
    assert len(screen.lines) <= 40
    file = tmp_path / "a.txt"
    assert aco("explain", "A99470", "2014", roster_2014, "-o", file).returncode == 0
    assert file.read_text("utf-8").splitlines() == screen.lines
    assert aco("explain", "A99470", "2014", roster_2014, "--format", "table").stdout == file.read_text("utf-8")
    whole = aco("explain", "A99470", "2014", roster_2014, "--format", "table", "--all").stdout
    assert len(whole.splitlines()) > 70
    table = aco("explain", "A99470", "2014", roster_2014, "--format", "table", "--columns", "citation,line")
    assert table.stdout.splitlines()[0].split() == ["Citation", "Line"]


def test_changes_are_explained_beside_what_is(aco: Aco, rows: Rows, roster: Roster) -> None:
    file = roster({})
    done = aco("explain", "A1", "2014", file, "--set", "quality_score=0.5", "--rule", "mssp.sequestration=0")
    held = [(line["scenario"], line["value"]) for line in rows(done.stdout) if line["line"] == "settlement"]
    assert held == [("unchanged", "4410000"), ("changed", "2500000")]
    assert aco("explain", "A1", "2014", file, "--set", "trak=1").returncode == 2


def test_distances_come_first_and_say_what_they_are_worth(aco: Aco, rows: Rows, roster_2014: Path) -> None:
    lines = rows(aco("explain", "A99470", "2014", roster_2014).stdout)
    assert [line["line"] for line in lines[:2]] == ["to_minimum_savings", "to_minimum_losses"]
    assert (lines[0]["label"], lines[0]["shown"]) == (
        "Short of the minimum savings rate",
        "$1,055,491.02 (0.75 points)",
    )
    assert lines[0]["formula"].startswith("settled again with expenditure_total $")
    assert lines[0]["formula"].endswith(": reaching it would raise the settlement by $1,340,895.85")
    assert (lines[0]["words"], lines[0]["worth"]) == (
        "reaching it would raise the settlement by $1,340,895.85.",
        "1340895.85",
    )
    assert lines[1]["label"] == "Room to the minimum loss rate"
    assert (lines[-1]["line"], lines[-1]["worth"]) == ("settlement", "")


def test_a_standard_has_a_side_instead_of_a_distance(aco: Aco, rows: Rows, roster_2014: Path) -> None:
    held = {line["line"]: line for line in rows(aco("explain", "A67373", "2014", roster_2014).stdout)}
    standard = held["to_quality_standard"]
    assert (standard["label"], standard["shown"]) == ("Quality standard", "met")
    assert standard["worth"] == "-14455932.80"


def test_a_value_is_a_number_where_the_format_has_numbers(aco: Aco, rows: Rows, roster: Roster, tmp_path: Path) -> None:
    """In JSON and XLSX; CSV has the same digits, and what is no number stays text or blank."""
    file, book = roster({}), tmp_path / "w.xlsx"
    texts = {line["line"]: line["value"] for line in rows(aco("explain", "A1", "2014", file).stdout)}
    told = json.loads(aco("explain", "A1", "2014", file, "--format", "json").stdout)
    values = {line["line"]: line["value"] for line in told}
    assert aco("explain", "A1", "2014", file, "-o", book).returncode == 0
    heading, *cells = CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()
    written = {row[heading.index("line")]: row[heading.index("value")] for row in cells}
    assert values.keys() == texts.keys() == written.keys()
    assert values["outcome"] == written["outcome"] == "earned"
    assert (values["mlr"], written["mlr"], texts["mlr"]) == (None, "", "")
    for line, text in texts.items():
        if text and line != "outcome":
            assert values[line] == float(text)
            assert written[line] == pytest.approx(float(text), rel=1e-14)  # a workbook has 16 digits


def test_warnings_end_a_strict_run_with_a_code_of_their_own(aco: Aco, roster: Roster) -> None:
    """As those of `settle` do: what is not calculable, and what rests on values that are not published."""
    assert aco("explain", "A1", "2014", roster({}), "--strict").returncode == 0
    lacking = roster({"quality_score": ""})
    done = aco("explain", "A1", "2014", lacking, "--strict")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (4, "warning: quality_score is missing")
    assert "outcome,not-calculable" in aco("explain", "A1", "2014", lacking, "--columns", "line,value").stdout
    assumed = roster({"track": "track-2", "expenditure_total": "120000000", "agreement_year": "1"})
    assert aco("explain", "A1", "2014", assumed, "--strict").returncode == 4
    assert aco("explain", "A1", "2014", assumed).returncode == 0


def test_a_benchmark_comes_before_the_settlement_that_it_leads_to(aco: Aco, rows: Rows, sample: Path) -> None:
    files = ["--expenditures", sample / "expenditures_2022.csv", "--reference", sample / "reference_2022.csv"]
    lines = rows(aco("explain", "S2001", "2022", sample / "agreements_2022.csv", *files).stdout)
    tables = [line["table"] for line in lines if not line["line"].startswith("to_")]
    in_order = [table for table in tables if not table.startswith("A")]
    assert in_order == sorted(in_order)
    assert set(tables) == {"1", "2", "3", "A1", "A3"}
    held = {(line["table"], line["line"]): line for line in lines}
    assert held["2", "benchmark_total"]["value"] == held["3", "benchmark_total"]["value"]
    assert held["3", "benchmark_total"]["letter"] == "H"
    assert held["3", "expenditure_per_capita"]["letter"] == "E"
    assert held["3", "expenditure_per_capita"]["value"] == held["2", "expenditure_per_capita"]["value"]
    assert held["1", "trend_by1_esrd"]["letter"] == "E"
    assert held["1", "trend_by1_esrd"]["formula"] == "26.9% x 1.03042014711 + (1 - 26.9%) x 1.013520022"
    assert "425.601" in held["1", "lower_weight"]["citation"]
    assert held["1", "per_capita_by1_esrd"]["status"] == "given"
    settled = rows(aco("settle", "2022", sample / "agreements_2022.csv", "--aco", "S2001", *files).stdout)
    assert held["3", "settlement"]["shown"].replace("$", "").replace(",", "") == settled[0]["settlement"]


def test_a_benchmark_needs_both_files(aco: Aco, sample: Path) -> None:
    done = aco("explain", "S2001", "2022", sample / "agreements_2022.csv", "--reference", sample / "reference_2022.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--expenditures" in done.stderr


def test_what_a_reader_must_know_is_told(aco: Aco, roster: Roster) -> None:
    """Why there is no settlement, or that it rests on a rule value that is not published."""
    done = aco("explain", "A1", "2014", roster({"quality_score": ""}))
    assert "quality_score is missing" in done.stderr
    assert done.returncode == 0
    done = aco(
        "explain", "A1", "2014", roster({"track": "track-2", "expenditure_total": "120000000", "agreement_year": "1"})
    )
    assert "depends on an assumed parameter: Loss limit" in done.stderr


def test_a_year_that_another_is_settled_with_is_explained_by_itself(aco: Aco, rows: Rows, roster: Roster) -> None:
    """In Pioneer's second year: deferred there; in the third the third, not the second that is settled with it."""
    second = {"program": "pioneer", "track": "core", "performance_year": "2013", "deferred_to": "2014"}
    third = {**second, "performance_year": "2014", "deferred_to": "", "benchmark_total": "95000000"}
    file = roster(second, third)
    held = {line["line"]: line for line in rows(aco("explain", "A1", "2014", file).stdout)}
    assert held["benchmark_total"]["value"] == "95000000"
    held = {line["line"]: line for line in rows(aco("explain", "A1", "2013", file).stdout)}
    assert held["outcome"]["value"] == "deferred"
