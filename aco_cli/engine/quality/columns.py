"""Columns of a table of measure rates as numbers, which year of an ACO a row is, and the lines computed from them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.situations import in_situation
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import Measure

PROGRAM = "mssp"
Numbers = NDArray[np.float64]


class Source:
    """The columns of a table of rates as numbers, each made once."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._known: dict[str, Numbers] = {}

    def number(self, name: str) -> Numbers:
        """A column of numbers; a date by its year."""
        if name not in self._known:
            column = self.frame[name]
            column = column.dt.year if column.dtype.kind == "M" else column
            self._known[name] = column.to_numpy(dtype=np.float64)
        return self._known[name]


class Table:
    """Rows of one performance year; a column that is absent reads as unknown (NaN) on every row."""

    def __init__(self, source: Source, year: int, rows: NDArray[np.intp]) -> None:
        self.source = source
        self.year = year
        self.rows = len(rows)
        self._unknown = np.full(self.rows, np.nan)
        in_one = self.rows and rows[-1] - rows[0] < self.rows
        self._rows: slice | NDArray[np.intp] = slice(int(rows[0]), int(rows[-1]) + 1) if in_one else rows

    def number(self, name: str) -> Numbers:
        """A column of numbers, NaN where unknown; a date by its year."""
        return self.source.number(name)[self._rows] if self.has(name) else self._unknown

    def has(self, name: str) -> bool:
        """Whether the files have this column."""
        return name in self.source.frame

    def has_rate(self, name: str) -> NDArray[np.bool_]:
        """On which rows a number is known."""
        return ~np.isnan(self.number(name))

    def told(self, name: str, otherwise: Column) -> Numbers:
        """A column of numbers as given, and where it is not known something else."""
        return np.where(self.has_rate(name), self.number(name), otherwise)

    @property
    def ids(self) -> pd.Series:
        """The id of every row."""
        return self.source.frame["aco_id"].iloc[self._rows]

    def year_number(self, counting: Mapping[str, Any]) -> Numbers:
        """The performance year of the ACO from 1, as given, 1 if told to be the first, or by its agreement; else NaN.

        `counting` says from which calendar year the first counts, and as which number a later agreement period counts.
        """
        start = self.number("agreement_start")
        first = np.maximum(start, counting["first"])
        number = np.where(np.isnan(start), np.nan, np.maximum(self.year - first + 1, 1))
        with np.errstate(invalid="ignore"):
            later = (self.number("agreement_period") > 1) | (self.number("initial_start") < start)
        number = np.where(later, counting["later_agreements"], number)
        number = np.where(self.number("first_performance_year") == 1, 1, number)
        return self.told("performance_year_number", number)


def starts_reached(rates: Numbers, measure: Measure, starts: Sequence[float]) -> NDArray[np.intp]:
    """How many of some rates, from the worst to the best, each rate reaches; 0 where there is none."""
    reached = np.less_equal.outer(measure.sign * np.array(starts), measure.sign * rates)
    return np.asarray(reached.sum(axis=0, dtype=np.int8), dtype=np.intp)


def score_lines(book: RuleBook, year: int, table: str, figures: Mapping[str, Column]) -> dict[str, Column]:
    """Every line and note of a table of the law (`quality_percentiles`, `quality_deciles`), a column each."""
    law = law_of(book, PROGRAM, table)
    rows = max(np.shape(column)[-1] for column in figures.values() if np.ndim(column))
    found = {**figures, **in_situation(scoring(year), book, law, [each.key for each in law.order], figures, rows)}
    return {key: np.broadcast_to(column, (*np.shape(column)[:-1], rows)) for key, column in found.items()}
