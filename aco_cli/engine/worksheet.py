"""The worksheet of one settlement: every input and line with its value, formula with numbers put in, and citation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from aco_cli.engine.benchmark.compute import benchmark_rows
from aco_cli.engine.distances import distances
from aco_cli.engine.language.step import Step
from aco_cli.engine.language.text import plainly, show, show_rule, written
from aco_cli.engine.language.tree import (
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
from aco_cli.engine.law import law_of
from aco_cli.engine.row import Row, members, plain_tree
from aco_cli.engine.settle import settled_rows
from aco_cli.rules.book import RuleBook
from aco_cli.rules.parameters import Program

SETTLEMENT_TABLE = "3"
Evidence = tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Entry:
    """A row of a worksheet: `value` in full precision, `shown` as people write it, `formula` with its numbers.

    `table` is the table of CMS's reconciliation report that the letter belongs to; `worth` is what the settlement gains
    (US dollars) where the row is about something that may yet change, NaN elsewhere.
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


def sheet_rows(frame: pd.DataFrame, book: RuleBook, evidence: Evidence | None = None) -> list[tuple[Row | None, Row]]:
    """Every roster row's settlement, and its benchmark where `evidence` (expenditures, national figures) has it."""
    if evidence is None:
        return [(None, row) for row in settled_rows(frame, book)]
    above = benchmark_rows(frame, *evidence, book)
    known = [at for at, each in enumerate(above) if each]
    rest = [at for at, each in enumerate(above) if not each]
    figures = next((each.figures for each in above if each), {})
    more = {f"benchmark.{key}": column for key, column in figures.items()}
    settled = {
        **dict(zip(known, settled_rows(frame.iloc[known], book, "settlement_from_benchmark", more), strict=True)),
        **dict(zip(rest, settled_rows(frame.iloc[rest], book), strict=True)),
    }
    return [(each, settled[at]) for at, each in enumerate(above)]


def worksheet(frame: pd.DataFrame, book: RuleBook, evidence: Evidence | None = None) -> list[Entry]:
    """The worksheet of a frame of one roster row: what is known of it, then every line in the order of the law."""
    (above, row), *_ = sheet_rows(frame, book, evidence)
    program = book.programs[row.situation.program]
    found: list[Entry] = []
    if above is not None:
        for table in ("1", "2"):
            steps = [step for step in above.law.steps if step.table == table]
            ordered = [*(each for each in steps if each.given), *(each for each in steps if each.is_line)]
            found += _entries(ordered, above, book.programs[above.situation.program], "files")
    return [*found, *_entries(row.law.steps, row, program, "roster")]


def _entries(steps: Sequence[Step], row: Row, program: Program, source: str) -> Iterator[Entry]:
    """The inputs that are known, and the lines, as rows of a worksheet."""
    for step in steps:
        for member in members(step):
            number = row.figure(step.key, member)
            shown = show(number, step.unit)
            told = (step.letter, step.named(member), step.labeled(member), step.unit)
            table = step.appendix or step.table or SETTLEMENT_TABLE
            if step.is_line:
                value = shown if step.unit == "outcome" else _plain(number)
                formula = with_numbers(plain_tree(row.law, step, member), row)
                yield Entry(*told, value, shown, formula, *row.authority(step, program), step.words, table)
            elif row.is_given(step, number):
                yield Entry(*told, _plain(number), shown, "", source, "given", "", table)


def _plain(number: float) -> str:
    return "" if math.isnan(number) else repr(number).removesuffix(".0")


def with_numbers(tree: Node, row: Row) -> str:
    """A formula with its numbers, of its branches those that decide; nothing where only a figure is left of it."""
    rest = reduced(tree, partial(_decide, row))
    if not isinstance(rest, Apply) or rest.function == "NA":
        return ""
    return written(rewritten(rest, partial(_shown, row)), _text)


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
    if text == "-":
        return "unknown"
    return f"({text})" if text.startswith("-") else text


def _text(leaf: Node) -> str:
    return leaf.value if isinstance(leaf, Text) else plainly(leaf)


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
            settled = final or _is_unknown(row, other) or _says_nothing(row, other, test)
            return (TRUE if taken else FALSE) if settled else None
        case Apply(function="IFERROR", arguments=(value, _)):
            return FALSE if math.isnan(row.value(value)) else TRUE
        case Apply(function="ISNUMBER"):
            return TRUE if row.value(node) else FALSE
    return None


def _is_na(node: Node) -> bool:
    return isinstance(node, Apply) and node.function == "NA"


def _is_unknown(row: Row, branch: Node) -> bool:
    return isinstance(branch, Name | Rule) and row.value(branch) != row.value(branch)  # NaN


def _says_nothing(row: Row, branch: Node, test: Node) -> bool:
    """A branch not taken that only passes on that something is unknown, or is for a share of all or nothing."""
    passes_on = isinstance(branch, Name | Rule) and branch in walk(test)
    return _is_na(branch) or passes_on or _is_edge(row, test)


def _is_edge(row: Row, test: Node) -> bool:
    """Whether a share is asked for being all or nothing, which the sum with it need not be."""
    match test:
        case Apply(function="=", arguments=(Name(name=name), Number(value=0 | 1))):
            return row.law.named[name].unit == "fraction"
    return False


def distance_entries(frame: pd.DataFrame, book: RuleBook) -> Iterator[Entry]:
    """The distances of a frame of one roster row to its thresholds, each with what it is worth to cross it.

    That stands in the formula too: of a worksheet on a narrow terminal it is what is still shown.
    """
    law = law_of(book, frame["program"].iloc[0], "distances")
    for line, by, figure, there, worth in distances(frame, book).drop(columns="row").itertuples(index=False):
        step = law[line]
        is_behind = there == 0 if step.unit == "condition" else by <= 0
        told = _told(figure, worth)
        yield Entry(
            letter="",
            line=line,
            label=step.reached if is_behind else step.label,
            unit=step.unit,
            value="" if math.isnan(by) else repr(abs(float(by))),
            shown=_distance(abs(by), step.unit, is_behind),
            formula=f"settled again with {figure} {show(there, _UNITS.get(figure, 'fraction'))}: {told}",
            citation=step.cite,
            status="",
            words=f"{told}.",
            table=SETTLEMENT_TABLE,
            worth=worth,
        )


_UNITS = {"expenditure_total": "USD", "quality_standard_met": "condition"}


def _distance(distance: float, unit: str, is_behind: bool) -> str:
    if unit == "condition":  # there is no way to it that could be measured, only a side to be on
        return "met" if is_behind else "not met"
    if unit == "USD":
        return show(distance, unit)
    points = f"{distance:.6f}".rstrip("0").rstrip(".")
    return f"{points} point" if points == "1" else f"{points} points"


def _told(figure: str, worth: float) -> str:
    if math.isnan(worth):
        return "what that is worth is not known"
    dollars = show(abs(worth), "USD")
    if figure in ("payment_limit", "loss_limit"):
        return f"the limit {'takes' if figure == 'payment_limit' else 'saves'} {dollars}"
    if dollars == show(0, "USD"):
        return "crossing it changes nothing"
    return f"crossing it {'brings' if worth > 0 else 'costs'} {dollars}"
