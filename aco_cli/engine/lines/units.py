"""Units of figures, and what comes of them: dollars add to dollars, and dollars by dollars is a ratio."""

from collections.abc import Callable

UnitRule = Callable[..., str]

ANY = "any"  # of literal numbers and rule values, which fit wherever they stand
CONDITION, OUTCOME, TEXT, USD, PER_CAPITA = "condition", "outcome", "text", "USD", "USD per capita"
PERSON_YEARS, PERSONS, YEAR = "person-years", "persons", "year"
# Numbers without a dimension, which are one for arithmetic.
PLAIN = frozenset({"fraction", "ratio", "number", "score", "points"})
UNITS = frozenset({ANY, CONDITION, OUTCOME, USD, PER_CAPITA, PERSON_YEARS, PERSONS, YEAR, *PLAIN})
_NUMBER = "number"


class UnitError(Exception):
    """Units that do not go together, in words."""


def dimension(unit: str) -> str:
    """The unit as arithmetic sees it."""
    return _NUMBER if unit in PLAIN else unit


def alike(*units: str) -> str:
    """All of one unit, which is that of the result."""
    found = dict.fromkeys(map(dimension, units))
    found.pop(ANY, None)
    if len(found) > 1:
        raise UnitError(f"{' and '.join(found)} do not go together")
    return next(iter(found), ANY)


def fits(unit: str, declared: str) -> bool:
    """Whether what a formula gives can be what its line says it is; an outcome is one of some texts."""
    found, said = dimension(unit), dimension(declared)
    return found in (said, ANY) or (said == OUTCOME and found == TEXT)


def _refuse_words(*units: str) -> None:
    for unit in units:
        if unit in (CONDITION, OUTCOME, TEXT):
            raise UnitError(f"a {unit} cannot be multiplied or divided")


def product(*units: str) -> str:
    """Dollars per capita by person years are dollars; plain numbers leave a unit as it is."""
    _refuse_words(*units)
    found = [each for each in map(dimension, units) if each not in (ANY, _NUMBER)]
    if sorted(found) == sorted([PER_CAPITA, PERSON_YEARS]):
        return USD
    if len(found) > 1:
        raise UnitError(f"{' and '.join(found)} cannot be multiplied")
    if found:
        return found[0]
    return ANY if all(each == ANY for each in units) else _NUMBER


def quotient(left: str, right: str) -> str:
    """Two of one unit make a ratio; dollars by person years are dollars per capita."""
    _refuse_words(left, right)
    over, under = dimension(left), dimension(right)
    if under in (ANY, _NUMBER):
        return over
    if over in (under, ANY):
        return _NUMBER
    if (over, under) == (USD, PERSON_YEARS):
        return PER_CAPITA
    raise UnitError(f"{over} cannot be divided by {under}")


def comparison(left: str, right: str) -> str:
    """Two of one unit compared; an outcome with a text that is one."""
    if {left, right} != {OUTCOME, TEXT}:
        alike(left, right)
    return CONDITION


def conditions(*units: str) -> str:
    """Conditions, whose connection is one."""
    for unit in units:
        if unit not in (CONDITION, ANY):
            raise UnitError(f"a condition is needed, found {unit}")
    return CONDITION


def branches(test: str, yes: str, no: str) -> str:
    """One of two of one unit, by a condition."""
    conditions(test)
    return alike(yes, no)


def place(value: str, steps: str, _ascending: str) -> str:
    """The place of a value among steps of its unit."""
    alike(value, steps)
    return _NUMBER


def corridors(amount: str, base: str, lower: str, share: str) -> str:
    """What is shared of an amount, by corridors that start at fractions of a base."""
    for each in (lower, share):
        alike(each, _NUMBER)
    return alike(amount, base)


def interpolation(at: str, lower: str, upper: str, at_lower: str, at_upper: str) -> str:
    """What lies between two values, as a position does between two others."""
    alike(at, lower, upper)
    return alike(at_lower, at_upper)
