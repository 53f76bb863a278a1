"""Distances to thresholds: the figure they name is just across, and crossing changes the settlement as they say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.distances import distances
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
# Track 1 with 5,333 beneficiaries: a minimum of 3.8 % of the benchmark, $3,800,000 (42 CFR 425.604(b)).
ONE_SIDED: dict[str, Any] = {
    **{"performance_year": 2014, "track": "track-1", "assigned_beneficiaries": 5_333, "quality_score": 0.9},
    **{"benchmark_total": 100e6, "expenditure_total": 97e6},
}
# Track 2: 2 % either way, 60 % shared, limits of 15 % of the benchmark and 5 % (42 CFR 425.606).
TWO_SIDED = {**ONE_SIDED, "track": "track-2", "agreement_year": 1}


def found(canonical, **row: Any) -> pd.DataFrame:
    return distances(canonical([row]), BOOK).set_index("line")


@pytest.mark.parametrize(
    ("spent", "by", "there", "worth"),
    [
        # short of the minimum; at it 3,800,000 x 50 % x 90 % x 98 % is earned
        (97_000_000.0, 800_000.0, 96_199_999.99, 1_675_800.0044),
        (96_200_000.01, 0.01, 96_199_999.99, 1_675_800.0044),
        # at it and above: to fall short costs all
        (96_200_000.0, 0.0, 96_200_000.01, -1_675_800.0),
        (95_000_000.0, -1_200_000.0, 96_200_000.01, -2_205_000.0),
        # a loss is far from it, and a one-sided ACO owes nothing for it
        (101_000_000.0, 4_800_000.0, 96_199_999.99, 1_675_800.0044),
    ],
)
def test_distance_to_the_minimum_savings_rate(spent, by, there, worth, canonical) -> None:
    row = found(canonical, **{**ONE_SIDED, "expenditure_total": spent}).loc["to_minimum_savings"]
    assert row["by"] == pytest.approx(by, abs=1e-6)
    assert row["there"] == pytest.approx(there, abs=1e-6)
    assert row["worth"] == pytest.approx(worth, abs=1e-4)


@pytest.mark.parametrize(
    ("spent", "by", "there", "worth"),
    [
        # at 2,000,000 of losses 46 % is owed: 1 - 60 % x 90 %
        (101_000_000.0, 1_000_000.0, 102_000_000.01, -920_000.0046),
        (102_000_000.0, 0.0, 101_999_999.99, 920_000.0),
        (103_000_000.0, -1_000_000.0, 101_999_999.99, 1_380_000.0),
    ],
)
def test_distance_to_the_minimum_loss_rate(spent, by, there, worth, canonical) -> None:
    row = found(canonical, **{**TWO_SIDED, "expenditure_total": spent}).loc["to_minimum_losses"]
    assert row["by"] == pytest.approx(by, abs=1e-6)
    assert row["there"] == pytest.approx(there, abs=1e-6)
    assert row["worth"] == pytest.approx(worth, abs=1e-4)


def test_one_sided_acos_have_no_minimum_of_losses(canonical) -> None:
    assert "to_minimum_losses" not in found(canonical, **ONE_SIDED).index


def test_limits_say_what_they_leave_and_what_they_take(canonical) -> None:
    below = found(canonical, **{**ONE_SIDED, "expenditure_total": 80e6}).loc["to_payment_limit"]
    assert (below["by"], below["worth"]) == pytest.approx((10e6 - 20e6 * 0.5 * 0.9 * 0.98, 0))
    at = found(canonical, **{**ONE_SIDED, "expenditure_total": 70e6}).loc["to_payment_limit"]
    assert (at["by"], at["worth"]) == pytest.approx((0, 30e6 * 0.5 * 0.9 * 0.98 - 10e6))
    inside = found(canonical, **{**TWO_SIDED, "expenditure_total": 105e6}).loc["to_loss_limit"]
    assert (inside["by"], inside["worth"]) == pytest.approx((5e6 - 5e6 * 0.46, 0))
    beyond = found(canonical, **{**TWO_SIDED, "expenditure_total": 120e6}).loc["to_loss_limit"]
    assert (beyond["by"], beyond["worth"]) == pytest.approx((0, 5e6 - 20e6 * 0.46))


def test_quality_is_worth_its_share_of_the_savings(canonical) -> None:
    rows = found(canonical, **{**ONE_SIDED, "expenditure_total": 90e6})
    assert rows.loc["to_quality_point", ["by", "worth"]].tolist() == pytest.approx([1, 10e6 * 0.5 * 0.01 * 0.98])
    assert rows.loc["to_quality_full", ["by", "worth"]].tolist() == pytest.approx([10, 10e6 * 0.5 * 0.1 * 0.98])
    assert rows.loc["to_quality_standard", "worth"] == pytest.approx(-10e6 * 0.5 * 0.9 * 0.98)


def test_quality_that_makes_no_difference_is_left_out(canonical) -> None:
    assert not [name for name in found(canonical, **ONE_SIDED).index if name.startswith("to_quality")]
    assert (
        "to_quality_full"
        not in found(canonical, **{**ONE_SIDED, "expenditure_total": 90e6, "quality_score": 1.0}).index
    )


def test_quality_that_is_worth_cents_is_told(canonical) -> None:
    small = {**ONE_SIDED, "benchmark_total": 1_000.0, "expenditure_total": 900.0}
    assert found(canonical, **small).loc["to_quality_point", "worth"] == pytest.approx(100 * 0.5 * 0.01 * 0.98)


def test_full_quality_is_no_distance_where_the_standard_alone_gives_all_of_it(canonical) -> None:
    """Under the alternative standard the score counts, and at the standard itself the rate is full; losses go by it."""
    row = {
        **ONE_SIDED,
        "track": "enhanced",
        "performance_year": 2024,
        "quality_standard_met": False,
        "msr_election": "0.02",
    }
    row |= {"quality_alternative_met": True, "quality_score": 0.75}
    gains, loses = (found(canonical, **{**row, "expenditure_total": spent}) for spent in (90e6, 110e6))
    assert gains.loc["to_quality_standard", "worth"] == pytest.approx(10e6 * 0.75 * 0.25 * 0.98)
    assert "to_quality_full" not in gains.index
    # 1 - 75 % x 75 %, at full quality the floor of 40 %
    assert loses.loc["to_quality_full", "worth"] == pytest.approx(10e6 * (1 - 0.75**2 - 0.4))


def test_one_point_is_not_said_to_meet_a_standard_that_is_failed(canonical) -> None:
    """As A65307 of 2014, without a score: full quality would meet the standard, a single point need not."""
    rows = found(canonical, **{**ONE_SIDED, "expenditure_total": 90e6, "quality_score": 0.0})
    assert "to_quality_point" not in rows.index
    assert rows.loc["to_quality_full", ["by", "worth"]].tolist() == pytest.approx([100, 10e6 * 0.5 * 0.98])


def test_what_is_not_known_has_no_distance(canonical) -> None:
    assert found(canonical, **{**ONE_SIDED, "benchmark_total": None}).empty
    no_quality = found(canonical, **{**ONE_SIDED, "quality_score": None})
    assert no_quality.loc["to_minimum_savings", "by"] == pytest.approx(800_000)
    assert math.isnan(no_quality.loc["to_minimum_savings", "worth"])


def test_each_line_names_the_figure_that_would_change(canonical) -> None:
    rows = pd.concat([found(canonical, **{**TWO_SIDED, "expenditure_total": spent}) for spent in (80e6, 120e6)])
    assert dict(zip(rows.index, rows["figure"], strict=True)) == {
        "to_minimum_savings": "expenditure_total",
        "to_minimum_losses": "expenditure_total",
        "to_payment_limit": "payment_limit",
        "to_loss_limit": "loss_limit",
        "to_quality_point": "quality_score",
        "to_quality_full": "quality_score",
        "to_quality_standard": "quality_standard_met",
    }


def test_programs_beside_each_other_have_the_distances_that_they_have_alone(canonical) -> None:
    pioneer = {**ONE_SIDED, "program": "pioneer", "track": "core", "performance_year": 2012}
    rows = [ONE_SIDED, pioneer, TWO_SIDED]
    together = distances(canonical(rows), BOOK)
    assert together["row"].tolist() == sorted(together["row"])
    for place, row in enumerate(rows):
        own = together[together["row"] == place].drop(columns="row").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, distances(canonical([row]), BOOK).drop(columns="row"))


@pytest.mark.parametrize("seed", range(3))
def test_all_rows_at_once_and_the_thresholds_are_crossed(seed: int, canonical, make_rows) -> None:
    """On random rosters: settled with the figure named, the row is on the other side, and worth is the difference."""
    frame = canonical(make_rows(seed, 120, situations=25))
    table = distances(frame, BOOK)
    names = ["reaches_msr", "exceeds_mlr", "settlement"]
    before = settle(frame, BOOK, names)
    for line, side in (("to_minimum_savings", "reaches_msr"), ("to_minimum_losses", "exceeds_mlr")):
        rows = table[table["line"] == line]
        changed = frame.iloc[rows["row"]].reset_index(drop=True).assign(expenditure_total=rows["there"].to_numpy())
        after = settle(changed, BOOK, names)
        was = before.iloc[rows["row"]].reset_index(drop=True)
        assert (after[side] != was[side]).all()
        assert np.allclose(rows["worth"], after["settlement"] - was["settlement"], equal_nan=True)
        assert len(rows) > 20
