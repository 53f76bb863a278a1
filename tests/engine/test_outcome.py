"""Every way a year can end, each with a settlement that ends so."""

from __future__ import annotations

from typing import Any

import pytest

from aco_cli.engine.outcome import OUTCOMES, Outcome
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

SAVED: dict[str, Any] = {
    "performance_year": 2019,
    "track": "basic-e",
    "assigned_beneficiaries": 20_000,
    "benchmark_total": 100e6,
    "expenditure_total": 95e6,
    "quality_score": 1.0,
    "msr_election": "0.02",
    "participant_revenue": 100e6,
}
LOST = {**SAVED, "expenditure_total": 105e6}
# Shares 40 percent of losses, up to 5, 7.5 or 10 percent of the benchmark by the agreement year.
YEAR_UNKNOWN = {**LOST, "track": "track-2", "performance_year": 2016, "expenditure_total": 112.5e6}

# For every outcome rows that end so, each with its settlement (None: unknown).
EXAMPLES: dict[Outcome, list[tuple[dict[str, Any], float | None]]] = {
    Outcome.EARNED: [(SAVED, 2.5e6)],
    Outcome.BELOW_MSR: [({**SAVED, "expenditure_total": 98_000_001.0}, 0.0)],
    Outcome.QUALITY_FAILED: [
        ({**SAVED, "quality_score": 0.0}, 0.0),
        ({**SAVED, "quality_standard_met": False}, 0.0),
        ({**SAVED, "performance_year": 2022, "quality_standard_met": False}, 0.0),
    ],
    Outcome.LOSSES_WITHIN_MLR: [({**SAVED, "expenditure_total": 101_999_999.0}, 0.0)],
    Outcome.LOSSES_NOT_SHARED: [({**LOST, "track": "track-1"}, 0.0), ({**LOST, "track": "basic-b"}, 0.0)],
    Outcome.OWED: [(LOST, -1.5e6), ({**LOST, "quality_score": None}, -1.5e6), (YEAR_UNKNOWN, -5e6)],
    Outcome.OWED_WAIVED: [({**LOST, "euc_share": 1.0}, 0.0), ({**LOST, "performance_year": 2020}, 0.0)],
    Outcome.GUARDRAIL: [
        ({**SAVED, "performance_year": 2024, "quality_standard_met": True, "guardrail": True}, 0.0),
    ],
    Outcome.TERMINATED: [
        ({**SAVED, "terminated_on": "2019-06-30", "termination_kind": "voluntary"}, 0.0),
        ({**LOST, "terminated_on": "2019-06-30", "termination_kind": "voluntary"}, 0.0),
    ],
    Outcome.DEFERRED: [({**SAVED, "deferred_to": 2020}, 0.0), ({**LOST, "deferred_to": 2020}, 0.0)],
    Outcome.NOT_CALCULABLE: [
        ({**SAVED, "quality_score": None}, None),
        ({**SAVED, "benchmark_total": None}, None),
        ({**LOST, "msr_election": ""}, None),
        ({**YEAR_UNKNOWN, "expenditure_total": 112_500_001.0}, None),
        ({**YEAR_UNKNOWN, "expenditure_total": 115e6}, None),
    ],
}


@pytest.mark.parametrize(
    ("outcome", "given", "settlement"),
    [
        pytest.param(outcome, given, settlement, id=f"{outcome}-{n}")
        for outcome, examples in EXAMPLES.items()
        for n, (given, settlement) in enumerate(examples)
    ],
)
def test_outcome(outcome: Outcome, given: dict[str, Any], settlement: float | None, canonical) -> None:
    settled = settle(canonical([given]), RuleBook(), ("outcome", "settlement"))
    assert settled["outcome"].tolist() == [outcome]
    assert settled["settlement"].tolist() == pytest.approx(
        [float("nan") if settlement is None else settlement], nan_ok=True
    )


def test_every_outcome_has_its_test() -> None:
    assert EXAMPLES.keys() == set(Outcome)


def test_outcomes_are_those_of_the_interface() -> None:
    """Names are a contract: checks outside the project compare them."""
    assert [str(outcome) for outcome in OUTCOMES] == [
        "earned",
        "below-msr",
        "quality-failed",
        "losses-within-mlr",
        "losses-not-shared",
        "owed",
        "owed-waived",
        "guardrail",
        "terminated",
        "deferred",
        "not-calculable",
    ]


# Where several reasons meet, the one that decides the amount is told.
MEETINGS = [
    ({**SAVED, "quality_score": 0.0, "terminated_on": "2019-03-31"}, Outcome.TERMINATED),
    ({**SAVED, "expenditure_total": 99e6, "terminated_on": "2019-03-31"}, Outcome.TERMINATED),
    ({**SAVED, "benchmark_total": None, "terminated_on": "2019-03-31"}, Outcome.NOT_CALCULABLE),
    ({**SAVED, "quality_score": None, "deferred_to": 2020}, Outcome.DEFERRED),
    (
        {
            **SAVED,
            "performance_year": 2024,
            "guardrail": True,
            "quality_standard_met": True,
            "terminated_on": "2024-03-31",
        },
        Outcome.TERMINATED,
    ),
    ({**LOST, "terminated_on": "2019-09-30", "euc_share": 1.0}, Outcome.TERMINATED),
    ({**LOST, "terminated_on": "2019-09-30"}, Outcome.OWED),
    ({**LOST, "performance_year": 2024, "guardrail": True}, Outcome.OWED),
    ({**SAVED, "performance_year": 2024, "guardrail": True, "quality_standard_met": False}, Outcome.GUARDRAIL),
    (
        {
            **SAVED,
            "performance_year": 2024,
            "guardrail": True,
            "quality_standard_met": False,
            "expenditure_total": 99e6,
        },
        Outcome.BELOW_MSR,
    ),
]


@pytest.mark.parametrize(("given", "outcome"), MEETINGS)
def test_where_reasons_meet(given: dict[str, Any], outcome: Outcome, canonical) -> None:
    assert settle(canonical([given]), RuleBook(), ("outcome",))["outcome"].tolist() == [outcome]
