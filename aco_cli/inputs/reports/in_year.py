"""What CMS sends during a performance year: the benchmark report, annual and quarterly expenditure reports.

A report is known by what it holds. The expenditure reports do not say whose they are; their file names do.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.raw import Head, Sheet
from aco_cli.inputs.reports.figures import Report, key, layout_of, number_of, read_report
from aco_cli.inputs.sheets import open_sheets

_NAMED = re.compile(r"P\.(A\d+)\.")
_DELIVERED = re.compile(r"\.D(\d{6})\.")
_COVER = re.compile(r"(?P<aco_id>A\d+), *(?P<aco_name>.+)")
_YEAR = re.compile(r"Performance Year (\d{4})")
_QUARTERS = ("q1", "q2", "q3", "q4")
TYPES = tuple(layout_of("bnmrk")["types"])

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
    start: str
    adjusted: ByType
    spent: ByType
    trends: Mapping[str, ByType] = field(default_factory=dict)


@dataclass(frozen=True)
class Utilization:
    """An annual or quarterly expenditure report: persons, person years, dollars per capita of the ACO and the nation.

    A quarterly one also has regional dollars per capita of benchmark year 3 and of its `quarter`, and the weights of
    national growth.
    """

    file: str
    aco_id: str
    assigned: float
    person_years: ByType
    spent: ByType
    national: ByType
    quarter: str = ""
    regional_before: ByType = field(default_factory=dict)
    regional: ByType = field(default_factory=dict)
    national_weight: ByType = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Dollars per capita of all enrollment types."""
        return self.spent["total"]


def read_in_year(files: Sequence[str]) -> tuple[list[Benchmark], list[Utilization]]:
    """The benchmark reports and the expenditure reports among files. Raises InputError for any other file."""
    benchmarks: list[Benchmark] = []
    others: list[Utilization] = []
    problems: list[Problem] = []
    for file in files:
        report = read_report(file, "bnmrk")
        found = _benchmark(report) if report else _utilization(file)
        if isinstance(found, Benchmark):
            benchmarks.append(found)
        elif found:
            others.append(found)
        else:
            expected = "a benchmark report (BNMRK) or an expenditure report (AEXPU, QEXPU) of CMS"
            problems.append(Problem(file, expected, "another file"))
    if problems:
        raise InputError(problems)
    return benchmarks, others


def _benchmark(report: Report) -> Benchmark:
    cover = next((found for line in report.cover if (found := _COVER.match(line))), None)
    year = next((found for line in report.cover if (found := _YEAR.search(line))), None)
    if cover is None or year is None:
        raise InputError(
            [Problem(report.file, "the ACO and the performance year on the cover", " / ".join(report.cover))]
        )
    wanted = key(report.layout["adjusted"])
    letters = [place.letter for place, held in report.figures.items() if key(held.label).startswith(wanted)]
    adjusted = _by_type(report, f"1 {letters[-1]}", "benchmark") if letters else {}
    if len(adjusted) < len(TYPES):
        raise InputError([Problem(report.file, f"{report.layout['adjusted']} by enrollment type in table 1", "none")])
    trend = report.layout["prospective_trend"]
    trends = {period: _by_type(report, trend, period) for period in report.layout["periods"]}
    delivered = _DELIVERED.search(report.file)
    return Benchmark(
        report.file,
        delivered[1] if delivered else "",
        cover["aco_id"],
        cover["aco_name"].strip(),
        int(year[1]),
        report.parameter(report.layout["parameters"]["track"]),
        report.parameter(report.layout["parameters"]["start"]),
        adjusted,
        _by_type(report, "1 B", "BY3"),
        {period: held for period, held in trends.items() if len(held) == len(TYPES)},
    )


def _by_type(report: Report, place: str, period: str) -> dict[str, float]:
    held = {kind: report.number(place, period, kind) for kind in TYPES}
    return {kind: value for kind, value in held.items() if isinstance(value, float)}


def _utilization(file: str) -> Utilization | None:
    """An annual or quarterly report; None for another file."""
    sheets = [_labelled(sheet) for sheet in open_sheets(file)]
    first = next((held for held in sheets if any("totalexpendituresby" in section for section, _, _ in held)), None)
    if first is None:
        return None
    regional = next((held for held in sheets if any(section == "nationalweight" for section, _, _ in held)), {})
    quarters = [each for each in _QUARTERS if _types_of(regional, "nationalweight", each)]
    named = _NAMED.search(file)
    persons = [
        value
        for (_, row, column), value in first.items()
        if row == "totalassignedbeneficiaries" and column.startswith("aco")
    ]
    return Utilization(
        file,
        named[1] if named else "",
        persons[0] if persons else 0.0,
        _types_of(first, "personyearsby", "aco"),
        _types_of(first, "totalexpendituresby", "aco"),
        _types_of(first, "totalexpendituresby", "nationalassignable"),
        quarters[-1].upper() if quarters else "",
        _types_of(regional, "regionalexpenditures", "benchmarkyear3"),
        _latest(regional, "regionalexpenditures"),
        _latest(regional, "nationalweight"),
    )


def _latest(held: Mapping[tuple[str, str, str], float], section: str) -> dict[str, float]:
    """The figures of the latest quarter that has them, section by section."""
    return next((found for each in reversed(_QUARTERS) if (found := _types_of(held, section, each))), {})


def _types_of(held: Mapping[tuple[str, str, str], float], section: str, column: str) -> dict[str, float]:
    names = {key(label): kind for kind, labels in layout_of("bnmrk")["types"].items() for label in labels}
    names["total"] = "total"
    return {
        names[row]: value
        for (above, row, heading), value in held.items()
        if above.startswith(section) and heading.startswith(column) and row in names
    }


def _labelled(sheet: Sheet) -> dict[tuple[str, str, str], float]:
    """Every number of a sheet by the keys of the section, row and column that it stands in."""
    width = max(map(len, sheet.top))
    raw = sheet.read(Head(("",) * width, 0), range(width), "utf-8")
    found: dict[tuple[str, str, str], float] = {}
    columns: list[str] = []
    section = ""
    for row in zip(*(column.to_pylist() for column in raw.columns.values()), strict=True):
        values = [number_of(cell.strip()) for cell in row[1:]]
        if not row[0].strip() and any(row[1:]):
            columns = [key(cell) for cell in row[1:]]
        elif not any(isinstance(value, float) for value in values):
            section = key(row[0]) or section
        for column, value in zip(columns, values, strict=False):
            if isinstance(value, float):
                found[section, key(row[0]), column] = value
    return found
