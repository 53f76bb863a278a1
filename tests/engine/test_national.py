from __future__ import annotations

import pandas as pd
import pytest

from aco_cli.engine.national import compare, with_published
from aco_cli.rules.published import NATIONAL, Total, published_totals

TOTALS = [
    Total("mssp", 2014, "acos", 2, "c"),
    Total("pioneer", 2014, "acos", 3, "c"),
    Total("pioneer", 2014, "earned", 1, "c"),
    Total("pioneer", 2014, "savings", 50.0, "c", within=5.0),
    Total("pioneer", 2014, "earned_payment", 20.0, "c"),
    Total("pioneer", 2014, "owed_repayment", 3.0, "c"),
    Total(NATIONAL, 2014, "acos", 5, "c"),
    Total(NATIONAL, 2014, "savings", 160.0, "c", within=5.0),
    Total(NATIONAL, 2014, "earned_payment", 60.0, "c", more_than=True),
]


def summary() -> pd.DataFrame:
    row = {
        "performance_year": 2014,
        "by": "program",
        "value": "mssp",
        "acos": 2,
        "saved": 2,
        "reached_msr": 1,
        "earned": 1,
        "owed": 0,
        "not_calculable": 0,
        "savings": 100.0,
        "earned_payment": 45.0,
        "owed_repayment": 0.0,
        "net_to_medicare": 55.0,
        "source": "computed",
    }
    return pd.DataFrame([row]).astype({"by": "str", "value": "str", "source": "str"})


def test_a_program_with_totals_only_is_taken_from_them_and_marked() -> None:
    row = with_published(summary(), TOTALS).set_index("value").loc["pioneer"]
    assert (row["source"], row["acos"], row["earned_payment"]) == ("published", 3, 20.0)
    assert pd.isna(row["saved"])  # what was not published stays blank


def test_the_national_line_adds_computed_and_published() -> None:
    row = with_published(summary(), TOTALS).set_index("by").loc["national"]
    assert row["source"] == "computed and published"
    assert (row["acos"], row["earned"], row["savings"], row["earned_payment"]) == (5, 2, 150.0, 65.0)
    assert row["net_to_medicare"] == 150.0 - 65.0 + 3.0


def test_lines_are_numbered_anew_and_marked_by_their_source() -> None:
    found = with_published(summary(), TOTALS)
    assert found.index.tolist() == [0, 1, 2]
    assert found["source"].tolist() == ["computed", "published", "computed and published"]
    alone = [total for total in TOTALS if total.program != "pioneer"]
    assert with_published(summary(), alone)["source"].tolist() == ["computed", "computed"]


@pytest.mark.parametrize(
    ("changed", "unknown"),
    [
        ({"acos": 1}, []),  # one of two ACOs
        ({"not_calculable": 1}, []),
        ({}, [("mssp", "acos")]),  # nobody knows how many there were
        ({}, [("pioneer", "acos")]),
        ({}, [(NATIONAL, "acos"), (NATIONAL, "savings"), (NATIONAL, "earned_payment")]),  # nor of which programs
    ],
)
def test_there_is_no_national_line_of_some_acos(changed: dict[str, int], unknown: list[tuple[str, str]]) -> None:
    totals = [each for each in TOTALS if (each.program, each.figure) not in unknown]
    assert "national" not in set(with_published(summary().assign(**changed), totals)["by"])


def test_comparison_says_what_agrees_within_the_published_digits() -> None:
    """And by how much they differ, where a figure was published and not a floor."""
    found = compare(with_published(summary(), TOTALS), TOTALS)
    names = ["program", "figure", "computed", "published", "difference", "agrees"]
    assert found[names].astype(object).where(found[names].notna(), "floor").to_numpy().tolist() == [
        ["mssp", "acos", 2, 2, 0, "yes"],
        [NATIONAL, "acos", 5, 5, 0, "yes"],
        [NATIONAL, "savings", 150, 160, -10, "no"],
        [NATIONAL, "earned_payment", 65, 60, "floor", "yes"],
    ]


def test_totals_of_a_track_are_compared_with_that_track() -> None:
    rows = summary()
    rows = pd.concat([rows, rows.assign(by="track", value="track-1", acos=1)], ignore_index=True)
    totals = [
        *TOTALS,
        Total("mssp", 2014, "acos", 1, "c", track="track-1"),
        Total("mssp", 2014, "acos", 9, "c", track="x"),
    ]
    found = compare(with_published(rows, totals), totals).set_index(["program", "track", "figure"])["agrees"]
    assert found["mssp", "track-1", "acos"] == "yes"
    assert found["mssp", "", "acos"] == "yes"
    assert "x" not in found.index.get_level_values("track")


@pytest.mark.parametrize(
    "total",
    published_totals(),
    ids=lambda total: f"{total.program} {total.track or 'all'} {total.year} {total.figure}",
)
def test_every_published_total_is_cited(total: Total) -> None:
    assert total.cite
    assert not (total.more_than and total.within)
