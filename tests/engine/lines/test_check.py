"""Whether a step is sound: names and their order, conditions that are known, members, citations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from aco_cli.engine.lines.check import always_known, check_step
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.step import Step


def line(name: str, formula: str, unit: str = "condition", **more: Any) -> Step:
    return Step(name, label=name, unit=unit, **{"cite": "42 CFR 425", **more}, trees={"formula": parse(formula)})


KNOWN: Mapping[str, Step] = {
    step.key: step
    for step in (
        Step("savings", label="Savings", unit="USD", given="roster"),
        Step("guardrail", label="Guardrail", unit="condition", given="roster"),
        Step("elected", label="Elected", unit="condition", given="roster", choice=True),
        Step("share", label="Share", unit="fraction", given="files", by=("type",)),
        Step("domain_score", label="Score", unit="score", given="files", by=("domain",)),
        line("saves", "savings > 0"),
        line("standard", "IF(ISNUMBER(guardrail), guardrail, NA())"),
        line("below", "savings > 1"),
    )
}
ABOVE = {name: step for name, step in KNOWN.items() if name != "below"}
RULES = {"loss_rate", "payment_limit"}


def problem(formula: str, unit: str = "condition", **more: Any) -> str:
    return check_step(line("a_line", formula, unit, **more), KNOWN, ABOVE, RULES)[0]


@pytest.mark.parametrize(
    ("formula", "unit", "message"),
    [
        ("savigns * 2", "USD", "unknown name savigns; did you mean savings?"),
        ("zzz", "USD", "unknown name zzz"),
        ("savings * rules.los_rate", "USD", "unknown rule los_rate; did you mean loss_rate?"),
        ("savings * rules.los_rate.floor", "USD", "unknown rule los_rate; did you mean loss_rate?"),
        ("below", "condition", "below stands below it; a line names only what stands above"),
        ("IF(saves, below, 0)", "condition", "below stands below it; a line names only what stands above"),
    ],
)
def test_names_exist_and_stand_above(formula: str, unit: str, message: str) -> None:
    assert problem(formula, unit) == message


def test_a_line_names_what_stands_below_if_it_says_so() -> None:
    assert problem("below", later=("below",)) == ""


@pytest.mark.parametrize("function", ["AND", "OR", "NOT"])
@pytest.mark.parametrize(
    "may_be_unknown", ["guardrail", "standard", "IF(saves, guardrail, 0)", "rules.loss_rate", "IF(guardrail, 1, 0)"]
)
def test_connectives_take_only_what_is_always_known(function: str, may_be_unknown: str) -> None:
    """Unknown would otherwise count as yes, as any number but 0 does."""
    formula = f"{function}({may_be_unknown})" if function == "NOT" else f"{function}(saves, {may_be_unknown})"
    told = f"{may_be_unknown} may be unknown: in {function} ask for {may_be_unknown} = 1"
    assert problem(formula) == told
    assert problem(f"IF({formula}, 1, 0)") == told, "wherever it stands"


@pytest.mark.parametrize(
    "formula",
    [
        *("AND(saves, elected)", "NOT(guardrail = 1)", "OR(ISNUMBER(savings), NOT(saves))"),
        *("AND(IF(saves, elected, 0), saves)", "AND(saves, 1)", "IF(guardrail, 1, 0)", "ANY_TYPE(share > 0)"),
    ],
)
def test_what_is_always_known_may_be_connected(formula: str) -> None:
    assert problem(formula) == ""


@pytest.mark.parametrize(
    ("formula", "is_known"),
    [
        ("saves", True),
        ("elected", True),
        ("guardrail", False),
        ("standard", False),
        ("guardrail = 1", True),
        ("ISNUMBER(guardrail)", True),
        ("0", True),
        ("2", False),
        ("NA()", False),
        ("IF(saves, elected, guardrail)", False),
        ("IFERROR(guardrail, 0)", False),
    ],
)
def test_what_is_always_known(formula: str, is_known: bool) -> None:
    assert always_known(parse(formula), KNOWN) == is_known


@pytest.mark.parametrize(
    ("formula", "unit", "axis", "message"),
    [
        ("1 - share", "fraction", "type", "share is by type, which this line is not"),
        ("IF(saves, share, 0)", "fraction", "type", "share is by type, which this line is not"),
        ("domain_score * 2", "score", "domain", "domain_score is by domain, which this line is not"),
    ],
)
def test_figures_by_type_stand_in_lines_by_type(formula: str, unit: str, axis: str, message: str) -> None:
    assert problem(formula, unit) == message
    assert problem(formula, unit, by=(axis,)) == ""


@pytest.mark.parametrize("formula", ["SUM_TYPES(share)", "SHARE_WEIGHTED(share, share)", "1 - SUM_TYPES(share * 2)"])
def test_figures_by_type_are_brought_together(formula: str) -> None:
    assert problem(formula, "fraction") == ""


@pytest.mark.parametrize(
    ("formula", "unit"),
    [("SUM_DOMAINS(share)", "fraction"), ("SUM_TYPES(domain_score)", "score"), ("SUM_TYPES(savings)", "USD")],
)
def test_a_sum_over_members_takes_figures_that_have_these_members(formula: str, unit: str) -> None:
    """Types are not domains, and of a figure that is one alone the sum would be that of the rows of a table."""
    assert problem(formula, unit) != ""


@pytest.mark.parametrize(
    ("formula", "unit", "function", "found"),
    [
        ("NTH(savings, 1)", "USD", "NTH", "savings"),
        ("INDEX(savings, 2)", "USD", "INDEX", "savings"),
        ("MATCH(1, savings, 1)", "number", "MATCH", "savings"),
        ("CORRIDORS(savings, savings, savings, rules.loss_rate)", "USD", "CORRIDORS", "savings"),
        ("CORRIDORS(savings, savings, rules.loss_rate, 0.5)", "USD", "CORRIDORS", "0.5"),
    ],
)
def test_only_a_rule_is_a_list(formula: str, unit: str, function: str, found: str) -> None:
    """A figure is a column: its second value is that of another ACO."""
    assert problem(formula, unit) == f"{function} takes a list of the rules, found {found}"


@pytest.mark.parametrize(
    ("formula", "unit", "message"),
    [
        ('IF(saves, "earned", "owd")', "outcome", "unknown outcome 'owd'; did you mean owed?"),
        ('IF(rules.loss_rate = 1, "earned", rules.loss_rate + "owd")', "outcome", "unknown outcome 'owd'"),
        ('"owd" = "owed"', "condition", "unknown outcome 'owd'"),
        ('AND(saves, "owed" = "owd")', "condition", "unknown outcome 'owd'"),
        ('IF(rules.loss_rate = "owd", "earned", "owed")', "outcome", ""),
        ('NOT("owd" <> rules.loss_rate)', "condition", ""),
    ],
)
def test_texts_are_outcomes_unless_a_rule_is_compared_with_them(formula: str, unit: str, message: str) -> None:
    assert problem(formula, unit).startswith(message)
    assert bool(problem(formula, unit)) == bool(message)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Step("a", unit="USD", given="roster"), "a line has a label"),
        (Step("a", label="A", unit="USD"), "a line has a formula"),
        (Step("a", label="A", unit="dollar", given="roster"), "unknown unit 'dollar'"),
        (line("a", "savings", "USD", given="roster"), "a is given and has no formula"),
        (
            line("a", "savings", "USD", cite=""),
            "a line without citation: it names its source (cite) or its rule (rule)",
        ),
        (line("a", "savings", "USD", cite="", rule="loss_rate"), ""),
        (Step("a", text="a note"), "a note says when it stands"),
        (Step("a", parameter="loss_rate"), "a note says when it stands"),
        (Step("a", text="a note", trees={"when": parse("saves")}), ""),
        (Step("a", text="at {below}", trees={"when": parse("saves")}), ""),
        (
            Step("a", text="at {belwo}", trees={"when": parse("saves")}),
            "unknown name belwo in the text; did you mean below?",
        ),
        (Step("a", text="at {savings}", level="note", trees={"when": parse("saves")}), ""),
        (Step("a", text="{aco} in {year}", trees={"when": parse("saves")}), ""),
        (Step("a", text="{aco}", level="note", trees={"when": parse("saves")}), "unknown name aco in the text"),
        (Step("a", text="a note", trees={"when": parse("savings")}), "its unit is condition, but savings gives USD"),
        (Step("a", text="a note", trees={"when": parse("safes")}), "unknown name safes; did you mean saves?"),
    ],
)
def test_a_step_says_what_it_is(step: Step, message: str) -> None:
    assert check_step(step, KNOWN, ABOVE, RULES)[0] == message


def test_a_line_that_takes_a_rule_takes_one_that_exists() -> None:
    """Its citation is that of the rule; without one a reader is told nothing."""
    found = check_step(line("a", "savings", "USD", cite="", rule="los_rate"), KNOWN, ABOVE, RULES)[0]
    assert found == "unknown rule los_rate; did you mean loss_rate?"


@pytest.mark.parametrize("kind", ["0", "-1", "2", "savings"])
def test_a_match_is_of_a_list_that_ascends(kind: str) -> None:
    """Of a spreadsheet, 0 finds the value itself and -1 goes by a list that descends."""
    told = f"MATCH ends with 1: lists of the rules ascend, found {kind}"
    assert problem(f"MATCH(savings, rules.loss_rate, {kind})", "number") == told
    assert problem("MATCH(savings, rules.loss_rate, 1)", "number") == ""
