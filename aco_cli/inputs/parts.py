"""One input file as canonical columns, with where each row came from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.convert import NO_YEAR, convert
from aco_cli.inputs.layout import Layout
from aco_cli.inputs.numbers import as_text
from aco_cli.inputs.problems import cell_problems, shown
from aco_cli.inputs.raw import Mask, RawTable, Rows, without_blank_rows
from aco_cli.inputs.recognize import Match, fitting, recognize
from aco_cli.inputs.sheets import open_sheet
from aco_cli.inputs.years import Years, list_years

YEAR = "performance_year"


@dataclass
class Part:
    """One file's rows in canonical columns, the number of each row in the file, and what was wrong with them.

    `held_years` are the years of the file, also those whose rows are left out.
    """

    file: str
    layout: Layout
    frame: pd.DataFrame
    rows: Rows
    header: tuple[str, ...]
    problems: list[Problem]
    warnings: tuple[str, ...]
    held_years: tuple[int, ...] = ()

    @property
    def has_years(self) -> bool:
        """Whether the performance year of each row is known."""
        return YEAR in self.frame

    def cell_problems(self, column: str, bad: Mask, describe: Callable[[int], tuple[str, str, str]]) -> list[Problem]:
        """A problem for each bad cell of a column; `describe` gives what was expected, found and mends it."""
        return cell_problems(self.file, column, self.rows, bad, describe)


def read_part(file: str, layout: str, *, precision: bool = False) -> Part:
    """Read one file whole. Raises InputError when it cannot be read; problems of cells are kept in the part."""
    sheet = open_sheet(file)
    match = recognize(sheet.file, sheet.header, layout)
    raw = without_blank_rows(sheet.read(_wanted(match), match.layout.encoding))
    frame, problems = convert(match, raw, precision=precision)
    problems += _cells_without_header(match, raw)
    return Part(sheet.file, match.layout, frame, raw.rows, tuple(sheet.header), problems, match.warnings)


def _wanted(match: Match) -> list[int]:
    named = [match.place(aliases) for column in match.layout.columns.values() for aliases in column.reads]
    others = [*match.others.values(), *match.unnamed] if match.layout.keeps_others else []
    return sorted({place for place in named if place is not None} | set(others))


def _cells_without_header(match: Match, raw: RawTable) -> list[Problem]:
    """A column without a name must be empty, as spreadsheets leave beside their tables."""
    problems = []
    for place in set(match.unnamed) & set(raw.columns):
        first = pc.index(pc.equal(as_text(raw.columns[place]), ""), False).as_py()
        if first >= 0:
            found = f"{shown(raw.columns[place][first].as_py())} in column {place + 1}, which has no name"
            problems.append(Problem(raw.file, "cells only below a column name", found, int(raw.rows[first])))
    return problems


def fix_year(part: Part) -> None:
    """A public use file without a year column is of the year whose layout it fits."""
    if part.has_years or part.layout.years:
        return
    layout = fitting(part.header, ["cms-puf"])
    if layout and len(layout.years) == 1:
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


def read_parts(files: Sequence[str], layout: str, problems: list[Problem], *, precision: bool = False) -> list[Part]:
    """Read every file that can be read; what is wrong with the others is added to `problems`."""
    parts = []
    for file in files:
        try:
            parts.append(read_part(file, layout, precision=precision))
        except InputError as error:
            problems += [replace(problem, unread=True) for problem in error.problems]
    return parts
