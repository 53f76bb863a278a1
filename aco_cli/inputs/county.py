"""CMS's yearly files of county expenditures, scores and person years, whatever way their headings are written."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from aco_cli.errors import InputError, Problem

_TYPES = ("esrd", "disabled", "aged/dual", "aged/non-dual")
_COLUMNS = {"per_capita": "per capita {} expenditures", "score": "average {} hcc risk score",
            "county_person_years": "{} person-years"}  # fmt: skip


def read_counties(files: Sequence[str]) -> pd.DataFrame:
    """One row per calendar year, county (5-digit SSA state and county code) and enrollment type; hidden figures blank.

    Raises InputError for a file that cannot be read or lacks a column.
    """
    frames = [_read(file) for file in files]
    frame = pd.concat(frames, ignore_index=True)
    if frame.duplicated(["calendar_year", "county", "type_order"]).any():
        raise InputError([Problem(", ".join(files), "each county and year once", "some several times")])
    return frame


def _read(file: str) -> pd.DataFrame:
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding_errors="replace")
    except (OSError, ValueError) as error:
        raise InputError([Problem(file, "CMS's county file, a CSV", " ".join(str(error).split())[:120])]) from None
    frame.columns = pd.Index([re.sub(r"\s+", " ", str(name)).strip().lower() for name in frame.columns])
    wanted = ["year", "state id", "county id", *(form.format(kind) for form in _COLUMNS.values() for kind in _TYPES)]
    if missing := [name for name in wanted if name not in frame]:
        raise InputError([Problem(file, "a column of this name", "none", 1, name) for name in missing])
    frame = frame[frame["state id"].str.strip() != ""]
    code = frame["state id"].str.strip().str.zfill(2) + frame["county id"].str.strip().str.zfill(3)
    years = pd.to_numeric(frame["year"], errors="coerce")
    parts = []
    for order, kind in enumerate(_TYPES):
        figures = {name: _numbers(frame[form.format(kind)]) for name, form in _COLUMNS.items()}
        parts.append(pd.DataFrame({"calendar_year": years, "county": code, "type_order": order, **figures}))
    return pd.concat(parts, ignore_index=True).dropna(subset="calendar_year").astype({"calendar_year": "int64"})


def _numbers(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells.str.replace(r"[$,\s]", "", regex=True), errors="coerce")
