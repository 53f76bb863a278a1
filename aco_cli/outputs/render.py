"""One interface to every output format: rows and columns in, the bytes of the file out."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import pandas as pd

from aco_cli.outputs.columns import OutputColumn
from aco_cli.outputs.formats import DELIMITED, Format

# The module of each `render_<format>`, imported when asked for: each brings a library that others do not need.
MODULES = {
    Format.TABLE: "terminal",
    Format.CSV: "delimited",
    Format.TSV: "delimited",
    Format.JSON: "json_text",
    Format.JSONL: "json_text",
    Format.PARQUET: "parquet",
    Format.XLSX: "xlsx",
    Format.MARKDOWN: "markdown",
}


def render(
    frame: pd.DataFrame, columns: Sequence[OutputColumn], fmt: Format, *, exact: bool = False, excel_safe: bool = False
) -> bytes:
    """Return the columns of the frame in a format (not `auto`), in the order of `columns`.

    US dollars are rounded once to cents unless `exact`; `excel_safe` guards CSV and TSV against formulas in text.
    Raises OutputError for what the format cannot hold.
    """
    renderer: Any = getattr(import_module(f"aco_cli.outputs.{MODULES[fmt]}"), f"render_{fmt}")
    guard = {"excel_safe": excel_safe} if fmt in DELIMITED else {}
    data: bytes = renderer(frame, columns, exact=exact, **guard)
    return data
