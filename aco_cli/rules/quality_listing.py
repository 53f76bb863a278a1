"""The rules of quality scoring as parameters with entries, as the other rules are: to list, count and compare them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from aco_cli.rules.parameters import Entry, Parameter, Status
from aco_cli.rules.quality import ANY, DECILES, PERCENTILES, PROGRAM, Measure, MeasureSet, QualityRules

Value = tuple[Parameter, Entry]

MEASURES = "measures"


def quality_values(rules: QualityRules, *, each_measure: bool) -> Iterator[Value]:
    """Every value of every parameter, then the measures by year: each by its name, or all in one."""
    for parameter in rules.parameters.values():
        for entry in parameter.entries:
            yield parameter, entry
    for year in rules.years:
        if (found := rules.measures(year)) is not None:
            yield from map(_value, _each(found) if each_measure else [_together(found)])


def quality_entries(rules: QualityRules, year: int, *, each_measure: bool) -> Mapping[str, Entry]:
    """What holds in a performance year, by name of the parameter or measure; a later value wins."""
    return {
        parameter.name: entry
        for parameter, entry in quality_values(rules, each_measure=each_measure)
        if year in entry.years
    }


def _each(found: MeasureSet) -> Iterator[tuple[str, str, Entry]]:
    for measure in found.measures.values():
        value, status = _described(measure), _status(measure)
        years, note = range(found.year, found.year + 1), _note(measure)
        yield measure.name, "Quality measure", Entry((ANY,), years, value, status, measure.cite, note)


def _together(found: MeasureSet) -> tuple[str, str, Entry]:
    """The measures of a year in one value, which is as sure as the least sure of them."""
    measures = found.measures.values()
    counts = Counter(map(_status, measures))
    statuses = [status for status in Status if counts[status]]
    value = {
        "measures": len(measures),
        "with_benchmark": sum(bool(each.cuts or each.deciles) for each in measures),
        **{status.value: counts[status] for status in statuses},
    }
    cite = "; ".join(dict.fromkeys(measure.cite for measure in measures))
    return MEASURES, "Quality measures", Entry((ANY,), range(found.year, found.year + 1), value, statuses[-1], cite)


def _value(item: tuple[str, str, Entry]) -> Value:
    name, label, entry = item
    unit = f"rates that earn points: cuts at {PERCENTILES[0]} to {PERCENTILES[-1]}, or starts of deciles to {DECILES}"
    return Parameter(PROGRAM.name, name, label, unit, (entry,)), entry


def _described(measure: Measure) -> dict[str, Any]:
    value: dict[str, Any] = {"domain": measure.domain} if measure.domain else {}
    value |= {"from": measure.collection.value}
    value |= {"points": f"{measure.max_points:g}"} if measure.domain else {}
    value |= {"reversed": True} if measure.reversed else {}
    value |= {"reporting_through": measure.reporting_through} if measure.reporting_through else {}
    for name, rates in (("cuts", measure.cuts), ("deciles", measure.deciles)):
        value |= {name: list(rates)} if rates else {}
    return value


def _status(measure: Measure) -> Status:
    return Status.ASSUMED if measure.assumed else measure.status


def _note(measure: Measure) -> str:
    if not measure.assumed:
        return ""
    return f"only cuts {', '.join(measure.assumed)} are assumed; the others are {measure.status}"
