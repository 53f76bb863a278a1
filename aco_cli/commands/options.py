"""Arguments and options that commands share, each declared once, and the groups in which commands take them."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, dataclass_transform

import typer

from aco_cli.commands.help import INPUT, MESSAGES, OUTPUT
from aco_cli.outputs.formats import Format

if TYPE_CHECKING:
    from aco_cli.api.selection import Selection

T = TypeVar("T")
Many = list[str] | None
# Beside an option that names a file to write: no other may write there, and no input may be there.
WRITTEN = "written"
# The variable by which a shell asks for completion.
COMPLETION = "_ACO_COMPLETE"


def option(metavar: str, help: str, *name: str, words: str = "", **more: Any) -> Any:
    """An option with a value, named as its parameter unless it has another name.

    `words`: the function of `completion` that knows what may stand there.
    """
    return typer.Option(*name, metavar=metavar, help=help, autocompletion=completed(words), **more)


def many(metavar: str, help: str, *name: str, **more: Any) -> Any:
    """An option that may be given again."""
    return option(metavar, f"{help}; repeatable.", *name, **more)


def flag(names: str, help: str, *short: str, **more: Any) -> Any:
    """A flag; that of a setting can be taken back, as it must be able to overrule `aco.toml` and the environment."""
    return typer.Option(names, *short, help=help, show_default=False, **more)


def completed(words: str) -> Any:
    """What completes an option or argument, while a shell asks; typer looks at each, which takes time."""
    if not words or COMPLETION not in os.environ:
        return None
    from aco_cli.commands import completion

    return getattr(completion, words)


def no_nan(value: float | None) -> float | None:
    """For options with bounds, none of which keeps a NaN out before typer 0.29: it is neither below nor above."""
    if value is not None and math.isnan(value):
        raise typer.BadParameter("nan is not in the range")
    return value


def choices(words: type[StrEnum], auto: str) -> str:
    """The words of an option for its help, of which the first is `auto`, with what that does."""
    first, *others, last = words
    return f"{first} ({auto}), {', '.join(others)} or {last}."


class LayoutChoice(StrEnum):
    """What `--layout` accepts: a family of layouts, or to go by the header."""

    AUTO = "auto"
    ROSTER = "roster"
    CMS_PUF = "cms-puf"
    CMS_RESULTS = "cms-results"
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

_IN: dict[str, Any] = {"rich_help_panel": INPUT}
_LAYOUT = f"Layout of the files: {choices(LayoutChoice, 'detected from the header')}"
LayoutOption = Annotated[LayoutChoice, option("LAYOUT", _LAYOUT, **_IN)]
ExpendituresOption = Annotated[
    Many, many("FILE", "Totals by aco_id and performance_year, or expenditures by enrollment type", **_IN)
]
_REFERENCE = "National figures, with which --expenditures is by enrollment type"
ReferenceOption = Annotated[Many, many("FILE", _REFERENCE, **_IN)]
_QUALITY = "Measure rates or `aco quality` output; these scores replace the roster's"
_PRIOR = "Rosters or public use files of the years before, for prior savings"
PriorOption = Annotated[Many, many("FILE", _PRIOR, **_IN)]
QualityOption = Annotated[Many, many("FILE", _QUALITY, **_IN)]
RulesOption = Annotated[Many, many("DIR", "Folder of rule files that add to or replace the packaged ones", **_IN)]
ProgramOption = Annotated[Many, many("NAME", "Only this program", words="programs", **_IN)]
TrackOption = Annotated[Many, many("NAME", "Only this track", words="tracks", **_IN)]
AcoOption = Annotated[Many, many("ID", "Only this ACO, by ID or name", words="acos", **_IN)]
WhereOption = Annotated[str | None, option("CONDITION", "Only rows such as 'state == \"TX\"'.", **_IN)]
_JOIN = "More columns, joined to rows of the same aco_id, and performance_year if FILE has it"
JoinOption = Annotated[Many, many("FILE", _JOIN, **_IN)]
_EXPECT_ROWS = "Stop unless there are N rows of these years."
ExpectRowsOption = Annotated[int | None, option("N", _EXPECT_ROWS, min=0, **_IN)]
SheetOption = Annotated[str | None, option("NAME", "Sheet of a workbook to read.", **_IN)]
_UNPACKED = "Most that compressed files may unpack to, such as 4GB (default: 1GB)."
UnpackedOption = Annotated[str | None, option("SIZE", _UNPACKED, "--max-unpacked", **_IN)]

_OUT: dict[str, Any] = {"rich_help_panel": OUTPUT}
_FORMAT = choices(Format, "table on a terminal, CSV when piped")
FormatOption = Annotated[Format, option("FORMAT", _FORMAT, "--format", "-f", **_OUT)]
_OUTPUT = "Write to FILE (atomic); format inferred from the extension."
OutputOption = Annotated[str | None, option("FILE", _OUTPUT, "--output", "-o", **_OUT), WRITTEN]
_COLUMNS = "Only these columns, in this order; all: every column."
ColumnsOption = Annotated[Many, option("A,B,...", _COLUMNS, words="columns", **_OUT)]
SortOption = Annotated[
    Many, option("A,-B,...", "Sort by these columns; - before one: descending.", words="columns", **_OUT)
]
LimitOption = Annotated[int | None, option("N", "Only the first N rows of the result.", min=0, **_OUT)]
_EXACT = "Full precision instead of money rounded to cents."
ExactOption = Annotated[bool, flag("--exact/--no-exact", _EXACT, **_OUT)]
_EXCEL_SAFE = "CSV/TSV in which a spreadsheet reads no text as a formula."
ExcelSafeOption = Annotated[bool, flag("--excel-safe/--no-excel-safe", _EXCEL_SAFE, **_OUT)]
_EXCEL = "CSV/TSV that opens correctly in Excel (implies --excel-safe; adds a UTF-8 BOM)."
ExcelOption = Annotated[bool, flag("--excel/--no-excel", _EXCEL, **_OUT)]
_MANIFEST = "Write FILE.manifest.json beside -o FILE, for `aco verify`."
ManifestOption = Annotated[bool, flag("--manifest", _MANIFEST, **_OUT)]

SeedOption = Annotated[int, option("N", "Seed of the random numbers.", min=0)]

_MSG: dict[str, Any] = {"rich_help_panel": MESSAGES}
StrictOption = Annotated[bool, flag("--strict/--no-strict", "Exit with code 4 if there are warnings.", **_MSG)]
_QUIET = "No messages on standard error except errors."
QuietOption = Annotated[bool, flag("--quiet/--no-quiet", _QUIET, "-q", **_MSG)]
NoColorOption = Annotated[bool, flag("--no-color/--color", "No color (as with NO_COLOR set).", **_MSG)]
_LOG_FORMAT = "Log every step on standard error: text, or json (one object per line)."
LogFormatOption = Annotated[LogFormat | None, option("FORMAT", _LOG_FORMAT, **_MSG)]


@dataclass_transform()
def group(options: type[T]) -> type[T]:
    """Make a dataclass that can do nothing but hold values: what else it might do would slow down `aco --help`."""
    return dataclass(eq=False, repr=False, match_args=False)(options)


@group
class Sources:
    """How files are read, and the totals that belong to them."""

    layout: LayoutOption = LayoutChoice.AUTO
    sheet: SheetOption = None
    max_unpacked: UnpackedOption = None
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
    prior: PriorOption = None


@group
class Output:
    """Where rows go and how."""

    format: FormatOption = Format.AUTO
    output: OutputOption = None
    columns: ColumnsOption = None
    excel: ExcelOption = False
    excel_safe: ExcelSafeOption = False


@group
class SortedOutput(Output):
    """Rows that may be sorted and rounded."""

    sort: SortOption = None
    limit: LimitOption = None
    exact: ExactOption = False


@group
class TableOutput(SortedOutput):
    """Rows that `aco verify` can vouch for."""

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
