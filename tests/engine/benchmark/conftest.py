"""ACO-years for the tests of benchmarks, as dictionaries and as the frames that the engine reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from aco_cli.engine.benchmark.compute import benchmark, benchmark_rows
from aco_cli.engine.lines.row import Row
from aco_cli.rules.book import RuleBook

TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
PERIODS = ("BY1", "BY2", "BY3", "PY")
YEAR = 2022
CALENDAR = {"BY1": 2016, "BY2": 2017, "BY3": 2018, "PY": YEAR}

Figures = dict[tuple[str, str], dict[str, float]]
FIGURE = {
    **{"person_years": 1000.0, "per_capita_expenditure": 10_000.0, "regional_expenditure": 10_000.0},
    **{"risk_score": 1.0, "demographic_score": 1.0, "risk_ratio": 1.0, "national_weight": 0.25},
}
NATIONAL = {"national_expenditure": 10_000.0}


class Case:
    """One ACO-year: `by_type` and `national` hold figures by period and type, all alike until changed."""

    def __init__(self, start: str = "2019-07-01", period: int = 3, **roster: float) -> None:
        self.roster = {"agreement_start": start, "agreement_period": period, "regional_period": 1, **roster}
        self.year = max(YEAR, int(start[:4])) if start else YEAR
        self.by_type: Figures = {(when, kind): dict(FIGURE) for when in PERIODS for kind in TYPES}
        self.national: Figures = {(when, kind): dict(NATIONAL) for when in PERIODS for kind in TYPES}

    def set(self, name: str, values: float | dict[str, float], *, kind: str | None = None) -> Case:
        """Give a figure its values by period, or the same in all; in one enrollment type, or in all."""
        for (when, each), held in {**self.by_type}.items():
            if kind in (None, each):
                figures = held if name in FIGURE else self.national[when, each]
                if not isinstance(values, dict):
                    figures[name] = values
                elif when in values:
                    figures[name] = values[when]
        return self

    def frames(self, aco_id: str = "A1") -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Roster, expenditures and reference, as the readers give them."""
        roster = pd.DataFrame([{"aco_id": aco_id, "performance_year": self.year, **self.roster}])
        roster["agreement_start"] = pd.to_datetime(roster["agreement_start"])
        return roster, self._long(self.by_type, aco_id=aco_id), self._long(self.national)

    def _long(self, figures: Figures, **more: str) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {**more, "performance_year": self.year, "period": when,
                 "calendar_year": self.year if when == "PY" else CALENDAR[when],
                 "enrollment_type": kind, **held}
                for (when, kind), held in figures.items()
            ]
        )  # fmt: skip


@pytest.fixture(scope="session")
def book() -> RuleBook:
    return RuleBook()


@pytest.fixture(scope="session")
def case() -> type[Case]:
    """Makes an ACO-year of which everything is alike: $10,000, risk score 1, 1,000 person years per type."""
    return Case


@pytest.fixture(scope="session")
def computed(book: RuleBook) -> Callable[..., dict[str, Any]]:
    """The benchmark of an ACO-year, as a dictionary."""

    def compute(given: Case) -> dict[str, Any]:
        row: dict[str, Any] = benchmark(*given.frames(), book).iloc[0].to_dict()
        return row

    return compute


@pytest.fixture(scope="session")
def row(book: RuleBook) -> Callable[[Case], Row]:
    """Every figure of the benchmark of an ACO-year."""

    def compute(given: Case) -> Row:
        (found,) = benchmark_rows(*given.frames(), book)
        assert found is not None, "the ACO-year has benchmark rules"
        return found

    return compute


@pytest.fixture(scope="session")
def slow() -> Callable[[Case], dict[str, float]]:
    """The rules of July 2019 to 2023 once more, in plain Python, straight from CMS's methodology v11, section 4."""
    return _slow


def _slow(given: Case) -> dict[str, float]:
    e, n, roster = given.by_type, given.national, given.roster
    renewing = roster["agreement_period"] > 1
    weights = dict(zip(PERIODS, [1 / 3] * 3 if renewing else [0.1, 0.3, 0.6], strict=False))
    place = min(int(roster["regional_period"]), 4) - 1
    share = {when: _shares(e, when) for when in ("BY3", "PY")}
    historical, regional, updated = {}, {}, {}
    for t in TYPES:
        base = e["BY3", t]
        historical[t] = 0.0
        for k in ("BY1", "BY2", "BY3"):
            year = e[k, t]
            if k == "BY3":
                historical[t] += weights[k] * year["per_capita_expenditure"]
                continue
            w = base["national_weight"]
            national = n["BY3", t]["national_expenditure"] / n[k, t]["national_expenditure"]
            trend = w * national + (1 - w) * base["regional_expenditure"] / year["regional_expenditure"]
            ratio = base["risk_score"] / year["risk_score"]
            historical[t] += weights[k] * year["per_capita_expenditure"] * ratio * trend
        regional[t] = base["regional_expenditure"] * base["risk_score"] - historical[t]
    lower = sum(share["BY3"][t] * regional[t] for t in TYPES) > 0
    weight = ((0.35, 0.5, 0.5, 0.5) if lower else (0.15, 0.25, 0.35, 0.5))[place]
    adjustment = {}
    for t in TYPES:
        cap = 0.05 * n["BY3", t]["national_expenditure"]
        adjustment[t] = max(-cap, min(cap, weight * regional[t])) if roster["regional_period"] else 0.0
        base, now = e["BY3", t], e["PY", t]
        w = now["national_weight"]
        growth = n["PY", t]["national_expenditure"] / n["BY3", t]["national_expenditure"]
        update = w * growth + (1 - w) * now["regional_expenditure"] / base["regional_expenditure"]
        risk = min(now["risk_score"] / base["risk_score"], 1.03)
        updated[t] = (historical[t] + adjustment[t]) * risk * update
    return {
        "historical_benchmark": sum(share["BY3"][t] * historical[t] for t in TYPES),
        "regional_adjustment": sum(share["BY3"][t] * adjustment[t] for t in TYPES),
        "updated_benchmark": sum(share["PY"][t] * updated[t] for t in TYPES),
        "benchmark_total": sum(e["PY", t]["person_years"] * updated[t] for t in TYPES),
        "expenditure_total": sum(e["PY", t]["person_years"] * e["PY", t]["per_capita_expenditure"] for t in TYPES),
    }


def _shares(figures: Figures, when: str) -> dict[str, float]:
    total = sum(figures[when, t]["person_years"] for t in TYPES)
    return {t: figures[when, t]["person_years"] / total for t in TYPES}
