"""What CMS sends during a performance year: the benchmark report, annual and quarterly expenditure reports.

A report is known by what it holds. The expenditure reports do not say whose they are; their file names do.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.layout import STLMT
from aco_cli.inputs.reports.figures import (
    Report,
    key,
    kind_of_report,
    layout_of,
    number_of,
    other_report,
    read_report,
    rows_of_text,
)
from aco_cli.inputs.sheets import open_sheets

_NAMED = re.compile(r"P\.(A\d+)\.")
_QUARTER_OF = re.compile(r"\.QEXPU\.(\d{4})Q")
_DELIVERED = re.compile(r"\.D(\d{6})\.")
_YEAR = re.compile(r"Performance Year (\d{4})")

ByType = Mapping[str, float]


@dataclass(frozen=True)
class Benchmark:
    """A delivery of the benchmark report: dollars per capita after adjustments, prospective trend factors by year."""

    file: str
    delivery: str
    aco_id: str
    aco_name: str
    performance_year: int
    track: str
    start: pd.Timestamp
    agreement_period: float
    adjusted: ByType
    spent: ByType
    trends: Mapping[str, ByType]

    @property
    def is_dated(self) -> bool:
        """Whether the file name has the day of delivery; D259999 and the like hold its place only."""
        return not pd.isna(pd.to_datetime(self.delivery, format="%y%m%d", errors="coerce"))


@dataclass(frozen=True)
class Utilization:
    """An annual or quarterly expenditure report: persons, person years, dollars per capita of the ACO and the nation.

    A quarterly one also has regional dollars per capita of benchmark year 3 and of its `quarter`, and the weights of
    national growth. ACO and performance year (of a quarter) are None where the file name does not say them.
    """

    file: str
    aco_id: str | None
    performance_year: int | None
    assigned: float
    total: float
    person_years: ByType
    spent: ByType
    national: ByType
    quarter: str = ""
    regional_before: ByType = field(default_factory=dict)
    regional: ByType = field(default_factory=dict)
    national_weight: ByType = field(default_factory=dict)


def read_in_year(files: Sequence[str]) -> tuple[list[Benchmark], list[Utilization]]:
    """The benchmark reports and the expenditure reports among files.

    Raises InputError for any other file, and for a report without a figure that all of its kind have.
    """
    benchmarks: list[Benchmark] = []
    others: list[Utilization] = []
    problems: list[Problem] = []
    for file in files:
        try:
            if kind_of_report(file) == "bnmrk":
                benchmarks.append(_benchmark(read_report(file, "bnmrk")))
            else:
                others.append(_utilization(file))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return benchmarks, others


def _benchmark(report: Report) -> Benchmark:
    layout, (aco_id, name) = report.layout, report.aco
    start, agreement_period = (report.parameter(layout["parameters"][each]) for each in ("start", "agreement_period"))
    day, number = pd.to_datetime(start, errors="coerce"), number_of(agreement_period)
    if pd.isna(day) or not isinstance(number, float):
        expected = "a date as agreement start and a number as agreement period in sheet Parameters"
        raise InputError([Problem(report.file, expected, f"{start} and {agreement_period}")])
    wanted = key(layout["adjusted"])
    letters = [place.letter for place, held in report.figures.items() if key(held.label).startswith(wanted)]
    if not letters:
        raise InputError([Problem(report.file, f"{layout['adjusted']} in table 1", "none")])
    trends = {period: _by_type(report, layout["prospective_trend"], period) for period in layout["periods"]}
    delivered = _DELIVERED.search(Path(report.file).name)
    return Benchmark(
        report.file,
        delivered[1] if delivered else "",
        aco_id,
        name,
        int(report.on_cover(_YEAR, "the performance year")[1]),
        report.parameter(layout["parameters"]["track"]),
        day,
        number,
        _complete(report.file, _by_type(report, f"1 {letters[-1]}", "benchmark"), f"table 1, [{letters[-1]}]"),
        _complete(report.file, _by_type(report, "1 B", "BY3"), "table 1, [B], BY3"),
        {period: held for period, held in trends.items() if len(held) == len(layout["types"])},
    )


def _by_type(report: Report, place: str, period: str) -> ByType:
    held = {kind: report.number(place, period, kind) for kind in report.layout["types"]}
    return {kind: value for kind, value in held.items() if isinstance(value, float)}


def _complete(file: str, held: ByType, where: str) -> ByType:
    lacking = [labels[0] for kind, labels in layout_of("expu")["types"].items() if kind not in held]
    if lacking:
        raise InputError([Problem(file, f"figures in {where}", f"none of {', '.join(lacking)}", fix="get it again")])
    return held


class _Table(NamedTuple):
    """The numbers of a sheet by the keys of the section, row and column that they stand in: one each in a sound one."""

    file: str
    title: str
    numbers: Mapping[tuple[str, str, str], Sequence[float]]

    def under(self, section: str, column: str = "") -> Iterator[tuple[str, float]]:
        """The numbers by rows of a section and column, by what their labels begin with. Raises InputError for two."""
        for (above, row, heading), values in self.numbers.items():
            if above.startswith(key(section)) and heading.startswith(key(column)):
                if len(set(values)) > 1:
                    where = ", ".join(filter(None, (f"one figure of {row} in sheet {self.title}", section, heading)))
                    raise InputError([Problem(self.file, where, " and ".join(map(str, values)))])
                yield row, values[0]

    def by_type(self, section: str, column: str) -> ByType:
        """The numbers by enrollment type. Raises InputError where one is missing."""
        types = layout_of("expu")["types"].items()
        names = {key(label): kind for kind, labels in types for label in labels}
        held = {names[row]: value for row, value in self.under(section, column) if row in names}
        return _complete(self.file, held, f"sheet {self.title}, {section}, {column}")

    def figure(self, row: str, column: str, section: str = "") -> float:
        """A number of a row that is no type. Raises InputError where there is none."""
        found = next((value for each, value in self.under(section, column) if each == key(row)), None)
        if found is None:
            where = ", ".join(filter(None, (self.title, section, column)))
            raise InputError([Problem(self.file, f"{row} in sheet {where}", "none", fix="get it again")])
        return found


def _utilization(file: str) -> Utilization:
    labels = layout_of("expu")
    texts = ((sheet, rows_of_text(sheet, needs_values=True)) for sheet in open_sheets(file))
    tables = [_Table(sheet.file, sheet.title, _labeled(rows)) for sheet, rows in texts]
    aggregate = next((each for each in tables if any(each.under(labels["spent"]))), None)
    if aggregate is None:
        expected = "a benchmark report (BNMRK) or an expenditure report (AEXPU, QEXPU) of CMS"
        of_settlement = other_report(file, expected) if kind_of_report(file) == STLMT else []
        raise InputError(of_settlement or [Problem(file, expected, "another file")])
    of_aco, of_quarter = _NAMED.search(Path(file).name), _QUARTER_OF.search(Path(file).name)
    annual = Utilization(
        file,
        of_aco[1] if of_aco else None,
        int(of_quarter[1]) if of_quarter else None,
        aggregate.figure(labels["persons"], labels["aco"]),
        aggregate.figure(labels["total"], labels["aco"], labels["spent"]),
        aggregate.by_type(labels["person_years"], labels["aco"]),
        aggregate.by_type(labels["spent"], labels["aco"]),
        aggregate.by_type(labels["spent"], labels["national"]),
    )
    regional = next((each for each in tables if any(each.under(labels["regional"]))), None)
    return _quarterly(annual, regional) if regional or of_quarter else annual


def _quarterly(report: Utilization, table: _Table | None) -> Utilization:
    labels = layout_of("expu")
    if table is None:
        raise InputError([Problem(report.file, f"a sheet with {labels['regional']}", "none", fix="get it again")])
    regional, weight = (_latest(table, labels[name]) for name in ("regional", "national_weight"))
    return replace(
        report,
        quarter=max(regional, weight),
        regional_before=table.by_type(labels["regional"], labels["base"]),
        regional=table.by_type(labels["regional"], regional),
        national_weight=table.by_type(labels["national_weight"], weight),
    )


def _latest(table: _Table, section: str) -> str:
    """The last quarter that a section has figures of: those to come are empty, and one section may lag."""
    quarters: Sequence[str] = layout_of("expu")["quarters"]
    return next((each for each in reversed(quarters) if any(table.under(section, each))), quarters[0])


def _labeled(rows: Sequence[Sequence[str]]) -> Mapping[tuple[str, str, str], Sequence[float]]:
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    columns: list[str] = []
    section = ""
    for row in rows:
        values = [number_of(cell) for cell in row[1:]]
        if not row[0] and any(row[1:]):
            columns = [key(cell) for cell in row[1:]]
        elif not any(row[1:]):
            section = key(row[0]) or section
        for column, value in zip(columns, values, strict=False):
            if isinstance(value, float):
                found[section, key(row[0]), column].append(value)
    return found
