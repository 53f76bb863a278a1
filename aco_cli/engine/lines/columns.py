"""Formulas computed over whole columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from aco_cli.engine.lines.fold import Folded
from aco_cli.engine.lines.functions import FUNCTIONS, Column
from aco_cli.engine.lines.tree import Apply, Listed, Name, Node, Number, Text


def compute(folded: Folded, figures: Mapping[str, Column], words: Mapping[str, Column]) -> dict[str, Column]:
    """The figures given and those computed, by key, unrounded; `words` are the codes that stand for texts."""
    columns = _Columns(dict(figures), words, folded.shared)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        for formula in folded.order:
            columns.figures[formula.key] = columns.of(formula.tree)
    return columns.figures


@dataclass
class _Columns:
    figures: dict[str, Column]
    words: Mapping[str, Column]
    shared: frozenset[int]
    held: dict[int, Column] = field(default_factory=dict)

    def of(self, node: Node) -> Column:
        kind = type(node)
        if kind is Name:
            return self.figures[node.name]  # type: ignore[union-attr]
        if kind is Number:
            return node.value  # type: ignore[union-attr]
        return self._applied(node) if isinstance(node, Apply) else self._constant(node)

    def _applied(self, node: Apply) -> Column:
        """What a function gives; a part that stands in several formulas is computed once."""
        place = id(node)
        if place in self.held:
            return self.held[place]
        column = FUNCTIONS[node.function].compute(*map(self.of, node.arguments))
        if place in self.shared:
            self.held[place] = column
        return column

    def _constant(self, node: Node) -> Column:
        if isinstance(node, Text):
            return self.words[node.value]
        if isinstance(node, Listed):
            return np.array(node.values)
        raise TypeError(f"no column can be made of {node}")
