"""The figures of a report, found by table, bracketed letter, enrollment type and column label, never by address."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from aco_cli.data_files import load_yaml
from aco_cli.errors import InputError, Problem
from aco_cli.inputs.layout import STLMT
from aco_cli.inputs.numbers import number_in
from aco_cli.inputs.problems import limited
from aco_cli.inputs.raw import Head, Sheet
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.sheets import open_sheets
from aco_cli.inputs.workbook import first_texts

_KINDS = (STLMT, "bnmrk", "expu")
_TABLE = re.compile(r"(?:Appendix )?Table (A?\d+[A-C]?)\b", re.IGNORECASE)
_SECTION = re.compile(r"\[([A-Z]{1,2}\d?)\]\s*(.*)", re.DOTALL)
_COVER = re.compile(r"^(A\d+), *(.+)")
_NOT_APPLICABLE = ("\u2013", "-", "\u2014")
ALL = ""


@dataclass(frozen=True)
class Place:
    """Which figure of a report: table, letter, period (of a column) and enrollment type; ALL where it has none."""

    table: str
    letter: str
    period: str = ALL
    enrollment_type: str = ALL


@dataclass(frozen=True)
class Printed:
    """A figure as printed: `value` is a number or a word; None where it does not apply."""

    label: str
    value: float | str | None


@dataclass
class ReportSheet:
    """A sheet as it stands, as text, and which of its cells, by row and column from 0, are which figures."""

    title: str
    rows: list[list[str]]
    places: dict[tuple[int, int], Place] = field(default_factory=dict)

    @property
    def filled(self) -> list[tuple[int, list[str]]]:
        """The rows that hold anything, numbered from 1."""
        return [(number, row) for number, row in enumerate(self.rows, start=1) if any(row)]


@dataclass
class Report:
    """What a workbook of CMS holds: its figures, parameters as (heading, label, value), and the lines of its cover."""

    file: str
    layout: Mapping[str, Any]
    cover: list[str] = field(default_factory=list)
    parameters: list[tuple[str, str, str]] = field(default_factory=list)
    figures: dict[Place, Printed] = field(default_factory=dict)
    sheets: list[ReportSheet] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def number(self, name: str, period: str = ALL, enrollment_type: str = ALL) -> float | str | None:
        """The value of a figure such as `1 B`; None where the report has none."""
        table, letter = name.split()
        found = self.figures.get(Place(table, letter, period, enrollment_type))
        return found.value if found else None

    def parameter(self, label: str, heading: str = "") -> str:
        """The value of a parameter, under a heading where there are several. Raises InputError where it is missing."""
        for above, name, value in self.parameters:
            if key(name) == key(label) and (not heading or key(above) == key(heading)):
                return value
        expected = f"the parameter {label}" + (f" under {heading}" if heading else "")
        raise InputError([Problem(self.file, expected, "none in sheet Parameters", fix="get it again")])

    def on_cover(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        """What a line of the cover says. Raises InputError where none does."""
        found = next((match for line in self.cover if (match := pattern.search(line))), None)
        if found is None:
            raise InputError([Problem(self.file, f"{what} on the cover", " / ".join(self.cover) or "no cover")])
        return found

    @property
    def aco(self) -> tuple[str, str]:
        """The ID and the name of the ACO. Raises InputError for a cover without."""
        found = self.on_cover(_COVER, "the ACO")
        return found[1], found[2].strip()


def key(text: str) -> str:
    """What is the same in all spellings of a label: case, blanks, signs and a suffix in brackets do not count."""
    return re.sub(r"[\W_]", "", text.partition(" [")[0].lower())


@cache
def layout_of(name: str) -> Mapping[str, Any]:
    """The layout of a kind of report, with what is common to all."""
    common, own = (load_yaml((Path(__file__).parent / f"{each}.yaml").read_text("utf-8")) for each in ("common", name))
    return {**common, **own}


def kind_of_report(file: str) -> str:
    """Which report of CMS a workbook is, by its titles, as the name of its layout; empty for another file."""
    texts = [text.lower() for text in first_texts(file)]
    return next((name for name in _KINDS if any(layout_of(name)["title"] in text for text in texts)), "")


def other_report(file: str, expected: str) -> list[Problem]:
    """The problem of a report of CMS in the place of another file: which one it is, and what takes it."""
    layout = layout_of(kind_of_report(file) or "common")
    return [Problem(file, expected, f"{layout['kind']} of CMS", fix=layout["taken"])] if "kind" in layout else []


def read_report(file: str, name: str = STLMT) -> Report:
    """A report of a kind. Raises InputError for one that is damaged or has cells that hold no value."""
    layout = layout_of(name)
    sheets = open_sheets(file)
    report = Report(sheets[0].file, layout, remarks=list(sheets[0].remarks))
    for each in sheets:
        read = _reader(layout, each)
        sheet = ReportSheet(each.title, rows_of_text(each, needs_values=read is not None))
        report.sheets.append(sheet)
        if read is not None:
            read(report, sheet)
    if report.unknown:
        text = f"{report.file}: not understood and left out: {'; '.join(report.unknown)}"
        report.remarks.append(Remark(text, "not_understood"))
    return report


def _reader(layout: Mapping[str, Any], sheet: Sheet) -> Callable[[Report, ReportSheet], None] | None:
    """What reads a sheet of a kind that is used, known by its first cells; None for any other sheet."""
    first = [" ".join(row[0].split()) for row in sheet.top if any(row)]
    table = _TABLE.match(first[0])
    if table and table[1].upper() in layout["tables"]:
        return partial(_read_table, table=table[1].upper())
    if first[0].lower().startswith("parameters"):
        return lambda report, sheet: report.parameters.extend(_parameters(sheet.filled[1:]))
    if layout["title"] in " ".join(first).lower():
        return lambda report, sheet: report.cover.extend(row[0] for _, row in sheet.filled)
    return None


def rows_of_text(sheet: Sheet, *, needs_values: bool) -> list[list[str]]:
    """All rows of a sheet as text with single blanks. Raises InputError for cells without the values it needs."""
    width = max(map(len, sheet.top))
    raw = sheet.read(Head(("",) * width, 0), range(width), "utf-8")
    problems = [
        Problem(sheet.file, "a value", found, row, f"{place + 1} of sheet {sheet.title}")
        for place, faults in raw.faults.items()
        for row, found in faults.items()
    ]
    if problems and needs_values:
        raise InputError(limited(problems))
    cells = zip(*(column.to_pylist() for column in raw.columns.values()), strict=True)
    return [[" ".join(cell.split()) for cell in row] for row in cells]


def _parameters(rows: Sequence[tuple[int, list[str]]]) -> Iterator[tuple[str, str, str]]:
    heading = ""
    for _, row in rows:
        value = next(filter(None, row[1:]), "")
        if value:
            yield heading, row[0], value
        elif row[0]:
            heading = row[0]


def _read_table(report: Report, sheet: ReportSheet, table: str) -> None:
    rows = sheet.filled[1:]
    periods: dict[int, str] = {}
    letter, label, section = "", "", dict(periods)
    for at, (number, row) in enumerate(rows):
        found = _SECTION.match(row[0])
        values = {place: text for place, text in enumerate(row[1:], start=1) if text}
        if not letter and not found:
            own = _own_periods(report, values)
            periods = own if len(own) > len(periods) else periods
            continue
        if found:
            letter, label = found[1], found[2].strip()
            below = rows[at + 1][1][0] if at + 1 < len(rows) else ""
            section = {**periods, **_own_periods(report, values)} if _type(report, below) else periods
            if section is not periods:
                continue
            kind: str | None = ALL
        else:
            kind = _type(report, row[0])
        for place, text in values.items():
            if kind is None or not section.get(place):
                report.unknown.append(f"sheet {sheet.title}, row {number}, {row[0] or text}")
                break
            figure, printed = Place(table, letter, section[place], kind), Printed(label, number_of(text))
            if report.figures.setdefault(figure, printed).value != printed.value:
                where = f"one figure for {row[0]} {section[place]} in sheet {sheet.title}".replace("  ", " ")
                both = f"{report.figures[figure].value} and {text}"
                raise InputError([Problem(report.file, where, both, number, fix="leave one of them")])
            sheet.places[number - 1, place] = figure


def _own_periods(report: Report, values: Mapping[int, str]) -> dict[int, str]:
    """The periods that a section names for itself in the cells of its first row."""
    return {place: period for place, text in values.items() if (period := _period(report, text))}


def _period(report: Report, text: str) -> str:
    label = key(text)
    names = report.layout["periods"].items()
    exact = (period for period, labels in names if label in map(key, labels))
    begun = (period for period, labels in names for each in labels if label.startswith(key(each)))
    return next(exact, next(begun, ""))


def _type(report: Report, text: str) -> str | None:
    """The enrollment type of a row, ALL for a total of them; None for a row that is neither."""
    label = key(text)
    if any(label == key(total) for total in report.layout["totals"]):
        return "all"
    return next((kind for kind, labels in report.layout["types"].items() if label in map(key, labels)), None)


def number_of(text: str) -> float | str | None:
    """A cell as a number, a word, or None where it does not apply."""
    if text in _NOT_APPLICABLE:
        return None
    value = number_in(text)
    return text if value is None else value
