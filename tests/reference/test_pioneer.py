"""The Pioneer model written a second time, in plain Python from what is known of it, on random rows."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import aco_cli as aco
from aco_cli.engine.settle import settle
from aco_cli.engine.waterfall import waterfall

YEARS = range(2012, 2017)
# Sharing rate and limit by arrangement: of the first year, the second, and the third on.
ARRANGEMENTS = {
    "core": ((0.60, 0.10), (0.70, 0.15), (0.70, 0.15)),
    "option-a": ((0.50, 0.05), (0.60, 0.10), (0.70, 0.15)),
    "option-b": ((0.70, 0.15), (0.75, 0.15), (0.75, 0.15)),
    "alternative-1": ((0.50, 0.05), (0.70, 0.15), (0.70, 0.15)),
    "alternative-2": ((0.60, 0.10), (0.70, 0.15), (0.70, 0.15)),
}
# Of the minimum rate of the alternatives in the first year, 2.7 to 2 % by aligned beneficiaries.
SIZES, RATES = (15_000, 19_999, 20_000, 49_999, 50_000, 59_999), (0.027, 0.025, 0.025, 0.022, 0.022, 0.02)

# 70 % of savings of $21,428,571.43 are 15 % of the benchmark.
AT_THE_LIMIT = {
    **{"program": "pioneer", "track": "core", "performance_year": 2014, "benchmark_total": 100e6},
    **{"assigned_beneficiaries": 20_000, "quality_score": 1.0, "quality_reported": True, "terminated_month": None},
}
EDGES = (78_571_428.57, 78_571_428.0, 78_571_429.0)


class Settlement(NamedTuple):
    """Amounts in US dollars."""

    msr: float
    earned_payment: float
    owed_repayment: float
    above_payment_limit: float
    sequestered: float
    above_loss_limit: float


def settled(row: dict[str, Any]) -> Settlement:
    year, benchmark = row["performance_year"], row["benchmark_total"]
    first = year == 2012
    savings = round(benchmark - row["expenditure_total"], 2)
    rate, limit = ARRANGEMENTS[row["track"]][min(year - 2012, 2)]
    alternative = row["track"].startswith("alternative")
    msr = float(np.interp(row["assigned_beneficiaries"], SIZES, RATES)) if alternative and first else 0.01
    score = float(row["quality_reported"]) if first else row["quality_score"]
    left = (row["terminated_month"] or 12) <= 6
    if abs(savings) < round(msr * benchmark, 4) or (left and savings > 0):
        return Settlement(msr, 0, 0, 0, 0, 0)
    if savings > 0:
        shared = savings * rate * score
        paid = min(shared, limit * benchmark)
        withheld = 0 if first else paid * 0.02
        return Settlement(msr, paid - withheld, 0, paid - shared, -withheld, 0)
    if alternative and first:
        return Settlement(msr, 0, 0, 0, 0, 0)
    loss = -savings * (1 - rate * score)
    owed = min(loss, limit * benchmark)
    return Settlement(msr, 0, 0 if left else owed, 0, 0, loss - owed)


def random_row(random: Random) -> dict[str, Any]:
    benchmark = round(10 ** random.uniform(7, 9), 2)
    near = random.choice((random.uniform(0.95, 1.05), random.uniform(0.985, 1.015), random.uniform(0.5, 1.5)))
    return {
        **{"program": "pioneer", "track": random.choice(list(ARRANGEMENTS)), "performance_year": random.choice(YEARS)},
        **{"benchmark_total": benchmark, "expenditure_total": round(benchmark * near, 2)},
        "assigned_beneficiaries": random.choice((*SIZES, *(random.randint(15_000, 70_000) for _ in SIZES))),
        "quality_score": random.choice((1.0, round(random.uniform(0.5, 1), 4))),
        "quality_reported": random.random() < 0.8,
        "terminated_month": random.randint(1, 12) if random.random() < 0.2 else None,
    }


def given(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a roster has it."""
    kept, year, month = dict(row), row["performance_year"], row["terminated_month"]
    del kept["terminated_month"]
    return {**kept, "terminated_on": pd.Timestamp(year, month, 1) if month else None, "termination_kind": "voluntary"}


def test_random_rows_of_pioneer_settle_alike(canonical) -> None:
    random = Random(13)
    rows = [random_row(random) for _ in range(4_000)] + [{**AT_THE_LIMIT, "expenditure_total": at} for at in EDGES]
    plain = pd.DataFrame([settled(row) for row in rows])
    frame = canonical([given(row) for row in rows])
    package = settle(frame, aco.Rules(), ["msr", "earned_payment", "owed_repayment"])
    steps = waterfall(frame, aco.Rules()).amounts
    package = package.join(steps[["above_payment_limit", "sequestered", "above_loss_limit"]])
    told = settle(frame, aco.Rules(), ["limited:when"], table="answer")["limited:when"] == 1
    assert (told == (plain["above_payment_limit"] < 0)).all()
    wrong = ~np.isclose(package[plain.columns], plain, rtol=1e-11, atol=1e-4)
    beside = pd.concat([pd.DataFrame(rows), package, plain], axis=1)
    assert not wrong.any(), beside[wrong.any(axis=1)].head(3).T.to_string()
    assert ((plain != 0).sum() > 50).all(), (plain != 0).sum()
