"""What the settlement of a track goes by: the inputs that are left of the law under its rules."""

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.situations import folded
from aco_cli.engine.lines.step import Step
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import values_by_name

WANTED = ("outcome", "settlement", "net_payment")


def needed_inputs(book: RuleBook, situation: Situation) -> list[Step]:
    """The inputs that can change a settlement of a program, track and year, in the order of the law.

    Those that override rules are left out. Raises RulesError for a situation without rules.
    """
    book.check(situation)
    law = law_of(book, situation.program)
    inputs = [step for step in law.inputs if not step.override]
    left = folded(
        (law,), WANTED, values_by_name(book.in_force(situation)), frozenset(step.key for step in inputs)
    ).inputs
    return [step for step in inputs if step.key in left]
