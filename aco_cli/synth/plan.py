"""What is fixed before anyone is drawn: ACOs and their years, counties, national figures.

All of it is invented, at levels near those of Medicare, and the same for the same seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aco_cli.engine.members import TYPES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Agreement starts and the last performance year of each; benchmark years are the three before the year of the start.
STARTS = (("2019-07-01", 2024), ("2020-01-01", 2024), ("2022-01-01", 2026), ("2023-01-01", 2027))
COMPLETION = 1.013  # three months of run-out
HOME_COUNTIES = 5
COUNTY_SHARES = (0.4, 0.25, 0.2, 0.1, 0.05)

_COUNTIES_APART = 3  # so that neighbouring ACOs share counties
_LEVEL = (95_000.0, 13_500.0, 17_500.0, 11_800.0)
_GROWTH = (1.02, 1.03, 1.035, 1.04)
_THRESHOLD = (8.0, 8.5, 9.0, 8.5)  # times the level: near the 99th percentile of annualised expenditures
_TYPE_SHARES = (0.016, 0.15, 0.11, 0.72)
_LEVEL_YEAR = 2023


@dataclass(frozen=True)
class Profile:
    """How an ACO takes part, and its spending in the performance year relative to what it was before."""

    track: str
    msr_election: str
    agreement_period: int
    spending: float


# Savings and losses both large enough to pass a minimum rate, and small ones.
PROFILES = (
    Profile("enhanced", "0.02", 2, 0.9),
    Profile("basic-e", "0.01", 1, 1.18),
    Profile("basic-b", "", 1, 1.0),
    Profile("basic-d", "sliding", 1, 0.95),
    Profile("enhanced", "sliding", 2, 1.15),
)


@dataclass(frozen=True)
class Plan:
    """ACOs by number from 0, their years and counties, and the figures that CMS would publish; money in cents.

    Years are numbered from `first_year`. County k belongs to the ACOs whose first county is k - 4 to k.
    """

    acos: int
    beneficiaries: int
    year: int
    seed: int
    claims_per_month: float

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """The agreement start of each ACO."""
        known = [start for start, last in STARTS if int(start[:4]) <= self.year <= last]
        return tuple(known[number % len(known)] for number in range(self.acos))

    @cached_property
    def period_years(self) -> Ints:
        """Calendar year of each ACO's periods (ACO x period), numbered."""
        start = np.array([int(start[:4]) for start in self.starts])
        years = np.column_stack([start - 3, start - 2, start - 1, np.full(self.acos, self.year)])
        return np.asarray(years - self.first_year, dtype=np.int64)

    @cached_property
    def first_year(self) -> int:
        """The earliest benchmark year of any ACO."""
        return min(int(start[:4]) for start in self.starts) - 3

    @property
    def years(self) -> int:
        """How many calendar years there are."""
        return self.year - self.first_year + 1

    @property
    def profiles(self) -> list[Profile]:
        """How each ACO takes part."""
        return [PROFILES[number % len(PROFILES)] for number in range(self.acos)]

    @cached_property
    def spending(self) -> Floats:
        """Each ACO's spending relative to its region's, by calendar year (ACO x year)."""
        own = self._random(1).uniform(0.94, 1.06, self.acos)
        table = np.repeat(own[:, None], self.years, axis=1)
        table[:, -1] *= [profile.spending for profile in self.profiles]
        return table

    @cached_property
    def national(self) -> Ints:
        """National expenditure per person year (year x type)."""
        return _cents(self._levels)

    @cached_property
    def thresholds(self) -> Ints:
        """Truncation threshold of annualised expenditures (year x type)."""
        return _cents(self._levels * _THRESHOLD)

    @cached_property
    def mean_scores(self) -> Floats:
        """National mean risk score (year x type)."""
        return np.round(self._random(2).uniform(0.97, 1.08, (self.years, len(TYPES))), 4)

    @cached_property
    def _levels(self) -> Floats:
        years = np.arange(self.first_year, self.year + 1)[:, None] - _LEVEL_YEAR
        drift = self._random(3).normal(1, 0.006, (self.years, len(TYPES)))
        return np.asarray(np.array(_LEVEL) * np.array(_GROWTH) ** years * drift)

    @property
    def counties(self) -> int:
        """How many counties there are."""
        return (self.acos - 1) * _COUNTIES_APART + HOME_COUNTIES

    def first_county(self, aco: int) -> int:
        """The first of the `HOME_COUNTIES` counties of an ACO."""
        return aco * _COUNTIES_APART

    @cached_property
    def county_level(self) -> Floats:
        """Spending of each county relative to the nation."""
        return self._random(4).normal(1, 0.05, self.counties)

    @cached_property
    def county_expenditures(self) -> Ints:
        """Expenditure per person year (county x year x type)."""
        noise = self._random(5).normal(1, 0.01, (self.counties, self.years, len(TYPES)))
        return _cents(self._levels * self.county_level[:, None, None] * self.county_scores * noise)

    @cached_property
    def county_scores(self) -> Floats:
        """Mean renormalised risk score (county x year x type)."""
        return np.round(self._random(6).normal(1, 0.04, (self.counties, self.years, len(TYPES))), 5)

    @cached_property
    def county_person_years(self) -> Ints:
        """Hundredths of person years of assignable people (county x year x type); always more than are assigned."""
        assigned = np.zeros(self.counties)
        for number in range(self.acos):
            first = self.first_county(number)
            assigned[first : first + HOME_COUNTIES] += np.array(COUNTY_SHARES) * self.beneficiaries
        factor = self._random(7).uniform(3, 6, (self.counties, self.years, len(TYPES)))
        return _cents(assigned[:, None, None] * np.array(_TYPE_SHARES) * factor + 25)

    def _random(self, part: int) -> np.random.Generator:
        return stream(self.seed, 0, part)


def stream(seed: int, *place: int) -> np.random.Generator:
    """The random numbers of a place in the population, whatever else is drawn before or beside it."""
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(seed, spawn_key=place)))


def _cents(dollars: Floats) -> Ints:
    return np.rint(dollars * 100).astype(np.int64)
