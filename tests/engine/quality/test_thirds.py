"""In which third of the ACOs a measure lies, and what the thirds are worth together."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.decile_points import Points
from aco_cli.engine.quality.thirds import COMPUTED, performance_scaler, subjects, third_of, with_thirds
from aco_cli.rules.book import RuleBook
from aco_cli.rules.quality import Collection

PointsOf = Callable[[int, pd.DataFrame], Points]


def rates(year: int, **given: list[float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(given).astype("float64")
    return frame.assign(performance_year=year)


def plain_third(performance: list[float]) -> list[float]:
    """By percentiles that are exact fractions, linear between the ACOs in order."""
    ranked = sorted(map(Fraction, performance))

    def percentile(thirds: int) -> Fraction:
        place, part = divmod((len(ranked) - 1) * thirds, 3)
        return ranked[place] + Fraction(part, 3) * (ranked[min(place + 1, len(ranked) - 1)] - ranked[place])

    low, high = percentile(1), percentile(2)
    return [1.0 if each >= high else 2.0 if each >= low else 3.0 for each in map(Fraction, performance)]


@pytest.mark.parametrize("acos", [3, 4, 5, 6, 7, 10, 16, 19, 100, 101, 102])
def test_who_is_exactly_at_a_percentile_is_in_the_third_above_it(rules: RuleBook, acos: int) -> None:
    """Rates with ties and without; of 4, 7, 10 ... ACOs one is at each percentile, and the last bit does not matter."""
    random = np.random.default_rng(acos)
    for decimals in (0, 2, 15):
        held = np.round(random.uniform(0, 100, acos), decimals).tolist()
        found = with_thirds(rates(2023, QualityID_236_MIPSCQM=held, QualityID_001_eCQM=held), rules)
        assert found["third_236"].tolist() == plain_third(held)
        assert found["third_001"].tolist() == plain_third([-each for each in held])


def test_of_fewer_than_three_acos_there_are_no_thirds(rules: RuleBook) -> None:
    held = [80.0, None, 60.0, 70.0]
    assert with_thirds(rates(2024, QualityID_236_eCQM=held[:3]), rules)["third_236"].isna().all()
    found = with_thirds(rates(2024, QualityID_236_eCQM=held), rules)
    np.testing.assert_array_equal(found["third_236"], [1.0, np.nan, 3.0, 2.0])
    assert found[COMPUTED].tolist() == [1.0, 0.0, 1.0, 1.0]


def test_an_aco_stands_where_it_does_best_of_the_ways_of_a_measure(rules: RuleBook) -> None:
    """Among those of the same way: the last of the MIPS CQMs is the first of the eCQMs."""
    found = with_thirds(
        rates(
            2024,
            QualityID_236_MIPSCQM=[50.0, 60.0, 70.0, None, None],
            QualityID_236_eCQM=[30.0, None, 10.0, 20.0, None],
            QualityID_236_WI=[99.0, 98.0, 97.0, 96.0, 95.0],
        ),
        rules,
    )
    np.testing.assert_array_equal(found["third_236"], [1.0, 2.0, 1.0, 2.0, np.nan])


def test_thirds_given_stay_and_each_year_has_its_own_acos(rules: RuleBook) -> None:
    """No thirds in a year without the adjustment; rows of several years need not be in order."""
    frames = [
        rates(year, Measure_479=[0.10, 0.12, 0.14], third_484=[None, 2.0, None]).assign(aco_id=list("abc"))
        for year in (2022, 2023, 2024)
    ]
    frame = pd.concat(frames, ignore_index=True).sample(frac=1, random_state=1, ignore_index=True)
    given = frame.copy()
    found = with_thirds(frame, rules).sort_values(["performance_year", "aco_id"], ignore_index=True)
    pd.testing.assert_frame_equal(frame, given)
    np.testing.assert_array_equal(found["third_479"], [np.nan] * 3 + [1.0, 2.0, 3.0] * 2)
    np.testing.assert_array_equal(found["third_484"], [np.nan, 2.0, np.nan] * 3)
    assert found[COMPUTED].tolist() == [0.0] * 3 + [1.0] * 6
    other = rates(2024, Measure_479=[0.1, 0.2, 0.3], third_479=[3.0, None, 1.0])
    assert with_thirds(other, rules)["third_479"].tolist() == [3.0, 2.0, 1.0]
    assert with_thirds(other, rules)[COMPUTED].tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("year", [2018, 2019, 2022, 2026])
def test_a_year_without_the_adjustment_has_no_thirds(rules: RuleBook, year: int) -> None:
    frame = rates(year, Measure_479=[0.1, 0.2, 0.3])
    assert with_thirds(frame, rules) is frame


def test_the_survey_is_ranked_by_its_points(rules: RuleBook) -> None:
    """By the mean of its components' points: the first ACO has the highest rates together, and 5.5 points."""
    found = with_thirds(rates(2023, CAHPS_1=[99.0, 85.0, 60.0], CAHPS_2=[85.0, 96.0, 92.0]), rules)
    assert found["third_CAHPS"].tolist() == [2.0, 1.0, 3.0]


def test_the_columns_of_thirds_are_those_of_what_the_adjustment_counts(rules: RuleBook) -> None:
    measures = rules.measures(2024)
    assert measures is not None
    found = subjects(measures, Collection.ECQM, Collection.CQM)
    columns = ["third_001", "third_134", "third_236", "third_CAHPS", "third_479", "third_484"]
    assert [third_of(subject) for subject, _ in found] == columns
    assert [each.name for each in found[0][1]] == ["QualityID_001_eCQM", "QualityID_001_MIPSCQM"]
    assert [len(ways) for _, ways in found] == [2, 2, 2, 9, 1, 1]


BEST = {"third_001": 1.0, "third_134": 1.0, "third_236": 1.0, "third_CAHPS": 1.0, "third_479": 1.0, "third_484": 1.0}
REPORT = {"QualityID_001_eCQM": 9.0, "QualityID_134_MIPSCQM": 90.0, "QualityID_236_eCQM": 80.0, "Measure_479": 0.1}


@pytest.mark.parametrize(
    ("given", "scaler", "reports_all"),
    [
        pytest.param({}, 0.0, False, id="nothing reported"),
        pytest.param(BEST | REPORT, 24.0, True, id="all in the top third"),
        pytest.param(BEST | REPORT | {"third_001": 2.0, "third_CAHPS": 3.0}, 18.0, True, id="one middle, one bottom"),
        pytest.param(dict.fromkeys(BEST, 2.0) | REPORT, 12.0, True, id="all in the middle"),
        pytest.param(dict.fromkeys(BEST, 3.0) | REPORT, 0.0, True, id="all at the bottom"),
        pytest.param(BEST | REPORT | {"third_479": None}, None, True, id="a rate without its third"),
        pytest.param(BEST | REPORT | {"third_484": None}, 20.0, True, id="neither rate nor third"),
        pytest.param(BEST | REPORT | {"QualityID_236_eCQM": None}, 24.0, False, id="a measure not reported"),
        pytest.param({"third_236": 1.0, "third_484": 2.0}, 6.0, False, id="thirds without rates"),
    ],
)
def test_thirds_are_worth_four_two_or_no_points_together(
    points_of: PointsOf, rules: RuleBook, given: dict[str, float], scaler: float | None, reports_all: bool
) -> None:
    frame = pd.DataFrame([given, {}], columns=[*BEST, *REPORT]).astype("float64")
    found = performance_scaler(points_of(2024, frame), rules)
    np.testing.assert_array_equal(found["performance_scaler"], [np.nan if scaler is None else scaler, 0.0])
    assert np.asarray(found["reports_all"]).tolist() == [reports_all, False]


def test_a_year_without_the_adjustment_has_no_scaler(points_of: PointsOf, rules: RuleBook) -> None:
    found = performance_scaler(points_of(2022, pd.DataFrame([BEST | REPORT] * 2)), rules)
    np.testing.assert_array_equal(found["performance_scaler"], [np.nan, np.nan])
    assert np.asarray(found["reports_all"]).tolist() == [False, False]
