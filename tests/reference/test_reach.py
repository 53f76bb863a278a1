"""ACO REACH written a second time, in plain Python: settlement, notes, answer and distances on random rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.distances import distances
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.settle import settle
from aco_cli.engine.waterfall import waterfall
from aco_cli.rules.book import RuleBook
from aco_cli.rules.change import changed_book

BOOK = RuleBook()
ROWS = 4_000
# Where corridors start, as fractions of the benchmark, and the share of each.
CORRIDORS = {
    "global": ((0, 0.25, 0.35, 0.5), (1, 0.5, 0.25, 0.1)),
    "professional": ((0, 0.05, 0.1, 0.15), (0.5, 0.35, 0.15, 0.05)),
}
# What a roster may have and the model does not.
FOREIGN = ("sharing_rate", "loss_rate", "minimum_rate", "payment_limit", "loss_limit")
FOREIGN_ABOVE_ZERO = ("euc_share", "euc_adjustment", "advance_balance")


def shared(amount: pd.Series, benchmark: pd.Series, track: pd.Series) -> pd.Series:
    """The share of an amount, corridor by corridor."""
    total = pd.Series(0.0, index=amount.index)
    for name, (starts, shares) in CORRIDORS.items():
        for start, end, share in zip(starts, [*starts[1:], np.inf], shares, strict=True):
            within = amount.clip(upper=benchmark * end) - benchmark * start
            total += np.where(track == name, share * within.clip(lower=0), 0.0)
    return total.where(amount.notna() & benchmark.notna())


def corridor_of(rate: pd.Series, track: pd.Series) -> pd.Series:
    """Which corridor a rate falls in, from 1."""
    found = [
        np.where(track == name, np.searchsorted(starts, rate, "right"), 0) for name, (starts, _) in CORRIDORS.items()
    ]
    return pd.Series(np.add.reduce(found), index=rate.index).where(rate.notna())


@pytest.fixture(scope="module")
def rows(canonical) -> pd.DataFrame:
    """Rosters of every year and track, with figures in cents and unknown ones, and columns of other models."""
    random = np.random.default_rng(19)

    def some(values: np.ndarray | float, known: float) -> np.ndarray:
        return np.where(random.random(ROWS) < known, values, np.nan)

    benchmark = np.round(10 ** random.uniform(5, 8, ROWS), 2)
    rates = random.uniform(-0.7, 0.7, ROWS)
    little = random.choice([-0.5, 0.0, 0.5], ROWS)
    savings = np.where(random.random(ROWS) < 0.2, little, np.round(benchmark * rates, 2))
    items = random.choice([0.0, 1.0, 1.49, 1.51, -1.51, 5_000.0], ROWS)
    given = savings + np.where((savings == 0.5) & (random.random(ROWS) < 0.5), 1.5, items)
    year = random.integers(2021, 2026, ROWS)
    frame = pd.DataFrame({
        **{"program": "reach", "track": random.choice(list(CORRIDORS), ROWS), "performance_year": year},
        **{"assigned_beneficiaries": 9_000.0, "benchmark_total": some(benchmark, 0.95)},
        **{"expenditure_total": some(benchmark - savings, 0.9), "gross_savings": some(given, 0.5)},
        **{name: some(random.choice([0.0, 0.5], ROWS), 0.05) for name in (*FOREIGN, *FOREIGN_ABOVE_ZERO)},
        "terminated_on": np.where(random.random(ROWS) < 0.1, [f"{each}-06-30" for each in year], None),
    })  # fmt: skip
    return canonical(frame.to_dict("records"))


def plainly(row: pd.DataFrame) -> pd.DataFrame:
    """Figures of the settlement."""
    benchmark, track = row["benchmark_total"], row["track"]
    computed = (benchmark - row["expenditure_total"]).round(2)
    savings = row["gross_savings"].fillna(computed)
    gains, losses = savings.clip(lower=0), (-savings).clip(lower=0)
    earned, owed = (shared(each, benchmark, track) for each in (gains, losses))
    rate = savings / benchmark
    outcome = np.select([earned.isna(), savings > 0, savings < 0], ["not-calculable", "earned", "owed"], "below-msr")
    return pd.DataFrame({
        **{"computed_savings": computed, "savings": savings, "other_items": savings - computed, "savings_rate": rate},
        **{"corridor": corridor_of(rate.abs().round(12), track), "earned_payment": earned, "owed_repayment": owed},
        **{"settlement": earned - owed, "final_sharing_rate": earned / gains.replace(0, np.nan)},
        **{"shared_loss_rate": owed / losses.replace(0, np.nan), "outcome": outcome},
        "max_sharing_rate": np.where(track == "global", 1.0, 0.5),
    })  # fmt: skip


def notes(row: pd.DataFrame, of: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    done, items = of["settlement"].notna(), of["other_items"].abs() > 1.5
    given, computed = row["performance_year"] >= 2023, row["performance_year"] <= 2022
    yield "benchmark_total_missing", row["benchmark_total"].isna()
    yield "expenditure_total_missing", of["savings"].isna() & row["expenditure_total"].isna()
    yield "corridors_missing", pd.Series(False, index=row.index)
    yield "gross_savings_given", done & given & items & row["gross_savings"].notna()
    yield "gross_savings_differ", done & computed & items
    yield "gross_savings_missing", done & given & row["gross_savings"].isna()
    yield "before_sequestration", of["earned_payment"] > 0
    yield "without_termination", done & row["terminated_on"].notna()
    foreign = row[[*FOREIGN]].notna().any(axis=1) | (row[[*FOREIGN_ABOVE_ZERO]] > 0).any(axis=1)
    yield "columns_not_applied", done & foreign
    yield "uncertain_risk_corridors", done & (of["savings"] != 0)


def answer(of: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    outcome, several = of["outcome"], of["corridor"] > 1
    earned, owed = outcome == "earned", outcome == "owed"
    yield "earned", earned
    yield "several_corridors", earned & several
    yield "sequestered", pd.Series(False, index=of.index)
    yield "not_sequestered", earned
    yield "owed", owed
    yield "several_corridors_of_losses", owed & several
    yield "neither", outcome == "below-msr"
    yield "not_calculable", outcome == "not-calculable"
    yield "stop", outcome.notna()


def test_figures_are_those_of_the_plain_calculation(rows: pd.DataFrame) -> None:
    plain = plainly(rows)
    found = settle(rows, BOOK, list(plain.columns))
    assert (found.pop("outcome") == plain.pop("outcome")).all()
    conditions = settle(rows, BOOK, ["reaches_msr", "calculable"])
    assert ((conditions["reaches_msr"] == 1) == (plain["savings"] > 0)).all()
    assert ((conditions["calculable"] == 1) == plain["settlement"].notna()).all()
    scale = rows["benchmark_total"].fillna(1.0) * 1e-12 + 1e-6
    for name, expected in plain.items():
        same = ((found[name] - expected).abs() <= scale) | (found[name].isna() & expected.isna())
        assert same.all(), (name, found[~same].head(3), plain[~same].head(3))


def test_steps_are_gains_losses_and_what_medicare_keeps(rows: pd.DataFrame) -> None:
    plain, steps = plainly(rows), waterfall(rows, BOOK).amounts
    known, savings = plain["settlement"].notna(), plain["savings"]
    expected = pd.DataFrame({
        **{"generated_savings": savings.clip(lower=0), "sequestered": 0.0, "generated_losses": savings.clip(upper=0)},
        "medicare_share": plain["earned_payment"] - savings.clip(lower=0),
        "medicare_loss_share": (-savings).clip(lower=0) - plain["owed_repayment"],
    })  # fmt: skip
    np.testing.assert_allclose(steps.loc[known, expected.columns], expected[known], rtol=1e-12, atol=1e-4)


def test_sequestration_of_a_what_if_is_taken_from_payments_and_told(rows: pd.DataFrame) -> None:
    """The results have none of it in any year."""
    plain, book = plainly(rows), changed_book(BOOK, {"reach.sequestration": 0.02})
    known, taken = plain["settlement"].notna(), plain["earned_payment"] * 0.02
    settlement = settle(rows, book, ["settlement"])["settlement"]
    np.testing.assert_allclose(settlement, plain["settlement"] - taken, rtol=1e-12, atol=1e-4)
    step = waterfall(rows, book).amounts["sequestered"]
    np.testing.assert_allclose(step[known], -taken[known], rtol=1e-12, atol=1e-4)
    told = settle(rows, book, ["sequestered:when", "not_sequestered:when"], table="answer")
    assert ((told["sequestered:when"] == 1) == (taken > 0)).all()
    assert not (told["not_sequestered:when"] == 1).any()


@pytest.mark.parametrize("table", ["notes", "answer"])
def test_conditions_stand_where_they_hold(rows: pd.DataFrame, table: str) -> None:
    plain = plainly(rows)
    expected = dict(notes(rows, plain) if table == "notes" else answer(plain))
    assert expected.keys() == {step.key for step in law_of(BOOK, "reach", table).notes}
    found = settle(rows, BOOK, [f"{code}:when" for code in expected], table=table)
    wrong = {code: found.index[(found[f"{code}:when"] == 1) != holds] for code, holds in expected.items()}
    assert {code: list(places[:3]) for code, places in wrong.items() if len(places)} == {}


def test_a_published_settlement_may_be_of_the_corridors_of_another_benchmark(rows: pd.DataFrame) -> None:
    """Between what the benchmarks share that differ by the items besides it, or that were adjusted to it."""
    random, plain = np.random.default_rng(20), plainly(rows)
    other, before = (
        plain["other_items"].abs(),
        rows["benchmark_total"] * random.choice([0.9, 1.0, 1.2, np.nan], len(rows)),
    )
    benchmarks = pd.DataFrame({"low": rows["benchmark_total"] - other, "high": rows["benchmark_total"] + other})
    low, high = (
        benchmarks["low"].where(~(before < benchmarks["low"]), before),
        benchmarks["high"].where(~(before > benchmarks["high"]), before),
    )
    least, most = (shared(plain["savings"].abs(), each, rows["track"]) for each in (low, high))
    published = (
        (least + random.choice([-0.5, 0.0, 0.5, 1.0, 1.5], len(rows)) * (most - least))
        * random.choice([-1, 1, 1], len(rows))
        * np.sign(plain["savings"])
    )
    frame = rows.assign(published_settlement=published, unadjusted_benchmark=before)
    names = (
        "lowest_benchmark",
        "highest_benchmark",
        "least_shared",
        "most_shared",
        "corridors_of_another_benchmark:when",
    )
    found = settle(frame, BOOK, names, table="explanations")
    for name, expected in zip(names, (low, high, least, most), strict=False):
        np.testing.assert_allclose(found[name], expected, rtol=1e-9, atol=1e-6)
    same_sign = published * plain["savings"] > 0
    amount, close = published.abs(), 1e-9 * rows["benchmark_total"]
    clear = ((amount - least).abs() > close) & ((amount - most).abs() > close)
    holds = (rows["performance_year"] >= 2023) & same_sign & (amount > least) & (amount < most)
    told = found[names[-1]] == 1
    assert (told == holds)[clear].all()
    assert told[~clear & same_sign & (low < high)].any()
    # Half a dollar is in the first corridor of every benchmark: the payment is its share, or of another sign.
    shared_half = (plain["savings"].abs() == 0.5) & (amount == least) & (rows["performance_year"] >= 2023)
    assert (told == same_sign)[shared_half].all()
    assert {*np.sign(published[shared_half]) * plain["savings"][shared_half]} == {-0.5, 0.5}


def test_the_next_corridor_starts_at_its_share_of_the_benchmark(rows: pd.DataFrame) -> None:
    plain, found = plainly(rows), distances(rows, BOOK)
    benchmark, savings, track = rows["benchmark_total"], plain["savings"], rows["track"]
    starts = {name: dict(enumerate(CORRIDORS[name][0])) for name in CORRIDORS}
    after = pd.Series(
        [starts[name].get(at) for name, at in zip(track, plain["corridor"], strict=True)], dtype="float64"
    )
    for line, gains in (("to_next_corridor", True), ("to_next_corridor_of_losses", False)):
        told = found[found["line"] == line].set_index("row")
        expected = after.notna() & ((savings > 0) if gains else (savings < 0)) & benchmark.notna()
        assert list(told.index) == list(rows.index[expected])
        there = (after * benchmark * (1 if gains else -1))[expected]
        assert set(told["figure"]) == {"gross_savings"}
        np.testing.assert_allclose(told["there"], there, rtol=1e-12)
        np.testing.assert_allclose(told["by"], there.abs() - savings[expected].abs(), rtol=0, atol=1e-6)
        reached = shared(there.abs(), benchmark[expected], track[expected])
        before = plain["settlement"][expected].abs()
        np.testing.assert_allclose(told["worth"].abs(), reached - before, rtol=0, atol=1e-4)
