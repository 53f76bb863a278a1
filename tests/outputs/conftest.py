"""A small frame as the engine hands it over, with every unit and every awkward value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aco_cli.outputs.columns import OutputColumn, Unit

COLUMNS = [
    OutputColumn("aco_id", Unit.TEXT, "ACO", 0),
    OutputColumn("aco_name", Unit.TEXT, "Name", 6),
    OutputColumn("performance_year", Unit.INTEGER, "Year", 7),
    OutputColumn("assigned_beneficiaries", Unit.INTEGER, "Assigned beneficiaries", 5, total=True),
    OutputColumn("benchmark_total", Unit.USD, "Benchmark", 4, total=True),
    OutputColumn("savings_rate", Unit.FRACTION, "Savings rate", 3),
    OutputColumn("outcome", Unit.TEXT, "Outcome", 2),
    OutputColumn("quality_standard_met", Unit.BOOLEAN, "Quality met", 8),
    OutputColumn("initial_start", Unit.DATE, "Start", 9),
    OutputColumn("settlement", Unit.USD, "Settlement", 1, total=True),
    OutputColumn("notes", Unit.TEXT, "Notes", 10),
]


@pytest.fixture
def columns() -> list[OutputColumn]:
    return list(COLUMNS)


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "aco_id": pd.Series(["00123", "A2", "A3", "A4"], dtype="str"),
            "aco_name": pd.Series(['Say "Ah", Inc.', "NA", "=1+1", ""], dtype="str"),
            "performance_year": np.array([2014, 2014, 2014, 2014], dtype=np.int64),
            "assigned_beneficiaries": [5333.0, 12345.0, np.nan, 60000.0],
            "benchmark_total": [14455937.7, 200000000.125, 1.005, np.nan],
            "savings_rate": [0.0385, 1.0, -0.1234567890123, np.nan],
            "outcome": pd.Categorical(["earned", "owed", "not-calculable", "below-msr"]),
            "quality_standard_met": [1.0, 0.0, np.nan, 1.0],
            "initial_start": pd.to_datetime(["2013-01-01", None, "2012-04-01", "2014-12-31"]),
            "settlement": [1234567.285, -0.5, np.nan, -0.001],
            "notes": pd.Series(["", "line one\nline two\ttabbed", "pipe | slash \\", ""], dtype="str"),
        }
    )
