"""How a settlement ends."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from aco_cli.engine.lines import Column, Values
from aco_cli.rules.columns import RuleColumns


class Outcome(StrEnum):
    """The result of one ACO's performance year."""

    EARNED = "earned"
    BELOW_MSR = "below-msr"
    QUALITY_FAILED = "quality-failed"
    LOSSES_WITHIN_MLR = "losses-within-mlr"
    LOSSES_NOT_SHARED = "losses-not-shared"
    OWED = "owed"
    OWED_WAIVED = "owed-waived"
    GUARDRAIL = "guardrail"
    TERMINATED = "terminated"
    DEFERRED = "deferred"
    NOT_CALCULABLE = "not-calculable"


OUTCOMES = tuple(Outcome)
# Of these there is no settlement: such ACOs are counted, and add to no sum.
UNSETTLED = (Outcome.NOT_CALCULABLE, Outcome.DEFERRED)


def outcome_codes(v: Values, _rules: RuleColumns) -> Column:
    """For every row the place of its outcome in OUTCOMES; the first condition that holds decides."""
    shares = v.reaches_msr | v.half_rate_applies
    decisions = [
        (Outcome.DEFERRED, v.is_deferred),
        (Outcome.NOT_CALCULABLE, ~v.calculable),
        (Outcome.OWED, v.owed_repayment > 0),
        (Outcome.TERMINATED, v.savings_lost),
        (Outcome.OWED_WAIVED, v.exceeds_mlr),
        (Outcome.GUARDRAIL, shares & v.has_guardrail),
        (Outcome.QUALITY_FAILED, shares & (v.final_sharing_rate == 0)),
        (Outcome.EARNED, shares),
        (Outcome.BELOW_MSR, v.savings >= 0),
        (Outcome.LOSSES_WITHIN_MLR, v.is_two_sided),
    ]
    codes: Column = np.asarray(OUTCOMES.index(Outcome.LOSSES_NOT_SHARED), dtype=np.int8)
    for outcome, holds in reversed(decisions):  # so that the first one has the last word
        codes = np.where(holds, np.int8(OUTCOMES.index(outcome)), codes)
    return codes
