"""In which third of all ACOs an ACO's performance on each measure lies: what the health equity adjustment counts by."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from aco_cli.engine.lines.functions import Column
from aco_cli.engine.quality.attainment import SURVEY, reports
from aco_cli.engine.quality.columns import Numbers, Source, Table
from aco_cli.engine.quality.decile_points import Points, by_subject
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import Collection, Measure, MeasureSet

TOP, MIDDLE, BOTTOM = 1.0, 2.0, 3.0
COMPUTED = "thirds_computed"
# Of fewer ACOs there are no thirds.
_FEWEST = 3


def third_of(subject: str) -> str:
    """The column that says in which third a measure lies: `third_001`, `third_479`, `third_CAHPS`."""
    return f"third_{subject.rpartition('_')[2]}"


def subjects(measures: MeasureSet, *collections: Collection) -> list[tuple[str, list[Measure]]]:
    """What the adjustment counts: each measure of the collections, the survey as one, and the claims measures."""
    found = list(by_subject(measures.scored(*collections)))
    survey = measures.scored(Collection.SURVEY)
    claims = [(each.name, [each]) for each in measures.scored(Collection.ADMINISTRATIVE)]
    return [*found, *([(SURVEY, survey)] if survey else []), *claims]


def with_thirds(frame: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """A table of rates in which the thirds that it does not give are those among its own ACOs, by collection.

    An ACO that has a measure from several collections stands where it does best. `thirds_computed` says which rows
    have a third that was not given. Source: 42 CFR 425.512(b)(3)(i).
    """
    years = frame["performance_year"].to_numpy()
    found: dict[str, Numbers] = {}
    computed = np.zeros(len(frame))
    for year in np.unique(years).tolist():
        adjustment, measures = rules.value(scoring(year), "health_equity_adjustment"), rules.measures(year)
        if not adjustment or measures is None:
            continue
        rows = np.flatnonzero(years == year)
        points = Points(Table(Source(frame), year, rows), measures, rules)
        for name, third in _thirds(points, adjustment):
            own = found.setdefault(name, _given(frame, name))
            blank = np.isnan(own[rows]) & ~np.isnan(third)
            own[rows] = np.where(blank, third, own[rows])
            computed[rows] = np.maximum(computed[rows], blank)
    return frame.assign(**found, **{COMPUTED: computed}) if found else frame


def _given(frame: pd.DataFrame, name: str) -> Numbers:
    return frame[name].to_numpy(dtype=np.float64, copy=True) if name in frame else np.full(len(frame), np.nan)


def _collections(adjustment: Mapping[str, Any]) -> list[Collection]:
    return [Collection(each) for each in adjustment["collections"]]


def _thirds(points: Points, adjustment: Mapping[str, Any]) -> Iterator[tuple[str, Numbers]]:
    for subject, measures in subjects(points.set, *_collections(adjustment)):
        if measures[0].collection is Collection.SURVEY:
            yield third_of(subject), _third(points.survey())
        else:
            each = [_third(measure.sign * points.table.number(measure.name)) for measure in measures]
            yield third_of(subject), np.fmin.reduce(each)


def _third(performance: Numbers) -> Numbers:
    """The third among all that perform, more being better; NaN for who does not, and for all where they are few."""
    known = performance[~np.isnan(performance)]
    if len(known) < _FEWEST:
        return np.full(len(performance), np.nan)
    # The least performances that are not below a third and two thirds of the way from the worst to the best.
    low, high = np.sort(known)[[(len(known) + 1) // 3, 2 * len(known) // 3]]
    third = np.select([performance >= high, performance >= low], [TOP, MIDDLE], BOTTOM)
    return np.where(np.isnan(performance), np.nan, third)


def performance_scaler(points: Points, rules: RuleBook) -> dict[str, Column]:
    """Figures of the law by row: the points that the thirds are worth together, and whether every measure is reported.

    NaN where an ACO has a rate of a measure and its third is not known. Source: 42 CFR 425.512(b)(3)(ii).
    """
    adjustment, rows = rules.value(scoring(points.table.year), "health_equity_adjustment"), points.table.rows
    if not adjustment:
        return {"performance_scaler": np.full(rows, np.nan), "reports_all": np.zeros(rows, dtype=np.bool_)}
    collections = _collections(adjustment)
    worth, scaler = np.array([np.nan, *adjustment["thirds"]], dtype=np.float64), np.zeros(rows)
    for subject, measures in subjects(points.set, *collections):
        third = points.table.number(third_of(subject))
        has_rate = np.any([points.table.has_rate(each.name) for each in measures], axis=0)
        counts = worth.take(np.nan_to_num(third).astype(np.intp))
        scaler = scaler + np.where(np.isnan(third) & ~has_rate, 0.0, counts)
    return {"performance_scaler": scaler, "reports_all": reports(points, collections)}
