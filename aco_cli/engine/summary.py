"""The headline figures of settled ACOs, all together and by group."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from aco_cli.engine.outcome import UNSETTLED, Outcome

_FIGURES = (
    "benchmark_total",
    "savings",
    "savings_rate",
    "reaches_msr",
    "quality_score",
    "earned_payment",
    "owed_repayment",
    "settlement",
)
# What `summarize` needs of `settle`, beside the columns to group by.
NEEDED = ("performance_year", "outcome", *_FIGURES)
DEFAULT_GROUPS = ("program", "track", "start_year", "size")
_SIZES = ((5_000, "under 5,000"), (10_000, "5,000-9,999"), (20_000, "10,000-19,999"), (50_000, "20,000-49,999"))
_LARGEST = "50,000 and more"


def grouping_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """The year of an ACO's first agreement and its size band, as text columns to group by."""
    start = frame["initial_start"] if "initial_start" in frame else pd.Series(pd.NaT, index=frame.index)
    people = frame["assigned_beneficiaries"]
    edges = [-np.inf, *(below for below, _ in _SIZES), np.inf]
    size = pd.cut(people, edges, right=False, labels=[*(label for _, label in _SIZES), _LARGEST])
    return pd.DataFrame({"start_year": start.dt.year.astype("Int64").astype("str").replace("<NA>", ""), "size": size})


def summarize(settled: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """One row for each performance year as a whole, then one for each value of each group.

    Counts of ACOs by how the year ended, sums in US dollars (`net_to_medicare` is savings less payments plus
    repayments), savings rates and quality scores as fractions. Not-calculable and deferred ACOs are counted as ACOs but
    add to no sum.
    """
    unsettled = settled["outcome"].isin(UNSETTLED)
    settled = settled.assign(**{name: settled[name].mask(unsettled) for name in _FIGURES})
    facts = _facts(settled)
    parts = [_aggregate(facts, settled, None), *(_aggregate(facts, settled, group) for group in groups)]
    table = pd.concat(parts, ignore_index=True)
    order = table["by"].map({name: place for place, name in enumerate(("all", *groups))})
    return (
        table.assign(order=order)
        .sort_values(["performance_year", "order"], kind="stable", ignore_index=True)
        .drop(columns="order")
    )


def _facts(settled: pd.DataFrame) -> pd.DataFrame:
    outcome = settled["outcome"]
    reached = settled["reaches_msr"].astype(np.float64).fillna(0)
    sums = settled[["benchmark_total", "savings", "earned_payment", "owed_repayment"]]
    return pd.DataFrame(
        {
            "acos": 1,
            "saved": (settled["savings"] > 0).astype(np.int64),
            "reached_msr": reached.astype(np.int64),
            "saved_not_shared": ((settled["savings"] > 0) & (outcome != Outcome.EARNED)).astype(np.int64),
            "earned": (outcome == Outcome.EARNED).astype(np.int64),
            "quality_failed": (outcome == Outcome.QUALITY_FAILED).astype(np.int64),
            "owed": (outcome == Outcome.OWED).astype(np.int64),
            "not_calculable": (outcome == Outcome.NOT_CALCULABLE).astype(np.int64),
            **sums,
            "savings_above_msr": settled["savings"].where(reached == 1, 0.0),
            "net_to_medicare": settled["savings"] - settled["settlement"],
        }
    )


def _aggregate(facts: pd.DataFrame, settled: pd.DataFrame, group: str | None) -> pd.DataFrame:
    keys = [settled["performance_year"]]
    if group is not None:
        keys.append(settled[group].rename("value"))
    sums = facts.groupby(keys, observed=True, dropna=False).sum()
    rates = settled[["savings_rate", "quality_score"]].groupby(keys, observed=True, dropna=False)
    table = sums.assign(
        mean_savings_rate=rates["savings_rate"].mean(),
        median_savings_rate=rates["savings_rate"].median(),
        mean_quality_score=rates["quality_score"].mean(),
    ).reset_index()
    table.insert(1, "by", group or "all")
    return table.assign(value=table["value"].astype("str") if group else "", source="computed")
