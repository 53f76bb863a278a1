"""The worksheet of one settlement: every input and line with its value, formula with numbers put in, and citation."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from aco_cli.engine.benchmark.compute import evaluate_benchmark
from aco_cli.engine.formulas import (
    RULES,
    Scope,
    calculate,
    function_of,
    is_text,
    name_of,
    parse,
    reduced,
    references,
    value_of,
)
from aco_cli.engine.lines import Input, Line
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.engine.settle import evaluate_all
from aco_cli.engine.settlement import LINES
from aco_cli.outputs.rounding import half_up_cents
from aco_cli.outputs.tables import BENCHMARK, BENCHMARK_TABLES, settlement_inputs, tables
from aco_cli.rules.book import RuleBook

SETTLEMENT_TABLE = "3"
MOST_LISTED = 5
_SIGNS = {"*": "x", "==": "=", "!=": "<>"}


@dataclass(frozen=True)
class Entry:
    """A row of a worksheet: `value` in full precision, `shown` as people write it, `formula` with its numbers.

    `table` is the table of CMS's reconciliation report that the letter belongs to; `worth` is what the settlement gains
    (US dollars) where the row is about something that may yet change, NaN elsewhere.
    """

    letter: str
    line: str
    label: str
    unit: str
    value: str
    shown: str
    formula: str
    citation: str
    status: str
    words: str
    table: str = ""
    worth: float = math.nan


def worksheet(
    row: pd.DataFrame, book: RuleBook, evidence: tuple[pd.DataFrame, pd.DataFrame] | None = None
) -> list[Entry]:
    """The worksheet of a frame of one roster row: what is known of it, then every line in the order of the law.

    With `evidence`, the tables of expenditures and of national figures, it starts with the benchmark they give.
    """
    others = {}
    if evidence is not None:
        figures, eras, known = evaluate_benchmark(row, *evidence, book)
        others = {BENCHMARK: Scope(figures, eras)} if known[0] else {}
    found: list[Entry] = []
    for table in BENCHMARK_TABLES if others else ():
        found += _entries(table.steps, others[BENCHMARK], table.number)
    values, rules = evaluate_all(row, book)
    steps = [*settlement_inputs(with_benchmark=bool(others)), *LINES]
    return [*found, *_entries(steps, Scope(values, rules, others=others), SETTLEMENT_TABLE)]


def _entries(steps: Sequence[Input | Line], scope: Scope, table: str) -> Iterator[Entry]:
    """The inputs that are known, and the lines, as rows of a worksheet; `table` is CMS's number of their table."""
    for step in steps:
        number = value_of(step, scope)
        if isinstance(step, Line):
            yield _line(step, number, scope, table)
        elif is_given(step, number):
            shown = show(number, step.unit)
            source = "roster" if table == SETTLEMENT_TABLE else "files"
            yield Entry(
                step.letter, step.name, step.label, step.unit, _plain(number), shown, "", source, "given", "", table
            )


def is_given(step: Input | Line, number: float) -> bool:
    """Whether a figure is known; of a choice, whether it is made."""
    return not np.isnan(number) and bool(number or not (isinstance(step, Input) and step.is_choice))


def _line(line: Line, number: float, scope: Scope, table: str) -> Entry:
    citation, status = authority(line, scope)
    shown = show(number, line.unit)
    return Entry(
        line.letter,
        line.name,
        line.label,
        line.unit,
        _plain(number) if line.unit != "outcome" else shown,
        shown,
        _with_numbers(parse(line.formula), scope),
        citation,
        status,
        line.words,
        line.table or table,
    )


def authority(line: Line, scope: Scope) -> tuple[str, str]:
    """Citation and status of a line: of the rule value it takes, of its program's procedure, or its own."""
    book = scope.rules.table.book
    if line.rule:
        entry = book.entry(scope.situation, line.rule)
        return (entry.cite, str(entry.status)) if entry else ("not part of this track and year", "")
    program = book.programs[scope.situation.program]
    return program.cite or line.cite, str(program.status)


def show(number: float, unit: str) -> str:
    """A value as people write it: dollars and cents, percent, whole numbers, yes or no; a dash where unknown."""
    if np.isnan(number):
        return "-"
    if unit == "USD":
        cents = float(half_up_cents(np.array([number]))[0])
        return f"{'-' if cents < 0 else ''}${abs(cents):,.2f}"
    if unit == "fraction":
        return f"{100 * number:.6f}".rstrip("0").rstrip(".") + "%"
    if unit == "condition":
        return "yes" if number else "no"
    if unit == "outcome":
        return OUTCOMES[int(number)]
    return f"{number:.0f}" if unit == "year" else f"{number:,.12g}"


def _with_numbers(tree: ast.expr, scope: Scope) -> str:
    """A formula with its numbers, of its branches those that decide; nothing where only a figure is left of it."""
    rest = reduced(tree, lambda node: _decide(node, scope))
    if name_of(rest) or isinstance(rest, ast.Constant) or function_of(rest) == "NA":
        return ""
    numbers = _Numbers(scope).visit(rest)
    text = ast.unparse(numbers)
    for sign, written in _SIGNS.items():
        text = text.replace(f" {sign} ", f" {written} ")
    return text


def _decide(node: ast.expr, scope: Scope) -> bool | None:
    """What a reader need not see: whether a figure is given, which kind of rule it is, and where nothing is known."""
    match node:
        case ast.Compare() if any(map(is_text, ast.walk(node))):
            return bool(calculate(node, scope))
        case ast.Call(args=[test, yes, no]) if function_of(node) == "IF":
            taken = bool(calculate(test, scope))
            chosen, other = (yes, no) if taken else (no, yes)
            final = is_text(chosen) or function_of(chosen) == "NA"
            return taken if final or _is_unknown(other, scope) or _says_nothing(other, test) else None
        case ast.Call(args=[value, _]) if function_of(node) == "IFERROR":
            return not np.isnan(calculate(value, scope))
        case ast.Call() if function_of(node) == "ISNUMBER":
            return bool(calculate(node, scope))
    return None


def _is_unknown(branch: ast.expr, scope: Scope) -> bool:
    return bool(name_of(branch)) and scope[name_of(branch)] != scope[name_of(branch)]  # NaN


def _says_nothing(branch: ast.expr, test: ast.expr) -> bool:
    """A branch not taken that only passes on that something is unknown, or is for a share of all or nothing."""
    passes_on = bool(name_of(branch)) and name_of(branch) in references(test)
    return function_of(branch) == "NA" or passes_on or _is_edge(test)


def _is_edge(test: ast.expr) -> bool:
    """Whether a share is asked for being all or nothing, which the sum with it need not be."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=0 | 1)]):
            return _UNITS[name] == "fraction"
    return False


class _Numbers(ast.NodeTransformer):
    """Names replaced by their values as people write them, negative ones in brackets."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._shown(node.id, _UNITS[node.id])

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, (int, float)):
            return ast.Name(np.format_float_positional(node.value, trim="-"))
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        name = name_of(node)
        return self._shown(name, "" if name.startswith(RULES) else _UNITS[node.attr])

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        name = name_of(node.left)
        is_condition = name.startswith(RULES) or _UNITS.get(name) == "condition"
        if is_condition and ast.unparse(node.comparators[0]) == "1":  # may be unknown, and yes is asked for
            return self._shown(name, "condition")
        again = self.generic_visit(node)
        return cast(ast.expr, again)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return ast.Call(node.func, [self.visit(argument) for argument in node.args], [])

    def _shown(self, name: str, unit: str) -> ast.expr:
        value = self._scope[name]
        if isinstance(value, list):
            return ast.Name(f"{{{', '.join(map(show_rule, _ends(value)))}}}")
        text = show(value, unit) if unit and isinstance(value, float) else show_rule(value)
        text = "unknown" if text == "-" else text
        return ast.Name(f"({text})" if text.startswith("-") else text)


def _ends(values: list[float]) -> list[float | str]:
    return [*values] if len(values) <= MOST_LISTED else [values[0], "...", values[-1]]


def show_rule(value: float | str) -> str:
    """A rule value as people write it: a number up to 1 is a share."""
    if isinstance(value, str):
        return value
    return show(value, "fraction" if abs(value) <= 1 else "number")


def _plain(number: float) -> str:
    return "" if np.isnan(number) else repr(number).removesuffix(".0")


# A name that settlement and benchmark share has one unit.
_UNITS = {step.name: step.unit for table in tables(with_benchmark=True) for step in table.steps}
