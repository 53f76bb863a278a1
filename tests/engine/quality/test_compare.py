"""Why a recomputed score is not the published one: each cause holds where it should and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from aco_cli.engine.quality.compare import Cause, Route, compare_scores
from aco_cli.engine.quality.score import score
from aco_cli.engine.reconcile import Verdict
from aco_cli.rules.book import RuleBook

RULES = RuleBook()
MakeRates = Callable[..., pd.DataFrame]
Compare = Callable[..., pd.Series]

# 110 and 112 at 61.37 percent of the year make 104.274 of 110 points.
LOW = {"QualityID_110_WI": 61.37, "QualityID_112_WI": 61.37}
OWN = (110 - 2 * 2.863) / 110


def published(score: float, year: int, half: float = 0.00005) -> pd.DataFrame:
    columns = {"quality_score": [score], "quality_score_half_unit": [half]}
    return pd.DataFrame({"aco_id": ["A0"], "performance_year": [year], **columns})


@pytest.fixture(scope="module")
def compare(make_rates: MakeRates) -> Compare:
    """How one row of rates compares with a published score: `compare(2023, 0.95, {"QualityID_110_WI": 60.0})`."""

    def of(year: int, score: float, given: dict[str, object], before: dict[str, object] | None = None) -> pd.Series:
        frames = [make_rates(year, **given)]
        if before is not None:
            frames.append(make_rates(year - 1, **before))
        compared = compare_scores(published(score, year), pd.concat(frames, ignore_index=True), RULES)
        assert len(compared) == 1
        return compared.iloc[0]

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
    far = {f"QualityID_{each}_WI": 95.0 for each in (113, 134, 226, 236, 318)} | {"QualityID_001_WI": 2.0}
    far |= {f"CAHPS_{each}": 99.0 for each in (1, 2, 3, 4, 5, 6, 8, 9, 11)}
    rates = make_rates(2023, **LOW, **far, Measure_479=0.1001, Measure_484=20.0)
    most = 2 * 0.005 * 0.1 / 110
    compared = compare_scores(published(OWN + half_digits * most, 2023, 0.0), rates, RULES)
    assert compared["class"].tolist() == [verdict]


@pytest.mark.parametrize(("more", "verdict"), [(0.0999, Verdict.EXPLAINED), (0.1002, Verdict.UNEXPLAINED)])
def test_improvement_explains_no_more_than_ten_points(
    compare: Compare, make_rates: MakeRates, more: float, verdict: Verdict
) -> None:
    worse = {f"QualityID_{each}_WI": 40.01 for each in (110, 112, 113, 134, 226)}
    own = float(score(make_rates(2023, **worse), RULES)["quality_score"].iloc[0])
    found = compare(2023, own + more, worse)
    assert found["class"] == verdict
    assert found["cause"] == (Cause.IMPROVEMENT if verdict == Verdict.EXPLAINED else "")


def test_with_the_prior_years_rates_what_is_more_is_unexplained(compare: Compare) -> None:
    found = compare(2023, OWN + 0.01, LOW, {})
    assert (found["class"], found["cause"]) == (Verdict.UNEXPLAINED, "")


ECQM = {"QualityID_001_eCQM": 0.0, "QualityID_134_eCQM": 90.0, "QualityID_236_eCQM": 70.0}


# All six measures in the top third are worth 24 points, of which a fifth counts at least and ten do at most.
THIRDS = {f"third_{each}": 1.0 for each in ("001", "134", "236", "CAHPS", "479", "484")}
FULL = {"QualityID_001_eCQM": 0.01, "QualityID_134_eCQM": 90.01, "QualityID_236_eCQM": 50.01} | THIRDS
WORSE = {f"QualityID_{each}_WI": 40.01 for each in ("110", "112", "113", "134", "226")}


@pytest.fixture
def beyond(compare: Compare, make_rates: MakeRates) -> Compare:
    """How a score compares that is by `more` above what the rates of five low measures and `given` make."""

    def of(year: int, more: float, given: dict[str, object], before: dict[str, object] | None = None) -> pd.Series:
        own = float(score(make_rates(year, **(WORSE | given)), RULES)["quality_score"].iloc[0])
        return compare(year, own + more, WORSE | given, before)

    return of


@pytest.mark.parametrize(
    ("more", "given", "before", "cause"),
    [
        pytest.param(0.05, FULL, {}, Cause.EQUITY, id="within thirds"),
        pytest.param(0.0481, FULL, {}, Cause.EQUITY, id="at the least share"),
        pytest.param(0.0450, FULL, {}, "", id="below the least share"),
        pytest.param(0.0999, FULL, {}, Cause.EQUITY, id="at the most"),
        pytest.param(0.1010, FULL, {}, "", id="above the most"),
        pytest.param(0.05, FULL | {"dual_share": 0.30}, {}, "", id="less than by the share of dual eligibles"),
        pytest.param(0.08, FULL | {"dual_share": 0.30}, {}, Cause.EQUITY, id="more than by that share"),
        pytest.param(0.05, FULL | {"adi_85_share": 0.10}, {}, "", id="not where a share is given"),
        pytest.param(0.05, FULL | dict.fromkeys(THIRDS, 3.0), {}, "", id="not in the bottom thirds"),
        pytest.param(0.05, {"reports_ecqm": 1.0}, {}, Cause.EQUITY, id="rates not in the file"),
        pytest.param(0.05, {}, {}, "", id="Web Interface alone"),
        pytest.param(0.03, FULL, None, Cause.IMPROVEMENT, id="improvement is enough"),
        pytest.param(0.15, FULL, None, Cause.IMPROVEMENT_AND_EQUITY, id="both"),
        pytest.param(0.21, FULL, None, "", id="more than both"),
        pytest.param(0.05, {}, {"Measure_484": None}, Cause.PRIOR_CLAIMS, id="prior year without a claims measure"),
        pytest.param(-0.01, {}, {"Measure_484": None}, "", id="never less than the rates"),
        pytest.param(0.1010, {}, {"Measure_484": None}, "", id="improvement has a most"),
    ],
)
def test_what_is_not_public_is_bounded(
    beyond: Compare, more: float, given: dict[str, object], before: dict[str, object] | None, cause: str
) -> None:
    found = beyond(2023, more, given, before)
    assert (found["cause"], found["class"] == Verdict.EXPLAINED) == (cause, cause != "")
    if cause == Cause.EQUITY:
        assert beyond(2022, more, given, before)["class"] == Verdict.UNEXPLAINED


def test_fewer_bonus_points_of_2021(compare: Compare) -> None:
    low = {f"QualityID_{each}_WI": 30.0 for each in ("110", "112", "113")}
    found = compare(2021, (100 - 18 + 2 + 7) / 100, low)
    assert (found["cause"], found["reason"]) == (Cause.FEWER_BONUS_POINTS, "9 bonus points in all instead of 12")


def test_a_measure_without_rate_that_counts_all_the_same_is_named(compare: Compare) -> None:
    """In 2023 one ACO's score is that of its points over eleven measures, of which one has no rate."""
    found = compare(2023, 0.9091, {"Measure_484": None})
    assert found["cause"] == Cause.BLANKS_COUNT
    assert found["reason"] == "as if these counted, without points: Measure_484"


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
