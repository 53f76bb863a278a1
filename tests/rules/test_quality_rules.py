"""Rules of quality scoring: what is packaged, what a user's folder replaces, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aco_cli.errors import RulesError
from aco_cli.rules.parameters import Status
from aco_cli.rules.quality import DOMAINS, Collection, Kind, QualityRules

RULES = QualityRules()
MAXIMUM = {2014: (14, 14, 16, 14), 2016: (16, 22, 18, 12), 2017: (16, 22, 16, 8), 2018: (16, 22, 16, 8)}

Overlay = Callable[..., Path]


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    """Writes a file of quality rules into a folder as `--rules` takes it."""

    def write(content: str, name: str = "measures.yaml") -> Path:
        folder = tmp_path / "mssp" / "quality"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
        return tmp_path

    return write


def test_years_with_measures_are_those_of_the_sources() -> None:
    assert RULES.years == [2014, 2016, 2017, 2018, 2021, 2022, 2023, 2024]


@pytest.mark.parametrize("year", MAXIMUM)
def test_maximum_points_of_domains_are_those_of_the_regulation(year: int) -> None:
    found = RULES.measures(year)
    assert found is not None
    assert tuple(found.domains[domain] for domain in DOMAINS) == MAXIMUM[year]


@pytest.mark.parametrize("year", RULES.years)
def test_every_measure_has_a_citation_and_a_status(year: int) -> None:
    found = RULES.measures(year)
    assert found is not None
    assert all(measure.cite and measure.status in Status for measure in found.measures.values())


def test_only_the_electronic_record_measure_counts_double() -> None:
    for year in MAXIMUM:
        found = RULES.measures(year)
        assert found is not None
        assert [name for name, each in found.measures.items() if each.max_points != 2] == ["ACO-11"]


def test_reversed_measures_are_those_where_less_is_better() -> None:
    lower_is_better = {"ACO-8", "ACO-9", "ACO-10", "ACO-27", "ACO-35", "ACO-36", "ACO-37", "ACO-38", "ACO-43"}
    for year in MAXIMUM:
        found = RULES.measures(year)
        assert found is not None
        assert {name for name, each in found.measures.items() if each.reversed} == lower_is_better & set(found.measures)


def test_scored_app_measures_of_the_web_interface() -> None:
    for year, more in ((2021, set()), (2022, {"134"}), (2023, {"134"}), (2024, {"134"})):
        found = RULES.measures(year)
        assert found is not None
        assert found.kind is Kind.DECILES
        scored = {
            name.split("_")[1]
            for name, each in found.measures.items()
            if each.collection is Collection.WEB_INTERFACE and each.deciles
        }
        assert scored == {"001", "110", "112", "113", "226", "236", "318"} | more


@pytest.mark.parametrize(
    ("year", "score"),
    [(2017, 0.9206), (2018, 0.9268), (2019, 0.9217), (2020, 0.9687), (2021, 0.6169), (2022, 0.7063), (2023, 0.6576)],
)
def test_least_score_of_affected_acos(year: int, score: float) -> None:
    assert RULES.value("disaster_score", year)["score"] == score


def test_a_parameter_has_no_value_in_a_year_it_is_not_of() -> None:
    assert RULES.value("improvement_steps", 2014) is None
    assert RULES.value("disaster_score", 2016) is None
    assert RULES.measures(2015) is None


def test_a_folder_replaces_one_measure_and_leaves_the_others(overlay: Overlay) -> None:
    folder = overlay(
        "kind: percentiles\nyears: 2014\ncite: {published: CMS table}\nmeasures:\n"
        "  ACO-9: {domain: care_coordination, from: administrative, reversed: true, reporting_through: 1,\n"
        "          cuts: [7, 6, 5, 4, 3, 2, 1], status: published}\n"
    )
    before, after = RULES.measures(2014), QualityRules([folder]).measures(2014)
    assert before is not None
    assert after is not None
    assert after.measures["ACO-9"].cuts == (7, 6, 5, 4, 3, 2, 1)
    assert not after.measures["ACO-9"].assumed
    assert after.measures["ACO-10"] == before.measures["ACO-10"]
    assert after.domains == before.domains


def test_a_folder_replaces_a_parameter_for_its_years(overlay: Overlay) -> None:
    folder = overlay(
        "label: x\nunit: y\nvalues:\n  - {years: 2018, value: {score: 0.5, all: true}, status: assumed, cite: z}\n",
        "disaster_score.yaml",
    )
    rules = QualityRules([folder])
    assert rules.value("disaster_score", 2018) == {"score": 0.5, "all": True}
    assert rules.value("disaster_score", 2017) == RULES.value("disaster_score", 2017)


def test_a_folder_adds_a_year(overlay: Overlay) -> None:
    folder = overlay(
        "kind: percentiles\nyears: 2015\ncite: {published: CMS table}\ndomains: {at_risk: 2}\nmeasures:\n"
        "  ACO-28: {domain: at_risk, from: web-interface, reporting_through: 1, cuts: [1, 2, 3, 4, 5, 6, 7],"
        " status: published}\n"
    )
    assert QualityRules([folder]).years[1] == 2015


MEASURE = "ACO-28: {domain: at_risk, from: web-interface, cuts: [1, 2, 3, 4, 5, 6, 7], status: published}"


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (MEASURE.replace(", 7]", "]"), "expected 7 cuts"),
        (MEASURE.replace("1, 2", "2, 1"), "must rise"),
        (MEASURE.replace("cuts", "reversed: true, cuts"), "must fall"),
        (MEASURE.replace("at_risk", "elsewhere"), "expected a domain"),
        (MEASURE.replace("published", "certain"), "certain"),
        (MEASURE.replace("published", "assumed"), "assumed"),
        (MEASURE.replace("cuts", "cut"), "unknown key cut"),
        (MEASURE.replace("web-interface", "paper"), "paper"),
        (MEASURE.replace("cuts", "assumed: {p35: [1, 2]}, cuts"), "assumed names some of"),
        (MEASURE.replace("cuts: [1, 2, 3, 4, 5, 6, 7]", "deciles: [1, 2]"), "starts of deciles"),
    ],
)
def test_a_malformed_measure_is_refused_in_words(overlay: Overlay, measure: str, words: str) -> None:
    folder = overlay(f"kind: percentiles\nyears: 2030\ncite: {{published: x}}\nmeasures:\n  {measure}\n")
    with pytest.raises(RulesError, match=words):
        QualityRules([folder])


def test_domains_must_add_up(overlay: Overlay) -> None:
    folder = overlay(
        f"kind: percentiles\nyears: 2030\ncite: {{published: x}}\ndomains: {{at_risk: 4}}\nmeasures:\n  {MEASURE}\n"
    )
    with pytest.raises(RulesError, match="have 2 points together, not 4"):
        QualityRules([folder])
