"""What `aco report -o book.xlsx` writes: a workbook of worksheets with live formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from aco_cli.commands.roster import settle_roster
from aco_cli.commands.session import Session
from aco_cli.engine.settle import evaluate_all, with_balances
from aco_cli.outputs.workbook.book import Computed, Settlements, render_book
from aco_cli.outputs.write import write_output
from aco_cli.rules.book import RuleBook


def write_book(session: Session, frame: pd.DataFrame, book: RuleBook, output: str) -> None:
    """Settle the rows of a roster and write their workbook. Raises OutputError for what cannot be written."""
    settled = settle_roster(session, frame, book, ("outcome", "settlement", "aco_id", "performance_year", "notes"))
    frame = with_balances(frame, book).reset_index(drop=True)
    values, rules = evaluate_all(frame, book)
    roster = frame.assign(aco_name=frame.get("aco_name", ""))
    everywhere = np.ones(len(frame), dtype=np.bool_)
    settlements = Settlements(roster, settled["notes"].tolist(), Computed(values, rules, everywhere))
    with session.busy("writing the workbook", rows=len(frame)):
        write_output(render_book(book, settlements), output)
