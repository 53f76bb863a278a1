"""Formulas and values as people write them; a formula written and read again is the same."""

from __future__ import annotations

import pytest

from aco_cli.engine.lines.law import Law, law_of
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.text import bracketed, plainly, show, show_rule, written
from aco_cli.engine.lines.tree import Apply, Listed, Name, Node, Number, Rule, Text
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
TABLES = ("settlement", "notes", "waterfall", "distances", "settlement_from_benchmark", "benchmark", "benchmark_notes")


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (1234.5, "USD", "$1,234.50"),
        (-1234.5, "USD", "-$1,234.50"),
        (0.0, "USD", "$0.00"),
        (1e9, "USD", "$1,000,000,000.00"),
        (-9e29, "USD", f"-$900{',000' * 9}.00"),
        (1e300, "USD", f"$1{',000' * 100}.00"),
        # half-up to cents, as `settle` writes it
        (2_000_000.125, "USD", "$2,000,000.13"),
        (0.285, "USD", "$0.29"),
        (-0.125, "USD", "-$0.13"),
        (-0.001, "USD", "$0.00"),
        (float("nan"), "USD", "-"),
        (0.038, "fraction", "3.8%"),
        (0.0, "fraction", "0%"),
        (1.0, "fraction", "100%"),
        (5 / 12, "fraction", "41.666667%"),
        (-0.05, "fraction", "-5%"),
        (1.0, "condition", "yes"),
        (0.0, "condition", "no"),
        (float("nan"), "condition", "-"),
        (2014.0, "year", "2014"),
        (5_333.0, "persons", "5,333"),
        (3.0, "number", "3"),
        (0.0, "outcome", "earned"),
    ],
)
def test_figures_as_people_write_them(number: float, unit: str, text: str) -> None:
    assert show(number, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Number(0.034), "", "3.4%"),
        (Number(1.0), "", "100%"),
        (Number(5_000.0), "", "5,000"),
        (Number(1.0), "condition", "yes"),
        (Number(float("nan")), "", "-"),
        (Text("two-sided"), "", "two-sided"),
        (Listed((0.05, 0.075, 0.1)), "", "{5%, 7.5%, 10%}"),
        (Listed((1.0, 2.0, 3.0, 4.0, 5.0)), "", "{100%, 2, 3, 4, 5}"),
        (Listed((500.0, 1.0, 2.0, 3.0, 4.0, 60_000.0)), "", "{500, ..., 60,000}"),
    ],
)
def test_rule_values_as_people_write_them(value: Node, unit: str, text: str) -> None:
    assert show_rule(value, unit) == text


@pytest.mark.parametrize(("text", "within"), [("-$5", "(-$5)"), ("-2%", "(-2%)"), ("$5", "$5"), ("-", "-"), ("", "")])
def test_negative_values_stand_in_brackets_and_what_is_unknown_as_a_dash(text: str, within: str) -> None:
    assert bracketed(text) == within


def test_other_nodes_are_no_rule_values() -> None:
    with pytest.raises(TypeError):
        show_rule(Name("savings"))
    with pytest.raises(TypeError):
        plainly(Listed((1.0,)))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a+b*c", "a + b * c"),
        ("(a+b)*c", "(a + b) * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("a-b-c", "a - b - c"),
        ("a/(b*c)", "a / (b * c)"),
        ("-(a+b)", "-(a + b)"),
        ("-a*b", "-a * b"),
        ("a*-b", "a * -b"),
        ("a+b>c-2", "a + b > c - 2"),
        ("(a>b)=(c<2)", "(a > b) = (c < 2)"),
        ("(a>b)=1", "(a > b) = 1"),
        ("AND(a>b+1,NOT(c<>2))", "AND(a > b + 1, NOT(c <> 2))"),
        ('IF(rules.k="x",trend[by1],0.00005)', 'IF(rules.k = "x", trend[by1], 0.00005)'),
        ("NA()", "NA()"),
    ],
)
def test_formulas_as_they_stand_in_a_file(text: str, same: str) -> None:
    assert written(parse(text)) == same
    assert parse(same) == parse(text)


@pytest.mark.parametrize("table", TABLES)
def test_every_formula_of_the_law_written_and_read_again_is_the_same(table: str) -> None:
    law: Law = law_of(BOOK, "mssp", table)
    trees = [tree for step in law.steps for tree in step.trees.values()]
    assert trees
    for tree in trees:
        assert parse(written(tree)) == tree


def test_readers_see_a_cross_and_other_leaves() -> None:
    def leaf(node: Node) -> str:
        return {Name("a"): "$1.00", Rule("r"): "5%"}.get(node) or plainly(node)  # type: ignore[arg-type]

    assert written(Apply("*", (Name("a"), Rule("r"))), leaf) == "$1.00 x 5%"
