"""Columns of one's own: brought to the rows of a roster by ACO, and by year where they have one."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.join import join_columns
from aco_cli.inputs.years import Years

Write = Callable[..., str]

YEARS = Years.parse("2013-2014")


def roster(**columns: list[str]) -> pd.DataFrame:
    """Three rows whose index does not count from 0."""
    keys = {"aco_id": ["A1", "A2", "A1"], "performance_year": [2013, 2013, 2014]}
    return pd.DataFrame({**keys, **columns}, index=[7, 3, 5])


def test_columns_come_by_aco_and_blank_where_there_is_none(write: Write) -> None:
    frame, told = join_columns(roster(), [write("aco_id,region,Size\nA1,west,007\n")], YEARS)
    assert list(frame) == ["aco_id", "performance_year", "region", "Size"]
    assert frame.index.tolist() == [7, 3, 5]
    assert frame["region"].tolist() == ["west", "", "west"]
    assert frame["Size"].tolist() == ["007", "", "007"]
    assert [each.partition(": ")[2] for each in told] == [
        "no row for 1 ACO of the roster: A2; rows join on aco_id, written as in the roster"
    ]


def test_columns_with_years_come_by_aco_and_year(write: Write) -> None:
    file = write("aco_id,year,region\nA1,2014,west\nA1,2013,east\nA9,2013,north\n")
    frame, told = join_columns(roster(), [file], YEARS)
    assert frame["region"].tolist() == ["east", "", "west"]
    how = "rows join on aco_id and performance_year, written as in the roster"
    assert told == [
        f"{file}: no row for 1 ACO of the roster: A2 (2013); {how}",
        f"{file}: row of 1 ACO not in the roster: A9 (2013); {how}",
    ]


def test_several_files_bring_their_columns_one_after_the_other(write: Write) -> None:
    """But none may bring what is there already, by an earlier file too."""
    one, two = write("aco_id,region\nA1,west\nA2,east\n", "1.csv"), write("aco_id,size\nA1,5\nA2,6\n", "2.csv")
    frame, told = join_columns(roster(), [one, two], YEARS)
    assert frame[["region", "size"]].to_numpy().tolist() == [["west", "5"], ["east", "6"], ["west", "5"]]
    assert told == []
    again = write("aco_id,region\nA1,west\nA2,east\n", "3.csv")
    assert problems_of(roster(), [one, again]) == [taken(again, "region")]


def problems_of(frame: pd.DataFrame, files: list[str]) -> list[str]:
    with pytest.raises(InputError) as caught:
        join_columns(frame, files, YEARS)
    return [str(problem) for problem in caught.value.problems]


def taken(file: str, name: str) -> str:
    words = "expected a column that rosters do not have, found a roster column"
    return f"{file}, row 1, column {name}: {words}; rename it, or enter its values in the roster"


def test_a_column_of_the_roster_is_refused_whether_or_not_it_has_it(write: Write) -> None:
    file = write("aco_id,region,track,months\nA1,west,x,6\nA2,west,x,6\n")
    assert problems_of(roster(region=["", "", ""]), [file]) == [
        taken(file, name) for name in ("region", "track", "months")
    ]


def test_names_and_states_may_come_where_the_roster_leaves_them_blank(write: Write) -> None:
    file = write("aco_id,aco_name,state\nA1,Good Care,AL\nA2,Other,GA\n")
    for frame in (roster(), roster(aco_name=["", "", ""], state=["", "", ""])):
        joined, _ = join_columns(frame, [file], YEARS)
        assert joined["aco_name"].tolist() == ["Good Care", "Other", "Good Care"]
        assert joined["state"].tolist() == ["AL", "GA", "AL"]
    assert problems_of(roster(state=["", "AL", ""]), [file]) == [taken(file, "state")]


def test_a_second_row_of_an_aco_is_refused(write: Write) -> None:
    file = write("aco_id,region\nA1,west\nA1,east\n")
    assert problems_of(roster(), [file]) == [
        f"{file}, row 3, column aco_id: expected one row per ACO, found 'A1' again, first in {file}, row 2; "
        "leave one out, or add performance_year"
    ]
    file = write("aco_id,year,region\nA1,2014,west\nA1,2014,east\n")
    assert problems_of(roster(), [file]) == [
        f"{file}, row 3, column aco_id: expected one row per ACO and year, found 'A1' in 2014 again, "
        f"first in {file}, row 2; leave one out"
    ]
    assert problems_of(roster(), [file + "x"]) == [f"{file}x: file not found; did you mean {file}?"]


@pytest.mark.parametrize("header", ["aco_id,ACO_Num,region", "ACO,aco_id,region", "aco_id,year,PY"])
def test_two_names_of_the_id_or_the_year_are_refused(write: Write, header: str) -> None:
    with pytest.raises(InputError, match=r"expected each column once, found it and .* remove or rename one"):
        join_columns(roster(), [write(f"{header}\nA1,2013,2014\n")], YEARS)


def test_what_says_no_aco_or_brings_nothing_is_refused(write: Write) -> None:
    file = write("aco_id,region\nA1,west\n,east\n")
    assert problems_of(roster(), [file]) == [f"{file}, row 3, column aco_id: expected an id, found a blank cell"]
    file = write("aco_id,year\nA1,2013\nA2,2013\n")
    assert problems_of(roster(), [file]) == [f"{file}: missing columns beside aco_id and performance_year, to join"]
    file = write("region\nwest\n")
    told = "expected table of further columns by aco_id, found another table; missing: aco_id"
    assert problems_of(roster(), [file]) == [f"{file}, row 1: {told}"]
