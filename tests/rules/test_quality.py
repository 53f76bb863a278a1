"""Rules of quality scoring: what is packaged, what a user's folder replaces, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.parameters import Status
from aco_cli.rules.quality import DOMAINS, Collection, Scoring

RULES = RuleBook()
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
    assert list(RULES.measure_sets) == [2014, 2016, 2017, 2018, 2021, 2022, 2023, 2024, 2025, 2026]


@pytest.mark.parametrize("year", MAXIMUM)
def test_maximum_points_of_domains_are_those_of_the_regulation(year: int) -> None:
    found = RULES.measures(year)
    assert found is not None
    assert tuple(found.domains[domain] for domain in DOMAINS) == MAXIMUM[year]


@pytest.mark.parametrize("year", RULES.measure_sets)
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
        assert found.kind is Scoring.DECILES
        scored = {
            name.split("_")[1]
            for name, each in found.measures.items()
            if each.collection is Collection.WEB_INTERFACE and each.deciles
        }
        assert scored == {"001", "110", "112", "113", "226", "236", "318"} | more


@pytest.mark.parametrize(
    ("year", "score"),
    [
        *[
            (2017, 0.9206),
            (2018, 0.9268),
            (2019, 0.9217),
            (2020, 0.9687),
            (2021, 0.6169),
            (2022, 0.7063),
            (2023, 0.6576),
        ],
        *[(2024, 0.7705), (2025, 0.7670), (2026, 0.7385)],
    ],
)
def test_least_score_of_affected_acos(year: int, score: float) -> None:
    assert RULES.value(scoring(year), "disaster_score")["score"] == score


def test_app_plus_measures_of_each_year() -> None:
    """Breast cancer screening is new in 2025, colorectal cancer screening in 2026; the Web Interface has ended."""
    for year, numbered, claims in ((2025, {"001", "112", "134", "236"}, {"479"}), (2026, {"113"}, {"479", "484"})):
        found = RULES.measures(year)
        assert found is not None
        assert Collection.WEB_INTERFACE not in {each.collection for each in found.measures.values()}
        names = {name.split("_")[1] for name in found.measures if name.startswith("QualityID")}
        assert names >= numbered
        assert {name.split("_")[1] for name in found.measures if name.startswith("Measure")} == claims
    unscored = {name for name, each in found.measures.items() if not each.deciles}
    assert unscored == {f"QualityID_{number}_{way}" for number in ("112", "113") for way in ("eCQM", "MIPSCQM")}


def test_outcome_measures_are_the_four_of_the_standard() -> None:
    for year in range(2021, 2027):
        found = RULES.measures(year)
        assert found is not None
        names = {name.split("_")[1] for name, each in found.measures.items() if each.outcome}
        assert names <= {"001", "236", "479", "484", "MCC1"}
        assert {"001", "236", "479"} <= names


def test_a_parameter_has_no_value_in_a_year_it_is_not_of() -> None:
    assert RULES.value(scoring(2014), "improvement_steps") is None
    assert RULES.value(scoring(2016), "disaster_score") is None
    assert RULES.measures(2015) is None


def test_a_folder_replaces_one_measure_and_leaves_the_others(overlay: Overlay) -> None:
    folder = overlay(
        "kind: percentiles\nyears: 2014\ncite: {published: CMS table}\nmeasures:\n"
        "  ACO-9: {domain: care_coordination, from: administrative, reversed: true, reporting_through: 1,\n"
        "          cuts: [7, 6, 5, 4, 3, 2, 1], status: published}\n"
    )
    before, after = RULES.measures(2014), RuleBook([folder]).measures(2014)
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
    rules = RuleBook([folder])
    assert rules.value(scoring(2018), "disaster_score") == {"score": 0.5, "all": True}
    assert rules.value(scoring(2017), "disaster_score") == RULES.value(scoring(2017), "disaster_score")


def test_a_folder_adds_a_year(overlay: Overlay) -> None:
    folder = overlay(
        "kind: percentiles\nyears: 2015\ncite: {published: CMS table}\ndomains: {at_risk: 2}\nmeasures:\n"
        "  ACO-28: {domain: at_risk, from: web-interface, reporting_through: 1, cuts: [1, 2, 3, 4, 5, 6, 7],"
        " status: published}\n"
    )
    assert list(RuleBook([folder]).measure_sets)[1] == 2015


MEASURE = "ACO-28: {domain: at_risk, from: web-interface, cuts: [1, 2, 3, 4, 5, 6, 7], status: published}"


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (MEASURE.replace(", 7]", "]"), "expected 7 cuts"),
        (MEASURE.replace("1, 2", "2, 1"), "must rise"),
        (MEASURE.replace("cuts", "reversed: true, cuts"), "must fall"),
        (MEASURE.replace("at_risk", "elsewhere"), "expected a domain"),
        (MEASURE.replace("published", "certain"), "certain"),
        (MEASURE.replace("published", "assumed"), "ACO-28, line 5: missing cite"),
        (MEASURE.replace("cuts", "cut"), "cut, line 5: unknown key"),
        (MEASURE.replace("web-interface", "paper"), "from, line 5: expected .*'medicare-cqm', found 'paper'"),
        (MEASURE.replace("1, 2", "1, '2'"), "cut 2, line 5: expected a valid number, found '2'"),
        (MEASURE.replace("cuts", "reversed: 1, cuts"), "reversed, line 5: expected a valid boolean, found 1"),
        (MEASURE.replace("cuts", "reporting_through: '1', cuts"), "expected a valid integer, found '1'"),
        (MEASURE.replace("cuts", "name: x, cuts"), "name, line 5: unknown key"),
        (MEASURE.replace("cuts", "assumed: {p30: [1]}, cuts"), "assumed: p30"),
        ("ACO-28: 5", "ACO-28, line 5: expected a mapping, found 5"),
        (MEASURE.replace("cuts", "assumed: {p35: [1, 2]}, cuts"), "assumed names some of"),
        (MEASURE.replace("cuts: [1, 2, 3, 4, 5, 6, 7]", "deciles: [1, 2]"), "starts of deciles"),
    ],
)
def test_a_malformed_measure_is_refused_in_words(overlay: Overlay, measure: str, words: str) -> None:
    folder = overlay(f"kind: percentiles\nyears: 2030\ncite: {{published: x}}\nmeasures:\n  {measure}\n")
    with pytest.raises(RulesError, match=words):
        RuleBook([folder])


def test_domains_must_add_up(overlay: Overlay) -> None:
    folder = overlay(
        f"kind: percentiles\nyears: 2030\ncite: {{published: x}}\ndomains: {{at_risk: 4}}\nmeasures:\n  {MEASURE}\n"
    )
    with pytest.raises(RulesError, match="have 2 points together, not 4"):
        RuleBook([folder])


def test_a_file_of_measures_names_its_years(overlay: Overlay) -> None:
    """Benchmarks are of a year: none goes on into the next."""
    folder = overlay(f"kind: percentiles\nyears: 2030-\ncite: {{published: x}}\nmeasures:\n  {MEASURE}\n")
    with pytest.raises(RulesError, match=r"measures\.yaml: years, line 2: .* of the years named"):
        RuleBook([folder])


def test_measures_of_a_year_that_is_not_verified_are_told_not_passed_over(overlay: Overlay) -> None:
    folder = overlay(f"kind: percentiles\nyears: 2030\ncite: {{published: x}}\nmeasures:\n  {MEASURE}\n")
    book = RuleBook([folder])
    with pytest.raises(RulesError, match=r"in 2030 is not covered: the rules of Quality scoring are .* through 2026"):
        book.measures(2030)
    assert book.measures(2031) is None
    overlay("verified_through: 2030", "program.yaml")
    found = RuleBook([folder]).measures(2030)
    assert found is not None
    assert list(found.measures) == ["ACO-28"]


@pytest.mark.parametrize("year", RULES.measure_sets)
def test_a_measure_is_a_value_among_others(year: int) -> None:
    found = RULES.measures(year)
    assert found is not None
    held = RULES.in_force(scoring(year))
    assert found.entries.items() <= held.items()
    assert held.keys() - found.entries.keys() <= RULES.parameters("mssp-quality").keys()
    for name, entry in found.entries.items():
        assert RULES.entry(scoring(year), name) is entry
        assert RULES.entry(scoring(year + 50), name) is None


@pytest.mark.parametrize("year", RULES.measure_sets)
def test_every_measure_names_a_source(year: int) -> None:
    found = RULES.measures(year)
    assert found is not None
    assert [entry.cite for entry in (*found.entries.values(), found.summary) if not RULES.sources_of(entry)] == []


@pytest.mark.parametrize("year", RULES.measure_sets)
def test_a_summary_counts_all_measures(year: int) -> None:
    found = RULES.measures(year)
    assert found is not None
    assert found.summary.value["measures"] == len(found.measures)
    assert sum(found.summary.value.get(status.value, 0) for status in Status) == len(found.measures)


def test_a_measure_with_an_assumed_cut_is_no_surer_than_that() -> None:
    entry = RULES.in_force(scoring(2014))["ACO-10"]
    assert (entry.status, entry.note) == (Status.ASSUMED, "only cuts p80, p90 are assumed; the others are derived")
    assert RULES.in_force(scoring(2014))["ACO-12"].status is Status.DERIVED
