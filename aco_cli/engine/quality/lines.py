"""From points of measures to the quality score: the lines of the law for one performance year."""

from collections.abc import Mapping

import numpy as np

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.situations import Evaluator, Situations
from aco_cli.rules.book import RuleBook, scoring

PROGRAM = "mssp"


def score_lines(book: RuleBook, year: int, table: str, figures: Mapping[str, Column]) -> dict[str, Column]:
    """Every line and note of a table of the law (`quality_percentiles`, `quality_deciles`), a column each."""
    law = law_of(book, PROGRAM, table)
    rows = max(np.shape(column)[-1] for column in figures.values() if np.ndim(column))
    wanted = [each.key for each in law.order]
    situations = Situations(book, [scoring(year)], np.zeros(rows, dtype=np.intp))
    evaluator = Evaluator(lambda _: (law,), situations, figures, lambda _: wanted)
    found = {**figures, **next(evaluator.blocks(rows, max(rows, 1)), (None, None, {}))[2]}
    return {key: np.broadcast_to(column, (*np.shape(column)[:-1], rows)) for key, column in found.items()}
