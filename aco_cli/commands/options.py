"""Arguments and options that commands share, each declared once, and the groups in which commands take them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar, dataclass_transform

import typer

from aco_cli.outputs.formats import Format

T = TypeVar("T")

YearsArgument = Annotated[str, typer.Argument(metavar="YEARS", help="2014, 2012-2016, 2014,2018 or all.")]
FilesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="ACO rosters or CMS public use files: CSV, TSV, Parquet, XLSX, .gz, .zst; - reads standard input.",
    ),
]


def no_nan(value: float | None) -> float | None:
    """For options with bounds, none of which keeps a NaN out before typer 0.29: it is neither below nor above."""
    if value is not None and math.isnan(value):
        raise typer.BadParameter("nan is not in the range")
    return value


class LayoutChoice(StrEnum):
    """What `--layout` accepts: a family of layouts, or to go by the header."""

    AUTO = "auto"
    ROSTER = "roster"
    CMS_PUF = "cms-puf"


class LogFormat(StrEnum):
    """What `--log-format` accepts."""

    TEXT = "text"
    JSON = "json"


LayoutOption = Annotated[LayoutChoice, typer.Option("--layout", help="How to read the files; auto goes by the header.")]
ExpendituresOption = Annotated[
    list[str] | None,
    typer.Option("--expenditures", metavar="FILE", help="Totals to join by aco_id and performance_year; repeatable."),
]
ReferenceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--reference", metavar="FILE", help="National figures; --expenditures is then by enrollment type; repeatable."
    ),
]
QualityOption = Annotated[
    list[str] | None,
    typer.Option(
        "--quality", metavar="FILE", help="Measure rates, or what aco quality writes; their scores count; repeatable."
    ),
]
RulesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--rules", metavar="DIR", help="Folder of rule files that add to or replace the packaged ones; repeatable."
    ),
]
ProgramOption = Annotated[
    list[str] | None, typer.Option("--program", metavar="NAME", help="Only this program; repeatable.")
]
TrackOption = Annotated[list[str] | None, typer.Option("--track", metavar="NAME", help="Only this track; repeatable.")]
AcoOption = Annotated[list[str] | None, typer.Option("--aco", metavar="ID", help="Only this ACO; repeatable.")]
FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="auto is a table on a terminal and CSV when piped.")
]
OutputOption = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write here, whole or not at all; format from the extension."),
]
ColumnsOption = Annotated[
    list[str] | None, typer.Option("--columns", metavar="A,B,...", help="Only these columns, in this order.")
]
SortOption = Annotated[
    list[str] | None,
    typer.Option("--sort", metavar="A,-B,...", help="Sort by these columns; - before one: descending."),
]


def _flag(names: str, *short: str, help: str) -> Any:
    """A flag that can be taken back, as a flag must be able to overrule `aco.toml` and the environment."""
    return typer.Option(names, *short, help=help, show_default=False)


ExactOption = Annotated[bool, _flag("--exact/--no-exact", help="Full precision instead of money rounded to cents.")]
ExcelSafeOption = Annotated[
    bool,
    _flag("--excel-safe/--no-excel-safe", help="In CSV and TSV, keep a spreadsheet from reading text as a formula."),
]
ExcelOption = Annotated[
    bool,
    _flag("--excel/--no-excel", help="CSV and TSV for a double click: --excel-safe, and a mark that shows accents."),
]
ManifestOption = Annotated[
    bool, typer.Option("--manifest", help="Write FILE.manifest.json beside -o FILE, for `aco verify`.")
]
StrictOption = Annotated[bool, _flag("--strict/--no-strict", help="Exit with code 4 if there are warnings.")]
QuietOption = Annotated[bool, _flag("--quiet/--no-quiet", "-q", help="No messages on standard error except errors.")]
NoColorOption = Annotated[bool, _flag("--no-color/--color", help="No colour (as with NO_COLOR set).")]
LogFormatOption = Annotated[
    LogFormat | None,
    typer.Option("--log-format", help="A line per step on standard error: text, or JSON for every message."),
]


@dataclass_transform()
def group(options: type[T]) -> type[T]:
    """Make a dataclass that can do nothing but hold values: what else it might do would slow down `aco --help`."""
    return dataclass(eq=False, repr=False, match_args=False)(options)


@group
class Sources:
    """How files are read, and the totals that belong to them."""

    layout: LayoutOption = LayoutChoice.AUTO
    expenditures: ExpendituresOption = None


@group
class Rows(Sources):
    """Which rows of the files, under which rules."""

    rules: RulesOption = None
    program: ProgramOption = None
    track: TrackOption = None
    aco: AcoOption = None


@group
class Output:
    """Where rows go and how."""

    format: FormatOption = Format.AUTO
    output: OutputOption = None
    columns: ColumnsOption = None


@group
class Table(Output):
    """Rows that may be sorted, rounded, and vouched for."""

    sort: SortOption = None
    exact: ExactOption = False
    excel: ExcelOption = False
    excel_safe: ExcelSafeOption = False
    manifest: ManifestOption = False


@group
class Messages:
    """What is said on standard error, and how."""

    quiet: QuietOption = False
    no_color: NoColorOption = False
    log_format: LogFormatOption = None


@group
class Strict(Messages):
    """Messages of which warnings may end the run with an exit code of their own."""

    strict: StrictOption = False
