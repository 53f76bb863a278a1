"""The text form: formulas and values as people write them."""

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np

from aco_cli.engine.lines.tree import COMPARISONS, Apply, Listed, Name, Node, Number, Rule, Text
from aco_cli.engine.outcome import OUTCOMES

Leaf = Callable[[Node], str]
MOST_LISTED = 5
_BINDING = {**dict.fromkeys(COMPARISONS, 0), "+": 1, "-": 1, "*": 2, "/": 2}
_UNARY, _LOOSE = 3, 0
_SIGNS = {"*": "x"}
# Of any float, with cents.
_ALL_DIGITS = Context(prec=320)


def _dollars(number: float) -> str:
    """Half away from zero, of the decimal that the float prints as."""
    cents = Decimal(repr(abs(number))).quantize(Decimal("0.01"), ROUND_HALF_UP, _ALL_DIGITS)
    return f"{'-' if number < 0 and cents else ''}${cents:,.2f}"


_WRITTEN: Mapping[str, Callable[[float], str]] = {
    "USD": _dollars,
    "USD per capita": _dollars,
    "fraction": lambda number: f"{100 * number:.6f}".rstrip("0").rstrip(".") + "%",
    "condition": lambda number: "yes" if number else "no",
    "outcome": lambda number: OUTCOMES[int(number)],
    "year": lambda number: f"{number:.0f}",
}


def show(number: float, unit: str) -> str:
    """A value as people write it: dollars and cents, percent, whole numbers, yes or no; a dash where unknown."""
    if math.isnan(number):
        return "-"
    return _WRITTEN[unit](number) if unit in _WRITTEN else f"{number:,.12g}"


def bracketed(text: str) -> str:
    """A value to stand in a formula: a negative one in brackets."""
    return f"({text})" if text.startswith("-") and text != "-" else text


def show_rule(value: Node, unit: str = "") -> str:
    """A rule value as people write it: a number up to 1 is a share; of a long list the ends."""
    match value:
        case Text(value=text):
            return text
        case Listed(values=values):
            few = [show_rule(Number(each)) for each in values]
            return f"{{{', '.join(few if len(few) <= MOST_LISTED else [few[0], '...', few[-1]])}}}"
        case Number(value=number):
            return show(number, unit or ("fraction" if abs(number) <= 1 else "number"))
    raise TypeError(f"{value} is no rule value")


def plainly(leaf: Node) -> str:
    """A leaf as it stands in a rule file."""
    match leaf:
        case Number(value=value):
            return np.format_float_positional(value, trim="-")
        case Text(value=text):
            return f'"{text}"'
        case Rule(name=name):
            return f"rules.{name}"
        case Name(name=name):
            return name
    raise TypeError(f"{leaf} does not stand in formulas")


def written(node: Node, leaf: Leaf = plainly, least: int = 0) -> str:
    """The text of a formula; `leaf` writes numbers, texts and names, and brackets stand below a binding of `least`."""
    if not isinstance(node, Apply):
        return leaf(node)
    binding = _UNARY if node.function == "NEGATIVE" else _BINDING.get(node.function)
    if binding is None:
        return f"{node.function}({', '.join(written(each, leaf) for each in node.arguments)})"
    if binding == _UNARY:
        text = f"-{written(node.arguments[0], leaf, _UNARY)}"
    else:
        left, right = node.arguments
        above = binding + 1 if binding == _LOOSE else binding
        sign = node.function if leaf is plainly else _SIGNS.get(node.function, node.function)
        text = f"{written(left, leaf, above)} {sign} {written(right, leaf, binding + 1)}"
    return f"({text})" if binding < least else text
