"""What measures say of the quality standard beside the score, next to a plain count on random rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.attainment import attained, reports
from aco_cli.engine.quality.decile_points import Points
from aco_cli.rules.book import RuleBook
from aco_cli.rules.quality import Collection, Measure, MeasureSet

PointsOf = Callable[[int, pd.DataFrame], Points]
Row = Mapping[str, float]

WEB, INCENTIVE = ("web-interface",), ("ecqm", "cqm")
OTHER = (*INCENTIVE, "medicare-cqm")
# 42 CFR 425.512(a): percentiles of an outcome measure, of another measure, and of the alternative.
PERCENTILES: dict[int, tuple[int | None, int | None, int | None]] = {
    2021: (None, None, None),
    2022: (10, 30, None),
    2023: (10, 30, 10),
    **dict.fromkeys((2024, 2025, 2026), (10, 40, 10)),
}


def subject(measure: Measure) -> str:
    return measure.name.rpartition("_")[0] if measure.collection in (*WEB, *OTHER) else measure.name


def reaches(rate: float | None, measure: Measure, percentile: int) -> bool:
    """At the start of the decile after a percentile or better."""
    sign = -1 if measure.reversed else 1
    return (
        rate is not None and sign * rate >= sign * measure.deciles[percentile // 10 + 1 - (11 - len(measure.deciles))]
    )


def reaching(row: Row, measures: MeasureSet, collections: tuple[str, ...], percentile: int | None) -> set[str]:
    """The measures that some rate brings to a percentile, by the collections and by claims."""
    return {
        subject(each)
        for each in measures.measures.values()
        if each.deciles and each.collection in (*collections, "administrative") and percentile is not None
        if reaches(row.get(each.name), each, percentile)
    }


def plainly(row: Row, points: Points, at: int, year: int) -> dict[str, float]:
    every = points.set.measures.values()
    required = {subject(each) for each in every if each.deciles and each.collection in (*WEB, *OTHER)}
    outcomes = {subject(each) for each in every if each.outcome}
    outcome, another, alternative = PERCENTILES[year]
    by_outcome = reaching(row, points.set, INCENTIVE, outcome) & outcomes
    by_another = reaching(row, points.set, INCENTIVE, another)
    survey = points.survey()[at]
    if another is not None and survey >= another / 10 + 1:
        by_another |= {"CAHPS"}

    def complete(collections: tuple[str, ...]) -> bool:
        of = {subject(each) for each in every if each.collection in collections} & required
        held = {subject(each) for each in every if each.collection in collections and each.name in row}
        return bool(of) and of <= held

    in_full = not np.isnan(survey) and (complete(WEB) or complete(OTHER))
    return {
        "ecqms": sum(1 for each in every if each.deciles and each.collection == "ecqm" and each.name in row),
        "lacks_benchmark": any(not each.deciles and subject(each) in required and each.name in row for each in every),
        "reports_in_full": row.get("quality_reported", in_full),
        "reports_all_cqms": complete(INCENTIVE),
        "outcomes_reached": len(reaching(row, points.set, (*WEB, *OTHER), alternative) & outcomes),
        "cqm_outcomes_reached": len(by_outcome),
        "cqm_others_reached": len(by_another),
        "cqms_reached": len(by_another | (by_outcome if another is not None else set())),
    }


def drawn(random: Random, measures: MeasureSet) -> dict[str, float]:
    """Rates at, short of or beyond the starts of the lower deciles, most collections in full or not at all."""
    share = {each: random.choice((0.0, 0.7, 1.0)) for each in Collection}
    row = {"quality_reported": random.choice((0.0, 1.0))} if random.random() < 0.3 else {}
    for each in measures.measures.values():
        if random.random() < share[each.collection]:
            start = random.choice((each.deciles or (50.0,))[:6])
            row[each.name] = random.choice((start, float(np.nextafter(start, 0)), float(np.nextafter(start, 200))))
    return row


@pytest.mark.parametrize("year", PERCENTILES)
def test_measures_reached_and_reported_are_those_of_the_plain_count(
    points_of: PointsOf, rules: RuleBook, year: int
) -> None:
    measures = rules.measures(year)
    assert measures is not None
    random = Random(year)
    rows = [drawn(random, measures) for _ in range(150)]
    points = points_of(year, pd.DataFrame(rows, columns=["quality_reported", *measures.measures]))
    expected = pd.DataFrame([plainly(row, points, at, year) for at, row in enumerate(rows)]).astype("float64")
    found = pd.DataFrame(dict(attained(points, rules))).astype("float64")
    pd.testing.assert_frame_equal(found, expected)


def rates(**given: Any) -> pd.DataFrame:
    return pd.DataFrame(given).astype("float64")


def test_the_survey_reaches_by_its_whole_points_alone(points_of: PointsOf, rules: RuleBook) -> None:
    """The mean of two components of 2024: from 5 points, its 40th percentile, on; 4.99 is not enough."""
    measures = rules.measures(2024)
    assert measures is not None
    fourth, fifth, sixth = measures.measures["CAHPS_1"].deciles[3:6]
    second = measures.measures["CAHPS_2"].deciles[4]
    short = float(np.nextafter(fifth, 0))
    frame = rates(CAHPS_1=[short, fifth, sixth, fourth], CAHPS_2=[second] * 4)
    assert attained(points_of(2024, frame), rules)["cqm_others_reached"].tolist() == [0, 1, 1, 0]  # type: ignore[union-attr]


def test_a_report_in_no_way_that_the_year_scores_is_complete_in_none(points_of: PointsOf) -> None:
    """Without a Web Interface in 2025 nobody reports by it."""
    points = points_of(2025, rates(CAHPS_1=[90.0, 90.0]))
    assert reports(points, [Collection.WEB_INTERFACE]).tolist() == [False, False]
    assert reports(points, []).tolist() == [False, False]
