"""The rules from claims to expenditures as the engine wants them, for the performance years of one run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

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
# Values that only some runs rest on: what claims have columns for.
COVID = ("covid_episodes", "covid_diagnoses")
SUSPECT_BILLING, SEQUESTRATION, DENIED_LINES = "suspect_billing", "sequestration_rate", "denied_lines"


class CovidEpisodes(NamedTuple):
    """Days of admission, months after the discharge, diagnosis codes with days of discharge (42 CFR 425.611)."""

    first: date
    last: date
    months_after: int
    diagnoses: tuple[tuple[str, date, date], ...]

    @property
    def years(self) -> frozenset[int]:
        """Calendar years that may have such months."""
        return frozenset(range(self.first.year, self.last.year + 1))


class SuspectBilling(NamedTuple):
    """Claim types, HCPCS codes and days of service whose payments do not count."""

    claim_types: tuple[str, ...]
    hcpcs: tuple[str, ...]
    first: date
    last: date


@dataclass(frozen=True)
class ExpenditureRules:
    """Values of the steps, alike for all years of a run, and what differs by performance year.

    `uncertain` names the parameters whose value is not published in some of the years; `rates` are shares withheld by
    sequestration from a day on.
    """

    claim_types: tuple[str, ...]
    inpatient_claim_types: tuple[str, ...]
    aged_from: int
    dual_status: tuple[str, ...]
    sequestration_from: date
    truncation_percent: int
    completion_factor: Mapping[int, float]
    covid: CovidEpisodes | None
    suspect_billing: tuple[SuspectBilling, ...]
    payment_denied: tuple[str, ...]
    processing_allowed: tuple[str, ...]
    rates: tuple[tuple[date, Fraction], ...]
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
    last = {name: entry.value for entries in held for name, entry in entries.items()}
    suspect = [each for entries in held if SUSPECT_BILLING in entries for each in entries[SUSPECT_BILLING].value]
    factors = [float(entries["completion_factor"].value) for entries in held]
    statuses = [(name, entry.status) for entries in held for name, entry in entries.items()]
    return ExpenditureRules(
        claim_types=tuple(values["claim_types"]),
        inpatient_claim_types=tuple(values["inpatient_claim_types"]),
        aged_from=int(values["enrollment_type"]["aged_from"]),
        dual_status=tuple(values["enrollment_type"]["dual_status"]),
        sequestration_from=values["sequestration_added_back"],
        truncation_percent=int(values["truncation_percentile"]),
        completion_factor=dict(zip(years, factors, strict=True)),
        covid=_covid(last) if "covid_episodes" in last else None,
        suspect_billing=tuple(dict.fromkeys(map(_suspect, suspect))),
        payment_denied=tuple(last[DENIED_LINES]["payment_denied"]),
        processing_allowed=tuple(last[DENIED_LINES]["processing_allowed"]),
        rates=tuple((each["from"], Fraction(str(each["rate"]))) for each in last[SEQUESTRATION]),
        uncertain=tuple(dict.fromkeys(name for name, status in statuses if status is not Status.PUBLISHED)),
    )


def _covid(values: Mapping[str, Any]) -> CovidEpisodes:
    found = values["covid_episodes"]
    codes = tuple((each["code"], each["from"], each.get("through", date.max)) for each in values["covid_diagnoses"])
    return CovidEpisodes(found["from"], found["through"], int(found["months_after_discharge"]), codes)


def _suspect(found: Mapping[str, Any]) -> SuspectBilling:
    return SuspectBilling(tuple(found["claim_types"]), tuple(found["hcpcs"]), found["from"], found["through"])
