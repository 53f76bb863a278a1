"""What must hold of rows beyond their single cells."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from aco_cli.errors import Problem
from aco_cli.inputs.convert import NO_YEAR
from aco_cli.inputs.layout import layouts_of
from aco_cli.inputs.parts import YEAR, Part
from aco_cli.inputs.problems import limited, shown

_HALF_YEAR = 6


def check_rows(part: Part) -> list[Problem]:
    """Every problem of a part's rows taken one by one: each needs an id, a program, and a track of that program."""
    programs = layouts_of("roster")[0].columns["program"].choices
    needed = {"aco_id": "an id", "program": f"one of {', '.join(programs)}", "track": "a track"}
    return [*blank_cells(part, needed), *_tracks_of_other_programs(part)]


def blank_cells(part: Part, needed: Mapping[str, str]) -> list[Problem]:
    """A problem for each blank cell of these columns, as far as the part has them; with what was expected there."""
    problems = []
    for name, expected in needed.items():
        if name in part.frame:
            bad = part.frame[name].isin(["", None, np.nan]).to_numpy()
            problems += part.cell_problems(name, bad, lambda _, words=expected: (words, "a blank cell", ""))  # type: ignore[misc]
    return problems


def _tracks_of_other_programs(part: Part) -> Iterable[Problem]:
    if "program" not in part.frame:
        return
    column = part.layout.columns["track"]
    found = part.frame["track"]
    for program, tracks in column.choices_by_program.items():
        others = [each for each in column.choices if each not in tracks]
        bad = (part.frame["program"] == program) & found.isin(others)
        expected = f"a track of {program}: {', '.join(tracks)}"
        yield from part.cell_problems("track", bad.to_numpy(), lambda at, words=expected: (words, found.iloc[at], ""))  # type: ignore[misc]


def check_duplicates(parts: Sequence[Part]) -> list[Problem]:
    """An ACO has one row per performance year, over all files together; two half-years are one row each."""
    if not parts:
        return []
    names = [(part.file, part.layout.label) for part in parts]
    if twice := [file for file, label in dict.fromkeys(names) if names.count((file, label)) > 1]:
        fix = "an option takes one file each time: --quality A --quality B"
        return [Problem(name, "each file once", "the same file again", fix=fix) for name in twice]
    keys = pd.concat([row_keys(part) for part in parts], ignore_index=True)
    keys = keys[keys["aco_id"] != ""]
    again = keys.duplicated(["aco_id", YEAR])
    if not again.any():
        return []
    again &= ~_other_half(keys)
    first = keys.drop_duplicates(["aco_id", YEAR])
    pairs = keys[again].merge(first, on=["aco_id", YEAR], suffixes=("", "_first"))
    columns = ["aco_id", YEAR, "file", "row", "file_first", "row_first"]
    problems = []
    for aco_id, year, file, row, first_file, first_row in pairs[columns].itertuples(index=False, name=None):
        found = f"{shown(aco_id)}{f' in {year}' if year else ''} again, first in {first_file}, row {first_row}"
        expected, fix = ("ACO and year", "leave one out") if year else ("ACO", "leave one out, or add performance_year")
        problems.append(Problem(file, f"one row per {expected}", found, row, "aco_id", fix))
    return limited(problems)


def _other_half(keys: pd.DataFrame) -> pd.Series:
    """Whether a row is a half-year under an agreement of its own: in 2019 one could end in June, the next begin."""
    halves = keys["half_of"].groupby([keys["aco_id"], keys[YEAR]])
    all_halves = halves.transform("count") == halves.transform("size")
    return all_halves & ~keys.duplicated(["aco_id", YEAR, "half_of"])


def row_keys(part: Part) -> pd.DataFrame:
    """The ACO, the year and the place of each row whose year is known, and of half a year the start that it is of."""
    keys = pd.DataFrame({"aco_id": part.frame["aco_id"], YEAR: part.years, "file": part.file, "row": part.rows})
    keys["half_of"] = np.datetime64("NaT", "us")
    if {"months", "agreement_start"} <= set(part.frame):
        keys["half_of"] = part.frame["agreement_start"].where(part.frame["months"] == _HALF_YEAR)
    return keys[keys[YEAR] != NO_YEAR] if part.has_years else keys
