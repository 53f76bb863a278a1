"""The table on a terminal: nothing is cut at any width, and what is left out is said."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len

from aco_cli.outputs.columns import OutputColumn, Unit, output_columns
from aco_cli.outputs.emit import render
from aco_cli.outputs.formats import Format
from aco_cli.outputs.terminal import draw

WIDTHS = [20, 40, 80, 120, 160, 250]
ANSI = re.compile(r"\x1b\[[0-9;]*m")
DOLLARS = ["14,455,938", "200,000,000", "1,234,567", "-1"]


def table(
    frame: pd.DataFrame,
    columns: list[OutputColumn],
    width: int | None = None,
    *,
    color: bool = False,
    exact: bool = False,
) -> list[str]:
    return draw(frame, columns, width=width, color=color, exact=exact)[0].splitlines()


@pytest.fixture(autouse=True)
def _color_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("COLORTERM", raising=False)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("color", [True, False])
def test_no_line_is_wider_than_the_terminal(
    frame: pd.DataFrame, columns: list[OutputColumn], width: int, color: bool
) -> None:
    lines = table(frame, columns, width, color=color)
    assert max(cell_len(ANSI.sub("", line)) for line in lines) <= width
    assert not any("…" in line for line in lines)


@pytest.mark.parametrize("width", range(1, 260))
def test_every_cell_shown_is_whole_and_what_is_left_out_is_counted(
    frame: pd.DataFrame, columns: list[OutputColumn], width: int
) -> None:
    drawn, note = draw(frame, columns, width=width, color=False, exact=False)
    squeezed = re.sub(r"\s+", "", drawn)
    pieces = ["00123", 'Say"Ah",Inc.', "2014", "5,333", "14,455,938", "3.85%", "not-calculable", "yes", "2013-01-01"]
    left_out = [piece for piece in [*pieces, "1,234,567", "linetwo"] if piece not in squeezed]
    count = len(left_out)
    assert note == (f"{count} more column{'s' if count > 1 else ''}: --columns all" if left_out else "")


def test_columns_are_kept_by_priority(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    header = table(frame, columns, 20)[0]
    assert header.split() == ["ACO", "Settlement"]
    header = table(frame, columns, 36)[0]
    assert header.split() == ["ACO", "Outcome", "Settlement"]


def test_wide_enough_shows_all_with_no_note(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    drawn, note = draw(frame, columns, width=250, color=False, exact=False)
    assert note == ""
    assert drawn == draw(frame, columns, width=None, color=False, exact=False)[0]


def test_natural_table_to_the_byte(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    chosen = [columns[place] for place in (0, 2, 3, 5, 7, 9)]
    assert table(frame, chosen) == [
        "ACO     Year  Assigned beneficiaries  Savings rate  Quality met  Settlement",
        "───────────────────────────────────────────────────────────────────────────",
        "00123   2014                   5,333         3.85%  yes           1,234,567",
        "A2      2014                  12,345       100.00%  no                   -1",
        "A3      2014                               -12.35%",
        "A4      2014                  60,000                yes                   0",
        "───────────────────────────────────────────────────────────────────────────",
        "4 ACOs                        77,678                              1,234,567",
        "Amounts in whole US dollars; --format csv has the cents. Amounts may not add due to rounding.",
    ]


def test_only_long_text_folds_and_keeps_every_word(columns: list[OutputColumn]) -> None:
    name = "Accountable Care Coalition of Greater Athens Georgia, LLC"
    frame = pd.DataFrame({"aco_id": ["A1", "A2"], "aco_name": [name, name], "settlement": [-12345678.0, 0.0]})
    chosen = [columns[0], columns[1], columns[9]]
    lines = table(frame, chosen, 50)
    assert len(lines) > len(table(frame, chosen))
    assert max(map(cell_len, lines)) <= 50
    assert re.sub(r"\s+", "", name) in re.sub(r"\s+|-12,345,678|A1|A2", "", "".join(lines[2:-3]))
    assert sum("-12,345,678" in line for line in lines) == 2


def test_wide_characters_are_counted_in_cells(columns: list[OutputColumn]) -> None:
    frame = pd.DataFrame({"aco_id": ["A1", "A2"], "aco_name": ["日本語ケア機構" * 3, "x"], "settlement": [1.0, 2.0]})
    chosen = [columns[0], columns[1], columns[9]]
    lines = table(frame, chosen)
    assert cell_len(lines[2]) == cell_len(lines[3])
    assert max(map(cell_len, table(frame, chosen, 40))) <= 40


def test_a_terminal_narrower_than_anything_folds_the_id(columns: list[OutputColumn]) -> None:
    frame = pd.DataFrame({"aco_id": ["A123456789", ""]})
    assert "".join(line.strip() for line in table(frame, [columns[0]], 4)[2:]) == "A123456789"


def test_an_amount_keeps_its_width_on_a_terminal_narrower_than_it(columns: list[OutputColumn]) -> None:
    frame = pd.DataFrame({"settlement": [-123456789.0]})
    assert "-$123,456,789.00" in table(frame, [columns[9]], 5)[0]
    assert "-123,456,789" in table(pd.concat([frame, frame]), [columns[9]], 5)


def test_settlement_is_green_or_red_and_nothing_else_is_colored_on_request(
    frame: pd.DataFrame, columns: list[OutputColumn]
) -> None:
    lines = table(frame, [columns[0], columns[9]], 80, color=True)
    assert "\x1b[32m1,234,567\x1b[0m" in lines[2]
    assert "\x1b[31m-1\x1b[0m" in lines[3]
    assert ANSI.search(lines[5]) is None  # zero is neither
    assert not any("\x1b" in line for line in table(frame, columns, 80, color=False))


def test_outcome_is_colored_quietly(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    lines = table(frame, [columns[6]], 80, color=True)
    assert "\x1b[2;32mearned" in lines[2]
    assert "\x1b[2;31mowed" in lines[3]
    assert "\x1b[2mbelow-msr" in lines[5]


def test_totals_add_the_cents_of_the_file_not_the_dollars_shown(columns: list[OutputColumn]) -> None:
    frame = pd.DataFrame({"aco_id": ["A1", "A2", "A3"], "settlement": [0.4, 0.4, np.nan]})
    assert table(frame, [columns[0], columns[9]])[-2].split() == ["3", "ACOs", "1"]


def test_an_aco_of_two_years_counts_once_and_one_is_singular(columns: list[OutputColumn]) -> None:
    frame = pd.DataFrame({"aco_id": ["A1", "A1"], "settlement": [1.0, 2.0]})
    assert table(frame, [columns[0], columns[9]])[-2].split() == ["1", "ACO", "3"]


def test_a_total_of_nothing_known_is_blank_not_zero(columns: list[OutputColumn]) -> None:
    frame = pd.DataFrame({"aco_id": ["A1"], "settlement": [np.nan]})
    assert table(frame, [columns[0], columns[9]])[-2] == "1 ACO"


def test_no_totals_row_without_a_totals_column(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    assert table(frame, [columns[0], columns[5]])[-1] == "A4"


def test_no_rows_is_a_header_and_no_acos(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    lines = table(frame.head(0), [columns[0], columns[9]], 80)
    assert lines[0].split() == ["ACO", "Settlement"]
    assert lines[3] == "0 ACOs"


def test_exact_shows_every_digit_and_no_caption(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    text = "\n".join(table(frame, columns, exact=True))
    assert "1,234,567.285" in text
    assert "-0.1234567890123" in text
    assert "whole US dollars" not in text


def test_text_can_neither_drive_the_terminal_nor_use_markup() -> None:
    columns = [OutputColumn("x", Unit.TEXT, "x", 0)]
    frame = pd.DataFrame({"x": ["a\x1b[31mb\nc\td\x9be", "[red]x[/red] :smile:"]})
    assert table(frame, columns, 80)[2:] == ["a [31mb c d e", "[red]x[/red] :smile:"]


def test_off_a_terminal_the_table_is_whole_and_plain(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    text = render(frame, columns, Format.TABLE).decode()
    assert "\x1b" not in text
    assert all(column.label in text.splitlines()[0] for column in columns)
    assert all(dollars in text for dollars in DOLLARS)
    assert not any(line.endswith(" ") for line in text.splitlines())


def settled(rows: int, **cells: list[object]) -> pd.DataFrame:
    """Rows of settlements that differ from each other, with these cells."""
    frame = pd.DataFrame({column.name: [column.label] * rows for column in output_columns("settle")})
    numbers = {column.name: np.arange(1.0, rows + 1) * 1e6 for column in output_columns("settle") if column.numeric}
    return frame.assign(aco_id=[f"A{row}" for row in range(rows)], quality_standard_met=1.0, **(numbers | cells))


@pytest.mark.parametrize("width", range(30, 200, 7))
def test_the_answer_is_shown_at_any_width_and_what_belongs_together_stays_together(width: int) -> None:
    drawn, _ = draw(settled(3), output_columns("settle"), width=width, color=False, exact=False)
    headings = [word for part in drawn.split("\n\n") for word in part.splitlines()[0].split()]
    assert headings[0] == "ACO"
    assert {"Outcome", "Settlement"} <= set(headings)
    assert ("Benchmark" in headings) == ("Expenditures" in headings)
    assert max(map(len, drawn.splitlines())) <= width


def test_what_is_the_same_in_every_row_makes_room_and_is_told_below() -> None:
    """Also a year, which tells rows apart only where there are several."""
    columns = output_columns("settle")
    one = settled(2, performance_year=[2014.0, 2014.0], program=["mssp", "mssp"], track=["track-1", "track-2"])
    drawn = draw(one, columns, width=100, color=False, exact=False)[0]
    assert "Year" not in drawn.splitlines()[0]
    assert "All rows: Name Name; Year 2014; Program mssp" in drawn
    two = one.assign(performance_year=[2014.0, 2015.0])
    assert "Year" in draw(two, columns, width=40, color=False, exact=False)[0].splitlines()[0]


def test_columns_that_were_asked_for_are_all_shown_below_each_other(
    frame: pd.DataFrame, columns: list[OutputColumn]
) -> None:
    drawn, note = draw(frame, columns, width=50, color=False, exact=False, asked=True)
    tables = drawn.split("\n\n")
    assert note == ""
    assert len(tables) > 2
    assert all(each.startswith("ACO ") and "\nA4" in each for each in tables)
    squeezed = re.sub(r"\s+", "", drawn)
    assert all(piece in squeezed for piece in ("14,455,938", "1,234,567", "2013-01-01", "yes", "linetwo"))


def test_a_single_row_is_a_card_with_every_figure_to_the_cent(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    drawn, note = draw(frame.iloc[:1], columns, width=80, color=False, exact=False)
    assert note == ""
    assert [re.split(r" {2,}", line) for line in drawn.splitlines()] == [
        ["ACO", "00123"],
        ["Name", 'Say "Ah", Inc.'],
        ["Year", "2014"],
        ["Assigned beneficiaries", "5,333"],
        ["Benchmark", "$14,455,937.70"],
        ["Savings rate", "3.85%"],
        ["Outcome", "earned"],
        ["Quality met", "yes"],
        ["Start", "2013-01-01"],
        ["Settlement", "$1,234,567.29"],
    ]


def test_totals_of_a_comparison_leave_out_rows_known_on_one_side_only() -> None:
    """Otherwise before plus difference would not be after; how many rows count is said."""
    frame = pd.DataFrame(
        {
            "aco_id": ["A1", "A2", "A3"],
            "settlement_before": [1.0, 10.0, 100.0],
            "settlement_after": [2.0, np.nan, 300.0],
            "difference": [1.0, np.nan, 200.0],
        }
    )
    columns = [column for column in output_columns("whatif") if column.name in frame]
    assert table(frame, columns)[-2].split() == ["2", "of", "3", "ACOs", "101", "302", "201"]


@pytest.mark.parametrize(("amounts", "told"), [([0.4, 0.4], True), ([0.5, 1.0], False), ([1.0, 2.0], False)])
def test_amounts_that_do_not_add_as_shown_are_told(
    columns: list[OutputColumn], amounts: list[float], told: bool
) -> None:
    """The total is that of the cents, as in every other output; halves go up in rows and total alike."""
    frame = pd.DataFrame({"aco_id": ["A1", "A2"], "settlement": amounts})
    assert ("may not add due to rounding" in table(frame, [columns[0], columns[9]])[-1]) == told
