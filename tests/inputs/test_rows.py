"""What must hold of rows beyond their single cells: an id, a program and its track; one row per ACO and year."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aco_cli.inputs.load import check

HEADER = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
DOLLARS = "10000,100000000,90000000"
HALVES = f"{HEADER},performance_year,months,agreement_start"
ONE = "column aco_id: expected one row per ACO and year, found"
ONE_OF_NO_YEAR = "column aco_id: expected one row per ACO, found"
WITHOUT_YEARS = "leave one out, or add performance_year"

Problems = Callable[..., list[str]]


@pytest.fixture
def problems(write, monkeypatch: pytest.MonkeyPatch, tmp_path) -> Problems:
    """The problems of rosters `r0.csv`, `r1.csv`, in words."""
    monkeypatch.chdir(tmp_path)

    def of(*rosters: str) -> list[str]:
        for number, text in enumerate(rosters):
            write(text, f"r{number}.csv")
        found, _ = check([f"r{number}.csv" for number in range(len(rosters))])
        return [str(problem) for problem in found]

    return of


def test_each_row_needs_an_id_a_program_and_a_track_of_it(problems: Problems) -> None:
    rows = ["A1,reach,track-1", "A2,mssp,global", ",,", "A4,reach,global", "A5,mssp,track-1", "A6,pioneer,core"]
    mssp = "track-1, track-1-plus, track-2, track-3, basic-a, basic-b, basic-c, basic-d, basic-e, enhanced"
    assert problems(HEADER + "".join(f"\n{row},{DOLLARS}" for row in rows)) == [
        "r0.csv, row 4, column aco_id: expected an id, found a blank cell",
        "r0.csv, row 4, column program: expected one of mssp, pioneer, reach, found a blank cell",
        "r0.csv, row 4, column track: expected a track, found a blank cell",
        f"r0.csv, row 3, column track: expected a track of mssp: {mssp}, found global",
        "r0.csv, row 2, column track: expected a track of reach: global, professional, found track-1",
    ]


def test_an_aco_has_one_row_over_all_files(problems: Problems) -> None:
    one, two = ("".join(f"\n{each},mssp,track-1,{DOLLARS}" for each in ids) for ids in ("AABCC", "BDD"))
    assert problems(HEADER + one, HEADER + two) == [
        f"r0.csv, row 3, {ONE_OF_NO_YEAR} 'A' again, first in r0.csv, row 2; {WITHOUT_YEARS}",
        f"r0.csv, row 6, {ONE_OF_NO_YEAR} 'C' again, first in r0.csv, row 5; {WITHOUT_YEARS}",
        f"r1.csv, row 2, {ONE_OF_NO_YEAR} 'B' again, first in r0.csv, row 4; {WITHOUT_YEARS}",
        f"r1.csv, row 4, {ONE_OF_NO_YEAR} 'D' again, first in r1.csv, row 3; {WITHOUT_YEARS}",
    ]


def test_an_aco_has_one_row_in_a_year(problems: Problems) -> None:
    rows = "".join(f"\nA1,mssp,track-1,{DOLLARS},{year}" for year in (2014, 2015, 2014))
    assert problems(f"{HEADER},performance_year{rows}") == [
        f"r0.csv, row 4, {ONE} 'A1' in 2014 again, first in r0.csv, row 2; leave one out"
    ]


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        (["6,2019-07-01", "6,2015-01-01"], None),
        (["6,2019-07-01", "6,2019-07-01"], 2),
        (["6,2019-07-01", "12,2015-01-01"], 2),
        (["7,2019-07-01", "7,2015-01-01"], 2),
        (["6,", "6,2015-01-01"], 2),
    ],
)
def test_two_half_years_of_different_agreements_are_one_row_each(
    problems: Problems, rows: list[str], first: int | None
) -> None:
    found = problems(HALVES + "".join(f"\nA1,mssp,basic-b,{DOLLARS},2019,{row}" for row in rows))
    expected = [f"r0.csv, row 3, {ONE} 'A1' in 2019 again, first in r0.csv, row {first}; leave one out"]
    assert found == (expected if first else [])


def test_a_half_year_may_not_be_there_a_second_time(problems: Problems) -> None:
    rows = ["6,2019-07-01", "6,2015-01-01", "6,2015-01-01"]
    assert problems(HALVES + "".join(f"\nA1,mssp,basic-b,{DOLLARS},2019,{row}" for row in rows)) == [
        f"r0.csv, row 4, {ONE} 'A1' in 2019 again, first in r0.csv, row 2; leave one out"
    ]


def test_rows_without_an_id_or_a_year_are_no_second_ones(problems: Problems) -> None:
    rows = ",mssp,track-1,{0},2014\n,mssp,track-1,{0},2014\nA1,mssp,track-1,{0},\nA1,mssp,track-1,{0},\n"
    assert problems(f"{HEADER},performance_year\n{rows.format(DOLLARS)}") == [
        "r0.csv, row 4, column performance_year: expected a year such as 2014, found a blank cell, and 1 more",
        "r0.csv, row 2, column aco_id: expected an id, found a blank cell",
        "r0.csv, row 3, column aco_id: expected an id, found a blank cell",
    ]


def test_a_file_is_given_once(write) -> None:
    files = [write(f"{HEADER}\nA1,mssp,track-1,{DOLLARS}\n", "a.csv")] * 2
    found, _ = check([*files, write(f"{HEADER}\nA2,mssp,track-1,{DOLLARS}\n", "b.csv")])
    assert [str(problem) for problem in found] == [
        f"{files[0]}: expected each file once, found the same file again; "
        "an option takes one file each time: --quality A --quality B"
    ]


def test_many_second_rows_are_told_ten_times_and_counted(problems: Problems) -> None:
    rows = "".join(f"\nA{number % 13},mssp,track-1,{DOLLARS}" for number in range(26))
    *some, last = problems(HEADER + rows)
    assert len(some) == 10
    assert last == f"r0.csv, {ONE_OF_NO_YEAR} 3 more like the ones above"
