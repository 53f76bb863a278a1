"""Laws of a few made-up lines: what stands in them, in which order it is computed, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aco_cli.engine.lines.law import Law, law_of
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.step import Step
from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook
from aco_cli.rules.given_lines import GivenLines


def line(name: str, formula: str, **more: Any) -> Step:
    return Step(name, label=name, unit="USD", cite="42 CFR 425", trees={"formula": parse(formula)}, **more)


def given(name: str) -> Step:
    return Step(name, label=name, unit="USD", given="roster")


def test_a_law_has_lines_inputs_and_notes() -> None:
    told = Step("told", text="A note", trees={"when": parse("a > 0")})
    unpublished = Step("unpublished", parameter="msr", trees={"when": parse("a > 1")})
    law = Law([given("a"), line("b", "a * 2"), told, unpublished])
    assert [step.key for step in law.steps] == ["a", "b", "told", "unpublished"]
    assert [step.key for step in law.lines] == ["b", "told", "unpublished"]
    assert [step.key for step in law.notes] == ["told", "unpublished"]
    assert [step.key for step in law.inputs] == ["a"]
    assert law["b"].label == "b"
    assert (law.base, law.rules, law.named) == (None, "", law.known)


def test_a_table_stands_over_the_one_that_it_extends() -> None:
    below = Law([given("a"), line("b", "a * 2"), line("c", "b + 1")], rules="other")
    law = Law([line("d", "c + elsewhere.x"), line("b", "a * 3")], below, {"elsewhere.x": given("x")})
    assert list(law.known) == ["a", "b", "c", "d"]
    assert law["b"] is law.steps[1]
    assert list(law.named) == ["a", "b", "c", "d", "elsewhere.x"]
    assert [step.key for step in law.inputs] == ["a"]
    assert [step.key for step in law.lines] == ["d", "b"]
    assert [formula.key for formula in law.order] == ["b", "c", "d"]


@pytest.mark.parametrize(("own", "taken"), [("", "mssp-benchmark"), ("reach", "reach")])
def test_rules_are_those_of_the_table_below_unless_a_table_has_its_own(own: str, taken: str) -> None:
    assert Law([given("a")], Law([given("b")], rules="mssp-benchmark"), rules=own).rules == taken
    assert Law([given("a")], rules=own).rules == own


def test_every_formula_comes_after_those_that_it_names_wherever_they_stand() -> None:
    note = Step("note", text="A note", trees={"when": parse("c > 0"), "to": parse("b + 1")})
    law = Law([given("a"), note, line("b", "c * 2", later=("c",)), line("c", "a - 1"), line("d", "b + c")])
    assert [formula.key for formula in law.order] == ["c", "note:when", "b", "note:to", "d"]
    assert [list(formula.names) for formula in law.order] == [["a"], ["c"], ["c"], ["b"], ["b", "c"]]


def test_a_circle_is_told_from_where_it_closes(tmp_path: Path) -> None:
    file = tmp_path / "lines.yaml"
    file.write_text("a: 1\nb: 2\n", encoding="utf-8")
    formulas = {"a": "b", "b": "c + 1", "c": "d * 2", "d": "b - 1"}
    steps = [line(name, formula, file=file, place=(name,)) for name, formula in formulas.items()]
    with pytest.raises(RulesError) as refused:
        _ = Law(steps).order
    assert str(refused.value) == f"{file}: b, line 2: a circular reference: b -> c -> d -> b"


class TestLinesOfOtherTables:
    """Lines that are given for another table are checked with those that are asked for."""

    def book(self, given_for: str, tmp_path: Path) -> RuleBook:
        fault = {"regional": {"formula": "regoinal * 2", "cite": "a proposal"}}
        file = tmp_path / "lines.yaml"
        file.write_text("regional:\n  formula: regoinal * 2\n", encoding="utf-8")
        return RuleBook().with_lines([GivenLines("benchmark", fault, file, given_for)])

    @pytest.mark.parametrize("given_for", ["mssp", ""])
    def test_a_fault_in_them_is_told(self, given_for: str, tmp_path: Path) -> None:
        with pytest.raises(RulesError, match="unknown name regoinal"):
            law_of(self.book(given_for, tmp_path), "mssp")

    @pytest.mark.parametrize(("given_for", "asked"), [("reach", "mssp"), ("mssp", "pioneer"), ("", "pioneer")])
    def test_those_of_other_programs_and_tables_that_a_program_lacks_are_not(
        self, given_for: str, asked: str, tmp_path: Path
    ) -> None:
        assert law_of(self.book(given_for, tmp_path), asked).steps
