"""The one way out for every command that prints rows: choose, sort, render, write."""

import codecs
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pandas as pd

from aco_cli.outputs.columns import OutputColumn
from aco_cli.outputs.formats import BINARY, DELIMITED, Format, choose_format
from aco_cli.outputs.selection import select_columns, sort_rows, with_all
from aco_cli.outputs.write import write_output

# The modules of `render_<format>` that bring a library which others do not need; all else is in `text_formats`.
MODULES = {Format.TABLE: "terminal", Format.PARQUET: "parquet", Format.XLSX: "xlsx"}


@dataclass(frozen=True)
class OutputOptions:
    """What the shared output options of the command line ask for.

    `output` is a path, or None or "-" for standard output. ``columns` and `sort` are names, one by one or with
    commas between; a `-` before a name of `sort` sorts it descending. `excel` is CSV and TSV that a spreadsheet shows
    as meant after a double click: `excel_safe`, and a byte order mark, without which it takes UTF-8 for something else.
    `limit` is how many rows are written at most.
    """

    format: Format = Format.AUTO
    output: str | None = None
    limit: int | None = None
    exact: bool = False
    no_color: bool = False
    excel_safe: bool = False
    columns: list[str] | None = None
    sort: list[str] | None = None
    excel: bool = False


def emit(
    frame: pd.DataFrame,
    columns: Sequence[OutputColumn],
    options: OutputOptions,
    *,
    extras: Sequence[OutputColumn] = (),
    about: Callable[[], Mapping[str, str]] = dict,
) -> tuple[bytes, list[str]]:
    """Write the frame as the options ask and return the bytes written, and the notes to print on standard error.

    `columns` are the default ones, in order; optional ones that the frame lacks are left out. `extras` describe further
    columns that `--columns` may name; `about` gives what Parquet and XLSX say of how they were made. Raises UsageError
    for options that do not fit, OutputError for what cannot be written.
    """
    output = None if options.output == "-" else options.output
    terminal = output is None and sys.stdout.isatty()
    fmt = choose_format(options.format, output, terminal=terminal)
    columns = [column for column in columns if not column.optional or column.name in frame]
    chosen = select_columns(frame, options.columns, [*columns, *extras], columns)
    rows = sort_rows(with_all(frame, [*columns, *chosen]), options.sort).iloc[: options.limit]
    if fmt is Format.TABLE and terminal:
        from aco_cli.outputs.terminal import draw  # rich is needed for nothing else

        color = not (options.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") in {"dumb", "unknown"})
        width = shutil.get_terminal_size().columns
        asked = options.columns is not None
        drawn, note = draw(rows, chosen, width=width, color=color, exact=options.exact, asked=asked)
        write_output(drawn.encode(), None)
        return drawn.encode(), [note] if note else []
    is_safe = options.excel_safe or options.excel
    data = render(rows, chosen, fmt, exact=options.exact, excel_safe=is_safe, about=about)
    if options.excel and fmt in DELIMITED:
        data = codecs.BOM_UTF8 + data
    write_output(data, output)
    return data, []


def render(
    frame: pd.DataFrame,
    columns: Sequence[OutputColumn],
    fmt: Format,
    *,
    exact: bool = False,
    excel_safe: bool = False,
    about: Callable[[], Mapping[str, str]] = dict,
) -> bytes:
    """Return the columns of the frame in a format (not `auto`), in the order of `columns`.

    US dollars are rounded once to cents unless `exact`; `excel_safe` guards CSV and TSV against formulas in text.
    Raises OutputError for what the format cannot hold.
    """
    renderer: Any = getattr(import_module(f"aco_cli.outputs.{MODULES.get(fmt, 'text_formats')}"), f"render_{fmt}")
    more: dict[str, Any] = {"excel_safe": excel_safe} if fmt in DELIMITED else {}
    more |= {"about": about()} if fmt in BINARY else {}
    data: bytes = renderer(frame, columns, exact=exact, **more)
    return data
