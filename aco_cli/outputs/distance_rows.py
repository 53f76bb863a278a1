"""Distances to thresholds as rows of a worksheet, in words that say what it is worth to cross them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from aco_cli.outputs.worksheet import SETTLEMENT_TABLE, Entry, show

# What a distance is called while it is still to go, and when the threshold is behind.
_LABELS = {
    "minimum_savings": ("Short of the minimum savings rate", "Above the minimum savings rate"),
    "minimum_losses": ("Room to the minimum loss rate", "Beyond the minimum loss rate"),
    "payment_limit": ("Below the payment limit", "At the payment limit"),
    "loss_limit": ("Below the loss limit", "At the loss limit"),
    "quality_point": ("To one more quality point", ""),
    "quality_full": ("Short of full quality", ""),
    "quality_standard": ("If the quality standard were met", "If the quality standard were not met"),
}
_FIGURES = {"expenditure_total": "USD", "quality_standard_met": "condition"}
_CITATION = "this project: the difference of two settlements"


def distance_rows(found: pd.DataFrame) -> Iterator[Entry]:
    """A row for each distance of one ACO, as `engine.distances` gives them.

    What crossing is worth stands in the formula too: of a worksheet on a narrow terminal that is what is still shown.
    """
    for threshold, by, figure, there, worth in found[["threshold", "by", "figure", "there", "worth"]].to_numpy():
        is_behind = there == 0 if threshold == "quality_standard" else by <= 0
        unit = _unit(threshold)
        told = _told(threshold, worth)
        yield Entry(
            letter="",
            line=f"to_{threshold}",
            label=_LABELS[threshold][int(is_behind)],
            unit=unit,
            value="" if np.isnan(by) else repr(abs(float(by))),
            shown=_shown(abs(by), unit, is_behind),
            formula=f"settled again with {figure} {show(there, _FIGURES.get(figure, 'fraction'))}: {told}",
            citation=_CITATION,
            status="",
            words=f"{told}.",
            table=SETTLEMENT_TABLE,
            worth=worth,
        )


def _unit(threshold: str) -> str:
    if threshold == "quality_standard":
        return "condition"
    return "points" if threshold.startswith("quality") else "USD"


def _shown(distance: float, unit: str, is_behind: bool) -> str:
    if unit == "condition":  # there is no way to it that could be measured, only a side to be on
        return "met" if is_behind else "not met"
    if unit == "USD":
        return show(distance, unit)
    points = f"{distance:.6f}".rstrip("0").rstrip(".")
    return f"{points} point" if points == "1" else f"{points} points"


def _told(threshold: str, worth: float) -> str:
    if np.isnan(worth):
        return "what that is worth is not known"
    dollars = show(abs(worth), "USD")
    if threshold == "payment_limit":
        return f"the limit takes {dollars}"
    if threshold == "loss_limit":
        return f"the limit saves {dollars}"
    if dollars == show(0, "USD"):
        return "crossing it changes nothing"
    return f"crossing it {'brings' if worth > 0 else 'costs'} {dollars}"
