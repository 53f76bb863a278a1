"""The tables of a worksheet: inputs and lines in CMS's order, as far as the inputs of an ACO reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aco_cli.engine.benchmark.figures import INPUTS as BENCHMARK_INPUTS
from aco_cli.engine.benchmark.lines import TABLE_1, TABLE_2
from aco_cli.engine.benchmark.sheet import TYPES
from aco_cli.engine.formulas import parse, references
from aco_cli.engine.lines import V11, Column, Input, Line, Values
from aco_cli.engine.settlement import INPUTS, LINES
from aco_cli.rules.columns import RuleColumns

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


_OF_PERFORMANCE_YEAR = tuple(each for each in BENCHMARK_INPUTS if "_py_" in each.name)
_OF_BENCHMARK_YEARS = tuple(each for each in BENCHMARK_INPUTS if "_py_" not in each.name)
BENCHMARK_TABLES = (
    Table("Figures of the benchmark years", "1", BENCHMARK, _OF_BENCHMARK_YEARS),
    Table("Table 1. Historical benchmark", "1", BENCHMARK, TABLE_1),
    Table("Figures of the performance year", "2", BENCHMARK, _OF_PERFORMANCE_YEAR),
    Table("Table 2. Updated benchmark", "2", BENCHMARK, TABLE_2),
)


def _linked(name: str, formula: str, words: str) -> Line:
    """A total of the settlement that the benchmark brings."""
    given = next(each for each in INPUTS if each.name == name)
    cite = f"{V11}, 4.3"
    return Line(name, given.label, given.unit, words, cite, given.letter, formula, "", lambda v, _r: getattr(v, name))


def _guarded(two_way: str, three_way: str) -> str:
    """The formula of the guardrail, as `engine.benchmark.guardrail` has it."""
    holds = (
        "AND(benchmark.two_way_total>benchmark.benchmark_total,"
        "(benchmark.benchmark_total-benchmark.expenditure_total)/benchmark.benchmark_total<=-msr)"
    )
    return f"IF({holds},{BENCHMARK}.{two_way},{BENCHMARK}.{three_way})"


_LINKED: Mapping[str, Step] = {
    "benchmark_total": _linked(
        "benchmark_total",
        _guarded("two_way_total", "benchmark_total"),
        "From table 2; under the guardrail the benchmark without the prospective trend.",
    ),
    "expenditure_total": _linked("expenditure_total", "benchmark.expenditure_total", "From table 2."),
}


# Lines of table 3 that repeat figures of the benchmark: name, label, unit, CMS's letter, formula if not the figure.
_REPEATED = (
    ("all_person_years_py", "Person years", "years", "B"),
    *((f"per_capita_py_{kind}", f"Per capita expenditure, {told}", "USD", "C") for kind, told in TYPES.items()),
    *((f"share_py_{kind}", f"Share of person years, {told}", "fraction", "D") for kind, told in TYPES.items()),
    ("expenditure_per_capita", "Per capita expenditure, all types", "USD", "E"),
    ("updated_benchmark", "Per capita benchmark", "USD", "F", _guarded("two_way_benchmark", "updated_benchmark")),
)


def _repeated(name: str, label: str, unit: str, letter: str, formula: str = "") -> Line:
    def compute(v: Values, _r: RuleColumns) -> Column:
        column: Column = getattr(v, name)
        return column

    words = "Of the performance year, as above."
    return Line(name, label, unit, words, f"{V11}, 4.2, 4.3", letter, formula or f"{BENCHMARK}.{name}", "", compute)


REPEATED = tuple(_repeated(*each) for each in _REPEATED)


def settlement_inputs(*, with_benchmark: bool) -> list[Step]:
    """What a settlement starts from; where the benchmark is computed, the totals and what they come from are lines."""
    if not with_benchmark:
        return list(INPUTS)
    linked = [_LINKED.get(each.name, each) for each in INPUTS]
    place = [each.name for each in INPUTS].index("benchmark_total")
    return [*linked[:place], *REPEATED, *linked[place:]]


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
        if line.name == "savings":
            yield from (waiting.pop(each.name) for each in REPEATED if each.name in waiting)
        for name in dict.fromkeys(references(parse(line.formula))):
            if name in waiting:
                yield waiting.pop(name)
        yield line
    yield from waiting.values()
