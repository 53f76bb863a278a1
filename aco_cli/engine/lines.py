"""Lines: named, vectorised steps of a settlement with letter, unit, formula and citation; and their evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aco_cli.rules.columns import RuleColumns

Column = NDArray[Any]
Function = Callable[["Values", RuleColumns], Column]


V11 = "CMS methodology v11"
UNKNOWN: Column = np.asarray(np.nan)


def given_or(given: Column, otherwise: Column) -> Column:
    """What the roster gives, and where it gives nothing, something else."""
    if given.ndim == 0 and np.isnan(given):  # a column that the roster lacks costs nothing
        return otherwise
    return np.where(np.isnan(given), otherwise, given)


class Values:
    """Columns by name: the inputs and every line computed so far.

    An input that is absent reads as unknown (NaN). A column may be a single value that holds for all rows.
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = dict(columns)

    def __getattr__(self, name: str) -> Column:
        return self._columns.get(name, UNKNOWN)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def set(self, name: str, column: Column) -> None:
        """Add a computed column."""
        self._columns[name] = column


@dataclass(frozen=True)
class Input:
    """A figure of the roster that lines start from; a choice is a condition that a blank cell answers with no."""

    name: str
    label: str
    unit: str
    letter: str = ""
    is_choice: bool = False


@dataclass(frozen=True)
class Line:
    """One step of the law.

    `formula` is in spreadsheet notation over the names of inputs, earlier lines and rule values (`engine.formulas`);
    `rule` names the parameter that the line takes, whose own citation then stands for the line's; `words` says in one
    sentence what it is; `table` is CMS's where that is another than of the lines around it.
    """

    name: str
    label: str
    unit: str
    words: str
    cite: str
    letter: str
    formula: str
    rule: str
    compute: Function
    table: str = ""


class Sheet:
    """An ordered list of lines, filled by decorating functions in the order of the law."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def line(
        self, label: str, unit: str, *, letter: str = "", formula: str = "", rule: str = "", cite: str = ""
    ) -> Callable[[Function], Function]:
        """Register the decorated function as the next line; its name and docstring are the line's name and words."""

        def register(function: Function) -> Function:
            words = " ".join((function.__doc__ or "").split())
            line = Line(function.__name__, label, unit, words, cite, letter, formula, rule, function)
            self.lines.append(line)
            return function

        return register


def evaluate(lines: Iterable[Line], values: Values, rules: RuleColumns) -> Values:
    """Compute every line in order over all rows at once and add it to `values`, unrounded."""
    with np.errstate(invalid="ignore", divide="ignore"):
        for line in lines:
            values.set(line.name, line.compute(values, rules))
    return values
