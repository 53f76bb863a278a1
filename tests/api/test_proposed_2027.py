"""The proposed rule on 2027 as a scenario: what it changes, by hand, and that every output says what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import aco_cli as aco
from aco_cli.api.run import Run
from aco_cli.api.scenarios import make_cases, with_benchmark
from aco_cli.engine.benchmark.compute import benchmark_rows
from aco_cli.engine.whatif import Case, changed
from aco_cli.rules.book import RuleBook
from tests.engine.benchmark.conftest import Case as AcoYear

STATUS = "scenario proposed-2027: proposed, not a rule (CMS-1848-P, 91 FR 43842); unverified until it is final"
ROW = {
    **{"aco_id": "A1", "program": "mssp", "track": "basic-e", "performance_year": 2024, "msr_election": "0.02"},
    **{"assigned_beneficiaries": 20_000, "benchmark_total": 1e8, "expenditure_total": 9e7, "quality_score": 1.0},
    "quality_standard_met": True,
}


@pytest.fixture(scope="module")
def proposed() -> Case:
    (case,) = make_cases(Run(), RuleBook(), {"scenario": ["proposed-2027"]})
    return case


def line(made: AcoYear, book: RuleBook, name: str, kind: str = "") -> float:
    (row,) = benchmark_rows(*made.frames(), book)
    assert row is not None
    return row.figure(name, kind)


@pytest.mark.parametrize(("track", "rate"), [("basic-d", 0.5), ("basic-e", 0.6), ("enhanced", 0.75)])
def test_level_e_shares_up_to_60_percent(track: str, rate: float) -> None:
    found = aco.whatif(pd.DataFrame([{**ROW, "track": track}]), scenario="proposed-2027").table
    assert found["settlement_before"].item() == pytest.approx(
        10e6 * min(rate, 0.5 if track != "enhanced" else 1) * 0.98
    )
    assert found["settlement_after"].item() == pytest.approx(10e6 * rate * 0.98)


@pytest.mark.parametrize(("average", "today", "then"), [(600.0, 300, 450), (800.0, 400, 500), (-10.0, 0, 0)])
def test_three_quarters_of_prior_savings_count_within_the_cap(proposed, average, today, then) -> None:
    made = AcoYear("2024-01-01", 2, prior_savings_per_capita=average).set("acpt_update_factor", 1.0)
    assert line(made, RuleBook(), "prior_savings") == pytest.approx(today)
    assert line(made, proposed.book, "prior_savings") == pytest.approx(then)


@pytest.mark.parametrize(
    ("roster", "adjustment"), [({"track": "enhanced"}, 280), ({"track": "basic-e"}, 400), ({}, 400)]
)
def test_regional_weight_is_35_percent_in_enhanced(proposed, roster: dict[str, Any], adjustment: float) -> None:
    """In a second period 50 percent of a region that spends $800 more; a roster may not say the track."""
    made = AcoYear("2024-01-01", 2, prior_savings_per_capita=0.0, regional_period=2, **roster)
    made.set("regional_expenditure", 10_800).set("acpt_update_factor", 1.0).set("national_expenditure", 1e6)
    assert line(made, RuleBook(), "regional_adjustment") == pytest.approx(400)
    assert line(made, proposed.book, "regional_adjustment") == pytest.approx(adjustment)


@pytest.mark.parametrize(("trend", "counted"), [(1.05, 1.11), (1.11, 1.11), (1.13, 1.13)])
def test_prospective_trend_is_within_a_point_below_national_growth(proposed, trend: float, counted: float) -> None:
    made = AcoYear("2024-01-01", 1, prior_savings_per_capita=0.0).set("acpt_update_factor", trend)
    made.set("national_expenditure", {"PY": 11_200}).set("regional_expenditure", {"PY": 10_400})
    assert line(made, RuleBook(), "update_factor", "esrd") == pytest.approx(5 / 6 * 1.06 + trend / 6)
    assert line(made, proposed.book, "update_factor", "esrd") == pytest.approx(5 / 6 * 1.06 + counted / 6)


def test_benchmarks_are_those_of_the_scenario(proposed) -> None:
    """Its values and lines reach the benchmark from which a what-if settles, though no figure of a row changes."""
    made = AcoYear("2024-01-01", 2, prior_savings_per_capita=600.0).set("acpt_update_factor", 1.0)
    roster, *evidence = made.frames()
    roster = roster.assign(program="mssp", track="basic-e", assigned_beneficiaries=4000.0)
    rows = changed(roster, proposed, RuleBook(), with_benchmark((evidence[0], evidence[1])))
    assert rows["benchmark_total"].item() == pytest.approx(4_000 * 10_450)


def test_its_status_is_in_every_output(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    pd.DataFrame([ROW]).to_csv(roster, index=False)
    found = aco.whatif(roster, scenario="proposed-2027")
    assert found.table["notes"].str.startswith(STATUS).all()
    assert f"scenario proposed-2027: {found.totals['scenario_status'].item()}" == STATUS
    assert STATUS in [each.message for each in found.warnings]
    explained = aco.explain(roster, "A1", scenario="proposed-2027")
    assert STATUS in [each.message for each in explained.warnings]
    rate = explained.table.query("line == 'max_sharing_rate' and scenario == 'proposed-2027'")
    assert (rate["status"].item(), "91 FR 43842" in rate["citation"].item()) == ("unverified", True)


def test_values_that_do_not_fit_are_refused_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    text = "name: s\nvalues:\n  mssp:\n    {}:\n      - {{years: soon, value: 1, status: unverified, cite: x}}\n"
    for parameter, message in (
        ("sequestraton", "did you mean mssp.sequestration"),
        ("sequestration", "s.yaml: value 1"),
    ):
        path.write_text(text.format(parameter))
        with pytest.raises(aco.AcoError, match=message):
            aco.whatif(pd.DataFrame([ROW]), scenario=str(path))
