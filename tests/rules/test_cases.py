"""The rules as cases: data in `cases/`, one settlement each, alone and all together in one roster."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aco_cli.data_files import load_yaml
from aco_cli.engine.lines.law import has_table, law_of
from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

FOLDER = Path(__file__).parent / "cases"
CASES = [
    {**case, "file": path.relative_to(FOLDER).with_suffix("").as_posix()}
    for path in sorted(FOLDER.rglob("*.yaml"))
    for case in load_yaml(path.read_text(encoding="utf-8"))
]
IDS = [f"{case['file']}: {case['name']}" for case in CASES]
PROGRAMS = [program for program in RuleBook().programs if has_table(program, "settlement")]
LINE_NAMES = {line.key for program in PROGRAMS for line in law_of(RuleBook(), program).lines}
# The tightest agreement of figures worked out by hand with those of floats.
TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return RuleBook()


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_case(case: Mapping[str, Any], canonical, book: RuleBook) -> None:
    settled = settle(canonical([case["given"]]), book, list(case["expect"]))
    assert differences(case["expect"], settled.iloc[0]) == {}


def test_cases_settle_in_one_roster_as_they_do_by_track_and_year(canonical, book: RuleBook) -> None:
    """The rules of other tracks and years in the same run do not touch a row."""
    columns = (*sorted(LINE_NAMES), "notes")
    frame = canonical([case["given"] for case in CASES])
    together = settle(frame, book, columns)
    for _, rows in frame.groupby(["track", "performance_year"]):
        alone = settle(rows, book, columns)
        pd.testing.assert_frame_equal(alone, together.loc[rows.index].reset_index(drop=True), check_exact=True)


def test_names_are_unique() -> None:
    assert len(set(IDS)) == len(IDS)


def test_cases_are_complete(book: RuleBook) -> None:
    """A case has a name, figures, lines to expect that exist, and cites a document that is listed."""
    for case in CASES:
        assert case.keys() == {"name", "cite", "given", "expect", "file"}, case["name"]
        assert set(case["expect"]) <= LINE_NAMES | {"notes"}, case["name"]
        assert {"performance_year", "track"} <= case["given"].keys(), case["name"]
        assert any(source in case["cite"] for source in book.sources), case["name"]


def differences(expect: Mapping[str, Any], found: pd.Series) -> dict[str, tuple[Any, Any]]:
    """What was expected and found, by column, where they are not the same."""
    return {name: (value, found[name]) for name, value in expect.items() if not agrees(value, found[name])}


def agrees(expected: Any, found: Any) -> bool:
    if isinstance(expected, dict):  # parts of the notes
        return expected.get("contains", "") in found and expected.get("lacks", "\0") not in found
    if isinstance(expected, str):
        return bool(found == expected)
    if expected is None:
        return math.isnan(found)
    return math.isclose(found, expected, rel_tol=TOLERANCE, abs_tol=0.0)
