"""Settling a table: what comes out for which frame, whatever the values."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.engine.settle import figures_of, settle, settled_rows
from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook
from aco_cli.rules.given_lines import GivenLines

BOOK = RuleBook()
EVERYTHING = (*(line.key for line in law_of(BOOK, "mssp").lines), "notes", "is_warned")
ROW: dict[str, Any] = {
    "track": "track-1",
    "performance_year": 2014,
    "benchmark_total": 100e6,
    "expenditure_total": 96e6,
    "assigned_beneficiaries": 60_000,
    "quality_score": 1.0,
}


def test_columns_come_in_the_order_asked_for(canonical) -> None:
    settled = settle(canonical([ROW]), BOOK, ("settlement", "track", "outcome", "aco_id", "msr"))
    assert list(settled) == ["settlement", "track", "outcome", "aco_id", "msr"]
    assert settled.iloc[0].tolist() == [1.96e6, "track-1", "earned", "A0", 0.02]


def test_types_of_columns(canonical) -> None:
    settled = settle(canonical([ROW]), BOOK, ("aco_id", "performance_year", "settlement", "outcome", "notes"))
    assert settled["performance_year"].dtype == np.int64
    assert settled["settlement"].dtype == np.float64
    assert isinstance(settled["aco_id"].dtype, pd.StringDtype)
    assert isinstance(settled["notes"].dtype, pd.StringDtype)
    assert list(settled["outcome"].cat.categories) == list(OUTCOMES)


def test_a_column_that_nothing_knows_is_unknown(canonical) -> None:
    assert settle(canonical([ROW]), BOOK, ("state_of_mind",))["state_of_mind"].isna().all()


def test_a_roster_without_rows_settles_to_none(canonical) -> None:
    settled = settle(canonical([ROW]).iloc[:0], BOOK, EVERYTHING)
    assert settled.shape == (0, len(EVERYTHING))


def test_a_filtered_roster_keeps_rows_with_their_results(canonical) -> None:
    """Labels of rows that are not 0, 1, 2 neither drop nor shift anything."""
    frame = canonical([{**ROW, "expenditure_total": spent} for spent in (90e6, 96e6, 99e6, 91e6)])
    settled = settle(frame[frame["expenditure_total"] > 90e6].iloc[::-1], BOOK, ("aco_id", "settlement", "notes"))
    assert settled["aco_id"].tolist() == ["A3", "A2", "A1"]
    assert settled["settlement"].tolist() == pytest.approx([4.41e6, 0, 1.96e6], rel=1e-12)


def test_the_frame_given_stays_as_it_was(canonical, make_rows) -> None:
    frame = canonical(make_rows(3, 50))
    before = frame.copy(deep=True)
    settle(frame, BOOK, EVERYTHING)
    pd.testing.assert_frame_equal(frame, before)


def test_absent_columns_count_as_unknown_ones(canonical) -> None:
    bare, full = canonical([ROW]), canonical([{**dict.fromkeys(ALL_COLUMNS), **ROW}])
    pd.testing.assert_frame_equal(settle(bare, BOOK, EVERYTHING), settle(full, BOOK, EVERYTHING))


def test_nothing_is_said_by_numpy_or_pandas(canonical, make_rows) -> None:
    """A warning of a library would stand on a user's screen, and today's warning is tomorrow's error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settle(canonical(make_rows(4, 200)), BOOK, EVERYTHING)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"program": "mssq"}, "unknown program 'mssq'"),
        ({"track": "track-4"}, "unknown track 'track-4'"),
        ({"performance_year": 2099}, "mssp track-1 in 2099 is not covered"),
        ({"performance_year": 2011}, "mssp track-1 in 2011 is not covered"),
        ({"track": "track-3"}, "mssp track-3 in 2014 is not covered"),
        ({"track": "track-1", "performance_year": 2022}, "mssp track-1 in 2022 is not covered"),
    ],
)
def test_one_row_without_rules_is_refused_by_name(change: dict[str, Any], message: str, canonical) -> None:
    frame = canonical([ROW, {**ROW, **change}, ROW])
    with pytest.raises(RulesError, match=message):
        settle(frame, BOOK, ("settlement",))


LATE = "in {} is not covered: the rules of Medicare Shared Savings Program are in the project through 2026"


@pytest.mark.parametrize(
    ("place", "starts"),
    [
        ({}, ["ACO A2: ", "ACO A1 and 1 more: ", "ACO A3: "]),
        (
            {"source_file": "r.csv", "source_row": [2, 3, 4, 5, 6]},
            ["r.csv, row 4 (ACO A2): ", "r.csv, row 3 (ACO A1) and 1 more: ", "r.csv, row 5 (ACO A3): "],
        ),
    ],
)
def test_all_that_has_no_rules_is_told_at_once_by_track_and_year(
    place: dict[str, Any], starts: list[str], canonical
) -> None:
    """In order of years, each with its first row and how many more there are."""
    changes = ({}, {"performance_year": 2099}, {"performance_year": 2098}, {"track": "track-2"})
    rows = [{**ROW, **change} for change in changes] + [{**ROW, "performance_year": 2099}]
    rows[3]["performance_year"] = 2098
    with pytest.raises(RulesError) as refused:
        settle(canonical(rows).assign(**place), BOOK, ("settlement",))
    told = [line.partition("; ")[0] for line in str(refused.value).split("\n")]
    of = ("mssp track-1", 2098), ("mssp track-1", 2099), ("mssp track-2", 2098)
    assert told == [f"{start}{track} {LATE.format(year)}" for start, (track, year) in zip(starts, of, strict=True)]


@pytest.mark.parametrize(
    ("left", "month"),
    [
        (None, None),
        ("2014-01-01", 1),
        ("2014-06-30", 6),
        ("2014-11-30", 11),
        ("2014-12-01", 12),
        ("2014-12-30", 12),
        ("2014-10-31", 10),
        ("2014-12-31", None),  # stayed to the end
        ("2015-01-01", None),
        ("2015-12-31", None),
        ("2013-12-31", 0),  # left before the year began
        ("2012-05-05", 0),
    ],
)
def test_the_month_in_which_an_aco_left(left: str | None, month: int | None, canonical) -> None:
    found = figures_of(canonical([{**ROW, "terminated_on": left}]), [law_of(BOOK, "mssp")])["termination_month"]
    np.testing.assert_array_equal(found, [np.nan if month is None else month])


@pytest.mark.parametrize(
    ("period", "year", "given", "first"),
    [
        (1, 1, None, 1),
        (1, 2, None, 0),
        (2, 1, None, 0),
        (2, 2, None, 0),
        (1, None, None, None),
        (None, 1, None, None),
        (1, 1, False, 0),  # as given wins
        (2, 3, True, 1),
        (None, None, True, 1),
    ],
)
def test_the_first_year_of_the_first_agreement_is_the_first_performance_year(
    period: int | None, year: int | None, given: bool | None, first: int | None, canonical
) -> None:
    row = {**ROW, "agreement_period": period, "agreement_year": year}
    rows = [{**row, "first_performance_year": given}] + ([row] if given is None else [])
    for each in rows:
        found = figures_of(canonical([each]), [law_of(BOOK, "mssp")])["first_performance_year"]
        np.testing.assert_array_equal(found, [np.nan if first is None else first])


def test_words_of_the_roster_become_conditions_and_rates(canonical) -> None:
    """Also those of columns that are absent; dates and other text are no figures."""
    law = [law_of(BOOK, "mssp")]
    words = {"termination_kind": "involuntary", "loss_limit_basis": "benchmark", "msr_election": "sliding"}
    others = {"termination_kind": "voluntary", "loss_limit_basis": "revenue", "msr_election": "0.015"}
    blank = dict.fromkeys(words, "")
    rows = [{**ROW, "agreement_start": "2013-07-01", **each} for each in (words, others, blank)]
    found = figures_of(canonical(rows).assign(quality_standard_basis=["score", "", "alternative"]), law)
    assert found["is_involuntary"].tolist() == [True, False, False]
    assert found["on_benchmark_limit"].tolist() == [True, False, False]
    assert found["elects_sliding"].tolist() == [True, False, False]
    assert found["standard_by_score"].tolist() == [True, False, False]
    assert found["standard_by_alternative"].tolist() == [False, False, True]
    np.testing.assert_array_equal(found["elected_rate"], [np.nan, 0.015, np.nan])
    assert found["agreement_start_year"].tolist() == [2013] * 3
    assert not {"standard_by_", "aco_id", "agreement_start", *words} & set(found)
    bare = figures_of(canonical([ROW]), law)
    assert [bool(bare[name]) for name in ("is_involuntary", "on_benchmark_limit", "elects_sliding")] == [False] * 3
    assert not {"elected_rate", "termination_month", "first_performance_year", "agreement_start_year"} & set(bare)


def test_progress_is_told_the_rows_of_each_block(canonical) -> None:
    told: list[int] = []
    settle(canonical([ROW] * 5), BOOK, ("settlement",), block=2, progress=told.append)
    assert told == [2, 2, 1]


def test_what_only_one_program_has_is_unknown_for_another(canonical) -> None:
    reach = {"program": "reach", "track": "global", "performance_year": 2023, "assigned_beneficiaries": 9_000,
             "benchmark_total": 100e6, "expenditure_total": 93e6, "quality_score": 0.9}  # fmt: skip
    found = settle(canonical([ROW, reach]), BOOK, ("outcome", "msr", "settlement"))
    assert found["outcome"].tolist() == ["earned", "earned"]
    np.testing.assert_array_equal(found["msr"], [0.02, np.nan])


def test_scales_of_different_length_in_one_run(canonical, tmp_path: Path) -> None:
    """Another year may have a scale of more or fewer bands; rows find the band of their own scale."""
    folder = tmp_path / "mssp"
    folder.mkdir()
    (folder / "minimum_savings_rate_scale.yaml").write_text(
        """
label: A scale of two bands from 2015
unit: fraction
values:
  - years: 2015
    status: assumed
    cite: 42 CFR 425, made up for a test
    value:
      - {lower: 1000, upper: 9999, at_lower: 0.09, at_upper: 0.05}
      - {lower: 10000, upper: 100000, at_lower: 0.04, at_upper: 0.01}
""",
        encoding="utf-8",
    )
    years = (2014, 2015)
    frame = canonical(
        [
            {**ROW, "performance_year": year, "assigned_beneficiaries": n}
            for year in years
            for n in (500, 10_000, 60_000)
        ]
    )
    msr = settle(frame, RuleBook([tmp_path]), ("msr",))["msr"]
    np.testing.assert_allclose(msr, [0.122, 0.03, 0.02, np.nan, 0.04, 0.04 - 0.03 * 50_000 / 90_000], rtol=1e-12)


def test_worksheets_and_settlements_are_one_calculation(canonical, make_rows) -> None:
    frame = canonical(make_rows(6, 100))
    rows = settled_rows(frame, BOOK)
    lines = [line.key for line in law_of(BOOK, "mssp").lines if line.unit != "outcome"]
    settled = settle(frame, BOOK, [*lines, "outcome"])
    for name in lines:
        np.testing.assert_array_equal(settled[name], [row.figure(name) for row in rows], err_msg=name)
    assert settled["outcome"].tolist() == [OUTCOMES[int(row.figure("outcome"))] for row in rows]


def test_rows_of_several_programs_come_in_the_order_of_the_roster(canonical) -> None:
    pioneer = {**ROW, "program": "pioneer", "track": "core", "performance_year": 2012}
    frame = canonical([pioneer, ROW, pioneer, ROW])
    found = [row.situation.program for row in settled_rows(frame, BOOK)]
    assert found == ["pioneer", "mssp", "pioneer", "mssp"]


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (["generated_savings", "sequestered"], "waterfall"),
        (["to_minimum_savings", "to_minimum_savings:to", "to_minimum_savings:when"], "distances"),
    ],
)
def test_figures_of_further_tables_are_settled_with_them(names: list[str], table: str, canonical) -> None:
    """Beside those of the settlement, which stay as they are without them."""
    frame = canonical([ROW, {**ROW, "expenditure_total": 99e6}])
    settled = settle(frame, BOOK, ("settlement", *names), table=table)
    assert settled.notna().all(axis=None)
    alone = settle(frame, BOOK, ("settlement",))
    pd.testing.assert_frame_equal(settled[["settlement"]], alone, check_exact=True)


def test_a_warning_is_told_from_a_note(canonical) -> None:
    """What rests on a value that is not published, or not offered, warns; other notes and reasons do not."""
    assumed = {
        **ROW,
        "track": "track-2",
        "performance_year": 2014,
        "benchmark_total": 10e6,
        "expenditure_total": 5e6,
    }
    noted = {**ROW, "track": "enhanced", "performance_year": 2023, "quality_standard_met": True, "published_msr": 0.015}
    unheard = {**ROW, "published_msr": 0.0311}
    rows = [ROW, assumed, noted, {**ROW, "benchmark_total": None}, unheard]
    found = settle(canonical(rows), BOOK, ("notes", "is_warned"))
    assert found["is_warned"].tolist() == [False, True, False, False, True]
    assert found["is_warned"].dtype == np.bool_
    assert [bool(text) for text in found["notes"]] == [False, True, True, True, True]
    assert "depends on an assumed parameter" in found["notes"][1]
    assert found["notes"][2] == "minimum savings rate as published"
    assert "the rules offer no minimum savings rate of 3.11%" in found["notes"][4]


def test_a_note_may_show_what_is_given_beside_what_is_computed(canonical) -> None:
    """With their signs; a blank one as a dash."""
    text = "{savings} of {benchmark_total}, score {quality_score}"
    note = {"told": {"level": "note", "when": "benchmark_total > 0", "text": text, "after": "no_such_rate"}}
    book = BOOK.with_lines([GivenLines("notes", note, Path("notes.yaml"), "mssp")])
    frame = canonical([ROW, {**ROW, "expenditure_total": 101e6, "quality_score": None}])
    assert settle(frame, book, ("notes",))["notes"].tolist() == [
        "$4,000,000.00 of $100,000,000.00, score 100%",
        "-$1,000,000.00 of $100,000,000.00, score -",
    ]


def test_a_line_is_asked_for_by_name_though_the_roster_has_a_column_of_that_name(canonical) -> None:
    """The limits: shares of the benchmark as the roster gives them, US dollars as lines."""
    frame = canonical([{**ROW, "track": "track-2", "payment_limit": 0.3, "loss_limit": 0.2}])
    assert settle(frame, BOOK, ("payment_limit", "loss_limit")).iloc[0].tolist() == [30e6, 20e6]


ALL_COLUMNS = (
    "first_performance_year",
    "quality_reported",
    "quality_standard_met",
    "quality_alternative_met",
    "msr_election",
    "published_msr",
    "minimum_rate",
    "sharing_rate",
    "loss_rate",
    "payment_limit",
    "loss_limit",
    "participant_revenue",
    "loss_limit_basis",
    "agreement_period",
    "agreement_year",
    "agreement_start",
    "initial_start",
    "low_revenue",
    "half_rate",
    "guardrail",
    "euc_share",
    "euc_adjustment",
    "months",
    "terminated_on",
    "termination_kind",
    "mid_year_termination",
    "deferred_to",
    "advance_balance",
)
