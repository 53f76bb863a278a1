"""Speed of quality scoring as a ratio: scoring ACO-years against pandas reading them from Parquet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from aco_cli.engine.quality.score import score
from aco_cli.rules.book import RuleBook

ROWS = 100_000
GOAL = 2.5
YEAR = 2018


def synthetic_rates(rows: int = ROWS, year: int = YEAR) -> pd.DataFrame:
    """ACO-years with rates spread over all cuts of a year's measures, a few of them blank."""
    random = np.random.default_rng(2018)
    measures = RuleBook().measures(year)
    if measures is None:
        raise ValueError(f"no measures of {year}")
    columns: dict[str, object] = {
        "aco_id": pd.Series(np.arange(rows), dtype="int64").astype("str").str.zfill(8),
        "performance_year": np.full(rows, year),
        "agreement_start": pd.to_datetime(random.choice(["2013-01-01", "2016-01-01", "2018-01-01"], rows)),
        "agreement_period": random.choice([1.0, 2.0], rows),
        "disaster_affected": random.choice([0.0, 1.0], rows, p=[0.9, 0.1]),
    }
    for name, measure in measures.measures.items():
        steps = measure.cuts or measure.deciles or (0.0, 100.0)
        spread = (max(steps) - min(steps)) or 1.0
        rates = np.round(random.uniform(min(steps) - 0.3 * spread, max(steps) + 0.3 * spread, rows).clip(min=0), 2)
        columns[name] = np.where(random.random(rows) < 0.01, np.nan, rates)
    return pd.DataFrame(columns)


def quality_comparison(folder: Path) -> tuple[str, Callable[[], object], Callable[[], object], float]:
    """What is measured, the thing, its yardstick, and the most that their ratio may be."""
    parquet = folder / "rates.parquet"
    frame = synthetic_rates()
    frame.to_parquet(parquet)
    rules = RuleBook()
    name = f"score {ROWS:,} ACO-years / pandas reads them from Parquet"
    return name, lambda: score(frame, rules), lambda: pd.read_parquet(parquet), GOAL
