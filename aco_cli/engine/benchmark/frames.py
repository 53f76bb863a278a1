"""Long tables of expenditures and national figures as columns of an ACO-year: one per figure, period and type."""

from collections.abc import Sequence

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
    cells, used = _cells(roster, expenditures)
    held = {name: expenditures[source] for source, name in _EXPENDITURES.items() if source in expenditures}
    tables = {name: _known(name, _spread(figure, used, cells, len(roster))) for name, figure in held.items()}
    listed = np.zeros(len(PERIODS) * len(TYPES) * len(roster), dtype=np.bool_)
    listed[cells] = True
    tables["listed"] = listed.reshape(len(PERIODS), len(TYPES), len(roster))
    years = _spread(expenditures["calendar_year"], used, cells, len(roster))
    figures = {name: column for figure, table in tables.items() for name, column in _named(figure, table).items()}
    if ASSIGNED in expenditures:
        assigned = np.fmax.reduce(_spread(expenditures[ASSIGNED], used, cells, len(roster)), axis=1)
        figures |= {f"{ASSIGNED}[{period}]": assigned[place] for place, period in enumerate(PERIODS)}
    return figures, years


def calendar_fits(roster: pd.DataFrame, years: Column) -> Column:
    """Whether the calendar years of each row, as far as known, run from BY1 up to PY, which is the performance year."""
    first, last = np.fmin.reduce(years, axis=1), np.fmax.reduce(years, axis=1)
    in_order = ~(first < last) & ~(np.roll(first, -1, axis=0) <= last)
    performance = roster["performance_year"].to_numpy(dtype=np.float64)
    is_performance_year = (first[-1] == last[-1]) & (first[-1] == performance)
    return np.asarray(in_order[:-1].all(axis=0) & (is_performance_year | np.isnan(first[-1])))


def _cells(roster: pd.DataFrame, expenditures: pd.DataFrame) -> tuple[_Places, _Places | slice]:
    """The place of each row of the file in a table of period, type and roster row; and which rows have one."""
    row = _rows(roster, expenditures)
    period = _places(expenditures["period"], [name.upper() for name in PERIODS])
    cells = (period * len(TYPES) + _places(expenditures["enrollment_type"], TYPES)) * len(roster) + row
    if (row >= 0).all():
        return cells, slice(None)
    used = np.flatnonzero(row >= 0)
    return cells[used], used


def _spread(figure: pd.Series, used: _Places | slice, cells: _Places, rows: int) -> Column:
    table = np.full(len(PERIODS) * len(TYPES) * rows, np.nan)
    table[cells] = figure.to_numpy(dtype=np.float64)[used]
    return table.reshape(len(PERIODS), len(TYPES), rows)


def _known(name: str, table: Column) -> Column:
    """The table of a figure, in place, with zeros as unknown where no population has any."""
    if name in _POSITIVE:
        table[table == 0] = np.nan
    return table


def _rows(roster: pd.DataFrame, long: pd.DataFrame) -> _Places:
    """For each row of a long table the place of its ACO-year in the roster, -1 for none."""
    ids, known = pd.factorize(long["aco_id"])
    own = pd.Index(known).get_indexer(pd.Index(roster["aco_id"]))
    year = long["performance_year"].to_numpy(dtype=np.intp)
    wanted = roster["performance_year"].to_numpy(dtype=np.intp)
    first = int(min(year.min(initial=9999), wanted.min(initial=9999)))
    span = int(max(year.max(initial=first), wanted.max(initial=first))) - first + 1
    places = np.full(len(known) * span, -1, dtype=np.intp)
    listed = np.flatnonzero(own >= 0)
    places[own[listed] * span + wanted[listed] - first] = listed
    found: _Places = places[ids * span + (year - first)]
    return found


def _places(column: pd.Series, words: Sequence[str]) -> _Places:
    cells = pa.array(column)
    places = pc.index_in(cells, value_set=pa.array(words, type=cells.type))
    found: _Places = places.fill_null(-1).to_numpy().astype(np.intp)
    return found


def _named(name: str, table: Column) -> dict[str, Column]:
    return {f"{name}[{period}]": table[place] for place, period in enumerate(PERIODS)}


def wide_reference(roster: pd.DataFrame, years: Column, reference: pd.DataFrame) -> dict[str, Column]:
    """National figures of each roster row by name and period (`national[by3]`), by type.

    Figures for the ACO's own agreement start win over those for all; `years` is as `wide_expenditures` gives it.
    """
    starts, own, held = _starts(roster, reference)
    figures = {
        name: reference[source].to_numpy(dtype=np.float64) for source, name in _REFERENCE.items() if source in reference
    }
    places = _YearPlaces(reference, held, starts)
    year = roster["performance_year"].to_numpy(dtype=np.float64)
    tables = {name: np.full((len(PERIODS), len(TYPES), len(roster)), np.nan) for name in figures}
    for period in range(len(PERIODS)):
        for at in range(len(TYPES)):
            special = places.of(year, years[period, at], at, own)
            general = places.of(year, years[period, at], at, _ANY_START) if starts > 1 else special
            for name, figure in figures.items():
                found = _taken(figure, special)
                other = _taken(figure, general) if starts > 1 else found
                tables[name][period, at] = np.where(np.isnan(found), other, found) if starts > 1 else found
    known = {name: _known(name, table) for name, table in tables.items()}
    return {name: column for figure, table in known.items() for name, column in _named(figure, table).items()}


class _YearPlaces:
    """Where a reference file has the row of a performance year, calendar year, enrollment type and agreement start.

    An array over all combinations of the years in the file: a look-up costs less than one by hashes.
    """

    def __init__(self, reference: pd.DataFrame, starts: _Places, how_many: int) -> None:
        names = ("performance_year", "calendar_year")
        years = [reference[name].to_numpy(dtype=np.float64) for name in names]
        self._first = [int(year.min(initial=9999)) for year in years]
        self._span = [int(year.max(initial=0)) - first + 1 for year, first in zip(years, self._first, strict=True)]
        self._starts = how_many
        self._places = np.full(max(0, self._span[0]) * max(0, self._span[1]) * len(TYPES) * how_many + 1, -1, np.intp)
        kind = _places(reference["enrollment_type"], TYPES)
        self._places[self._key(years[0], years[1], kind, starts)] = np.arange(len(reference))

    def of(self, performance_year: Column, calendar_year: Column, kind: int, start: _Places | int) -> _Places:
        """The place of each row asked for, -1 for none."""
        known = self._within(performance_year, 0) & self._within(calendar_year, 1)
        key = self._key(
            np.where(known, performance_year, self._first[0]),
            np.where(known, calendar_year, self._first[1]),
            kind,
            start,
        )
        found: _Places = self._places[np.where(known, key, -1)]
        return found

    def _within(self, year: Column, which: int) -> Column:
        return np.asarray((year >= self._first[which]) & (year < self._first[which] + self._span[which]))

    def _key(
        self, performance_year: Column, calendar_year: Column, kind: _Places | int, start: _Places | int
    ) -> _Places:
        years = (performance_year - self._first[0]) * self._span[1] + (calendar_year - self._first[1])
        key: _Places = (years.astype(np.intp) * len(TYPES) + kind) * self._starts + start
        return key


def _starts(roster: pd.DataFrame, reference: pd.DataFrame) -> tuple[int, _Places, _Places]:
    """How many agreement starts there are, and those of roster and reference as numbers; 0 is any."""
    if "agreement_start" not in reference or "agreement_start" not in roster:
        return 1, np.zeros(len(roster), dtype=np.intp), np.zeros(len(reference), dtype=np.intp)
    codes, known = pd.factorize(reference["agreement_start"])
    return len(known) + 1, pd.Index(known).get_indexer(pd.Index(roster["agreement_start"])) + 1, codes + 1


def _taken(figure: Column, places: _Places) -> Column:
    return np.where(places >= 0, figure[places], np.nan) if len(figure) else np.full(len(places), np.nan)
