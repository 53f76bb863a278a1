"""The settlement of one ACO in plain Python, written from the regulation and CMS's methodology, not from the package.

It shares nothing with the package: neither its formulas nor its rule values. 42 CFR 425.600-425.612; methodology v11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

ONE_SIDED = ("track-1", "basic-a", "basic-b")
MAXIMUM = {
    **{"track-1": 0.50, "track-2": 0.60, "track-3": 0.75, "track-1-plus": 0.50, "enhanced": 0.75},
    **{"basic-a": 0.40, "basic-b": 0.40, "basic-c": 0.50, "basic-d": 0.50, "basic-e": 0.50},
}
PAYMENT_CAP = {"track-2": 0.15, "track-3": 0.20, "enhanced": 0.20}
# Shares of participants' revenue and of the benchmark.
REVENUE_LIMITS = {
    "basic-c": (0.02, 0.01),
    "basic-d": (0.04, 0.02),
    "basic-e": (0.08, 0.04),
    "track-1-plus": (0.08, 0.04),
}
# Methodology v11, table 5.
BANDS = (
    (500, 999, 12.2, 8.7),
    (1_000, 2_999, 8.7, 5.0),
    (3_000, 4_999, 5.0, 3.9),
    (5_000, 5_999, 3.9, 3.6),
    (6_000, 6_999, 3.6, 3.4),
    (7_000, 7_999, 3.4, 3.2),
    (8_000, 8_999, 3.2, 3.1),
    (9_000, 9_999, 3.1, 3.0),
    (10_000, 14_999, 3.0, 2.7),
    (15_000, 19_999, 2.7, 2.5),
    (20_000, 49_999, 2.5, 2.2),
    (50_000, 59_999, 2.2, 2.0),
)


@dataclass(frozen=True)
class Settlement:
    """Amounts in US dollars, rates as fractions."""

    msr: float
    final_sharing_rate: float
    earned_payment: float
    owed_repayment: float
    settlement: float
    advance_recouped: float
    net_payment: float


def sliding(people: float) -> float:
    """The minimum savings rate by number of beneficiaries, 425.604(b)(1)."""
    whole = int(people)
    for lower, upper, at_lower, at_upper in BANDS:
        if lower <= whole <= upper:
            return (at_lower * (upper - whole) + at_upper * (whole - lower)) / (upper - lower) / 100
    return 0.02


def minimum_rate(row: Mapping[str, Any]) -> float:
    """The minimum savings and loss rate."""
    track, year = row["track"], row["performance_year"]
    if track == "track-2" and year <= 2015:
        return 0.02
    elected = row["msr_election"]
    if track in ONE_SIDED or elected == "sliding" or row["assigned_beneficiaries"] < 5_000:
        return sliding(row["assigned_beneficiaries"])
    return float(elected)


def sharing(row: Mapping[str, Any]) -> tuple[float, float]:
    """The final sharing rate, and the quality score that losses go by: none where the standard failed."""
    year, highest, score = row["performance_year"], MAXIMUM[row["track"]], row["quality_score"]
    if year <= 2013 or (year <= 2020 and row["first_performance_year"]):
        return (highest, 1.0) if row["quality_reported"] else (0.0, 0.0)
    if year <= 2020:
        return (highest * score, score) if row["quality_standard_met"] else (0.0, 0.0)
    if row["quality_standard_met"]:
        return highest, score
    if year >= 2023 and row["quality_alternative_met"]:
        return highest * score, score
    return 0.0, 0.0


def loss_rate(row: Mapping[str, Any], score: float, failed: bool) -> float:
    """The shared loss rate, 425.605(d), 425.606(f), 425.610(f)."""
    if row["track"] == "track-2":
        return min(0.60, 1 - 0.60 * score)
    if row["track"] in ("track-3", "enhanced"):
        return 0.75 if failed else min(0.75, max(0.40, 1 - 0.75 * score))
    return 0.30


def loss_limit(row: Mapping[str, Any]) -> float:
    """The loss recoupment limit in dollars."""
    track, benchmark = row["track"], row["benchmark_total"]
    if track == "track-2":
        return benchmark * (0.05, 0.075, 0.10)[min(row["agreement_year"], 3) - 1]
    if track in ("track-3", "enhanced"):
        return benchmark * 0.15
    of_revenue, of_benchmark = REVENUE_LIMITS[track]
    if track == "track-1-plus" and row["loss_limit_basis"] == "benchmark":
        return benchmark * of_benchmark
    return min(of_revenue * row["participant_revenue"], of_benchmark * benchmark)


def waived(row: Mapping[str, Any]) -> float:
    """The share of a loss that extreme and uncontrollable circumstances waive, 425.605(f)."""
    year, share = row["performance_year"], row["euc_share"] or 0.0
    if year <= 2016:
        return 0.0
    if 2020 <= year <= 2022:
        return 1.0
    return max(share, 5 / 12) if year == 2023 else share


def kept_of_losses(row: Mapping[str, Any]) -> float:
    """The share of a loss that an ACO that left still owes, 425.221(b)(2)."""
    month, year = row["terminated_month"], row["performance_year"]
    if not month or month == 12:
        return 1.0
    if year == 2019 and row["track"].startswith(("basic", "enhanced")):  # which began in July
        return max(month - 6, 0) / 6
    if year < 2020 or (row["termination_kind"] == "voluntary" and month <= 6):
        return 0.0
    return float(month) / 12


def settled(row: Mapping[str, Any]) -> Settlement:
    """The settlement of a row."""
    year, track = row["performance_year"], row["track"]
    benchmark = row["benchmark_total"]
    savings = benchmark - row["expenditure_total"]
    msr = minimum_rate(row)
    rate, score = sharing(row)
    reaches = savings >= msr * benchmark
    new_start = row["agreement_start"] >= "2024-01-01"
    low = (
        row["participant_revenue"] < 0.35 * row["expenditure_total"]
        if row["low_revenue"] is None
        else row["low_revenue"]
    )
    reduced = track.startswith("basic") and low and row["assigned_beneficiaries"] >= 5_000
    reduced = bool(reduced and year >= 2024 and new_start and not reaches and savings > 0 and rate > 0)
    rate = rate / 2 if reduced else rate
    left_early = row["terminated_month"] and row["terminated_month"] < 12
    earned = 0.0
    if (reaches or reduced) and savings > 0 and not left_early and not row["guardrail"]:
        sequestered = 0.0 if year in (2019, 2020) else 0.02
        earned = min(savings * rate * (1 - sequestered), PAYMENT_CAP.get(track, 0.10) * benchmark)
    owed = 0.0
    if track not in ONE_SIDED and savings < 0 and -savings >= msr * benchmark:
        owed = min(-savings * loss_rate(row, score, rate == 0), loss_limit(row))
        owed *= (1 - waived(row)) * kept_of_losses(row)
    recouped = min(row["advance_balance"] or 0.0, earned)
    return Settlement(msr, rate, earned, owed, earned - owed, recouped, earned - owed - recouped)


@pytest.fixture(scope="session")
def plainly() -> Callable[[Mapping[str, Any]], Settlement]:
    """Settles a row in plain Python."""
    return settled


@pytest.fixture(scope="session")
def with_cents() -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Adds to rows some of them with amounts below a dollar: what is more than nothing may be less than one."""
    dollars = ["benchmark_total", "expenditure_total", "participant_revenue", "advance_balance"]

    def add(frame: pd.DataFrame) -> pd.DataFrame:
        small = frame[::4]
        return pd.concat([frame, small.assign(**(small[dollars] / 1e8))], ignore_index=True)

    return add
