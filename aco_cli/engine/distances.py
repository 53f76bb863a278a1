"""How far a settlement is from its thresholds, and what it is worth to get there: by settling the ACO again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aco_cli.engine.lines import Column
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

_NEEDED = (
    *("benchmark_total", "savings", "msr_amount", "mlr_amount", "reaches_msr", "exceeds_mlr", "settlement"),
    *("shared_savings", "sequestration", "limit_first", "payment_limit", "capped_losses", "loss_limit"),
    *("quality_score", "quality_standard_met"),
)
_SPENT = "expenditure_total"
POINT = 0.01
CENT = 0.01
WITHOUT = 1.0  # a limit at all of the benchmark is no limit


@dataclass(frozen=True)
class _Case:
    """A threshold: on which rows it counts, how far off they are, and the roster column that would have to change.

    `there` is the value of that column across the threshold: of dollars the next cent or two.
    """

    name: str
    rows: Column
    by: Column
    figure: str
    there: Column


def distances(frame: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """The distances of every row of a roster frame: `row` (its place), `threshold`, `by`, `figure`, `there`, `worth`.

    `by` is in US dollars or, for quality, in points of a hundredth; `there` is the value of the roster column `figure`
    across the threshold; `worth` is what the settlement then gains (negative: loses), in US dollars. Limits have
    what they leave as `by` and what they cost or save as `worth`. What makes no difference to quality is left out.
    """
    settled = settle(frame, book, _NEEDED)
    cases = pd.concat([_listed(case, len(frame)) for case in _cases(settled)], ignore_index=True)
    rows = frame.iloc[cases["row"].to_numpy()].reset_index(drop=True)
    for figure in cases["figure"].unique():
        own = rows[figure] if figure in rows else pd.Series(np.nan, index=rows.index)
        rows[figure] = own.where(cases["figure"] != figure, cases["there"])
    before = settled["settlement"].to_numpy()[cases["row"].to_numpy()]
    cases["worth"] = settle(rows, book, ("settlement",))["settlement"].to_numpy() - before
    idle = cases["threshold"].str.startswith("quality") & ~(cases["worth"].abs() > 0)
    return cases[~idle].sort_values("row", kind="stable", ignore_index=True)


def _listed(case: _Case, rows: int) -> pd.DataFrame:
    places = np.flatnonzero(np.broadcast_to(case.rows, rows))
    by, there = (np.broadcast_to(column, rows)[places] for column in (case.by, case.there))
    return pd.DataFrame(
        {"row": places, "threshold": case.name, "by": by, "figure": case.figure, "there": there.astype(np.float64)}
    )


def _cases(s: pd.DataFrame) -> Iterator[_Case]:
    yield from _minimums(s)
    yield from _limits(s)
    yield from _quality(s)


def _minimums(s: pd.DataFrame) -> Iterator[_Case]:
    """Expenditures at which savings are sure to meet the minimum, or to miss it where they meet it; losses likewise."""
    saved, lost = s["benchmark_total"] - s["msr_amount"], s["benchmark_total"] + s["mlr_amount"]
    there = _below(saved).where(s["reaches_msr"] == 0, _above(saved))
    yield _Case("minimum_savings", _both_known(s, "msr_amount"), s["msr_amount"] - s["savings"], _SPENT, there)
    there = _above(lost).where(s["exceeds_mlr"] == 0, _below(lost))
    yield _Case("minimum_losses", _both_known(s, "mlr_amount"), s["savings"] + s["mlr_amount"], _SPENT, there)


def _both_known(s: pd.DataFrame, minimum: str) -> Column:
    return (s["savings"].notna() & s[minimum].notna()).to_numpy()


def _below(dollars: pd.Series) -> pd.Series:
    """Whole cents, one or two below: a float may stand a hair beside the cents that it means."""
    return np.floor(dollars / CENT) * CENT - CENT


def _above(dollars: pd.Series) -> pd.Series:
    """Whole cents, one or two above."""
    return np.ceil(dollars / CENT) * CENT + CENT


def _limits(s: pd.DataFrame) -> Iterator[_Case]:
    limited = s["shared_savings"] - s["sequestration"].where(s["limit_first"] == 0, 0)
    paid, lost = s["shared_savings"] > 0, s["capped_losses"] > 0
    without = np.asarray(WITHOUT)
    yield _Case("payment_limit", paid, (s["payment_limit"] - limited).clip(lower=0), "payment_limit", without)
    yield _Case("loss_limit", lost, s["loss_limit"] - s["capped_losses"], "loss_limit", without)


def _quality(s: pd.DataFrame) -> Iterator[_Case]:
    score, met = s["quality_score"], s["quality_standard_met"]
    more = (score + POINT).clip(upper=1)
    yield _Case("quality_point", score < 1, (more - score) / POINT, "quality_score", more)
    yield _Case("quality_full", score < 1, (1 - score) / POINT, "quality_score", np.asarray(1.0))
    yield _Case("quality_standard", met.notna(), np.asarray(np.nan), "quality_standard_met", 1 - met)
