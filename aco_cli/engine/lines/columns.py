"""Formulas computed over whole columns."""

from collections.abc import Mapping

import numpy as np

from aco_cli.engine.lines.fold import Folded
from aco_cli.engine.lines.functions import FUNCTIONS, Column
from aco_cli.engine.lines.tree import Apply, Listed, Name, Node, Number, Text


def compute(folded: Folded, figures: Mapping[str, Column], words: Mapping[str, Column]) -> dict[str, Column]:
    """The figures given and those computed, by key, unrounded; `words` are the codes that stand for texts."""
    found, held = dict(figures), dict[int, Column]()

    def of(node: Node) -> Column:
        if not isinstance(node, Apply):
            return _leaf(node, found, words)
        if id(node) in held:
            return held[id(node)]
        column = FUNCTIONS[node.function].compute(*map(of, node.arguments))
        if id(node) in folded.shared:  # a part that stands in several formulas is computed once
            held[id(node)] = column
        return column

    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        for formula in folded.order:
            found[formula.key] = of(formula.tree)
    return found


def _leaf(node: Node, figures: Mapping[str, Column], words: Mapping[str, Column]) -> Column:
    match node:
        case Name(name=name):
            return figures[name]
        case Number(value=value):
            return value
        case Text(value=text):
            return words[text]
        case Listed(values=values):
            return np.array(values)
    raise TypeError(f"no column can be made of {node}")
