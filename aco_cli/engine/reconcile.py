"""Recomputed settlements against published ones: exact, within rounding, explained by a named reason, or not."""

from enum import StrEnum

import numpy as np
import pandas as pd

from aco_cli.engine.lines.law import has_table
from aco_cli.engine.settle import NOTES, settle
from aco_cli.rules.book import RuleBook
from aco_cli.rules.published import changed_payments

# A published settlement is a whole dollar and a recomputed one is not: a dollar apart is the same amount.
EXACT = 1.0

# The table of the law in which a program has reasons for differences.
EXPLANATIONS = "explanations"

_IDENTITY = ["aco_id", "aco_name", "performance_year", "program", "track", "outcome"]
_EVIDENCE = ["benchmark_total", "loss_limit", "waived_share", "limited_by_revenue", "participant_revenue"]
_EVIDENCE += ["rate_not_offered"]
# Whether more of an input makes the settlement larger (+1) or smaller (-1).
_DIRECTIONS = {
    "benchmark_total": 1,
    "expenditure_total": -1,
    "gross_savings": 1,
    "quality_score": 1,
    "euc_adjustment": 1,
}

_REVENUE_CAPPED = (
    "revenue-capped loss: the published repayment implies a loss limit of ${:,.0f} ({:.2%} of the benchmark), "
    "below the benchmark-based ${:,.0f}; CMS does not publish participants' revenue"
)
_RATE_NOT_OFFERED = "taken as given: a minimum savings rate that the rules do not offer, so nothing is borne out"


class Verdict(StrEnum):
    """How a recomputed settlement relates to the published one."""

    EXACT = "exact"
    ROUNDING = "rounding"
    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"


def reconcile(frame: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """For every settled row with a published settlement: published, recomputed, difference, interval, class and reason.

    The interval (`lowest`, `highest`) is what the settlement can be when every input lies anywhere within half a unit
    of its last printed digit (`<column>_half_unit` of the frame): the settlement grows with the benchmark and the
    quality score and falls with expenditures, so its ends come from settling twice more. Amounts are US dollars.
    """
    is_deferred = frame.get("deferred_to", np.nan) > frame["performance_year"]
    rows = frame[frame["published_settlement"].notna() & ~is_deferred].reset_index(drop=True)
    table = settle(rows, book, [*_IDENTITY, *_EVIDENCE, "settlement", "notes"])
    ends = [settle(_shifted(rows, side), book, ("settlement",))["settlement"] for side in (-1, 1)]
    published = rows["published_settlement"]
    nothing = pd.Series(0.0, rows.index)
    half_dollar = rows.get("published_settlement_half_unit", nothing)
    difference = table["settlement"] - published
    is_circular = table["rate_not_offered"] == 1
    exact = difference.abs() <= EXACT
    rounding = (published + half_dollar >= ends[0]) & (published - half_dollar <= ends[1])
    reason = _reasons(table, rows.get("euc_adjustment", nothing), published)
    reason = reason.mask(reason == "", _explanations(rows, book))
    changed = _changed(table, published)
    reason = reason.mask(changed != "", changed)
    agrees = exact | rounding
    reason = reason.mask(agrees, "within the rounding of the published inputs").mask(exact, "")
    reason = reason.mask(agrees & is_circular, _RATE_NOT_OFFERED)
    verdict = np.select(
        [exact & ~is_circular, rounding & ~is_circular, reason != ""],
        [Verdict.EXACT.value, Verdict.ROUNDING.value, Verdict.EXPLAINED.value],
        default=Verdict.UNEXPLAINED.value,
    )
    return table[_IDENTITY].assign(
        published=published,
        recomputed=table["settlement"],
        difference=difference,
        lowest=ends[0],
        highest=ends[1],
        **{"class": pd.Series(verdict, dtype="str")},
        reason=reason.mask(verdict == Verdict.UNEXPLAINED, table["notes"]),
    )


def _shifted(rows: pd.DataFrame, side: int) -> pd.DataFrame:
    """The rows with each input at that end of its printed precision that makes settlements least (-1) or most (+1)."""
    moved = {
        name: rows[name] + side * direction * rows[f"{name}_half_unit"].fillna(0)
        for name, direction in _DIRECTIONS.items()
        if f"{name}_half_unit" in rows
    }
    if "quality_score" in moved:
        moved["quality_score"] = moved["quality_score"].clip(0, 1)
    return rows.assign(**moved)


def _reasons(table: pd.DataFrame, given_adjustment: pd.Series, published: pd.Series) -> pd.Series:
    """Named reasons for a difference, each with the figures that show it; empty where none applies."""
    capped = (
        (table["limited_by_revenue"] == 1)
        & table["participant_revenue"].isna()
        & (published < 0)
        & (published > table["settlement"])
    )
    for_each_dollar = table["waived_share"] / (1 - table["waived_share"])  # of what is still owed
    waived = given_adjustment.where(given_adjustment > 0, -published * for_each_dollar)
    cap = (waived - published)[capped]
    share, limit = cap / table["benchmark_total"][capped], table["loss_limit"][capped]
    texts = list(map(_REVENUE_CAPPED.format, cap, share, limit))  # a handful of ACOs in all the years published
    return pd.Series(texts, index=cap.index, dtype="str").reindex(table.index, fill_value="")


def _explanations(rows: pd.DataFrame, book: RuleBook) -> pd.Series:
    """The reasons that the law of a program has for differences; empty where it has none."""
    reasons = pd.Series("", index=rows.index, dtype="str")
    programs = [program for program in rows["program"].unique() if has_table(program, EXPLANATIONS)]
    has_some = rows["program"].isin(programs)
    explained = settle(rows[has_some], book, [NOTES], notes=EXPLANATIONS)[NOTES]
    reasons[has_some] = explained.to_numpy()
    return reasons


def _changed(table: pd.DataFrame, published: pd.Series) -> pd.Series:
    """The reason where CMS paid otherwise in a later release, and that is what is recomputed; empty elsewhere."""
    reasons = pd.Series("", index=table.index, dtype="str")
    for each in changed_payments():
        is_meant = (table["program"] == each.program) & (table["performance_year"] == each.year)
        is_meant &= (table["aco_id"] == each.aco_id) & ((published - each.earlier).abs() <= EXACT)
        is_meant &= (table["settlement"] - each.later).abs() <= EXACT
        reasons = reasons.mask(is_meant, f"a later release pays ${each.later:,.0f} ({each.cite})")
    return reasons


def tally(compared: pd.DataFrame) -> pd.DataFrame:
    """How many settlements of each performance year fall in each class, and the sums of both sides in US dollars."""
    counts = pd.crosstab(compared["performance_year"], compared["class"]).reindex(columns=list(Verdict), fill_value=0)
    sums = compared.groupby("performance_year")[["published", "recomputed"]].sum()
    largest = compared["difference"].abs().groupby(compared["performance_year"]).max()
    total = counts.sum(axis=1).rename("acos")
    return pd.concat([total, counts, sums, largest.rename("largest_difference")], axis=1).reset_index()
