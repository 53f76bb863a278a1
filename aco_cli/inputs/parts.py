"""One input file as canonical columns, with where each row came from."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.asides import without_asides
from aco_cli.inputs.convert import NO_YEAR, convert
from aco_cli.inputs.layout import Layout, name_key
from aco_cli.inputs.numbers import as_text
from aco_cli.inputs.problems import cell_problems, limited, no_rows, shown
from aco_cli.inputs.raw import Mask, RawTable, Rows, Sheet
from aco_cli.inputs.recognize import Match, fitting, recognize, there_twice
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.sheets import open_sheets
from aco_cli.inputs.source import name_as_text
from aco_cli.inputs.stacked import rows_of, stacked
from aco_cli.inputs.years import Years, list_years

YEAR = "performance_year"
_WITH_YEARS = ("auto", "cms-puf")


@dataclass
class Part:
    """One file's rows in canonical columns, the number of each row in the file, and what was wrong with them.

    `held_years` are the years of the file, also those whose rows are left out. `brought` says of each cell of a column
    where it stands if it comes from another file.
    """

    file: str
    layout: Layout
    frame: pd.DataFrame
    rows: Rows
    header: tuple[str, ...]
    problems: list[Problem]
    remarks: Sequence[Remark]
    held_years: tuple[int, ...] = ()
    brought: dict[str, Sequence[str]] = field(default_factory=dict)

    def place(self, column: str, at: int) -> str:
        """The file and row of a cell."""
        return (column in self.brought and self.brought[column][at]) or f"{self.file}, row {self.rows[at]}"

    @property
    def has_years(self) -> bool:
        """Whether the performance year of each row is known."""
        return YEAR in self.frame

    @property
    def years(self) -> pd.Series:
        """The performance year of each row, NO_YEAR where it is not known."""
        return self.frame[YEAR] if self.has_years else pd.Series(NO_YEAR, index=self.frame.index)

    def cell_problems(self, column: str, bad: Mask, describe: Callable[[int], tuple[str, str, str]]) -> list[Problem]:
        """A problem for each bad cell of a column; `describe` gives what was expected, found and mends it."""
        return cell_problems(self.file, column, self.rows, bad, describe)


def read_part(file: str, layout: str) -> Part:
    """Read one file whole. Raises InputError when it cannot be read; problems of cells are kept in the part."""
    sheet, match = recognize(open_sheets(file), layout)
    return _part(_raw(sheet, [match]), match, precision=False)


def _read(file: str, layout: str, *, precision: bool, own: Collection[str]) -> Iterator[Part]:
    """The rows of a file; of a public use file with several years, those of each year by its layout."""
    sheets = open_sheets(file)
    found = stacked(sheets) if layout in _WITH_YEARS else None
    if found is None:
        sheet, match = recognize(sheets, layout)
        match = _with_own(match, own)
        yield _part(_raw(sheet, [match]), match, precision=precision)
        return
    sheet, by_year = found
    matches = {year: _with_own(match, own) for year, match in by_year.items()}
    raw = _raw(sheet, [*matches.values()])
    for year, match in matches.items():
        yield _part(rows_of(raw, match, year), match, precision=precision)


def _with_own(match: Match, own: Collection[str]) -> Match:
    """Of the columns of a CMS file that do not count, only those named."""
    if not match.layout.is_of_cms:
        return match
    named = set(map(name_key, own))
    return replace(match, others={name: at for name, at in match.others.items() if name_key(name) in named})


def _raw(sheet: Sheet, matches: Sequence[Match]) -> RawTable:
    """The columns that one of these layouts, of one family and fitted to the same header, wants."""
    wanted = sorted(set().union(*map(_wanted, matches)))
    raw = sheet.read(matches[0].head, wanted, matches[0].layout.encoding)
    if not len(raw.rows):
        raise no_rows(raw.file)
    return raw


def _part(raw: RawTable, match: Match, *, precision: bool) -> Part:
    raw, asides = without_asides(match, _by_one_name(match, raw))
    if not len(raw.rows):
        raise no_rows(raw.file)
    frame, problems = convert(match, raw, precision=precision)
    problems += [*_cells_without_header(match, raw), *_faults(match, raw)]
    remarks = [*match.remarks, *asides]
    return Part(name_as_text(raw.file), match.layout, frame, raw.rows, match.head.names, problems, remarks)


def _by_one_name(match: Match, raw: RawTable) -> RawTable:
    """Columns under two names, as in files of several years, made one; it is refused that a row fills both."""
    columns, problems = dict(raw.columns), []
    for column in match.layout.columns.values():
        places = [match.places[key] for key in dict.fromkeys(map(name_key, column.sources)) if key in match.places]
        for place in places[1:]:
            held, more = as_text(columns[places[0]]), as_text(columns[place])
            columns[places[0]] = pc.if_else(pc.equal(held, ""), more, held)
            if not pc.all(pc.or_(pc.equal(held, ""), pc.equal(more, ""))).as_py():
                problems.append(there_twice(raw.file, match.head, sorted(places)))
                break
    if problems:
        raise InputError(problems)
    return replace(raw, columns=columns)


def _wanted(match: Match) -> list[int]:
    reads = {name_key(name) for column in match.layout.columns.values() for names in column.reads for name in names}
    others = [*match.others.values(), *match.unnamed] if match.layout.keeps_others else []
    return sorted({place for name, place in match.places.items() if name in reads} | set(others))


def _cells_without_header(match: Match, raw: RawTable) -> list[Problem]:
    """A column without a name must be empty, as beside the tables of spreadsheets, or count the rows, as by pandas."""
    problems = []
    for place in set(match.unnamed) & set(raw.columns):
        cells = as_text(raw.columns[place])
        if place == 0 and pc.all(pc.match_substring_regex(cells, "^[0-9]+$")).as_py():
            continue
        first = pc.index(pc.equal(cells, ""), False).as_py()
        if first >= 0:
            found = f"{shown(raw.columns[place][first].as_py())} in column {place + 1}, which has no name"
            problems.append(Problem(raw.file, "cells only below a column name", found, int(raw.rows[first])))
    return problems


def _faults(match: Match, raw: RawTable) -> list[Problem]:
    """Cells of the columns that count which hold no value though they are not blank."""
    used = set(_wanted(match)) - {*match.others.values(), *match.unnamed}
    return limited(
        [
            Problem(
                raw.file, "a value", found, row, match.head.names[place], "enter the value, or leave the cell blank"
            )
            for place in sorted(used & set(raw.faults))
            for row, found in raw.faults[place].items()
            if row in raw.rows
        ]
    )


def fix_year(part: Part) -> None:
    """A public use file without a year column is of the year whose layout it fits."""
    if part.has_years or part.layout.years:
        return
    if layout := fitting(part.header, ["cms-puf"]):
        part.frame[YEAR] = np.full(len(part.frame), float(layout.years[0]))


def no_rows_of(years: Years, file: str, held: Iterable[int]) -> Problem:
    """The problem of a file that has rows of other years only."""
    return Problem(file, f"rows of {years}", f"rows of {list_years(map(int, held))}", fix="ask for a year it holds")


def settle_years(part: Part, years: Years | None) -> None:
    """Give every row a whole performance year: the file's own, the layout's, or the one year asked for."""
    if part.has_years:
        _check_years(part)
        return
    year = years.single if years is not None else None
    if len(part.layout.years) == 1:
        year = part.layout.years[0]
    if year is not None:
        part.frame[YEAR] = np.full(len(part.frame), year, dtype=np.int64)
    elif years is not None:
        fix = "add it, or ask for one year"
        part.problems.append(Problem(part.file, f"a column {YEAR}", "none, and several years asked for", 1, fix=fix))


def _check_years(part: Part) -> None:
    values = part.frame[YEAR].to_numpy()
    blank = np.isnan(values)
    if blank.any():
        found = "a blank cell" + (f", and {blank.sum() - 1:,} more" if blank.sum() > 1 else "")
        part.problems.append(Problem(part.file, "a year such as 2014", found, int(part.rows[blank][0]), YEAR))
    others = ~blank & ~np.isin(values, [*part.layout.years, NO_YEAR])
    if part.layout.years and others.any():
        found = list_years(values[others].astype(int).tolist())
        expected = f"{list_years(part.layout.years)} ({part.layout.label}, as its columns say)"
        part.problems.append(Problem(part.file, expected, found, int(part.rows[others][0]), YEAR))
    part.frame[YEAR] = np.where(blank, NO_YEAR, values).astype(np.int64)


def read_parts(
    files: Sequence[str], layout: str, problems: list[Problem], *, precision: bool = False, own: Collection[str] = ()
) -> list[Part]:
    """Read every file that can be read; what is wrong with the others is added to `problems`."""
    parts: list[Part] = []
    for file in files:
        try:
            parts += _read(file, layout, precision=precision, own=own)
        except InputError as error:
            problems += [replace(problem, unread=True) for problem in error.problems]
    return parts
