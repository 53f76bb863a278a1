"""CMS's public use files of every year: told apart by their headers, read into the same columns and units."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.layout import Layout, layouts_of, name_key
from aco_cli.inputs.load import load
from aco_cli.inputs.raw import Sheet
from aco_cli.inputs.recognize import Match, recognize
from aco_cli.inputs.years import Years

FILES = {
    2013: "headers/mssp_puf_2013_first_rows.csv",
    2014: "mssp_puf_2014.csv",
    2015: "mssp_puf_2015.csv",
    2016: "headers/mssp_puf_2016_first_rows.csv",
    2017: "headers/mssp_puf_2017_first_rows.csv",
    2018: "mssp_puf_2018.csv",
    2019: "headers/mssp_puf_2019_july_first_rows.csv",
    2020: "mssp_puf_2020_lowercase.csv",
    2021: "mssp_puf_2021.csv",
    2022: "headers/mssp_puf_2022_first_rows.csv",
    2023: "mssp_puf_2023.csv",
    2024: "headers/mssp_puf_2024_first_rows.csv",
}
ROWS = {2014: 333, 2015: 392, 2018: 548, 2020: 513, 2021: 475, 2023: 453}
TRACKS = {
    2015: {"track-1": 389, "track-2": 3},
    2018: {"track-1": 453, "track-1-plus": 52, "track-3": 36, "track-2": 7},
    2020: {"track-1": 133, "track-2": 2, "track-3": 5, "track-1-plus": 19, "enhanced": 74}
    | {"basic-a": 54, "basic-b": 136, "basic-c": 20, "basic-d": 1, "basic-e": 69},
    2021: {"track-1": 119, "track-2": 2, "track-3": 5, "track-1-plus": 17, "enhanced": 71}
    | {"basic-a": 18, "basic-b": 143, "basic-c": 30, "basic-d": 1, "basic-e": 69},
    2023: {"enhanced": 160, "basic-b": 124, "basic-e": 123, "basic-a": 27, "basic-d": 10, "basic-c": 9},
}
# The second row of each file known by its first rows only: track, score, minimum rate, settlement.
SECOND = {
    2013: ("track-1", None, 0.02769974, 0.0),
    2016: ("track-1", 0.8934, 0.0301, 2797831.0),
    2017: ("track-1", 0.849, 0.0234, 18157748.0),
    2019: ("basic-b", 0.9217, 0.0235, 0.0),
    2022: ("basic-b", 0.8328, 0.024, 0.0),
    2024: ("basic-e", 0.7529, 0.015, 11143493.0),
}
# A row that every year's layout takes, by CMS's names.
CELLS = {
    "ACO_Num": "A1001",
    "ACO_ID": "A1001",
    "Start_Date": "7/1/12",
    "Current_Start_Date": "07/01/2016 12:00:00 AM",
    "Participation_Six_Months": "1",
    "N_AB": "77,947",
    "N_AB_Year_PY": "75000",
    "ABtotBnchmk": "$511,073,870",
    "ABtotExp": "482943201",
    "Track1": "1",
    "Current_Track_1": "1",
    "Current_Track": "EN",
    "Met_QPS": "1",
    "Met_AltQPS": "-",
    "DisAdj": "",
    "RevLossLimit": "0",
    "MaxShareRate": "50.00%",
    "EarnShrSavings": "0",
    "OweLosses": "",
    "EarnSaveLoss": "0",
    "AIPBalance": "-",
}
PERCENT = {2019, 2021, 2022, 2023, 2024}
SCORED = [2014, 2015, 2016, 2018, 2019, 2020, 2021, 2022, 2023, 2024]

Puf = Callable[..., str]
Several = dict[str, list[str]]


def layout_of(year: int) -> Layout:
    return next(each for each in layouts_of("cms-puf") if each.years == (year,))


def quoted(row: dict[str, str]) -> str:
    return ",".join(f'"{cell}"' for cell in row.values())


@pytest.fixture
def puf(write: Callable[..., str]) -> Puf:
    """Writes a public use file of one row with the columns a year requires and further ones: `puf(2024, N_AB="*")`.

    Of several cells for a column, each makes a row.
    """

    def to_file(
        year: int,
        *,
        name: str = "p.csv",
        encoding: str = "utf-8",
        several: Several | None = None,
        **cells: str,
    ) -> str:
        rates = {"year": str(year), "MinSavPerc": "2" if year in PERCENT else "0.02"}
        rates |= {"QualScore": "90" if year in PERCENT | {2015} else "0.9" if year > 2013 else "1"}
        rates |= {"FinalShareRate": "50" if year in PERCENT | {2015} else "0.5"}
        row = {each: (CELLS | rates).get(each, "0") for each in layout_of(year).required} | cells
        columns = dict(several or {})
        count = len(next(iter(columns.values()), [""]))
        ids = [f"A{1001 + at}" for at in range(count)]
        columns |= {each: ids for each in ("ACO_ID", "ACO_Num") if each in row and each not in cells}
        rows = [row | {each: held[at] for each, held in columns.items()} for at in range(count)]
        return write("\n".join([",".join(rows[0]), *map(quoted, rows), ""]).encode(encoding), name)

    return to_file


@pytest.mark.parametrize("year", FILES)
def test_every_year_at_hand_is_read(shared_data: Path, year: int) -> None:
    """Right year, every row, and dollars that agree with the difference CMS prints beside them."""
    path = shared_data / FILES[year]
    loaded = load([str(path)], Years.parse("all"))
    frame = loaded.frame
    with path.open(encoding="utf-8-sig") as file:
        rows = [{name.lower(): cell for name, cell in row.items()} for row in csv.DictReader(file)]
    printed = np.array([float(row["bnchmkminexp"].replace(",", "")) for row in rows])
    assert len(frame) == len(rows) == ROWS.get(year, len(rows))
    assert set(frame["performance_year"]) == {year}
    assert set(frame["program"]) == {"mssp"}
    assert loaded.warnings == []
    assert np.abs(frame["benchmark_total"] - frame["expenditure_total"] - printed).max() < 1.01
    assert frame[["assigned_beneficiaries", "published_settlement"]].notna().all(axis=None)
    assert frame["published_msr"].between(0, 0.15).all()
    assert (frame["aco_name"] != "").all()
    if year in TRACKS:
        assert frame["track"].value_counts().to_dict() == TRACKS[year]


@pytest.mark.parametrize("year", SECOND)
def test_first_rows_of_the_other_years(shared_data: Path, year: int) -> None:
    row = load([str(shared_data / FILES[year])], None).frame.iloc[1]
    assert (row["track"], row.get("quality_score"), row["published_msr"], row["published_settlement"]) == SECOND[year]


def test_loss_years_are_negative_settlements(shared_data: Path) -> None:
    """EarnSaveLoss keeps its sign, DisAdj loses it."""
    frame = load([str(shared_data / FILES[2018])], None).frame
    relief = frame["euc_adjustment"] > 0
    assert (relief.sum(), frame["euc_adjustment"].max()) == (11, 136037.0)
    assert (frame.loc[relief, "published_settlement"] < 0).all()
    assert frame["loss_limit_basis"].value_counts().to_dict() == {"benchmark": 527, "revenue": 21}
    assert frame["low_revenue"].value_counts().to_dict() == {0.0: 313, 1.0: 235}


def test_the_first_performance_year_of_2015_is_a_blank_score(shared_data: Path) -> None:
    frame = load([str(shared_data / FILES[2015])], None).frame
    first = frame["first_performance_year"] == 1.0
    assert (frame["initial_start"] == pd.Timestamp("2015-01-01")).equals(first)
    assert frame.loc[first, "quality_reported"].value_counts().to_dict() == {1.0: 88, 0.0: 1}
    assert frame["quality_score"].isna().equals(first)
    assert ((frame["quality_score"] > 0) & (frame["quality_standard_met"] == 0.0)).sum() == 6


def test_several_files_make_one_frame(shared_data: Path) -> None:
    files = [str(shared_data / FILES[year]) for year in (2014, 2015, 2018)]
    loaded = load(files, Years.parse("2014-2018"))
    assert loaded.frame["performance_year"].value_counts().to_dict() == {2014: 333, 2015: 392, 2018: 548}
    assert (loaded.frame["performance_year"].diff().dropna() >= 0).all()
    assert set(loaded.frame.loc[loaded.frame["performance_year"] < 2018, "loss_limit_basis"]) == {""}


def test_a_file_asked_for_another_year_says_which_it_is(puf: Puf, problems_of) -> None:
    (problem,) = problems_of(puf(2018), years="2019")
    assert problem.expected == "rows of 2019"
    assert problem.found == "none: the file is the CMS public use file, performance year 2018"


@pytest.mark.parametrize("year", FILES)
def test_a_header_fits_one_layout_and_says_what_it_lacks(shared_data: Path, year: int) -> None:
    """Whichever required column is renamed, the same year is recognized and that one column is missing."""
    with (shared_data / FILES[year]).open(encoding="utf-8-sig") as file:
        header = next(csv.reader(file))
    layout = layout_of(year)

    def match(names: list[str]) -> Match:
        return recognize([Sheet("f.csv", [names], lambda *_: pytest.fail("read"))])[1]

    assert match(header).layout == layout
    for name in layout.required:
        places = [
            at
            for at, each in enumerate(header)
            if name_key(each) in layout.aliases.get(name_key(name), {name_key(name)})
        ]
        renamed = [f"{each}_2" if at in places else each for at, each in enumerate(header)]
        with pytest.raises(InputError) as caught:
            match(renamed)
        (problem,) = caught.value.problems
        assert (problem.column, problem.expected) == (name, f"this column ({layout.label})")
        assert f"{header[places[0]]}_2" in problem.fix


@pytest.mark.parametrize("year", FILES)
def test_case_mark_and_encoding_do_not_matter(puf: Puf, year: int) -> None:
    """Upper case, a byte order mark, a name in latin-1, blank columns and rows at the end."""
    path = Path(puf(year, encoding="latin-1", ACO_NAME="Caf\xe9"))
    header, row = path.read_bytes().splitlines()
    path.write_bytes(header.upper() + b",,\r\n" + row + b",,\r\n" + b"," * (header.count(b",") + 2) + b"\r\n")
    frame = load([str(path)], None).frame
    assert list(frame["aco_name"]) == ["Caf\xe9"]
    assert list(frame["performance_year"]) == [year]
    path.write_bytes(b"\xef\xbb\xbf" + (header + b"\n" + row).decode("latin-1").encode())
    assert list(load([str(path)], None).frame["benchmark_total"]) == [511073870.0]


@pytest.mark.parametrize("year", [year for year in FILES if year > 2013])
@pytest.mark.parametrize("cells", [["2.5%", "2%"], ["0.025", "0.02"], ["2.5", "2"], ["2.5%", "0.02"], ["2.5%", "2"]])
def test_the_unit_of_a_rate_is_told_by_its_column(puf: Puf, year: int, cells: list[str]) -> None:
    """A whole column of fractions, of percentages or with percent signs is the same rates in every year."""
    frame = load([puf(year, several={"MinSavPerc": cells})], None).frame
    assert list(frame["published_msr"]) == [0.025, 0.02]


@pytest.mark.parametrize("year", [year for year in FILES if year > 2013])
@pytest.mark.parametrize("cells", [["0.02", "0.025", "2.5"], ["2", "2.1", "0.025"]])
def test_a_rate_off_by_100_among_others_is_refused(puf: Puf, problems_of, year: int, cells: list[str]) -> None:
    (problem,) = problems_of(puf(year, several={"MinSavPerc": cells}), years="all")
    assert (problem.row, problem.column) == (4, "MinSavPerc")
    assert problem.fix


@pytest.mark.parametrize("year", SCORED)
@pytest.mark.parametrize("cells", [["0.9", "0.85"], ["90", "85"], ["90%", "85%"]])
def test_the_unit_of_a_score_is_told_by_its_column(puf: Puf, year: int, cells: list[str]) -> None:
    frame = load([puf(year, several={"QualScore": cells})], None).frame
    np.testing.assert_allclose(frame["quality_score"], [0.9, 0.85], atol=1e-4)  # 2014 snaps to its grid


@pytest.mark.parametrize("year", SCORED)
@pytest.mark.parametrize(
    ("cells", "fix"),
    [
        (["0.8", "0.85", "90"], "looks like a percentage; write 0.9"),
        (["80", "85", "0.9"], "divided by 100 once too often? write 0.95 or 95%"),
    ],
)
def test_a_score_off_by_100_among_others_is_refused(
    puf: Puf, problems_of, year: int, cells: list[str], fix: str
) -> None:
    (problem,) = problems_of(puf(year, several={"QualScore": cells}), years="all")
    assert (problem.row, problem.column, problem.fix) == (4, "QualScore", fix)


@pytest.mark.parametrize("year", FILES)
def test_columns_that_no_layout_knows_are_kept_where_they_are_named(puf: Puf, year: int) -> None:
    file = puf(year, **{"Our Region": "west"})
    assert "Our Region" not in load([file], None).frame
    assert list(load([file], None, own=["our_region"]).frame["Our Region"]) == ["west"]


@pytest.mark.parametrize(("difference", "warnings"), [("28130669", 0), ("28130670.5", 0), ("28130671", 1)])
def test_the_published_difference_tells_whether_dollars_were_changed(puf: Puf, difference: str, warnings: int) -> None:
    loaded = load([puf(2018, BnchmkMinExp=difference)], None)
    assert sum("BnchmkMinExp says" in each for each in loaded.warnings) == warnings


def test_a_copy_cut_to_few_columns_says_that_its_year_is_a_guess(puf: Puf) -> None:
    """Of what is left of the file of 2023 or 2024, nothing may tell it from that of 2022."""
    (warning,) = load([puf(2022)], None).warnings
    assert "taken for performance year 2022" in warning
    assert load([puf(2022, performance_year="2022")], None).warnings == []


@pytest.mark.parametrize(
    ("earned", "owed", "settlement"),
    [("19388729.07", "", 19388729.07), ("0", "3967.5", -3967.5), ("", "-3967.5", -3967.5), ("-", "$-", 0.0)],
)
def test_2013_settles_earned_less_owed(puf: Puf, earned: str, owed: str, settlement: float) -> None:
    """Blank counts as 0 in both, and a loss is a loss with either sign."""
    frame = load([puf(2013, EarnShrSavings=earned, OweLosses=owed, Track2="1")], None).frame
    assert frame["published_settlement"].item() == settlement
    assert frame["track"].item() == "track-2"


def test_a_copy_of_2013_with_types_settles_as_the_text(shared_data: Path, tmp_path: Path) -> None:
    """Where nobody owes anything that column is null in all rows."""
    text, typed = shared_data / FILES[2013], tmp_path / "typed.parquet"
    pd.read_csv(text).to_parquet(typed)
    columns = ["published_settlement", "published_settlement_half_unit"]
    frames = [load([str(file)], None, precision=True).frame[columns] for file in (text, typed)]
    assert frames[0].notna().all(axis=None)
    pd.testing.assert_frame_equal(*frames)


def test_a_bad_cell_in_the_column_taken_off_is_named(puf: Puf, problems_of) -> None:
    (problem,) = problems_of(puf(2013, OweLosses="nothing"), years="all")
    assert problem.column == "OweLosses"


def test_blank_settlements_are_unknown_after_2013(puf: Puf) -> None:
    assert load([puf(2018, EarnSaveLoss="")], None).frame["published_settlement"].isna().all()


@pytest.mark.parametrize(("cell", "dollars"), [("-2655", 2655.0), ("(2,655)", 2655.0), ("2655", 2655.0), ("", np.nan)])
def test_relief_is_positive_whatever_its_sign(puf: Puf, cell: str, dollars: float) -> None:
    np.testing.assert_equal(load([puf(2021, DisAdj=cell)], None).frame["euc_adjustment"].item(), dollars)


@pytest.mark.parametrize(("cell", "months"), [("1", 6.0), ("0", 12.0), ("1.0", 6.0), ("", np.nan)])
def test_six_month_years_are_told_by_their_code(puf: Puf, cell: str, months: float) -> None:
    np.testing.assert_equal(load([puf(2019, Participation_Six_Months=cell)], None).frame["months"].item(), months)


def test_a_code_without_meaning_is_refused(puf: Puf, problems_of) -> None:
    problems = problems_of(puf(2019, Participation_Six_Months="2", RevLossLimit="3"), years="all")
    assert {problem.column: problem.expected for problem in problems} == {
        "Participation_Six_Months": "one of 1, 0",
        "RevLossLimit": "one of 1, 0",
    }


@pytest.mark.parametrize(
    ("cell", "track"), [("EN", "enhanced"), ("Enhanced", "enhanced"), ("b", "basic-b"), ("BASIC E", "basic-e")]
)
def test_track_codes_in_their_spellings(puf: Puf, cell: str, track: str) -> None:
    assert load([puf(2023, Current_Track=cell)], None).frame["track"].item() == track


@pytest.mark.parametrize(
    ("flag", "track"),
    [("Current_Track_1_Plus", "track-1-plus"), ("Current_BASIC_E", "basic-e"), ("Current_ENHANCED", "enhanced")],
)
def test_track_flags_that_a_file_of_2019_may_leave_out(puf: Puf, flag: str, track: str) -> None:
    assert load([puf(2019, Current_Track_1="0", **{flag: "1"})], None).frame["track"].item() == track


def test_unknown_conditions_stay_unknown(puf: Puf) -> None:
    """A dash is neither yes nor no, and no balance."""
    cells = {"Met_AltQPS": "-", "Guardrail": "-", "ReducedSS": "1", "Rev_Exp_Cat": "-", "AIPBalance": "1,250,000"}
    row = load([puf(2024, **cells)], None).frame.iloc[0]
    assert row[["quality_alternative_met", "guardrail", "low_revenue"]].isna().all()
    assert (row["half_rate"], row["advance_balance"], row["mid_year_termination"]) == (1.0, 1250000.0, 0.0)


@pytest.mark.parametrize("score", ["", "P4R"])
def test_pay_for_reporting_is_told_by_the_score(puf: Puf, score: str) -> None:
    row = load([puf(2016, QualScore=score, FinalShareRate="0.5")], None).frame.iloc[0]
    assert (row["first_performance_year"], row["quality_reported"]) == (1.0, 1.0)
    assert np.isnan(row["quality_score"])
    scored = load([puf(2016, FinalShareRate="0.45")], None).frame.iloc[0]
    assert scored[["first_performance_year", "quality_reported"]].isna().all()


def test_two_half_years_of_one_aco_are_two_rows(puf: Puf, problems_of) -> None:
    """An agreement that ended in June 2019 and the next one are settled apart; the same half twice is a duplicate."""
    january = puf(2019, name="january.csv", Current_Start_Date="01/01/2016")
    july = puf(2019, name="july.csv", Current_Start_Date="07/01/2019")
    assert len(load([january, july], Years.parse("2019")).frame) == 2
    again = puf(2019, name="again.csv", Current_Start_Date="07/01/2019")
    (problem,) = problems_of(january, july, again, years="2019")
    assert problem.file == again
    whole = puf(2019, name="whole.csv", Participation_Six_Months="0")
    assert len(problems_of(july, whole, years="2019")) == 1
