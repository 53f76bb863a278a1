"""The guardrail of agreements from 2024 on: the benchmark without the prospective trend, where that makes losses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook


def guarded(roster: pd.DataFrame, two_way_total: pd.Series, book: RuleBook) -> pd.DataFrame:
    """The roster with `benchmark_total` replaced and `guardrail` set where the guardrail holds (42 CFR 425.652).

    It holds where losses reach the minimum loss rate, or in size the minimum savings rate of a one-sided ACO, and the
    benchmark without the prospective trend is higher. `two_way_total` is that benchmark, NaN in other eras. What the
    roster says of guardrails itself is kept as `given_guardrail`, for when the same rows are asked again.
    """
    if two_way_total.isna().all():
        return roster
    rates = settle(roster, book, ("savings_rate", "msr"))
    holds = (rates["savings_rate"] <= -rates["msr"]).to_numpy() & (two_way_total > roster["benchmark_total"]).to_numpy()
    nothing = pd.Series(np.nan, index=roster.index)
    given = roster.get("given_guardrail", roster.get("guardrail", nothing))
    total = roster["benchmark_total"].mask(holds, two_way_total)
    return roster.assign(benchmark_total=total, guardrail=given.mask(holds, 1.0), given_guardrail=given)
