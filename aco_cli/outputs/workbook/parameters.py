"""The sheet of rule values that the worksheets of a workbook take, each with status and citation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from aco_cli.outputs.workbook.excel import Cells
from aco_cli.outputs.workbook.styles import Styles, set_page, write_headings
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import Entry, part_of, show_years

SHEET = "Parameters"
HEADINGS = ("Parameter", "Part", "Program", "Tracks", "Years", "Value", "Status", "Citation")
WIDTHS = (72, 26, 17, 28, 11, 18, 12, 60)
VALUE_COLUMN = HEADINGS.index("Value")
SCALE_COLUMN = 1
FIRST_ROW = 3

Key = tuple[str, int, str]


@dataclass(frozen=True)
class RuleValue:
    """A value of a rule, or a part of one, as it is in force for some tracks and years."""

    program: str
    parameter: str
    part: str
    entry: Entry

    @property
    def key(self) -> Key:
        """The same for the same value, whichever tracks and years ask for it."""
        return (self.program, id(self.entry), self.part)

    @property
    def value(self) -> Any:
        """The value, or None where the rule has no such part."""
        return part_of(self.entry.value, self.part)

    @property
    def values(self) -> list[Any]:
        """The values, of a list all, each as a cell holds it."""
        listed = self.value if isinstance(self.value, list) else [self.value]
        return [float(each) if isinstance(each, bool) else each for each in listed]

    @property
    def is_scale(self) -> bool:
        """Whether it is one column of a table of several."""
        return isinstance(self.entry.value, list) and bool(self.part)


class Parameters:
    """Where every rule value stands that formulas name, for some programs, tracks and years."""

    def __init__(self, book: RuleBook, situations: Iterable[Situation], names: Sequence[str]) -> None:
        self._book = book
        asked = (self._find(situation, name) for situation in situations for name in names)
        found = {value.key: value for value in asked if value is not None}
        self._tables: list[tuple[int, list[RuleValue]]] = []
        self._cells: dict[Key, Cells] = {}
        row = FIRST_ROW
        for _, group in groupby(sorted(found.values(), key=_order), key=_table):
            together = list(group)
            row += together[0].is_scale  # a blank row before each scale
            self._tables.append((row, together))
            for column, value in enumerate(together, start=SCALE_COLUMN):
                self._cells[value.key] = _cells(value, row, column)
            row += max(len(value.values) for value in together) + together[0].is_scale

    def place(self, situation: Situation, name: str) -> Cells | None:
        """The cells of a rule value (`loss_rate.floor`) in force, or None where it does not apply."""
        value = self._find(situation, name)
        return None if value is None else self._cells[value.key]

    def _find(self, situation: Situation, name: str) -> RuleValue | None:
        parameter, _, part = name.partition(".")
        entry = self._book.in_force(situation).get(parameter)
        value = RuleValue(situation.program, parameter, part, entry) if entry else None
        return None if value is None or value.value is None else value

    def write(self, sheet: Worksheet, styles: Styles) -> None:
        """Write every value into its place; a scale as a table of its own."""
        sheet.write_string(0, 0, "Table A5. Parameters by track and year", styles("title"))
        sheet.write_string(1, 0, "Values of the rules; every worksheet calculates with the cells here.", styles("hint"))
        write_headings(sheet, FIRST_ROW - 1, HEADINGS, range(VALUE_COLUMN, VALUE_COLUMN + 1), styles)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        for row, together in self._tables:
            self._describe(sheet, styles, row, together[0])
            for column, value in enumerate(together, start=SCALE_COLUMN):
                _write_values(sheet, styles, row, column, value)
        sheet.freeze_panes(FIRST_ROW, 1)
        set_page(sheet, FIRST_ROW - 1)

    def _describe(self, sheet: Worksheet, styles: Styles, row: int, value: RuleValue) -> None:
        entry, program = value.entry, self._book.programs[value.program]
        tracks = "all" if set(entry.tracks) == set(program.tracks) else ", ".join(entry.tracks)
        label = self._book.parameters(value.program)[value.parameter].label
        if value.is_scale:
            sheet.write_string(row, 0, f"Table A4. {label}", styles("heading"))
        else:
            part, years = value.part.replace("_", " "), show_years(entry.years)
            for column, text in enumerate((label, part, value.program, tracks, years)):
                sheet.write_string(row, column, text, styles("beside"))
        for column, text in enumerate((str(entry.status), entry.cite), start=VALUE_COLUMN + 1):
            sheet.write_string(row, column, text, styles("beside"))


def _cells(value: RuleValue, row: int, column: int) -> Cells:
    place, first = (column, row + 1) if value.is_scale else (VALUE_COLUMN, row)
    is_list = isinstance(value.value, list)
    last = first + len(value.values) - 1
    cells = xl_range_abs(first, place, last, place) if is_list else xl_rowcol_to_cell(first, place, True, True)
    return Cells(f"{SHEET}!{cells}", len(value.values) if is_list else 0)


def _write_values(sheet: Worksheet, styles: Styles, row: int, column: int, value: RuleValue) -> None:
    place = column if value.is_scale else VALUE_COLUMN
    if value.is_scale:
        sheet.write_string(row, place, value.part.replace("_", " "), styles("heading_right"))
    for below, each in enumerate(value.values, start=row + value.is_scale):
        if isinstance(each, str):
            sheet.write_string(below, place, each, styles("given"))
        else:
            sheet.write_number(below, place, each, styles("given", _unit(value, each)))
        if value.is_scale:
            sheet.write_string(below, 0, f"band {below - row}", styles("step"))
        elif len(value.values) > 1:
            sheet.write_string(below, 1, f"{value.part.replace('_', ' ')} {below - row + 1}", styles("beside"))


def _unit(value: RuleValue, number: float) -> str:
    if isinstance(value.value, bool):
        return "condition"
    return "fraction" if abs(number) <= 1 else "persons" if number % 1 == 0 else "ratio"


def _order(value: RuleValue) -> tuple[bool, str, str, int, str]:
    return (value.is_scale, value.program, value.parameter, value.entry.years[0], ",".join(value.entry.tracks))


def _table(value: RuleValue) -> object:
    """What stands together: the parts of a scale; every other value by itself."""
    return (value.program, id(value.entry)) if value.is_scale else value.key
