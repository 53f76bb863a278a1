"""Numbers come back from a streamed Parquet file as what they stand for."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from aco_cli.outputs.parquet import ParquetStream, _decimals

SCHEMA = pa.schema(
    [
        ("who", pa.string()),
        ("id", pa.string()),
        ("day", pa.date32()),
        ("money", pa.decimal128(18, 2)),
        ("yes", pa.bool_()),
    ]
)
ROWS = {
    "who": (np.array([1, 0, 1]), ["ann", "bob"]),
    "id": np.array([7, 8, 9]),
    "day": np.array([0, -1, 19_000]),
    "money": np.array([-1, 0, 123_456_789]),
    "yes": np.array([True, False, True]),
}


def write(path: Path) -> bytes:
    with closing(ParquetStream(path, SCHEMA)) as stream:
        stream.write(ROWS)
        stream.write(ROWS)
    return path.read_bytes()


def test_columns_have_their_types_and_values(tmp_path: Path) -> None:
    write(tmp_path / "t.parquet")
    table = pq.read_table(tmp_path / "t.parquet")
    assert table.schema.equals(SCHEMA)
    assert table.to_pylist()[:3] == [
        {"who": "bob", "id": "7", "day": date(1970, 1, 1), "money": Decimal("-0.01"), "yes": True},
        {"who": "ann", "id": "8", "day": date(1969, 12, 31), "money": Decimal("0.00"), "yes": False},
        {"who": "bob", "id": "9", "day": date(2022, 1, 8), "money": Decimal("1234567.89"), "yes": True},
    ]
    assert pq.ParquetFile(tmp_path / "t.parquet").num_row_groups == 2


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "one.parquet") == write(tmp_path / "two.parquet")


@given(st.lists(st.integers(-(10**18) + 1, 10**18 - 1)))
def test_whole_numbers_become_decimals_exactly(cents: list[int]) -> None:
    found = _decimals(np.array(cents, dtype=np.int64), pa.decimal128(18, 2)).to_pylist()
    assert found == [Decimal(number).scaleb(-2) for number in cents]
