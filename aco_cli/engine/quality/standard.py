"""The quality performance standard where a score alone meets it: the percentile of the year (42 CFR 425.512(a))."""

import numpy as np
import pandas as pd

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.situations import in_situation
from aco_cli.engine.settle import by_situation
from aco_cli.rules.book import RuleBook, Situation, scoring

_DECIDES = "standard_decides"


def standard_score(book: RuleBook, situation: Situation) -> float:
    """The score from which the standard of a program, track and year is met; NaN where a standard does not decide."""
    law = law_of(book, situation.program)
    if _DECIDES not in law.known or not in_situation(situation, book, law, [_DECIDES], {}, 1)[_DECIDES]:
        return np.nan
    found = book.value(scoring(situation.year), "disaster_score") or {}
    return float(found.get("score", np.nan))


def standard_scores(frame: pd.DataFrame, book: RuleBook) -> pd.Series:
    """The score from which the standard is met on every row of a roster frame."""
    return by_situation(frame, book, lambda situation: standard_score(book, situation))


def follows_from_score(frame: pd.DataFrame, book: RuleBook) -> pd.Series:
    """Whether the standard that a row says is met, or not, is what its score alone comes to.

    It need not: reporting eCQMs, or a first year, is another way to meet it.
    """
    if not {"quality_score", "quality_standard_met"} <= set(frame):
        return pd.Series(False, index=frame.index)
    least, score, met = standard_scores(frame, book), frame["quality_score"], frame["quality_standard_met"]
    return least.notna() & score.notna() & met.notna() & ((score >= least) == (met == 1))
