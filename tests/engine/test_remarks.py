"""Notes on rows: every row has its own, in order, however many kinds there are."""

from __future__ import annotations

import numpy as np
import pytest
from aco_cli.engine.remarks import Remark, Remarks
from hypothesis import given
from hypothesis import strategies as st


def texts(remarks: list[Remark], rows: int) -> list[str]:
    found = Remarks()
    return found.text(found.number(remarks, rows)).tolist()


def test_notes_are_joined_in_alphabetical_order() -> None:
    remarks: list[Remark] = [("b", np.array([True, True, False])), ("a", np.array([True, False, False]))]
    assert texts(remarks, 3) == ["a; b", "b", ""]


def test_no_notes_are_empty_text() -> None:
    assert texts([], 2) == ["", ""]
    assert texts([("a", np.array([False, False]))], 2) == ["", ""]
    assert texts([], 0) == []


def test_one_truth_value_holds_for_all_rows() -> None:
    assert texts([("a", np.asarray(True)), ("b", np.asarray(False))], 2) == ["a", "a"]


def test_a_note_that_comes_twice_stands_once_on_each_of_its_rows() -> None:
    assert texts([("a", np.array([True, True, False])), ("a", np.array([False, True, True]))], 3) == ["a", "a", "a"]


def test_blocks_of_a_run_share_their_combinations() -> None:
    found = Remarks()
    first = found.number([("a", np.array([True, False]))], 2)
    second = found.number([("b", np.array([False, True])), ("a", np.array([True, True]))], 2)
    assert found.text(np.concatenate([first, second])).tolist() == ["a", "", "a", "a; b"]


@pytest.mark.parametrize("kinds", [62, 63, 64, 126, 127, 200])
def test_there_is_no_limit_to_the_kinds_of_notes(kinds: int) -> None:
    """63 fit into one whole number; the next ones go on in others."""
    rows = np.arange(kinds)
    remarks: list[Remark] = [(f"{kind:03}", (rows == kind) | (rows == 0)) for kind in range(kinds)]
    found = texts(remarks, kinds)
    assert found[0] == "; ".join(f"{kind:03}" for kind in range(kinds))
    assert found[1:] == [f"{kind:03}" for kind in range(1, kinds)]


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), max_size=130))
def test_every_row_has_exactly_its_notes(marks: list[list[bool]]) -> None:
    found = texts([(f"{at:03}", np.array(rows)) for at, rows in enumerate(marks)], 4)
    for row, text in enumerate(found):
        assert text == "; ".join(f"{at:03}" for at, rows in enumerate(marks) if rows[row])
