"""The workbook as it is written: each line a formula with the engine's figure beside it, texts inert, sheets linked."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_cell_to_rowcol

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.errors import OutputError
from aco_cli.outputs.workbook.aco_sheet import START
from aco_cli.outputs.workbook.excel import NOTHING
from aco_cli.outputs.workbook.plan import BENCHMARK, SETTLEMENT, make_plan, tables
from aco_cli.rules.book import RuleBook

TABLES = tables(RuleBook(), with_benchmark=False)
PLAN = make_plan(TABLES, START)
EARNS: dict[str, Any] = {
    **{"aco_id": "A1", "performance_year": 2014, "track": "track-1", "assigned_beneficiaries": 10_000},
    **{"benchmark_total": 1e8, "expenditure_total": 9e7, "quality_score": 0.9},
}
LACKS = {**EARNS, "aco_id": "A2", "quality_score": None}


def read(data: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        return {name: held.read(name).decode() for name in held.namelist()}


def formulas(sheet: str) -> dict[str, str]:
    """The formulas of a sheet by cell."""
    found = re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f>([^<]*)</f>', sheet)
    return {cell: html.unescape(text) for cell, text in found}


def test_every_line_is_a_formula_with_the_figure_of_the_engine(sheets, workbook, canonical, make_rows) -> None:
    frame = canonical(make_rows(5, 25, situations=25))
    data, rows = workbook(frame), sheets(frame).rows
    read_sheets, files = read(data), parts(data)
    steps = [step for table in TABLES for step in table.steps]
    for place, (aco_id, (_, figures)) in enumerate(zip(frame["aco_id"], rows, strict=True)):
        live = formulas(files[f"xl/worksheets/sheet{place + 3}.xml"])
        lines = {PLAN.cells[SETTLEMENT, step.key, ""] for step in steps if step.is_line}
        assert live.keys() == lines, "lines are formulas, and nothing else is"
        for step in steps:
            at, column = xl_cell_to_rowcol(PLAN.cells[SETTLEMENT, step.key, ""])
            number = figures.figure(step.key)
            found = read_sheets[aco_id][at][column]
            if np.isnan(number):
                assert found == NOTHING
            else:
                told = OUTCOMES[int(number)] if step.unit == "outcome" else pytest.approx(number, rel=1e-15)
                assert found == told


def test_the_tables_have_every_step_of_the_law_once() -> None:
    law = law_of(RuleBook(), "mssp")
    assert sorted(step.key for table in TABLES for step in table.steps) == sorted(law.known)
    whole = tables(RuleBook(), with_benchmark=True)
    for space, name in ((SETTLEMENT, "settlement_from_benchmark"), (BENCHMARK, "benchmark")):
        placed = [step.key for table in whole if table.space == space for step in table.steps]
        assert sorted(placed) == sorted(law_of(RuleBook(), "mssp", name).known)


def test_formulas_name_cells_above_or_the_parameters(workbook: Callable[..., bytes], canonical) -> None:
    live = formulas(parts(workbook(canonical([EARNS])))["xl/worksheets/sheet3.xml"])
    for cell, formula in live.items():
        own, _ = xl_cell_to_rowcol(cell)
        names = re.findall(r"(?<![$A-Z!])[A-Z]{1,2}\d+\b", formula)
        assert all(xl_cell_to_rowcol(name)[0] < own for name in names), (cell, formula)
        of_rules = re.search(r"Parameters!|NA\(\)|N\(0\)|IFERROR\(0,", formula)  # the last three: of none that applies
        assert names or of_rules, (cell, formula)


def test_letters_stand_beside_their_lines(workbook: Callable[..., bytes], canonical) -> None:
    sheet = read(workbook(canonical([EARNS])))["A1"]
    letters = [row[0] for row in sheet[START:] if row[0] and len(str(row[0])) <= 7]
    assert letters[:4] == ["A", "A", "H", "G"]
    assert [letter for letter in letters if letter in {"I", "L", "N", "Q", "T", "V", "Y", "GG"}] == [
        *("I", "L", "N", "Q", "T", "V", "Y", "GG")
    ]


def test_each_line_has_its_citation_and_status(workbook: Callable[..., bytes], canonical) -> None:
    sheet = read(workbook(canonical([{**EARNS, "track": "track-2"}])))["A1"]
    held = {row[1]: row for row in sheet}
    assert held["Maximum sharing rate"][-2:] == ["42 CFR 425.606(d)", "published"]
    assert held["Payment limit"][-1] == "assumed"
    assert held["Quality score"][-2:] == ["roster", "given"]


def test_texts_are_inert(workbook: Callable[..., bytes], canonical) -> None:
    row = {**EARNS, "aco_id": "=1+1", "aco_name": '=HYPERLINK("http://x")'}
    files = parts(workbook(canonical([row])))
    assert "HYPERLINK" in files["xl/sharedStrings.xml"]
    assert not any("HYPERLINK" in text or ">1+1<" in text for name, text in files.items() if "/sheet" in name)
    assert not any("http://x" in text for name, text in files.items() if name.endswith(".rels"))


def test_what_cannot_be_calculated_says_why_and_shows_no_error(workbook: Callable[..., bytes], canonical) -> None:
    sheets = read(workbook(canonical([EARNS, LACKS])))
    index = {row[0]: row for row in sheets["Index"]}
    assert index["A2"][-2:] == ["not-calculable", "quality_score is missing"]
    assert sheets["A2"][2][0] == "quality_score is missing"
    assert not any(str(cell).startswith("#") for sheet in sheets.values() for row in sheet for cell in row)


def test_the_summary_adds_up_what_is_settled(workbook: Callable[..., bytes], canonical) -> None:
    """As `aco summary`: what is known of an ACO without a settlement is in no sum."""
    summary = read(workbook(canonical([EARNS, LACKS, {**EARNS, "aco_id": "A3"}])))["Summary"]
    heading, *rows = summary[2:]
    assert len(rows) == 2
    for row in rows:
        told = dict(zip(heading, row, strict=True))
        assert (told["ACOs"], told["earned"], told["not-calculable"]) == (3, 2, 1)
        assert told["Settlement"] == pytest.approx(2 * 1e7 * 0.5 * 0.9 * 0.98)
        assert told["Savings (losses)"] == pytest.approx(2e7)
        assert told["Benchmark"] == pytest.approx(2e8)


def test_the_summary_counts_every_outcome_there_is(workbook: Callable[..., bytes], canonical) -> None:
    """Also those of no ACO: a figure that is changed may lead to them."""
    heading, row, _ = read(workbook(canonical([EARNS])))["Summary"][2:]
    told = dict(zip(heading, row, strict=True))
    assert {outcome: told[outcome] for outcome in OUTCOMES} == {
        outcome: float(outcome == "earned") for outcome in OUTCOMES
    }


def test_the_index_leads_to_every_sheet(workbook: Callable[..., bytes], canonical) -> None:
    rows = [{**EARNS, "aco_id": aco_id} for aco_id in ("A1", "quo'te", "a/b")]
    files = parts(workbook(canonical(rows)))
    links = re.findall(r'<hyperlink ref="A\d+" location="([^"]*)"', files["xl/worksheets/sheet1.xml"])
    assert [html.unescape(link) for link in links] == ["'A1'!A1", "'quo''te'!A1", "'a_b'!A1"]
    assert "location=\"'Index'!A1\"" in files["xl/worksheets/sheet3.xml"]


def test_sheets_stand_and_print_well(workbook: Callable[..., bytes], canonical) -> None:
    files = parts(workbook(canonical([EARNS])))
    sheets = [text for name, text in files.items() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 4
    for sheet in sheets:
        assert 'state="frozen"' in sheet
        assert 'fitToHeight="0"' in sheet
        assert 'orientation="landscape"' in sheet


def test_the_same_settlements_give_the_same_bytes(workbook: Callable[..., bytes], canonical) -> None:
    frame = canonical([EARNS, LACKS])
    assert workbook(frame) == workbook(frame)


def test_a_changed_rule_value_is_shared_by_all_who_take_it(workbook: Callable[..., bytes], canonical) -> None:
    """A value stands once on the sheet of parameters, however many ACOs of a track and year take it."""
    rows = [{**EARNS, "aco_id": f"A{n}"} for n in range(5)]
    parameters = read(workbook(canonical(rows)))["Parameters"]
    labels = [(row[0], row[1], row[3]) for row in parameters if row[0] and row[3]]
    assert len(labels) == len(set(labels))


def test_more_acos_than_a_workbook_can_hold_are_refused(workbook, canonical, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aco_cli.outputs.workbook.book.MOST_SHEETS", 2)
    rows = [{**EARNS, "aco_id": f"A{n}"} for n in range(3)]
    assert workbook(canonical(rows[:2]))
    with pytest.raises(OutputError, match=r"at most 2, found 3; choose some with --aco"):
        workbook(canonical(rows))
