"""Made-up laws: random ones, some of whose inputs and rule values nobody knows, and small ones with one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy as np
import pytest

from aco_cli.engine.lines.law import Law
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.row import Row, members, plain_tree
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.text import written
from aco_cli.engine.lines.tree import COMPARISONS, Apply, Name, Node, Number, Rule, Text
from aco_cli.engine.outcome import CODES
from aco_cli.rules.book import Situation
from aco_cli.rules.parameters import Entry, Status

ROWS = 5
# Of each kind one input is in no roster.
NUMBERS, CONDITIONS, CHOICES = ("a", "b", "c", "absent"), ("told", "untold"), ("chosen", "unchosen")
BY_TYPE = ("share", "figure", "nowhere")
VALUES: Mapping[str, Any] = {
    **{"rate": 0.02, "zero": 0, "yes": True, "kind": "fixed", "word": "elective"},
    **{"steps": [0.0, 1.0, 2.5], "pair": {"low": 0.1}},
}
NUMERIC_RULES = ("rate", "zero", "yes", "pair.low", "pair.high", "gone")
FUNCTIONS = (
    *("+", "-", "*", "/", "NEGATIVE", "ABS", "INT", "MIN", "MAX", "IFERROR", "RATE_OF", "LINEAR", "NTH", "MATCH"),
    *("INDEX", "NA", "IF", "IF", "IF"),
)
ARITY = {"NA": 0, "NEGATIVE": 1, "ABS": 1, "INT": 1, "MAX": 3}
EDGES = (np.nan, 0.0, 1.0, -1.0, 0.5, 2.5, 3.0)

INPUTS = [
    *(Step(name, label=name, unit="number", given="roster") for name in NUMBERS),
    *(Step(name, label=name, unit="condition", given="roster") for name in CONDITIONS),
    *(Step(name, label=name, unit="condition", given="roster", choice=True) for name in CHOICES),
    *(Step(name, label=name, unit="number", given="files", by=("type",)) for name in BY_TYPE),
]
ENTRIES = {name: Entry(("x",), range(2014, 2015), value, Status.PUBLISHED, "made up") for name, value in VALUES.items()}


@dataclass(frozen=True)
class RandomLaw:
    """A law with the figures of some rows, and rule values."""

    law: Law
    figures: Mapping[str, Any]
    entries: Mapping[str, Entry]

    @property
    def text(self) -> str:
        """The lines in words, for a failing test."""
        return "; ".join(f"{step.key}: {written(step.trees['formula'])}" for step in self.law.lines)


def apply(function: str, *arguments: Node) -> Apply:
    return Apply(function, arguments)


@dataclass
class Formulas:
    """Random formulas such as a law may have, over figures that stand above."""

    random: Random
    numbers: list[str]
    conditions: list[str]

    def number(self, depth: int = 3) -> Node:
        """A formula for a number; what it names may be unknown."""
        if depth and self.random.random() < 0.8:
            return self._applied(self.random.choice(FUNCTIONS), depth - 1)
        pick = self.random.choice
        leaves = (Name(pick(self.numbers)), Rule(pick(NUMERIC_RULES)), Number(pick((0.0, 1.0, 2.5, 0.02))))
        return pick((*leaves, leaves[0]))

    def _applied(self, function: str, depth: int) -> Node:
        below = [self.number(depth) for _ in range(3)]
        steps = Rule(self.random.choice(("steps", "steps", "gone")))
        match function:
            case "IF":
                return apply("IF", self.condition(depth), *below[:2])
            case "NTH":
                return apply("NTH", self.random.choice((steps, Rule("rate"))), below[0])
            case "MATCH":
                return apply("MATCH", below[0], steps, Number(1.0))
            case "INDEX":
                return apply("INDEX", steps, apply("MATCH", below[0], steps, Number(1.0)))
            case "LINEAR":  # whole millionths, as it takes rates for
                return apply("LINEAR", *below, Number(0.039), self.random.choice((Number(0.02), Rule("rate"))))
        return apply(function, *below[: ARITY.get(function, 2)])

    def condition(self, depth: int = 3) -> Node:
        """A formula for a condition, which may be unknown."""
        kind = self.random.choice(("name", "known", "known", "if"))
        if kind == "name":
            return Name(self.random.choice([*CONDITIONS, *CHOICES, *self.conditions]))
        if kind == "if" and depth > 0:
            return apply("IF", self.condition(depth - 1), self.condition(depth - 1), apply("NA"))
        return self.known(depth)

    def known(self, depth: int) -> Node:
        """A formula for a condition that comes out whatever is not known."""
        pick = self.random.choice
        kind = pick(("choice", "words", "compared", "compared", "ISNUMBER", "AND", "OR", "NOT", "IF"))
        below = depth - 1
        if kind == "choice" or depth <= 0:
            return Name(pick(CHOICES))
        match kind:
            case "words":
                return apply(pick(("=", "<>")), Rule(pick(("kind", "word"))), Text(pick(("fixed", "elective", "else"))))
            case "compared":
                return apply(pick(sorted(COMPARISONS)), self.number(below), self.number(below))
            case "ISNUMBER":
                return apply("ISNUMBER", self.number(below))
            case "NOT":
                return apply("NOT", self.known(below))
        return apply(kind, *(self.known(below) for _ in range(3 if kind == "IF" else 2)))


def random_law(seed: int) -> RandomLaw:
    """A few lines, one upon the other, and rows on edges often; the same for the same seed."""
    random = Random(seed)
    numbers, conditions, steps = list(NUMBERS), [], []
    for place in range(random.randint(1, 4)):
        name, formulas = f"line_{place}", Formulas(random, numbers, conditions)
        kind = random.choice(("number", "condition", "by type"))
        if kind == "condition":
            steps.append(_line(name, formulas.condition(), "condition"))
            conditions.append(name)
            continue
        if kind == "by type":
            each = Formulas(random, [*numbers, *BY_TYPE], conditions).number()
            steps.append(_line(f"{name}_of", each, "number", ("type",)))
        weighted = apply("SHARE_WEIGHTED", Name("share"), Name(f"{name}_of"))
        steps.append(_line(name, weighted if kind == "by type" else formulas.number(), "number"))
        numbers.append(name)
    return RandomLaw(Law([*INPUTS, *steps]), _figures(random), ENTRIES)


def _line(name: str, tree: Node, unit: str, by: tuple[str, ...] = ()) -> Step:
    return Step(name, label=name, unit=unit, by=by, trees={"formula": tree})


def _figures(random: Random) -> dict[str, Any]:
    """Columns, of which some are not there at all, as in rosters; `share` always is."""

    def column() -> list[float]:
        return [random.choice((*EDGES, random.uniform(-3, 3))) for _ in range(ROWS)]

    figures: dict[str, Any] = {name: np.array(column()) for name in ("a", "b", "c")}
    figures["told"] = np.array([random.choice((np.nan, 0.0, 1.0)) for _ in range(ROWS)])
    figures["chosen"] = np.array([random.choice((False, True)) for _ in range(ROWS)])
    figures["figure"] = np.array([column() for _ in range(4)])
    kept = {name: each for name, each in figures.items() if random.random() < 0.8}
    return {**kept, "share": np.array([column() for _ in range(4)])}


@pytest.fixture(scope="session")
def make_law() -> Callable[[int], RandomLaw]:
    return random_law


def row_of(
    inputs: Mapping[str, tuple[str, Any]], lines: Mapping[str, tuple[str, str]], rules: Mapping[str, Any] | None = None
) -> Row:
    """A row of a law with these inputs (unit and value, of types four) and lines (unit and formula).

    An input with a dot is of another table. The unit `choice` is of a condition that a blank answers with no; a value
    of None is in no roster. A line is by type where its unit says so: `USD by type`.
    """
    used, steps, figures = {}, [], dict[str, Any]()
    for name, (unit, value) in inputs.items():
        kind = {"unit": "condition", "choice": True} if unit == "choice" else {"unit": unit}
        own = Step(name, label=name.capitalize(), given="files", by=("type",) * isinstance(value, list), **kind)
        used[name] = own
        steps += [own] if "." not in name else []
        if value is not None:
            figures[name] = np.array([[each] for each in value] if isinstance(value, list) else [value])
    for name, (unit, formula) in lines.items():
        plain, _, by = unit.partition(" by ")
        more = {"cite": f"42 CFR 425, {name}", "by": tuple(filter(None, [by])), "words": f"The {name}."}
        steps.append(Step(name, label=name.capitalize(), unit=plain, trees={"formula": parse(formula)}, **more))
    entries = {name: replace(ENTRIES["rate"], value=value) for name, value in (rules or {}).items()}
    row = Row(Law(steps, used=used), figures, 0, Situation("x", "x", 2014), entries)
    for step in row.law.lines:
        found = [[row.value(plain_tree(row.law, step, member))] for member in members(step)]
        coded = [[CODES[each] if isinstance(each, str) else each for each in one] for one in found]
        figures[step.key] = np.array(coded if step.axis else coded[0], dtype=np.float64)
    return row


@pytest.fixture(scope="session")
def make_row() -> Callable[..., Row]:
    return row_of
