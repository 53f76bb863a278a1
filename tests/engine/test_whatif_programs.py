"""ACOs by the terms of another program, and given gross savings under changes of what they come from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.api.scenario_files import convert_given
from aco_cli.engine.whatif import Case, Change, compare
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
MSSP = {"program": "mssp", "track": "enhanced", "performance_year": 2022, "assigned_beneficiaries": 9_000,
        "msr_election": "0.02", "quality_score": 0.9, "quality_standard_met": True,
        "benchmark_total": 100e6, "expenditure_total": 93e6}  # fmt: skip
REACH = {"program": "reach", "track": "global", "performance_year": 2023, "assigned_beneficiaries": 9_000,
         "benchmark_total": 100e6, "expenditure_total": 93e6, "gross_savings": 6e6, "quality_score": 0.9}  # fmt: skip


def changed(canonical: Any, row: dict[str, Any], **values: Any) -> pd.Series:
    case = Case("changed", (Change(convert_given({}, selects=True), convert_given(values)),), BOOK)
    return compare(canonical([row]), BOOK, [case], ("savings", "outcome")).iloc[0]


def test_an_aco_of_mssp_by_the_terms_of_reach(canonical) -> None:
    """7 million of 100 million: 75 % less 2 %, by the corridors of Professional half of 5 and 35 % of 2 million."""
    found = changed(canonical, MSSP, program="reach", track="professional")
    assert found["settlement_before"] == pytest.approx(0.75 * 7e6 * 0.98)
    assert found["settlement_after"] == pytest.approx(2.5e6 + 0.7e6)
    assert "inputs of mssp by the terms of reach, not fully comparable" in found["notes"]
    assert "discount and quality withhold" in found["notes"]
    assert "before sequestration" in found["notes"]


def test_an_aco_of_reach_by_the_terms_of_enhanced(canonical) -> None:
    """Savings are benchmark minus expenditures there; what the terms need and the file lacks is named."""
    found = changed(canonical, REACH, program="mssp", track="enhanced")
    assert found["outcome_after"] == "not-calculable"
    assert "msr_election is missing" in found["notes"]
    terms = {"program": "mssp", "track": "enhanced", "msr_election": "0.02", "quality_standard_met": True}
    found = changed(canonical, REACH, **terms)
    assert found["settlement_before"] == 6e6
    assert found["settlement_after"] == pytest.approx(0.75 * 7e6 * 0.98)
    assert "inputs of reach by the terms of mssp, not fully comparable" in found["notes"]
    assert "gross savings with stop-loss and other items" in found["notes"]


def test_within_a_program_nothing_is_said_of_terms(canonical) -> None:
    assert "terms" not in changed(canonical, REACH, track="professional")["notes"]
    assert "terms" not in changed(canonical, MSSP, track="basic-e")["notes"]


@pytest.mark.parametrize(
    ("values", "savings"),
    [
        ({"expenditure_total": 90e6}, 9e6),  # 3 million less is spent
        ({"benchmark_total": 98e6}, 4e6),
        ({"benchmark_total": 98e6, "expenditure_total": 90e6}, 7e6),
        ({"gross_savings": 1e6}, 1e6),
        ({"gross_savings": 1e6, "expenditure_total": 90e6}, 1e6),  # as given wins
        ({"gross_savings": None}, 7e6),
        ({"quality_score": 0.1}, 6e6),
    ],
)
def test_given_gross_savings_move_with_what_they_come_from(
    values: dict[str, Any], savings: float, canonical: Any
) -> None:
    """Else a change of expenditures would change nothing, and nobody would be told."""
    assert changed(canonical, REACH, **values)["savings_after"] == savings


def test_unknown_expenditures_leave_given_gross_savings_unknown(canonical) -> None:
    assert np.isnan(changed(canonical, REACH, expenditure_total=None)["savings_after"])


def test_rows_whose_expenditures_were_never_known_keep_their_gross_savings(canonical) -> None:
    assert changed(canonical, {**REACH, "expenditure_total": None}, quality_score=0.1)["savings_after"] == 6e6
