"""Units: dollars add to dollars, dollars by dollars are a ratio, and what does not go together is refused in words."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from aco_cli.engine.lines.check import check_step
from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.units import PLAIN, UNITS, fits

UNIT_OF = {
    **{"usd": "USD", "usd2": "USD", "per_capita": "USD per capita", "years": "person-years", "persons": "persons"},
    **{"share": "fraction", "rate": "ratio", "count": "number", "points": "points", "score": "score", "year": "year"},
    **{"is_it": "condition", "is_so": "condition", "outcome": "outcome"},
}
KNOWN: Mapping[str, Step] = {
    name: Step(name, label=name, unit=unit, given="roster", choice=unit == "condition")
    for name, unit in UNIT_OF.items()
}


def problem(formula: str, unit: str) -> str:
    step = Step("line", label="A line", unit=unit, cite="42 CFR 425", trees={"formula": parse(formula)})
    return check_step(step, KNOWN, KNOWN, {"limit"})[0]


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("usd + usd2 - usd", "USD"),
        ("usd * share", "USD"),
        ("share * usd * rate", "USD"),
        ("rules.limit * usd", "USD"),
        ("usd / usd2", "fraction"),
        ("usd / 12", "USD"),
        ("usd / share", "USD"),
        ("usd / years", "USD per capita"),
        ("per_capita * years", "USD"),
        ("years * per_capita * share", "USD"),
        ("per_capita / per_capita", "ratio"),
        ("years / years", "fraction"),
        ("1 - share", "fraction"),
        ("share + rate * count", "score"),
        ("points / 0.01", "points"),
        ("-usd", "USD"),
        ("MIN(usd, usd2, 0)", "USD"),
        ("INT(persons)", "persons"),
        ("IF(is_it, usd, 0)", "USD"),
        ("IF(is_it, usd, NA())", "USD"),
        ("IFERROR(usd, 0)", "USD"),
        ("IF(ISNUMBER(usd), 1, 0)", "condition"),
        ("usd > 0", "condition"),
        ("AND(usd > usd2, is_it, NOT(is_so))", "condition"),
        ('IF(is_it, "earned", "owed")', "outcome"),
        ('rules.limit = "x"', "condition"),
        ("year > 2014", "condition"),
        ("rules.limit", "USD"),
        ("rules.limit * 2", "USD"),
        ("NTH(rules.limit, count) * usd", "USD"),
        ("RATE_OF(share, usd)", "USD"),
        ("CORRIDORS(usd, usd, rules.limit, rules.limit)", "USD"),
        ("LINEAR(persons, 500, rules.limit, share, rate)", "fraction"),
        ("MATCH(persons, rules.limit, 1)", "number"),
    ],
)
def test_what_goes_together(formula: str, unit: str) -> None:
    assert problem(formula, unit) == ""


@pytest.mark.parametrize(
    ("formula", "unit", "message"),
    [
        ("usd + share", "USD", "USD and number do not go together, in formula usd + share"),
        ("usd - per_capita", "USD", "USD and USD per capita do not go together"),
        ("usd + persons", "USD", "USD and persons do not go together"),
        ("usd + is_it", "USD", "USD and condition do not go together"),
        ("MIN(usd, years)", "USD", "USD and person-years do not go together"),
        ("IF(is_it, usd, share)", "USD", "USD and number do not go together"),
        ("usd > share", "condition", "USD and number do not go together"),
        ('usd = "x"', "condition", "USD and text do not go together"),
        ("usd * usd2", "USD", "USD and USD cannot be multiplied"),
        ("usd * years", "USD", "USD and person-years cannot be multiplied"),
        ("is_it * usd", "USD", "a condition cannot be multiplied or divided"),
        ("usd / is_it", "USD", "a condition cannot be multiplied or divided"),
        ('"x" * usd', "USD", "a text cannot be multiplied or divided"),
        ("share / usd", "fraction", "number cannot be divided by USD"),
        ("usd / per_capita", "USD", "USD cannot be divided by USD per capita"),
        ("IF(usd, 1, 0)", "USD", "a condition is needed, found USD"),
        ("AND(usd > 0, ISNUMBER(usd), share > 0, is_it)", "USD", "its unit is USD, but"),
        ("CORRIDORS(usd, persons, rules.limit, rules.limit)", "USD", "USD and persons do not go together"),
        ("LINEAR(persons, usd, 2, share, rate)", "fraction", "persons and USD do not go together"),
        ("LINEAR(persons, 1, 2, usd, rate)", "fraction", "USD and number do not go together"),
        ("MATCH(persons, usd, 1)", "number", "MATCH takes a list of the rules, found usd"),
        ("usd * share", "fraction", "its unit is fraction, but usd * share gives USD"),
        ("rules.limit * share", "USD", "its unit is USD, but rules.limit * share gives number"),
        ("usd / usd2", "USD", "its unit is USD, but usd / usd2 gives number"),
        ("usd > 0", "USD", "its unit is USD, but usd > 0 gives condition"),
        ('IF(is_it, "earned", "owed")', "USD", "gives text"),
        ("usd", "outcome", "its unit is outcome, but usd gives USD"),
        ("year", "number", "its unit is number, but year gives year"),
    ],
)
def test_what_does_not_is_told(formula: str, unit: str, message: str) -> None:
    assert message in problem(formula, unit)


@pytest.mark.parametrize("unit", ["dollars", "usd", "any", ""])
def test_an_unknown_unit_is_told(unit: str) -> None:
    assert problem("usd", unit).startswith(f"unknown unit {unit!r}")


def test_the_nearest_unit_is_told() -> None:
    assert problem("usd", "fractoin") == "unknown unit 'fractoin'; did you mean fraction?"


def test_plain_numbers_are_one_and_all_else_is_itself() -> None:
    for unit in UNITS - {"any"}:
        for other in UNITS - {"any"}:
            assert fits(unit, other) == (unit == other or (unit in PLAIN and other in PLAIN)), (unit, other)
