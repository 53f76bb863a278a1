"""Rows of a worksheet: what each figure is, its numbers put into its formula, and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from aco_cli.engine.lines.entries import WorksheetRow, entries, with_numbers
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.row import Row
from aco_cli.engine.lines.step import Step
from aco_cli.rules.parameters import Program

INPUTS: Mapping[str, tuple[str, Any]] = {
    **{"three": ("USD", 3.0), "minus": ("USD", -4.5), "unknown": ("USD", math.nan), "people": ("persons", 5_333.0)},
    **{"share": ("fraction", 0.5), "all": ("fraction", 1.0), "none": ("fraction", 0.0), "points": ("points", 1.0)},
    **{"told": ("condition", 1.0), "nay": ("condition", 0.0), "untold": ("condition", math.nan)},
    **{"by_type": ("USD", [1.0, 2.0, 3.0, 4.0]), "made": ("choice", 1.0), "unmade": ("choice", 0.0)},
}
LINES: Mapping[str, tuple[str, str]] = {"saved": ("USD", "three - minus"), "saves": ("condition", "saved > 0")}
RULES: Mapping[str, Any] = {
    **{"rate": 0.02, "kind": "fixed", "steps": [0.05, 0.1], "is_open": True, "debit": -0.5},
    **{"starts": [0.0, 0.25], "shares": [1.0, 0.5]},
}


@pytest.fixture(scope="module")
def row(make_row: Callable[..., Row]) -> Row:
    return make_row(INPUTS, LINES, RULES)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("three - minus", "$3.00 - (-$4.50)"),
        ("rules.rate * people", "2% x 5,333"),
        ("rules.debit * 2 + share", "(-50%) x 2 + 50%"),
        ("three + unknown", "$3.00 + unknown"),
        ("rules.absent * three", "unknown x $3.00"),
        ("NTH(rules.steps, 2) * three", "NTH({5%, 10%}, 2) x $3.00"),
        # only a figure is left, or nothing
        *(("three", ""), ("rules.rate", ""), ("5", ""), ("NA()", ""), ("IF(told, NA(), three)", "")),
        # of conditions the figure; of a rule that may be unknown yes or no
        ("told = 1", "yes"),
        ("AND(told = 1, three > minus)", "AND(yes, $3.00 > (-$4.50))"),
        ("AND(untold = 1, nay = 1, saves)", "AND(unknown, no, yes)"),
        ("AND(points = 1, saves)", "AND(1 = 1, yes)"),
        ("AND(rules.is_open = 1, saves)", "AND(yes, yes)"),
        ("AND(rules.absent = 1, saves)", "AND(unknown, yes)"),
        ("AND(told = 0, saves)", "AND(yes = 0, yes)"),
        ("OR(NOT(told), three + 1 >= minus)", "OR(NOT(yes), $3.00 + 1 >= (-$4.50))"),
        # which kind of rule it is and whether a figure is given is settled
        ('AND(rules.kind = "fixed", saves, told)', "AND(yes, yes)"),
        ('OR(rules.kind = "sliding", saves, told)', "OR(yes, yes)"),
        ('IF(rules.kind = "fixed", three * 2, minus)', "$3.00 x 2"),
        ("OR(ISNUMBER(unknown), saves, told)", "OR(yes, yes)"),
        ("AND(ISNUMBER(three), saves, told)", "AND(yes, yes)"),
        ("IFERROR(unknown, three * 2)", "$3.00 x 2"),
        ("IFERROR(three * 2, minus)", "$3.00 x 2"),
        # a choice is shown with both branches
        ("IF(saves, three * 2, minus)", "IF(yes, $3.00 x 2, (-$4.50))"),
        ("IF(three < minus, people, three)", "IF($3.00 < (-$4.50), 5,333, $3.00)"),
        # unless the other one is unknown, or only passes on what is asked for, or there is nothing to compute
        ("IF(saves, three * 2, unknown)", "$3.00 x 2"),
        ("IF(saves, three * 2, NA())", "$3.00 x 2"),
        ("IF(nay, rules.absent, three * 2)", "$3.00 x 2"),
        ("IF(nay, unknown + 1, three * 2)", "IF(no, unknown + 1, $3.00 x 2)"),
        ("IF(three > minus, three * 2, minus)", "$3.00 x 2"),
        ("IF(three < minus, three, minus * 2)", "(-$4.50) x 2"),
        ('IF(saves, "earned", "owed")', ""),
        # a share of all or nothing does not need the sum with it
        ("IF(all = 1, three * 2, all * three)", "$3.00 x 2"),
        ("IF(none = 0, three * 2, none * three)", "$3.00 x 2"),
        ("IF(share = 1, three, share * three)", "50% x $3.00"),
        ("IF(all = 2, three, all * people)", "IF(100% = 2, $3.00, 100% x 5,333)"),
        ("IF(points = 1, three * 2, points * three)", "IF(1 = 1, $3.00 x 2, 1 x $3.00)"),
        ("IF(all >= 1, three * 2, all * people)", "IF(100% >= 1, $3.00 x 2, 100% x 5,333)"),
        ("CORRIDORS(three, people, rules.starts, rules.shares)", "100% x $3.00"),
    ],
)
def test_a_formula_with_its_numbers(row: Row, formula: str, words: str) -> None:
    assert with_numbers(parse(formula), row) == words


PROGRAM = Program("x", "X", 2014, {})


def sheet(row: Row, *steps: Step) -> dict[str, WorksheetRow]:
    """Rows of a worksheet by line: of all steps of the row's law, or of some."""
    return {entry.line: entry for entry in entries(steps or row.law.steps, row, PROGRAM, "files of the ACO")}


def test_inputs_that_are_known_and_choices_that_are_made_say_that_they_are_given(row: Row) -> None:
    given = [entry for entry in sheet(row).values() if entry.status == "given"]
    types = [f"by_type_{kind}" for kind in ("esrd", "disabled", "aged_dual", "aged_nondual")]
    names = ["three", "minus", "people", "share", "all", "none", "points", "told", "nay"]
    assert [entry.line for entry in given] == [*names, *types, "made"]
    assert {(entry.citation, entry.formula, entry.words, entry.calculation) for entry in given} == {
        ("files of the ACO", "", "", "given")
    }


def test_a_line_says_what_it_is_and_how_it_comes_about(row: Row) -> None:
    assert sheet(row)["saved"] == WorksheetRow(
        **{"letter": "", "line": "saved", "label": "Saved", "unit": "USD", "value": "7.5", "shown": "$7.50"},
        **{
            "formula": "$3.00 - (-$4.50)",
            "citation": "42 CFR 425, saved",
            "status": "published",
            "words": "The saved.",
        },
        **{"table": "3", "calculation": "$3 - (-$4.50)"},
        applies=False,
        is_distance=False,
        worth=pytest.approx(math.nan, nan_ok=True),
    )


@pytest.mark.parametrize(
    ("line", "value", "shown"),
    [
        ("three", "3", "$3.00"),
        ("minus", "-4.5", "-$4.50"),
        ("people", "5333", "5,333"),
        ("told", "1", "yes"),
        ("saves", "1", "yes"),
        ("by_type_aged_dual", "3", "$3.00"),
        ("ends", "earned", "earned"),
        ("lost", "", "-"),
        ("third", "0.3333333333333333", "33.333333%"),
    ],
)
def test_values_are_in_full_precision_and_as_people_write_them(
    make_row: Callable[..., Row], line: str, value: str, shown: str
) -> None:
    more = {
        "ends": ("outcome", 'IF(saves, "earned", "owed")'),
        "lost": ("USD", "unknown"),
        "third": ("fraction", "1 / 3"),
    }
    entry = sheet(make_row(INPUTS, {**LINES, **more}))[line]
    assert (entry.value, entry.shown) == (value, shown)


def test_lines_by_type_are_a_row_for_each(make_row: Callable[..., Row]) -> None:
    row = make_row(INPUTS, {"part": ("USD by type", "by_type / SUM_TYPES(by_type)"), "sum": ("USD", "SUM_TYPES(part)")})
    found = sheet(row)
    assert found["part_aged_dual"].label == "Part, aged/dual"
    assert found["part_aged_dual"].formula == "$3.00 / ($1.00 + $2.00 + $3.00 + $4.00)"
    assert found["sum"].value == "1"


def test_of_the_settlement_applies_what_it_follows_from_and_of_other_tables_what_is_known(
    make_row: Callable[..., Row],
) -> None:
    lines = {"savings_rate": ("fraction", "share * 1"), "aside": ("USD", "three * 2"), "lost": ("USD", "unknown * 2")}
    row = make_row(INPUTS, lines)
    assert [line for line, entry in sheet(row).items() if entry.applies] == ["share", "savings_rate"]
    for table in ({"table": "1"}, {"table": "3", "appendix": "A"}):
        found = sheet(row, *(replace(row.law[name], **table) for name in ("share", "three", "aside", "lost")))
        assert {line: entry.applies for line, entry in found.items()} == {
            **{"share": True, "three": True, "aside": True, "lost": False}
        }
        assert {entry.table for entry in found.values()} == {table.get("appendix", table["table"])}
    assert {entry.table for entry in sheet(row, replace(row.law["aside"], table="3")).values()} == {"3"}


def test_rows_that_no_line_gives_apply() -> None:
    """As those of quality measures do."""
    points = WorksheetRow("", "ACO-1", "ACO-1, at risk", "points", "1.7", "1.7", "", "42 CFR 425.502", "published", "")
    assert points.applies
    assert not points.is_distance
