"""A table as read, before any contract is applied."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aco_cli.inputs.remarks import Remark

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# The header is looked for in so many rows.
TOP = 30
_EXACT = 2**53


@dataclass(frozen=True)
class RawTable:
    """Columns by their place in the header, and each row's number as a spreadsheet counts (header = row 1).

    Columns of text files are text and never null; those of Parquet keep their type. `faults` are cells by place and
    row number that hold no value though they are not blank: errors of a spreadsheet, formulas that were never computed.
    """

    file: str
    columns: dict[int, pa.ChunkedArray]
    rows: Rows
    faults: Mapping[int, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """The header of a table: names of columns, and the number of the row that it ends with."""

    names: tuple[str, ...]
    row: int


@dataclass(frozen=True)
class Sheet:
    """An opened file, or a sheet of a workbook: its first rows, and what reads the columns at places of a header.

    `top` holds text, header and what may stand above it; `read` also takes the layout's encoding, for text that is not
    UTF-8. Raises InputError for what is no table. `title` is the name of the sheet.
    """

    file: str
    top: Sequence[Sequence[str]]
    read: Callable[[Head, Sequence[int], str], RawTable]
    title: str = ""
    remarks: tuple[Remark, ...] = ()

    def heads(self) -> Iterator[Head]:
        """What may be the header: each row that is not blank; then two rows, the upper one naming groups of columns."""
        rows: list[tuple[list[str], int]] = []
        for number, row in enumerate(self.top, start=1):
            if any(names := list(map(heading, row))):
                rows.append((names, number))
                yield Head(tuple(names), number)
        for (upper, first), (lower, second) in pairwise(rows):
            if second == first + 1:
                for groups in (upper, list(_filled(upper, len(lower)))):
                    pairs = zip_longest(groups, lower, fillvalue="")
                    yield Head(tuple(f"{group} {name}".strip() for group, name in pairs), second)


def _filled(groups: Sequence[str], width: int) -> Iterator[str]:
    """Names of groups of columns, each over all columns of its group."""
    last = ""
    for name in [*groups, *[""] * (width - len(groups))]:
        last = name or last
        yield last


def heading(cell: str) -> str:
    """The name of a column, without space around it and with single spaces in it."""
    return " ".join(cell.strip("\ufeff\u200b").split())


def text_of(cell: object) -> str:
    """A cell as text: 12345.0 is the number 12345, dates are ISO, true and false are words."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(float(cell))
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def mask_of(cells: Any) -> Mask:
    """Arrow true/false without nulls as a numpy mask."""
    return np.asarray(cells.to_numpy(zero_copy_only=False), dtype=bool)


def without(table: RawTable, rows: Mask) -> RawTable:
    """A table without some of its rows."""
    if not rows.any():
        return table
    kept = {place: column.filter(pa.array(~rows)) for place, column in table.columns.items()}
    return RawTable(table.file, kept, table.rows[~rows], table.faults)


def is_blank(column: Any) -> Mask:
    """Which cells of a column hold nothing."""
    if pa.types.is_string(column.type):
        return mask_of(pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True))
    return mask_of(pc.is_null(column))
