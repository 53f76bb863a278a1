"""Next year's savings rate from this year's: fitting a line on pairs of years, and how well it held."""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pandas as pd

# Standard deviations to the 95th percentile of a normal distribution.
NINETY = NormalDist().inv_cdf(0.95)
# CMS's files of 2013 to 2017 have ids of their own, so that ACOs are known by name from one to the next.
_ENOUGH = 0.5


class Line(NamedTuple):
    """A fitted line: rates as fractions; `sd` is the standard deviation of the residuals."""

    acos: int
    intercept: float
    slope: float
    sd: float


def savings_rates(frame: pd.DataFrame) -> pd.DataFrame:
    """Each ACO's `rate` by `aco_id` with its `name`, if any: of two rows (half-years of 2019) that of both."""
    groups = frame.assign(name=frame.get("aco_name", "")).groupby("aco_id")
    sums = groups[["benchmark_total", "expenditure_total"]].sum(min_count=1)
    rate = (sums["benchmark_total"] - sums["expenditure_total"]) / sums["benchmark_total"]
    name = groups["name"].first().str.casefold().str.replace(r"\W", "", regex=True)
    return pd.DataFrame({"rate": rate, "name": name.mask(name == "")}).dropna(subset="rate").reset_index()


def paired(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The rates `x` and `y` of the ACOs of both years, matched by id, or by name where few ids are the same."""
    by_id, by_name = (
        before.dropna(subset=key).drop_duplicates(key).merge(after.drop_duplicates(key), on=key, suffixes=("_x", "_y"))
        for key in ("aco_id", "name")
    )
    found = by_id if len(by_id) > _ENOUGH * min(len(before), len(after)) else by_name
    return found.rename(columns={"rate_x": "x", "rate_y": "y"})[["x", "y"]]


def fit(pair: pd.DataFrame) -> Line:
    """The least squares line from the rates of one year to those of the next."""
    slope, intercept = np.polyfit(pair["x"], pair["y"], 1)
    residuals = pair["y"] - intercept - slope * pair["x"]
    return Line(len(pair), float(intercept), float(slope), float(np.sqrt((residuals**2).sum() / (len(pair) - 2))))


def backtest(pair: pd.DataFrame, line: Line) -> dict[str, float]:
    """How a line held on a later pair of years: root mean squared errors (fractions) and coverage of the 90 % range."""
    errors = pair["y"] - line.intercept - line.slope * pair["x"]
    return {
        "acos": len(pair),
        "rmse": float(np.sqrt((errors**2).mean())),
        "rmse_persistence": float(np.sqrt(((pair["y"] - pair["x"]) ** 2).mean())),
        "coverage": float((errors.abs() <= NINETY * line.sd).mean()),
    }
