"""What stands in which row of a worksheet: the same plan for all ACOs whose inputs reach as far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_rowcol_to_cell

from aco_cli.engine.benchmark.sheet import TYPES
from aco_cli.engine.lines import Input
from aco_cli.outputs.tables import BENCHMARK, Step, Table

LETTER, LABEL, FIRST_VALUE = 0, 1, 2


@dataclass(frozen=True)
class PlannedRow:
    """A row of the sheet with its steps by column. A row of inputs is hidden where none is given and `may_hide`."""

    place: int
    label: str
    steps: Mapping[int, Step]
    table: Table
    may_hide: bool = False

    @property
    def first(self) -> Step:
        """The step that stands for the row: all have its letter, unit and words."""
        return next(iter(self.steps.values()))


@dataclass(frozen=True)
class Plan:
    """Headings by row, rows in order, and the cell of every step by space and name."""

    headings: Mapping[int, str]
    rows: Sequence[PlannedRow]
    cells: Mapping[tuple[str, str], str]
    by_type: bool

    @property
    def note_column(self) -> int:
        """The first column after the values."""
        return FIRST_VALUE + (len(TYPES) + 1 if self.by_type else 1)

    @property
    def end(self) -> int:
        """The first row below."""
        return self.rows[-1].place + 1


def make_plan(tables: Sequence[Table], start: int) -> Plan:
    """Place the rows of the tables one below the other from a row on."""
    by_type = any(table.space == BENCHMARK for table in tables)
    value_column = FIRST_VALUE + (len(TYPES) if by_type else 0)
    headings: dict[int, str] = {}
    rows: list[PlannedRow] = []
    cells: dict[tuple[str, str], str] = {}
    place = start
    for table in tables:
        headings[place + 1] = table.heading
        place += 2
        for label, steps in _grouped(table, value_column):
            may_hide = all(isinstance(step, Input) and not step.letter for step in steps.values())
            rows.append(PlannedRow(place, label, steps, table, may_hide))
            cells |= {(table.space, step.name): xl_rowcol_to_cell(place, column) for column, step in steps.items()}
            place += 1
    return Plan(headings, rows, cells, by_type)


def _grouped(table: Table, value_column: int) -> Iterable[tuple[str, dict[int, Step]]]:
    """The steps in rows: those that differ in enrollment type only share one, under a label without the type."""
    rows: dict[str, tuple[str, dict[int, Step]]] = {}
    for step in table.steps:
        kind = next((kind for kind in TYPES if step.name.endswith(f"_{kind}")), "")
        name = step.name.removesuffix(f"_{kind}") if kind else step.name
        label = step.label.removesuffix(f", {TYPES[kind]}") if kind else step.label
        column = FIRST_VALUE + list(TYPES).index(kind) if kind else value_column
        rows.setdefault(f"{name} {bool(kind)}", (label, {}))[1][column] = step
    return rows.values()
