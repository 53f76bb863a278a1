"""Public use files of several years below each other, told apart by a column with the year."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.convert import NO_YEAR
from aco_cli.inputs.layout import Layout, layouts_of, name_key
from aco_cli.inputs.numbers import as_text
from aco_cli.inputs.raw import Head, RawTable, Rows, Sheet, without
from aco_cli.inputs.recognize import Match, fit, fitting, missing_names, names_of_column, place_of

_FAMILY = "cms-puf"
_YEAR_COLUMN = "performance_year"
MARKS = ("assigned_beneficiaries", "benchmark_total", "expenditure_total")
_YEAR = re.compile(r"(?:PY ?)?(20[0-9]{2})(?:\.0)?", re.IGNORECASE)


def stacked(sheets: Sequence[Sheet]) -> tuple[Sheet, Mapping[int, Match]] | None:
    """The sheet that holds several years, and how the layout of each year fits it; None where no sheet does.

    A sheet of one year counts where it has all columns of that year's layout, and others too so that it fits none.
    Raises InputError for a year without layout, or whose columns are missing.
    """
    if any(fitting(head.names, ["roster"]) for sheet in sheets for head in islice(sheet.heads(), 1)):
        return None
    marks = [set(map(name_key, names_of_column(_FAMILY, mark))) for mark in MARKS]
    for sheet in sheets:
        head = next(
            (head for head in sheet.heads() if all(marks_of & {*map(name_key, head.names)} for marks_of in marks)), None
        )
        place = place_of(head.names, names_of_column(_FAMILY, _YEAR_COLUMN)) if head else None
        if head is None or place is None:
            continue
        raw = sheet.read(head, [place], layouts_of(_FAMILY)[0].encoding)
        years = sorted({*_years(raw, place).tolist()})
        is_of_one = fitting(head.names, [_FAMILY]) is not None
        if len({*years} - {NO_YEAR}) > is_of_one and not (is_of_one and any(_missing_of(year, head) for year in years)):
            return sheet, dict(_matches(sheet, head, years))
    return None


def _layout_of(year: int) -> Layout | None:
    return next((layout for layout in layouts_of(_FAMILY) if year in layout.years), None)


def _missing_of(year: int, head: Head) -> list[str]:
    layout = _layout_of(year)
    return missing_names(layout, {*map(name_key, head.names)}) if layout else [str(year)]


def rows_of(raw: RawTable, match: Match, year: int) -> RawTable:
    """The rows of a year."""
    place = match.place(match.layout.columns[_YEAR_COLUMN].sources)
    return without(raw, _years(raw, place) != year) if place is not None else raw


def _years(raw: RawTable, place: int) -> Rows:
    """The year of each row, NO_YEAR where there is none; read once for each spelling."""
    text = as_text(raw.columns[place]).combine_chunks().dictionary_encode()
    found = [_YEAR.fullmatch(each) for each in text.dictionary.to_pylist()]
    years = np.array([int(each[1]) if each else NO_YEAR for each in found], dtype=np.int64)
    rows: Rows = years[text.indices.to_numpy()]
    return rows


def _matches(sheet: Sheet, head: Head, years: Sequence[int]) -> Iterator[tuple[int, Match]]:
    for year in years:
        layout = _layout_of(year)
        if layout is None:
            found = f"the year {year}" if year else "a row without a year"
            known = [each for layout in layouts_of(_FAMILY) for each in layout.years]
            raise InputError([Problem(sheet.file, f"rows of years {min(known)} to {max(known)}", found)])
        if missing := _missing_of(year, head):
            expected = f"the columns of {layout.label}, as rows of {year} are there"
            raise InputError([Problem(sheet.file, expected, f"none named {', '.join(missing)}", head.row)])
        yield year, fit(sheet, head, layout)
