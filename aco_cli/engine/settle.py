"""Settling a table of ACOs: columns in, the lines evaluated over all rows at once, settlement columns out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.engine.advances import carry_balances
from aco_cli.engine.lines import Column, Values, evaluate
from aco_cli.engine.notes import remarks
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.engine.remarks import Remarks
from aco_cli.engine.settlement import LINE_NAMES, LINES
from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.columns import RuleColumns, RuleTable

# Roster columns whose names are also those of lines or that read better under another name.
_GIVEN = {
    "quality_standard_met": "given_standard_met",
    "payment_limit": "given_payment_limit",
    "loss_limit": "given_loss_limit",
    "euc_adjustment": "given_euc_adjustment",
}


# Rows settled at a time: few enough that the columns of a block stay in the processor's cache.
BLOCK = 65_536

# What depends on advances that an earlier year of the run left to recoup.
_AFTER_ADVANCES = frozenset({"advance_recouped", "net_payment", "notes"})

# Columns that are not plain numbers while they are computed: places in a list, combinations of notes.
_DTYPES = {"outcome": np.int8, "notes": np.int64}


def settle(
    frame: pd.DataFrame,
    book: RuleBook,
    columns: Sequence[str],
    *,
    block: int = BLOCK,
    progress: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """The columns asked for (of the roster or of the lines), unrounded, for every row of a roster frame.

    Amounts are US dollars, rates fractions, conditions 1/0 with NaN for unknown; `outcome` is a category, `notes` text.
    Columns of the frame are those of the interface's roster; absent ones count as unknown. Raises RulesError for a
    program, track or year that has no rules. `progress` is told the number of rows done after each block.
    """
    if not _AFTER_ADVANCES.isdisjoint(columns):
        frame = with_balances(frame, book)
    given, rules, notes = _columns(frame), _rules(frame, book), Remarks()
    names = [name for name in columns if name in LINE_NAMES or name not in frame]
    computed = {name: np.empty(len(frame), dtype=_DTYPES.get(name, np.float64)) for name in names}
    for start in range(0, len(frame), block):
        rows = slice(start, start + block)
        values, part = _evaluate(given, rules, rows)
        for name, column in computed.items():
            is_notes = name == "notes"
            column[rows] = notes.number(remarks(values, part), len(part.codes)) if is_notes else getattr(values, name)
        if progress is not None:
            progress(len(part.codes))
    finished = {"outcome": _outcomes, "notes": notes.text}
    return pd.DataFrame(
        {
            name: finished.get(name, np.asarray)(computed[name]) if name in computed else frame[name].array
            for name in columns
        },
        copy=False,
    )


def with_balances(frame: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """A roster frame in which later years have the advances that earlier ones left to recoup (`carry_balances`)."""
    if "advance_balance" not in frame:
        return frame
    return carry_balances(frame, lambda rows: settle(rows, book, ("earned_payment",))["earned_payment"])


def _outcomes(codes: Column) -> object:
    return pd.Categorical.from_codes(codes.astype(np.int8), categories=pd.Index(list(OUTCOMES)))


def evaluate_all(frame: pd.DataFrame, book: RuleBook) -> tuple[Values, RuleColumns]:
    """Every input and line of a small roster frame, and the rules they went by."""
    return _evaluate(_columns(frame), _rules(frame, book), slice(None))


def _evaluate(given: dict[str, Column], rules: RuleColumns, rows: slice) -> tuple[Values, RuleColumns]:
    part = RuleColumns(rules.table, rules.codes[rows])
    values = Values({name: column[rows] if column.ndim else column for name, column in given.items()})
    return evaluate(LINES, values, part), part


def _rules(frame: pd.DataFrame, book: RuleBook) -> RuleColumns:
    program, programs = pd.factorize(frame["program"])
    track, tracks = pd.factorize(frame["track"])
    year = frame["performance_year"].to_numpy()
    first, span = (int(year.min()), int(np.ptp(year)) + 1) if len(year) else (0, 1)
    combined = (program * len(tracks) + track) * span + (year - first)
    present = np.flatnonzero(np.bincount(combined))
    situations = []
    for code in present.tolist():
        rest, after = divmod(code, span)
        p, t = divmod(rest, len(tracks))
        situations.append(Situation(str(programs[p]), str(tracks[t]), first + after))
    codes = np.searchsorted(present, combined) if len(present) > 1 else np.zeros(len(combined), dtype=np.intp)
    _refuse_uncovered(situations, codes, frame, book)
    return RuleColumns(RuleTable(book, situations), codes)


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


def _columns(frame: pd.DataFrame) -> dict[str, Column]:
    numbers = {
        _GIVEN.get(str(name), str(name)): frame[name].to_numpy(dtype=np.float64)
        for name in frame.columns
        if frame[name].dtype.kind in "if"
    }
    return {**numbers, **_agreement(frame), **_termination(frame), **_choices(frame)}


def _agreement(frame: pd.DataFrame) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    if "agreement_start" in frame:
        columns["agreement_start_year"] = frame["agreement_start"].dt.year.to_numpy(dtype=np.float64)
    if {"agreement_period", "agreement_year"} <= set(frame.columns):
        period, year = frame["agreement_period"], frame["agreement_year"]
        first = ((period == 1) & (year == 1)).astype("float64").where(period.notna() & year.notna())
        given = frame.get("first_performance_year", first)
        columns["first_performance_year"] = given.fillna(first).to_numpy(dtype=np.float64)
    return columns


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
        "on_benchmark_limit": is_word("loss_limit_basis", "benchmark"),
        "elects_sliding": is_word("msr_election", "sliding"),
    }
    if "msr_election" in frame:
        rates = frame["msr_election"].mask(columns["elects_sliding"], "").replace("", "nan")
        columns["elected_rate"] = rates.to_numpy(dtype=np.float64)
    return columns
