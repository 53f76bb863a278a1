"""The worksheet of one settlement: its benchmark and its lines row by row, and how far it is to the thresholds."""

import math
from collections.abc import Iterator

import pandas as pd

from aco_cli.engine.benchmark.compute import benchmark_rows
from aco_cli.engine.distances import distances
from aco_cli.engine.lines.entries import SETTLEMENT_TABLE, WorksheetRow, entries
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.row import Row
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.text import show
from aco_cli.engine.settle import settled_rows
from aco_cli.rules.book import RuleBook

Evidence = tuple[pd.DataFrame, pd.DataFrame]


def sheet_rows(frame: pd.DataFrame, book: RuleBook, evidence: Evidence | None = None) -> list[tuple[Row | None, Row]]:
    """Every roster row's settlement, and its benchmark where `evidence` (expenditures, national figures) has it."""
    if evidence is None:
        return [(None, row) for row in settled_rows(frame, book)]
    above = benchmark_rows(frame, *evidence, book)
    known = [at for at, each in enumerate(above) if each]
    rest = [at for at, each in enumerate(above) if not each]
    figures = next((each.figures for each in above if each), {})
    more = {f"benchmark.{key}": column for key, column in figures.items()}
    settled = {
        **dict(zip(known, settled_rows(frame.iloc[known], book, "settlement_from_benchmark", more), strict=True)),
        **dict(zip(rest, settled_rows(frame.iloc[rest], book), strict=True)),
    }
    return [(each, settled[at]) for at, each in enumerate(above)]


def worksheet(frame: pd.DataFrame, book: RuleBook, evidence: Evidence | None = None) -> list[WorksheetRow]:
    """The worksheet of a frame of one roster row: what is known of it, then every line in the order of the law."""
    (above, row), *_ = sheet_rows(frame, book, evidence)
    program = book.programs[row.situation.program]
    found: list[WorksheetRow] = []
    if above is not None:
        for table in ("1", "2"):
            steps = [step for step in above.law.steps if step.table == table]
            ordered = [*(each for each in steps if each.given), *(each for each in steps if each.is_line)]
            found += entries(ordered, above, book.programs[above.situation.program], "files")
    return [*found, *entries(row.law.steps, row, program, "roster")]


def distance_entries(frame: pd.DataFrame, book: RuleBook) -> Iterator[WorksheetRow]:
    """The distances of a frame of one roster row to its thresholds, each with what it is worth to cross it."""
    law = law_of(book, frame["program"].iloc[0], "distances")
    benchmark = float(frame["benchmark_total"].iloc[0])
    for line, by, figure, there, worth in distances(frame, book).drop(columns="row").itertuples(index=False):
        step = law[line]
        is_behind = there == 0 if step.unit == "condition" else by <= 0
        told = _worth(step, by, worth, is_behind=is_behind)
        limit = "limit" in figure
        unit = next((each.unit for each in law.inputs if figure in (each.column, each.name)), "fraction")
        again = f"settled again with {figure} {show(there, unit)}: "
        yield WorksheetRow(
            letter="",
            line=line,
            label=step.reached if is_behind else step.label,
            unit=step.unit,
            value="" if math.isnan(by) else repr(abs(float(by))),
            # Room to a limit is in payments, not in savings: points of the benchmark would be read as those.
            shown=_distance(abs(by), step.unit, math.inf if limit else benchmark, is_behind=is_behind),
            formula=told if limit else again + told,
            citation=step.cite,
            status="",
            words=f"{told}.",
            table=SETTLEMENT_TABLE,
            worth=worth,
            calculation=told,
            is_distance=True,
        )


def _distance(distance: float, unit: str, benchmark: float, *, is_behind: bool) -> str:
    if unit == "condition":  # there is no way to it that could be measured, only a side to be on
        return "met" if is_behind else "not met"
    if unit == "USD":
        points = _points(100 * distance / benchmark, 2) if distance and math.isfinite(benchmark) else ""
        return show(distance, unit) + (f" ({points})" if points else "")
    return _points(distance, 6)


def _points(distance: float, decimals: int) -> str:
    points = f"{distance:.{decimals}f}".rstrip("0").rstrip(".")
    return f"{points} point{'' if points == '1' else 's'}"


def _worth(step: Step, by: float, worth: float, *, is_behind: bool) -> str:
    """What crossing a threshold would do to the settlement."""
    if math.isnan(worth):
        return "what that is worth is not known"
    dollars = show(abs(worth), "USD")
    if step.change.endswith("_limit") and by > 0:
        return "the limit is not reached"
    if dollars == show(0, "USD"):
        return "crossing it changes nothing"
    return f"{step.crossing_back if is_behind and step.crossing_back else step.crossing} {dollars}"
