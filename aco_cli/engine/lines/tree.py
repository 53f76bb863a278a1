"""Formulas as trees: numbers, texts, lists, names of figures, rule values, and functions applied to them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A number; a condition that is known is 1 or 0, and what is not known is NaN."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text, in a formula in double quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The numbers of a rule value that has several, in order."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A figure: an input or a line, by `name` or `name[period]`, and the member of it that is meant, if one is."""

    name: str
    member: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule value: a parameter (`payment_limit`) or a part of one (`loss_rate.floor`), written after `rules.`."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """A function or operator applied to arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = Number | Text | Listed | Name | Rule | Apply
Rewrite = Callable[[Node], Node | None]

UNKNOWN = Number(math.nan)
TRUE, FALSE = Number(1.0), Number(0.0)
COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    yield node
    if isinstance(node, Apply):
        for argument in node.arguments:
            yield from walk(argument)


def names(node: Node) -> list[str]:
    """The figures that a formula names, each once, in the order of its text."""
    return list(dict.fromkeys(each.name for each in walk(node) if isinstance(each, Name)))


def is_unknown(node: Node) -> bool:
    """Whether a node is the constant that nobody knows."""
    return isinstance(node, Number) and math.isnan(node.value)


def rewritten(node: Node, rewrite: Rewrite) -> Node:
    """A copy in which `rewrite` has replaced nodes, from the top; None leaves a node and goes on below it."""
    found = rewrite(node)
    if found is not None:
        return found
    if isinstance(node, Apply):
        return Apply(node.function, tuple(rewritten(each, rewrite) for each in node.arguments))
    return node


def reduced(node: Node, decide: Rewrite) -> Node:
    """A copy in which `decide` has replaced what it knows, without conditions and branches that are settled by that.

    `decide` is asked for every node, from the bottom; None leaves it. For an IF and an IFERROR it answers TRUE or FALSE
    for the first branch or the other.
    """
    if not isinstance(node, Apply):
        return decide(node) or node
    if node.function == "IF":
        return _taken(node, reduced(node.arguments[0], decide), decide)
    again = Apply(node.function, tuple(reduced(each, decide) for each in node.arguments))
    if node.function in ("AND", "OR"):
        return _connected(again, decisive=FALSE if node.function == "AND" else TRUE)
    if node.function == "NOT" and isinstance(again.arguments[0], Number):
        return negated(again.arguments[0])
    if node.function == "IFERROR":
        first = decide(again)
        return again if first is None else again.arguments[int(first != TRUE)]
    return decide(again) or again


def _taken(node: Apply, test: Node, decide: Rewrite) -> Node:
    """An IF with its test reduced: the branch taken, where that is known, or both, reduced."""
    _, yes, no = node.arguments
    if isinstance(test, Number):
        return test if is_unknown(test) else reduced(yes if test.value else no, decide)
    again = Apply("IF", (test, reduced(yes, decide), reduced(no, decide)))
    first = decide(again)
    return again if first is None else again.arguments[1 if first == TRUE else 2]


def negated(known: Number) -> Number:
    """The opposite of a condition that is known."""
    return FALSE if known.value else TRUE


def _connected(node: Apply, decisive: Number) -> Node:
    rest = tuple(each for each in node.arguments if not isinstance(each, Number))
    if any(isinstance(each, Number) and each == decisive for each in node.arguments):
        return decisive
    if not rest:
        return negated(decisive)
    return rest[0] if len(rest) == 1 else Apply(node.function, rest)
