"""The tables of a worksheet, as far as the inputs of an ACO go, and which rows and cells of the sheet they take."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_rowcol_to_cell

from aco_cli.engine.benchmark.compute import PROGRAM
from aco_cli.engine.lines.law import Law, law_of
from aco_cli.engine.lines.row import members
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.tree import names
from aco_cli.engine.members import TYPES
from aco_cli.rules.book import RuleBook

# Whose names a formula uses; those of the benchmark stand in formulas of the settlement as `benchmark.adjusted`.
SETTLEMENT, BENCHMARK = "settlement", "benchmark"
LETTER, LABEL, FIRST_VALUE = 0, 1, 2


@dataclass(frozen=True)
class SheetTable:
    """A part of the worksheet; `space` says which names its formulas use, of the steps of `law`."""

    heading: str
    space: str
    law: Law
    steps: Sequence[Step]


def tables(book: RuleBook, program: str = PROGRAM, *, with_benchmark: bool) -> list[SheetTable]:
    """The tables of a settlement, behind those of its benchmark where that is computed."""
    law = law_of(book, program, "settlement_from_benchmark" if with_benchmark else "settlement")
    lines = {step.key for step in law_of(book, program).lines}
    above = [step for step in law.steps if step.key not in lines]
    placed = [step for step in above if step.letter or step.is_line]
    elections = [step for step in above if step not in placed]
    order = list(_placed(placed, [step for step in law.steps if step.key in lines]))
    settlement = [
        SheetTable("Elections and circumstances", SETTLEMENT, law, elections),
        SheetTable("Table 3. Shared savings and losses", SETTLEMENT, law, order),
    ]
    return [*_benchmark_tables(book), *settlement] if with_benchmark else settlement


def _benchmark_tables(book: RuleBook) -> Iterator[SheetTable]:
    law = law_of(book, PROGRAM, "benchmark")
    for number, period, heading in (("1", "benchmark years", "Historical"), ("2", "performance year", "Updated")):
        steps = [step for step in law.steps if step.table == number]
        given, lines = [step for step in steps if step.given], [step for step in steps if step.is_line]
        yield SheetTable(f"Figures of the {period}", BENCHMARK, law, given)
        yield SheetTable(f"Table {number}. {heading} benchmark", BENCHMARK, law, lines)


def _placed(waiting: Sequence[Step], lines: Sequence[Step]) -> Iterator[Step]:
    """The lines in order, each step that waits before the first line that names it.

    Those that no line names repeat figures of the benchmark, and stand before the first line that goes by such.
    """
    left = {step.key: step for step in waiting}
    named = {name for line in lines for name in names(line.trees["formula"])}
    for line in lines:
        due = [left[name] for name in names(line.trees["formula"]) if name in left]
        if any(step.is_line for step in due):
            yield from (left.pop(key) for key in list(left) if key not in named)
        for step in due:
            yield left.pop(step.key)
        yield line
    yield from left.values()


@dataclass(frozen=True)
class PlannedRow:
    """A row of the sheet: a step, with its members by column."""

    place: int
    step: Step
    columns: Mapping[int, str]
    table: SheetTable


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
