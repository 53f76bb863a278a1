"""The sheets in front: an index of ACOs with links, and a summary; all figures are formulas on the worksheets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

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


@dataclass(frozen=True)
class Overview:
    """What the sheets in front tell: identity and figures of each ACO, its sheet, and where a figure stands in it."""

    table: pd.DataFrame
    sheets: Sequence[str]
    cells: Sequence[Mapping[str, str]]

    @property
    def last_row(self) -> int:
        """The last row of the index."""
        return FIRST_ROW + len(self.table) - 1

    def column(self, place: int) -> str:
        """A column of the index as a range."""
        return f"{INDEX}!{xl_range_abs(FIRST_ROW, place, self.last_row, place)}"


def write_index(sheet: Worksheet, overview: Overview, styles: Styles) -> None:
    """One row per ACO and year, with a link to its worksheet."""
    sheet.write_string(0, 0, "Settlements", styles("title"))
    headings = [*_LABELS.values(), *((label, 15) for label, _, _ in FIGURES.values()), (" Notes", 50)]
    figures = range(len(_LABELS), len(headings) - 1)
    write_headings(sheet, HEADING_ROW, [heading for heading, _ in headings], figures, styles)
    for column, (_, width) in enumerate(headings):
        sheet.set_column(column, column, width)
    sheet.set_row(HEADING_ROW, 30)
    rows = overview.table.to_dict("records")
    for place, (row, name, cells) in enumerate(zip(rows, overview.sheets, overview.cells, strict=True), FIRST_ROW):
        sheet.write_url(place, 0, f"internal:{quoted(name)}!A1", styles("link"), str(row["aco_id"]))
        for column, identity in enumerate(_LABELS):
            if identity == "performance_year":
                sheet.write_number(place, column, row[identity], styles("cell", "year"))
            elif column:
                sheet.write_string(place, column, row[identity], styles("cell"))
        for column, (figure, (_, unit, _)) in enumerate(FIGURES.items(), start=len(_LABELS)):
            formula = f"={quoted(name)}!{cells[figure]}"
            sheet.write_formula(place, column, formula, styles("line", unit), _cached(row[figure], unit))
        sheet.write_string(place, len(_LABELS) + len(FIGURES), row["notes"], styles("beside"))
    sheet.autofilter(HEADING_ROW, 0, overview.last_row, len(headings) - 1)
    sheet.freeze_panes(FIRST_ROW, 2)
    set_page(sheet, HEADING_ROW)


def _cached(value: float, unit: str) -> float | str:
    if np.isnan(value):
        return NOTHING
    return OUTCOMES[int(value)] if unit == "outcome" else value


@dataclass(frozen=True)
class SummaryColumn:
    """A column of the summary: its formula under the conditions of a row, and what it gives for the row's ACOs."""

    heading: str
    unit: str
    formula: str
    value: Callable[[pd.DataFrame], float]


def write_summary(sheet: Worksheet, overview: Overview, styles: Styles) -> None:
    """Counts by outcome and sums of dollars, by year, program and track and together."""
    sheet.write_string(0, 0, "Summary", styles("title"))
    sheet.write_string(1, 0, _HINT, styles("hint"))
    columns = _summary_columns(overview)
    headings = [*(_LABELS[name][0] for name in GROUP), *(each.heading for each in columns)]
    write_headings(sheet, HEADING_ROW, headings, range(len(GROUP), len(headings)), styles)
    sheet.set_column(0, len(headings) - 1, 17)
    groups = list(overview.table.groupby(list(GROUP), sort=True))
    for place, (group, rows) in enumerate(groups, start=FIRST_ROW):
        for at, told in enumerate(group):
            write = sheet.write_string if isinstance(told, str) else sheet.write_number
            write(place, at, told, styles("cell", "" if isinstance(told, str) else "year"))
        conditions = ",".join(
            f"{overview.column(list(_LABELS).index(name))},{xl_rowcol_to_cell(place, at, col_abs=True)}"
            for at, name in enumerate(GROUP)
        )
        for at, each in enumerate(columns, start=len(GROUP)):
            formula = each.formula.format(conditions=conditions)
            sheet.write_formula(place, at, formula, styles("line", each.unit), each.value(rows))
    total = FIRST_ROW + len(groups)
    sheet.write_string(total, 0, "All", styles("total"))
    for at in range(1, len(GROUP)):
        sheet.write_blank(total, at, None, styles("total"))
    for at, each in enumerate(columns, start=len(GROUP)):
        formula = f"=SUM({xl_range(FIRST_ROW, at, total - 1, at)})"
        sheet.write_formula(total, at, formula, styles("result", each.unit), each.value(overview.table))
    sheet.freeze_panes(FIRST_ROW, len(GROUP))
    set_page(sheet, HEADING_ROW)


def _summary_columns(overview: Overview) -> list[SummaryColumn]:
    """Every outcome has its column: what is typed into a worksheet may bring about one that no ACO has as yet."""
    ended = overview.column(len(_LABELS) + list(FIGURES).index("outcome"))
    settled = ",".join(f'{ended},"<>{outcome}"' for outcome in UNSETTLED)
    columns = [SummaryColumn("ACOs", "persons", "=COUNTIFS({conditions})", len)]
    for code, outcome in enumerate(OUTCOMES):
        formula = f'=COUNTIFS({{conditions}},{ended},"{outcome}")'
        columns.append(SummaryColumn(outcome, "persons", formula, partial(_count, code)))
    for at, (name, (label, unit, is_summed)) in enumerate(FIGURES.items(), start=len(_LABELS)):
        if is_summed:
            formula = f"=SUMIFS({overview.column(at)},{{conditions}},{settled})"
            columns.append(SummaryColumn(label, unit, formula, partial(_sum, name)))
    return columns


def _count(code: int, rows: pd.DataFrame) -> int:
    return int((rows["outcome"] == code).sum())


def _sum(name: str, rows: pd.DataFrame) -> float:
    unsettled = [OUTCOMES.index(outcome) for outcome in UNSETTLED]
    return float(rows.loc[~rows["outcome"].isin(unsettled), name].sum())
