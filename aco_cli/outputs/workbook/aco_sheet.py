"""The worksheet of one ACO's year: tables with CMS's letters, figures given, and a live formula for every line."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from xlsxwriter.worksheet import Worksheet

from aco_cli.engine.lines.row import Row, plain_tree
from aco_cli.engine.lines.text import show
from aco_cli.engine.lines.tree import Name, Rule
from aco_cli.engine.members import ENROLLMENT_TYPES
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.engine.quality.standard import standard_score
from aco_cli.outputs.workbook.excel import NOTHING, Cells, excel_formula
from aco_cli.outputs.workbook.parameters import Parameters
from aco_cli.outputs.workbook.plan import FIRST_VALUE, LABEL, LETTER, SETTLEMENT, PlannedRow, SheetPlan
from aco_cli.outputs.workbook.styles import UNITS, Styles, set_page, write_headings
from aco_cli.rules.book import RuleBook, Situation

HEADING_ROW = 4
START = HEADING_ROW + 1
INDEX_LINK = "internal:'Index'!A1"
NOTE_WIDTHS = (9, 62, 44, 12)  # unit, words, citation, status
LINE_HEIGHT, PADDING = 11.5, 4.0  # points
PER_WIDTH = 1.3  # letters of small print in a unit of column width
RESULTS = frozenset({"outcome", "settlement", "earned_payment", "owed_repayment", "net_payment"})
_STANDARD, _SCORE = "given_standard_met", "quality_score"
LEGEND = "Blue cells are inputs; edit them, or the values on sheet Parameters, and the rest recalculates."


# What stands above the tables of a worksheet: title, subtitle and notes.
Heading = tuple[str, str, str]


@dataclass
class AcoSheets:
    """Writes worksheets after a plan; formulas are made once for each program, track and year."""

    plan: SheetPlan
    parameters: Parameters
    styles: Styles
    book: RuleBook
    _formulas: dict[tuple[Situation, str, str], str] = field(default_factory=dict)

    def write(self, sheet: Worksheet, heading: Heading, figures: Mapping[str, Row]) -> None:
        """Fill a sheet; `figures` are those of the settlement and, where planned, of the benchmark."""
        self._head(sheet, heading)
        for place, text in self.plan.headings.items():
            for column in range(self.plan.note_column + 4):
                sheet.write_blank(place, column, None, self.styles("section"))
            sheet.write_string(place, LETTER, text, self.styles("section"))
        hidden = [self._row(sheet, row, figures[row.table.space]) for row in self.plan.rows]
        self._page(sheet)
        if hidden[-1]:
            sheet.set_row(self.plan.rows[-1].place + 1, None, None, {"collapsed": True})

    def _head(self, sheet: Worksheet, heading: Heading) -> None:
        style, (title, subtitle, notes) = self.styles, heading
        sheet.write_string(0, 0, title, style("title"))
        sheet.write_string(1, 0, subtitle)
        sheet.write_url(0, self.plan.note_column + 3, INDEX_LINK, style("link"), "Index")
        sheet.write_string(2, 0, notes or "No notes.", style("hint"))
        sheet.write_string(3, 0, LEGEND, style("hint"))
        types = [f"{told[0].upper()}{told[1:]}" for told in ENROLLMENT_TYPES.values()] if self.plan.by_type else []
        told = ["Letter", "Line", *types, "All" if types else "Value", "Unit", "What it is", "Citation", "Status"]
        write_headings(sheet, HEADING_ROW, told, range(FIRST_VALUE, self.plan.note_column), style)

    def _row(self, sheet: Worksheet, row: PlannedRow, figures: Row) -> bool:
        """Write a row and say whether it is hidden, as nothing is given in it."""
        step = row.step
        sheet.write_string(row.place, LETTER, step.letter, self.styles("letter"))
        is_step = not (step.letter or step.given or step.name in RESULTS)
        sheet.write_string(row.place, LABEL, step.labeled(), self.styles("step" if is_step else "label"))
        numbers = {column: figures.figure(step.key, member) for column, member in row.columns.items()}
        for column, member in row.columns.items():
            self._cell(sheet, row, (column, member), numbers[column], figures)
        is_given = any(figures.is_given(step, number) for number in numbers.values())
        height = self._notes(sheet, row, figures, is_given)
        hides = bool(step.given) and not step.letter and not is_given  # an input that CMS's table does not have
        sheet.set_row(row.place, height, None, {"level": 1, "hidden": True} if hides else None)
        return hides

    def _cell(self, sheet: Worksheet, row: PlannedRow, cell: tuple[int, str], number: float, figures: Row) -> None:
        step, (column, member) = row.step, cell
        is_known = not math.isnan(number)
        if step.is_line:
            value = NOTHING if not is_known else OUTCOMES[int(number)] if step.unit == "outcome" else number
            kind = "result" if step.name in RESULTS else "line"
            formula = self._formula(row, member, figures.situation)
            sheet.write_formula(row.place, column, formula, self.styles(kind, step.unit), value)
        elif step.key == _STANDARD and row.table.space == SETTLEMENT and self._follows(figures):
            sheet.write_formula(row.place, column, self._by_score(figures), self.styles("given", step.unit), number)
        else:
            sheet.write(row.place, column, number if is_known else NOTHING, self.styles("given", step.unit))

    def _follows(self, figures: Row) -> bool:
        """Whether the quality standard, as given, is what the score alone comes to, so that it may follow from it."""
        least = standard_score(self.book, figures.situation)
        score, met = figures.figure(_SCORE), figures.figure(_STANDARD)
        return not math.isnan(least + score + met) and (score >= least) == (met == 1)

    def _by_score(self, figures: Row) -> str:
        score = self.plan.cells[SETTLEMENT, _SCORE, ""]
        return f'=IF(ISNUMBER({score}),IF({score}>={standard_score(self.book, figures.situation)!r},1,0),"{NOTHING}")'

    def _formula(self, row: PlannedRow, member: str, situation: Situation) -> str:
        def places(leaf: Name | Rule) -> Cells | None:
            if isinstance(leaf, Rule):
                return self.parameters.place(situation, leaf.name)
            other, dot, figure = leaf.name.rpartition(".")
            return Cells(self.plan.cells[other if dot else row.table.space, figure, leaf.member])

        key = (situation, row.table.space, row.step.named(member))
        if key not in self._formulas:
            tree = plain_tree(row.table.law, row.step, member)
            self._formulas[key] = excel_formula(tree, row.step.unit, places)
        return self._formulas[key]

    def _notes(self, sheet: Worksheet, row: PlannedRow, figures: Row, is_given: bool) -> float:
        """Write what the row is and where its rule stands, and return the height that takes."""
        step = row.step
        source = "roster" if row.table.space == SETTLEMENT else "files"
        citation, status, words = (source, "given", "") if is_given else ("", "not given", "")
        if step.is_line:
            citation, status = figures.authority(step, self.book.programs[figures.situation.program])
            words = step.words
        elif step.key == _STANDARD and is_given and self._follows(figures):
            least = show(standard_score(self.book, figures.situation), "fraction")
            words = f"Follows from the score: met from {least} on. Type 1 or 0 over it where another way decides."
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
