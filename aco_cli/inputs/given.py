"""Values for roster columns that come from an option or a scenario instead of a file's cells."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from aco_cli.errors import UsageError
from aco_cli.inputs.convert import convert
from aco_cli.inputs.layout import Layout, layouts_of
from aco_cli.inputs.raw import RawTable
from aco_cli.inputs.recognise import Match
from aco_cli.nearest import did_you_mean

_IDENTITY = {"aco_id": "it says which row it is", "performance_year": "rules of another year are --rules-year"}


def convert_given(values: Mapping[str, object], *, selects: bool = False) -> pd.DataFrame:
    """One row of canonical columns, each value read as a roster's cell of its column; blank is unknown.

    `selects`: the values say which rows are meant and change nothing, so that any column will do. Raises UsageError
    with every column that does not exist or cannot be given, or else every value that does not fit.
    """
    layout = layouts_of("roster")[0]
    refused = [reason for name in values if (reason := _refusal(name, layout, selects=selects))]
    if refused:
        raise UsageError("; ".join(refused))
    texts = ("" if value is None else str(value) for value in values.values())
    cells = {place: pa.chunked_array([[text]]) for place, text in enumerate(texts)}
    places = {name: place for place, name in enumerate(values)}
    frame, problems = convert(Match(layout, places, {}, (), ()), RawTable("", cells, np.array([1])))
    if problems:
        told = (f"{each.column}: expected {each.expected}, found {each.found}; {each.fix}" for each in problems)
        raise UsageError("\n".join(text.removesuffix("; ") for text in told))
    return frame


def _refusal(name: str, layout: Layout, *, selects: bool) -> str:
    """Why a column cannot be given; nothing if it can."""
    if name not in layout.columns:
        near = did_you_mean(name, layout.columns, most=3).removeprefix("; ")
        return f"no roster column {name!r}, {near or 'expected one of ' + ', '.join(layout.columns)}"
    if name in _IDENTITY and not selects:
        return f"{name} cannot be changed: {_IDENTITY[name]}"
    total = next((each.name for each in layout.columns.values() if name in each.or_product), "")
    return f"{name} cannot be changed: the totals are computed already; change {total}" if total else ""
