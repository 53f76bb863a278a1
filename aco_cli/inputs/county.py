"""CMS's yearly files of county expenditures, scores and person years, whatever way their headings are written."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.problems import limited, shown

_TYPES = ("esrd", "disabled", "aged/dual", "aged/non-dual")
_COLUMNS = {
    "per_capita": "per capita {} expenditures",
    "score": "average {} hcc risk score",
    "county_person_years": "{} person-years",
}
_PLACE = ("year", "state id", "county id")
_HIDDEN = {"", "*", "."}  # too few people to be shown, or nobody


def read_counties(files: Sequence[str]) -> pd.DataFrame:
    """One row per calendar year, county (5-digit SSA state and county code) and enrollment type; hidden figures blank.

    Raises InputError with every file that cannot be read, column that is missing and cell that is no number.
    """
    problems: list[Problem] = []
    frames = []
    for file in files:
        cells = _cells(file, problems)
        if cells is not None:
            frames.append(_figures(file, cells, problems))
    if problems:
        raise InputError(limited(problems))
    frame = pd.concat(frames, ignore_index=True)
    if frame.duplicated(["calendar_year", "county", "type_order"]).any():
        raise InputError([Problem(", ".join(files), "each county and year once", "some several times")])
    return frame


def _cells(file: str, problems: list[Problem]) -> pd.DataFrame | None:
    """The rows as text, by headings in lower case and with single spaces; None for a file that is none of CMS's."""
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding_errors="replace")
    except (OSError, ValueError) as error:
        problems.append(Problem(file, "CMS's county file, a CSV", " ".join(str(error).split())[:120]))
        return None
    frame.columns = pd.Index([re.sub(r"\s+", " ", str(name)).strip().lower() for name in frame.columns])
    wanted = [*_PLACE, *(form.format(kind) for form in _COLUMNS.values() for kind in _TYPES)]
    missing = [name for name in wanted if name not in frame]
    problems += [Problem(file, "a column of this name", "none", 1, name) for name in missing]
    return None if missing else frame[wanted].apply(lambda column: column.str.replace(r"[$,\s]", "", regex=True))


def _figures(file: str, cells: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    figures = pd.DataFrame({name: pd.to_numeric(cells[name], errors="coerce") for name in map(str, cells)})
    for name in map(str, cells):
        unread = figures[name].isna() & ~(cells[name].isin(_HIDDEN) & (name not in _PLACE))
        problems += [
            Problem(file, "a number", shown(cells[name].iloc[row]), int(row) + 2, name)
            for row in np.flatnonzero(unread.to_numpy())
        ]
    code = cells["state id"].str.zfill(2) + cells["county id"].str.zfill(3)
    parts = [
        pd.DataFrame({"calendar_year": figures["year"], "county": code, "type_order": order}
                     | {name: figures[form.format(kind)] for name, form in _COLUMNS.items()})
        for order, kind in enumerate(_TYPES)
    ]  # fmt: skip
    frame = pd.concat(parts, ignore_index=True)
    return frame if problems else frame.astype({"calendar_year": "int64"})
