"""Words for people: outcomes, rounded amounts, counts."""

import numpy as np

from aco_cli.engine.outcome import Outcome
from aco_cli.outputs.rounding import half_up

OUTCOME_WORDS = {
    Outcome.EARNED: "earned a payment",
    Outcome.BELOW_MSR: "savings below the minimum",
    Outcome.QUALITY_FAILED: "quality standard failed",
    Outcome.LOSSES_WITHIN_MLR: "losses within the minimum",
    Outcome.LOSSES_NOT_SHARED: "losses, one-sided track",
    Outcome.OWED: "owes a repayment",
    Outcome.OWED_WAIVED: "repayment waived",
    Outcome.GUARDRAIL: "guardrail benchmark",
    Outcome.TERMINATED: "terminated",
    Outcome.DEFERRED: "deferred to a later year",
    Outcome.NOT_CALCULABLE: "not calculable",
}

# What a reader must know of the amounts of a table.
WHOLE_DOLLARS = "Amounts in whole US dollars; --format csv has the cents."
ROUNDED = "Amounts may not add due to rounding."

_BILLION = 999_950_000  # from here on, $1.00B


def millions(dollars: float) -> str:
    """An amount for a label: $1.68B, $14.5M, -$0.3M; less than 50,000 dollars whole: $12,345."""
    size = abs(dollars)
    shown = f"${_rounded(size / 1e6, 1):,.1f}M" if size >= 50_000 else f"${_rounded(size, 0):,.0f}"
    if size >= _BILLION:
        shown = f"${_rounded(size / 1e9, 2):,.2f}B"
    return f"-{shown}" if dollars < 0 and shown != "$0" else shown


def dollars(amount: float) -> str:
    """An amount for a sentence, in whole US dollars: $1,234, -$5."""
    whole = _rounded(amount, 0)
    return f"{'-' if whole < 0 else ''}${abs(whole):,.0f}"


def _rounded(amount: float, decimals: int) -> float:
    return float(half_up(np.array(amount), decimals))


def acos(count: int) -> str:
    """How many ACOs: 1 ACO, 2 ACOs."""
    return f"{count:,} ACO{'' if count == 1 else 's'}"
