"""Formulas reduced to one situation: rule values put in, absent inputs taken as unknown, what follows worked out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aco_cli.engine.lines.functions import FUNCTIONS, LISTS
from aco_cli.engine.lines.tree import (
    COMPARISONS,
    FALSE,
    TRUE,
    UNKNOWN,
    Apply,
    Listed,
    Name,
    Node,
    Number,
    Rule,
    Text,
    is_unknown,
    names,
    reduced,
    walk,
)
from aco_cli.engine.outcome import OUTCOMES

# With an argument that is not known, nor is what comes of it.
_STRICT = frozenset({"+", "-", "*", "/", "NEGATIVE", "MIN", "MAX", "ABS", "INT", "MATCH", "INDEX"})
_STRICT |= {"DIFFERENCE", "RATE_OF", "LINEAR", "CORRIDORS"}
_CONSTANT = (Number, Text, Listed)
# The arguments that may be texts and lists; all others are numbers.
_TEXTS: Mapping[str, tuple[int, ...]] = {"=": (0, 1), "<>": (0, 1), "IF": (1, 2)}
_LISTS: Mapping[str, tuple[int, ...]] = {**LISTS, "ISNUMBER": (0,)}


class NotANumberError(Exception):
    """A text or list that stands where a number is needed: a rule value of the wrong kind."""


@dataclass(frozen=True, eq=False)
class Formula:
    """The formula of a figure, by its key; with the figures and rule values that it names."""

    key: str
    tree: Node
    names: Sequence[str]
    rules: Sequence[str]

    @classmethod
    def of(cls, key: str, tree: Node) -> "Formula":
        """The formula with what it names."""
        return cls(key, tree, names(tree), [node.name for node in walk(tree) if isinstance(node, Rule)])


@dataclass(frozen=True)
class Folded:
    """The formulas that are left to compute, each after all that it names; the nodes that stand twice; the inputs."""

    order: Sequence[Formula]
    shared: frozenset[int]
    inputs: frozenset[str]


def needed(order: Sequence[Formula], wanted: Iterable[str]) -> list[Formula]:
    """The formulas on which the figures wanted rest."""
    asked, found = set(wanted), []
    for formula in reversed(order):
        if formula.key in asked:
            asked.update(formula.names)
            found.append(formula)
    return found[::-1]


def fold(order: Sequence[Formula], wanted: Iterable[str], constants: Mapping[str, Node]) -> Folded:
    """What has to be computed for the figures `wanted`.

    `constants` has the values of rules, as `rules.NAME`, and of the figures that are not given.
    """
    known: dict[str, Node] = dict(constants)

    def decide(node: Node) -> Node | None:
        match node:
            case Name(name=name):
                return known.get(name)
            case Rule(name=name):
                return known[f"rules.{name}"]
            case Apply():
                return _worked_out(node)
        return None

    lines = []
    for formula in order:
        found = reduced(formula.tree, decide)
        if isinstance(found, Listed) or (isinstance(found, Text) and found.value not in OUTCOMES):
            raise NotANumberError(found)
        if isinstance(found, _CONSTANT):
            known[formula.key] = found
        lines.append(Formula.of(formula.key, found))
    left = needed(lines, wanted)
    return _shared(left, frozenset(name for each in left for name in each.names) - {each.key for each in left})


def _worked_out(node: Apply) -> Node | None:
    function, arguments = node.function, node.arguments
    if function == "IFERROR":
        value = arguments[0]
        return None if not isinstance(value, _CONSTANT) else FALSE if is_unknown(value) else TRUE
    if function == "NA" or (function in _STRICT and any(map(is_unknown, arguments))):
        return UNKNOWN
    if function in COMPARISONS and any(map(is_unknown, arguments)):
        return FALSE
    for place, each in enumerate(arguments):
        kinds = _TEXTS if isinstance(each, Text) else _LISTS
        if isinstance(each, Text | Listed) and place not in kinds.get(function, ()):
            raise NotANumberError(each)
    return _constant(function, arguments) if all(isinstance(each, _CONSTANT) for each in arguments) else None


def _constant(function: str, arguments: Sequence[Node]) -> Node:
    if any(isinstance(each, Text) for each in arguments):
        same = arguments[0] == arguments[1]
        return Number(float(same if function == "=" else not same))
    if function == "ISNUMBER":
        return FALSE if is_unknown(arguments[0]) else TRUE
    with np.errstate(all="ignore"):
        found = FUNCTIONS[function].compute(*map(constant_value, arguments))
    return UNKNOWN if np.isnan(found) else Number(float(found))


def constant_value(node: Node) -> Any:
    """A constant as columns are computed with."""
    return np.array(node.values) if isinstance(node, Listed) else np.float64(node.value)  # type: ignore[union-attr]


def as_constant(value: Any) -> Node:
    """A rule value as a constant: a number, a text, a list of numbers; a truth value is 1 or 0, none at all unknown."""
    if value is None:
        return UNKNOWN
    if not all(isinstance(each, int | float) for each in (value if isinstance(value, list) else [value])):
        return Text(value if isinstance(value, str) else "a table")
    return Listed(tuple(map(float, value))) if isinstance(value, list) else Number(float(value))


def _shared(order: Sequence[Formula], inputs: frozenset[str]) -> Folded:
    """The formulas with equal parts made one, which is then computed once."""
    ones: dict[object, Node] = {}
    uses: dict[int, int] = {}

    def one(node: Node) -> Node:
        if isinstance(node, Apply):
            arguments = tuple(map(one, node.arguments))
            found = ones.setdefault((node.function, *map(id, arguments)), Apply(node.function, arguments))
        else:
            found = ones.setdefault((type(node), node), node)
        uses[id(found)] = uses.get(id(found), 0) + 1
        return found

    lines = [replace(each, tree=one(each.tree)) for each in order]
    twice = frozenset(id(node) for node in ones.values() if isinstance(node, Apply) and uses[id(node)] > 1)
    return Folded(lines, twice, inputs)
