"""Folding never changes a result: what is left to compute gives what a walk of each row gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from aco_cli.engine.lines.columns import compute
from aco_cli.engine.lines.fold import Folded, Formula, NotANumberError, as_constant, fold, needed
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.row import Row, members, plain_tree
from aco_cli.engine.lines.text import written
from aco_cli.engine.lines.tree import FALSE, UNKNOWN, Listed, Number, Text, walk
from aco_cli.engine.outcome import CODES
from aco_cli.rules.book import Situation
from aco_cli.rules.parameters import values_by_name


def folded_columns(case: Any) -> Mapping[str, Any]:
    """Every line of a random law, computed over all rows at once after folding."""
    law = case.law
    rules = [name for formula in law.order for name in formula.rules]
    values = values_by_name(case.entries)
    constants = {f"rules.{name}": as_constant(values.get(name)) for name in rules}
    missing = {step.key: step.choice for step in law.inputs if step.key not in case.figures}
    constants |= {key: FALSE if choice else UNKNOWN for key, choice in missing.items()}
    left = fold(law.order, [each.key for each in law.order], constants)
    return compute(left, {name: case.figures[name] for name in left.inputs}, CODES)


@settings(max_examples=300)
@given(seed=st.integers(0, 2**32 - 1))
def test_columns_after_folding_are_what_a_walk_of_each_row_gives(make_law: Callable[[int], Any], seed: int) -> None:
    """Unknown where unknown, for lines over all that the language has."""
    case = make_law(seed)
    note(case.text)
    known: dict[str, Any] = {**case.figures, **computed(case)}
    for at in range(len(known["share"].T)):
        row = Row(case.law, known, at, Situation("x", "x", 2014), case.entries)
        for step in case.law.lines:
            for member in members(step):
                walked = row.value(plain_tree(case.law, step, member))
                # LINEAR and RATE_OF round once over columns; readers see plain products, which differ in the last bits.
                assert walked == pytest.approx(row.figure(step.key, member), rel=1e-9, abs=1e-12, nan_ok=True), step.key


def computed(case: Any) -> dict[str, Any]:
    """Every line of a random law, as a column with a value for each row."""
    found = folded_columns(case)
    shape = case.figures["share"].shape
    return {
        step.key: np.broadcast_to(np.asarray(found[step.key], dtype=np.float64), shape if step.axis else shape[1:])
        for step in case.law.lines
    }


def folded(formula: str, constants: Mapping[str, Any] | None = None, wanted: str = "x") -> Folded:
    given_values = {name: as_constant(value) for name, value in (constants or {}).items()}
    return fold([Formula.of("x", parse(formula))], [wanted], given_values)


@pytest.mark.parametrize(
    ("formula", "constants", "left"),
    [
        ("a * rules.r", {"rules.r": 0.5}, "a * 0.5"),
        ("rules.r * 2 + 1", {"rules.r": 0.5}, "2"),
        ("1 / 0", {}, "nan"),
        ("a + b", {"b": None}, "nan"),
        ("MAX(a, MIN(b, 1))", {"b": None}, "nan"),
        ("a > b", {"b": None}, "0"),
        ("b <> b", {"b": None}, "0"),
        ("ISNUMBER(b)", {"b": None}, "0"),
        ("ISNUMBER(rules.r)", {"rules.r": 0.0}, "1"),
        ("NOT(ISNUMBER(b))", {"b": None}, "1"),
        ("AND(a > 1, ISNUMBER(b))", {"b": None}, "0"),
        ("AND(a > 1, ISNUMBER(b))", {"b": 1}, "a > 1"),
        ("OR(a > 1, ISNUMBER(b))", {"b": 1}, "1"),
        ("OR(a > 1, ISNUMBER(b), a < c)", {"b": None}, "OR(a > 1, a < c)"),
        ('IF(rules.k = "fixed", a, c)', {"rules.k": "fixed"}, "a"),
        ('IF(rules.k = "fixed", a, c)', {"rules.k": "sliding"}, "c"),
        ('IF(rules.k = "fixed", a, c)', {"rules.k": None}, "c"),
        ('IF(rules.k <> "fixed", a, c)', {"rules.k": "fixed"}, "c"),
        ("IF(b, a, c)", {"b": None}, "nan"),
        ("IF(b = 1, a, c)", {"b": None}, "c"),
        ("IFERROR(b, a)", {"b": None}, "a"),
        ("IFERROR(b, a)", {"b": 2}, "2"),
        ("IFERROR(a, b)", {"b": 2}, "IFERROR(a, 2)"),
        ("NTH(rules.s, 2)", {"rules.s": [0.1, 0.2]}, "0.2"),
        ("NTH(rules.s, n)", {"rules.s": [0.1, 0.2], "n": None}, "nan"),
        ("NTH(rules.s, n)", {"rules.s": 0.3, "n": None}, "0.3"),  # a single value holds for every place
        ("IF(a > 1, b, 0)", {"b": None}, "IF(a > 1, nan, 0)"),
        ("NA() + a", {}, "nan"),
        # nothing is assumed of figures that are to come: zero times what may be unknown is not zero
        ("a * 0", {}, "a * 0"),
        ("a - a", {}, "a - a"),
    ],
)
def test_what_follows_is_worked_out(formula: str, constants: dict[str, Any], left: str) -> None:
    (found,) = folded(formula, constants).order
    assert written(found.tree) == left


def test_a_line_that_came_out_constant_is_put_into_those_that_name_it() -> None:
    order = [Formula.of("x", parse("rules.r * 2")), Formula.of("y", parse("IF(x > 1, a, b)"))]
    found = fold(order, ["y"], {"rules.r": Number(3.0)})
    assert [each.key for each in found.order] == ["y"]
    assert written(found.order[0].tree) == "a"
    assert found.inputs == {"a"}


def test_only_what_is_wanted_is_left() -> None:
    order = [Formula.of(key, parse(text)) for key, text in (("x", "a + b"), ("y", "c * 2"), ("z", "x > 0"))]
    assert [each.key for each in needed(order, ["z"])] == ["x", "z"]
    found = fold(order, ["y"], {})
    assert [each.key for each in found.order] == ["y"]
    assert found.inputs == {"c"}


def test_what_folding_left_unnamed_is_not_computed() -> None:
    order = [Formula.of("x", parse("a + b")), Formula.of("y", parse('IF(rules.k = "s", x, c)'))]
    found = fold(order, ["y"], {"rules.k": Text("t")})
    assert ([each.key for each in found.order], found.inputs) == (["y"], {"c"})


@pytest.mark.parametrize("value", ["fixed", [0.1, 0.2], [0.1]])
@pytest.mark.parametrize(
    "formula",
    [
        *(
            "rules.k * 2",
            "a + rules.k",
            "ABS(rules.k)",
            "rules.k > a",
            "MAX(1, rules.k)",
            "rules.k",
            "IFERROR(rules.k, a)",
        ),
        *(
            "IF(rules.k, a, b)",
            "NTH(a, rules.k)",
            "MATCH(rules.k, a, 1)",
            "CORRIDORS(a, rules.k, 0, 1)",
            "MIN(rules.k)",
        ),
    ],
)
def test_a_text_or_list_is_no_number(formula: str, value: Any) -> None:
    """A list beside a column as long as it is would be taken for one."""
    with pytest.raises(NotANumberError) as refused:
        folded(formula, {"rules.k": value})
    assert refused.value.args == (as_constant(value),)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        *(("rules.k = 1", [0.1]), ("a <> rules.k", [0.1]), ("IF(a, rules.k, b)", [0.1]), ("IF(a, b, rules.k)", [0.1])),
        *(("ISNUMBER(rules.k)", "fixed"), ("NTH(rules.k, a)", "fixed"), ("CORRIDORS(a, b, 0, rules.k)", "fixed")),
    ],
)
def test_texts_are_compared_and_lists_looked_up_and_not_the_other_way_round(formula: str, value: Any) -> None:
    with pytest.raises(NotANumberError):
        folded(formula, {"rules.k": value})


@pytest.mark.parametrize(
    ("formula", "value", "left"),
    [
        ('IF(a, "earned", "owed")', 0, 'IF(a, "earned", "owed")'),
        ('IF(rules.k = "fixed", "earned", a)', "fixed", '"earned"'),
        ('"fixed" <> rules.k', "fixed", "0"),
        ("ISNUMBER(rules.k)", [0.1, 0.2], "1"),
        ("INDEX(rules.k, 2)", [0.1, 0.2], "0.2"),
        ("MATCH(0.1, rules.k, 1)", [0.1, 0.2], "1"),
        ("CORRIDORS(10, 100, rules.k, rules.k)", [0.0, 0.5], "0"),
    ],
)
def test_texts_and_lists_where_they_belong(formula: str, value: Any, left: str) -> None:
    (found,) = folded(formula, {"rules.k": value}).order
    assert written(found.tree) == left


def test_parts_that_stand_twice_are_told() -> None:
    order = [
        Formula.of("x", parse("MAX(a + b, 0) * c")),
        Formula.of("y", parse("1 - MAX(a + b, 0)")),
        Formula.of("z", parse("b + a - 2")),
    ]
    found = fold(order, ["x", "y", "z"], {})
    twice = {written(node) for each in found.order for node in walk(each.tree) if id(node) in found.shared}
    assert twice == {"MAX(a + b, 0)", "a + b"}
    assert len(found.shared) == 2


def test_equal_parts_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from aco_cli.engine.lines import columns
    from aco_cli.engine.lines.functions import FUNCTIONS, Function

    calls: list[str] = []

    def counted(name: str, function: Function) -> Function:
        def compute_it(*arguments: Any) -> Any:
            calls.append(name)
            return function.compute(*arguments)

        return replace(function, compute=compute_it)

    monkeypatch.setattr(columns, "FUNCTIONS", {name: counted(name, each) for name, each in FUNCTIONS.items()})
    order = [
        Formula.of("x", parse("MAX(a + b, 0)")),
        Formula.of("y", parse("MAX(a + b, 1) * 2")),
        Formula.of("z", parse("MAX(a + b, 0) / 4")),
    ]
    figures = {"a": np.array([1.0, 2.0]), "b": np.array([3.0, -4.0])}
    found = compute(fold(order, ["x", "y", "z"], {}), figures, {})
    assert sorted(calls) == ["*", "+", "/", "MAX", "MAX"]
    assert {key: found[key].tolist() for key in "xyz"} == {"x": [4, 0], "y": [8, 2], "z": [1, 0]}


def test_texts_become_their_codes() -> None:
    order = [Formula.of("x", parse('IF(a > 0, "earned", "owed")'))]
    found = compute(fold(order, ["x"], {}), {"a": np.array([1.0, -1.0])}, {"earned": np.int8(0), "owed": np.int8(5)})
    assert found["x"].tolist() == [0, 5]


@pytest.mark.parametrize(
    ("value", "constant"),
    [
        (0.5, Number(0.5)),
        (3, Number(3.0)),
        (True, Number(1.0)),
        (False, Number(0.0)),
        ("fixed", Text("fixed")),
        ([1, 2.5], Listed((1.0, 2.5))),
    ],
)
def test_rule_values_as_constants(value: Any, constant: Any) -> None:
    assert as_constant(value) == constant


def test_no_rule_value_is_unknown() -> None:
    assert as_constant(None) is UNKNOWN
