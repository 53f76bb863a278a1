"""What `aco report -o book.xlsx` writes: a workbook of worksheets with live formulas."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from aco_cli.commands.options import Rows, Sources
from aco_cli.commands.roster import settle_roster
from aco_cli.commands.session import Session
from aco_cli.engine.settle import with_balances
from aco_cli.engine.worksheet import sheet_rows
from aco_cli.inputs.benchmark import load_table
from aco_cli.outputs.workbook.book import Sheets, render_book
from aco_cli.outputs.write import write_output
from aco_cli.rules.book import RuleBook


def write_book(
    session: Session, frame: pd.DataFrame, book: RuleBook, output: str, rows: Rows, reference: Sequence[str] | None
) -> None:
    """Settle the rows of a roster and write their workbook. Raises OutputError for what cannot be written.

    With `reference`, the worksheets start with the benchmarks by those files and the `--expenditures` of `rows`.
    """
    settled = settle_roster(session, frame, book, ("outcome", "settlement", "aco_id", "performance_year", "notes"))
    frame = with_balances(frame, book).reset_index(drop=True)
    rows_of = sheet_rows(frame, book, read_evidence(rows, reference))
    sheets = Sheets(frame.assign(aco_name=frame.get("aco_name", "")), settled["notes"].tolist(), rows_of)
    with session.busy("writing the workbook", rows=len(frame)):
        write_output(render_book(book, sheets), output)
    session.log.step("wrote", f"wrote {len(frame):,} rows to {output}", rows=len(frame), file=output)


def read_evidence(rows: Sources, reference: Sequence[str] | None) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Expenditures by enrollment type and national figures, where a benchmark is to be computed from them."""
    if not reference:
        return None
    return load_table(rows.expenditures or (), "expenditures"), load_table(reference, "reference")
