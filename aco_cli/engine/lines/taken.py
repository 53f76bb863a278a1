"""How a line comes out in one row: its formula without choices, only the branches taken, with the numbers put in."""

import math
from collections.abc import Iterator

from aco_cli.engine.lines.functions import added
from aco_cli.engine.lines.row import Row, plain_tree
from aco_cli.engine.lines.text import bracketed, plainly, show, show_rule, written
from aco_cli.engine.lines.tree import COMPARISONS, Apply, Name, Node, Number, Rule, Text, rewritten, walk

CONNECTED = frozenset({"AND", "OR", "NOT", "ISNUMBER"})
NOTHING = Apply("NA", ())
_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
# What is shown as the number it comes to.
_LOOKED_UP = frozenset({"INT", "NTH", "INDEX", "MATCH", "ABS"})


def taken(row: Row, node: Node) -> Node:
    """A formula without choices: the branches of IF, MIN and MAX that the row takes, without zero terms and ones."""
    if not isinstance(node, Apply) or node.function in CONNECTED or node.function == "CORRIDORS":
        return node
    if node.function in ("IF", "IFERROR", "MIN", "MAX"):
        return taken(row, _chosen(row, node))
    arguments = tuple(taken(row, each) for each in node.arguments)
    return NOTHING if NOTHING in arguments else _shortened(row, Apply(node.function, arguments))


def _chosen(row: Row, node: Apply) -> Node:
    match node:
        case Apply(function="IF", arguments=(test, yes, no)):
            holds = row.value(test)
            return NOTHING if math.isnan(holds) else yes if holds else no
        case Apply(function="IFERROR", arguments=(value, other)):
            return other if math.isnan(row.value(value)) else value
    return next((each for each in node.arguments if row.value(each) == row.value(node)), NOTHING)


def _shortened(row: Row, node: Apply) -> Node:
    """A sum without its zero, and a product of three or more without a last one of 1."""
    match node.function, node.arguments:
        case (("+" | "-"), (left, right)) if row.value(right) == 0:
            return left
        case ("+" | "-") as sign, (left, right) if row.value(left) == 0:
            return right if sign == "+" else Apply("NEGATIVE", (right,))
        case "*", (Apply(function="*") as left, right) if row.value(right) == 1:
            return left
    return node


def calculation(row: Row, node: Node) -> str:
    """How a row comes to a figure, with its numbers: the branch taken, or what decides a condition.

    The label where it is another figure, and nothing where it is a value of the rules.
    """
    found = taken(row, node)
    match found:
        case Name():
            return _origin(row, found)
        case Apply(function="NEGATIVE", arguments=(Name() as other,)):
            return f"minus {_origin(row, other)}"
        case Apply(function=function) if function in CONNECTED or function in COMPARISONS:
            told = [_compared(row, *each) for each in reasons(row, found, held=bool(row.value(found)))]
            return " and ".join(filter(None, told))
    is_computed = isinstance(found, Apply) and any(isinstance(each, Name) for each in walk(found))
    return _written(row, found) if is_computed else ""


def _origin(row: Row, figure: Name) -> str:
    """The label of a figure, or of the one that it only repeats."""
    step = row.law.named[figure.name]
    is_line = step.is_line and figure.name in row.law.known
    found = taken(row, plain_tree(row.law, step, figure.member)) if is_line else None
    return _origin(row, found) if isinstance(found, Name) else step.labeled(figure.member)


def _compared(row: Row, node: Node, held: bool) -> str:
    """A comparison of two figures as it comes out; nothing for a figure alone and for one with a constant."""
    if not isinstance(node, Apply) or any(isinstance(each, Number | Text) for each in node.arguments):
        return ""
    left, right = (_written(row, taken(row, each)) for each in node.arguments)
    return f"{left} {node.function if held else _OPPOSITE[node.function]} {right}"


def _written(row: Row, node: Node) -> str:
    def shown(each: Node) -> Node | None:
        match each:
            case Apply(function="CORRIDORS"):
                return rewritten(reached(row, each) or each.arguments[0], shown)
            case Name(name=name, member=member):
                return _amount(row.figure(name, member), row.law.named[name].unit)
            case Rule():
                return Text(bracketed(show_rule(row.constant(each))))
            case Apply(function="NEGATIVE", arguments=(Name(name=name, member=member),)):
                return _amount(-row.figure(name, member), row.law.named[name].unit)
            case Apply(function=function) if function in _LOOKED_UP:
                return _amount(row.value(each), "")
        return None

    return written(rewritten(node, shown), lambda leaf: leaf.value if isinstance(leaf, Text) else plainly(leaf))


def _amount(number: float, unit: str) -> Text:
    return Text(bracketed(show(number, unit).removesuffix(".00")))


def reached(row: Row, node: Apply) -> Node | None:
    """The corridors that an amount comes to, each with its share, all but the last with their whole width."""
    amount, base, *rules = node.arguments
    starts, shares = (getattr(row.constant(each), "values", ()) for each in rules)
    count = max(sum(row.value(base) * each < row.value(amount) for each in starts), 1)

    def at(start: float) -> Node:
        return Apply("*", (Text(show(start, "fraction")), base))

    terms: list[Node] = []
    for start, end, share in zip(starts, [*map(at, starts[1:count]), amount], shares, strict=False):
        width = Apply("-", (end, at(start))) if start else end
        terms.append(Apply("*", (Text(show(share, "fraction")), width)))
    return added(terms) if terms else None


def reasons(row: Row, node: Node, *, held: bool) -> Iterator[tuple[Node, bool]]:
    """The comparisons and figures that decide a condition, each with whether it holds.

    All of an AND that holds, and of one that does not the first that fails; of an OR the other way round. Whether a
    figure is known is no reason, nor is what compares with an unknown one.
    """
    match node:
        case Apply(function="AND" | "OR" as function, arguments=arguments):
            decisive = next((each for each in arguments if bool(row.value(each)) == held), node)
            for each in arguments if held == (function == "AND") else [decisive]:
                yield from reasons(row, each, held=held)
        case Apply(function="NOT", arguments=(other,)):
            yield from reasons(row, other, held=not held)
        case Apply(function=function) if function in COMPARISONS:
            if not any(isinstance(value, float) and math.isnan(value) for value in map(row.value, node.arguments)):
                yield node, held
        case Name():
            yield node, held
