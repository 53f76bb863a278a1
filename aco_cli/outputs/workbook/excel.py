"""Formulas of lines as formulas of a spreadsheet, over the cells in which figures and rule values stand.

A figure that is not known is a text (`NOTHING`) in its cell: sums and products with it fail, which the formula catches
and hands on as the same text. Comparisons, MIN and MAX of a spreadsheet do not fail on texts, so these are guarded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from aco_cli.engine.formulas import RULES, function_of, is_text, name_of, parse, reduced, references

NOTHING = "\N{EN DASH}"
_CONDITIONS = {"AND", "OR", "NOT", "ISNUMBER"}


@dataclass(frozen=True)
class Cells:
    """Where a figure or rule value stands: one cell, or a range for a list."""

    address: str
    is_list: bool = False


# Where the figure or rule value of a name stands; None for a rule value that does not apply.
Places = Callable[[str], Cells | None]


def excel_formula(formula: str, unit: str, places: Places) -> str:
    """The formula for a cell, with `=`: conditions come out as 1 and 0, what is not known as `NOTHING`."""
    tree = reduced(parse(formula), lambda node: _decide(node, places))
    written = _Excel(places).visit(tree)
    if unit == "condition":
        written = _call("N", written)
    if not (unit == "condition" and _always_comes_out(tree)):
        written = _call("IFERROR", written, ast.Constant(NOTHING))
    return f"={text_of(written)}"


def text_of(tree: ast.expr) -> str:
    """A tree as a spreadsheet reads it: texts in double quotes, numbers without exponents, TRUE and FALSE."""
    text = ast.unparse(_Literals().visit(tree))
    return text.replace(" == ", " = ").replace(" != ", " <> ")


class _Literals(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        value: Any = node.value
        if isinstance(value, bool):
            return ast.Name(str(value).upper())
        if isinstance(value, str):
            return ast.Name(f'"{value}"')
        return ast.Name(np.format_float_positional(value, trim="-"))


def _call(function: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(function), list(arguments), [])


def _decide(node: ast.expr, places: Places) -> bool | None:
    """A rule that does not apply is no number and compares with nothing."""
    if isinstance(node, ast.Compare) or function_of(node) == "ISNUMBER":
        absent = any(places(name) is None for name in references(node) if name.startswith(RULES))
        return False if absent else None
    return None


class _Excel(ast.NodeTransformer):
    def __init__(self, places: Places) -> None:
        self._places = places

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._cell(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self._cell(name_of(node))

    def _cell(self, name: str) -> ast.expr:
        cells = self._places(name)
        return _call("NA") if cells is None else ast.Name(cells.address)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        return self._guarded([node], [])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function, arguments = function_of(node), node.args
        match function:
            case "AND":
                compared = [each for each in arguments if isinstance(each, ast.Compare)]
                others = [self.visit(each) for each in arguments if not isinstance(each, ast.Compare)]
                return self._guarded(compared, others)
            case "NTH":
                return self._nth(*arguments)
            case "MIN" | "MAX":  # of texts in cells they would take no notice
                return _call(function, *(self._summed(each) for each in arguments))
            case "IFERROR":
                return _call(function, self._summed(arguments[0]), self.visit(arguments[1]))
        return _call(function, *map(self.visit, arguments))

    def _summed(self, node: ast.expr) -> ast.expr:
        """As a sum with zero, if it may be no more than a cell: where that holds a text, the sum fails."""
        written: ast.expr = self.visit(node)
        may_be_text = name_of(node) or function_of(node) == "IF"
        return ast.BinOp(ast.Constant(0), ast.Add(), written) if may_be_text else written

    def _nth(self, values: ast.expr, place: ast.expr) -> ast.expr:
        cells = self._places(name_of(values))
        if cells is None or not cells.is_list:
            return self._cell(name_of(values))
        many = ast.Name(cells.address)
        least = _call("MIN", _call("ROWS", many), self._summed(place))
        return _call("INDEX", many, _call("MAX", ast.Constant(1), least))

    def _guarded(self, compared: list[ast.Compare], others: list[ast.expr]) -> ast.expr:
        """Comparisons that hold only where all that is compared is known, and other conditions."""
        names = dict.fromkeys(name for each in compared if _needs_guard(each) for name in references(each))
        places = [cells for name in names if (cells := self._places(name)) and not cells.is_list]
        conditions = [*others, *(self._plain(each) for each in compared)]
        if not places:
            return conditions[0] if len(conditions) == 1 else _call("AND", *conditions)
        counted = _call("COUNT", *(ast.Name(cells.address) for cells in places))
        known: ast.expr = ast.Compare(counted, [ast.Eq()], [ast.Constant(len(places))])
        if all(map(_cannot_fail, compared)):
            return _call("AND", known, *conditions)
        decided = conditions[0] if len(conditions) == 1 else _call("AND", *conditions)
        return _call("IF", known, decided, ast.Constant(False))

    def _plain(self, node: ast.Compare) -> ast.expr:
        return ast.Compare(self.visit(node.left), node.ops, [self.visit(node.comparators[0])])


def _needs_guard(node: ast.Compare) -> bool:
    """Whether a text would compare as something: a spreadsheet holds texts for larger than any number."""
    if any(map(is_text, ast.walk(node))):
        return False
    return not (isinstance(node.ops[0], ast.Eq) and _cannot_fail(node))


def _always_comes_out(condition: ast.expr) -> bool:
    return isinstance(condition, (ast.Compare, ast.Constant)) or function_of(condition) in _CONDITIONS


def _cannot_fail(node: ast.Compare) -> bool:
    return all(name_of(side) or isinstance(side, ast.Constant) for side in (node.left, *node.comparators))
