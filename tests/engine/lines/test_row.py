"""One row of the law: formulas walked for it alone, with only the branch taken looked at."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from aco_cli.engine.lines.law import Law
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.row import Row, members, plain_tree
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.text import written
from aco_cli.rules.book import Situation
from aco_cli.rules.parameters import Entry, Program, Status

INPUTS = [
    *(Step(name, label=name, unit="number", given="roster") for name in ("a", "b", "x", "zero")),
    Step("chosen", label="chosen", unit="condition", given="roster", choice=True),
    Step("unmade", label="unmade", unit="condition", given="roster", choice=True),
    Step("by_type", label="by type", unit="number", given="files", by=("type",)),
]
LINES = [
    Step("total", label="Total", unit="number", trees={"formula": parse("SUM_TYPES(by_type)")}),
    Step("double", label="Double", unit="number", by=("type",), trees={"formula": parse("by_type * 2")}),
    Step("any", label="Any", unit="condition", trees={"formula": parse("ANY_TYPE(by_type > 2)")}),
]
VALUES: dict[str, Any] = {"steps": [0.0, 10.0, 20.0], "kind": "fixed", "rate": 0.02, "parts": {"floor": 0.4}}


def entry(value: Any, status: Status = Status.PUBLISHED) -> Entry:
    return Entry(("x",), range(2014, 2015), value, status, "42 CFR 425.1")


@pytest.fixture(scope="module")
def row() -> Row:
    """The second of two rows; of x nothing is known."""
    figures = {
        **{"a": np.array([0.0, 3.0]), "b": np.array([0.0, -4.5]), "x": np.array([0.0, math.nan])},
        **{"zero": np.asarray(0.0), "chosen": np.array([False, True])},
        **{"by_type": np.array([[9.0, 1.0], [9.0, 2.0], [9.0, 3.0], [9.0, 4.0]])},
    }
    entries = {name: entry(value) for name, value in VALUES.items()}
    return Row(Law([*INPUTS, *LINES]), figures, 1, Situation("x", "x", 2014), entries)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a*b+2", -11.5),
        ("-a-b", 1.5),
        ("(a+b)/2", -0.75),
        ("MIN(a,b)+MAX(a,b,7)", 2.5),
        ("INT(b)", -5),
        ("ABS(b)", 4.5),
        ("IF(AND(a>=3,NOT(b>0)),1,0)", 1),
        ("IF(OR(a<3,b=-4.5),a,x)", 3),
        ("AND(a<0,x>1)", 0),
        ("OR(a>0,x>1)", 1),
        ("a<>b", 1),
        ("x=x", 0),
        ("x<>1", 0),
        ("ISNUMBER(x)", 0),
        ("ISNUMBER(rules.steps)", 1),
        ("ISNUMBER(rules.absent)", 0),
        ("IF(AND(a>1,ISNUMBER(rules.steps)),a,b)", 3),
        ("IFERROR(x+1,a)", 3),
        ("IFERROR(a,b)", 3),
        ("IFERROR(a/zero,b)", -4.5),
        ("MATCH(10,rules.steps,1)", 2),
        ("MATCH(9.9,rules.steps,1)", 1),
        ("INDEX(rules.steps,2)", 10),
        ("NTH(rules.steps,9)", 20),
        ("NTH(rules.steps,0)", 0),
        ("NTH(rules.rate,x)", 0.02),
        ("rules.parts.floor", 0.4),
        ('IF(rules.kind="fixed",a,b)', 3),
        ('IF(rules.kind<>"fixed",a,b)', -4.5),
        ('rules.absent="fixed"', 0),
        ('rules.absent<>"fixed"', 0),
        ("chosen", 1),
        ("unmade", 0),
        ("NOT(unmade)", 1),
    ],
)
def test_formulas(row: Row, formula: str, value: float) -> None:
    assert row.value(parse(formula)) == value


@pytest.mark.parametrize(
    "formula",
    [
        *("a+x", "MIN(a,x)", "MAX(x,a)", "NA()", "a/0", "a/zero", "zero/zero", "MATCH(-1,rules.steps,1)"),
        *("NTH(rules.steps,x)", "INT(x)", "rules.absent", "rules.parts.ceiling", "rules.absent.floor"),
        *("IF(x,1,0)", "INDEX(rules.steps,x)", "INDEX(rules.steps,9)", "INDEX(rules.absent,2)", "-x"),
    ],
)
def test_what_is_not_known_is_not_a_number(row: Row, formula: str) -> None:
    assert math.isnan(row.value(parse(formula)))


def test_a_text_comes_out_as_it_is(row: Row) -> None:
    assert row.value(parse('IF(a>0,"yes","no")')) == "yes"


@pytest.mark.parametrize("name", ["total", "chosen_by_nobody"])
def test_a_figure_that_is_not_there_is_unknown(row: Row, name: str) -> None:
    """Whether the law has it or not; only a choice is then one that was not made."""
    assert math.isnan(row.figure(name))
    assert row.figure("unmade") == 0


def test_figures_of_members_and_of_all(row: Row) -> None:
    assert [row.figure("by_type", kind) for kind in members(row.law["by_type"])] == [1, 2, 3, 4]
    assert row.figure("zero") == 0, "a single value holds for all rows"


def test_formulas_over_members_are_spelled_out_for_readers(row: Row) -> None:
    def plainly(key: str, member: str = "") -> str:
        return written(plain_tree(row.law, row.law[key], member), lambda leaf: getattr(leaf, "member", "") or "2")

    assert plainly("total") == "esrd + disabled + aged-dual + aged-nondual"
    assert plainly("double", "aged-dual") == "aged-dual x 2"
    assert plainly("any") == "OR(esrd > 2, disabled > 2, aged-dual > 2, aged-nondual > 2)"
    assert [row.value(plain_tree(row.law, row.law[key])) for key in ("total", "any")] == [10, 1]
    assert row.value(plain_tree(row.law, row.law["double"], "disabled")) == 4


@pytest.mark.parametrize(
    ("rule", "cite", "authority"),
    [
        ("rate", "", ("42 CFR 425.1", "published")),
        ("", "42 CFR 425.2", ("42 CFR 425.2", "published")),
        ("absent", "", ("not part of this track and year", "")),
    ],
)
def test_authority_is_that_of_the_rule_or_of_the_line(
    row: Row, rule: str, cite: str, authority: tuple[str, str]
) -> None:
    program = Program("x", "X", 2014, {})
    assert row.authority(Step("line", rule=rule, cite=cite), program) == authority


def test_a_program_with_a_source_of_its_own_stands_for_its_lines(row: Row) -> None:
    program = Program("x", "X", 2014, {}, cite="Participation agreement", status=Status.DERIVED)
    assert row.authority(Step("line", cite="42 CFR 425.2"), program) == ("Participation agreement", "derived")
    assert row.authority(Step("line", rule="rate"), program) == ("42 CFR 425.1", "published")


def test_a_choice_is_given_where_it_is_made(row: Row) -> None:
    assert row.is_given(row.law["chosen"], 1.0)
    assert not row.is_given(row.law["unmade"], 0.0)
    assert row.is_given(row.law["zero"], 0.0)
    assert not row.is_given(row.law["x"], math.nan)
