"""XLSX workbooks: the first sheet, every cell as the text it stands for."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.problems import damaged, no_rows
from aco_cli.inputs.raw import RawTable
from aco_cli.inputs.source import Source

_EXACT = 2**53


class WorkbookSheet:
    """The first sheet of one workbook. A cell with a spreadsheet error (#N/A) counts as blank."""

    def __init__(self, source: Source) -> None:
        self.file = source.file
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(source.data))
            cells = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
        except (CalamineError, OSError, IndexError) as error:
            raise damaged(self.file, "XLSX", error) from None
        above = next((at for at, row in enumerate(cells) if any(map(_text_of, row))), None)
        if above is None:
            raise InputError([Problem(self.file, expected="a table in the first sheet", found="an empty sheet")])
        self.header = [_text_of(cell).strip() for cell in cells[above]]
        self._cells = cells[above + 1 :]
        self._first_row = above + 2

    def read(self, wanted: Sequence[int], encoding: str) -> RawTable:
        """Read the columns at these places as text."""
        if not any(_text_of(cell) for row in self._cells for cell in row):
            raise no_rows(self.file)
        columns = {
            place: pa.chunked_array([[_text_of(row[place]) for row in self._cells]], type=pa.string())
            for place in wanted
        }
        rows = np.arange(self._first_row, self._first_row + len(self._cells), dtype=np.int64)
        return RawTable(self.file, columns, rows)


def _text_of(cell: object) -> str:
    """A cell as text: 12345.0 is the number 12345, dates are ISO, true and false are words."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, dt.date | dt.datetime):
        return cell.isoformat()
    return str(cell)
