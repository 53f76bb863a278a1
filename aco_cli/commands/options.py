"""Arguments and options that commands share, each declared once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from aco_cli.outputs.formats import Format

YearsArgument = Annotated[str, typer.Argument(metavar="YEARS", help="2014, 2012-2016, 2014,2018 or all.")]
FilesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE",
        help="ACO rosters or CMS public use files: CSV, TSV, Parquet, XLSX, .gz, .zst; - reads standard input.",
    ),
]


class LayoutChoice(StrEnum):
    """What `--layout` accepts: a family of layouts, or to go by the header."""

    AUTO = "auto"
    ROSTER = "roster"
    CMS_PUF = "cms-puf"


LayoutOption = Annotated[LayoutChoice, typer.Option("--layout", help="How to read the files; auto goes by the header.")]
ExpendituresOption = Annotated[
    list[str] | None,
    typer.Option("--expenditures", metavar="FILE", help="Totals to join by aco_id and performance_year; repeatable."),
]
RulesOption = Annotated[
    list[str] | None,
    typer.Option("--rules", metavar="DIR", help="Folder of rule files that add to or replace the packaged ones."),
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
ExactOption = Annotated[bool, typer.Option("--exact", help="Full precision instead of money rounded to cents.")]
ExcelSafeOption = Annotated[
    bool, typer.Option("--excel-safe", help="In CSV and TSV, keep a spreadsheet from reading text as a formula.")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit with code 4 if there are warnings.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No messages on standard error except errors.")]
NoColorOption = Annotated[bool, typer.Option("--no-color", help="No colour (as with NO_COLOR set).")]
