"""Thresholds to the last bit: on them counts, one float beside them does not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()

# Beneficiaries at both ends of every band of the scale, and between.
BENEFICIARIES = [
    n
    for lower, upper in [
        (500, 999),
        (1_000, 2_999),
        (3_000, 4_999),
        (5_000, 5_999),
        (6_000, 6_999),
        (7_000, 7_999),
        (8_000, 8_999),
        (9_000, 9_999),
        (10_000, 14_999),
        (15_000, 19_999),
        (20_000, 49_999),
        (50_000, 59_999),
        (60_000, 400_000),
    ]
    for n in (lower, (lower + upper) // 2, upper)
]
COLUMNS = ("savings", "msr", "msr_amount", "mlr_amount", "outcome", "earned_payment", "owed_repayment")


def on_the_threshold(rate: float, sign: float) -> tuple[float, float]:
    """A benchmark and expenditures that differ by `sign` x rate x benchmark to the last bit."""
    for benchmark in np.arange(20e6, 500e6, 125_000.0):
        expenditure = benchmark - sign * (rate * benchmark)
        if sign * (benchmark - expenditure) == rate * benchmark:
            return float(benchmark), float(expenditure)
    raise AssertionError(f"no benchmark puts {rate} on a float")


def one_row(canonical, **given: Any) -> dict[str, Any]:
    row = {"quality_score": 1.0, "agreement_year": 3, "participant_revenue": 1e9, **given}
    return settle(canonical([row]), BOOK, COLUMNS).iloc[0].to_dict()


@pytest.mark.parametrize("beneficiaries", BENEFICIARIES)
def test_sliding_savings_on_the_threshold_earn_and_one_float_less_does_not(beneficiaries: int, canonical) -> None:
    given = {"performance_year": 2014, "track": "track-1", "assigned_beneficiaries": beneficiaries}
    rate = one_row(canonical, **given, benchmark_total=1.0, expenditure_total=1.0)["msr"]
    benchmark, expenditure = on_the_threshold(rate, 1.0)
    exact = one_row(canonical, **given, benchmark_total=benchmark, expenditure_total=expenditure)
    assert (exact["savings"], exact["outcome"]) == (exact["msr_amount"], "earned")
    assert exact["earned_payment"] > 0
    short = one_row(
        canonical, **given, benchmark_total=benchmark, expenditure_total=math.nextafter(expenditure, math.inf)
    )
    assert (short["outcome"], short["earned_payment"]) == ("below-msr", 0)


@pytest.mark.parametrize("beneficiaries", BENEFICIARIES)
def test_sliding_losses_on_the_threshold_are_owed_and_one_float_less_is_not(beneficiaries: int, canonical) -> None:
    given = {
        "performance_year": 2019,
        "track": "enhanced",
        "assigned_beneficiaries": beneficiaries,
        "msr_election": "sliding",
    }
    rate = one_row(canonical, **given, benchmark_total=1.0, expenditure_total=1.0)["msr"]
    benchmark, expenditure = on_the_threshold(rate, -1.0)
    exact = one_row(canonical, **given, benchmark_total=benchmark, expenditure_total=expenditure)
    assert (-exact["savings"], exact["outcome"]) == (exact["mlr_amount"], "owed")
    assert exact["owed_repayment"] > 0
    short = one_row(canonical, **given, benchmark_total=benchmark, expenditure_total=math.nextafter(expenditure, 0.0))
    assert (short["outcome"], short["owed_repayment"]) == ("losses-within-mlr", 0)


@pytest.mark.parametrize("sign", [1.0, -1.0], ids=["savings", "losses"])
@pytest.mark.parametrize("election", ["0.005", "0.01", "0.015", "0.02"])
def test_elected_rates_on_the_threshold(election: str, sign: float, canonical) -> None:
    given = {"performance_year": 2019, "track": "basic-e", "assigned_beneficiaries": 5_000, "msr_election": election}
    benchmark, expenditure = on_the_threshold(float(election), sign)
    beside = math.nextafter(expenditure, benchmark)
    outcomes = [
        one_row(canonical, **given, benchmark_total=benchmark, expenditure_total=amount)["outcome"]
        for amount in (expenditure, beside)
    ]
    assert outcomes == (["earned", "below-msr"] if sign > 0 else ["owed", "losses-within-mlr"])


def test_track_2_on_its_fixed_threshold(canonical) -> None:
    given = {"performance_year": 2014, "track": "track-2", "assigned_beneficiaries": 7_500, "benchmark_total": 1e8}
    amounts = [98e6, math.nextafter(98e6, 1e9), math.nextafter(102e6, 0.0), 102e6]
    outcomes = [one_row(canonical, **given, expenditure_total=amount)["outcome"] for amount in amounts]
    assert outcomes == ["earned", "below-msr", "losses-within-mlr", "owed"]


def test_an_election_of_zero_counts_the_smallest_difference(canonical) -> None:
    given = {"performance_year": 2019, "track": "basic-e", "assigned_beneficiaries": 5_000, "msr_election": "0"}
    amounts = [math.nextafter(1e8, 0.0), math.nextafter(1e8, 1e9)]
    rows = [one_row(canonical, **given, benchmark_total=1e8, expenditure_total=amount) for amount in amounts]
    assert [row["outcome"] for row in rows] == ["earned", "owed"]
    assert rows[0]["earned_payment"] > 0 < rows[1]["owed_repayment"]


# Beneficiaries, the rate as whole numerator and denominator, and a benchmark on which it is whole dollars, chosen so
# that the float nearest to the rate times the benchmark is a hair more than those dollars.
WHOLE_DOLLARS = [
    (6_999, 34, 1_000, 100_012_000),
    (7_000, 34, 1_000, 100_012_000),
    (7_000, 34, 1_000, 118_413_000),
]


@pytest.mark.parametrize(("beneficiaries", "numerator", "denominator", "benchmark"), WHOLE_DOLLARS)
def test_whole_dollars_of_savings_that_are_exactly_the_minimum_earn(
    beneficiaries: int, numerator: int, denominator: int, benchmark: int, canonical
) -> None:
    """3.4 % of $118,413,000 is $4,026,042 to the cent; savings of that meet the minimum."""
    dollars, rest = divmod(benchmark * numerator, denominator)
    assert rest == 0
    row = one_row(
        canonical,
        performance_year=2014,
        track="track-1",
        assigned_beneficiaries=beneficiaries,
        benchmark_total=benchmark,
        expenditure_total=benchmark - dollars,
    )
    assert row["outcome"] == "earned"


@drawn(cents=st.integers(10**8, 10**12), per_mille=st.sampled_from([5, 10, 15, 20]), sign=st.sampled_from([1, -1]))
def test_savings_and_losses_of_exactly_the_minimum_count_to_the_cent(
    cents: int, per_mille: int, sign: int, canonical
) -> None:
    """Elected rates, on benchmarks of which they are whole cents; a cent less does not count."""
    benchmark = cents // 200 * 200
    minimum = benchmark * per_mille // 1000
    given = {"performance_year": 2023, "track": "enhanced", "assigned_beneficiaries": 20_000, "quality_score": 0.9}
    given |= {"msr_election": str(per_mille / 1000), "quality_standard_met": True, "benchmark_total": benchmark / 100}
    rows = [{**given, "expenditure_total": (benchmark - sign * each) / 100} for each in (minimum, minimum - 1)]
    outcomes = settle(canonical(rows), BOOK, ["outcome"])["outcome"].tolist()
    assert outcomes == (["earned", "below-msr"] if sign > 0 else ["owed", "losses-within-mlr"])
