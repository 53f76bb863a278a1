"""The tables of a worksheet: steps in CMS's order, as far as the inputs of an ACO reach."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aco_cli.engine.benchmark.compute import PROGRAM
from aco_cli.engine.lines.law import Law, law_of
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.tree import names
from aco_cli.rules.book import RuleBook

# Whose names a formula uses; those of the benchmark stand in formulas of the settlement as `benchmark.adjusted`.
SETTLEMENT, BENCHMARK = "settlement", "benchmark"


@dataclass(frozen=True)
class SheetTable:
    """A part of the worksheet; `space` says which names its formulas use, of the steps of `law`."""

    heading: str
    space: str
    law: Law
    steps: Sequence[Step]


def tables(book: RuleBook, program: str = PROGRAM, *, with_benchmark: bool) -> list[SheetTable]:
    """The tables of a settlement, behind those of its benchmark where that is computed."""
    law = law_of(book, program, "settlement_from_benchmark" if with_benchmark else "settlement")
    lines = {step.key for step in law_of(book, program).lines}
    above = [step for step in law.steps if step.key not in lines]
    placed = [step for step in above if step.letter or step.is_line]
    elections = [step for step in above if step not in placed]
    order = list(_placed(placed, [step for step in law.steps if step.key in lines]))
    settlement = [
        SheetTable("Elections and circumstances", SETTLEMENT, law, elections),
        SheetTable("Table 3. Shared savings and losses", SETTLEMENT, law, order),
    ]
    return [*_benchmark_tables(book), *settlement] if with_benchmark else settlement


def _benchmark_tables(book: RuleBook) -> Iterator[SheetTable]:
    law = law_of(book, PROGRAM, "benchmark")
    for number, period, heading in (("1", "benchmark years", "Historical"), ("2", "performance year", "Updated")):
        steps = [step for step in law.steps if step.table == number]
        given, lines = [step for step in steps if step.given], [step for step in steps if step.is_line]
        yield SheetTable(f"Figures of the {period}", BENCHMARK, law, given)
        yield SheetTable(f"Table {number}. {heading} benchmark", BENCHMARK, law, lines)


def _placed(waiting: Sequence[Step], lines: Sequence[Step]) -> Iterator[Step]:
    """The lines in order, each step that waits before the first line that names it.

    Those that no line names repeat figures of the benchmark, and stand before the first line that goes by such.
    """
    left = {step.key: step for step in waiting}
    named = {name for line in lines for name in names(line.trees["formula"])}
    for line in lines:
        due = [left[name] for name in names(line.trees["formula"]) if name in left]
        if any(step.is_line for step in due):
            yield from (left.pop(key) for key in list(left) if key not in named)
        for step in due:
            yield left.pop(step.key)
        yield line
    yield from left.values()
