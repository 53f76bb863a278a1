"""National figures from published benchmarks: recovered where they are known, and proved on CMS's files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aco_cli.engine.benchmark.calibrate import HISTORICAL, Calibration, Fit, calibrate
from aco_cli.engine.benchmark.calibrate_updates import UpdateFit, calibrate_updates
from aco_cli.engine.benchmark.compute import benchmark_rows, eras
from aco_cli.engine.benchmark.equations import Equations
from aco_cli.inputs.benchmark import load_published_benchmarks
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
TYPES = ("esrd", "disabled", "aged_dual", "aged_nondual")
YEARS = ("by1", "by2", "by3")
WEIGHTS = {1: (0.1, 0.3, 0.6), 2: (1 / 3, 1 / 3, 1 / 3)}
SPENDING = np.array([80_000.0, 9_500.0, 15_000.0, 9_000.0])
PEOPLE = np.array([(10, 400), (200, 4_000), (20, 3_000), (1_000, 40_000)])
FACTORS = np.array([1.05, 1.03, 0.97, 1.02, 1.01, 0.99, 1.04, 1.005])
DECIMALS = {"per_capita": 0, "risk_score": 3, "person_years": 0, "published": 0, "prior_savings": 0}


def population(seed: int, acos: int = 40, start: str = "2013-01-01", period: int = 1) -> pd.DataFrame:
    """ACOs as CMS knows them, unrounded, with the historical benchmark written out as the regulation has it."""
    random = np.random.default_rng(seed)
    spent = SPENDING * random.uniform(0.7, 1.4, (acos, 3, 4))
    score = random.uniform(0.85, 1.35, (acos, 3, 4))
    years = random.uniform(PEOPLE[:, 0], PEOPLE[:, 1], (acos, 4))
    saved = random.uniform(0, 400, acos) if period > 1 else np.zeros(acos)
    trend = np.append(FACTORS, np.ones(4)).reshape(3, 4)
    by_type = np.einsum("k,akt,kt->at", np.array(WEIGHTS[period]), spent * score[:, 2:] / score, trend)
    columns = {
        "aco_id": [f"A{number}" for number in range(acos)],
        "performance_year": 2014,
        "agreement_start": pd.Timestamp(start),
        "agreement_period": float(period),
        "published_benchmark": (by_type * years).sum(axis=1) / years.sum(axis=1) + saved,
        "prior_savings_per_capita": saved,
    }
    for at, kind in enumerate(TYPES):
        columns[f"person_years_by3_{kind}"] = years[:, at]
        for when, year in enumerate(YEARS):
            columns[f"per_capita_{year}_{kind}"] = spent[:, when, at]
            columns[f"risk_score_{year}_{kind}"] = score[:, when, at]
    return pd.DataFrame(columns)


def printed(frame: pd.DataFrame) -> pd.DataFrame:
    """The population as CMS prints it."""
    return frame.round({name: places for name in frame for stem, places in DECIMALS.items() if name.startswith(stem)})


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
    assert "too similar" in fit.refusal


def test_a_start_that_is_refused_leaves_the_others() -> None:
    found = calibrate(pd.concat([population(1), population(2, 3, "2014-01-01")], ignore_index=True), BOOK)
    assert [bool(fit.refusal) for fit in found.fits] == [False, True]
    assert set(found.reference["agreement_start"]) == {pd.Timestamp("2013-01-01")}
    assert found.residuals["residual"].isna().sum() == 3


def test_an_aco_with_blank_figures_is_left_out_and_named() -> None:
    frame = population(1)
    frame.loc[4, ["per_capita_by1_esrd", "published_benchmark"]] = np.nan
    found = calibrate(frame, BOOK)
    row = found.residuals.iloc[4]
    assert row["notes"] == "blank: per_capita_by1_esrd, published_benchmark"
    assert np.isnan(row["within_bound"])
    assert found.fits[0].acos == 39


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
    for year in YEARS:
        for kind in TYPES:
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


DOLLARS = np.array([900.0, 400.0, 250.0, 100.0])


def with_update(seed: int, acos: int, others: float) -> pd.DataFrame:
    """The population in its performance year; in a share of `others` risk ratios are below the growth of scores."""
    frame, random = population(seed, acos), np.random.default_rng(seed + 1)
    growth = random.uniform(0.93, 1.07, (acos, 4))
    lower = np.where(random.random((acos, 1)) < others, random.uniform(0.9, 1, (acos, 4)), 1)
    years = random.uniform(PEOPLE[:, 0], PEOPLE[:, 1], (acos, 4))
    trend = np.append(FACTORS, np.ones(4)).reshape(3, 4)
    historical = np.zeros((acos, 4))
    for at, kind in enumerate(TYPES):
        for when, year in enumerate(YEARS):
            ratio = frame[f"risk_score_by3_{kind}"] / frame[f"risk_score_{year}_{kind}"]
            historical[:, at] += WEIGHTS[1][when] * trend[when, at] * ratio * frame[f"per_capita_{year}_{kind}"]
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


def test_few_acos_give_no_updates() -> None:
    frame = with_update(1, 9, 0.0)
    rows, fit = updates_of(frame)
    assert (len(rows), fit.refusal) == (4, "")
    frame.loc[0, "published_update"] = np.nan
    rows, fit = updates_of(frame)
    assert rows.empty
    assert fit.refusal.startswith("8 ACOs in a first agreement with all figures")


def test_acos_that_do_not_agree_give_no_updates() -> None:
    rows, fit = updates_of(printed(with_update(1, 20, 1.0)))
    assert rows.empty
    assert "ACOs that agree" in fit.refusal


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
