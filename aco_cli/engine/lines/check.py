"""Whether a step of the law is sound: names, their order, units, conditions, citation."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aco_cli.engine.lines.functions import FUNCTIONS
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.text import written
from aco_cli.engine.lines.tree import COMPARISONS, Apply, Listed, Name, Node, Number, Rule, Text, walk
from aco_cli.engine.lines.units import ANY, CONDITION, TEXT, UNITS, UnitError, fits
from aco_cli.nearest import did_you_mean

_CONNECTIVES = frozenset({"AND", "OR", "NOT", "ANY_TYPE"})
_GATHERS = {"SUM_TYPES": "type", "SHARE_WEIGHTED": "type", "ANY_TYPE": "type", "SUM_DOMAINS": "domain"}


def check_step(step: Step, known: Mapping[str, Step], above: Mapping[str, Step], rules: Collection[str]) -> str:
    """What is wrong with a step, in words; nothing where all is well. `above` are the steps that stand before it."""
    if problem := _declaration(step):
        return problem
    for part, tree in step.trees.items():
        problem = _names(step, tree, known, above, rules) or _conditions(tree, known)
        if problem:
            return problem
        try:
            unit = _unit(tree, known)
        except UnitError as error:
            return f"{error}, in {part} {written(tree)}"
        wanted = CONDITION if part == "when" else step.unit
        if part != "to" and not fits(unit, wanted):
            return f"its unit is {wanted}, but {written(tree)} gives {unit}"
    return ""


def _declaration(step: Step) -> str:
    if step.text or step.parameter:
        return "" if "when" in step.trees else "a note says when it stands"
    if not step.label:
        return "a line has a label"
    if step.unit not in UNITS - {ANY}:
        return f"unknown unit {step.unit!r}{did_you_mean(step.unit, UNITS)}"
    if step.given:
        return f"{step.label} is given and has no formula" if step.trees else ""
    if not step.trees:
        return "a line has a formula"
    return "" if step.cite or step.rule else "a line without citation: it names its source (cite) or its rule (rule)"


def _names(
    step: Step,
    tree: Node,
    known: Mapping[str, Step],
    above: Mapping[str, Step],
    rules: Collection[str],
) -> str:
    for node in walk(tree):
        match node:
            case Name(name=name) if name not in known:
                return f"unknown name {name}{did_you_mean(name, known)}"
            case Name(name=name) if name not in above and name not in step.later:
                return f"{name} stands below it; a line names only what stands above"
            case Rule(name=name) if (parameter := name.partition(".")[0]) not in rules:
                return f"unknown rule {parameter}{did_you_mean(parameter, rules)}"
    return _axis(step, tree, known)


def _axis(step: Step, tree: Node, known: Mapping[str, Step]) -> str:
    """Figures by type stand in lines by type, or are brought together."""
    if isinstance(tree, Name):
        own = known[tree.name].axis
        return f"{tree.name} is by {own}, which this line is not" if own and own != step.axis else ""
    if isinstance(tree, Apply) and tree.function not in _GATHERS:
        return next(filter(None, (_axis(step, each, known) for each in tree.arguments)), "")
    return ""


def _conditions(tree: Node, known: Mapping[str, Step]) -> str:
    """AND, OR and NOT connect only what is always known: unknown must not become yes or no by accident."""
    for node in walk(tree):
        if isinstance(node, Apply) and node.function in _CONNECTIVES:
            for each in node.arguments:
                if not always_known(each, known):
                    return f"{written(each)} may be unknown: in {node.function} ask for {written(each)} = 1"
    return ""


def always_known(condition: Node, known: Mapping[str, Step]) -> bool:
    """Whether a condition comes out as yes or no whatever is not known."""
    match condition:
        case Name(name=name):
            step = known[name]
            return step.choice if step.given else all(always_known(tree, known) for tree in step.trees.values())
        case Apply(function="IF", arguments=(test, yes, no)):
            return all(always_known(each, known) for each in (test, yes, no))
        case Apply(function=function):
            return function in COMPARISONS or function in _CONNECTIVES or function == "ISNUMBER"
        case Number(value=value):
            return value in (0, 1)
    return False


def _unit(node: Node, known: Mapping[str, Step]) -> str:
    match node:
        case Name(name=name):
            return known[name].unit
        case Text():
            return TEXT
        case Apply(function=function, arguments=arguments):
            return FUNCTIONS[function].unit(*(_unit(each, known) for each in arguments))
        case Number() | Rule() | Listed():
            return ANY
