"""A recognized table into canonical columns, with a problem for every cell that does not fit its contract."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aco_cli.errors import Problem
from aco_cli.inputs.layout import Column, name_key
from aco_cli.inputs.numbers import (
    Fix,
    are_percentages,
    as_text,
    is_one_of,
    parse_numbers,
    prints_decimals,
    range_faults,
    snap_to_grid,
)
from aco_cli.inputs.precision import PRECISE, half_unit_name, printed_half_units, rounded_like_others
from aco_cli.inputs.problems import cell_problems, shown
from aco_cli.inputs.raw import Floats, Mask, RawTable, mask_of
from aco_cli.inputs.recognize import Match
from aco_cli.inputs.words import date_fix, parse_booleans, parse_dates, parse_words

_UNKNOWN = "?"  # a choice that is already complained of; a blank one is ''
_NOT_MEASURED = np.array(np.nan)
_NO_ID = (
    r"""^(?:[0-9]+\.0*|[0-9](?:\.[0-9]+)?[eE]\+[0-9]+|#(?:REF!|DIV/0!|N/A|VALUE!|NAME\?|NULL!|NUM!))$|[^ -~]|[*#'"]"""
)
# What a spreadsheet saves of an amount in a narrow column, and what may be thousands or decimals.
_DOUBTFUL = r"^[0-9](?:\.[0-9]{1,5})?E\+[0-9]{2}$|^\$?[0-9]{1,3}\.[0-9]{3}$"
_ID_FIX = "a spreadsheet turned it into a number or lost it; enter the ID as text, with its leading zeros"
_DOUBTFUL_FIX = "digits were lost, or the point parts thousands; write it in full, such as 112000000"
NO_YEAR = 0  # a year that is already complained of; a blank one is NaN
_EXPECTED = {
    "usd": "US dollars as a number",
    "number": "a number",
    "rate": "a rate from 0 to 100",
    "fraction": "a fraction from 0 to 1",
    "integer": "a whole number",
    "year": "a year such as 2014",
    "boolean": "true or false",
    "positive": "a number",
    "date": "a date such as 2012-07-01 or 7/1/2012",
    "election": "sliding, or a fraction such as 0.02",
}


@dataclass
class Conversion:
    """Columns made from one table so far, and the problems met on the way; `precision` adds how they are printed."""

    match: Match
    raw: RawTable
    precision: bool
    columns: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def cells(self, name: str) -> Any | None:
        """The cells of the file's column of this name, or None."""
        place = self.match.places.get(name_key(name))
        return None if place is None else self.raw.columns[place]

    def header_of(self, column: Column) -> str:
        """What the file calls this column."""
        return next((name for name in column.sources if name_key(name) in self.match.places), column.name)

    def measures(self, column: Column) -> bool:
        """Whether half units of this column are wanted."""
        return self.precision and column.name in PRECISE

    def complain(self, name: str, cells: Any, bad: Mask, expected: str, fix: Fix | None = None) -> None:
        """Add a problem for each bad cell of the file's column `name`."""

        def describe(at: int) -> tuple[str, str, str]:
            cell = cells[at].as_py()
            return expected, shown(cell), fix(cell) if fix else ""

        if bad.any():
            self.problems += cell_problems(self.raw.file, name, self.raw.rows, bad, describe)


def convert(match: Match, raw: RawTable, *, precision: bool) -> tuple[pd.DataFrame, list[Problem]]:
    """The canonical columns that the file has, in the layout's order, then its other columns where they are kept.

    `precision` adds the half units of the columns in PRECISE.
    """
    work = Conversion(match, raw, precision)
    for column in match.layout.columns.values():
        values = _convert_column(column, work)
        if values is not None:
            work.columns[column.name] = values
    for name, constant in match.layout.constants.items():
        work.columns[name] = _strings([constant] * len(raw.rows))
    if match.layout.keeps_others:
        for name, place in match.others.items():
            work.columns.setdefault(name, _text(raw.columns[place]))
    return pd.DataFrame(work.columns), work.problems


def _convert_column(column: Column, work: Conversion) -> Any | None:
    if column.type == "flags":
        return _flags(column, work)
    place = work.match.place(column.sources)
    if place is None:
        return None
    cells = work.raw.columns[place]
    if column.true_when:
        values = is_one_of(cells, column.true_when).astype(np.float64)
    else:
        convert_cells: Converter = _CONVERTERS.get(column.type, _numbers)
        values = convert_cells(column, cells, work)
    for source, wanted in column.only_where.items():
        values[~is_one_of(work.cells(source), wanted)] = np.nan
    return values


def _numbers(column: Column, cells: Any, work: Conversion) -> Floats:
    header = work.header_of(column)
    if column.unit_of_file:
        column = replace(column, percent=are_percentages(cells, column))
    values, bad, half_units = _read_number(column, header, cells, work)
    if column.less:
        less, _, less_half_units = _read_number(column, column.less, work.cells(column.less), work)
        values, half_units = values - np.abs(less), half_units + less_half_units
    if column.unsigned:
        values = np.abs(values)
    if column.grid is not None and prints_decimals(values, column.grid.decimals):
        values, exact = snap_to_grid(values, column.grid)
        rounded = rounded_like_others(values, exact, column.grid.decimals)
        half_units = np.where(np.isnan(rounded), np.where(exact, 0.0, half_units), rounded)
    if work.measures(column):
        work.columns[half_unit_name(column.name)] = half_units
    work.complain(
        header, cells, _doubtful(column, cells, values), "an amount with all its digits", lambda _: _DOUBTFUL_FIX
    )
    for fails, expected, fix in range_faults(column, values):
        work.complain(header, cells, fails, expected, fix)
        bad |= fails
    if column.type == "year":
        values[bad] = NO_YEAR
    return values


def _doubtful(column: Column, cells: Any, values: Floats) -> Mask:
    """Which totals may have lost digits, or are ambiguous."""
    none = np.zeros(len(cells), dtype=bool)
    if column.type != "usd" or "per_capita" in column.name or not pa.types.is_string(cells.type):
        return none
    # Quick to see: neither an exponent nor an amount below a thousand.
    if not (values < 1000).any() and not pc.any(pc.match_substring(cells, "E+")).as_py():
        return none
    return mask_of(pc.match_substring_regex(as_text(cells), _DOUBTFUL))


def _read_number(column: Column, header: str, cells: Any, work: Conversion) -> tuple[Floats, Mask, Floats]:
    """The values of one of the file's columns, which cells are none, and their half units where these are wanted."""
    values, bad = parse_numbers(cells, column)
    work.complain(header, cells, bad, _EXPECTED[column.type], _number_fix)
    values[bad] = np.nan
    return values, bad, printed_half_units(cells, values, column) if work.measures(column) else _NOT_MEASURED


def _number_fix(cell: Any) -> str:
    text = str(cell)
    if text.count(",") == 1 and "." not in text:
        return "write a decimal point, and thousands in groups of three"
    return "write a plain number, or leave it blank if it is not known"


def _positive(column: Column, cells: Any, work: Conversion) -> Floats:
    """1.0 where the number is above zero, 0.0 where it is not, NaN where it is missing."""
    values = _numbers(column, cells, work)
    return np.where(np.isnan(values), np.nan, (values > 0).astype(np.float64))


def _booleans_or_dates(column: Column, cells: Any, work: Conversion) -> Any:
    is_date = column.type == "date"
    parse: Callable[..., tuple[Any, Mask]] = parse_dates if is_date else parse_booleans
    values, bad = parse(cells, column.none)
    work.complain(work.header_of(column), cells, bad, _EXPECTED[column.type], date_fix if is_date else None)
    return values


def _choices(column: Column, cells: Any, work: Conversion) -> Any:
    """What each word stands for: text or, where the column is coded, a number."""
    values, bad = parse_words(cells, column.meant, "", column.none)
    expected = f"one of {', '.join(column.choices or column.spellings)}"
    work.complain(work.header_of(column), cells, bad, expected, lambda cell: column.nearly(str(cell)))
    if column.type == "coded":
        values[bad | (values == "")] = np.nan
        return values.astype(np.float64)
    values[bad] = _UNKNOWN
    return _strings(values)


def _flags(column: Column, work: Conversion) -> Any | None:
    """The one value whose 0/1 column is set; a column that the file does not have is set nowhere."""
    found = {value: work.cells(name) for value, name in column.flags.items()}
    cells = {value: each for value, each in found.items() if each is not None}
    if not cells:
        return None
    chosen = np.full(len(work.raw.rows), column.otherwise, dtype=object)
    count = np.zeros(len(work.raw.rows), dtype=np.int64)
    for value, each in cells.items():
        flags, bad = parse_booleans(each, column.none)
        work.complain(column.flags[value], each, bad, "1 or 0")
        chosen[flags == 1.0] = value
        count += flags == 1.0
    wrong = (count > 1) | ((count == 0) & (column.otherwise == ""))
    names = ", ".join(column.flags[value] for value in cells)
    work.complain(names, pa.array(count), wrong, "exactly one of these set to 1")
    return _strings(chosen)


def _elections(column: Column, cells: Any, work: Conversion) -> Any:
    """`sliding`, a fraction as text, or ''."""
    sliding = is_one_of(cells, ["sliding"])
    values, bad = parse_numbers(pc.if_else(pa.array(sliding), "", as_text(cells)), column)
    header = work.header_of(column)
    work.complain(header, cells, bad, _EXPECTED["election"])
    for fails, expected, fix in range_faults(column, values):
        work.complain(header, cells, fails & ~bad, expected, fix)
    written = ["" if np.isnan(value) else repr(float(value)) for value in values]
    return _strings(np.where(sliding, "sliding", np.array(written, dtype=object)))


def _ids(column: Column, cells: Any, work: Conversion) -> Any:
    """Identifiers; those that a spreadsheet turned into numbers have lost what told them apart."""
    text = as_text(cells)
    text = pc.if_else(pa.array(is_one_of(text, column.none)), "", text) if column.none else text
    bad = mask_of(pc.match_substring_regex(text, _NO_ID))
    if pa.types.is_floating(cells.type):
        bad |= mask_of(pc.not_equal(text, ""))
        cells = pc.cast(cells, pa.float64())
    work.complain(work.header_of(column), cells, bad, "an ID as text", lambda _: _ID_FIX)
    return _text(text)


def _text(cells: Any) -> Any:
    return _strings(as_text(cells).to_pandas())


def _strings(values: Iterable[Any]) -> Any:
    return pd.Series(values, dtype="str")


Converter = Callable[[Column, Any, Conversion], Any]
_CONVERTERS: Mapping[str, Converter] = {
    "boolean": _booleans_or_dates,
    "date": _booleans_or_dates,
    "positive": _positive,
    "choice": _choices,
    "coded": _choices,
    "election": _elections,
    "id": _ids,
    "text": lambda _column, cells, _work: _text(cells),
}
