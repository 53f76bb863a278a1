"""National figures from published benchmarks: recovered where they are known, and proved on CMS's files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aco_cli.engine.benchmark.calibrate import HISTORICAL, Calibration, Fit, calibrate
from aco_cli.engine.benchmark.compute import benchmark_rows, eras
from aco_cli.engine.benchmark.equations import KINDS, Equations
from aco_cli.engine.members import BENCHMARK_YEARS
from aco_cli.inputs.benchmark import load_published_benchmarks
from aco_cli.rules.book import RuleBook
from tests.engine.benchmark.conftest import FACTORS, population, printed

BOOK = RuleBook()


def earlier_years(found: Calibration) -> pd.DataFrame:
    return found.reference[found.reference["calendar_year"] < found.reference["calendar_year"].max()]


def equations(frame: pd.DataFrame) -> Equations:
    return Equations(HISTORICAL, frame, eras(frame, BOOK)[0])


def test_factors_are_recovered_where_nothing_is_rounded() -> None:
    found = calibrate(population(1), BOOK)
    np.testing.assert_allclose(earlier_years(found)["trend_factor"], FACTORS, rtol=1e-9)
    np.testing.assert_allclose(found.residuals["residual"], 0, atol=1e-6)


def test_first_and_second_agreements_of_one_start_share_the_factors() -> None:
    """With weights of their own, and savings before added in the second."""
    both = pd.concat([population(1, 9, "2016-01-01"), population(2, 9, "2016-01-01", 2)], ignore_index=True)
    found = calibrate(both, BOOK)
    np.testing.assert_allclose(earlier_years(found)["trend_factor"], FACTORS, rtol=1e-9)
    (fit,) = found.fits
    assert (fit.acos, fit.first) == (18, 9)


def test_rows_are_those_of_a_reference_file() -> None:
    """Three calendar years before the agreement, four types each in CMS's order, and 1 for benchmark year 3."""
    reference = calibrate(population(1), BOOK).reference
    assert reference["calendar_year"].tolist() == [2010] * 4 + [2011] * 4 + [2012] * 4
    assert reference["enrollment_type"].tolist() == ["esrd", "disabled", "aged-dual", "aged-nondual"] * 3
    assert (reference["trend_factor"][8:] == 1).all()
    assert set(reference["agreement_start"]) == {pd.Timestamp("2013-01-01")}


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), period=st.sampled_from((1, 2)))
def test_no_rounding_goes_beyond_the_bound(seed: int, period: int) -> None:
    """With the true factors, published minus recomputed is nothing but rounding."""
    frame = printed(population(seed, 12, "2016-01-01", period))
    each = equations(frame)
    bound, _ = each.rounding(FACTORS)
    assert (np.abs(frame["published_benchmark"] - each.recompute(FACTORS)) <= bound).all()


def test_the_bound_is_no_wider_than_it_must_be() -> None:
    """Spending and scores at the ends of their intervals come up to it, but for what half a person year can do."""
    frame = printed(population(3, 12))
    each = equations(frame)
    low = frame.copy()
    for name in frame.filter(regex="per_capita_by|risk_score"):
        low[name] += {"per_capita": -0.5, "risk_score": -0.0005 if "by3" in name else 0.0005}[name[:10]]
    reached = each.recompute(FACTORS) - equations(low).recompute(FACTORS) + 0.5
    bound, _ = each.rounding(FACTORS)
    half_years = 4 * 0.5 * frame.filter(like="per_capita").max(axis=1) / frame.filter(like="person_years").sum(axis=1)
    assert (reached <= bound).all()
    assert (bound <= reached + half_years).all()


def test_errors_are_those_of_rounding_carried_through_the_fit() -> None:
    """By the covariance of the factors: least squares of equations whose errors differ (White)."""
    frame = printed(population(5, 12))
    each, found = equations(frame), calibrate(frame, BOOK)
    factors = earlier_years(found)["trend_factor"].to_numpy()
    bound, noise = each.rounding(factors)
    bread = np.linalg.inv(each.slopes.T @ each.slopes) @ each.slopes.T
    covariance = bread @ np.diag(noise**2) @ bread.T
    left = np.eye(12) - each.slopes @ bread
    rows, (fit,) = found.residuals, found.fits
    assert earlier_years(found)["standard_error"].to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)))
    assert found.reference["standard_error"].tolist()[8:] == [0.0] * 4
    assert rows["factor_error"].to_numpy() == pytest.approx(np.sqrt(np.diag(each.slopes @ covariance @ each.slopes.T)))
    assert (rows["bound"].tolist(), rows["rounding_sd"].tolist()) == (bound.tolist(), noise.tolist())
    assert fit.rounding_sd == pytest.approx(np.sqrt(np.trace(left @ np.diag(noise**2) @ left.T) / 12))


def test_a_fit_tells_how_the_residuals_are_spread_and_how_many_are_within_their_bounds() -> None:
    """One ACO whose benchmark is another by $200 is beyond its bound, whatever the factors make of it."""
    frame = printed(population(6, 21))
    frame.loc[3, "published_benchmark"] += 200
    found = calibrate(frame, BOOK)
    rows, (fit,) = found.residuals, found.fits
    assert rows["residual"].tolist() == (frame["published_benchmark"] - rows["recomputed_benchmark"]).tolist()
    assert rows["within_bound"].tolist() == (rows["residual"].abs() <= rows["bound"]).tolist()
    assert fit.within == rows["within_bound"].sum() < 21
    misses = sorted(rows["residual"])
    assert fit.sd == pytest.approx(np.std(misses))
    assert fit.quantiles == pytest.approx([misses[at] for at in (0, 1, 5, 10, 15, 19, 20)])


@pytest.mark.parametrize(("beyond", "within"), [(-1e-6, 1), (0.0, 1), (1e-6, 0)])
def test_an_aco_at_its_bound_is_within(beyond: float, within: int) -> None:
    """Half a dollar of the benchmark, and 60 percent of half a dollar spent; without earlier years no factor counts."""
    frame = population(1, 12)
    frame.loc[0, list(frame.filter(like="per_capita_by"))] = 0.0
    frame.loc[0, list(frame.filter(like="per_capita_by3"))] = 10_000.0
    frame.loc[0, list(frame.filter(like="person_years"))] = 1_000.0
    bound = 0.6 * 10_000.5 - 6_000 + 0.5
    frame.loc[0, "published_benchmark"] = 6_000 + bound + beyond
    row = calibrate(frame, BOOK).residuals.loc[0]
    assert row["bound"] == bound == pytest.approx(0.8)
    assert row["within_bound"] == within


@pytest.fixture(scope="module")
def rounded_populations() -> list[Calibration]:
    return [calibrate(printed(population(seed)), BOOK) for seed in range(30)]


def test_standard_errors_are_those_of_rounding(rounded_populations: list[Calibration]) -> None:
    """Errors of factors in units of their standard errors have a root mean square of 1, within 4 standard errors."""
    rows = pd.concat([earlier_years(found) for found in rounded_populations])
    scores = (rows["trend_factor"] - np.tile(FACTORS, 30)) / rows["standard_error"]
    assert np.sqrt(np.mean(np.square(scores))) == pytest.approx(1, abs=4 / np.sqrt(2 * len(scores)))


def test_residuals_are_as_large_as_rounding_makes_them(rounded_populations: list[Calibration]) -> None:
    """Over all populations their variance is the one told, within 4 standard deviations of a variance of so many."""
    fits = [found.fits[0] for found in rounded_populations]
    ratio = sum(fit.sd**2 for fit in fits) / sum(fit.rounding_sd**2 for fit in fits)
    assert ratio == pytest.approx(1, abs=4 * np.sqrt(2 / (30 * 32)))


@pytest.mark.parametrize(("acos", "refused"), [(7, True), (8, True), (9, False)])
def test_eight_factors_need_more_than_eight_acos(acos: int, refused: bool) -> None:
    found = calibrate(population(1, acos), BOOK)
    (fit,) = found.fits
    assert bool(fit.refusal) == refused == found.reference.empty
    assert fit.refusal.startswith(f"{acos} ACOs" if refused else "")
    assert (found.residuals["notes"] == fit.refusal).all()


def test_acos_that_are_all_alike_are_refused() -> None:
    alike = pd.concat([population(1, 1)] * 20, ignore_index=True)
    (fit,) = calibrate(alike, BOOK).fits
    assert fit.refusal == "20 ACOs that are too similar to estimate 8 factors apart"


def test_a_start_that_is_refused_has_no_figures_of_a_fit() -> None:
    """Here of one ACO alone."""
    (fit,) = calibrate(population(1, 1), BOOK).fits
    refusal = "1 ACOs with all figures, where 8 factors need more than 8"
    assert (fit.acos, fit.first, fit.within, fit.quantiles, fit.refusal) == (1, 1, 0, (), refusal)
    assert np.isnan([fit.sd, fit.rounding_sd]).all()


def test_a_start_that_is_refused_leaves_the_others() -> None:
    found = calibrate(pd.concat([population(1), population(2, 3, "2014-01-01")], ignore_index=True), BOOK)
    assert [bool(fit.refusal) for fit in found.fits] == [False, True]
    assert set(found.reference["agreement_start"]) == {pd.Timestamp("2013-01-01")}
    assert found.residuals["residual"].isna().sum() == 3
    assert found.residuals.index.tolist() == list(range(43))


def test_an_aco_with_blank_figures_is_left_out_and_named() -> None:
    frame = population(1)
    frame.loc[4, ["per_capita_by1_esrd", "published_benchmark"]] = np.nan
    found = calibrate(frame, BOOK)
    row = found.residuals.iloc[4]
    assert row["notes"] == "blank: per_capita_by1_esrd, published_benchmark"
    assert found.residuals["notes"].drop(4).eq("").all()
    assert np.isnan(row["within_bound"])
    assert found.fits[0].acos == 39


def test_a_second_agreement_without_savings_before_is_left_out_and_named() -> None:
    frame = pd.concat([population(1, 12, "2016-01-01"), population(2, 3, "2016-01-01", 2)], ignore_index=True)
    frame.loc[13, "prior_savings_per_capita"] = np.nan
    found = calibrate(frame, BOOK)
    assert found.residuals.loc[13, "notes"] == "blank: prior_savings_per_capita"
    assert (found.fits[0].acos, found.fits[0].first) == (14, 12)


def test_a_type_without_people_needs_no_figures() -> None:
    frame = population(1)
    frame.loc[4, "person_years_by3_esrd"] = 0
    frame.loc[4, ["per_capita_by1_esrd", "risk_score_by1_esrd"]] = np.nan
    assert calibrate(frame, BOOK).fits[0].acos == 40


def test_a_file_without_agreement_periods_has_first_agreements_until_the_first_renewals() -> None:
    frame = pd.concat([population(1, 20, "2015-01-01"), population(2, 20, "2016-01-01")], ignore_index=True)
    found = calibrate(frame.drop(columns="agreement_period"), BOOK)
    assert [fit.start.year for fit in found.fits] == [2015]
    assert found.others == 20


def test_agreements_with_another_trend_are_left_out() -> None:
    found = calibrate(population(1, 20, "2017-01-01", 2), BOOK)
    assert (found.others, found.fits, len(found.reference)) == (20, (), 0)


# Agreement starts and how many of their ACOs have every figure.
PUBLISHED = {
    "2014": {"2012-04-01": 26, "2012-07-01": 85, "2013-01-01": 102, "2014-01-01": 118},
    "2015": {"2012-04-01": 22, "2012-07-01": 78, "2013-01-01": 90, "2014-01-01": 111, "2015-01-01": 89},
    "2018": {"2016-01-01": 198, "2017-01-01": 89, "2018-01-01": 123},
    "2021": {"2018-01-01": 92},
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_published_benchmarks_are_met_within_rounding(shared_data: Path, year: str) -> None:
    found = calibrate(load_published_benchmarks(str(shared_data / f"mssp_puf_{year}.csv"), year), BOOK)
    fits = [fit for fit in found.fits if fit.acos >= 15]
    assert {f"{fit.start:%Y-%m-%d}": fit.acos for fit in fits} == PUBLISHED[year]
    for fit in fits:
        assert fit.within / fit.acos >= 0.99
        assert fit.sd <= 3
        assert fit.quantiles[0] < 0 < fit.quantiles[-1]
        _as_large_as_rounding(fit)


def _as_large_as_rounding(fit: Fit) -> None:
    """The variance is that of rounding, within four standard deviations of a variance from so many ACOs."""
    assert (fit.sd / fit.rounding_sd) ** 2 == pytest.approx(1, abs=4 * np.sqrt(2 / (fit.acos - 8)))


def test_the_same_start_gives_the_same_factors_in_two_years(shared_data: Path) -> None:
    """National growth is one, whichever file shows it: 2014 and 2015 differ by no more than their errors explain."""
    frames = [load_published_benchmarks(str(shared_data / f"mssp_puf_{year}.csv"), str(year)) for year in (2014, 2015)]
    keys = ["agreement_start", "calendar_year", "enrollment_type"]
    both = pd.merge(*(earlier_years_of_all(calibrate(frame, BOOK)) for frame in frames), on=keys)
    error = np.hypot(both["standard_error_x"], both["standard_error_y"])
    assert len(both) == 4 * 8
    assert ((both["trend_factor_x"] - both["trend_factor_y"]).abs() <= 3 * error).all()


def earlier_years_of_all(found: Calibration) -> pd.DataFrame:
    return found.reference[found.reference["standard_error"] > 0]


def test_the_benchmark_engine_reaches_the_recomputed_benchmark(shared_data: Path) -> None:
    """The chain: CMS's figures as an expenditure file, and the factors as a reference file."""
    published = load_published_benchmarks(str(shared_data / "mssp_puf_2014.csv"), "2014")
    found = calibrate(published, BOOK)
    roster = found.residuals
    rows = benchmark_rows(roster, long_expenditures(published), found.reference, BOOK)
    assert None not in rows
    historical = np.array([row.figure("historical_benchmark") for row in rows if row])
    both = roster["recomputed_benchmark"].notna().to_numpy()
    assert both.sum() == 331
    np.testing.assert_allclose(historical[both], roster["recomputed_benchmark"][both], rtol=1e-12)
    assert (np.abs(historical - roster["published_benchmark"])[both] <= roster["bound"][both]).all()


def long_expenditures(published: pd.DataFrame) -> pd.DataFrame:
    """The benchmark years of an expenditure file."""
    parts = []
    for year in BENCHMARK_YEARS:
        for kind in KINDS:
            figures = {
                "calendar_year": published["agreement_start"].dt.year - 4 + int(year[-1]),
                "period": year.upper(),
                "enrollment_type": kind.replace("_", "-"),
                "person_years": published[f"person_years_by3_{kind}"] if year == "by3" else 1.0,
                "per_capita_expenditure": published[f"per_capita_{year}_{kind}"],
                "risk_score": published[f"risk_score_{year}_{kind}"],
            }
            parts.append(published[["aco_id", "performance_year"]].assign(**figures))
    return pd.concat(parts, ignore_index=True)
