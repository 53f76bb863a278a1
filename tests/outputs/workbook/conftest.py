"""Workbooks of settlements, as the command makes them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.benchmark.compute import evaluate_benchmark
from aco_cli.engine.settle import evaluate_all, settle
from aco_cli.outputs.workbook.book import Computed, Settlements, render_book
from aco_cli.rules.book import RuleBook

Evidence = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="session")
def book() -> RuleBook:
    return RuleBook()


@pytest.fixture(scope="session")
def settlements(book: RuleBook) -> Callable[..., Settlements]:
    """What a workbook is made of: roster rows with their lines."""

    def compute(frame: pd.DataFrame, evidence: Evidence | None = None) -> Settlements:
        notes = settle(frame, book, ("notes",))["notes"].tolist()
        everywhere = np.ones(len(frame), dtype=np.bool_)
        benchmark = Computed(*evaluate_benchmark(frame, *evidence, book)) if evidence else None
        named = frame.assign(aco_name=frame.get("aco_name", ""))
        return Settlements(named, notes, Computed(*evaluate_all(frame, book), everywhere), benchmark)

    return compute


@pytest.fixture(scope="session")
def workbook(book: RuleBook, settlements: Callable[..., Settlements]) -> Callable[..., bytes]:
    """The workbook of roster rows."""

    def make(frame: pd.DataFrame, evidence: Evidence | None = None) -> bytes:
        return render_book(book, settlements(frame, evidence))

    return make
