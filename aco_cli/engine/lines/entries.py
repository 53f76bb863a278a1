"""Lines of one row as people read them: value, formula with the numbers put in, citation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from aco_cli.engine.lines.applies import applying
from aco_cli.engine.lines.row import Row, members, plain_tree
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.taken import calculation, reached
from aco_cli.engine.lines.text import bracketed, plainly, show, show_rule, written
from aco_cli.engine.lines.tree import (
    COMPARISONS,
    FALSE,
    TRUE,
    Apply,
    Name,
    Node,
    Number,
    Rule,
    Text,
    reduced,
    rewritten,
    walk,
)
from aco_cli.rules.parameters import Program

SETTLEMENT_TABLE = "3"


@dataclass(frozen=True)
class WorksheetRow:
    """A row of a worksheet: `value` in full precision, `shown` as people write it, `formula` with its numbers.

    `table` is the table of CMS's reconciliation report that the letter belongs to; `worth` is what the settlement gains
    (US dollars) where the row is about something that may yet change, NaN elsewhere. `applies` says whether the
    settlement follows from the row, and `calculation` how, without branches that are not taken.
    `is_distance`: the row is about how far it is to a threshold.
    """

    letter: str
    line: str
    label: str
    unit: str
    value: str
    shown: str
    formula: str
    citation: str
    status: str
    words: str
    table: str = ""
    worth: float = math.nan
    applies: bool = True
    calculation: str = ""
    is_distance: bool = False


def entries(steps: Sequence[Step], row: Row, program: Program, source: str) -> list[WorksheetRow]:
    """The inputs that are known, and the lines, as rows of a worksheet; `source` says where inputs come from."""
    found = []
    rests_on = applying(row)
    for step, member in ((each, one) for each in steps for one in members(each)):
        number = row.figure(step.key, member)
        shown = show(number, step.unit)
        told = (step.letter, step.named(member), step.labeled(member), step.unit)
        table = step.appendix or step.table or SETTLEMENT_TABLE
        applies = step.key in rests_on if table == SETTLEMENT_TABLE else not math.isnan(number)
        if step.is_line:
            value = shown if step.unit == "outcome" else _plain(number)
            tree = plain_tree(row.law, step, member)
            entry = WorksheetRow(
                *(*told, value, shown, with_numbers(tree, row), *row.authority(step, program), step.words, table),
                applies=applies,
                calculation=calculation(row, tree),
            )
            found.append(entry)
        elif row.is_given(step, number):
            given = (_plain(number), shown, "", source, "given", "", table)
            found.append(WorksheetRow(*told, *given, applies=applies, calculation="given"))
    return found


def _plain(number: float) -> str:
    return "" if math.isnan(number) else repr(number).removesuffix(".0")


def with_numbers(tree: Node, row: Row) -> str:
    """A formula with its numbers, of its branches those that decide; nothing where only a figure is left of it."""
    rest = reduced(tree, partial(_decide, row))
    if not isinstance(rest, Apply) or rest.function == "NA":
        return ""
    shown = rewritten(rest, partial(_shown, row))
    return written(shown, lambda leaf: leaf.value if isinstance(leaf, Text) else plainly(leaf))


def _shown(row: Row, node: Node) -> Node | None:
    """Names replaced by their values as people write them, negative ones in brackets."""
    match node:
        case Name(name=name, member=member):
            return Text(_bracketed(show(row.figure(name, member), row.law.named[name].unit)))
        case Rule():
            return Text(_bracketed(show_rule(row.constant(node))))
        case Apply(function=function, arguments=(left, right)) if function in COMPARISONS and right == TRUE:
            if isinstance(left, Rule):  # may be unknown, and yes is asked for
                return Text(_bracketed(show_rule(row.constant(left), "condition")))
            if isinstance(left, Name) and row.law.named[left.name].unit == "condition":
                return _shown(row, left)
    return None


def _bracketed(text: str) -> str:
    return "unknown" if text == "-" else bracketed(text)


def _decide(row: Row, node: Node) -> Node | None:
    """What a reader need not see: whether a figure is given, which kind of rule it is, and where nothing is known."""
    match node:
        case Apply(function=function) if function in COMPARISONS:
            has_text = any(isinstance(each, Text) for each in walk(node))
            return (TRUE if row.value(node) else FALSE) if has_text else None
        case Apply(function="IF", arguments=(test, yes, no)):
            taken = bool(row.value(test))
            chosen, other = (yes, no) if taken else (no, yes)
            final = isinstance(chosen, Text) or _is_na(chosen)
            return (TRUE if taken else FALSE) if final or _says_nothing(row, other, test) else None
        case Apply(function="IFERROR", arguments=(value, _)):
            return FALSE if math.isnan(row.value(value)) else TRUE
        case Apply(function="ISNUMBER"):
            return TRUE if row.value(node) else FALSE
        case Apply(function="CORRIDORS"):
            return reached(row, node)
    return None


def _is_na(node: Node) -> bool:
    return isinstance(node, Apply) and node.function == "NA"


def _says_nothing(row: Row, branch: Node, test: Node) -> bool:
    """A branch not taken that is unknown or only passes on that something is, or is for a share of all or nothing."""
    if isinstance(branch, Name | Rule) and (branch in walk(test) or row.value(branch) != row.value(branch)):  # NaN
        return True
    match test:
        case Apply(function="=", arguments=(Name(name=name), Number(value=0 | 1))):
            # A share may be asked for being all or nothing, which the sum with it need not be.
            return _is_na(branch) or row.law.named[name].unit == "fraction"
    return _is_na(branch)
