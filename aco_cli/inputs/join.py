"""Columns of one's own, brought to the rows of a roster by ACO and year."""

from collections.abc import Sequence

import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.layout import layouts_of
from aco_cli.inputs.parts import YEAR, read_parts, settle_years
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.rows import check_duplicates
from aco_cli.inputs.totals import unmatched
from aco_cli.inputs.years import Years

_TEXTS = ("aco_name", "state")


def join_columns(frame: pd.DataFrame, files: Sequence[str], years: Years) -> tuple[pd.DataFrame, list[Remark]]:
    """A roster with the columns of these files as text, blank where they have no row; and what found no match.

    Raises InputError for a second row of an ACO, and for a column that is there already or that is the roster's.
    """
    told: list[Remark] = []
    for file in files:
        problems: list[Problem] = []
        parts = read_parts([file], "join", problems)
        for part in parts:
            if part.has_years:
                settle_years(part, years)
            problems += [*part.problems, *check_duplicates([part])]
            taken = {*frame, *layouts_of("roster")[0].columns} - {*_TEXTS, "aco_id", YEAR}
            taken |= {name for name in _TEXTS if name in frame and (frame[name] != "").any()}
            problems += [
                Problem(file, "columns that the roster does not have", "one that it has", 1, str(name), "rename it")
                for name in part.frame
                if name in taken
            ]
            if problems:
                raise InputError(problems)
            keys = ["aco_id", YEAR] if part.has_years else ["aco_id"]
            brought = part.frame.set_index(keys)
            wanted = pd.MultiIndex.from_frame(frame[keys]) if len(keys) > 1 else pd.Index(frame["aco_id"])
            joined = brought.reindex(wanted).fillna("").set_axis(frame.index)
            frame = frame.assign(**{str(name): joined[name].astype("str") for name in joined})
            told += [*part.remarks, *unmatched(wanted, brought.index, file, "row")]
        if problems:
            raise InputError(problems)
    return frame, told
