"""A table as read, before any contract is applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RawTable:
    """Columns by their place in the header, and each row's number as a spreadsheet counts (header = row 1).

    Columns of text files are text and never null; those of Parquet keep their type.
    """

    file: str
    columns: dict[int, pa.ChunkedArray]
    rows: Rows


class Sheet(Protocol):
    """An opened file: its header first, so that the layout decides which columns are read and how."""

    @property
    def file(self) -> str:
        """The name to show in messages."""

    @property
    def header(self) -> list[str]:
        """Column names as they stand in the file, without space around them."""

    def read(self, wanted: Sequence[int], encoding: str) -> RawTable:
        """Read the columns at these places; `encoding` is the layout's, for text that is not UTF-8."""


def mask_of(cells: Any) -> Mask:
    """Arrow true/false without nulls as a numpy mask."""
    return np.asarray(cells.to_numpy(zero_copy_only=False), dtype=bool)


def without_blank_rows(table: RawTable) -> RawTable:
    """Leave out rows with nothing in any column, as spreadsheets write below their data."""
    columns = list(table.columns.values())
    if not columns or not pc.any(_blank(columns[0])).as_py():
        return table
    blank: Any = _blank(columns[0])
    for column in columns[1:]:
        blank = pc.and_(blank, _blank(column))
    keep = pc.invert(blank)
    kept = {place: column.filter(keep) for place, column in table.columns.items()}
    return RawTable(table.file, kept, table.rows[mask_of(keep)])


def _blank(column: pa.ChunkedArray) -> Any:
    if pa.types.is_string(column.type):
        return pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True)
    return pc.is_null(column)
