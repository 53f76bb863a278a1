"""The population as columns of the files: whole numbers, and words by their number in a list."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from aco_cli.engine.members import TYPES
from aco_cli.inputs.claims.checks import PERIODS
from aco_cli.synth.claims import CLAIM_TYPES, draw_claims
from aco_cli.synth.expected import Expected, assignments
from aco_cli.synth.people import People, PersonYears, draw_people, person_years
from aco_cli.synth.plan import Ints, Plan, stream

BLOCK = 2_000  # people drawn at a time; another size would draw other people


class Words(NamedTuple):
    """A column of text: for each row the place of its word in a list."""

    codes: Ints
    words: Sequence[str]


# Rows of each file for some people, by column (an array, or Words); money is in cents, scores in thousandths, dates in
# days since 1970.
Block = dict[str, dict[str, Any]]

_DUAL = ("01", "02", "04", "08")
_NOT_DUAL = ("NA", "00", "03", "05", "06", "09")
_CLAIMS_OF_A_PERSON = 1_000_000


def draw_blocks(plan: Plan, expected: Expected) -> Iterator[Block]:
    """Draw the population, some people at a time; `expected` learns the answers."""
    for aco in range(plan.acos):
        for number in range(-(-plan.beneficiaries // BLOCK)):
            yield _draw_block(plan, aco, number, expected)


def _draw_block(plan: Plan, aco: int, number: int, expected: Expected) -> Block:
    first, count = aco * plan.beneficiaries + number * BLOCK, min(BLOCK, plan.beneficiaries - number * BLOCK)
    random = stream(plan.seed, 1, aco, number)
    people = draw_people(random, plan, aco, count)
    rows = person_years(random, plan, aco, people)
    claims = draw_claims(random, plan, aco, people, rows)
    assigned = assignments(people, rows, plan.years, plan.period_years)
    expected.add(rows, claims, assigned)
    names = [f"B{number + 1:09d}" for number in range(first, first + count)]
    person = rows.who[claims.cell // 12]
    aco_of, period, row = assigned
    return {
        "claims": {
            "bene_id": Words(person, names),
            "claim_id": (first + person + 1) * _CLAIMS_OF_A_PERSON + _within(person),
            "claim_type": Words(claims.kind, CLAIM_TYPES),
            "through_date": claims.date,
            "paid_amount": claims.paid,
            **claims.added,
            "sequestration_amount": claims.sequestration,
            "pbp_reduction_amount": claims.reduction,
            "denied": claims.denied,
        },
        "enrollment": _enrollment(random, plan, people, rows, names),
        "assignment": {
            "aco_id": Words(aco_of, plan.ids),
            "performance_year": np.full(len(row), plan.year),
            "period": Words(period, PERIODS),
            "calendar_year": rows.year[row] + plan.first_year,
            "bene_id": Words(rows.who[row], names),
        },
    }


def _within(person: Ints) -> Ints:
    """The number of each row among those of its person; people come one after the other."""
    start = np.flatnonzero(np.diff(person, prepend=-1))
    return np.arange(len(person)) - np.repeat(start, np.diff(start, append=len(person)))


def _enrollment(
    random: np.random.Generator, plan: Plan, people: People, rows: PersonYears, names: Sequence[str]
) -> dict[str, Any]:
    """What months look like to CMS: types come as status, age and dual code."""
    kept = rows.present
    who = np.broadcast_to(rows.who[:, None], kept.shape)[kept]
    month = rows.month[kept]
    first = pd.Period(year=plan.first_year, month=1, freq="M")
    code = np.where(
        rows.dual,
        random.integers(0, len(_DUAL), len(rows.who))[:, None],
        len(_DUAL) + random.integers(0, len(_NOT_DUAL), len(rows.who))[:, None],
    )
    return {
        "bene_id": Words(who, names),
        "month": Words(month, [str(first + number) for number in range(plan.years * 12)]),
        "esrd": rows.kind[kept] == TYPES.index("esrd"),
        "age": 65 + (month - people.turns_65[who]) // 12,
        "dual_status": Words(code[kept], _DUAL + _NOT_DUAL),
        **{name: getattr(rows, name)[kept] for name in ("part_a", "part_b", "health_plan", "alive")},
        "risk_score": rows.score[kept],
        "county": Words(rows.county[kept], plan.county_codes),
    }
