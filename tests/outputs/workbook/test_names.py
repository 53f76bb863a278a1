"""Names of sheets are such as Excel takes, each once, and tell the ACO."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aco_cli.outputs.workbook.names import LONGEST, RESERVED, quoted, sheet_names


@pytest.mark.parametrize(
    ("ids", "years", "names"),
    [
        (["A1001", "A1002"], [2014, 2014], ["A1001", "A1002"]),
        (["A1001", "A1001"], [2014, 2015], ["A1001 2014", "A1001 2015"]),
        (["a[1]:*?/\\"], [2014], ["a_1______"]),
        (["'quoted'"], [2014], ["quoted"]),
        (["index", "Parameters", "history"], [2014] * 3, ["index 2", "Parameters 2", "history 2"]),
        (["A1", "a1"], [2014, 2014], ["A1", "a1 2"]),
        (["x" * 40 + "1", "x" * 40 + "2"], [2014] * 2, ["x" * 31, "x" * 29 + " 2"]),
        (["''"], [2014], ["_"]),
        (["\N{GRINNING FACE}" * 20] * 2, [2014, 2015], ["\N{GRINNING FACE}" * 15, "\N{GRINNING FACE}" * 14 + " 2"]),
    ],
)
def test_names(ids: list[str], years: list[int], names: list[str]) -> None:
    assert sheet_names(ids, years) == names


@given(st.lists(st.tuples(st.text(min_size=1), st.integers(2012, 2014)), max_size=30))
def test_any_ids_get_names_that_excel_takes(rows: list[tuple[str, int]]) -> None:
    names = sheet_names([aco_id for aco_id, _ in rows], [year for _, year in rows])
    assert len({name.casefold() for name in [*names, *RESERVED]}) == len(rows) + len(RESERVED)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= LONGEST
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name


def test_a_name_in_a_formula_is_quoted() -> None:
    assert quoted("A1001") == "'A1001'"
    assert quoted("quo'te") == "'quo''te'"
