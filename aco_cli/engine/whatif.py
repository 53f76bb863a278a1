"""What if: the same ACOs settled as they are and with other inputs or rules, side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from aco_cli.engine.outcome import Outcome
from aco_cli.engine.settle import WARNED, settle
from aco_cli.engine.summary import grouped
from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook, Situation

# Less than half a cent is no difference.
HALF_CENT = 0.005
# What the minimum savings rate goes by: where that changes, the rate that CMS printed is not of this case.
_MSR_RULES = ("minimum_savings_rate", "minimum_savings_rate_scale", "elected_rate_minimum_beneficiaries")
_MSR_COLUMNS = ("assigned_beneficiaries", "msr_election")
# Columns of the rows that are told as they are after the change, as they say why something is not known then.
_PREPARED = ("benchmark_notes", "benchmark_is_warned")
_AMOUNTS = ("earned_payment", "owed_repayment", "settlement")
# What `totals` needs of `compare`, before and after.
COMPARED = ("outcome", *_AMOUNTS)


@dataclass(frozen=True)
class Change:
    """Values for roster columns in the rows in which all of `where` holds; each is one row of canonical columns."""

    where: pd.DataFrame
    values: pd.DataFrame


@dataclass(frozen=True)
class Case:
    """A scenario to settle: changes of the rows, one after the other, and the rules that hold."""

    name: str
    changes: Sequence[Change]
    book: RuleBook


def compare(
    frame: pd.DataFrame,
    book: RuleBook,
    cases: Sequence[Case],
    columns: Sequence[str],
    prepare: Callable[[pd.DataFrame, RuleBook], pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """A row per ACO and case: the settlement columns asked for as `<name>_before` and `<name>_after`.

    `difference` is the settlement after less that before, in US dollars, NaN where either is not calculable; `notes`
    are those of the settlement after, and of the one before where it cannot be calculated. The frame's other columns
    are kept. Cases of an ACO stand together, in their order. `prepare` brings what is computed from the inputs of the
    rows into changed ones, by the rules of their case. Raises RulesError where a case has no rules for a row.
    """
    names = list(dict.fromkeys([*COMPARED, "notes", WARNED, *columns]))
    before = settle(frame, book, names)
    parts = []
    for case in cases:
        try:
            rows = changed(frame, case, book, prepare)
            after = settle(rows, case.book, names)
        except RulesError as error:
            raise RulesError(f"{case.name}: {error}") from error
        kept = frame.assign(**{name: rows[name] for name in _PREPARED if name in rows})
        table = pd.concat([kept, before.add_suffix("_before"), after.add_suffix("_after")], axis=1)
        difference = table["settlement_after"] - table["settlement_before"]
        told = {"notes": _notes(before, after), WARNED: after[WARNED] | (_is_open(before) & before[WARNED])}
        parts.append(table.assign(scenario=case.name, difference=difference, **told))
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
    if prepare is not None and case.changes:
        after = _applied(prepare(after, case.book), case.changes)
    return _without_printed_rate(frame, book, after, case.book)


def _applied(frame: pd.DataFrame, changes: Sequence[Change]) -> pd.DataFrame:
    after = frame
    for change in changes:
        rows = np.ones(len(after), dtype=np.bool_)
        for name in change.where:
            rows &= _is(after.get(name), change.where[name].iloc[0])
        new = {str(name): _with(after.get(name), rows, change.values[name]) for name in change.values}
        after = after.assign(**new)
    return after


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


def _without_printed_rate(before: pd.DataFrame, book: RuleBook, after: pd.DataFrame, changed: RuleBook) -> pd.DataFrame:
    if "published_msr" not in after:
        return after
    moved = _msr_rules(before, book) != _msr_rules(after, changed)
    for name in _MSR_COLUMNS:
        if name in after:
            held = before.get(name, pd.Series(index=after.index, dtype=after[name].dtype))
            moved |= (held != after[name]) & ~(_is_missing(held) & _is_missing(after[name]))
    return after.assign(published_msr=after["published_msr"].mask(moved))


def _is_missing(column: pd.Series) -> pd.Series:
    return column.isna() | (column == "")


def _msr_rules(frame: pd.DataFrame, book: RuleBook) -> pd.Series:
    """The rules of every row's minimum savings rate, as text that is the same for the same rules."""
    keys = ["program", "track", "performance_year"]
    situations = [Situation(*each) for each in frame[keys].drop_duplicates().itertuples(index=False, name=None)]
    texts = [repr([book.value(each, name) for name in _MSR_RULES]) for each in situations]
    return frame.groupby(keys, sort=False).ngroup().map(dict(enumerate(texts)))


def _is_open(settled: pd.DataFrame) -> pd.Series:
    return settled["outcome"] == Outcome.NOT_CALCULABLE


def _notes(before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    earlier = ("before: " + before["notes"]).where(_is_open(before), "")
    return earlier.str.cat(after["notes"], sep="; ").str.strip("; ")


def totals(compared: pd.DataFrame, groups: Sequence[str] = ()) -> pd.DataFrame:
    """One row per performance year and case for all ACOs, then one for each value of each group.

    How many ACOs gain and lose by the change, and how much, and counts and sums before and after, in US dollars, of
    the ACOs that are calculable both before and after; `not_calculable` counts the others.
    """
    facts = _facts(compared)
    order = compared["scenario"].map({name: place for place, name in enumerate(compared["scenario"].unique())})
    table = grouped(
        compared.assign(order=order),
        ["performance_year", "order", "scenario"],
        groups,
        lambda keys: facts.groupby(keys, observed=True, dropna=False).sum(),
    )
    return table.drop(columns="order")


def _facts(compared: pd.DataFrame) -> pd.DataFrame:
    difference = compared["difference"]
    known = difference.notna()
    facts: dict[str, Any] = {
        "acos": 1,
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
