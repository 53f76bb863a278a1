"""The text formats: CSV and TSV, JSON and JSON Lines, Markdown.

CSV and TSV have quotes only where a cell needs them (RFC 4180), lines ended by a line feed, UTF-8 without BOM; JSON an
object per row, numbers as numbers, missing as null; Markdown amounts grouped by thousands and rates in percent.
"""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aco_cli.outputs import cells
from aco_cli.outputs.columns import OutputColumn, Unit

# A spreadsheet takes a cell that starts with one of these as a formula (OWASP, "CSV Injection"), also behind blanks and
# in the full width that East Asian ones know.
FORMULA_START = r"^([\s\x{A0}\x{3000}\x{FEFF}]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|[\t\r\n])"
# In this order: the backslash first, or it would escape the escapes.
ESCAPES = (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("\r\n", "<br>"), ("\n", "<br>"), ("\r", "<br>"))


def render_csv(
    frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool, excel_safe: bool, separator: str = ","
) -> bytes:
    """Return the columns as CSV; `excel_safe` puts an apostrophe before text a spreadsheet would calculate."""
    # A lone empty cell would make an empty line, which readers skip: it is written as "".
    missing = '""' if len(columns) == 1 else ""
    names = pa.array([column.name for column in columns], type=cells.STRING)
    header = separator.join(_quoted(names, separator, excel_safe=excel_safe).to_pylist())
    fields = []
    for column in columns:
        field = cells.plain(frame[column.name], column, exact=exact)
        if column.unit is Unit.TEXT:
            field = _quoted(field, separator, excel_safe=excel_safe)
        fields.append(pc.fill_null(field, missing))
    return f"{header}\n".encode() + cells.lines(fields, separator)


# As CSV with tabs, so that a tab or line feed inside a cell is quoted.
render_tsv = partial(render_csv, separator="\t")


def _quoted(field: pa.Array, separator: str, *, excel_safe: bool) -> pa.Array:
    """Quote the cells that hold a separator, a quote or a line break."""
    if excel_safe:
        field = pc.replace_substring_regex(field, FORMULA_START, r"'\1")
    special = pc.match_substring_regex(field, f'[{separator}"\r\n]')
    if not pc.any(special).as_py():
        return field
    doubled = pc.replace_substring(field, '"', '""')
    return pc.if_else(special, cells.join('"', doubled, '"'), field)


def render_json(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool) -> bytes:
    """Return an array of objects, one object a line."""
    objects = render_jsonl(frame, columns, exact=exact)
    if not objects:
        return b"[]\n"
    # Text inside an object has its line feeds escaped, so every line feed ends a row.
    return b"[\n" + objects[:-1].replace(b"\n", b",\n") + b"\n]\n"


def render_jsonl(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool) -> bytes:
    """Return one object a line."""
    members = []
    for column in columns:
        name = json.dumps(column.name, ensure_ascii=False)
        value = pc.fill_null(_json(frame[column.name], column, exact=exact), "null")
        members.append(cells.join(f"{name}: ", value))
    return cells.lines([cells.join("{", cells.join(*members, separator=", "), "}")], "")


def _json(series: "pd.Series[Any]", column: OutputColumn, *, exact: bool) -> pa.Array:
    if column.numeric:
        values = cells.amounts(series, column, exact=exact)
        return cells.shortest(np.where(np.isfinite(values), values, np.nan))  # JSON has no word for infinity
    texts = cells.plain(series, column, exact=exact)
    if column.unit is Unit.BOOLEAN:
        return texts
    quoted = cells.join('"', _escaped(texts), '"')
    return pc.if_else(pc.match_substring_regex(texts, cells.NUMBER), texts, quoted) if column.numbers else quoted


def _escaped(strings: pa.Array) -> pa.Array:
    escaped = pc.replace_substring(pc.replace_substring(strings, "\\", "\\\\"), '"', '\\"')
    if not pc.any(pc.match_substring_regex(escaped, r"[\x00-\x1f]")).as_py():
        return escaped
    for code in range(0x20):
        escaped = pc.replace_substring(escaped, chr(code), json.dumps(chr(code))[1:-1])
    return escaped


def render_markdown(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool) -> bytes:
    """Return a table of GitHub's Markdown, dollars to cents."""
    names = _for_markdown(pa.array([column.name for column in columns], type=cells.STRING)).to_pylist()
    rules = ["---:" if column.numeric else "---" for column in columns]
    header = f"| {' | '.join(names)} |\n| {' | '.join(rules)} |\n"
    fields = []
    for column in columns:
        field = cells.for_people(frame[column.name], column, exact=exact, dollar_decimals=2)
        fields.append(pc.fill_null(_for_markdown(field) if column.unit is Unit.TEXT else field, ""))
    body = cells.join("| ", cells.join(*fields, separator=" | "), " |")
    return header.encode() + cells.lines([body], "")


def _for_markdown(strings: pa.Array) -> pa.Array:
    for found, written in ESCAPES:
        strings = pc.replace_substring(strings, found, written)
    return strings
