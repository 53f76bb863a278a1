"""Rules as columns: for rows of programs, tracks and years, the value of a parameter on every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import Entry, Status

FloatColumn = NDArray[np.float64]
BoolColumn = NDArray[np.bool_]


class RuleTable:
    """The distinct programs, tracks and years of a run, and each parameter's value in each of them."""

    def __init__(self, book: RuleBook, situations: Sequence[Situation]) -> None:
        self.book = book
        self.situations = situations
        self._values: dict[str, list[Any]] = {}
        self._uncertain: dict[str, list[tuple[int, Entry]]] = {}

    def values(self, name: str) -> list[Any]:
        """The value of a parameter (`payment_limit`) or of a part of one (`loss_rate.floor`) in every situation."""
        if name not in self._values:
            parameter, _, part = name.partition(".")
            entries = [self.book.entry(situation, parameter) for situation in self.situations]
            values = [None if entry is None else entry.value for entry in entries]
            self._values[name] = [value.get(part) if part and value is not None else value for value in values]
        return self._values[name]

    def uncertain(self, parameter: str) -> list[tuple[int, Entry]]:
        """The situations, by number, in which a parameter's value is not published, each with its entry."""
        if parameter not in self._uncertain:
            entries = [self.book.entry(situation, parameter) for situation in self.situations]
            self._uncertain[parameter] = [
                (code, entry)
                for code, entry in enumerate(entries)
                if entry is not None and entry.status is not Status.PUBLISHED
            ]
        return self._uncertain[parameter]


@dataclass(frozen=True)
class RuleColumns:
    """Parameters gathered onto rows: `codes` says for every row which situation of the table it is in.

    A parameter that is the same on all rows comes as a single value, which spreads by itself when computed with.
    """

    table: RuleTable
    codes: NDArray[np.intp]

    def number(self, name: str) -> FloatColumn:
        """A number on every row; NaN where the parameter does not apply."""
        values = [np.nan if value is None else value for value in self.table.values(name)]
        try:
            numbers = np.array(values, dtype=np.float64)
        except ValueError as error:
            raise RulesError(f"{name}.yaml: expected numbers, found {values}") from error
        return self._spread(numbers)

    def flag(self, name: str, equals: object) -> BoolColumn:
        """Whether a parameter or a part of one has the value given, on every row."""
        return self._spread(np.array([value == equals for value in self.table.values(name)], dtype=np.bool_))

    def nth(self, name: str, number: FloatColumn) -> FloatColumn:
        """The number-th value of a list on every row (from 1); past its end the last one. NaN where number is NaN.

        A single number counts as a list of one that holds for every number, known or not.
        """
        values = self.table.values(name)
        if not any(isinstance(value, list) for value in values):
            return self.number(name)
        lists = [value if isinstance(value, list) else [value] for value in values]
        longest = max(map(len, lists))
        known = np.array([each + each[-1:] * (longest - len(each)) for each in lists], dtype=np.float64)
        unknown = [np.nan if isinstance(value, list) else value for value in values]
        by_number = np.column_stack([np.array(unknown, dtype=np.float64), known])
        place = np.where(np.isnan(number), 0, np.clip(number, 1, longest)).astype(np.intp)
        return by_number[self.codes, place]

    def scales(self, name: str) -> list[tuple[BoolColumn, list[dict[str, Any]]]]:
        """The distinct scales of a parameter, each with the rows it holds for (a few scales, never one per row)."""
        found: dict[int, tuple[list[int], list[dict[str, Any]]]] = {}
        for code, value in enumerate(self.table.values(name)):
            if value is not None:
                found.setdefault(id(value), ([], value))[0].append(code)
        if len(found) == 1 and all(value is not None for value in self.table.values(name)):
            return [(np.asarray(True), scale) for _, scale in found.values()]
        return [(np.isin(self.codes, codes), scale) for codes, scale in found.values()]

    def _spread(self, values: NDArray[Any]) -> NDArray[Any]:
        if np.array_equal(values, np.broadcast_to(values[:1], values.shape), equal_nan=values.dtype.kind == "f"):
            return np.asarray(values[0])
        return values[self.codes]
