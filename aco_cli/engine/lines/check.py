"""Whether a step of the law is sound: names, their order, units, conditions, citation."""

from collections.abc import Collection, Iterator, Mapping

from aco_cli.engine.lines.functions import FUNCTIONS, LISTS
from aco_cli.engine.lines.step import FIGURE, Step
from aco_cli.engine.lines.text import written
from aco_cli.engine.lines.tree import COMPARISONS, Apply, Listed, Name, Node, Number, Rule, Text, names, walk
from aco_cli.engine.lines.units import ANY, CONDITION, TEXT, UNITS, UnitError, fits
from aco_cli.engine.members import AXES
from aco_cli.engine.outcome import OUTCOMES
from aco_cli.nearest import did_you_mean

# What is put into texts of answers beside figures.
WORDS = frozenset({"aco", "year", "missing"})
_CONNECTIVES = frozenset({"AND", "OR", "NOT", "ANY_TYPE"})
_GATHERS = {"SUM_TYPES": "type", "SHARE_WEIGHTED": "type", "ANY_TYPE": "type", "SUM_DOMAINS": "domain"}


def check_step(
    step: Step, known: Mapping[str, Step], above: Mapping[str, Step], rules: Collection[str]
) -> tuple[str, str]:
    """What is wrong with a step, in words, and in which part of it; nothing where all is well.

    `above` are the steps that stand before it.
    """
    if problem := next(_declaration(step, known, rules), ""):
        return problem, ""
    for part, tree in step.trees.items():
        problem = _names(step, tree, known, above, rules) or _axis(tree, step.axis, known)
        if problem := problem or _conditions(tree, known):
            return problem, part
        try:
            unit = _unit(tree, known)
        except UnitError as error:
            return f"{error}, in {part} {written(tree)}", part
        wanted = CONDITION if part == "when" else step.unit
        if part != "to" and not fits(unit, wanted):
            return f"its unit is {wanted}, but {written(tree)} gives {unit}", part
        if problem := _words(tree):
            return problem, part
    return "", ""


def _declaration(step: Step, known: Mapping[str, Step], rules: Collection[str]) -> Iterator[str]:
    if strange := [each for each in step.by if each not in (*AXES, "period")]:
        yield f"by {strange[0]}: expected {', '.join(AXES)} or period"
    if step.rule and step.rule not in rules:
        yield f"unknown rule {step.rule}{did_you_mean(step.rule, rules)}"
    words = () if step.level else WORDS
    if missing := [name for name in FIGURE.findall(step.text) if name not in known and name not in words]:
        yield f"unknown name {missing[0]} in the text{did_you_mean(missing[0], known)}"
    if not step.text and not step.parameter:
        yield from _missing(step)
    elif "when" not in step.trees:
        yield "a note says when it stands"


def _missing(line: Step) -> Iterator[str]:
    if not line.label:
        yield "a line has a label"
    if line.unit not in UNITS - {ANY}:
        yield f"unknown unit {line.unit!r}{did_you_mean(line.unit, UNITS)}"
    if line.given and line.trees:
        yield f"{line.label} is given and has no formula"
    if line.is_line and not line.trees:
        yield "a line has a formula"
    if line.is_line and not line.cite and not line.rule:
        yield "a line without citation: it names its source (cite) or its rule (rule)"


def _names(step: Step, tree: Node, known: Mapping[str, Step], above: Mapping[str, Step], rules: Collection[str]) -> str:
    for node in walk(tree):
        match node:
            case Name(name=name) if name not in known:
                return f"unknown name {name}{did_you_mean(name, known)}"
            case Name(name=name) if name == step.key:
                return f"a circular reference: {name} -> {name}"
            case Name(name=name) if name not in above and name not in step.later:
                return f"{name} stands below it; a line names only what stands above"
            case Rule(name=name) if (parameter := name.partition(".")[0]) not in rules:
                return f"unknown rule {parameter}{did_you_mean(parameter, rules)}"
    return ""


def _axis(tree: Node, own: str, known: Mapping[str, Step]) -> str:
    """Figures by type stand in lines by type, or are brought together; rows do not mix; lists are rules, and ascend."""
    if isinstance(tree, Name):
        axis = known[tree.name].axis
        return f"{tree.name} is by {axis}, which this line is not" if axis not in ("", own) else ""
    if not isinstance(tree, Apply):
        return ""
    gathered = _GATHERS.get(tree.function)
    if gathered and all(known[name].axis != gathered for name in names(tree)):
        return f"{tree.function} brings together a figure by {gathered}, found {written(tree)}"
    lists = [tree.arguments[place] for place in LISTS.get(tree.function, ())]
    if others := [each for each in lists if not isinstance(each, Rule)]:
        return f"{tree.function} takes a list of the rules, found {written(others[0])}"
    if tree.function == "MATCH" and tree.arguments[2] != Number(1.0):
        return f"MATCH ends with 1: lists of the rules ascend, found {written(tree.arguments[2])}"
    return next(filter(None, (_axis(each, gathered or own, known) for each in tree.arguments)), "")


def _words(tree: Node) -> str:
    """Texts are those that a rule is compared with, or outcomes."""
    match tree:
        case Text(value=text) if text not in OUTCOMES:
            return f"unknown outcome {text!r}{did_you_mean(text, OUTCOMES)}"
        case Apply(function=function, arguments=arguments):
            if function in COMPARISONS and any(isinstance(each, Rule) for each in arguments):
                return ""
            return next(filter(None, (_words(each) for each in arguments)), "")
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
