"""One interface to every output format: rows and columns in, the bytes of the file out."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

import pandas as pd

from aco_cli.outputs.columns import OutputColumn
from aco_cli.outputs.formats import Format


class Renderer(Protocol):
    """What every format offers."""

    def __call__(self, frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool, excel_safe: bool) -> bytes:
        """Return the file."""


# Modules are imported when asked for: each brings a library that the other formats do not need.
RENDERERS = {
    Format.TABLE: ("terminal", "render_table"),
    Format.CSV: ("delimited", "render_csv"),
    Format.TSV: ("delimited", "render_tsv"),
    Format.JSON: ("json_text", "render_json"),
    Format.JSONL: ("json_text", "render_jsonl"),
    Format.PARQUET: ("parquet", "render_parquet"),
    Format.XLSX: ("xlsx", "render_xlsx"),
    Format.MARKDOWN: ("markdown", "render_markdown"),
}


def render(
    frame: pd.DataFrame, columns: Sequence[OutputColumn], fmt: Format, *, exact: bool = False, excel_safe: bool = False
) -> bytes:
    """Return the columns of the frame in a format (not `auto`), in the order of `columns`.

    US dollars are rounded once to cents unless `exact`; `excel_safe` guards CSV and TSV against formulas in text.
    Raises OutputError for what the format cannot hold.
    """
    module, function = RENDERERS[fmt]
    renderer = cast("Renderer", getattr(import_module(f"aco_cli.outputs.{module}"), function))
    return renderer(frame, columns, exact=exact, excel_safe=excel_safe)
