"""What each chart shows, in words."""

import pandas as pd

from aco_cli.engine.outcome import UNSETTLED, Outcome
from aco_cli.engine.waterfall import SAVINGS, Waterfall
from aco_cli.outputs.formats import Figure
from aco_cli.outputs.phrases import acos, millions

TITLES = {
    Figure.SAVINGS_RATE: "Savings rate and benchmark",
    Figure.WATERFALL: "From generated savings to payments",
    Figure.DISTRIBUTION: "Savings rate by start year and track",
    Figure.QUALITY: "Payments and quality",
}
# What stands in the place of a chart that has nothing to draw.
NOTHING = {
    Figure.SAVINGS_RATE: "No ACO with a settlement has a savings rate.",
    Figure.WATERFALL: "No ACO with a settlement has savings or losses.",
    Figure.DISTRIBUTION: "No ACO with a settlement has a savings rate.",
    Figure.QUALITY: "No ACO earned a payment, owes a repayment, or failed the quality standard with savings to share.",
}


def caption(figure: Figure, settled: pd.DataFrame, steps: Waterfall) -> str:
    """The chart of settled ACOs and their steps in a few sentences; ACOs without a settlement are not in it."""
    settled = settled[~settled["outcome"].isin(UNSETTLED)]
    return _waterfall(settled, steps) if figure is Figure.WATERFALL else _CAPTIONS[figure](settled)


def _savings_rate(settled: pd.DataFrame) -> str:
    rates = settled["savings_rate"].dropna()
    whose = "its" if len(rates) == 1 else "their"
    reached = int((settled["reaches_msr"] == 1).sum())
    saved = f"{int((rates > 0).sum()):,} of {acos(len(rates))} spent less than {whose} benchmark"
    return (
        f"{saved}; {reached:,} reached {whose} minimum savings rate. Savings rates go from {rates.min():.1%} to "
        f"{rates.max():.1%}; the median is {rates.median():.1%}."
    )


def _waterfall(settled: pd.DataFrame, steps: Waterfall) -> str:
    saved, paid = steps.amounts["generated_savings"].sum(), settled["earned_payment"].sum()
    lost, owed = -steps.amounts["generated_losses"].sum(), settled["owed_repayment"].sum()
    largest = min(steps.totals(SAVINGS)[1:], key=lambda total: total.amount, default=None)
    most = f" Most of the rest: {largest.label}, {millions(-largest.amount)}." if largest and saved else ""
    share = f" ({paid / saved:.1%})" if saved else ""
    return (
        f"Of {millions(saved)} of generated savings, {millions(paid)}{share} was paid.{most} "
        f"Of {millions(lost)} of losses, {millions(owed)} is owed."
    )


def _distribution(settled: pd.DataFrame) -> str:
    medians = settled.groupby("start_year")["savings_rate"].median().dropna()
    found = ", ".join(f"{start} {median:.1%}" for start, median in medians.items())
    return (
        "Boxes hold the middle half of the ACOs, the thick line is the median, lines reach to the last ACO within one "
        "and a half boxes, circles are ACOs beyond; numbers of ACOs in brackets. Median savings rate by start year: "
        f"{found}."
    )


def _quality(settled: pd.DataFrame) -> str:
    paid = settled.loc[settled["earned_payment"] > 0, "earned_payment"]
    owed = settled.loc[settled["owed_repayment"] > 0, "owed_repayment"]
    failed = int((settled["outcome"] == Outcome.QUALITY_FAILED).sum())
    middle = f", the median {millions(paid.median())}" if len(paid) else ""
    return (
        f"{acos(len(paid))} earned {millions(paid.sum())}{middle}; repayments owed by {acos(len(owed))}, "
        f"{millions(owed.sum())}; quality standard failed by {acos(failed)} with savings to share."
    )


_CAPTIONS = {Figure.SAVINGS_RATE: _savings_rate, Figure.DISTRIBUTION: _distribution, Figure.QUALITY: _quality}
