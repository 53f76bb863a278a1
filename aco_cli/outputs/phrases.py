"""Words for people: outcomes, rounded amounts, counts."""

from aco_cli.engine.outcome import Outcome

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


_BILLION = 999_950_000  # from here on, $1.00B


def millions(dollars: float) -> str:
    """An amount for a label: $1.68B, $14.5M, -$0.3M; less than 50,000 dollars whole: $12,345."""
    size = abs(dollars)
    shown = f"${size / 1e6:,.1f}M" if size >= 50_000 else f"${size:,.0f}"
    if size >= _BILLION:
        shown = f"${size / 1e9:,.2f}B"
    return f"-{shown}" if dollars < 0 and shown != "$0" else shown


def dollars(amount: float) -> str:
    """An amount for a sentence, in whole US dollars: $1,234, -$5."""
    return f"{'-' if amount <= -0.5 else ''}${abs(amount):,.0f}"


def acos(count: int) -> str:
    """How many ACOs: 1 ACO, 2 ACOs."""
    return f"{count:,} ACO{'' if count == 1 else 's'}"
