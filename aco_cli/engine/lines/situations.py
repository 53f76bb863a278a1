"""Rows by what selects their rules: program, track and performance year; and the law folded for each."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aco_cli.engine.lines.columns import compute
from aco_cli.engine.lines.fold import Folded, Formula, NotANumberError, as_constant, fold, needed
from aco_cli.engine.lines.functions import Column
from aco_cli.engine.lines.law import Law
from aco_cli.engine.lines.text import show_rule
from aco_cli.engine.lines.tree import FALSE, UNKNOWN, Node
from aco_cli.engine.outcome import CODES
from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import Entry, values_by_name

Rows = slice | NDArray[np.intp]


@dataclass(frozen=True)
class Situations:
    """The distinct programs, tracks and years of some rows; `codes` says for every row which one it is in."""

    book: RuleBook
    found: Sequence[Situation]
    codes: NDArray[np.intp]

    def groups(self, rows: slice) -> Iterator[tuple[Situation, Rows]]:
        """The rows of a block by situation."""
        codes = self.codes[rows]
        if (codes == codes[0]).all():
            yield self.found[codes[0]], rows
            return
        order = np.argsort(codes.astype(np.min_scalar_type(len(self.found))), kind="stable")  # small numbers sort fast
        ends = np.cumsum(np.bincount(codes, minlength=len(self.found)))
        for situation, first, end in zip(self.found, np.append(0, ends), ends, strict=False):
            if end > first:
                yield situation, order[first:end] + rows.start

    def entries(self, name: str) -> list[Entry | None]:
        """What a parameter is in each situation."""
        return [self.book.in_force(situation).get(name) for situation in self.found]

    def number(self, name: str) -> NDArray[np.float64]:
        """A number of the rules on every row; NaN where the parameter does not apply."""
        values = [np.nan if entry is None else float(entry.value) for entry in self.entries(name)]
        return np.array(values)[self.codes]

    def only(self, rows: Any) -> "Situations":
        """Those of some rows."""
        return Situations(self.book, self.found, self.codes[rows])


@dataclass(frozen=True)
class Evaluator:
    """Computes figures `wanted` of the law from the `figures` given, for rows of any situation.

    `laws` gives the tables of a program. Figures are arrays whose last axis is the rows, or single values. What is
    absent counts as unknown.
    """

    laws: Callable[[str], Sequence[Law]]
    situations: Situations
    figures: Mapping[str, Column]
    wanted: Callable[[Situation], Sequence[str]]

    def blocks(self, rows: int, size: int) -> Iterator[tuple[Situation, Rows, dict[str, Column]]]:
        """The figures wanted of every row, by situation, so many rows at a time."""
        for start in range(0, rows, max(size, 1)):
            for situation, part in self.situations.groups(slice(start, min(start + size, rows))):
                folded, some = self._folded[situation], Taken(self.figures, part)
                yield situation, part, compute(folded, {name: some[name] for name in folded.inputs}, CODES)

    @cached_property
    def _folded(self) -> dict[Situation, Folded]:
        """What is left to compute in each situation that has rows."""
        present = [self.situations.found[at] for at in np.flatnonzero(np.bincount(self.situations.codes)).tolist()]
        values = {each: values_by_name(self.situations.book.in_force(each)) for each in present}
        return {
            each: folded(tuple(self.laws(each.program)), tuple(self.wanted(each)), held, self.figures.keys())
            for each, held in values.items()
        }


def in_situation(
    situation: Situation, book: RuleBook, law: Law, wanted: Sequence[str], figures: Mapping[str, Column], rows: int
) -> dict[str, Column]:
    """Figures `wanted` of a table for so many rows that are all in one situation; {} for no rows."""
    situations = Situations(book, [situation], np.zeros(rows, dtype=np.intp))
    evaluator = Evaluator(lambda _: (law,), situations, figures, lambda _: wanted)
    return next((computed for _, _, computed in evaluator.blocks(rows, rows)), {})


def folded(laws: tuple[Law, ...], wanted: tuple[str, ...], values: Mapping[str, Any], given: Collection[str]) -> Folded:
    """What is left to compute of the figures wanted under rule values, by name, if the inputs of `given` are known."""
    rules, inputs = _asked(laws, wanted)
    missing = frozenset(name for name in inputs if name not in given)
    return _folded(laws, wanted, tuple((name, as_constant(values.get(name))) for name in rules), missing)


def places(mask: NDArray[np.bool_]) -> Rows:
    """Where a mask holds: a slice if everywhere, of which no copy is made."""
    return slice(None) if mask.all() else np.flatnonzero(mask)


class Taken(Mapping[str, Column]):
    """Figures of some rows, each taken when it is asked for: benchmarks have hundreds, and a note needs a few."""

    def __init__(self, figures: Mapping[str, Column], rows: Rows) -> None:
        self.figures, self.rows = figures, rows

    def __getitem__(self, name: str) -> Column:
        column = self.figures[name]
        if not np.ndim(column):
            return column
        return column[..., self.rows] if isinstance(self.rows, slice) else np.take(column, self.rows, axis=-1)

    def __iter__(self) -> Iterator[str]:
        return iter(self.figures)

    def __len__(self) -> int:
        return len(self.figures)


@lru_cache(maxsize=64)
def _needed(laws: tuple[Law, ...], wanted: tuple[str, ...]) -> tuple[Formula, ...]:
    return tuple(needed(tuple({each.key: each for law in laws for each in law.order}.values()), wanted))


@lru_cache(maxsize=64)
def _asked(laws: tuple[Law, ...], wanted: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules and the inputs that figures rest on, by name."""
    formulas = _needed(laws, wanted)
    rules = dict.fromkeys(name for each in formulas for name in each.rules)
    lines = {each.key for each in formulas}
    inputs = dict.fromkeys(name for each in formulas for name in each.names if name not in lines)
    return tuple(rules), tuple(inputs)


# Many years and tracks have the same values, and simulations ask for the same again and again.
@lru_cache(maxsize=1024)
def _folded(
    laws: tuple[Law, ...], wanted: tuple[str, ...], rules: tuple[tuple[str, Node], ...], missing: frozenset[str]
) -> Folded:
    known = {key: step for law in laws for key, step in law.named.items()}
    constants = {f"rules.{name}": value for name, value in rules}
    constants |= {name: FALSE if known[name].choice else UNKNOWN for name in missing}
    try:
        return fold(_needed(laws, wanted), wanted, constants)
    except NotANumberError as error:
        named, found = next((name, show_rule(value)) for name, value in rules if value == error.args[0])
        raise RulesError(f"{named.partition('.')[0]}.yaml: expected a number for {named}, found {found}") from None
