"""`--columns` and `--sort`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aco_cli.errors import UsageError
from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.selection import select_columns, sort_rows, with_all


def names(chosen: list[OutputColumn]) -> list[str]:
    return [column.name for column in chosen]


def test_default_columns_when_none_are_named(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    assert select_columns(frame, None, columns, columns[:2]) == columns[:2]


def test_order_as_asked_with_commas_or_singly_each_once(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    chosen = select_columns(frame, ["settlement, aco_id", "settlement", "outcome"], columns, columns)
    assert names(chosen) == ["settlement", "aco_id", "outcome"]
    assert [column.priority for column in chosen] == [0, 1, 2]
    assert chosen[0].unit is Unit.USD


def test_unknown_name_is_refused_with_the_nearest(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    with pytest.raises(UsageError, match=r"--columns: no column 'setlement', did you mean settlement\?"):
        select_columns(frame, ["setlement"], columns, columns)
    with pytest.raises(UsageError, match=r"no column 'zzz', expected one of aco_id, aco_name, .*notes"):
        select_columns(frame, ["zzz"], columns, columns)


def test_an_empty_selection_is_refused(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    with pytest.raises(UsageError, match="--columns: no column given"):
        select_columns(frame, [" ,"], columns, columns)


def test_any_column_of_the_frame_may_be_chosen_with_the_unit_of_its_dtype(columns: list[OutputColumn]) -> None:
    frame = pd.DataFrame(
        {"text": ["a"], "count": [1], "number": [1.5], "flag": [True], "day": pd.to_datetime(["2014-01-01"])}
    )
    chosen = select_columns(frame, list(frame.columns), columns, columns)
    assert [column.unit for column in chosen] == [Unit.TEXT, Unit.INTEGER, Unit.NUMBER, Unit.BOOLEAN, Unit.DATE]


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        (["settlement"], [1, 3, 0, 2]),
        (["-settlement"], [0, 3, 1, 2]),
        (["aco_name"], [2, 1, 0, 3]),
        (["-aco_name"], [0, 1, 2, 3]),
        (["initial_start"], [2, 0, 3, 1]),
        (["-initial_start"], [3, 0, 2, 1]),
        (["outcome"], [3, 0, 2, 1]),
        (["performance_year,-settlement"], [0, 3, 1, 2]),
        (["-quality_standard_met", "-aco_id"], [3, 0, 1, 2]),
        ([], [0, 1, 2, 3]),
    ],
)
def test_sort_with_missing_last_either_way(frame: pd.DataFrame, keys: list[str], order: list[int]) -> None:
    frame.index = pd.Index([7, 7, 7, 7])  # labels play no part
    assert sort_rows(frame, keys)["aco_id"].tolist() == frame["aco_id"].iloc[order].tolist()


def test_sort_is_stable_in_both_directions() -> None:
    frame = pd.DataFrame({"key": np.tile([2.0, 1.0, np.nan], 50), "other": 1.0, "place": range(150)})
    for keys in (["key"], ["-key"], ["-key", "other"], ["other", "key"]):
        ordered = sort_rows(frame, keys)
        assert all(places.is_monotonic_increasing for _, places in ordered.groupby("key", dropna=False)["place"])


def test_unknown_sort_key_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(UsageError, match="--sort: no column 'outcom', did you mean outcome"):
        sort_rows(frame, ["-outcom"])


def test_a_column_that_the_frame_lacks_is_missing_throughout(columns: list[OutputColumn]) -> None:
    full = with_all(pd.DataFrame({"aco_id": ["A1"]}), columns)
    assert full["notes"].tolist() == [""]
    assert full[["settlement", "quality_standard_met", "initial_start"]].isna().all(axis=None)
