"""Rule values entered a second time from their sources, for those that no settlement, case or file of CMS bears out.

What settlements rest on is entered again in `tests/reference`, cut points are compared with CMS's files.
"""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist
from typing import Any

import pandas as pd
import pytest

from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.published import DOLLARS, Total, published_totals

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
    assert found == pytest.approx(expected, rel=1e-15)


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
        total = summed[each.figure][chosen].sum()
        assert (each.value, each.within) == (round(total), int(each.figure in DOLLARS))
    later = [(each.figure, each.year, each.value) for each in published_totals() if each.year > 2022]
    assert later == [("acos", 2023, 132)]


def test_improvement_is_rewarded_in_equal_steps_up_to_four_points() -> None:
    """42 CFR 425.502(e)(4): up to 4 points a domain."""
    expected = [0, *(0.48 + 0.44 * step for step in range(9))]
    for year in range(2015, 2019):
        assert BOOK.value(scoring(year), "improvement_steps") == pytest.approx(expected, abs=1e-12)
    assert expected[-1] == pytest.approx(4)


OUTCOMES = {"outcome": 10, "another": 30, "missing_benchmark": False}
ALTERNATIVE = {**OUTCOMES, "alternative": 10}
STANDARDS = {
    2021: {"missing_benchmark": False},
    2022: OUTCOMES,
    2023: ALTERNATIVE,
    2024: {**ALTERNATIVE, "another": 40},
    2025: {**ALTERNATIVE, "another": 40, "missing_benchmark": True},
    2026: {**ALTERNATIVE, "another": 40, "missing_benchmark": True},
}
# The national mean, then the percentile of MIPS quality scores, and whether it is the least score of every ACO.
LEAST_SCORES = {
    **{2017: (0.9206, False), 2018: (0.9268, False), 2019: (0.9217, False), 2020: (0.9687, False)},
    **{2021: (0.6169, True), 2022: (0.7063, True), 2023: (0.6576, True), 2024: (0.7705, False)},
}


def of_quality(year: int, name: str) -> Any:
    return BOOK.value(scoring(year), name)


@pytest.mark.parametrize("year", STANDARDS)
def test_the_quality_standard_is_that_of_its_year(year: int) -> None:
    """42 CFR 425.512(a)(3) to (a)(5) and (a)(7)."""
    assert of_quality(year, "quality_standard") == STANDARDS[year]


@pytest.mark.parametrize("year", LEAST_SCORES)
def test_disasters_leave_the_score_that_cms_announced(year: int) -> None:
    """42 CFR 425.502(f), 425.512(b), (c)."""
    score, of_all = LEAST_SCORES[year]
    assert of_quality(year, "disaster_score") == {"score": score, "all": of_all}


@pytest.mark.parametrize("year", [*range(2012, 2019), *range(2021, 2027)])
def test_performance_years_are_counted_from_2013(year: int) -> None:
    """Of ACOs that started in 2012 the first one has 2012 and 2013; 42 CFR 425.502(a), 425.608."""
    assert of_quality(year, "performance_year_number") == {"first": 2013, "later_agreements": 3}


def test_leaving_takes_savings_until_december_and_owes_losses_after_june() -> None:
    """42 CFR 425.221(b)(2); until 2019 no losses, and in 2019 of the six months from July on."""
    never = {"savings_lost_through_month": 12, "voluntary_after_month": 12, "losses_prorated": False}
    prorated = {"savings_lost_through_month": 12, "voluntary_after_month": 6, "losses_prorated": True}
    for track in ("track-1", "track-2", "track-3"):
        assert [value("mssp", track, year, "termination") for year in (2013, 2019)] == [never, never]
    for track in ("basic-a", "basic-e", "enhanced"):
        half = {**prorated, "months_before": 6, "months": 6}
        assert [value("mssp", track, year, "termination") for year in (2019, 2020, 2026)] == [half, prorated, prorated]


def test_savings_rates_vary_by_chance_as_the_scale_of_minimum_rates_says() -> None:
    """With 90 percent confidence up to 5,000 beneficiaries, 95 at 20,000, 99 at 50,000: the middle of what does so."""
    printed = {500: 0.122, 1_000: 0.087, 3_000: 0.050, 5_000: 0.039, 20_000: 0.025, 50_000: 0.022}
    sure = {20_000: 0.95, 50_000: 0.99}  # 76 FR 19528; the rates are those of CMS methodology v11, table 5

    def rates(deviation: float) -> list[float]:
        return [round(NormalDist().inv_cdf(sure.get(each, 0.9)) * deviation / each**0.5, 3) for each in printed]

    fits = [at / 1e5 for at in range(200_000, 230_000) if rates(at / 1e5) == list(printed.values())]
    for program, track, year in (("mssp", "track-1", 2024), ("pioneer", "core", 2013), ("reach", "global", 2022)):
        assert value(program, track, year, "savings_rate_deviation") == round((fits[0] + fits[-1]) / 2, 3)


@pytest.mark.parametrize("track", ["core", "option-a", "option-b", "alternative-1", "alternative-2"])
def test_losses_of_pioneers_are_shared_as_quality_leaves_them(track: str) -> None:
    """One minus the sharing rate times quality, without floor and ceiling: Pioneer results of Genesys, PY1 and PY2."""
    for year in range(2013, 2017):
        assert value("pioneer", track, year, "loss_rate") == {"basis": "quality", "floor": 0, "ceiling": 1}


@pytest.mark.parametrize("track", ["alternative-1", "alternative-2"])
def test_pioneers_of_2012_have_minimum_rates_of_2_to_2_7_percent_by_size(track: str) -> None:
    """The request for applications has the ends; the bands are those of 42 CFR 425.604(b)(1)."""
    scale = pd.DataFrame(value("pioneer", track, 2012, "minimum_savings_rate_scale"))
    assert scale["lower"].tolist() == [15_000, 20_000, 50_000, 60_000]
    assert scale["upper"].tolist() == [19_999, 49_999, 59_999, 60_001]
    assert scale["at_lower"].tolist() == [0.027, 0.025, 0.022, 0.020]
    assert scale["at_upper"].tolist() == [0.025, 0.022, 0.020, 0.020]


def test_eras_are_of_agreements_that_start_in_their_years() -> None:
    """42 CFR 425.601 to 425.603, 425.650 and 425.652."""
    eras = {
        ("first-agreement", 2014): ("2012-04-01", "2018-01-31", 1, 1),
        ("rebased-2016", 2016): ("2016-01-01", "2016-12-31", 2, 2),
        ("rebased-2017", 2018): ("2017-01-01", "2019-01-31", 2, 2),
        ("blend-2019", 2020): ("2019-07-01", "2023-12-31", 1, 99),
        ("prospective-2024", 2024): ("2024-01-01", "9999-12-31", 1, 99),
    }
    for (era, year), expected in eras.items():
        found = value("mssp-benchmark", era, year, "era")
        assert (str(found["from"]), str(found["through"]), found["first_period"], found["last_period"]) == expected
