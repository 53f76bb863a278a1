"""What expenditures and benchmarks are computed from or compared with: CMS's figures; every problem at once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from aco_cli.errors import InputError, Problem, UsageError
from aco_cli.inputs.parts import YEAR, Part, fix_year, no_rows_of, read_part, read_parts, settle_years
from aco_cli.inputs.plausible import implausible_by_type
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.rows import blank_cells, check_duplicates, check_rows
from aco_cli.inputs.years import Years

_KEYS = {
    "expenditures": ("aco_id", "performance_year", "period", "enrollment_type"),
    "reference": ("performance_year", "agreement_start", "calendar_year", "enrollment_type"),
}
# Of county files.
_TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
_FIGURES = ("per_capita", "score", "county_person_years")
_PLACE = dict.fromkeys(("calendar_year", "state", "county"), "a number")


def load_table(files: Sequence[str], family: str) -> tuple[pd.DataFrame, list[Remark]]:
    """All rows of `expenditures` or `reference` files, and what is to be told of them.

    Raises InputError with every problem of every file.
    """
    problems: list[Problem] = []
    parts = read_parts(files, family, problems)
    needed = {name: "a value" for name in (*_KEYS[family], "calendar_year") if name != "agreement_start"}
    for part in parts:
        problems += [*part.problems, *blank_cells(part, needed)]
    if problems:
        raise InputError(problems)
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    keys = [name for name in _KEYS[family] if name in frame]
    twice = np.flatnonzero(frame.duplicated(keys).to_numpy())
    if len(twice):
        places = [(part.file, int(row)) for part in parts for row in part.rows]
        file, row = places[twice[0]]
        more = f", and {len(twice) - 1:,} more" if len(twice) > 1 else ""
        raise InputError([Problem(file, f"one row for each {', '.join(keys)}", f"a second one{more}", row)])
    return frame, [*(remark for part in parts for remark in part.remarks), *implausible_by_type(parts)]


def load_published_benchmarks(file: str, year: str, *, updates: bool = False) -> pd.DataFrame:
    """One row per ACO of the performance year, in the order of the file; dollars per capita, blank cells NaN.

    There are the figures of each benchmark year that a benchmark comes from; with `updates` those of the performance
    year must be there too. Raises UsageError unless `year` is one year, InputError with every problem of the file.
    """
    asked = Years.parse(year)
    if asked.single is None:
        raise UsageError(f"expected one YEAR such as 2014, found {year!r}: trend factors are of one performance year")
    part = read_part(file, "published-benchmarks")
    fix_year(part)
    settle_years(part, asked)
    problems = [*part.problems, *check_rows(part), *check_duplicates([part]), *(_missing(part) if updates else ())]
    if not problems and asked.single not in set(part.frame[YEAR]):
        problems.append(no_rows_of(asked, part.file, part.frame[YEAR]))
    if problems:
        raise InputError(problems)
    return part.frame[part.frame[YEAR] == asked.single].reset_index(drop=True)


def _missing(part: Part) -> list[Problem]:
    names = [name for name in part.layout.columns if name == "published_update" or "_py_" in name]
    headings = [part.layout.columns[name].sources[0] for name in names if name not in part.frame]
    return [Problem(part.file, "this column, for --updates", "no such column", 1, heading) for heading in headings]


def read_counties(files: Sequence[str]) -> pd.DataFrame:
    """One row per calendar year, county (5-digit SSA state and county code) and enrollment type; hidden figures blank.

    Raises InputError with every file that cannot be read, column that is missing and cell that is no number.
    """
    problems: list[Problem] = []
    parts = read_parts(files, "county", problems)
    for part in parts:
        problems += part.problems or blank_cells(part, _PLACE)
    if problems:
        raise InputError(problems)
    frame = pd.concat([_by_type(part.frame) for part in parts], ignore_index=True)
    if frame.duplicated(["calendar_year", "county", "type_order"]).any():
        raise InputError([Problem(", ".join(files), "each county and year once", "some several times")])
    return frame


def _by_type(figures: pd.DataFrame) -> pd.DataFrame:
    places = figures[list(_PLACE)].astype("int64")
    code = places["state"].astype("str").str.zfill(2) + places["county"].astype("str").str.zfill(3)
    head = pd.DataFrame({"calendar_year": places["calendar_year"], "county": code})
    parts = [
        head.assign(type_order=order, **{name: figures[f"{kind}_{name}"] for name in _FIGURES})
        for order, kind in enumerate(_TYPES)
    ]
    return pd.concat(parts)
