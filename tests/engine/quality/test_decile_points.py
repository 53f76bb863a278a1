"""Points within deciles, of the survey, and added up by route; beside a plain calculation on random rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.decile_points import Points, by_subject, decile_points, deciles_reached, routes
from aco_cli.rules.book import RuleBook
from aco_cli.rules.parameters import Status
from aco_cli.rules.quality import Collection, Measure, MeasureSet

PointsOf = Callable[[int, pd.DataFrame], Points]
NINE = (10.0, 20.0, 20.0, 30.0, 30.5, 60.0, 70.0, 80.0, 90.0)
SURVEY_2021 = tuple(f"CAHPS_{each}" for each in (1, 2, 3, 5, 6, 8, 9, 11))


def measure(**given: Any) -> Measure:
    return Measure("QualityID_001_WI", Collection.WEB_INTERFACE, Status.PUBLISHED, "", **given)


@pytest.mark.parametrize(
    ("rate", "decile", "points"),
    [
        (0.0, 0, 1.0),
        (9.99, 0, 1.0),
        (10.0, 2, 2.0),
        (15.0, 2, 2.5),
        (20.0, 4, 4.0),
        (27.5, 4, 4.75),
        (30.0, 5, 5.0),
        (30.25, 5, 5.5),
        (30.5, 6, 6.0),
        (89.0, 9, 9.9),
        (90.0, 10, 10.0),
        (100.0, 10, 10.0),
    ],
)
def test_points_rise_from_start_to_start_and_deciles_are_numbered_from_the_first(
    rate: float, decile: int, points: float
) -> None:
    """With all ten starts known the first is that of decile 1; where less is better all is mirrored."""
    for of, rates in (
        (measure(deciles=NINE), [rate]),
        (measure(deciles=tuple(-each for each in NINE), reversed=True), [-rate]),
    ):
        assert decile_points(np.array(rates), of, 1.0).tolist() == pytest.approx([points])
        assert decile_points(np.array(rates), of, 3.0).tolist() == pytest.approx([max(points, 3.0)])
        assert deciles_reached(np.array(rates), of).tolist() == [decile]


def test_of_ten_starts_the_first_is_that_of_decile_1() -> None:
    of, rates = measure(deciles=(5.0, *NINE)), np.array([4.9, 5.0, 7.5, 10.0, 90.0, np.nan])
    np.testing.assert_array_equal(deciles_reached(rates, of), [0.0, 1.0, 1.0, 2.0, 10.0, np.nan])
    np.testing.assert_allclose(decile_points(rates, of, 0.0), [0.0, 1.0, 1.5, 2.0, 10.0, np.nan])


def test_only_as_a_prior_year_a_measure_counts_by_the_deciles_for_that() -> None:
    both, rates = measure(deciles=NINE, as_prior_year=tuple(each + 10 for each in NINE)), np.array([25.0, 45.0])
    assert decile_points(rates, both, 1.0).tolist() == decile_points(rates, measure(deciles=NINE), 1.0).tolist()
    assert decile_points(rates, both, 1.0, prior=True).tolist() == decile_points(rates - 10, both, 1.0).tolist()
    one = measure(deciles=NINE)
    assert decile_points(rates, one, 1.0, prior=True).tolist() == decile_points(rates, one, 1.0).tolist()


@pytest.mark.parametrize(
    ("rates", "points"),
    [({}, np.nan), ({"CAHPS_2": 94.57}, 8.0), ({"CAHPS_2": 94.57, "CAHPS_3": 0.0, "CAHPS_5": None}, 5.5)],
)
def test_the_survey_is_the_mean_of_the_components_that_have_a_rate(
    points_of: PointsOf, rates: dict[str, float | None], points: float
) -> None:
    """CAHPS_2 of 2021 at 94.57 is at the start of decile 8; the least is 3 points."""
    frame = pd.DataFrame({"aco_id": ["A"], **{name: [rate] for name, rate in rates.items()}}).astype(
        dict.fromkeys(rates, "float64")
    )
    np.testing.assert_allclose(points_of(2021, frame).survey(), [points])


def test_from_the_ninth_decile_a_survey_component_of_2021_is_lifted_to_all_points(
    points_of: PointsOf, rules: RuleBook
) -> None:
    """Each component short of, at, between and beyond the starts of deciles 9 and 10; other measures never are."""
    measures = rules.measures(2021)
    assert measures is not None
    for name in SURVEY_2021:
        starts = measures.measures[name].deciles
        rates = [starts[-2] - 0.01, starts[-2], (starts[-2] + starts[-1]) / 2, starts[-1], 100.0, np.nan]
        points = points_of(2021, pd.DataFrame({name: rates, "QualityID_110_WI": 85.0}))
        assert points.lifted().tolist() == [False, True, True, False, False, False]
        np.testing.assert_array_equal(points.of(measures.measures[name]) == 10, [False, *[True] * 4, False])
        assert (points.of(measures.measures["QualityID_110_WI"]) == 9.5).all()


def test_no_other_year_lifts_points(points_of: PointsOf) -> None:
    points = points_of(2022, pd.DataFrame({name: np.linspace(80.0, 100.0, 50) for name in SURVEY_2021}))
    assert not points.lifted().any()


def test_ways_of_one_measure_are_together_in_the_order_of_the_first() -> None:
    ways = [
        Measure(name, collection, Status.PUBLISHED, "")
        for name, collection in (
            ("QualityID_236_eCQM", Collection.ECQM),
            ("QualityID_001_eCQM", Collection.ECQM),
            ("CAHPS_1", Collection.SURVEY),
            ("QualityID_236_MIPSCQM", Collection.CQM),
        )
    ]
    assert list(by_subject(ways)) == [
        ("QualityID_236", [ways[0], ways[3]]),
        ("QualityID_001", [ways[1]]),
        ("CAHPS_1", [ways[2]]),
    ]


LEAST = {2021: 3.0, 2022: 3.0, 2023: 1.0, 2024: 1.0, 2025: 1.0, 2026: 1.0}
Row = Mapping[str, float]


def plain_points(row: Row, each: Measure, year: int) -> float | None:
    """Points of a rate, from the number of the highest decile whose start it is not worse than."""
    sign, number = (-1 if each.reversed else 1), 11 - len(each.deciles)
    rate = row.get(each.name)
    if rate is None:
        return None
    points = 0.0
    for at, start in enumerate(each.deciles):
        if sign * rate >= sign * start:
            following = each.deciles[at + 1] if at + 1 < len(each.deciles) else None
            within = 0.0 if following in (None, start) else (rate - start) / (following - start)  # type: ignore[operator]
            points = number + at + min(within, 1.0)
    points = max(points, LEAST[year])
    return 10.0 if year == 2021 and each.collection == "survey" and points >= 9 else points


def plain_route(row: Row, measures: MeasureSet, year: int, names: tuple[str, ...], header: list[str]) -> Any:
    """Points and number of measures of a route, and what it has if blanks counted; None where it has no rate."""
    scored = [each for each in measures.measures.values() if each.deciles]
    survey = [plain_points(row, each, year) for each in scored if each.collection == "survey"]
    answered = [each for each in survey if each is not None]
    found: list[float | None] = [sum(answered) / len(answered) if answered else None]
    found += [plain_points(row, each, year) for each in scored if each.collection == "administrative"]
    own: dict[str, list[float]] = {}
    for each in scored:
        if each.collection in names and each.name in header:
            points = plain_points(row, each, year)
            own.setdefault(each.name.rpartition("_")[0], []).extend([] if points is None else [points])
    best = [max(ways) if ways else None for ways in own.values()]
    if not any(each is not None for each in best):
        return None
    counted = [each for each in (*found, *best) if each is not None]
    return sum(counted), len(counted), len(found) + len(best)


def drawn(random: Random, measures: MeasureSet) -> Row:
    """Rates on, near and beyond starts of deciles, of some collections, with blanks among them."""
    held = {each: random.random() < 0.6 for each in Collection} | {Collection.SURVEY: random.random() < 0.8}
    row = {}
    for each in measures.measures.values():
        if held[each.collection] and random.random() < 0.75:
            starts = each.deciles or (50.0,)
            low, high = min(starts), max(starts)
            near = (random.choice(starts), random.uniform(low, high), 0.9 * low, 1.1 * high)
            row[each.name] = random.choice(near)
    return row


@pytest.mark.parametrize("year", LEAST)
def test_routes_have_the_points_of_the_plain_calculation(points_of: PointsOf, rules: RuleBook, year: int) -> None:
    """Of each measure its best way, the survey as one and the claims measures; a route without any rate is unknown."""
    measures = rules.measures(year)
    assert measures is not None
    random = Random(year)
    rows = [drawn(random, measures) for _ in range(150)]
    header = [name for name in measures.measures if any(name in row for row in rows)]
    points = points_of(year, pd.DataFrame(rows, columns=header))
    by_both = list(zip(routes(points), routes(points, blank_counts=True), strict=True))
    for names, (route, with_blanks) in zip((("web-interface",), ("ecqm", "cqm", "medicare-cqm")), by_both, strict=True):
        plainly = [plain_route(row, measures, year, names, header) or (np.nan,) * 3 for row in rows]
        expected, number, with_all = np.array(plainly).T
        np.testing.assert_allclose(route.points, expected, rtol=1e-12)
        np.testing.assert_array_equal(route.measures, number)
        np.testing.assert_allclose(with_blanks.points, expected, rtol=1e-12)
        np.testing.assert_array_equal(with_blanks.measures, with_all)


def test_a_route_without_rates_counts_as_if_each_of_its_measures_had_the_points_given(points_of: PointsOf) -> None:
    """2024: eight Web Interface measures, three by eCQM or CQM; a claims measure at the start of decile 6."""
    frame = pd.DataFrame({"Measure_479": [0.1495, np.nan], "QualityID_110_WI": [np.nan, 90.0]})
    points = points_of(2024, frame)
    seen = points.of(points.set.measures["Measure_479"])[0]
    web, other = routes(points, unseen=3.0)
    assert web.points.tolist() == [seen + 8 * 3.0, 10.0]
    assert web.measures.tolist() == [9.0, 1.0]
    assert other.points.tolist() == [seen + 3 * 3.0, 9.0]
    assert other.measures.tolist() == [4.0, 3.0]
    blank = routes(points)
    assert np.isnan([blank[0].points[0], blank[0].measures[0], *blank[1].points, *blank[1].measures]).all()
