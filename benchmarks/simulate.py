"""Speed of simulation as a ratio: 10,000 draws of each ACO of 2014 against settling as many rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from aco_cli.engine.settle import settle
from aco_cli.engine.simulate import simulate
from aco_cli.inputs.load import load
from aco_cli.rules.book import RuleBook

ROSTER = Path(__file__).parents[1] / "sample_data" / "roster_2014.csv"
ACOS = 353  # as many as had results in 2014
DRAWS = 10_000
# Drawing, repeating the rows and percentiles may take half as long as settling.
GOAL = 1.5


def simulate_comparison() -> tuple[str, Callable[[], object], Callable[[], object], float]:
    """What is measured, the thing, its yardstick, and the most that their ratio may be."""
    book, frame = RuleBook(), load([str(ROSTER)], None).frame
    frame = frame.take(np.arange(ACOS) % len(frame)).reset_index(drop=True)
    rows = frame.take(np.repeat(np.arange(ACOS), DRAWS)).reset_index(drop=True)
    name = f"simulate {ACOS} ACOs x {DRAWS:,} draws / settle as many rows"
    columns = ("earned_payment", "owed_repayment")
    return name, lambda: simulate(frame, book, draws=DRAWS, seed=1), lambda: settle(rows, book, columns), GOAL
