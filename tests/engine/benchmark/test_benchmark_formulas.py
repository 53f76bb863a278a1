"""The formula that a worksheet prints for a line of the benchmark is the line: both give the same on random figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aco_cli.engine.benchmark.compute import PROGRAM
from aco_cli.engine.benchmark.figures import INPUTS
from aco_cli.engine.benchmark.lines import LINES
from aco_cli.engine.formulas import RULES, Scope, calculate, parse, references
from aco_cli.engine.lines import Line, Values, evaluate
from aco_cli.rules.book import RuleBook
from aco_cli.rules.columns import RuleColumns, RuleTable

BOOK = RuleBook()
ROWS = 240
RANGES = {"USD": (5_000.0, 15_000.0), "years": (0.0, 900.0), "fraction": (0.0, 1.0)}
NUMBERS = {"agreement_period": (1, 2, 3), "regional_period": (0, 1, 2, 3, 4, 5), "months": (6, 12, 18)}


@pytest.fixture(scope="module")
def evaluated() -> tuple[Values, RuleColumns]:
    """Random figures of ACO-years of all eras. Some are an edge (no weight, nobody of a type); in half of the rows,
    now and then one is unknown."""
    random = np.random.default_rng(12)
    lacks = np.arange(ROWS) % 2 == 0
    figures = {}
    for each in INPUTS:
        low, high = RANGES.get(each.unit, (0.8, 1.2))
        drawn = random.choice(NUMBERS[each.name], ROWS) if each.name in NUMBERS else random.uniform(low, high, ROWS)
        edge = {"years": 0.0, "fraction": random.choice((0.0, 1.0))}.get(each.unit, drawn)
        column = np.where(random.random(ROWS) < 0.05, edge, drawn.astype(np.float64))
        figures[each.name] = np.where(lacks & (random.random(ROWS) < 0.01), np.nan, column)
    situations = [each for each in BOOK.situations() if each.program == PROGRAM]
    rules = RuleColumns(RuleTable(BOOK, situations), random.integers(len(situations), size=ROWS))
    return evaluate(LINES, Values(figures), rules), rules


@pytest.mark.parametrize("name", sorted({line.name.split("_by")[0].split("_esrd")[0] for line in LINES}))
def test_formula_is_the_line(name: str, evaluated: tuple[Values, RuleColumns]) -> None:
    """On every row the same figure, and unknown where the line is unknown."""
    values, rules = evaluated
    for line in (line for line in LINES if line.name.startswith(name)):
        tree = parse(line.formula)
        for row, number in enumerate(np.broadcast_to(getattr(values, line.name), ROWS).astype(np.float64).tolist()):
            said = calculate(tree, Scope(values, rules, row))
            same = math.isnan(said) if math.isnan(number) else math.isclose(said, number, rel_tol=1e-11, abs_tol=1e-9)
            assert same, (line.name, line.formula, said, number, row)


def test_enough_is_known_and_enough_is_not(evaluated: tuple[Values, RuleColumns]) -> None:
    for name in ("benchmark_total", "expenditure_total", "regional_adjustment"):
        assert 0.5 < np.isfinite(getattr(evaluated[0], name)).mean() < 0.99


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_formula_uses_only_what_is_above_it(line: Line) -> None:
    above = {given.name for given in INPUTS} | {other.name for other in LINES[: LINES.index(line)]}
    named = set(references(parse(line.formula)))
    assert {name for name in named if not name.startswith(RULES)} <= above
    assert {name.split(".")[1] for name in named if name.startswith(RULES)} <= BOOK.parameters(PROGRAM).keys()
