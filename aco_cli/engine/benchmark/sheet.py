"""Lines that hold once for each enrollment type, or for each benchmark year and type."""

from __future__ import annotations

import re
from collections.abc import Callable, Set

import numpy as np

from aco_cli.engine.enrollment_types import TYPES as ENROLLMENT_TYPES
from aco_cli.engine.lines import Column, Function, Line, Values
from aco_cli.rules.columns import RuleColumns

# Enrollment types as the names of lines end, each as people write it.
_LABELS = ("ESRD", "disabled", "aged/dual", "aged/non-dual")
TYPES = {name.replace("-", "_"): label for name, label in zip(ENROLLMENT_TYPES, _LABELS, strict=True)}
PERIODS = ("by1", "by2", "by3", "py")
EARLIER = ("by1", "by2")
BENCHMARK_YEARS = ("by1", "by2", "by3")

# Names of figures in a formula: not those of rule values after `rules.`, nor words in quotes.
_NAME = re.compile(r'(?<![.\w"])[a-z_][a-z_0-9]+\b(?!")')


class _Of(Values):
    """Values as seen from one type (and period): `trend` is `trend_by1_esrd` where there is one."""

    def __init__(self, values: Values, endings: tuple[str, ...]) -> None:
        self._values = values
        self._endings = endings

    def __getattr__(self, name: str) -> Column:
        column: Column = getattr(self._values, _full_name(name, self._endings, self._values.__contains__))
        return column


def _full_name(name: str, endings: tuple[str, ...], is_known: Callable[[str], bool]) -> str:
    return next((name + ending for ending in endings if is_known(name + ending)), name)


class TypedSheet:
    """An ordered list of lines, as `engine.lines.Sheet` is, whose decorators may make several lines of a function.

    In such a function and its formula the name of a figure means that of the line's own period and type. `known` are
    the names of inputs and of the lines of earlier sheets.
    """

    def __init__(self, known: Set[str]) -> None:
        self.lines: list[Line] = []
        self.known = set(known)

    def line(
        self,
        label: str,
        unit: str,
        *,
        letter: str = "",
        formula: str = "",
        rule: str = "",
        cite: str = "",
        table: str = "",
        periods: tuple[str, ...] = ("",),
        by_type: bool = True,
    ) -> Callable[[Function], Function]:
        """Register the decorated function: a line for each of `periods` and, with `by_type`, each enrollment type."""

        def register(function: Function) -> Function:
            words = " ".join((function.__doc__ or "").split())
            for period in periods:
                for kind in TYPES if by_type else ("",):
                    name = "_".join(filter(None, [function.__name__, period, kind]))
                    told = ", ".join(filter(None, [label, period.upper(), TYPES.get(kind, "")]))
                    ends = _endings(period, kind)
                    written = self._written(formula, ends)
                    seen = _seen(function, ends)
                    self.lines.append(Line(name, told, unit, words, cite, letter, written, rule, seen, table))
            self.known |= {line.name for line in self.lines}
            return function

        return register

    def _written(self, formula: str, endings: tuple[str, ...]) -> str:
        return _NAME.sub(lambda found: _full_name(found[0], endings, self.known.__contains__), formula)


def _endings(period: str, kind: str) -> tuple[str, ...]:
    tail = f"_{kind}" if kind else ""
    return (f"_{period}{tail}", f"_{period}", tail) if period else (tail,)


def _seen(function: Function, endings: tuple[str, ...]) -> Function:
    def compute(v: Values, r: RuleColumns) -> Column:
        return function(_Of(v, endings), r)

    return compute


def over_types(*factors: str) -> str:
    """The formula of a sum over enrollment types, in CMS's order, of products of per-type figures."""
    return "+".join(_product(*(f"{factor}_{kind}" for factor in factors)) for kind in TYPES)


def _product(first: str, *others: str) -> str:
    return f"IF({first}=0,0,{'*'.join([first, *others])})" if others else first


def sum_over_types(v: Values, *factors: str) -> Column:
    """What `over_types` says. A type without person years (a share of zero first) adds nothing, known or not."""
    total: Column = np.asarray(0.0)
    for kind in TYPES:
        first, *others = (getattr(v, f"{factor}_{kind}") for factor in factors)
        product = first
        for other in others:
            product = product * other
        total = total + np.where(first == 0, 0.0, product)
    return total


BLEND = "IF({0}=1,{1},IF({0}=0,{2},{0}*{1}+(1-{0})*{2}))"  # the formula of `blended`
EITHER = "IF(ISNUMBER({0}),IF({0},{1},{2}),NA())"  # the formula of `either`


def blended(weight: Column, national: Column, regional: Column) -> Column:
    """National growth at its weight and regional growth at the rest; what has no weight need not be known."""
    both = weight * national + (1 - weight) * regional
    return np.where(weight == 1, national, np.where(weight == 0, regional, both))


def either(condition: Column, if_true: Column, if_false: Column) -> Column:
    """One of two by a condition of 1 and 0; NaN where the condition is."""
    return np.where(np.isnan(condition), np.nan, np.where(condition == 1, if_true, if_false))
