"""Flat-dollar updates from published benchmarks: recovered where they are known, and proved on CMS's files."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.benchmark.calibrate import HISTORICAL, calibrate
from aco_cli.engine.benchmark.calibrate_updates import UPDATED, UpdateFit, calibrate_updates, truncated_least_squares
from aco_cli.engine.benchmark.compute import eras
from aco_cli.engine.benchmark.equations import KINDS, Equations, Floats
from aco_cli.engine.members import BENCHMARK_YEARS
from aco_cli.inputs.benchmark import load_published_benchmarks
from aco_cli.rules.book import RuleBook
from tests.engine.benchmark.conftest import FACTORS, PEOPLE, YEAR_WEIGHTS, population, printed

BOOK = RuleBook()

DOLLARS = np.array([900.0, 400.0, 250.0, 100.0])


def with_update(seed: int, acos: int, others: float) -> pd.DataFrame:
    """The population in its performance year; in a share of `others` risk ratios are below the growth of scores."""
    frame, random = population(seed, acos), np.random.default_rng(seed + 1)
    growth = random.uniform(0.93, 1.07, (acos, 4))
    lower = np.where(random.random((acos, 1)) < others, random.uniform(0.9, 1, (acos, 4)), 1)
    years = random.uniform(PEOPLE[:, 0], PEOPLE[:, 1], (acos, 4))
    trend = np.append(FACTORS, np.ones(4)).reshape(3, 4)
    historical = np.zeros((acos, 4))
    for at, kind in enumerate(KINDS):
        for when, year in enumerate(BENCHMARK_YEARS):
            ratio = frame[f"risk_score_by3_{kind}"] / frame[f"risk_score_{year}_{kind}"]
            historical[:, at] += YEAR_WEIGHTS[1][when] * trend[when, at] * ratio * frame[f"per_capita_{year}_{kind}"]
        frame[f"risk_score_py_{kind}"] = frame[f"risk_score_by3_{kind}"] * growth[:, at]
        frame[f"person_years_py_{kind}"] = years[:, at]
    updated = historical * growth * lower + DOLLARS
    return frame.assign(published_update=(updated * years).sum(axis=1) / years.sum(axis=1))


def updates_of(frame: pd.DataFrame) -> tuple[pd.DataFrame, UpdateFit]:
    rows, (fit,) = calibrate_updates(frame, calibrate(frame, BOOK), BOOK)
    return rows, fit


def test_updates_are_recovered_where_nothing_is_rounded() -> None:
    """Those with another risk ratio, half of the ACOs, do not matter."""
    rows, fit = updates_of(with_update(1, 60, 0.5))
    np.testing.assert_allclose(rows["flat_dollar_update"], DOLLARS, rtol=1e-6)
    assert rows["calendar_year"].tolist() == [2014] * 4
    assert fit.agree + fit.below + fit.above == fit.acos == 60
    assert fit.above == 0


def test_rounded_updates_are_recovered_within_their_errors() -> None:
    """Over populations, errors in units of standard errors are as large as a standard error says, or nearly."""
    scores = []
    for seed in range(8):
        rows, fit = updates_of(printed(with_update(seed, 80, 0.5)))
        scores.append((rows["flat_dollar_update"] - DOLLARS) / rows["standard_error"])
        assert fit.agree >= 30
    # 32 scores; what trend factors lack in precision comes on top of rounding.
    assert np.sqrt(np.mean(np.square(scores))) < 1 + 4 / np.sqrt(64)


def test_a_fit_tells_what_least_squares_on_those_that_agree_leave() -> None:
    """Each in units of its rounding; standard errors are those of weighted least squares."""
    frame = printed(with_update(4, 30, 0.5))
    trends = calibrate(frame, BOOK)
    rows, (fit,) = calibrate_updates(frame, trends, BOOK)
    factors = dict(zip(HISTORICAL.unknowns, trends.reference["trend_factor"], strict=False))
    equations = Equations(UPDATED, frame.assign(**factors), eras(frame, BOOK)[0])
    residuals, noise = (
        equations.target - equations.slopes @ rows["flat_dollar_update"],
        equations.rounding(np.zeros(4))[1],
    )
    agree = np.abs(residuals) <= 3 * noise
    assert (fit.acos, fit.agree, fit.below) == (30, agree.sum(), (~agree & (residuals < 0)).sum())
    assert fit.above == (~agree & (residuals > 0)).sum()
    assert fit.sd == pytest.approx(np.std(residuals[agree]))
    assert fit.rounding_sd == pytest.approx(np.sqrt(np.mean(noise[agree] ** 2)))
    weighted = equations.slopes[agree].T / noise[agree] ** 2
    covariance = np.linalg.inv(weighted @ equations.slopes[agree])
    assert rows["flat_dollar_update"].to_numpy() == pytest.approx(covariance @ weighted @ equations.target[agree])
    assert rows["standard_error"].to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)))
    assert rows["acos"].tolist() == [fit.agree] * 4


def test_figures_of_the_performance_year_are_half_a_unit_off_at_most() -> None:
    frame = with_update(1, 2, 0.0)
    half_units = Equations(UPDATED, frame, eras(frame, BOOK)[0]).half_units
    for kind in KINDS:
        assert half_units[f"risk_score_py_{kind}"].tolist() == [0.0005] * 2
        assert half_units[f"person_years_py_{kind}"].tolist() == [0.5] * 2


def off_by(*dollars: float) -> pd.DataFrame:
    """ACOs that agree on the updates but for so many dollars each."""
    frame = with_update(1, len(dollars), 0.0)
    return frame.assign(published_update=frame["published_update"] + np.array(dollars))


def test_acos_beyond_rounding_are_told_by_their_side() -> None:
    _, fit = updates_of(off_by(*[0.0] * 12, -200.0, -300.0, -450.0, 250.0, 320.0))
    assert (fit.acos, fit.agree, fit.below, fit.above) == (17, 12, 3, 2)


@pytest.mark.parametrize("dollars", [[], [-200.0, -300.0, 450.0]])
def test_updates_need_more_than_eight_acos_that_agree(dollars: list[float]) -> None:
    """That is eight, with all figures; a ninth is enough."""
    rows, fit = updates_of(off_by(*[0.0] * 9, *dollars))
    assert (len(rows), fit.refusal, fit.agree) == (4, "", 9)
    frame = off_by(*[0.0] * 9, *dollars)
    frame.loc[0, "published_update"] = frame.loc[0, "published_update"] - 600 if dollars else np.nan
    rows, fit = updates_of(frame)
    assert rows.empty
    told = "8 ACOs that agree" if dollars else "8 ACOs in a first agreement with all figures"
    assert fit.refusal == f"{told}, where 4 updates need more than 8"
    assert (fit.agree, fit.below, fit.above) == (0, 0, 0)
    assert np.isnan([fit.sd, fit.rounding_sd]).all()


def test_acos_that_do_not_agree_give_no_updates() -> None:
    rows, fit = updates_of(printed(with_update(1, 20, 1.0)))
    assert rows.empty
    assert "ACOs that agree" in fit.refusal


def test_a_start_of_one_aco_has_no_updates_and_one_without_factors_is_passed_over() -> None:
    frame = with_update(1, 12, 0.0)
    trends = calibrate(frame, BOOK)
    rows, (fit,) = calibrate_updates(frame.iloc[[5]], trends, BOOK)
    assert rows.empty
    assert (fit.acos, fit.refusal[:31]) == (1, "1 ACOs in a first agreement wit")
    other = frame.assign(agreement_start=pd.Timestamp("2014-01-01"))
    assert [len(each) for each in calibrate_updates(other, trends, BOOK)] == [0, 0]
    both = calibrate_updates(pd.concat([other, frame], ignore_index=True), trends, BOOK)
    assert [len(each) for each in both] == [4, 1]


def test_second_agreements_tell_nothing_of_updates() -> None:
    first = with_update(1, 12, 0.0).assign(agreement_start=pd.Timestamp("2016-01-01"))
    second = with_update(2, 12, 0.0).assign(agreement_start=first["agreement_start"], agreement_period=2.0)
    both = pd.concat([second.assign(published_update=9e9), first], ignore_index=True)
    rows, (fit,) = calibrate_updates(both, calibrate(first, BOOK), BOOK)
    np.testing.assert_allclose(rows["flat_dollar_update"], DOLLARS, rtol=1e-6)
    assert (fit.acos, fit.agree) == (12, 12)


def truncated(slopes: Floats, target: Floats, unknowns: Floats) -> float:
    return float(np.minimum((target - slopes @ unknowns) ** 2, 9).sum())


def few_equations(seed: int) -> tuple[Floats, Floats]:
    """Of one unknown or two: most nearly agree, some are off by exactly the limit, two by far more."""
    random = np.random.default_rng(seed)
    size = int(random.integers(6, 10))
    slopes = np.column_stack([np.ones(size), np.arange(size) % 4])[:, : 1 + seed % 2]
    target = slopes @ [2.0, -1.0][: 1 + seed % 2] + random.choice([-1.0, 0, 0, 1, 2, 3], size)
    target[:2] += random.choice([-20, 20], 2)
    return slopes, target


@pytest.mark.parametrize("seed", [0, 1, 2, 4, 5, 6, 7, 22, 28])
def test_truncated_least_squares_are_the_least_of_all_choices_of_equations(seed: int) -> None:
    """Each choice of equations with its own least squares. The search is not of all of them, but finds these."""
    slopes, target = few_equations(seed)
    size, unknowns = slopes.shape
    choices = (list(each) for many in range(unknowns, size + 1) for each in combinations(range(size), many))
    tried = [np.linalg.lstsq(slopes[each], target[each])[0] for each in choices]
    least = min(truncated(slopes, target, each) for each in tried)
    assert truncated(slopes, target, truncated_least_squares(slopes, target)) == pytest.approx(least)


@pytest.mark.parametrize("year", ["2014", "2015"])
def test_about_half_of_the_acos_agree_on_the_updates(shared_data: Path, year: str) -> None:
    """And differ by rounding only, as far as a variance of so many tells (4 standard deviations)."""
    frame = load_published_benchmarks(str(shared_data / f"mssp_puf_{year}.csv"), year)
    _, fits = calibrate_updates(frame, calibrate(frame, BOOK), BOOK)
    for fit in fits:
        assert fit.agree / fit.acos > 0.4
        assert (fit.sd / fit.rounding_sd) ** 2 == pytest.approx(1, abs=4 * np.sqrt(2 / (fit.agree - 4)))


def test_updates_of_all_starts_tell_of_one_national_growth(shared_data: Path) -> None:
    """The update to 2015 less that to 2014 is the growth from 2014 to 2015: the update of those who start in 2015."""
    years = []
    for year in ("2014", "2015"):
        frame = load_published_benchmarks(str(shared_data / f"mssp_puf_{year}.csv"), year)
        rows, _ = calibrate_updates(frame, calibrate(frame, BOOK), BOOK)
        years.append(rows.set_index(["agreement_start", "enrollment_type"])[["flat_dollar_update", "standard_error"]])
    before, after = years
    of_2015 = after.loc[pd.Timestamp("2015-01-01")]
    starts = before.index.unique("agreement_start")
    assert len(starts) == 4
    for start in starts:
        growth = after.loc[start, "flat_dollar_update"] - before.loc[start, "flat_dollar_update"]
        errors = [after.loc[start, "standard_error"], before.loc[start, "standard_error"], of_2015["standard_error"]]
        joint = np.sqrt(sum(error**2 for error in errors))
        assert ((growth - of_2015["flat_dollar_update"]).abs() <= 3 * joint).all()
