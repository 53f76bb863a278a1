"""The rules from claims to expenditures as the engine wants them, for the performance years of one run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import Status

PROGRAM = "mssp-expenditures"
_TRACK = "every-track"
# What no two years of one run may differ in.
STEPS = (
    "claim_types",
    "inpatient_claim_types",
    "enrollment_type",
    "sequestration_added_back",
    "truncation_percentile",
)
_USED = (*STEPS, "completion_factor", "covid_episodes")


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
    situations = [Situation(PROGRAM, _TRACK, year) for year in years]
    for situation in situations:
        book.check(situation)
    held = [book.in_force(situation) for situation in situations]
    steps = [{name: entries[name].value for name in STEPS} for entries in held]
    if any(each != steps[0] for each in steps):
        raise RulesError(f"the rules of {years[0]} to {years[-1]} differ; ask for one performance year at a time")
    values = steps[0]
    covid = next((entries["covid_episodes"].value for entries in held if "covid_episodes" in entries), None)
    factors = [float(entries["completion_factor"].value) for entries in held]
    statuses = [(name, entry.status) for entries in held for name, entry in entries.items() if name in _USED]
    return ExpenditureRules(
        claim_types=tuple(values["claim_types"]),
        inpatient_claim_types=tuple(values["inpatient_claim_types"]),
        aged_from=int(values["enrollment_type"]["aged_from"]),
        dual_status=tuple(values["enrollment_type"]["dual_status"]),
        sequestration_from=values["sequestration_added_back"],
        truncation_percent=int(values["truncation_percentile"]),
        completion_factor=dict(zip(years, factors, strict=True)),
        covid=(covid["from"], covid["through"]) if covid else None,
        uncertain=tuple(dict.fromkeys(name for name, status in statuses if status is not Status.PUBLISHED)),
    )
