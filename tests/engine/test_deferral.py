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
            "deferred_to": [2014, np.nan, np.nan],
        }
    ).astype({"aco_id": "str", "program": "str", "track": "str"})


def run(years: set[int]) -> pd.DataFrame:
    rows = split_deferred(roster(), years.__contains__)
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
