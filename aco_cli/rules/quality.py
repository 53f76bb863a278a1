"""Rules of quality scoring: a set of measures with their benchmarks for each performance year."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from aco_cli.errors import RulesError
from aco_cli.rules.parameters import OPEN, Entry, Status, YearsText
from aco_cli.rules.validated_yaml import Number, Whole, YesNo, form, told, validated

PERCENTILES = ("p30", "p40", "p50", "p60", "p70", "p80", "p90")
DECILES = 10
DOMAINS = ("patient_experience", "care_coordination", "preventive_health", "at_risk")

# Scoring does not go by track: its parameters hold for the one there is.
QUALITY, ANY = "mssp-quality", "any"
UNIT = f"rates that earn points: cuts at {PERCENTILES[0]} to {PERCENTILES[-1]}, or starts of deciles to {DECILES}"


class Scoring(StrEnum):
    """How a set of measures is scored."""

    PERCENTILES = "percentiles"  # a step function in four domains, 2012-2018
    DECILES = "deciles"  # linear within deciles, the APP measure set from 2021


class Collection(StrEnum):
    """Where a measure's rate comes from; what an ACO did not report is told by whole collections."""

    SURVEY = "survey"
    ADMINISTRATIVE = "administrative"
    WEB_INTERFACE = "web-interface"
    ECQM = "ecqm"
    CQM = "cqm"
    MEDICARE_CQM = "medicare-cqm"


# Collections in which one measure stands under several names.
REPORTED_BY_ACO = (Collection.WEB_INTERFACE, Collection.ECQM, Collection.CQM, Collection.MEDICARE_CQM)


@dataclass(frozen=True)
class Measure:
    """A quality measure in one performance year.

    `cuts` are rates at the 30th, ... 90th percentile, `deciles` those at which deciles start, from `first_decile` on; a
    measure with neither is paid for reporting, or not scored. `assumed` says between which rates a cut lies. An
    `outcome` measure counts on its own for the quality standard from 2022.
    """

    name: str
    collection: Collection
    status: Status
    cite: str
    domain: str = ""
    max_points: Number = 2.0
    reversed: YesNo = False
    outcome: YesNo = False
    reporting_through: Whole = 0
    cuts: tuple[Number, ...] = ()
    assumed: Mapping[str, tuple[Number | None, Number | None]] = field(default_factory=dict)
    deciles: tuple[Number, ...] = ()
    as_prior_year: tuple[Number, ...] = ()

    __pydantic_config__ = form(name="(name)", collection="from")

    @property
    def subject(self) -> str:
        """What a measure that may be collected in several ways measures: `QualityID_001` of `QualityID_001_eCQM`."""
        return self.name.rpartition("_")[0] if self.collection in REPORTED_BY_ACO else self.name

    @property
    def first_decile(self) -> int:
        """The decile that the first of `deciles` starts: 1 where all ten are known, else 2."""
        return DECILES + 1 - len(self.deciles)

    @property
    def sign(self) -> int:
        """-1 where less is better, else 1."""
        return -1 if self.reversed else 1

    def entry(self, years: range) -> Entry:
        """The measure as a value among those of a performance year; with a cut that is assumed no surer than that."""
        value = {
            "domain": self.domain,
            "from": self.collection.value,
            "points": self.domain and f"{self.max_points:g}",
            "reversed": self.reversed,
            "outcome": self.outcome,
            "reporting_through": self.reporting_through,
            "cuts": list(self.cuts),
            "deciles": list(self.deciles),
        }
        value = {name: held for name, held in value.items() if held}
        note = f"only cuts {', '.join(self.assumed)} are assumed; the others are {self.status}" if self.assumed else ""
        status = Status.ASSUMED if self.assumed else self.status
        return Entry((ANY,), years, value, status, self.cite, note)


@dataclass(frozen=True)
class MeasureSet:
    """The measures of a performance year, or of those that a file names; `domains` are maximum points.

    `cite` are the citations by status of measures that name none.
    """

    years: YearsText
    kind: Scoring
    measures: Mapping[str, Measure]
    domains: Mapping[str, Number] = field(default_factory=dict)
    cite: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    unit: str = ""

    __pydantic_config__ = form()

    def scored(self, *collections: Collection) -> list[Measure]:
        """The measures with deciles, of some collections."""
        return [each for each in self.measures.values() if each.deciles and each.collection in collections]

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """Every measure as a value, by name."""
        return {name: measure.entry(self.years) for name, measure in self.measures.items()}

    @property
    def summary(self) -> Entry:
        """The measures in one value, which is as sure as the least sure of them."""
        entries = self.entries.values()
        counts = Counter(entry.status for entry in entries)
        statuses = [status for status in Status if counts[status]]
        value = {
            "measures": len(entries),
            "with_benchmark": sum(bool(each.cuts or each.deciles) for each in self.measures.values()),
            **{status.value: counts[status] for status in statuses},
        }
        cite = "; ".join(dict.fromkeys(entry.cite for entry in entries))
        return Entry((ANY,), self.years, value, statuses[-1], cite)


def add_measures(sets: dict[int, MeasureSet], path: Path, content: dict[str, Any]) -> None:
    """Add the measures in a file to sets by year; the later one of a name wins. Raises RulesError."""
    measures, cites = content["measures"], content.get("cite")
    if isinstance(measures, dict):
        content = {**content, "measures": {name: _named(name, spec, cites) for name, spec in measures.items()}}
    given = validated(path, MeasureSet, content)
    if given.years.stop == OPEN:
        raise RulesError(told(path, ("years",), "measures and their benchmarks are of the years named, such as 2024"))
    for year in given.years:
        found, before = replace(given, years=range(year, year + 1)), sets.get(year)
        if before is not None and before.kind is given.kind:
            measures, domains = {**before.measures, **given.measures}, {**before.domains, **given.domains}
            found = replace(found, measures=measures, domains=domains)
        for place, wrong in _faults(found):
            raise RulesError(told(path, place, wrong))
        sets[year] = found


def _named(name: str, spec: Any, cites: Any) -> Any:
    """What a file says of a measure, with its name and the citation of its status."""
    if not isinstance(spec, dict):
        return spec
    cite = cites.get(str(spec.get("status"))) if isinstance(cites, dict) else None
    return {**({"cite": cite} if cite else {}), **spec, "(name)": name}


def _faults(found: MeasureSet) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where measures are not complete, or do not add up to their domains, and why, in words."""
    for name, each in found.measures.items():
        steps = (each.cuts, each.deciles, each.as_prior_year)
        checks = {
            f"expected 7 cuts from p30 to p90, found {len(each.cuts)}": len(each.cuts) in (0, len(PERCENTILES)),
            f"expected 9 or 10 starts of deciles, found {len(each.deciles)}": len(each.deciles) in (0, 9, DECILES),
            f"benchmarks must {'fall' if each.reversed else 'rise'}": all(
                list(rates) == sorted(rates, reverse=each.reversed) for rates in steps
            ),
            f"assumed names some of {', '.join(PERCENTILES)}": set(each.assumed) <= set(PERCENTILES),
            f"expected a domain of {', '.join(DOMAINS)}": found.kind is Scoring.DECILES or each.domain in DOMAINS,
        }
        yield from ((("measures", name), wrong) for wrong, holds in checks.items() if not holds)
    for domain, points in found.domains.items():
        together = sum(each.max_points for each in found.measures.values() if each.domain == domain)
        if together != points:
            yield ("domains", domain), f"the measures of {domain} have {together:g} points together, not {points:g}"
