"""A Markdown table for documents: amounts grouped by thousands and aligned right, rates in percent."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aco_cli.outputs import cells
from aco_cli.outputs.columns import OutputColumn, Unit

# In this order: the backslash first, or it would escape the escapes.
ESCAPES = (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("\r\n", "<br>"), ("\n", "<br>"), ("\r", "<br>"))


def render_markdown(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool) -> bytes:
    """Return a table of GitHub's Markdown, dollars to cents."""
    names = _escape(pa.array([column.name for column in columns], type=cells.STRING)).to_pylist()
    rules = ["---:" if column.numeric else "---" for column in columns]
    header = f"| {' | '.join(names)} |\n| {' | '.join(rules)} |\n"
    fields = []
    for column in columns:
        field = cells.for_people(frame[column.name], column, exact=exact, dollar_decimals=2)
        fields.append(pc.fill_null(_escape(field) if column.unit is Unit.TEXT else field, ""))
    body = cells.join("| ", cells.join(*fields, separator=" | "), " |")
    return header.encode() + cells.lines([body], "")


def _escape(strings: pa.Array) -> pa.Array:
    for found, written in ESCAPES:
        strings = pc.replace_substring(strings, found, written)
    return strings
