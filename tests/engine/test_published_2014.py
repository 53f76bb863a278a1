"""Performance year 2014 recomputed from CMS's public use file, against what CMS published in the same file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.settle import settle
from aco_cli.inputs.load import load
from aco_cli.rules.book import RuleBook

# The file prints every amount in whole dollars: each is within half a dollar of the truth.
HALF_DOLLAR = 0.5
# A payment is at most (benchmark - expenditures) x 50 % x 98 %; both amounts are rounded, so it is off by at most ...
OF_A_PAYMENT = 2 * HALF_DOLLAR * 0.5 * 0.98
PAYMENTS = 341_246_303
SAVINGS = 291_477_845
COLUMNS = (
    "aco_id",
    "track",
    "assigned_beneficiaries",
    "savings",
    "msr",
    "sliding_msr",
    "published_msr",
    "reaches_msr",
    "outcome",
    "earned_payment",
    "owed_repayment",
    "settlement",
    "published_settlement",
    "notes",
)


@pytest.fixture
def frame(shared_data: Path) -> pd.DataFrame:
    return load([str(shared_data / "mssp_puf_2014.csv")], None).frame


@pytest.fixture
def settled(frame: pd.DataFrame) -> pd.DataFrame:
    return settle(frame, RuleBook(), COLUMNS)


def test_all_acos_are_there_and_settled(settled: pd.DataFrame) -> None:
    assert len(settled) == settled["aco_id"].nunique() == 333
    assert settled["settlement"].notna().all()
    assert set(settled["notes"]) == {""}


def test_every_settlement_is_within_a_dollar_of_the_published_one(settled: pd.DataFrame) -> None:
    difference = (settled["settlement"] - settled["published_settlement"]).abs()
    assert difference.max() <= OF_A_PAYMENT + HALF_DOLLAR < 1
    assert (difference[settled["published_settlement"] == 0] == 0).all()


def test_outcomes_are_as_published(settled: pd.DataFrame) -> None:
    assert int(settled["reaches_msr"].sum()) == 92
    counts = settled["outcome"].value_counts()
    assert (counts["earned"], counts["quality-failed"]) == (86, 6)
    assert ((settled["outcome"] == "earned") == (settled["published_settlement"] > 0)).all()


def test_payments_sum_to_the_published_figure(settled: pd.DataFrame) -> None:
    """86 payments, each off by its own rounding and that of the published one."""
    assert settled["published_settlement"].sum() == PAYMENTS
    assert abs(settled["earned_payment"].sum() - PAYMENTS) <= 86 * (OF_A_PAYMENT + HALF_DOLLAR)
    assert settled["owed_repayment"].sum() == 0


def test_savings_sum_to_the_published_figure(settled: pd.DataFrame) -> None:
    """The published sum adds differences rounded on their own; benchmark and expenditures are rounded too."""
    assert abs(settled["savings"].sum() - SAVINGS) <= 333 * 2 * HALF_DOLLAR


def test_the_minimum_savings_rate_of_every_one_sided_aco_is_the_published_one(frame: pd.DataFrame) -> None:
    """Computed without looking at the published rate; CMS prints four decimals."""
    alone = settle(frame.drop(columns="published_msr"), RuleBook(), ("track", "msr"))
    one_sided = (frame["track"] == "track-1").to_numpy()
    assert one_sided.sum() == 330
    printed = frame.loc[one_sided, "published_msr"]
    np.testing.assert_array_equal(alone.loc[one_sided, "msr"].round(4), printed.round(4))
    assert (printed == printed.round(4)).all()


def test_the_published_rate_decides_nothing(frame: pd.DataFrame, settled: pd.DataFrame) -> None:
    alone = settle(frame.drop(columns=["published_msr", "published_settlement"]), RuleBook(), ("settlement", "msr"))
    pd.testing.assert_frame_equal(alone, settled[["settlement", "msr"]], check_exact=True)


def test_track_2_goes_through_the_two_sided_rules(frame: pd.DataFrame) -> None:
    two_sided = settle(
        frame[frame["track"] == "track-2"], RuleBook(), ("is_two_sided", "msr", "mlr", "max_sharing_rate")
    )
    assert len(two_sided) == 3
    assert two_sided.drop_duplicates().to_dict("records") == [
        {"is_two_sided": 1.0, "msr": 0.02, "mlr": 0.02, "max_sharing_rate": 0.6}
    ]
