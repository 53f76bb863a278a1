"""Which lines of a table apply to one row: those that its settlement follows from."""

import math
from collections.abc import Iterator, Sequence

from aco_cli.engine.lines.row import Row, members, plain_tree
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.taken import CONNECTED, NOTHING, reasons, taken
from aco_cli.engine.lines.tree import COMPARISONS, Apply, Name, Node, walk

# What a worksheet leads to, and what every reader looks for.
ENDS = ("assigned_beneficiaries", "savings_rate", "outcome", "settlement", "net_payment")


def applying(row: Row, ends: Sequence[str] = ENDS) -> frozenset[str]:
    """The figures that the settlement of a row follows from: what its formulas name on the branches taken.

    Left out are unknown ones, amounts of zero unless others come to zero in them, and conditions that do not hold for
    want of anything to compare.
    """
    found: dict[str, bool] = {}

    def applies(name: str) -> bool:
        if name in found or name not in row.law.known:
            return found.get(name, False)
        step = row.law.known[name]
        numbers = [row.figure(name, member) for member in members(step)]
        counts = step.unit != "USD" or any(numbers) or name in ends or _comes_to_zero(row, step)
        found[name] = counts and not all(map(math.isnan, numbers))
        if found[name] and "formula" in step.trees:
            trees = [plain_tree(row.law, step, member) for member in members(step)]
            below = [applies(each) for tree in trees for each in named(row, tree)]
            found[name] = any(below) if step.unit == "condition" and numbers == [0.0] else True
        return found[name]

    for end in ends:
        applies(end)
    return frozenset(name for name, holds in found.items() if holds)


def _comes_to_zero(row: Row, step: Step) -> bool:
    """Whether an amount is zero as its equal is taken from another, or another is multiplied by zero."""
    found = taken(row, plain_tree(row.law, step)) if step.is_line and not step.axis else NOTHING
    for each in walk(found):
        match each:
            case Apply(function="-", arguments=(_, right)) if row.value(right):
                return True
            case Apply(function="*", arguments=factors) if any(map(row.value, factors)):
                amounts = [one for one in factors if isinstance(one, Name) and row.law.named[one.name].unit == "USD"]
                return any(map(row.value, amounts))
    return False


def named(row: Row, node: Node) -> Iterator[str]:
    """The figures that a formula names where it matters to the row: of choices the branch taken, and what decides."""
    if isinstance(node, Name):
        yield node.name
    elif isinstance(node, Apply) and (node.function in CONNECTED or node.function in COMPARISONS):
        yield from _decisive(row, node)
    elif isinstance(node, Apply):
        if node.function == "IF" and _is_choice(row, node):
            yield from _decisive(row, node.arguments[0])
        for each in _mattering(row, node):
            yield from named(row, each)


def _is_choice(row: Row, node: Apply) -> bool:
    """Whether an IF asks for more than that something is known: else its other branch is that nothing is."""
    test, yes, no = node.arguments
    holds = row.value(test)
    return not math.isnan(holds) and (no if holds else yes) != NOTHING


def _mattering(row: Row, node: Apply) -> Sequence[Node]:
    """Of the arguments of a function those that matter."""
    values = node.arguments
    match node.function:
        case "IF":
            holds = row.value(values[0])
            return [values[0] if math.isnan(holds) else values[1] if holds else values[2]]
        case "IFERROR":
            return [values[1] if math.isnan(row.value(values[0])) else values[0]]
        case "+" | "-" | "MAX":
            return [each for each in values if row.value(each) != 0] or values
        case "*":
            return [each for each in values if row.value(each) == 0] or values
    return values


def _decisive(row: Row, test: Node) -> Iterator[str]:
    for node, _ in reasons(row, test, held=bool(row.value(test))):
        for each in node.arguments if isinstance(node, Apply) else [node]:
            yield from [each.name] if isinstance(each, Name) else named(row, each)
