"""The lines behind a settlement are those of the settlement, whatever other years and changes do to it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import aco_cli as aco

# Savings of 8 million at half of the rate, half quality and after sequestration are 1.96 million a year.
YEARS = pd.DataFrame(
    {
        "aco_id": "A1",
        "performance_year": [2016, 2014, 2015],
        "program": "mssp",
        "track": "track-1",
        "assigned_beneficiaries": 12_000,
        "benchmark_total": 120e6,
        "expenditure_total": 112e6,
        "quality_score": 0.5,
        "advance_balance": [None, 5e6, None],
    }
)


def net_payments(table: pd.DataFrame) -> list[float]:
    return [float(value) for value in table.loc[table["line"] == "net_payment", "value"]]


@pytest.mark.parametrize(
    ("years", "changes", "expected"),
    [
        ("all", {}, [0, 0, 1_960_000 - 1_080_000]),
        ("2015-2016", {}, [1_960_000, 1_960_000]),
        (None, {}, [880_000]),
        # As it is beside as it would be: full quality repays all in 2015, and leaves nothing to 2016.
        ("all", {"change": {"quality_score": 1}}, [0, 0, 0, 2_840_000, 880_000, 3_920_000]),
        # Of the years before the one that is shown nothing changes.
        (None, {"change": {"quality_score": 1}}, [880_000, 2_840_000]),
    ],
)
def test_advances_are_carried_from_year_to_year(years: Any, changes: dict[str, Any], expected: list[float]) -> None:
    assert net_payments(aco.explain(YEARS, "A1", years, **changes).table) == pytest.approx(expected)


def test_lines_of_a_result_are_those_of_its_table() -> None:
    settled = aco.settle(YEARS)
    shown = [net_payments(settled.lines("A1", year))[0] for year in settled.table["performance_year"]]
    assert shown == pytest.approx([0, 0, 880_000])
    assert list(settled.table["net_payment"]) == pytest.approx([0, 0, 880_000])
    assert net_payments(settled.lines("A1")) == pytest.approx([880_000])


def test_a_year_left_out_that_may_leave_advances_is_warned_of() -> None:
    """However little of an advance may be left: of A2, a dollar at the most."""
    few = YEARS["advance_balance"].clip(upper=1)
    two = pd.concat([YEARS, YEARS.assign(aco_id="A2", advance_balance=few)])
    settled = aco.settle(two, "2015-2016")
    (warning,) = [each for each in settled.notices if each.code == "advance_left"]
    assert warning.level is aco.Level.WARNING
    told = "advance_balance: a year left out may leave some of that of A1, A2 to recoup; settle the years in one run"
    assert warning.message.endswith(told)


@pytest.mark.parametrize(
    ("balances", "years"),
    [
        ([None, 5e6, None], "2014"),  # the years left out come later
        ([0, 5e6, 0], "2015-2016"),  # what is left is told
        ([None, 0, None], "2015-2016"),
        ([None, 5e6, None], "all"),
    ],
)
def test_advances_that_are_all_told_are_not_warned_of(balances: list[float | None], years: str) -> None:
    settled = aco.settle(YEARS.assign(advance_balance=balances), years)
    assert "advance_left" not in [each.code for each in settled.notices]
