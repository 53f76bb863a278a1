"""Sheets in the form of CMS's settlement report: its sheets, letters and order, with our figures in place of CMS's."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from aco_cli.outputs.workbook.styles import Styles, set_page

Cell = tuple[int, int]
Value = float | str | None
# CMS's sign for what does not apply.
NOT_APPLICABLE = "\u2013"
LEGEND = "Blue: given by CMS. Black: recomputed by aco. Marked: not as CMS printed, which the comment shows."
_LABEL_WIDTH, _WIDTH, LINE_HEIGHT = 62, 18, 15


@dataclass(frozen=True)
class Ours:
    """A figure as recomputed or set, and what CMS printed where that is another."""

    value: Value
    printed: Value = None
    differs: bool = False


@dataclass(frozen=True)
class CmsSheet:
    """A sheet of the report as CMS wrote it; by cell, from 0, which figures are given and which are ours."""

    title: str
    rows: Sequence[Sequence[Value]]
    given: Collection[Cell]
    ours: Mapping[Cell, Ours]


def write_cms_sheets(
    workbook: xlsxwriter.Workbook, sheets: Sequence[CmsSheet], styles: Styles, taken: Collection[str]
) -> None:
    """Add the sheets; one whose name is `taken` in this workbook gets `(CMS)` after it."""
    names = {name.lower() for name in taken}
    for sheet in sheets:
        title = f"{sheet.title[:25]} (CMS)" if sheet.title.lower() in names else sheet.title
        _write(workbook.add_worksheet(title), sheet, styles)


def _write(page: Worksheet, sheet: CmsSheet, styles: Styles) -> None:
    page.set_column(0, 0, _LABEL_WIDTH)
    is_table = bool(sheet.given or sheet.ours)
    page.set_column(1, max(map(len, sheet.rows)), _WIDTH if is_table else _WIDTH * 2)
    set_page(page, 0)
    unit = ""
    for row, cells in enumerate(sheet.rows):
        label = str(cells[0]) if cells else ""
        unit = _unit(label) if label.startswith("[") else unit
        page.set_row(row, LINE_HEIGHT * max(1, math.ceil(len(label) / _LABEL_WIDTH)))
        for column, value in enumerate(cells):
            if (row, column) in sheet.given or (row, column) in sheet.ours:
                _write_figure(page, (row, column), sheet.ours.get((row, column)), value, unit, styles)
            elif value not in ("", None):
                page.write(
                    row, column, value, styles(_kind(row, column, label, unit) if is_table or not row else "label")
                )
    if is_table:
        page.write_string(len(sheet.rows) + 1, 0, LEGEND, styles("hint"))


def _kind(row: int, column: int, label: str, unit: str) -> str:
    if row == 0:
        return "title"
    if column:
        return "cell" if unit else "heading_right"
    return "label" if label.startswith("[") or not unit else "step"


def _write_figure(page: Worksheet, cell: Cell, ours: Ours | None, given: Value, unit: str, styles: Styles) -> None:
    value = ours.value if ours else given
    if value is None:
        page.write_string(*cell, NOT_APPLICABLE, styles("line"))
        return
    kind = "given" if ours is None else "differs" if ours.differs else "line"
    page.write(*cell, value, styles(kind, unit if isinstance(value, float) else ""))
    if ours and ours.differs:
        page.write_comment(*cell, f"CMS: {NOT_APPLICABLE if ours.printed is None else ours.printed}")


def _unit(label: str) -> str:
    """The unit of the figures below a label, as CMS writes it in brackets; whole numbers of persons else."""
    return next((unit for word, unit in _UNITS.items() if word in label), "")


_UNITS = {
    "($)": "USD",
    **dict.fromkeys(("(%)", "Proportion", "Weight"), "fraction"),
    "Assigned Beneficiaries": "persons",
    "Person Years": "person-years",
    **dict.fromkeys(("Expenditures", "Benchmark", "Savings", "Losses"), "USD"),
    **dict.fromkeys(("Ratio", "Risk Score", "Factor"), "ratio"),
}
