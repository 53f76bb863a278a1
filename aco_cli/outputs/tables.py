"""The tables of a worksheet: inputs and lines in CMS's order, as far as the inputs of an ACO reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aco_cli.engine.benchmark.figures import INPUTS as BENCHMARK_INPUTS
from aco_cli.engine.benchmark.lines import TABLE_1, TABLE_2
from aco_cli.engine.formulas import parse, references
from aco_cli.engine.lines import V11, Input, Line
from aco_cli.engine.settlement import INPUTS, LINES

Step = Input | Line

# Whose names a formula uses; those of the benchmark stand in formulas of the settlement as `benchmark.adjusted`.
SETTLEMENT, BENCHMARK = "settlement", "benchmark"


@dataclass(frozen=True)
class Table:
    """A part of the worksheet; `number` is CMS's, and `space` says which names its formulas use."""

    heading: str
    number: str
    space: str
    steps: Sequence[Step]


BENCHMARK_TABLES = (
    Table("Figures of the benchmark years and the performance year", "1", BENCHMARK, BENCHMARK_INPUTS),
    Table("Table 1. Historical benchmark", "1", BENCHMARK, TABLE_1),
    Table("Table 2. Updated benchmark", "2", BENCHMARK, TABLE_2),
)


def _linked(name: str, formula: str, words: str) -> Line:
    """A total of the settlement that the benchmark brings."""
    given = next(each for each in INPUTS if each.name == name)
    cite = f"{V11}, 4.3"
    return Line(name, given.label, given.unit, words, cite, given.letter, formula, "", lambda v, _r: getattr(v, name))


_LINKED: Mapping[str, Step] = {
    "benchmark_total": _linked(
        "benchmark_total",
        "IF(AND(benchmark.two_way_total>benchmark.benchmark_total,(benchmark.benchmark_total-"
        "benchmark.expenditure_total)/benchmark.benchmark_total<=-msr),benchmark.two_way_total,benchmark.benchmark_total)",
        "From table 2; under the guardrail the benchmark without the prospective trend.",
    ),
    "expenditure_total": _linked("expenditure_total", "benchmark.expenditure_total", "From table 2."),
}


def settlement_inputs(*, with_benchmark: bool) -> list[Step]:
    """What a settlement starts from; the totals are lines where the benchmark is computed."""
    return [_LINKED.get(each.name, each) if with_benchmark else each for each in INPUTS]


def tables(*, with_benchmark: bool) -> list[Table]:
    """The tables of a settlement, behind those of its benchmark where that is computed."""
    inputs = settlement_inputs(with_benchmark=with_benchmark)
    lettered = [each for each in inputs if each.letter]
    settlement = [
        Table("Elections and circumstances", "3", SETTLEMENT, [each for each in inputs if not each.letter]),
        Table("Table 3. Shared savings and losses", "3", SETTLEMENT, list(_placed(lettered, LINES))),
    ]
    if not with_benchmark:
        return settlement
    return [*BENCHMARK_TABLES, *settlement]


def _placed(inputs: Sequence[Step], lines: Sequence[Line]) -> Iterator[Step]:
    """The lines in order, each input before the first that names it."""
    waiting = {each.name: each for each in inputs}
    for line in lines:
        for name in dict.fromkeys(references(parse(line.formula))):
            if name in waiting:
                yield waiting.pop(name)
        yield line
    yield from waiting.values()
