"""Years, rows over several files, and totals from files of their own."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace

import pytest

from aco_cli.inputs.load import check, load
from aco_cli.inputs.years import Years

HEADER = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
ROW = "A1,mssp,track-1,10000,100000000,90000000"
YEARLY = f"{HEADER},performance_year\n{ROW},2014\n{ROW},2015\n{ROW},2016\n"
BARE = """aco_id,program,track,assigned_beneficiaries,performance_year
A1,mssp,track-1,1000,2014
A2,mssp,track-1,1000,2014
"""


def test_rows_of_other_years_are_left_out_and_counted(write, load_year) -> None:
    loaded = load_year(write(YEARLY), years="2014-2015")
    assert list(loaded.frame["performance_year"]) == [2014, 2015]
    assert (loaded.skipped, loaded.warnings) == (1, [])


def test_no_row_of_the_years_asked_says_which_there_are(write, problems_of) -> None:
    (problem,) = problems_of(write(YEARLY), years="2018")
    assert "2014, 2015 and 2016" in problem.found


def test_a_file_without_years_needs_one_year_asked(write, load_year, problems_of) -> None:
    path = write(f"{HEADER}\n{ROW}\n")
    assert list(load_year(path, years="2013").frame["performance_year"]) == [2013]
    assert "performance_year" in problems_of(path, years="2013-2014")[0].expected
    assert "performance_year" in problems_of(path, years="all")[0].expected
    assert check([path]) == ([], [])


def test_blank_years_are_one_problem(write, problems_of) -> None:
    (problem,) = problems_of(write(f"{HEADER},performance_year\n{ROW},2014\n{ROW},\n{ROW},\n"), years="all")
    assert (problem.row, problem.column) == (3, "performance_year")
    assert "1 more" in problem.found


def test_a_second_row_of_an_aco_and_year_names_both_places(write, problems_of) -> None:
    files = [write(f"{HEADER}\n{ROW}\n\n{ROW}\n", "a.csv"), write(f"{HEADER}\n{ROW}\n", "b.csv")]
    problems = problems_of(*files)
    assert [(problem.file, problem.row) for problem in problems] == [(files[0], 4), (files[1], 2)]
    assert all(f"{files[0]}, row 2" in problem.found for problem in problems)


def test_the_same_aco_in_another_year_is_no_duplicate(write, load_year) -> None:
    assert len(load_year(write(YEARLY), years="all").frame) == 3


def test_files_with_different_columns_make_one_table(write, load_year) -> None:
    """Text that a file lacks is '', numbers and dates are missing; contract columns come first, in their order."""
    one = write(f"{HEADER},region,quality_score\n{ROW},west,0.9\n", "a.csv")
    two = write(f"{HEADER},aco_name,initial_start\n{ROW.replace('A1', 'A2')},NA,7/1/12\n", "b.csv")
    frame = load_year(one, two).frame
    assert list(frame["region"]) == ["west", ""]
    assert list(frame["aco_name"]) == ["", "NA"]
    assert list(frame["quality_score"].isna()) == [False, True]
    assert list(frame["initial_start"].isna()) == [True, False]
    assert list(frame.columns[:3]) == ["aco_id", "aco_name", "performance_year"]
    assert frame.columns[-1] == "region"
    assert str(frame["aco_name"].dtype) == "str"


def test_per_capita_times_person_years_stands_for_a_total(write, load_year) -> None:
    header = "aco_id,program,track,assigned_beneficiaries,benchmark_per_capita,expenditure_per_capita,person_years"
    frame = load_year(write(f"{header}\nA1,mssp,track-1,10000,10000.5,9000,2\nA2,mssp,track-1,1,,9000,2\n")).frame
    assert frame["benchmark_total"][0] == 20001.0
    assert frame["expenditure_total"][0] == 18000.0
    assert frame["benchmark_total"].isna()[1]


def test_a_total_given_wins_over_the_product(write, load_year) -> None:
    header = f"{HEADER},benchmark_per_capita,person_years"
    frame = load_year(write(f"{header}\n{ROW},5,2\nA2,mssp,track-1,1,,3,5,2\n")).frame
    assert list(frame["benchmark_total"]) == [100000000.0, 10.0]


def test_totals_of_a_second_file_are_joined_by_id_and_year(write, load_year) -> None:
    totals = "aco_id,performance_year,expenditure_total,benchmark_total\n"
    totals += "A2,2014,5000000,6000000\nA1,2014,6000000,8000000\nA1,2015,1,1\n"
    loaded = load_year(write(BARE), expenditures=[write(totals, "t.csv")])
    assert list(loaded.frame["expenditure_total"]) == [6e6, 5e6]
    assert list(loaded.frame["benchmark_total"]) == [8e6, 6e6]
    assert loaded.warnings == []


def test_totals_in_several_files_and_without_years(write, load_year) -> None:
    one = write("aco_id,expenditure_total,benchmark_total\nA1,6,8\n", "t1.csv")
    two = write("aco_id\texpenditure_total\tbenchmark_total\nA2\t5\t7\n", "t2.tsv")
    loaded = load_year(write(BARE), expenditures=[one, two])
    assert list(loaded.frame["expenditure_total"]) == [6.0, 5.0]


def test_rosters_without_years_join_totals_without_years_in_check(write) -> None:
    roster = write("aco_id,program,track,assigned_beneficiaries\nA1,mssp,track-1,1\n")
    totals = write("aco_id,expenditure_total,benchmark_total\nA9,6,8\n", "t.csv")
    problems, warnings = check([roster], expenditures=[totals])
    assert problems == []
    assert len(warnings) == 2


def test_acos_and_totals_without_each_other_are_reported_and_kept(write, load_year) -> None:
    header = "aco_id,performance_year,expenditure_total,benchmark_total"
    totals = write(f"{header}\nA1,2014,6000000,8000000\nA9,2014,1,1\n", "t.csv")
    loaded = load_year(write(BARE), expenditures=[totals])
    assert list(loaded.frame["aco_id"]) == ["A1", "A2"]
    assert loaded.frame["expenditure_total"].isna()[1]
    assert [("A2 (2014)" in text, "A9 (2014)" in text) for text in loaded.warnings] == [(True, False), (False, True)]


def test_a_second_match_is_refused_with_both_places(write, problems_of) -> None:
    one = write("aco_id,performance_year,expenditure_total,benchmark_total\nA1,2014,6,8\n", "t1.csv")
    two = write("aco_id,performance_year,expenditure_total,benchmark_total\nA1,2014,6,8\n", "t2.csv")
    (problem,) = problems_of(write(BARE), expenditures=[one, two])
    assert (problem.file, problem.row) == (two, 2)
    assert one in problem.found


def test_totals_that_contradict_the_roster_are_refused(write, load_year, problems_of) -> None:
    """Equal ones are fine, and a blank of the roster is filled."""
    text = f"{HEADER}\n{ROW}\n{ROW.replace('A1', 'A2').replace('90000000', '')}\n"
    roster, totals = write(text), "aco_id,expenditure_total\nA1,{}\nA2,5\n"
    loaded = load_year(roster, expenditures=[write(totals.format("90000000"), "t.csv")])
    assert list(loaded.frame["expenditure_total"]) == [90000000.0, 5.0]
    (problem,) = problems_of(roster, expenditures=[write(totals.format("90000001"), "t.csv")])
    assert (problem.row, problem.column) == (2, "expenditure_total")
    assert "90000001" in problem.expected


def test_a_benchmark_must_come_from_somewhere(write, problems_of) -> None:
    totals = write("aco_id,performance_year,expenditure_total\nA1,2014,6\nA2,2014,6\n", "t.csv")
    (problem,) = problems_of(write(BARE), expenditures=[totals])
    assert problem.column == "benchmark_total"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("aco_id,performance_year,expenditures", "expenditure_total"),
        ("aco_id,performance_year,period,enrollment_type,per_capita_expenditure", "--reference FILE"),
    ],
)
def test_what_is_no_totals_file_is_refused(write, problems_of, header: str, words: str) -> None:
    """The detailed expenditure file is told by its columns."""
    totals = write(f"{header}\n" + ",".join("1" * (header.count(",") + 1)) + "\n", "t.csv")
    problems = problems_of(write(BARE), expenditures=[totals])
    assert words in "\n".join(map(str, problems))
    assert {problem.file for problem in problems} == {totals}


def test_bad_cells_of_a_totals_file_are_refused(write, problems_of) -> None:
    totals = write("aco_id,performance_year,expenditure_total,benchmark_total\nA1,2014,x,0\n,2014,1,1\n", "t.csv")
    problems = problems_of(write(BARE), expenditures=[totals])
    assert [(problem.row, problem.column) for problem in problems] == [
        (2, "expenditure_total"),
        (2, "benchmark_total"),
        (3, "aco_id"),
    ]


def test_check_reports_instead_of_raising(write) -> None:
    problems, warnings = check([write(f"{HEADER},qualty_score\n{ROW.replace('track-1', 'x')},1\n")])
    assert [problem.column for problem in problems] == ["track"]
    assert len(warnings) == 1


def test_rows_keep_the_order_of_the_files(write, load_year) -> None:
    rows = "\n".join(ROW.replace("A1", name) for name in ("B", "A", "C"))
    assert list(load_year(write(f"{HEADER}\n{rows}\n")).frame["aco_id"]) == ["B", "A", "C"]


def test_rows_keep_their_places_over_files(write, load_year) -> None:
    files = [
        write(f"{HEADER},region\n{ROW},west\n\n{ROW.replace('A1', 'A2')},east\n", "a.csv"),
        write(f"{HEADER}\n{ROW.replace('A1', 'A3')}\n", "b.csv"),
    ]
    loaded = load_year(*files)
    assert loaded.places.to_dict("list") == {"source_file": [files[0], files[0], files[1]], "source_row": [2, 4, 2]}
    assert loaded.places.index.tolist() == loaded.frame.index.tolist() == [0, 1, 2]
    assert loaded.frame["aco_id"].tolist() == ["A1", "A2", "A3"]
    assert loaded.frame["region"].tolist() == ["west", "east", ""]


DEFERRED = f"{HEADER},performance_year,deferred_to\n{ROW},2013,2014\n{ROW},2015,\n{ROW},2016,2017\n"


@pytest.mark.parametrize(
    ("years", "held", "skipped", "absent"),
    [
        ("2013", [2013], 2, ""),
        ("2014", [2013], 2, ""),
        ("2014-2015", [2013, 2015], 1, ""),
        ("2013-2017", [2013, 2015, 2016], 0, ""),
        ("2012-2019", [2013, 2015, 2016], 0, "2012, 2018 and 2019"),
        ("2015,2018", [2015], 2, "2018"),
        ("all", [2013, 2015, 2016], 0, ""),
    ],
)
def test_rows_count_in_the_year_that_they_are_deferred_to(
    write, load_year, years: str, held: list[int], skipped: int, absent: str
) -> None:
    loaded = load_year(write(DEFERRED), years=years)
    assert list(loaded.frame["performance_year"]) == held
    assert {*loaded.frame} == {*DEFERRED.partition("\n")[0].split(",")}
    assert loaded.frame.index.tolist() == list(range(len(held)))
    assert loaded.skipped == skipped
    told = [("years_missing", f"no file holds rows of {absent}")] if absent else []
    assert [(remark.code, str(remark)) for remark in loaded.remarks if remark.code == "years_missing"] == told


def test_rows_of_other_years_are_counted_over_files(write, load_year) -> None:
    files = [write(YEARLY, "a.csv"), write(YEARLY.replace("A1", "A2"), "b.csv")]
    assert load_year(*files, years="2014").skipped == 4
    assert load_year(files[0], write(f"{HEADER}\n{ROW.replace('A1', 'A3')}\n", "c.csv"), years="2014").skipped == 2
    assert load([*files], None).skipped == 0


def test_a_file_of_one_year_by_its_layout_says_so_where_others_are_asked_for(shared_data, problems_of) -> None:
    file = str(shared_data / "mssp_puf_2022.csv")
    (problem,) = problems_of(file, years="2014")
    found = "none: the file is the CMS public use file, performance year 2022"
    assert (problem.expected, problem.found, problem.fix) == ("rows of 2014", found, "ask for a year it holds")


def test_every_file_without_rows_of_the_years_is_told(write, problems_of) -> None:
    files = [write(YEARLY, "a.csv"), write(YEARLY.replace("A1", "A2").replace("2014", "2013"), "b.csv")]
    assert [str(problem) for problem in problems_of(*files, years="2018")] == [
        f"{files[0]}: expected rows of 2018, found rows of 2014, 2015 and 2016; ask for a year it holds",
        f"{files[1]}: expected rows of 2018, found rows of 2013, 2015 and 2016; ask for a year it holds",
    ]
    assert [problem.column for problem in problems_of(write(YEARLY.replace("track-1", "x")), years="2018")] == [
        "track"
    ] * 3


def test_implausible_figures_are_told_of_files_without_problems_only(write) -> None:
    odd = f"{HEADER}\n{ROW.replace(',10000,', ',10,')}\n"
    told = ["per_beneficiary", "per_beneficiary", "few_beneficiaries"]
    assert [remark.code for remark in check([write(odd)])[1]] == told
    problems, remarks = check([write(odd + ROW.replace("mssp", "x").replace("A1", "A2") + "\n")])
    assert ([problem.column for problem in problems], remarks) == (["program"], [])
    totals = write("aco_id,performance_year,expenditure_total\nA1,2014,5\n", "t.csv")
    dated = write(odd.replace("expenditure_total", "expenditure_total,performance_year").replace("000\n", "000,2014\n"))
    problems, remarks = check([dated], expenditures=[totals])
    assert ([problem.column for problem in problems], remarks) == (["expenditure_total"], [])


def test_totals_that_cannot_be_read_are_all_that_is_told(write) -> None:
    """What they would have brought is not missing; what they do not bring is."""
    roster = write(BARE)
    problems, _ = check([roster], expenditures=[roster + "x"])
    assert [(problem.file, problem.found) for problem in problems] == [(f"{roster}x", "no such file")]
    totals = write("aco_id,performance_year,expenditure_total\nA1,2014,6\nA2,2014,6\n", "t.csv")
    assert [problem.column for problem in check([roster], expenditures=[totals])[0]] == ["benchmark_total"]
    assert [problem.column for problem in check([roster])[0]] == ["benchmark_total", "expenditure_total"]
    assert check([roster], totals_follow=True) == ([], [])
    assert load([roster], None, totals_follow=True).frame.shape == (2, 5)


def test_standard_input_is_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(f"{HEADER}\n{ROW}\n".encode())))
    assert check(["-"]) == ([], [])
    (problem,), remarks = check(["-"], expenditures=["-"])
    assert str(problem) == "standard input: expected - once, found it more than once; use a file for one"
    assert remarks == []


def test_notes_are_no_warnings(write, load_year) -> None:
    loaded = load_year(write(f"Roster of 2014\n\n{HEADER},qualty_score\n{ROW},1\n"))
    assert [remark.is_note for remark in loaded.remarks] == [False, True]
    assert loaded.warnings == loaded.remarks[:1]


def test_years_may_be_left_open(write) -> None:
    assert len(load([write(YEARLY)], None).frame) == 3
    assert len(load([write(YEARLY)], Years.parse("all")).frame) == 3
