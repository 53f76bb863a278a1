"""Which layout a header belongs to, and what the declared operations of a layout do."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aco_cli.inputs import layout as layouts
from aco_cli.inputs.layout import layouts_of, load_layout
from aco_cli.inputs.load import check, load
from aco_cli.inputs.years import Years

HEADER = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
ROW = "A1,mssp,track-1,10000,100000000,90000000"
TYPES = {"id", "text", "year", "number", "usd", "fraction", "integer", "boolean", "positive", "date", "choice"}
TYPES |= {"election", "flags", "coded", "rate"}
# What CMS's files have beside the roster's contract.
FILE_ONLY = {"mid_year_termination", "published_final_sharing_rate", "published_savings"}

# Every operation that CMS's other files need, in one made-up layout.
OTHER = """
label: made-up public use file
family: cms-puf
years: [2022]
none: ["-", "*"]
encoding: latin-1
constants: {program: mssp}
required: [ACO_ID, Current_Track]
columns:
  aco_id: {from: [ACO_Num, ACO_ID], type: id}
  aco_name: {from: ACO_Name, type: text}
  track: {from: Current_Track, type: choice, codes: {A: basic-a, EN: enhanced}}
  assigned_beneficiaries: {from: N_AB, type: number, min: 0}
  benchmark_total: {from: ABtotBnchmk, type: usd, above: 0}
  expenditure_total: {from: ABtotExp, type: usd, min: 0}
  quality_score: {from: QualScore, type: fraction, unit: percent, nonzero_min: 0.05}
  low_revenue: {from: Rev_Exp_Cat, type: boolean, true_when: [Low Revenue]}
  guardrail: {from: Guardrail, type: boolean}
  advance_balance: {from: AIPBalance, type: usd, none: ["*"], zero: ["-"]}
"""
OTHER_HEADER = "aco_id,ACO_NAME,Current_Track,N_AB,ABtotBnchmk,ABtotExp,QualScore,Rev_Exp_Cat,Guardrail,AIPBalance,X"


@pytest.fixture
def other_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the made-up layout beside the roster's."""
    folder = tmp_path / "layouts"
    folder.mkdir()
    (folder / "cms_puf_2022.yaml").write_text(OTHER)
    ours = Path(layouts.__file__).parent / "layouts"
    (folder / "roster.yaml").write_text((ours / "roster.yaml").read_text())
    shutil.copytree(ours / "shared", folder / "shared")
    monkeypatch.setattr(layouts, "_FOLDER", folder)


def test_a_layout_of_another_year_is_data_only(other_layout, write, load_year) -> None:
    """Case, aliases, codes, percent with and without sign, separators, marks, encoding and a fixed year."""
    rows = [
        'A1,Caf\xe9,EN,"77,947","$100,000,000","900,000",98.08%,Low Revenue,1,-,junk',
        "A2,Other,A,5000,100000000,110000000,75,High Revenue,-,*,junk",
        "A3,Other,A,5000,100000000,110000000,*,High Revenue,0,12,junk",
    ]
    frame = load_year(write("\n".join([OTHER_HEADER, *rows]).encode("latin-1")), years="all").frame
    assert list(frame["aco_name"]) == ["Caf\xe9", "Other", "Other"]
    assert set(frame["performance_year"]) == {2022}
    assert list(frame["track"]) == ["enhanced", "basic-a", "basic-a"]
    assert list(frame["assigned_beneficiaries"]) == [77947.0, 5000.0, 5000.0]
    assert list(frame["low_revenue"]) == [1.0, 0.0, 0.0]
    np.testing.assert_array_equal(frame["quality_score"], [0.9808, 0.75, np.nan])
    np.testing.assert_array_equal(frame["guardrail"], [1.0, np.nan, 0.0])
    np.testing.assert_array_equal(frame["advance_balance"], [0.0, np.nan, 12.0])
    assert "X" not in frame


def test_a_fraction_where_percent_is_declared_is_refused(other_layout, write, problems_of) -> None:
    """The range check catches a factor of 100 in both directions."""
    row = "A1,x,EN,1,2,3,{},Low Revenue,0,-,x"
    rows = [row.format("0.9808"), row.format("9808").replace("A1", "A2"), row.format("0").replace("A1", "A3")]
    problems = problems_of(write("\n".join([OTHER_HEADER, *rows])), years="2022")
    assert [(problem.row, problem.column) for problem in problems] == [(3, "QualScore"), (2, "QualScore")]
    assert problems[1].expected == "0, or at least 5% (0.05 as a fraction)"
    assert "divided by 100 once too often" in problems[1].fix


def test_a_code_that_is_not_declared_is_refused(other_layout, write, problems_of) -> None:
    (problem,) = problems_of(write(f"{OTHER_HEADER}\nA1,x,B,1,2,3,99,x,0,-,x\n"), years="2022")
    assert problem.column == "Current_Track"


def test_a_fixed_year_that_was_not_asked_for_has_no_rows(other_layout, write, problems_of) -> None:
    (problem,) = problems_of(write(f"{OTHER_HEADER}\nA1,x,A,1,2,3,99,x,0,-,x\n"), years="2014")
    assert problem.expected == "rows of 2014"
    assert "made-up public use file" in problem.found


JOINED_FAMILIES = ("totals", "quality", "expenditures", "reference", "published-benchmarks", "county", "join")
# CMS's results file has no ids: its rows are matched by their totals. National and county figures are no ACO's.
KEYS = {
    "quality_results_2014": {"benchmark_total", "expenditure_total"},
    "county": {"calendar_year", "state", "county"},
    "reference": {"performance_year", "calendar_year", "enrollment_type"},
}


@pytest.mark.parametrize(
    "path", sorted((Path(layouts.__file__).parent / "layouts").glob("*.yaml")), ids=lambda p: p.stem
)
def test_every_layout_file_holds_together(path: Path) -> None:
    """Known types, required columns that some column reads, and families that can be asked for."""
    layout = load_layout(path)
    read = {name for column in layout.columns.values() for group in column.reads for name in group}
    assert layout.family in {*layouts.FAMILIES, *JOINED_FAMILIES}
    assert {column.type for column in layout.columns.values()} <= TYPES
    # A layout may also be known by a name it does not read, if that is what another layout is told apart by.
    told_apart = {name for each in layouts_of("cms-puf") for name in each.absent}
    assert set(layout.required) <= read | told_apart
    assert set(layout.constants) | set(layout.columns) >= KEYS.get(path.stem, {"aco_id"})
    if layout.family == "cms-puf":
        contract = set(layouts_of("roster")[0].columns)
        assert set(layout.columns) | set(layout.constants) <= contract | FILE_ONLY
        assert layout.years
        assert all(column.less in layout.required for column in layout.columns.values() if column.less)


def test_roster_layout_describes_every_column() -> None:
    (roster,) = layouts_of("roster")
    assert [name for name, column in roster.columns.items() if not column.help] == []


def test_a_missing_column_is_named_with_its_nearest(write, problems_of) -> None:
    header = HEADER.replace("assigned_beneficiaries", "assigned_benes").replace("program", "prog")
    problems = problems_of(write(f"{header}\n{ROW}\n"))
    assert [problem.column for problem in problems] == ["program", "assigned_beneficiaries"]
    assert "prog" in problems[0].fix
    assert "assigned_benes" in problems[1].fix


def test_missing_totals_are_named_with_what_may_stand_for_them(write, problems_of) -> None:
    (problem,) = problems_of(write(f"{HEADER.replace('benchmark_total', 'benchmrk_total')}\n{ROW}\n"))
    assert problem.column == "benchmark_total"
    assert "benchmark_per_capita and person_years" in problem.expected
    assert "benchmrk_total" in problem.fix


def test_a_misspelled_optional_column_is_warned_of(write, load_year) -> None:
    loaded = load_year(write(f"{HEADER},qualty_score,Loss Rte,region\n{ROW},0.9,0.3,west\n"))
    assert [("quality_score" in text, "loss_rate" in text) for text in loaded.warnings] == [
        (True, False),
        (False, True),
    ]
    assert list(loaded.frame.columns[-3:]) == ["qualty_score", "Loss Rte", "region"]


def test_the_layout_asked_for_is_the_only_one_tried(write, problems_of) -> None:
    (problem,) = problems_of(write(f"{HEADER}\n{ROW}\n"), layout="cms-puf")
    assert "roster" not in str(problem)
    assert problem.expected == "CMS public use file, performance year 2013 to 2024"


def test_every_shared_savings_aco_of_2014_is_read(shared_data: Path) -> None:
    """Counts and sums that CMS published, and the declared meaning of P4R."""
    loaded = load([str(shared_data / "mssp_puf_2014.csv")], Years.parse("2014"))
    frame = loaded.frame
    assert (len(frame), loaded.warnings, loaded.skipped) == (333, [], 0)
    assert frame["track"].value_counts().to_dict() == {"track-1": 330, "track-2": 3}
    assert (frame["benchmark_total"] - frame["expenditure_total"]).sum() == 291_477_825  # CMS prints 20 more: rounding
    assert (frame["published_settlement"] > 0).sum() == 86
    first = frame["first_performance_year"] == 1.0
    assert first.sum() == 119
    assert (frame["initial_start"] == pd.Timestamp("2014-01-01")).equals(first)
    assert frame.loc[first, "quality_score"].isna().all()
    assert frame.loc[first, "quality_reported"].value_counts().to_dict() == {1.0: 116, 0.0: 3}
    assert frame.loc[~first, "quality_reported"].isna().all()
    assert frame["published_msr"].between(0.02, 0.15).all()
    types = frame.dtypes.astype(str)
    assert types["performance_year"] == "int64"
    assert types["initial_start"].startswith("datetime64")
    assert set(types[["aco_id", "aco_name", "state", "program", "track"]]) == {"str"}


def test_every_2014_score_lies_on_its_grid(shared_data: Path) -> None:
    frame = load([str(shared_data / "mssp_puf_2014.csv")], Years.parse("2014")).frame
    steps = frame["quality_score"].dropna().to_numpy() * 8960
    assert len(steps) == 214
    assert np.abs(steps - np.round(steps)).max() < 1e-9


@pytest.mark.parametrize("name", ["county_ffs_2014.csv", "mssp_results_2014.csv"])
def test_another_dataset_of_cms_is_refused(shared_data: Path, name: str) -> None:
    problems, _ = check([str(shared_data / name)])
    assert "another table" in problems[0].found
    assert "missing:" in problems[0].fix


def test_a_renamed_column_of_the_public_use_file_is_named(shared_data: Path, write) -> None:
    text = (shared_data / "mssp_puf_2014.csv").read_text().replace("ABtotBnchmk", "TotalBnchmk", 1)
    (problem,), _ = check([write(text)])
    assert (problem.column, problem.row) == ("ABtotBnchmk", 1)
    assert "TotalBnchmk" in problem.fix


def test_rows_of_another_year_in_the_2014_layout_are_refused(shared_data: Path, write) -> None:
    text = (shared_data / "mssp_puf_2014.csv").read_text().replace(",2014,", ",2013,", 1)
    (problem,), _ = check([write(text)])
    assert (problem.row, problem.found) == (2, "2013")
    assert "2014" in problem.expected


def test_two_track_flags_at_once_are_refused(shared_data: Path, write) -> None:
    text = (shared_data / "mssp_puf_2014.csv").read_text().replace("7/1/12,1,0,", "7/1/12,1,1,", 1)
    (problem,), _ = check([write(text)])
    assert problem.row == 2
    assert problem.column == "Track1, Track2"
