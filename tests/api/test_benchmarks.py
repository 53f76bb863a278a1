"""Benchmarks computed from expenditures and national figures are looked at as totals of a roster are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import aco_cli as aco

SAMPLE = Path(__file__).parents[2] / "sample_data"
FILES = {name: SAMPLE / f"{name}_2022.csv" for name in ("agreements", "expenditures", "reference")}


def told(settled: bool, **changes: float) -> list[tuple[str, str]]:
    """The warnings where columns of the expenditures are multiplied."""
    spent = pd.read_csv(FILES["expenditures"])
    call = aco.settle if settled else aco.benchmark
    changed = spent.assign(**{name: spent[name] * factor for name, factor in changes.items()})
    found = call(FILES["agreements"], 2022, expenditures=changed, reference=FILES["reference"])
    return [(each.code, each.message) for each in found.notices if each.level is aco.Level.WARNING]


@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize(
    ("changes", "codes", "first"),
    [
        ({}, [], ""),
        (
            {"person_years": 12},
            ["per_beneficiary", "per_beneficiary", "person_years"],
            "(computed), row 2 and 2 more, column benchmark_total: 137,552.40 US dollars per beneficiary",
        ),
        ({"risk_score": 100}, ["risk_score"], "row 2 and 47 more, column risk_score: 96.84, plausible for esrd are"),
        ({"regional_expenditure": 12}, ["regional_expenditure"], "column regional_expenditure: 961,986.60 US dollars"),
        (
            {"per_capita_expenditure": 1e-3},
            ["per_capita_expenditure", "regional_expenditure", *["per_beneficiary"] * 2, "savings_rate", "revenue"],
            "row 2 and 47 more, column per_capita_expenditure: 70.51 US dollars, plausible for esrd are 10,375.00",
        ),
    ],
)
def test_computed_totals_that_can_hardly_be_meant_are_warned_of(
    settled: bool, changes: dict[str, float], codes: list[str], first: str
) -> None:
    found = told(settled, **changes)
    assert [code for code, _ in found] == codes
    assert first in (found[0][1] if found else "")


def test_rows_of_expenditures_that_are_left_out_are_told_once(tmp_path: Path) -> None:
    """They were left out without a word."""
    text = FILES["expenditures"].read_text()
    spent = tmp_path / "spent.csv"
    spent.write_text(text + text.splitlines()[-1].replace("S2003", "Total") + "\n")
    more = {"expenditures": spent, "reference": FILES["reference"]}
    for call in (aco.benchmark, aco.settle, aco.whatif):
        found = call(FILES["agreements"], 2022, **more).warnings
        assert [each.message for each in found if "a totals row" in each.message] == [
            f"{spent}, row 50 ('Total'): left out, a totals row; if it is an ACO, give it another ID"
        ]
