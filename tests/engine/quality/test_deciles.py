"""Points within deciles, routes, bonuses, improvement and least scores of the APP (from 2021)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.columns import Source, Table
from aco_cli.engine.quality.decile_points import decile_points
from aco_cli.engine.quality.deciles import DecileScores, Prior, prior_year
from aco_cli.engine.quality.score import score
from aco_cli.rules.book import RuleBook
from aco_cli.rules.quality import Collection, Measure

RULES = RuleBook()
YEARS = (2021, 2022, 2023, 2024, 2025, 2026)

ScoreOne = Callable[..., pd.Series]
MakeRates = Callable[..., pd.DataFrame]


def measure(year: int, name: str) -> Measure:
    found = RULES.measures(year)
    assert found is not None
    return found.measures[name]


def scored(year: int) -> list[Measure]:
    found = RULES.measures(year)
    assert found is not None
    return [each for each in found.measures.values() if each.deciles]


CASES = [pytest.param(each, year, id=f"{each.name}-{year}") for year in YEARS for each in scored(year)]


@pytest.mark.parametrize(("each", "year"), CASES)
def test_the_start_of_a_decile_earns_its_number_and_a_hair_short_less(each: Measure, year: int) -> None:
    least = 3.0 if year < 2023 else 1.0
    hair = 1e-9 if each.reversed else -1e-9
    starts = np.array(each.deciles)
    numbers = np.arange(11 - len(starts), 11)
    last = np.array([number for at, number in enumerate(numbers) if start_of_its_own(starts, at)], dtype=float)
    own = np.array([start for at, start in enumerate(starts) if start_of_its_own(starts, at)])
    np.testing.assert_array_equal(decile_points(own, each, least), np.maximum(last, least))
    short = decile_points(own + hair, each, least)
    assert (short <= np.maximum(last, least)).all()
    assert (short[last > least] < last[last > least]).all()


def start_of_its_own(starts: np.ndarray, at: int) -> bool:
    """Whether no later decile starts at the same rate."""
    return at == len(starts) - 1 or starts[at + 1] != starts[at]


def test_points_are_linear_and_not_truncated() -> None:
    rates = np.array([30.0, 45.0, 47.5, 90.0, 95.0, 12.0, 100.0])
    expected = [4.0, 5.5, 5.75, 10.0, 10.0, 3.4, 10.0]
    np.testing.assert_allclose(decile_points(rates, measure(2021, "QualityID_110_WI"), 3.0), expected)


def test_reversed_points_rise_as_the_rate_falls() -> None:
    rates = np.array([70.0, 65.0, 10.0, 5.0, 100.0])
    np.testing.assert_allclose(
        decile_points(rates, measure(2021, "QualityID_001_WI"), 3.0), [4.0, 4.5, 10.0, 10.0, 3.0]
    )


@pytest.mark.parametrize(
    ("least", "rate", "earns"), [(3.0, 0.0, 3.0), (1.0, 0.0, 1.0), (1.0, 5.5, 1.5), (3.0, 5.5, 3.0)]
)
def test_points_have_a_floor(least: float, rate: float, earns: float) -> None:
    assert decile_points(np.array([rate]), measure(2023, "QualityID_110_WI"), least).tolist() == [earns]


def test_a_blank_has_no_points() -> None:
    assert np.isnan(decile_points(np.array([np.nan]), measure(2023, "QualityID_110_WI"), 1.0)).all()


@pytest.mark.parametrize("year", YEARS)
def test_best_rates_score_everything(year: int, score_one: ScoreOne) -> None:
    found = score_one(year)
    assert found["quality_score"] == 1.0
    assert found["quality_reported"] == 1.0
    assert np.isnan(found["patient_experience"])


def test_a_missing_measure_leaves_the_denominator(score_one: ScoreOne) -> None:
    """2022 has eight Web Interface measures, the survey and two claims measures."""
    low = {"QualityID_110_WI": 30.0}
    assert score_one(2022, low)["quality_score"] == pytest.approx(104 / 110)
    assert score_one(2022, low | {"Measure_484": None})["quality_score"] == pytest.approx(94 / 100)


def test_the_survey_is_one_measure_the_mean_of_its_components(score_one: ScoreOne) -> None:
    """CAHPS_1 of 2022 at the start of decile 6 earns 4 less of the mean of nine."""
    assert score_one(2022, {"CAHPS_1": 84.57})["quality_score"] == pytest.approx((110 - 4 / 9) / 110)


def test_measures_without_benchmark_do_not_count(score_one: ScoreOne) -> None:
    assert score_one(2023, {"QualityID_370_WI": 0.0, "QualityID_438_WI": 0.0})["quality_score"] == 1.0


def without_web_interface(year: int) -> dict[str, None]:
    found = RULES.measures(year)
    assert found is not None
    return {name: None for name, each in found.measures.items() if each.collection is Collection.WEB_INTERFACE}


def test_of_two_routes_the_higher_counts(score_one: ScoreOne) -> None:
    best_ecqm = {"QualityID_001_eCQM": 0.0, "QualityID_134_eCQM": 100.0, "QualityID_236_eCQM": 100.0}
    low_web = {"QualityID_110_WI": 0.0, "QualityID_112_WI": 0.0}
    assert score_one(2023, low_web | best_ecqm)["quality_score"] == 1.0
    assert score_one(2023, low_web)["quality_score"] == pytest.approx(92 / 110)
    assert score_one(2023, without_web_interface(2023) | best_ecqm)["quality_score"] == 1.0
    worst = {"QualityID_001_eCQM": 100.0, "QualityID_134_eCQM": 0.0, "QualityID_236_eCQM": 0.0}
    assert score_one(2023, worst)["quality_score"] == 1.0


def test_of_ecqm_and_cqm_of_a_measure_the_higher_counts_once(score_one: ScoreOne) -> None:
    both = {"QualityID_236_eCQM": 0.0, "QualityID_236_MIPSCQM": 95.0, "QualityID_001_eCQM": 0.0}
    assert score_one(2023, without_web_interface(2023) | both)["quality_score"] == 1.0


def test_an_aco_that_reported_nothing_has_the_least_score_where_all_are_affected(score_one: ScoreOne) -> None:
    found = score_one(2021, without_web_interface(2021))
    assert found["quality_score"] == 0.6169
    assert found["quality_reported"] == 0


def test_an_aco_whose_report_is_not_in_the_file_has_no_score(score_one: ScoreOne) -> None:
    found = score_one(2023, without_web_interface(2023) | {"reports_web_interface": 1.0})
    assert np.isnan(found["quality_score"])
    assert "no rates of Web Interface or eCQM/CQM measures" in found["notes"]


LOWEST = {"CAHPS_1": 0.0, "Measure_479": 1.0, "Measure_484": 500.0} | {
    f"QualityID_{each}_WI": 100.0 if each == "001" else 0.0
    for each in ("001", "110", "112", "113", "134", "226", "236", "318")
}


@pytest.mark.parametrize(("affected", "score"), [(None, 0.6576), (1.0, 0.6576)])
def test_least_score_of_2023_holds_for_all(affected: float | None, score: float, score_one: ScoreOne) -> None:
    assert score_one(2023, LOWEST | {"disaster_affected": affected})["quality_score"] == score


def test_least_score_of_2024_holds_for_the_affected(score_one: ScoreOne) -> None:
    assert score_one(2024, LOWEST | {"disaster_affected": 1.0})["quality_score"] == 0.7705
    assert score_one(2024, LOWEST)["quality_score"] < 0.4


def test_bonus_points_of_2021(score_one: ScoreOne) -> None:
    """Seven Web Interface measures, survey and two claims measures: 100 points, 2 for the survey, 10 end to end."""
    low = {"QualityID_110_WI": 0.0, "QualityID_112_WI": 0.0, "QualityID_113_WI": 0.0}
    assert score_one(2021, low)["quality_score"] == pytest.approx((79 + 12) / 100)
    assert score_one(2021, low | {"end_to_end_bonus": 0.0})["quality_score"] == pytest.approx((79 + 2) / 100)


def test_a_survey_component_in_the_ninth_decile_of_2021_earns_all(score_one: ScoreOne) -> None:
    low = {f"QualityID_{each}_WI": 0.0 for each in ("110", "112", "113")}
    assert score_one(2021, low | {"CAHPS_1": 88.1})["quality_score"] == score_one(2021, low)["quality_score"]
    assert score_one(2021, low | {"CAHPS_1": 88.0})["quality_score"] < score_one(2021, low)["quality_score"]


def two_years(make_rates: MakeRates, before: dict[str, float], after: dict[str, float], year: int = 2023) -> float:
    frame = pd.concat([make_rates(year, **after), make_rates(year - 1, **before)], ignore_index=True)
    return float(score(frame, RULES)["quality_score"].iloc[0])


def test_improvement_is_a_tenth_of_the_relative_rise(make_rates: MakeRates) -> None:
    before = {"QualityID_110_WI": 30.0, "QualityID_112_WI": 30.0}  # 98 of 110
    after = {"QualityID_110_WI": 60.0}  # 107 of 110
    expected = 107 / 110 + 0.10 * (107 - 98) / 98
    assert two_years(make_rates, before, after) == pytest.approx(expected)


def test_a_fall_takes_nothing_away(make_rates: MakeRates) -> None:
    assert two_years(make_rates, {}, {"QualityID_110_WI": 60.0}) == pytest.approx(107 / 110)


def test_a_score_is_at_most_all(make_rates: MakeRates) -> None:
    assert two_years(make_rates, {"QualityID_110_WI": 30.0}, {"QualityID_110_WI": 89.9}) == 1.0


def test_the_prior_year_of_another_aco_gives_no_improvement(make_rates: MakeRates) -> None:
    frame = pd.concat(
        [make_rates(2023, **{"QualityID_110_WI": 60.0}), make_rates(2022, aco_id="B", **{"QualityID_112_WI": 0.0})],
        ignore_index=True,
    )
    found = score(frame, RULES).iloc[0]
    assert found["quality_score"] == pytest.approx(107 / 110)
    assert "no rates of the prior year: no improvement" in found["notes"]


def test_2021_counts_as_prior_year_by_the_other_reading_of_its_claims_measure() -> None:
    each = measure(2021, "Measure_479")
    rates = np.array([0.1595, 0.1343])
    assert decile_points(rates, each, 3.0).tolist() == [3.0, 9.0]
    assert decile_points(rates, each, 3.0, prior=True).tolist() == [4.0, 10.0]


WEB_2024 = tuple(f"QualityID_{each}_WI" for each in ("001", "110", "112", "113", "134", "226", "236", "318"))
ECQM_2024 = ("QualityID_001_eCQM", "QualityID_134_eCQM", "QualityID_236_eCQM")


def table_of(year: int, rows: list[dict[str, float]], columns: tuple[str, ...] = ()) -> Table:
    named = dict.fromkeys([*columns, *(name for row in rows for name in row)])
    frame = pd.DataFrame(rows, columns=list(named)).astype("float64")
    return Table(Source(frame), year, np.arange(len(rows)))


def scores_of(year: int, *rows: dict[str, float], prior: Prior | None = None) -> DecileScores:
    measures = RULES.measures(year)
    assert measures is not None
    return DecileScores(table_of(year, list(rows)), measures, RULES, prior)


def test_a_prior_year_counts_with_the_better_route_and_without_bonus() -> None:
    """Points of 2021 of 10 a measure; both claims measures must have a rate, and who reported nothing is unknown."""
    measures = RULES.measures(2021)
    assert measures is not None
    claims = {"Measure_479": 0.1343, "Measure_MCC1": 999.0}
    assert {name for name, each in measures.measures.items() if each.collection == "administrative"} == {*claims}
    rows: list[dict[str, float]] = [
        {"QualityID_110_WI": 45.0} | claims,
        {"QualityID_110_WI": 45.0, "QualityID_134_eCQM": 100.0} | claims,
        {"QualityID_110_WI": 45.0, "Measure_479": 0.1343},
        claims,
        {},
    ]
    found = prior_year(table_of(2021, rows), measures, RULES)
    of_claims = 10 + 3
    expected = [(5.5 + of_claims) / 30, (10 + of_claims) / 30, (5.5 + 10) / 20, np.nan, np.nan]
    np.testing.assert_allclose(found.achievement, expected)
    assert found.lacks_claims.tolist() == [0.0, 0.0, 1.0, 0.0, 1.0]


def test_what_the_file_says_of_routes_wins_over_the_rates_there_are() -> None:
    web, other = {"QualityID_110_WI": 45.0}, {"QualityID_134_eCQM": 50.0}
    rows = [
        ({}, (False, False), 0.0),
        (web, (True, False), 1.0),
        (other, (False, True), 1.0),
        (web | other, (True, True), 1.0),
        ({"reports_web_interface": 1.0}, (True, False), 1.0),
        (web | {"reports_web_interface": 0.0}, (False, False), 1.0),
        ({"reports_ecqm": 1.0, "reports_cqm": 0.0}, (False, True), 1.0),
        ({"reports_ecqm": 0.0, "reports_cqm": 1.0}, (False, True), 1.0),
        ({"reports_cqm": 1.0}, (False, True), 1.0),
        (other | {"reports_ecqm": 0.0}, (False, False), 1.0),
        (web | {"quality_reported": 0.0}, (True, False), 0.0),
        ({"quality_reported": 1.0}, (False, False), 1.0),
    ]
    scores = scores_of(2023, *(row for row, _, _ in rows))
    assert list(zip(*(each.tolist() for each in scores.reported_by), strict=True)) == [by for _, by, _ in rows]
    assert scores.reported.tolist() == [reported for _, _, reported in rows]
    has_rates = [False, True, True, True, False, True, False, False, False, True, True, False]
    assert scores.is_reported.tolist() == has_rates


def test_ecqms_and_cqms_that_were_reported_are_lacking_unless_all_are_in_the_file() -> None:
    every = dict.fromkeys(ECQM_2024, 50.0)
    rows: list[dict[str, float]] = [
        {},
        every,
        every | {"reports_ecqm": 1.0},
        {"reports_ecqm": 1.0},
        {"reports_cqm": 1.0, "reports_ecqm": 0.0},
        every | {"QualityID_001_eCQM": np.nan, "reports_cqm": 1.0},
        {"reports_ecqm": 0.0, "reports_cqm": 0.0},
    ]
    lacks = np.asarray(scores_of(2024, *rows).values["lacks_cqms"])
    assert lacks.tolist() == [False, False, False, True, True, True, False]


def test_measures_without_a_rate_are_named_of_the_collections_that_have_any() -> None:
    """Not those without a benchmark, nor other collections; the survey is not asked as one."""
    web = dict.fromkeys(WEB_2024, 50.0) | {"QualityID_110_WI": np.nan}
    scores = scores_of(2024, web | {"Measure_479": 0.1}, {"QualityID_134_eCQM": 50.0}, {})
    assert scores.blank_measures(0) == ["QualityID_110_WI", "Measure_484"]
    assert scores.blank_measures(1) == ["QualityID_001_eCQM", "QualityID_236_eCQM"]
    assert scores.blank_measures(2) == []


def test_a_score_can_be_asked_for_with_other_bonus_blanks_and_points_not_seen() -> None:
    """2021: 10 points of 10 a measure, two points of bonus for the survey and up to ten end to end."""
    web = {"QualityID_110_WI": 30.0, "QualityID_112_WI": np.nan, "end_to_end_bonus": 1.0, "disaster_affected": 0.0}
    scores = scores_of(2021, web, {"reports_ecqm": 1.0, "disaster_affected": 0.0}, {"disaster_affected": 0.0})
    both = scores.scoring["survey_bonus"] + 1
    np.testing.assert_allclose(scores.values["own_score"], [(4 + both) / 10, np.nan, np.nan])
    np.testing.assert_allclose(scores.score_if(line="own_score"), [(4 + both) / 10, np.nan, np.nan])
    np.testing.assert_allclose(scores.score_if(bonus=0, line="own_score"), [(4 + both - 1) / 10, np.nan, np.nan])
    blanks = scores.score_if(blank_counts=True, line="own_score")  # the other measure and the survey count too
    np.testing.assert_allclose(blanks, [(4 + both) / 30, np.nan, np.nan])
    unseen = scores.score_if(unseen=5.0, bonus=0, line="achievement")
    np.testing.assert_allclose(unseen, [0.4, 0.5, np.nan])
    np.testing.assert_array_equal(scores.score_if(bonus=0), scores.score_if(bonus=0, line="quality_score"))


def test_points_of_a_route_are_unknown_where_the_file_says_that_it_was_not_used() -> None:
    web = {"QualityID_110_WI": 30.0, "reports_web_interface": 0.0, "reports_ecqm": 1.0}
    found = scores_of(2024, web | {"disaster_affected": 0.0}).score_if(unseen=7.0, line="achievement")
    np.testing.assert_allclose(found, [0.7])


def test_without_a_prior_year_everything_about_it_is_unknown() -> None:
    scores = scores_of(2024, {"QualityID_110_WI": 30.0}, {})
    assert np.isnan([scores.prior.achievement, scores.prior.lacks_claims]).all()
    prior = Prior(np.array([0.4]), np.array([1.0]))
    given = scores_of(2024, {"QualityID_110_WI": 30.0}, prior=prior)
    assert given.prior is prior
    assert given.values["improvement"].tolist() == [0.0]
    best = scores_of(2024, {"QualityID_110_WI": 70.0}, prior=Prior(np.array([0.75]), np.array([0.0])))
    np.testing.assert_allclose(best.values["improvement"], [0.1 * (0.8 - 0.75) / 0.75])


def notes_of(year: int, *rows: dict[str, float]) -> list[list[str]]:
    """The notes of each row on bonus, full points and thirds, which are not in the law."""
    codes = ("bonus_taken", "full_points", "thirds_computed")
    told = [(note.text, where) for note, where in scores_of(year, *rows).remarks(RULES) if note.code in codes]
    return [[text for text, where in told if where[at]] for at in range(len(rows))]


def test_bonus_points_and_lifted_points_are_told_of_who_reported() -> None:
    """CAHPS_1 of 2021 at 88.10 is in the ninth decile, which earns all points; at 89.44 it earns them by itself."""
    bonus = "end-to-end bonus taken as 10 points"
    lifted = "depends on a derived parameter: decile from which a measure earns full points"
    web = {"QualityID_110_WI": 30.0}
    found = notes_of(
        2021,
        web,
        web | {"end_to_end_bonus": 0.0},
        web | {"CAHPS_1": 88.10},
        web | {"CAHPS_1": 89.44},
        {"CAHPS_1": 88.10},
        {"CAHPS_1": 88.10, "end_to_end_bonus": 4.0},
    )
    assert found == [[bonus], [], [lifted, bonus], [bonus], [], []]
    assert notes_of(2023, web | {"CAHPS_1": 88.10}) == [[]]


def test_thirds_of_the_acos_in_the_files_are_told_of_where_they_adjust() -> None:
    every = dict.fromkeys(ECQM_2024, 50.0) | {"thirds_computed": 1.0, "adi_85_share": 0.3}
    every |= {f"third_{each}": 1.0 for each in ("001", "134", "236", "CAHPS", "479", "484")}
    told = "health equity adjustment by thirds of the ACOs in the files"
    others = (every | {"thirds_computed": 0.0}, every | {"thirds_computed": np.nan}, every | {"adi_85_share": 0.1})
    assert notes_of(2024, every, *others) == [[told], [], [], []]
