"""Which layout a header fits, where its columns stand, and what is said where it fits none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.layout import Layout, layouts_of
from aco_cli.inputs.raw import Head, Sheet
from aco_cli.inputs.recognize import Match, fitting, names_of_column, place_of, recognize, renaming
from aco_cli.inputs.remarks import Remark

ROSTER = ["aco_id", "program", "track", "assigned_beneficiaries"]
ROW = ["A1", "mssp", "track-1", "10000"]
YEARS = range(2013, 2025)


def puf(year: int) -> Layout:
    return next(layout for layout in layouts_of("cms-puf") if year in layout.years)


def sheet(*top: Sequence[str], title: str = "", remarks: tuple[Remark, ...] = ()) -> Sheet:
    return Sheet("r.csv", top, lambda *_: pytest.fail("read"), title, remarks)


def match(*top: Sequence[str], layout: str = "auto") -> Match:
    return recognize([sheet(*top)], layout)[1]


def refusal(*sheets: Sheet, layout: str = "auto") -> list[str]:
    with pytest.raises(InputError) as refused:
        recognize(sheets, layout)
    return str(refused.value).splitlines()


def told(found: Match) -> list[tuple[str, str, bool]]:
    return [(str(each).removeprefix("r.csv"), each.code, each.is_note) for each in found.remarks]


def test_every_column_has_its_place() -> None:
    found = match(["Region", "Aco.Id", "", "program", "TRACK", "assigned beneficiaries", "Clinic", "", "region 2"])
    assert (found.layout.label, found.head.row) == ("ACO roster", 1)
    assert found.others == {"Region": 0, "Clinic": 6, "region 2": 8}
    assert found.unnamed == (2, 7)
    assert [found.place([name]) for name in ("aco_id", "PROGRAM", "none")] == [1, 3, None]
    assert found.place(["none", "Track", "program"]) == 4
    assert found.remarks == ()


def test_of_a_file_of_cms_what_a_roster_knows_is_no_other_column() -> None:
    header = [*puf(2018).required, "msr_election", "Clinic", "Clinic", "minimum rate"]
    found = match(header)
    assert found.layout == puf(2018)
    assert found.others == {"Clinic": len(puf(2018).required) + 1}


def test_the_first_of_several_names_counts() -> None:
    assert place_of(["a", "B", "c"], ["x", "b", "a"]) == 1
    assert place_of(["a"], ["b"]) is None


@pytest.mark.parametrize("year", YEARS)
def test_what_a_year_requires_fits_its_layout_alone(year: int) -> None:
    assert fitting(puf(year).required, ["roster", "cms-puf"]) == puf(year)
    for name in puf(year).absent:
        assert fitting([*puf(year).required, name], ["cms-puf"]) != puf(year)
    assert fitting(puf(year).required[1:], ["roster", "cms-puf"]) is None
    assert fitting(puf(year).required, ["roster"]) is None


def test_names_of_a_column_are_those_of_all_years_once_each() -> None:
    names = names_of_column("cms-puf", "performance_year")
    assert len(names) == len(set(names)) > 0
    assert names_of_column("roster", "track") == ["track"]
    assert names_of_column("roster", "none") == []


@pytest.mark.parametrize(
    ("above", "header_row", "words"),
    [
        ([["Roster of 2014"]], 2, True),
        ([[], ["as of", "5/1/2014", "page one"], []], 4, True),
        ([ROW], 2, True),
        ([["A1", "mssp", "track-1", "10000", "(5,000)"]], 2, False),
        ([["-5", " $1,000", "x"]], 2, False),
        ([["5", ".5", "x"]], 2, False),
        ([["5/1/2014", "5%"]], 2, False),
        ([[], [""]], 3, None),
        ([["Roster of 2014"]], 2, True),
    ],
)
def test_what_stands_above_the_header_is_told(above: list[list[str]], header_row: int, words: bool | None) -> None:
    """As a warning where it looks like data: two numbers in a row."""
    header = [*ROSTER, "benchmark_total"]
    found = match(*above, header, [*ROW, "100000000"])
    text = f": the header ends with row {header_row}; what stands above it is left out"
    assert (found.head, told(found)) == (
        Head(tuple(header), header_row),
        [] if words is None else [(text, "header_row", words)],
    )


def test_a_header_in_two_rows_is_joined() -> None:
    found = match(["aco", "", "assigned", ""], ["id", "program", "beneficiaries", "track"])
    assert found.head == Head(("aco id", "program", "assigned beneficiaries", "track"), 2)
    assert told(found) == [(": the header ends with row 2; what stands above it is left out", "header_row", True)]


def test_the_first_header_that_fits_counts() -> None:
    assert match(ROSTER, ROSTER).head.row == 1


def test_remarks_come_in_the_order_in_which_they_are_found() -> None:
    before = Remark("r.csv: text", "other_name", is_note=True)
    first = sheet(["About"], title="About")
    second = sheet(["Roster"], [*ROSTER, "trak"], title="North", remarks=(before,))
    found, fitted = recognize([first, second])
    assert found is second
    assert told(fitted) == [
        (": text", "other_name", True),
        (": read sheet North", "sheet", True),
        (": the header ends with row 2; what stands above it is left out", "header_row", True),
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("benchmark_totl", "benchmark_total"),
        ("Quality Scor", "quality_score"),
        ("ABtotBnchmk", "benchmark_total"),
        ("quality", None),
        ("region", None),
    ],
)
def test_a_column_that_a_roster_may_mean_by_another_name_is_told(name: str, meant: str | None) -> None:
    """One that is nearly its own name, or the name that CMS has for it."""
    text = f", column {name}: unknown column, ignored; did you mean {meant}?"
    assert told(match([*ROSTER, name])) == ([(text, "unknown_column", False)] if meant else [])


def test_a_column_that_is_there_is_meant_by_no_other() -> None:
    assert told(match([*ROSTER, "benchmark_total", "benchmark_totl", "ABtotBnchmk"])) == []
    assert told(match([*puf(2019).required, *[f"x{n}" for n in range(60)], "ABtotBnchmkk"])) == []


@pytest.mark.parametrize(
    ("year", "further", "columns"),
    [
        (2022, [], 12),
        (2022, ["x"] * 47, 59),
        (2022, ["x"] * 48, None),
        (2022, ["performance_year"], None),
        (2024, [], None),
        (2019, [], None),
    ],
)
def test_the_year_of_a_file_cut_to_few_columns_is_a_guess(year: int, further: list[str], columns: int | None) -> None:
    words = f"but only {columns} columns are there; add a column year"
    text = f": taken for performance year {year} as columns of other years are absent, {words}"
    found = told(match([*puf(year).required, *further]))
    assert found == ([(text, "year_uncertain", False)] if columns else [])


def test_a_column_twice_is_refused_where_it_counts() -> None:
    words = "expected each column once, found it{} in columns {}; remove or rename one"
    header = ["aco_id", "x", "ACO ID", "track", "program", "Track", "assigned_beneficiaries", "TRACK"]
    assert refusal(sheet(header)) == [
        "r.csv, row 1, column aco_id: " + words.format(" and ACO ID", "1 and 3"),
        "r.csv, row 1, column track: " + words.format(" and Track and TRACK", "4 and 6 and 8"),
    ]
    assert refusal(sheet(["title"], [*ROSTER, "Clinic", "x", "clinic"])) == [
        "r.csv, row 2, column Clinic: " + words.format(" and clinic", "5 and 7")
    ]
    assert refusal(sheet([*ROSTER, "year", "year"])) == ["r.csv, row 1, column year: " + words.format("", "5 and 6")]
    repeated = ["ACO_Name", "aco_name"]
    assert match([*puf(2014).required, *repeated]).layout == puf(2014)
    assert "columns" in refusal(sheet([*puf(2018).required, *repeated]))[0]
    assert match([*puf(2018).required, "Clinic", "Clinic"]).layout == puf(2018)


def test_a_table_is_as_wide_as_5_000_columns() -> None:
    assert match([*ROSTER, *[""] * 4_996]).layout.label == "ACO roster"
    assert refusal(sheet(["Roster"], [*ROSTER, *[""] * 4_997])) == [
        "r.csv: expected at most 5,000 columns, found 5,001; keep those needed"
    ]


def test_one_sheet_is_to_fit() -> None:
    sheets = [sheet(ROSTER, title="North"), sheet(["x"], title="Notes"), sheet(ROSTER, title="South")]
    assert refusal(*sheets) == [
        "r.csv: expected one sheet with a table, found the sheets North, South; choose one with --sheet NAME"
    ]
    found, fitted = recognize(sheets[:2])
    assert (found.title, fitted.remarks) == ("North", ())


def test_the_sheet_and_row_most_like_a_table_says_what_is_missing() -> None:
    near = sheet(["title", "aco_id"], [], ["x", *ROSTER[:3]])
    expected = ["r.csv, row 3, column assigned_beneficiaries: missing required column (ACO roster); add it"]
    assert refusal(sheet(["aco_id"]), near, sheet(["x"], ["aco_id", "track"])) == expected


ANY = "ACO roster or CMS public use file, performance year 2013 to 2024 or ACO REACH results file"


@pytest.mark.parametrize(
    ("header", "layout", "problems"),
    [
        (ROSTER[:1], "auto", [f": expected {ANY}, found another table; nearest is ACO roster with 1 of 4 required"]),
        (ROSTER[:2], "auto", [", column track: missing", ", column assigned_beneficiaries: missing"]),
        ([*ROSTER[:3], *"uvwxyz"], "roster", [", column assigned_beneficiaries: missing required column (ACO roster)"]),
        (["aco_id", "track"], "cms-puf", [": expected CMS public use file, performance year 2013 to 2024"]),
        (["aco_id", "expenditure_total", "period"], "totals", [", column period: expected no such column"]),
        (["aco_id", "x", "y"], "totals", [", column expenditure_total: missing required column (totals file)"]),
        (["x", "y"], "totals", [": expected totals file"]),
        (["ID", "x"], "join", [": expected table of further columns by aco_id"]),
        (["cahps_1", "cahps_2", "x"], "quality", [", column aco_id: missing required column"]),
        (["cahps_1", "cahps_2", "x", "y"], "quality", [": expected table of quality scores"]),
        (["cahps_1", *"vwxyz"], "quality", [": expected table of quality scores"]),
    ],
)
def test_what_is_nearest_says_what_it_lacks_if_it_is_near_enough(
    header: list[str], layout: str, problems: list[str]
) -> None:
    """Half of what a layout requires is there; or one column is wrong, and of the names most are known."""
    found = refusal(sheet(header), layout=layout)
    assert len(found) == len(problems)
    for each, start in zip(found, problems, strict=True):
        assert each.startswith(f"r.csv, row 1{start}")


def test_what_a_table_is_expected_to_be_is_listed_kind_by_kind() -> None:
    (problem,) = refusal(sheet(["x"]), layout="quality")
    labels = [layout.label for layout in layouts_of("quality")]
    assert len(labels) == 4
    assert problem.startswith(
        f"r.csv, row 1: expected {' or '.join(labels)}, found another table; nearest is {labels[0]}"
    )
    assert problem.endswith(f"with 0 of 7 required columns; missing: {', '.join(layouts_of('quality')[0].required)}")


@pytest.mark.parametrize(("year", "name"), [(2018, "Current_BASIC_A"), (2022, "Guardrail")])
def test_a_column_that_a_year_does_not_have_is_told_by_that_year(year: int, name: str) -> None:
    """Though but for one column that is missing, and others that should be, the table is of another year."""
    words = f"expected no such column ({puf(year).label}), found the file of a later year"
    assert refusal(sheet([*puf(year).required, name])) == [f"r.csv, row 1, column {name}: {words}"]


@pytest.mark.parametrize("year", YEARS)
def test_a_year_of_which_columns_are_missing_is_still_the_nearest(year: int) -> None:
    layout = puf(year)
    without = [name for name in layout.required if name not in ("N_AB", "ABtotExp", "EarnSaveLoss")]
    found = refusal(sheet([*without, "ABtotExps"]))
    assert [each.partition("; ")[0] for each in found] == [
        f"r.csv, row 1, column {name}: missing required column ({layout.label})"
        for name in layout.required
        if name not in without
    ]
    assert sum("; rename ABtotExps if it is meant" in each for each in found) == 1


def test_up_to_three_names_that_are_near_may_be_meant() -> None:
    header = ["Track1", "track2", "tracks", "trucks", "region"]
    assert renaming("track", header) == "rename tracks or track2 or Track1 if it is meant"
    assert renaming("track", header[2:]) == "rename tracks or trucks if it is meant"
    assert renaming("track", ["region"]) == ""
    assert renaming("track", ["trucks"], cutoff=0.9) == ""
