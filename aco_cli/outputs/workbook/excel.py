"""Formulas of lines as formulas of a spreadsheet, over the cells in which figures and rule values stand.

A figure that is not known is a text (`NOTHING`) in its cell: sums and products with it fail, which the formula catches
and hands on as the same text. Comparisons, MIN and MAX of a spreadsheet do not fail on texts, so these are guarded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeGuard

from aco_cli.engine.lines.functions import corridor_sum
from aco_cli.engine.lines.text import plainly, written
from aco_cli.engine.lines.tree import COMPARISONS, FALSE, Apply, Name, Node, Number, Rule, Text, reduced, walk

NOTHING = "\N{EN DASH}"
_CONDITIONS = {*COMPARISONS, "AND", "OR", "NOT", "ISNUMBER"}
_FAILS = Text(NOTHING)


@dataclass(frozen=True)
class Cells:
    """Where a figure or rule value stands: one cell, or a range of so many rows for a list."""

    address: str
    rows: int = 0

    @property
    def is_list(self) -> bool:
        """Whether it is a range, if only of one row."""
        return self.rows > 0


# Where the figure or rule value of a node stands; None for a rule value that does not apply.
Places = Callable[[Name | Rule], Cells | None]


def excel_formula(tree: Node, unit: str, places: Places) -> str:
    """The formula for a cell, with `=`: conditions come out as 1 and 0, what is not known as `NOTHING`."""
    left = reduced(tree, partial(_decide, places))
    formula = _Excel(places).of(left)
    if unit == "condition":
        formula = _call("N", formula)
    always_comes_out = isinstance(left, Number) or (isinstance(left, Apply) and left.function in _CONDITIONS)
    if not (unit == "condition" and always_comes_out):
        formula = _call("IFERROR", formula, _FAILS)
    return f"={written(formula, plainly)}"


def _call(function: str, *arguments: Node) -> Apply:
    return Apply(function, arguments)


def _decide(places: Places, node: Node) -> Node | None:
    """A rule that does not apply is no number and compares with nothing."""
    if isinstance(node, Apply) and (node.function in COMPARISONS or node.function == "ISNUMBER"):
        absent = any(places(each) is None for each in walk(node) if isinstance(each, Rule))
        return FALSE if absent else None
    return None


@dataclass(frozen=True)
class _Excel:
    """A formula over cells: names stand for addresses."""

    places: Places

    def of(self, node: Node) -> Node:
        if isinstance(node, Name | Rule):
            return self._cell(node)
        if isinstance(node, Apply):
            return self._guarded([node], []) if _compares(node) else self._applied(node)
        return node

    def _applied(self, node: Apply) -> Node:
        arguments = node.arguments
        match node.function:
            case "AND":
                compared = [each for each in arguments if _compares(each)]
                return self._guarded(compared, [self.of(each) for each in arguments if not _compares(each)])
            case "NTH":
                return self._nth(*arguments)
            case "CORRIDORS":
                amount, base, lower, share = arguments
                cells = self.places(lower) if isinstance(lower, Rule) else None
                count = max(cells.rows, 1) if cells else 0
                return self.of(corridor_sum(amount, base, lower, share, count)) if count else _call("NA")
            case "MIN" | "MAX":  # of texts in cells they would take no notice
                return _call(node.function, *map(self._summed, arguments))
            case "IFERROR":
                return _call("IFERROR", self._summed(arguments[0]), self.of(arguments[1]))
        return _call(node.function, *map(self.of, arguments))

    def _cell(self, node: Name | Rule) -> Node:
        cells = self.places(node)
        return _call("NA") if cells is None else Name(cells.address)

    def _summed(self, node: Node) -> Node:
        """As a sum with zero, if it may be no more than a cell: where that holds a text, the sum fails."""
        may_be_text = isinstance(node, Name | Rule) or (isinstance(node, Apply) and node.function == "IF")
        return Apply("+", (Number(0.0), self.of(node))) if may_be_text else self.of(node)

    def _nth(self, values: Node, place: Node) -> Node:
        cells = self.places(values) if isinstance(values, Name | Rule) else None
        if cells is None or not cells.is_list:
            return self.of(values)
        many = Name(cells.address)
        least = _call("MIN", _call("ROWS", many), self._summed(place))
        return _call("INDEX", many, _call("MAX", Number(1.0), least))

    def _guarded(self, compared: list[Apply], others: list[Node]) -> Node:
        """Comparisons that hold only where all that is compared is known, and other conditions."""
        named = dict.fromkeys(
            leaf for each in compared if _needs_guard(each) for leaf in walk(each) if isinstance(leaf, Name | Rule)
        )
        cells = [found for leaf in named if (found := self.places(leaf)) and not found.is_list]
        conditions = [*others, *(_call(each.function, *map(self.of, each.arguments)) for each in compared)]
        decided = conditions[0] if len(conditions) == 1 else _call("AND", *conditions)
        if not cells:
            return decided
        counted = _call("COUNT", *(Name(each.address) for each in cells))
        known = Apply("=", (counted, Number(float(len(cells)))))
        if all(map(_cannot_fail, compared)):
            return _call("AND", known, *conditions)
        return _call("IF", known, decided, Name("FALSE"))


def _compares(node: Node) -> TypeGuard[Apply]:
    return isinstance(node, Apply) and node.function in COMPARISONS


def _needs_guard(node: Apply) -> bool:
    """Whether a text would compare as something: a spreadsheet holds texts for larger than any number."""
    if any(isinstance(each, Text) for each in walk(node)):
        return False
    return not (node.function == "=" and _cannot_fail(node))


def _cannot_fail(node: Apply) -> bool:
    return not any(isinstance(each, Apply) for each in node.arguments)
