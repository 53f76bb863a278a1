"""One file as canonical columns: which of its columns and cells count, and of which year its rows are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.convert import NO_YEAR
from aco_cli.inputs.layout import Layout
from aco_cli.inputs.parts import Part, fix_year, no_rows_of, read_part, read_parts, settle_years
from aco_cli.inputs.years import Years

Write = Callable[..., str]

HEADER = "aco_id,program,track,assigned_beneficiaries"
ROW = "A1,mssp,track-1,10000"


def parts_of(file: str, layout: str = "roster", own: tuple[str, ...] = ()) -> list[Part]:
    problems: list[Problem] = []
    parts = read_parts([file], layout, problems, own=own)
    assert problems == []
    return parts


def test_half_units_are_of_those_who_ask_for_them(write: Write) -> None:
    file, problems = write(f"{HEADER},benchmark_total\n{ROW},100000\n"), list[Problem]()
    names = [*HEADER.split(","), "benchmark_total"]
    assert list(read_part(file, "roster").frame) == list(read_parts([file], "roster", problems)[0].frame) == names
    (part,) = read_parts([file], "roster", problems, precision=True)
    assert sorted(map(str, part.frame)) == sorted([*names, "benchmark_total_half_unit"])


def no_name(file: str, row: int, cell: str, column: int) -> str:
    found = f"{cell!r} in column {column}, which has no name"
    return f"{file}, row {row}: expected cells only below a column name, found {found}"


@pytest.mark.parametrize(
    ("header", "rows", "problem"),
    [
        # Rows counted by pandas, or columns beside a table that hold nothing.
        (f",{HEADER}", [f"0,{ROW}", f"12,{ROW}"], None),
        (f"{HEADER},,", [f"{ROW},,", f"{ROW},,"], None),
        (f",{HEADER}", [f",{ROW}", f",{ROW}"], None),
        (f",{HEADER}", [f"x,{ROW}", f"1,{ROW}"], (2, "x", 1)),
        (f",{HEADER}", [f",{ROW}", f"1,{ROW}"], (3, "1", 1)),
        (f"aco_id,,{HEADER[7:]}", ["A1,1,mssp,track-1,5", "A2,2,mssp,track-1,5"], (2, "1", 2)),
        (f"{HEADER},", [f"{ROW},", f"{ROW},", f"{ROW},7", f"{ROW},8"], (4, "7", 5)),
    ],
)
def test_a_column_without_a_name_is_empty_or_counts_the_rows(
    write: Write, header: str, rows: list[str], problem: tuple[int, str, int] | None
) -> None:
    file = write("\n".join([header, *rows]))
    (part,) = parts_of(file)
    assert [str(each) for each in part.problems] == ([no_name(file, *problem)] if problem else [])


@pytest.mark.parametrize("text", [HEADER, f"{HEADER}\n,,,\n", f"{HEADER}\n{HEADER}\n", f"{HEADER}\nTotal,,,5\n"])
def test_a_table_without_a_row_of_data_is_refused(write: Write, text: str) -> None:
    file = write(text)
    with pytest.raises(InputError) as caught:
        read_part(file, "roster")
    assert [str(each) for each in caught.value.problems] == [
        f"{file}: expected a row of data below the header, found a header only"
    ]
    problems: list[Problem] = []
    assert read_parts([file, write(f"{HEADER}\n{ROW}\n", "other.csv")], "roster", problems)[0].frame.shape == (1, 4)
    assert problems == [Problem(file, "a row of data below the header", "a header only", unread=True)]


def test_an_empty_table_that_was_never_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    pd.DataFrame({name: pd.Series([], dtype="str") for name in HEADER.split(",")}).to_parquet(path)
    with pytest.raises(InputError, match="expected a row of data below the header, found a header only"):
        read_part(str(path), "roster")


def test_cells_without_a_value_are_told_where_they_count(tmp_path: Path) -> None:
    """Not those of a row that is left out or of a column that means nothing; by columns, ten of each."""
    path = str(tmp_path / "r.xlsx")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*HEADER.split(","), "region"])
        for row in range(1, 14):
            sheet.write_row(row, 0, [f"A{row}", "mssp", "track-1"])
            sheet.write_formula(row, 3, "=X!A1", None, "#REF!")
            sheet.write_formula(row, 4, "=X!A1", None, "#REF!")
        sheet.write_formula(2, 1, "=X!A1", None, "#N/A")
        sheet.write_row(14, 0, ["Total"])
        sheet.write_formula(14, 3, "=X!A1", None, "#REF!")
    (part,) = parts_of(path)
    fix, words = "enter the value, or leave the cell blank", ", an error of the spreadsheet"
    told = [problem for problem in part.problems if problem.expected == "a value"]
    assert told == [
        Problem(path, "a value", f"#N/A{words}", 3, "program", fix),
        *(Problem(path, "a value", f"#REF!{words}", row, "assigned_beneficiaries", fix) for row in range(2, 12)),
        Problem(path, "a value", "3 more like the ones above", None, "assigned_beneficiaries"),
    ]


def test_other_columns_are_kept_of_a_roster_and_where_they_are_named(write: Write, shared_data: Path) -> None:
    """Those of CMS's files are hundreds."""
    (part,) = parts_of(write(f"{HEADER},Region,size\n{ROW},west,5\n"))
    assert list(part.frame)[4:] == ["Region", "size"]
    file = str(shared_data / "mssp_puf_2022.csv")
    (plain,), (part,) = parts_of(file, "cms-puf"), parts_of(file, "cms-puf", own=("assign_type", "Rev Exp Cat"))
    assert [name for name in part.frame if name not in plain.frame] == ["Assign_Type"]
    (part,) = parts_of(file, "auto", own=("Risk_Model",))
    assert [name for name in part.frame if name not in plain.frame] == ["Risk_Model"]


def test_years_below_each_other_are_each_read_by_their_layout(write: Write, shared_data: Path) -> None:
    """With the columns named of each; and only where a public use file may be."""
    frames = [pd.read_csv(shared_data / f"mssp_puf_{year}.csv", dtype=str, nrows=3) for year in (2022, 2023)]
    both = pd.concat([frame.assign(year=year) for frame, year in zip(frames, ("2022", "2023"), strict=True)])
    file = write(both.to_csv(index=False))
    parts = parts_of(file, "auto", own=("Assign_Type",))
    assert [part.layout.years for part in parts] == [(2022,), (2023,)]
    assert [part.rows.tolist() for part in parts] == [[2, 3, 4], [5, 6, 7]]
    assert [set(part.years) for part in parts] == [{2022}, {2023}]
    assert all("Assign_Type" in part.frame for part in parts)
    assert [len(part.frame) for part in parts_of(file, "cms-puf")] == [3, 3]
    with pytest.raises(InputError, match="ACO roster"):
        read_part(file, "roster")


def part_of(years: list[float] | None, *of_layout: int, header: tuple[str, ...] = ()) -> Part:
    """A part with these years in its rows, the first of which is row 2, of a layout for some years."""
    frame = pd.DataFrame({"aco_id": ["A1", "A2", "A3"]} if years is None else {"performance_year": years})
    layout = Layout("layout of CMS", "cms-puf", {}, (), years=of_layout)
    return Part("f.csv", layout, frame, np.arange(2, len(frame) + 2), header, [], [])


def settled(part: Part, years: str | None) -> tuple[list[int] | None, list[str]]:
    settle_years(part, Years.parse(years) if years else None)
    held = part.frame["performance_year"] if part.has_years else None
    assert held is None or str(held.dtype) == "int64"
    return None if held is None else held.tolist(), [str(problem) for problem in part.problems]


@pytest.mark.parametrize(
    ("of_layout", "asked", "year", "problem"),
    [
        ((), None, None, ""),
        ((), "2014", 2014, ""),
        ((), "2013-2014", None, "none, and several years asked for; add it, or ask for one year"),
        ((), "all", None, "none, and several years asked for; add it, or ask for one year"),
        ((2016,), None, 2016, ""),
        ((2016,), "2014", 2016, ""),
        ((2016,), "all", 2016, ""),
        ((2012, 2013), None, None, ""),
        ((2012, 2013), "2013", 2013, ""),
        ((2012, 2013), "all", None, "none, and several years asked for; add it, or ask for one year"),
    ],
)
def test_rows_without_a_year_are_of_that_of_the_layout_or_the_one_asked_for(
    of_layout: tuple[int, ...], asked: str | None, year: int | None, problem: str
) -> None:
    told = [f"f.csv, row 1: expected a column performance_year, found {problem}"] if problem else []
    assert settled(part_of(None, *of_layout), asked) == ([year] * 3 if year else None, told)
    assert part_of(None).years.tolist() == [NO_YEAR] * 3


BLANK = "column performance_year: expected a year such as 2014, found a blank cell"


@pytest.mark.parametrize(
    ("years", "of_layout", "held", "told"),
    [
        ([2014, 2015], (), [2014, 2015], []),
        ([2014, np.nan], (), [2014, NO_YEAR], [f"row 3, {BLANK}"]),
        ([np.nan, 2014, np.nan], (), [NO_YEAR, 2014, NO_YEAR], [f"row 2, {BLANK}, and 1 more"]),
        ([2014, *[np.nan] * 1_202], (), [2014, *[NO_YEAR] * 1_202], [f"row 3, {BLANK}, and 1,201 more"]),
        ([2014, NO_YEAR], (2014,), [2014, NO_YEAR], []),
        ([2014, 2013, 2015, 2013], (2014,), [2014, 2013, 2015, 2013], ["row 3, 2014 2013 and 2015"]),
        ([np.nan, 2014, 2013], (2014,), [NO_YEAR, 2014, 2013], [f"row 2, {BLANK}", "row 4, 2014 2013"]),
        ([2012, 2013, 2014], (2012, 2013), [2012, 2013, 2014], ["row 4, 2012 and 2013 2014"]),
    ],
)
def test_years_of_rows_are_those_of_the_layout(
    years: list[float], of_layout: tuple[int, ...], held: list[int], told: list[str]
) -> None:
    def words(short: str) -> str:
        row, _, rest = short.partition(", ")
        if "column" in rest:
            return f"f.csv, {short}"
        ours = " and ".join(map(str, of_layout))
        found = rest.removeprefix(f"{ours} ")
        return (
            f"f.csv, {row}, column performance_year: expected {ours} (layout of CMS, as its columns say), found {found}"
        )

    assert settled(part_of(years, *of_layout), "all") == (held, [words(each) for each in told])


def test_a_file_without_years_is_of_the_year_whose_public_use_file_it_is(shared_data: Path) -> None:
    header = tuple(pd.read_csv(shared_data / "mssp_puf_2022.csv", nrows=0).columns)
    part = part_of(None, header=header)
    fix_year(part)
    assert part.frame["performance_year"].tolist() == [2022.0] * 3
    for part, years in (
        (part_of([2014.0], header=header), [2014.0]),
        (part_of(None, 2014, header=header), None),
        (part_of(None, header=("aco_id", "ACO-1")), None),
    ):
        fix_year(part)
        assert (part.frame["performance_year"].tolist() if part.has_years else None) == years


def test_rows_of_other_years_only_are_told_with_theirs() -> None:
    problem = no_rows_of(Years.parse("2014,2018"), "f.csv", [2013, 2012, 2013])
    assert str(problem) == "f.csv: expected rows of 2014,2018, found rows of 2012 and 2013; ask for a year it holds"


def test_of_two_names_of_a_column_each_row_has_the_value_that_it_fills(write: Write) -> None:
    """As in files of several years, below each other; where a row fills both, it is not told which counts."""
    header, ids = "ACO_Num,Report_eCQM_CQM,aco_id,Report_eCQM,ACO-1,year", ["A1", "B1", "B2", ""]
    rows = ["A1,1,,,50,2023", ",,B1,0,50,2024", ",,B2,,50,2024", ",1,,,50,2023"]
    part = read_part(write("\n".join([header, *rows, ""])), "quality")
    assert list(part.frame["aco_id"]) == ids
    np.testing.assert_array_equal(part.frame["reports_ecqm"], [1, 0, np.nan, 1])
    file = write("\n".join([header, *rows, "A3,1,A3,1,50,2023", ""]))
    with pytest.raises(InputError) as refused:
        read_part(file, "quality")
    assert [problem.column for problem in refused.value.problems] == ["ACO_Num", "Report_eCQM_CQM"]
    assert refused.value.problems[1].found == "it and Report_eCQM in columns 2 and 4"


@pytest.mark.parametrize("names", [("year", "performance_year"), ("PY", "Year")])
def test_two_names_that_a_row_of_a_roster_fills_are_refused(write: Write, names: tuple[str, str]) -> None:
    with pytest.raises(InputError) as refused:
        read_part(write(f"{HEADER},{','.join(names)}\n{ROW},2014,\n{ROW},2014,2014\n"), "roster")
    (problem,) = refused.value.problems
    assert (problem.row, problem.column, problem.found) == (1, names[0], f"it and {names[1]} in columns 5 and 6")


def test_two_names_that_a_row_of_a_public_use_file_fills_are_refused(shared_data: Path, tmp_path: Path) -> None:
    """Of a row of one year the other name is another column, or one that was pasted in."""
    rows = pd.read_csv(shared_data / "mssp_puf_2018.csv", dtype="str", encoding="cp1252")
    file = tmp_path / "mssp_puf_2018.csv"
    rows.assign(ACO_Num="").to_csv(file, index=False)
    assert len(read_part(str(file), "cms-puf").frame) == len(rows)
    rows.assign(ACO_Num=[*[""] * (len(rows) - 1), "A1"]).to_csv(file, index=False)
    with pytest.raises(InputError, match="expected each column once, found it and ACO_Num in columns"):
        read_part(str(file), "cms-puf")
