"""Long tables of expenditures and national figures as columns of an ACO-year: one per figure, period and type."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.benchmark.sheet import PERIODS, TYPES
from aco_cli.engine.lines import Column

# Names of lines for the columns of the files that carry another.
_EXPENDITURES = {
    "person_years": "person_years",
    "per_capita_expenditure": "per_capita",
    "risk_score": "risk_score",
    "demographic_score": "demographic_score",
    "regional_expenditure": "regional",
    "national_weight": "national_weight",
    "newly_assigned_share": "newly_share",
    "newly_assigned_ratio": "newly_ratio",
    "continuously_assigned_share": "continuously_share",
    "continuously_assigned_ratio": "continuously_ratio",
    "risk_ratio": "combined_risk_ratio",
}
_REFERENCE = {
    "national_expenditure": "national",
    "trend_factor": "national_trend_factor",
    "update_factor": "national_update_factor",
    "acpt_update_factor": "acpt_update_factor",
    "flat_dollar_update": "flat_dollar_update",
}
_KEYS = ["aco_id", "performance_year"]
_Places = NDArray[np.intp]


def wide_expenditures(roster: pd.DataFrame, expenditures: pd.DataFrame) -> tuple[dict[str, Column], Column]:
    """Figures of each roster row by name (`per_capita_by1_esrd`), and the calendar year of each row's four periods.

    A figure or year that the file lacks is NaN. Rows of ACO-years outside the roster are passed over.
    """
    row = _rows(roster, expenditures)
    used = np.flatnonzero(row >= 0)
    period = _places(expenditures["period"], [name.upper() for name in PERIODS])
    kind = _places(expenditures["enrollment_type"], [name.replace("_", "-") for name in TYPES])
    row, period, kind = row[used], period[used], kind[used]
    columns: dict[str, Column] = {}
    for source, name in _EXPENDITURES.items():
        if source in expenditures:
            table = np.full((len(PERIODS), len(TYPES), len(roster)), np.nan)
            table[period, kind, row] = expenditures[source].to_numpy(dtype=np.float64)[used]
            columns |= _named(name, table)
    years = np.full((len(PERIODS), len(roster)), np.nan)
    years[period, row] = expenditures["calendar_year"].to_numpy(dtype=np.float64)[used]
    return columns, years


def _rows(roster: pd.DataFrame, long: pd.DataFrame) -> _Places:
    """For each row of a long table the place of its ACO-year in the roster, -1 for none."""
    ids, known = pd.factorize(long["aco_id"])
    own = pd.Index(known).get_indexer(pd.Index(roster["aco_id"]))
    year = long["performance_year"].to_numpy(dtype=np.int64)
    wanted = roster["performance_year"].to_numpy(dtype=np.int64)
    base = int(min(year.min(initial=0), wanted.min(initial=0)))
    span = int(max(year.max(initial=0), wanted.max(initial=0))) - base + 1
    keys = pd.Index(np.where(own >= 0, own * span + (wanted - base), -1 - np.arange(len(own))))
    return keys.get_indexer(pd.Index(ids * span + (year - base)))


def _places(column: pd.Series, words: list[str]) -> _Places:
    codes, found = pd.factorize(column)
    return pd.Index(words).get_indexer(pd.Index(found))[codes]


def _named(name: str, table: NDArray[np.float64]) -> dict[str, Column]:
    return {
        f"{name}_{period}_{kind}": table[place, at]
        for place, period in enumerate(PERIODS)
        for at, kind in enumerate(TYPES)
    }


def wide_reference(roster: pd.DataFrame, years: Column, reference: pd.DataFrame) -> dict[str, Column]:
    """National figures of each roster row by name (`national_by3_esrd`).

    Figures for the ACO's own agreement start win over those for all; `years` is as `wide_expenditures` gives it.
    """
    start = reference.get("agreement_start", pd.Series(pd.NaT, index=reference.index))
    general = reference[start.isna()]
    special = reference[start.notna()]
    kind = [name.replace("_", "-") for name in TYPES]
    columns: dict[str, Column] = {}
    for source, name in _REFERENCE.items():
        if source not in reference:
            continue
        table = np.full((len(PERIODS), len(TYPES), len(roster)), np.nan)
        for place in range(len(PERIODS)):
            for at, word in enumerate(kind):
                own = _looked_up(roster, years[place], special, word, source, by_start=True)
                general_value = _looked_up(roster, years[place], general, word, source, by_start=False)
                table[place, at] = np.where(np.isnan(own), general_value, own)
        columns |= _named(name, table)
    return columns


def _looked_up(
    roster: pd.DataFrame, years: Column, reference: pd.DataFrame, kind: str, source: str, *, by_start: bool
) -> Column:
    rows = reference[reference["enrollment_type"] == kind]
    if rows.empty:
        return np.full(len(roster), np.nan)
    names = ["performance_year", "calendar_year", *(["agreement_start"] if by_start else [])]
    wanted = roster[[name for name in names if name in roster]].assign(calendar_year=years)
    known = rows[names].astype({"performance_year": "float64", "calendar_year": "float64"})
    asked = wanted.reindex(columns=names).astype({"performance_year": "float64"})
    places = pd.MultiIndex.from_frame(known).get_indexer(pd.MultiIndex.from_frame(asked))
    values = rows[source].to_numpy(dtype=np.float64)
    return np.where(places >= 0, values[places], np.nan)
