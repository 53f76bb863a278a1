"""Figures that benchmarks are computed from: rows of expenditures, national figures and public use files."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from aco_cli.errors import InputError, UsageError
from aco_cli.inputs.benchmark import load_published_benchmarks, load_table
from aco_cli.inputs.layout import layouts_of

Write = Callable[..., str]

EXPENDITURES = (
    "aco_id,performance_year,period,calendar_year,enrollment_type,person_years,per_capita_expenditure,risk_score"
)
REFERENCE = "performance_year,calendar_year,enrollment_type"
AGED, ESRD = "A1,2022,BY1,2016,aged-dual,100,10000,1", "A1,2022,BY1,2016,esrd,10,90000,1"


def problems_of(read: Callable[[], object]) -> list[str]:
    with pytest.raises(InputError) as caught:
        read()
    return [str(problem) for problem in caught.value.problems]


def test_rows_of_all_files_make_one_table(write: Write) -> None:
    files = [
        write(f"{EXPENDITURES}\n{AGED}\n{ESRD}\n", "a.csv"),
        write(f"{EXPENDITURES}\n{AGED.replace('A1', 'A2')}\n", "b.csv"),
    ]
    frame, _ = load_table(files, "expenditures")
    assert frame.index.tolist() == [0, 1, 2]
    assert frame["aco_id"].tolist() == ["A1", "A1", "A2"]
    assert frame["enrollment_type"].tolist() == ["aged-dual", "esrd", "aged-dual"]


@pytest.mark.parametrize(
    ("family", "header", "row", "blank", "column"),
    [
        ("expenditures", EXPENDITURES, AGED, "A1,", "aco_id"),
        ("expenditures", EXPENDITURES, AGED, ",2022", "performance_year"),
        ("expenditures", EXPENDITURES, AGED, "BY1", "period"),
        ("expenditures", EXPENDITURES, AGED, "2016", "calendar_year"),
        ("expenditures", EXPENDITURES, AGED, "aged-dual", "enrollment_type"),
        ("reference", REFERENCE, "2022,2016,esrd", "2016", "calendar_year"),
        ("reference", REFERENCE, "2022,2016,esrd", "esrd", "enrollment_type"),
    ],
)
def test_each_row_says_what_it_is_of(write: Write, family: str, header: str, row: str, blank: str, column: str) -> None:
    file = write(f"{header}\n{row.replace(blank, ',' * blank.count(','))}\n")
    assert problems_of(lambda: load_table([file], family)) == [
        f"{file}, row 2, column {column}: expected a value, found a blank cell"
    ]


def test_national_figures_may_be_for_all_agreement_starts(write: Write) -> None:
    file = write(f"{REFERENCE},agreement_start\n2022,2016,esrd,\n2022,2016,esrd,2022-01-01\n")
    assert load_table([file], "reference")[0]["agreement_start"].tolist() == [pd.NaT, pd.Timestamp("2022-01-01")]


@pytest.mark.parametrize(
    ("rows", "row", "more"),
    [
        (2, 3, "a second one"),
        (3, 3, "a second one, and 1 more"),
        (4, 3, "a second one, and 2 more"),
        (1_003, 3, "a second one, and 1,001 more"),
    ],
)
def test_a_second_row_of_the_same_is_refused_where_it_stands(write: Write, rows: int, row: int, more: str) -> None:
    file = write("\n".join([EXPENDITURES, *[AGED] * rows]))
    keys = "aco_id, performance_year, period, enrollment_type"
    assert problems_of(lambda: load_table([file], "expenditures")) == [
        f"{file}, row {row}: expected one row for each {keys}, found {more}"
    ]


def test_a_second_row_of_the_same_is_refused_over_files(write: Write) -> None:
    """By the columns that there are: without agreement starts a row is for all of them."""
    files = [
        write(f"{REFERENCE}\n2022,2016,esrd\n2022,2017,esrd\n", "a.csv"),
        write(f"{REFERENCE}\n\n2022,2016,esrd\n", "b.csv"),
    ]
    keys = "performance_year, calendar_year, enrollment_type"
    assert problems_of(lambda: load_table(files, "reference")) == [
        f"{files[1]}, row 3: expected one row for each {keys}, found a second one"
    ]


def headings(*of: str) -> list[str]:
    """CMS's headings of all columns, or of those whose names begin so."""
    columns = layouts_of("published-benchmarks")[0].columns
    return [column.sources[0] for name, column in columns.items() if name.startswith(of or "")]


def public_use_file(write: Write, *years: int | str, without: tuple[str, ...] = ()) -> str:
    """A made-up file with an ACO of each of these years."""
    names = [name for name in headings() if name not in without]
    cells = {"Current_Start_Date": "2013-01-01", "ACO_Name": "Care"}
    rows = [
        ",".join({**dict.fromkeys(names, "1"), **cells, "ACO_Num": f"A{at}", "year": str(year)}[name] for name in names)
        for at, year in enumerate(years)
    ]
    return write("\n".join([",".join(names), *rows]))


def test_published_benchmarks_are_of_one_year(write: Write) -> None:
    file = public_use_file(write, 2013, 2014, 2013, 2014)
    frame = load_published_benchmarks(file, "2014")
    assert (frame["aco_id"].tolist(), frame.index.tolist()) == (["A1", "A3"], [0, 1])
    assert "index" not in frame
    assert set(frame["performance_year"]) == {2014}
    with pytest.raises(UsageError, match="expected one YEAR such as 2014, found '2013-2014': trend factors are of one"):
        load_published_benchmarks(file, "2013-2014")
    assert problems_of(lambda: load_published_benchmarks(file, "2015")) == [
        f"{file}: expected rows of 2015, found rows of 2013 and 2014; ask for a year it holds"
    ]


def test_bad_cells_and_rows_of_published_benchmarks_are_told_before_a_year_without_rows(write: Write) -> None:
    file = public_use_file(write, 2013, "x")
    (problem,) = problems_of(lambda: load_published_benchmarks(file, "2015"))
    assert problem.startswith(f"{file}, row 3, column year: expected a year such as 2014, found 'x'")


def test_figures_of_the_performance_year_are_needed_only_for_updates(write: Write) -> None:
    of_year = headings("published_update", "risk_score_py", "person_years_py")
    assert len(of_year) == 9
    file = public_use_file(write, 2014, without=tuple(of_year))
    assert len(load_published_benchmarks(file, "2014")) == 1
    assert problems_of(lambda: load_published_benchmarks(file, "2014", updates=True)) == [
        f"{file}, row 1, column {heading}: missing required column, for --updates" for heading in of_year
    ]
    assert len(load_published_benchmarks(public_use_file(write, 2014), "2014", updates=True)) == 1
