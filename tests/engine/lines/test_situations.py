"""Rows by what selects their rules: each is computed by the rules of its own situation, in blocks of any size."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from aco_cli.engine.lines.law import Law
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.row import evaluated
from aco_cli.engine.lines.situations import Evaluator, Situations, Taken, folded, in_situation, places
from aco_cli.engine.lines.step import Step
from aco_cli.errors import RulesError
from aco_cli.rules.book import Situation
from aco_cli.rules.parameters import Entry, Status

YEARS = [Situation("x", "x", year) for year in (2014, 2015, 2016, 2017)]
RATES = {2014: 0.5, 2015: 2.0, 2016: None, 2017: 10.0}  # of 2016 there is none
CODES = [3, 0, 0, 2, 3, 0, 2]  # nothing is of 2015
AMOUNTS = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
LAW = Law(
    [
        Step("amount", label="Amount", unit="USD", given="roster"),
        Step("absent", label="Absent", unit="USD", given="roster"),
        Step("made", label="Made", unit="condition", given="roster", choice=True),
        Step("by_type", label="By type", unit="USD", given="files", by=("type",)),
        Step("shared", label="Shared", unit="USD", trees={"formula": parse("rules.rate * amount")}),
        Step("doubled", label="Doubled", unit="USD", by=("type",), trees={"formula": parse("by_type * 2")}),
        Step("chosen", label="Chosen", unit="USD", trees={"formula": parse("IF(made, 0, shared + 1)")}),
        Step("lacking", label="Lacking", unit="USD", trees={"formula": parse("absent + 1")}),
        Step("note", text="A note", trees={"when": parse("amount > 4")}),
    ]
)
BY_TYPE = np.arange(28.0).reshape(4, 7)
GIVEN = {"amount": AMOUNTS, "by_type": BY_TYPE}


def in_force(situation: Situation) -> Mapping[str, Entry]:
    rate = RATES[situation.year]
    return {} if rate is None else {"rate": Entry(("x",), range(2014, 2018), rate, Status.PUBLISHED, "made up")}


BOOK: Any = SimpleNamespace(in_force=in_force)


def situations(codes: Sequence[int] = CODES) -> Situations:
    return Situations(BOOK, YEARS, np.array(codes, dtype=np.intp))


@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        (slice(0, 7), {2014: [1, 2, 5], 2016: [3, 6], 2017: [0, 4]}),
        (slice(2, 6), {2014: [2, 5], 2016: [3], 2017: [4]}),
        (slice(4, 5), {2017: [4]}),
        (slice(1, 3), {2014: [1, 2]}),
    ],
)
def test_rows_of_a_block_are_grouped_by_situation(rows: slice, groups: dict[int, list[int]]) -> None:
    found = list(situations().groups(rows))
    assert {situation.year: np.arange(7)[part].tolist() for situation, part in found} == groups
    assert len(found) == len(groups)


def test_rows_of_one_situation_are_a_slice_of_which_no_copy_is_made() -> None:
    assert list(situations().groups(slice(1, 3))) == [(YEARS[0], slice(1, 3))]


def test_a_number_of_the_rules_is_that_of_the_situation_of_each_row() -> None:
    np.testing.assert_array_equal(situations().number("rate"), [10, 0.5, 0.5, math.nan, 10, 0.5, math.nan])
    np.testing.assert_array_equal(situations().only(np.array([4, 1])).number("rate"), [10, 0.5])


SHARED = [10.0, 1.0, 1.5, math.nan, 50.0, 3.0, math.nan]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 100])
def test_every_row_is_computed_once_by_the_rules_of_its_situation(size: int) -> None:
    evaluator = Evaluator(lambda _: (LAW,), situations(), GIVEN, lambda _: ("shared", "doubled"))
    shared, doubled, times = np.full(7, -1.0), np.full((4, 7), -1.0), np.zeros(7)
    for _, part, found in evaluator.blocks(7, size):
        shared[part], doubled[:, part] = found["shared"], found["doubled"]
        times[part] += 1
        assert times[part].size <= size
    np.testing.assert_array_equal(shared, SHARED)
    np.testing.assert_array_equal(doubled, BY_TYPE * 2)
    assert times.tolist() == [1.0] * 7


def test_wanted_and_laws_are_asked_for_each_situation() -> None:
    def wanted(situation: Situation) -> Sequence[str]:
        return ["shared"] if situation.year == 2014 else ["lacking"]

    evaluator = Evaluator(lambda program: (LAW,) if program == "x" else (), situations(), GIVEN, wanted)
    found = {situation.year: computed for situation, _, computed in evaluator.blocks(7, 7)}
    assert found[2014]["shared"].tolist() == [1.0, 1.5, 3.0]
    assert ["shared" in found[year] for year in (2014, 2016, 2017)] == [True, False, False]


def test_rows_of_one_situation() -> None:
    found = in_situation(YEARS[1], BOOK, LAW, ("shared", "lacking"), GIVEN, 7)
    assert found["shared"].tolist() == (AMOUNTS * 2).tolist()
    assert math.isnan(found["lacking"])
    assert in_situation(YEARS[1], BOOK, LAW, ("shared",), {"amount": AMOUNTS[:0]}, 0) == {}


def test_of_inputs_that_are_not_given_a_choice_is_no_and_others_are_unknown() -> None:
    values = {"rate": 0.5}
    assert folded((LAW,), ("chosen",), values, {"amount"}).inputs == {"amount"}
    assert folded((LAW,), ("chosen",), values, {"amount", "made"}).inputs == {"amount", "made"}
    assert folded((LAW,), ("lacking",), values, {"amount"}).inputs == set()
    assert folded((LAW,), ("lacking",), values, {"absent"}).inputs == {"absent"}
    chosen = in_situation(YEARS[0], BOOK, LAW, ("chosen",), GIVEN, 7)["chosen"]
    assert chosen.tolist() == (AMOUNTS / 2 + 1).tolist()


@pytest.mark.parametrize(
    ("value", "shown"),
    [("none", "none"), ([0.05, 0.1], "{5%, 10%}"), ({"floor": 0.1}, "a table"), ([{"lower": 0}], "a table")],
)
def test_what_stands_where_a_number_is_needed_is_told_with_its_file(value: Any, shown: str) -> None:
    step = Step("sum", label="Sum", unit="USD", trees={"formula": parse("rules.a + rules.b.floor * rules.c")})
    with pytest.raises(RulesError) as refused:
        folded((Law([step]),), ("sum",), {"a": 1.0, "b.floor": value, "c": 2.0}, ())
    assert str(refused.value) == f"b.yaml: expected a number for b.floor, found {shown}"


def test_every_figure_of_rows_of_any_situation() -> None:
    rows = evaluated(LAW, situations(), GIVEN)
    assert [row.at for row in rows] == list(range(7))
    assert [row.situation.year for row in rows] == [2017, 2014, 2014, 2016, 2017, 2014, 2016]
    assert ["rate" in row.entries for row in rows] == [True, True, True, False, True, True, False]
    np.testing.assert_array_equal([row.figure("shared") for row in rows], SHARED)
    np.testing.assert_array_equal([row.figure("doubled", "aged-dual") for row in rows], BY_TYPE[2] * 2)
    np.testing.assert_array_equal([row.figure("lacking") for row in rows], [math.nan] * 7)
    assert [row.figure("note:when") for row in rows] == [0, 0, 0, 0, 1, 1, 1]
    assert evaluated(LAW, situations([]), {"amount": AMOUNTS[:0], "by_type": BY_TYPE[:, :0]}) == []


def test_rows_where_a_mask_holds_are_all_or_some() -> None:
    assert places(np.array([True, True])) == slice(None)
    assert np.asarray(places(np.array([False, True, True]))).tolist() == [1, 2]
    assert np.asarray(places(np.array([False]))).tolist() == []


@pytest.mark.parametrize("rows", [slice(2, 5), np.array([4, 2, 2])])
def test_figures_are_taken_of_some_rows(rows: Any) -> None:
    taken = Taken({**GIVEN, "single": 7.0, "also": np.asarray(8.0)}, rows)
    assert taken["amount"].tolist() == AMOUNTS[rows].tolist()
    assert taken["by_type"].tolist() == BY_TYPE[:, rows].tolist()
    assert (taken["single"], taken["also"]) == (7.0, 8.0), "a single value holds for all rows"
    assert list(taken) == ["amount", "by_type", "single", "also"]
    assert len(taken) == 4
