"""Problems of many cells: ten are told with their places, and the rest are counted."""

from __future__ import annotations

import numpy as np
import pytest

from aco_cli.errors import Problem
from aco_cli.inputs.problems import cell_problems, damaged, limited, no_rows, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x" * 60, repr("x" * 60)),
        ("x" * 61, repr("x" * 60 + "...")),
        ("a\n'b'\x1b", "\"a\\n'b'\\x1b\""),
        (12.5, "'12.5'"),
        ("", "''"),
    ],
)
def test_a_cell_is_shown_on_one_line_and_not_too_long(value: object, text: str) -> None:
    assert shown(value) == text


def test_damage_is_told_in_the_first_words_of_the_reader() -> None:
    error = ValueError("bad\n  things " + "x" * 200)
    assert str(damaged("r.xlsx", "XLSX", error)) == (
        f"r.xlsx: expected a whole XLSX file, found a damaged one (bad things {'x' * 109}); get the file again"
    )
    assert str(no_rows("r.csv")) == "r.csv: expected a row of data below the header, found a header only"


@pytest.mark.parametrize(("bad", "rest"), [(0, None), (9, None), (10, None), (11, "1"), (1_010, "1,000")])
def test_ten_bad_cells_are_told_and_the_rest_counted(bad: int, rest: str | None) -> None:
    rows = np.arange(2, 2 + 2 * bad + 1)
    found = cell_problems("r.csv", "x", rows, np.arange(len(rows)) % 2 == 1, lambda at: ("a y", f"cell {at}", "mend"))
    told = [Problem("r.csv", "a y", f"cell {at}", 2 + at, "x", "mend") for at in range(1, 2 * min(bad, 10), 2)]
    more = [Problem("r.csv", "a y", f"{rest} more like the ones above", None, "x")] if rest else []
    assert found == told + more


def test_the_rest_is_counted_with_what_is_expected_of_the_last_that_is_told() -> None:
    """What is expected may differ from cell to cell."""
    found = cell_problems("r.csv", "x", np.arange(20), np.ones(20, bool), lambda at: (f"a y of {at}", "z", "mend"))
    assert found[-1] == Problem("r.csv", "a y of 9", "10 more like the ones above", None, "x")


@pytest.mark.parametrize(("many", "rest"), [(10, []), (11, ["1"]), (1_011, ["1,001"])])
def test_problems_alike_are_told_ten_times_in_the_place_of_the_first(many: int, rest: list[str]) -> None:
    """Alike are those of one column and expectation."""
    alike = [Problem("r.csv", "a y", "z", row, "x", "mend") for row in range(many)]
    others = [
        Problem("r.csv", "a y", "z", 1, "w"),
        Problem("r.csv", "a v", "z", 1, "x"),
        Problem("r.csv", "a y", "z", 1),
    ]
    more = [Problem("r.csv", "a y", f"{count} more like the ones above", None, "x") for count in rest]
    assert limited([alike[0], *others, *alike[1:]]) == [*alike[:10], *more, *others]
    assert limited([]) == []
