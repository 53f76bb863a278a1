"""From text to trees: the notation of spreadsheets, and what is not in the language is refused in words."""

from __future__ import annotations

import pytest

from aco_cli.engine.lines.parse import FormulaError, parse
from aco_cli.engine.lines.tree import Apply, Name, Node, Number, Rule, Text

A, B, C = Name("a"), Name("b"), Name("c")


def apply(function: str, *arguments: Node) -> Apply:
    return Apply(function, arguments)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1", Number(1.0)),
        ("0.000050000001", Number(0.000050000001)),
        ("a", A),
        ('"two-sided"', Text("two-sided")),
        ("trend[by1]", Name("trend[by1]")),
        ("benchmark.share[py]", Name("benchmark.share[py]")),
        ("benchmark.total", Name("benchmark.total")),
        ("rules.payment_limit", Rule("payment_limit")),
        ("rules.loss_rate.floor", Rule("loss_rate.floor")),
        ("a + b * c", apply("+", A, apply("*", B, C))),
        ("(a + b) * c", apply("*", apply("+", A, B), C)),
        ("a - b - c", apply("-", apply("-", A, B), C)),
        ("a - (b - c)", apply("-", A, apply("-", B, C))),
        ("a / b / c", apply("/", apply("/", A, B), C)),
        ("-a * b", apply("*", apply("NEGATIVE", A), B)),
        ("-(a * b)", apply("NEGATIVE", apply("*", A, B))),
        ("a + b >= c", apply(">=", apply("+", A, B), C)),
        ("NA()", apply("NA")),
        ("MIN(a, b, c)", apply("MIN", A, B, C)),
        ("IF(a > b, a, b)", apply("IF", apply(">", A, B), A, B)),
        # from a file's folded lines
        ("IF(a > b,\n    a,\n  b)", apply("IF", apply(">", A, B), A, B)),
        ("a+b", apply("+", A, B)),
    ],
)
def test_trees(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "function"),
    [("a = b", "="), ("a=b", "="), ("a <> b", "<>"), ("a<>b", "<>"), ("a <= b", "<="), ("a>=b", ">="), ("a < b", "<")],
)
def test_comparisons_are_those_of_spreadsheets(text: str, function: str) -> None:
    assert parse(text) == apply(function, A, B)


@pytest.mark.parametrize("text", ["a=b", "a<>b", "a == b"])
def test_a_text_stays_as_it_is(text: str) -> None:
    """Also with signs in it: it is compared with values of rules."""
    assert parse(f'a = "{text}"') == apply("=", A, Text(text))


def test_it_is_known_where_a_sign_would_be_taken_for_another() -> None:
    assert parse("a < -b") == apply("<", A, apply("NEGATIVE", B))
    assert parse("a = -b") == apply("=", A, apply("NEGATIVE", B))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MXA(a, b)", "unknown function MXA; did you mean MAX?"),
        ("max(a, b)", "unknown function max"),
        ("eval(a)", "unknown function eval"),
        ("IF(a > b, a)", "IF takes 3 arguments, found 2"),
        ("NOT(a, b)", "NOT takes 1 argument, found 2"),
        ("MIN()", "MIN takes 1 or more arguments, found 0"),
        ("SHARE_WEIGHTED(a)", "SHARE_WEIGHTED takes 2 to 4 arguments, found 1"),
        ("a +", "'a +' is not a formula: invalid syntax"),
        ("(a", "is not a formula"),
        ("", "is not a formula"),
        ("a ** b", "'a ** b' is not part of the language of formulas"),
        ("a % b", "is not part of the language of formulas"),
        ("a > b > c", "'a > b > c' is not part of the language of formulas"),
        ("a and b", "'a and b' is not part of the language of formulas"),
        ("a if b else c", "is not part of the language of formulas"),
        ("[a, b]", "is not part of the language of formulas"),
        ("a[0]", "is not part of the language of formulas"),
        ("True", "'True' is not part of the language of formulas"),
        ("lambda: a", "is not part of the language of formulas"),
        ("a.b()", "is not part of the language of formulas"),
        ("MIN(*a)", "is not part of the language of formulas"),
        ("1j", "is not part of the language of formulas"),
        ("(" * 5_000 + "a" + ")" * 5_000, "is not a formula"),
    ],
)
def test_what_is_not_in_the_language_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as refused:
        parse(text)
    assert message in str(refused.value)
