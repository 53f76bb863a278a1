"""The bars of a waterfall: each step from where the one before it ended, and what is left."""

from collections.abc import Iterator
from typing import NamedTuple

from aco_cli.engine.waterfall import LOSSES, SAVINGS, Waterfall
from aco_cli.outputs.phrases import acos, millions

ENDS, LESS, MORE = "ends", "less", "more"
_PARTS = (
    (SAVINGS, "generated_savings", "From generated savings to payments", "Payments"),
    (LOSSES, "generated_losses", "From losses to repayments", "Repayments"),
)


class Bar(NamedTuple):
    """A step from one level to another, in US dollars; `kind` is whether it begins or ends, takes away or adds."""

    step: str
    start: float
    end: float
    label: str
    kind: str


def cascades(steps: Waterfall) -> Iterator[tuple[str, list[Bar]]]:
    """The sums of the steps of all ACOs, with their heading: of savings and of losses, if there are any."""
    for part, first, heading, last in _PARTS:
        if steps.amounts[first].any():
            yield heading, _bars(steps, part, last)


def _bars(steps: Waterfall, part: str, last: str) -> list[Bar]:
    """The labels say how many ACOs a step concerns, where there are several."""
    bars: list[Bar] = []
    level = 0.0
    for total in steps.totals(part):
        sign = "+" if bars and total.amount > 0 else ""
        counted = f" ({acos(total.acos)})" if len(steps.amounts) > 1 else ""
        kind = (MORE if total.amount > 0 else LESS) if bars else ENDS
        bars.append(Bar(total.label, level, level + total.amount, f"{sign}{millions(total.amount)}{counted}", kind))
        level += total.amount
    return [*bars, Bar(last, 0.0, level, millions(level), ENDS)]
