"""From exact sums to the columns of the expenditure file: the only divisions, one way for every engine."""

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pandas as pd

from aco_cli.engine.members import TYPES

KEYS = ["aco_id", "performance_year", "period", "calendar_year"]
REFERENCE_KEYS = ["performance_year", "calendar_year", "type_order"]
COUNTY_KEYS = ["calendar_year", "county", "type_order"]
_MILLION = 1_000_000
_MONTHS = 12.0
_SCALE = 27720  # of `annualized` in the statement `order_statistics`
_MILLIONTH = Decimal("0.000001")  # of a dollar


def expenditures(
    sums: pd.DataFrame, heads: pd.DataFrame, reference: pd.DataFrame, completion: Mapping[int, float]
) -> pd.DataFrame:
    """Person years, per capita expenditure (US dollars) and renormalized risk score of each ACO, period and type.

    A type without months has 0 person years and no figures, one without risk scores no score. `reference` has
    `mean_risk_score` and `completion_factor`, blank where `completion` of the performance year holds.
    """
    kinds = pd.DataFrame({"type_order": range(len(TYPES)), "enrollment_type": TYPES})
    rows = heads.merge(kinds, how="cross").merge(sums, on=[*KEYS, "type_order"], how="left")
    rows = rows.merge(reference, on=REFERENCE_KEYS, how="left")
    normal = rows["mean_risk_score"].map(lambda mean: 1 / (_MILLION * _fraction(mean)))
    factor = rows["completion_factor"].astype(float).fillna(rows["performance_year"].map(completion))
    return rows.assign(
        person_years=rows["months"].astype(float).fillna(0.0) / _MONTHS,
        per_capita_expenditure=_quotients(rows["dollar_months"], factor, rows["months"]),
        risk_score=_quotients(rows["risk"], normal, rows["months"]),
    ).sort_values([*KEYS, "type_order"], ignore_index=True)


def _quotients(sums: pd.Series, factors: pd.Series, months: pd.Series) -> list[float]:
    """Exact sum x exact factor / months, rounded once; NaN without months or sum (four rows a period: few)."""
    return [
        math.nan if math.isnan(count) or pd.isna(total) else float(_fraction(total) * _fraction(factor) / int(count))
        for total, factor, count in zip(sums, factors, months, strict=True)
    ]


def _fraction(number: float | Decimal | Fraction) -> Fraction:
    """A float as the decimal number that it prints as."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def with_regions(
    rows: pd.DataFrame, lived: pd.DataFrame, counties: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Add `regional_expenditure` and `national_weight` (v11 4.1.1, 4.1.2).

    Also returns the months that no county file covers, and those where an ACO has more person years than the county.
    `lived` has the months of each ACO, period and type in each county; `counties` has CMS's `per_capita`, `score` and
    `county_person_years`. Both figures are means over counties, weighted by the ACO's person years there.
    """
    keys = [*KEYS, "type_order"]
    held = lived.merge(counties, on=COUNTY_KEYS, how="left").sort_values([*keys, "county"])
    held["person_years"] = held["months"].astype(float) / _MONTHS
    known = held[["per_capita", "score", "county_person_years"]].notna().all(axis=1)
    known &= (held["score"] > 0) & (held["county_person_years"] > 0)
    found = held[known]
    found = found.assign(
        regional=found["person_years"] * found["per_capita"] / found["score"],
        share=found["person_years"] * found["person_years"] / found["county_person_years"],
    )
    totals = found.groupby(keys, as_index=False)[["person_years", "regional", "share"]].sum()
    totals["regional_expenditure"] = totals["regional"] / totals["person_years"]
    totals["national_weight"] = totals["share"] / totals["person_years"]
    missing = held.loc[~known, [*COUNTY_KEYS, "person_years"]]
    crowded = found.loc[found["person_years"] > found["county_person_years"]]
    return rows.merge(totals[[*keys, "regional_expenditure", "national_weight"]], on=keys, how="left"), missing, crowded


def population_figures(statistics: pd.DataFrame, means: pd.DataFrame, percent: int) -> pd.DataFrame:
    """`truncation_threshold` (Decimal, US dollars) and `mean_risk_score` by calendar year and type.

    The percentile of n people in order of annualized expenditures is at place 1 + (n - 1) x percent / 100, and between
    two of them in proportion (Hyndman and Fan's type 7, that of most software). It is exact, then rounded to a
    millionth of a dollar; one below 0 counts as 0. The mean score is weighted by person years.
    """
    keys = REFERENCE_KEYS[1:]
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
