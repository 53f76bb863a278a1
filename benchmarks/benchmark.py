"""Speed of benchmarks as a ratio: computing those of ACO-years against pandas reading expenditures from Parquet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from aco_cli.engine.benchmark.compute import benchmark
from aco_cli.rules.book import RuleBook

ACO_YEARS = 100_000
GOAL = 2.5
YEAR = 2022
TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
PERIODS = {"BY1": 2016, "BY2": 2017, "BY3": 2018, "PY": YEAR}


def synthetic_expenditures(acos: int = ACO_YEARS) -> pd.DataFrame:
    """Sixteen rows for each ACO, in the order in which `aco expenditures` writes them, all figures given."""
    random = np.random.default_rng(2019)
    rows = acos * len(PERIODS) * len(TYPES)
    period = np.tile(np.repeat(list(PERIODS), len(TYPES)), acos)
    return pd.DataFrame(
        {
            "aco_id": pd.Series(np.repeat(np.arange(acos), len(PERIODS) * len(TYPES))).astype("str").str.zfill(8),
            "performance_year": np.full(rows, YEAR),
            "period": pd.Series(period, dtype="str"),
            "calendar_year": np.tile(np.repeat(list(PERIODS.values()), len(TYPES)), acos),
            "enrollment_type": pd.Series(np.tile(TYPES, acos * len(PERIODS)), dtype="str"),
            "assigned_beneficiaries": random.integers(5_000, 90_000, rows).astype("float64"),
            "person_years": random.uniform(10, 50_000, rows),
            "per_capita_expenditure": random.lognormal(9.3, 0.6, rows),
            "risk_score": random.normal(1, 0.05, rows),
            "regional_expenditure": random.lognormal(9.3, 0.6, rows),
            "national_weight": random.uniform(0, 0.5, rows),
        }
    )


def benchmark_comparison(folder: Path) -> tuple[str, Callable[[], object], Callable[[], object], float]:
    """What is measured, the thing, its yardstick, and the most that their ratio may be."""
    expenditures = synthetic_expenditures()
    parquet = folder / "expenditures.parquet"
    expenditures.to_parquet(parquet)
    ids = pd.Series(np.arange(ACO_YEARS)).astype("str").str.zfill(8)
    roster = pd.DataFrame({"aco_id": ids, "performance_year": YEAR, "agreement_start": pd.Timestamp("2019-07-01"),
                           "agreement_period": 3.0, "regional_period": 1.0})  # fmt: skip
    national = [
        {"performance_year": YEAR, "calendar_year": year, "enrollment_type": kind, "national_expenditure": 10_000.0}
        for year in PERIODS.values()
        for kind in TYPES
    ]
    reference, book = pd.DataFrame(national), RuleBook()
    name = f"benchmarks of {ACO_YEARS:,} ACO-years / pandas reads {len(expenditures):,} rows from Parquet"
    return name, lambda: benchmark(roster, expenditures, reference, book), lambda: pd.read_parquet(parquet), GOAL
