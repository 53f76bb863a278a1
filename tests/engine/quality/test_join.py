"""Computed scores into a roster: what wins, what is only filled in, and who is on one side alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.join import join_scores, some

KEYS = {"aco_id": ["A", "B", "C", "A"], "performance_year": [2023, 2023, 2023, 2024]}
NONE = np.nan


def scored() -> pd.DataFrame:
    """Scores of A in two years, B without a score, one that no roster has, one twice and one without an id."""
    return pd.DataFrame(
        [
            ("A", 2024, 0.95, 1.0, 1.0, NONE, "score"),
            ("X", 2023, 0.70, 1.0, 1.0, NONE, "score"),
            ("A", 2023, 0.90, 1.0, 0.0, 1.0, "outcome"),
            ("B", 2023, NONE, 0.0, NONE, NONE, ""),
            ("A", 2023, 0.10, 0.0, 1.0, 0.0, "measures"),
            ("", 2023, 0.20, 1.0, 1.0, NONE, "score"),
        ],
        columns=[
            *("aco_id", "performance_year", "quality_score", "quality_reported"),
            *("quality_standard_met", "quality_alternative_met", "quality_standard_basis"),
        ],
    )


def roster(**more: list[float]) -> pd.DataFrame:
    return pd.DataFrame(KEYS | more, index=[7, 3, 3, 0])


def expect(found: pd.DataFrame, **columns: list[float]) -> None:
    for name, values in columns.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def test_a_roster_without_quality_gets_all_of_it() -> None:
    found, missing, others = join_scores(roster(), scored())
    expect(
        found,
        quality_score=[0.90, NONE, NONE, 0.95],
        quality_reported=[1.0, 0.0, NONE, 1.0],
        quality_standard_met=[0.0, NONE, NONE, 1.0],
        quality_alternative_met=[1.0, NONE, NONE, NONE],
    )
    assert found["quality_standard_basis"].tolist() == ["outcome", "", "", "score"]
    assert (missing, others, found.index.tolist()) == (["B", "C"], ["X"], [7, 3, 3, 0])


def test_scores_win_over_those_of_a_roster_and_standards_do_not() -> None:
    """What rests on rates fills only what the roster leaves blank, and only there it says on what it rests."""
    given = roster(
        quality_score=[0.5] * 4,
        quality_reported=[0.0] * 4,
        quality_standard_met=[1.0, 1.0, NONE, NONE],
        quality_alternative_met=[NONE, 0.0, 0.0, 0.0],
    )
    found, missing, others = join_scores(given, scored())
    expect(
        found,
        quality_score=[0.90, 0.5, 0.5, 0.95],
        quality_reported=[1.0, 0.0, 0.0, 1.0],
        quality_standard_met=[1.0, 1.0, NONE, 1.0],
        quality_alternative_met=[1.0, 0.0, 0.0, 0.0],
    )
    assert found["quality_standard_basis"].tolist() == ["", "", "", "score"]
    assert (missing, others) == (["B", "C"], ["X"])


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, ""),
        (1, "A1"),
        (10, "A1, A2, A3, A4, A5, A6, A7, A8, A9, A10"),
        (11, "A1, A2, A3, A4, A5, A6, A7, A8, A9, A10 and 1 more"),
        (1234, "A1, A2, A3, A4, A5, A6, A7, A8, A9, A10 and 1,224 more"),
    ],
)
def test_ten_ids_are_named_and_the_others_counted(number: int, told: str) -> None:
    assert some([f"A{each + 1}" for each in range(number)]) == told
