"""Truncation thresholds and mean risk scores of a population, where CMS's own are not given."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pandas as pd

_SCALE = 27720  # of `annualized` in the statement `order_statistics`
_MILLIONTH = Decimal("0.000001")


def population_figures(statistics: pd.DataFrame, means: pd.DataFrame, percent: int) -> pd.DataFrame:
    """`truncation_threshold` (Decimal, US dollars) and `mean_risk_score` by calendar year and type.

    The percentile of n people in order of annualized expenditures is at place 1 + (n - 1) x percent / 100, and between
    two of them in proportion (Hyndman and Fan's type 7, that of most software). It is exact, then rounded to a
    millionth of a dollar; one below 0 counts as 0. The mean score is weighted by person years.
    """
    keys = ["calendar_year", "type_order"]
    ordered = statistics.sort_values([*keys, "place"])
    found = [(*key, _percentile(group, percent)) for key, group in ordered.groupby(keys)]
    thresholds = pd.DataFrame(found, columns=[*keys, "truncation_threshold"])
    figures = means.merge(thresholds, on=keys).sort_values(keys, ignore_index=True)
    return figures.assign(mean_risk_score=figures["risk"].astype(float) / figures["months"].astype(float) / 1e6)


def _percentile(group: pd.DataFrame, percent: int) -> Decimal:
    """From the one or two people around it (columns `place`, `people`, `annualized`)."""
    values = [Fraction(value) / _SCALE for value in group["annualized"]]
    between = Fraction(int(group["people"].iloc[0]) - 1) * percent / 100 % 1
    exact = values[0] + (values[-1] - values[0]) * between
    exact = max(exact, Fraction(0))
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_MILLIONTH, ROUND_HALF_UP)
