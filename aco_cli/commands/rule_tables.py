"""The rule book as tables: parameters, sources, coverage, what is not confirmed, differences."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from aco_cli.api.reading import meant_words
from aco_cli.errors import UsageError
from aco_cli.inputs.years import Years
from aco_cli.outputs.columns import Unit, column_names, output_columns
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import Entry, Parameter, Status, show_years
from aco_cli.rules.quality import QUALITY, UNIT

# All measures of a year in one value, where they are not asked for one by one.
MEASURES = "measures"
Row = dict[str, Any]


def parameters(
    book: RuleBook,
    years: str | None,
    programs: Sequence[str] | None,
    tracks: Sequence[str] | None,
    names: Sequence[str] | None,
) -> Sequence[Row]:
    """One row per value of a parameter; quality measures only where they are named or their program is.

    Raises UsageError where nothing is left.
    """
    wanted = Years.parse(years) if years else None
    programs, tracks = _meant(book, programs, tracks)
    each_measure = QUALITY in programs or not {None, MEASURES}.intersection(names or [None])
    rows = [
        _row(parameter.program, ", ".join(entry.tracks), parameter.name, entry)
        | {"label": parameter.label, "unit": parameter.unit, "note": entry.note}
        for parameter, entry in _values(book, each_measure=each_measure)
        if (not programs or parameter.program in programs)
        and (not names or parameter.name in names)
        and (not tracks or set(tracks) & set(entry.tracks))
        and (wanted is None or any(year in wanted for year in book.programs[parameter.program].verified(entry.years)))
    ]
    if not rows:
        raise UsageError(
            "no matching rule; `aco rules coverage` lists programs, tracks and years, `aco rules show` parameters"
        )
    return rows


def _meant(book: RuleBook, programs: Sequence[str] | None, tracks: Sequence[str] | None) -> list[list[str]]:
    """The programs and tracks that are asked for, as the rules name them. Raises UsageError for unknown ones."""
    known = dict.fromkeys(track for each in book.programs.values() for track in each.tracks)
    return [meant_words("program", programs or (), [*book.programs]), meant_words("track", tracks or (), [*known])]


def _values(book: RuleBook, *, each_measure: bool = True) -> Iterator[tuple[Parameter, Entry]]:
    """Every parameter with each of its entries, then the measures of each year, one by one or all in one."""
    for program in book.programs:
        for parameter in book.parameters(program).values():
            for entry in parameter.entries:
                yield parameter, entry
    label = "Quality measure" if each_measure else "Quality measures"
    for found in book.measure_sets.values():
        for name, entry in found.entries.items() if each_measure else [(MEASURES, found.summary)]:
            yield Parameter(QUALITY, name, label, UNIT, (entry,)), entry


def sources(book: RuleBook) -> Iterator[Row]:
    """One row per document that citations name."""
    counts = Counter(source for _, entry in _values(book) for source in book.sources_of(entry))
    for name, document in book.sources.items():
        yield {"source": name, "values": counts[name], **document}


def coverage(book: RuleBook) -> Iterator[Row]:
    """One row per program, track and performance year with the number of values of each status."""
    for each in book.situations():
        entries = book.in_force(each)
        statuses = Counter(entry.status for entry in entries.values())
        uncertain = [name for name, entry in entries.items() if entry.status is not Status.PUBLISHED]
        if each.program != QUALITY or book.measures(each.year):  # without measures nothing is scored
            yield {
                "program": each.program,
                "track": each.track,
                "performance_year": each.year,
                **{status.value: statuses[status] for status in Status},
                "uncertain": ", ".join(uncertain),
            }


def unconfirmed(book: RuleBook, year: str) -> Iterator[Row]:
    """One row per program and value that would be in force in a year though nobody confirmed it, with its tracks."""
    for program in book.programs.values():
        rows: dict[str, dict[int, Row]] = {}
        for track in program.tracks:
            for name, entry, why in book.unconfirmed(Situation(program.name, track, _single(year))):
                new = _row(program.name, "", name, entry) | {"why": why}
                row = rows.setdefault(name, {}).setdefault(id(entry), new)
                row["track"] += f", {track}" if row["track"] else track
        yield from (row for of_name in rows.values() for row in of_name.values())


def diff(
    book: RuleBook, before: str, after: str, programs: Sequence[str] | None, tracks: Sequence[str] | None
) -> Iterator[Row]:
    """One row per track and parameter whose value differs between two performance years; a blank is no such rule."""
    years = [_single(before), _single(after)]
    programs, tracks = _meant(book, programs, tracks)
    for name, program in book.programs.items():
        for track in program.tracks:
            if (not programs or name in programs) and (not tracks or track in tracks):
                yield from _changes(book, [Situation(name, track, year) for year in years])


def _single(text: str) -> int:
    year = Years.parse(text).single
    if year is None:
        raise UsageError(f"expected one performance year, found {text}")
    return year


def _changes(book: RuleBook, situations: Sequence[Situation]) -> Iterator[Row]:
    program, track = situations[0].program, situations[0].track
    held = [_comparable(book, situation, situations) for situation in situations]
    for name in dict.fromkeys([*book.parameters(program), *held[0], *held[1]]):
        entries = [each.get(name) for each in held]
        before, after = (_shown(entry.value) if entry else "" for entry in entries)
        if before != after and (source := entries[1] or entries[0]):
            yield _row(program, track, name, source) | {"before": before, "after": after}


def _comparable(book: RuleBook, situation: Situation, situations: Sequence[Situation]) -> Mapping[str, Entry]:
    """What is in force, with measures one by one if all of the situations have some, else all in one."""
    measures = book.measures(situation.year) if situation.program == QUALITY else None
    if measures is None or all(book.measures(each.year) for each in situations):
        return book.in_force(situation)
    others = {name: entry for name, entry in book.in_force(situation).items() if name not in measures.measures}
    return {**others, MEASURES: measures.summary}


def _row(program: str, track: str, parameter: str, entry: Entry) -> Row:
    row = {"program": program, "track": track, "parameter": parameter, "years": show_years(entry.years)}
    return row | {"value": _shown(entry.value), "status": entry.status, "citation": entry.cite}


def _shown(value: Any) -> str:
    """A value of a rule file on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(item)}" for key, item in value.items())
    if isinstance(value, list) and isinstance(value[0], dict):
        return "; ".join(_shown(item) for item in value)
    return str(value) if isinstance(value, (str, date)) else json.dumps(value)


_TABLES: Mapping[str, Callable[..., Iterable[Row]]] = {
    "rules show": parameters,
    "rules sources": sources,
    "rules coverage": coverage,
    "rules coverage --year": unconfirmed,
    "rules diff": diff,
}


def table(name: str, book: RuleBook, *asked: Any) -> pd.DataFrame:
    """One of the tables of the rule book, by the words of the command line that ask for it."""
    frame = pd.DataFrame(list(_TABLES[name](book, *asked)), columns=list(column_names(name)))
    return frame.astype({column.name: "str" for column in output_columns(name) if column.unit is Unit.TEXT})
