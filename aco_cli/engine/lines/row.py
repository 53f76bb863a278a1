"""One row of the law: its figures, the rules in force, and formulas walked for it alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from aco_cli.engine.lines.fold import as_constant, constant_value
from aco_cli.engine.lines.functions import FUNCTIONS, OVER_MEMBERS, Column
from aco_cli.engine.lines.law import Law
from aco_cli.engine.lines.situations import Evaluator, Situations
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.tree import COMPARISONS, Apply, Name, Node, Rule, Text, is_unknown, rewritten
from aco_cli.engine.members import AXES
from aco_cli.engine.outcome import CODES
from aco_cli.rules.book import Situation
from aco_cli.rules.parameters import Entry, Program, values_by_name


def members(step: Step) -> tuple[str, ...]:
    """The members of a figure, each as the files write it; one without a name for a figure that is one alone."""
    return tuple(AXES[step.axis]) if step.axis else ("",)


def plain_tree(law: Law, step: Step, member: str = "") -> Node:
    """The formula of a line for one member, in the functions of spreadsheets alone."""

    def of(tree: Node, member: str) -> Node:
        def write(node: Node) -> Node | None:
            match node:
                case Name(name=name) if law.named[name].axis:
                    return Name(name, member)
                case Apply(function=function, arguments=arguments) if plain := FUNCTIONS[function].plain:
                    if function not in OVER_MEMBERS:
                        return plain(*(of(each, member) for each in arguments))
                    axis = "domain" if function == "SUM_DOMAINS" else "type"
                    each_of = [plain(*(of(each, kind) for each in arguments)) for kind in AXES[axis]]
                    return OVER_MEMBERS[function](each_of)
            return None

        return rewritten(tree, write)

    return of(step.trees["formula"], member)


@dataclass(frozen=True)
class Row:
    """A row with every figure of a table of the law."""

    law: Law
    figures: Mapping[str, Column]
    at: int
    situation: Situation
    entries: Mapping[str, Entry]

    @cached_property
    def _rules(self) -> Mapping[str, Any]:
        return values_by_name(self.entries)

    def figure(self, name: str, member: str = "") -> float:
        """An input or line by its key; NaN where it is not known."""
        if name not in self.figures:
            return 0.0 if name in self.law.named and self.law.named[name].choice else math.nan
        column = np.asarray(self.figures[name], dtype=np.float64)
        if member:
            column = column[list(AXES[self.law.named[name].axis]).index(member)] if column.ndim else column
        return float(column[..., self.at] if column.ndim else column)

    def constant(self, node: Node) -> Node:
        """A rule as the value it has."""
        return as_constant(self._rules.get(node.name)) if isinstance(node, Rule) else node

    def value(self, node: Node) -> Any:
        """What a formula comes to; of an IF only the branch taken is looked at."""
        match node:
            case Name(name=name, member=member):
                return self.figure(name, member)
            case Apply(function="IF", arguments=(test, yes, no)):
                holds = self.value(test)
                return math.nan if math.isnan(holds) else self.value(yes if holds else no)
            case Apply(function="ISNUMBER", arguments=(Rule() as rule,)):  # a list is known as a whole
                return float(not is_unknown(self.constant(rule)))
            case Apply(function=function, arguments=arguments):
                return self._applied(function, [self.value(each) for each in arguments])
        found = self.constant(node)
        return found.value if isinstance(found, Text) else constant_value(found)

    def _applied(self, function: str, values: list[Any]) -> float:
        if function in COMPARISONS and any(isinstance(each, float) and math.isnan(each) for each in values):
            return 0.0  # of a text too
        if any(isinstance(each, float) for each in values):  # an outcome is the code of its text
            values = [CODES[each] if isinstance(each, str) else each for each in values]
        with np.errstate(all="ignore"):
            return float(FUNCTIONS[function].compute(*values))

    def is_given(self, step: Step, number: float) -> bool:
        """Whether a figure is known; of a choice, whether it is made."""
        return not math.isnan(number) and bool(number or not step.choice)

    def authority(self, step: Step, program: Program) -> tuple[str, str]:
        """Citation and status of a line: of the rule value it takes, of its program's procedure, or its own.

        What a folder of rules or a scenario says is given, as what a roster says is.
        """
        if step.is_outside and step.cite:
            return step.cite, "given"
        if step.rule:
            entry = self.entries.get(step.rule)
            return (entry.cite, str(entry.status)) if entry else ("not part of this track and year", "")
        return program.cite or step.cite, str(program.status)


def evaluated(law: Law, situations: Situations, figures: Mapping[str, Column]) -> list[Row]:
    """Every row of some situations with all figures of a table, given or computed."""
    rows, wanted = len(situations.codes), tuple(each.key for each in law.order)
    evaluator = Evaluator(lambda _: (law,), situations, figures, lambda _: wanted)
    axes = {key: law.known[key.partition(":")[0]].axis for key in wanted}
    found = {key: np.full((len(AXES[axis]), rows) if axis else rows, np.nan) for key, axis in axes.items()}
    for _, part, computed in evaluator.blocks(rows, rows):
        for key in wanted:
            found[key][..., part] = computed[key]
    everything = {**figures, **found}
    entries = [situations.book.in_force(each) for each in situations.found]
    return [
        Row(law, everything, at, situations.found[code], entries[code])
        for at, code in enumerate(situations.codes.tolist())
    ]
