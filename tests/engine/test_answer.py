"""The answer in words: what each outcome says, with figures that fit together, and what is missing by name."""

from __future__ import annotations

from typing import Any

import pytest

from aco_cli.engine.answer import TABLE, answers
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.step import FIGURE
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()
SAVED: dict[str, Any] = {
    **{"performance_year": 2014, "track": "track-1", "assigned_beneficiaries": 5_333, "quality_score": 0.9},
    **{"benchmark_total": 100e6, "expenditure_total": 95e6},
}
LOST = {**SAVED, "track": "track-2", "agreement_year": 1, "expenditure_total": 103e6}


def answer(canonical, **row: Any) -> str:
    return answers(canonical([row]), BOOK)[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        # 5 % saved, 3.8 % needed at 5,333 beneficiaries; 5,000,000 x 50 % x 90 % x 98 %
        (
            {},
            "A0 earned $2,205,000 for 2014: it saved 5% where 3.8% was needed; 45% (50% x 90% quality) of "
            "$5,000,000, less 2% sequestration.",
        ),
        (
            {"quality_score": 1.0, "expenditure_total": 70e6},
            "50% of $30,000,000, less 2% sequestration, limited to 10% of the benchmark.",
        ),
        ({"expenditure_total": 97e6}, "A0 earned nothing for 2014: it saved 3% where 3.8% was needed, $800,000 short."),
        (
            {"quality_score": 0.0},
            "it saved 5% where 3.8% was needed, but did not meet the quality performance standard.",
        ),
        (
            {"expenditure_total": 103e6},
            "A0 earned nothing and owes nothing for 2014: it spent 3% more than its benchmark, and its track "
            "shares no losses.",
        ),
        (
            {"quality_score": None},
            "A0 cannot be settled for 2014: quality_score is missing (--set quality_score=FRACTION, or --quality "
            "FILE).",
        ),
        (
            {"benchmark_total": None},
            "A0 cannot be settled for 2014: benchmark_total is missing (--set benchmark_total=DOLLARS, or "
            "--expenditures with --reference).",
        ),
        # two decimals of a percentage are enough where rates that differ look different
        (
            {"quality_score": 0.91696428571, "expenditure_total": 94.87654e6},
            "it saved 5.12% where 3.8% was needed; 45.85% (50% x 91.7% quality) of $5,123,460, less 2% sequestration.",
        ),
        ({"expenditure_total": 96.204e6}, "it saved 3.796% where 3.8% was needed, $4,000 short."),
        ({"expenditure_total": 96.2e6 + 0.1}, "it saved 3.8% where 3.8% was needed, $0.10 short."),
        # a rate a hair below the minimum is not shown as the minimum
        ({"expenditure_total": 96.2e6 + 1}, "it saved 3.799999% where 3.8% was needed, $1 short."),
    ],
)
def test_one_sided(changed: dict[str, Any], said: str, canonical) -> None:
    assert answer(canonical, **{**SAVED, **changed}).endswith(said)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        # 3,000,000 x (1 - 60 % x 90 %) = 46 %; limit 5 % in the first year
        (
            {},
            "A0 owes $1,380,000 for 2014: it spent 3% more than its benchmark where 2% is the minimum loss rate; "
            "46% of $3,000,000. The most it could owe is $5,000,000, 5% of its benchmark.",
        ),
        (
            {"expenditure_total": 120e6},
            "46% of $20,000,000, limited to $5,000,000. The most it could owe is $5,000,000, 5% of its benchmark.",
        ),
        (
            {"expenditure_total": 101e6},
            "it spent 1% more than its benchmark, within the minimum loss rate of 2%. The most it could owe is "
            "$5,000,000, 5% of its benchmark.",
        ),
        (
            {"agreement_year": None},
            "The most it could owe is between $5,000,000 and $10,000,000, by agreement year (--set agreement_year=N).",
        ),
        ({"loss_limit": 0.03}, "limited to $3,000,000. The most it could owe is $3,000,000, 3% of its benchmark."),
    ],
)
def test_two_sided_always_says_the_most_that_can_be_owed(changed: dict[str, Any], said: str, canonical) -> None:
    row = {**LOST, **({"expenditure_total": 120e6} if "loss_limit" in changed else {}), **changed}
    assert answer(canonical, **row).endswith(said)


def test_revenue_lowers_the_most_that_can_be_owed(canonical) -> None:
    basic = {**SAVED, "performance_year": 2022, "track": "basic-e", "msr_election": 0.01, "quality_standard_met": 1.0}
    assert answer(canonical, **basic).endswith(
        "The most it could owe is $4,000,000, 4% of its benchmark, or 8% of its participants' revenue if that is less "
        "(--set participant_revenue=DOLLARS)."
    )
    assert answer(canonical, **basic, participant_revenue=20e6).endswith(
        "The most it could owe is $1,600,000: the lesser of 4% of its benchmark and 8% of its participants' revenue."
    )


def test_figures_in_the_sentences_are_figures_of_the_law() -> None:
    for program in ("mssp", "pioneer"):
        law = law_of(BOOK, program, TABLE)
        for note in law.notes:
            unknown = set(FIGURE.findall(note.text)) - set(law.known) - {"aco", "year", "missing"}
            assert not unknown, (program, note.name)
        tests = " ".join(note.when for note in law.notes)
        assert all(f'"{outcome}"' in tests for outcome in OUTCOMES), program


def test_every_missing_input_has_an_option() -> None:
    law = law_of(BOOK, "mssp", "notes")
    reasons = [note for note in law.notes if note.level == "reason"]
    assert reasons
    assert all("--set " in note.give for note in reasons)
