"""The worksheet of one ACO's years, as a call of the library."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Unpack

import pandas as pd

from aco_cli.api.benchmarks import read_evidence
from aco_cli.api.reading import only
from aco_cli.api.roster import read_roster, with_benchmark_notes
from aco_cli.api.run import Result, Run
from aco_cli.api.scenarios import AS_IS, CHANGES, ChangedSelection, cases_of, changed_rows
from aco_cli.api.scores import explained_quality
from aco_cli.api.selection import Request, Tables, YearsLike, requested
from aco_cli.engine.answer import answers
from aco_cli.engine.outcome import Outcome
from aco_cli.engine.quality.measures import MeasureLine
from aco_cli.engine.settle import settle, with_balances
from aco_cli.engine.worksheet import distance_entries, worksheet
from aco_cli.errors import UsageError
from aco_cli.outputs.measure_rows import measure_row
from aco_cli.rules.book import RuleBook


def explain(
    data: Tables,
    aco_id: str | None = None,
    year: YearsLike = None,
    *,
    run: Run | None = None,
    **options: Unpack[ChangedSelection],
) -> Result:
    """The worksheet of one ACO's years: distances to the thresholds, every line with value, formula and citation.

    `answers` of the result says in a sentence or two how each year ended. Without a year it is the last one. Several
    years come one below another, as does each year under a scenario or other changes below the year as it is. With
    `expenditures` and `reference` the benchmark comes before it, with `quality` the measures behind the score.
    """
    run = run or Run()
    request = requested(data, year, options, known=CHANGES)
    cases = cases_of(run, request.book, options)
    # Scores are those of the one ACO: what other ACOs lack is no matter here.
    roster = read_roster(run, replace(request, quality=()))
    earlier, found = rows_of(roster, aco_id, None if year is None else request)
    measures: Sequence[MeasureLine] = ()
    if request.quality:
        if len(found) > 1:
            raise UsageError("with --quality, explain shows one performance year at a time")
        found, measures = explained_quality(run, found, request)
    tables: list[pd.DataFrame] = []
    told: list[str] = []
    as_told = [(AS_IS, found, request.book), *changed_rows(run, found, request, cases)]
    shown = [(name, carried(earlier, rows, book), book) for name, rows, book in as_told]
    for at in range(len(found)):
        _introduce(run, found.iloc[[at]], request.book)
        for name, rows, book in shown:
            row = rows.iloc[[at]].reset_index(drop=True)
            _tell_notes(run, row, book)
            table = worksheet_table(run, replace(request, book=book), row, () if name != AS_IS else measures)
            tables.append(table.assign(scenario=name, sheet=len(tables)))
            told += answers(row, book)
    table = pd.concat(tables, ignore_index=True)
    return Result(table if cases else table.drop(columns="scenario"), run.notices, answers=told)


def rows_of(
    frame: pd.DataFrame, aco_id: str | None, request: Request | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of an ACO: of the years asked for, or of the last; before them those of earlier years.

    For a single year they are what is settled with it.
    """
    ids = frame["aco_id"].unique()
    if aco_id is None and len(ids) != 1:
        raise UsageError(f"name one of the {len(ids):,} ACOs: aco explain ACO_ID YEAR FILE")
    rows = only(frame, "aco_id", [aco_id or ids[0]]).sort_values("performance_year", kind="stable", ignore_index=True)
    if request is not None and request.years.single is None:
        return rows.head(0), rows
    year = rows["performance_year"].iloc[-1] if request is None else request.years.single
    own = rows["performance_year"] == year
    at = int(own.argmax())  # the first where none is: what is deferred from another year
    return rows.head(at), rows.iloc[at : at + max(int(own.sum()), 1)].reset_index(drop=True)


def carried(earlier: pd.DataFrame, rows: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """Rows of an ACO with the advance balances that earlier years, and these, leave to the next."""
    return with_balances(pd.concat([earlier, rows], ignore_index=True), book).tail(len(rows)).reset_index(drop=True)


def _introduce(run: Run, row: pd.DataFrame, book: RuleBook) -> None:
    first = row.iloc[0]
    program = book.programs[first["program"]]
    told = f"{program.label}, {program.tracks[first['track']].label}, {first['performance_year']}"
    run.note("explained", f"{' '.join(filter(None, [first['aco_id'], first.get('aco_name', '')]))}: {told}")


def _tell_notes(run: Run, row: pd.DataFrame, book: RuleBook) -> None:
    settled = settle(row, book, ("outcome", "notes", "is_warned"))
    if notes := with_benchmark_notes(settled["notes"], row).iloc[0]:
        is_open = settled["outcome"].iloc[0] == Outcome.NOT_CALCULABLE
        if is_open or settled["is_warned"].iloc[0] or row.get("benchmark_is_warned", pd.Series([False])).iloc[0]:
            run.warn("not_calculable" if is_open else "unpublished", notes)
        else:
            run.note("notes", notes)


def worksheet_table(run: Run, request: Request, row: pd.DataFrame, measures: Sequence[MeasureLine]) -> pd.DataFrame:
    """One line per entry: the distances, the lines with their formulas, the measures."""
    book = request.book
    entries = [*distance_entries(row, book), *worksheet(row, book, read_evidence(run, request))]
    table = pd.DataFrame([asdict(entry) for entry in (*entries, *map(measure_row, measures))])
    return table.assign(performance_year=int(row["performance_year"].iloc[0]), sheet=0)
