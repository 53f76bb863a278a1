"""Rows that are no rows of data: which are left out, and in which words that is told."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from aco_cli.inputs.asides import without_asides
from aco_cli.inputs.layout import layouts_of, name_key
from aco_cli.inputs.raw import Head, RawTable
from aco_cli.inputs.recognize import Match

NAMES = ("aco_name", "aco_id", "benchmark_total")
HEADER, NOTE = (
    ("repeated_header", "the header again, as in files that were joined"),
    ("note_row", "a note below the table or in it"),
)
TOTALS = ("totals_row", "a totals row; if it is an ACO, give it another ID")


def kept(*rows: tuple[str | None, ...], names: tuple[str, ...] = NAMES) -> tuple[list[int], list[tuple[str, str]]]:
    """The numbers of the rows that stay of a table whose first one is row 2, and what is told of the others."""
    match = Match(layouts_of("roster")[0], {name_key(name): at for at, name in enumerate(names)}, head=Head(names, 1))
    columns = {at: pa.chunked_array([[row[at] for row in rows]], type=pa.string()) for at in range(len(names))}
    left, told = without_asides(match, RawTable("f.csv", columns, np.arange(2, len(rows) + 2)))
    assert all(len(column) == len(left.rows) for column in left.columns.values())
    return left.rows.tolist(), [(remark.code, str(remark)) for remark in told]


def told(kind: tuple[str, str], places: str) -> tuple[str, str]:
    return kind[0], f"f.csv, {places}: left out, {kind[1]}"


GOOD = ("Good Care", "A1", "5")


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        # Blank rows, of which nothing is told.
        (("", "", ""), None),
        (("  ", None, "\t"), None),
        # The header, in any case.
        (("aco_name", "aco_id", "benchmark_total"), HEADER),
        (("ACO_Name", " aco_id ", "BENCHMARK_TOTAL"), HEADER),
        # A note: words in the only cell that holds something.
        (("Note: dollars are rounded", "", ""), NOTE),
        (("", "", "two words"), NOTE),
        (("", "Sources:", ""), NOTE),
        (("* preliminary", None, None), NOTE),
        (("", "(1)", ""), NOTE),
        # A total, as an id.
        *((("Good Care", word, "5"), TOTALS) for word in ("Total", "TOTALS", "Grand Total", "subtotal:", "Sub-Total")),
        *(
            (("Good Care", word, "5"), TOTALS)
            for word in ("Mean", "avg.", "Std. Dev.", "n", "50th percentile", "All ACOs")
        ),
        *((("Good Care", word, "5"), TOTALS) for word in ("national", "National mean", "overall:", "p25", "P99:")),
        # Or as a name, where there is no id.
        (("Total", "", "5"), TOTALS),
        (("Grand total of all", "", "5"), TOTALS),
    ],
)
def test_what_is_no_row_of_data_is_left_out(row: tuple[str | None, ...], kind: tuple[str, str] | None) -> None:
    first = next((cell.strip() for cell in row if cell and cell.strip()), "")
    found = kept(GOOD, row, ("Other Care", "A2", "6"))
    assert found == ([2, 4], [told(kind, f"row 3 ({first!r})")] if kind else [])


@pytest.mark.parametrize(
    "row",
    [
        # A header in part only.
        ("aco_name", "aco_id", "5"),
        ("aco_name", "A2", "benchmark_total"),
        # One cell, or words beside another.
        ("", "A2", ""),
        ("Word", "", ""),
        ("Note: see below", "A2", ""),
        ("Note: see below", "", "5"),
        # Names of ACOs that begin otherwise, or that have an id.
        ("Total", "A2", "5"),
        ("Care Total", "", "5"),
        ("Mean", "", "5"),
        ("P25", "", "5"),
        ("Good Care", "Nora", "5"),
        ("Good Care", "Totally", "5"),
        ("Good Care", "p4", "5"),
    ],
)
def test_what_may_be_an_aco_stays(row: tuple[str, ...]) -> None:
    assert kept(GOOD, row, GOOD) == ([2, 3, 4], [])


def test_percentiles_are_left_out_unless_other_ids_go_on_counting() -> None:
    def rows(*ids: str) -> list[tuple[str, ...]]:
        return [("Care", each, "5") for each in ids]

    assert kept(*rows("A1", "p5", "P10"))[0] == [2]
    assert kept(*rows("p5", "A1", "P11")) == ([2, 3, 4], [])
    assert kept(*rows("p1", "p2", "p3")) == ([2, 3, 4], [])
    assert kept(*rows("p1", "p5")) == ([2, 3], [])


@pytest.mark.parametrize(
    ("many", "places"),
    [
        (1, "row 2 ('Total')"),
        (2, "rows 2, 3 ('Total')"),
        (5, "rows 2, 3, 4, 5, 6 ('Total')"),
        (6, "rows 2, 3, 4, 5, 6 and 1 more ('Total')"),
        (1_006, "rows 2, 3, 4, 5, 6 and 1,001 more ('Total')"),
    ],
)
def test_the_first_five_rows_are_named_and_the_rest_counted(many: int, places: str) -> None:
    assert kept(*[("", "Total", "5")] * many, GOOD) == ([many + 2], [told(TOTALS, places)])


def test_kinds_are_told_apart_and_rows_keep_their_numbers() -> None:
    """A table of columns without a name, and blank rows between."""
    rows: list[tuple[str, ...]] = [
        ("A1", "5"),
        ("", ""),
        ("aco_id", "benchmark_total"),
        ("Total", "5"),
        ("A2", "6"),
        ("x y", ""),
    ]
    places = [told(HEADER, "row 4 ('aco_id')"), told(NOTE, "row 7 ('x y')"), told(TOTALS, "row 5 ('Total')")]
    assert kept(*rows, names=NAMES[1:]) == ([2, 6], places)
    only_names = [("Good Care", "5"), ("Totals", "5")]
    assert kept(*only_names, names=("aco_name", "benchmark_total")) == ([2], [told(TOTALS, "row 3 ('Totals')")])
