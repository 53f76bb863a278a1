"""The sample data: 2014 as CMS published it, and a broken roster that is broken as described."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from aco_cli.engine.settle import settle
from aco_cli.inputs.load import check, load
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook

SAMPLE = Path(__file__).parents[1] / "sample_data"
ROSTER = str(SAMPLE / "roster_2014.csv")
BROKEN = SAMPLE / "broken_roster.csv"
COLUMNS = ("aco_id", "aco_name", "track", "msr", "outcome", "quality_score", "settlement", "net_payment", "notes")


def read(file: str, *totals: str) -> pd.DataFrame:
    loaded = load([file], Years.parse("2014"), expenditures=totals)
    assert loaded.warnings == []
    return loaded.frame.sort_values("aco_id", ignore_index=True)


def settled(frame: pd.DataFrame, *more: str) -> pd.DataFrame:
    return settle(frame, RuleBook(), (*COLUMNS, *more))


@pytest.fixture(scope="module")
def roster() -> pd.DataFrame:
    return read(ROSTER)


def test_every_settlement_is_within_a_dollar_of_the_published_one(roster: pd.DataFrame) -> None:
    table = settled(roster, "published_settlement")
    assert len(table) == 333
    assert (table["settlement"] - table["published_settlement"]).abs().max() < 1


def test_outcomes_are_those_of_2014(roster: pd.DataFrame) -> None:
    table = settled(roster)
    assert table["outcome"].value_counts().loc[lambda count: count > 0].to_dict() == {
        "earned": 86,
        "quality-failed": 6,
        "below-msr": 89,
        "losses-not-shared": 152,
    }
    assert (table["track"] == "track-2").sum() == 3
    assert round(table["settlement"].sum()) == pytest.approx(341_246_303, abs=43)  # 86 payments, 50 cents each


def test_msr_of_one_sided_acos_is_the_published_one_to_its_four_decimals(roster: pd.DataFrame) -> None:
    table = settled(roster, "published_msr")
    one_sided = table[table["track"] == "track-1"]
    assert len(one_sided) == 330
    assert (one_sided["msr"] - one_sided["published_msr"]).abs().max() <= 0.00005 + 1e-12


def test_roster_says_what_the_public_use_file_says(roster: pd.DataFrame, shared_data: Path) -> None:
    """Every figure was carried over, and settles alike."""
    published = read(str(shared_data / "mssp_puf_2014.csv"))
    pd.testing.assert_frame_equal(roster, published[list(roster.columns)], check_exact=True)
    pd.testing.assert_frame_equal(settled(roster), settled(published), check_exact=True)


def test_scores_are_multiples_of_the_2014_grid(roster: pd.DataFrame) -> None:
    steps = roster["quality_score"].dropna() * 8960
    assert len(steps) == 214
    assert (steps - steps.round()).abs().max() < 1e-9


def test_small_pair_settles_as_the_whole_roster(roster: pd.DataFrame) -> None:
    small = read(str(SAMPLE / "roster_small.csv"), str(SAMPLE / "totals_small.csv"))
    whole = settled(roster).set_index("aco_id")
    pair = settled(small).set_index("aco_id")
    assert len(pair) == 10
    assert set(pair["outcome"]) == {"earned", "quality-failed", "below-msr", "losses-not-shared"}
    pd.testing.assert_frame_equal(pair, whole.loc[pair.index], check_exact=True)


@pytest.mark.parametrize("name", ["roster_2014.csv", "roster_small.csv", "totals_small.csv", "broken_roster.csv"])
def test_files_are_in_the_form_described(name: str) -> None:
    """UTF-8 without a byte order mark, LF, one final newline."""
    content = (SAMPLE / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")
    content.decode("utf-8")


@pytest.mark.parametrize("name", ["roster_2014.csv", "roster_small.csv"])
def test_rows_are_in_order_of_id(name: str) -> None:
    ids = [line.split(",")[0] for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()[1:]]
    assert ids == sorted(set(ids))


def test_sample_roster_is_clean() -> None:
    assert check([ROSTER]) == ([], [])


def test_broken_roster_has_the_findings_its_readme_lists() -> None:
    """No more and no fewer, each in its own row."""
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    listed = {(int(row), column) for row, column in re.findall(r"^\| (\d+) \| `(\w+)` \|", readme, re.MULTILINE)}
    problems, warnings = check([str(BROKEN)])
    assert {(problem.row, problem.column) for problem in problems} == listed
    assert len(problems) == len(listed) == 12
    assert len({problem.row for problem in problems}) == 12
    assert len(warnings) == 1
    assert "first_perfomance_year" in warnings[0]
    assert "first_performance_year" in warnings[0]


FOUND = {
    3: "'91.3'",
    4: "'about 110 million'",
    5: "'104000000,50'",
    6: "'trak-1'",
    7: "option-a",
    8: "'msp'",
    9: "'-110000000'",
    10: "'2013-02-30'",
    11: "a blank cell",
    12: "'mostly'",
    13: "'214'",
    14: "'X001' in 2014 again",
}


def test_broken_roster_findings_quote_what_was_found() -> None:
    problems, _ = check([str(BROKEN)])
    found = {problem.row: problem.found for problem in problems if problem.row is not None}
    assert found.keys() == FOUND.keys()
    assert [row for row, start in FOUND.items() if not found[row].strip("'").startswith(start.strip("'"))] == []
