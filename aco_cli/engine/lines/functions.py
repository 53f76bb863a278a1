"""The functions and operators of formulas: how many arguments, what unit comes out, and how columns are computed.

Columns are arrays (a row each; figures by enrollment type have the types as their first axis) or single values that
hold for all rows. What is not known is NaN: it spreads through sums and products, compares as false, and ISNUMBER asks
for it. An IF whose condition is not known is not known.
"""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aco_cli.engine.lines import units as u
from aco_cli.engine.lines.tree import Apply, Node, Number
from aco_cli.engine.members import AXES

Column = Any  # NDArray of floats or conditions, or one of these alone
Plain = Callable[..., Node]

_ANY_NUMBER = (1, math.inf)
_WITH_MEMBERS = 2  # the dimensions of figures that have members: these, and the rows
# Rates of the law are whole millionths, so that numerators and denominators are whole numbers, exact in a float, and
# what comes of them is rounded once: 5,333 beneficiaries give the float nearest to 0.038.
_MILLION = 1_000_000.0
# Dollars and cents are whole cents, for the same reason: savings of exactly 2 % of the benchmark meet a minimum of 2 %.
_CENTS = 100.0


@dataclass(frozen=True)
class Function:
    """A function of formulas.

    `unit` gives the unit of the result for those of the arguments, or raises UnitError; `plain` is the same in simpler
    functions, for readers and spreadsheets. `arity` is the least and the most number of arguments.
    """

    unit: u.UnitRule
    compute: Callable[..., Column]
    plain: Plain | None = None
    arity: tuple[int, float] = (2, 2)


def _any(*_units: str) -> str:
    return u.ANY


def _divided(left: Column, right: Column) -> Column:
    return np.where(np.equal(right, 0), np.nan, np.divide(left, right))


def chosen(test: Column, yes: Column, no: Column) -> Column:
    """Of two columns the one that a condition says on each row; NaN where the condition is not known."""
    if np.asarray(test).dtype == np.bool_:
        return np.where(test, yes, no)
    return np.where(np.isnan(test), np.nan, np.where(np.equal(test, 0), no, yes))


def _place(value: Column, steps: NDArray[np.float64], _ascending: Column) -> Column:
    found = np.less_equal.outer(np.atleast_1d(steps), value).sum(axis=0, dtype=np.int16)
    return np.where(found == 0, np.nan, found)


def _taken(values: NDArray[np.float64], place: Column) -> Column:
    inside = (place >= 1) & (place <= np.size(values))
    return np.append(np.nan, values)[np.where(inside, place, 0).astype(np.intp)]


def _nth(values: Column, place: Column) -> Column:
    """The place-th value of a list, past its end the last; a single value is a list that holds for every place."""
    return values if np.ndim(values) == 0 else _taken(values, np.clip(place, 1, len(values)))


def _cents(amount: Column) -> tuple[Column, Column]:
    """Dollars as whole cents, and where they are no less and no more."""
    cents = np.rint(np.multiply(amount, _CENTS))
    return cents, cents / _CENTS == amount


def _difference(left: Column, right: Column) -> Column:
    """Of dollars and cents the float nearest to the exact difference, which a difference of floats often misses."""
    (more, is_exact), (less, too) = _cents(left), _cents(right)
    return np.where(is_exact & too, (more - less) / _CENTS, np.subtract(left, right))


def _rate_of(rate: Column, amount: Column) -> Column:
    """For dollars and a rate of whole millionths the exact amount, and for cents where that is whole cents too.

    3.4 % of 100,012,000 is 3,400,408; a product of floats is a little more. Millions of cents are multiplied apart.
    """
    millionths, (cents, has_cents) = np.rint(np.multiply(rate, _MILLION)), _cents(amount)
    millions = np.floor(cents / _MILLION)
    of_cents = (millionths * millions + millionths * (cents - millions * _MILLION) / _MILLION) / _CENTS
    exact = np.where(has_cents & (np.rint(amount) != amount), of_cents, millionths * amount / _MILLION)
    return np.where(millionths / _MILLION == rate, exact, np.multiply(rate, amount))


def _linear(at: Column, lower: Column, upper: Column, at_lower: Column, at_upper: Column) -> Column:
    low, high = np.rint(np.multiply(at_lower, _MILLION)), np.rint(np.multiply(at_upper, _MILLION))
    exact = (low / _MILLION == at_lower) & (high / _MILLION == at_upper)
    low, high = np.where(exact, low, at_lower), np.where(exact, high, at_upper)
    parts = np.subtract(upper, lower) * np.where(exact, _MILLION, 1.0)
    return _divided(low * (upper - at) + high * (at - lower), parts)


def _plain_linear(at: Node, lower: Node, upper: Node, at_lower: Node, at_upper: Node) -> Node:
    def minus(left: Node, right: Node) -> Node:
        return Apply("-", (left, right))

    risen = Apply("*", (minus(at_upper, at_lower), minus(at, lower)))
    return Apply("+", (at_lower, Apply("/", (risen, minus(upper, lower)))))


def _corridors(amount: Column, base: Column, lower: Column, share: Column) -> Column:
    """The share of each corridor times the dollars in it; unknown for corridors that do not rise."""
    starts, shares = np.atleast_1d(lower), np.atleast_1d(share)
    total: Column = np.asarray(0.0 if (np.diff(starts) > 0).all() else np.nan)
    for place, part in enumerate(shares):
        end = np.multiply(starts[place + 1], base) if place + 1 < len(starts) else amount
        total = total + part * np.maximum(np.minimum(amount, end) - np.multiply(starts[place], base), 0.0)
    return total


def corridor_sum(amount: Node, base: Node, lower: Node, share: Node, corridors: int) -> Node:
    """CORRIDORS over so many corridors in the functions of spreadsheets."""

    def start(place: int) -> Node:
        return Apply("*", (Apply("INDEX", (lower, Number(float(place)))), base))

    def within(place: int) -> Node:
        end = Apply("MIN", (amount, start(place + 1))) if place < corridors else amount
        return Apply("MAX", (Apply("-", (end, start(place))), Number(0.0)))

    places = range(1, corridors + 1)
    return added([Apply("*", (Apply("INDEX", (share, Number(float(each)))), within(each))) for each in places])


def _total(axis: str, first: Column, *others: Column) -> Column:
    """Sum over the types of products, in CMS's order; a type whose first factor is zero adds nothing, known or not."""
    product = np.asarray(reduce(np.multiply, others, first))
    if product.ndim < _WITH_MEMBERS:  # the same for all of them
        product = np.broadcast_to(product, (len(AXES[axis]), *product.shape))
    return reduce(np.add, np.where(np.equal(first, 0), 0.0, product), 0.0)


def _plain_total(*factors: Node) -> Node:
    product = reduce(lambda left, right: Apply("*", (left, right)), factors)
    if len(factors) == 1:
        return product
    return Apply("IF", (Apply("=", (factors[0], Number(0.0))), Number(0.0), product))


def added(nodes: list[Node]) -> Node:
    """The sum of several formulas."""
    return reduce(lambda left, right: Apply("+", (left, right)), nodes)


def _several(function: Callable[[Column, Column], Column]) -> Callable[..., Column]:
    return lambda *columns: reduce(function, columns)


# Functions over the members of a figure: what they are for one member (`plain`), and how the members are brought
# together.
OVER_MEMBERS: Mapping[str, Callable[[list[Node]], Node]] = {
    "SUM_TYPES": added,
    "SHARE_WEIGHTED": added,
    "SUM_DOMAINS": added,
    "ANY_TYPE": lambda nodes: Apply("OR", tuple(nodes)),
}
# The arguments of functions that are lists of the rules.
LISTS = {"NTH": (0,), "INDEX": (0,), "MATCH": (1,), "CORRIDORS": (2, 3)}
FUNCTIONS: Mapping[str, Function] = {
    "+": Function(u.alike, operator.add),
    "-": Function(u.alike, operator.sub),
    "*": Function(u.product, operator.mul),
    "/": Function(u.quotient, _divided),
    "NEGATIVE": Function(u.alike, operator.neg, arity=(1, 1)),
    "=": Function(u.comparison, operator.eq),
    "<>": Function(u.comparison, lambda left, right: (left < right) | (left > right)),
    "<": Function(u.comparison, operator.lt),
    "<=": Function(u.comparison, operator.le),
    ">": Function(u.comparison, operator.gt),
    ">=": Function(u.comparison, operator.ge),
    "IF": Function(u.branches, chosen, arity=(3, 3)),
    "AND": Function(u.conditions, _several(np.logical_and), arity=_ANY_NUMBER),
    "OR": Function(u.conditions, _several(np.logical_or), arity=_ANY_NUMBER),
    "NOT": Function(u.conditions, np.logical_not, arity=(1, 1)),
    "MIN": Function(u.alike, _several(np.minimum), arity=_ANY_NUMBER),
    "MAX": Function(u.alike, _several(np.maximum), arity=_ANY_NUMBER),
    "ABS": Function(u.alike, np.abs, arity=(1, 1)),
    "INT": Function(u.alike, np.floor, arity=(1, 1)),
    "IFERROR": Function(u.alike, lambda value, otherwise: np.where(np.isnan(value), otherwise, value)),
    "ISNUMBER": Function(lambda _: u.CONDITION, lambda value: ~np.isnan(value), arity=(1, 1)),
    "MATCH": Function(u.place, _place, arity=(3, 3)),
    "INDEX": Function(_any, _taken),
    "NTH": Function(_any, _nth),
    "NA": Function(_any, lambda: np.nan, arity=(0, 0)),
    "DIFFERENCE": Function(u.alike, _difference, lambda left, right: Apply("-", (left, right))),
    "RATE_OF": Function(u.product, _rate_of, lambda rate, amount: Apply("*", (rate, amount))),
    "LINEAR": Function(u.interpolation, _linear, _plain_linear, arity=(5, 5)),
    "CORRIDORS": Function(u.corridors, _corridors, arity=(4, 4)),
    "SUM_TYPES": Function(u.alike, partial(_total, "type"), _plain_total, arity=(1, 1)),
    "SUM_DOMAINS": Function(u.alike, partial(_total, "domain"), _plain_total, arity=(1, 1)),
    "SHARE_WEIGHTED": Function(u.product, partial(_total, "type"), _plain_total, arity=(2, 4)),
    "ANY_TYPE": Function(u.conditions, lambda held: np.any(held, axis=0), lambda held: held, arity=(1, 1)),
}
