"""Words for people: every outcome has some, amounts are short, counts agree with their noun."""

from __future__ import annotations

import pytest

from aco_cli.engine.outcome import OUTCOMES
from aco_cli.outputs.phrases import OUTCOME_WORDS, acos, dollars, millions


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0.0, "$0"),
        (-0.4, "$0"),
        (49_999.4, "$49,999"),
        (50_000, "$0.1M"),
        (-250_000, "-$0.3M"),
        (14_455_932.80, "$14.5M"),
        (-300_000, "-$0.3M"),
        (1_234_567_890, "$1.23B"),
    ],
)
def test_amounts_are_short(amount: float, shown: str) -> None:
    assert millions(amount) == shown


def test_amounts_of_a_sentence_are_whole_and_never_minus_zero() -> None:
    assert [dollars(amount) for amount in (1234.4, -1234.5, 1234.5, -0.5, -0.4)] == [
        *("$1,234", "-$1,235", "$1,235", "-$1", "$0"),
    ]


def test_counts_agree_with_their_noun() -> None:
    assert [acos(count) for count in (0, 1, 2, 1234)] == ["0 ACOs", "1 ACO", "2 ACOs", "1,234 ACOs"]


def test_every_outcome_has_words_of_its_own() -> None:
    assert set(OUTCOME_WORDS) == set(OUTCOMES)
    assert len(set(OUTCOME_WORDS.values())) == len(OUTCOMES)
