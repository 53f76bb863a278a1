"""What a call takes as data: frames however they are typed, and nothing that is no table."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import numpy as np
import pandas as pd
import pytest

import aco_cli as aco

NUMBERS = {"assigned_beneficiaries": [9000, 9000, 9000], "benchmark_total": [95e6, 96e6, 97e6]}
FRAME = pd.DataFrame(
    {"aco_id": ["417", "A2002", "A2003"], "program": "mssp", "track": "track-1"}
    | NUMBERS
    | {"expenditure_total": [90e6, 95e6, 99e6], "quality_score": [0.9, 0.8, np.nan]}
)
SETTLED = [2205000.0, 0.0, 0.0]


def settlements(data: Any) -> list[float]:
    return list(aco.settle(data, 2015).table["settlement"])


def of_objects(*cells: object) -> pd.Series[Any]:
    return pd.Series(cells, dtype=object)


@pytest.mark.parametrize(
    "columns",
    [
        {"aco_id": of_objects(417, "A2002", "A2003")},
        {"benchmark_total": of_objects(95_000_000, "96,000,000", np.float64(97e6))},
        {"quality_score": of_objects(0.9, "80%", None)},
        {"initial_start": of_objects(pd.Timestamp("2012-07-01"), "2013-01-01", dt.date(2013, 1, 1))},
        {"quality_reported": of_objects(True, np.bool_(False), np.nan)},
        {"msr_election": of_objects("sliding", 0.02, pd.NA)},
        {"region": of_objects(1, "west", None)},
        {"benchmark_total": pd.Series(NUMBERS["benchmark_total"], dtype=pd.SparseDtype("float64"))},
    ],
    ids=lambda columns: str(*columns),
)
def test_cells_of_several_kinds_are_read_as_in_a_workbook(columns: dict[str, pd.Series[Any]]) -> None:
    assert settlements(FRAME.assign(**columns)) == SETTLED


@pytest.mark.parametrize("kind", ["category", "object", "string"])
def test_frames_of_any_type_settle_alike(kind: str) -> None:
    assert settlements(FRAME.astype(kind)) == SETTLED


def test_names_of_several_levels_are_one_name() -> None:
    frame = FRAME.set_axis(pd.MultiIndex.from_product([[""], FRAME.columns]), axis=1)
    assert settlements(frame) == SETTLED


def test_a_column_twice_is_refused_by_its_places() -> None:
    twice = pd.concat([FRAME, FRAME[["benchmark_total"]]], axis=1)
    with pytest.raises(
        aco.InputError, match="column benchmark_total: expected each column once, found it in columns 5"
    ):
        settlements(twice)


def test_a_cell_that_is_no_value_is_named() -> None:
    with pytest.raises(aco.InputError, match="row 3, column region: expected text, a number or a date, found a dict"):
        settlements(FRAME.assign(region=of_objects("west", {}, 1)))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ([], "none"),
        (None, "none"),
        ({}, "none"),
        (FRAME.to_dict("records"), "a dict"),
        (5, "a int"),
        (b"x.csv", "a int"),
        (io.BytesIO(b"aco_id"), "a bytes"),
        ([FRAME, 7], "a int"),
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_is_no_table_is_refused(data: Any, found: str) -> None:
    with pytest.raises(aco.UsageError, match=f"expected a? ?paths? or (a )?DataFrames?, found {found}"):
        settlements(data)
