"""Which layout a header belongs to, and what the declared operations of a layout do."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aco_cli.inputs import layout as layouts
from aco_cli.inputs.layout import Column, Grid, Layout, all_layouts, code_key, layouts_of, load_layout, name_key
from aco_cli.inputs.load import check, load
from aco_cli.inputs.years import Years

HEADER = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
ROW = "A1,mssp,track-1,10000,100000000,90000000"
TYPES = {"id", "text", "year", "number", "usd", "fraction", "integer", "boolean", "positive", "date", "choice"}
TYPES |= {"election", "flags", "coded", "rate"}
# What CMS's files have beside the roster's contract.
FILE_ONLY = {"mid_year_termination", "published_final_sharing_rate", "published_savings", "has_advance"}

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


DECLARED = """
label: made up
family: county
none: ["*", WORDS]
others: keep
years: [2014, 2015]
encoding: cp1252
constants: {program: mssp}
required: [ID]
absent: [Other]
absent_means: another file
repeated: [ACO_Name]
columns:
  id: {from: [ID, ACO ID], type: id}
  plain:
    type: number
  text: {from: Text, type: text, none: []}
  share: {type: fraction, unit: percent, nonzero_min: 0.05, min: 0.1, none: [P4R]}
  rate: {type: rate, unit: file, zero: ["-", NONE]}
  track:
    type: choice
    choices_by_program: {mssp: [track-1, basic-a], pioneer: [core]}
    codes: {Track 1: track-1, 2.0: core}
  word: {type: choice, choices: [a, b]}
  score: {from: S, type: fraction, grid: {steps: 8960, decimals: 6}, only_where: {Kind: ["1", x]}}
  flags: {type: flags, flags: {a: FlagA, b: FlagB}, otherwise: none}
  paid: {from: Earned, less: Owed, type: usd, above: 0, unsigned: true}
  total: {type: usd, or_product: [share, plain], help: What it is.}
"""


def test_a_layout_file_means_what_it_declares(tmp_path: Path) -> None:
    """And nothing else: what a column does not say is the same for all."""
    path = tmp_path / "county_2.yaml"
    path.write_text(DECLARED)
    blanks = frozenset({"*", "na", "n/a", "nan", "null", "none", "<na>"})
    columns = [
        Column("id", "id", ("ID", "ACO ID"), none=blanks),
        Column("plain", "number", ("plain",), none=blanks),
        Column("text", "text", ("Text",), none=frozenset()),
        Column(
            "share", "fraction", ("share",), min=0.1, max=1.0, nonzero_min=0.05, percent=True, none=frozenset({"p4r"})
        ),
        Column(
            "rate", "rate", ("rate",), min=0.0, max=100.0, unit_of_file=True, none=blanks, zero=frozenset({"-", "none"})
        ),
        Column(
            *("track", "choice", ("track",), ("track-1", "basic-a", "core")),
            choices_by_program={"mssp": ("track-1", "basic-a"), "pioneer": ("core",)},
            codes={"track1": "track-1", "2": "core"},
            none=blanks,
        ),
        Column("word", "choice", ("word",), ("a", "b"), none=blanks),
        Column(
            *("score", "fraction", ("S",)),
            min=0.0,
            max=1.0,
            none=blanks,
            grid=Grid(8960, 6),
            only_where={"Kind": ["1", "x"]},
        ),
        Column("flags", "flags", flags={"a": "FlagA", "b": "FlagB"}, otherwise="none", none=blanks),
        Column("paid", "usd", ("Earned",), less="Owed", above=0, unsigned=True, none=blanks),
        Column("total", "usd", ("total",), or_product=("share", "plain"), help="What it is.", none=blanks),
    ]
    layout = load_layout(path)
    assert list(layout.columns) == [column.name for column in columns]
    assert layout == Layout(
        *("made up", "county", {column.name: column for column in columns}, ("ID",), ("Other",), "another file"),
        *(("aconame",), (2014, 2015), {"program": "mssp"}, "cp1252", True),
    )
    reads = {column.name: column.reads for column in columns}
    assert (reads["id"], reads["flags"]) == ((("ID", "ACO ID"),), (("FlagA",), ("FlagB",)))
    assert (reads["paid"], reads["score"]) == ((("Earned",), ("Owed",)), (("S",), ("Kind",)))
    assert {layout.columns[name].unit for name in ("id", "word")} == {"text"}
    assert [layout.columns[name].unit for name in ("rate", "share", "paid")] == ["percent", "fraction", "usd"]


def test_what_a_layout_leaves_out_is_the_least(tmp_path: Path) -> None:
    path = tmp_path / "county_3.yaml"
    path.write_text("label: least\nfamily: county\nrequired: [a]\ncolumns: {a: {type: usd}}\n")
    layout = load_layout(path)
    assert (layout.keeps_others, layout.encoding, layout.years, layout.is_of_cms) == (False, "utf-8", (), False)
    (column,) = layout.columns.values()
    assert (column.percent, column.unit_of_file, column.unsigned, column.grid) == (False, False, False, None)
    assert Column("a", "usd", ("a",)) == column
    assert Layout("least", "county", layout.columns, ("a",)) == layout


def test_columns_of_cms_are_those_that_its_files_share_unless_they_say_more(tmp_path: Path) -> None:
    path = tmp_path / "cms_puf_2099.yaml"
    path.write_text(
        "label: new\nfamily: cms-puf\nrequired: []\ncolumns: {aco_id: , quality_score: {nonzero_min: 0.5}}\n"
    )
    layout = load_layout(path)
    assert layout.is_of_cms
    assert layout.columns["aco_id"].type == "id"
    assert "ACO_Num" in layout.columns["aco_id"].sources
    score = layout.columns["quality_score"]
    assert (score.sources, score.unit_of_file, score.nonzero_min) == (("QualScore",), True, 0.5)


def test_every_name_of_a_column_stands_for_all_of_them() -> None:
    """Also where two columns share one."""
    columns = {"a": Column("a", "text", ("X", "Y z")), "b": Column("b", "text", ("yz", "W"), less="V")}
    layout = Layout("", "", columns, ())
    assert layout.aliases == {
        "x": {"x", "yz"},
        "yz": {"x", "yz", "w"},
        "w": {"yz", "w"},
        "v": {"v"},
    }


def test_all_layouts_have_the_roster_first() -> None:
    names = list(all_layouts())
    assert names[0] == "roster"
    assert names[1:] == sorted(names[1:])
    assert {"cms_puf_2014", "county", "totals"} < set(names)
    assert [layout.years for layout in layouts_of("cms-puf")] == [(year,) for year in range(2013, 2025)]


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("BASIC Level-A", "basiclevela", "basiclevela"),
        (" track_1 ", "track1", "track1"),
        ("Track 1+", "track1plus", "track1"),
        ("Track One Plus", "track1plus", "trackoneplus"),
        ("TrackTwo", "track2", "tracktwo"),
        ("1.0", "1", "10"),
        ("2.00", "2", "200"),
        ("loss_limit (%)", "losslimit", "losslimit%"),
        ("aco.id $", "acoid", "acoid$"),
    ],
)
def test_spellings_that_mean_the_same(text: str, code: str, name: str) -> None:
    assert (code_key(text), name_key(text)) == (code, name)


TRACKS = {
    "track-1": ("Track 1", "Track One", "track one", "TRACK-ONE", "TrackOne", "Track I", "1", "1.0", "One"),
    "track-1-plus": ("Track 1+", "1+", "Track 1 Plus", "Track One Plus", "Track One+", "Track I+", "Track 1+ Model"),
    "track-2": ("Track Two", "track_two", "Track II", "two"),
    "track-3": ("Track Three", "Track III", "Track 3"),
    "basic-a": ("Level A", "BASIC A", "A", "BASIC Level A", "BASIC Track - Level A", "Level A of the BASIC track"),
    "basic-e": ("level e", "BASIC E", "BASIC Track E", "BASIC: Level E", "Basic_Level_E"),
    "alternative-2": ("Alternative Two", "Alternative Payment Arrangement Two"),
}


@pytest.mark.parametrize(("track", "text"), [(track, text) for track, texts in TRACKS.items() for text in texts])
def test_a_track_is_read_however_it_is_spelled(track: str, text: str) -> None:
    assert layouts_of("roster")[0].columns["track"].meant(text) == track


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Trak One", "did you mean track-1 or track-1-plus?"),
        ("Trk Two", "did you mean track-2?"),
        ("Trak Three", "did you mean track-3?"),
        ("Trak 1 Plus", "did you mean track-1-plus?"),
        ("BASIC Levl B", "did you mean basic-b?"),
        ("Levell C", "did you mean basic-c?"),
        ("Track 9", "did you mean track-3 or track-2?"),
        ("BASIC", "did you mean basic-e or basic-d?"),
        ("zzz", ""),
    ],
)
def test_what_is_no_track_is_told_with_those_of_its_number_or_level(text: str, hint: str) -> None:
    track = layouts_of("roster")[0].columns["track"]
    assert (track.meant(text), track.nearly(text)) == (None, hint)


@pytest.mark.parametrize("text", ["BASIC", "Track 1 or 2", "Track 1/2", "Track", "Level", "Track Four"])
def test_what_could_be_several_tracks_is_none(text: str) -> None:
    assert layouts_of("roster")[0].columns["track"].meant(text) is None


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
