"""Parquet carries proper types, so that nothing has to be guessed on reading."""

from __future__ import annotations

import datetime
import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.emit import render
from aco_cli.outputs.formats import Format


def test_schema(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    schema = pq.read_schema(io.BytesIO(render(frame, columns, Format.PARQUET)))
    assert schema.names == [column.name for column in columns]
    assert schema.types == [
        pa.string(),
        pa.string(),
        pa.int64(),
        pa.int64(),
        pa.float64(),
        pa.float64(),
        pa.string(),
        pa.bool_(),
        pa.date32(),
        pa.float64(),
        pa.string(),
    ]
    assert schema.metadata is None


def test_values_with_missing_as_null(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    table = pq.read_table(io.BytesIO(render(frame, columns, Format.PARQUET)))
    assert table["assigned_beneficiaries"].to_pylist() == [5333, 12345, None, 60000]
    assert table["settlement"].to_pylist() == [1234567.29, -0.5, None, 0.0]
    assert table["quality_standard_met"].to_pylist() == [True, False, None, True]
    assert table["aco_name"].to_pylist() == ['Say "Ah", Inc.', "NA", "=1+1", None]
    assert table["initial_start"].to_pylist()[:2] == [datetime.date(2013, 1, 1), None]


def test_the_schema_does_not_depend_on_the_rows(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    full = pq.read_schema(io.BytesIO(render(frame, columns, Format.PARQUET)))
    assert pq.read_schema(io.BytesIO(render(frame.head(0), columns, Format.PARQUET))) == full
    assert pq.read_schema(io.BytesIO(render(frame.iloc[[3]], columns, Format.PARQUET))) == full


def test_exact_keeps_money_unrounded(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    table = pq.read_table(io.BytesIO(render(frame, columns, Format.PARQUET, exact=True)))
    assert table["settlement"].to_pylist()[0] == 1234567.285


def test_a_fractional_count_is_not_truncated() -> None:
    columns = [OutputColumn("n", Unit.INTEGER, "n", 0)]
    table = pq.read_table(io.BytesIO(render(pd.DataFrame({"n": [1.0, 2.5]}), columns, Format.PARQUET)))
    assert table["n"].to_pylist() == [1.0, 2.5]


def test_a_changed_byte_of_a_page_is_noticed(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    """Pages have checksums, and `aco` verifies them."""
    rows = pd.concat([frame] * 50, ignore_index=True)
    data = render(rows, columns, Format.PARQUET)
    place = columns.index(next(column for column in columns if column.unit is Unit.USD))
    held = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(place)
    end = held.data_page_offset + held.total_compressed_size
    for at in range(end - 60, end - 20, 4):
        changed = bytearray(data)
        changed[at] ^= 1
        with pytest.raises((OSError, pa.ArrowException)):
            pq.read_table(io.BytesIO(changed), page_checksum_verification=True)
