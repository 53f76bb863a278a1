from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter

Sheets = Mapping[str, Sequence[Sequence[object]]]
Book = Callable[..., str]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Writes a workbook of these sheets and gives its path; a text such as `#REF!` becomes that error."""

    def write(sheets: Sheets, name: str = "report.xlsx") -> str:
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"in_memory": True}) as workbook:
            for title, rows in sheets.items():
                sheet = workbook.add_worksheet(title)
                for at, row in enumerate(rows):
                    sheet.write_row(at, 0, row)
                    for place, cell in enumerate(row):
                        if str(cell).startswith("#"):
                            sheet.write_formula(at, place, "=X!A1", None, cell)
        return str(path)

    return write
