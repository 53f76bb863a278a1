"""Columns of one's own, brought to the rows of a roster by ACO and year."""

from collections.abc import Collection, Sequence

import pandas as pd

from aco_cli.errors import NONE, InputError, Problem
from aco_cli.inputs.layout import layouts_of
from aco_cli.inputs.parts import YEAR, read_part, settle_years
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.rows import blank_cells, check_duplicates
from aco_cli.inputs.totals import unmatched
from aco_cli.inputs.years import Years

_TEXTS = ("aco_name", "state")


def join_columns(
    frame: pd.DataFrame, files: Sequence[str], years: Years, computed: Collection[str] = ()
) -> tuple[pd.DataFrame, list[Remark]]:
    """A roster with the columns of these files as text, blank where they have no row; and what found no match.

    Raises InputError for a second row of an ACO, a row without one, and a column that is there already, that is the
    roster's, or that is `computed` later.
    """
    told: list[Remark] = []
    for file in files:
        part = read_part(file, "join")
        if part.has_years:
            settle_years(part, years)
        keys = ["aco_id", YEAR] if part.has_years else ["aco_id"]
        own = {*frame, *layouts_of("roster")[0].columns} - {*_TEXTS, *keys}
        own |= {name for name in _TEXTS if name in frame and (frame[name] != "").any()}
        known = dict.fromkeys({*computed} - {*_TEXTS, *keys}, ("one that aco computes", "rename it"))
        known |= dict.fromkeys(own, ("a roster column", "rename it, or enter its values in the roster"))
        problems = [*part.problems, *blank_cells(part, {"aco_id": "an id"}), *check_duplicates([part])]
        problems += [
            Problem(file, "a column that rosters do not have", known[name][0], 1, str(name), known[name][1])
            for name in part.frame
            if name in known
        ]
        if {*part.frame} == {*keys}:
            problems.append(Problem(file, f"columns beside {' and '.join(keys)}, to join", NONE))
        if problems:
            raise InputError(problems)
        brought = part.frame.set_index(keys)
        wanted = pd.MultiIndex.from_frame(frame[keys]) if len(keys) > 1 else pd.Index(frame["aco_id"])
        joined = brought.reindex(wanted).fillna("").set_axis(frame.index)
        frame = frame.assign(**{str(name): joined[name].astype("str") for name in joined})
        how = f"; rows join on {' and '.join(keys)}, written as in the roster"
        lost = unmatched(wanted, brought.index, file, "row")
        told += [*part.remarks, *(Remark(f"{each}{how}", each.code) for each in lost)]
    return frame, told
