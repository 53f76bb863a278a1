"""The formula that a worksheet prints for a line is the line: both give the same figure on random rosters."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.lines import Line, Values, evaluate
from aco_cli.engine.settle import evaluate_all
from aco_cli.engine.settlement import INPUTS, LINE_NAMES, LINES
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
WITH_FORMULA = [line for line in LINES if line.formula]
ROWS = 1_500
UNITS = {"USD", "fraction", "condition", "number", "persons", "year", "outcome"}

# The lines of table 3 of CMS's reconciliation report, by CMS's letter (CMS methodology v11).
CMS_LETTERS = {
    "A": {"assigned_beneficiaries", "beneficiaries"},
    "G": {"expenditure_total"},
    "H": {"benchmark_total"},
    "I": {"savings"},
    "L": {"msr"},
    "M": {"mlr"},
    "N": {"msr_amount"},
    "O": {"mlr_amount"},
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


class Unknown(Exception):
    """A formula meets a figure that is not known."""


@pytest.fixture(scope="module")
def roster(canonical, make_rows: Callable[..., list[dict[str, Any]]]) -> pd.DataFrame:
    return canonical(make_rows(2014, ROWS, situations=40))


@pytest.fixture(scope="module")
def figures(roster: pd.DataFrame) -> dict[str, list[float]]:
    """Every input and line of a random roster, by name."""
    values, _ = evaluate_all(roster, BOOK)
    names = [*(given.name for given in INPUTS), *(line.name for line in LINES)]
    return {name: np.broadcast_to(getattr(values, name), ROWS).astype(np.float64).tolist() for name in names}


@pytest.mark.parametrize("line", WITH_FORMULA, ids=lambda line: line.name)
def test_formula_is_the_line(line: Line, figures: Mapping[str, list[float]]) -> None:
    tree = ast.parse(python_of(line.formula), mode="eval").body
    tried = 0
    for n, found in enumerate(figures[line.name]):
        row = {name: column[n] for name, column in figures.items()}
        try:
            said = calculate(tree, row)
        except Unknown:
            continue
        if not math.isnan(found):
            tried += 1
            assert math.isclose(said, found, rel_tol=1e-11), (line.formula, said, found, row)
    assert tried > ROWS / 20


@pytest.mark.parametrize("line", WITH_FORMULA, ids=lambda line: line.name)
def test_formula_uses_only_what_is_above_it(line: Line) -> None:
    above = {given.name for given in INPUTS} | {other.name for other in LINES[: LINES.index(line)]}
    assert set(re.findall(r"[a-z_]+", line.formula)) <= above


def test_the_formulas_of_spreadsheets_are_understood() -> None:
    """The calculator of this module itself: precedence, functions, and what is not known."""
    row = {"a": 3.0, "b": -4.5, "x": math.nan}
    for text, value in {
        "a*b+2": -11.5,
        "-a-b": 1.5,
        "(a+b)/2": -0.75,
        "MIN(a,b)+MAX(a,b,7)": 2.5,
        "INT(b)": -5,
        "IF(AND(a>=3,NOT(b>0)),1,0)": 1,
        "IF(OR(a<3,b=-4.5),a,x)": 3,
        "AND(a<0,x>1)": 0,
        "OR(a>0,x>1)": 1,
        "a<>b": 1,
        "IF(a<=2,5%,0.5)": 0.5,
    }.items():
        assert calculate(ast.parse(python_of(text), mode="eval").body, row) == value, text
    with pytest.raises(Unknown):
        calculate(ast.parse("a+x", mode="eval").body, row)


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
    conditions = ("is_involuntary", "on_benchmark_limit", "elects_sliding")
    given = {name: getattr(values, name) for name in (*(step.name for step in INPUTS), *conditions) if name in values}
    unread = {step.name for step in INPUTS} - given.keys()
    assert unread == set(), "the random roster gives every input"
    evaluate(LINES, ReadOnce(given), rules)


# A small calculator of spreadsheet formulas, exact about what is unknown


def python_of(formula: str) -> str:
    """A spreadsheet formula as a Python expression: = and <> for == and !=, percent as hundredths."""
    text = re.sub(r"(?<![<>=])=(?!=)", "==", formula).replace("<>", "!=")
    return re.sub(r"([\d.]+)%", r"(\1/100)", text)


OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def calculate(node: ast.expr, row: Mapping[str, float]) -> float:
    """The value of an expression on a row; conditions are 1 and 0. Raises Unknown where a needed figure is unknown."""
    match node:
        case ast.Constant(value=number):
            return float(number)
        case ast.Name(id=name):
            if math.isnan(row[name]):
                raise Unknown
            return row[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -calculate(operand, row)
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](calculate(left, row), calculate(right, row))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return float(COMPARISONS[type(op)](calculate(left, row), calculate(right, row)))
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return call(function, arguments, row)
    raise AssertionError(f"not part of a formula: {ast.dump(node)}")


def call(function: str, arguments: Sequence[ast.expr], row: Mapping[str, float]) -> float:
    if function == "IF":  # only the branch taken needs to be known
        condition, yes, no = arguments
        return calculate(yes if calculate(condition, row) else no, row)
    if function in {"AND", "OR"}:
        return connect(arguments, row, decisive=float(function == "OR"))
    known = [calculate(argument, row) for argument in arguments]
    simple: dict[str, Callable[..., float]] = {"MIN": min, "MAX": max, "INT": math.floor, "NOT": lambda x: float(not x)}
    return simple[function](*known)


def connect(arguments: Sequence[ast.expr], row: Mapping[str, float], decisive: float) -> float:
    """AND and OR: one argument that decides is enough, whatever is unknown beside it."""
    unknown = False
    for argument in arguments:
        try:
            if calculate(argument, row) == decisive:
                return decisive
        except Unknown:
            unknown = True
    if unknown:
        raise Unknown
    return 1 - decisive
