"""Claims: first what counts is drawn, then it is dressed as a claim whose amounts come back to it."""

from dataclasses import dataclass

import numpy as np

from aco_cli.synth.people import Bools, People, PersonYears
from aco_cli.synth.plan import FIGURES, Floats, Ints, Plan

INPATIENT = "60"
CLAIM_TYPES = tuple(FIGURES["claim_types"])

_SPREAD = 1.0  # standard deviation of the logarithm of an amount
_NEGATIVE, _REVERSED, _DENIED, _REDUCED = 0.01, 0.00003, 0.06, 0.03
_LOST = 0.1  # of what is drawn, roughly: to denials, negative amounts and truncation


@dataclass(frozen=True)
class Claims:
    """A row per claim; `cell` is the month in `PersonYears` laid flat, money is in cents, `counted` what must result.

    `date` is in days since 1970.
    """

    cell: Ints
    kind: Ints
    date: Ints
    denied: Bools
    counted: Ints
    paid: Ints
    sequestration: Ints
    reduction: Ints
    added: dict[str, Ints]


def draw_claims(random: np.random.Generator, plan: Plan, aco: int, people: People, rows: PersonYears) -> Claims:
    """Draw the claims of every month with a row, those that do not count too: a month not eligible has claims."""
    often = random.poisson(plan.claims_per_month, rows.present.shape)
    cell = np.repeat(np.arange(often.size), (often * rows.present).ravel())
    shares, sizes = (np.array([each[name] for each in FIGURES["claim_types"].values()]) for name in ("share", "size"))
    kind = np.searchsorted(np.cumsum(shares)[:-1], random.random(len(cell)), side="right")
    mean = _mean_line(plan, aco, people, rows).ravel()[cell]
    amount = mean * sizes[kind] / (shares @ sizes) * random.lognormal(-(_SPREAD**2) / 2, _SPREAD, len(cell))
    counted = np.rint(amount).astype(np.int64)
    _turn_negative(random, plan, rows, cell, counted)
    payable = np.maximum(counted, 0)
    reduced = np.where(random.random(len(cell)) < _REDUCED, random.uniform(0.05, 1, len(cell)), 0)
    reduction = np.rint(payable * reduced).astype(np.int64)
    added = _additions(random, payable, kind == CLAIM_TYPES.index(INPATIENT))
    date = _dates(random, plan, rows.month.ravel()[cell])
    paid, sequestration = _sequestered(plan, counted - reduction + sum(added.values()), date)
    return Claims(
        cell=cell,
        kind=kind,
        date=date,
        denied=random.random(len(cell)) < _DENIED,
        counted=paid + sequestration + reduction - sum(added.values()),
        paid=paid,
        sequestration=sequestration,
        reduction=reduction,
        added=added,
    )


def _mean_line(plan: Plan, aco: int, people: People, rows: PersonYears) -> Floats:
    """Mean cents of a claim in each month: of the type and year, the county, the ACO and the person."""
    level = plan.national[rows.year[:, None], rows.kind] / 12 / plan.claims_per_month / (1 - _LOST)
    own = plan.spending[aco, rows.year] * people.frailty[rows.who]
    return np.asarray(level * own[:, None] * plan.county_level[rows.county])


def _dates(random: np.random.Generator, plan: Plan, month: Ints) -> Ints:
    starts = np.arange(f"{plan.first_year}-01", f"{plan.year + 1}-02", dtype="datetime64[M]")
    days = starts.astype("datetime64[D]").astype(np.int64)
    return days[month] + np.floor(random.random(len(month)) * np.diff(days)[month]).astype(np.int64)


def _sequestered(plan: Plan, amount: Ints, date: Ints) -> tuple[Ints, Ints]:
    """What is paid of an amount, and what sequestration withholds of it by the rate of the day."""
    rates = plan.sequestration_rates[np.searchsorted(plan.sequestration_days, date, side="right") - 1]
    paid = np.rint(amount * (1 - rates)).astype(np.int64)
    return paid, np.rint(paid * rates / (1 - rates)).astype(np.int64)


def _turn_negative(random: np.random.Generator, plan: Plan, rows: PersonYears, cell: Ints, counted: Ints) -> None:
    """Make some amounts negative: deductibles above the payment, and a few whole stays taken back."""
    draw = random.random(len(cell))
    negative = np.flatnonzero(draw < _NEGATIVE)
    counted[negative] = -counted[negative] // 2
    taken = np.flatnonzero(draw < _REVERSED)
    at = cell[taken]
    threshold = plan.thresholds[rows.year[at // 12], rows.kind.ravel()[at]]
    counted[taken] = -np.rint(threshold * random.uniform(0.5, 1.5, len(taken))).astype(np.int64)


def _additions(random: np.random.Generator, amounts: Ints, inpatient: Bools) -> dict[str, Ints]:
    """What an inpatient claim pays beside what counts."""
    places = np.flatnonzero(inpatient)
    added = {}
    for name, share in FIGURES["additions"].items():
        column = np.zeros(len(amounts), dtype=np.int64)
        column[places] = np.rint(amounts[places] * share * random.uniform(0, 2, len(places))).astype(np.int64)
        added[name] = column
    return added
