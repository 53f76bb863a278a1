"""On a terminal: a table that cuts no amount at any width, says what it leaves out, and colors where it may."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Terminal = Callable[..., Any]
Rows = Callable[[str], list[dict[str, str]]]

SMALL_AMOUNTS = {"A67373": "14,455,933", "A55185": "12,075,693", "A00755": "0"}


def whole(amount: str) -> str:
    """An amount in whole dollars as people write it."""
    return f"{Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP):,}"


def small(sample: Path) -> list[str | Path]:
    return ["settle", "2014", sample / "roster_small.csv", "--expenditures", sample / "totals_small.csv"]


def headings(line: str) -> list[str]:
    return re.split(r" {2,}", line.strip())


def expect_in_full(lines: list[str], settlements: dict[str, str], width: int) -> None:
    """No line is wider than the terminal, and no settlement is cut."""
    assert max(map(len, lines)) <= width
    assert "…" not in "".join(lines)
    assert headings(lines[0])[-1] == "Settlement"
    shown = {line[:6]: line.split()[-1] for line in lines if re.match(r"A\d{5} ", line)}
    assert shown == settlements


def expect_left_out_counted(message: str, lines: list[str], columns: list[str]) -> None:
    """The note on standard error counts the columns that are neither shown nor told below the table."""
    told = next(line for line in lines if line.startswith("All rows: ")).count(";") + 1
    left_out = len(columns) - len(headings(lines[0])) - told
    assert message == f"{left_out} more columns: --columns all\n"


@pytest.mark.parametrize(("width", "least"), [(40, 3), (80, 6), (160, 11)])
def test_table_cuts_nothing_and_counts_what_it_leaves_out(
    terminal: Terminal, roster_2014: Path, settled: CompletedProcess[str], rows: Rows, width: int, least: int
) -> None:
    screen = terminal(width, "settle", "2014", roster_2014)
    settlements = {row["aco_id"]: whole(row["settlement"]) for row in rows(settled.stdout)}
    assert screen.returncode == 0
    expect_in_full(screen.lines, settlements, width)
    expect_left_out_counted(screen.stderr, screen.lines, settled.stdout.splitlines()[0].split(","))
    assert len(headings(screen.lines[0])) >= least
    (total,) = [line for line in screen.lines if line.startswith("333 ACOs")]
    assert total.split()[-1] == "341,246,297"
    assert "\x1b[32m14,455,933\x1b[0m" in screen.raw


@pytest.mark.parametrize(
    ("environment", "options"),
    [({"NO_COLOR": "1"}, []), ({}, ["--no-color"]), ({"TERM": "dumb"}, [])],
    ids=["NO_COLOR", "--no-color", "TERM=dumb"],
)
def test_table_without_color_is_the_same_text(
    terminal: Terminal, sample: Path, environment: dict[str, str], options: list[str]
) -> None:
    screen = terminal(80, *small(sample), *options, env=environment)
    assert screen.returncode == 0
    assert "\x1b" not in screen.raw
    shown = {line[:6]: line.split()[-1] for line in screen.lines}
    assert shown.items() >= SMALL_AMOUNTS.items()
    assert shown["10 ACO"] == "40,923,715"


def test_columns_asked_for_are_all_shown(terminal: Terminal, sample: Path) -> None:
    screen = terminal(40, *small(sample), "--columns", "aco_id,benchmark_total,net_payment")
    assert screen.stderr == ""
    assert any(line.split() == ["A55185", "1,101,577,828", "12,075,693"] for line in screen.lines)
    screen = terminal(80, *small(sample), "--columns", "all")
    assert screen.stderr == ""
    assert [line[:3] for line in screen.lines].count("ACO") >= 3


def test_one_aco_is_a_card(terminal: Terminal, sample: Path) -> None:
    screen = terminal(80, *small(sample), "--aco", "A55185")
    assert (screen.lines[0].split(), screen.stderr) == (["ACO", "A55185"], "")
    assert "Settlement      $12,075,693.06" in screen.lines


def test_binary_format_is_not_thrown_at_a_terminal(terminal: Terminal, sample: Path) -> None:
    screen = terminal(80, *small(sample), "--format", "parquet")
    assert screen.returncode == 2
    assert screen.raw == ""
    assert "-o FILE.parquet" in screen.stderr


def test_explanation_shows_the_value_of_each_line_in_a_narrow_terminal(terminal: Terminal, roster_2014: Path) -> None:
    screen = terminal(40, "explain", "A16226", "2014", roster_2014)
    assert screen.returncode == 0
    assert any("$1,057,032.60" in line for line in screen.lines)


@pytest.mark.parametrize("width", [80, 160])
def test_what_a_threshold_is_worth_shows_in_a_terminal(terminal: Terminal, roster_2014: Path, width: int) -> None:
    screen = terminal(width, "explain", "A99470", "2014", roster_2014)
    distances = screen.lines[next(n for n, line in enumerate(screen.lines) if "minimum savings rate:" in line) :]
    assert any("$1,055,491.02" in line for line in distances)
    assert any("$1,340,895.85" in line for line in distances)


def test_rules_show_the_value_of_each_parameter_in_an_ordinary_terminal(terminal: Terminal) -> None:
    screen = terminal(80, "rules", "show", "--year", "2014")
    assert screen.returncode == 0
    assert "Value" in screen.lines[0]


def test_several_years_are_sections_of_a_summary(terminal: Terminal, roster: Callable[..., Path]) -> None:
    """The year is a heading, not a column beside years of other meaning."""
    rows = [{"aco_id": "A1", "performance_year": year} for year in ("2014", "2015")]
    screen = terminal(80, "summary", "all", roster(*rows), "--by", "track")
    assert [line for line in screen.lines if line.startswith("Year")] == ["Year 2014", "Year 2015"]


def test_figures_of_a_report_stand_beside_what_is_recomputed(terminal: Terminal, shared_data: Path) -> None:
    """What they are called is long, and stands above them."""
    screen = terminal(80, "reconcile", next((shared_data / "reports").glob("*STLMT*")), "--all")
    assert screen.lines[0].split() == ["Period", "Published", "Recomputed", "Difference", "Class"]
    at = screen.lines.index("Table 3, Y, Figure Earned Performance Payment ($)")
    assert screen.lines[at + 1].split() == ["PY", "14,068,661.25116", "14,068,661.25116", "0", "exact"]
    assert max(map(len, screen.lines)) <= 80


def test_reconciliation_shows_the_summary_and_what_is_not_exact(
    terminal: Terminal, roster: Callable[..., Path]
) -> None:
    published = {"published_settlement": "4410000"}
    file = roster(
        {"aco_id": "A1"} | published,
        {"aco_id": "A2"} | published,
        {"aco_id": "A3"} | {**published, "quality_score": "0.8"},
    )
    screen = terminal(80, "reconcile", "2014", file)
    assert screen.returncode == 1
    assert screen.stderr == "2014: 3 ACOs, 2 exact, 1 unexplained\nexact rows not shown: 2; --all shows them\n"
    assert screen.lines[0].split() == ["ACO", "A3"]  # the only one, as a card
    everything = terminal(80, "reconcile", "2014", file, "--all").lines
    assert [line.split()[0] for line in everything if line.startswith("A")][:3] == ["ACO", "A1", "A2"]
