"""Expenditure and reference files: every file of a kind as one table, every problem at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.parts import Part, read_parts

_KEYS = {
    "expenditures": ("aco_id", "performance_year", "period", "enrollment_type"),
    "reference": ("performance_year", "agreement_start", "calendar_year", "enrollment_type"),
}
_NEVER_BLANK = {
    "expenditures": (*_KEYS["expenditures"], "calendar_year"),
    "reference": ("performance_year", "calendar_year", "enrollment_type"),
}


def load_table(files: Sequence[str], family: str) -> pd.DataFrame:
    """All rows of `expenditures` or `reference` files. Raises InputError with every problem of every file."""
    problems: list[Problem] = []
    parts = read_parts(files, family, problems)
    keys = [name for name in _KEYS[family] if any(name in part.frame for part in parts)]
    for part in parts:
        problems += [*part.problems, *_blanks(part, _NEVER_BLANK[family])]
    if problems:
        raise InputError(problems)
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    twice = np.flatnonzero(frame.duplicated(keys).to_numpy())
    if len(twice):
        file, row = _place(parts, int(twice[0]))
        found = f"a second one, and {len(twice) - 1:,} more such rows"
        raise InputError([Problem(file, f"one row for each {', '.join(keys)}", found, row)])
    return frame


def _place(parts: Sequence[Part], at: int) -> tuple[str, int]:
    """File and row of a row of all parts together."""
    ends = np.cumsum([len(part.rows) for part in parts])
    which = int(np.searchsorted(ends, at, side="right"))
    part = parts[which]
    return part.file, int(part.rows[at - int(ends[which])])


def _blanks(part: Part, keys: Sequence[str]) -> list[Problem]:
    problems = []
    for name in keys:
        column = part.frame[name]
        blank = np.flatnonzero((column.isna() | (column == "")).to_numpy())
        if len(blank):
            found = f"a blank cell, and {len(blank) - 1:,} more"
            problems.append(Problem(part.file, "a value", found, int(part.rows[blank[0]]), name))
    return problems
