"""Trees: what they name, what is replaced in them, and which conditions and branches are left of them."""

from __future__ import annotations

import pytest

from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.text import written
from aco_cli.engine.lines.tree import (
    FALSE,
    TRUE,
    UNKNOWN,
    Apply,
    Name,
    Node,
    Number,
    is_unknown,
    names,
    reduced,
    rewritten,
    walk,
)


def test_a_walk_goes_through_a_formula_in_the_order_of_its_text() -> None:
    found = [
        each.function if isinstance(each, Apply) else written(each) for each in walk(parse("a * (b - 1) + rules.r"))
    ]
    assert found == ["+", "*", "a", "-", "b", "1", "rules.r"]


def test_names_are_told_once_in_the_order_of_the_text() -> None:
    assert names(parse("b + MIN(a, b) * rules.r")) == ["b", "a"]


def test_only_the_constant_that_nobody_knows_is_unknown() -> None:
    assert [is_unknown(each) for each in (UNKNOWN, Number(0.0), Name("a"), parse("NA()"))] == [
        True,
        False,
        False,
        False,
    ]


def test_what_replaces_a_node_is_not_looked_into() -> None:
    def doubled(node: Node) -> Node | None:
        return parse("a + a") if node == Name("a") else None

    assert written(rewritten(parse("a * b - MAX(a, 0)"), doubled)) == "(a + a) * b - MAX(a + a, 0)"


def known(node: Node) -> Node | None:
    """The answers that a tree is reduced by: yes, no, nan, first and other by name, and what is said of branches."""
    match node:
        case Name(name="yes") | Apply(function="IF" | "IFERROR", arguments=(Name(name="first"), *_)):
            return TRUE
        case Name(name="no") | Apply(function="IF" | "IFERROR", arguments=(Name(name="other"), *_)):
            return FALSE
        case Name(name="nan"):
            return UNKNOWN
        case Apply(function="+"):
            return Name("sum")
    return None


@pytest.mark.parametrize(
    ("formula", "left"),
    [
        ("a", "a"),
        ("yes", "1"),
        ("a + yes", "sum"),
        ("(a + b) * c", "sum * c"),
        # the branch taken, where the test is known
        ("IF(yes, a, b)", "a"),
        ("IF(no, a, b)", "b"),
        ("IF(no, a, b + c)", "sum"),
        ("IF(nan, a, b)", "nan"),
        # or both, unless something is said of them
        ("IF(a, b + c, yes)", "IF(a, sum, 1)"),
        ("IF(first, a, b + c)", "a"),
        ("IF(other, a, b + c)", "sum"),
        ("IFERROR(a + b, c)", "IFERROR(sum, c)"),
        ("IFERROR(first, a)", "first"),
        ("IFERROR(other, a)", "a"),
        # conditions without what is settled
        ("NOT(yes)", "0"),
        ("NOT(no)", "1"),
        ("NOT(a)", "NOT(a)"),
        ("AND(a, yes, b)", "AND(a, b)"),
        ("AND(a, yes)", "a"),
        ("AND(a, no)", "0"),
        ("AND(yes, yes)", "1"),
        ("OR(a, no, b)", "OR(a, b)"),
        ("OR(no, a)", "a"),
        ("OR(a, yes)", "1"),
        ("OR(no, no)", "0"),
        ("AND(NOT(no), OR(a, no))", "a"),
    ],
)
def test_what_is_left_of_a_formula_by_what_is_known(formula: str, left: str) -> None:
    assert written(reduced(parse(formula), known)) == left
