from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.columns import Source, Table
from aco_cli.engine.quality.decile_points import Points
from aco_cli.engine.quality.score import score
from aco_cli.rules.book import RuleBook
from aco_cli.rules.quality import Collection, Measure

RULES = RuleBook()
MakeRates = Callable[..., pd.DataFrame]


def best(measure: Measure) -> float:
    """A rate that earns all points."""
    steps = measure.cuts or measure.deciles
    return steps[-1] if steps else 50.0


def rates_of(year: int, rows: int = 1, **given: Any) -> pd.DataFrame:
    """Rows in which every survey, administrative and Web Interface measure earns all points, but for what is given.

    Where there is no Web Interface, every Medicare CQM does.
    """
    found = RULES.measures(year)
    assert found is not None
    columns: dict[str, Any] = {
        "aco_id": [f"A{row}" for row in range(rows)],
        "performance_year": [year] * rows,
        "performance_year_number": [3.0] * rows,
    }
    used = {each.collection for each in found.measures.values()} - {Collection.ECQM, Collection.CQM}
    used -= {Collection.MEDICARE_CQM} if Collection.WEB_INTERFACE in used else set()
    for name, measure in found.measures.items():
        if measure.collection in used:
            columns[name] = [best(measure)] * rows
    columns |= {name.replace("__", "-"): value for name, value in given.items()}
    frame = pd.DataFrame(
        {name: value if isinstance(value, list) else [value] * rows for name, value in columns.items()}
    )
    numbers = [name for name in frame if frame[name].dtype == object and name != "aco_id"]
    return frame.astype(dict.fromkeys(numbers, "float64"))


@pytest.fixture(scope="session")
def rules() -> RuleBook:
    return RULES


@pytest.fixture(scope="session")
def make_rates() -> MakeRates:
    return rates_of


@pytest.fixture(scope="session")
def points_of(rules: RuleBook) -> Callable[[int, pd.DataFrame], Points]:
    """The points of a table whose rows are all of one year: `points_of(2024, frame)`."""

    def of(year: int, frame: pd.DataFrame) -> Points:
        measures = rules.measures(year)
        assert measures is not None
        return Points(Table(Source(frame), year, np.arange(len(frame))), measures, rules)

    return of


@pytest.fixture(scope="session")
def score_one(make_rates: MakeRates) -> Callable[..., pd.Series]:
    """The scores of one row of a year: `score_one(2014, {"ACO-13": 20.0})`."""

    def of(year: int, given: dict[str, Any] | None = None) -> pd.Series:
        return score(make_rates(year, **(given or {})), RULES).iloc[0]

    return of
