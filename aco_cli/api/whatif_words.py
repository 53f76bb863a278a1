"""What a what-if comes to, in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.notes import REASON
from aco_cli.engine.whatif import HALF_CENT
from aco_cli.outputs.phrases import acos, dollars
from aco_cli.rules.book import RuleBook

_MOST = 3  # reasons of one kind


def sentences(compared: pd.DataFrame, totals: pd.DataFrame) -> Iterator[str]:
    """A sentence for each performance year and case: what one ACO would receive, or who of several gains and loses."""
    keys = ["performance_year", "scenario"]
    rows = dict(iter(compared.groupby(keys, sort=False)))
    for each in totals[totals["by"] == "all"].to_dict("records"):
        group = rows[each["performance_year"], each["scenario"]]
        told = one(group.iloc[0]) if len(group) == 1 and "answer" in group else many(each)
        yield f"{each['performance_year']} {each['scenario']}: {told}"


def one(row: pd.Series) -> str:
    """What one ACO would receive or owe, instead of what, and the most that it could owe."""
    before, after = row["settlement_before"], row["settlement_after"]
    if pd.isna(after) or pd.isna(before):
        return str(row["answer"])
    told = f"{row['aco_id']} would still {_would(after)}"
    is_changed = abs(after - before) > HALF_CENT
    if is_changed:
        difference = f"{'+' if after > before else ''}{dollars(after - before)}"
        told = f"{row['aco_id']} would {_would(after)} instead of {_had(before, after)} ({difference})"
    if row["idle"]:
        told += f"{'.' if is_changed else ':'} {row['idle']}"
    return " ".join(filter(None, [f"{told}.", row["answer"].partition(". ")[2]]))


def _would(amount: float) -> str:
    return f"owe {dollars(-amount)}" if amount < 0 else f"receive {dollars(amount)}" if amount else "receive nothing"


def _had(amount: float, now: float) -> str:
    """An amount after `instead of`; its verb is said only where it is another than that of the amount now."""
    if amount == 0:
        return "nothing"
    verb = "" if amount * now >= 0 and amount > 0 else "owing " if amount < 0 else "receiving "
    return f"{verb}{dollars(abs(amount))}"


def many(totals: Mapping[Any, Any]) -> str:
    """The totals of several ACOs."""
    moves = f"{totals['gain']:,} gain {dollars(totals['gained'])}, {totals['lose']:,} lose {dollars(totals['lost'])}"
    rest = [f"{totals['unchanged']:,} unchanged"]
    rest += [f"{totals['not_calculable']:,} not-calculable"] if totals["not_calculable"] else []
    paid = f"paid {dollars(totals['earned_payment_before'])} -> {dollars(totals['earned_payment_after'])}"
    repaid = f"repaid {dollars(totals['owed_repayment_before'])} -> {dollars(totals['owed_repayment_after'])}"
    parts = [f"{acos(totals['acos'])}, {moves}, {', '.join(rest)}", paid, repaid]
    return "; ".join([*parts, f"difference {dollars(totals['difference'])}"])


def idle(compared: pd.DataFrame) -> Iterator[str]:
    """Which changed columns have no effect, on how many rows, and why."""
    told = compared.loc[compared["idle"] != "", "idle"].str.split("; (?=[a-z_]+ has no effect)").explode()
    for column, reasons in told.groupby(told.str.split(" ").str[0], sort=False):
        counts = reasons.str.split(": ", n=1).str[1].value_counts()
        shown = [f"{reason} ({count:,})" for reason, count in counts.head(_MOST).items()]
        more = [f"{len(counts) - _MOST:,} other reasons in notes"] if len(counts) > _MOST else []
        yield f"{column} has no effect on {len(reasons):,} of {len(compared):,} rows: {'; '.join([*shown, *more])}"


def missing(rows: pd.DataFrame, book: RuleBook) -> str:
    """What rows that cannot be settled lack, each with the option that brings it."""
    told: dict[str, str] = {}
    for program, notes in rows.groupby("program")["notes"]:
        reasons = [note for note in law_of(book, str(program), "notes").notes if note.level == REASON]
        told |= {note.text: note.lacking for note in reasons if notes.str.contains(note.text, regex=False).any()}
    return "; ".join(told.values())


def over(compared: pd.DataFrame, column: str) -> Iterator[str]:
    """For each ACO how its settlement goes over the values of a column, and where its outcome changes."""
    for (aco_id, year), rows in compared.groupby(["aco_id", "performance_year"], sort=False):
        if len(rows) == len(compared):
            turns = rows["outcome_after"].astype("str").ne(rows["outcome_after"].astype("str").shift()).cumsum()
            parts = [_stretch(each) for _, each in rows.groupby(turns, sort=False)]
            yield f"{year} {aco_id}, {column}: {'; '.join(parts)}"


def _stretch(rows: pd.DataFrame) -> str:
    """An outcome with the steps that it holds over, and the settlements at both ends."""
    ends = rows.iloc[[0, -1]] if len(rows) > 1 else rows
    amounts = dict.fromkeys(map(dollars, ends["settlement_after"].dropna()))
    return f"{ends['outcome_after'].iloc[0]} at {' to '.join(ends['scenario'])} ({' to '.join(amounts) or 'not known'})"
