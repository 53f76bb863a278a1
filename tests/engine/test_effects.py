"""Why a changed column has no effect: one reason for each row, and what to set instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from aco_cli.api.scenario_files import convert_given
from aco_cli.engine.effects import idle_reasons, is_missing
from aco_cli.engine.whatif import Case, Change, compare
from aco_cli.rules.book import RuleBook

Canonical = Callable[[Sequence[Mapping[str, Any]]], pd.DataFrame]
BOOK = RuleBook()
# $5 million x 75 % x 98 %, by a minimum of 2 %; and a loss of $15 million.
GAIN: dict[str, Any] = {
    **{"track": "enhanced", "performance_year": 2023, "assigned_beneficiaries": 10_000, "msr_election": "0.02"},
    **{"benchmark_total": 100e6, "expenditure_total": 95e6, "quality_score": 0.9, "quality_standard_met": True},
}
LOSS = {**GAIN, "expenditure_total": 115e6}
BELOW = {**GAIN, "expenditure_total": 99e6}
TRACK_1: dict[str, Any] = {
    **{"track": "track-1", "performance_year": 2014, "assigned_beneficiaries": 9_000, "quality_score": 0.9},
    **{"benchmark_total": 100e6, "expenditure_total": 95e6},
}
REACH = {**GAIN, "program": "reach", "track": "global"}
UNCOUNTED = "it does not count in this settlement"
MISSING = "it is missing, and there is nothing to change"
LITTLE = "savings are below the minimum savings rate"
STANDARD = "the quality standard of 65.76% as before, which alone decides"


def asked(values: Mapping[str, str]) -> Change:
    return Change(convert_given({}), convert_given(values), is_asked=True)


def reasons(frame: pd.DataFrame, *values: Mapping[str, str]) -> list[str]:
    """What is said of the first column that is changed, without its name; the other columns are beside the point."""
    column = next(iter(values[0]))
    found = compare(frame, BOOK, [Case("tried", [asked(each) for each in values], BOOK)], ())["idle"]
    told = [text.partition("; ")[0] if "; set" not in text else text for text in found]
    assert all(not text or text.startswith(f"{column} has no effect: ") for text in told), told
    return [text.partition(": ")[2] for text in told]


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        (
            {"quality_score": "0.95"},
            [
                (GAIN, f"the score meets {STANDARD}"),
                ({**GAIN, "quality_score": 0.1, "quality_standard_met": False}, ""),
                ({**GAIN, "quality_score": 0.95}, "quality_score is 0.95 already"),
                ({**GAIN, "deferred_to": 2024}, "the year is settled together with a later one"),
            ],
        ),
        (
            {"quality_score": "0.2"},
            [
                (GAIN, ""),
                ({**GAIN, "quality_score": 0.1, "quality_standard_met": False}, f"the score is below {STANDARD}"),
                (BELOW, LITTLE),
                (
                    {**GAIN, "quality_score": 0.1},
                    "the quality standard met goes by quality_standard_met; set quality_standard_met instead",
                ),
                (
                    {**LOSS, "loss_rate": 0.4, "quality_score": 0.1},
                    "the shared loss rate goes by loss_rate; set loss_rate instead",
                ),
                (REACH, "it does not count in global, 2023"),
                ({**REACH, "track": "professional"}, "it does not count in professional, 2023"),
            ],
        ),
        (
            {"participant_revenue": ""},
            [
                (GAIN, MISSING),
                ({**GAIN, "participant_revenue": 9e6}, "it does not count in enhanced, 2023"),
                (TRACK_1, MISSING),
            ],
        ),
        (
            {"loss_limit_basis": ""},
            [(GAIN, MISSING), ({**GAIN, "loss_limit_basis": "revenue"}, "it does not count in enhanced, 2023")],
        ),
        (
            {"assigned_beneficiaries": "20000"},
            [
                ({**GAIN, "msr_election": "sliding"}, "the payment is the same without it"),
                ({**GAIN, "assigned_beneficiaries": 20_000}, "assigned_beneficiaries is 20000 already"),
                ({**BELOW, "assigned_beneficiaries": 9_000, "msr_election": "sliding"}, LITTLE),
            ],
        ),
        (
            {"msr_election": "0.02"},
            [
                (GAIN, "msr_election is 0.02 already"),
                ({**GAIN, "msr_election": "sliding"}, "the payment is the same without it"),
                (
                    {**GAIN, "msr_election": "0.01", "minimum_rate": 0.03},
                    "the minimum savings rate goes by minimum_rate; set minimum_rate instead",
                ),
                (TRACK_1, "the minimum savings rate goes by the rules of the track; set minimum_rate instead"),
                ({**REACH, "msr_election": "0.01"}, "no settlement depends on it"),
            ],
        ),
        (
            {"quality_reported": "true"},
            [
                (
                    {**TRACK_1, "performance_year": 2016},
                    "the quality share of the maximum rate goes by quality_score; set quality_score instead",
                ),
            ],
        ),
        ({"published_msr": "0.02"}, [(GAIN, "the elected rate goes by msr_election; set msr_election instead")]),
        ({"benchmark_total": "100000000"}, [(GAIN, "benchmark_total is 100000000 already")]),
        ({"state": "TX"}, [(GAIN, "no settlement depends on it"), ({**GAIN, "state": "TX"}, "state is TX already")]),
        ({"months": "6"}, [(LOSS, UNCOUNTED), (TRACK_1, "it does not count in track-1, 2014")]),
        ({"payment_limit": "0.2"}, [(GAIN, "the payment is the same without it"), (BELOW, UNCOUNTED)]),
        ({"half_rate": "true"}, [(LOSS, "it does not count in enhanced, 2023")]),
        (
            {"track": "basic-e"},
            [
                (GAIN, ""),
                (BELOW, LITTLE),
                ({**GAIN, "track": "basic-e"}, "track is basic-e already"),
            ],
        ),
    ],
)
def test_each_row_has_the_reason_that_holds_for_it(
    values: dict[str, str], rows: list[tuple[dict[str, Any], str]], canonical: Canonical
) -> None:
    """Whatever rows are beside it, and rows alike have the same."""
    mixed = [*(each for each in rows for _ in range(2)), *rows[::-1]]
    assert reasons(canonical([row for row, _ in mixed]), values) == [reason for _, reason in mixed]


def test_other_changes_are_named_where_they_turn_the_year(canonical: Canonical) -> None:
    found = reasons(canonical([GAIN, {**GAIN, "msr_election": "0.06"}]), {"track": "basic-e"}, {"msr_election": "0.06"})
    assert found == [f"with the other changes, {LITTLE}", LITTLE]


def test_what_is_not_known_after_a_change_is_no_lack_of_effect(canonical: Canonical) -> None:
    """Nor is a change of a row that has another, or of none."""
    unscored = {**GAIN, "quality_standard_met": None, "quality_score": None}
    frame = canonical([{**GAIN, "expenditure_total": None}, unscored])
    assert reasons(frame, {"state": "TX"}) == ["", ""]
    other = Change(convert_given({"track": "basic-e"}, selects=True), convert_given({"state": "TX"}), is_asked=True)
    found = compare(canonical([GAIN]), BOOK, [Case("tried", [other], BOOK)], ())
    assert found["idle"].tolist() == [""]
    none = canonical([GAIN]).iloc[:0]
    assert idle_reasons("state", none, none, BOOK, pd.Series(dtype="bool")).tolist() == []


def test_every_column_without_effect_is_told(canonical: Canonical) -> None:
    found = compare(canonical([LOSS]), BOOK, [Case("tried", [asked({"state": "TX", "months": "6"})], BOOK)], ())
    assert found["idle"].tolist() == [
        f"state has no effect: no settlement depends on it; months has no effect: {UNCOUNTED}"
    ]


def test_missing_is_blank_or_unknown() -> None:
    assert is_missing(pd.Series(["", "x", None], dtype="str")).tolist() == [True, False, True]
    assert is_missing(pd.Series([0.0, 1.0, None])).tolist() == [False, False, True]
