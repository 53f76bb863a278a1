"""The published results of ACO REACH come out to the dollar, and its corridors behave as corridors must."""

from __future__ import annotations

import csv
from bisect import bisect_right
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aco_cli.engine.reconcile import reconcile
from aco_cli.engine.settle import settle
from aco_cli.engine.simulate import simulate
from aco_cli.engine.waterfall import waterfall
from aco_cli.inputs.load import load
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook

RESULTS = Path(__file__).parents[2] / "sample_data" / "reach_results.csv"
BOOK = RuleBook()
# Where each corridor starts and what of it is the ACO's, as the model's papers are quoted: apart from the rule files.
CORRIDORS = {
    "global": ([0, 25, 35, 50], [100, 50, 25, 10]),
    "professional": ([0, 5, 10, 15], [50, 35, 15, 5]),
}
RATES = st.floats(-0.9, 0.9)


def by_hand(savings: Fraction, benchmark: Fraction, track: str) -> Fraction:
    """The settlement in exact fractions: what is shared below the corridor reached, and of the rest its share."""
    starts, shares = CORRIDORS[track]
    rate = abs(savings) / benchmark * 100
    reached = bisect_right(starts, rate) - 1
    widths = zip(starts[:reached], starts[1:], shares, strict=False)
    whole = sum(Fraction(share, 100) * (end - start) for start, end, share in widths)
    shared = (whole + Fraction(shares[reached], 100) * (rate - starts[reached])) * benchmark / 100
    return shared if savings > 0 else -shared


def settled(rows: list[dict[str, Any]]) -> pd.DataFrame:
    row = {"program": "reach", "performance_year": 2021, "assigned_beneficiaries": 5_000.0}
    frame = pd.DataFrame([{"aco_id": f"D{n}", **row, **each} for n, each in enumerate(rows)])
    return settle(frame, BOOK, ("settlement", "outcome"))


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    return load([str(RESULTS)], Years.parse("all"), precision=True).frame.reset_index(drop=True)


def test_every_result_is_met_within_a_dollar(results: pd.DataFrame) -> None:
    compared = reconcile(results, BOOK)
    assert compared.groupby("performance_year").size().to_dict() == {2021: 53, 2022: 99, 2023: 6}
    assert set(compared["class"]) == {"exact"}
    assert compared["difference"].abs().max() < 0.02


def test_the_results_follow_from_the_file_by_hand(results: pd.DataFrame) -> None:
    """Read by Python's own reader and computed in fractions, without a line of the package."""
    found = settle(results, BOOK, ("aco_id", "performance_year", "settlement", "benchmark_total", "savings"))
    ours = {(row.aco_id, row.performance_year): row for row in found.itertuples()}
    with RESULTS.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            gross, benchmark = Fraction(row["gross_savings"]), Fraction(row["final_benchmark"])
            expected = by_hand(gross, benchmark, row["risk_arrangement"].lower())
            assert abs(expected - Fraction(row["shared_savings"])) < 2, row["aco_id"]
            our = ours[row["aco_id"], int(row["perf_year"])]
            assert our.settlement == pytest.approx(float(expected), abs=1e-5)
            if row["perf_year"] != "2023":
                assert abs(benchmark - Fraction(row["tot_cost_care_net"]) - gross) < 1, row["aco_id"]


def test_results_could_fail(results: pd.DataFrame) -> None:
    """With the other arrangement's corridors only those without savings or losses would be met."""
    other = results.assign(track=results["track"].map({"global": "professional", "professional": "global"}))
    assert (reconcile(other, BOOK)["class"] == "unexplained").sum() > 150


def test_gross_savings_of_2023_are_told_with_what_they_differ(results: pd.DataFrame) -> None:
    notes = settle(results[results["performance_year"] == 2023], BOOK, ("aco_id", "notes")).set_index("aco_id")["notes"]
    told = "gross savings as given: -$413,280.01 besides benchmark minus expenditures of $38,209,940.26"
    assert told in notes["D0004"]
    assert notes.str.contains("besides benchmark minus expenditures", regex=False).all()
    earlier = settle(results[results["performance_year"] < 2023], BOOK, ("notes",))["notes"]
    assert not earlier.str.contains("gross savings", regex=False).any()


def test_a_difference_of_2023_is_explained_only_between_two_benchmarks(results: pd.DataFrame) -> None:
    """Losses of 8 % are in two corridors, whose edge moves with the benchmark: by other items of 100,000, or to
    the benchmark before adjustments."""
    row = results[(results["aco_id"] == "D0006") & (results["performance_year"] == 2023)].reset_index(drop=True)
    benchmark, unadjusted = 46_166_890.02, 47_753_937.57
    loss = 0.08 * benchmark
    row = row.assign(gross_savings=-loss, expenditure_total=benchmark + loss + 100_000)

    def shared(of: float) -> float:
        return -(0.5 * 0.05 * of + 0.35 * (loss - 0.05 * of))

    cases = {
        shared(benchmark): "exact",
        shared(benchmark - 99_000): "explained",
        shared(benchmark - 101_000): "unexplained",
        shared(unadjusted - 1_000): "explained",
        shared(unadjusted + 1_000): "unexplained",
    }
    found = reconcile(pd.concat([row.assign(published_settlement=each) for each in cases], ignore_index=True), BOOK)
    assert found["class"].tolist() == list(cases.values())
    reason = found["reason"].iloc[1]
    assert "gross savings hold $100,000.00 besides" in reason
    assert f"share ${-shared(benchmark - 100_000):,.2f} to ${-shared(unadjusted):,.2f}" in reason
    same = reconcile(row.assign(published_settlement=shared(benchmark - 99_000), performance_year=2022), BOOK)
    assert same["class"].tolist() == ["unexplained"], "no other items in a year where gross savings follow"


@given(RATES, st.floats(1e6, 1e10), st.sampled_from(sorted(CORRIDORS)))
def test_a_settlement_is_that_of_exact_fractions(rate: float, benchmark: float, track: str) -> None:
    spent = benchmark * (1 - rate)
    found = settled([{"track": track, "benchmark_total": benchmark, "expenditure_total": spent}])["settlement"][0]
    exact = by_hand(Fraction(benchmark - spent), Fraction(benchmark), track)
    assert found == pytest.approx(float(exact), rel=1e-12, abs=1e-9 * benchmark)


@given(RATES, RATES, st.sampled_from(sorted(CORRIDORS)))
def test_less_cost_never_pays_less_and_no_dollar_is_worth_more_than_the_first(a: float, b: float, track: str) -> None:
    """Monotone and continuous in cost: the settlement moves with it, by at most the first corridor's share."""
    row = {"track": track, "benchmark_total": 1e8}
    low, high = sorted((1e8 * (1 + a), 1e8 * (1 + b)))
    more, less = settled([{**row, "expenditure_total": each} for each in (low, high)])["settlement"]
    assert more - less + 1e-6 >= 0
    assert more - less <= CORRIDORS[track][1][0] / 100 * (high - low) + 1e-6


@pytest.mark.parametrize("track", CORRIDORS)
def test_there_is_no_jump_at_an_edge(track: str) -> None:
    edges = [sign * 1e6 * start for start in CORRIDORS[track][0] for sign in (-1, 1)]
    row = {"track": track, "benchmark_total": 1e8, "expenditure_total": 0.0}
    around = settled([{**row, "gross_savings": edge + step} for edge in edges for step in (-0.01, 0, 0.01)])
    moves = np.diff(around["settlement"].to_numpy().reshape(-1, 3))
    assert (moves > 0).all()
    assert (moves <= 0.01 + 1e-6).all()


@given(st.floats(0, 0.9), st.sampled_from(sorted(CORRIDORS)))
def test_losses_mirror_savings(rate: float, track: str) -> None:
    row = {"track": track, "benchmark_total": 1e8, "expenditure_total": 0.0}
    pair = settled([{**row, "gross_savings": sign * rate * 1e8} for sign in (1, -1)])["settlement"]
    assert pair[0] == -pair[1]


def test_steps_add_up_to_the_settlement(results: pd.DataFrame) -> None:
    steps = waterfall(results, BOOK).amounts.sum(axis=1)
    assert (steps - settle(results, BOOK, ("settlement",))["settlement"]).abs().max() < 1e-6


def test_chance_moves_gross_savings_that_are_given(results: pd.DataFrame) -> None:
    """They win over benchmark minus expenditures: if expenditures alone were drawn, nothing would be uncertain."""
    drawn = simulate(results[results["performance_year"] == 2023].reset_index(drop=True), BOOK, draws=400, seed=1).table
    spread = drawn["settlement_p95"] - drawn["settlement_p05"]
    share = np.array([1, 1, 0.5, 1, 1, 1])  # D0006 is Professional
    benchmarks = results[results["performance_year"] == 2023]["benchmark_total"].to_numpy()
    expected = 2 * 1.645 * 2.136 / np.sqrt([15126, 58032, 3908, 18472, 10343, 3770]) * benchmarks * share
    assert spread.to_numpy() == pytest.approx(expected, rel=0.15)


def test_a_year_without_corridors_cannot_be_settled(tmp_path: Path) -> None:
    """As 2026 of Global where somebody opens it and brings no corridors; five of one's own are five."""
    (tmp_path / "reach").mkdir()
    (tmp_path / "reach" / "program.yaml").write_text("verified_through: 2026\n")
    row = {"aco_id": "D1", "program": "reach", "track": "global", "performance_year": 2026, "gross_savings": 60e6,
           "assigned_beneficiaries": 9.0, "benchmark_total": 100e6, "expenditure_total": 40e6}  # fmt: skip
    names = ("outcome", "settlement", "notes")
    found = settle(pd.DataFrame([row]), RuleBook([tmp_path]), names).iloc[0]
    assert found["outcome"] == "not-calculable"
    assert found["notes"] == "the rules have no risk corridors for this track and year"
    starts, shares = (0, 0.1, 0.2, 0.3, 0.5), (1, 0.8, 0.6, 0.4, 0.2)
    own = [{"lower": start, "share": share} for start, share in zip(starts, shares, strict=True)]
    entry = {"track": "global", "years": 2026, "status": "assumed", "cite": "a proposal", "value": own}
    content = {"label": "Risk corridors", "unit": "shares", "values": [entry]}
    (tmp_path / "reach" / "risk_corridors.yaml").write_text(yaml.safe_dump(content))
    found = settle(pd.DataFrame([row]), RuleBook([tmp_path]), names).iloc[0]
    assert found["settlement"] == pytest.approx(10e6 + 8e6 + 6e6 + 8e6 + 2e6)
