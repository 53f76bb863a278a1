from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.settle import settle, with_balances
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()


def roster(years: list[int], balances: list[float], expenditures: list[float]) -> pd.DataFrame:
    """One Track 1 ACO with a benchmark of 100 million and full quality in each of the years."""
    return pd.DataFrame(
        {
            "aco_id": pd.Series(["A1"] * len(years), dtype="str"),
            "program": pd.Series(["mssp"] * len(years), dtype="str"),
            "track": pd.Series(["track-1"] * len(years), dtype="str"),
            "performance_year": years,
            "assigned_beneficiaries": 20_000.0,
            "benchmark_total": 100e6,
            "expenditure_total": expenditures,
            "quality_score": 1.0,
            "advance_balance": balances,
        }
    )


def recouped(frame: pd.DataFrame) -> list[float]:
    return settle(frame, BOOK, ("advance_recouped",))["advance_recouped"].tolist()


def test_what_one_year_leaves_is_recouped_in_the_next() -> None:
    # 5 % savings earn 100e6 x 5 % x 50 % x 98 % = 2.45 million a year
    assert np.allclose(recouped(roster([2014, 2015], [3e6, np.nan], [95e6, 95e6])), [2.45e6, 0.55e6])


def test_a_balance_given_for_the_later_year_wins() -> None:
    assert np.allclose(recouped(roster([2014, 2015], [3e6, 1e6], [95e6, 95e6])), [2.45e6, 1e6])


def test_a_year_without_payment_recoups_nothing_and_passes_the_balance_on() -> None:
    assert np.allclose(recouped(roster([2014, 2015, 2016], [1e6, np.nan, np.nan], [101e6, 95e6, 95e6])), [0, 1e6, 0])


def test_rows_in_any_order_carry_from_the_earlier_year() -> None:
    assert np.allclose(recouped(roster([2015, 2014], [np.nan, 3e6], [95e6, 95e6])), [0.55e6, 2.45e6])


def test_a_carried_balance_is_said_in_the_notes() -> None:
    notes = settle(roster([2014, 2015], [3e6, np.nan], [95e6, 95e6]), BOOK, ("notes",))["notes"]
    assert notes.tolist() == ["", "advance balance carried from an earlier year of this run"]


def test_settlements_do_not_change_by_recoupment() -> None:
    table = settle(roster([2014, 2015], [3e6, np.nan], [95e6, 95e6]), BOOK, ("settlement", "net_payment"))
    assert np.allclose(table["settlement"], 2.45e6)
    assert np.allclose(table["net_payment"], [0, 1.9e6])


@pytest.mark.parametrize(
    ("given", "spent", "balances", "carried"),
    [
        # what is left is carried, to the dollar and below
        ([3e6, np.nan], [95e6, 95e6], [3e6, 550_000], [0, 1]),
        ([2.45e6 + 0.5, np.nan], [95e6, 95e6], [2_450_000.5, 0.5], [0, 1]),
        # nothing is left: the next year has no balance, and nothing is said of it
        ([2.45e6, np.nan], [95e6, 95e6], [2.45e6, 0], [0, 0]),
        ([1e6, np.nan], [95e6, 95e6], [1e6, 0], [0, 0]),
        ([0.5, np.nan], [101e6, 95e6], [0.5, 0.5], [0, 1]),
        ([0, np.nan], [95e6, 95e6], [0, np.nan], [0, 0]),
        # what is given wins, and is not carried
        ([3e6, 1e6], [95e6, 95e6], [3e6, 1e6], [0, 0]),
        # a year that cannot be settled recoups nothing
        ([3e6, np.nan], [np.nan, 95e6], [3e6, 3e6], [0, 1]),
    ],
)
def test_what_is_carried(given: list[float], spent: list[float], balances: list[float], carried: list[float]) -> None:
    found = with_balances(roster([2014, 2015], given, spent), BOOK)
    np.testing.assert_allclose(found["advance_balance"], balances, rtol=0, atol=1e-6)
    assert found.get("advance_carried", pd.Series([0.0, 0.0])).tolist() == carried


def test_each_aco_carries_its_own() -> None:
    """Others have nothing carried, whatever their years."""
    two = roster([2014, 2015, 2014, 2015], [3e6, np.nan, np.nan, np.nan], [95e6] * 4)
    two["aco_id"] = pd.Series(["A1", "A1", "A2", "A2"], dtype="str")
    three = pd.concat([two, two.iloc[:2].assign(aco_id="A3", advance_balance=[5e6, np.nan])], ignore_index=True)
    found = with_balances(three.iloc[::-1], BOOK).sort_index()
    np.testing.assert_allclose(found["advance_balance"], [3e6, 0.55e6, np.nan, np.nan, 5e6, 2.55e6])
    assert found["advance_carried"].tolist() == [0, 1, 0, 0, 0, 1]


def test_without_balances_the_frame_stays_as_it_is() -> None:
    frame = roster([2014, 2015], [np.nan, np.nan], [95e6, 95e6])
    assert with_balances(frame, BOOK) is frame
    assert with_balances(frame.drop(columns="advance_balance"), BOOK).columns.tolist() == frame.columns.tolist()[:-1]
