"""The answers, added up from what was drawn: months in a type, cents that count, thousandths of risk scores."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from aco_cli.engine.synth.claims import Claims
from aco_cli.engine.synth.people import MONTHS, NOBODY, Bools, People, PersonYears
from aco_cli.engine.synth.plan import COMPLETION, PERIODS, TYPES, Floats, Ints, Plan


class Expected:
    """Sums by ACO, period and enrollment type, all of whole numbers: no order of adding matters."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        shape = (plan.acos, len(PERIODS), len(TYPES))
        self.assigned: Ints = np.zeros(shape[:2], dtype=np.int64)
        self.months: Ints = np.zeros(shape, dtype=np.int64)
        self.cents: Ints = np.zeros(shape, dtype=np.int64)
        self.scores: Ints = np.zeros(shape, dtype=np.int64)
        self._lived: Counter[int] = Counter()

    def add(self, rows: PersonYears, claims: Claims, assigned: tuple[Ints, Ints, Ints]) -> None:
        """Add the people of a block; `assigned` has the ACO, period and person-year of each assignment."""
        eligible = rows.eligible
        kept = ~claims.denied & eligible.ravel()[claims.cell]
        paid = _sums(claims.cell[kept], eligible.size, claims.counted[kept])
        place = np.arange(len(rows.who))[:, None] * len(TYPES) + rows.kind
        months, cents, scores = (
            _sums(place[eligible], len(rows.who) * len(TYPES), values).reshape(-1, len(TYPES))
            for values in (None, paid.reshape(eligible.shape)[eligible], rows.score[eligible])
        )
        bound = self._plan.thresholds[rows.year] * months
        aco, period, row = assigned
        np.add.at(self.assigned, (aco, period), 1)
        np.add.at(self.months, (aco, period), months[row])
        np.add.at(self.cents, (aco, period), np.clip(MONTHS * cents, -bound, bound)[row])
        np.add.at(self.scores, (aco, period), scores[row])
        self._add_counties(rows, eligible, assigned)

    def _add_counties(self, rows: PersonYears, eligible: Bools, assigned: tuple[Ints, Ints, Ints]) -> None:
        aco, period, row = assigned
        group = ((aco * len(PERIODS) + period)[:, None] * len(TYPES) + rows.kind[row]) * self._plan.counties
        places, counts = np.unique((group + rows.county[row])[eligible[row]], return_counts=True)
        self._lived.update(dict(zip(places.tolist(), counts.tolist(), strict=True)))

    def table(self, ids: list[str]) -> pd.DataFrame:
        """The rows of the expenditure file."""
        plan = self._plan
        aco, period, kind = np.nonzero(self.months)
        year = plan.period_years[aco, period]
        months = self.months[aco, period, kind]
        regional, share = self._regions(year, months)
        return pd.DataFrame(
            {
                "aco_id": np.array(ids)[aco],
                "performance_year": plan.year,
                "period": np.array(PERIODS)[period],
                "calendar_year": year + plan.first_year,
                "enrollment_type": np.array(TYPES)[kind],
                "assigned_beneficiaries": self.assigned[aco, period],
                "person_years": months / MONTHS,
                "per_capita_expenditure": self.cents[aco, period, kind] / months / 100 * COMPLETION,
                "risk_score": self.scores[aco, period, kind] / months / 1000 / plan.mean_scores[year, kind],
                "regional_expenditure": regional,
                "national_weight": share,
            }
        )

    def _regions(self, year: Ints, months: Ints) -> tuple[Floats, Floats]:
        """Regional expenditure and national weight of each row of the table."""
        plan = self._plan
        places = np.array(sorted(self._lived), dtype=np.int64)
        lived = np.array([self._lived[place] for place in places.tolist()], dtype=np.int64)
        group, county = np.divmod(places, plan.counties)
        row = np.searchsorted(np.flatnonzero(self.months), group)
        at = (county, year[row], group % len(TYPES))
        regional = lived * plan.county_expenditures[at] / plan.county_scores[at] / 100
        share = lived * (lived / MONTHS) / (plan.county_person_years[at] / 100)
        return _means(row, regional, months), _means(row, share, months)


def assignments(people: People, rows: PersonYears, years: int, period_years: Ints) -> tuple[Ints, Ints, Ints]:
    """ACO, period and person-year of every assignment: of those with an eligible month in the period's year."""
    where = np.full((len(people.frailty), years), NOBODY)
    with_months = np.flatnonzero(rows.eligible.any(axis=1))
    where[rows.who[with_months], rows.year[with_months]] = with_months
    who, period = np.nonzero(people.assigned != NOBODY)
    aco = people.assigned[who, period]
    row = where[who, period_years[aco, period]]
    found = row != NOBODY
    return aco[found], period[found], row[found]


def _sums(place: Ints, size: int, values: Ints | None) -> Ints:
    """Sums by place; exact, as whole numbers below 2**53 are in floats."""
    return np.rint(np.bincount(place, values, minlength=size)).astype(np.int64)


def _means(row: Ints, values: Floats, months: Ints) -> Floats:
    return np.bincount(row, values, minlength=len(months)) / months
