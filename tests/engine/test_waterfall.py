"""The steps from savings or losses to the settlement: complete, signed, and each where its rule applies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.settle import settle
from aco_cli.engine.waterfall import LOSSES, SAVINGS, Waterfall, waterfall
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
TRACK_1 = {
    "track": "track-1",
    "performance_year": 2014,
    "assigned_beneficiaries": 60_000,
    "benchmark_total": 100e6,
    "expenditure_total": 90e6,
    "quality_score": 0.8,
}
TRACK_2 = TRACK_1 | {"track": "track-2", "expenditure_total": 110e6}
Frames = Callable[[Any], pd.DataFrame]


def steps_of(frame: pd.DataFrame) -> tuple[pd.DataFrame, Waterfall]:
    names = ("outcome", "reaches_msr", "shared_savings", "earned_payment", "owed_repayment", "settlement")
    return settle(frame, BOOK, names), waterfall(frame, BOOK)


def changes(canonical: Frames, row: dict[str, Any]) -> dict[str, float]:
    """The steps of one ACO that change anything, in whole dollars."""
    amounts = waterfall(canonical([row]), BOOK).amounts
    return {name: round(float(amount)) for name, amount in amounts.iloc[0].items() if amount}


@pytest.mark.parametrize("seed", range(12))
def test_the_steps_of_any_aco_add_up_to_its_payment_repayment_and_settlement(
    seed: int, canonical: Frames, make_rows: Callable[..., Any]
) -> None:
    settled, found = steps_of(canonical(make_rows(seed, 400)))
    settled_now = settled["outcome"] != "deferred"
    settled, steps = settled[settled_now], found.amounts[settled_now]
    assert steps.isna().any(axis=1).equals(steps.isna().all(axis=1))
    for part, total in ((SAVINGS, settled["earned_payment"]), (LOSSES, -settled["owed_repayment"])):
        names = [step.key for step in found.of(part)]
        np.testing.assert_allclose(steps[names].sum(axis=1, min_count=1), total, rtol=0, atol=1e-4)
    np.testing.assert_allclose(steps.sum(axis=1, min_count=1), settled["settlement"], rtol=0, atol=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_after_the_first_step_savings_only_shrink_and_losses_only_recede(
    seed: int, canonical: Frames, make_rows: Callable[..., Any]
) -> None:
    found = waterfall(canonical(make_rows(seed, 400)), BOOK)
    for step in found.steps:
        grows = step.name == "generated_savings" or (step.part == LOSSES and step.name != "generated_losses")
        amounts = found.amounts[step.key].dropna() * (1 if grows else -1)
        assert (amounts > -1e-6).all(), step.name


@pytest.mark.parametrize("seed", range(4))
def test_what_quality_takes_is_what_full_quality_would_share(
    seed: int, canonical: Frames, make_rows: Callable[..., Any]
) -> None:
    frame = canonical(make_rows(seed, 400))
    settled, found = steps_of(frame)
    steps = found.amounts
    full = {"quality_score": 1.0, "quality_reported": 1.0, "quality_standard_met": 1.0}
    better, _ = steps_of(frame.assign(**full))
    rows = (settled["reaches_msr"] == 1) & steps["generated_savings"].notna()
    gained = (better["shared_savings"] - settled["shared_savings"])[rows]
    np.testing.assert_allclose(
        -(steps["quality_failed"] + steps["quality_below_full"])[rows], gained, rtol=0, atol=1e-4
    )
    assert (gained > 0).any()


def test_shared_savings_lose_medicares_share_then_quality_then_sequestration(canonical: Frames) -> None:
    # 10 million saved; half is Medicare's; 80 % quality loses a fifth of the other half; 2 % of 4 million.
    assert changes(canonical, TRACK_1) == {
        "generated_savings": 10_000_000,
        "medicare_share": -5_000_000,
        "quality_below_full": -1_000_000,
        "sequestered": -80_000,
    }


def test_savings_one_dollar_below_the_minimum_are_lost_there(canonical: Frames) -> None:
    # Sliding rate 2 % at 60,000 beneficiaries.
    at, below = TRACK_1 | {"expenditure_total": 98e6}, TRACK_1 | {"expenditure_total": 98e6 + 1}
    assert "below_msr" not in changes(canonical, at)
    assert changes(canonical, below) == {"generated_savings": 1_999_999, "below_msr": -1_999_999}


def test_a_failed_standard_loses_the_acos_share(canonical: Frames) -> None:
    assert changes(canonical, TRACK_1 | {"quality_standard_met": False}) == {
        "generated_savings": 10_000_000,
        "medicare_share": -5_000_000,
        "quality_failed": -5_000_000,
    }


def test_the_reduced_rate_takes_half_of_savings_below_the_minimum(canonical: Frames) -> None:
    # A low-revenue BASIC ACO saved 1 million, 1 % of its benchmark where 2 % is the minimum: half of 40 %, less 2 %.
    # Without low revenue all is lost below the minimum.
    row = TRACK_1 | {"track": "basic-b", "performance_year": 2024, "expenditure_total": 99e6, "low_revenue": True}
    row |= {"agreement_start": "2024-01-01", "quality_standard_met": True}
    assert changes(canonical, row) == {
        "generated_savings": 1_000_000,
        "medicare_share": -600_000,
        "reduced_rate": -200_000,
        "sequestered": -4_000,
    }
    assert changes(canonical, row | {"low_revenue": False}) == {"generated_savings": 1_000_000, "below_msr": -1_000_000}


def test_the_payment_limit_takes_what_is_above_it(canonical: Frames) -> None:
    # 30 million saved, full quality: 15 million shared, less 300,000, of which 10 % of the benchmark may be paid.
    row = TRACK_1 | {"expenditure_total": 70e6, "quality_score": 1.0}
    assert changes(canonical, row) == {
        "generated_savings": 30_000_000,
        "medicare_share": -15_000_000,
        "sequestered": -300_000,
        "above_payment_limit": -4_700_000,
    }


def test_sharing_at_a_reduced_rate_costs_half_the_share(canonical: Frames) -> None:
    """A low-revenue BASIC ACO below the minimum: 1 million saved, half of 40 percent of it shared (425.605(h))."""
    row = TRACK_1 | {
        **{"track": "basic-a", "performance_year": 2024, "agreement_start": "2024-01-01", "low_revenue": True},
        **{"expenditure_total": 99e6, "quality_standard_met": True, "assigned_beneficiaries": 20_000},
    }
    assert changes(canonical, row) == {
        "generated_savings": 1_000_000,
        "medicare_share": -600_000,
        "reduced_rate": -200_000,
        "sequestered": -4_000,
    }


def test_losses_of_a_one_sided_track_end_with_medicare(canonical: Frames) -> None:
    row = TRACK_1 | {"expenditure_total": 110e6}
    assert changes(canonical, row) == {"generated_losses": -10_000_000, "one_sided": 10_000_000}


def test_losses_within_the_minimum_loss_rate_end_there(canonical: Frames) -> None:
    row = TRACK_2 | {"expenditure_total": 102e6 - 1}
    assert changes(canonical, row) == {"generated_losses": -1_999_999, "within_mlr": 1_999_999}


def test_shared_losses_are_limited(canonical: Frames) -> None:
    # Loss rate 1 - 60 % x 80 % = 52 %: 5.2 million, of which the first agreement year limits to 5 % of the benchmark.
    assert changes(canonical, TRACK_2 | {"agreement_year": 1}) == {
        "generated_losses": -10_000_000,
        "medicare_loss_share": 4_800_000,
        "above_loss_limit": 200_000,
    }


def test_circumstances_and_leaving_early_waive_losses(canonical: Frames) -> None:
    row = TRACK_2 | {"performance_year": 2018, "msr_election": "0.02", "agreement_year": 3, "euc_share": 0.25}
    found = changes(canonical, row)
    assert found["circumstances"] == 1_300_000
    gone = changes(canonical, row | {"terminated_on": "2018-03-31", "termination_kind": "voluntary"})
    assert gone["after_termination"] == 3_900_000


def test_a_year_without_settlement_has_no_steps(canonical: Frames) -> None:
    unknown = TRACK_1 | {"benchmark_total": None}
    deferred = TRACK_1 | {"deferred_to": 2015}
    assert waterfall(canonical([unknown, deferred]), BOOK).amounts.isna().all(axis=None)


def test_totals_leave_out_what_changes_nothing_and_count_acos(canonical: Frames) -> None:
    steps = waterfall(canonical([TRACK_1, TRACK_1 | {"quality_score": 1.0}, TRACK_2 | {"agreement_year": 1}]), BOOK)
    found = {total.label: (round(total.amount), total.acos) for total in steps.totals(SAVINGS)}
    assert found == {
        "Generated savings": (20_000_000, 2),
        "Medicare's share": (-10_000_000, 2),
        "Quality below 100%": (-1_000_000, 1),
        "Sequestration": (-180_000, 2),
    }
    assert [total.amount for total in steps.totals(LOSSES)] == pytest.approx([-10e6, 4.8e6, 0.2e6])


def test_totals_are_of_who_a_step_concerns_by_however_little(canonical: Frames) -> None:
    """$10 million and $0.50 of savings; losses are nobody's, and what changes nothing is left out."""
    small = TRACK_1 | {"expenditure_total": 100e6 - 0.5}
    found = waterfall(canonical([TRACK_1, small, TRACK_1 | {"benchmark_total": None}]), BOOK)
    labels = {step.key: step.label for step in found.steps}
    totals = [(each.label, round(each.amount, 6), each.acos) for each in found.totals(SAVINGS)]
    expected = {"generated_savings": (10_000_000.5, 2), "below_msr": (-0.5, 1), "medicare_share": (-5e6, 1)}
    expected |= {"quality_below_full": (-1e6, 1), "sequestered": (-80_000, 1)}
    assert sorted(totals) == sorted((labels[key], *each) for key, each in expected.items())
    assert found.totals(LOSSES) == []


def test_rows_keep_their_labels(canonical: Frames) -> None:
    frame = canonical([TRACK_1, TRACK_2 | {"agreement_year": 1}]).set_axis([7, 3])
    amounts = waterfall(frame, BOOK).amounts
    assert amounts.index.tolist() == [7, 3]
    assert amounts.loc[7, "generated_savings"] == 10e6
    assert amounts.loc[3, "generated_losses"] == -10e6


def test_there_are_no_negative_zeros(canonical: Frames, make_rows: Callable[..., Any]) -> None:
    """They would be written as -0.00."""
    amounts = waterfall(canonical(make_rows(2, 200)), BOOK).amounts.to_numpy()
    assert not (np.signbit(amounts) & (amounts == 0)).any()


def test_the_steps_have_names_of_their_own() -> None:
    """None is a line of the settlement, or one of the two would hide the other."""
    law = law_of(BOOK, "mssp", "waterfall")
    names = [step.key for step in law.steps]
    assert len(set(names)) == len(names)
    assert not set(names) & law_of(BOOK, "mssp").known.keys()
    assert {step.part for step in law.steps} == {SAVINGS, LOSSES, ""}
