"""Tables that are no text: Parquet files and frames, whose columns keep their types."""

import datetime as dt
from collections.abc import Sequence
from numbers import Number

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.problems import damaged, no_rows
from aco_cli.inputs.raw import Head, RawTable, Sheet, heading, text_of
from aco_cli.inputs.source import FileContent, FrameFile, arrow_buffer


def parquet_sheet(source: FileContent) -> Sheet:
    """The table of a Parquet file. Raises InputError for a damaged one."""
    try:
        table = pq.read_table(pa.BufferReader(arrow_buffer(source.data)), page_checksum_verification=True)
        table.validate(full=True)  # text that is not UTF-8 would only fail when used
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise damaged(source.file, "Parquet", error) from None
    return _typed_sheet(source.file, table)


def frame_sheet(file: FrameFile) -> Sheet:
    """A frame as a table. Raises InputError for columns of objects that are no plain values."""
    frame = file.frame
    names = [" ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame.columns]
    columns = [_array(file, name, frame.iloc[:, place]) for place, name in enumerate(names)]
    return _typed_sheet(file, pa.Table.from_arrays(columns, names))


def _array(file: str, name: str, cells: pd.Series) -> pa.Array:
    try:
        return pa.array(cells, from_pandas=True)
    except (pa.ArrowException, TypeError, OverflowError):  # of several kinds, as a workbook's: each cell as text
        known = cells.astype(object).mask(cells.isna(), "")
    for row, cell in enumerate(known, start=2):
        if not isinstance(cell, str | Number | dt.date | np.bool_):
            raise InputError([Problem(file, "text, a number or a date", f"a {type(cell).__name__}", row, name)])
    return pa.array(map(text_of, known), pa.string())


def _typed_sheet(file: str, table: pa.Table) -> Sheet:
    header = [heading(str(name)) for name in table.column_names]

    def read(_head: Head, wanted: Sequence[int], _encoding: str) -> RawTable:
        if not table.num_rows:
            raise no_rows(file)
        columns = {place: _plain(file, header[place], table.column(place)) for place in wanted}
        return RawTable(file, columns, np.arange(2, table.num_rows + 2, dtype=np.int64))

    return Sheet(file, [header], read)


def _plain(file: str, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers and floats as they are, all else as text. Raises InputError for lists and the like."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_integer(column.type) or pa.types.is_float64(column.type):
        return column
    try:
        return column.cast(pa.string())
    except pa.ArrowException:
        found = f"Parquet type {column.type}"
        raise InputError([Problem(file, "text, numbers or dates", found, None, name)]) from None
