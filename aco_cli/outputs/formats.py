"""The output formats and charts. Imports nothing heavy: commands name them in options."""

import os
from enum import StrEnum
from pathlib import Path

from aco_cli.errors import UsageError


class Format(StrEnum):
    """What `--format` accepts."""

    AUTO = "auto"
    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"
    MARKDOWN = "markdown"


class Figure(StrEnum):
    """The charts there are, as `--chart` accepts them."""

    SAVINGS_RATE = "savings-rate"
    WATERFALL = "waterfall"
    DISTRIBUTION = "distribution"
    QUALITY = "quality"


EXTENSIONS = {
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".parquet": Format.PARQUET,
    ".xlsx": Format.XLSX,
    ".md": Format.MARKDOWN,
    ".txt": Format.TABLE,
}
IMAGES = (".svg", ".png")
PICTURES = (*IMAGES, ".html")
DELIMITED = frozenset({Format.CSV, Format.TSV})
BINARY = frozenset({Format.PARQUET, Format.XLSX})


def choose_format(asked: Format, output: str | None, *, terminal: bool) -> Format:
    """Return the format to write: the one asked for, else the extension's, else table on a terminal and CSV piped.

    `output` is the file of `-o`, None for standard output. Raises UsageError for an extension that says nothing
    and for a binary format that would land on a terminal.
    """
    if output is not None:
        return asked if asked is not Format.AUTO else _format_of_file(output)
    if asked is Format.AUTO:
        return Format.TABLE if terminal else Format.CSV
    if asked in BINARY and terminal:
        raise UsageError(
            f"{asked} is not for a terminal: write it to a file with -o FILE.{asked}, or pipe it to a program"
        )
    return asked


def _format_of_file(output: str) -> Format:
    extension = Path(output).suffix.lower()
    if extension in EXTENSIONS:
        return EXTENSIONS[extension]
    is_something = os.path.exists(output) and not os.path.isdir(output)  # noqa: PTH110, PTH112 (may be hidden)
    if not extension and is_something and not os.path.isfile(output):  # noqa: PTH113 (as above)
        return Format.CSV  # a device or pipe such as /dev/stdout has no extension to go by
    raise UsageError(
        f"cannot tell the format of {output!r} from its extension: expected one of {', '.join(EXTENSIONS)}, "
        f"found {extension or 'none'}; name the format with --format"
    )
