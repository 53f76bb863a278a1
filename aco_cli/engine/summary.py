"""The headline figures of settled ACOs, all together and by group."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pandas as pd

from aco_cli.engine.outcome import UNSETTLED, Outcome

_FIGURES = (
    *("benchmark_total", "savings", "savings_rate", "reaches_msr"),
    *("quality_score", "earned_payment", "owed_repayment", "settlement"),
)
# What `summarize` needs of `settle`, beside the columns to group by.
NEEDED = ("aco_id", "performance_year", "outcome", *_FIGURES)
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


def summarize(settled: pd.DataFrame, groups: Sequence[str], booleans: Collection[str] = ()) -> pd.DataFrame:
    """One row for each performance year as a whole, then one for each value of each group, `booleans` as yes and no.

    Counts of ACOs by how the year ended, in which one with several rows counts once, sums in US dollars
    (`net_to_medicare` is savings less payments plus repayments), savings rates and quality scores as fractions.
    Not-calculable and deferred ACOs are counted as ACOs but add to no sum.
    """
    unsettled = settled["outcome"].isin(UNSETTLED)
    settled = settled.assign(**{name: settled[name].mask(unsettled) for name in _FIGURES})
    facts = _facts(settled)

    def aggregate(keys: list[pd.Series]) -> pd.DataFrame:
        held = settled.groupby(keys, observed=True, dropna=False)
        return counted(settled["aco_id"], facts, keys).assign(
            mean_savings_rate=held["savings_rate"].mean(),
            median_savings_rate=held["savings_rate"].median(),
            mean_quality_score=held["quality_score"].mean(),
        )

    table = grouped(settled, ["performance_year"], groups, aggregate, booleans)
    table.insert(1, "by", table.pop("by"))
    return table.assign(source="computed")


def counted(acos: pd.Series, facts: pd.DataFrame, keys: list[pd.Series]) -> pd.DataFrame:
    """By keys, of how many ACOs each fact is true, each counted once however many rows it has; and sums of amounts."""
    codes = pd.Series(pd.factorize(acos)[0], facts.index)
    values = facts.apply(lambda fact: codes.where(fact) if fact.dtype == "bool" else fact)
    how = {name: "nunique" if facts[name].dtype == "bool" else "sum" for name in facts}
    found: pd.DataFrame = values.groupby(keys, observed=True, dropna=False).agg(how)
    return found


def grouped(
    frame: pd.DataFrame,
    keys: Sequence[str],
    groups: Sequence[str],
    aggregate: Callable[[list[pd.Series]], pd.DataFrame],
    booleans: Collection[str] = (),
) -> pd.DataFrame:
    """What `aggregate` makes of the rows by keys: of all, then by each value of each group, named `by` and `value`.

    It is in order of the first key. Values are text: yes and no for those of `booleans`.
    """
    parts = []
    for place, group in enumerate(("", *groups)):
        by = [frame[group].rename("value")] if group else []
        table = aggregate([*(frame[key] for key in keys), *by]).reset_index()
        value = _words(table["value"], is_boolean=group in booleans) if group else ""
        parts.append(table.assign(by=group or "all", value=value, place=place))
    joined = pd.concat(parts)
    return joined.sort_values([keys[0], "place"], kind="stable", ignore_index=True).drop(columns="place")


def by_year(summary: pd.DataFrame, figure: str) -> pd.DataFrame:
    """One figure of a summary with a column per performance year, in the order of its groups."""
    order = summary[["by", "value"]].drop_duplicates()
    wide = summary.pivot(index=["by", "value"], columns="performance_year", values=figure)
    wide.columns = wide.columns.astype("str")
    return order.merge(wide.reset_index(), on=["by", "value"])


def _words(values: pd.Series, *, is_boolean: bool) -> pd.Series:
    """Values of a group as people write them."""
    if is_boolean:
        return values.map({1.0: "yes", 0.0: "no"}).astype("str")
    is_whole = values.dtype.kind == "f" and bool((values.dropna() % 1 == 0).all())
    return (values.astype("Int64") if is_whole else values).astype("str").replace("<NA>", "")


def _facts(settled: pd.DataFrame) -> pd.DataFrame:
    outcome = settled["outcome"]
    saved, reached = settled["savings"] > 0, settled["reaches_msr"] == 1
    return pd.DataFrame(
        {
            "acos": True,
            "saved": saved,
            "reached_msr": reached,
            "saved_not_shared": saved & (outcome != Outcome.EARNED),
            "earned": outcome == Outcome.EARNED,
            "quality_failed": outcome == Outcome.QUALITY_FAILED,
            "owed": outcome == Outcome.OWED,
            "not_calculable": outcome == Outcome.NOT_CALCULABLE,
            **settled[["benchmark_total", "savings", "earned_payment", "owed_repayment"]],
            "savings_above_msr": settled["savings"].where(reached, 0.0),
            "net_to_medicare": settled["savings"] - settled["settlement"],
        }
    )
