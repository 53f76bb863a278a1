"""One ACO's measures: cut reached, points, next cut point, and what it is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.measures import MeasureLine, measure_lines
from aco_cli.rules.book import RuleBook
from aco_cli.rules.quality import PERCENTILES

RULES = RuleBook()
MakeRates = Callable[..., pd.DataFrame]


def lines(rates: pd.DataFrame, year: int) -> dict[str, MeasureLine]:
    """The measures of a row that is paid a million dollars for a full score."""
    return {
        line.measure: line
        for line in measure_lines(rates, year, RULES, lambda rows: 1e6 * rows["quality_score"].to_numpy())
    }


def test_a_rate_between_cuts_has_the_cut_below_and_the_next_above(make_rates: MakeRates) -> None:
    found = lines(make_rates(2018, **{"ACO-13": 60.0}), 2018)["ACO-13"]
    assert (found.reached, found.cut, found.points, found.max_points) == ("p50", 58.45, 1.40, 2.0)
    assert (found.next_cut, found.next_points) == (66.0, pytest.approx(1.55))
    assert found.next_score == pytest.approx(1 - 0.45 / 22 / 4)
    assert found.next_dollars == pytest.approx(0.15 / 22 / 4 * 1e6)


def test_the_best_rate_has_no_next_cut(make_rates: MakeRates) -> None:
    found = lines(make_rates(2018), 2018)["ACO-13"]
    assert found.reached == "p90"
    assert np.isnan([found.next_cut, found.next_points, found.next_score, found.next_dollars]).all()


def test_below_the_first_cut(make_rates: MakeRates) -> None:
    found = lines(make_rates(2018, **{"ACO-8": 20.0}), 2018)["ACO-8"]
    assert (found.reached, found.points, found.next_cut) == ("below p30", 0.0, 15.18)
    assert np.isnan(found.cut)


def test_why_no_cut_counts(make_rates: MakeRates) -> None:
    survey = dict.fromkeys(f"ACO-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 34))
    found = lines(make_rates(2018, **survey, **{"ACO-28": None}), 2018)
    assert {found[name].reached for name in survey} == {"not reported"}
    assert found["ACO-28"].reached == "no denominator"
    assert found["ACO-12"].reached == "pays for reporting"


def test_a_domain_at_its_maximum_gains_nothing_at_the_next_cut(make_rates: MakeRates) -> None:
    found = lines(make_rates(2018, **{"ACO-28": 80.0, "improvement_at_risk": 4.0}), 2018)["ACO-28"]
    assert found.next_score == 1.0
    assert found.next_dollars == pytest.approx(0.0)


def test_deciles(make_rates: MakeRates) -> None:
    found = lines(make_rates(2023, **{"QualityID_110_WI": 45.0}), 2023)
    line = found["QualityID_110_WI"]
    assert (line.reached, line.cut, line.points, line.next_cut, line.next_points) == ("decile 5", 40.0, 5.5, 50.0, 6.0)
    assert line.next_dollars == pytest.approx(0.5 / 110 * 1e6)
    assert found["QualityID_370_WI"].reached == "no benchmark: not scored"
    assert "QualityID_001_eCQM" not in found


def test_a_component_that_earns_all_from_the_ninth_decile_is_shown_there(make_rates: MakeRates) -> None:
    found = lines(make_rates(2021, **{"CAHPS_1": 88.2, "CAHPS_2": 94.7}), 2021)
    first, second = found["CAHPS_1"], found["CAHPS_2"]
    assert (first.reached, first.cut, first.points, np.isnan(first.next_cut)) == ("decile 9", 88.1, 10.0, True)
    assert (second.reached, second.next_cut, second.next_points) == ("decile 8", 94.97, 10.0)


def test_an_assumed_cut_at_hand_is_named(make_rates: MakeRates) -> None:
    """ACO-10 in 2014: p80 (0.59) and p90 (0.38) are assumed, p70 (0.76) is not; reversed."""
    for rate, assumed in ((0.9, ()), (0.7, ("p80",)), (0.5, ("p80", "p90")), (0.3, ("p90",))):
        assert lines(make_rates(2014, **{"ACO-10": rate}), 2014)["ACO-10"].assumed == assumed


def test_the_next_decile_counts_improvement_over_the_prior_year(make_rates: MakeRates) -> None:
    before = {f"QualityID_{each}_WI": 30.0 for each in ("112", "113")}
    rates = pd.concat([make_rates(2022, **before), make_rates(2023, **{"QualityID_110_WI": 45.0})], ignore_index=True)
    line = lines(rates, 2023)["QualityID_110_WI"]
    assert line.next_dollars == pytest.approx((0.5 / 110 + 0.1 * (0.5 / 110) / (98 / 110)) * 1e6)


def test_a_year_without_measures_has_no_lines() -> None:
    frame = pd.DataFrame({"aco_id": ["A"], "performance_year": [2019]})
    assert measure_lines(frame, 2019, RULES) == []


def expect(line: MeasureLine, **figures: Any) -> None:
    """Some fields of a line, of which an unknown number equals another."""
    for name, value in figures.items():
        found = getattr(line, name)
        assert found == pytest.approx(value, nan_ok=True) if isinstance(value, float) else found == value, name


EARNS = (0.0, 1.10, 1.25, 1.40, 1.55, 1.70, 1.85, 2.0)


@pytest.mark.parametrize(("name", "worst"), [("ACO-13", 0.0), ("ACO-8", 99.0)])
def test_every_level_has_its_cut_its_points_and_the_next_cut(make_rates: MakeRates, name: str, worst: float) -> None:
    """At each cut of 2018, which counts as reached, and short of the first; the last has none above."""
    measures = RULES.measures(2018)
    assert measures is not None
    cuts = measures.measures[name].cuts
    for level, rate in enumerate((worst, *cuts)):
        line = lines(make_rates(2018, **{name: rate}), 2018)[name]
        expect(line, rate=rate, reached=("below p30", *PERCENTILES)[level], cut=(np.nan, *cuts)[level])
        expect(line, points=EARNS[level], max_points=2.0, assumed=(), domain="care_coordination")
        expect(line, next_cut=(*cuts, np.nan)[level], next_points=(*EARNS, np.nan)[level + 1])


@pytest.mark.parametrize(
    ("rate", "reached", "assumed"),
    [
        (1.0, "below p30", ("p30",)),
        (5.31, "p30", ("p30",)),
        (10.26, "p40", ()),
        (23.08, "p60", ("p70",)),
        (31.43, "p70", ("p70",)),
        (39.97, "p80", ()),
    ],
)
def test_of_assumed_cuts_the_one_reached_and_the_next_are_named(
    make_rates: MakeRates, rate: float, reached: str, assumed: tuple[str, ...]
) -> None:
    """ACO-18 in 2014: p30 (5.31) and p70 (31.43) are assumed."""
    expect(lines(make_rates(2014, **{"ACO-18": rate}), 2014)["ACO-18"], reached=reached, assumed=assumed)


@pytest.mark.parametrize(
    ("rate", "reached", "cut", "points", "following"),
    [
        (0.5, "below decile 1", np.nan, 1.0, 10.0),
        (1.0, "decile 1", 1.0, 1.0, 10.0),
        (9.0, "decile 1", 1.0, 1 + 8 / 9, 10.0),
        (10.0, "decile 2", 10.0, 2.0, 20.0),
        (40.0, "decile 5", 40.0, 5.0, 50.0),
        (89.0, "decile 9", 80.0, 9.9, 90.0),
        (90.0, "decile 10", 90.0, 10.0, np.nan),
        (99.0, "decile 10", 90.0, 10.0, np.nan),
    ],
)
def test_every_decile_has_its_start_and_the_next(
    make_rates: MakeRates, rate: float, reached: str, cut: float, points: float, following: float
) -> None:
    found = lines(make_rates(2024, **{"QualityID_110_WI": rate}), 2024)
    expect(found["QualityID_110_WI"], rate=rate, reached=reached, cut=cut, points=points, max_points=10.0)
    expect(found["QualityID_110_WI"], next_cut=following, domain="web-interface")


def test_the_first_of_nine_deciles_is_the_second(make_rates: MakeRates) -> None:
    """CAHPS_2 of 2021, of which every rate earns 3 points at least: those of decile 3 are no more."""
    found = lines(make_rates(2021, **{"CAHPS_2": 0.0}), 2021)["CAHPS_2"]
    expect(found, reached="decile 2", cut=0.0, points=3.0, next_cut=92.69, next_points=4.0)


def test_measures_without_a_rate_or_points_say_so_or_are_left_out(make_rates: MakeRates) -> None:
    found = lines(make_rates(2024, **{"Measure_484": None}), 2024)
    assert "Measure_484" not in found
    assert list(found)[:2] == ["QualityID_001_WI", "QualityID_110_WI"]
    expect(found["QualityID_370_WI"], rate=50.0, points=np.nan, max_points=np.nan, cut=np.nan, next_cut=np.nan)
    expect(found["CAHPS_1"], domain="survey", points=10.0)


def test_scores_and_standards_of_each_next_cut_are_settled_together(make_rates: MakeRates) -> None:
    """The ACO as it is, then a row for each measure with a next cut, in order; a second row of the year is left out."""
    rates = make_rates(2024, **{"QualityID_110_WI": 45.0, "QualityID_112_WI": 80.0})
    asked: list[pd.DataFrame] = []

    def settlements(rows: pd.DataFrame) -> np.ndarray:
        asked.append(rows)
        return np.array([100.0, 130.0, 90.0])

    others = make_rates(2023).assign(aco_id="B")
    twice = make_rates(2024, **{"QualityID_110_WI": 0.0})
    found = {
        line.measure: line
        for line in measure_lines(pd.concat([others, rates, twice], ignore_index=True), 2024, RULES, settlements)
    }
    own, first, second = (110 - 4.5 - 1) / 110, (110 - 4 - 1) / 110, (110 - 4.5) / 110
    (rows,) = asked
    assert list(rows) == ["quality_score", "quality_standard_met", "quality_alternative_met"]
    assert rows["quality_score"].tolist() == pytest.approx([own, first, second])
    assert rows["quality_standard_met"].tolist() == [1.0, 1.0, 1.0]
    assert rows["quality_alternative_met"].isna().all()
    expect(found["QualityID_110_WI"], next_points=6.0, next_score=first, next_dollars=30.0)
    expect(found["QualityID_112_WI"], next_points=10.0, next_score=second, next_dollars=-10.0)


def test_without_settlements_there_are_scores_and_no_dollars(make_rates: MakeRates) -> None:
    rates = make_rates(2018, **{"ACO-13": 60.0})
    found: Mapping[str, MeasureLine] = {line.measure: line for line in measure_lines(rates, 2018, RULES)}
    expect(found["ACO-13"], next_points=1.55, next_score=1 - 0.45 / 22 / 4, next_dollars=np.nan)


def test_rates_of_other_years_alone_have_no_lines(make_rates: MakeRates) -> None:
    assert measure_lines(make_rates(2022), 2023, RULES) == []
