"""Changes of rosters, cell by cell, and the totals of what they bring, against small tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.api.scenario_files import convert_given
from aco_cli.engine.quality.standard import standard_score
from aco_cli.engine.whatif import COMPARED, Case, Change, Move, changed, compare, totals
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.change import changed_book

Canonical = Callable[[Sequence[Mapping[str, Any]]], pd.DataFrame]
BOOK = RuleBook()
LEAST = standard_score(BOOK, Situation("mssp", "enhanced", 2023))
ROW: dict[str, Any] = {
    **{"track": "enhanced", "performance_year": 2023, "assigned_beneficiaries": 9_000, "msr_election": "0.02"},
    **{"benchmark_total": 100e6, "expenditure_total": 93e6, "quality_score": 0.9, "quality_standard_met": True},
}


def change(values: Mapping[str, Any], where: Mapping[str, Any] | None = None, **others: Any) -> Change:
    return Change(convert_given(where or {}, selects=True), convert_given(values), **others)


def case(*changes: Change, book: RuleBook = BOOK, status: str = "") -> Case:
    return Case("tried", changes, book, status)


@pytest.mark.parametrize(
    ("move", "moved"),
    [
        (Move(), [-2.0, 0.5, 4.0]),
        (Move(added=1.5), [-0.5, 2.0, 5.5]),
        (Move(factor=2.0), [-4.0, 1.0, 8.0]),
        (Move(factor=2.0, added=-1.0), [-5.0, 0.0, 7.0]),
        (Move(factor=2.0, least=0.0, most=3.0), [0.0, 1.0, 3.0]),
    ],
)
def test_a_value_moves_by_factor_then_amount_within_its_bounds(move: Move, moved: list[float]) -> None:
    assert move.of(pd.Series([-2.0, 0.5, 4.0])).tolist() == moved


def test_what_is_asked_of_a_change_is_all_that_it_changes() -> None:
    """A move by nothing is no change, and what nobody asks about is not told."""
    moves = {"a": Move(added=1.0), "b": Move(factor=2.0), "c": Move(), "d": Move(least=0.0)}
    asked = change({"state": "TX", "months": "6"}, moves=moves, is_asked=True)
    assert asked.columns == ["state", "months", "a", "b", "c", "d"]
    assert asked.asked == ["state", "months", "a", "b"]
    assert change({"state": "TX"}, moves=moves).asked == []
    assert asked.without("a").columns == ["state", "months", "b", "c", "d"]
    assert asked.without("state").columns == ["months", "a", "b", "c", "d"]
    both = case(asked, change({"months": "12"}, is_asked=True), change({"low_revenue": "true"}))
    assert both.asked == ["state", "months", "a", "b"]
    assert both.without("months").asked == ["state", "a", "b"]


def test_rows_that_are_not_meant_keep_what_they_have(canonical: Canonical) -> None:
    """A column that the roster lacks is made: blank as a text, unknown as a number."""
    frame = canonical([ROW, {**ROW, "track": "basic-e"}, ROW]).drop(columns="msr_election")
    moves = {"expenditure_total": Move(added=1e6), "participant_revenue": Move(factor=2.0)}
    values = {"msr_election": "0.01", "minimum_rate": "0.3", "benchmark_total": "99000000"}
    found = changed(frame, case(change(values, {"track": "basic-e"}, moves=moves)), BOOK)
    assert found["msr_election"].tolist() == ["", "0.01", ""]
    np.testing.assert_array_equal(found["minimum_rate"], [np.nan, 0.3, np.nan])
    assert found["benchmark_total"].tolist() == [100e6, 99e6, 100e6]
    assert found["expenditure_total"].tolist() == [93e6, 94e6, 93e6]
    assert set(found) == {*frame, "msr_election", "minimum_rate"}


@pytest.mark.parametrize(
    ("score", "met", "values", "expected"),
    [
        (0.9, True, {"quality_score": repr(LEAST)}, 1),  # at the standard
        (0.9, True, {"quality_score": repr(LEAST - 1e-9)}, 0),
        (0.1, False, {"quality_score": repr(LEAST)}, 1),
        (0.9, True, {"quality_score": ""}, None),
        (0.9, False, {"quality_score": "0.95"}, 0),  # not met for another reason: stays
        (0.1, True, {"quality_score": "0.2"}, 1),  # met in another way: stays
        (0.9, True, {"quality_score": "0.1", "quality_standard_met": "true"}, 1),  # as the case says itself
        (0.9, None, {"quality_score": "0.1"}, None),
        (0.9, True, {"benchmark_total": "1"}, 1),
    ],
)
def test_the_standard_follows_a_changed_score_where_it_followed_it(
    score: float, met: bool | None, values: dict[str, str], expected: int | None, canonical: Canonical
) -> None:
    """An ACO beside it whose score stays keeps its standard, whatever its score comes to."""
    other = {**ROW, "aco_id": "B", "quality_score": 0.2, "quality_standard_met": True}
    frame = canonical([{**ROW, "aco_id": "A", "quality_score": score, "quality_standard_met": met}, other])
    found = changed(frame, case(change(values, {"aco_id": "A"})), BOOK)["quality_standard_met"]
    np.testing.assert_array_equal(found, [np.nan if expected is None else expected, 1])


def test_a_standard_is_that_of_the_rules_after_the_change_only_for_changed_scores(canonical: Canonical) -> None:
    """Rules of a track or year where no score decides leave the standard as it is."""
    frame = canonical([ROW, {**ROW, "quality_score": LEAST, "aco_id": "B"}])
    later = changed_book(BOOK, {}, 2024)
    found = changed(frame, case(change({"quality_score": repr(LEAST)}, {"aco_id": "A0"}), book=later), BOOK)
    expected = float(standard_score(later, Situation("mssp", "enhanced", 2023)) <= LEAST)
    assert found["quality_standard_met"].tolist() == [expected, 1]


def test_a_standard_that_is_set_in_other_rows_is_derived_in_these(canonical: Canonical) -> None:
    frame = canonical([{**ROW, "aco_id": "A"}, {**ROW, "aco_id": "B"}])
    changes = change({"quality_score": "0.1"}), change({"quality_standard_met": "true"}, {"aco_id": "B"})
    assert changed(frame, case(*changes), BOOK)["quality_standard_met"].tolist() == [0, 1]


def test_what_is_computed_is_computed_anew_where_something_is_changed(canonical: Canonical) -> None:
    """By the rules of the case, and once: a move is not made again, and a value that the case sets itself counts."""
    seen: list[RuleBook] = []

    def prepare(frame: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
        seen.append(book)
        return frame.assign(benchmark_total=frame["expenditure_total"] + 1, benchmark_notes="made")

    frame, other = canonical([ROW]), changed_book(BOOK, {}, 2022)
    assert changed(frame, case(), BOOK, prepare)["benchmark_total"].tolist() == [100e6]
    assert seen == []
    moved = change({}, moves={"expenditure_total": Move(added=5.0)})
    assert changed(frame, case(moved), BOOK, prepare)["benchmark_total"].tolist() == [93e6 + 6]
    assert changed(frame, case(book=other), BOOK, prepare)["benchmark_total"].tolist() == [93e6 + 1]
    assert seen == [BOOK, other]
    assert changed(frame, case(moved), BOOK)["benchmark_total"].tolist() == [100e6]
    held = changed(frame, case(change({"benchmark_total": "7"})), BOOK, prepare)
    assert held[["benchmark_total", "benchmark_notes"]].to_numpy().tolist() == [[7.0, "made"]]
    found = compare(frame, BOOK, [case(moved)], ("track",), prepare)
    assert (found["benchmark_notes"].tolist(), "answer" in found) == (["made"], False)


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, "scenario tried: proposed"), ("", "scenario tried: proposed"), ("a", "scenario tried: proposed; a")],
)
def test_what_the_rules_of_a_case_are_is_told_as_a_warning(
    before: str | None, after: str, canonical: Canonical
) -> None:
    frame = canonical([ROW])
    frame = frame if before is None else frame.assign(benchmark_notes=before, benchmark_is_warned=False)
    found = compare(frame, BOOK, [case(status="proposed"), case()], ()).fillna({"benchmark_notes": ""})
    assert found["benchmark_notes"].tolist() == [after, before or ""]
    told = changed(frame, case(status="proposed"), BOOK)
    assert told[["benchmark_notes", "benchmark_is_warned"]].to_numpy().tolist() == [[after, True]]


def test_a_warning_of_what_was_counts_where_that_is_told(canonical: Canonical) -> None:
    """The notes before are told where the settlement before is unknown; where it is known only those after."""
    prepaid = {**ROW, "performance_year": 2026, "prepaid_balance": 1e6}
    rows = [{**prepaid, "expenditure_total": None}, prepaid, ROW, {**prepaid, "state": "NY"}]
    given = change({"expenditure_total": "93000000", "prepaid_balance": "0"}, {"state": ""})
    found = compare(canonical([{"state": "", **row} for row in rows]), BOOK, [case(given)], ())
    assert found[["is_warned_before", "is_warned_after", "is_warned"]].to_numpy().tolist() == [
        [True, False, True],
        [True, False, False],
        [False, False, False],
        [True, True, True],
    ]
    assert [notes.partition(": ")[0] for notes in found["notes"]] == [
        "before",
        "",
        "",
        "depends on an unverified parameter",
    ]


def test_a_change_that_is_asked_about_and_leaves_all_as_it_is_is_told(canonical: Canonical) -> None:
    """Of savings and losses, not of what is unknown, nor of rows that are not meant."""
    others = {"expenditure_total": 110e6}, {"expenditure_total": None}, {"track": "basic-e"}
    frame = canonical([ROW, *({**ROW, **each} for each in others)])
    asked = change({"state": "TX"}, {"track": "enhanced"}, is_asked=True)
    found = compare(frame, BOOK, [case(asked), case(change({"state": "TX"}))], ())
    assert list(found)[:2] == ["aco_id", "program"]
    told = "state has no effect: no settlement depends on it"
    assert found["idle"].tolist() == [told, "", told, "", "", "", "", ""]


def test_less_than_a_cent_is_no_effect(canonical: Canonical) -> None:
    """Payments limited to shares of a benchmark of $100: half a cent is, more is not, whatever else changes too."""
    frame = canonical([{**ROW, "benchmark_total": 100.0, "expenditure_total": 50.0, "payment_limit": 0.0001}])
    tried = [pd.DataFrame({"payment_limit": [each]}) for each in (0.00005, 0.00004, 0.00015, 0.00016)]
    limits = [Change(convert_given({}), each, is_asked=True) for each in tried]
    told = "payment_limit has no effect: the payment is the same without it"
    assert compare(frame, BOOK, [case(each) for each in limits], ())["idle"].tolist() == [told, "", told, ""]
    turned = case(change({"expenditure_total": "50"}), limits[0])
    short = frame.assign(expenditure_total=100.0)
    with_others = "payment_limit has no effect: with the other changes, the payment is the same without it"
    assert compare(short, BOOK, [turned], ())["idle"].tolist() == [with_others]


def test_terms_are_told_of_rows_whose_program_changes(canonical: Canonical) -> None:
    reach = {**ROW, "program": "reach", "track": "global"}
    rows = [ROW, {**reach, "aco_id": "R1"}, {**ROW, "track": "basic-e"}]
    found = compare(
        canonical(rows), BOOK, [case(change({"program": "reach", "track": "global"}, {"track": "enhanced"}))], ()
    )
    assert ["by the terms of" in notes for notes in found["notes"]] == [True, False, False]


def facts(difference: float, before: str = "earned", after: str = "owed", **others: Any) -> dict[str, Any]:
    amounts = {f"{name}_{side}": 8.0 for name in COMPARED[1:] for side in ("before", "after")}
    row = {"performance_year": 2014, "scenario": "s", "difference": difference, **amounts}
    return {**row, "outcome_before": before, "outcome_after": after, **others}


def of_acos(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of an ACO each, unless they say whose they are."""
    return pd.DataFrame([{"aco_id": f"A{number}", **row} for number, row in enumerate(rows)])


def test_totals_count_who_gains_and_loses_half_a_cent_or_more() -> None:
    """Below, at and above half a cent; what is unknown on one side is counted and adds to nothing."""
    rows = [facts(each) for each in (-0.5, -0.0051, -0.005, 0.0, 0.005, 0.0051, 0.5, 0.75)]
    rows += [facts(math.nan), facts(math.nan, before="not-calculable")]
    found = totals(of_acos(rows)).to_dict("records")
    assert len(found) == 1
    sums = {f"{name}_{side}": 64.0 for name in COMPARED[1:] for side in ("before", "after")}
    assert found[0] == pytest.approx({
        **{"performance_year": 2014, "scenario": "s", "by": "all", "value": "", **sums},
        **{"acos": 10, "gain": 3, "lose": 2, "unchanged": 3, "not_calculable": 2},
        **{"gained": 1.2601, "lost": 0.5101, "difference": 0.75},
        **{"earned_before": 8, "owed_before": 0, "earned_after": 0, "owed_after": 8},
    })  # fmt: skip


def test_totals_come_by_year_scenario_and_group_as_they_stand() -> None:
    """Scenarios in their order; a group that no ACO is in has no row, and one that is unknown has."""
    sizes = pd.Categorical(["b", "a", None, "b"] * 2, categories=["a", "b", "c"])
    rows = [facts(1.0, scenario=name, performance_year=year) for year in (2015, 2014) for name in ("z", "z", "y", "y")]
    found = totals(of_acos(rows).assign(size=sizes), ["size"]).fillna({"value": "unknown"})
    assert found[["performance_year", "scenario", "value", "acos"]].to_numpy().tolist() == [
        row
        for year in (2014, 2015)
        for row in (
            *([year, "z", "", 2], [year, "y", "", 2]),
            *([year, "z", "a", 1], [year, "z", "b", 1], [year, "y", "b", 1], [year, "y", "unknown", 1]),
        )
    ]
    assert list(found)[:2] == ["performance_year", "scenario"]


def test_totals_count_an_aco_with_several_rows_once() -> None:
    """Two halves of a year that both gain are one ACO; what only shows a year as deferred is none beside the other."""
    halves = [facts(each, aco_id="A1") for each in (1.0, 2.0)]
    shown = facts(0.0, before="deferred", after="deferred", aco_id="P1")
    found = totals(of_acos([*halves, shown, facts(-1.0, aco_id="P1"), {**shown, "aco_id": "P2"}])).to_dict("records")
    counts = {name: found[0][name] for name in ("acos", "gain", "lose", "unchanged", "earned_before")}
    assert counts == {"acos": 3, "gain": 1, "lose": 1, "unchanged": 1, "earned_before": 2}
    assert (found[0]["gained"], found[0]["lost"]) == (3.0, 1.0)
