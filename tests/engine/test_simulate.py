"""Simulation: no chance is the settlement, chance is that of the closed form, and draws belong to a row and a seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine import simulate as module
from aco_cli.engine.settle import settle
from aco_cli.engine.simulate import DEVIATION, deviations, simulate
from aco_cli.errors import UsageError
from aco_cli.inputs.load import load
from aco_cli.rules.book import RuleBook, Situation

Canonical = Callable[[Sequence[Mapping[str, Any]]], pd.DataFrame]
SAMPLE = Path(__file__).parents[2] / "sample_data" / "roster_2014.csv"
BOOK = RuleBook()
NORMAL = NormalDist()
DRAWS = 20_000
ERRORS = 4  # standard errors: chance alone is further off once in 16,000 times
FIGURES = (
    "expected_settlement",
    "settlement_p05",
    "settlement_p25",
    "settlement_p50",
    "settlement_p75",
    "settlement_p95",
)
# 3.5 % of 100,000,000 saved by 10,000 beneficiaries: minimum rate 3 % in Track 1, 2 % in Track 2; limits are 7 and more
# standard deviations away.
BENCHMARK, RATE, PEOPLE = 1e8, 0.035, 10_000
ROW = {
    "performance_year": 2014,
    "first_performance_year": False,
    "assigned_beneficiaries": PEOPLE,
    "benchmark_total": BENCHMARK,
    "expenditure_total": BENCHMARK * (1 - RATE),
    "quality_score": 0.9,
    "agreement_year": 1,
}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return load([str(SAMPLE)], None).frame


def assert_no_chance_is_the_settlement(frame: pd.DataFrame) -> None:
    settled = settle(frame, BOOK, ("settlement", "outcome", "notes", "earned_payment", "owed_repayment"))
    found = simulate(frame, BOOK, draws=3, seed=1, sd=0.0).table
    for name in FIGURES:
        np.testing.assert_array_equal(found[name], settled["settlement"])
    pd.testing.assert_frame_equal(
        found[["settlement", "outcome", "notes"]], settled[["settlement", "outcome", "notes"]]
    )
    unknown = settled["settlement"].isna()
    for name, amount in (("earn", "earned_payment"), ("owe", "owed_repayment")):
        expected = (settled[amount] > 0).astype(float).mask(unknown)
        np.testing.assert_array_equal(found[f"probability_{name}"], expected)
    np.testing.assert_array_equal(found["probability_not_calculable"], unknown.astype(float))


def test_no_chance_is_the_settlement_on_the_sample_roster(frame: pd.DataFrame) -> None:
    assert_no_chance_is_the_settlement(frame)


def test_no_chance_is_the_settlement_in_any_public_use_file(shared_data: Path) -> None:
    files = sorted(str(file) for file in shared_data.glob("mssp_puf_*.csv"))
    assert_no_chance_is_the_settlement(load(files, None).frame)


def test_no_chance_is_the_settlement_of_any_row(canonical: Canonical, make_rows: Any) -> None:
    """Rows of all kinds, with overrides, elections and terminations: no column that counts is left behind."""
    assert_no_chance_is_the_settlement(canonical(make_rows(8, 300)))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("track", ["track-1", "track-2"])
def test_probabilities_are_those_of_the_closed_form(canonical: Canonical, track: str, seed: int) -> None:
    sd = deviations(canonical([ROW | {"track": track}]), BOOK)[0]
    assert sd == pytest.approx(2.136 / math.sqrt(PEOPLE))
    found = simulate(canonical([ROW | {"track": track}]), BOOK, draws=DRAWS, seed=seed).table.iloc[0]
    minimum = {"track-1": 0.03, "track-2": 0.02}[track]
    earn = 1 - NORMAL.cdf((minimum - RATE) / sd)
    owe = NORMAL.cdf((-minimum - RATE) / sd) if track == "track-2" else 0.0
    for name, expected in (("probability_earn", earn), ("probability_owe", owe)):
        assert abs(found[name] - expected) <= ERRORS * math.sqrt(expected * (1 - expected) / DRAWS), name


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_expected_settlement_and_percentiles_are_those_of_the_closed_form(canonical: Canonical, seed: int) -> None:
    """Of a normal rate cut off at the minimum: E[S; S >= m] = r Q(a) + sd f(a), with a = (m - r) / sd."""
    sd = 2.136 / math.sqrt(PEOPLE)
    found = simulate(canonical([ROW | {"track": "track-1"}]), BOOK, draws=DRAWS, seed=seed).table.iloc[0]
    paid = BENCHMARK * 0.5 * 0.9 * 0.98  # for a savings rate of 1
    edge = (0.03 - RATE) / sd
    above, density = 1 - NORMAL.cdf(edge), NORMAL.pdf(edge)
    mean = RATE * above + sd * density
    square = (RATE**2 + sd**2) * above + sd * (RATE + 0.03) * density
    error = paid * math.sqrt((square - mean**2) / DRAWS)
    assert abs(found["expected_settlement"] - paid * mean) <= ERRORS * error
    for share, name in ((0.75, "settlement_p75"), (0.95, "settlement_p95")):
        z = NORMAL.inv_cdf(share)
        error = paid * sd * math.sqrt(share * (1 - share) / DRAWS) / NORMAL.pdf(z)
        assert abs(found[name] - paid * (RATE + sd * z)) <= ERRORS * error, name
    assert found["settlement_p05"] == 0, "41 % of all draws are below the minimum"


@pytest.mark.parametrize(
    ("change", "sd"),
    [
        ({"track": "track-1"}, None),
        ({"track": "track-2"}, None),
        ({"track": "track-2"}, 0.08),
        ({"track": "track-2", "benchmark_total": 20.0, "expenditure_total": 19.0}, 0.06),  # dollars and cents
    ],
)
def test_figures_are_those_of_the_draws(canonical: Canonical, change: dict[str, Any], sd: float | None) -> None:
    """The sums over one ACO are its draws; of 101 in order the 5th percentile is that at place 5, from 0 on."""
    found = simulate(canonical([ROW | change]), BOOK, draws=101, seed=4, sd=sd)
    row, ordered = found.table.iloc[0], sorted(found.sums)
    assert len(set(ordered)) > 30
    for percent in (5, 25, 50, 75, 95):
        assert row[f"settlement_p{percent:02}"] == pytest.approx(ordered[percent], rel=1e-12)
    assert row["expected_settlement"] == pytest.approx(math.fsum(ordered) / 101, rel=1e-9, abs=1e-9)
    assert row["probability_earn"] == sum(each > 0 for each in ordered) / 101
    assert row["probability_owe"] == sum(each < 0 for each in ordered) / 101
    assert row["probability_not_calculable"] == 0


def test_sums_are_of_payments_less_repayments(canonical: Canonical) -> None:
    """5 million x 50 % x 90 % x 98 %, and 46 % of 4 million; without chance every draw is the settlement."""
    saved = ROW | {"track": "track-1", "expenditure_total": 95e6}
    lost = ROW | {"track": "track-2", "expenditure_total": 104e6}
    told: list[int] = []
    found = simulate(canonical([saved, lost]), BOOK, draws=1, seed=1, sd=0.0, progress=told.append)
    assert found.sums.tolist() == pytest.approx([2_205_000 - 1_840_000])
    assert sum(told) == 2


def test_given_gross_savings_move_with_the_savings_drawn(canonical: Canonical) -> None:
    """REACH: benchmark minus expenditures, given as gross savings or not, has the same draws."""
    reach = {"program": "reach", "track": "professional", "performance_year": 2023, "aco_id": "D1"}
    reach |= {
        "benchmark_total": 100e6,
        "expenditure_total": 93e6,
        "quality_score": 0.9,
        "assigned_beneficiaries": 9_000,
    }
    plain, given = (
        simulate(canonical([reach | more]), BOOK, draws=50, seed=3, sd=0.03).sums
        for more in ({}, {"gross_savings": 7e6})
    )
    assert plain.std() > 0
    np.testing.assert_allclose(given, plain, rtol=1e-9)


def test_each_row_is_told_what_its_own_draws_lack(canonical: Canonical) -> None:
    """Not what others lack; nor is it said of draws where the settlement itself cannot be calculated."""
    rows = [
        ROW | {"track": "track-1"},
        ROW | {"track": "track-1", "expenditure_total": 1e8, "quality_score": None},
        ROW | {"track": "track-2", "expenditure_total": 1.08e8, "agreement_year": None},
        ROW | {"track": "track-1", "quality_score": None},
    ]
    found = simulate(canonical(rows), BOOK, draws=60, seed=1, sd=0.04).table
    assert found["notes"].tolist() == [
        "",
        "in draws: quality_score is missing",
        "agreement_year is missing: the loss is inside the lowest loss limit; "
        "in draws: agreement_year is missing and decides the loss limit",
        "quality_score is missing",
    ]
    unknown = found["probability_not_calculable"].tolist()
    assert unknown[0] == 0
    assert 0.1 < unknown[1] < 0.4, "those that reach 3 %"


@pytest.mark.parametrize("change", [0.0, 0.0013, -0.0015])
def test_deviation_gives_the_printed_scale_where_the_confidence_is_known(change: float) -> None:
    """90 % up to 5,000 beneficiaries, 95 % at 20,000, 99 % at 50,000: 2.136 and what is near give all rates printed."""
    found = printed_rates(value_of_rules() + change)
    assert found == {500: 0.122, 1000: 0.087, 3000: 0.050, 5000: 0.039, 20_000: 0.025, 50_000: 0.022, 60_000: 0.020}


@pytest.mark.parametrize("change", [0.0015, -0.0017])
def test_no_other_deviation_gives_the_printed_scale(change: float) -> None:
    assert printed_rates(value_of_rules() + change) != printed_rates(value_of_rules())


def test_rates_between_depend_on_how_the_levels_are_blended() -> None:
    """As docs/simulate.md says: with z linear in the beneficiaries all are as printed, with confidence all but one."""
    printed = {6000: 0.036, 7000: 0.034, 8000: 0.032, 9000: 0.031, 10_000: 0.030, 15_000: 0.027}
    by_z, by_confidence = {}, {}
    for people in printed:
        share = (people - 5000) / 15_000
        sd = value_of_rules() / math.sqrt(people)
        by_z[people] = round(((1 - share) * NORMAL.inv_cdf(0.90) + share * NORMAL.inv_cdf(0.95)) * sd, 3)
        by_confidence[people] = round(NORMAL.inv_cdf(0.90 + share * 0.05) * sd, 3)
    assert by_z == printed
    assert by_confidence == printed | {15_000: 0.026}


def value_of_rules() -> float:
    values = {
        entry.value
        for program in ("mssp", "pioneer")
        if (entry := BOOK.entry(Situation(program, {"mssp": "track-1", "pioneer": "core"}[program], 2014), DEVIATION))
    }
    assert len(values) == 1
    return float(values.pop())


def printed_rates(deviation: float) -> dict[int, float]:
    levels = dict.fromkeys((500, 1000, 3000, 5000), 0.90) | {20_000: 0.95, 50_000: 0.99, 60_000: 0.99}
    return {people: round(NORMAL.inv_cdf(level) * deviation / math.sqrt(people), 3) for people, level in levels.items()}


def test_draws_of_a_row_depend_on_no_other_row(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone, in another order, in blocks of another size: the same figures to the last bit."""
    some = frame.iloc[[0, 5, 10, 298]].reset_index(drop=True)
    together = simulate(some, BOOK, draws=200, seed=7).table
    for row in range(len(some)):
        alone = simulate(some.iloc[[row]].reset_index(drop=True), BOOK, draws=200, seed=7).table
        pd.testing.assert_series_equal(alone.iloc[0], together.iloc[row], check_names=False, check_exact=True)
    turned = simulate(some.iloc[::-1].reset_index(drop=True), BOOK, draws=200, seed=7).table
    pd.testing.assert_frame_equal(turned.iloc[::-1].reset_index(drop=True), together, check_exact=True)
    monkeypatch.setattr(module, "_AT_ONCE", 450)
    pd.testing.assert_frame_equal(simulate(some, BOOK, draws=200, seed=7).table, together, check_exact=True)


def test_seed_decides_the_draws(frame: pd.DataFrame) -> None:
    some = frame.iloc[[2, 3]].reset_index(drop=True)
    first, again, other = (simulate(some, BOOK, draws=100, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first.table, again.table, check_exact=True)
    np.testing.assert_array_equal(first.sums, again.sums)
    assert not np.array_equal(first.sums, other.sums)
    assert first.sums.mean() == pytest.approx(first.table["expected_settlement"].sum())


def test_rows_alike_in_all_but_id_year_or_half_have_draws_of_their_own(canonical: Canonical) -> None:
    """The two half-years of an ACO in 2019 share id and year."""
    row = ROW | {"track": "track-1"}
    half = row | {"performance_year": 2019, "months": 6, "aco_id": "B"}
    frame = canonical([row, row, row | {"performance_year": 2015, "aco_id": "A0"}, half, half])
    found = simulate(frame, BOOK, draws=50, seed=1).table
    assert found["expected_settlement"].nunique() == len(frame)


def test_deviation_falls_with_the_root_of_the_population(canonical: Canonical) -> None:
    row = ROW | {"track": "track-1"}
    frame = canonical([row | {"assigned_beneficiaries": people} for people in (2_500, 10_000, 40_000)])
    assert deviations(frame, BOOK).tolist() == pytest.approx([0.04272, 0.02136, 0.01068])


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"expenditure_total": 1.1e8, "track": "track-1", "assigned_beneficiaries": None}, "give --sd"),
        # A loss of 3 % needs no agreement year; one above 5 % / 0.46 does.
        ({"expenditure_total": 1.03e8, "track": "track-2", "agreement_year": None}, "agreement_year is missing"),
        # As it is nothing is shared; some draws save, and then quality decides.
        ({"expenditure_total": 1.0e8, "track": "track-1", "quality_score": None}, "quality_score is missing"),
    ],
)
def test_what_some_draws_lack_is_told_and_not_filled_in(
    canonical: Canonical, change: dict[str, Any], note: str
) -> None:
    found = simulate(
        canonical([ROW | change | {"assigned_beneficiaries": change.get("assigned_beneficiaries", 1000)}]),
        BOOK,
        draws=500,
        seed=1,
    )
    row = found.table.iloc[0]
    assert not math.isnan(row["settlement"])
    assert 0 < row["probability_not_calculable"] <= 1
    assert math.isnan(row["probability_earn"]) == (row["probability_not_calculable"] == 1)
    assert all(math.isnan(row[name]) for name in FIGURES)
    assert "in draws: " in row["notes"]
    assert note in row["notes"]
    assert np.isnan(found.sums).any()


@pytest.mark.parametrize("draws", [-1, 0, 1_000_001])
def test_no_draws_and_too_many_are_refused(canonical: Canonical, draws: int) -> None:
    with pytest.raises(UsageError, match=f"--draws {draws}: expected 1 to 1,000,000"):
        simulate(canonical([ROW | {"track": "track-1"}]), BOOK, draws=draws, seed=1)
