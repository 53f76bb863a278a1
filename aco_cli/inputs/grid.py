"""Rows of text as a sheet: what workbooks and JSON become."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from aco_cli.inputs.problems import no_rows
from aco_cli.inputs.raw import TOP, Head, RawTable, Sheet
from aco_cli.inputs.remarks import Remark


def grid_sheet(
    file: str,
    rows: Sequence[Sequence[str]],
    title: str = "",
    remarks: tuple[Remark, ...] = (),
    faults: Mapping[int, Mapping[int, str]] | None = None,
) -> Sheet:
    """Rows of text, the first of them row 1 of a file, as a sheet."""

    def read(head: Head, wanted: Sequence[int], _encoding: str) -> RawTable:
        below = rows[head.row :]
        if not any(map(any, below)):
            raise no_rows(file)
        columns = text_columns(wanted, [[*row, *[""] * (len(head.names) - len(row))] for row in below])
        return RawTable(file, columns, np.arange(head.row + 1, len(rows) + 1, dtype=np.int64), faults or {})

    return Sheet(file, rows[:TOP], read, title, remarks)


def text_columns(wanted: Sequence[int], rows: Sequence[Sequence[str]]) -> dict[int, Any]:
    """Columns of text by their places in rows."""
    return {place: pa.chunked_array([[row[place] for row in rows]], type=pa.string()) for place in wanted}
