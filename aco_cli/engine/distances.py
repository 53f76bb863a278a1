"""How far a settlement is from its thresholds, and what it is worth to get there: by settling the ACO again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aco_cli.engine.lines import Column, Values
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
WITHOUT = np.asarray(1.0)  # a limit at all of the benchmark is no limit


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
    values = Values({name: settled[name].to_numpy(dtype=np.float64) for name in _NEEDED})
    cases = pd.concat([_listed(case, len(frame)) for case in _cases(values)], ignore_index=True)
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


def _cases(v: Values) -> Iterator[_Case]:
    yield from _minimums(v)
    yield from _limits(v)
    yield from _quality(v)


def _minimums(v: Values) -> Iterator[_Case]:
    """Expenditures at which savings are sure to meet the minimum, or to miss it where they meet it; losses likewise."""
    short, room = v.msr_amount - v.savings, v.savings + v.mlr_amount
    saved, lost = v.benchmark_total - v.msr_amount, v.benchmark_total + v.mlr_amount
    there = np.where(v.reaches_msr, _above(saved), _below(saved))
    yield _Case("minimum_savings", ~np.isnan(short), short, _SPENT, there)
    there = np.where(v.exceeds_mlr, _below(lost), _above(lost))
    yield _Case("minimum_losses", ~np.isnan(room), room, _SPENT, there)


def _below(dollars: Column) -> Column:
    """Whole cents, one or two below: a float may stand a hair beside the cents that it means."""
    return np.asarray(np.floor(dollars / CENT) * CENT - CENT)


def _above(dollars: Column) -> Column:
    """Whole cents, one or two above."""
    return np.asarray(np.ceil(dollars / CENT) * CENT + CENT)


def _limits(v: Values) -> Iterator[_Case]:
    limited = v.shared_savings - np.where(v.limit_first, 0.0, v.sequestration)
    left = np.maximum(v.payment_limit - limited, 0.0)
    yield _Case("payment_limit", v.shared_savings > 0, left, "payment_limit", WITHOUT)
    yield _Case("loss_limit", v.capped_losses > 0, v.loss_limit - v.capped_losses, "loss_limit", WITHOUT)


def _quality(v: Values) -> Iterator[_Case]:
    """One point more is of use where the standard is met: how many points it takes to meet it is not known here."""
    score, met = v.quality_score, v.quality_standard_met
    more = np.minimum(score + POINT, 1.0)
    yield _Case("quality_point", (score < 1) & (met == 1), (more - score) / POINT, "quality_score", more)
    yield _Case("quality_full", score < 1, (1 - score) / POINT, "quality_score", np.asarray(1.0))
    yield _Case("quality_standard", ~np.isnan(met), np.asarray(np.nan), "quality_standard_met", 1 - met)
