"""How a settlement ends."""

from enum import StrEnum

import numpy as np


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
# While they are computed, outcomes are their places in this list.
CODES = {outcome.value: np.int8(place) for place, outcome in enumerate(OUTCOMES)}
# Of these there is no settlement: such ACOs are counted, and add to no sum.
UNSETTLED = (Outcome.NOT_CALCULABLE, Outcome.DEFERRED)
