"""CMS's yearly files of county expenditures, scores and person years, as a row per enrollment type."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.parts import read_parts
from aco_cli.inputs.rows import blank_cells

_TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
_FIGURES = ("per_capita", "score", "county_person_years")
_PLACE = dict.fromkeys(("calendar_year", "state", "county"), "a number")


def read_counties(files: Sequence[str]) -> pd.DataFrame:
    """One row per calendar year, county (5-digit SSA state and county code) and enrollment type; hidden figures blank.

    Raises InputError with every file that cannot be read, column that is missing and cell that is no number.
    """
    problems: list[Problem] = []
    parts = read_parts(files, "county", problems)
    for part in parts:
        problems += [*part.problems, *blank_cells(part, _PLACE)]
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
    return pd.concat(parts, ignore_index=True)
