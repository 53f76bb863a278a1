"""One ACO's measures: cut reached, points, next cut point, and what it is worth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.measures import MeasureLine, measure_lines
from aco_cli.rules.book import RuleBook

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
