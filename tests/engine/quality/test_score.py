"""A table of rates scored as a whole: years without measures, prior years, what a standard rests on, and the notes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.score import BASIS, SCORES, score, score_years
from aco_cli.rules.book import RuleBook

# Below the 10th percentile in every measure but one, which makes no standard.
LOW = {f"QualityID_{each}_WI": 0.0 for each in (110, 112, 113, 134, 226, 236)} | {"QualityID_001_WI": 100.0}
LOW |= dict.fromkeys((f"CAHPS_{each}" for each in (1, 2, 3, 4, 5, 6, 8, 9, 11)), 0.0)
LOW |= {"Measure_479": 1.0, "Measure_484": 500.0}
MakeRates = Callable[..., pd.DataFrame]
NONE = np.nan


def test_without_measures_reporting_is_the_score_of_a_first_year_alone(rules: RuleBook) -> None:
    """2013 is the first year of who began in 2012 or 2013, and of nobody else, reported or not."""
    frame = pd.DataFrame(
        {
            "aco_id": list("ABCDEF"),
            "performance_year": 2013,
            "performance_year_number": [1.0, 1.0, 1.0, 2.0, 2.0, NONE],
            "quality_reported": [1.0, 0.0, NONE, 1.0, NONE, 1.0],
        }
    )
    found = score(frame, rules)
    np.testing.assert_array_equal(found["quality_score"], [1.0, 0.0, NONE, NONE, NONE, NONE])
    np.testing.assert_array_equal(found["quality_reported"], frame["quality_reported"])
    assert found["quality_standard_met"].isna().all()
    assert (found[BASIS] == "").all()
    first = "first performance year: pays for reporting"
    none = "no measure benchmarks of 2013 in the project: quality_score is an input"
    assert found["notes"].tolist() == [first, first, none, none, none, none]


def test_a_year_that_counts_no_years_of_acos_has_no_score_without_measures(rules: RuleBook) -> None:
    frame = pd.DataFrame(
        {"aco_id": ["A"], "performance_year": [2019], "performance_year_number": 1.0, "quality_reported": 1.0}
    )
    found = score(frame, rules).iloc[0]
    assert np.isnan(found["quality_score"])
    assert found["quality_reported"] == 1
    assert found["notes"] == "no measure benchmarks of 2019 in the project: quality_score is an input"


def test_scores_are_a_table_with_a_row_for_each_of_the_rates(make_rates: MakeRates, rules: RuleBook) -> None:
    frames = [make_rates(2018, 2), make_rates(2023), pd.DataFrame({"aco_id": ["B"], "performance_year": [2019]})]
    found = score(pd.concat(frames, ignore_index=True), rules)
    assert list(found) == [*SCORES, BASIS, "notes", "is_warned", "without_column"]
    np.testing.assert_array_equal(found["quality_score"], [1.0, 1.0, 1.0, NONE])
    np.testing.assert_array_equal(found["at_risk"], [1.0, 1.0, NONE, NONE])
    assert [each.year for each in score_years(pd.concat(frames, ignore_index=True), rules)] == [2018, 2019, 2023]
    assert len(score(frames[0].iloc[:0], rules)) == 0


@pytest.mark.parametrize(
    ("year", "given", "standards", "basis"),
    [
        (2018, {"performance_year_number": 1.0}, (1.0, NONE), "reporting"),
        (2018, {}, (1.0, NONE), "domains"),
        (2018, {"quality_reported": 0.0}, (0.0, NONE), "none"),
        (2018, {"quality_reported": 0.0, "disaster_affected": 1.0}, (1.0, NONE), "circumstances"),
        (2018, {"performance_year_number": NONE}, (NONE, NONE), ""),
        (2024, {"performance_year_number": 1.0}, (1.0, NONE), "reporting"),
        (2024, {}, (1.0, NONE), "score"),
        (2024, {"quality_reported": 0.0}, (1.0, NONE), "score"),
        (2024, LOW, (0.0, 0.0), "none"),
        (2024, LOW | {"QualityID_236_WI": 10.0}, (0.0, 1.0), "outcome"),
        (2022, LOW | {"disaster_affected": 0.0}, (0.0, NONE), "none"),
    ],
)
def test_the_first_way_by_which_a_standard_is_met_is_named(
    make_rates: MakeRates,
    rules: RuleBook,
    year: int,
    given: dict[str, float],
    standards: tuple[float, float],
    basis: str,
) -> None:
    """Of the best rates there are, or low ones; what is not met and not known has a word of its own, or none."""
    found = score(make_rates(year, **given), rules).iloc[0]
    np.testing.assert_array_equal([found["quality_standard_met"], found["quality_alternative_met"]], standards)
    assert found[BASIS] == basis


def test_improvement_is_over_the_year_before_by_the_first_row_of_an_aco(make_rates: MakeRates, rules: RuleBook) -> None:
    """From 98 to 107 of 110 points; a second row of 2022, and rows of 2021 and 2024, count for nothing."""
    low = {"QualityID_110_WI": 30.0, "QualityID_112_WI": 30.0}
    after = make_rates(2023, **{"QualityID_110_WI": 60.0})
    before, twice = make_rates(2022, **low), make_rates(2022, **low | {"QualityID_113_WI": 0.0})
    far = [make_rates(year, **low | {"QualityID_113_WI": 0.0}) for year in (2021, 2024)]
    expected = 107 / 110 + 0.10 * (107 - 98) / 98
    for frames in ([after, before], [before, after], [after, before, twice], [*far, after, before]):
        found = score(pd.concat(frames, ignore_index=True), rules)
        row = next(at for at, year in enumerate(pd.concat(frames)["performance_year"]) if year == 2023)
        assert found["quality_score"].iloc[row] == pytest.approx(expected)
    without = score(pd.concat([*far, after], ignore_index=True), rules)
    assert without["quality_score"].iloc[2] == pytest.approx(107 / 110)


def test_cut_points_that_are_assumed_warn_and_columns_that_are_absent_are_named(
    make_rates: MakeRates, rules: RuleBook
) -> None:
    """Of 2016 only the 30th percentile of ACO-10 is assumed: above 24.44, and less is better."""
    rates = make_rates(2016, 4, **{"ACO-10": [24.44, 24.45, 99.0, None]}).drop(columns=["ACO-31", "ACO-13"])
    found = score(rates, rules)
    assert found["is_warned"].tolist() == [False, True, True, False]
    lacking = "no column ACO-13: counts as without denominator; no column ACO-31: counts as without denominator"
    assumed = "depends on an assumed cut point: p30 of ACO-10 (25); "
    assert found["notes"].tolist() == [lacking, assumed + lacking, assumed + lacking, lacking]
    assert found["without_column"].tolist() == ["ACO-13, ACO-31"] * 4
