"""Why a changed column makes no difference to a settlement, and what would."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd

from aco_cli.engine.lines.applies import applying
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.row import Row, plain_tree
from aco_cli.engine.lines.situations import folded
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.taken import taken
from aco_cli.engine.lines.text import show
from aco_cli.engine.lines.tree import Apply, Name, names, walk
from aco_cli.engine.outcome import OUTCOMES, Outcome
from aco_cli.engine.quality.standard import follows_from_score, standard_score
from aco_cli.engine.settle import settle, settled_rows
from aco_cli.rules.book import RuleBook
from aco_cli.rules.parameters import values_by_name

# What holds whatever the column says, by how the year ends.
_HOLDS = {
    Outcome.EARNED: "the payment is the same without it",
    Outcome.BELOW_MSR: "savings are below the minimum savings rate",
    Outcome.QUALITY_FAILED: "the quality standard is not met",
    Outcome.LOSSES_WITHIN_MLR: "losses are within the minimum loss rate",
    Outcome.LOSSES_NOT_SHARED: "the track shares no losses",
    Outcome.OWED: "the repayment is the same without it",
    Outcome.OWED_WAIVED: "all shared losses are waived",
    Outcome.GUARDRAIL: "savings under the guardrail benchmark are not shared",
    Outcome.TERMINATED: "the ACO terminated during the year",
    Outcome.DEFERRED: "the year is settled together with a later one",
}
# Where a settlement that is the same means that the score is on the same side of the standard.
_STANDARD_DECIDES = (Outcome.EARNED, Outcome.QUALITY_FAILED)
_CHOOSES_RULES = ("track", "program")
_SCORE = "quality_score"


def idle_reasons(
    column: str, before: pd.DataFrame, after: pd.DataFrame, book: RuleBook, turned: pd.Series
) -> pd.Series:
    """For rows in which a column was changed without effect: why, and what to set instead.

    `before` and `after` are the roster rows without this change and with it, `book` the rules after the change;
    `turned` says where what else is changed gives the year another outcome.
    """
    told = pd.Series("", index=after.index, dtype="str")
    if not len(after):
        return told
    is_lacking, is_same = _unchanged(column, before, after)
    keys = [_branches(after, book), is_lacking, is_same, turned.reset_index(drop=True)]
    groups = after.reset_index(drop=True).groupby(keys, sort=False)
    firsts = groups.head(1).index
    rows = settled_rows(after.iloc[firsts].reset_index(drop=True), book)
    reasons = []
    follows = follows_from_score(after, book)
    for place, row in zip(firsts, rows, strict=True):
        if is_lacking[place]:
            reasons.append("it is missing, and there is nothing to change")
        elif is_same[place]:
            held = after[column].iloc[place]
            reasons.append(f"{column} is {f'{held:.15g}' if isinstance(held, float) else held} already")
        else:
            holds = "with the other changes, " if turned.iloc[place] else ""
            holds += _HOLDS[OUTCOMES[int(row.figure("outcome"))]]
            reasons.append(_reason(column, row, book, holds, follows=bool(follows.iloc[place])))
    texts = [f"{column} has no effect: {reason}" for reason in reasons]
    return pd.Series(np.array(texts, dtype=object)[groups.ngroup().to_numpy()], index=after.index).astype("str")


def is_missing(column: pd.Series) -> pd.Series:
    """Where a roster column says nothing."""
    return column.isna() | (column == "")


def _unchanged(column: str, before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Where a column is missing both before and after, and where it is what it was."""
    nothing = pd.Series(np.nan, index=range(len(after)))
    old, new = (each.get(column, nothing).reset_index(drop=True) for each in (before, after))
    return is_missing(old) & is_missing(new), old == new


def _branches(after: pd.DataFrame, book: RuleBook) -> pd.Series:
    """A number for the branches that the settlement of each row takes: rows that take the same have one reason."""
    lines = law_of(book, after["program"].iloc[0]).lines
    held = settle(after, book, ("outcome", *(step.key for step in lines if step.unit == "condition")))
    known = after.notna().reset_index(drop=True).add_prefix("known:")
    situations = after[["program", "track", "performance_year"]].reset_index(drop=True)
    keys = pd.concat([situations, held, known], axis=1)
    return keys.groupby(list(keys), observed=True, dropna=False).ngroup()


def _reason(column: str, row: Row, book: RuleBook, holds: str, *, follows: bool) -> str:
    ends = OUTCOMES[int(row.figure("outcome"))]
    keys = [step.key for step in row.law.inputs if (step.column or step.key) == column]
    least = standard_score(book, row.situation)
    if column == _SCORE and follows:
        if ends not in _STANDARD_DECIDES:
            return holds
        side = "meets" if row.figure("quality_standard_met") == 1 else "is below"
        return f"the score {side} the quality standard of {show(least, 'fraction')} as before, which alone decides"
    if not keys and column not in _CHOOSES_RULES:
        return "no settlement depends on it"
    if set(keys) & applying(row) or not keys:
        return holds
    counts = set(keys) & _inputs_of(row, book)
    for step in _ancestors(row, keys):
        if step.key in applying(row) and (told := _goes_by(row, step, column, in_rules=bool(counts))):
            return told
    where = "in this settlement" if counts else f"in {row.situation.track}, {row.situation.year}"
    return f"it does not count {where}"


def _inputs_of(row: Row, book: RuleBook) -> frozenset[str]:
    """The inputs that count in a program, track and year at all."""
    given = {step.key for step in row.law.inputs}
    values = values_by_name(book.in_force(row.situation))
    return folded((row.law,), ("outcome", "settlement"), values, given).inputs


def _ancestors(row: Row, keys: list[str]) -> Iterator[Step]:
    """The lines that rest on some figures, the nearest first."""
    users: dict[str, list[Step]] = defaultdict(list)
    for step in row.law.lines:
        for name in names(step.trees["formula"]):
            users[name].append(step)
    found: dict[str, Step] = {}
    waiting = list(keys)
    while waiting:
        new = {step.key: step for step in users[waiting.pop(0)] if step.key not in found}
        found |= new
        waiting += new
        yield from new.values()


def _goes_by(row: Row, step: Step, column: str, *, in_rules: bool) -> str:
    """What a line goes by instead of a column, and the columns that would change it; nothing where none does.

    `in_rules`: the column counts in the track and year, so that it is another column that keeps it from counting.
    """
    inputs = {each.key: each for each in row.law.inputs}
    found = taken(row, plain_tree(row.law, step))
    given = [inputs[found.name]] if isinstance(found, Name) and found.name in inputs else []
    own = [] if in_rules else [inputs[name] for name in _stand_ins(step) if name in inputs]
    columns = dict.fromkeys(each.column or each.key for each in given or own)
    instead = [name for name in columns if name != column and not name.startswith("published")]
    label = step.label[0].lower() + step.label[1:]
    if not columns:
        return ""
    what = f"the {label} goes by {' and '.join(columns) if given else 'the rules of the track'}"
    return f"{what}; set {' or '.join(instead)} instead" if instead else what


def _stand_ins(step: Step) -> Iterator[str]:
    """The figures that a line takes instead of all else where they are known: `IF(ISNUMBER(x), x, ...)`."""
    for each in walk(step.trees["formula"]):
        match each:
            case Apply(
                function="IF", arguments=(Apply(function="ISNUMBER", arguments=(known,)), Name(name=name) as one, _)
            ):
                if known == one:
                    yield name
