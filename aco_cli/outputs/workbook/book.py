"""A workbook of settlements: index, summary, a worksheet per ACO and year with live formulas, and the parameters."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import xlsxwriter

from aco_cli.engine.lines.row import Row
from aco_cli.engine.lines.tree import Rule, walk
from aco_cli.errors import OutputError
from aco_cli.outputs.one_aco import OneAco
from aco_cli.outputs.provenance import provenance
from aco_cli.outputs.workbook.aco_sheet import START, AcoSheets, Heading
from aco_cli.outputs.workbook.cms_sheets import CmsSheet, write_cms_sheets
from aco_cli.outputs.workbook.front import write_front
from aco_cli.outputs.workbook.front_charts import FRONT
from aco_cli.outputs.workbook.names import quoted, sheet_names
from aco_cli.outputs.workbook.overview import FIGURES, INDEX, SUMMARY, write_index, write_summary
from aco_cli.outputs.workbook.parameters import SHEET, Parameters
from aco_cli.outputs.workbook.plan import BENCHMARK, SETTLEMENT, SheetTable, make_plan, tables
from aco_cli.outputs.workbook.styles import Styles
from aco_cli.outputs.xlsx import OPTIONS, describe
from aco_cli.rules.book import RuleBook

MOST_SHEETS = 2_000


@dataclass(frozen=True)
class Sheets:
    """Roster rows with the figures of their benchmarks, where these were computed, and of their settlements.

    `roster` has aco_id, aco_name, performance_year, program, track; `notes` is what a reader of each row must know.
    """

    roster: pd.DataFrame
    notes: Sequence[str]
    rows: Sequence[tuple[Row | None, Row]]


def render_book(book: RuleBook, sheets: Sheets, report: Sequence[CmsSheet] = (), one: OneAco | None = None) -> bytes:
    """The workbook as a file; first, of `one` ACO, a sheet to print, then sheets in the form of CMS's report.

    The same settlements give the same bytes. Raises OutputError for too many ACOs.
    """
    rows = len(sheets.roster)
    if rows > MOST_SHEETS:
        raise OutputError(
            f"a workbook has a sheet for each ACO and year and gets unwieldy: at most {MOST_SHEETS:,}, found {rows:,}; "
            "choose some with --aco, --track or --program"
        )
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as workbook:
        describe(workbook, provenance(book.fingerprint))
        workbook.set_calc_mode("auto")
        _fill(workbook, book, sheets, report, one)
    return file.getvalue()


def _fill(
    workbook: xlsxwriter.Workbook, book: RuleBook, sheets: Sheets, report: Sequence[CmsSheet], one: OneAco | None
) -> None:
    styles = Styles(workbook)
    front = workbook.add_worksheet(FRONT) if one else None
    names = sheet_names(sheets.roster["aco_id"].tolist(), sheets.roster["performance_year"].tolist())
    write_cms_sheets(workbook, report, styles, taken=(FRONT, INDEX, SUMMARY, SHEET, *names))
    index, summary = workbook.add_worksheet(INDEX), workbook.add_worksheet(SUMMARY)
    pages = [workbook.add_worksheet(name) for name in names]
    kinds = [(settlement.situation.program, benchmark is not None) for benchmark, settlement in sheets.rows]
    layouts = {kind: tables(book, kind[0], with_benchmark=kind[1]) for kind in sorted(set(kinds))}
    situations = dict.fromkeys(row.situation for rows in sheets.rows for row in rows if row is not None)
    parameters = Parameters(book, situations, _rule_names(layouts.values()))
    writers = {kind: AcoSheets(make_plan(layout, START), parameters, styles, book) for kind, layout in layouts.items()}
    headings = map(partial(_heading, book), sheets.roster.to_dict("records"), sheets.notes)
    for page, heading, kind, (benchmark, settlement) in zip(pages, headings, kinds, sheets.rows, strict=True):
        writers[kind].write(page, heading, {SETTLEMENT: settlement} | ({BENCHMARK: benchmark} if benchmark else {}))
    cells = [{name: writers[kind].plan.cells.get((SETTLEMENT, name, ""), "") for name in FIGURES} for kind in kinds]
    figures = {name: [settlement.figure(name) for _, settlement in sheets.rows] for name in FIGURES}
    identity = sheets.roster[["aco_id", "aco_name", "performance_year", "program", "track"]]
    table = identity.assign(**figures, notes=sheets.notes)
    write_index(index, table, names, cells, styles)
    write_summary(summary, table, styles)
    parameters.write(workbook.add_worksheet(SHEET), styles)
    if one and front:
        last = int(sheets.roster["performance_year"].to_numpy().argmax())
        own = writers[kinds[last]].plan.cells.items()
        found = {key: f"{quoted(names[last])}!{cell}" for (space, key, _), cell in own if space == SETTLEMENT}
        write_front(workbook, front, one, sheets.rows[last][1], found, styles)


def _rule_names(layouts: Iterable[Sequence[SheetTable]]) -> list[str]:
    trees = [step.trees["formula"] for layout in layouts for table in layout for step in table.steps if step.is_line]
    return list(dict.fromkeys(node.name for tree in trees for node in walk(tree) if isinstance(node, Rule)))


def _heading(book: RuleBook, row: Mapping[Any, Any], notes: str) -> Heading:
    program = book.programs[row["program"]]
    subtitle = f"{program.label}, {program.tracks[row['track']].label}, performance year {row['performance_year']}"
    return (f"{row['aco_id']}  {row['aco_name']}".strip(), subtitle, notes)
