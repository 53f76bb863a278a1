"""What measures say of the quality standard beside the score: what was reported, and which percentiles are reached."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.notes import Rows
from aco_cli.engine.quality.columns import Numbers
from aco_cli.engine.quality.decile_points import ROUTES, Points, by_subject, deciles_reached
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import REPORTED_BY_ACO, Collection, Measure

# Of which the measures themselves, without the score, may meet the standard; and the survey as one of them.
_INCENTIVE = (Collection.ECQM, Collection.CQM)
SURVEY = "CAHPS"


def attained(points: Points, rules: RuleBook) -> dict[str, Column]:
    """Figures of the law by row: conditions (1/0) and numbers of measures.

    A measure collected in several ways counts once, where it does best. That reporting was complete is as told, or as
    there are rates. Source: 42 CFR 425.512(a).
    """
    standard = rules.value(scoring(points.table.year), "quality_standard") or {}
    rows, claims = points.table.rows, points.set.scored(Collection.ADMINISTRATIVE)
    every = _deciles(points, [*points.set.scored(*REPORTED_BY_ACO), *claims])
    cqms = _deciles(points, [*points.set.scored(*_INCENTIVE), *claims])
    outcomes = {each.subject for each in points.set.measures.values() if each.outcome}
    alternative = _reach({name: each for name, each in every.items() if name in outcomes}, standard.get("alternative"))
    outcome = _reach({name: each for name, each in cqms.items() if name in outcomes}, standard.get("outcome"))
    another = _reach({**cqms, SURVEY: np.floor(points.survey())}, standard.get("another"))
    either = {name: each | outcome.get(name, np.False_) for name, each in another.items()}
    in_full = ~np.isnan(points.survey()) & np.any([reports(points, route) for route in ROUTES], axis=0)
    return {
        "ecqms": _count(rows, [points.table.has_rate(each.name) for each in points.set.scored(Collection.ECQM)]),
        "lacks_benchmark": _lacks_benchmark(points),
        "reports_in_full": points.table.told("quality_reported", in_full),
        "reports_all_cqms": reports(points, _INCENTIVE),
        "outcomes_reached": _count(rows, alternative.values()),
        "cqm_outcomes_reached": _count(rows, outcome.values()),
        "cqm_others_reached": _count(rows, another.values()),
        "cqms_reached": _count(rows, either.values()),
    }


def reports(points: Points, collections: Iterable[Collection]) -> Rows:
    """Whether an ACO has a rate, from some of the collections, of each measure that the year scores in any of them."""
    scored = {each.subject for each in points.set.scored(*REPORTED_BY_ACO)}
    wanted = set(collections)
    ways = [each for each in points.set.measures.values() if each.collection in wanted and each.subject in scored]
    held = [np.any([points.table.has_rate(way.name) for way in same], axis=0) for _, same in by_subject(ways)]
    return np.all(held, axis=0) if held else np.zeros(points.table.rows, dtype=np.bool_)


def _lacks_benchmark(points: Points) -> Rows:
    """Whether a required measure was reported only in ways for which it has no benchmark."""
    lacks = np.zeros(points.table.rows, dtype=np.bool_)
    required = {each.subject for each in points.set.scored(*REPORTED_BY_ACO)}
    for measure in points.set.measures.values():
        if not measure.deciles and measure.subject in required:
            lacks |= points.table.has_rate(measure.name)
    return lacks


def _deciles(points: Points, measures: Sequence[Measure]) -> dict[str, Numbers]:
    """The decile that each measure reaches, in its best way."""
    return {
        name: np.fmax.reduce([deciles_reached(points.table.number(way.name), way) for way in ways])
        for name, ways in by_subject(measures)
    }


def _reach(deciles: Mapping[str, Numbers], percentile: float | None) -> dict[str, Rows]:
    """Which measures are at a percentile of their benchmark or above; none where the year does not ask for one."""
    if percentile is None:
        return {}
    with np.errstate(invalid="ignore"):
        return {name: each >= percentile / 10 + 1 for name, each in deciles.items()}


def _count(rows: int, conditions: Iterable[Rows]) -> Numbers:
    found: Numbers = np.sum([np.zeros(rows), *conditions], axis=0, dtype=np.float64)
    return found
