"""`aco rules`: every value with its citation and status, its sources, and what is covered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Aco = Callable[..., CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, str]]]

SAMPLE = Path(__file__).parents[2] / "sample_data" / "roster_2014.csv"
STATUSES = {"published", "derived", "unverified", "assumed"}


@pytest.fixture(scope="module")
def shown(aco: Aco, rows: Rows) -> list[dict[str, str]]:
    return rows(aco("rules", "show").stdout)


def test_every_value_has_citation_and_status(shown: list[dict[str, str]]) -> None:
    assert len(shown) > 20
    assert [row for row in shown if not row["citation"] or row["status"] not in STATUSES] == []


def test_show_chooses_year_track_and_parameter(aco: Aco, rows: Rows) -> None:
    options = ["--year", "2014", "--track", "track-2", "--parameter", "maximum_sharing_rate"]
    (row,) = rows(aco("rules", "show", *options).stdout)
    assert float(row["value"]) == 0.6
    assert "425.606" in row["citation"]


def test_quality_measures_are_summed_up_until_asked_for(aco: Aco, rows: Rows, shown: list[dict[str, str]]) -> None:
    (together,) = [row for row in shown if row["parameter"] == "measures" and row["years"] == "2018"]
    assert together["value"] == "measures 30, with_benchmark 22, published 17, derived 10, assumed 3"
    assert together["status"] == "assumed"
    each = rows(aco("rules", "show", "--program", "mssp-quality", "--year", "2018").stdout)
    measures = [row for row in each if row["label"] == "Quality measure"]
    assert len(measures) == 30
    assert sum(row["status"] == "assumed" and "are assumed" in row["note"] for row in measures) == 3


def test_a_quality_measure_is_shown_by_its_name(aco: Aco, rows: Rows) -> None:
    found = rows(aco("rules", "show", "--parameter", "ACO-13").stdout)
    assert [row["years"] for row in found] == ["2014", "2016", "2017", "2018"]
    assert found[3]["value"].endswith("cuts [43.42, 50.42, 58.45, 66.0, 73.39, 81.79, 90.73]")
    assert found[3]["citation"] == "CMS QPP measure benchmark files, 2018"


def test_diff_tells_each_measure_where_both_years_have_them(aco: Aco, rows: Rows) -> None:
    changed = {row["parameter"]: row for row in rows(aco("rules", "diff", "2017", "2018").stdout)}
    assert {"ACO-13", "disaster_score"} <= changed.keys()
    assert "ACO-7" not in changed
    gone = {row["parameter"]: row for row in rows(aco("rules", "diff", "2018", "2019").stdout)}
    assert (gone["measures"]["before"][:11], gone["measures"]["after"]) == ("measures 30", "")


def test_show_refuses_what_no_rule_fits(aco: Aco) -> None:
    done = aco("rules", "show", "--parameter", "msr_options", "--year", "2012", "--track", "enhanced")
    assert (done.returncode, done.stdout) == (2, "")
    assert "coverage" in done.stderr


@pytest.mark.parametrize("table", [("show", "--year", "2021"), ("diff", "2019", "2023")])
def test_programs_and_tracks_may_be_spelled_as_in_a_roster(aco: Aco, table: tuple[str, ...]) -> None:
    """One that is unknown is refused, also beside a known one: it was passed over."""
    by_name = aco("rules", *table, "--program", "mssp", "--track", "basic-e").stdout
    assert len(by_name.splitlines()) > 1
    assert aco("rules", *table, "--program", "MSSP", "--track", "BASIC Track Level E").stdout == by_name
    done = aco("rules", *table, "--track", "basic-e", "--track", "track-9")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no row has track 'track-9'; did you mean track-3" in done.stderr


def test_sources_name_the_documents_of_the_citations(aco: Aco, rows: Rows, shown: list[dict[str, str]]) -> None:
    sources = rows(aco("rules", "sources").stdout)
    names = [row["source"] for row in sources]
    assert [row["citation"] for row in shown if not any(name in row["citation"] for name in names)] == []
    assert all(row["title"] and row["publisher"] for row in sources)


def test_coverage_lists_program_track_and_year(aco: Aco, rows: Rows) -> None:
    covered = {
        (row["program"], row["track"], row["performance_year"]): row for row in rows(aco("rules", "coverage").stdout)
    }
    assert {("mssp", "track-1", str(year)) for year in range(2012, 2016)} <= covered.keys()
    assert {("mssp", "track-2", str(year)) for year in range(2012, 2016)} <= covered.keys()
    assert ("mssp", "track-3", "2014") not in covered
    row = covered["mssp", "track-1", "2014"]
    assert int(row["published"]) >= 5
    assert int(covered["mssp-quality", "any", "2018"]["assumed"]) == 3
    others = sum(int(row[status]) for status in STATUSES - {"published"})
    assert others == len(row["uncertain"].split(", "))


def test_coverage_of_a_year_lists_what_nobody_confirmed_for_it(aco: Aco, rows: Rows) -> None:
    found = rows(aco("rules", "coverage", "--year", "2014").stdout)
    assert {row["why"] for row in found} == {"not published"}
    assert all(row["status"] != "published" and row["citation"] for row in found)
    of_track_2 = {row["parameter"]: row for row in found if row["program"] == "mssp" and "track-2" in row["track"]}
    assert of_track_2.keys() == {"loss_limit", "payment_limit", "savings_rate_deviation"}
    assert (of_track_2["payment_limit"]["value"], of_track_2["payment_limit"]["years"]) == ("0.15", "2012-2021")
    assert of_track_2["savings_rate_deviation"]["track"] == "track-1, track-2"  # of all tracks that ran in 2014
    covered = {
        (row["program"], row["track"]): row
        for row in rows(aco("rules", "coverage").stdout)
        if row["performance_year"] == "2014"
    }
    told = {name for row in covered.values() for name in row["uncertain"].split(", ") if name}
    assert {row["parameter"] for row in found} == told


def test_coverage_of_a_year_to_come_lists_all_that_would_go_on(aco: Aco, rows: Rows) -> None:
    found = rows(aco("rules", "coverage", "--year", "2028").stdout)
    assert all("carried beyond verified_through 202" in row["why"] and row["years"].endswith("-") for row in found)
    limits = [row["track"] for row in found if row["parameter"] == "payment_limit"]
    assert limits == ["basic-a, basic-b, basic-c, basic-d, basic-e", "enhanced"]
    assert {row["program"] for row in found} == {"mssp", "mssp-benchmark", "mssp-expenditures", "mssp-quality"}


def test_what_a_folder_confirms_is_not_listed(aco: Aco, rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "mssp").mkdir()
    (tmp_path / "mssp" / "program.yaml").write_text("verified_through: 2027")
    options = ["rules", "coverage", "--year", "2027"]
    names = {row["parameter"] for row in rows(aco(*options, "--rules", tmp_path).stdout) if row["program"] == "mssp"}
    assert names == {"prepaid_shared_savings", "savings_rate_deviation"}
    assert names < {row["parameter"] for row in rows(aco(*options).stdout)}


def test_coverage_takes_one_year(aco: Aco) -> None:
    done = aco("rules", "coverage", "--year", "2024-2025")
    assert (done.returncode, done.stdout) == (2, "")
    assert "one performance year" in done.stderr


def test_years_that_go_on_are_shown_so_and_chosen_as_far_as_they_are_verified(aco: Aco, rows: Rows) -> None:
    options = ["rules", "show", "--parameter", "payment_limit", "--track", "enhanced"]
    for year in ("2019", "2026", "2019-2030"):
        assert [row["years"] for row in rows(aco(*options, "--year", year).stdout)] == ["2019-"]
    for year in ("2018", "2027"):
        assert aco(*options, "--year", year).returncode == 2


def test_diff_and_coverage_end_with_what_is_verified(aco: Aco, rows: Rows) -> None:
    assert max(int(row["performance_year"]) for row in rows(aco("rules", "coverage").stdout)) == 2026
    gone = rows(aco("rules", "diff", "2026", "2027", "--track", "enhanced").stdout)
    assert gone
    assert {row["after"] for row in gone} == {""}


@pytest.mark.parametrize("command", ["settle", "quality"])
def test_a_slip_in_a_folder_of_rules_is_an_error_of_an_input(aco: Aco, tmp_path: Path, command: str) -> None:
    (tmp_path / "mssp" / "quality").mkdir(parents=True)
    (tmp_path / "mssp" / "quality" / "points.yaml").write_text("label: x\nunit: y\nvalues:\n- {years: soon}\n")
    done = aco(command, "2014", SAMPLE, "--rules", tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "points.yaml: value 1: years, line 4: expected years such as 2014" in done.stderr
    assert "points.yaml: value 1, line 4: missing cite" in done.stderr
