"""Public use files of several years below each other: told by a column with the year, each year by its own layout."""

from __future__ import annotations

import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.layout import Layout, layouts_of
from aco_cli.inputs.raw import Sheet
from aco_cli.inputs.recognize import fit
from aco_cli.inputs.source import FileContent, FileKind
from aco_cli.inputs.stacked import rows_of, stacked
from aco_cli.inputs.text import text_sheet


def puf(year: int) -> Layout:
    return next(layout for layout in layouts_of("cms-puf") if year in layout.years)


def header_of(*names: str | int) -> list[str]:
    """These names, and in the place of a year those that its layout requires, once each."""
    every = [[each] if isinstance(each, str) else puf(each).required for each in names]
    return [*{name.lower(): name for group in every for name in group if name != "year"}.values()]


# What no layout fits: the columns of a year with one of later years.
BETWEEN = ("Performance Year", 2018, "Current_BASIC_A")


def table(header: list[str], years: list[str], above: str = "") -> Sheet:
    """A row for each year, with its number in every column."""
    rows = [[year, *[str(number)] * (len(header) - 1)] for number, year in enumerate(years)]
    content = above + "".join(",".join(row) + "\n" for row in [header, *rows])
    return text_sheet(FileContent("r.csv", content.encode(), FileKind.TEXT))


@pytest.mark.parametrize(
    ("names", "years", "found"),
    [
        (("Performance Year", 2018, 2022), ["2018", "2022", "2018"], [2018, 2022]),
        (("PY", 2018, 2022), ["PY 2022", "py2018", "2018.0"], [2018, 2022]),
        (BETWEEN, ["2018", "2018"], [2018]),
        (("Performance Year", 2018), ["2018", "2018"], None),
        (("Performance Year", 2022, 2023, 2024), ["2022", "2024"], [2022, 2024]),
        (("Performance Year", 2022, 2023, 2024), ["2024", "2024"], None),
        (("Performance Year", 2022, 2023, 2024), ["2024", ""], None),
        (("Performance Year", 2022, 2023, 2024), ["2024", "2030"], None),
        (("Performance Year", 2022), ["2022", "2023"], None),
        (("When", 2018, 2022), ["2018", "2022"], None),
        (("Year", "ACO_ID", "N_AB", "ABtotBnchmk"), ["2018", "2022"], None),
        (("Year", "program", "track", 2018, 2022), ["2018", "2022"], [2018, 2022]),
        (("Year", "program", "track", "assigned_beneficiaries", 2018, 2022), ["2018", "2022"], None),
        (("program", "track", "x"), ["mssp"], None),
    ],
)
def test_a_table_of_several_years_is_told_by_its_years(
    names: tuple[str | int, ...], years: list[str], found: list[int] | None
) -> None:
    """One of a single year counts where it fits no layout for the columns of others; not a roster."""
    sheet = table(header_of(*names), years)
    read = stacked([sheet])
    assert (read and [*read[1]]) == found
    if read:
        assert read[0] is sheet
        assert [match.layout for match in read[1].values()] == [puf(year) for year in found or []]


def test_the_header_may_stand_below_a_title_and_the_table_in_another_sheet() -> None:
    first = table(["Note", "x"], ["y"])
    second = table(header_of("PY", 2018, 2022), ["2018", "2022"], above="All years\n\n")
    read = stacked([first, second])
    assert read is not None
    sheet, matches = read
    assert sheet is second
    assert {match.head.row for match in matches.values()} == {3}
    assert stacked([first]) is None


@pytest.mark.parametrize(
    ("years", "problem"),
    [
        (["2018", "2030"], ": expected rows of years 2013 to 2024, found the year 2030"),
        (["2018", "18"], ": expected rows of years 2013 to 2024, found a row without a year"),
        (["2018", "2022"], ", row 1: expected the columns of {}, as rows of 2022 are there, found none named {}"),
    ],
)
def test_a_year_that_cannot_be_read_is_refused(years: list[str], problem: str) -> None:
    with pytest.raises(InputError) as refused:
        stacked([table(header_of(*BETWEEN), years)])
    assert str(refused.value) == f"r.csv{problem.format(puf(2022).label, 'Current_Track, Impact_Mid_Year_Termination')}"


def test_each_year_has_its_rows() -> None:
    content = b"Year,ACO_Num\n2014,A1\n2018,B1\n2014,A2\n"
    sheet = text_sheet(FileContent("r.csv", content, FileKind.TEXT))
    head = next(sheet.heads())
    raw = sheet.read(head, range(2), "utf-8")
    found = {year: rows_of(raw, fit(sheet, head, puf(year)), year).rows.tolist() for year in (2014, 2018, 2021)}
    assert found == {2014: [2, 4], 2018: [3], 2021: []}
