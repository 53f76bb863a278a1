"""Notes on rows: every row has its own, in order, however many kinds there are, and each has a level."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.notes import (
    NOTE,
    REASON,
    WARNING,
    Note,
    Notebook,
    Remark,
    figures_told,
    notes_in_force,
    remarks,
    with_figures,
)
from aco_cli.engine.quality.score import ALTERNATIVE, BASES, NOT_MET
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import VALUE_OF, Status

BOOK = RuleBook()


def remark(text: str, rows: object, level: str = NOTE) -> Remark:
    return Note(text, f"code of {text}", level), np.asarray(rows)


def texts(found: list[Remark], rows: int) -> list[str]:
    notebook = Notebook()
    return notebook.text(notebook.number(found, rows)).tolist()


def test_notes_are_joined_in_alphabetical_order() -> None:
    assert texts([remark("b", [True, True, False]), remark("a", [True, False, False])], 3) == ["a; b", "b", ""]


def test_no_notes_are_empty_text() -> None:
    assert texts([], 2) == ["", ""]
    assert texts([remark("a", [False, False])], 2) == ["", ""]
    assert texts([], 0) == []


def test_one_truth_value_holds_for_all_rows() -> None:
    assert texts([remark("a", True), remark("b", False)], 2) == ["a", "a"]


def test_a_note_that_comes_twice_stands_once_on_each_of_its_rows() -> None:
    assert texts([remark("a", [True, True, False]), remark("a", [False, True, True])], 3) == ["a", "a", "a"]


def test_blocks_of_a_run_share_their_combinations() -> None:
    found = Notebook()
    first = found.number([remark("a", [True, False])], 2)
    second = found.number([remark("b", [False, True]), remark("a", [True, True])], 2)
    assert found.text(np.concatenate([first, second])).tolist() == ["a", "", "a", "a; b"]


def test_a_text_names_lines_whose_figures_stand_in_it_row_by_row() -> None:
    found = pd.Series(["", "a {low} to {high}; b", "c"], dtype="str")
    figures = {"low": np.array([1.0, 2.0, 3.0]), "high": np.array([0.5, 0.25, np.nan])}
    told = with_figures(found, figures, {"low": "USD", "high": "fraction"})
    assert told.tolist() == ["", "a $2.00 to 25%; b", "c"]
    assert with_figures(found, {}, {}).tolist() == found.tolist()
    assert figures_told([Note("{low} and {high}", "code"), Note("none", "code")]) == {"low", "high"}


@pytest.mark.parametrize("kinds", [62, 63, 64, 126, 127, 200])
def test_there_is_no_limit_to_the_kinds_of_notes(kinds: int) -> None:
    """63 fit into one whole number; the next ones go on in others."""
    rows = np.arange(kinds)
    found = texts([remark(f"{kind:03}", (rows == kind) | (rows == 0)) for kind in range(kinds)], kinds)
    assert found[0] == "; ".join(f"{kind:03}" for kind in range(kinds))
    assert found[1:] == [f"{kind:03}" for kind in range(1, kinds)]


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), max_size=130))
def test_every_row_has_exactly_its_notes(marks: list[list[bool]]) -> None:
    found = texts([remark(f"{at:03}", rows) for at, rows in enumerate(marks)], 4)
    for row, text in enumerate(found):
        assert text == "; ".join(f"{at:03}" for at, rows in enumerate(marks) if rows[row])


def test_which_rows_have_a_note_of_a_level() -> None:
    found = Notebook()
    numbers = found.number([remark("w", [True, False, False], WARNING), remark("r", [True, True, False], REASON)], 3)
    assert found.has(WARNING, numbers).tolist() == [True, False, False]
    assert found.has(REASON, numbers).tolist() == [True, True, False]
    assert found.has(NOTE, numbers).tolist() == [False, False, False]


def test_what_the_notes_of_a_code_name_is_joined_in_the_order_of_their_texts() -> None:
    found = Notebook()
    named = [("b", "rate", "2"), ("a", "rate", "1"), ("c", "months", "3"), ("d", "rate", "4")]
    rows = ([True, True, False], [True, False, False], [True, False, False], [False, False, False])
    notes = [Note(text, code, data=data) for text, code, data in named]
    numbers = found.number(zip(notes, map(np.asarray, rows), strict=True), 3)
    assert found.data("rate", numbers).tolist() == ["1, 2", "2", ""]
    assert found.data("months", numbers).tolist() == ["3", "", ""]


def test_figures_that_are_conditions_become_notes() -> None:
    figures = {"a:when": np.array([1.0, 0.0]), "b:when": np.asarray(True)}
    found = list(remarks({"a:when": Note("one", "a"), "b:when": Note("two", "b")}, figures))
    assert [(note.text, rows.tolist()) for note, rows in found] == [("one", [True, False]), ("two", True)]


# Warnings of what a file says, and not of a value of the rules.
BESIDE_PARAMETERS = {"no_such_rate"}


@pytest.mark.parametrize("program", ["mssp", "pioneer"])
def test_every_note_has_a_level_and_a_text_or_a_parameter(program: str) -> None:
    """Of a parameter its level is that of a warning, and its text tells which value is not published."""
    for step in law_of(BOOK, program, "notes").notes:
        if step.parameter:
            assert not step.text and not step.level, step.key
            assert any(step.parameter in BOOK.parameters(each) for each in BOOK.programs), step.key
        else:
            assert step.level in (REASON, NOTE) or step.key in BESIDE_PARAMETERS, step.key


def test_every_parameter_of_the_settlement_has_its_warning() -> None:
    """A rule value that decides a settlement and is not published is told; these decide by others or are published."""
    law = law_of(BOOK, "mssp", "notes")
    told = {step.parameter for step in law.notes if step.parameter}
    decides = {name.partition(".")[0] for formula in law_of(BOOK, "mssp").order for name in formula.rules}
    assert decides - told == {"minimum_savings_rate_scale", "elected_rate_minimum_beneficiaries"}


SETTLED = [situation for situation in BOOK.situations() if situation.program in ("mssp", "pioneer")]


@pytest.mark.parametrize("situation", SETTLED, ids=str)
def test_warnings_are_those_of_values_that_are_not_published(situation: Situation) -> None:
    entries = BOOK.in_force(situation)
    notes = notes_in_force(law_of(BOOK, situation.program, "notes"), entries, BOOK.parameters(situation.program))
    warnings = [key for key, note in notes.items() if note.level == WARNING]
    warned = {key.removeprefix("uncertain_").removesuffix(":when") for key in warnings}
    law = law_of(BOOK, situation.program, "notes")
    expected = {
        step.parameter
        for step in law.notes
        if step.parameter in entries and entries[step.parameter].status is not Status.PUBLISHED
    }
    assert warned == expected | BESIDE_PARAMETERS
    for name in expected:
        assert notes[f"uncertain_{name}:when"].text == (
            f"depends on {VALUE_OF[entries[name].status]}: "
            f"{BOOK.parameters(situation.program)[name].label} ({entries[name].cite})"
        )


def test_every_note_stands_on_some_row_and_none_on_all(canonical, make_rows) -> None:
    """A note whose condition can never hold would tell nobody anything."""
    law = law_of(BOOK, "mssp", "notes")
    names = [f"{step.key}:when" for step in law.notes]
    frame = canonical(make_rows(77, 6_000, situations=72))
    frame["advance_carried"] = (frame["advance_balance"] > 0).astype("float64")
    frame.loc[::5, ["low_revenue", "half_rate"]] = np.nan
    frame.loc[::5, "participant_revenue"] = 1.0
    words = ["", *BASES, ALTERNATIVE, NOT_MET]
    frame["quality_standard_basis"] = [words[row % len(words)] for row in range(len(frame))]
    held = settle(frame, BOOK, names, table="notes")
    assert held.isin([0, 1]).all(axis=None), "the condition of a note is always known"
    never = {name.partition(":")[0] for name in names if not held[name].any()}
    assert never == set()
    assert not held.all().any()
