"""From generated savings to the settlement: what each rule takes away or leaves, in US dollars, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from aco_cli.engine.lines import Column
from aco_cli.engine.outcome import UNSETTLED

SAVINGS, LOSSES = "savings", "losses"

# What the steps are made of: columns of `settle`.
NEEDED = (
    "outcome",
    "savings",
    "reaches_msr",
    "half_rate_applies",
    "shares_savings",
    "max_sharing_rate",
    "quality_share",
    "shared_savings",
    "payment_limit",
    "limit_first",
    "sequestration",
    "is_two_sided",
    "exceeds_mlr",
    "shared_losses",
    "capped_losses",
    "euc_adjustment",
    "owed_repayment",
)


@dataclass(frozen=True)
class Step:
    """A step of the waterfall: its column, whether it is part of the savings or of the losses, and what it means."""

    name: str
    part: str
    label: str
    words: str


@dataclass(frozen=True)
class Total:
    """A step summed over ACOs: US dollars, and how many ACOs it concerns."""

    label: str
    amount: float
    acos: int


STEPS = (
    Step("generated_savings", SAVINGS, "Generated savings", "Benchmark minus expenditures of ACOs below benchmark."),
    Step("below_msr", SAVINGS, "Below minimum savings rate", "Savings that do not reach the minimum savings rate."),
    Step("not_shared", SAVINGS, "Left early, guardrail", "Savings above the minimum that are not shared all the same."),
    Step("medicare_share", SAVINGS, "Medicare's share", "What the maximum sharing rate leaves with Medicare."),
    Step("quality_failed", SAVINGS, "Quality standard failed", "The ACO's share, lost by failing the standard."),
    Step("quality_below_full", SAVINGS, "Quality below 100%", "The part of the ACO's share that quality loses."),
    Step("reduced_rate", SAVINGS, "Reduced rate", "What sharing at a reduced rate costs."),
    Step("above_payment_limit", SAVINGS, "Payment limit", "Shared savings above the payment limit."),
    Step("sequestered", SAVINGS, "Sequestration", "Taken from shared savings by sequestration."),
    Step("generated_losses", LOSSES, "Generated losses", "Benchmark minus expenditures of ACOs above benchmark."),
    Step("one_sided", LOSSES, "One-sided tracks", "Losses of ACOs that share no losses."),
    Step("within_mlr", LOSSES, "Within minimum loss rate", "Losses that do not reach the minimum loss rate."),
    Step("medicare_loss_share", LOSSES, "Medicare's share of losses", "What the loss rate leaves with Medicare."),
    Step("above_loss_limit", LOSSES, "Loss limit", "Shared losses above the loss limit."),
    Step("circumstances", LOSSES, "Extreme circumstances", "Waived for extreme and uncontrollable circumstances."),
    Step("part_of_year", LOSSES, "Left during the year", "Losses of the part of the year in which the ACO had left."),
)
NAMES = tuple(step.name for step in STEPS)


def waterfall(settled: pd.DataFrame) -> pd.DataFrame:
    """The signed steps of every row, a column each, in US dollars and unrounded; NaN where there is no settlement.

    `settled` has the columns NEEDED, as `settle` gives them. The steps of the savings add up to the earned payment,
    those of the losses to minus the repayment, all together to the settlement.
    """
    columns = {name: settled[name].to_numpy(dtype=np.float64) for name in NEEDED if name != "outcome"}
    steps = pd.DataFrame(_savings(columns) | _losses(columns), index=settled.index)[list(NAMES)]
    return steps.mask(settled["outcome"].isin(UNSETTLED)) + 0.0  # no negative zeros


def totals(steps: pd.DataFrame, part: str) -> list[Total]:
    """The steps of a part, summed over all rows; those that change nothing are left out."""
    found = [(step.label, steps[step.name]) for step in STEPS if step.part == part]
    return [Total(label, float(column.sum()), int(column.abs().gt(0).sum())) for label, column in found if column.any()]


def _savings(c: dict[str, Column]) -> dict[str, Column]:
    generated = np.maximum(c["savings"], 0.0)
    qualifies = (c["reaches_msr"] == 1) | (c["half_rate_applies"] == 1)
    shares = c["shares_savings"] == 1
    most = np.where(shares, generated * np.where(shares, c["max_sharing_rate"], 0.0), 0.0)
    by_quality = most * np.where(shares, c["quality_share"], 0.0)
    limited = c["shared_savings"] - np.where(c["limit_first"] == 1, 0.0, c["sequestration"])
    fails = shares & (c["quality_share"] == 0)
    return {
        "generated_savings": generated,
        "below_msr": np.where(qualifies, 0.0, -generated),
        "not_shared": np.where(qualifies & ~shares, -generated, 0.0),
        "medicare_share": np.where(shares, most - generated, 0.0),
        "quality_failed": np.where(fails, -most, 0.0),
        "quality_below_full": np.where(fails, 0.0, by_quality - most),
        "reduced_rate": np.where(c["half_rate_applies"] == 1, c["shared_savings"] - by_quality, 0.0),
        "above_payment_limit": -np.fmax(limited - c["payment_limit"], 0.0),
        "sequestered": -c["sequestration"],
    }


def _losses(c: dict[str, Column]) -> dict[str, Column]:
    generated = np.minimum(c["savings"], 0.0)
    two_sided, exceeds = c["is_two_sided"] == 1, c["exceeds_mlr"] == 1
    return {
        "generated_losses": generated,
        "one_sided": np.where(two_sided, 0.0, -generated),
        "within_mlr": np.where(two_sided & ~exceeds, -generated, 0.0),
        "medicare_loss_share": np.where(exceeds, -generated - c["shared_losses"], 0.0),
        "above_loss_limit": c["shared_losses"] - c["capped_losses"],
        "circumstances": c["euc_adjustment"],
        "part_of_year": c["capped_losses"] - c["euc_adjustment"] - c["owed_repayment"],
    }
