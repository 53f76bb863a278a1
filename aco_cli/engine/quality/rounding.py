"""How far rates may lie from the printed ones, and the lowest and highest scores that this allows."""

import numpy as np
import pandas as pd

from aco_cli.engine.quality.columns import Numbers
from aco_cli.engine.quality.score import Scores, score_years
from aco_cli.rules.book import RuleBook

# More decimals than these are a computed rate, not a printed one.
_MOST_DECIMALS = 8
_NOISE = 1e-9


def scores_between(frame: pd.DataFrame, year: int, rules: RuleBook) -> tuple[Scores | None, ...]:
    """The lowest, own and highest scores of the rows of `year` when each rate lies anywhere within its last digit.

    Better rates make a score higher, and those of the year before lower it, as there is less improvement.
    """
    part = frame[frame["performance_year"].isin([year - 1, year])]
    return tuple(score_years(_moved(part, year, side, rules), rules)[-1].scores for side in (-1, 0, 1))


def _moved(frame: pd.DataFrame, year: int, side: int, rules: RuleBook) -> pd.DataFrame:
    """The frame with the rates of `year` better (1) or worse (-1) by half a unit, and those before the other way."""
    moved: dict[str, Numbers] = {}
    for rates_of, way in ((year, side), (year - 1, -side)):
        measures, rows = rules.measures(rates_of), (frame["performance_year"] == rates_of).to_numpy()
        for measure in measures.measures.values() if measures and rows.any() else ():
            if measure.name in frame:
                rates = moved.setdefault(measure.name, frame[measure.name].to_numpy(dtype=np.float64, copy=True))
                rates[rows] += (-way if measure.reversed else way) * _half_unit(rates[rows])
    return frame.assign(**moved)


def _half_unit(rates: Numbers) -> float:
    """Half a unit of the last digit that any rate of a column has: programs drop trailing zeros."""
    known = rates[~np.isnan(rates)]
    for decimals in range(_MOST_DECIMALS):
        if (np.abs(np.round(known, decimals) - known) <= _NOISE).all():
            return float(0.5 * 10.0**-decimals)
    return 0.0
