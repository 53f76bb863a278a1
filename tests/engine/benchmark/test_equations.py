"""Benchmarks as equations in trend factors, and what rounding does to them: two ACOs worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.benchmark.calibrate import HISTORICAL
from aco_cli.engine.benchmark.compute import eras
from aco_cli.engine.benchmark.equations import KINDS, Equations, spread
from aco_cli.rules.book import RuleBook

ONES = np.ones(8)


@pytest.fixture
def frame() -> pd.DataFrame:
    """Risk scores of 1 and 1,000 person years a type in two ACOs that start in 2016.

    One in its first agreement, of $10,000; one in its second, of $9,000 and $100 of savings before, without ESRD.
    """
    columns = {
        "agreement_start": pd.to_datetime(["2016-01-01"] * 2),
        "agreement_period": [1.0, 2.0],
        "published_benchmark": [10_001.0, 9_098.0],
        "prior_savings_per_capita": [0.0, 100.0],
    }
    for kind in KINDS:
        columns[f"person_years_by3_{kind}"] = [1_000.0, 0.0 if kind == "esrd" else 1_000.0]
        for year in ("by1", "by2", "by3"):
            columns |= {f"per_capita_{year}_{kind}": [10_000.0, 9_000.0], f"risk_score_{year}_{kind}": [1.0, 1.0]}
    return pd.DataFrame(columns)


def equations(frame: pd.DataFrame, book: RuleBook) -> Equations:
    return Equations(HISTORICAL, frame, eras(frame, book)[0])


def test_slopes_are_dollars_per_factor_and_targets_what_is_left_of_the_published(frame, book) -> None:
    """Of weights of 10, 30 and 60 percent and four types alike; of thirds and three types."""
    found = equations(frame, book)
    assert found.slopes == pytest.approx(np.array([[250] * 4 + [750] * 4, ([0] + [1_000] * 3) * 2]))
    assert found.target == pytest.approx([10_001 - 6_000, 9_098 - 3_100])
    assert found.usable.tolist() == [True, True]


@pytest.mark.parametrize("name", ["per_capita_by2_disabled", "published_benchmark"])
def test_an_aco_without_a_figure_is_not_used(frame, book, name) -> None:
    frame.loc[1, name] = np.nan
    assert equations(frame, book).usable.tolist() == [True, False]


def test_benchmarks_are_recomputed_for_one_set_of_factors_or_several(frame, book) -> None:
    """A factor more is its slope more; a figure moved counts in place of the published one."""
    found = equations(frame, book)
    assert found.recompute(ONES) == pytest.approx([10_000, 9_100])
    both = found.recompute(np.stack([ONES, ONES * 1.5]))
    assert both == pytest.approx(np.array([[10_000, 9_100], [12_000, 12_100]]))
    moved = found.recompute(ONES, {"per_capita_by1_aged_dual": np.array([[10_004.0, 9_000.0], [10_000.0, 9_009.0]])})
    assert moved == pytest.approx(np.array([[10_000.1, 9_100], [10_000, 9_101]]))


def test_printed_figures_are_half_a_unit_off_at_most_and_those_of_nobody_are_exact(frame, book) -> None:
    half_units = equations(frame, book).half_units
    assert len(half_units) == 2 * 3 * 4 + 4 + 1
    for name, held in half_units.items():
        half = 0.0005 if name.startswith("risk_score") else 0.5
        nobody = {"person_years_by3_esrd": [half, 0.0], "prior_savings_per_capita": [0.0, half]}
        assert held.tolist() == nobody.get(name, [half, half]), name


def test_what_rounding_can_do_at_most_and_as_a_standard_deviation(frame, book) -> None:
    """Half person years do nothing between types alike; half a dollar of the published benchmark comes on top."""
    bound, noise = equations(frame, book).rounding(ONES)
    ratio = 1.0005 / 0.9995
    first = 10_000.5 * (0.4 * ratio + 0.6) - 10_000
    second = 9_000.5 * (2 * ratio + 1) / 3 - 9_000
    assert bound == pytest.approx([first + 0.5, second + 0.5 + 0.5])
    down = 1 / 1.0005 - 1
    of_types = np.array(
        [
            [0.1 * 0.5, 0.3 * 0.5, 0.6 * 0.5, 1_000 * down, 3_000 * down, 4_000 * 0.0005],
            [0.5 / 3, 0.5 / 3, 0.5 / 3, 3_000 * down, 3_000 * down, 6_000 * 0.0005],
        ]
    )
    # Four types that count a quarter each, three that count a third; the published dollars, and those of savings.
    variance = (of_types**2).sum(axis=1) * [1 / 4, 1 / 3] + 0.5**2 * np.array([1, 2])
    assert noise == pytest.approx(np.sqrt(variance / 3))


def test_independent_errors_add_up_by_their_squares() -> None:
    assert spread(np.array([[3.0, 4.0], [0.0, -5.0], [8.0, 15.0]])).tolist() == [5, 5, 17]
