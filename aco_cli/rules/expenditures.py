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
# Values that only some runs rest on: what claims have columns for.
COVID = ("covid_episodes", "covid_diagnoses")
SUSPECT_BILLING, SEQUESTRATION, DENIED_LINES = "suspect_billing", "sequestration_rate", "denied_lines"
FEED_CODES, PART_A = "feed_codes", "part_a_claim_types"
# What no two years of one run that have it may differ in.
STEPS = (
    "claim_types",
    PART_A,
    "inpatient_claim_types",
    "enrollment_type",
    "sequestration_added_back",
    "truncation_percentile",
    SEQUESTRATION,
    DENIED_LINES,
    FEED_CODES,
    *COVID,
)
_THOUSANDTHS = 1000


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

    `uncertain` names the parameters whose value is not published in some of the years; `rates` are thousandths withheld
    by sequestration from a day on, by day.
    """

    claim_types: tuple[str, ...]
    part_a_claim_types: tuple[str, ...]
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
    feed_codes: Mapping[str, tuple[str, ...]]
    rates: tuple[tuple[date, int], ...]
    uncertain: tuple[str, ...]


def expenditure_rules(book: RuleBook, years: Sequence[int]) -> ExpenditureRules:
    """The rules of these performance years. Raises RulesError for a year without, or years that differ in a step."""
    situations = [Situation(PROGRAM, _TRACK, year) for year in years]
    for situation in situations:
        book.check(situation)
    held = [book.in_force(situation) for situation in situations]
    values = {name: entries[name].value for entries in held for name in STEPS if name in entries}
    if differ := [name for name in STEPS if any(name in each and each[name].value != values[name] for each in held)]:
        raise RulesError(
            f"the rules of {years[0]} to {years[-1]} differ in {', '.join(differ)}; ask for one performance year at a "
            "time"
        )
    suspect = [each for entries in held if SUSPECT_BILLING in entries for each in entries[SUSPECT_BILLING].value]
    factors = [float(entries["completion_factor"].value) for entries in held]
    statuses = [(name, entry.status) for entries in held for name, entry in entries.items()]
    return ExpenditureRules(
        claim_types=tuple(values["claim_types"]),
        part_a_claim_types=tuple(values[PART_A]),
        inpatient_claim_types=tuple(values["inpatient_claim_types"]),
        aged_from=int(values["enrollment_type"]["aged_from"]),
        dual_status=tuple(values["enrollment_type"]["dual_status"]),
        sequestration_from=values["sequestration_added_back"],
        truncation_percent=int(values["truncation_percentile"]),
        completion_factor=dict(zip(years, factors, strict=True)),
        covid=_covid(values) if "covid_episodes" in values else None,
        suspect_billing=tuple(dict.fromkeys(map(_suspect, suspect))),
        payment_denied=tuple(values[DENIED_LINES]["payment_denied"]),
        processing_allowed=tuple(values[DENIED_LINES]["processing_allowed"]),
        feed_codes={name: tuple(codes) for name, codes in values[FEED_CODES].items()},
        rates=tuple(sorted((each["from"], _thousandths(each["rate"])) for each in values[SEQUESTRATION])),
        uncertain=tuple(dict.fromkeys(name for name, status in statuses if status is not Status.PUBLISHED)),
    )


def _thousandths(rate: float) -> int:
    """Raises RulesError for a rate that is not in whole thousandths below 1, which sums of cents need."""
    exact = Fraction(str(rate)) * _THOUSANDTHS
    if exact.denominator != 1 or not 0 <= exact < _THOUSANDTHS:
        raise RulesError(f"{SEQUESTRATION}: expected rates in thousandths, from 0 to 0.999, found {rate}")
    return int(exact)


def _covid(values: Mapping[str, Any]) -> CovidEpisodes:
    found = values["covid_episodes"]
    codes = tuple((each["code"], each["from"], each.get("through", date.max)) for each in values["covid_diagnoses"])
    return CovidEpisodes(found["from"], found["through"], int(found["months_after_discharge"]), codes)


def _suspect(found: Mapping[str, Any]) -> SuspectBilling:
    return SuspectBilling(tuple(found["claim_types"]), tuple(found["hcpcs"]), found["from"], found["through"])
