"""The sheets in front: an index of ACOs with links, and a summary; all figures are formulas on the worksheets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from aco_cli.engine.outcome import OUTCOMES, UNSETTLED
from aco_cli.outputs.workbook.excel import NOTHING
from aco_cli.outputs.workbook.names import quoted
from aco_cli.outputs.workbook.styles import DECLARED, Styles, set_page, write_headings

INDEX, SUMMARY = "Index", "Summary"
HEADING_ROW = 2
FIRST_ROW = HEADING_ROW + 1
# Heading and width of each; heading, unit and whether it is summed.
_LABELS: dict[str, tuple[str, float]] = DECLARED["identity"]
FIGURES: dict[str, tuple[str, str, bool]] = DECLARED["figures"]
GROUP = ("performance_year", "program", "track")
_HINT = f"ACOs that are {' or '.join(UNSETTLED)} are counted but add to no sum."


def _column(table: pd.DataFrame, place: int) -> str:
    """A column of the index as a range."""
    return f"{INDEX}!{xl_range_abs(FIRST_ROW, place, FIRST_ROW + len(table) - 1, place)}"


def write_index(
    sheet: Worksheet, table: pd.DataFrame, names: Sequence[str], cells: Sequence[Mapping[str, str]], styles: Styles
) -> None:
    """One row per ACO and year: identity and figures (`table`), with a link to its worksheet of the name.

    `cells` says where each figure stands in the worksheet; nowhere, if its program has no such line.
    """
    sheet.write_string(0, 0, "Settlements", styles("title"))
    headings = [*_LABELS.values(), *((label, 15) for label, _, _ in FIGURES.values()), (" Notes", 50)]
    figures = range(len(_LABELS), len(headings) - 1)
    write_headings(sheet, HEADING_ROW, [heading for heading, _ in headings], figures, styles)
    for column, (_, width) in enumerate(headings):
        sheet.set_column(column, column, width)
    sheet.set_row(HEADING_ROW, 30)
    rows = table.to_dict("records")
    for place, (row, name, places) in enumerate(zip(rows, names, cells, strict=True), FIRST_ROW):
        sheet.write_url(place, 0, f"internal:{quoted(name)}!A1", styles("link"), str(row["aco_id"]))
        for column, identity in enumerate(_LABELS):
            if identity == "performance_year":
                sheet.write_number(place, column, row[identity], styles("cell", "year"))
            elif column:
                sheet.write_string(place, column, row[identity], styles("cell"))
        for column, (figure, (_, unit, _)) in enumerate(FIGURES.items(), start=len(_LABELS)):
            if places[figure]:
                formula = f"={quoted(name)}!{places[figure]}"
                sheet.write_formula(place, column, formula, styles("line", unit), _cached(row[figure], unit))
            else:
                sheet.write_string(place, column, NOTHING, styles("line"))
        sheet.write_string(place, len(_LABELS) + len(FIGURES), row["notes"], styles("beside"))
    sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + len(table), len(headings) - 1)
    sheet.freeze_panes(FIRST_ROW, 2)
    set_page(sheet, HEADING_ROW)


def _cached(value: float, unit: str) -> float | str:
    if np.isnan(value):
        return NOTHING
    return OUTCOMES[int(value)] if unit == "outcome" else value


def write_summary(sheet: Worksheet, table: pd.DataFrame, styles: Styles) -> None:
    """Counts by outcome and sums of dollars, by year, program and track and together."""
    sheet.write_string(0, 0, "Summary", styles("title"))
    sheet.write_string(1, 0, _HINT, styles("hint"))
    columns = _summary_columns(table)
    headings = [*(_LABELS[name][0] for name in GROUP), *columns]
    write_headings(sheet, HEADING_ROW, headings, range(len(GROUP), len(headings)), styles)
    sheet.set_column(0, len(headings) - 1, 17)
    added = table[list(GROUP)].assign(**{heading: numbers for heading, (_, _, numbers) in columns.items()})
    groups = list(added.groupby(list(GROUP), sort=True))
    for place, (group, rows) in enumerate(groups, start=FIRST_ROW):
        for at, told in enumerate(group):
            sheet.write(place, at, told, styles("cell", "" if isinstance(told, str) else "year"))
        conditions = ",".join(
            f"{_column(table, list(_LABELS).index(name))},{xl_rowcol_to_cell(place, at, col_abs=True)}"
            for at, name in enumerate(GROUP)
        )
        for at, (heading, (unit, formula, _)) in enumerate(columns.items(), start=len(GROUP)):
            total = rows[heading].dropna().sum()
            sheet.write_formula(place, at, formula.format(conditions=conditions), styles("line", unit), total)
    last = FIRST_ROW + len(groups)
    sheet.write_string(last, 0, "All", styles("total"))
    for at in range(1, len(GROUP)):
        sheet.write_blank(last, at, None, styles("total"))
    for at, (unit, _, numbers) in enumerate(columns.values(), start=len(GROUP)):
        formula = f"=SUM({xl_range(FIRST_ROW, at, last - 1, at)})"
        sheet.write_formula(last, at, formula, styles("result", unit), numbers.dropna().sum())
    sheet.freeze_panes(FIRST_ROW, len(GROUP))
    set_page(sheet, HEADING_ROW)


def _summary_columns(table: pd.DataFrame) -> "dict[str, tuple[str, str, pd.Series[Any]]]":
    """By heading the unit of a column, its formula under the conditions of a row, and what each ACO adds to it.

    Every outcome has its column: what is typed into a worksheet may bring about one that no ACO has as yet.
    """
    ended = _column(table, len(_LABELS) + list(FIGURES).index("outcome"))
    settled = ",".join(f'{ended},"<>{outcome}"' for outcome in UNSETTLED)
    is_settled = ~table["outcome"].isin([OUTCOMES.index(outcome) for outcome in UNSETTLED])
    columns: dict[str, tuple[str, str, pd.Series[Any]]]
    columns = {"ACOs": ("persons", "=COUNTIFS({conditions})", pd.Series(1, table.index))}
    for code, outcome in enumerate(OUTCOMES):
        columns[outcome] = ("persons", f'=COUNTIFS({{conditions}},{ended},"{outcome}")', table["outcome"].eq(code))
    for at, (name, (label, unit, is_summed)) in enumerate(FIGURES.items(), start=len(_LABELS)):
        if is_summed:
            formula = f"=SUMIFS({_column(table, at)},{{conditions}},{settled})"
            columns[label] = (unit, formula, table[name].where(is_settled))
    return columns
