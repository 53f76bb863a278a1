"""Next year's savings rate: pairs of ACOs by id or name, lines with known residuals, and how they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.next_year import NINETY, Line, backtest, fit, paired, savings_rates
from aco_cli.rules.book import RuleBook

# Both risk models at two rates, each 3 points above and below a line: what is left of a fit is these 3 points.
CORNERS = pd.DataFrame(
    [(x, one_sided, miss) for x in (0.0, 0.2) for one_sided in (0.0, 1.0) for miss in (0.03, -0.03)],
    columns=["x", "one_sided", "miss"],
)
PAIR = CORNERS.assign(y=0.01 + 0.5 * CORNERS["x"] - 0.02 * CORNERS["one_sided"] + CORNERS["miss"])


def test_a_rate_is_intercept_slope_and_what_one_sided_acos_save_more() -> None:
    line = Line(acos=9, intercept=0.01, slope=0.5, one_sided=-0.25, sd=0.03)
    found = line.rate(pd.Series([0.0, 0.5, 0.5]), pd.Series([0.0, 0.0, 1.0]))
    assert found.tolist() == pytest.approx([0.01, 0.26, 0.01])


def test_a_line_is_that_of_least_squares_and_its_deviation_loses_three_degrees_of_freedom() -> None:
    line = fit(PAIR)
    assert line.acos == 8
    assert line[1:] == pytest.approx((0.01, 0.5, -0.02, 0.03 * np.sqrt(8 / 5)))


def test_a_line_is_tried_on_other_pairs() -> None:
    """ACOs of either risk model lie 2.5 points above the line or 1.5 below it; no change misses by up to 8.5 points."""
    line = Line(acos=9, intercept=0.0, slope=1.0, one_sided=0.1, sd=0.02)
    pair = pd.DataFrame({"x": [0.1, 0.1, 0.2, 0.2], "one_sided": [0.0, 1.0, 0.0, 1.0]})
    pair["y"] = line.rate(pair["x"], pair["one_sided"]).add([0.025, -0.015, 0.025, -0.015])
    assert backtest(pair, line) == pytest.approx(
        {
            "acos": 4,
            "rmse": np.sqrt((0.025**2 + 0.015**2) / 2),
            "rmse_persistence": np.sqrt((0.025**2 + 0.085**2) / 2),
            "coverage": 1.0,
        }
    )


@pytest.mark.parametrize(("beyond", "coverage"), [(0.999, 1.0), (1.0, 1.0), (1.001, 0.5)])
def test_the_90_percent_range_includes_its_ends(beyond: float, coverage: float) -> None:
    """1.645 standard deviations to either side."""
    line = Line(acos=9, intercept=0.0, slope=1.0, one_sided=0.0, sd=0.25)
    assert pytest.approx(1.6448536) == NINETY
    pair = pd.DataFrame({"x": [0.0, 0.0], "one_sided": [0.0, 0.0], "y": [-NINETY * 0.25 * beyond, 0.0]})
    assert backtest(pair, line)["coverage"] == coverage


def rates(*rows: tuple[str, str | None, float]) -> pd.DataFrame:
    """Ids, names and rates of ACOs, all one-sided."""
    return pd.DataFrame(rows, columns=["aco_id", "name", "rate"]).assign(one_sided=1.0)


BEFORE = rates(("A", "first", 0.1), ("B", "second", 0.2), ("C", "third", 0.3), ("D", "fourth", 0.4))


@pytest.mark.parametrize(
    ("ids", "pairs"),
    [
        ("ABCD", [(0.1, 0.5), (0.2, 0.6), (0.3, 0.7), (0.4, 0.8)]),
        ("ABC4", [(0.1, 0.5), (0.2, 0.6), (0.3, 0.7)]),
        ("AB34", [(0.1, 0.8), (0.2, 0.7), (0.3, 0.6), (0.4, 0.5)]),
        ("1234", [(0.1, 0.8), (0.2, 0.7), (0.3, 0.6), (0.4, 0.5)]),
    ],
)
def test_acos_are_matched_by_id_where_most_ids_are_the_same_and_else_by_name(
    ids: str, pairs: list[tuple[float, float]]
) -> None:
    """Half of them are too few: ids of both years that happen to be alike."""
    after = rates(*zip(ids, ("fourth", "third", "second", "first"), (0.5, 0.6, 0.7, 0.8), strict=True))
    found = paired(BEFORE, after)
    assert list(zip(found["x"], found["y"], strict=True)) == pairs
    assert found["one_sided"].tolist() == [1.0] * len(pairs)


def test_most_is_of_the_smaller_year() -> None:
    """Two of three ACOs of the second year are known by id, though most of the first are not there."""
    after = rates(("A", None, 0.5), ("B", None, 0.6), ("9", None, 0.7))
    assert paired(BEFORE, after)["y"].tolist() == [0.5, 0.6]


def test_names_that_are_not_told_are_nobodys() -> None:
    before, after = (rates((f"{year}A", None, 0.1), (f"{year}B", "same", 0.2)) for year in (1, 2))
    assert paired(before, after)[["x", "y"]].to_numpy().tolist() == [[0.2, 0.2]]


def row(aco_id: str, track: str, benchmark: float | None, spent: float, **more: Any) -> dict[str, Any]:
    held = {"aco_id": aco_id, "track": track, "benchmark_total": benchmark, "expenditure_total": spent}
    return {**held, "performance_year": 2019, "assigned_beneficiaries": 9_000, **more}


def test_rates_are_by_aco_with_names_without_case_and_marks(canonical) -> None:
    """Half-years count together, by the track of the later; ACOs without a benchmark have no rate."""
    frame = canonical(
        [
            row("A1", "track-1", 100e6, 90e6, aco_name="St. Mary's ACO, LLC"),
            row("A2", "track-1", 60e6, 60e6, months=6, aco_name="Second"),
            row("A2", "basic-e", 40e6, 35e6, months=6, aco_name="Second"),
            row("A3", "enhanced", 50e6, 51e6),
            row("A4", "track-1", None, 50e6, aco_name="Fourth"),
        ]
    )
    found = savings_rates(frame, RuleBook())
    assert found["aco_id"].tolist() == ["A1", "A2", "A3"]
    assert found["rate"].tolist() == pytest.approx([0.1, 0.05, -0.02])
    assert found["one_sided"].tolist() == [1.0, 0.0, 0.0]
    assert found["name"].fillna("none").tolist() == ["stmarysacollc", "second", "none"]
