from __future__ import annotations

import numpy as np
import pandas as pd

from aco_cli.engine.deferral import note_net_amounts, split_deferred
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

COLUMNS = ("aco_id", "performance_year", "outcome", "settlement", "notes")


def roster() -> pd.DataFrame:
    """A Pioneer ACO that loses 5 % in 2013, deferred to 2014, and 3 % in 2014, with quality 0.8; and a plain one."""
    return pd.DataFrame(
        {
            "aco_id": ["P1", "P1", "P2"],
            "program": "pioneer",
            "track": "core",
            "performance_year": [2013, 2014, 2014],
            "assigned_beneficiaries": 20_000.0,
            "benchmark_total": 100e6,
            "expenditure_total": [105e6, 103e6, 90e6],
            "quality_score": 0.8,
        }
    ).astype({"aco_id": "str", "program": "str", "track": "str"})


def run(years: set[int], deferred_to: tuple[float, ...] = (2014, np.nan, np.nan)) -> pd.DataFrame:
    rows = split_deferred(roster().assign(deferred_to=deferred_to), years.__contains__)
    rows = rows.sort_values(["performance_year", "aco_id"], kind="stable", ignore_index=True)
    return note_net_amounts(settle(rows, RuleBook(), COLUMNS), rows)


def test_the_year_itself_shows_deferred_with_zero() -> None:
    table = run({2013})
    assert table["outcome"].tolist() == ["deferred"]
    assert table["settlement"].tolist() == [0.0]


def test_the_later_year_settles_both_each_by_its_own_rules() -> None:
    """1 - 70 % x 0.8 = 44 % of 5 million and of 3 million, two rows and one net amount."""
    table = run({2014}).set_index(["aco_id", "performance_year"])
    assert np.allclose(table["settlement"], [-2.2e6, -1.32e6, 0.98 * 0.56 * 10e6])
    for year in (2013, 2014):
        assert "settled together in 2014: net -3,520,000.00 US dollars" in table.loc[("P1", year), "notes"]
    assert "together" not in table.loc[("P2", 2014), "notes"]


def test_a_run_of_both_years_shows_the_deferral_and_the_settlement() -> None:
    table = run({2013, 2014})
    deferred = table[(table["aco_id"] == "P1") & (table["performance_year"] == 2013)]
    assert deferred["outcome"].astype("str").tolist() == ["deferred", "owed"]
    assert table["settlement"].sum() == run({2014})["settlement"].sum()
    assert "together" not in deferred["notes"].iloc[0]


def test_rows_of_a_run_are_numbered_anew_where_one_comes_twice() -> None:
    """Once as deferred and once as settled; both are the first row of the roster."""
    rows = split_deferred(roster().assign(deferred_to=[2014, np.nan, np.nan]), {2013, 2014}.__contains__)
    assert rows.index.tolist() == [0, 1, 2, 3]
    assert rows["aco_id"].tolist() == ["P1", "P1", "P2", "P1"]


def test_a_year_that_is_deferred_to_itself_is_settled_once_and_as_it_stands() -> None:
    plain = run({2013, 2014}, (np.nan,) * 3)
    pd.testing.assert_frame_equal(run({2013, 2014}, (2013, np.nan, np.nan)), plain)
    own = run({2014}, (2014, 2014, np.nan)).set_index(["aco_id", "performance_year"])
    assert own.loc[("P1", 2014), "notes"].endswith("settled together in 2014: net -3,520,000.00 US dollars")


def test_the_net_amount_is_told_behind_what_else_is_noted() -> None:
    """Of an ACO's rows of the year: not of other ACOs, nor of a year that waits for a later one."""
    frame = pd.DataFrame(
        {
            "performance_year": [2013, 2014, 2014, 2014, 2014],
            "settled_in": [2014, np.nan, np.nan, 2014, np.nan],
            "deferred_to": [np.nan, np.nan, np.nan, np.nan, 2015],
        }
    )
    table = pd.DataFrame(
        {
            "aco_id": ["P1", "P1", "P2", "P3", "P3"],
            "settlement": [-2_000.0, 500.25, 7.0, 1.0, 0.0],
            "notes": ["a; b", "", "c", "", "deferred"],
        }
    )
    told = "settled together in 2014: net -1,499.75 US dollars"
    assert note_net_amounts(table, frame)["notes"].tolist() == [
        *(f"a; b; {told}", told, "c", "settled together in 2014: net 1.00 US dollars", "deferred"),
    ]
