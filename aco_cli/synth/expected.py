"""The answers, added up from what was drawn: months in a type, cents that count, thousandths of risk scores."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import repeat
from math import nan

import numpy as np
import pandas as pd

from aco_cli.engine.members import TYPES
from aco_cli.inputs.claims.checks import PERIODS
from aco_cli.synth.claims import Claims
from aco_cli.synth.people import MONTHS, NOBODY, People, PersonYears
from aco_cli.synth.plan import COMPLETION, Floats, Ints, Plan


class Expected:
    """Sums by ACO, period and enrollment type, all of whole numbers: no order of adding matters."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        shape = (plan.acos, len(PERIODS), len(TYPES))
        self.assigned: Ints = np.zeros(shape[:2], dtype=np.int64)
        self.months, self.cents, self.scores = (np.zeros(shape, dtype=np.int64) for _ in range(3))
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
        group = ((aco * len(PERIODS) + period)[:, None] * len(TYPES) + rows.kind[row]) * self._plan.counties
        places, counts = np.unique((group + rows.county[row])[eligible[row]], return_counts=True)
        self._lived.update(dict(zip(places.tolist(), counts.tolist(), strict=True)))

    def table(self) -> pd.DataFrame:
        """The rows of the expenditure file: four types of each ACO and period; without months a type has no figures."""
        plan = self._plan
        aco, period = (place.repeat(len(TYPES)) for place in np.nonzero(self.assigned))
        kind = np.tile(np.arange(len(TYPES)), len(aco) // len(TYPES))
        at = aco, period, kind
        year, months = plan.period_years[aco, period], self.months[at]
        per_point = [1 / (1000 * Fraction(str(mean))) for mean in plan.mean_scores[year, kind]]
        regional, share = self._regions(year, months)
        return pd.DataFrame(
            {
                "aco_id": np.array(plan.ids)[aco],
                "performance_year": plan.year,
                "period": np.array(PERIODS)[period],
                "calendar_year": year + plan.first_year,
                "enrollment_type": np.array(TYPES)[kind],
                "assigned_beneficiaries": self.assigned[aco, period],
                "person_years": months / MONTHS,
                "per_capita_expenditure": _quotients(self.cents[at], repeat(Fraction(str(COMPLETION)) / 100), months),
                "risk_score": _quotients(self.scores[at], per_point, months),
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
        period, kind = np.divmod(group, len(TYPES))
        row = np.searchsorted(np.flatnonzero(self.assigned), period) * len(TYPES) + kind
        at = county, year[row], kind
        person_years = lived / MONTHS
        # In the order of operations of `aco expenditures`, so that not even the last digit differs.
        sums = pd.DataFrame(
            {
                "person_years": person_years,
                "regional": person_years * (plan.county_expenditures[at] / 100) / plan.county_scores[at],
                "share": person_years * person_years / (plan.county_person_years[at] / 100),
            }
        )
        totals = sums.groupby(row).sum().reindex(range(len(months)))
        means = totals[["regional", "share"]].div(totals["person_years"], axis=0)
        return means["regional"].to_numpy(), means["share"].to_numpy()


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


def _quotients(sums: Ints, factors: Iterable[Fraction], months: Ints) -> list[float]:
    """Sum x factor / months, rounded once."""
    return [
        float(total * factor / count) if count else nan
        for total, factor, count in zip(sums.tolist(), factors, months.tolist(), strict=False)
    ]
