"""What stands in which row of a worksheet: the same plan for all ACOs whose inputs reach as far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_rowcol_to_cell

from aco_cli.engine.lines.row import members
from aco_cli.engine.lines.step import Step
from aco_cli.engine.members import TYPES
from aco_cli.outputs.tables import BENCHMARK, SheetTable

LETTER, LABEL, FIRST_VALUE = 0, 1, 2


@dataclass(frozen=True)
class PlannedRow:
    """A row of the sheet: a step, with its members by column."""

    place: int
    step: Step
    columns: Mapping[int, str]
    table: SheetTable

    @property
    def may_hide(self) -> bool:
        """Whether the row is hidden where nothing is given in it: an input that CMS's table does not have."""
        return bool(self.step.given) and not self.step.letter


@dataclass(frozen=True)
class SheetPlan:
    """Headings by row, rows in order, and the cell of every figure by space, key and member."""

    headings: Mapping[int, str]
    rows: Sequence[PlannedRow]
    cells: Mapping[tuple[str, str, str], str]
    by_type: bool

    @property
    def note_column(self) -> int:
        """The first column after the values."""
        return FIRST_VALUE + (len(TYPES) + 1 if self.by_type else 1)

    @property
    def end(self) -> int:
        """The first row below."""
        return self.rows[-1].place + 1


def make_plan(tables: Sequence[SheetTable], start: int) -> SheetPlan:
    """Place the rows of the tables one below the other from a row on."""
    by_type = any(table.space == BENCHMARK for table in tables)
    value_column = FIRST_VALUE + (len(TYPES) if by_type else 0)
    headings: dict[int, str] = {}
    rows: list[PlannedRow] = []
    cells: dict[tuple[str, str, str], str] = {}
    place = start
    for table in tables:
        headings[place + 1] = table.heading
        place += 2
        for step in table.steps:
            columns = dict(enumerate(members(step), start=FIRST_VALUE if step.axis else value_column))
            rows.append(PlannedRow(place, step, columns, table))
            for column, member in columns.items():
                cells[table.space, step.key, member] = xl_rowcol_to_cell(place, column)
            place += 1
    return SheetPlan(headings, rows, cells, by_type)
