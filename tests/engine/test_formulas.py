"""The formula that a worksheet prints for a line is the line: both give the same figure on random rosters."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from aco_cli.engine.formulas import RULES, Scope, calculate, function_of, parse, reduced, references
from aco_cli.engine.lines import Line, Values, evaluate
from aco_cli.engine.settlement import INPUTS, LINE_NAMES, LINES

from aco_cli.engine.outcome import OUTCOMES
from aco_cli.engine.settle import evaluate_all
from aco_cli.rules.book import RuleBook
from aco_cli.rules.columns import RuleColumns

BOOK = RuleBook()
ROWS = 1_500
# Lines that are unknown on most rows.
RARE = {"reduced_share"}
UNITS = {"USD", "fraction", "condition", "number", "persons", "year", "outcome"}

# The lines of table 3 of CMS's reconciliation report, by CMS's letter (CMS methodology v11).
CMS_LETTERS = {
    "A": {"assigned_beneficiaries", "beneficiaries"},
    "G": {"expenditure_total"},
    "H": {"benchmark_total"},
    "I": {"savings"},
    "J": {"total_savings"},
    "K": {"total_losses"},
    "L": {"msr"},
    "M": {"mlr"},
    "N": {"msr_amount"},
    "O": {"mlr_amount"},
    "P": {"reaches_msr", "exceeds_mlr"},
    "Q": {"max_sharing_rate"},
    "R": {"quality_score"},
    "S": {"quality_standard_met"},
    "T": {"final_sharing_rate"},
    "U": {"shared_loss_rate"},
    "V": {"shared_savings"},
    "W": {"payment_limit"},
    "X": {"sequestration"},
    "Y": {"earned_payment"},
    "Z": {"shared_losses"},
    "AA": {"participant_revenue"},
    "BB": {"loss_limit"},
    "CC": {"capped_losses"},
    "DD x EE": {"waived_share"},
    "FF": {"euc_adjustment"},
    "GG": {"owed_repayment"},
}


@pytest.fixture(scope="module")
def roster(canonical, make_rows: Callable[..., list[dict[str, Any]]]) -> pd.DataFrame:
    return canonical(make_rows(2014, ROWS, situations=40))


@pytest.fixture(scope="module")
def evaluated(roster: pd.DataFrame) -> tuple[Values, RuleColumns]:
    """Every input and line of a random roster, and its rules."""
    return evaluate_all(roster, BOOK)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_formula_is_the_line(line: Line, evaluated: tuple[Values, RuleColumns]) -> None:
    """On every row: the same figure, and unknown where the line is unknown."""
    values, rules = evaluated
    tree = parse(line.formula)
    found = np.broadcast_to(getattr(values, line.name), ROWS).astype(np.float64).tolist()
    for row, number in enumerate(found):
        said = calculate(tree, Scope(values, rules, row))
        said = float(OUTCOMES.index(said)) if line.unit == "outcome" else said
        same = math.isnan(said) if math.isnan(number) else math.isclose(said, number, rel_tol=1e-11)
        assert same, (line.formula, said, number, row)
    assert line.name in RARE or np.isfinite(found).mean() > 1 / 20


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_formula_uses_only_what_is_above_it(line: Line) -> None:
    above = {given.name for given in INPUTS} | {other.name for other in LINES[: LINES.index(line)]}
    named = set(references(parse(line.formula)))
    rules = {name.split(".")[1] for name in named if name.startswith(RULES)}
    assert {name for name in named if not name.startswith(RULES)} <= above
    assert all(any(rule in BOOK.parameters(program) for program in BOOK.programs) for rule in rules)


class Figures(Values):
    """Figures by name; rules by name are in the same place."""

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


def test_the_formulas_of_spreadsheets_are_understood() -> None:
    """Precedence, functions, and what is not known."""
    row: Any = Figures({"a": 3.0, "b": -4.5, "x": math.nan, "steps": [0.0, 10.0, 20.0]})
    for text, value in {
        "a*b+2": -11.5,
        "-a-b": 1.5,
        "(a+b)/2": -0.75,
        "MIN(a,b)+MAX(a,b,7)": 2.5,
        "INT(b)": -5,
        "ABS(b)": 4.5,
        "IF(AND(a>=3,NOT(b>0)),1,0)": 1,
        "IF(OR(a<3,b=-4.5),a,x)": 3,
        "AND(a<0,x>1)": 0,
        "OR(a>0,x>1)": 1,
        "a<>b": 1,
        "x=x": 0,
        "x<>1": 0,
        "ISNUMBER(x)": 0,
        "IFERROR(x+1,a)": 3,
        "IFERROR(a,b)": 3,
        "MATCH(10,steps,1)": 2,
        "MATCH(9.9,steps,1)": 1,
        "INDEX(steps,2)": 10,
        "NTH(steps,9)": 20,
        "NTH(steps,0)": 0,
        "NTH(a,x)": 3,
        'IF(a>0,"yes","no")': "yes",
        '"text"="text"': 1,
    }.items():
        assert calculate(parse(text), row) == value, text
    for unknown in ("a+x", "MIN(a,x)", "MAX(x,a)", "NA()", "a/0", "MATCH(-1,steps,1)", "NTH(steps,x)", "INT(x)"):
        assert math.isnan(calculate(parse(unknown), row)), unknown


def test_a_condition_that_is_not_known_is_a_fault_of_the_formula() -> None:
    row: Any = Figures({"x": math.nan})
    for formula in ("IF(x,1,0)", "AND(x,1=0)", "NOT(x)"):
        with pytest.raises(AssertionError, match="not known"):
            calculate(parse(formula), row)


@pytest.mark.parametrize(
    ("formula", "left"),
    [
        ("IF(ISNUMBER(a),a,b)", "a"),
        ("IF(NOT(ISNUMBER(a)),a,b)", "b"),
        ("IF(AND(ISNUMBER(a),b>0),a,b)", "IF(b > 0, a, b)"),
        ("IF(OR(ISNUMBER(a),b>0),a,b)", "a"),
        ("IF(AND(b>0,c>0,NOT(ISNUMBER(a))),a,b)", "b"),
        ("1+IF(b>0,IF(ISNUMBER(a),a,c),b)", "1 + IF(b > 0, a, b)"),
    ],
)
def test_what_is_decided_is_left_out(formula: str, left: str) -> None:
    def decide(node: ast.expr) -> bool | None:
        return True if function_of(node) == "ISNUMBER" else None

    assert ast.unparse(reduced(parse(formula), decide)) == left
    assert ast.unparse(parse(formula)) == ast.unparse(parse(formula.replace(" ", ""))), "the tree itself is unchanged"


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_every_line_says_what_it_is(line: Line) -> None:
    assert line.label
    assert line.words.endswith("."), "a line has a sentence of words"
    assert line.unit in UNITS
    assert line.cite or line.rule, "a line cites the law or takes a parameter that does"
    assert not line.rule or any(line.rule in BOOK.parameters(program) for program in BOOK.programs)


def test_names_are_given_once() -> None:
    names = [*(given.name for given in INPUTS), *(line.name for line in LINES)]
    assert len(set(names)) == len(names)
    assert len({line.label for line in LINES}) == len(LINES)


def test_letters_are_those_of_cms() -> None:
    lettered = [(step.letter, step.name) for step in (*INPUTS, *LINES) if step.letter]
    assert {letter: {name for other, name in lettered if other == letter} for letter, _ in lettered} == CMS_LETTERS


class ReadOnce(Values):
    """Values that refuse to be read before they are computed, or under a name that nothing has."""

    def __getattr__(self, name: str) -> Any:
        assert name in self or name not in LINE_NAMES, f"{name} is read before it is computed"
        assert name in self, f"{name} is neither an input nor a line"
        return super().__getattr__(name)


def test_lines_read_only_what_exists_above_them(roster: pd.DataFrame) -> None:
    """An unknown name would read as an unknown figure without a word, a line further down too."""
    values, rules = evaluate_all(roster, BOOK)
    given = {step.name: getattr(values, step.name) for step in INPUTS if step.name in values}
    unread = {step.name for step in INPUTS} - given.keys()
    assert unread == set(), "the random roster gives every input"
    evaluate(LINES, ReadOnce(given), rules)
