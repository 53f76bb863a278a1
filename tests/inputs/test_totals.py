"""Totals that a roster leaves out: products of its columns, files of their own, and what is told where neither is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import pytest

from aco_cli.inputs.load import check
from aco_cli.inputs.totals import unmatched

BARE = "aco_id,program,track,assigned_beneficiaries"
HEADER = f"{BARE},benchmark_total,expenditure_total"
TOTALS = "aco_id,expenditure_total,benchmark_total"
ADD = "add it, or supply it with --expenditures FILE"

Told = Callable[..., tuple[list[str], list[str]]]


@pytest.fixture
def told(write, monkeypatch: pytest.MonkeyPatch, tmp_path) -> Told:
    """Problems and warnings of rosters `r0.csv`, `r1.csv` and totals `t0.csv`, `t1.csv`."""
    monkeypatch.chdir(tmp_path)

    def of(rosters: Sequence[str], totals: Sequence[str] = ()) -> tuple[list[str], list[str]]:
        names = [[], []]
        for kind, texts in enumerate((rosters, totals)):
            for number, text in enumerate(texts):
                names[kind].append(f"{'rt'[kind]}{number}.csv")
                write(text, names[kind][-1])
        problems, remarks = check(names[0], expenditures=names[1])
        return [str(each) for each in problems], [str(each) for each in remarks]

    return of


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ("", ["benchmark", "expenditure"]),
        (",benchmark_total", ["expenditure"]),
        (",benchmark_per_capita,expenditure_per_capita", ["benchmark", "expenditure"]),
        (",person_years,expenditure_per_capita", ["benchmark"]),
        (",person_years,expenditure_per_capita,benchmark_per_capita", []),
    ],
)
def test_each_total_that_comes_from_nowhere_is_missed(told: Told, columns: str, missing: list[str]) -> None:
    problems, _ = told([f"{BARE}{columns}\nA1,mssp,track-1,10000{',10000' * columns.count(',')}\n"])
    where = "r0.csv, row 1, column {0}_total: missing required column, or {0}_per_capita and person_years (ACO roster)"
    ends = [problem.partition("; ")[2] for problem in problems]
    assert [problem.partition("; ")[0] for problem in problems] == [where.format(each) for each in missing]
    assert all(end == ADD or end.startswith("rename ") for end in ends)


def test_a_column_that_is_nearly_the_total_is_named(told: Told) -> None:
    problems, _ = told([f"{BARE},benchmark_totl,spending\nA1,mssp,track-1,10000,5,4\n"])
    assert [problem.partition("; ")[2] for problem in problems] == ["rename benchmark_totl if it is meant", ADD]


def test_a_total_that_no_file_brings_is_asked_of_all(told: Told) -> None:
    problems, _ = told([f"{BARE}\nA1,mssp,track-1,10000\n"], ["aco_id,expenditure_total\nA1,90000000\n"])
    assert [problem.partition("; ")[2] for problem in problems] == ["add it, here or in t0.csv"]


def test_what_can_hardly_be_meant_is_told_of_the_file_and_row_that_say_it(told: Told) -> None:
    """Of each cell: those that the roster leaves blank stand in the other file, in rows of its own."""
    rows = "A1,mssp,track-1,10000,100000000,\nA2,mssp,track-1,10000,,90000000\nA3,mssp,track-1,10000,50,40\n"
    totals = [f"{TOTALS}\nA2,,70\n", f"{TOTALS}\nA9,90000000,100000000\nA3,40,\nA1,60,\n"]
    problems, remarks = told([f"{HEADER}\n{rows}"], totals)
    assert problems == []
    assert [text.partition(": ")[0] for text in remarks if "totals" not in text] == [
        "t0.csv, row 2 and 1 more, column benchmark_total",
        "t1.csv, row 4 and 1 more, column expenditure_total",
        "t1.csv, row 4 and 1 more, column expenditure_total",
    ]


def test_totals_of_every_row_of_several_rosters_are_looked_for(told: Told) -> None:
    rosters = [f"{BARE}\n{each},mssp,track-1,10000\n" for each in ("A1", "A2")]
    totals = [f"{TOTALS}\nA2,90000000,100000000\n", f"{TOTALS}\nA1,90000000,100000000\nA3,90000000,100000000\n"]
    assert told(rosters, totals) == ([], ["t0.csv, t1.csv: totals of 1 ACO not in the roster: A3"])


def test_what_has_no_match_is_named_with_its_year(told: Told) -> None:
    rows = "A1,mssp,track-1,10000,100000000,,2014\nA2,mssp,track-1,10000,100000000,,2014\n"
    totals = "aco_id,performance_year,expenditure_total\nA1,2014,90000000\nA1,2015,90000000\nA9,2014,90000000\n"
    assert told([f"{HEADER},performance_year\n{rows}"], [totals]) == (
        [],
        [
            "t0.csv: no totals for 1 ACO of the roster: A2 (2014)",
            "t0.csv: totals of 2 ACOs not in the roster: A1 (2015), A9 (2014)",
        ],
    )


def test_rows_with_years_and_without_are_not_matched(told: Told) -> None:
    roster = f"{HEADER}\nA1,mssp,track-1,10000,100000000,90000000\n"
    totals = "aco_id,performance_year,expenditure_total\nA2,2014,5\n"
    assert told([roster], [totals]) == ([], [])
    assert told([roster.replace("_total\n", "_total,performance_year\n").replace("90000000\n", "90000000,2014\n")], [
        f"{TOTALS}\nA2,5,6\n"
    ]) == ([], [])  # fmt: skip


def test_totals_are_not_called_strange_where_no_roster_could_be_read(told: Told) -> None:
    problems, warnings = told(["aco_id,program,track\nA1,mssp,track-1\n"], [f"{TOTALS}\nA1,5,6\n"])
    assert problems == ["r0.csv, row 1, column assigned_beneficiaries: missing required column (ACO roster); add it"]
    assert warnings == []


def test_two_totals_that_differ_are_both_told(told: Told) -> None:
    """One that either file leaves blank contradicts nothing."""
    cells = [("100000000.5", "90000000"), ("", "90000000"), ("100000000", "90000000"), ("100000000", "")]
    roster = "".join(f"A{number},mssp,track-1,10000,{','.join(each)}\n" for number, each in enumerate(cells))
    totals = "A0,80000000.25,100000000\nA1,90000000,70000000\nA2,90000000,\nA3,90000000,\n"
    what = "column expenditure_total: expected 80000000.25 as in t0.csv, row 2, found '90000000.0'"
    first = "column benchmark_total: expected 100000000.0 as in t0.csv, row 2, found '100000000.5'"
    assert told([f"{HEADER}\n{roster}"], [f"{TOTALS}\n{totals}"]) == (
        [f"r0.csv, row 2, {each}; leave one of the two out" for each in (first, what)],
        [],
    )


def test_a_blank_total_is_filled_from_the_file_and_else_by_the_product(write, load_year) -> None:
    header = f"{BARE},expenditure_total,benchmark_total,benchmark_per_capita,person_years"
    rows = "A1,mssp,track-1,10000,,,10000,2.5\nA2,mssp,track-1,10000,7,8,10000,\nA3,mssp,track-1,10000,7,,,2\n"
    frame = load_year(
        write(f"{header}\n{rows}"), expenditures=[write(f"{TOTALS}\nA1,5,\nA2,,8\nA3,7,9\n", "t.csv")]
    ).frame
    assert frame["benchmark_total"].tolist() == [25_000.0, 8.0, 9.0]
    assert frame["expenditure_total"].tolist() == [5.0, 7.0, 7.0]


@pytest.mark.parametrize(("strangers", "more"), [(1, ""), (10, ""), (11, " and 1 more"), (1_011, " and 1,001 more")])
def test_ten_acos_without_a_match_are_named_and_the_rest_counted(strangers: int, more: str) -> None:
    names = [f"A{number:04}" for number in range(strangers)]
    plural = "" if strangers == 1 else "s"
    (remark,) = unmatched(pd.Index(["Z1"]), pd.Index([*names, "Z1"]), "t.csv", "scores")
    assert remark == f"t.csv: scores of {strangers:,} ACO{plural} not in the roster: {', '.join(names[:10])}{more}"
    (remark,) = unmatched(pd.Index([*names, "Z1"]), pd.Index(["Z1"]), "t.csv", "scores")
    assert remark == f"t.csv: no scores for {strangers:,} ACO{plural} of the roster: {', '.join(names[:10])}{more}"
    assert (remark.code, remark.is_note) == ("unmatched", False)


def test_everything_matched_is_told_nothing_of() -> None:
    assert unmatched(pd.Index(["A1", "A2"]), pd.Index(["A2", "A1"]), "t.csv", "totals") == []


def test_totals_of_the_year_asked_for_are_joined_alone(write, load_year) -> None:
    rows = "A1,mssp,track-1,10000,100000000,,2014\nA1,mssp,track-1,10000,100000000,,2015\n"
    totals = "aco_id,performance_year,expenditure_total\nA1,2014,90000000\nA1,2015,91000000\n"
    loaded = load_year(write(f"{HEADER},performance_year\n{rows}"), expenditures=[write(totals, "t.csv")], years="2015")
    assert (loaded.frame["expenditure_total"].tolist(), loaded.remarks) == ([91_000_000.0], [])


@pytest.mark.parametrize(
    ("roster", "file", "question"),
    [
        (["A1540", "A2"], ["1540", "A2"], "; is 1540 A1540?"),
        (["1540"], ["A1540"], "; is A1540 1540?"),
        (["A01540", "B7"], ["1540", "C9"], "; is 1540 A01540?"),
        (["A1540"], ["A1541"], ""),
        (["ACO-1"], ["1"], ""),
        (["north"], ["south"], ""),
    ],
)
def test_an_id_without_match_is_asked_about_where_one_has_its_number(
    roster: list[str], file: list[str], question: str
) -> None:
    _, strange = unmatched(pd.Index(roster), pd.Index(file), "t.csv", "totals")
    assert strange.partition("not in the roster: ")[2] == f"{', '.join(sorted({*file} - {*roster}))}{question}"
    pairs = (pd.MultiIndex.from_tuples([(each, 2014) for each in names]) for names in (roster, file))
    assert unmatched(*pairs, "t.csv", "totals")[1].endswith("?") == bool(question)


def test_an_id_of_another_year_is_not_asked_about() -> None:
    roster, file = (pd.MultiIndex.from_tuples([pair]) for pair in (("A1", 2014), ("1", 2015)))
    assert unmatched(roster, file, "t.csv", "totals")[1] == "t.csv: totals of 1 ACO not in the roster: 1 (2015)"
