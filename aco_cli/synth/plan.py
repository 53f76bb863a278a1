"""What is fixed before anyone is drawn: ACOs and their years, counties, national figures.

All of it is invented, at levels near those of Medicare, and the same for the same seed.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aco_cli.data_files import load_yaml
from aco_cli.engine.members import TYPES
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.expenditures import PROGRAM

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

COMPLETION = 1.013  # three months of run-out
HOME_COUNTIES = 5
COUNTY_SHARES = (0.4, 0.25, 0.2, 0.1, 0.05)
FIGURES: Any = load_yaml(Path(__file__).with_name("figures.yaml").read_text("utf-8"))

_COUNTIES_APART = 3


class Plan:
    """ACOs by number from 0, their years and counties, and the figures that CMS would publish; money in cents.

    Years are numbered from `first_year`, the earliest benchmark year of any ACO; neighbors among ACOs share counties.
    """

    def __init__(self, acos: int, beneficiaries: int, year: int, seed: int, claims_per_month: float) -> None:
        """`beneficiaries` are those of each ACO, `year` is the performance year."""
        self.acos, self.beneficiaries, self.year = acos, beneficiaries, year
        self.seed, self.claims_per_month = seed, claims_per_month
        self._plan_sequestration()
        self._plan_acos()
        self._plan_nation()
        self._plan_counties()

    def _plan_sequestration(self) -> None:
        """The law's rates, and the day (since 1970) from which each holds."""
        steps = RuleBook().value(Situation(PROGRAM, "every-track", self.year), "sequestration_rate")
        self.sequestration_rates: Floats = np.array([float(step["rate"]) for step in steps])
        self.sequestration_days: Ints = np.array([step["from"] for step in steps], "datetime64[D]").astype(np.int64)

    def _plan_acos(self) -> None:
        """Agreements, the calendar year of each period (ACO x period), spending relative to the region (ACO x year)."""
        self.ids = [f"S{number + 1:05d}" for number in range(self.acos)]
        starts = [start for start, last in FIGURES["starts"].items() if int(start[:4]) <= self.year <= last]
        self.starts = tuple(starts[number % len(starts)] for number in range(self.acos))
        first = np.array([int(start[:4]) for start in self.starts])
        self.first_year = int(first.min()) - 3
        self.years = self.year - self.first_year + 1
        periods = [first - 3, first - 2, first - 1, np.full(self.acos, self.year)]
        self.period_years: Ints = np.column_stack(periods) - self.first_year
        profiles = pd.DataFrame(FIGURES["profiles"])
        self.profiles = profiles.iloc[np.arange(self.acos) % len(profiles)].reset_index(drop=True)
        own = stream(self.seed, 0, 1).uniform(0.94, 1.06, self.acos)
        self.spending: Floats = np.repeat(own[:, None], self.years, axis=1)
        self.spending[:, -1] *= self.profiles["spending"].to_numpy()

    def _plan_nation(self) -> None:
        """Expenditure per person year, truncation threshold of annualized ones, mean risk score (year x type)."""
        years = np.arange(self.first_year, self.year + 1)[:, None] - FIGURES["level_year"]
        drift = stream(self.seed, 0, 3).normal(1, 0.006, (self.years, len(TYPES)))
        self._levels: Floats = np.array(FIGURES["level"]) * np.array(FIGURES["growth"]) ** years * drift
        self.national = _cents(self._levels)
        self.thresholds = _cents(self._levels * FIGURES["threshold"])
        self.mean_scores: Floats = np.round(stream(self.seed, 0, 2).uniform(0.97, 1.08, (self.years, len(TYPES))), 4)

    def _plan_counties(self) -> None:
        """Expenditure and hundredths of person years, more than assigned; mean risk score (county x year x type)."""
        self.first_county = range(0, self.acos * _COUNTIES_APART, _COUNTIES_APART)
        self.counties = self.first_county[-1] + HOME_COUNTIES
        self.county_codes = [f"{1 + number // 1000:02d}{number % 1000:03d}" for number in range(self.counties)]
        shape = self.counties, self.years, len(TYPES)
        self.county_level: Floats = stream(self.seed, 0, 4).normal(1, 0.05, self.counties)
        self.county_scores: Floats = np.round(stream(self.seed, 0, 6).normal(1, 0.04, shape), 5)
        level = self._levels * self.county_level[:, None, None] * self.county_scores
        self.county_expenditures = _cents(level * stream(self.seed, 0, 5).normal(1, 0.01, shape))
        assigned = np.zeros(self.counties)
        for first in self.first_county:
            assigned[first : first + HOME_COUNTIES] += np.array(COUNTY_SHARES) * self.beneficiaries
        people = assigned[:, None, None] * np.array(FIGURES["type_shares"])
        self.county_person_years = _cents(people * stream(self.seed, 0, 7).uniform(3, 6, shape) + 25)


def stream(seed: int, *place: int) -> np.random.Generator:
    """The random numbers of a place in the population, whatever else is drawn before or beside it."""
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(seed, spawn_key=place)))


def _cents(dollars: Floats) -> Ints:
    return np.rint(dollars * 100).astype(np.int64)
