"""Simulation: settlements under chance, each ACO's savings rate drawn around its value many times."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.outcome import Outcome
from aco_cli.engine.settle import BLOCK, settle, situations_of
from aco_cli.engine.whatif import GIVEN_SAVINGS
from aco_cli.errors import UsageError
from aco_cli.rules.book import RuleBook

Floats = NDArray[np.float64]

DEVIATION = "savings_rate_deviation"
PERCENTILES = (5, 25, 50, 75, 95)
# The words that a settlement goes by; other text would only be copied for every draw.
_WORDS = ("program", "track", "msr_election", "loss_limit_basis", "termination_kind")
_BASE = ("savings_rate", "settlement", "outcome", "notes")
# Draws settled at a time: several blocks, as each settling has a cost of its own.
_AT_ONCE = 2 * BLOCK
MOST_DRAWS = 1_000_000  # in half a gigabyte, as all of an ACO are settled at once


@dataclass(frozen=True)
class Simulation:
    """A row per ACO, and the sum of all settlements in each draw (NaN where one is unknown), in US dollars."""

    table: pd.DataFrame
    sums: Floats


def simulate(
    frame: pd.DataFrame,
    book: RuleBook,
    *,
    draws: int,
    seed: int,
    sd: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> Simulation:
    """Settle every row `draws` times with a savings rate drawn from a normal distribution around its own.

    `sd` is the standard deviation of all rows' savings rates, a fraction; without it that of the rules, which falls
    with the number of beneficiaries. The table has `savings_rate`, `settlement`, `outcome` and `notes` as settled, and
    `sd`, `probability_earn`, `probability_owe`, `probability_not_calculable`, and in US dollars `expected_settlement`
    and percentiles such as `settlement_p05`, which are NaN where some draw cannot be calculated; the probabilities to
    earn and to owe are then the shares of draws that certainly do, NaN where no draw is known. A row's draws follow
    from the seed, its program, id and year alone. Raises RulesError without rules, UsageError for bad draws.
    """
    if not 1 <= draws <= MOST_DRAWS:
        raise UsageError(f"--draws {draws}: expected 1 to {MOST_DRAWS:,}")
    table = settle(frame, book, _BASE)
    table["sd"] = deviations(frame, book) if sd is None else sd
    streams = _streams(frame, seed)
    inputs = _inputs(frame)
    sums = np.zeros(draws)
    found: list[pd.DataFrame] = []
    size = max(1, _AT_ONCE // draws)
    for start in range(0, len(frame), size):
        rows = range(start, min(start + size, len(frame)))
        drawn = _draw(inputs, table["sd"].to_numpy(), [streams[row] for row in rows], rows, draws)
        settled = settle(drawn, book, ("earned_payment", "owed_repayment"))
        earned, owed = (settled[name].to_numpy().reshape(len(rows), draws) for name in settled)
        sums += (earned - owed).sum(axis=0)
        figures = _figures(earned, owed, table["settlement"].to_numpy()[start : rows.stop])
        found.append(figures.assign(why=_why_not(drawn, np.isnan(earned - owed), book)))
        if progress is not None:
            progress(len(rows))
    return Simulation(_with_notes(pd.concat([table, pd.concat(found, ignore_index=True)], axis=1)), sums)


def deviations(frame: pd.DataFrame, book: RuleBook) -> Floats:
    """The standard deviation of every row's savings rate by the rules: k / square root of assigned beneficiaries."""
    beneficiaries = settle(frame, book, ("beneficiaries",))["beneficiaries"].to_numpy()
    with np.errstate(divide="ignore"):
        sd: Floats = situations_of(frame, book).number(DEVIATION) / np.sqrt(beneficiaries)
    return np.where(np.isinf(sd), np.nan, sd)


def _streams(frame: pd.DataFrame, seed: int) -> list[list[int]]:
    """What seeds every row's draws: the same whatever other ACOs are in the frame and wherever the row stands."""
    keys = ["program", "aco_id", "performance_year"]
    again = frame.groupby(keys).cumcount()  # the two half-years of 2019
    names = frame["program"].str.cat(frame[keys[1:]].assign(again=again).astype("str"), sep="\n")
    return [
        [seed, *np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype="<u4").tolist()] for name in names.tolist()
    ]


def _inputs(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that a settlement goes by, quick to repeat; advances are recouped after it."""
    left_out = {name for name in frame if isinstance(frame[name].dtype, pd.StringDtype)} - {*_WORDS}
    kept = frame.drop(columns=[*left_out, "advance_balance"], errors="ignore")
    return kept.astype({"program": "category", "track": "category"})


def _draw(inputs: pd.DataFrame, sd: Floats, streams: list[list[int]], rows: range, draws: int) -> pd.DataFrame:
    """The rows repeated for every draw, with expenditures that give the savings rate drawn."""
    chance = np.concatenate([np.random.default_rng(stream).standard_normal(draws) for stream in streams])
    drawn = inputs.take(np.repeat(np.array(rows), draws)).reset_index(drop=True)
    moved = drawn["benchmark_total"] * np.repeat(sd[rows.start : rows.stop], draws) * chance
    given = {GIVEN_SAVINGS: drawn[GIVEN_SAVINGS] + moved} if GIVEN_SAVINGS in drawn else {}
    return drawn.assign(expenditure_total=drawn["expenditure_total"] - moved, **given)


def _figures(earned: Floats, owed: Floats, settled: Floats) -> pd.DataFrame:
    """What the draws of some rows come to; rows down, draws across."""
    settlement = earned - owed
    # The mean of differences from the settlement as it is: without chance it is exactly the settlement.
    center = np.nan_to_num(settled)
    expected = center + (settlement - center[:, np.newaxis]).mean(axis=1)
    unknown = np.isnan(settlement)
    nothing_known = unknown.all(axis=1)
    shares = {name: (amount > 0).mean(axis=1) for name, amount in (("earn", earned), ("owe", owed))}
    figures = {f"probability_{name}": np.where(nothing_known, np.nan, share) for name, share in shares.items()}
    figures["probability_not_calculable"] = unknown.mean(axis=1)
    quantiles = np.quantile(settlement, np.array(PERCENTILES) / 100, axis=1)
    names = [f"settlement_p{percent:02}" for percent in PERCENTILES]
    return pd.DataFrame({**figures, "expected_settlement": expected, **dict(zip(names, quantiles, strict=True))})


def _why_not(drawn: pd.DataFrame, unknown: NDArray[np.bool_], book: RuleBook) -> pd.Series:
    """For every row the notes of its first draw that cannot be calculated; empty where all can."""
    notes = np.full(len(unknown), "", dtype=object)
    rows = np.flatnonzero(unknown.any(axis=1))
    if len(rows):
        first = drawn.take(rows * unknown.shape[1] + unknown[rows].argmax(axis=1)).reset_index(drop=True)
        notes[rows] = settle(first, book, ("notes",))["notes"].to_numpy()
    return pd.Series(notes, dtype="str")


def _with_notes(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the notes of the settlements as they are and, where only some draws lack something, what."""
    only_draws = (table["why"] != "") & (table["outcome"] != Outcome.NOT_CALCULABLE)
    why = table["why"].mask(table["sd"].isna(), "assigned_beneficiaries is missing: give --sd")
    told = ("in draws: " + why).where(only_draws, "")
    return table.assign(notes=table["notes"].str.cat(told, sep="; ").str.strip("; ")).drop(columns="why")
