"""The quality standard and its alternative from measure rates: every way to meet them, on both sides of each bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.score import BASIS, score
from aco_cli.engine.quality.standard import follows_from_score, standard_score, standard_scores
from aco_cli.rules.book import RuleBook, Situation, scoring

RULES = RuleBook()
MakeRates = Callable[..., pd.DataFrame]
Standard = Callable[..., tuple[float, float, str]]

NO_WEB = {f"QualityID_{each}_WI": None for each in ("001", "110", "112", "113", "134", "226", "236", "318")}
WORST_SURVEY = dict.fromkeys((f"CAHPS_{each}" for each in (1, 2, 3, 4, 5, 6, 8, 9, 11)), 0.0)
# Below the 10th percentile in every measure, by the MIPS CQMs of every year from 2022.
WORST = WORST_SURVEY | {
    **{"QualityID_001_MIPSCQM": 100.0, "QualityID_112_MIPSCQM": 0.0, "QualityID_113_MIPSCQM": 0.0},
    **{"QualityID_134_MIPSCQM": 0.0, "QualityID_236_MIPSCQM": 0.0, "Measure_479": 1.0, "Measure_484": 500.0},
}


@pytest.fixture
def standard(make_rates: MakeRates) -> Standard:
    """The standard, its alternative and what they rest on, of a MIPS CQM report of the worst rates but for `given`."""

    def of(year: int, **given: Any) -> tuple[float, float, str]:
        measures = RULES.measures(year)
        assert measures is not None
        worst = {name: rate for name, rate in WORST.items() if name in measures.measures}
        ways = dict.fromkeys(name for name in measures.measures if name.endswith(("WI", "MedicareCQM")))
        found = score(make_rates(year, **(ways | worst | {"disaster_affected": 0.0} | given)), RULES).iloc[0]
        return found["quality_standard_met"], found["quality_alternative_met"], found[BASIS]

    return of


def start(year: int, measure: str, percentile: int) -> float:
    """The rate at a percentile of a measure's benchmark."""
    found = RULES.measures(year)
    assert found is not None
    each = found.measures[measure]
    return each.deciles[percentile // 10 + 1 - each.first_decile]


def short_of(rate: float, measure: str) -> float:
    is_reversed = measure in ("QualityID_001_MIPSCQM", "Measure_479", "Measure_484")
    return float(np.nextafter(rate, np.inf if is_reversed else -np.inf))


@pytest.mark.parametrize("outcome", ["QualityID_001_MIPSCQM", "QualityID_236_MIPSCQM", "Measure_479"])
@pytest.mark.parametrize(("year", "higher"), [(2023, 30), (2024, 40), (2025, 40)])
def test_an_outcome_measure_and_another_meet_the_standard(
    standard: Standard, year: int, higher: int, outcome: str
) -> None:
    """42 CFR 425.512(a)(4)(i)(B), (a)(5)(i)(B). All ACOs of 2023 were affected, which is set aside here."""
    other = "QualityID_134_MIPSCQM"
    at, above = start(year, outcome, 10), start(year, other, higher)
    assert standard(year, **{outcome: at, other: above})[::2] == (1.0, "measures")
    assert standard(year, **{outcome: at, other: short_of(above, other)}) == (0.0, 1.0, "outcome")
    assert standard(year, **{outcome: short_of(at, outcome), other: above}) == (0.0, 0.0, "none")


def test_2022_has_the_incentive_and_no_alternative(standard: Standard) -> None:
    """All rates of the three measures reach the 10th percentile of 2022, which is 0 percent (100 where reversed)."""
    above = start(2022, "QualityID_134_MIPSCQM", 30)
    assert standard(2022, QualityID_134_MIPSCQM=above)[::2] == (1.0, "measures")
    met, alternative, basis = standard(2022, QualityID_134_MIPSCQM=short_of(above, "QualityID_134_MIPSCQM"))
    assert (met, basis) == (0.0, "none")
    assert np.isnan(alternative)


def test_the_outcome_measure_does_not_count_twice(standard: Standard) -> None:
    """A single measure at both percentiles is not one outcome measure and another."""
    best = {"QualityID_236_MIPSCQM": 100.0}
    assert standard(2024, **best)[2] == "outcome"
    assert standard(2024, **best, QualityID_001_MIPSCQM=start(2024, "QualityID_001_MIPSCQM", 10))[2] == "measures"
    assert standard(2024, QualityID_134_MIPSCQM=100.0, CAHPS_1=100.0)[2] == "none"


def test_measures_meet_the_standard_only_in_a_full_report_of_ecqms_or_mips_cqms(standard: Standard) -> None:
    best = {"QualityID_236_MIPSCQM": 50.0, "QualityID_134_MIPSCQM": 99.6}
    assert standard(2024, **best)[2] == "measures"
    assert standard(2024, **best, QualityID_001_MIPSCQM=None)[2] == "outcome"
    as_ecqm = {"QualityID_001_MIPSCQM": None, "QualityID_001_eCQM": 100.0}
    assert standard(2024, **best, **as_ecqm)[2] == "measures"
    medicare = {
        **dict.fromkeys(("QualityID_001_MIPSCQM", "QualityID_134_MIPSCQM", "QualityID_236_MIPSCQM")),
        **{"QualityID_001_MedicareCQM": 90.0, "QualityID_134_MedicareCQM": 99.0, "QualityID_236_MedicareCQM": 50.0},
    }
    assert standard(2024, **medicare)[2] == "outcome"


def test_in_2021_only_the_score_counts(standard: Standard) -> None:
    rates = {"QualityID_236_MIPSCQM": 30.0, "QualityID_134_MIPSCQM": 56.0, "Measure_MCC1": 500.0}
    assert standard(2021, **rates, end_to_end_bonus=0.0)[::2] == (0.0, "none")
    assert standard(2021, **rates, disaster_affected=1.0)[::2] == (1.0, "score")


@pytest.mark.parametrize(
    ("year", "low"), [(2023, ("112", "113", "134")), (2024, ("134",)), (2025, ()), (2026, ("134",))]
)
def test_the_score_meets_the_standard_at_the_percentile(make_rates: MakeRates, year: int, low: tuple[str, ...]) -> None:
    """42 CFR 425.512(a)(4)(i)(A), (a)(5)(i)(A): scores that rise past the percentile of the year step by step."""
    least, way = RULES.value(scoring(year), "disaster_score")["score"], "WI" if year < 2025 else "MedicareCQM"
    rates = {f"QualityID_236_{way}": np.linspace(1.0, 90.0, 40).tolist()}
    rates |= dict.fromkeys((f"QualityID_{each}_{way}" for each in low), 1.0)
    found = score(make_rates(year, 40, **WORST_SURVEY, **rates, disaster_affected=0.0), RULES)
    met = found["quality_standard_met"] == 1
    assert 0 < met.sum() < 40
    assert (met == (found["quality_score"] >= least)).all()
    assert (found.loc[met, BASIS] == "score").all()


def test_a_first_year_meets_it_by_reporting_in_full(standard: Standard) -> None:
    """42 CFR 425.512(a)(2): every measure of a route, and the survey."""
    first = {"agreement_start": 2024.0, "agreement_period": 1.0, "performance_year_number": np.nan}
    assert standard(2024, **first)[::2] == (1.0, "reporting")
    assert standard(2024, **first | {"agreement_period": 2.0})[2] == "none"
    assert standard(2024, **first | {"agreement_start": 2023.0})[2] == "none"
    assert standard(2024, **first, QualityID_134_MIPSCQM=None)[2] == "none"
    assert standard(2024, **first, **dict.fromkeys(WORST_SURVEY))[2] == "none"
    assert standard(2024, **first, **dict.fromkeys(WORST_SURVEY), quality_reported=1.0)[2] == "reporting"
    assert standard(2024, **first, quality_reported=0.0)[2] == "none"
    told = {"first_performance_year": 1.0, "performance_year_number": np.nan}
    assert standard(2024, **told)[::2] == (1.0, "reporting")
    assert standard(2024, **told | {"first_performance_year": 0.0})[2] == "none"


def test_who_does_not_report_meets_it_only_as_affected(standard: Standard) -> None:
    nothing = {name: None for name in WORST if name.startswith("QualityID")}
    assert standard(2024, **nothing)[::2] == (0.0, "none")
    assert standard(2024, **nothing, disaster_affected=1.0)[::2] == (1.0, "score")


def test_what_the_file_lacks_leaves_it_open(make_rates: MakeRates) -> None:
    """Reported by eCQM, without a rate of it: the measures might meet the standard that the score does not."""
    low = WORST_SURVEY | {f"QualityID_{each}_WI": 1.0 for each in ("110", "112", "113", "134", "226", "236", "318")}
    found = score(make_rates(2024, **low, reports_ecqm=1.0, reports_web_interface=1.0), RULES).iloc[0]
    assert np.isnan(found["quality_standard_met"])
    assert found[BASIS] == ""
    assert "whether they meet the quality standard is not known" in found["notes"]


def test_an_improvement_that_is_not_known_is_told_where_it_matters(make_rates: MakeRates) -> None:
    low = WORST_SURVEY | {f"QualityID_{each}_WI": 1.0 for each in ("110", "112")}
    told = "the quality standard may be met with improvement over a prior year that the rates do not show"
    near = score(make_rates(2024, **low), RULES).iloc[0]
    assert (near["quality_standard_met"], near["is_warned"]) == (0.0, True)
    assert told in near["notes"]
    prior = make_rates(2023, **low)
    known = score(pd.concat([prior, make_rates(2024, **low)], ignore_index=True), RULES).iloc[1]
    assert (known["quality_standard_met"], told in known["notes"]) == (0.0, False)
    far = score(make_rates(2024, **low | {f"QualityID_{each}_WI": 1.0 for each in ("113", "226", "236")}), RULES)
    assert told not in far["notes"].iloc[0]


@pytest.mark.parametrize(
    ("rates", "lifted"),
    [
        ({"QualityID_112_MedicareCQM": None, "QualityID_112_eCQM": 1.0}, True),
        ({"QualityID_112_MedicareCQM": 1.0}, False),
        ({"QualityID_112_MedicareCQM": None, "QualityID_112_eCQM": 1.0, "QualityID_134_MedicareCQM": None}, False),
    ],
)
def test_a_required_measure_without_benchmark_lifts_the_score_in_2026(
    make_rates: MakeRates, rates: dict[str, float | None], lifted: bool
) -> None:
    """42 CFR 425.512(a)(7): breast and colorectal cancer screening by eCQM or MIPS CQM have no benchmark in 2026."""
    low = WORST_SURVEY | dict.fromkeys((f"QualityID_{each}_MedicareCQM" for each in ("113", "134", "236")), 1.0)
    found = score(make_rates(2026, **(low | rates)), RULES).iloc[0]
    assert bool(found["quality_score"] == 0.7385) is lifted
    assert bool(found["quality_standard_met"] == 1) is lifted
    assert ("a required measure has no benchmark" in found["notes"]) is lifted


def test_the_complex_organization_adjustment_counts_ecqms_up_to_a_tenth(make_rates: MakeRates) -> None:
    """From 2025 a point for each eCQM: four of sixty points in 2025, of which at most six."""
    ecqms = {f"QualityID_{each}_MedicareCQM": None for each in ("001", "112", "134", "236")}
    ecqms |= {"QualityID_001_eCQM": 99.44, "QualityID_112_eCQM": 0.18, "QualityID_134_eCQM": 0.09}
    by_ecqm = score(make_rates(2025, **ecqms, QualityID_236_eCQM=5.56), RULES).iloc[0]
    assert by_ecqm["quality_score"] == pytest.approx((4 * 1 + 2 * 10 + 4) / 60)
    assert "depends on an unverified parameter: Complex organization adjustment" in by_ecqm["notes"]
    one_less = score(make_rates(2025, **ecqms, QualityID_236_MIPSCQM=1.0), RULES).iloc[0]
    assert one_less["quality_score"] == pytest.approx((4 * 1 + 2 * 10 + 3) / 60)
    few = dict.fromkeys(WORST_SURVEY) | {"Measure_479": None}
    most = score(make_rates(2025, **ecqms, **few, QualityID_236_eCQM=5.56), RULES).iloc[0]
    assert most["quality_score"] == pytest.approx((4 * 1 + 4) / 40)


@pytest.mark.parametrize("year", [2014, 2016, 2017, 2018])
def test_until_2018_it_takes_minimum_attainment_in_every_domain(make_rates: MakeRates, year: int) -> None:
    """42 CFR 425.502(c), (d): a domain without any points fails it, and so does an incomplete report."""
    measures = RULES.measures(year)
    assert measures is not None
    worst = {
        name: (1e6 if each.reversed else 0.0)
        for name, each in measures.measures.items()
        if each.domain == "at_risk" and each.cuts
    }
    for given, met, basis in (
        ({}, 1.0, "domains"),
        ({"quality_reported": 0.0}, 0.0, "none"),
        ({"performance_year_number": 1.0}, 1.0, "reporting"),
    ):
        found = score(make_rates(year, **given), RULES).iloc[0]
        assert (found["quality_standard_met"], found[BASIS]) == (met, basis)
    domain = [each for each in measures.measures.values() if each.domain == "at_risk"]
    fails = all(each.cuts for each in domain)
    found = score(make_rates(year, **worst), RULES).iloc[0]
    assert (found["at_risk"] == 0, found["quality_standard_met"] == 0) == (fails, fails)


def test_an_affected_aco_of_2017_meets_it_without_a_report(make_rates: MakeRates) -> None:
    web = [name for name, each in RULES.measures(2017).measures.items() if each.collection == "web-interface"]  # type: ignore[union-attr]
    for affected, met, basis in ((1.0, 1.0, "circumstances"), (0.0, 0.0, "none")):
        found = score(make_rates(2017, **dict.fromkeys(web), disaster_affected=affected), RULES).iloc[0]
        assert (found["quality_standard_met"], found[BASIS]) == (met, basis)


@pytest.mark.parametrize(
    ("program", "track", "year", "least"),
    [
        ("mssp", "enhanced", 2020, np.nan),
        ("mssp", "track-1", 2018, np.nan),
        ("mssp", "basic-e", 2021, 0.6169),
        ("mssp", "enhanced", 2023, 0.6576),
        ("mssp", "basic-a", 2024, 0.7705),
        ("pioneer", "core", 2014, np.nan),
        ("reach", "global", 2023, np.nan),
    ],
)
def test_the_score_that_meets_the_standard_is_the_percentile_from_2021_on(
    program: str, track: str, year: int, least: float
) -> None:
    """Before, and in other programs, no standard decides: 2018 has a mean for affected ACOs and no standard."""
    assert standard_score(RULES, Situation(program, track, year)) == pytest.approx(least, nan_ok=True)


def test_every_row_of_a_roster_has_the_score_of_its_program_and_year() -> None:
    frame = pd.DataFrame(
        {
            "aco_id": list("ABCD"),
            "program": ["mssp", "pioneer", "mssp", "mssp"],
            "track": ["enhanced", "core", "basic-a", "enhanced"],
            "performance_year": [2024, 2014, 2023, 2019],
        },
        index=[5, 6, 7, 8],
    )
    found = standard_scores(frame, RULES)
    np.testing.assert_array_equal(found, [0.7705, np.nan, 0.6576, np.nan])
    assert found.index.tolist() == [5, 6, 7, 8]


def test_a_standard_follows_from_the_score_where_it_says_the_same() -> None:
    """At the percentile of 2024 or above it is met; where either is not known, or no standard decides, it does not."""
    cases = [
        (2024, 0.7705, 1.0, True),
        (2024, 0.7704, 1.0, False),
        (2024, 0.9, 1.0, True),
        (2024, 0.7705, 0.0, False),
        (2024, 0.7704, 0.0, True),
        (2024, np.nan, 0.0, False),
        (2024, np.nan, 1.0, False),
        (2024, 0.9, np.nan, False),
        (2024, 0.1, np.nan, False),
        (2020, 0.9, 1.0, False),
        (2020, 0.1, 0.0, False),
    ]
    years, scores, met, expected = zip(*cases, strict=True)
    columns = {"aco_id": list("ABCDEFGHIJK"), "program": "mssp", "track": "enhanced", "performance_year": years}
    frame = pd.DataFrame(columns, index=range(3, 14))
    both = frame.assign(quality_score=scores, quality_standard_met=met)
    found = follows_from_score(both, RULES)
    assert (found.tolist(), found.index.tolist()) == (list(expected), list(range(3, 14)))
    assert follows_from_score(both.assign(state=""), RULES).tolist() == list(expected)
    for lacking in ("quality_score", "quality_standard_met"):
        found = follows_from_score(both.drop(columns=lacking), RULES)
        assert (found.tolist(), found.index.tolist()) == ([False] * 11, list(range(3, 14)))
