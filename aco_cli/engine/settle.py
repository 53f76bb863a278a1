"""Settling a table of ACOs: columns in, the lines of the law computed over all rows, settlement columns out."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.lines.law import Law, law_of, laws_of
from aco_cli.engine.lines.row import Row, evaluated
from aco_cli.engine.lines.situations import Evaluator, Rows, Situations, Taken
from aco_cli.engine.notes import WARNING, Note, Notebook, figures_told, notes_in_force, remarks, with_figures
from aco_cli.engine.outcome import CODES, OUTCOMES, Outcome
from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook, Situation

# Rows settled at a time: few enough that the columns of a block stay in the processor's cache.
BLOCK = 131_072

NOTES, WARNED = "notes", "is_warned"
NOT_CALCULABLE = CODES[Outcome.NOT_CALCULABLE]
# What depends on advances that an earlier year of the run left to recoup.
_RECOUPED = ("advance_recouped", "prepaid_recouped", "prepaid_outstanding", "net_payment")
_AFTER_ADVANCES = frozenset({*_RECOUPED, NOTES, WARNED})


def settle(
    frame: pd.DataFrame,
    book: RuleBook,
    columns: Sequence[str],
    *,
    block: int = BLOCK,
    progress: Callable[[int], None] | None = None,
    table: str = "settlement",
    notes: str = NOTES,
    more: Mapping[str, Column] | None = None,
) -> pd.DataFrame:
    """The columns asked for (of the roster or of the lines), unrounded, for every row of a roster frame.

    Amounts are US dollars, rates fractions, conditions 1/0 with NaN for unknown; `outcome` is a category, `notes` text,
    and `is_warned` whether a note says that a value is not published. Columns of the frame are those of the interface's
    roster; absent ones count as unknown. Raises RulesError for a program, track or year that has no rules. `progress`
    is told the number of rows done after each block. `table` is the table of lines, `notes` that of notes, and `more`
    are figures from elsewhere that they take.
    """
    if not _AFTER_ADVANCES.isdisjoint(columns):
        frame = with_balances(frame, book)
    run = _Run(frame, book, columns, (table, notes), more or {})
    for situation, rows, figures in run.evaluator.blocks(len(frame), block):
        done = run.keep(situation, rows, figures)
        if progress is not None:
            progress(done)
    return pd.DataFrame({name: run.column(name) for name in columns}, copy=False)


class _Run:
    """The columns of one run, filled block by block."""

    def __init__(
        self,
        frame: pd.DataFrame,
        book: RuleBook,
        columns: Sequence[str],
        tables: Sequence[str],
        more: Mapping[str, Column],
    ) -> None:
        self.frame, situations = frame, situations_of(frame, book)
        self.is_noted = not {NOTES, WARNED}.isdisjoint(columns)
        asked = tables if self.is_noted else tables[:1]
        laws = {program: laws_of(book, program, asked) for program in {each.program for each in situations.found}}
        every = [law for each in laws.values() for law in each]
        lines = {formula.key for law in every for formula in law.order}
        noted = situations.found if self.is_noted else ()
        rules = [(each, book.in_force(each), book.parameters(each.program)) for each in noted]
        self.notes: dict[Situation, Mapping[str, Note]] = {
            each: notes_in_force(laws[each.program][-1], force, named) for each, force, named in rules
        }
        self.notebook, self.noted = Notebook(), np.zeros(len(frame), dtype=np.int64)
        told = figures_told(note for notes in self.notes.values() for note in notes.values())
        self.units = {name: law.named[name].unit for law in every for name in told if name in law.named}
        self.lines = [name for name in dict.fromkeys([*columns, *sorted(told)]) if name in lines]
        self.computed: dict[str, NDArray[Any]] = {
            name: np.full(len(frame), NOT_CALCULABLE if name == "outcome" else np.nan)
            for name in (*columns, *told)
            if name in lines or name not in frame
        }
        wanted = {each: [*self.lines, *self.notes.get(each, ())] for each in situations.found}
        figures = {**figures_of(frame, every), **more}
        self.evaluator = Evaluator(laws.__getitem__, situations, figures, wanted.__getitem__)

    def keep(self, situation: Situation, rows: Rows, figures: Mapping[str, Column]) -> int:
        """Take the figures of some rows; returns how many rows they are."""
        for name in self.lines:
            if name in figures:  # a program need not have every line of the others
                self.computed[name][rows] = figures[name]
        size = len(self.noted[rows])
        if self.is_noted:
            self.noted[rows] = self.notebook.number(remarks(self.notes[situation], figures), size)
        return size

    def column(self, name: str) -> object:
        """A column of the result."""
        match name:
            case "notes":
                told = {name: self._figure(name) for name in self.units}
                return with_figures(self.notebook.text(self.noted), told, self.units)
            case "is_warned":
                return self.notebook.has(WARNING, self.noted)
            case "outcome":
                return pd.Categorical.from_codes(self.computed[name], categories=pd.Index(list(OUTCOMES)))
        return self.computed[name] if name in self.computed else self.frame[name].array

    def _figure(self, name: str) -> NDArray[np.float64]:
        """A line, or an input, on every row."""
        given = np.zeros(len(self.frame)) + self.evaluator.figures.get(name, np.nan)
        return self.computed[name] if name in self.lines else given


def with_balances(frame: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """A roster frame in which `advance_balance`, where a later year leaves it blank, is what the earlier year left.

    A balance given for a year wins. `advance_carried` says which balances were carried. Source: CMS public use files:
    what is recouped is the lesser of balance and payment; what one year does not recoup is carried into the next.
    """
    if "advance_balance" not in frame:
        return frame
    balance = frame["advance_balance"]
    owing = frame["aco_id"].isin(frame.loc[balance > 0, "aco_id"])
    years = frame.loc[owing, "performance_year"].drop_duplicates().sort_values()
    if len(years) < 2:
        return frame
    earned = pd.Series(np.nan, index=frame.index)
    earned[owing] = settle(frame[owing], book, ("earned_payment",))["earned_payment"].to_numpy()
    left = pd.Series(dtype=np.float64)
    filled, carried = balance.copy(), pd.Series(False, index=frame.index)
    for year in years:
        rows = frame.index[owing & (frame["performance_year"] == year)]
        before = frame.loc[rows, "aco_id"].map(left)
        carried[rows] = balance[rows].isna() & (before > 0)
        filled[rows] = balance[rows].fillna(before)
        rest = (filled[rows] - earned[rows].fillna(0)).clip(lower=0)
        left = pd.concat([left, rest.set_axis(frame.loc[rows, "aco_id"])]).groupby(level=0).last()
    return frame.assign(advance_balance=filled, advance_carried=carried.astype(np.float64))


def settled_rows(
    frame: pd.DataFrame, book: RuleBook, table: str = "settlement", more: Mapping[str, Column] | None = None
) -> list[Row]:
    """Every figure of the settlement of a few roster rows, row by row; `more` are figures from elsewhere."""
    situations = situations_of(frame, book)
    rows: dict[int, Row] = {}
    for program in {each.program for each in situations.found}:
        law = law_of(book, program, table)
        places = np.flatnonzero((frame["program"] == program).to_numpy())
        figures = {**figures_of(frame.iloc[places], [law]), **Taken(more or {}, places)}
        rows |= zip(places.tolist(), evaluated(law, situations.only(places), figures), strict=True)
    return [rows[at] for at in range(len(frame))]


def situations_of(frame: pd.DataFrame, book: RuleBook) -> Situations:
    """The program, track and year of every row. Raises RulesError for those that have no rules, each with an ACO."""
    program, programs = pd.factorize(frame["program"])
    track, tracks = pd.factorize(frame["track"])
    year = frame["performance_year"].to_numpy()
    first, span = (int(year.min()), int(np.ptp(year)) + 1) if len(year) else (0, 1)
    combined = (program * len(tracks) + track) * span + (year - first)
    codes, present = pd.factorize(combined, sort=True)
    places = zip(*np.unravel_index(present, (len(programs), len(tracks), span)), strict=True)
    situations = [Situation(str(programs[p]), str(tracks[t]), first + int(after)) for p, t, after in places]
    _refuse_uncovered(situations, codes, frame, book)
    return Situations(book, situations, codes)


def by_situation(frame: pd.DataFrame, book: RuleBook, value: Callable[[Situation], Any]) -> pd.Series:
    """What the program, track and year of every row have. Raises RulesError for those that have no rules."""
    situations = situations_of(frame, book)
    return pd.Series(list(map(value, situations.found))).take(situations.codes).set_axis(frame.index)


def _refuse_uncovered(
    situations: Sequence[Situation], codes: NDArray[np.intp], frame: pd.DataFrame, book: RuleBook
) -> None:
    """One error that names every program, track and year without rules, and an ACO in each."""
    problems = []
    for code, situation in enumerate(situations):
        try:
            book.check(situation)
        except RulesError as error:
            rows = np.flatnonzero(codes == code)
            more = f" and {len(rows) - 1:,} more" if len(rows) > 1 else ""
            problems.append(f"{_place(frame.iloc[rows[0]])}{more}: {error}")
    if problems:
        raise RulesError("\n".join(problems))


def _place(row: pd.Series) -> str:
    """Where a roster row stands: in which file and row, if the reader said so."""
    if "source_file" in row:
        return f"{row['source_file']}, row {row['source_row']} (ACO {row['aco_id']})"
    return f"ACO {row['aco_id']}"


def figures_of(frame: pd.DataFrame, laws: Sequence[Law]) -> dict[str, Column]:
    """The figures that a roster frame gives, under the names of the law's inputs."""
    inputs = [law.inputs for law in laws]
    names = {step.column: step.key for steps in inputs for step in steps if step.column}
    numbers = {
        names.get(str(name), str(name)): frame[name].to_numpy(dtype=np.float64)
        for name in frame.columns
        if frame[name].dtype.kind in "if"
    }
    return {**numbers, **_agreement(frame), **_termination(frame), **_choices(frame)}


def _agreement(frame: pd.DataFrame) -> dict[str, Column]:
    """When the agreement started, and whether the year is an ACO's first: as told, or by the number or start of it."""
    has = set(frame.columns)
    columns = {"agreement_start_year": frame["agreement_start"].dt.year} if "agreement_start" in has else {}
    first = [frame["first_performance_year"]] if "first_performance_year" in has else []
    if {"agreement_period", "agreement_year"} <= has:
        period, year = frame["agreement_period"], frame["agreement_year"]
        first.append(((period == 1) & (year == 1)).astype("float64").where(period.notna() & year.notna()))
    if "initial_start" in has:
        start = frame["initial_start"].dt.year
        first.append((start == frame["performance_year"]).astype("float64").where(start.notna()))
    if first:
        columns["first_performance_year"] = reduce(pd.Series.fillna, first)
    return {name: column.to_numpy(dtype=np.float64) for name, column in columns.items()}


def _termination(frame: pd.DataFrame) -> dict[str, Column]:
    """The month of the performance year in which an ACO left; NaN where it stayed to the end, 0 if it left before."""
    if "terminated_on" not in frame:
        return {}
    left, year = frame["terminated_on"].dt, frame["performance_year"]
    month = left.month.where(left.year == year, 0).where(left.year <= year)
    stayed = (left.year == year) & (left.month == 12) & (left.day == 31)
    return {"termination_month": month.mask(stayed).to_numpy(dtype=np.float64)}


def _choices(frame: pd.DataFrame) -> dict[str, Column]:
    """Words as conditions and numbers. A column of words that is absent makes its condition false."""

    def is_word(column: str, word: str) -> Column:
        return (frame[column] == word).to_numpy(dtype=np.bool_) if column in frame else np.asarray(False)

    columns = {
        "is_involuntary": is_word("termination_kind", "involuntary"),
        "is_voluntary": is_word("termination_kind", "voluntary"),
        "on_benchmark_limit": is_word("loss_limit_basis", "benchmark"),
        "elects_sliding": is_word("msr_election", "sliding"),
    }
    if "quality_standard_basis" in frame:
        words = set(frame["quality_standard_basis"]) - {""}
        columns |= {f"standard_by_{word}": is_word("quality_standard_basis", word) for word in words}
    if "msr_election" in frame:
        rates = frame["msr_election"].mask(columns["elects_sliding"], "").replace("", "nan")
        columns["elected_rate"] = rates.to_numpy(dtype=np.float64)
    return columns
