"""The chart and page of a projection: every ACO that can be projected is on them, in the colors of the page."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aco_cli.outputs.colors import COLORS

pytest.importorskip("altair", reason="needs the extra aco-cli[report]")
render_projection = pytest.importorskip("aco_cli.outputs.projection").render_projection
LACKING = "not-calculable: ACPT"


def row(aco_id: str, delivery: str, *, is_latest: bool, benchmark: float | None = 15_000.0) -> dict[str, Any]:
    known = {
        **{"updated_benchmark": benchmark, "savings_rate": 0.04, "msr": 0.02, "mlr": 0.02},
        **{"outcome": "earned", "settlement": 1e6, "settlement_p05": 0.0, "settlement_p95": 2e6},
        **{"probability_earn": 0.9, "probability_owe": 0.0, "notes": ""},
    }
    lacking = {**dict.fromkeys(known), "outcome": "not-calculable", "notes": LACKING}
    return {
        **{"aco_id": aco_id, "performance_year": 2025, "quarter": "Q1", "benchmark_delivery": delivery},
        **{"is_latest": is_latest, "expenditure_per_capita": 14_400.0},
        **(lacking if benchmark is None else known),
    }


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Two ACOs: the latest delivery of the second cannot be projected."""
    rows = [
        row("A1", "250314", is_latest=False, benchmark=14_900.0),
        row("A1", "250618", is_latest=True),
        row("A2", "250314", is_latest=False),
        row("A2", "250618", is_latest=True, benchmark=None),
    ]
    frame = pd.DataFrame(rows)
    numbers = frame.columns.difference(["aco_id", "quarter", "benchmark_delivery", "is_latest", "outcome", "notes"])
    return frame.astype(dict.fromkeys(numbers, "float64") | {"performance_year": "int64"})


@pytest.fixture(scope="module")
def page(table: pd.DataFrame) -> str:
    return render_projection(table, "p.html", ["of all"], "Made by aco.").decode()


def test_each_aco_is_drawn_by_the_latest_delivery_that_can_be_projected(table: pd.DataFrame, page: str) -> None:
    for text in (page, render_projection(table, "p.svg", [], "Made by aco.").decode()):
        assert "As of Q1 2025, A1 spends 4.0% less" in text
        assert "As of Q1 2025 by the benchmark report of 250314, A2 spends 4.0% less" in text
        assert "A2, 2025: benchmark and spending by quarter" in text
        assert text.count(">A1, 2025: benchmark and spending by quarter<") == 1
        assert "14,900" not in text.partition("By quarter")[0]


def test_notes_say_of_which_aco_they_are_and_none_is_empty(page: str) -> None:
    notes = page.partition("<h2>Notes</h2>")[2].partition("</ul>")[0]
    assert notes.count("<li>") == 2
    assert f"<li>A2, Q1 2025, delivery 250618: {LACKING}</li>" in notes


def test_the_chart_of_the_page_has_the_colors_of_the_page(table: pd.DataFrame, page: str) -> None:
    drawn = page.partition("<svg")[2].partition("</svg>")[0]
    assert not [color for color in COLORS.values() if color in drawn]
    assert '"var(--ink)"' in drawn
    assert COLORS["ink"] in render_projection(table, "p.svg", [], "").decode()
