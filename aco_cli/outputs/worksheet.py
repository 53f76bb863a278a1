"""The worksheet of one settlement: every input and line with its value, formula with numbers put in, and citation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aco_cli.engine.lines import Line, Values
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.engine.settle import evaluate_all
from aco_cli.engine.settlement import INPUTS, LINES
from aco_cli.outputs.rounding import half_up_cents
from aco_cli.rules.book import RuleBook
from aco_cli.rules.columns import RuleColumns

_NAME = re.compile(r"\b[a-z_]{2,}\b")
_OPERATOR = re.compile(r"(?<=[\w)])(>=|<=|[*/+<>-])")
_SIGNS = {"*": "x"}


@dataclass(frozen=True)
class Entry:
    """A row of a worksheet: `value` in full precision, `shown` as people write it, `formula` with its numbers."""

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


def worksheet(row: pd.DataFrame, book: RuleBook) -> list[Entry]:
    """The worksheet of a frame of one roster row: what is known of it, then every line in the order of the law."""
    values, rules = evaluate_all(row, book)
    return [*_inputs(values), *(_entry(line, values, rules) for line in LINES)]


def _inputs(values: Values) -> Iterator[Entry]:
    for given in INPUTS:
        if not np.isnan(number := _scalar(values, given.name)):
            shown = show(number, given.unit)
            yield Entry(
                given.letter, given.name, given.label, given.unit, _plain(number), shown, "", "roster", "given", ""
            )


def _entry(line: Line, values: Values, rules: RuleColumns) -> Entry:
    number = _scalar(values, line.name)
    situation = rules.table.situations[0]
    program = rules.table.book.programs[situation.program]
    citation, status = program.cite or line.cite, str(program.status)
    if line.rule:
        entry = rules.table.book.entry(situation, line.rule)
        citation, status = (entry.cite, str(entry.status)) if entry else ("not part of this track and year", "")
    return Entry(
        line.letter,
        line.name,
        line.label,
        line.unit,
        _plain(number) if line.unit != "outcome" else show(number, line.unit),
        show(number, line.unit),
        _with_numbers(line.formula, values),
        citation,
        status,
        line.words,
    )


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


def _with_numbers(formula: str, values: Values) -> str:
    """A formula with names replaced by their values, negative ones in brackets, and room around its signs."""

    def number(match: re.Match[str]) -> str:
        value = _scalar(values, match.group())
        shown = "unknown" if np.isnan(value) else show(value, _UNITS[match.group()])
        return f"({shown})" if shown.startswith("-") else shown

    spaced = _OPERATOR.sub(lambda sign: f" {_SIGNS.get(sign.group(), sign.group())} ", formula.replace(",", ", "))
    return _NAME.sub(number, spaced)


def _scalar(values: Values, name: str) -> float:
    return float(np.asarray(getattr(values, name), dtype=np.float64).flat[0])


def _plain(number: float) -> str:
    return "" if np.isnan(number) else repr(number).removesuffix(".0")


_UNITS = {given.name: given.unit for given in INPUTS} | {step.name: step.unit for step in LINES}
