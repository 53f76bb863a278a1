"""Parquet with proper types: text, int64, float64, bool and date32, null where missing; or some rows at a time."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aco_cli.outputs import cells
from aco_cli.outputs.columns import OutputColumn

# A column: whole numbers of its smallest unit (cents, days since 1970), or each row's place in a list of words.
StreamColumn = NDArray[np.int64] | NDArray[np.bool_] | tuple[NDArray[np.int64], Sequence[str]]


def render_parquet(
    frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool, about: Mapping[str, str] | None = None
) -> bytes:
    """Return the columns as a Parquet file, with metadata of the schema that say how it was made."""
    arrays = [cells.typed(frame[column.name], column, exact=exact) for column in columns]
    texts = [array.cast(pa.string()) if array.type == cells.STRING else array for array in arrays]
    file = io.BytesIO()
    table = pa.table(texts, names=[column.name for column in columns])
    pq.write_table(table.replace_schema_metadata(about or None), file, compression="zstd", write_page_checksum=True)
    return file.getvalue()


class ParquetStream:
    """A Parquet file that grows by a row group with each `write`; the same rows give the same bytes.

    `schema` says what the numbers mean: a decimal(18, 2) takes cents, a date days since 1970.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=1,
            store_schema=False,
            store_decimal_as_integer=True,
            write_page_checksum=True,
        )

    def write(self, columns: Mapping[str, StreamColumn]) -> int:
        """Add rows and return how many."""
        rows = pa.table([_array(columns[field.name], field.type) for field in self._schema], schema=self._schema)
        self._writer.write_table(rows)
        return int(rows.num_rows)

    def close(self) -> None:
        """End the file; without it the file cannot be read."""
        self._writer.close()


def _array(column: StreamColumn, kind: pa.DataType) -> pa.Array:
    if isinstance(column, tuple):
        codes, words = column
        return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(words, kind)).dictionary_decode()
    if pa.types.is_decimal(kind):
        return _decimals(column.astype(np.int64), kind)
    if pa.types.is_date(kind):
        return pa.array(column.astype(np.int32)).view(kind)
    return pa.array(column).cast(kind)


def _decimals(numbers: NDArray[np.int64], kind: pa.DataType) -> pa.Array:
    """Whole numbers of the smallest unit as 128-bit decimals, exact: the upper half repeats the sign."""
    halves = np.column_stack([numbers, numbers >> 63])
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(np.ascontiguousarray(halves, dtype="<i8"))])
