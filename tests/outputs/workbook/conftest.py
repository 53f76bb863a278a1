"""Workbooks of settlements, as the command makes them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from aco_cli.engine.settle import settle
from aco_cli.engine.worksheet import sheet_rows
from aco_cli.outputs.workbook.book import Sheets, render_book
from aco_cli.rules.book import RuleBook

Evidence = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="session")
def book() -> RuleBook:
    return RuleBook()


@pytest.fixture(scope="session")
def sheets(book: RuleBook) -> Callable[..., Sheets]:
    """What a workbook is made of: roster rows with their figures."""

    def compute(frame: pd.DataFrame, evidence: Evidence | None = None) -> Sheets:
        notes = settle(frame, book, ("notes",))["notes"].tolist()
        return Sheets(frame.assign(aco_name=frame.get("aco_name", "")), notes, sheet_rows(frame, book, evidence))

    return compute


@pytest.fixture(scope="session")
def workbook(book: RuleBook, sheets: Callable[..., Sheets]) -> Callable[..., bytes]:
    """The workbook of roster rows."""

    def make(frame: pd.DataFrame, evidence: Evidence | None = None) -> bytes:
        return render_book(book, sheets(frame, evidence))

    return make
