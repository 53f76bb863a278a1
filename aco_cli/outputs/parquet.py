"""Parquet with proper types: text, int64, float64, bool and date32, null where missing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from aco_cli.outputs import cells
from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.rounding import Floats


def render_parquet(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool, excel_safe: bool) -> bytes:
    """Return the columns as a Parquet file; `excel_safe` means nothing here."""
    arrays = [_array(frame[column.name], column, exact=exact) for column in columns]
    table = pa.Table.from_arrays(arrays, names=[column.name for column in columns])
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


def _array(series: pd.Series[Any], column: OutputColumn, *, exact: bool) -> pa.Array:
    match column.unit:
        case Unit.TEXT:
            return cells.text(series).cast(pa.string())
        case Unit.BOOLEAN:
            return cells.flags(series)
        case Unit.DATE:
            return cells.days(series)
        case Unit.INTEGER:
            return _integers(cells.numbers(series))
        case _:
            values = cells.amounts(series, column, exact=exact)
            return pa.array(values, mask=np.isnan(values))


def _integers(values: Floats) -> pa.Array:
    """Return int64, or float64 if a value is not whole: a file's data is never altered to fit a type."""
    missing = np.isnan(values)
    whole = missing | ((np.trunc(values) == values) & (np.abs(values) < cells.LARGEST_INTEGER))
    if not whole.all():
        return pa.array(values, mask=missing)
    return pa.array(np.where(missing, 0.0, values).astype(np.int64), mask=missing)
