"""The rules from claims to expenditures as the engine wants them, for the performance years of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import Entry, Status

PROGRAM = "mssp-expenditures"
_TRACK = "every-track"
_STEPS = (
    "claim_types",
    "inpatient_claim_types",
    "enrollment_type",
    "sequestration_added_back",
    "truncation_percentile",
)


@dataclass(frozen=True)
class ExpenditureRules:
    """Values of the steps, alike for all years of a run, and what differs by performance year.

    `uncertain` names the parameters whose value is not published in some of the years; `covid` is the period of 42 CFR
    425.611 or None.
    """

    claim_types: tuple[str, ...]
    inpatient_claim_types: tuple[str, ...]
    aged_from: int
    dual_status: tuple[str, ...]
    sequestration_from: date
    truncation_percent: int
    completion_factor: Mapping[int, float]
    covid: tuple[date, date] | None
    uncertain: tuple[str, ...]


def expenditure_rules(book: RuleBook, years: Sequence[int]) -> ExpenditureRules:
    """The rules of these performance years. Raises RulesError for a year without, or years that differ in a step."""
    held = {year: _entries(book, year) for year in years}
    steps = [{name: held[year][name].value for name in _STEPS} for year in years]
    if any(each != steps[0] for each in steps):
        raise RulesError(f"the rules of {years[0]} to {years[-1]} differ; ask for one performance year at a time")
    values = steps[0]
    covid = next((entries["covid_episodes"].value for entries in held.values() if "covid_episodes" in entries), None)
    return ExpenditureRules(
        claim_types=tuple(values["claim_types"]),
        inpatient_claim_types=tuple(values["inpatient_claim_types"]),
        aged_from=int(values["enrollment_type"]["aged_from"]),
        dual_status=tuple(values["enrollment_type"]["dual_status"]),
        sequestration_from=values["sequestration_added_back"],
        truncation_percent=int(values["truncation_percentile"]),
        completion_factor={year: float(entries["completion_factor"].value) for year, entries in held.items()},
        covid=(covid["from"], covid["through"]) if covid else None,
        uncertain=_uncertain(held),
    )


def _entries(book: RuleBook, year: int) -> dict[str, Entry]:
    situation = Situation(PROGRAM, _TRACK, year)
    book.check(situation)
    found = {name: book.entry(situation, name) for name in book.parameters(PROGRAM)}
    return {name: entry for name, entry in found.items() if entry is not None}


def _uncertain(held: Mapping[int, Mapping[str, Any]]) -> tuple[str, ...]:
    found = {name: None for entries in held.values() for name, e in entries.items() if e.status is not Status.PUBLISHED}
    return tuple(found)
