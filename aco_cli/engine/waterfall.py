"""From generated savings to the settlement: what each rule takes away or leaves, in US dollars, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.step import Step
from aco_cli.engine.outcome import UNSETTLED
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

SAVINGS, LOSSES = "savings", "losses"


@dataclass(frozen=True)
class StepTotal:
    """A step summed over ACOs: US dollars, and how many ACOs it concerns."""

    label: str
    amount: float
    acos: int


@dataclass(frozen=True)
class Waterfall:
    """The signed steps of some rows, a column each, in US dollars, unrounded; NaN where there is no settlement.

    The steps of the savings add up to the earned payment, those of the losses to minus the repayment, all together to
    the settlement.
    """

    amounts: pd.DataFrame
    steps: Sequence[Step]

    def of(self, part: str) -> list[Step]:
        """The steps of the savings or of the losses."""
        return [step for step in self.steps if step.part == part]

    def totals(self, part: str) -> list[StepTotal]:
        """The steps of a part, summed over all rows; those that change nothing are left out."""
        columns = [(step.label, self.amounts[step.key]) for step in self.of(part)]
        return [
            StepTotal(label, float(each.sum()), int(each.abs().gt(0).sum())) for label, each in columns if each.any()
        ]


def waterfall(frame: pd.DataFrame, book: RuleBook) -> Waterfall:
    """The waterfall of every row of a roster frame."""
    tables = [law_of(book, program, "waterfall") for program in frame["program"].unique()]
    steps = {step.key: step for law in tables for step in law.steps if step.part}
    settled = settle(frame, book, ["outcome", *steps], table="waterfall").set_index(frame.index)
    amounts = settled[list(steps)].mask(settled["outcome"].isin(UNSETTLED))
    return Waterfall(amounts, tuple(steps.values()))
