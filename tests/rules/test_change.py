"""Rules changed by name: the change reaches every track and year, and what does not fit is refused with what would."""

from __future__ import annotations

from typing import Any

import pytest

from aco_cli.errors import RulesError, UsageError
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.change import changed_book
from aco_cli.rules.parameters import Status

BOOK = RuleBook()
TRACK_1, TRACK_2 = Situation("mssp", "track-1", 2014), Situation("mssp", "track-2", 2014)


def value(book: RuleBook, situation: Situation, name: str) -> Any:
    entry = book.entry(situation, name)
    return entry and entry.value


def test_value_is_changed_in_all_tracks_and_years_and_the_book_itself_is_not() -> None:
    changed = changed_book(BOOK, {"mssp.sequestration": 0.04})
    for situation in filter(lambda each: each.program == "mssp", BOOK.situations()):
        assert value(changed, situation, "sequestration") == 0.04
    assert value(BOOK, TRACK_1, "sequestration") == 0.02
    assert value(changed, Situation("pioneer", "core", 2014), "sequestration") == 0.02


def test_part_is_changed_and_the_rest_stays() -> None:
    changed = changed_book(BOOK, {"mssp.loss_rate.ceiling": 0.5})
    assert value(changed, TRACK_2, "loss_rate") == {"basis": "quality", "floor": 0, "ceiling": 0.5}


def test_parts_changed_one_by_one_come_together_in_any_order() -> None:
    changes = {"mssp.minimum_savings_rate.rate": 0.01, "mssp.minimum_savings_rate.basis": "fixed"}
    for order in (changes, dict(reversed(changes.items()))):
        found = value(changed_book(BOOK, order), TRACK_1, "minimum_savings_rate")
        assert found == {"basis": "fixed", "rate": 0.01}


def test_value_of_the_user_is_not_told_as_uncertain() -> None:
    entry = changed_book(BOOK, {"mssp.payment_limit": 0.12}).entry(TRACK_2, "payment_limit")
    assert entry is not None
    assert (entry.status, entry.cite) == (Status.PUBLISHED, "what-if")


@pytest.mark.parametrize(
    "change",
    [
        {"mssp.loss_limit.benchmark": [0.01, 0.02]},
        {"mssp.loss_limit": {"benchmark": 0.02, "revenue": 0.01}},
        {"mssp.payment_order": "limit-first"},
        {"mssp.termination.losses_prorated": False},
        {"mssp.half_rate.beneficiaries": 100},
        {"mssp.risk_model": "two-sided"},
        {"mssp.extreme_circumstances": 1},
    ],
)
def test_values_of_the_kinds_there_are_fit(change: dict[str, Any]) -> None:
    changed_book(BOOK, change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mssp.sequestraton": 0}, r"no rule 'mssp.sequestraton': .* did you mean mssp.sequestration"),
        ({"sequestration": 0}, r"PROGRAM.PARAMETER is needed, did you mean .*\.sequestration"),
        ({"mssp": 0}, "no rule 'mssp'"),
        ({"mssp.sequestration.rate": 0}, "no part 'rate' of mssp.sequestration: its values have no parts"),
        ({"mssp.loss_rate.ceilng": 0}, "no part 'ceilng' of mssp.loss_rate: did you mean ceiling"),
        ({"mssp.sequestration": 2}, "mssp.sequestration: expected a fraction from 0 to 1, found 2"),
        ({"mssp.sequestration": -0.01}, "expected a fraction from 0 to 1, found -0.01"),
        ({"mssp.sequestration": float("nan")}, "expected a fraction from 0 to 1, found nan"),
        ({"mssp.sequestration": "none"}, "expected a fraction from 0 to 1, found 'none'"),
        ({"mssp.sequestration": True}, "expected a fraction from 0 to 1, found True"),
        ({"mssp.sequestration": None}, "expected a fraction from 0 to 1, found None"),
        ({"mssp.sequestration": [0.1]}, r"expected a fraction from 0 to 1, found \[0.1\]"),
        ({"mssp.loss_limit.benchmark": [0.1, 5]}, "expected a fraction from 0 to 1, or a list of them"),
        ({"mssp.half_rate.beneficiaries": -1}, "expected a number of 0 or more, found -1"),
        ({"mssp.risk_model": "one sided"}, "expected one of one-sided, two-sided, found 'one sided'"),
        ({"mssp.termination.losses_prorated": 1}, "expected true or false, found 1"),
        ({"mssp.loss_rate": 0.3}, r"expected a part of it \(basis, ceiling, floor, rate\) or a mapping"),
        ({"mssp.loss_rate": {"basis": "fixed", "rat": 0.3}}, "mssp.loss_rate: no part 'rat': did you mean rate"),
        ({"mssp.loss_rate": {"basis": "fixed", "rate": 3}}, "mssp.loss_rate.rate: expected a fraction"),
        ({"mssp.minimum_savings_rate.basis": "fixed"}, "fixed needs mssp.minimum_savings_rate.rate too"),
        ({"mssp.minimum_savings_rate_scale": 0}, "a scale cannot be changed here; .* --rules DIR"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        changed_book(BOOK, change)


def test_rules_of_one_year_hold_in_every_year() -> None:
    changed = changed_book(BOOK, {}, 2013)
    assert value(changed, TRACK_1, "quality_in_sharing") == {"basis": "reporting"}
    changed.check(Situation("mssp", "track-1", 2031))
    later = changed_book(BOOK, {}, 2024)
    assert later.covers(Situation("mssp", "basic-a", 2014))
    assert not later.covers(TRACK_1)
    with pytest.raises(RulesError, match="track-1 in 2024 is not covered: Track 1 ran in 2012-2021"):
        later.check(TRACK_1)
