"""What recomputed settlements are held against: published ones of the same files, or of others."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import aco_cli as aco

HEADER = (
    "aco_id,aco_name,performance_year,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,"
    "quality_reported,quality_score,deferred_to"
)
YEARS = ("2013,pioneer,core,20000,400000000,376660000,true,0.9,2014", "2014,pioneer,core,20000,4e8,386660000,true,0.9,")
ROWS = (f"P1,One,{YEARS[0]}", f"P1,One,{YEARS[1]}", f"P2,Two,{YEARS[1]}")


def write(path: Path, column: str, *values: object, rows: tuple[str, ...] = ROWS) -> Path:
    lines = [f"{HEADER},{column}", *(f"{row},{value}" for row, value in zip(rows, values, strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    return write(tmp_path / "roster.csv", "mine", 1, 2, 3)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    rows = (*ROWS[:2], f"P3,Three,{YEARS[1]}", f"P4,Four,{YEARS[1]}")
    return write(tmp_path / "published.csv", "published_settlement", 14e6, 8e6, 1, 2, rows=rows)


def compared(found: aco.Result) -> list[list[object]]:
    return found.table[["aco_id", "performance_year", "outcome", "published"]].to_numpy().tolist()


def test_a_deferred_year_is_compared_once_where_it_is_settled(roster: Path, published: Path) -> None:
    """Neither as deferred, which pays nothing yet, nor by each of the rows in which a published file shows it."""
    both = [["P1", 2013, "earned", 14e6], ["P1", 2014, "earned", 8e6]]
    assert compared(aco.reconcile(roster, "2013-2014", published=published)) == both
    assert compared(aco.reconcile(published, "2013-2014"))[:2] == both
    assert compared(found := aco.reconcile(published, 2013)) == []
    assert [each.data for each in found.warnings] == [{"rows": 1}]


@pytest.mark.parametrize("chosen", [{"where": "mine == 2"}, {"expect_rows": 3}, {"aco": ["P1", "P2"]}, {"aco": "P1"}])
def test_the_rows_that_are_chosen_are_those_of_the_roster(
    roster: Path, published: Path, chosen: dict[str, object]
) -> None:
    """The other file has no column `mine`, four rows and no P2."""
    found = compared(aco.reconcile(roster, "2013-2014", published=published, **chosen))
    assert ["P1", 2014, "earned", 8e6] in found
    assert len(found) == (1 if "where" in chosen else 2)


@pytest.mark.parametrize("aco_id", ["P2", "P1"])
def test_without_a_published_settlement_nothing_can_be_compared(roster: Path, tmp_path: Path, aco_id: str) -> None:
    """It ended in an internal error where the column is there and blank."""
    blank = write(tmp_path / "blank.csv", "published_settlement", "", "", "")
    with pytest.raises(
        aco.errors.UsageError, match=r"no published settlements of these ACOs: .* in .*blank\.csv, or a"
    ):
        aco.reconcile(roster, "2013-2014", published=blank, aco=aco_id)
    with pytest.raises(aco.errors.UsageError, match="no published settlements"):
        aco.reconcile(blank, 2014, aco=aco_id)


def test_published_settlements_are_refused_where_none_is_compared(roster: Path, shared_data: Path) -> None:
    """They were passed over without a word."""
    report = next((shared_data / "reports").glob("*STLMT*.xlsx"))
    for data, more in ((report, {}), (roster, {"quality": roster})):
        with pytest.raises(aco.errors.UsageError, match="--published is of settlements"):
            aco.reconcile(data, published=roster, **more)


def test_scores_need_no_published_settlement(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "mssp_puf_2018.csv"
    settled = aco.settle(file, 2018, columns="all").table
    names = ["aco_id", "aco_name", "performance_year", "program", "track", "assigned_beneficiaries"]
    roster = settled[[*names, "benchmark_total", "expenditure_total", "quality_score"]]
    found = aco.reconcile(roster, 2018, quality=file).table
    pd.testing.assert_frame_equal(found, aco.reconcile(file, 2018, quality=file).table)
