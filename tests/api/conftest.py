"""What the tests of reports share: a workbook of CMS's layout, changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

Sheets = dict[str, list[list[object]]]
Change = Callable[[Sheets], object]


@pytest.fixture
def rewritten(tmp_path: Path) -> Callable[..., Path]:
    """Gives a copy of a workbook with its cells changed, under its own name or another."""

    def write(original: Path, change: Change = lambda sheets: None, name: str = "") -> Path:
        book = CalamineWorkbook.from_path(original)
        sheets: Sheets = {
            each: book.get_sheet_by_name(each).to_python(skip_empty_area=False) for each in book.sheet_names
        }
        change(sheets)
        path = tmp_path / (name or original.name)
        with xlsxwriter.Workbook(path) as copy:
            for title, rows in sheets.items():
                sheet = copy.add_worksheet(title)
                for at, row in enumerate(rows):
                    sheet.write_row(at, 0, row)
        return path

    return write
