"""The package against a second writing of the settlement that shares nothing with it, on random rows.

`pytest tests/reference --random-rows 100000` takes more of them.
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

import aco_cli as aco
from aco_cli.engine.settle import settle

TRACKS = {
    **{"track-1": range(2013, 2022), "track-2": range(2013, 2022), "track-3": range(2016, 2022)},
    **{"track-1-plus": range(2018, 2022), "enhanced": range(2019, 2026)},
    **dict.fromkeys([f"basic-{level}" for level in "abcde"], range(2019, 2026)),
}
SITUATIONS = [(track, year) for track, years in TRACKS.items() for year in years]
ELECTIONS = ("sliding", "0", "0.005", "0.01", "0.015", "0.02")
FIGURES = (
    *("msr", "final_sharing_rate", "earned_payment", "owed_repayment", "settlement", "advance_recouped", "net_payment"),
)
EDGES = (499, 500, 999, 1_000, 2_999, 3_000, 4_999, 5_000, 5_999, 9_999, 14_999, 19_999, 49_999, 59_999, 60_000)


def random_row(random: Random) -> dict[str, Any]:
    """A row about which the regulation leaves no doubt; spending is near the benchmark, figures sit on edges often."""
    track, year = random.choice(SITUATIONS)
    benchmark = round(10 ** random.uniform(6, 9), 2)
    people = random.choice((*EDGES[1:], *[random.randint(500, 90_000) for _ in range(len(EDGES))]))
    near = random.choice((random.uniform(0.85, 1.15), random.uniform(0.94, 1.06), random.uniform(0.5, 1.6)))
    first, met = year <= 2020 and random.random() < 0.2, random.random() < 0.8
    alternative = not met and random.random() < 0.5
    leaves = random.random() < 0.1
    first_month = 7 if year == 2019 and track.startswith(("basic", "enhanced")) else 1
    return {
        "track": track,
        "performance_year": year,
        "benchmark_total": benchmark,
        "expenditure_total": round(benchmark * near, 2),
        "assigned_beneficiaries": people,
        "msr_election": random.choice(ELECTIONS),
        "quality_score": random.choice((1.0, round(random.uniform(0.3, 1), 4), round(random.uniform(0.3, 1), 4))),
        "quality_reported": met if year <= 2013 or first else True,
        "quality_standard_met": met,
        "quality_alternative_met": alternative,
        "first_performance_year": first,
        "agreement_period": random.randint(1, 3),
        "agreement_year": random.randint(1, 5),
        "agreement_start": "2024-01-01" if year >= 2024 and random.random() < 0.6 else f"{min(year, 2023)}-01-01",
        "participant_revenue": benchmark * random.choice((0.1, 0.4, 0.6, 2.0)),
        "loss_limit_basis": random.choice(("revenue", "benchmark")) if track == "track-1-plus" else "",
        "low_revenue": False if alternative else random.choice((True, False, None)),
        "euc_share": random.choice((None, 0.25, 0.8, 1.0)) if year >= 2017 else None,
        "guardrail": year >= 2024 and random.random() < 0.1,
        "terminated_month": random.randint(first_month, 12) if leaves else None,
        "termination_kind": random.choice(("voluntary", "involuntary")) if leaves else "",
        "advance_balance": random.choice((None, 0.0, benchmark * 0.005, 1e9)),
    }


def differences(plainly, rows: list[dict[str, Any]], frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in which a figure of the package is not that of the plain settlement, to a hundredth of a cent."""
    plain = pd.DataFrame([vars(plainly(row)) for row in rows])
    package = settle(frame, aco.Rules(), [*FIGURES, "outcome"])
    scale = frame["benchmark_total"].to_numpy() * 1e-13 + 1e-4
    wrong = [(package[name] - plain[name]).abs().to_numpy() > scale for name in FIGURES if name not in FIGURES[:2]]
    wrong += [(package[name] - plain[name]).abs().to_numpy() > 1e-12 for name in FIGURES[:2]]
    bad = np.any([*wrong, package[list(FIGURES)].isna().any(axis=1).to_numpy()], axis=0)
    return pd.concat([pd.DataFrame(rows), package, plain.add_suffix("_plain")], axis=1)[bad]


def of_month(year: int, month: int) -> str:
    return str((pd.Timestamp(year, month, 1) + pd.offsets.MonthEnd()).date())


def given(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a roster has it; every other one tells the first performance year by when the ACO started."""
    month = row["terminated_month"]
    kept = {name: value for name, value in row.items() if name != "terminated_month"}
    if row["assigned_beneficiaries"] % 2:
        start = row["performance_year"] - (0 if row["first_performance_year"] else 1)
        kept |= {"first_performance_year": None, "agreement_period": None, "initial_start": f"{start}-07-01"}
    return {**kept, "terminated_on": of_month(row["performance_year"], month) if month else None}


def test_random_rows_settle_alike(canonical, plainly, request: pytest.FixtureRequest) -> None:
    random = Random(20)
    rows = [random_row(random) for _ in range(request.config.getoption("--random-rows"))]
    frame = canonical([given(row) for row in rows])
    found = differences(plainly, rows, frame)
    assert found.empty, f"{len(found):,} of {len(rows):,}\n{found.head(3).T.to_string()}"


def test_a_cent_of_difference_is_found(canonical, plainly) -> None:
    random = Random(21)
    rows = [random_row(random) for _ in range(200)]
    frame = canonical([given(row) for row in rows])
    frame.loc[::10, "expenditure_total"] *= 1.0001
    assert len(differences(plainly, rows, frame)) > 5
