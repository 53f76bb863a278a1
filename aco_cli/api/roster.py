"""Rosters with all that may come from other files, and settled."""

from collections.abc import Sequence

import pandas as pd

from aco_cli.api.reading import read_rows
from aco_cli.api.run import Run
from aco_cli.api.selection import Request
from aco_cli.engine.deferral import note_net_amounts
from aco_cli.engine.outcome import Outcome
from aco_cli.engine.settle import WARNED, settle
from aco_cli.rules.book import RuleBook


def read_roster(run: Run, request: Request) -> pd.DataFrame:
    """The rows asked for, with the scores and benchmarks that other files of the request bring."""
    if request.reference:
        from aco_cli.api.benchmarks import read_with_benchmark

        frame = read_with_benchmark(run, request)
    else:
        frame = read_rows(run, request)
    if not request.quality:
        return frame
    from aco_cli.api.scores import bring_scores

    return bring_scores(run, frame, request)


def settle_rows(run: Run, frame: pd.DataFrame, book: RuleBook, columns: Sequence[str]) -> pd.DataFrame:
    """The columns asked for, among them notes and outcome, of every row; what is uncertain about them is told."""
    with run.busy("settling", rows=len(frame)) as progress:
        settled = note_net_amounts(settle(frame, book, (*columns, WARNED), progress=progress), frame)
    settled["notes"] = with_benchmark_notes(settled["notes"], frame)
    run.settled(settled["outcome"])
    if unsettled := int((settled["outcome"] == Outcome.NOT_CALCULABLE).sum()):
        told = f"{unsettled:,} of {len(settled):,} rows are not-calculable; column notes says why"
        run.warn("not_calculable", told, rows=unsettled)
    warn_of_unpublished(run, settled.pop(WARNED), frame, "column notes says which")
    return settled


def warn_of_unpublished(run: Run, warned: pd.Series, frame: pd.DataFrame, where: str) -> None:
    """Warn of settlements that rest on values, of theirs or of their benchmarks, that no published rule bears out."""
    if "benchmark_is_warned" in frame:
        warned = warned | frame["benchmark_is_warned"].to_numpy(dtype="bool")
    if rows := int(warned.sum()):
        depend = "1 settlement depends" if rows == 1 else f"{rows:,} settlements depend"
        run.warn(
            "unpublished",
            f"{depend} on values that are not published or that the rules do not offer; {where}",
            rows=rows,
        )


def with_benchmark_notes(notes: pd.Series, frame: pd.DataFrame) -> pd.Series:
    """The notes of settlements with those of their benchmarks, where these were computed, before them."""
    if "benchmark_notes" not in frame:
        return notes
    return frame["benchmark_notes"].str.cat(notes, sep="; ").str.strip("; ")
