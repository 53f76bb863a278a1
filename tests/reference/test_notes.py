"""Which notes stand on a row, said a second time: the conditions of the law of notes, on random rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.quality.score import ALTERNATIVE, BASES, NOT_MET
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
# Lines of the settlement that notes go by, and cells of the roster.
FIGURES = (
    *("savings", "msr", "sliding_msr", "calculable", "is_deferred", "msr_known", "quality_known", "loss_limit_known"),
    *("earned_payment", "shared_losses", "exceeds_mlr", "shared_savings", "sequestration", "payment_limit"),
    *("capped_losses", "loss_limit", "is_terminated", "savings_lost", "half_rate_applies"),
    *("rate_not_offered", "prepaid_outstanding", "limited_by_revenue", "standard_decides", "pays_for_reporting"),
    *("is_two_sided", "reaches_msr", "quality_share"),
)
STANDARDS = dict(
    zip(
        ("reporting", "score", "measures", "domains", "circumstances", "outcome", "none"),
        (*BASES, ALTERNATIVE, NOT_MET),
        strict=True,
    )
)

# Half of savings of 20 percent is the limit of 10 percent: at it, and with sequestration just below it; nothing is the
# limit of a benchmark of nothing.
AT_THE_LIMIT = [
    {
        **{"program": "mssp", "track": "track-1", "performance_year": year, "benchmark_total": 100e6 if spent else 0.0},
        **{"expenditure_total": spent, "assigned_beneficiaries": 20_000, "quality_score": 1.0},
        **{"quality_reported": True, "quality_standard_met": True},
    }
    for year, spent in ((2020, 80e6), (2020, 80e6 + 1), (2014, 79.8e6), (2014, 79.5e6), (2014, 0.0))
]


class Rows:
    """Cells and figures of rows, and what several notes go by; NaN is what is not known."""

    def __init__(self, row: pd.DataFrame) -> None:
        self.row = row
        self.year, self.track = row["performance_year"], row["track"]
        self.fixed = (self.track == "track-2") & (self.year <= 2015)
        self.one_sided = self.track.isin(["track-1", "basic-a", "basic-b"])
        self.elective = ~self.fixed & ~self.one_sided
        self.slides, self.elected = (
            row["msr_election"] == "sliding",
            pd.to_numeric(row["msr_election"], errors="coerce"),
        )
        self.done, later = row["calculable"] == 1, row["is_deferred"] == 1
        self.open, self.due = ~self.done & ~later, self.done & ~later
        self.settled = self.due & (row["savings_lost"] != 1)
        self.loses = self.due & (row["exceeds_mlr"] == 1)
        self.paid, self.owes = row["earned_payment"] > 0, row["shared_losses"] > 0
        self.half, self.left = row["half_rate_applies"] == 1, row["is_terminated"] == 1
        self.limit_given = row["loss_limit_given"]


def reasons(of: Rows) -> Iterator[tuple[str, pd.Series]]:
    """Why there is no settlement."""
    row = of.row
    totals = row["benchmark_total"].notna() & row["expenditure_total"].notna()
    no_rate = of.open & totals & (row["msr_known"] != 1)
    no_election = of.elective & ~of.slides & of.elected.isna()
    no_quality = of.open & (row["quality_known"] != 1)
    no_standard = (row["standard_decides"] == 1) & row["quality_standard_met"].isna()
    by_report, people = row["pays_for_reporting"] == 1, row["assigned_beneficiaries"].notna()
    yield "benchmark_total_missing", of.open & row["benchmark_total"].isna()
    yield "expenditure_total_missing", of.open & row["expenditure_total"].isna()
    yield "msr_election_missing", no_rate & no_election
    yield "assigned_beneficiaries_missing", no_rate & ~no_election & ~people
    yield "minimum_rate_missing", no_rate & ~no_election & people
    yield "quality_standard_met_missing", no_quality & no_standard
    yield "quality_score_missing", no_quality & ~no_standard & ~by_report
    yield "quality_reported_missing", no_quality & by_report
    yield "agreement_year_missing", of.open & (row["loss_limit_known"] != 1) & (row["quality_known"] == 1)


def remarks(of: Rows) -> Iterator[tuple[str, pd.Series]]:
    """What else a reader must know."""
    row, published = of.row, of.row["published_msr"]
    for code, basis in STANDARDS.items():
        yield f"standard_from_{code}", row["quality_standard_basis"] == basis
    chosen = row["minimum_rate"].notna() | of.elected.notna() | of.slides | of.fixed
    yield "published_rate_used", (row["msr"] == published) & ~chosen & (published != row["sliding_msr"])
    yield "no_such_rate", of.settled & (row["rate_not_offered"] == 1)
    elected = of.elective & of.elected.notna() & row["minimum_rate"].isna()
    yield "too_few_to_elect", elected & (row["assigned_beneficiaries"] < 5_000) & row["sliding_msr"].notna()
    no_revenue = (row["limited_by_revenue"] == 1) & row["participant_revenue"].isna()
    yield "revenue_limit_not_applied", of.loses & no_revenue
    by_year = of.track == "track-2"  # 42 CFR 425.606(g): 5, 7.5 and 10 percent in years 1, 2 and 3
    yield "lowest_limit_used", of.loses & by_year & row["agreement_year"].isna() & ~of.limit_given
    relief = (row["euc_adjustment"] > 0) | (row["euc_share"] > 0)
    yield "no_relief_this_year", of.loses & relief & (of.year <= 2016)
    yield "prepaid_not_covered", row["prepaid_outstanding"] > 0
    offered = of.track.isin(["basic-c", "basic-d", "basic-e", "enhanced"]) & (of.year >= 2026)
    yield "prepaid_not_available", (row["prepaid_balance"] > 0) & ~offered
    by_number = row["agreement_period"].notna() & row["agreement_year"].notna()
    first_known = row["first_performance_year"].notna() | by_number | row["initial_start"].notna()
    scored = of.year.between(2014, 2020) & of.paid & (row["quality_score"] < 1)
    yield "first_year_unknown", scored & ~first_known
    failed = of.done & (of.year >= 2023) & (row["quality_standard_met"] != 1)
    saves = (row["reaches_msr"] == 1) & (row["savings_lost"] != 1) & (row["guardrail"] != 1)
    by_score = of.track.isin(["track-2", "track-3", "enhanced"]) & row["loss_rate"].isna()
    matters = saves | ((row["exceeds_mlr"] == 1) & by_score)
    yield "alternative_unknown", failed & matters & row["quality_alternative_met"].isna()
    below = of.done & (row["savings"] > 0) & (row["reaches_msr"] != 1) & (row["guardrail"] != 1) & ~of.half
    loses_none = (row["savings_lost"] != 1) & row["half_rate"].isna() & (row["quality_share"] != 0)
    small, early = row["assigned_beneficiaries"] < 5_000, row["agreement_start"].dt.year < 2024
    rich = row["participant_revenue"] >= 0.35 * row["expenditure_total"]
    may_be_low = (row["low_revenue"] == 1) | (row["low_revenue"].isna() & ~rich)
    begins = (of.year >= 2024) & of.track.str.startswith("basic")
    yield "half_rate_unknown", begins & below & loses_none & may_be_low & ~small & ~early
    months = row["terminated_on"].dt.month.where(row["terminated_on"].dt.year == of.year)
    leaves_early = of.done & (row["exceeds_mlr"] == 1) & (of.year >= 2020) & (months <= 6)
    yield "termination_kind_unknown", leaves_early & (row["termination_kind"] == "")
    yield "balance_carried", row["advance_carried"] == 1
    yield "half_rate_used", of.half & of.paid
    yield "low_revenue_derived", of.half & of.paid & row["half_rate"].isna() & row["low_revenue"].isna()
    within = row["terminated_on"] < pd.to_datetime(of.year.astype("str") + "-12-31")
    yield "termination_month_unknown", of.left & ~within


def uncertain(of: Rows) -> Iterator[tuple[str, pd.Series]]:
    """The rows that go by a value of the rules, by its name."""
    row = of.row
    yield "risk_model", of.settled & (row["savings"] < 0)
    counts = (row["savings"] > 0) | ~of.one_sided
    yield "minimum_savings_rate", of.settled & row["minimum_rate"].isna() & counts
    shared = of.paid | (of.owes & row["loss_rate"].isna())
    yield "maximum_sharing_rate", shared & row["sharing_rate"].isna()
    yield "quality_in_sharing", of.paid | of.owes
    yield "sequestration", of.paid
    capped = row["shared_savings"] - row["sequestration"] >= row["payment_limit"]
    yield "payment_limit", of.paid & capped & ~row["payment_limit_given"]
    yield "payment_order", of.paid & (row["shared_savings"] >= row["payment_limit"])
    yield "loss_rate", of.owes & row["loss_rate"].isna()
    yield "loss_limit", of.owes & (row["capped_losses"] == row["loss_limit"]) & ~of.limit_given
    yield "extreme_circumstances", of.owes
    yield "half_rate", of.half & of.paid
    yield "prepaid_shared_savings", row["prepaid_balance"] > 0
    yield "termination", of.left & of.done


def rows_below_the_minimum() -> list[dict[str, Any]]:
    """Savings and losses near nothing of ACOs of which it may not be told whether half of the rate applies."""
    said = {"program": "mssp", "performance_year": 2024, "benchmark_total": 100e6, "quality_score": 0.9}
    cells: dict[str, tuple[Any, ...]] = {
        "track": ("basic-b", "basic-e"),
        "expenditure_total": (99e6, 100e6 - 0.5, 100e6),
        "low_revenue": (True, False, None),
        "participant_revenue": (0.35 * 99e6, 30e6, None),
        "assigned_beneficiaries": (4_999, 5_000, None),
        "agreement_start": ("2023-12-31", "2024-01-01", None),
        "half_rate": (True, None),
        "guardrail": (True, None),
        "quality_standard_met": (True, False),
    }
    return [{**said, **dict(zip(cells, row, strict=True))} for row in product(*cells.values())]


def rows_of_those_that_leave() -> list[dict[str, Any]]:
    """Losses, and savings beyond the limit, of ACOs that leave in some month."""
    said = {"program": "mssp", "track": "enhanced", "benchmark_total": 100e6, "assigned_beneficiaries": 20_000}
    said |= {"quality_score": 0.9, "quality_standard_met": True, "msr_election": "0.01"}
    months, kinds = (1, 6, 7, 12), ("", "voluntary", "involuntary")
    return [
        {
            **{**said, "performance_year": year, "expenditure_total": spent},
            **{"terminated_on": f"{year}-{month:02}-28", "termination_kind": kind, "advance_carried": month == 6},
        }
        for year, spent, month, kind in product((2019, 2021, 2024), (60e6, 110e6), months, kinds)
    ]


def wrong_notes(frame: pd.DataFrame) -> dict[str, list[int]]:
    """The notes that do not stand where they are said to, each with the first rows."""
    codes = [step.key for step in law_of(BOOK, "mssp", "notes").notes]
    figures = settle(frame, BOOK, [*FIGURES, *(f"{code}:when" for code in codes)], table="notes")
    given = {f"{name}_given": frame[name].notna() for name in ("loss_limit", "payment_limit")}
    rows = pd.concat([frame.drop(columns=[*FIGURES], errors="ignore"), figures], axis=1).assign(**given)
    found = {code: rows.pop(f"{code}:when") == 1 for code in codes}
    of = Rows(rows)
    plainly = dict(reasons(of)) | dict(remarks(of)) | {f"uncertain_{name}": holds for name, holds in uncertain(of)}
    assert set(codes) == plainly.keys()
    return {
        code: [*rows.index[found[code] != holds][:3]] for code, holds in plainly.items() if any(found[code] != holds)
    }


def test_notes_stand_where_their_conditions_hold(canonical, make_rows, with_cents) -> None:
    frame = with_cents(canonical([*make_rows(78, 6_000, situations=72), *AT_THE_LIMIT]))
    frame.loc[::5, ["low_revenue", "half_rate"]] = np.nan
    frame.loc[::5, "participant_revenue"] = 1.0
    frame.loc[1::5, "low_revenue"], frame.loc[1::5, "half_rate"] = np.nan, 1.0
    frame.loc[2::5, "low_revenue"], frame.loc[2::5, "half_rate"] = 1.0, np.nan
    for every, name in ((7, "euc_adjustment"), (11, "prepaid_balance")):
        frame.loc[::every, name], frame.loc[1::every, name] = 0.0, 0.5
    frame.loc[3::5, "initial_start"] = pd.Timestamp("2013-01-01")
    words = ["", *BASES, ALTERNATIVE, NOT_MET]
    frame["quality_standard_basis"] = [words[row % len(words)] for row in range(len(frame))]
    frame["advance_carried"] = 0.0  # each ACO has one row
    assert wrong_notes(frame) == {}


@pytest.mark.parametrize("rows", [rows_below_the_minimum, rows_of_those_that_leave])
def test_notes_stand_at_the_edges_of_their_conditions(
    rows: Callable[[], list[dict[str, Any]]], canonical, make_rows
) -> None:
    blank = dict.fromkeys([*make_rows(0, 1)[0], "initial_start", "quality_standard_basis", "advance_carried"])
    assert wrong_notes(canonical([{**blank, **row} for row in rows()])) == {}
