"""Rules of quality scoring: dated parameters, and a set of measures with their benchmarks for each performance year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from aco_cli.errors import RulesError
from aco_cli.rules.parameters import (
    PACKAGED,
    Entry,
    Parameter,
    Program,
    Status,
    Track,
    load_parameter,
    load_yaml,
    parameter_files,
    parse_years,
)

FOLDER = Path("mssp", "quality")
PERCENTILES = ("p30", "p40", "p50", "p60", "p70", "p80", "p90")
DECILES = 10
DOMAINS = ("patient_experience", "care_coordination", "preventive_health", "at_risk")

# Scoring does not go by track: its parameters hold for the one there is.
ANY = "any"
PROGRAM = Program("mssp-quality", "Quality scoring", 9999, {ANY: Track(ANY, ANY, range(2012, 10000))})
_MEASURE_KEYS = {
    *("domain", "from", "max_points", "reversed", "reporting_through", "cuts", "assumed", "deciles", "as_prior_year"),
    *("status", "cite"),
}


class Kind(StrEnum):
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


@dataclass(frozen=True)
class Measure:
    """A quality measure in one performance year.

    `cuts` are rates at the 30th, ... 90th percentile, `deciles` those at which deciles start, from `first_decile` on; a
    measure with neither is paid for reporting, or not scored. `assumed` says between which rates a cut lies.
    """

    name: str
    collection: Collection
    status: Status
    cite: str
    domain: str = ""
    max_points: float = 0.0
    reversed: bool = False
    reporting_through: int = 0
    cuts: tuple[float, ...] = ()
    assumed: Mapping[str, tuple[float | None, float | None]] | None = None
    deciles: tuple[float, ...] = ()
    as_prior_year: tuple[float, ...] = ()

    @property
    def first_decile(self) -> int:
        """The decile that the first of `deciles` starts: 1 where all ten are known, else 2."""
        return DECILES + 1 - len(self.deciles)


@dataclass(frozen=True)
class MeasureSet:
    """The measures of a performance year; `domains` are maximum points."""

    year: int
    kind: Kind
    measures: Mapping[str, Measure]
    domains: Mapping[str, float]


class QualityRules:
    """The packaged rules of quality scoring and, over them, those in `mssp/quality/` of folders given by the user.

    What a folder gives wins: a parameter for its years, a measure for its year.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._parameters: dict[str, Parameter] = {}
        self._sets: dict[int, MeasureSet] = {}
        for root in (PACKAGED, *folders):
            for path in parameter_files(root / FOLDER):
                if "measures" in load_yaml(path):
                    self._add_measures(path)
                else:
                    self._add_parameter(path)

    def value(self, name: str, year: int) -> Any:
        """The value of a parameter in a performance year, or None where there is none."""
        entry = self.entry(name, year)
        return None if entry is None else entry.value

    def entry(self, name: str, year: int) -> Entry | None:
        """The value of a parameter with its citation and status, or None."""
        found = self._parameters.get(name)
        return found.entry(ANY, year) if found else None

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The dated parameters by name."""
        return self._parameters

    def measures(self, year: int) -> MeasureSet | None:
        """The measures of a performance year, or None where the project has none."""
        return self._sets.get(year)

    @property
    def years(self) -> list[int]:
        """The performance years with measures."""
        return sorted(self._sets)

    def _add_parameter(self, path: Path) -> None:
        parameter = load_parameter(path, PROGRAM)
        before = self._parameters.get(parameter.name)
        if before is not None:
            parameter = replace(parameter, entries=before.entries + parameter.entries)
        self._parameters[parameter.name] = parameter

    def _add_measures(self, path: Path) -> None:
        content = load_yaml(path)
        try:
            years, kind = parse_years(content["years"], str(path)), Kind(content["kind"])
            cites = content.get("cite", {})
            measures = {name: _measure(name, spec, cites) for name, spec in content["measures"].items()}
            domains = {name: float(points) for name, points in content.get("domains", {}).items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RulesError(f"{path}: not in the form of a measure file: {type(error).__name__}: {error}") from error
        for year in years:
            found = MeasureSet(year, kind, measures, domains)
            before = self._sets.get(year)
            if before is not None and before.kind is kind:
                found = MeasureSet(year, kind, {**before.measures, **measures}, {**before.domains, **domains})
            self._sets[year] = _checked(found, path)


def _measure(name: str, spec: Mapping[str, Any], cites: Mapping[str, str]) -> Measure:
    if unknown := spec.keys() - _MEASURE_KEYS:
        raise ValueError(f"{name}: unknown key {', '.join(sorted(unknown))}")
    status = Status(spec["status"])
    return Measure(
        name=name,
        collection=Collection(spec["from"]),
        status=status,
        cite=str(spec["cite"] if "cite" in spec else cites[status]),
        domain=spec.get("domain", ""),
        max_points=float(spec.get("max_points", 2)),
        reversed=bool(spec.get("reversed", False)),
        reporting_through=int(spec.get("reporting_through", 0)),
        cuts=_numbers(spec.get("cuts", ())),
        assumed={cut: (low, high) for cut, (low, high) in spec.get("assumed", {}).items()},
        deciles=_numbers(spec.get("deciles", ())),
        as_prior_year=_numbers(spec.get("as_prior_year", ())),
    )


def _numbers(values: Sequence[Any]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _checked(measures: MeasureSet, path: Path) -> MeasureSet:
    """A set whose measures are complete and whose domains add up; RulesError for any other."""
    for measure in measures.measures.values():
        if wrong := _fault(measure, measures.kind):
            raise RulesError(f"{path}: {measure.name}: {wrong}")
    for domain, points in measures.domains.items():
        found = sum(each.max_points for each in measures.measures.values() if each.domain == domain)
        if found != points:
            raise RulesError(f"{path}: the measures of {domain} have {found:g} points together, not {points:g}")
    return measures


def _fault(measure: Measure, kind: Kind) -> str:
    """What is wrong with a measure, in words; nothing where all is well."""
    checks = {
        f"expected 7 cuts from p30 to p90, found {len(measure.cuts)}": len(measure.cuts) in (0, len(PERCENTILES)),
        f"expected 9 or 10 starts of deciles, found {len(measure.deciles)}": len(measure.deciles) in (0, 9, DECILES),
        f"benchmarks must {'fall' if measure.reversed else 'rise'}": all(
            list(steps) == sorted(steps, reverse=measure.reversed)
            for steps in (measure.cuts, measure.deciles, measure.as_prior_year)
        ),
        f"assumed names some of {', '.join(PERCENTILES)}": set(measure.assumed or ()) <= set(PERCENTILES),
        f"expected a domain of {', '.join(DOMAINS)}": kind is Kind.DECILES or measure.domain in DOMAINS,
    }
    return next((wrong for wrong, holds in checks.items() if not holds), "")
