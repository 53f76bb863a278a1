"""Long tables of expenditures and national figures as columns of an ACO-year: one per figure, period and type."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.benchmark.sheet import PERIODS, TYPES
from aco_cli.engine.lines import Column, given_or

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
_KINDS = [name.replace("_", "-") for name in TYPES]
_Places = NDArray[np.intp]


def wide_expenditures(roster: pd.DataFrame, expenditures: pd.DataFrame) -> tuple[dict[str, Column], Column]:
    """Figures of each roster row by name (`per_capita_by1_esrd`), and calendar years by period and type.

    A figure or year that the file lacks is NaN; `listed_by1_esrd` is 1 where it has such a row. Rows of ACO-years
    outside the roster are passed over.
    """
    row = _rows(roster, expenditures)
    used = np.flatnonzero(row >= 0)
    period = _places(expenditures["period"], [name.upper() for name in PERIODS])
    kind = _places(expenditures["enrollment_type"], _KINDS)
    row, period, kind = row[used], period[used], kind[used]
    held = {name: expenditures[source] for source, name in _EXPENDITURES.items() if source in expenditures}
    columns: dict[str, Column] = {}
    for name, figure in {**held, "listed": pd.Series(1.0, index=expenditures.index)}.items():
        table = np.full((len(PERIODS), len(TYPES), len(roster)), np.nan)
        table[period, kind, row] = figure.to_numpy(dtype=np.float64)[used]
        columns |= _named(name, table)
    years = np.full((len(PERIODS), len(TYPES), len(roster)), np.nan)
    years[period, kind, row] = expenditures["calendar_year"].to_numpy(dtype=np.float64)[used]
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
    starts, own, held = _starts(roster, reference)
    kind = _places(reference["enrollment_type"], _KINDS)
    known = pd.Index(_key(reference["performance_year"], reference["calendar_year"], kind) * starts + held)
    figures = {
        name: reference[source].to_numpy(dtype=np.float64) for source, name in _REFERENCE.items() if source in reference
    }
    tables = {name: np.full((len(PERIODS), len(TYPES), len(roster)), np.nan) for name in figures}
    for period in range(len(PERIODS)):
        for at in range(len(TYPES)):
            wanted = _key(roster["performance_year"], years[period, at], at) * starts
            special, general = known.get_indexer(wanted + own), known.get_indexer(wanted)
            for name, figure in figures.items():
                tables[name][period, at] = given_or(_taken(figure, special), _taken(figure, general))
    return {name: column for figure, table in tables.items() for name, column in _named(figure, table).items()}


def _starts(roster: pd.DataFrame, reference: pd.DataFrame) -> tuple[int, _Places, _Places]:
    """How many agreement starts there are, and those of roster and reference as numbers; 0 is any."""
    if "agreement_start" not in reference or "agreement_start" not in roster:
        return 1, np.zeros(len(roster), dtype=np.intp), np.zeros(len(reference), dtype=np.intp)
    codes, known = pd.factorize(reference["agreement_start"])
    return len(known) + 1, pd.Index(known).get_indexer(pd.Index(roster["agreement_start"])) + 1, codes + 1


def _key(performance_year: pd.Series, calendar_year: pd.Series | Column, kind: _Places | int) -> _Places:
    year = np.nan_to_num(np.asarray(calendar_year, dtype=np.float64)).astype(np.intp)
    key: _Places = (performance_year.to_numpy(dtype=np.intp) * 10_000 + year) * len(TYPES) + kind
    return key


def _taken(figure: Column, places: _Places) -> Column:
    return np.where(places >= 0, figure[places], np.nan) if len(figure) else np.full(len(places), np.nan)
