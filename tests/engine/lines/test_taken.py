"""What decides a figure of one row, in its numbers: the branch taken, without zeros and ones, and what it compares."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from aco_cli.engine.lines.law import Law
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.row import Row
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.taken import calculation, reasons, taken
from aco_cli.engine.lines.text import written
from aco_cli.rules.book import Situation
from aco_cli.rules.parameters import Entry, Status

NUMBERS = {"three": 3.0, "minus": -4.5, "one": 1.0, "zero": 0.0, "unknown": math.nan, "dollars": 1_234.5}
INPUTS = [
    *(Step(name, label=name.capitalize(), unit="USD", given="roster") for name in NUMBERS),
    *(Step(name, label=name.capitalize(), unit="condition", given="roster") for name in ("told", "untold")),
]
LINES = [
    Step("alias", label="Alias", unit="USD", trees={"formula": parse("IF(told, three, minus)")}),
    Step("double", label="Double", unit="USD", trees={"formula": parse("three * 2")}),
]
VALUES: dict[str, Any] = {"rate": 0.02, "starts": [0.0, 0.25, 0.35], "shares": [1.0, 0.5, 0.25]}


@pytest.fixture(scope="module")
def row() -> Row:
    known = {**NUMBERS, "told": 1.0, "untold": math.nan, "alias": 3.0, "double": 6.0}
    figures = {name: np.array([0.0, number]) for name, number in known.items()}
    entries = {
        name: Entry(("x",), range(2014, 2015), value, Status.PUBLISHED, "made up") for name, value in VALUES.items()
    }
    return Row(Law([*INPUTS, *LINES]), figures, 1, Situation("x", "x", 2014), entries)


@pytest.mark.parametrize(
    ("formula", "left"),
    [
        ("IF(told, three, minus)", "three"),
        ("IF(three < 0, three, minus)", "minus"),
        ("IF(untold, three, minus)", "NA()"),
        ("IF(unknown > 1, three, minus)", "minus"),
        ("IFERROR(unknown, three)", "three"),
        ("IFERROR(minus, three)", "minus"),
        ("MIN(three, minus, one)", "minus"),
        ("MAX(three, minus)", "three"),
        ("MAX(unknown, unknown)", "NA()"),
        ("three + zero", "three"),
        ("zero + three", "three"),
        ("three - zero", "three"),
        ("zero - three", "-three"),
        ("three - minus", "three - minus"),
        ("three * minus * one", "three * minus"),
        ("three * one", "three * one"),
        ("one * three * minus", "one * three * minus"),
        ("three + unknown * zero", "three + unknown * zero"),
        ("three + IF(untold, one, zero)", "NA()"),
        ("AND(told, three > minus)", "AND(told, three > minus)"),
    ],
)
def test_what_is_left_of_a_formula_without_choices_zeros_and_ones(row: Row, formula: str, left: str) -> None:
    assert written(taken(row, parse(formula))) == written(parse(left))


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("three * rules.rate", "$3 x 2%"),
        ("dollars - three", "$1,234.50 - $3"),
        ("three - minus", "$3 - (-$4.50)"),
        ("alias", "Three"),  # which only repeats it
        ("double", "Double"),
        ("zero - alias", "minus Three"),
        ("zero - double * 2", "-($6 x 2)"),
        ("(zero - double) * 2", "(-$6) x 2"),
        ("ABS(minus) + three", "4.5 + $3"),
        ("INT(dollars) * rules.rate", "1,234 x 2%"),
        ("rules.rate", ""),
        ("rules.rate * 2", ""),
        ("5", ""),
        ("CORRIDORS(dollars, three, rules.absent, rules.absent)", "$1,234.50"),  # without corridors the amount
        ("three > minus", "$3 > (-$4.50)"),
        ("three < minus", "$3 >= (-$4.50)"),
        ("three <= minus", "$3 > (-$4.50)"),
        ("three = minus", "$3 <> (-$4.50)"),
        ("minus >= three", "(-$4.50) < $3"),
        ("minus <> three", "(-$4.50) <> $3"),
        ("NOT(three > minus)", "$3 > (-$4.50)"),
        ("AND(three > minus, one >= one, told)", "$3 > (-$4.50) and $1 >= $1"),
        ("AND(three > minus, one < one)", "$1 >= $1"),
        ("OR(three < minus, one < one)", "$3 >= (-$4.50) and $1 >= $1"),
        ("OR(three > minus, one < one)", "$3 > (-$4.50)"),
        ("OR(unknown > three, one >= one)", "$1 >= $1"),
        ("three > 0", ""),  # of a constant nothing is told
    ],
)
def test_a_figure_is_told_in_the_numbers_of_its_row(row: Row, formula: str, words: str) -> None:
    assert calculation(row, parse(formula)) == words


@pytest.mark.parametrize(
    ("dollars", "words"),
    [
        (-5.0, "100% x (-$5)"),
        (20.0, "100% x $20"),
        (25.0, "100% x $25"),
        (30.0, "100% x (25% x $100) + 50% x ($30 - 25% x $100)"),
        (40.0, "100% x (25% x $100) + 50% x (35% x $100 - 25% x $100) + 25% x ($40 - 35% x $100)"),
    ],
)
def test_corridors_are_told_as_far_as_the_amount_reaches(row: Row, dollars: float, words: str) -> None:
    figures = {**row.figures, "dollars": np.array([0.0, dollars]), "three": np.array([0.0, 100.0])}
    other = Row(row.law, figures, 1, row.situation, row.entries)
    assert calculation(other, parse("CORRIDORS(dollars, three, rules.starts, rules.shares)")) == words


@pytest.mark.parametrize(
    ("formula", "held", "decisive"),
    [
        ("AND(three > 1, minus > 1)", False, [("minus > 1", False)]),
        ("OR(three > 1, minus > 1)", True, [("three > 1", True)]),
        ("OR(three < 1, minus > 1)", False, [("three < 1", False), ("minus > 1", False)]),
        ("NOT(OR(three < 1, told))", False, [("told", True)]),
        ("AND(told, ISNUMBER(three))", True, [("told", True)]),
        ("unknown > 1", False, []),
    ],
)
def test_what_decides_a_condition(row: Row, formula: str, held: bool, decisive: list[tuple[str, bool]]) -> None:
    found = [(written(node), holds) for node, holds in reasons(row, parse(formula), held=held)]
    assert found == [(written(parse(each)), holds) for each, holds in decisive]
