"""Advance payments: what one year does not recoup is carried into the next."""

from collections.abc import Callable

import numpy as np
import pandas as pd


def carry_balances(frame: pd.DataFrame, earned: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """The frame with `advance_balance` filled in, where a later year leaves it blank, with what the earlier year left.

    A balance given for a year wins. `earned` gives the earned payments of rows, in US dollars. `advance_carried` says
    which balances were carried. Source: CMS public use files: what is recouped is the lesser of balance and payment.
    """
    balance = frame["advance_balance"]
    owing = frame["aco_id"].isin(frame.loc[balance > 0, "aco_id"])
    years = frame.loc[owing, "performance_year"].drop_duplicates().sort_values()
    if len(years) < 2:
        return frame
    payments = pd.Series(np.nan, index=frame.index)
    payments[owing] = earned(frame[owing]).to_numpy()
    left = pd.Series(dtype=np.float64)
    filled, carried = balance.copy(), pd.Series(False, index=frame.index)
    for year in years:
        rows = frame.index[owing & (frame["performance_year"] == year)]
        before = frame.loc[rows, "aco_id"].map(left)
        carried[rows] = balance[rows].isna() & (before > 0)
        filled[rows] = balance[rows].fillna(before)
        rest = (filled[rows] - payments[rows].fillna(0)).clip(lower=0)
        left = pd.concat([left, rest.set_axis(frame.loc[rows, "aco_id"])]).groupby(level=0).last()
    return frame.assign(advance_balance=filled, advance_carried=carried.astype(np.float64))
