"""The worksheet of one ACO: every line once, its numbers in its formula, and where the rule stands."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.text import show
from aco_cli.engine.settle import settle, settled_rows
from aco_cli.engine.worksheet import WorksheetRow, distance_entries, worksheet
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
LAW = law_of(BOOK, "mssp")
LINES = list(LAW.lines)
SAVED: dict[str, Any] = {
    "performance_year": 2014,
    "track": "track-1",
    "benchmark_total": 100e6,
    "expenditure_total": 96e6,
    "assigned_beneficiaries": 5_333.7,
    "quality_score": 0.9,
}
LOST = {**SAVED, "track": "track-2", "expenditure_total": 115e6, "agreement_year": 1}


def sheet(canonical, **row: Any) -> dict[str, WorksheetRow]:
    return {entry.line: entry for entry in worksheet(canonical([row]), BOOK)}


def test_known_inputs_come_first_then_every_line_in_the_order_of_the_law(canonical) -> None:
    lines = [entry.line for entry in worksheet(canonical([SAVED]), BOOK)]
    inputs = [given.key for given in LAW.inputs if given.key in SAVED]  # choices that are not made are left out
    assert lines == inputs + [line.key for line in LINES]


@pytest.mark.parametrize("seed", range(12))
def test_the_last_line_is_what_settle_says(seed: int, canonical, make_rows) -> None:
    for row in make_rows(seed, 4):
        frame = canonical([row])
        last = worksheet(frame, BOOK)[-1]
        settlement = settle(frame, BOOK, ("settlement",))["settlement"][0]
        assert last.line == "settlement"
        assert last.value == ("" if math.isnan(settlement) else repr(float(settlement)).removesuffix(".0"))
        assert last.shown == show(float(settlement), "USD")


def test_values_are_in_full_precision(canonical) -> None:
    row = {**SAVED, "expenditure_total": 90e6 + 1 / 3, "quality_score": 1 / 3}
    (figures,) = settled_rows(canonical([row]), BOOK)
    for entry in sheet(canonical, **row).values():
        if entry.value and entry.unit != "outcome":
            assert float(entry.value) == figures.figure(entry.line)
        if entry.status == "given" and entry.line in row:
            assert float(entry.value) == row[entry.line]


@pytest.mark.parametrize(
    ("line", "formula"),
    [
        ("savings", "$100,000,000.00 - $96,000,000.00"),
        ("savings_rate", "$4,000,000.00 / $100,000,000.00"),
        ("msr_amount", "3.8% x $100,000,000.00"),
        ("beneficiaries", "INT(5,333.7)"),
        ("final_sharing_rate", "50% x 90% x 100%"),
        ("payment_limit", "10% x $100,000,000.00"),
    ],
)
def test_formulas_carry_their_numbers(line: str, formula: str, canonical) -> None:
    assert sheet(canonical, **SAVED)[line].formula == formula


@pytest.mark.parametrize(
    ("line", "formula"),
    [
        ("exceeds_mlr", "AND($15,000,000.00 > 0, $15,000,000.00 >= $2,000,000.00)"),
        ("shared_loss_rate", "MIN(MAX(1 - 60% x 90%, 0%), 60%)"),
        ("loss_limit", "5% x $100,000,000.00"),
        ("loss_limit_share", "NTH({5%, 7.5%, 10%}, 1)"),
        ("band", "MATCH(5,333, {500, ..., 60,000}, 1)"),
        ("quality_standard_met", "90% > 0"),
        ("shared_losses", "IF(AND(yes, NOT(no)), -(-$15,000,000.00) x 46%, 0)"),
        ("sequestration_rate", ""),
        ("msr", ""),
        ("outcome", ""),
    ],
)
def test_formulas_show_the_branch_that_decides(line: str, formula: str, canonical) -> None:
    """Whether a figure is given and which kind of rule it is are settled; what is only a figure needs no formula."""
    assert sheet(canonical, **LOST)[line].formula == formula


@pytest.mark.parametrize("row", [SAVED, LOST, {**SAVED, "quality_score": None}, {**LOST, "benchmark_total": None}])
def test_no_name_is_left_in_a_formula(row: dict[str, Any], canonical) -> None:
    """Only figures, yes and no, and the functions of spreadsheets."""
    for entry in worksheet(canonical([row]), BOOK):
        assert set(re.findall(r"[A-Za-z_]+", entry.formula)) <= {
            "IF",
            "AND",
            "OR",
            "NOT",
            "MIN",
            "MAX",
            "INT",
            "ABS",
            "INDEX",
            "MATCH",
            "NTH",
            "x",
            "yes",
            "no",
            "unknown",
        }


@pytest.mark.parametrize(
    "row",
    [
        SAVED,
        LOST,
        {**SAVED, "track": "enhanced", "performance_year": 2019, "msr_election": "0.02"},
        {**SAVED, "track": "basic-a", "performance_year": 2024, "quality_standard_met": True},
    ],
    ids=["track-1 2014", "track-2 2014", "enhanced 2019", "basic-a 2024"],
)
def test_every_line_has_its_citation(row: dict[str, Any], canonical) -> None:
    """A reader of any line is told where the rule stands, also where the rule has nothing for the track and year."""
    assert [entry.line for entry in worksheet(canonical([row]), BOOK)[: -len(LINES)] if not entry.status] == []
    assert [entry.line for entry in worksheet(canonical([row]), BOOK)[-len(LINES) :] if not entry.citation] == []


@pytest.mark.parametrize(
    ("row", "line", "citation", "status"),
    [
        (SAVED, "max_sharing_rate", "42 CFR 425.604(d)", "published"),
        (LOST, "max_sharing_rate", "42 CFR 425.606(d)", "published"),
        (LOST, "loss_limit", "42 CFR 425.606(g)", "assumed"),
        (LOST, "payment_limit", "42 CFR 425.606(e)", "assumed"),
        (SAVED, "payment_limit", "42 CFR 425.604(e)", "published"),
        (
            {**SAVED, "track": "enhanced", "performance_year": 2026},
            "sequestration_rate",
            "2 U.S.C. 901a(6)(A)",
            "published",
        ),
        ({**SAVED, "performance_year": 2019}, "sequestration_rate", "CARES Act", "published"),
    ],
)
def test_citation_and_status_are_those_of_the_rule_in_force(
    row: dict[str, Any], line: str, citation: str, status: str, canonical
) -> None:
    entry = sheet(canonical, **row)[line]
    assert entry.citation.startswith(citation)
    assert entry.status == status


def test_inputs_say_that_they_are_given(canonical) -> None:
    entries = sheet(canonical, **SAVED)
    assert {(entries[name].citation, entries[name].status) for name in ("benchmark_total", "quality_score")} == {
        ("roster", "given")
    }
    assert entries["benchmark_total"].letter == "H"


@pytest.mark.parametrize(
    ("row", "line", "label", "shown", "formula"),
    [
        # 3.8 % of the benchmark are 3,800,000, of which 4,000,000 were saved; below it 4,000,000 x 50 % x 90 % x 98 %
        (
            SAVED,
            "to_minimum_savings",
            "Above the minimum savings rate",
            "$200,000.00 (0.2 points)",
            "settled again with expenditure_total $96,200,000.01: falling below it would lower the settlement by "
            "$1,764,000.00",
        ),
        (
            SAVED,
            "to_quality_full",
            "Short of full quality",
            "10 points",
            "settled again with quality_score 100%: it would be worth $196,000.00",
        ),
        (
            LOST,
            "to_loss_limit",
            "At the loss limit",
            "$0.00",
            "the limit saves $1,900,000.00",
        ),
    ],
)
def test_distances_say_what_it_is_worth_to_cross(row, line, label, shown, formula, canonical) -> None:
    found = {entry.line: entry for entry in distance_entries(canonical([row]), BOOK)}
    entry = found[line]
    assert (entry.label, entry.shown, entry.formula) == (label, shown, formula)
    assert entry.words == f"{formula.rpartition(': ')[2]}."
    assert entry.citation == "this project: the difference of two settlements"


def test_distances_stand_in_the_order_of_the_law(canonical) -> None:
    found = [entry.line for entry in distance_entries(canonical([LOST]), BOOK)]
    assert found == ["to_minimum_savings", "to_minimum_losses", "to_loss_limit"]


FAILED = {
    **{"performance_year": 2023, "track": "enhanced", "assigned_beneficiaries": 9_000, "msr_election": "0.02"},
    **{"benchmark_total": 100e6, "expenditure_total": 93e6, "quality_score": 0.9, "quality_standard_met": False},
}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            SAVED,
            [
                ("Above the minimum savings rate", "$200,000.00 (0.2 points)", "expenditure_total $96,200,000.01",
                 "falling below it would lower the settlement by $1,764,000.00"),
                ("Room to the payment limit", "$8,236,000.00", "", "the limit is not reached"),
                ("One more quality point", "1 point", "quality_score 91%", "it would be worth $19,600.00"),
                ("Short of full quality", "10 points", "quality_score 100%", "it would be worth $196,000.00"),
                ("Quality standard", "met", "quality_standard_met no", "failing it would cost $1,764,000.00"),
            ],
        ),
        (
            FAILED,
            [
                ("Above the minimum savings rate", "$5,000,000.00 (5 points)", "expenditure_total $98,000,000.01",
                 "crossing it changes nothing"),
                ("Room to the minimum loss rate", "$9,000,000.00 (9 points)", "expenditure_total $102,000,000.01",
                 "reaching it would cost $875,000.00"),
                ("Quality standard", "not met", "quality_standard_met yes", "meeting it would be worth $5,145,000.00"),
            ],
        ),
        (
            {**LOST, "expenditure_total": 101e6},
            [
                ("Short of the minimum savings rate", "$3,000,000.00 (3 points)", "expenditure_total $97,999,999.99",
                 "reaching it would raise the settlement by $1,058,400.01"),
                ("Room to the minimum loss rate", "$1,000,000.00 (1 point)", "expenditure_total $102,000,000.01",
                 "reaching it would cost $920,000.00"),
            ],
        ),
        (
            {**SAVED, "quality_score": 0.98765432109, "expenditure_total": 70e6},
            [
                ("Above the minimum savings rate", "$26,200,000.00 (26.2 points)", "expenditure_total $96,200,000.01",
                 "falling below it would lower the settlement by $10,000,000.00"),
                ("At the payment limit", "$0.00", "", "the limit takes $4,518,518.52"),
                ("Quality standard", "met", "quality_standard_met no", "failing it would cost $10,000,000.00"),
            ],
        ),
        # the minimum exactly, of a benchmark by which the next dollar is 0.0009 points; 44.1 % of savings are paid
        (
            {**SAVED, "expenditure_total": 96.2e6},
            [
                ("Above the minimum savings rate", "$0.00", "expenditure_total $96,200,000.01",
                 "falling below it would lower the settlement by $1,675,800.00"),
                ("Room to the payment limit", "$8,324,200.00", "", "the limit is not reached"),
                ("One more quality point", "1 point", "quality_score 91%", "it would be worth $18,620.00"),
                ("Short of full quality", "10 points", "quality_score 100%", "it would be worth $186,200.00"),
                ("Quality standard", "met", "quality_standard_met no", "failing it would cost $1,675,800.00"),
            ],
        ),
        (
            {**SAVED, "expenditure_total": 96.2e6, "quality_score": None},
            [
                ("Above the minimum savings rate", "$0.00", "expenditure_total $96,200,000.01",
                 "what that is worth is not known"),
            ],
        ),
    ],
    ids=["saved", "failed", "lost", "limited", "at the minimum", "unknown"],
)  # fmt: skip
def test_each_distance_is_told_in_words(row: dict[str, Any], expected: list[tuple[str, ...]], canonical) -> None:
    """Money is also in points of the benchmark, room to a limit in dollars alone, as it is of payments."""
    found = list(distance_entries(canonical([row]), BOOK))
    again = [f"settled again with {figure}: " if figure else "" for _, _, figure, _ in expected]
    assert [(each.label, each.shown, each.formula, each.words) for each in found] == [
        (label, shown, before + told, f"{told}.")
        for (label, shown, _, told), before in zip(expected, again, strict=True)
    ]
    assert all(each.is_distance and each.calculation + "." == each.words for each in found)
    assert all((each.value == "") is (each.unit == "condition") for each in found)


@pytest.mark.parametrize(
    ("row", "line", "shown", "value", "told"),
    [
        ({"quality_score": 0.98765432109, "expenditure_total": 90e6}, "to_quality_full", "1.234568 points", 1.234567891,
         "it would be worth $60,493.83"),
        ({"expenditure_total": 97_204_567.0}, "to_minimum_savings", "$1,004,567.00 (1 point)", 1_004_567.0,
         "reaching it would raise the settlement by $1,675,800.00"),
        ({"expenditure_total": 97_214_567.0}, "to_minimum_savings", "$1,014,567.00 (1.01 points)", 1_014_567.0,
         "reaching it would raise the settlement by $1,675,800.00"),
        ({"expenditure_total": 96_200_000.01}, "to_minimum_savings", "$0.01 (0 points)", 0.01,
         "reaching it would raise the settlement by $1,675,800.00"),
        # 44.1 % of it is 50 cents short of 10 % of the benchmark
        ({"expenditure_total": 100e6 - 22_675_735.83}, "to_payment_limit", "$0.50", 0.49897,
         "the limit is not reached"),
    ],
)  # fmt: skip
def test_points_are_rounded_and_dollars_and_cents_are_not(row, line, shown, value, told, canonical) -> None:
    """And what is left, however little, is left."""
    told_side = "Room" if "limit" in line else "Short"
    found = {entry.line: entry for entry in distance_entries(canonical([{**SAVED, **row}]), BOOK)}[line]
    assert (found.shown, found.calculation, found.label.split()[0]) == (shown, told, told_side)
    assert float(found.value) == pytest.approx(value, rel=1e-4)
