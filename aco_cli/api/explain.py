"""One ACO's worksheet, as a call of the library."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Unpack

import pandas as pd

from aco_cli.api.benchmarks import read_evidence
from aco_cli.api.reading import only
from aco_cli.api.roster import read_roster, with_benchmark_notes
from aco_cli.api.run import Result, Run
from aco_cli.api.scores import explained_quality
from aco_cli.api.selection import Request, Selection, Tables, YearsLike, requested
from aco_cli.engine.outcome import Outcome
from aco_cli.engine.quality.measures import MeasureLine
from aco_cli.engine.settle import settle
from aco_cli.engine.worksheet import distance_entries, worksheet
from aco_cli.errors import UsageError
from aco_cli.outputs.measure_rows import measure_row


def explain(
    data: Tables,
    aco_id: str | None = None,
    year: YearsLike = None,
    *,
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """The worksheet of one ACO's year: distances to the thresholds, every line with value, formula and citation.

    With `expenditures` and `reference` the benchmark comes before it, with `quality` the measures behind the score.
    """
    run = run or Run()
    request = requested(data, year, selection)
    if year is not None and request.years.single is None:
        raise UsageError(f"explain shows one performance year, found {year}")
    # Scores are those of the one ACO: what other ACOs lack is no matter here.
    alone = replace(request, quality=())
    row = row_of(read_roster(run, alone), aco_id, request.years.single)
    measures: Sequence[MeasureLine] = ()
    if request.quality:
        row, measures = explained_quality(run, row, request)
    first = row.iloc[0]
    told = f"{first['program']} {first['track']}, {first['performance_year']}"
    run.note("explained", f"{first['aco_id']} {first.get('aco_name', '')}: {told}")
    settled = settle(row, request.book, ("outcome", "notes", "is_warned"))
    if notes := with_benchmark_notes(settled["notes"], row).iloc[0]:
        is_open = settled["outcome"].iloc[0] == Outcome.NOT_CALCULABLE
        if is_open or settled["is_warned"].iloc[0] or row.get("benchmark_is_warned", pd.Series([False])).iloc[0]:
            run.warn("not_calculable" if is_open else "unpublished", notes)
        else:
            run.note("notes", notes)
    return Result(worksheet_table(run, request, row, measures), run.notices)


def row_of(frame: pd.DataFrame, aco_id: str | None, year: int | None) -> pd.DataFrame:
    """One row of an ACO: of the year asked for, of several the last, or one that is settled together with it."""
    ids = frame["aco_id"].unique()
    if aco_id is None and len(ids) != 1:
        raise UsageError(f"name one of the {len(ids):,} ACOs: aco explain ACO_ID YEAR FILE")
    rows = only(frame, "aco_id", [aco_id or ids[0]])
    own = rows[rows["performance_year"] == year] if year is not None else rows.tail(1)
    return (rows if own.empty else own).head(1).reset_index(drop=True)


def worksheet_table(run: Run, request: Request, row: pd.DataFrame, measures: Sequence[MeasureLine]) -> pd.DataFrame:
    """One line per entry: the distances, the lines with their formulas, the measures."""
    book = request.book
    entries = [*distance_entries(row, book), *worksheet(row, book, read_evidence(run, request))]
    return pd.DataFrame([asdict(entry) for entry in (*entries, *map(measure_row, measures))])
