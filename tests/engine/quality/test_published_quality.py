"""Scores from the measure rates that CMS published, against the scores that it published."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from aco_cli.engine.quality.compare import compare_scores
from aco_cli.engine.quality.join import join_scores
from aco_cli.engine.quality.score import score
from aco_cli.engine.reconcile import Verdict
from aco_cli.engine.settle import settle
from aco_cli.inputs.load import load
from aco_cli.inputs.quality import load_rates, with_ids
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook
from aco_cli.rules.quality import QualityRules

RULES = QualityRules()
WITHIN = 0.0005 + 1e-9


def published_and_rates(folder: Path, year: int, rates: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    years, puf = Years.parse(str(year)), str(folder / f"mssp_puf_{year}.csv")
    published = load([puf], years, precision=True).frame
    found, warnings = with_ids(load_rates([str(folder / rates) if rates else puf], years).frame, published)
    assert warnings == []
    return published, found


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
    joined = join_scores(published, scored)
    assert (joined.without_score, joined.not_in_roster) == ([], [])
    columns = ("settlement", "outcome")
    before, after = (settle(frame, RuleBook(), columns) for frame in (published, joined.frame))
    assert (after["settlement"] - before["settlement"]).abs().max() < 0.01
    assert after["outcome"].tolist() == before["outcome"].tolist()


def test_2018_is_explained_by_improvement_but_for_two_named(shared_data: Path) -> None:
    compared = compare_scores(*published_and_rates(shared_data, 2018), RULES)
    unexplained = compared[compared["class"] == Verdict.UNEXPLAINED]
    assert len(compared) == 548
    assert unexplained["aco_id"].tolist() == ["A2832", "A2973"]
    steps = compared[compared["class"] == Verdict.EXPLAINED]
    assert steps["reason"].str.contains("improvement rewards patient_experience").all()


def web_interface_only(folder: Path, year: int) -> pd.Series:
    table = pd.read_csv(folder / f"mssp_puf_{year}.csv", encoding="utf-8-sig" if year == 2021 else "cp1252", dtype=str)
    others = table[["Report_eCQM", "Report_CQM"] if year == 2021 else ["Report_eCQM_CQM"]]
    return table.loc[(table["Report_WI"] == "1") & (others == "0").all(axis=1), "ACO_ID"]


def test_2021_app_scores(shared_data: Path) -> None:
    """Within 0.05 points, most with all bonus points for end-to-end reporting, some with fewer."""
    compared = compare_scores(*published_and_rates(shared_data, 2021), RULES)
    web = compared[compared["aco_id"].isin(web_interface_only(shared_data, 2021))]
    assert len(web) == 460
    assert (web["difference"].abs() <= WITHIN).sum() >= 403
    assert (web["class"] == Verdict.UNEXPLAINED).sum() <= 18


def test_2023_app_scores_without_the_prior_year(shared_data: Path) -> None:
    """What is missing to a published score is no more than improvement can be, but for one ACO."""
    compared = compare_scores(*published_and_rates(shared_data, 2023), RULES)
    web = compared[compared["aco_id"].isin(web_interface_only(shared_data, 2023))]
    assert (web["difference"].abs() <= WITHIN).sum() >= 172
    assert web.loc[web["class"] == Verdict.UNEXPLAINED, "aco_id"].tolist() == ["A1488"]
    rest = web[(web["class"] == Verdict.EXPLAINED)]["reason"]
    assert rest.str.contains("prior year's rates are not given|least score|file has no rates").all()


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
