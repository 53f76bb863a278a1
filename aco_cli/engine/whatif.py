"""What if: the same ACOs settled as they are and with other inputs or rules, side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from aco_cli.engine.answer import answers
from aco_cli.engine.effects import idle_reasons, is_missing
from aco_cli.engine.outcome import Outcome
from aco_cli.engine.quality.standard import follows_from_score, standard_scores
from aco_cli.engine.settle import WARNED, by_situation, settle
from aco_cli.engine.summary import counted, grouped
from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook

# Less than half a cent is no difference.
HALF_CENT = 0.005
# What the minimum savings rate goes by: where that changes, the rate that CMS printed is not of this case.
_MSR_RULES = ("minimum_savings_rate", "minimum_savings_rate_scale", "elected_rate_minimum_beneficiaries")
_MSR_COLUMNS = ("assigned_beneficiaries", "msr_election")
# Gross savings that are given win over benchmark minus expenditures.
GIVEN_SAVINGS = "gross_savings"
_SAVED = {"benchmark_total": 1, "expenditure_total": -1}
# Columns of the rows that are told as they are after the change, as they say why something is not known then.
_PREPARED = ("benchmark_notes", "benchmark_is_warned")
_AMOUNTS = ("earned_payment", "owed_repayment", "settlement")
# What `totals` needs of `compare`, before and after.
COMPARED = ("outcome", *_AMOUNTS)
# What a change without effect leaves as it is, besides the outcome; a program need not have all of it.
_KEPT = ("settlement", "net_payment", "prepaid_outstanding")


@dataclass(frozen=True)
class Move:
    """A value relative to that of the row: times `factor`, plus `added`, kept between `least` and `most`."""

    factor: float = 1.0
    added: float = 0.0
    least: float = -np.inf
    most: float = np.inf

    def of(self, column: pd.Series) -> pd.Series:
        """The column moved."""
        return (column * self.factor + self.added).clip(self.least, self.most)


@dataclass(frozen=True)
class Change:
    """Values for roster columns in the rows in which all of `where` holds; each is one row of canonical columns.

    `moves` are values relative to those of the rows. `is_asked`: somebody wants to know what it does.
    """

    where: pd.DataFrame
    values: pd.DataFrame
    moves: Mapping[str, Move] = field(default_factory=dict)
    is_asked: bool = False

    @property
    def columns(self) -> list[str]:
        """The columns that it changes."""
        return [*map(str, self.values), *self.moves]

    @property
    def asked(self) -> list[str]:
        """The columns of which somebody wants to know what changing them does."""
        idle = [name for name, move in self.moves.items() if (move.factor, move.added) == (1.0, 0.0)]
        return [name for name in self.columns if name not in idle] if self.is_asked else []

    def without(self, column: str) -> "Change":
        """The change without that of a column."""
        moves = {name: move for name, move in self.moves.items() if name != column}
        return replace(self, values=self.values.drop(columns=column, errors="ignore"), moves=moves)


@dataclass(frozen=True)
class Case:
    """A scenario to settle: changes of the rows, one after the other, and the rules that hold.

    `status` says of rules that are none what they are; it stands in the notes of every row.
    """

    name: str
    changes: Sequence[Change]
    book: RuleBook
    status: str = ""

    @property
    def asked(self) -> list[str]:
        """The columns of which somebody wants to know what changing them does."""
        return list(dict.fromkeys(name for change in self.changes for name in change.asked))

    def without(self, column: str) -> "Case":
        """The case without the change of a column."""
        return replace(self, changes=[change.without(column) for change in self.changes])


def compare(
    frame: pd.DataFrame,
    book: RuleBook,
    cases: Sequence[Case],
    columns: Sequence[str],
    prepare: Callable[[pd.DataFrame, RuleBook], pd.DataFrame] | None = None,
    varied: str = "",
    *,
    answered: bool = False,
) -> pd.DataFrame:
    """A row per ACO and case: the settlement columns asked for as `<name>_before` and `<name>_after`.

    `difference` is the settlement after less that before, in US dollars, NaN where either is not calculable; `notes`
    are those of the settlement after, and of the one before where it cannot be calculated. The frame's other columns
    are kept. `idle` says which changed columns have no effect, and why. Cases of an ACO stand together, in their order.
    `value` is that of the column `varied` after the change, `answer`, if asked for, the settlement after it in words.
    `prepare` brings what is computed from the inputs of the rows into changed ones, by the rules of their case. Raises
    RulesError where a case has no rules for a row.
    """
    names = list(dict.fromkeys([*COMPARED, "notes", WARNED, *columns]))
    before = settle(frame, book, names)
    parts = []
    for case in cases:
        try:
            rows = changed(frame, case, book, prepare)
            settled = settle(rows, case.book, list(dict.fromkeys([*names, *_KEPT])))
        except RulesError as error:
            raise RulesError(f"{case.name}: {error}") from error
        after = settled[names]
        kept = frame.assign(**{name: rows[name] for name in _PREPARED if name in rows})
        table = pd.concat([kept, before.add_suffix("_before"), after.add_suffix("_after")], axis=1)
        difference = table["settlement_after"] - table["settlement_before"]
        idle = _idle(frame, rows, (before, settled), case, book, prepare)
        moved = _moved_notes(frame["program"], rows["program"], case.book)
        told = {
            "notes": _notes(before, after, idle, moved),
            WARNED: after[WARNED] | (_is_open(before) & before[WARNED]),
        }
        if varied:
            table["value"] = rows[varied]
        if answered:
            table["answer"] = answers(rows, case.book)
        parts.append(table.assign(scenario=case.name, difference=difference, idle=idle, **told))
    joined = pd.concat(parts)
    return joined.sort_index(kind="stable").reset_index(drop=True)


def changed(
    frame: pd.DataFrame,
    case: Case,
    book: RuleBook,
    prepare: Callable[[pd.DataFrame, RuleBook], pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """The rows as a case has them; what it says itself of what is computed counts."""
    after = _applied(frame, case.changes)
    if prepare is not None and (case.changes or case.book is not book):
        settled = [replace(change, moves={}) for change in case.changes]  # what is computed moves no further
        after = _applied(prepare(after, case.book), settled)
    after = _with_moved_savings(frame, after)
    after = _with_status(_without_printed_rate(frame, book, after, case.book), case)
    return _with_standard(frame, book, after, case)


def _with_status(frame: pd.DataFrame, case: Case) -> pd.DataFrame:
    """The rows with what the rules of the case are among what is told of them, as a warning."""
    if not case.status:
        return frame
    told = f"scenario {case.name}: {case.status}"
    notes = frame["benchmark_notes"] if "benchmark_notes" in frame else pd.Series("", index=frame.index)
    return frame.assign(benchmark_notes=(told + "; " + notes).str.strip("; "), benchmark_is_warned=True)


def _applied(frame: pd.DataFrame, changes: Sequence[Change]) -> pd.DataFrame:
    after = frame
    for change in changes:
        rows = selected(after, change)
        new = {str(name): _with(after.get(name), rows, change.values[name]) for name in change.values}
        moves = [(name, move) for name, move in change.moves.items() if name in after]
        after = after.assign(**new, **{name: after[name].mask(rows, move.of(after[name])) for name, move in moves})
    return after


def selected(frame: pd.DataFrame, change: Change) -> Any:
    """Which rows are meant by where of a change."""
    rows = np.ones(len(frame), dtype=np.bool_)
    for name in change.where:
        rows &= _is(frame.get(name), change.where[name].iloc[0])
    return rows


def _with_standard(before: pd.DataFrame, book: RuleBook, after: pd.DataFrame, case: Case) -> pd.DataFrame:
    """The rows with the quality standard met or not by a score that was changed, where it followed from the score.

    A standard that the case says itself counts.
    """
    if not {"quality_score", "quality_standard_met"} <= set(before):
        return after
    moved = (before["quality_score"] != after["quality_score"]) & follows_from_score(before, book)
    for place, each in enumerate(case.changes):
        if "quality_standard_met" in each.values:
            moved &= ~selected(_applied(before, case.changes[:place]), each)
    if not moved.any():
        return after
    least, score = standard_scores(after, case.book), after["quality_score"]
    met = (score >= least).astype("float64").where(score.notna() & least.notna())
    return after.assign(quality_standard_met=after["quality_standard_met"].mask(moved & least.notna(), met))


def _idle(
    frame: pd.DataFrame,
    rows: pd.DataFrame,
    settled: tuple[pd.DataFrame, pd.DataFrame],
    case: Case,
    book: RuleBook,
    prepare: Callable[[pd.DataFrame, RuleBook], pd.DataFrame] | None,
) -> pd.Series:
    """For every row which of the columns asked about have no effect, and why; `settled` is before and after."""
    before, after = settled
    told = pd.Series("", index=frame.index, dtype="str")
    for column in case.asked:
        try:
            without = changed(frame, case.without(column), book, prepare)
            other = settle(without, case.book, ("outcome", *_KEPT))
        except RulesError:  # a track of another program means nothing without the program
            continue
        kept, others = after[[*_KEPT]], other[[*_KEPT]]
        same = (((kept - others).abs() <= HALF_CENT) | (kept.isna() & others.isna())).all(axis=1)
        same &= (after["outcome"] == other["outcome"]) & ~_is_open(after)
        addressed = [selected(frame, each) for each in case.changes if column in each.asked]
        places = np.flatnonzero(same.to_numpy() & np.logical_or.reduce(addressed))
        turned = (before["outcome"] != after["outcome"]).iloc[places]
        why = idle_reasons(column, without.iloc[places], rows.iloc[places], case.book, turned)
        told.iloc[places] = told.iloc[places].str.cat(why.to_numpy(), sep="; ").str.strip("; ")
    return told


def _is(column: pd.Series | None, value: Any) -> Any:
    """Where a column has a value; a missing one is asked for as a missing one, and an absent column has only those."""
    if column is None:
        return pd.isna(value) or value == ""
    return (column.isna() if pd.isna(value) else column == value).to_numpy(dtype=np.bool_)


def _with(column: pd.Series | None, rows: Any, value: pd.Series) -> pd.Series:
    """The column, made if there is none, with one value in some rows."""
    given = value.take(np.zeros(len(rows), dtype=np.intp)).reset_index(drop=True)
    if column is None:
        column = given.mask(np.ones(len(rows), dtype=np.bool_), "" if given.dtype == "str" else None)
    return given.where(rows, column.reset_index(drop=True)).set_axis(column.index)


def _with_moved_savings(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Gross savings that are given move with the benchmark and expenditures that a case changes."""
    if not {GIVEN_SAVINGS, *_SAVED} <= set(before):
        return after
    added = sum(
        sign * (after[name] - before[name]).mask(_same(after[name], before[name]), 0) for name, sign in _SAVED.items()
    )
    given = after[GIVEN_SAVINGS]
    return after.assign(**{GIVEN_SAVINGS: given.where(~_same(given, before[GIVEN_SAVINGS]), given + added)})


def _same(left: pd.Series, right: pd.Series) -> pd.Series:
    return (left == right) | (is_missing(left) & is_missing(right))


def _without_printed_rate(before: pd.DataFrame, book: RuleBook, after: pd.DataFrame, changed: RuleBook) -> pd.DataFrame:
    if "published_msr" not in after:
        return after
    moved = _msr_rules(before, book) != _msr_rules(after, changed)
    for name in _MSR_COLUMNS:
        if name in after:
            held = before.get(name, pd.Series(index=after.index, dtype=after[name].dtype))
            moved |= ~_same(held, after[name])
    return after.assign(published_msr=after["published_msr"].mask(moved))


def _msr_rules(frame: pd.DataFrame, book: RuleBook) -> pd.Series:
    """The rules of every row's minimum savings rate, as text that is the same for the same rules."""
    return by_situation(frame, book, lambda situation: repr([book.value(situation, name) for name in _MSR_RULES]))


def _is_open(settled: pd.DataFrame) -> pd.Series:
    return settled["outcome"] == Outcome.NOT_CALCULABLE


def _notes(before: pd.DataFrame, after: pd.DataFrame, *more: pd.Series) -> pd.Series:
    told = ("before: " + before["notes"]).where(_is_open(before), "")
    for notes in (after["notes"], *more):
        told = told.str.cat(notes.to_numpy(), sep="; ").str.strip("; ")
    return told


def _moved_notes(before: pd.Series, after: pd.Series, book: RuleBook) -> pd.Series:
    """Of rows that are settled by the terms of another program, what its inputs hold that theirs do not."""
    notes = pd.Series("", index=after.index, dtype="str")
    pairs = pd.DataFrame({"before": before, "after": after})
    for old, new in pairs[before != after].drop_duplicates().itertuples(index=False, name=None):
        inputs = [f"{name}: {book.programs[name].inputs}" for name in (old, new) if book.programs[name].inputs]
        told = f"inputs of {old} by the terms of {new}, not fully comparable ({'; '.join(inputs)})"
        notes = notes.mask((before == old) & (after == new), told)
    return notes


def totals(compared: pd.DataFrame, groups: Sequence[str] = ()) -> pd.DataFrame:
    """One row per performance year and case for all ACOs, then one for each value of each group.

    How many ACOs gain and lose by the change, and how much, and counts and sums before and after, in US dollars, of
    the ACOs that are calculable both before and after; `not_calculable` counts the others. An ACO with several rows
    counts once; the row that shows a year as deferred does not count beside the one that settles it.
    """
    is_again = compared.duplicated(["scenario", "aco_id", "performance_year"], keep=False)
    compared = compared[~(is_again & (compared["outcome_after"] == Outcome.DEFERRED))]
    facts = _facts(compared)
    order = compared["scenario"].map({name: place for place, name in enumerate(compared["scenario"].unique())})
    table = grouped(
        compared.assign(order=order),
        ["performance_year", "order", "scenario"],
        groups,
        lambda keys: counted(compared["aco_id"], facts, keys),
    )
    return table.drop(columns="order")


def _facts(compared: pd.DataFrame) -> pd.DataFrame:
    difference = compared["difference"]
    known = difference.notna()
    facts: dict[str, Any] = {
        "acos": True,
        "gain": difference > HALF_CENT,
        "lose": difference < -HALF_CENT,
        "unchanged": difference.abs() <= HALF_CENT,
        "not_calculable": ~known,
        "gained": difference.clip(lower=0),
        "lost": -difference.clip(upper=0),
    }
    for side in ("before", "after"):
        outcome = compared[f"outcome_{side}"]
        facts[f"earned_{side}"] = (outcome == Outcome.EARNED) & known
        facts[f"owed_{side}"] = (outcome == Outcome.OWED) & known
        facts |= {f"{name}_{side}": compared[f"{name}_{side}"].where(known) for name in _AMOUNTS}
    return pd.DataFrame(facts, index=compared.index).assign(difference=difference).fillna(0.0)
