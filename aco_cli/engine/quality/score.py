"""Scoring a table of measure rates: one row per ACO and performance year in, domains and quality scores out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.notes import WARNING, Note, Notebook, Remark
from aco_cli.engine.quality.columns import Source, Table
from aco_cli.engine.quality.deciles import DecileScores, Prior, prior_year
from aco_cli.engine.quality.percentiles import PercentileScores
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import DOMAINS, Scoring

# Rows scored at a time: few enough that their columns stay in the processor's cache.
BLOCK = 65_536

Scores = PercentileScores | DecileScores
SCORES = (*DOMAINS, "quality_score", "quality_reported", "quality_standard_met", "quality_alternative_met")
# What a met standard rests on, of which the first that holds is named; and what is named where it is not met.
BASES = ("reporting", "score", "measures", "domains", "circumstances")
BASIS, ALTERNATIVE, NOT_MET = "quality_standard_basis", "outcome", "none"
_WORDS = ("", *BASES, ALTERNATIVE, NOT_MET)
# Scores by column, what the standard rests on as a place among the words, and remarks.
Finished = tuple[Mapping[str, Column], Column, Iterable[Remark]]


@dataclass(frozen=True)
class YearScores:
    """The scores of one performance year, with the rows of the frame they are of; None for a year without measures."""

    year: int
    rows: NDArray[np.intp]
    scores: Scores | None


def score(frame: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """Domains, quality score, reporting and standards (1/0/NaN), and notes, for every row of a table of rates.

    `quality_standard_basis` says in a word what the standard rests on: `reporting` (a first year), `score`, `measures`
    (eCQMs or MIPS CQMs), `domains`, `circumstances`; `outcome` is the alternative standard, `none` that neither is met.

    `is_warned` says whether a score rests on cut points that are assumed, `without_column` names the measures that
    count in full because the files have no column of them.

    Scores are fractions, unrounded, NaN where there is none. Columns are measures by name (`ACO-1`), `aco_id`,
    `performance_year`, and what says which year of the ACO it is. Rows of a prior year give the next its improvement.
    Thirds of performance come with the table (`with_thirds` of that of all ACOs); without them equity is not adjusted.
    """
    columns: dict[str, Column] = {name: np.full(len(frame), np.nan) for name in SCORES}
    (basis, numbers), notes = np.zeros((2, len(frame)), dtype=np.int64), Notebook()
    for part in _scored(frame, rules, BLOCK):
        figures, basis[part.rows], remarks = _finished(frame, part, rules)
        for name, figure in figures.items():
            columns[name][part.rows] = figure
        numbers[part.rows] = notes.number(remarks, len(part.rows))
    columns |= {BASIS: pd.array(_WORDS, dtype="str").take(basis), "notes": notes.text(numbers)}
    warned, lacking = notes.has(WARNING, numbers), notes.data("no_column", numbers)
    return pd.DataFrame({**columns, "is_warned": warned, "without_column": lacking}, copy=False)


def score_years(frame: pd.DataFrame, rules: RuleBook) -> list[YearScores]:
    """The scores of each performance year of the frame, in order."""
    return list(_scored(frame, rules, len(frame)))


def _scored(frame: pd.DataFrame, rules: RuleBook, block: int) -> Iterator[YearScores]:
    """The scores of each performance year in order, of so many rows at a time."""
    years, source = frame["performance_year"].to_numpy(), Source(frame)
    for year in np.sort(pd.unique(years)).tolist():
        rows = np.flatnonzero(years == year)
        before = _achievement(Table(source, year - 1, np.flatnonzero(years == year - 1)), rules)
        for start in range(0, len(rows), block):
            some = rows[start : start + block]
            yield YearScores(year, some, _scores(Table(source, year, some), rules, before))


def _scores(table: Table, rules: RuleBook, before: pd.DataFrame | None) -> Scores | None:
    measures = rules.measures(table.year)
    if measures is None:
        return None
    if measures.kind is Scoring.PERCENTILES:
        return PercentileScores(table, measures, rules)
    return DecileScores(table, measures, rules, None if before is None else _of_rows(before, table.ids))


def _achievement(table: Table, rules: RuleBook) -> pd.DataFrame | None:
    """By id, what the next year's improvement is over; None without rates, or where they are not scored by deciles."""
    measures = rules.measures(table.year)
    if not table.rows or measures is None or measures.kind is not Scoring.DECILES:
        return None
    known = pd.DataFrame(vars(prior_year(table, measures, rules)), index=table.ids)
    return known[~known.index.duplicated()]


def _of_rows(before: pd.DataFrame, ids: pd.Series) -> Prior:
    """What the prior year's rates count for on rows of these ids; nothing where they are not among them."""
    found = before.reindex(ids)
    return Prior(found["achievement"].to_numpy(), found["lacks_claims"].to_numpy())


def _finished(frame: pd.DataFrame, year: YearScores, rules: RuleBook) -> Finished:
    if year.scores is None:
        return _without_measures(Table(Source(frame), year.year, year.rows), rules)
    v = year.scores.values
    figures = {name: v.get(name, np.full(len(year.rows), np.nan)) for name in SCORES}
    figures |= {**dict(zip(DOMAINS, v.get("domain_score", ()), strict=False)), "quality_reported": v["reported"]}
    return figures, _basis(v, figures), year.scores.remarks(rules)


def _basis(v: Mapping[str, Column], figures: Mapping[str, Column]) -> Column:
    """What the standard rests on, as a place among the words; 0 where it is not known."""
    met = np.equal(figures["quality_standard_met"], 1)
    ways = [met & np.equal(v.get(f"met_by_{word}", 0), 1) for word in BASES]
    others = [np.equal(figures["quality_alternative_met"], 1), np.equal(figures["quality_standard_met"], 0)]
    return np.select([*ways, *others], range(1, len(_WORDS)), default=0)


def _without_measures(table: Table, rules: RuleBook) -> Finished:
    """A year whose measures are not in the project: complete reporting still is the score of a first year."""
    counting = rules.value(scoring(table.year), "performance_year_number")
    first = table.year_number(counting) == 1 if counting else np.zeros(table.rows, dtype=np.bool_)
    reported = table.number("quality_reported")
    scores = np.where(first, reported, np.nan)
    none = f"no measure benchmarks of {table.year} in the project: quality_score is an input"
    notes = [
        (Note("first performance year: pays for reporting", "first_year"), first & ~np.isnan(reported)),
        (Note(none, "no_measures"), np.isnan(scores)),
    ]
    return {"quality_score": scores, "quality_reported": reported}, 0, notes
