"""Why a recomputed score is not the published one: each cause holds where it should and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.compare import Cause, Route, compare_scores
from aco_cli.engine.quality.score import score
from aco_cli.engine.reconcile import Verdict
from aco_cli.rules.book import RuleBook

RULES = RuleBook()
MakeRates = Callable[..., pd.DataFrame]
Compare = Callable[..., Any]
Given = Mapping[str, float | None]

# Rates beyond their last decile, whose last digit does not matter.
FAR = {
    **{f"QualityID_{each}_WI": 95.0 for each in (110, 112, 113, 134, 226, 236, 318)} | {"QualityID_001_WI": 2.0},
    **{f"CAHPS_{each}": 99.0 for each in (1, 2, 3, 4, 5, 6, 8, 9, 11)},
    **{"Measure_479": 0.1001, "Measure_484": 20.0},
}

# 110 and 112 at 61.37 percent of the year make 104.274 of 110 points.
LOW = {"QualityID_110_WI": 61.37, "QualityID_112_WI": 61.37}
OWN = (110 - 2 * 2.863) / 110


def published(score: float, year: int, half: float = 0.00005) -> pd.DataFrame:
    columns = {"quality_score": [score], "quality_score_half_unit": [half]}
    return pd.DataFrame({"aco_id": ["A0"], "performance_year": [year], **columns})


@pytest.fixture(scope="module")
def compare_all(make_rates: MakeRates) -> Compare:
    """How rows of one year compare, in order: `compare_all(2023, [0.95, 0.90], [{"QualityID_110_WI": 60.0}, {}])`.

    `before` are the rates of the year before of each row, or of none.
    """

    def of(
        year: int,
        scores: Sequence[float],
        given: Sequence[Given],
        before: Sequence[Given] = (),
        half: float | Sequence[float] = 0.00005,
    ) -> pd.DataFrame:
        frames = [
            make_rates(each, **row).assign(aco_id=f"A{at}")
            for each, rows in ((year, given), (year - 1, before))
            for at, row in enumerate(rows)
        ]
        ids = [f"A{at}" for at in range(len(given))]
        known = {"quality_score": scores, "quality_score_half_unit": half}
        of_year = pd.DataFrame({"aco_id": ids, "performance_year": year, **known})
        compared = compare_scores(of_year, pd.concat(frames, ignore_index=True), RULES)
        assert compared["aco_id"].tolist() == ids
        return compared

    return of


@pytest.fixture(scope="module")
def compare(compare_all: Compare) -> Compare:
    """How one row of rates compares with a published score: `compare(2023, 0.95, {"QualityID_110_WI": 60.0})`."""

    def of(year: int, score: float, given: Given, before: Given | None = None) -> pd.Series:
        return compare_all(year, [score], [given], [] if before is None else [before]).iloc[0]

    return of


def test_the_same_score_is_exact(compare: Compare) -> None:
    found = compare(2023, round(OWN, 4), LOW)
    assert (found["class"], found["cause"], found["route"]) == (Verdict.EXACT, "", Route.WEB_INTERFACE)


@pytest.mark.parametrize(
    ("half_digits", "verdict"), [(0.9, Verdict.ROUNDING), (1.1, Verdict.EXPLAINED), (-1.1, Verdict.UNEXPLAINED)]
)
def test_rounding_is_what_the_printed_rates_allow(make_rates: MakeRates, half_digits: float, verdict: Verdict) -> None:
    """Two rates printed to 0.01 percent, of a tenth of a point each; the others are far beyond their last decile.

    Above, improvement over an unknown prior year may be the cause; below, nothing.
    """
    rates = make_rates(2023, **FAR | LOW)
    most = 2 * 0.005 * 0.1 / 110
    compared = compare_scores(published(OWN + half_digits * most, 2023, 0.0), rates, RULES)
    assert compared["class"].tolist() == [verdict]


def test_with_the_prior_years_rates_what_is_more_is_unexplained(compare: Compare) -> None:
    found = compare(2023, OWN + 0.01, LOW, {})
    assert (found["class"], found["cause"]) == (Verdict.UNEXPLAINED, "")


ECQM = {"QualityID_001_eCQM": 0.0, "QualityID_134_eCQM": 90.0, "QualityID_236_eCQM": 70.0}


# All six measures in the top third are worth 24 points, of which a fifth counts at least and ten do at most.
THIRDS = {f"third_{each}": 1.0 for each in ("001", "134", "236", "CAHPS", "479", "484")}
FULL = {"QualityID_001_eCQM": 0.01, "QualityID_134_eCQM": 90.01, "QualityID_236_eCQM": 50.01} | THIRDS
UNSEEN = {"reports_ecqm": 1.0, "third_CAHPS": 1.0, "third_479": 1.0, "third_484": 1.0}
WORSE = FAR | {f"QualityID_{each}_WI": 40.01 for each in ("110", "112", "113", "134", "226")}


@pytest.fixture
def beyond(compare_all: Compare, make_rates: MakeRates) -> Compare:
    """How scores compare that are by so much above what the rates of five low measures and those given make."""

    def of(year: int, more: Sequence[float], given: Sequence[Given], before: Sequence[Given] = ()) -> pd.DataFrame:
        rows = [WORSE | each for each in given]
        alone = pd.concat([make_rates(year, **row) for row in rows], ignore_index=True)
        return compare_all(year, score(alone, RULES)["quality_score"] + np.array(more), rows, before)

    return of


AS_KNOWN: Given = {}
NO_CLAIMS: Given = {"Measure_484": None}
# What is published above the rates of 2023, besides what is given and of the year before, and its cause.
WITH_PRIOR_YEAR: dict[str, tuple[float, Given, Given, str]] = {
    "within thirds": (0.05, FULL, AS_KNOWN, Cause.EQUITY),
    "at the least share": (0.0481, FULL, AS_KNOWN, Cause.EQUITY),
    "below the least share": (0.0478, FULL, AS_KNOWN, ""),
    "at the most": (0.0999, FULL, AS_KNOWN, Cause.EQUITY),
    "above the most": (0.1010, FULL, AS_KNOWN, ""),
    "less than by the share of dual eligibles": (0.05, FULL | {"dual_share": 0.30}, AS_KNOWN, ""),
    "more than by that share": (0.08, FULL | {"dual_share": 0.30}, AS_KNOWN, Cause.EQUITY),
    "not where a share is given": (0.05, FULL | {"adi_85_share": 0.10}, AS_KNOWN, ""),
    "not in the bottom thirds": (0.05, FULL | dict.fromkeys(THIRDS, 3.0), AS_KNOWN, ""),
    "rates not in the file": (0.05, {"reports_ecqm": 1.0}, AS_KNOWN, Cause.EQUITY),
    "some thirds of rates not in the file have no least": (0.005, UNSEEN, AS_KNOWN, Cause.EQUITY),
    "rates not in the file, at the most": (0.0999, UNSEEN, AS_KNOWN, Cause.EQUITY),
    "rates not in the file, above the most": (0.1010, UNSEEN, AS_KNOWN, ""),
    "Web Interface alone": (0.05, {}, AS_KNOWN, ""),
    "prior year without a claims measure": (0.05, {}, NO_CLAIMS, Cause.PRIOR_CLAIMS),
    "never less than the rates": (-0.01, {}, NO_CLAIMS, ""),
    "improvement has a most": (0.1010, {}, NO_CLAIMS, ""),
    "both, without a claims rate": (0.15, FULL, NO_CLAIMS, Cause.IMPROVEMENT_AND_EQUITY),
    "both, with the prior year": (0.15, FULL, AS_KNOWN, ""),
}
WITHOUT: dict[str, tuple[float, Given, str]] = {
    "improvement is enough": (0.03, FULL, Cause.IMPROVEMENT),
    "equity that is known comes before improvement": (0.05, FULL, Cause.EQUITY),
    "improvement comes before unknown thirds": (0.05, {"reports_ecqm": 1.0}, Cause.IMPROVEMENT),
    "both": (0.15, FULL, Cause.IMPROVEMENT_AND_EQUITY),
    "both at their most": (0.1990, FULL, Cause.IMPROVEMENT_AND_EQUITY),
    "more than both": (0.21, FULL, ""),
    "less than the rates": (-0.01, FULL, ""),
    "improvement at its most": (0.0999, {}, Cause.IMPROVEMENT),
    "improvement above its most": (0.1002, {}, ""),
}


def test_what_is_not_public_is_bounded(beyond: Compare) -> None:
    more, given, before, cause = zip(*WITH_PRIOR_YEAR.values(), strict=True)
    found = beyond(2023, more, given, before)
    assert dict(zip(WITH_PRIOR_YEAR, found["cause"], strict=True)) == dict(zip(WITH_PRIOR_YEAR, cause, strict=True))
    assert ((found["class"] == Verdict.EXPLAINED) == (found["cause"] != "")).all()
    told = found.set_index(pd.Index(WITH_PRIOR_YEAR))["reason"]
    assert told["within thirds"] == "5.00 points more than the rates give"
    assert told["prior year without a claims measure"] == "5.00 points more than the rates of the year alone give"
    assert (beyond(2022, more, given, before)["cause"] == "").all(), "no equity adjustment in 2022"


def test_without_the_prior_year_improvement_is_bounded_too(beyond: Compare) -> None:
    more, given, cause = zip(*WITHOUT.values(), strict=True)
    found = beyond(2023, more, given)
    assert dict(zip(WITHOUT, found["cause"], strict=True)) == dict(zip(WITHOUT, cause, strict=True))
    assert ((found["class"] == Verdict.EXPLAINED) == (found["cause"] != "")).all()


def test_fewer_bonus_points_of_2021(compare: Compare) -> None:
    low = {f"QualityID_{each}_WI": 30.0 for each in ("110", "112", "113")}
    found = compare(2021, (100 - 18 + 2 + 7) / 100, low)
    assert (found["cause"], found["reason"]) == (Cause.FEWER_BONUS_POINTS, "9 bonus points in all instead of 12")


def test_a_measure_without_rate_that_counts_all_the_same_is_named(compare_all: Compare) -> None:
    """In 2023 one ACO's score is that of its points over eleven measures, of which one has no rate."""
    found = compare_all(2023, [10 / 11, 0.95, 0.90], [{"Measure_484": None}] * 3)
    assert found["cause"].tolist() == [Cause.BLANKS_COUNT, "", ""]
    assert found["reason"][0] == "as if these counted, without points: Measure_484"


def test_an_aco_without_rates_is_told_so(compare: Compare) -> None:
    blank = {f"QualityID_{each}_WI": None for each in ("001", "110", "112", "113", "134", "226", "236", "318")}
    found = compare(2023, 0.9313, blank | {"reports_web_interface": 1.0})
    assert (found["class"], found["cause"]) == (Verdict.EXPLAINED, Cause.NO_RATES)
    assert found["route"] == Route.WEB_INTERFACE
    poor = {"CAHPS_1": 0.0, "Measure_479": 1.0, "Measure_484": 500.0}
    assert compare(2023, 0.99, blank | poor | {"reports_web_interface": 1.0})["class"] == Verdict.UNEXPLAINED
    assert compare(2023, 0.70, blank | {"reports_web_interface": 0.0})["class"] == Verdict.UNEXPLAINED


def test_a_year_without_benchmarks_is_told_so() -> None:
    rates = pd.DataFrame({"aco_id": ["A0"], "performance_year": [2019], "ACO-1": [80.0]})
    assert compare_scores(published(0.9, 2019), rates, RULES)["cause"].tolist() == [Cause.NO_BENCHMARKS]


def test_both_years_of_a_run_are_compared_each_with_its_own_prior(make_rates: MakeRates) -> None:
    rates = pd.concat([make_rates(2023, **LOW), make_rates(2022)], ignore_index=True)
    both = pd.concat([published(round(OWN, 4), 2023), published(1.0, 2022)], ignore_index=True)
    compared = compare_scores(both, rates, RULES)
    assert compared["performance_year"].tolist() == [2022, 2023]
    assert (compared["class"] == Verdict.EXACT).all()


def test_no_published_score_is_an_empty_table(make_rates: MakeRates) -> None:
    compared = compare_scores(published(1.0, 2023).assign(aco_id="B"), make_rates(2023), RULES)
    assert len(compared) == 0
    assert {"class", "cause", "reason"} <= set(compared.columns)


HALF = 0.00005


@pytest.mark.parametrize(("rate", "half_unit"), [(45.0, 0.5), (45.5, 0.05), (45.25, 0.005)])
@pytest.mark.parametrize("prior", [None, 30.5])
def test_rounding_is_half_a_unit_of_the_last_digit_of_the_rates_and_of_the_score(
    compare_all: Compare, make_rates: MakeRates, rate: float, half_unit: float, prior: float | None
) -> None:
    """Rates of the year at their best or worst and those of the year before the other way, which have one decimal."""

    def score_of(side: int) -> float:
        frames = [make_rates(2023, **FAR | {"QualityID_110_WI": rate + side * half_unit})]
        if prior is not None:
            frames += [make_rates(2022, **FAR | {"QualityID_112_WI": prior - side * 0.05})]
        return float(score(pd.concat(frames, ignore_index=True), RULES)["quality_score"].iloc[0])

    low, high = score_of(-1), score_of(1)
    scores = [low - HALF, high + HALF, low - HALF - 1e-7, high + HALF + 1e-7]
    before = [] if prior is None else [FAR | {"QualityID_112_WI": prior}] * 4
    found = compare_all(2023, scores, [FAR | {"QualityID_110_WI": rate}] * 4, before)
    assert (found["class"] == Verdict.ROUNDING).tolist() == [True, True, False, False]
    told = f"the printed rates allow {100 * low:.3f} to {100 * high:.3f} percent"
    assert found["reason"].tolist()[:2] == [told, told]
    assert found["cause"].tolist()[:2] == [Cause.ROUNDING] * 2


def test_rates_of_many_decimals_are_computed_and_not_rounded(compare_all: Compare) -> None:
    given = FAR | {"QualityID_110_WI": 100 / 3}
    own = (100 + 4 + 1 / 3) / 110
    found = compare_all(2023, [own - HALF, own - HALF - 1e-7], [given, given], [{}, {}])
    assert found["class"].tolist() == [Verdict.EXACT, Verdict.UNEXPLAINED]


def test_a_score_is_exact_within_half_its_last_digit(compare_all: Compare) -> None:
    """By rates beyond their last decile nothing else explains a score below all points."""
    found = compare_all(2023, [1 + HALF, 1 - HALF, 1 - HALF - 1e-7], [FAR] * 3)
    assert found["class"].tolist() == [Verdict.EXACT, Verdict.EXACT, Verdict.UNEXPLAINED]


def test_the_route_is_as_told_or_as_there_are_rates(compare_all: Compare) -> None:
    given = [{}, ECQM, {"reports_ecqm": 1.0}, {"reports_web_interface": 0.0} | ECQM, {"reports_web_interface": 0.0}]
    found = compare_all(2023, [0.9] * 5, given)
    assert found["route"].tolist() == [Route.WEB_INTERFACE, Route.BOTH, Route.BOTH, Route.ECQM_CQM, Route.NONE]


def test_improvement_that_the_files_could_not_show_is_told_apart(make_rates: MakeRates) -> None:
    """Rates of the year before are given, if of another ACO; those of two years before or the year after are none."""
    own = make_rates(2023, **LOW)
    more = f"{1:.2f} points more than the rates of the year alone give"
    for year, cause in ((2022, Cause.NOT_IN_PRIOR_YEAR), (2021, Cause.IMPROVEMENT), (2024, Cause.IMPROVEMENT)):
        rates = pd.concat([own, make_rates(year).assign(aco_id="B")], ignore_index=True)
        found = compare_scores(published(OWN + 0.01, 2023), rates, RULES).iloc[0]
        assert (found["cause"], found["reason"]) == (cause, more)


BLANK_WEB = {f"QualityID_{each}_WI": None for each in ("001", "110", "112", "113", "134", "226", "236", "318")}
POOR = dict.fromkeys((f"CAHPS_{each}" for each in (1, 2, 3, 4, 5, 6, 8, 9, 11)), 0.0)
POOR |= {"Measure_479": 1.0, "Measure_484": 500.0}


@pytest.mark.parametrize(("route", "measures", "equity"), [("reports_web_interface", 8, 0.0), ("reports_ecqm", 3, 0.1)])
def test_rates_not_in_the_file_are_bounded_by_what_they_could_give(
    compare_all: Compare, route: str, measures: int, equity: float
) -> None:
    """Survey and both claims measures have a point each; besides at most improvement, and equity by eCQMs."""
    worst, best = ((3 + measures * each) / (10 * (3 + measures)) for each in (1, 10))
    most = best + 0.1 + equity
    found = compare_all(2023, [worst, most, worst - 0.001, most + 0.001], [BLANK_WEB | POOR | {route: 1.0}] * 4)
    assert found["cause"].tolist() == [Cause.NO_RATES, Cause.NO_RATES, "", ""]
    assert found["reason"][0] == "within what rates that are not in the file could give, for what it reported"


def test_a_least_score_that_was_not_given_is_not_explained(compare: Compare) -> None:
    """All ACOs of 2023 have 0.6576 at least: a published score of what the rates give has no cause."""
    poor = POOR | {f"QualityID_{each}_WI": 10.0 for each in (110, 112, 113, 134, 226, 236, 318)}
    own = (3 + 7 * 2 + 10) / 110
    found = compare(2023, own, poor, {})
    assert (found["recomputed"], found["class"], found["cause"]) == (0.6576, Verdict.UNEXPLAINED, "")


def test_a_compared_score_has_these_columns(make_rates: MakeRates) -> None:
    """A route from 2021 on, a name where the rates have one, and published less recomputed from left to right."""
    known = pd.concat([published(0.9, 2023), published(0.9, 2018), published(np.nan, 2022)], ignore_index=True)
    frames = [make_rates(year).assign(aco_name="One") for year in (2022, 2023, 2018)]
    found = compare_scores(known, pd.concat(frames, ignore_index=True), RULES)
    columns = ["route", "published", "recomputed", "difference", "class", "cause", "reason"]
    assert list(found) == ["aco_id", "aco_name", "performance_year", *columns]
    assert found["performance_year"].tolist() == [2018, 2023]
    assert found["route"].tolist() == ["", Route.WEB_INTERFACE]
    assert found["recomputed"].tolist() == [1.0, 1.0]
    assert found["difference"].tolist() == pytest.approx([0.1, 0.1])
    assert found.index.tolist() == [0, 1]
    without = compare_scores(known, make_rates(2023), RULES)
    assert list(without) == ["aco_id", "performance_year", *columns]


# Of 2018: two measures of care coordination lack 1.35 of 22 points, one at risk 2 of 8.
LOW_2018 = {"ACO-13": 60.0, "ACO-8": 15.0, "ACO-28": 0.0}


def score_2018(care: float, risk: float) -> float:
    return (1 + min(22 - 1.35 + care, 22) / 22 + 1 + (8 - 2 + risk) / 8) / 4


def test_rewards_of_improvement_are_named_by_domain(compare_all: Compare) -> None:
    """A step beyond all points of a domain counts up to them; in a first year no reward explains anything."""
    cases = {
        (score_2018(0.48, 0), 0.00005): "0.48, preventive_health 0, at_risk 0 (the only combination)",
        (score_2018(0.48, 1.36), 0.00005): "0.48, preventive_health 0, at_risk 1.36 (the only combination)",
        (score_2018(1.36, 1.80), 0.00005): "1.36, preventive_health 0, at_risk 1.8 (the only combination)",
        (score_2018(0.48, 1.36), 0.005): "0.48, preventive_health 0, at_risk 1.36 (the least of 3 combinations)",
        (score_2018(0.24, 0), 0.00005): "",
    }
    scores, halves = zip(*cases, strict=True)
    found = compare_all(2018, scores, [LOW_2018] * 5, half=halves)
    told = [reason and f"patient_experience 0, care_coordination {reason}" for reason in cases.values()]
    assert found["reason"].tolist() == told
    assert found["cause"].tolist() == [Cause.REWARDS] * 4 + [""]
    assert found["class"].tolist() == [Verdict.EXPLAINED] * 4 + [Verdict.UNEXPLAINED]
    first = compare_all(2018, scores, [LOW_2018 | {"performance_year_number": 1.0}] * 5)
    assert (first["recomputed"] == 1).all()
    assert (first["class"] == Verdict.UNEXPLAINED).all()


def test_the_mean_of_the_year_to_the_digit_is_that_of_affected_acos(compare_all: Compare) -> None:
    """Not where the file says who was affected, nor where the rates give more."""
    given = [LOW_2018, LOW_2018, LOW_2018, LOW_2018 | {"disaster_affected": 0.0}, {"ACO-13": 60.0}, LOW_2018]
    scores, half = [0.9268, 0.9269, 0.9267, 0.9268, 0.9268, 0.9268], [0.00005] * 5 + [0.0]
    found = compare_all(2018, scores, given, half=half)
    assert found["cause"].tolist() == [Cause.CIRCUMSTANCES, "", "", "", "", Cause.CIRCUMSTANCES]
    told = "92.68 exactly, and the rates give less"
    assert found["reason"].tolist() == [told, "", "", "", "", told]


@pytest.mark.parametrize("year", [2014, 2016])
def test_without_rewards_or_rates_of_the_year_before_nothing_is_explained(make_rates: MakeRates, year: int) -> None:
    """2014 has no rewards, a first year of 2016 neither; rates of 2013 and 2015, without measures, are passed over."""
    rates = make_rates(year, **{"ACO-13": 0.0, "performance_year_number": 1.0 if year == 2016 else 3.0})
    before = pd.DataFrame({"aco_id": ["A0"], "performance_year": [year - 1], "ACO-13": [50.0]})
    both = pd.concat([rates, before], ignore_index=True)
    own = float(score(rates, RULES)["quality_score"].iloc[0])
    found = [compare_scores(published(each, year), both, RULES)["class"].item() for each in (own, own - 0.002)]
    assert found == [Verdict.EXACT, Verdict.UNEXPLAINED]
