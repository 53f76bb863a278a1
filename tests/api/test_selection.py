"""Which rows are meant: conditions, ACOs by name, folders and patterns, columns of one's own, numbers of rows."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import aco_cli as aco

HEADER = (
    "aco_id,aco_name,state,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,"
    "Head Count,initial_start"
)
ROWS = (
    "A1,One,TX,mssp,track-1,9000,95000000,91000000,7,2013-01-01",
    'A2,"Two, Inc.",FL,mssp,track-1,9000,95000000,94000000,12,2014-01-01',
    "A3,Three,,mssp,track-2,9000,,94000000,,2012-07-01",
)


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text("\n".join((HEADER, *ROWS)) + "\n")
    return path


def ids(roster: Path, **selection: object) -> list[str]:
    return list(aco.settle(roster, 2014, **selection).table["aco_id"])


@pytest.mark.parametrize(
    ("condition", "meant"),
    [
        ('state == "TX"', ["A1"]),
        ('state != "TX"', ["A2", "A3"]),
        ('STATE in ("TX", "FL")', ["A1", "A2"]),
        ('state not in ["TX"]', ["A2", "A3"]),
        ("benchmark_total >= 95000000", ["A1", "A2"]),
        ("initial_start >= 2013", ["A1", "A2"]),
        ('initial_start in ("2012-07-01", 2014)', ["A2", "A3"]),
        ("benchmark_total < 95000001 and benchmark_total > 94999999", ["A1", "A2"]),
        ("`Head Count` > 7", ["A2"]),
        ("head_count > 6 and not track == 'track-2'", ["A1", "A2"]),
        ('(state == "TX" or `Head Count` == 12) and assigned_beneficiaries == 9000', ["A1", "A2"]),
        ('initial_start <= "2013-01-01"', ["A1", "A3"]),
    ],
)
def test_a_condition_chooses_rows(roster: Path, condition: str, meant: list[str]) -> None:
    """A blank cell, as A3 has them, fulfills no comparison but `!=` and `not in`."""
    assert ids(roster, where=condition) == meant


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("stat == 'TX'", "no column stat; did you mean state"),
        ("state", "no comparison: state"),
        ("benchmark_total < 95000000", "no row fulfills it"),
        ("initial_start == 'soon'", "initial_start holds dates, 'soon' is none"),
        ("state == ", "it cannot be read"),
        ("state == track", "no text or number: track"),
        ("1 < assigned_beneficiaries < 5", "no comparison"),
        ('__import__("os").system("x") == 1', "no column"),
        ("state.upper() == 'TX'", "no column"),
        ("assigned_beneficiaries == 'many'", "holds numbers"),
        ("state == ('TX', 'FL')", "lists go with in"),
        ("(" * 5000 + "state == 1", "it cannot be read"),
    ],
)
def test_what_is_no_condition_is_refused(roster: Path, condition: str, message: str) -> None:
    with pytest.raises(aco.errors.UsageError, match="--where") as caught:
        ids(roster, where=condition)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("a1", ["A1"]), ("ONE,a3", ["A1", "A3"]), ("two, inc.", ["A2"]), (["Two, Inc.", "A1"], ["A1", "A2"])],
)
def test_acos_are_named_by_id_or_name(roster: Path, asked: str | list[str], meant: list[str]) -> None:
    assert ids(roster, aco=asked) == meant


def test_an_aco_that_is_not_there_is_refused_with_the_nearest(roster: Path) -> None:
    with pytest.raises(aco.errors.UsageError, match=r"Thre.*did you mean Three"):
        ids(roster, aco="Thre")


def test_columns_are_joined_by_id_and_where_there_is_one_by_year(roster: Path, tmp_path: Path) -> None:
    regions, sizes = tmp_path / "regions.csv", tmp_path / "sizes.json"
    regions.write_text("ACO ID,Region\nA1,west\nA9,east\n")
    sizes.write_text('[{"aco_id": "A1", "year": 2014, "size": 3}, {"aco_id": "A1", "year": 2015, "size": 4}]')
    found = aco.settle(roster, 2014, join=[regions, sizes], columns=["Region", "size"])
    assert found.table[["Region", "size"]].to_dict("list") == {"Region": ["west", "", ""], "size": ["3", "", ""]}
    assert any("no row for 2 ACOs of the roster: A2, A3" in each.message for each in found.warnings)
    assert ids(roster, join=regions, where='Region == "west"') == ["A1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "aco_id,quality_score\nA1,0.5\n",
            "quality_score: expected a column that rosters do not have, found a roster column; rename it",
        ),
        ("aco_id,Region\nA1,west\nA1,east\n", "one row per ACO, found 'A1' again"),
        ("name,Region\nA1,west\n", "aco_id"),
    ],
)
def test_what_cannot_be_joined_is_refused(roster: Path, tmp_path: Path, text: str, message: str) -> None:
    other = tmp_path / "other.csv"
    other.write_text(text)
    with pytest.raises(aco.errors.InputError, match=message):
        ids(roster, join=other)


def test_folders_and_patterns_stand_for_their_files(roster: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("not a table")
    assert ids(tmp_path) == ids(roster)
    assert ids(tmp_path / "ros*.csv") == ids(roster)
    with pytest.raises(aco.errors.UsageError, match="no file has such a name"):
        ids(tmp_path / "*.parquet")
    (tmp_path / "empty").mkdir()
    with pytest.raises(aco.errors.UsageError, match="a folder without tables"):
        ids(tmp_path / "empty")


def test_the_number_of_rows_can_be_asserted(roster: Path) -> None:
    assert len(ids(roster, expect_rows=3)) == 3
    with pytest.raises(aco.errors.InputError, match=r"4 rows \(--expect-rows\), found 3 of 2014"):
        ids(roster, expect_rows=4)
    totals = roster.with_name("totals.csv")
    totals.write_text("aco_id,expenditure_total\nA1,\n")
    with pytest.raises(aco.errors.InputError, match=f"^{re.escape(str(roster))}: expected 4 rows"):
        ids(roster, expect_rows=4, expenditures=totals)


def test_a_file_of_published_settlements_must_have_them(roster: Path) -> None:
    """Those of the roster, if it has any, are not taken in their place."""
    published = roster.with_name("published.csv")
    table = pd.read_csv(roster, dtype="str")
    table.to_csv(published, index=False)
    table.assign(published_settlement="0").to_csv(roster, index=False)
    assert len(aco.reconcile(roster, 2014).table) == 3
    with pytest.raises(
        aco.errors.UsageError, match=rf"no column published_settlement .* in {re.escape(str(published))},"
    ):
        aco.reconcile(roster, 2014, published=published)


def test_a_year_that_no_file_holds_is_told(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(f"performance_year,{HEADER}\n2014,{ROWS[0]}\n")
    told = aco.settle(path, "2013-2014").warnings
    assert [(each.code, each.message) for each in told][:1] == [("years_missing", "no file holds rows of 2013")]


def test_columns_of_a_public_use_file_are_kept_where_they_are_named(shared_data: Path) -> None:
    file = shared_data / "mssp_puf_2022.csv"
    found = aco.settle(file, 2022, where='`Risk_Model` == "Two-Sided"', columns=["Assign_Type"])
    assert 0 < len(found.table) < 482
    assert set(found.table["Assign_Type"]) == {"Prospective", "Retrospective"}


@pytest.mark.parametrize(
    "call", ["settle", "benchmark", "summary", "reconcile", "simulate", "whatif", "explain", "quality"]
)
def test_an_option_that_a_call_does_not_have_is_refused(roster: Path, call: str) -> None:
    """It was passed over: `tracks="track-2"` settled all rows."""
    with pytest.raises(aco.errors.UsageError, match="no option 'tracks', did you mean track"):
        getattr(aco, call)(roster, **({} if call == "explain" else {"years": 2014}), tracks="track-2")
    with pytest.raises(aco.errors.UsageError, match="no option 'change'"):
        aco.settle(roster, 2014, change={"quality_score": 1})


@pytest.mark.parametrize("years", [np.int64(2014), [np.int64(2014)], pd.Series([2014]), range(2014, 2015), {2014}])
def test_years_come_as_frames_hold_them(roster: Path, years: Any) -> None:
    assert len(aco.settle(roster, years).table) == 3


@pytest.mark.parametrize("chosen", [pd.Series(["A1"]), np.array(["A1"]), "a1", ("A1",)])
def test_acos_come_as_frames_hold_them(roster: Path, chosen: Any) -> None:
    assert ids(roster, aco=chosen) == ["A1"]


def test_what_is_no_year_and_no_aco_is_refused(roster: Path) -> None:
    for more in ({"years": 2014.5}, {"years": 2014, "aco": 7}):
        with pytest.raises(aco.errors.UsageError):
            aco.settle(roster, **more)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"sd": 2}, "^sd: expected a fraction from 0 to 1, found 2$"),
        ({"sd": -0.02}, "^sd: expected .* found -0.02$"),
        ({"sd": "2%"}, "^sd: expected .* found '2%'$"),
        ({"sd": math.nan}, "^sd: expected .* found nan$"),
        ({"draws": 1.5}, "^expected whole numbers.* found draws 1.5 and seed 1$"),
        ({"draws": 0}, "^--draws 0: expected 1 to"),
        ({"seed": -1}, "^expected whole numbers.* and seed -1$"),
    ],
)
def test_chance_has_bounds(roster: Path, more: dict[str, Any], told: str) -> None:
    with pytest.raises(aco.errors.UsageError, match=told):
        aco.simulate(roster, 2014, **more)


def test_numbers_of_joined_columns_are_compared_as_they_are_written(roster: Path) -> None:
    """Those with commas fulfilled nothing."""
    own = roster.with_name("own.csv")
    own.write_text('aco_id,Rev,Note\nA1,"1,234",x\nA2,$900,y\nA3,n/a,z\n')
    assert ids(roster, join=own, where="Rev > 500") == ["A1", "A2"]
    assert ids(roster, join=own, where="Rev > 1000") == ["A1"]


@pytest.mark.parametrize("name", ["outcome", "settlement", "notes"])
def test_a_joined_column_is_not_named_as_a_computed_one(roster: Path, name: str) -> None:
    """Conditions went by the one, what was shown and grouped by the other."""
    own = roster.with_name("own.csv")
    own.write_text(f"aco_id,{name}\nA1,x\nA2,y\nA3,z\n")
    told = rf"own\.csv, row 1, column {name}: .* found one that aco computes; rename it"
    with pytest.raises(aco.errors.InputError, match=told):
        aco.settle(roster, 2014, join=own)


def test_a_scenario_for_which_there_is_no_row_is_told(roster: Path) -> None:
    scenario = roster.with_name("s.yaml")
    for where, codes in (("{state: tx}", ["no_row_meant"]), ("{state: TX}", []), ("{}", [])):
        scenario.write_text(f"name: s\nset: [{{where: {where}, quality_score: 0.5}}]\n")
        found = aco.whatif(roster, 2014, scenario=str(scenario)).notices
        assert [each.code for each in found if each.code == "no_row_meant"] == codes
