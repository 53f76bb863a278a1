"""A table as read, before any contract is applied."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Sheet:
    """An opened file: its name in messages, its header, and what reads the columns at some places of the header.

    `read` also takes the layout's encoding, for text that is not UTF-8. Raises InputError for what is no table.
    """

    file: str
    header: list[str]
    read: Callable[[Sequence[int], str], RawTable]


def heading(cell: str) -> str:
    """The name of a column, without space around it and with single spaces in it."""
    return " ".join(cell.split())


def text_columns(wanted: Iterable[int], cell: Callable[[Any, int], str], rows: Sequence[Any]) -> dict[int, Any]:
    """Columns of text by their places, of rows from which `cell` takes the text at a place."""
    return {place: pa.chunked_array([[cell(row, place) for row in rows]], type=pa.string()) for place in wanted}


def mask_of(cells: Any) -> Mask:
    """Arrow true/false without nulls as a numpy mask."""
    return np.asarray(cells.to_numpy(zero_copy_only=False), dtype=bool)


def without_blank_rows(table: RawTable) -> RawTable:
    """Leave out rows with nothing in any column, as spreadsheets write below their data."""
    blank: Any = True
    for column in table.columns.values():
        blank = pc.and_(blank, _blank(column))
        if not pc.any(blank).as_py():
            return table
    keep = pc.invert(blank)
    kept = {place: column.filter(keep) for place, column in table.columns.items()}
    return RawTable(table.file, kept, table.rows[mask_of(keep)])


def _blank(column: pa.ChunkedArray) -> Any:
    if pa.types.is_string(column.type):
        return pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True)
    return pc.is_null(column)
