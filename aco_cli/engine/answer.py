"""A settlement in a sentence or two: what an ACO earned or owes and why, or what is missing to say so."""

from collections.abc import Sequence

import pandas as pd

from aco_cli.engine.lines.row import Row
from aco_cli.engine.lines.step import FIGURE
from aco_cli.engine.lines.text import show
from aco_cli.engine.notes import REASON
from aco_cli.engine.settle import settled_rows
from aco_cli.rules.book import RuleBook

TABLE = "answer"
_FEWEST, _MOST = 2, 6  # decimals of a percentage


def answers(frame: pd.DataFrame, book: RuleBook) -> list[str]:
    """The answer for every row of a roster frame, as table `answer` of the law words it."""
    ids = frame["aco_id"].astype("str")
    return [_answer(row, aco) for row, aco in zip(settled_rows(frame, book, TABLE), ids, strict=True)]


def _answer(row: Row, aco: str) -> str:
    text = "".join(note.text for note in row.law.notes if row.figure(f"{note.key}:when") == 1)
    named = {name: row.figure(name) for name in FIGURE.findall(text) if name in row.law.known}
    shares = [value for name, value in named.items() if row.law[name].unit == "fraction"]
    words = {"aco": aco, "year": f"{row.figure('performance_year'):.0f}", "missing": _missing(row)}
    decimals = _decimals(shares)
    words |= {name: _shown(value, row.law[name].unit, decimals) for name, value in named.items()}
    return FIGURE.sub(lambda place: words[place[1]], text)


def _decimals(shares: Sequence[float]) -> int:
    """As many as it takes for shares that are not equal to look different."""
    enough = (n for n in range(_FEWEST, _MOST) if len({round(100 * each, n) for each in shares}) == len(set(shares)))
    return next(enough, _MOST)


def _shown(number: float, unit: str, decimals: int) -> str:
    if unit == "fraction":
        return show(round(number, decimals + 2), unit)
    return show(number, unit).removesuffix(".00")


def _missing(row: Row) -> str:
    """What is missing, each with the option that brings it."""
    notes = row.law.base.notes if row.law.base else ()
    reasons = [note for note in notes if note.level == REASON and row.figure(f"{note.key}:when") == 1]
    return "; ".join(note.lacking for note in reasons)
