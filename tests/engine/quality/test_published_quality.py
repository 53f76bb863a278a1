"""Scores from the measure rates that CMS published, against the scores that it published."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.compare import Cause, Route, compare_scores
from aco_cli.engine.quality.decile_points import decile_points
from aco_cli.engine.quality.deciles import DecileScores
from aco_cli.engine.quality.join import join_scores
from aco_cli.engine.quality.score import score, score_years
from aco_cli.engine.quality.thirds import with_thirds
from aco_cli.engine.reconcile import Verdict
from aco_cli.engine.settle import settle
from aco_cli.inputs.load import load
from aco_cli.inputs.quality import load_rates, with_ids
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook
from aco_cli.rules.quality import Collection

RULES = RuleBook()
WITHIN = 0.0005 + 1e-9


@cache
def published_and_rates(folder: Path, year: int, rates: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    years, puf = Years.parse(str(year)), str(folder / f"mssp_puf_{year}.csv")
    published = load([puf], years, precision=True).frame
    found, warnings = with_ids(load_rates([str(folder / rates) if rates else puf], years).frame, published)
    assert warnings == []
    return published, with_thirds(found, RULES)


@pytest.fixture
def of_2014(shared_data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    return published_and_rates(shared_data, 2014, "mssp_results_2014.csv")


def test_every_aco_of_the_results_file_is_matched_by_its_totals(of_2014: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    published, rates = of_2014
    assert sorted(rates["aco_id"]) == sorted(published["aco_id"])


def test_2014_all_performance_scores_are_equal(of_2014: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    published, rates = of_2014
    own = published.set_index("aco_id")["quality_score"].reindex(rates["aco_id"]).to_numpy()
    found = score(rates, RULES)["quality_score"].to_numpy()
    performs = own > 0
    assert performs.sum() == 206
    assert (abs(found - own)[performs] < 1e-12).all()
    assert (found[own == 0] == 0).all()


def test_2014_settles_the_same_from_measure_rates(of_2014: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    published, rates = of_2014
    scored = pd.concat([rates[["aco_id", "performance_year"]], score(rates, RULES)], axis=1)
    joined, without_score, not_in_roster = join_scores(published, scored)
    assert (without_score, not_in_roster) == ([], [])
    columns = ("settlement", "outcome")
    before, after = (settle(frame, RuleBook(), columns) for frame in (published, joined))
    assert (after["settlement"] - before["settlement"]).abs().max() < 0.01
    assert after["outcome"].tolist() == before["outcome"].tolist()


def test_2018_is_explained_by_improvement(shared_data: Path) -> None:
    compared = compared_with_prior_year(shared_data, 2018)
    assert len(compared) == 548
    steps = compared[compared["class"] == Verdict.EXPLAINED]
    assert (steps["cause"] == Cause.REWARDS).all()
    assert steps["reason"].str.startswith("patient_experience ").all()


@cache
def with_prior_year(folder: Path, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Published scores of a year and its rates, with those of the year before where the file is at hand."""
    published, rates = published_and_rates(folder, year)
    before = folder / f"mssp_puf_{year - 1}.csv"
    if year < 2022 or not before.exists():
        return published, rates
    both = load_rates([str(before), str(folder / f"mssp_puf_{year}.csv")], Years.parse(str(year))).frame
    return published, with_thirds(both, RULES)


@cache
def compared_with_prior_year(folder: Path, year: int) -> pd.DataFrame:
    return compare_scores(*with_prior_year(folder, year), RULES)


UNEXPLAINED = {
    2017: ["A39975", "A45364", "A50281"],
    2018: ["A2832", "A2973"],
    2022: ["A1488", "A2973", "A4803"],
    2023: ["A2973", "A4961"],
    2024: ["A1041", "A2801", "A2802", "A2973", "A5058", "A5147"],
}
# How many of the scores a cause explains if each is set beside the rates of an ACO drawn by lot, at most.
BY_CHANCE = {2017: 0.36, 2018: 0.31, 2021: 0.06, 2022: 0.11, 2023: 0.14, 2024: 0.31}


@pytest.mark.parametrize("year", UNEXPLAINED)
def test_unexplained_scores_are_those_named(shared_data: Path, year: int) -> None:
    compared = compared_with_prior_year(shared_data, year)
    assert sorted(compared.loc[compared["class"] == Verdict.UNEXPLAINED, "aco_id"]) == UNEXPLAINED[year]


@pytest.mark.parametrize("year", BY_CHANCE)
def test_causes_explain_little_by_chance(shared_data: Path, year: int) -> None:
    """A cause that could explain anything explains nothing: scores set beside the rates of other ACOs remain open."""
    published, rates = with_prior_year(shared_data, year)
    names = ["quality_score", "quality_score_half_unit"]
    order = np.random.default_rng(year).permutation(len(published))
    shuffled = published.assign(**{name: published[name].to_numpy()[order] for name in names})
    compared = compare_scores(shuffled, rates, RULES)
    assert (compared["class"] != Verdict.UNEXPLAINED).mean() <= BY_CHANCE[year]


def test_2017_the_mean_of_affected_acos_is_exact(shared_data: Path) -> None:
    """The file does not say which ACOs were affected: only 92.06 to the digit counts, above what the rates give."""
    compared = compared_with_prior_year(shared_data, 2017)
    affected = compared[compared["cause"] == Cause.CIRCUMSTANCES]
    assert len(affected) == 62
    assert (affected["published"] == 0.9206).all()
    assert (affected["recomputed"] < 0.92065).all()


def test_2024_equity_adjustments_fit_thirds_and_shares(shared_data: Path) -> None:
    """What is above their rates is a share of the thirds' points that is no less than that of dual eligibles."""
    _, rates = with_prior_year(shared_data, 2024)
    compared = compared_with_prior_year(shared_data, 2024).set_index("aco_id")
    scores = score_years(rates, RULES)[-1].scores
    assert isinstance(scores, DecileScores)
    rows = rates.loc[rates["performance_year"] == 2024, ["aco_id", "dual_share"]].set_index("aco_id")
    rows = rows.assign(**{name: scores.values[name] for name in ("performance_scaler", "reports_all", "own_score")})
    rows = rows.join(compared)
    poor = rows[(rows["dual_share"] >= 0.2) & (rows["reports_all"] == 1) & (rows["cause"] == Cause.EQUITY)]
    more, scaler = 100 * (poor["published"] - poor["own_score"]), poor["performance_scaler"]
    assert len(poor) == 12
    assert more.between((scaler * poor["dual_share"]).clip(upper=10) - 0.01, scaler.clip(upper=10) + 0.01).all()


@pytest.mark.parametrize(("year", "known", "wrong"), [(2018, 548, 0), (2021, 475, 0), (2022, 482, 0), (2023, 451, 0)])
def test_the_derived_standard_is_the_published_one(shared_data: Path, year: int, known: int, wrong: int) -> None:
    published, rates = with_prior_year(shared_data, year)
    derived = score(rates, RULES).assign(aco_id=rates["aco_id"])[(rates["performance_year"] == year).to_numpy()]
    met = derived.set_index("aco_id")["quality_standard_met"].reindex(published["aco_id"]).to_numpy()
    is_known = ~np.isnan(met)
    assert is_known.sum() == known
    assert (met != published["quality_standard_met"].to_numpy())[is_known].sum() == wrong


def test_the_derived_standards_of_2024_settle_as_the_published_ones(shared_data: Path) -> None:
    """Met or not as published, and the alternative, for all whose rates are in the file but one.

    A4711 has a prior year without a claims measure, and its improvement is not known, which its notes say.
    """
    published, rates = with_prior_year(shared_data, 2024)
    scored = pd.concat([rates[["aco_id", "performance_year"]], score(rates, RULES)], axis=1)
    scored = scored[scored["performance_year"] == 2024]
    names = ["quality_standard_met", "quality_alternative_met"]
    joined, *_ = join_scores(published.assign(**dict.fromkeys(names, np.nan)), scored)
    own = published[names[0]]
    wrong = joined[joined[names[0]].notna() & (joined[names[0]] != own)]
    assert wrong["aco_id"].tolist() == ["A4711"]
    assert joined[names[0]].notna().sum() == 467
    failed = joined[(own == 0) & joined[names[0]].notna()]
    assert (failed[names[1]] == 1).all()
    notes = scored.set_index("aco_id").loc["A4711", "notes"]
    assert "may be met with improvement over a prior year that the rates do not show" in notes


def test_2021_app_scores(shared_data: Path) -> None:
    """Most have all bonus points for end-to-end reporting, some fewer; what no rule explains stays unexplained."""
    compared = compared_with_prior_year(shared_data, 2021)
    web = compared[compared["route"] == Route.WEB_INTERFACE]
    assert len(web) == 460
    assert (web["difference"].abs() <= WITHIN).sum() == 404
    assert web["class"].value_counts().to_dict() == {
        Verdict.EXACT: 249,
        Verdict.ROUNDING: 153,
        Verdict.EXPLAINED: 37,
        Verdict.UNEXPLAINED: 21,
    }
    assert set(compared.loc[compared["class"] == Verdict.EXPLAINED, "cause"]) == {Cause.FEWER_BONUS_POINTS}


def test_2021_survey_points_are_pinned_by_the_published_scores(shared_data: Path) -> None:
    """With the points of survey components free in each decile, they come out as the rules say: ten from the ninth.

    Outliers (other bonus points) are left out by how they fit the free points, not by how they fit the rules.
    """
    published, rates = published_and_rates(shared_data, 2021)
    measures = RULES.measures(2021)
    assert measures is not None
    components = [each for each in measures.measures.values() if each.collection is Collection.SURVEY and each.deciles]
    reached = np.array([np.searchsorted(each.deciles, rates[each.name], "right") + 1 for each in components])
    linear = np.array([decile_points(rates[each.name].to_numpy(), each, 3.0) for each in components])
    of_decile = [(reached == decile) for decile in range(2, 11)]
    within = [np.where(of, linear % 1, 0.0).mean(axis=0) for of in of_decile[1:-1]]
    free = np.column_stack([*(of.mean(axis=0) for of in of_decile), *within])
    scores = score_years(rates, RULES)[0].scores
    assert isinstance(scores, DecileScores)
    v = scores.values
    survey = np.mean([scores.points_of(each) for each in components], axis=0)
    own = published.set_index("aco_id")["quality_score"].reindex(rates["aco_id"]).to_numpy()
    wanted = own * 10 * v["measures"] - 12 - (v["achievement"] * 10 * v["measures"] - survey)
    known = fits = (own < 1) & ~np.isnan(wanted)
    for _ in range(6):
        solved = np.linalg.lstsq(free[fits], wanted[fits], rcond=None)[0]
        off = np.abs(wanted - free @ solved)
        fits = known & (off < max(0.05, 3 * np.median(off[fits])))
    assert fits.sum() > 350
    np.testing.assert_allclose(solved[:9], [3, 3, 4, 5, 6, 7, 8, 10, 10], atol=0.1)
    np.testing.assert_allclose(solved[9:], [1, 1, 1, 1, 1, 1, 0], atol=0.1)


def test_2023_app_scores_without_the_prior_year(shared_data: Path) -> None:
    """No score is less than the rates give, and what is more is within what improvement and equity can add."""
    compared = compare_scores(*published_and_rates(shared_data, 2023), RULES)
    web = compared[compared["route"] == Route.WEB_INTERFACE]
    assert len(web) == 379
    assert (web["difference"].abs() <= WITHIN).sum() == 172
    causes = web.loc[web["class"] == Verdict.EXPLAINED, "cause"].value_counts().to_dict()
    assert causes == {Cause.IMPROVEMENT: 213, Cause.NO_RATES: 2, Cause.BLANKS_COUNT: 2}
    assert (compared["class"] != Verdict.UNEXPLAINED).all()
    others = compared.loc[compared["route"] != Route.WEB_INTERFACE, "cause"]
    assert set(others) <= {"", Cause.ROUNDING, Cause.EQUITY, Cause.IMPROVEMENT}


def prior_year(published: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Rates of 2022 from which the published scores of 2023 are an improvement: one for all eight web measures."""
    scores = next(each.scores for each in score_years(rates, RULES) if each.year == 2023)
    assert isinstance(scores, DecileScores)
    own = published.set_index("aco_id")["quality_score"].reindex(rates["aco_id"]).to_numpy()
    rise = np.nan_to_num(np.maximum(own - scores.values["own_score"], 0.0)) / 0.1
    rate = np.round(100 * scores.values["achievement"] / (1 + rise) - 10, 2)
    columns = dict.fromkeys((f"QualityID_{each}_WI" for each in (110, 112, 113, 134, 226, 236, 318)), rate)
    return pd.DataFrame(
        {"aco_id": rates["aco_id"], "performance_year": 2022, **columns, "QualityID_001_WI": 100 - rate}
    )


def test_2023_app_scores_with_a_prior_year_that_explains_them(shared_data: Path) -> None:
    """The whole way of the prior year's rates: the improvement over them makes the published score."""
    published, rates = published_and_rates(shared_data, 2023)
    both = pd.concat([prior_year(published, rates), rates], ignore_index=True)
    compared = compare_scores(published, both, RULES)
    web = compared[compared["route"] == Route.WEB_INTERFACE]
    assert (web["difference"].abs() <= WITHIN).sum() == 375
    rest = web[web["difference"].abs() > WITHIN]
    assert rest["aco_id"].tolist() == ["A1488", "A5058"]
    assert (rest["cause"] == Cause.BLANKS_COUNT).all()


@pytest.mark.parametrize(
    ("files", "year", "scores"),
    [
        (
            ["headers/mssp_puf_2022_first_rows.csv", "mssp_puf_2021.csv"],
            2022,
            {"A1001": 0.8941, "A1006": 0.8328, "A1023": 0.7063, "A1026": 0.8332, "A1027": 0.7860, "A1032": 0.7299},
        ),
        (["mssp_puf_2023.csv", "headers/mssp_puf_2022_first_rows.csv"], 2023, {"A1001": 0.8991, "A1026": 0.7310}),
    ],
)
def test_app_scores_with_the_prior_years_rates(
    shared_data: Path, files: list[str], year: int, scores: dict[str, float]
) -> None:
    rates = load_rates([str(shared_data / file) for file in files], Years.parse(str(year))).frame
    found = pd.concat([rates[["aco_id", "performance_year"]], score(rates, RULES)], axis=1)
    found = found[found["performance_year"] == year].set_index("aco_id")["quality_score"]
    for aco_id, published in scores.items():
        assert found[aco_id] == pytest.approx(published, abs=WITHIN)


@pytest.mark.parametrize("year", [2016, 2017])
def test_first_rows_of_other_years_are_within_reach_of_improvement(shared_data: Path, year: int) -> None:
    file = str(shared_data / "headers" / f"mssp_puf_{year}_first_rows.csv")
    years = Years.parse(str(year))
    compared = compare_scores(load([file], years, precision=True).frame, load_rates([file], years).frame, RULES)
    assert len(compared) > 0
    assert (compared["class"] != Verdict.UNEXPLAINED).all()
