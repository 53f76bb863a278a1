"""Settlements, as a call of the library."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

import pandas as pd

from aco_cli.api.roster import read_roster, settle_rows
from aco_cli.api.run import Result, Run
from aco_cli.api.selection import Selection, Tables, YearsLike, requested, years_of
from aco_cli.outputs.columns import column_names


def settle(
    data: Tables,
    years: YearsLike = None,
    *,
    columns: Sequence[str] = (),
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """Every ACO's settlement: a row per ACO and performance year, with the settlement columns and those of `columns`.

    `lines` of the result gives the worksheet of an ACO.
    """
    run = run or Run()
    request = requested(data, years, selection, columns)
    frame = read_roster(run, request)
    own = column_names("settle")
    others = [name for name in columns if name in frame and name not in own]
    settled = settle_rows(run, frame, request.book, (*own, *others))

    def lines(aco_id: str, year: int | None) -> pd.DataFrame:
        from aco_cli.api.explain import carried, rows_of, worksheet_table

        rows = rows_of(frame, aco_id, None if year is None else replace(request, years=years_of(year)))
        return worksheet_table(Run(), request, carried(*rows, request.book).head(1), ())

    return Result(settled, run.notices, worksheet=lines)
