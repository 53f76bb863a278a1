"""How far a settlement is from its thresholds, said a second time in plain Python, on random rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
FIGURES = (
    *("savings", "msr_amount", "mlr_amount", "reaches_msr", "exceeds_mlr", "shared_savings", "sequestration"),
    *("payment_limit", "capped_losses", "loss_limit", "quality_score", "quality_standard_met", "standard_decides"),
)
TO_THE_CENT = 0.015


class Distance(NamedTuple):
    """When it counts, what is left, and where the figure that would have to change would be."""

    when: pd.Series
    by: pd.Series | float
    there: pd.Series | float


def distances(row: pd.DataFrame) -> Iterator[tuple[str, Distance]]:
    benchmark, savings = row["benchmark_total"], row["savings"]
    minimum, losses = row["msr_amount"] - savings, savings + row["mlr_amount"]
    over, beyond = row["reaches_msr"] == 1, row["exceeds_mlr"] == 1
    # A cent beyond the cents on the other side.
    edge = benchmark - row["msr_amount"]
    across = np.where(over, np.ceil(edge * 100) + 1, np.floor(edge * 100) - 1) / 100
    yield "to_minimum_savings", Distance(minimum.notna(), minimum, pd.Series(across, row.index))
    edge = benchmark + row["mlr_amount"]
    across = np.where(beyond, np.floor(edge * 100) - 1, np.ceil(edge * 100) + 1) / 100
    yield "to_minimum_losses", Distance(losses.notna(), losses, pd.Series(across, row.index))
    left = row["payment_limit"] - (row["shared_savings"] - row["sequestration"])
    yield "to_payment_limit", Distance(row["shared_savings"] > 0, left.clip(lower=0), 1)
    room = row["loss_limit"] - row["capped_losses"]
    yield "to_loss_limit", Distance(row["capped_losses"] > 0, room, 1)
    score, met = row["quality_score"], row["quality_standard_met"]
    better = (score + 0.01).clip(upper=1)
    yield "to_quality_point", Distance((score < 1) & (met == 1), (better - score) * 100, better)
    counts = (row["standard_decides"] != 1) | beyond
    yield "to_quality_full", Distance((score < 1) & counts, (1 - score) * 100, 1)
    yield "to_quality_standard", Distance(met.notna(), np.nan, 1 - met)


def test_distances_are_those_of_the_plain_calculation(canonical, make_rows, with_cents) -> None:
    frame = with_cents(canonical(make_rows(80, 5_000, situations=72)))
    frame.loc[::9, "quality_score"], frame.loc[1::9, "quality_score"] = 1.0, 0.995
    names = [step.key for step in law_of(BOOK, "mssp", "distances").steps]
    asked = [f"{name}{part}" for name in names for part in ("", ":when", ":to")]
    found = settle(frame, BOOK, [*FIGURES, *asked], table="distances")
    rows = found[list(FIGURES)].assign(benchmark_total=frame["benchmark_total"])
    plain = dict(distances(rows))
    assert plain.keys() == set(names)
    for name, (when, by, there) in plain.items():
        counts = found[f"{name}:when"] == 1
        assert list(rows.index[counts != when][:3]) == [], name
        assert 0 < when.sum() < len(when), name
        for part, expected in (("", by), (":to", there)):
            told = found.loc[when, f"{name}{part}"]
            same = expected[when] if isinstance(expected, pd.Series) else expected
            np.testing.assert_allclose(told, same, rtol=1e-12, atol=TO_THE_CENT if part else 1e-6, err_msg=name + part)
