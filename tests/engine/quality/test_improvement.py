"""Which improvement rewards explain a score."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.compare import compare_scores, explaining
from aco_cli.engine.reconcile import Verdict
from aco_cli.rules.book import RuleBook, scoring

RULES = RuleBook()
STEPS = np.array(RULES.value(scoring(2018), "improvement_steps"), dtype=np.float64)
MAXIMUM = np.array([16.0, 22.0, 16.0, 8.0])
POINTS = np.array([[12.0, 15.0, 11.0, 3.0]])


def score_of(points: np.ndarray, rewards: list[float]) -> np.ndarray:
    return (np.minimum(points + rewards, MAXIMUM) / MAXIMUM).mean(axis=1)


@pytest.mark.parametrize("rewards", [[0.0, 0.0, 0.0, 0.0], [0.48, 1.36, 0.0, 4.0], [4.0, 4.0, 4.0, 4.0]])
def test_the_rewards_that_made_a_score_are_found(rewards: list[float]) -> None:
    score = score_of(POINTS, rewards)
    least, count = explaining(POINTS, MAXIMUM, STEPS, score, np.array([1e-9]))
    assert count[0] >= 1
    np.testing.assert_allclose(score_of(POINTS, least[0].tolist()), score)
    assert least[0].sum() <= sum(rewards) + 1e-9


def test_a_step_beyond_the_maximum_is_not_another_combination() -> None:
    full = MAXIMUM[None, :].copy()
    assert explaining(full, MAXIMUM, STEPS, np.array([1.0]), np.array([0.0]))[1].tolist() == [1]


def test_a_score_below_the_points_is_not_explained() -> None:
    least, count = explaining(POINTS, MAXIMUM, STEPS, np.array([0.2]), np.array([0.00005]))
    assert count.tolist() == [0]
    assert np.isnan(least).all()


def test_many_rows_are_the_same_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aco_cli.engine.quality.compare._BLOCK", 2)
    points = np.repeat(POINTS, 5, axis=0) - np.arange(5)[:, None]
    scores = score_of(points, [0.92, 0.0, 0.48, 0.0])
    least, count = explaining(points, MAXIMUM, STEPS, scores, np.full(5, 1e-9))
    for row in range(5):
        own_least, own_count = explaining(points[[row]], MAXIMUM, STEPS, scores[[row]], np.array([1e-9]))
        assert own_count[0] == count[row]
        np.testing.assert_array_equal(own_least[0], least[row])


def test_a_published_mean_explains_the_score_of_an_affected_aco(make_rates) -> None:  # type: ignore[no-untyped-def]
    low = {f"ACO-{number}": 0.0 for number in (13, 14, 15, 16, 18, 28, 30)}
    rates = make_rates(2018, 2, aco_id=["A", "B"], disaster_affected=[1.0, 0.0], **low)
    published = pd.DataFrame(
        {"aco_id": ["A", "B"], "performance_year": 2018, "quality_score": 0.9268, "quality_score_half_unit": 0.00005}
    )
    compared = compare_scores(published, rates, RULES).set_index("aco_id")
    assert compared.loc["A", "class"] == Verdict.EXACT
    assert compared.loc["B", "class"] == Verdict.UNEXPLAINED


def plainly(points: list[float], maximum: list[float], steps: list[float], score: float, within: float) -> list[object]:
    """Every combination tried: the least rewards and the number of combinations that give a score.

    Of the steps that reach a domain's maximum only the first counts.
    """
    found = []
    for rewards in product(steps, repeat=len(points)):
        rows = list(zip(points, rewards, maximum, strict=True))
        beyond = any(own + steps[steps.index(each) - 1] >= most for own, each, most in rows if each)
        total = sum(min(own + each, most) / most for own, each, most in rows) / len(points)
        if not beyond and abs(total - score) <= within + 1e-12:
            found.append(rewards)
    return [min(found, key=sum, default=(np.nan,) * len(points)), len(found)]


def test_rewards_are_the_least_of_all_combinations_tried_one_by_one() -> None:
    """Points short of, near and at the maximum of three domains; scores with and without a combination behind them."""
    random, steps, maximum = Random(5), [0.0, 0.5, 1.25, 4.0], [16.0, 22.0, 8.0]
    rows = []
    for _ in range(60):
        points = [most - random.choice((0.0, 0.5, 1.0, random.uniform(0, 9))) for most in maximum]
        rewards, miss = [random.choice(steps) for _ in points], random.choice((0.0, 0.0, 0.01, 0.04))
        total = sum(min(own + each, most) / most for own, each, most in zip(points, rewards, maximum, strict=True))
        rows.append((points, total / 3 + miss, random.choice((0.0, 0.00005, 0.03))))
    points, scores, within = map(np.array, zip(*rows, strict=True))
    least, count = explaining(points, np.array(maximum), np.array(steps), scores, within)
    expected = [plainly(own, maximum, steps, score, half) for own, score, half in rows]
    assert count.tolist() == [number for _, number in expected]
    np.testing.assert_array_equal(least, [rewards for rewards, _ in expected])
    assert {0, 1} < set(count.tolist())
