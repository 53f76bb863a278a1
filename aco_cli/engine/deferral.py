"""Deferred reconciliation: a year settled together with a later one (Pioneer ACO Model, PY2 with PY3)."""

from collections.abc import Callable

import numpy as np
import pandas as pd


def split_deferred(frame: pd.DataFrame, is_asked: Callable[[int], bool]) -> pd.DataFrame:
    """The rows that a run for some performance years settles or shows.

    A deferred row shows as deferred in a run for its own year; a run for the year it is deferred to settles it, as a
    row of its own with `settled_in`, by the rules of its own year.
    """
    if "deferred_to" not in frame:
        return frame
    later = frame["deferred_to"] > frame["performance_year"]
    own = frame[frame["performance_year"].map(is_asked)]
    brought = frame[later & frame["deferred_to"].map(is_asked)]
    settled = brought.assign(settled_in=brought["deferred_to"], deferred_to=np.nan)
    return pd.concat([own, settled], ignore_index=True) if len(settled) else own


def note_net_amounts(table: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """The settled table with notes on rows settled together: which years, and their one net amount in US dollars.

    `frame` are the roster rows the table came from; the table needs aco_id, performance_year, settlement and notes.
    """
    if "settled_in" not in frame:
        return table
    year = frame["settled_in"].where(frame["settled_in"].notna(), frame["performance_year"])
    keys = [table["aco_id"], year]
    joint = frame["settled_in"].notna().groupby(keys).transform("any") & ~(frame["deferred_to"] > year)
    net = table["settlement"].where(joint).groupby(keys).transform("sum")
    told = list(map("settled together in {:.0f}: net {:,.2f} US dollars".format, year[joint], net[joint]))
    told = [f"{note}; {text}" if note else text for note, text in zip(table["notes"][joint], told, strict=True)]
    return table.assign(notes=table["notes"].mask(joint, pd.Series(told, index=year[joint].index, dtype="str")))
