"""What CMS published of the 140 agreements that started in January 2024, against the rules of benchmarks from 2024.

Trends, regional expenditures and the prospective trend are not published: benchmarks cannot be recomputed as wholes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.benchmark.compute import benchmark
from aco_cli.rules.book import RuleBook

KINDS = ("ESRD", "DIS", "AGDU", "AGND")
PEOPLE = ("ESRD", "DIS", "AGED_Dual", "AGED_NonDual")
CATEGORIES = {"Regional Adjustment": 103, "No Adjustment": 19, "Prior Savings Adjustment": 18}


@pytest.fixture(scope="module")
def started(shared_data: Path) -> pd.DataFrame:
    frame = pd.read_csv(shared_data / "mssp_puf_2024.csv", dtype=str, encoding="utf-8-sig")
    return frame[frame["Current_Start_Date"] == "1/1/2024"].reset_index(drop=True)


def number(frame: pd.DataFrame, name: str) -> np.ndarray:
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64)


def by_type(frame: pd.DataFrame, pattern: str, kinds: tuple[str, ...] = KINDS) -> np.ndarray:
    return np.array([number(frame, pattern.format(kind)) for kind in kinds])


def test_the_highest_adjustment_is_the_one_that_cms_applied(started: pd.DataFrame, case) -> None:
    """FinalAdjCat: all 140, from RegAdj and PriorSavAdj, with made-up benchmarks that give these."""
    frames = []
    adjustments = zip(number(started, "RegAdj"), np.nan_to_num(number(started, "PriorSavAdj")), strict=True)
    for at, (regional, savings) in enumerate(adjustments):
        made = case("2024-01-01", 2, prior_savings_per_capita=2 * savings).set("acpt_update_factor", 1.0)
        made.set("national_expenditure", 1e6)
        made.set("regional_expenditure", 10_000 + regional / (0.35 if regional > 0 else 0.15))
        frames.append(made.frames(f"A{at}"))
    roster, spent = (pd.concat([frame[part] for frame in frames], ignore_index=True) for part in (0, 1))
    found = benchmark(roster, spent, frames[0][2], RuleBook())
    added = found["adjusted_benchmark"] - found["historical_benchmark"] - found["regional_adjustment"]
    category = np.select(
        [found["regional_adjustment"] > 1e-6, added > 1e-6], list(CATEGORIES)[::2], default="No Adjustment"
    )
    assert pd.Series(category).value_counts().to_dict() == CATEGORIES
    assert (category == started["FinalAdjCat"]).all()


@pytest.fixture(scope="module")
def figures(started: pd.DataFrame) -> dict[str, np.ndarray]:
    """Those of the 125 ACOs of which no figure by type is suppressed."""
    held = {
        "weight": by_type(started, "RR_weight_{}_PY"),
        "people": by_type(started, "N_AB_Year_{}_PY", PEOPLE),
        "people_by3": by_type(started, "N_AB_Year_{}_BY3", PEOPLE),
        "spent_by3": by_type(started, "Per_Capita_Exp_ALL_{}_BY3"),
        "spent": by_type(started, "Per_Capita_Exp_ALL_{}_PY"),
        "risk": by_type(started, "CMS_HCC_RiskScore_{}_PY") / by_type(started, "CMS_HCC_RiskScore_{}_BY3"),
        "demographic": by_type(started, "Demog_RiskScore_{}_PY") / by_type(started, "Demog_RiskScore_{}_BY3"),
        **{name: number(started, name)[None] for name in ("HistBnchmk", "UpdatedBnchmk", "Guardrail")},
    }
    known = np.logical_and.reduce([~np.isnan(table).any(axis=0) for table in held.values()])
    assert known.sum() == 125
    return {name: table[:, known] for name, table in held.items()}


def shares(table: np.ndarray) -> np.ndarray:
    return np.asarray(table / table.sum(axis=0))


def test_types_weigh_by_the_dollars_of_the_benchmark_in_the_risk_cap(figures) -> None:
    """RR_weight: person years of the year x those of benchmark year 3, neither alone nor now."""
    distance = {
        name: np.abs(shares(table * figures["people"]) - figures["weight"]).mean()
        for name, table in (("benchmark", figures["spent_by3"]), ("year", figures["spent"]), ("people", 1.0))
    }
    assert distance == pytest.approx({"benchmark": 0.00247, "year": 0.0047, "people": 0.02466}, abs=5e-5)


def growth(figures, risk: np.ndarray) -> np.ndarray:
    """The update of each benchmark: what is left of its growth without changes of risk and of types.

    The weights give how the adjusted benchmark spreads over types: R = k x weight / share of the year's person years.
    """
    weight, now, before = (shares(figures[name]) for name in ("weight", "people", "people_by3"))
    k = figures["HistBnchmk"][0] / (before * weight / now).sum(axis=0)
    return np.asarray(figures["UpdatedBnchmk"][0] / (k * (weight * risk).sum(axis=0)))


def capped(figures) -> tuple[np.ndarray, np.ndarray]:
    weight = shares(figures["weight"])
    cap = (weight * figures["demographic"]).sum(axis=0) + 0.03
    is_beyond = (weight * figures["risk"]).sum(axis=0) > cap
    return np.where(is_beyond, np.minimum(figures["risk"], cap), figures["risk"]), is_beyond


def test_the_risk_cap_brings_those_beyond_it_to_the_growth_of_the_others(figures) -> None:
    """42 CFR 425.605(a)(1)(ii): demographic growth and 3 points, all types together."""
    risk, is_beyond = capped(figures)
    found, without = growth(figures, risk), growth(figures, figures["risk"])
    middle = np.median(found[~is_beyond])
    nearer = np.abs(found - middle)[is_beyond] < np.abs(without - middle)[is_beyond]
    assert (is_beyond.sum(), nearer.sum()) == (6, 5)


def test_benchmarks_grew_less_with_the_prospective_trend_than_under_the_guardrail(figures) -> None:
    """What its weight costs, and not what it is: the trend itself is not published."""
    found = growth(figures, capped(figures)[0])
    is_held = figures["Guardrail"][0] == 1
    assert (is_held.sum(), (~is_held).sum()) == (7, 118)
    assert np.median(found[~is_held]) == pytest.approx(1.0786, abs=5e-5)
    assert np.median(found[is_held]) == pytest.approx(1.0849, abs=5e-5)
