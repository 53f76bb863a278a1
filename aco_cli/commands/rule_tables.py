"""The rule book as tables: parameters, sources, coverage."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd

from aco_cli.errors import UsageError
from aco_cli.inputs.years import Years
from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import Entry, Parameter, Status

PARAMETER_COLUMNS = (
    OutputColumn("program", Unit.TEXT, "Program", 5),
    OutputColumn("parameter", Unit.TEXT, "Parameter", 0, folds_over=20),
    OutputColumn("track", Unit.TEXT, "Track", 1, folds_over=14),
    OutputColumn("years", Unit.TEXT, "Years", 2),
    OutputColumn("value", Unit.TEXT, "Value", 3, folds_over=20),
    OutputColumn("status", Unit.TEXT, "Status", 4),
    OutputColumn("citation", Unit.TEXT, "Citation", 6),
    OutputColumn("label", Unit.TEXT, "Label", 7),
    OutputColumn("unit", Unit.TEXT, "Unit", 8),
    OutputColumn("note", Unit.TEXT, "Note", 9),
)
SOURCE_COLUMNS = (
    OutputColumn("source", Unit.TEXT, "Source", 0),
    OutputColumn("values", Unit.INTEGER, "Values", 2),
    OutputColumn("title", Unit.TEXT, "Title", 1),
    OutputColumn("publisher", Unit.TEXT, "Publisher", 3),
    OutputColumn("where", Unit.TEXT, "Where", 4),
)
COVERAGE_COLUMNS = (
    OutputColumn("program", Unit.TEXT, "Program", 3),
    OutputColumn("track", Unit.TEXT, "Track", 0),
    OutputColumn("performance_year", Unit.INTEGER, "Year", 1),
    *(OutputColumn(status.value, Unit.INTEGER, status.value.capitalize(), 2) for status in Status),
    OutputColumn("uncertain", Unit.TEXT, "Not published", 4),
)
DIFF_COLUMNS = (
    OutputColumn("program", Unit.TEXT, "Program", 6),
    OutputColumn("track", Unit.TEXT, "Track", 1, folds_over=12),
    OutputColumn("parameter", Unit.TEXT, "Parameter", 0, folds_over=20),
    OutputColumn("before", Unit.TEXT, "Before", 2, folds_over=18),
    OutputColumn("after", Unit.TEXT, "After", 3, folds_over=18),
    OutputColumn("citation", Unit.TEXT, "Citation", 4),
    OutputColumn("status", Unit.TEXT, "Status", 5),
)


def parameter_table(
    book: RuleBook,
    years: str | None,
    programs: Sequence[str] | None,
    tracks: Sequence[str] | None,
    parameters: Sequence[str] | None,
) -> pd.DataFrame:
    """One row per value of a parameter. Raises UsageError where nothing is left."""
    wanted = Years.parse(years) if years else None
    rows = [
        _parameter_row(parameter, entry)
        for parameter, entry in _values(book)
        if (not programs or parameter.program in programs)
        and (not parameters or parameter.name in parameters)
        and (not tracks or set(tracks) & set(entry.tracks))
        and (wanted is None or any(year in wanted for year in entry.years))
    ]
    if not rows:
        raise UsageError(
            "no rule fits; `aco rules coverage` lists programs, tracks and years, `aco rules show` parameters"
        )
    return _frame(rows, PARAMETER_COLUMNS)


def diff_table(
    book: RuleBook, before: str, after: str, programs: Sequence[str] | None, tracks: Sequence[str] | None
) -> pd.DataFrame:
    """One row per track and parameter whose value differs between two performance years; a blank is no such rule."""
    years = [_single(before), _single(after)]
    rows = []
    for name, program in book.programs.items():
        for track in program.tracks:
            if (not programs or name in programs) and (not tracks or track in tracks):
                situations = [Situation(name, track, year) for year in years]
                rows += [row for parameter in book.parameters(name) for row in _changes(book, parameter, situations)]
    return _frame(rows, DIFF_COLUMNS)


def _single(text: str) -> int:
    year = Years.parse(text).single
    if year is None:
        raise UsageError(f"expected one performance year, found {text}")
    return year


def _changes(book: RuleBook, parameter: str, situations: Sequence[Situation]) -> Iterator[dict[str, str]]:
    entries = [book.entry(situation, parameter) if book.covers(situation) else None for situation in situations]
    before, after = (show_value(entry.value) if entry else "" for entry in entries)
    if before != after:
        source = entries[1] or entries[0]
        yield {
            "program": situations[0].program,
            "track": situations[0].track,
            "parameter": parameter,
            "before": before,
            "after": after,
            "citation": source.cite if source else "",
            "status": source.status if source else "",
        }


def source_table(book: RuleBook) -> pd.DataFrame:
    """One row per document that citations name."""
    counts = Counter(source for _, entry in _values(book) for source in book.sources_of(entry))
    rows = [{"source": name, "values": counts[name], **details} for name, details in book.sources.items()]
    return _frame(rows, SOURCE_COLUMNS)


def coverage_table(book: RuleBook) -> pd.DataFrame:
    """One row per program, track and performance year with the number of values of each status."""
    rows = []
    for situation in book.situations():
        entries = {name: book.entry(situation, name) for name in book.parameters(situation.program)}
        statuses = Counter(entry.status for entry in entries.values() if entry)
        uncertain = [name for name, entry in entries.items() if entry and entry.status is not Status.PUBLISHED]
        rows.append(
            {
                "program": situation.program,
                "track": situation.track,
                "performance_year": situation.year,
                **{status.value: statuses[status] for status in Status},
                "uncertain": ", ".join(uncertain),
            }
        )
    return _frame(rows, COVERAGE_COLUMNS)


def show_years(years: range) -> str:
    """A range of years as rule files write it."""
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


def _values(book: RuleBook) -> Iterator[tuple[Parameter, Entry]]:
    for program in book.programs:
        for parameter in book.parameters(program).values():
            for entry in parameter.entries:
                yield parameter, entry


def _parameter_row(parameter: Parameter, entry: Entry) -> dict[str, str]:
    return {
        "program": parameter.program,
        "parameter": parameter.name,
        "track": ", ".join(entry.tracks),
        "years": show_years(entry.years),
        "value": show_value(entry.value),
        "status": entry.status,
        "citation": entry.cite,
        "label": parameter.label,
        "unit": parameter.unit,
        "note": entry.note,
    }


def show_value(value: Any) -> str:
    """A value of a rule file on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {show_value(item)}" for key, item in value.items())
    if isinstance(value, list) and isinstance(value[0], dict):
        return "; ".join(show_value(item) for item in value)
    return str(value) if isinstance(value, (str, date)) else json.dumps(value)


def _frame(rows: list[dict[str, Any]], columns: Sequence[OutputColumn]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return frame.astype({column.name: "str" for column in columns if column.unit is Unit.TEXT})
