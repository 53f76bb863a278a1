"""Points at, above and below every cut; domains; what is not reported; least scores (2012-2018)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.columns import Source, Table
from aco_cli.engine.quality.percentiles import PercentileScores
from aco_cli.engine.quality.score import score
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import DOMAINS, Measure

POINTS = (0.0, 1.10, 1.25, 1.40, 1.55, 1.70, 1.85, 2.00)
YEARS = (2014, 2016, 2017, 2018)
TOTAL = {2014: 14, 2016: 12, 2017: 8, 2018: 8}  # of the at-risk domain

ScoreOne = Callable[..., pd.Series]
MakeRates = Callable[..., pd.DataFrame]


def with_cuts(year: int) -> list[Measure]:
    found = RuleBook().measures(year)
    assert found is not None
    return [measure for measure in found.measures.values() if measure.cuts]


def scores_of(frame: pd.DataFrame, rules: RuleBook) -> PercentileScores:
    year = int(frame["performance_year"].iloc[0])
    measures = rules.measures(year)
    assert measures is not None
    return PercentileScores(Table(Source(frame), year, np.arange(len(frame))), measures, rules)


def points(frame: pd.DataFrame, measure: Measure, rules: RuleBook) -> np.ndarray:
    return scores_of(frame, rules).points_of(measure)


CASES = [pytest.param(measure, year, id=f"{measure.name}-{year}") for year in YEARS for measure in with_cuts(year)]


@pytest.mark.parametrize(("measure", "year"), CASES)
def test_every_cut_is_inclusive_and_a_hair_short_of_it_earns_less(
    measure: Measure, year: int, make_rates: MakeRates, rules: RuleBook
) -> None:
    worse = np.inf if measure.reversed else -np.inf
    at = list(measure.cuts)
    short = [float(np.nextafter(cut, worse)) for cut in at]
    over = [float(np.nextafter(cut, -worse)) for cut in at]
    scale = measure.max_points / 2
    expected = [scale * each for each in POINTS[1:]]
    for rates, wanted in ((at, expected), (short, [scale * each for each in POINTS[:-1]]), (over, expected)):
        found = points(make_rates(year, len(rates), **{measure.name: rates}), measure, rules)
        np.testing.assert_array_equal(found, wanted)


def test_the_electronic_record_measure_counts_double(make_rates: MakeRates, rules: RuleBook) -> None:
    measure = next(each for each in with_cuts(2014) if each.name == "ACO-11")
    rates = make_rates(2014, 3, **{"ACO-11": [90.91, 84.85, 51.34]})
    np.testing.assert_array_equal(points(rates, measure, rules), [4.0, 3.7, 0.0])


@pytest.mark.parametrize("year", YEARS)
def test_best_rates_score_everything(year: int, score_one: ScoreOne) -> None:
    found = score_one(year)
    assert found[[*DOMAINS, "quality_score", "quality_reported"]].tolist() == [1.0] * 6


@pytest.mark.parametrize(("measure", "earns"), [("ACO-30", 0.0), ("ACO-27", 2.0)])
def test_a_rate_of_zero_is_a_rate(measure: str, earns: float, score_one: ScoreOne) -> None:
    """ACO-27 counts poor control, so that zero is the best there is."""
    assert score_one(2014, {measure: 0.0})["at_risk"] == pytest.approx((12 + earns) / 14)


def test_a_blank_for_lack_of_a_denominator_earns_full_points(score_one: ScoreOne) -> None:
    assert score_one(2014, {"ACO-31": None, "ACO-13": None})["quality_score"] == 1.0


def test_a_composite_counts_as_one_measure(score_one: ScoreOne) -> None:
    """From 2017 on the diabetes composite pays for performance: 29.9 is the 30th percentile of 2018."""
    assert score_one(2018, {"DM Composite": 29.89})["at_risk"] == pytest.approx(6 / 8)
    assert score_one(2018, {"DM Composite": 29.9})["at_risk"] == pytest.approx((6 + 1.10) / 8)
    assert score_one(2014, {"DM Composite": 0.0, "CAD Composite": 0.0})["at_risk"] == 1.0


@pytest.mark.parametrize(("number", "share"), [(1, 1.0), (2, 1.0), (3, 20 / 22)])
def test_pay_for_performance_begins_with_the_year_of_the_measure(
    number: int, share: float, score_one: ScoreOne
) -> None:
    """ACO-8 of 2016 pays for reporting through an ACO's second performance year."""
    found = score_one(2016, {"ACO-8": 99.0, "performance_year_number": float(number)})
    assert found["care_coordination"] == pytest.approx(share)


def test_a_first_year_pays_for_reporting(score_one: ScoreOne) -> None:
    found = score_one(2018, {"ACO-13": 0.0, "ACO-1": 0.0, "performance_year_number": 1.0})
    assert found["quality_score"] == 1.0
    assert found["notes"] == "first performance year: pays for reporting"


WEB_INTERFACE_2018 = (
    *("ACO-12", "ACO-13", "ACO-14", "ACO-15", "ACO-16", "ACO-17", "ACO-18", "ACO-19", "ACO-20", "ACO-42"),
    *("DM Composite", "ACO-28", "ACO-30", "ACO-40"),
)


def test_measures_not_reported_earn_nothing_even_where_they_pay_for_reporting(score_one: ScoreOne) -> None:
    """Two ACOs of 2018 without Web Interface in their first year have 45.45 %."""
    given = dict.fromkeys(WEB_INTERFACE_2018) | {"performance_year_number": 1.0}
    found = score_one(2018, given)
    assert found["quality_score"] == pytest.approx((1 + 18 / 22 + 0 + 0) / 4)
    assert round(found["quality_score"], 4) == 0.4545
    assert found["quality_reported"] == 0
    assert "web-interface measures not reported: no points" in found["notes"]


def test_survey_not_reported_earns_nothing(score_one: ScoreOne) -> None:
    found = score_one(2018, {f"ACO-{number}": None for number in (1, 2, 3, 4, 5, 6, 7, 34)})
    assert found["patient_experience"] == 0
    assert found["quality_score"] == 0.75


def test_incomplete_reporting_of_2014_takes_the_whole_score(score_one: ScoreOne) -> None:
    assert score_one(2014, {"quality_reported": 0.0})["quality_score"] == 0
    assert score_one(2014, {f"ACO-{number}": None for number in range(1, 8)})["quality_score"] == 0


def test_improvement_reward_stops_at_the_domain_maximum(score_one: ScoreOne) -> None:
    low = {"ACO-28": 0.0, "ACO-30": 0.0}
    assert score_one(2018, low | {"improvement_at_risk": 1.36})["at_risk"] == pytest.approx(5.36 / 8)
    assert score_one(2018, low | {"improvement_at_risk": 4.0})["at_risk"] == 1.0
    assert score_one(2018, {"improvement_at_risk": 4.0})["at_risk"] == 1.0


@pytest.mark.parametrize(("year", "number"), [(2014, 2.0), (2018, 1.0)])
def test_improvement_is_not_rewarded_in_2014_nor_in_a_first_year(year: int, number: float, score_one: ScoreOne) -> None:
    blank = {"performance_year_number": number} | dict.fromkeys(f"ACO-{each}" for each in range(1, 8))
    blank |= {"ACO-34": None, "quality_reported": 1.0}
    with_reward = score_one(year, blank | {"improvement_patient_experience": 4.0})
    assert with_reward["quality_score"] == score_one(year, blank)["quality_score"]
    assert "no improvement reward in this year of the ACO" in with_reward["notes"]


def test_an_affected_aco_has_at_least_the_national_mean(score_one: ScoreOne) -> None:
    low = dict.fromkeys(("ACO-13", "ACO-14", "ACO-15", "ACO-28", "ACO-30"), 0.0) | {"disaster_affected": 1.0}
    assert score_one(2018, low)["quality_score"] == 0.9268
    assert score_one(2018, low | {"disaster_affected": 0.0})["quality_score"] < 0.9268
    assert score_one(2018, {"disaster_affected": 1.0})["quality_score"] == 1.0
    assert score_one(2016, low)["quality_score"] < 0.9


@pytest.mark.parametrize(
    ("start", "period", "year", "number"),
    [
        ("2012-04-01", 1.0, 2014, 2.0),
        ("2012-07-01", 1.0, 2013, 1.0),
        ("2013-01-01", 1.0, 2014, 2.0),
        ("2014-01-01", 1.0, 2014, 1.0),
        ("2016-01-01", 1.0, 2018, 3.0),
        ("2018-01-01", 2.0, 2018, 3.0),
    ],
)
def test_performance_year_by_the_agreement(start: str, period: float, year: int, number: float) -> None:
    frame = pd.DataFrame({"agreement_start": pd.to_datetime([start]), "agreement_period": [period]})
    counting = RuleBook().value(scoring(year), "performance_year_number")
    assert Table(Source(frame), year, np.arange(1)).year_number(counting).tolist() == [number]


def test_a_renewed_agreement_is_told_by_its_first_start() -> None:
    frame = pd.DataFrame({name: pd.to_datetime([day]) for name, day in _RENEWED.items()})
    counting = RuleBook().value(scoring(2016), "performance_year_number")
    assert Table(Source(frame), 2016, np.arange(1)).year_number(counting).tolist() == [3.0]


_RENEWED = {"initial_start": "2013-01-01", "agreement_start": "2016-01-01"}


def test_without_start_there_is_no_score_and_the_note_names_what_is_missing(score_one: ScoreOne) -> None:
    found = score_one(2018, {"performance_year_number": None})
    assert np.isnan(found["quality_score"])
    assert "agreement_start or performance_year_number is missing" in found["notes"]


@pytest.mark.parametrize(("rate", "noted"), [(0.59, False), (0.6, True), (0.63, True), (0.64, False)])
def test_a_rate_where_an_assumed_cut_may_lie_raises_a_note(rate: float, noted: bool, score_one: ScoreOne) -> None:
    """The 80th percentile of ACO-10 in 2014 is only known to lie between 0.59 and 0.64."""
    notes = score_one(2014, {"ACO-10": rate})["notes"]
    assert ("depends on an assumed cut point: p80 of ACO-10 (0.59)" in notes) is noted


def test_an_assumed_cut_that_decides_nothing_raises_no_note(score_one: ScoreOne) -> None:
    found = score_one(2014, {"ACO-10": 0.6, "performance_year_number": 1.0})
    assert "assumed" not in found["notes"]


def test_a_column_that_is_absent_is_told(make_rates: MakeRates, rules: RuleBook) -> None:
    found = score(make_rates(2018).drop(columns="ACO-13"), rules).iloc[0]
    assert found["quality_score"] == 1.0
    assert "no column ACO-13: counts as without denominator" in found["notes"]


@pytest.mark.parametrize("year", [2015, 2019, 2020])
def test_a_year_without_benchmarks_keeps_its_row_and_says_why(year: int, rules: RuleBook) -> None:
    frame = pd.DataFrame({"aco_id": ["A"], "performance_year": [year], "ACO-1": [90.0]})
    found = score(frame, rules).iloc[0]
    assert np.isnan(found["quality_score"])
    assert found["notes"] == f"no measure benchmarks of {year} in the project: quality_score is an input"


def test_reporting_decides_the_first_year_also_without_benchmarks(rules: RuleBook) -> None:
    frame = pd.DataFrame(
        {
            "aco_id": ["A", "B"],
            "performance_year": [2013, 2013],
            "agreement_start": pd.to_datetime(["2012-04-01"] * 2),
            "quality_reported": [1.0, 0.0],
        }
    )
    assert score(frame, rules)["quality_score"].tolist() == [1.0, 0.0]


def test_rows_keep_their_order_whatever_their_years_and_blocks(
    make_rates: MakeRates, rules: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    lows = [90.0, 80.0, 70.0, 60.0, 50.0]
    parts = [make_rates(year, 5, **{"ACO-28": lows, "aco_id": [f"{year}-{at}" for at in range(5)]}) for year in YEARS]
    frame = pd.concat(parts, ignore_index=True).sample(frac=1, random_state=3, ignore_index=True)
    whole = score(frame, rules)
    monkeypatch.setattr("aco_cli.engine.quality.score.BLOCK", 2)
    pd.testing.assert_frame_equal(score(frame, rules), whole)
    alone = pd.concat([score(frame.iloc[[at]].reset_index(drop=True), rules) for at in range(len(frame))])
    pd.testing.assert_frame_equal(alone.reset_index(drop=True), whole)


SURVEY_2018 = tuple(f"ACO-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 34))


def test_a_rate_decides_points_from_the_year_of_its_measure_on_where_its_collection_is_reported(
    make_rates: MakeRates, rules: RuleBook
) -> None:
    """ACO-36 of 2018 pays for reporting for two years, ACO-13 for one; a composite part without cuts always does."""
    rates = make_rates(2018, 5, performance_year_number=[1.0, 2.0, 3.0, 3.0, None])
    rates.loc[3, [*WEB_INTERFACE_2018, "ACO-36"]] = np.nan
    scores = scores_of(rates.assign(**{"ACO-12": 50.0}), rules)
    expected = {
        "ACO-36": [False, False, True, False, False],
        "ACO-13": [False, True, True, False, False],
        "ACO-12": [False] * 5,
    }
    for name, decides in expected.items():
        assert scores.paid_for_performance(scores.set.measures[name]).tolist() == decides, name


def test_a_reward_that_does_not_count_is_told_and_one_of_nothing_is_none(
    make_rates: MakeRates, rules: RuleBook
) -> None:
    numbers, rewards = [2.0, 2.0, 2.0, 1.0, 1.0, 1.0], [None, 0.0, 0.48, None, 0.0, 0.48]
    rates = make_rates(2016, 6, performance_year_number=numbers, improvement_at_risk=rewards)
    first, unrewarded = "first performance year: pays for reporting", "no improvement reward in this year of the ACO"
    assert score(rates, rules)["notes"].tolist() == ["", "", "", first, first, f"{first}; {unrewarded}"]


def test_collections_not_reported_are_named_where_the_score_is_not_lost_for_it(
    make_rates: MakeRates, rules: RuleBook
) -> None:
    """Incomplete reporting takes the whole score of 2014, and in 2018 only the points of what was not reported."""
    survey, web = (f"{each} measures not reported: no points" for each in ("survey", "web-interface"))
    lost = "reporting was not complete: no score"
    for year, told in ((2014, [lost, lost, lost]), (2018, [survey, web, f"{survey}; {web}"])):
        rates = make_rates(year, 3)
        measures = rules.measures(year)
        assert measures is not None
        for name, each in measures.measures.items():
            if each.collection in ("survey", "web-interface"):
                rates.loc[[0, 2] if each.collection == "survey" else [1, 2], name] = np.nan
        certain = {name: 0.0 for name in ("ACO-36", "ACO-37", "ACO-38") if year == 2018}
        notes = [
            "; ".join(each for each in text.split("; ") if "assumed" not in each)
            for text in score(rates.assign(**certain), rules)["notes"]
        ]
        assert notes == told
        given = score(rates.assign(quality_reported=1.0), rules)
        assert given["notes"].str.contains("survey measures not reported").tolist() == [True, False, True]
        assert given["quality_reported"].tolist() == [1.0] * 3


def test_a_column_that_is_absent_is_told_only_where_its_collection_is_reported(
    make_rates: MakeRates, rules: RuleBook
) -> None:
    rates = make_rates(2016, 2).drop(columns=["ACO-1", "ACO-8", "ACO-7"])
    rates.loc[1, "ACO-2":"ACO-6"] = np.nan
    rates.loc[1, "ACO-34"] = np.nan
    absent = [f"no column {name}: counts as without denominator" for name in ("ACO-1", "ACO-8")]
    found = score(rates, rules)["notes"].tolist()
    assert found == ["; ".join(absent), f"{absent[1]}; survey measures not reported: no points"]


@pytest.mark.parametrize(("rate", "noted"), [(0.0, True), (41.86, True), (41.87, False), (99.0, False)])
def test_an_assumed_cut_without_a_lower_bound_is_in_doubt_from_nothing_on(
    rate: float, noted: bool, score_one: ScoreOne
) -> None:
    """ACO-38 of 2017, where less is better: the 90th percentile lies somewhere below 41.87."""
    notes = score_one(2017, {"ACO-38": rate, "ACO-37": 0.0})["notes"]
    assert notes == ("depends on an assumed cut point: p90 of ACO-38 (40.9)" if noted else "")
