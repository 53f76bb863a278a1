"""Arguments and options that commands share, each declared once, and the groups in which commands take them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, dataclass_transform

import typer

from aco_cli.outputs.formats import Format

if TYPE_CHECKING:
    from aco_cli.api.selection import Selection

T = TypeVar("T")
Many = list[str] | None


def option(metavar: str, help: str, *name: str, **more: Any) -> Any:
    """An option with a value, named as its parameter unless it has another name."""
    return typer.Option(*name, metavar=metavar, help=help, **more)


def many(metavar: str, help: str, *name: str) -> Any:
    """An option that may be given again."""
    return option(metavar, f"{help}; repeatable.", *name)


def flag(names: str, help: str, *short: str) -> Any:
    """A flag; that of a setting can be taken back, as it must be able to overrule `aco.toml` and the environment."""
    return typer.Option(names, *short, help=help, show_default=False)


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
    STLMT = "stlmt"


class LogFormat(StrEnum):
    """What `--log-format` accepts."""

    TEXT = "text"
    JSON = "json"


YearsArgument = Annotated[str, typer.Argument(metavar="YEARS", help="2014, 2012-2016, 2014,2018 or all.")]
_FILES = (
    "ACO rosters, CMS public use files or settlement reports: CSV, JSON, Parquet, XLSX, .gz, .zip; a folder; "
    "- for standard input."
)
FilesArgument = Annotated[list[str], typer.Argument(metavar="FILE", help=_FILES)]
NeededFilesArgument = Annotated[list[str], typer.Argument(metavar="FILE...", help=_FILES)]
LayoutOption = Annotated[LayoutChoice, typer.Option(help="How to read the files; auto goes by the header.")]
ExpendituresOption = Annotated[Many, many("FILE", "Totals to join by aco_id and performance_year")]
ReferenceOption = Annotated[Many, many("FILE", "National figures; --expenditures is then by enrollment type")]
QualityOption = Annotated[Many, many("FILE", "Measure rates, or what aco quality writes; their scores count")]
RulesOption = Annotated[Many, many("DIR", "Folder of rule files that add to or replace the packaged ones")]
ProgramOption = Annotated[Many, many("NAME", "Only this program")]
TrackOption = Annotated[Many, many("NAME", "Only this track")]
AcoOption = Annotated[Many, many("ID", "Only this ACO, by ID or name")]
WhereOption = Annotated[str | None, option("CONDITION", "Only rows such as 'state == \"TX\"'.")]
JoinOption = Annotated[Many, many("FILE", "Table with further columns by aco_id (and year)")]
ExpectRowsOption = Annotated[int | None, option("N", "Stop unless there are N rows of these years.", min=0)]
LimitOption = Annotated[int | None, option("N", "Only the first N rows of the result.", min=0)]
SheetOption = Annotated[str | None, option("NAME", "Sheet of a workbook to read.")]
FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="auto is a table on a terminal and CSV when piped.")
]
_OUTPUT = "Write here, whole or not at all; format from the extension."
OutputOption = Annotated[str | None, option("FILE", _OUTPUT, "--output", "-o")]
ColumnsOption = Annotated[Many, option("A,B,...", "Only these columns, in this order.")]
SortOption = Annotated[Many, option("A,-B,...", "Sort by these columns; - before one: descending.")]
ExactOption = Annotated[bool, flag("--exact/--no-exact", "Full precision instead of money rounded to cents.")]
_EXCEL_SAFE = "In CSV and TSV, keep a spreadsheet from reading text as a formula."
ExcelSafeOption = Annotated[bool, flag("--excel-safe/--no-excel-safe", _EXCEL_SAFE)]
_EXCEL = "CSV and TSV for a double click: --excel-safe, and a mark that shows accents."
ExcelOption = Annotated[bool, flag("--excel/--no-excel", _EXCEL)]
ManifestOption = Annotated[bool, flag("--manifest", "Write FILE.manifest.json beside -o FILE, for `aco verify`.")]
StrictOption = Annotated[bool, flag("--strict/--no-strict", "Exit with code 4 if there are warnings.")]
QuietOption = Annotated[bool, flag("--quiet/--no-quiet", "No messages on standard error except errors.", "-q")]
NoColorOption = Annotated[bool, flag("--no-color/--color", "No color (as with NO_COLOR set).")]
_LOG_FORMAT = "A line per step on standard error: text, or JSON for every message."
LogFormatOption = Annotated[LogFormat | None, typer.Option(help=_LOG_FORMAT)]


@dataclass_transform()
def group(options: type[T]) -> type[T]:
    """Make a dataclass that can do nothing but hold values: what else it might do would slow down `aco --help`."""
    return dataclass(eq=False, repr=False, match_args=False)(options)


@group
class Sources:
    """How files are read, and the totals that belong to them."""

    layout: LayoutOption = LayoutChoice.AUTO
    sheet: SheetOption = None
    expenditures: ExpendituresOption = None

    def selection(self, **more: Any) -> Selection:
        """These options, and more, as those of a call of the library."""
        return {**vars(self), **more}  # type: ignore[typeddict-item]


@group
class ChosenRows(Sources):
    """Which rows of the files, under which rules."""

    rules: RulesOption = None
    program: ProgramOption = None
    track: TrackOption = None
    aco: AcoOption = None
    where: WhereOption = None
    join: JoinOption = None
    expect_rows: ExpectRowsOption = None


@group
class SettledRows(ChosenRows):
    """Which rows, and the files behind their scores and benchmarks."""

    quality: QualityOption = None
    reference: ReferenceOption = None


@group
class Output:
    """Where rows go and how."""

    format: FormatOption = Format.AUTO
    output: OutputOption = None
    columns: ColumnsOption = None


@group
class TableOutput(Output):
    """Rows that may be sorted, rounded, and vouched for."""

    sort: SortOption = None
    limit: LimitOption = None
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


if TYPE_CHECKING:
    from aco_cli.commands.session import Session

    PlainSession = Session
    StrictSession = Session
else:  # the options that `@command` makes a session of; its class would slow down `aco --help`
    PlainSession, StrictSession = Messages, Strict
