"""The first sheet of the workbook of one ACO: its answer, its lines and how it compares, on one printed page."""

import math
from collections.abc import Mapping, Sequence

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from aco_cli.engine.lines.row import Row
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.outputs.one_aco import OneAco
from aco_cli.outputs.phrases import OUTCOME_WORDS, ROUNDED
from aco_cli.outputs.workbook.excel import NOTHING
from aco_cli.outputs.workbook.front_charts import insert_charts
from aco_cli.outputs.workbook.styles import LETTER_PAPER, Styles, write_headings

_WIDTHS = (9, 36, 20, 46)
_LETTERS_A_LINE = 88  # of bold print across the sheet
_LINE_HEIGHT = 17
_CHANGED = "Inputs were changed: sentences and calculations on this sheet are those of the original figures."


def write_front(
    workbook: xlsxwriter.Workbook, sheet: Worksheet, aco: OneAco, row: Row, cells: Mapping[str, str], styles: Styles
) -> None:
    """Fill the sheet; `cells` says where each line of the last year stands in its worksheet, `row` has its figures."""
    sheet.write_string(0, 0, aco.title, styles("title"))
    what_if = f". What if: {aco.what_if}. This is not the settlement as it is." if aco.what_if else ""
    sheet.write_string(1, 0, f"{aco.about}{what_if}", styles("warning" if what_if else "hint"))
    sheet.merge_range(2, 0, 2, 3, aco.answer, styles("answer"))
    sheet.set_row(2, _LINE_HEIGHT * math.ceil(len(aco.answer) / _LETTERS_A_LINE))
    same = ",".join(_is_same(cells[key], row, key) for key in cells if key in aco.keys or row.law[key].given)
    sheet.write_formula(3, 0, f'=IF(IFERROR(AND({same}),FALSE),"","{_CHANGED}")', styles("warning"), "")
    place = _lines(sheet, 5, aco, row, cells, styles)
    place = _checks(sheet, place + 1, aco, styles)
    place = _texts(sheet, place + 1, "Distances", aco.distances, styles)
    place = _texts(sheet, place + 1, "Among its track", [aco.comparison] if aco.comparison else [], styles)
    place = _years(sheet, place + 1, aco, styles)
    place = insert_charts(workbook, sheet, place + 1, aco, styles)
    sheet.write_string(place + 1, 0, f"{aco.made_of} {ROUNDED}", styles("hint"))
    _page(sheet, place + 1)


def _is_same(cell: str, row: Row, key: str) -> str:
    """The formula for whether a cell holds the original figure; it fails on a text where that is a number."""
    found = _cached(row, key)
    if isinstance(found, str):
        return f'{cell}="{found}"'
    # What a spreadsheet may differ by from the engine, and nobody sees.
    noise = max(abs(found) * 1e-12, 1e-6 if row.law[key].unit == "USD" else 1e-9)
    return f"ABS({cell}-({found!r}))<={noise:g}"


def _cached(row: Row, key: str) -> float | str:
    number = row.figure(key)
    if math.isnan(number):
        return NOTHING
    return OUTCOMES[int(number)] if row.law[key].unit == "outcome" else number


def _lines(sheet: Worksheet, place: int, aco: OneAco, row: Row, cells: Mapping[str, str], styles: Styles) -> int:
    write_headings(sheet, place, ("Letter", "Line", "Value", "Calculation or source"), range(2, 3), styles)
    for at, (key, (letter, label, _, how)) in enumerate(zip(aco.keys, aco.lines, strict=True), start=place + 1):
        sheet.write_string(at, 0, letter, styles("letter"))
        sheet.write_string(at, 1, label, styles("label"))
        sheet.write_formula(at, 2, f"={cells[key]}", styles("line", row.law[key].unit), _cached(row, key))
        sheet.write_string(at, 3, how, styles("beside"))
    return place + len(aco.lines) + 1


def _checks(sheet: Worksheet, place: int, aco: OneAco, styles: Styles) -> int:
    if not aco.checks:
        return place - 1
    headings = ("", "Against CMS's published figures", "Recomputed", "Published")
    write_headings(sheet, place, headings, range(2, 3), styles)
    for at, check in enumerate(aco.checks, start=place + 1):
        sheet.write_string(at, 1, check.label, styles("label"))
        sheet.write_string(at, 2, check.ours, styles("line"))
        sheet.write_string(at, 3, f"{check.published}  {'✓ agrees' if check.agrees else '✗ differs'}", styles("beside"))
    return place + len(aco.checks) + 1


def _texts(sheet: Worksheet, place: int, heading: str, texts: Sequence[str], styles: Styles) -> int:
    if not texts:
        return place - 1
    write_headings(sheet, place, ("", heading, "", ""), range(0), styles)
    for at, text in enumerate(texts, start=place + 1):
        sheet.merge_range(at, 1, at, 3, text, styles("label"))
        sheet.set_row(at, 15 * math.ceil(len(text) / 100))
    return place + len(texts) + 1


def _years(sheet: Worksheet, place: int, aco: OneAco, styles: Styles) -> int:
    """The years with their settlements; nothing of a single one."""
    known = aco.settled_years
    if len(known) < 2:
        return place - 1
    write_headings(sheet, place, ("Year", "Outcome", "Settlement", ""), range(2, 3), styles)
    rows = zip(known["performance_year"], known["outcome"], known["settlement"], strict=True)
    for at, (year, outcome, settlement) in enumerate(rows, start=place + 1):
        sheet.write_number(at, 0, int(year), styles("cell", "year"))
        sheet.write_string(at, 1, OUTCOME_WORDS[outcome], styles("label"))
        sheet.write_number(at, 2, float(settlement), styles("line", "USD"))
    return place + len(known) + 1


def _page(sheet: Worksheet, last: int) -> None:
    """One portrait page of US letter paper, to a last row."""
    sheet.print_area(0, 0, last, len(_WIDTHS) - 1)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_portrait()
    sheet.set_paper(LETTER_PAPER)
    sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 1)
    sheet.set_footer("&L&A&RPage &P of &N")
    sheet.hide_gridlines(2)
    sheet.activate()
