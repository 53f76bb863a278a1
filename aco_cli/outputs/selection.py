"""Choosing and ordering what is written: `--columns` and `--sort`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from aco_cli.errors import UsageError
from aco_cli.nearest import nearest_or_all
from aco_cli.outputs.columns import OutputColumn, Unit

ALL = "all"


def with_all(frame: pd.DataFrame, columns: Sequence[OutputColumn]) -> pd.DataFrame:
    """Return the frame with every one of the columns: one that it lacks is added as missing throughout."""
    missing: dict[Unit, Any] = {Unit.TEXT: "", Unit.DATE: pd.NaT}
    absent = {column.name: missing.get(column.unit, np.nan) for column in columns if column.name not in frame}
    return frame.assign(**absent) if absent else frame


def select_columns(
    frame: pd.DataFrame, names: Iterable[str] | None, known: Sequence[OutputColumn], default: Sequence[OutputColumn]
) -> list[OutputColumn]:
    """Return the columns asked for by name, in that order, or the default ones when none are asked for.

    Any column of the frame may be asked for, and `all` for every default one; a column that `known` does not describe
    gets its unit from its dtype. Raises UsageError for an unknown name and for no name at all.
    """
    if names is None:
        return list(default)
    described = {column.name: column for column in known}
    wanted = _split(names)
    if ALL in wanted:
        wanted = list(dict.fromkeys([*(column.name for column in default), *wanted]))
        wanted.remove(ALL)
    if not wanted:
        raise UsageError("--columns: no column given")
    _refuse_unknown("--columns", wanted, list(dict.fromkeys([*described, *map(str, frame.columns)])))
    return [
        replace(described[name], priority=place)
        if name in described
        else OutputColumn(name, _unit_of(frame[name]), name.replace("_", " "), priority=place)
        for place, name in enumerate(wanted)
    ]


def _unit_of(series: "pd.Series[Any]") -> Unit:
    units = {"b": Unit.BOOLEAN, "M": Unit.DATE, "i": Unit.INTEGER, "u": Unit.INTEGER, "f": Unit.NUMBER}
    return units.get(series.dtype.kind, Unit.TEXT)


def sort_rows(frame: pd.DataFrame, keys: Iterable[str] | None) -> pd.DataFrame:
    """Return the rows ordered by the keys: `name` ascending, `-name` descending; stable, missing values last.

    Raises UsageError for an unknown name.
    """
    wanted = _split(keys or ())
    if not wanted:
        return frame
    names = [key.removeprefix("-") for key in wanted]
    _refuse_unknown("--sort", names, [str(name) for name in frame.columns])
    # pandas sorts by several keys stably, whatever their directions.
    order = pd.DataFrame({place: _sortable(frame[name]) for place, name in enumerate(names)}).reset_index(drop=True)
    ascending = [not key.startswith("-") for key in wanted]
    ordered = order.sort_values(list(order.columns), ascending=ascending, kind="stable", na_position="last")
    return frame.iloc[ordered.index]


def _sortable(series: "pd.Series[Any]") -> "pd.Series[Any]":
    if _unit_of(series) is not Unit.TEXT:
        return series
    strings = series.astype("str")
    return strings.where(strings != "")


def _split(names: Iterable[str]) -> list[str]:
    """Take names one by one or several with commas between; a repeated name counts once."""
    parts = (part.strip() for name in names for part in name.split(","))
    return list(dict.fromkeys(part for part in parts if part))


def _refuse_unknown(option: str, names: Sequence[str], known: Sequence[str]) -> None:
    if problems := [f"no column {name!r}, {nearest_or_all(name, known)}" for name in names if name not in known]:
        raise UsageError(f"{option}: {'; '.join(problems)}")
