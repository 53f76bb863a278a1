"""ACO-years for the tests of benchmarks, as dictionaries and as the frames that the engine reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.benchmark.compute import benchmark, benchmark_rows
from aco_cli.engine.benchmark.equations import KINDS
from aco_cli.engine.lines.row import Row
from aco_cli.engine.members import BENCHMARK_YEARS
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
    """The rules once more, in plain Python, from 42 CFR 425.601-425.659 and CMS's methodology v11, section 4."""
    return lambda given: Plainly(given).results()


# Of each era: the weight of national growth (None: as given); weights of the regional adjustment by agreement period,
# where the ACO spends less than its region and where it does not; its caps up and down as shares of national figures.
LATER = ((0.35, 0.5, 0.5, 0.5), (0.15, 0.25, 0.35, 0.5))
ERAS: dict[str, tuple[float | None, tuple[Sequence[float], Sequence[float]] | None, float, float]] = {
    "first-agreement": (1.0, None, 0.0, 0.0),
    "rebased-2016": (1.0, None, 0.0, 0.0),
    "rebased-2017": (0.0, ((0.35, 0.7), (0.25, 0.5)), math.inf, math.inf),
    "blend-2019": (None, LATER, 0.05, 0.05),
    "prospective-2024": (None, LATER, 0.05, 0.015),
}
ByType = dict[str, float]


def _era(start: str, period: float) -> str:
    if start < "2019-07-01":
        return "first-agreement" if period == 1 else "rebased-2016" if start < "2017-01-01" else "rebased-2017"
    return "blend-2019" if start < "2024-01-01" else "prospective-2024"


class Plainly:
    """The benchmark of an ACO-year, figure by figure."""

    def __init__(self, given: Case) -> None:
        self.given, self.of, self.roster = given, given.by_type, given.roster
        self.era = _era(self.roster["agreement_start"], self.roster["agreement_period"])
        self.share = {when: _shares(self.of, when) for when in ("BY3", "PY")}

    def national(self, when: str, t: str) -> float:
        return self.given.national[when, t]["national_expenditure"]

    def together(self, figures: ByType, when: str = "BY3") -> float:
        return sum(self.share[when][t] * figures[t] for t in TYPES)

    def growth(self, t: str, before: str, after: str) -> float:
        fixed, now = ERAS[self.era][0], self.of[after, t]
        w = now["national_weight"] if fixed is None else fixed
        regional = now["regional_expenditure"] / self.of[before, t]["regional_expenditure"]
        return w * self.national(after, t) / self.national(before, t) + (1 - w) * regional

    def historical(self, t: str) -> float:
        weights = [1 / 3] * 3 if self.roster["agreement_period"] > 1 else [0.1, 0.3, 0.6]
        found = 0.0
        for weight, when in zip(weights, PERIODS, strict=False):
            year = self.of[when, t]
            grown = self.growth(t, when, "BY3") if when != "BY3" else 1.0
            ratio = self.of["BY3", t]["risk_score"] / year["risk_score"]
            found += weight * year["per_capita_expenditure"] * ratio * grown
        return found

    def regional(self, historical: ByType) -> ByType:
        _, weights, cap, downward_cap = ERAS[self.era]
        if not weights or not self.roster["regional_period"]:
            return dict.fromkeys(TYPES, 0.0)
        base = {t: self.of["BY3", t] for t in TYPES}
        above = {t: base[t]["regional_expenditure"] * base[t]["risk_score"] - historical[t] for t in TYPES}
        by_period = weights[0 if self.together(above) > 0 else 1]
        weight = by_period[min(int(self.roster["regional_period"]), len(by_period)) - 1]
        limits = {t: (downward_cap * self.national("BY3", t), cap * self.national("BY3", t)) for t in TYPES}
        return {t: max(-limits[t][0], min(limits[t][1], weight * above[t])) for t in TYPES}

    def adjustments(self, regional: ByType) -> tuple[ByType, float, float]:
        """Regional, prior savings and population: all there are, or from 2024 only the highest."""
        given, none = self.roster.get("prior_savings_per_capita", 0.0), dict.fromkeys(TYPES, 0.0)
        if self.era != "prospective-2024":
            return regional, max(given, 0.0) if self.era == "rebased-2016" else 0.0, 0.0
        savings = min(0.5 * given, 0.05 * self.together({t: self.national("BY3", t) for t in TYPES}))
        compared = self.roster["agreement_start"] >= "2025"
        population = self.roster.get("population_adjustment", 0.0) if compared else 0.0
        highest = max(self.together(regional), savings, population)
        if highest <= 0:
            return none, 0.0, 0.0
        if self.together(regional) == highest:
            return regional, 0.0, 0.0
        return (none, savings, 0.0) if savings == highest else (none, 0.0, population)

    def risk(self, adjusted: ByType) -> ByType:
        if self.era not in ("blend-2019", "prospective-2024"):
            return {t: self.of["PY", t]["risk_ratio"] for t in TYPES}
        grown, aged = (
            {t: self.of["PY", t][name] / self.of["BY3", t][name] for t in TYPES}
            for name in ("risk_score", "demographic_score")
        )
        if self.era == "blend-2019":
            return {t: min(grown[t], 1.03) for t in TYPES}
        dollars = {t: self.share["PY"][t] * adjusted[t] for t in TYPES}
        all_grown, all_aged = (
            sum(dollars[t] * each[t] for t in TYPES) / sum(dollars.values()) for each in (grown, aged)
        )
        return {t: min(grown[t], all_aged + 0.03) for t in TYPES} if all_grown > all_aged + 0.03 else grown

    def results(self) -> dict[str, float]:
        historical = {t: self.historical(t) for t in TYPES}
        regional, savings, population = self.adjustments(self.regional(historical))
        adjusted = {t: historical[t] + regional[t] + savings + population for t in TYPES}
        risk = self.risk(adjusted)
        base = {t: adjusted[t] * risk[t] for t in TYPES}
        updated = two_way = {t: base[t] * self.growth(t, "BY3", "PY") for t in TYPES}
        if self.era == "prospective-2024":
            w, given = 1 / 6 if self.given.year == 2024 else 1 / 3, self.given.national
            updated = {t: (1 - w) * two_way[t] + w * base[t] * given["PY", t]["acpt_update_factor"] for t in TYPES}
        elif self.era in ("first-agreement", "rebased-2016"):
            updated = {t: base[t] + self.national("PY", t) - self.national("BY3", t) for t in TYPES}
        spent = {t: self.of["PY", t]["per_capita_expenditure"] for t in TYPES}
        persons = sum(self.of["PY", t]["person_years"] for t in TYPES) * self.roster.get("months", 12) / 12
        found = {
            "historical_benchmark": self.together(historical),
            "regional_adjustment": self.together(regional),
            "prior_savings": savings,
            "population": population,
            "adjusted_benchmark": self.together(adjusted),
            "updated_benchmark": self.together(updated, "PY"),
            "benchmark_total": self.together(updated, "PY") * persons,
            "expenditure_total": self.together(spent, "PY") * persons,
        }
        if self.era == "prospective-2024":
            found["two_way_total"] = self.together(two_way, "PY") * persons
        return found


def _shares(figures: Figures, when: str) -> dict[str, float]:
    total = sum(figures[when, t]["person_years"] for t in TYPES)
    return {t: figures[when, t]["person_years"] / total for t in TYPES}


# ACOs with published benchmarks, in the columns of CMS's files.
YEAR_WEIGHTS = {1: (0.1, 0.3, 0.6), 2: (1 / 3, 1 / 3, 1 / 3)}
SPENDING = np.array([80_000.0, 9_500.0, 15_000.0, 9_000.0])
PEOPLE = np.array([(10, 400), (200, 4_000), (20, 3_000), (1_000, 40_000)])
FACTORS = np.array([1.05, 1.03, 0.97, 1.02, 1.01, 0.99, 1.04, 1.005])
DECIMALS = {"per_capita": 0, "risk_score": 3, "person_years": 0, "published": 0, "prior_savings": 0}


def population(seed: int, acos: int = 40, start: str = "2013-01-01", period: int = 1) -> pd.DataFrame:
    """ACOs as CMS knows them, unrounded, with the historical benchmark written out as the regulation has it."""
    random = np.random.default_rng(seed)
    spent = SPENDING * random.uniform(0.7, 1.4, (acos, 3, 4))
    score = random.uniform(0.85, 1.35, (acos, 3, 4))
    years = random.uniform(PEOPLE[:, 0], PEOPLE[:, 1], (acos, 4))
    saved = random.uniform(0, 400, acos) if period > 1 else np.zeros(acos)
    trend = np.append(FACTORS, np.ones(4)).reshape(3, 4)
    by_type = np.einsum("k,akt,kt->at", np.array(YEAR_WEIGHTS[period]), spent * score[:, 2:] / score, trend)
    columns = {
        "aco_id": [f"A{number}" for number in range(acos)],
        "performance_year": 2014,
        "agreement_start": pd.Timestamp(start),
        "agreement_period": float(period),
        "published_benchmark": (by_type * years).sum(axis=1) / years.sum(axis=1) + saved,
        "prior_savings_per_capita": saved,
    }
    for at, kind in enumerate(KINDS):
        columns[f"person_years_by3_{kind}"] = years[:, at]
        for when, year in enumerate(BENCHMARK_YEARS):
            columns[f"per_capita_{year}_{kind}"] = spent[:, when, at]
            columns[f"risk_score_{year}_{kind}"] = score[:, when, at]
    return pd.DataFrame(columns)


def printed(frame: pd.DataFrame) -> pd.DataFrame:
    """The population as CMS prints it."""
    return frame.round({name: places for name in frame for stem, places in DECIMALS.items() if name.startswith(stem)})
