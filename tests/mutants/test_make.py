"""Mutants are what they should be: one change each, of something that counts, that can still be read."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LAW = """savings:
  label: benchmark - expenditure
  formula: IF(AND(benchmark_total >= 0.5, TRUE), benchmark_total - expenditure_total, 0)
"""
RULE = "values:\n  - {years: 2014, value: {floor: 0.40, of: [0, 60000]}, cite: 42 CFR 425.610}\n"
CODE = '''def f(x: int = 1) -> float:
    """A + b."""
    if not x > 2:
        raise ValueError(f"{x + 1}")
    return x / 2 if x else 0.5
'''


@pytest.fixture(scope="module")
def make() -> dict[str, Any]:
    return runpy.run_path(str(Path(__file__).with_name("make.py")))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return runpy.run_path(str(Path(__file__).with_name("run.py")))


def changed(make: dict[str, Any], kind: str, source: str) -> list[str]:
    return [source[:start] + text + source[end:] for start, end, text in make[f"in_{kind}"](source)]


def test_formulas_change_in_operators_functions_numbers_names_and_branches(make) -> None:
    found = [yaml.safe_load(text)["savings"]["formula"] for text in changed(make, "law", LAW)]
    assert len(found) == len(set(found)) == 9
    assert "IF(OR(benchmark_total >= 0.5, TRUE), benchmark_total - expenditure_total, 0)" in found
    assert "IF(AND(benchmark_total > 0.5, TRUE), benchmark_total - expenditure_total, 0)" in found
    assert "IF(AND(benchmark_total >= 0.6, TRUE), benchmark_total - expenditure_total, 0)" in found
    assert "IF(AND(benchmark_total >= 0.5, TRUE), 0, benchmark_total - expenditure_total)" in found


def test_values_change_in_the_last_digit_and_years_and_citations_stay(make) -> None:
    found = [yaml.safe_load(text)["values"][0] for text in changed(make, "rules", RULE)]
    assert [(each["value"]["floor"], *each["value"]["of"]) for each in found] == [
        *((0.41, 0, 60000), (0.39, 0, 60000), (0.4, 1, 60000)),
        *((0.4, -1, 60000), (0.4, 0, 60001), (0.4, 0, 59999)),
    ]
    assert {(each["years"], each["cite"]) for each in found} == {(2014, "42 CFR 425.610")}


def test_code_changes_where_it_computes_and_texts_and_types_stay(make) -> None:
    found = changed(make, "code", CODE)
    assert len(found) >= 6
    for text in found:
        ast.parse(text)
        assert text != CODE
        assert '"""A + b."""' in text
        assert 'f"{x + 1}"' in text
        assert "x: int" in text


def test_tests_that_are_to_notice_are_there(run) -> None:
    assert [each for near in run["TESTS"].values() for each in near if not (ROOT / "tests" / each).exists()] == []


def test_the_package_has_mutants_of_every_kind_and_those_that_are_equivalent_are_among_them(make, run) -> None:
    every = {kind: make["mutants"](ROOT, kind) for kind in make["KINDS"]}
    assert all(len(mutants) > 1_000 for mutants in every.values())
    assert run["known_equivalent"]() - {mutant.named for mutants in every.values() for mutant in mutants} == set()
