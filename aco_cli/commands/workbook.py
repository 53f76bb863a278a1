"""What `aco report -o book.xlsx` writes: a workbook of worksheets with live formulas."""

from __future__ import annotations

import pandas as pd

from aco_cli.api.benchmarks import read_evidence
from aco_cli.api.roster import settle_rows
from aco_cli.api.selection import Request
from aco_cli.commands.session import Session
from aco_cli.engine.settle import with_balances
from aco_cli.engine.worksheet import sheet_rows
from aco_cli.outputs.workbook.book import Sheets, render_book
from aco_cli.outputs.write import write_output


def write_book(session: Session, frame: pd.DataFrame, request: Request, output: str) -> None:
    """Settle the rows of a roster and write their workbook. Raises OutputError for what cannot be written.

    Where the request has reference files, the worksheets start with the benchmarks by those.
    """
    book = request.book
    settled = settle_rows(session, frame, book, ("outcome", "settlement", "aco_id", "performance_year", "notes"))
    frame = with_balances(frame, book).reset_index(drop=True)
    rows = sheet_rows(frame, book, read_evidence(session, request))
    sheets = Sheets(frame.assign(aco_name=frame.get("aco_name", "")), settled["notes"].tolist(), rows)
    with session.busy("writing the workbook", rows=len(frame)):
        write_output(render_book(book, sheets), output)
    session.step("wrote", f"wrote {len(frame):,} rows to {output}", rows=len(frame), file=output)
