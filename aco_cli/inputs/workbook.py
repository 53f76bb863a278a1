"""Workbooks: every cell as the text that it stands for on screen, and the cells that stand for nothing."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.grid import grid_sheet
from aco_cli.inputs.problems import damaged
from aco_cli.inputs.raw import TOP, Sheet, text_of
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.source import READABLE, FileContent
from aco_cli.inputs.workbook_cells import NumberFormat, SpecialCells, WorkbookParts

# Reports of CMS have less than a tenth of these bytes; a larger workbook is not opened twice.
_REPORT = 1_000_000


def workbook_sheets(source: FileContent, wanted: str = "") -> list[Sheet]:
    """The sheets that are shown and not empty, or the one named. Raises InputError for a damaged or empty workbook."""
    file = source.file
    try:
        is_zip = is_zipfile(io.BytesIO(source.data))
        parts = WorkbookParts.of(file, source.data) if is_zip else None
        if is_zip and parts is None:
            # Its reader tells neither errors of cells nor how far a sheet reaches before it makes room for it.
            raise InputError([Problem(file, READABLE, "another kind of workbook", fix="save it as XLSX")])
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(source.data))
        shown, remarks = _shown(file, workbook, wanted)
        sheets = [_sheet(file, workbook, title, parts, remarks) for title in shown]
    except PasswordError:
        fix = "open it and save it without the password"
        raise InputError([Problem(file, "a workbook to read", "one protected by a password", fix=fix)]) from None
    except (CalamineError, OSError, LookupError, ValueError) as error:
        raise damaged(file, "XLSX", error) from None
    sheets = [sheet for sheet in sheets if any(map(any, sheet.top))]
    if not sheets:
        raise InputError([Problem(file, "a table in a sheet", "an empty sheet")])
    return sheets


def first_texts(file: str) -> list[str]:
    """What stands at the left of the first rows of each sheet; nothing of a large file, or one that is no workbook."""
    try:
        if Path(file).stat().st_size > _REPORT:
            return []
        data = Path(file).read_bytes()
        parts = WorkbookParts.of(file, data)
        if parts is None:
            return []
        for title in parts.sheets:
            parts.special_cells(title)  # refuses a sheet that the reader would allocate too much for
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [workbook.get_sheet_by_name(each.name) for each in workbook.sheets_metadata]
        return [str(row[0]) for sheet in sheets for row in sheet.to_python(nrows=TOP) if row]
    except (CalamineError, InputError, OSError, LookupError, ValueError):
        return []


def _shown(file: str, workbook: CalamineWorkbook, wanted: str) -> tuple[list[str], tuple[Remark, ...]]:
    """The names of the sheets to look at, and what is to be told about the others."""
    tables = [each for each in workbook.sheets_metadata if each.typ is SheetTypeEnum.WorkSheet]
    if wanted:
        titles = [each.name for each in tables if each.name.casefold() == wanted.casefold()]
        if not titles:
            held = ", ".join(each.name for each in tables)
            raise InputError([Problem(file, f"a sheet named {wanted!r}", f"the sheets {held}", fix="use one of them")])
        return titles, ()
    hidden = [each.name for each in tables if each.visible is not SheetVisibleEnum.Visible]
    titles = [each.name for each in tables if each.name not in hidden]
    text = f"{file}: hidden sheet {', '.join(hidden)} not read; --sheet NAME reads it"
    return titles, (Remark(text, "hidden_sheet", is_note=True),) if hidden else ()


def _sheet(
    file: str, workbook: CalamineWorkbook, title: str, parts: WorkbookParts | None, remarks: tuple[Remark, ...]
) -> Sheet:
    if parts:
        special = parts.special_cells(title)
    else:
        special = SpecialCells()
        text = f"{file}: errors and number formats of cells cannot be seen in this kind of workbook; save it as XLSX"
        remarks = (*remarks, Remark(text, "old_workbook"))
    if parts and parts.has_superscripts:
        text = f"{file}: superscripts in cells, as of footnotes, are read as a part of what they stand at"
        remarks = (*remarks, Remark(text, "superscript"))
    if special.hidden_rows:
        many = "1 hidden row" if special.hidden_rows == 1 else f"{special.hidden_rows:,} hidden rows"
        text = f"{file}: {many} of sheet {title} read too"
        remarks = (*remarks, Remark(text, "hidden_rows"))
    cells = workbook.get_sheet_by_name(title).to_python(skip_empty_area=False)
    rows = [list(map(text_of, row)) for row in cells]
    for (row, place), form in special.formats.items():
        rows[row - 1][place] = _as_shown(cells[row - 1][place], form)
    return grid_sheet(file, rows, title, remarks, special.faults)


def _as_shown(cell: Any, form: NumberFormat) -> str:
    """A number as its format shows it: 0.8991 as 89.91%, 417 as 00417; without rounding."""
    if not isinstance(cell, int | float):
        return text_of(cell)
    if form.is_percent:
        return f"{Decimal(repr(cell)).scaleb(2).normalize():f}%"
    text = text_of(cell)
    return form.prefix + text.zfill(form.digits) if text.isdecimal() else text
