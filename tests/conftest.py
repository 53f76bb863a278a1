from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest

from aco_cli.rules.book import RuleBook, Situation

TEXTS = ("aco_id", "aco_name", "state", "program", "track", "msr_election", "loss_limit_basis", "termination_kind")
DATES = ("initial_start", "agreement_start", "terminated_on")


def canonical_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Roster rows as the readers hand them over: text "", numbers and conditions NaN, dates NaT where missing."""
    plain = pd.DataFrame([{"aco_id": f"A{n}", "program": "mssp", **row} for n, row in enumerate(rows)])
    columns: dict[str, pd.Series] = {}
    for name, column in plain.items():
        if name in TEXTS:
            columns[name] = column.map(lambda value: "" if pd.isna(value) else str(value)).astype("str")
        elif name in DATES:
            columns[name] = pd.to_datetime(column).astype("datetime64[us]")
        else:
            columns[name] = column.astype("int64" if name == "performance_year" else "float64")
    return pd.DataFrame(columns)


@pytest.fixture
def shared_data() -> Path:
    """The folder of CMS's public use files, which are not part of the project."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("CMS public use files not present at ../shared/data")
    return folder


@pytest.fixture(scope="session")
def canonical() -> Callable[[Sequence[Mapping[str, Any]]], pd.DataFrame]:
    return canonical_frame


SITUATIONS = tuple(situation for situation in RuleBook().situations() if situation.program == "mssp")


def random_row(random: Random, situation: Situation) -> dict[str, Any]:
    """A roster row of a track and year; spending is near the benchmark and figures sit on edges often."""

    def perhaps(*values: Any) -> Any:
        return random.choice((None, *values))

    def rarely(*values: Any) -> Any:
        return random.choice((*[None] * 4 * len(values), *values))

    year = situation.year
    benchmark = round(10 ** random.uniform(5, 9.7), 2)
    edges = (1.0, 0.98, 1.02, 0.961, 1.039, 0.9, 1.1, 0.5, 2.0)
    ratio = random.choice((random.choice(edges), random.uniform(0.9, 1.1), random.uniform(0.2, 3)))
    fraction = random.choice((0.0, 1.0, 0.5, 1 / 3, 0.8, random.random(), random.random()))
    return {
        "program": situation.program,
        "track": situation.track,
        "performance_year": year,
        "benchmark_total": None if random.random() < 0.04 else benchmark,
        "expenditure_total": None if random.random() < 0.04 else benchmark * ratio,
        "assigned_beneficiaries": perhaps(
            499, 500, 4_999, 5_000, 59_999, *[random.randint(0, 90_000) for _ in range(9)]
        ),
        "quality_score": perhaps(fraction, fraction),
        "quality_reported": perhaps(True, False),
        "quality_standard_met": perhaps(True, True, False),
        "quality_alternative_met": perhaps(True, False),
        "first_performance_year": rarely(True, False),
        "agreement_period": perhaps(1, 2, 3),
        "agreement_year": perhaps(1, 2, 3, 4),
        "agreement_start": perhaps("2019-07-01", "2023-12-31", "2024-01-01"),
        "msr_election": random.choice(("", "sliding", "0", "0.005", "0.01", "0.015", "0.02")),
        "published_msr": rarely(0.0, 0.005, 0.02, 0.025, 0.0311),
        "minimum_rate": rarely(0.0, 0.01, 0.05),
        "sharing_rate": rarely(fraction),
        "loss_rate": rarely(fraction),
        "payment_limit": rarely(fraction),
        "loss_limit": rarely(fraction),
        "participant_revenue": perhaps(benchmark * 0.2, benchmark * 2),
        "loss_limit_basis": random.choice(("", "revenue", "benchmark")),
        "low_revenue": perhaps(True, False),
        "half_rate": rarely(True, False),
        "guardrail": rarely(True, False),
        "euc_share": rarely(fraction),
        "euc_adjustment": rarely(benchmark * 0.00937),
        "months": rarely(6, 12, 18, 21),
        "terminated_on": rarely(f"{year}-06-30", f"{year}-07-01", f"{year}-12-31", f"{year - 1}-05-05"),
        "termination_kind": random.choice(("", "voluntary", "involuntary")),
        "mid_year_termination": rarely(True, False),
        "advance_balance": rarely(benchmark * 0.01, 1e9),
        "deferred_to": rarely(year, year + 1),
    }


@pytest.fixture(scope="session")
def make_rows() -> Callable[..., list[dict[str, Any]]]:
    """Random roster rows of some tracks and years: `make_rows(seed, how_many)`, the same for the same seed.

    A run costs time for every track and year in it, so a roster has few of them and different seeds have others.
    """

    def make(seed: int, how_many: int, tracks: Sequence[str] = (), situations: int = 6) -> list[dict[str, Any]]:
        random = Random(seed)
        possible = [situation for situation in SITUATIONS if not tracks or situation.track in tracks]
        chosen = random.sample(possible, min(situations, len(possible)))
        return [random_row(random, random.choice(chosen)) for _ in range(how_many)]

    return make
