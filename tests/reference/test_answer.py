"""Which parts an answer in words has, said a second time: the conditions of the law of answers, on random rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
FIGURES = (
    *("outcome", "half_rate_applies", "quality_share", "sequestration", "shared_savings", "payment_limit"),
    *("shared_losses", "loss_limit", "euc_adjustment", "loss_months_share", "advance_recouped"),
)
LINES = ("lowest_limit", "highest_limit", "is_between", "revenue_share", "lacks_revenue")
# Outcomes that a sentence of their own tells.
SENTENCES = {
    **{"below-msr": "below_msr", "quality-failed": "quality_failed", "guardrail": "under_guardrail"},
    **{"terminated": "terminated", "losses-within-mlr": "within_mlr", "losses-not-shared": "not_shared"},
    **{"owed": "owed", "deferred": "deferred", "not-calculable": "not_calculable"},
}
# 42 CFR 425.605(d), 425.606(g), 425.610(g): the least and the most of the benchmark, and of participants' revenue.
LIMITS = {
    **{"track-2": (0.05, 0.10, np.nan), "track-3": (0.15, 0.15, np.nan), "enhanced": (0.15, 0.15, np.nan)},
    **{"track-1-plus": (0.04, 0.04, 0.08), "basic-c": (0.01, 0.01, 0.02), "basic-d": (0.02, 0.02, 0.04)},
    "basic-e": (0.04, 0.04, 0.08),
}


def parts(row: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Each part by its code with the rows that have it."""
    outcome, half, whole = row["outcome"], row["half_rate_applies"] == 1, row["quality_share"] == 1
    earned, owed, free = outcome == "earned", outcome == "owed", outcome == "owed-waived"
    yield "earned", earned & ~half
    yield "earned_below_minimum", earned & half
    yield "share", earned & whole
    yield "share_by_quality", earned & ~whole
    yield "sequestered", earned & (row["sequestration"] > 0)
    # 42 CFR 425.604(e): sequestration comes before the limit.
    yield "limited", earned & (row["shared_savings"] - row["sequestration"] > row["payment_limit"])
    for kind, code in SENTENCES.items():
        yield code, outcome == kind
    yield "loss_limited", owed & (row["shared_losses"] > row["loss_limit"])
    yield "partly_waived", owed & (row["euc_adjustment"] > 0)
    yield "part_of_losses", owed & (row["loss_months_share"] < 1)
    yield "waived", free & (row["euc_adjustment"] > 0)
    yield "not_owed", free & ~(row["euc_adjustment"] > 0)
    yield "stop", outcome.notna()
    yield "recouped", row["advance_recouped"] > 0
    limited = row["loss_limit"].notna() & row["two_sided"]
    yield "most_owed", limited & ~row["between"] & ~row["by_revenue"]
    yield "most_owed_by_revenue", limited & row["by_revenue"] & row["participant_revenue"].notna()
    yield "most_owed_without_revenue", limited & row["by_revenue"] & row["participant_revenue"].isna()
    yield "most_owed_by_agreement_year", row["between"]


def test_an_answer_has_the_parts_whose_conditions_hold(canonical, make_rows, with_cents) -> None:
    frame = with_cents(canonical(make_rows(79, 6_000, situations=72)))
    codes = [step.key for step in law_of(BOOK, "mssp", "answer").notes]
    figures = settle(frame, BOOK, [*FIGURES, *LINES, *(f"{code}:when" for code in codes)], table="answer")
    track, benchmark = frame["track"], frame["benchmark_total"]
    least, most, revenue = (track.map({name: each[place] for name, each in LIMITS.items()}) for place in range(3))
    by_year = frame["agreement_year"].isna() & frame["loss_limit"].isna() & (least < most)
    truths = {
        "two_sided": track.isin(LIMITS),
        "by_revenue": revenue.notna() & (frame["loss_limit_basis"] != "benchmark") & frame["loss_limit"].isna(),
        "between": by_year & benchmark.notna(),
        "participant_revenue": frame["participant_revenue"],
    }
    plainly = dict(parts(figures.assign(**truths)))
    assert plainly.keys() == set(codes)
    wrong = {code: figures.index[(figures[f"{code}:when"] == 1) != holds][:3] for code, holds in plainly.items()}
    assert {code: list(rows) for code, rows in wrong.items() if len(rows)} == {}
    assert {code for code, holds in plainly.items() if not holds.any()} == set()

    np.testing.assert_allclose(figures["lowest_limit"], least * benchmark, rtol=1e-15)
    np.testing.assert_allclose(figures["highest_limit"], most * benchmark, rtol=1e-15)
    np.testing.assert_allclose(figures["revenue_share"], revenue)
    assert ((figures["is_between"] == 1) == truths["between"]).all()
    assert ((figures["lacks_revenue"] == 1) == (truths["by_revenue"] & frame["participant_revenue"].isna())).all()
