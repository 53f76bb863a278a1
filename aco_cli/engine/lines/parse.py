"""From the text of a formula to its tree. The notation is that of spreadsheets, over names."""

import ast
import math
import re
from functools import cache

from aco_cli.engine.lines.functions import FUNCTIONS
from aco_cli.engine.lines.tree import Apply, Name, Node, Number, Rule, Text
from aco_cli.nearest import did_you_mean

RULES = "rules."
_OPERATORS: dict[type[ast.AST], str] = {
    **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"},
    **{ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "=", ast.NotEq: "<>"},
}
# A text, which stays as it is, or a sign that Python writes otherwise.
_SIGN = re.compile(r'"[^"]*"|(?<![<>=])=(?!=)|<>')
_PYTHON = {"=": "==", "<>": "!="}


class FormulaError(Exception):
    """A formula that is not in the language, in words."""


@cache
def parse(formula: str) -> Node:
    """The tree of a formula. Raises FormulaError for what is not in the language."""
    text = _SIGN.sub(lambda found: _PYTHON.get(found[0], found[0]), formula)
    try:
        return _node(ast.parse(" ".join(text.split()), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(f"{formula!r} is not a formula: {getattr(error, 'msg', error)}") from None


def _node(node: ast.expr) -> Node:
    found = _leaf(node) or _applied(node)
    if found is None:
        raise FormulaError(f"{ast.unparse(node)!r} is not part of the language of formulas")
    return found


def _leaf(node: ast.expr) -> Node | None:
    if name := _dotted(node):
        return Rule(name.removeprefix(RULES)) if name.startswith(RULES) else Name(name)
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return Number(float(value))
        case ast.Constant(value=str() as text):
            return Text(text)
        case ast.Subscript(value=figure, slice=ast.Name(id=period)) if name := _dotted(figure):
            return Name(f"{name}[{period}]")
    return None


def _applied(node: ast.expr) -> Node | None:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Apply("NEGATIVE", (_node(operand),))
        case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]):
            sign = _OPERATORS.get(type(op))
            return Apply(sign, (_node(left), _node(right))) if sign else None
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
            return Apply(_known(function, len(arguments)), tuple(map(_node, arguments)))
    return None


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value)):
        return f"{before}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _known(function: str, arguments: int) -> str:
    if function not in FUNCTIONS:
        raise FormulaError(f"unknown function {function}{did_you_mean(function, FUNCTIONS)}")
    least, most = FUNCTIONS[function].arity
    if not least <= arguments <= most:
        takes = f"{least}" if least == most else f"{least} or more" if most == math.inf else f"{least} to {most}"
        raise FormulaError(f"{function} takes {takes} argument{'' if most == 1 else 's'}, found {arguments}")
    return function
