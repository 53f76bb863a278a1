"""People and their months: who is enrolled how, where, and assigned to which ACO."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aco_cli.engine.members import TYPES
from aco_cli.inputs.claims.checks import PERIODS
from aco_cli.synth.plan import COUNTY_SHARES, HOME_COUNTIES, Floats, Ints, Plan

Bools = NDArray[np.bool_]

MONTHS = 12
NOBODY = -1
ESRD, DISABLED, AGED_DUAL, AGED_NONDUAL = range(len(TYPES))

_ASSIGNED, _ELSEWHERE = 0.9, 0.03  # of the people of an ACO: assigned to it, or to the next one, in a period
_FRAILTY = 0.9  # standard deviation of its logarithm
_RISK_FOLLOWS = 0.35  # power of frailty that the risk score follows


@dataclass(frozen=True)
class Spell:
    """From a month to before another, counted from January of the first year; nobody's where `end` is `start`."""

    start: Ints
    end: Ints

    def covers(self, who: Ints, month: Ints) -> Bools:
        """Whether the spell of each person covers each of the person's months (rows x months)."""
        return (month >= self.start[who, None]) & (month < self.end[who, None])


@dataclass(frozen=True)
class People:
    """People of one ACO; months count from January of the first year."""

    frailty: Floats
    lives: Spell
    turns_65: Ints
    esrd: Spell
    dual: Spell
    no_part_a: Spell
    no_part_b: Spell
    health_plan: Spell
    county: Ints
    next_county: Ints
    moves: Ints
    assigned: Ints


@dataclass(frozen=True)
class PersonYears:
    """A row per person and calendar year with data, and in it a cell for each month (rows x 12)."""

    who: Ints
    year: Ints
    month: Ints
    present: Bools
    alive: Bools
    part_a: Bools
    part_b: Bools
    health_plan: Bools
    kind: Ints
    dual: Bools
    county: Ints
    score: Ints

    @property
    def eligible(self) -> Bools:
        """Months that count."""
        return self.present & self.alive & self.part_a & self.part_b & ~self.health_plan


def draw_people(random: np.random.Generator, plan: Plan, aco: int, count: int) -> People:
    """Draw `count` people of an ACO."""
    months = plan.years * MONTHS

    def spell(share: float, length: int) -> Spell:
        start = random.integers(-length, months, count)
        lasts = np.where(random.random(count) < share, random.geometric(1 / length, count), 0)
        return Spell(start, start + lasts)

    enters = np.where(random.random(count) < 0.78, 0, random.integers(0, months, count))
    dies = enters + random.geometric(0.0025, count)
    young = random.random(count) < 0.17
    age = np.where(young, random.uniform(25, 65, count), random.uniform(65, 97, count))
    assigned_draw = random.random((count, len(PERIODS)))
    elsewhere = np.where(assigned_draw < _ASSIGNED + _ELSEWHERE, (aco + 1) % plan.acos, NOBODY)
    first_county = plan.first_county[aco]
    return People(
        frailty=random.lognormal(-(_FRAILTY**2) / 2, _FRAILTY, count),
        lives=Spell(enters, dies),
        turns_65=np.floor((65 - age) * MONTHS).astype(np.int64),
        esrd=spell(0.05, 60),
        dual=spell(0.35, 80),
        no_part_a=spell(0.04, 8),
        no_part_b=spell(0.08, 8),
        health_plan=spell(0.2, 12),
        county=first_county + random.choice(HOME_COUNTIES, count, p=COUNTY_SHARES),
        next_county=first_county + random.integers(0, HOME_COUNTIES, count),
        moves=np.where(random.random(count) < 0.15, random.integers(1, months, count), months),
        assigned=np.where(assigned_draw < _ASSIGNED, aco, elsewhere),
    )


def person_years(random: np.random.Generator, plan: Plan, aco: int, people: People) -> PersonYears:
    """The years that anyone asks for, of those who live in them; a row for the month after a death stays."""
    who, year = np.nonzero(_needed(plan, aco, people))
    lasts = Spell(people.lives.start, people.lives.end + 1)
    begin = year * MONTHS
    kept = (lasts.start[who] < begin + MONTHS) & (lasts.end[who] > begin)
    who, year = who[kept], year[kept]
    month = year[:, None] * MONTHS + np.arange(MONTHS)
    dual = people.dual.covers(who, month)
    kind = np.where(dual, AGED_DUAL, AGED_NONDUAL)
    kind[month < people.turns_65[who, None]] = DISABLED
    kind[people.esrd.covers(who, month)] = ESRD
    return PersonYears(
        who=who,
        year=year,
        month=month,
        present=lasts.covers(who, month),
        alive=people.lives.covers(who, month),
        part_a=~people.no_part_a.covers(who, month),
        part_b=~people.no_part_b.covers(who, month),
        health_plan=people.health_plan.covers(who, month),
        kind=kind,
        dual=dual,
        county=np.where(month < people.moves[who, None], people.county[who, None], people.next_county[who, None]),
        score=_scores(random, plan, people.frailty[who], year, kind),
    )


def _needed(plan: Plan, aco: int, people: People) -> Bools:
    """Which calendar years belong to a period of the ACO of a person, or of the one the person is assigned to."""
    needed = np.zeros((len(people.frailty), plan.years), dtype=np.bool_)
    everyone = np.arange(len(people.frailty))
    needed[:, plan.period_years[aco]] = True
    for period in range(len(PERIODS)):
        assigned = people.assigned[:, period]
        needed[everyone, plan.period_years[np.where(assigned == NOBODY, aco, assigned), period]] = True
    return needed


def _scores(random: np.random.Generator, plan: Plan, frailty: Floats, year: Ints, kind: Ints) -> Ints:
    """Risk scores of months in thousandths, the same all year in a type, near the national mean on average."""
    mean = np.exp(_FRAILTY**2 * (_RISK_FOLLOWS**2 - _RISK_FOLLOWS) / 2)
    relative = frailty**_RISK_FOLLOWS / mean * random.normal(1, 0.05, len(year))
    scores = plan.mean_scores[year[:, None], kind] * np.clip(relative, 0.2, 12)[:, None]
    return np.asarray(np.rint(scores * 1000), dtype=np.int64)
