"""The benchmark of a quarter: worked by hand for four types that differ in everything, and what the guardrail takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aco_cli.engine.members import TYPES
from aco_cli.engine.project import ByType, Growth, guarded_benchmark, updated_benchmark


def by_type(*figures: float) -> ByType:
    return dict(zip(TYPES, figures, strict=True))


# National growth of 1.1, 1.2, 0.9 and 1.0; regional growth of 1.5, 0.8, 1.25 and 1.0.
GROWTH = Growth(
    adjusted=by_type(80_000, 10_000, 16_000, 9_000),
    national=(by_type(100, 10, 10, 5), by_type(110, 12, 9, 5)),
    regional=(by_type(200, 10, 4, 8), by_type(300, 8, 5, 8)),
    national_weight=by_type(0.25, 0.5, 0.75, 1.0),
    person_years=by_type(10, 20, 30, 40),
    trend=None,
    trend_weight=0.0,
)
TREND = by_type(1.2, 1.0, 1.1, 1.05)


def test_types_grow_by_nation_and_region_and_count_by_their_people() -> None:
    """Updates of 1.4, 1.0, 0.9875 and 1.0: 112,000, 10,000, 15,800 and 9,000 dollars."""
    assert updated_benchmark(GROWTH) == pytest.approx(0.1 * 112_000 + 0.2 * 10_000 + 0.3 * 15_800 + 0.4 * 9_000)


def test_the_prospective_trend_counts_with_its_weight() -> None:
    """A quarter of it: updates of 1.35, 1.0, 1.015625 and 1.0125."""
    expected = 0.1 * 108_000 + 0.2 * 10_000 + 0.3 * 16_250 + 0.4 * 9_112.5
    assert updated_benchmark(replace(GROWTH, trend=TREND, trend_weight=0.25)) == pytest.approx(expected)


@pytest.mark.parametrize(("trend", "counts"), [(0.5, 1), (2.0, 0)])
def test_the_guardrail_takes_the_higher_of_two_benchmarks_and_tells_both(trend: float, counts: int) -> None:
    growth = replace(GROWTH, trend=dict.fromkeys(TYPES, trend), trend_weight=0.5)
    found, *both = guarded_benchmark(growth)
    assert both == [updated_benchmark(growth), updated_benchmark(GROWTH)]
    assert found == both[counts] == max(both)
