"""The worksheet of one ACO's year: tables with CMS's letters, figures given, and a live formula for every line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from xlsxwriter.worksheet import Worksheet

from aco_cli.engine.benchmark.sheet import TYPES
from aco_cli.engine.formulas import RULES, Scope, value_of
from aco_cli.engine.lines import Input, Line
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.outputs.tables import SETTLEMENT, Step
from aco_cli.outputs.workbook.excel import NOTHING, Cells, excel_formula
from aco_cli.outputs.workbook.parameters import Parameters
from aco_cli.outputs.workbook.plan import FIRST_VALUE, LABEL, LETTER, Plan, PlannedRow
from aco_cli.outputs.workbook.styles import UNITS, Styles, set_page
from aco_cli.outputs.worksheet import authority, is_given
from aco_cli.rules.book import Situation

HEADING_ROW = 4
START = HEADING_ROW + 1
INDEX_LINK = "internal:'Index'!A1"
NOTE_WIDTHS = (9, 62, 44, 12)  # unit, words, citation, status
LINE_HEIGHT, PADDING = 11.5, 4.0  # points
PER_WIDTH = 1.3  # letters of small print in a unit of column width
RESULTS = frozenset({"outcome", "settlement", "earned_payment", "owed_repayment", "net_payment"})
LEGEND = "Figures in blue are given and may be changed, as may the values on sheet Parameters; all else follows."


@dataclass(frozen=True)
class Heading:
    """What stands above the tables of a worksheet."""

    title: str
    subtitle: str
    notes: str


@dataclass
class AcoSheets:
    """Writes worksheets after a plan; formulas are made once for each program, track and year."""

    plan: Plan
    parameters: Parameters
    styles: Styles
    _formulas: dict[tuple[Situation, str, str], str] = field(default_factory=dict)

    def write(self, sheet: Worksheet, heading: Heading, scopes: Mapping[str, Scope]) -> None:
        """Fill a sheet; `scopes` gives the figures and rules of the settlement and, where planned, the benchmark."""
        self._head(sheet, heading)
        for place, text in self.plan.headings.items():
            for column in range(self.plan.note_column + 4):
                sheet.write_blank(place, column, None, self.styles("section"))
            sheet.write_string(place, LETTER, text, self.styles("section"))
        hidden = False
        for row in self.plan.rows:
            hidden = self._row(sheet, row, scopes)
        self._page(sheet)
        if hidden:
            sheet.set_row(self.plan.end, None, None, {"collapsed": True})

    def _head(self, sheet: Worksheet, heading: Heading) -> None:
        style = self.styles
        sheet.write_string(0, 0, heading.title, style("title"))
        sheet.write_string(1, 0, heading.subtitle)
        sheet.write_url(0, self.plan.note_column + 3, INDEX_LINK, style("link"), "Index")
        sheet.write_string(2, 0, heading.notes or "No notes.", style("hint"))
        sheet.write_string(3, 0, LEGEND, style("hint"))
        types = [f"{told[0].upper()}{told[1:]}" for told in TYPES.values()] if self.plan.by_type else []
        told = ["Letter", "Line", *types, "All" if types else "Value", "Unit", "What it is", "Citation", "Status"]
        for column, text in enumerate(told):
            is_figure = FIRST_VALUE <= column < self.plan.note_column
            sheet.write_string(HEADING_ROW, column, text, style("heading_right" if is_figure else "heading"))

    def _row(self, sheet: Worksheet, row: PlannedRow, scopes: Mapping[str, Scope]) -> bool:
        """Write a row and say whether it is hidden, as nothing is given in it."""
        scope, style = scopes[row.table.space], self.styles
        step = row.first
        is_result = step.name in RESULTS
        sheet.write_string(row.place, LETTER, step.letter, style("letter"))
        is_step = not (step.letter or isinstance(step, Input) or is_result)
        sheet.write_string(row.place, LABEL, row.label, style("step" if is_step else "label"))
        numbers = {column: value_of(each, scope) for column, each in row.steps.items()}
        for column, each in row.steps.items():
            self._cell(sheet, row, column, each, numbers[column], scope)
        height = self._notes(sheet, row, step, scope)
        hides = row.may_hide and not any(is_given(row.steps[column], number) for column, number in numbers.items())
        sheet.set_row(row.place, height, None, {"level": 1, "hidden": True} if hides else None)
        return hides

    def _cell(self, sheet: Worksheet, row: PlannedRow, column: int, step: Step, number: float, scope: Scope) -> None:
        if isinstance(step, Line):
            value = NOTHING if np.isnan(number) else OUTCOMES[int(number)] if step.unit == "outcome" else number
            kind = "result" if step.name in RESULTS else "line"
            formula = self._formula(row.table.space, step, scope.situation)
            sheet.write_formula(row.place, column, formula, self.styles(kind, step.unit), value)
        elif np.isnan(number):
            sheet.write_string(row.place, column, NOTHING, self.styles("given", step.unit))
        else:
            sheet.write_number(row.place, column, number, self.styles("given", step.unit))

    def _formula(self, space: str, line: Line, situation: Situation) -> str:
        def places(name: str) -> Cells | None:
            if name.startswith(RULES):
                return self.parameters.place(situation, name)
            other, dot, figure = name.rpartition(".")
            return Cells(self.plan.cells[other if dot else space, figure])

        key = (situation, space, line.name)
        if key not in self._formulas:
            self._formulas[key] = excel_formula(line.formula, line.unit, places)
        return self._formulas[key]

    def _notes(self, sheet: Worksheet, row: PlannedRow, step: Step, scope: Scope) -> float:
        """Write what the row is and where its rule stands, and return the height that takes."""
        given = any(is_given(each, value_of(each, scope)) for each in row.steps.values())
        source = "roster" if row.table.space == SETTLEMENT else "files"
        citation, status, words = (source, "given", "") if given else ("", "not given", "")
        if isinstance(step, Line):
            (citation, status), words = authority(step, scope), step.words
        texts = (UNITS.get(step.unit, step.unit), words, citation, status)
        for column, text in enumerate(texts, start=self.plan.note_column):
            sheet.write_string(row.place, column, text, self.styles("small"))
        folds = max(math.ceil(len(text) / (width * PER_WIDTH)) for text, width in zip(texts, NOTE_WIDTHS, strict=True))
        return LINE_HEIGHT * max(folds, 1) + PADDING

    def _page(self, sheet: Worksheet) -> None:
        notes = self.plan.note_column
        sheet.set_column(LETTER, LETTER, 8)
        sheet.set_column(LABEL, LABEL, 42)
        sheet.set_column(FIRST_VALUE, notes - 1, 18)
        for column, width in enumerate(NOTE_WIDTHS, start=notes):
            sheet.set_column(column, column, width)
        sheet.outline_settings(symbols_below=True)
        sheet.freeze_panes(START, FIRST_VALUE)
        set_page(sheet, HEADING_ROW)
