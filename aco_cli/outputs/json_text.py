"""JSON and JSON Lines: an object per row, numbers as numbers, missing as null."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aco_cli.outputs import cells
from aco_cli.outputs.columns import OutputColumn, Unit


def render_json(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool) -> bytes:
    """Return an array of objects, one object a line."""
    objects = _objects(frame, columns, exact=exact)
    if not objects:
        return b"[]\n"
    # Text inside an object has its line feeds escaped, so every line feed ends a row.
    return b"[\n" + objects[:-1].replace(b"\n", b",\n") + b"\n]\n"


def render_jsonl(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool) -> bytes:
    """Return one object a line."""
    return _objects(frame, columns, exact=exact)


def _objects(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool) -> bytes:
    members = []
    for column in columns:
        name = json.dumps(column.name, ensure_ascii=False)
        value = pc.fill_null(_values(frame[column.name], column, exact=exact), "null")
        members.append(cells.join(f"{name}: ", value))
    return cells.lines([cells.join("{", cells.join(*members, separator=", "), "}")], "")


def _values(series: pd.Series[Any], column: OutputColumn, *, exact: bool) -> pa.Array:
    if column.numeric:
        values = cells.amounts(series, column, exact=exact)
        return cells.shortest(np.where(np.isfinite(values), values, np.nan))  # JSON has no word for infinity
    texts = cells.plain(series, column, exact=exact)
    if column.unit is Unit.BOOLEAN:
        return texts
    quoted = cells.join('"', _escape(texts), '"')
    return pc.if_else(pc.match_substring_regex(texts, cells.NUMBER), texts, quoted) if column.numbers else quoted


def _escape(strings: pa.Array) -> pa.Array:
    escaped = pc.replace_substring(pc.replace_substring(strings, "\\", "\\\\"), '"', '\\"')
    if not pc.any(pc.match_substring_regex(escaped, r"[\x00-\x1f]")).as_py():
        return escaped
    for code in range(0x20):
        escaped = pc.replace_substring(escaped, chr(code), json.dumps(chr(code))[1:-1])
    return escaped
