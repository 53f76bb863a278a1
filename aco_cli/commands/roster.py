"""What commands do alike with a roster: read it with all that may come from other files, and settle it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from aco_cli.commands.session import Request, Session
from aco_cli.engine.deferral import note_net_amounts
from aco_cli.engine.outcome import Outcome
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook


def read_roster(
    session: Session,
    request: Request,
    book: RuleBook,
    quality: Sequence[str] | None = None,
    reference: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The rows asked for, with scores of the files of `--quality` and benchmarks by those of `--reference`."""
    if reference:
        from aco_cli.commands.benchmarks import read_with_benchmark

        frame = read_with_benchmark(session, request, reference, book)
    else:
        frame = session.read(request)
    if quality:
        from aco_cli.commands.rates import bring_scores

        frame = bring_scores(session, frame, Request(request.years, quality, request.rows), book)
    return frame


def settle_roster(session: Session, frame: pd.DataFrame, book: RuleBook, columns: Sequence[str]) -> pd.DataFrame:
    """The columns asked for, among them notes and outcome, of every row; what is uncertain about them is told."""
    with session.busy("settling", rows=len(frame)) as progress:
        settled = note_net_amounts(settle(frame, book, columns, progress=progress), frame)
    settled["notes"] = with_benchmark_notes(settled["notes"], frame)
    session.settled(settled["outcome"])
    if unsettled := int((settled["outcome"] == Outcome.NOT_CALCULABLE).sum()):
        session.warn(f"{unsettled:,} of {len(settled):,} rows are not-calculable; column notes says why")
    if uncertain := int(settled["notes"].str.contains("rests on ", regex=False).sum()):
        session.warn(f"{uncertain:,} settlements rest on rule values that are not published; column notes says which")
    return settled


def with_benchmark_notes(notes: pd.Series, frame: pd.DataFrame) -> pd.Series:
    """The notes of settlements with those of their benchmarks, where these were computed, before them."""
    if "benchmark_notes" not in frame:
        return notes
    return frame["benchmark_notes"].str.cat(notes, sep="; ").str.strip("; ")
