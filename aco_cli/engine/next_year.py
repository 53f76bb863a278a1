"""Next year's savings rate from this year's and the risk model: fitting a line on pairs of years, how well it held."""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pandas as pd

from aco_cli.engine.settle import settle
from aco_cli.rules.book import RuleBook

# Standard deviations to the 95th percentile of a normal distribution.
NINETY = NormalDist().inv_cdf(0.95)
# CMS's files of 2013 to 2017 have ids of their own, so that ACOs are known by name from one to the next.
_ENOUGH = 0.5


class Line(NamedTuple):
    """A fitted line: rates as fractions; `one_sided` is what an ACO without risk of losses saves more (less, if < 0).

    `sd` is the standard deviation of the residuals.
    """

    acos: int
    intercept: float
    slope: float
    one_sided: float
    sd: float

    def rate(self, last: "pd.Series[float]", one_sided: "pd.Series[float]") -> "pd.Series[float]":
        """Next year's savings rate from the last one, and whether the ACO is one-sided (1 or 0)."""
        return self.intercept + self.slope * last + self.one_sided * one_sided


def savings_rates(frame: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """Each ACO's `rate` by `aco_id` with its `name`, if any, and whether it is `one_sided` (1 or 0).

    Of two rows (half-years of 2019) the rate is that of both.
    """
    one_sided = 1.0 - settle(frame, book, ("is_two_sided",))["is_two_sided"].astype("float64").to_numpy()
    groups = frame.assign(name=frame.get("aco_name", ""), one_sided=one_sided).groupby("aco_id")
    sums = groups[["benchmark_total", "expenditure_total"]].sum(min_count=1)
    rate = (sums["benchmark_total"] - sums["expenditure_total"]) / sums["benchmark_total"]
    name = groups["name"].first().str.casefold().str.replace(r"\W", "", regex=True)
    found = {"rate": rate, "name": name.mask(name == ""), "one_sided": groups["one_sided"].last()}
    return pd.DataFrame(found).dropna(subset=["rate", "one_sided"]).reset_index()


def paired(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The rates `x` and `y` of the ACOs of both years, and whether they were `one_sided` in the first.

    They are matched by id, or by name where few ids are the same.
    """
    after = after[["aco_id", "name", "rate"]]
    by_id, by_name = (
        before.dropna(subset=key).drop_duplicates(key).merge(after.drop_duplicates(key), on=key, suffixes=("_x", "_y"))
        for key in ("aco_id", "name")
    )
    found = by_id if len(by_id) > _ENOUGH * min(len(before), len(after)) else by_name
    return found.rename(columns={"rate_x": "x", "rate_y": "y"})[["x", "y", "one_sided"]]


def fit(pair: pd.DataFrame) -> Line:
    """The least squares line from the rates of one year to those of the next."""
    known = np.column_stack([np.ones(len(pair)), pair["x"], pair["one_sided"]])
    (intercept, slope, one_sided), *_ = np.linalg.lstsq(known, pair["y"], rcond=None)
    residuals = pair["y"] - known @ (intercept, slope, one_sided)
    sd = float(np.sqrt((residuals**2).sum() / (len(pair) - known.shape[1])))
    return Line(len(pair), float(intercept), float(slope), float(one_sided), sd)


def backtest(pair: pd.DataFrame, line: Line) -> dict[str, float]:
    """How a line held on a later pair of years: root mean squared errors (fractions) and coverage of the 90 % range."""
    errors = pair["y"] - line.rate(pair["x"], pair["one_sided"])
    return {
        "acos": len(pair),
        "rmse": float(np.sqrt((errors**2).mean())),
        "rmse_persistence": float(np.sqrt(((pair["y"] - pair["x"]) ** 2).mean())),
        "coverage": float((errors.abs() <= NINETY * line.sd).mean()),
    }
