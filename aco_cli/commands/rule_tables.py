"""The rule book and the rules of quality scoring as tables: parameters, sources, coverage, differences."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from aco_cli.errors import UsageError
from aco_cli.inputs.years import Years
from aco_cli.outputs.columns import Unit, column_names, output_columns
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import Entry, Parameter, Status
from aco_cli.rules.quality import ANY, QualityRules
from aco_cli.rules.quality import PROGRAM as QUALITY
from aco_cli.rules.quality_listing import MEASURES, quality_entries, quality_values


@dataclass(frozen=True)
class Rules:
    """All that is to be listed."""

    book: RuleBook
    quality: QualityRules

    def values(self, *, each_measure: bool = True) -> Iterator[tuple[Parameter, Entry]]:
        """Every parameter with each of its entries."""
        for program in self.book.programs:
            for parameter in self.book.parameters(program).values():
                for entry in parameter.entries:
                    yield parameter, entry
        yield from quality_values(self.quality, each_measure=each_measure)


def parameter_table(
    rules: Rules,
    years: str | None,
    programs: Sequence[str] | None,
    tracks: Sequence[str] | None,
    parameters: Sequence[str] | None,
) -> pd.DataFrame:
    """One row per value of a parameter; quality measures only where they are named or their program is.

    Raises UsageError where nothing is left.
    """
    wanted = Years.parse(years) if years else None
    each_measure = QUALITY.name in (programs or ()) or not {None, MEASURES}.intersection(parameters or [None])
    rows = [
        _parameter_row(parameter, entry)
        for parameter, entry in rules.values(each_measure=each_measure)
        if (not programs or parameter.program in programs)
        and (not parameters or parameter.name in parameters)
        and (not tracks or set(tracks) & set(entry.tracks))
        and (wanted is None or any(year in wanted for year in entry.years))
    ]
    if not rows:
        raise UsageError(
            "no rule fits; `aco rules coverage` lists programs, tracks and years, `aco rules show` parameters"
        )
    return _frame(rows, "rules show")


def diff_table(
    rules: Rules, before: str, after: str, programs: Sequence[str] | None, tracks: Sequence[str] | None
) -> pd.DataFrame:
    """One row per track and parameter whose value differs between two performance years; a blank is no such rule."""
    years, book = [_single(before), _single(after)], rules.book
    rows = []
    for name, program in book.programs.items():
        for track in program.tracks:
            if (not programs or name in programs) and (not tracks or track in tracks):
                situations = [Situation(name, track, year) for year in years]
                rows += [row for parameter in book.parameters(name) for row in _changes(book, parameter, situations)]
    if QUALITY.name in (programs or [QUALITY.name]) and not tracks:
        rows += _quality_changes(rules.quality, years)
    return _frame(rows, "rules diff")


def _single(text: str) -> int:
    year = Years.parse(text).single
    if year is None:
        raise UsageError(f"expected one performance year, found {text}")
    return year


def _changes(book: RuleBook, parameter: str, situations: Sequence[Situation]) -> Iterator[dict[str, str]]:
    entries = [book.entry(situation, parameter) if book.covers(situation) else None for situation in situations]
    yield from _change(situations[0].program, situations[0].track, parameter, entries)


def _quality_changes(quality: QualityRules, years: Sequence[int]) -> Iterator[dict[str, str]]:
    """Changes of scoring; of each measure where both years have measures."""
    both = all(quality.measures(year) for year in years)
    held = [quality_entries(quality, year, each_measure=both) for year in years]
    for name in dict.fromkeys([*held[0], *held[1]]):
        yield from _change(QUALITY.name, ANY, name, [each.get(name) for each in held])


def _change(program: str, track: str, parameter: str, entries: Sequence[Entry | None]) -> Iterator[dict[str, str]]:
    before, after = (show_value(entry.value) if entry else "" for entry in entries)
    if before != after:
        source = entries[1] or entries[0]
        yield {
            "program": program,
            "track": track,
            "parameter": parameter,
            "before": before,
            "after": after,
            "citation": source.cite if source else "",
            "status": source.status if source else "",
        }


def source_table(rules: Rules) -> pd.DataFrame:
    """One row per document that citations name."""
    book = rules.book
    counts = Counter(source for _, entry in rules.values() for source in book.sources_of(entry))
    rows = [{"source": name, "values": counts[name], **details} for name, details in book.sources.items()]
    return _frame(rows, "rules sources")


def coverage_table(rules: Rules) -> pd.DataFrame:
    """One row per program, track and performance year with the number of values of each status."""
    book, rows = rules.book, []
    for situation in book.situations():
        held = {name: book.entry(situation, name) for name in book.parameters(situation.program)}
        entries = {name: entry for name, entry in held.items() if entry}
        rows.append(_coverage(situation.program, situation.track, situation.year, entries))
    for year in rules.quality.years:
        entries = dict(quality_entries(rules.quality, year, each_measure=True))
        rows.append(_coverage(QUALITY.name, ANY, year, entries))
    return _frame(rows, "rules coverage")


def _coverage(program: str, track: str, year: int, entries: Mapping[str, Entry]) -> dict[str, Any]:
    statuses = Counter(entry.status for entry in entries.values())
    uncertain = [name for name, entry in entries.items() if entry.status is not Status.PUBLISHED]
    return {
        "program": program,
        "track": track,
        "performance_year": year,
        **{status.value: statuses[status] for status in Status},
        "uncertain": ", ".join(uncertain),
    }


def show_years(years: range) -> str:
    """A range of years as rule files write it."""
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


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


def _frame(rows: list[dict[str, Any]], table: str) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=column_names(table))
    return frame.astype({column.name: "str" for column in output_columns(table) if column.unit is Unit.TEXT})
