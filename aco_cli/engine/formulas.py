"""The formulas of lines: spreadsheet notation read into a tree, computed for one ACO, and cut down to what decides.

A formula knows figures by name (`savings`), values of rules as `rules.payment_limit` or `rules.loss_rate.floor`, the
operators and some functions of spreadsheets, and one of its own: NTH, the n-th value of a list, past its end the last.
What is not known is NaN: it spreads through sums and products, compares as false, and ISNUMBER asks for it.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import numpy as np

from aco_cli.engine.lines import Input, Line, Values
from aco_cli.rules.book import Situation
from aco_cli.rules.columns import RuleColumns

Value = float | str | list[float]
Decide = Callable[[ast.expr], bool | None]

UNKNOWN = math.nan
RULES = "rules."

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


@cache
def parse(formula: str) -> ast.expr:
    """The tree of a formula. Its nodes are shared: transform copies only."""
    text = re.sub(r"(?<![<>=])=(?!=)", "==", formula).replace("<>", "!=")
    return ast.parse(text, mode="eval").body


def name_of(node: ast.AST) -> str:
    """The name of a figure or, after `rules.`, of a rule value; empty for any other node."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def references(node: ast.expr) -> Iterator[str]:
    """The names of figures and rule values in a tree, in the order of its text, each as often as it stands there."""
    if name := name_of(node):
        yield name
    elif isinstance(node, ast.Call):
        for argument in node.args:
            yield from references(argument)
    else:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from references(child)


def function_of(node: ast.AST) -> str:
    """The function that a node calls; empty for any other node."""
    return name_of(node.func) if isinstance(node, ast.Call) else ""


def is_text(node: ast.AST) -> bool:
    """Whether a node is a text in quotes."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def part_of(value: Any, part: str) -> Any:
    """A part of a rule's value by name, of a scale as a list; the value itself where no part is named."""
    if not part:
        return value
    return [row[part] for row in value] if isinstance(value, list) else value.get(part)


@dataclass(frozen=True)
class Scope:
    """What the names in formulas stand for in one row: its figures, and the rule values in force.

    `others` has further figures, by what stands before their names and a dot.
    """

    values: Values
    rules: RuleColumns
    row: int = 0
    others: Mapping[str, Scope] = field(default_factory=dict)

    @property
    def situation(self) -> Situation:
        """The program, track and year whose rules hold."""
        situation: Situation = self.rules.table.situations[self.rules.codes[self.row]]
        return situation

    def figure(self, name: str) -> float:
        """An input or line; NaN where it is not known."""
        column = np.asarray(getattr(self.values, name), dtype=np.float64)
        return float(column[self.row]) if column.ndim else float(column)

    def rule(self, name: str) -> Value:
        """A rule value by its name after `rules.`: number, text or list; NaN where the rule does not apply."""
        parameter, _, part = name.removeprefix(RULES).partition(".")
        entry = self.rules.table.book.entry(self.situation, parameter)
        value = None if entry is None else part_of(entry.value, part)
        if value is None:
            return UNKNOWN
        return value if isinstance(value, (str, list)) else float(value)

    def __getitem__(self, name: str) -> Value:
        if name.startswith(RULES):
            return self.rule(name)
        other, dot, figure = name.partition(".")
        return self.others[other].figure(figure) if dot else self.figure(name)


def calculate(node: ast.expr, scope: Scope) -> Any:
    """The value of a formula for one row: a number (conditions are 1 and 0), a text, or a list."""
    if name := name_of(node):
        return scope[name]
    match node:
        case ast.Constant(value=value):
            return value if isinstance(value, str) else float(cast(float, value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -calculate(operand, scope)
        case ast.BinOp(left=left, op=op, right=right):
            return _divide_or(op, calculate(left, scope), calculate(right, scope))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(op, calculate(left, scope), calculate(right, scope))
        case ast.Call(args=arguments):
            return _call(function_of(node), arguments, scope)
    raise AssertionError(f"not part of a formula: {ast.dump(node)}")


def value_of(step: Input | Line, scope: Scope) -> float:
    """The figure of an input or line; of a line that was not computed with the others, what its formula gives."""
    if isinstance(step, Line) and step.name not in scope.values:
        return float(calculate(parse(step.formula), scope))
    return scope.figure(step.name)


def _divide_or(op: ast.operator, left: float, right: float) -> float:
    if isinstance(op, ast.Div) and right == 0:
        return UNKNOWN
    return _OPERATORS[type(op)](left, right)


def _compare(op: ast.cmpop, left: Value, right: Value) -> float:
    known = left == left and right == right and isinstance(left, str) == isinstance(right, str)  # noqa: PLR0124 (NaN)
    return float(known and _COMPARISONS[type(op)](left, right))


def _call(function: str, arguments: Sequence[ast.expr], scope: Scope) -> Any:
    if function == "IF":  # only the branch taken is looked at
        test, yes, no = arguments
        return calculate(yes if _holds(calculate(test, scope)) else no, scope)
    return _FUNCTIONS[function](*(calculate(argument, scope) for argument in arguments))


def _holds(condition: float) -> bool:
    if math.isnan(condition):
        raise AssertionError("a condition is asked for that is not known")
    return bool(condition)


def _is_number(value: Value) -> float:
    return float(isinstance(value, float) and not math.isnan(value))


def _least(*values: float) -> float:
    return UNKNOWN if any(map(math.isnan, values)) else min(values)


def _most(*values: float) -> float:
    return UNKNOWN if any(map(math.isnan, values)) else max(values)


def _match(value: float, sorted_list: list[float] | float, _ascending: float) -> float:
    places = [place for place, each in enumerate(_listed(sorted_list), 1) if each <= value]
    return float(places[-1]) if places else UNKNOWN


def _nth(values: list[float] | float, place: float) -> float:
    if not isinstance(values, list):
        return values
    return UNKNOWN if math.isnan(place) else values[int(min(max(place, 1), len(values))) - 1]


def _listed(values: list[float] | float) -> list[float]:
    return values if isinstance(values, list) else [values]


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "AND": lambda *conditions: float(all(tuple(map(_holds, conditions)))),
    "OR": lambda *conditions: float(any(tuple(map(_holds, conditions)))),
    "NOT": lambda condition: float(not _holds(condition)),
    "ISNUMBER": _is_number,
    "IFERROR": lambda value, otherwise: otherwise if math.isnan(value) else value,
    "NA": lambda: UNKNOWN,
    "MIN": _least,
    "MAX": _most,
    "ABS": abs,
    "INT": lambda value: value if math.isnan(value) else float(math.floor(value)),
    "MATCH": _match,
    "INDEX": lambda values, place: UNKNOWN if math.isnan(place) else _listed(values)[int(place) - 1],
    "NTH": _nth,
}


class _Reduction(ast.NodeTransformer):
    def __init__(self, decide: Decide) -> None:
        self._decide = decide

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        return _decided(node, self._decide)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = function_of(node)
        arguments = [self.visit(argument) for argument in node.args]
        again = ast.Call(node.func, arguments, [])
        match function:
            case "IF" | "IFERROR":
                return self._branch(again)
            case "AND" | "OR":
                return _connected(again, decisive=function == "OR")
            case "NOT" if (known := _known(arguments[0])) is not None:
                return ast.Constant(not known)
        return _decided(again, self._decide)

    def _branch(self, node: ast.Call) -> ast.expr:
        *test, yes, no = node.args
        taken = _known(test[0]) if test else None
        if taken is None:
            taken = self._decide(node)
        return node if taken is None else yes if taken else no


def _decided(node: ast.expr, decide: Decide) -> ast.expr:
    found = decide(node)
    return node if found is None else ast.Constant(found)


def _known(node: ast.expr) -> bool | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, bool) else None


def _connected(node: ast.Call, *, decisive: bool) -> ast.expr:
    if any(_known(argument) is decisive for argument in node.args):
        return ast.Constant(decisive)
    rest = [argument for argument in node.args if _known(argument) is None]
    if not rest:
        return ast.Constant(not decisive)
    return rest[0] if len(rest) == 1 else ast.Call(node.func, rest, [])


def reduced(tree: ast.expr, decide: Decide) -> ast.expr:
    """A copy of a formula without the conditions that `decide` knows, and without the branches they rule out.

    `decide` is asked for comparisons and calls whether they hold, for an IF whether its first branch is taken, for an
    IFERROR whether its value is known; None leaves them as they are.
    """
    result: ast.expr = _Reduction(decide).visit(ast.parse(ast.unparse(tree), mode="eval").body)
    return result
