"""Historical benchmarks as CMS publishes them, with the figures of each benchmark year that they come from."""

from __future__ import annotations

import pandas as pd

from aco_cli.errors import InputError, Problem, UsageError
from aco_cli.inputs.parts import YEAR, Part, read_part, settle_years
from aco_cli.inputs.quality import fix_year
from aco_cli.inputs.rows import check_duplicates, check_rows
from aco_cli.inputs.years import Years, list_years


def load_published_benchmarks(file: str, year: str, *, updates: bool = False) -> pd.DataFrame:
    """One row per ACO of the performance year, in the order of the file; dollars per capita, blank cells NaN.

    With `updates` the figures of the performance year must be there too.

    Raises UsageError unless `year` is one year, InputError with every problem of the file.
    """
    asked = Years.parse(year)
    if asked.single is None:
        raise UsageError(f"expected one YEAR such as 2014, found {year!r}: trend factors are of one performance year")
    part = read_part(file, "published-benchmarks")
    fix_year(part)
    settle_years(part, asked)
    problems = [*part.problems, *check_rows(part), *check_duplicates([part]), *(_missing(part) if updates else ())]
    if not problems and asked.single not in set(part.frame[YEAR]):
        found = f"rows of {list_years(map(int, part.frame[YEAR]))}"
        problems.append(Problem(part.file, f"rows of {asked}", found, fix="ask for a year it holds"))
    if problems:
        raise InputError(problems)
    return part.frame[part.frame[YEAR] == asked.single].reset_index(drop=True)


def _missing(part: Part) -> list[Problem]:
    names = [name for name in part.layout.columns if name == "published_update" or "_py_" in name]
    headings = [part.layout.columns[name].sources[0] for name in names if name not in part.frame]
    return [Problem(part.file, "this column, for --updates", "no such column", 1, heading) for heading in headings]
