"""Parquet files and frames; columns keep their types."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.problems import damaged, no_rows
from aco_cli.inputs.raw import RawTable
from aco_cli.inputs.source import FrameFile, Source


def read_parquet(source: Source) -> pa.Table:
    """The table of a Parquet file. Raises InputError for a damaged one."""
    try:
        table = pq.read_table(pa.BufferReader(source.data))
        table.validate(full=True)  # text that is not UTF-8 would only fail when used
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise damaged(source.file, "Parquet", error) from None
    return table


def table_of(file: FrameFile) -> pa.Table:
    """A frame as a table. Raises InputError for columns of objects that are no plain values."""
    try:
        return pa.Table.from_pandas(file.frame, preserve_index=False)
    except pa.ArrowException as error:
        raise InputError([Problem(file, "columns of text, numbers or dates", str(error).splitlines()[0])]) from None


class TypedSheet:
    """A table whose columns have types, of Parquet or a frame."""

    def __init__(self, file: str, table: pa.Table) -> None:
        self.file, self._table = file, table
        self.header = [str(name).strip() for name in table.column_names]

    def read(self, wanted: Sequence[int], encoding: str) -> RawTable:
        """Read the columns at these places; raises InputError for one that does not hold plain values."""
        if not self._table.num_rows:
            raise no_rows(self.file)
        columns = {place: self._plain(place) for place in wanted}
        return RawTable(self.file, columns, np.arange(2, self._table.num_rows + 2, dtype=np.int64))

    def _plain(self, place: int) -> pa.ChunkedArray:
        column = self._table.column(place)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if _is_typed(column.type):
            return column
        try:
            return column.cast(pa.string())
        except pa.ArrowException:
            found = f"Parquet type {column.type}"
            raise InputError([Problem(self.file, "text, numbers or dates", found, None, self.header[place])]) from None


def _is_typed(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_float64(kind))
