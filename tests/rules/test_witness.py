"""Rule values entered a second time from their sources, for those that no settlement, case or file of CMS bears out.

What settlements rest on is entered again in `tests/reference`, cut points are compared with CMS's files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.published import Total, published_totals

ROOT = Path(__file__).parents[2]
BOOK = RuleBook()
QUARTERS = {"prospective": [1.349, 1.154, 1.105, 1.072], "retrospective": [1.072] * 4}
FIRST = {"first_by1": 0.10, "first_by2": 0.30, "first_by3": 0.60}
RENEWING = {"renewing_by1": 1 / 3, "renewing_by2": 1 / 3, "renewing_by3": 1 / 3}
LOWER, HIGHER = [0.35, 0.50, 0.50, 0.50], [0.15, 0.25, 0.35, 0.50]
ELECTIVE = [0, 0.005, 0.010, 0.015, 0.020]


def value(program: str, track: str, year: int, name: str) -> Any:
    entry = BOOK.parameters(program)[name].entry(track, year)
    assert entry is not None
    return entry.value


@pytest.mark.parametrize("year", range(2012, 2027))
def test_claims_are_completed_by_the_factors_of_the_methodology(year: int) -> None:
    """CMS methodology v11, 3.4 and tables 12, 13: three months of run-out, and seven days."""
    assert value("mssp-expenditures", "every-track", year, "completion_factor") == 1.013
    assert value("mssp-expenditures", "every-track", year, "quarterly_completion_factor") == QUARTERS
    assert value("mssp-expenditures", "every-track", year, "truncation_percentile") == 99
    assert value("mssp-expenditures", "every-track", year, "enrollment_type")["aged_from"] == 65


@pytest.mark.parametrize(
    ("era", "years", "name", "expected"),
    [
        ("first-agreement", range(2012, 2019), "year_weights", FIRST),
        ("rebased-2016", range(2016, 2017), "year_weights", RENEWING),
        ("rebased-2017", range(2017, 2020), "year_weights", RENEWING),
        ("blend-2019", range(2019, 2024), "year_weights", FIRST | RENEWING),
        ("prospective-2024", range(2024, 2027), "year_weights", FIRST | RENEWING),
        ("rebased-2017", range(2017, 2020), "regional_adjustment", {"lower": [0.35, 0.70], "higher": [0.25, 0.50]}),
        (
            "blend-2019",
            range(2019, 2024),
            "regional_adjustment",
            {"lower": LOWER, "higher": HIGHER, "cap": 0.05, "downward_cap": 0.05},
        ),
        (
            "prospective-2024",
            range(2024, 2027),
            "regional_adjustment",
            {"lower": LOWER, "higher": HIGHER, "cap": 0.05, "downward_cap": 0.015},
        ),
        ("blend-2019", range(2019, 2024), "risk_adjustment", {"basis": "capped", "cap": 1.03}),
        ("prospective-2024", range(2024, 2027), "risk_adjustment", {"basis": "aggregate", "margin": 0.03}),
        ("rebased-2016", range(2016, 2017), "prior_savings", {"share": 1}),
        ("prospective-2024", range(2024, 2027), "prior_savings", {"share": 0.5, "cap": 0.05}),
        ("prospective-2024", range(2024, 2025), "highest_adjustment", 2),
        ("prospective-2024", range(2025, 2027), "highest_adjustment", 3),
        ("prospective-2024", range(2024, 2025), "prospective_trend", 1 / 6),
        ("prospective-2024", range(2025, 2027), "prospective_trend", 1 / 3),
    ],
)
def test_benchmarks_go_by_the_values_of_their_era(era: str, years: range, name: str, expected: Any) -> None:
    """42 CFR 425.601-425.603, 425.650-425.660."""
    assert [value("mssp-benchmark", era, year, name) for year in years] == [expected] * len(years)


@pytest.mark.parametrize(
    ("tracks", "years"),
    [
        (("track-2", "track-3"), range(2016, 2022)),
        (("track-1-plus",), range(2018, 2022)),
        (("basic-c", "basic-d", "basic-e", "enhanced"), range(2019, 2027)),
    ],
)
def test_minimum_savings_rates_that_may_be_elected(tracks: tuple[str, ...], years: range) -> None:
    """42 CFR 425.605(b)(2), 425.606(b)(1)(ii), 425.610(b)(1)."""
    found = [value("mssp", track, year, "minimum_savings_rate")["rates"] for track in tracks for year in years]
    assert found == [ELECTIVE] * len(found)


@pytest.mark.parametrize("year", range(2021, 2027))
def test_app_measures_make_a_score_by_the_points_of_their_year(year: int) -> None:
    """42 CFR 425.512: 3 points of a measure at least to 2022, then 1; improvement from 2022; bonuses in 2021 alone."""
    assert BOOK.value(scoring(year), "app_scoring") == {
        "least": 3 if year <= 2022 else 1,
        "improvement": 0 if year == 2021 else 10,
        "survey_bonus": 2 if year == 2021 else 0,
        "end_to_end_bonus": 10 if year == 2021 else 0,
    }


# Year: ACOs, that earned, that owed; dollars earned, owed, and saved in all, in millions.
PIONEER: dict[int, tuple[float | None, ...]] = {
    2012: (32, 13, 1, 76.1, 2.55, 87.6),
    2013: (23, 11, 3, 68, None, 96),
    2014: (20, 11, 3, 82, 9, 120),
    2015: (12, 6, 1, None, None, 37),
    2016: (8, 6, 0, 37, None, 68),
}
MSSP = {
    (2013, "reached_msr"): 58,
    (2013, "earned"): 52,
    (2013, "earned_payment"): 315e6,
    (2014, "acos"): 333,
    (2014, "reached_msr"): 92,
    (2014, "savings_above_msr"): 806e6,
    (2014, "earned"): 86,
    (2014, "earned_payment"): 341e6,
    (2014, "quality_failed"): 6,
}
MEDICARE = {"acos": 353, "earned": 97, "earned_payment": 422e6, "savings": 411e6}
LAST_DIGIT = {76.1e6: 0.05e6, 2.55e6: 0.005e6, 87.6e6: 0.05e6}


def released_totals() -> list[Total]:
    """Those of releases; those of ACO REACH are sums of its results file, which its own test adds up."""
    return [each for each in published_totals() if each.program != "reach"]


def test_published_totals_are_those_of_the_releases() -> None:
    """CMS's release of August 2015, and the results of the Pioneer ACO Model."""
    names = ("acos", "earned", "owed", "earned_payment", "owed_repayment", "savings")
    expected = {("mssp", year, figure): number for (year, figure), number in MSSP.items()}
    expected |= {("medicare", 2014, figure): number for figure, number in MEDICARE.items()}
    for year, numbers in PIONEER.items():
        figures = zip(names, numbers, (1, 1, 1, 1e6, 1e6, 1e6), strict=True)
        expected |= {("pioneer", year, name): number * unit for name, number, unit in figures if number is not None}
    expected |= {("pioneer", 2014, "saved"): 15}
    expected |= {("pioneer", year, "mean_quality_score"): score for year, score in ((2013, 0.852), (2014, 0.872))}
    found = {(each.program, each.year, each.figure): each.value for each in released_totals()}
    assert found == pytest.approx(expected, rel=1e-12)


def test_published_totals_are_as_exact_as_they_are_printed() -> None:
    """Half a unit of the last digit: a million, or a tenth of one."""
    for each in released_totals():
        if each.figure == "mean_quality_score":
            assert each.within == 0.0005
        elif each.value > 1e6 and not each.more_than:
            assert each.within == LAST_DIGIT.get(each.value, 0.5e6)
        else:
            assert not each.within


def test_totals_of_reach_are_sums_of_its_results_file() -> None:
    """By year and arrangement, added up column by column from the file as it is."""
    rows = pd.read_csv(ROOT / "sample_data" / "reach_results.csv")
    rows = rows[rows["perf_year"] < 2023]
    shared = rows["shared_savings"]
    summed = {
        "acos": pd.Series(1, rows.index),
        "earned": shared > 0,
        "owed": shared < 0,
        "savings": rows["gross_savings"],
        "earned_payment": shared.clip(lower=0),
        "owed_repayment": -shared.clip(upper=0),
    }
    found = [each for each in published_totals() if each.program == "reach" and each.year < 2023]
    assert len(found) == 36
    for each in found:
        chosen = (rows["perf_year"] == each.year) & rows["risk_arrangement"].str.lower().str.contains(each.track)
        assert summed[each.figure][chosen].sum() == pytest.approx(each.value, abs=max(each.within, 1e-9))
    later = [(each.figure, each.year, each.value) for each in published_totals() if each.year > 2022]
    assert later == [("acos", 2023, 132)]


def test_improvement_is_rewarded_in_equal_steps_up_to_four_points() -> None:
    """42 CFR 425.502(e)(4): up to 4 points a domain."""
    expected = [0, *(0.48 + 0.44 * step for step in range(9))]
    for year in range(2015, 2019):
        assert BOOK.value(scoring(year), "improvement_steps") == pytest.approx(expected, abs=1e-12)
    assert expected[-1] == pytest.approx(4)
