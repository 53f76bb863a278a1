"""Mutants: the package with one place changed, in a formula of the law, a number of the rules, or the code.

A test that is worth its time notices them (`make mutants`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SWAPS = {
    **{"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "="},
    **{"MIN": "MAX", "MAX": "MIN", "AND": "OR", "OR": "AND", "NOT": "", "ROUND": "", "FLOOR": "CEILING"},
}
TOKEN = re.compile(r'"[^"]*"|[A-Za-z_][\w.]*|\d+\.?\d*|<=|>=|<>|[-+*/<>=]')
# Keys of rule files below which numbers are no values: years, and what is only shown.
NOT_VALUES = {"years", "cite", "note", "label", "unit", "tracks", "verified_through", "status"}
# Keys of law files that hold a formula.
FORMULAS = {"formula", "when", "to"}
NUMBERS = (":int", ":float")
OPERATORS: dict[type, type] = {
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult},
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
    **{ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In},
}


@dataclass(frozen=True)
class Mutant:
    """A file of the package, and the text in place of that between two places of it."""

    file: str
    start: int
    end: int
    text: str
    line: int
    before: str
    within: str

    def __str__(self) -> str:
        """E.g. `aco_cli/law/mssp/settlement.yaml:285: savings >= 0 -> savings > 0`."""
        return f"{self.file}:{self.line}: {self.before} -> {self.text or 'nothing'}"

    @property
    def named(self) -> tuple[str, str, str]:
        """Its file, the text of its line and the change, which stay when lines are put in above it."""
        return self.file, self.within, f"{self.before} -> {self.text or 'nothing'}"

    def applied(self, source: str) -> str:
        """The file with the change."""
        return source[: self.start] + self.text + source[self.end :]


def mutants(root: Path, kind: str) -> list[Mutant]:
    """All of a kind (`law`, `rules` or `code`), in order of files and places."""
    folders, suffix, make = KINDS[kind]
    files = [path for folder in folders for path in sorted((root / folder).rglob(f"*{suffix}"))]
    return [
        Mutant(str(path.relative_to(root)), start, end, text, line, source[start:end], lines[line - 1].strip())
        for path in files
        for source in [path.read_text("utf-8")]
        for lines in [source.split("\n")]
        for start, end, text in make(source)
        for line in [source.count("\n", 0, start) + 1]
    ]


Change = tuple[int, int, str]


def in_law(source: str) -> Iterator[Change]:
    """Each operator, comparison, function, number, branch and name of each formula and condition, changed once."""
    scalars = list(_scalars(yaml.compose(source)))
    formulas = [(node, text) for place, node in scalars if place[-1] in FORMULAS for text in [node.value]]
    names = sorted({name for _, text in formulas for name in re.findall(r"\b[a-z_][a-z0-9_]{3,}\b", text)})
    for node, text in formulas:
        begin = source.index(text.split()[0], node.start_mark.index)
        end = node.end_mark.index
        for found in TOKEN.finditer(source, begin, end):
            yield from _token(found, names)
        for found in re.finditer(r"\bIF\(", source[begin:end]):
            yield from _branches(source, begin + found.end())


def _token(found: re.Match[str], names: list[str]) -> Iterator[Change]:
    word, start, end = found.group(), found.start(), found.end()
    if word in SWAPS:
        yield start, end, SWAPS[word]
    elif word[0].isdigit():
        yield start, end, _last_digit(word, 1)
    elif word in names and len(names) > 1:
        yield start, end, names[(names.index(word) + 1) % len(names)]


def _branches(source: str, start: int) -> Iterator[Change]:
    """IF(condition, yes, no) with yes and no exchanged."""
    commas, depth, at = [], 0, start
    while depth >= 0:
        commas += [at] if source[at] == "," and depth == 0 else []
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        at += 1
    if len(commas) == 2:
        first, second = commas
        yield first + 1, at - 1, f"{source[second + 1 : at - 1]},{source[first + 1 : second]}"


def in_rules(source: str) -> Iterator[Change]:
    """The last digit of each number that is a value, up and down."""
    for place, node in _scalars(yaml.compose(source)):
        if node.tag.endswith(NUMBERS) and not NOT_VALUES & set(place):
            for step in (1, -1):
                yield node.start_mark.index, node.end_mark.index, _last_digit(node.value, step)


def _scalars(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], yaml.ScalarNode]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, (*place, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _scalars(value, (*place, number))
    elif isinstance(node, yaml.ScalarNode):
        yield place, node


def _last_digit(number: str, step: int) -> str:
    """A number whose last digit is one more or less, with as many decimals: 0.02 as 0.03, 0.1 as 0.0."""
    plain = number.replace("_", "")
    decimals = len(plain.partition(".")[2])
    return f"{(round(float(plain) * 10**decimals) + step) / 10**decimals:.{decimals}f}"


def in_code(source: str) -> Iterator[Change]:
    """Each operator, comparison, number and condition of Python, changed once; types, texts and defaults stay."""
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    for node in _computing(ast.parse(source)):
        if (changed := _changed(node)) is not None:
            start, end = lines[node.lineno - 1] + node.col_offset, lines[node.end_lineno - 1] + node.end_col_offset
            if source[lines[node.lineno - 1] : end].isascii():  # else offsets, which count bytes, lead astray
                yield start, end, f"({ast.unparse(changed)})"


def _computing(node: ast.AST) -> Iterator[Any]:
    """The nodes of a module that compute something."""
    for name, child in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(node, ast.JoinedStr | ast.Assert):
            continue
        for each in child if isinstance(child, list) else [child]:
            if isinstance(each, ast.If) and ast.unparse(each.test) == "TYPE_CHECKING":
                continue
            if isinstance(each, ast.AST):
                yield each
                yield from _computing(each)


def _changed(node: Any) -> ast.expr | None:
    """The node with its operator, branches or value exchanged; None where it has none."""
    match node:
        case ast.BinOp(left, operator, right) if type(operator) in OPERATORS:
            found: ast.expr | None = ast.BinOp(left, OPERATORS[type(operator)](), right)
        case ast.BoolOp(operator, values):
            found = ast.BoolOp(OPERATORS[type(operator)](), values)
        case ast.Compare(left, [operator], comparators) if type(operator) in OPERATORS:
            found = ast.Compare(left, [OPERATORS[type(operator)]()], comparators)
        case ast.UnaryOp(ast.Not() | ast.Invert(), operand):
            found = operand
        case ast.IfExp(test, body, orelse):
            found = ast.IfExp(test, orelse, body)
        case ast.Constant(bool() as value):
            found = ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            found = ast.Constant(value + 1)
        case _:
            found = None
    return found


KINDS: dict[str, tuple[tuple[str, ...], str, Callable[[str], Iterator[Change]]]] = {
    "law": (("aco_cli/law",), ".yaml", in_law),
    "rules": (("aco_cli/rules",), ".yaml", in_rules),
    "code": (("aco_cli/engine", "aco_cli/inputs"), ".py", in_code),
}
