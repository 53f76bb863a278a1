"""Long tables of expenditures and national figures as columns of an ACO-year: one per figure, period and type."""

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.members import PERIODS, TYPES

ASSIGNED = "assigned_beneficiaries"
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
# No population has a zero here: what is divided by or capped with is unknown then.
_POSITIVE = frozenset({"risk_score", "demographic_score", "combined_risk_ratio", "regional", "national"})
_ANY_START = 0
_Places = NDArray[np.intp]


def wide_expenditures(roster: pd.DataFrame, expenditures: pd.DataFrame) -> tuple[dict[str, Column], Column]:
    """Figures by name and period (`per_capita[by1]`: a row per type, a column per roster row), and calendar years.

    A figure or year that the file lacks is NaN, as is a zero where no population has any (a risk score, say).
    `listed[by1]` says where it has such a row; `assigned_beneficiaries[by1]` is that of any row of the period. Rows
    of ACO-years outside the roster are passed over.
    """
    row, shape = _rows(roster, expenditures), (len(PERIODS), len(TYPES), len(roster))
    period = _places(expenditures["period"], [name.upper() for name in PERIODS])
    used = slice(None) if (row >= 0).all() else np.flatnonzero(row >= 0)
    cells = ((period * len(TYPES) + _places(expenditures["enrollment_type"], TYPES)) * len(roster) + row)[used]

    def spread(figure: pd.Series) -> Column:
        table = np.full(math.prod(shape), np.nan)
        table[cells] = figure.to_numpy(dtype=np.float64)[used]
        return table.reshape(shape)

    tables = {name: spread(expenditures[source]) for source, name in _EXPENDITURES.items() if source in expenditures}
    listed = np.zeros(math.prod(shape), dtype=np.bool_)
    listed[cells] = True
    figures = _by_period({**tables, "listed": listed.reshape(shape)})
    if ASSIGNED in expenditures:
        assigned = np.fmax.reduce(spread(expenditures[ASSIGNED]), axis=1)
        figures |= {f"{ASSIGNED}[{period}]": assigned[place] for place, period in enumerate(PERIODS)}
    return figures, spread(expenditures["calendar_year"])


def calendar_fits(roster: pd.DataFrame, years: Column) -> Column:
    """Whether the calendar years of each row, as far as known, run from BY1 up to PY, which is the performance year."""
    first, last = np.fmin.reduce(years, axis=1), np.fmax.reduce(years, axis=1)
    in_order = ~(first < last) & ~(np.roll(first, -1, axis=0) <= last)
    performance = roster["performance_year"].to_numpy(dtype=np.float64)
    is_performance_year = (first[-1] == last[-1]) & (first[-1] == performance)
    return np.asarray(in_order[:-1].all(axis=0) & (is_performance_year | np.isnan(first[-1])))


def _by_period(tables: Mapping[str, Column]) -> dict[str, Column]:
    """The tables of figures by name and period, with zeros as unknown where no population has any."""
    for name in _POSITIVE & tables.keys():
        tables[name][tables[name] == 0] = np.nan
    return {f"{name}[{period}]": table[at] for name, table in tables.items() for at, period in enumerate(PERIODS)}


def _rows(roster: pd.DataFrame, long: pd.DataFrame) -> _Places:
    """For each row of a long table the place of its ACO-year in the roster, -1 for none."""
    ids, known = pd.factorize(roster["aco_id"])
    lookup, named = _Lookup(ids, roster["performance_year"].to_numpy()), long["aco_id"]
    first = np.flatnonzero(named.ne(named.shift()))  # rows of an ACO stand together: it is looked for once
    places = pd.Index(known).get_indexer(pd.Index(named.iloc[first])).repeat(np.diff(first, append=len(long)))
    return lookup.of(places, long["performance_year"].to_numpy())


def _places(column: pd.Series, words: Sequence[str]) -> _Places:
    cells = pa.array(column)
    places = pc.index_in(cells, value_set=pa.array(words, type=cells.type))
    found: _Places = places.fill_null(-1).to_numpy().astype(np.intp)
    return found


def wide_reference(roster: pd.DataFrame, years: Column, reference: pd.DataFrame) -> dict[str, Column]:
    """National figures of each roster row by name and period (`national[by3]`), by type.

    Figures for the ACO's own agreement start win over those for all; `years` is as `wide_expenditures` gives it.
    """
    asked, held = _starts(roster, reference)
    names = ("performance_year", "calendar_year")
    kinds = _places(reference["enrollment_type"], TYPES)
    lookup = _Lookup(*(reference[name].to_numpy(dtype=np.float64) for name in names), kinds, held)
    year = roster["performance_year"].to_numpy(dtype=np.float64)
    # A blank is last, which is where -1 leads.
    figures = {
        name: np.append(reference[source].to_numpy(dtype=np.float64), np.nan)
        for source, name in _REFERENCE.items()
        if source in reference
    }
    tables = {name: np.full((len(PERIODS), len(TYPES), len(roster)), np.nan) for name in figures}
    for period, kind in np.ndindex(len(PERIODS), len(TYPES)):
        places = [lookup.of(year, years[period, kind], kind, start) for start in asked]
        for name, figure in figures.items():
            own, *others = (figure[each] for each in places)
            tables[name][period, kind] = np.where(np.isnan(own), others[0], own) if others else own
    return _by_period(tables)


class _Lookup:
    """Where a table has the row with some whole numbers in its key columns.

    An array over all combinations of the numbers in the table: a look-up costs less than one by hashes.
    """

    def __init__(self, *keys: Column) -> None:
        self._first = [int(key.min()) if len(key) else 0 for key in keys]
        self._span = [int(np.ptp(key)) + 1 if len(key) else 0 for key in keys]
        self._places = np.full(math.prod(self._span) + 1, -1, dtype=np.intp)
        self._places[self._cell(keys).astype(np.intp)] = np.arange(len(keys[0]))

    def of(self, *keys: Column) -> _Places:
        """The place of each row asked for, -1 for none."""
        bounds = zip(keys, self._first, self._span, strict=True)
        known = reduce(and_, [(key >= first) & (key < first + span) for key, first, span in bounds])
        found: _Places = self._places[np.where(known, self._cell(keys), -1).astype(np.intp, copy=False)]
        return found

    def _cell(self, keys: Sequence[Column]) -> Column:
        cell = np.zeros(1, dtype=np.intp)
        for key, first, span in zip(keys, self._first, self._span, strict=True):
            cell = cell * span + (key - first)
        return cell


def _starts(roster: pd.DataFrame, reference: pd.DataFrame) -> tuple[list[_Places | int], _Places]:
    """The agreement starts, as numbers, that the roster asks for, best first, and those of the reference; 0 is any."""
    if "agreement_start" not in reference or "agreement_start" not in roster:
        return [_ANY_START], np.zeros(len(reference), dtype=np.intp)
    codes, known = pd.factorize(reference["agreement_start"])
    return [pd.Index(known).get_indexer(pd.Index(roster["agreement_start"])) + 1, _ANY_START], codes + 1
