"""`aco summary`: the headline figures that were published about 2014."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Aco = Callable[..., CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, str]]]
Roster = Callable[..., Path]

# Published settlements are whole dollars.
ROUNDING = 0.5


@pytest.fixture(scope="module")
def groups(aco: Aco, rows: Rows, roster_2014: Path) -> dict[tuple[str, str], dict[str, str]]:
    done = aco("summary", "2014", roster_2014)
    assert (done.returncode, done.stderr) == (0, "")
    return {(row["by"], row["value"]): row for row in rows(done.stdout)}


def test_all_acos_meet_the_published_figures(groups: dict[tuple[str, str], dict[str, str]]) -> None:
    everyone = groups["all", ""]
    counts = {name: int(everyone[name]) for name in ("acos", "reached_msr", "earned", "quality_failed", "owed")}
    assert counts == {"acos": 333, "reached_msr": 92, "earned": 86, "quality_failed": 6, "owed": 0}
    assert float(everyone["earned_payment"]) == pytest.approx(341_246_303, abs=86 * ROUNDING)
    assert float(everyone["savings"]) == pytest.approx(291_477_845, abs=333 * ROUNDING)
    assert round(float(everyone["savings_above_msr"]) / 1e6) == 806
    assert float(everyone["net_to_medicare"]) == pytest.approx(291_477_845 - 341_246_303, abs=333)


def test_start_years_and_tracks_add_up_to_all(groups: dict[tuple[str, str], dict[str, str]]) -> None:
    starts = {value: int(row["acos"]) for (by, value), row in groups.items() if by == "start_year"}
    assert starts == {"2012": 111, "2013": 103, "2014": 119}
    tracks = {value: int(row["acos"]) for (by, value), row in groups.items() if by == "track"}
    assert tracks == {"track-1": 330, "track-2": 3}
    for group in ("program", "track", "start_year", "size"):
        rows = [row for (by, _), row in groups.items() if by == group and row["source"] == "computed"]
        paid = sum(float(row["earned_payment"]) for row in rows)
        assert paid == pytest.approx(float(groups["all", ""]["earned_payment"]), abs=0.05)


def test_any_roster_column_may_group(aco: Aco, rows: Rows, roster: Roster) -> None:
    file = roster(
        {"aco_id": "A1", "region": "north"}, {"aco_id": "A2", "region": ""}, {"aco_id": "A3", "region": "north"}
    )
    done = aco("summary", "2014", file, "--by", "region", "--columns", "by,value,acos")
    assert done.stdout == "by,value,acos\nall,,3\nregion,,1\nregion,north,2\n"


def test_groups_are_named_with_commas_or_one_by_one(aco: Aco, roster_2014: Path) -> None:
    by_commas = aco("summary", "2014", roster_2014, "--by", "start_year, size", "--by", "size")
    one_by_one = aco("summary", "2014", roster_2014, "--by", "start_year", "--by", "size")
    assert by_commas.stdout == one_by_one.stdout
    assert {line.split(",")[1] for line in by_commas.stdout.splitlines()[1:]} == {"all", "start_year", "size"}


def test_unknown_group_is_refused_with_the_columns_there_are(aco: Aco, roster: Roster) -> None:
    done = aco("summary", "2014", roster(), "--by", "regoin")
    assert (done.returncode, done.stdout) == (2, "")
    assert "regoin" in done.stderr
    assert "start_year" in done.stderr


def test_aco_that_cannot_be_settled_counts_but_adds_to_no_sum(aco: Aco, rows: Rows, roster: Roster) -> None:
    """Too few beneficiaries for a minimum savings rate: its dollars are known, its settlement is not."""
    few = {"benchmark_total": "3000000", "expenditure_total": "2700000"}
    file = roster({"aco_id": "A1"}, {"aco_id": "A2", "assigned_beneficiaries": "300"} | few)
    done = aco("summary", "2014", file, "--by", "track", "--strict")
    assert done.returncode == 4
    assert "1 of 2" in done.stderr
    everyone = rows(done.stdout)[0]
    assert (everyone["acos"], everyone["not_calculable"]) == ("2", "1")
    assert everyone["savings"] == "10000000.00"
    assert everyone["net_to_medicare"] == "5590000.00"


def test_groups_of_yes_and_no_and_of_numbers_are_words(aco: Aco, roster: Roster) -> None:
    file = roster(
        {"aco_id": "A1", "low_revenue": "true", "agreement_period": "2"},
        {"aco_id": "A2", "low_revenue": "false", "agreement_period": ""},
    )
    done = aco("summary", "2014", file, "--by", "low_revenue,agreement_period", "--columns", "by,value,acos")
    assert done.stdout.splitlines()[2:] == [
        "low_revenue,no,1",
        "low_revenue,yes,1",
        "agreement_period,2,1",
        "agreement_period,,1",
    ]


def test_bound_is_compared_as_one(aco: Aco, rows: Rows, roster_2014: Path) -> None:
    """CMS released more than $422 million; a difference from that means nothing."""
    done = aco("summary", "2014", roster_2014, "--compare")
    (nation,) = (row for row in rows(done.stdout) if (row["program"], row["figure"]) == ("medicare", "earned_payment"))
    assert (nation["published"], nation["released"]) == ("422000000", "more than $422 million")
    assert (nation["difference"], nation["agrees"]) == ("", "yes")


def test_one_figure_by_track_and_year(aco: Aco, rows: Rows, roster: Roster) -> None:
    """The same dollars as in the long summary, under the year; a track that a year lacks is blank there."""
    file = roster(
        {"aco_id": "A1", "performance_year": "2014"},
        {"aco_id": "A1", "performance_year": "2015"},
        {"aco_id": "A2", "performance_year": "2015", "track": "track-2"},
    )
    done = aco("summary", "all", file, "--wide", "--figure", "savings")
    assert done.stdout.splitlines() == [
        "by,value,2014,2015",
        "all,,10000000.00,20000000.00",
        "track,track-1,10000000.00,10000000.00",
        "track,track-2,,10000000.00",
    ]
    assert aco("summary", "all", file, "--wide", "--figure", "acos").stdout.splitlines()[1] == "all,,1,2"
    assert "--figure svings: no such figure" in aco("summary", "all", file, "--wide", "--figure", "svings").stderr


def test_a_deferred_year_counts_its_aco_once(aco: Aco, rows: Rows, roster: Roster) -> None:
    """In a run for both years it is shown as deferred and settled; counts are of ACOs, and so is the warning."""
    pioneer = {"program": "pioneer", "track": "core", "agreement_year": "", "quality_reported": "true"}
    file = roster(
        {"aco_id": "P1", "performance_year": "2013", "deferred_to": "2014"} | pioneer,
        {"aco_id": "P1", "performance_year": "2014"} | pioneer,
        {"aco_id": "P2", "performance_year": "2013", "benchmark_total": ""} | pioneer,
    )
    done = aco("summary", "2013-2014", file, "--by", "track", "--columns", "performance_year,by,acos,not_calculable")
    counts = [list(row.values()) for row in rows(done.stdout)]
    assert [each for each in counts if each[1] == "all"] == [["2013", "all", "2", "1"], ["2014", "all", "1", "0"]]
    assert "1 of 3 ACOs are not-calculable" in done.stderr
    told = aco("whatif", "2013-2014", file, "--set", "quality_score=0.5").stderr
    assert "2013 changed: 2 ACOs, 0 gain $0, 1 lose" in told
    assert ", 0 unchanged, 1 not-calculable" in told
