"""A workbook of settlements: index, summary, a worksheet per ACO and year with live formulas, and the parameters."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xlsxwriter

from aco_cli.engine.formulas import RULES, Scope, parse, references
from aco_cli.engine.lines import Column, Line, Values
from aco_cli.errors import OutputError
from aco_cli.outputs.tables import BENCHMARK, SETTLEMENT, Table, tables
from aco_cli.outputs.workbook.aco_sheet import START, AcoSheets, Heading
from aco_cli.outputs.workbook.names import sheet_names
from aco_cli.outputs.workbook.overview import FIGURES, INDEX, SUMMARY, Overview, write_index, write_summary
from aco_cli.outputs.workbook.parameters import SHEET as PARAMETERS
from aco_cli.outputs.workbook.parameters import Parameters
from aco_cli.outputs.workbook.plan import make_plan
from aco_cli.outputs.workbook.styles import Styles
from aco_cli.outputs.xlsx import CREATED, OPTIONS
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.columns import RuleColumns

MOST_SHEETS = 2_000


@dataclass(frozen=True)
class Computed:
    """The lines of all rows, the rules they went by, and for which rows there are such lines."""

    values: Values
    rules: RuleColumns
    known: Column


@dataclass(frozen=True)
class Settlements:
    """Roster rows with the lines of their settlements and, where that was computed, of their benchmarks.

    `roster` has aco_id, aco_name, performance_year, program, track; `notes` is what a reader of each row must know.
    """

    roster: pd.DataFrame
    notes: Sequence[str]
    settlement: Computed
    benchmark: Computed | None = None


def render_book(book: RuleBook, settlements: Settlements) -> bytes:
    """The workbook as a file. The same settlements give the same bytes. Raises OutputError for too many ACOs."""
    rows = len(settlements.roster)
    if rows > MOST_SHEETS:
        raise OutputError(
            f"a workbook has a sheet for each ACO and year and gets unwieldy: at most {MOST_SHEETS:,}, found {rows:,}; "
            "choose some with --aco, --track or --program"
        )
    computed = {SETTLEMENT: settlements.settlement}
    if settlements.benchmark is not None:
        computed[BENCHMARK] = settlements.benchmark
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as workbook:
        workbook.set_properties({"created": CREATED})
        workbook.set_calc_mode("auto")
        _fill(workbook, book, settlements, computed)
    return file.getvalue()


def _fill(
    workbook: xlsxwriter.Workbook, book: RuleBook, settlements: Settlements, computed: Mapping[str, Computed]
) -> None:
    styles = Styles(workbook)
    index, summary = workbook.add_worksheet(INDEX), workbook.add_worksheet(SUMMARY)
    roster = settlements.roster
    names = sheet_names(roster["aco_id"].tolist(), roster["performance_year"].tolist())
    sheets = [workbook.add_worksheet(name) for name in names]
    reaches = [bool(settlements.benchmark and settlements.benchmark.known[row]) for row in range(len(roster))]
    layouts = {reach: tables(with_benchmark=reach) for reach in sorted(set(reaches))}
    parameters = Parameters(book, _situations(computed), _rule_names(layouts.values()))
    writers = {reach: AcoSheets(make_plan(layouts[reach], START), parameters, styles) for reach in layouts}
    for row, (sheet, heading) in enumerate(zip(sheets, _headings(book, settlements), strict=True)):
        scopes = _scopes(computed, row)
        writers[reaches[row]].write(sheet, heading, scopes)
    cells = [{name: writers[reach].plan.cells[SETTLEMENT, name] for name in FIGURES} for reach in reaches]
    overview = Overview(_table(settlements), names, cells)
    write_index(index, overview, styles)
    write_summary(summary, overview, styles)
    parameters.write(workbook.add_worksheet(PARAMETERS), styles)


def _scopes(computed: Mapping[str, Computed], row: int) -> dict[str, Scope]:
    """The figures of one row by space; formulas of the settlement may name those of the benchmark."""
    above = {space: Scope(each.values, each.rules, row) for space, each in computed.items() if space == BENCHMARK}
    settlement = computed[SETTLEMENT]
    return {**above, SETTLEMENT: Scope(settlement.values, settlement.rules, row, above)}


def _situations(computed: Mapping[str, Computed]) -> list[Situation]:
    """The programs, tracks and years of the rows, each once."""
    return [
        each.rules.table.situations[code]
        for each in computed.values()
        for code in np.unique(each.rules.codes[each.known]).tolist()
    ]


def _rule_names(layouts: Iterable[Sequence[Table]]) -> list[str]:
    steps = [step for layout in layouts for table in layout for step in table.steps]
    named = [name for step in steps if isinstance(step, Line) for name in references(parse(step.formula))]
    return [name for name in dict.fromkeys(named) if name.startswith(RULES)]


def _headings(book: RuleBook, settlements: Settlements) -> list[Heading]:
    headings = []
    for row, notes in zip(settlements.roster.to_dict("records"), settlements.notes, strict=True):
        program = book.programs[row["program"]]
        title = f"{row['aco_id']}  {row['aco_name']}".strip()
        subtitle = f"{program.label}, {program.tracks[row['track']].label}, performance year {row['performance_year']}"
        headings.append(Heading(title, subtitle, notes))
    return headings


def _table(settlements: Settlements) -> pd.DataFrame:
    values, roster = settlements.settlement.values, settlements.roster
    figures = {name: np.broadcast_to(getattr(values, name), len(roster)) for name in FIGURES}
    return roster[["aco_id", "aco_name", "performance_year", "program", "track"]].assign(
        **figures, notes=settlements.notes
    )
