"""From exact sums to figures: each division on numbers that are small enough to check by hand."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from aco_cli.engine.expenditures.results import (
    COUNTY_KEYS,
    KEYS,
    REFERENCE_KEYS,
    expenditures,
    population_figures,
    with_regions,
)

NAN = math.nan
A1, A2 = ("A1", 2018, "PY", 2018), ("A2", 2018, "BY1", 2017)


def frame(columns: list[str], *rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns)


def test_figures_of_each_aco_period_and_type() -> None:
    """Dollars are 12 x those paid, scores millionths; without months there are no figures, without risk no score."""
    heads = frame([*KEYS, "assigned_beneficiaries"], (*A2, 7), (*A1, 9))
    sums = frame(
        [*KEYS, "type_order", "months", "risk", "dollar_months"],
        (*A1, 3, 6, 12_000_000, Decimal("600.000000")),
        (*A1, 0, 1, None, Decimal("0.01")),
        (*A2, 1, 18, 9_000_000, Decimal("-36.36")),
    )
    reference = frame(
        [*REFERENCE_KEYS, "mean_risk_score", "completion_factor"],
        *((2018, 2018, kind, 0.5, NAN) for kind in range(4)),
        *((2018, 2017, kind, 1.25, 1.1) for kind in range(4)),
    )
    found = expenditures(sums, heads, reference, {2018: 1.013})
    assert found[[*KEYS, "type_order"]].to_numpy().tolist() == [[*each, kind] for each in (A1, A2) for kind in range(4)]
    assert found.index.tolist() == list(range(8))
    assert found["enrollment_type"].tolist() == ["esrd", "disabled", "aged-dual", "aged-nondual"] * 2
    assert found["assigned_beneficiaries"].tolist() == [9] * 4 + [7] * 4
    assert found["person_years"].tolist() == [1 / 12, 0, 0, 0.5, 0, 1.5, 0, 0]
    # 600 x 1.013 / 6, 0.01 x 1.013, -36.36 x 1.1 / 18; 12 / 0.5 / 6, 9 / 1.25 / 18
    dollars = [0.01013, NAN, NAN, 101.3, NAN, -2.222, NAN, NAN]
    assert found["per_capita_expenditure"].tolist() == pytest.approx(dollars, rel=1e-15, nan_ok=True)
    assert found["risk_score"].tolist() == pytest.approx([NAN, NAN, NAN, 4, NAN, 0.4, NAN, NAN], rel=1e-15, nan_ok=True)


def test_regional_figures_are_means_over_counties_by_the_months_lived_there() -> None:
    """By the person years of the ACO: of expenditures per score, and of its share of the county."""
    rows = frame([*KEYS, "type_order"], (*A1, 0), (*A1, 3), (*A2, 0))
    lived = frame(
        [*KEYS, "type_order", "county", "months"],
        (*A1, 0, "C2", 12),  # 1 of 4 person years
        (*A1, 0, "C1", 24),  # 2 of 8
        (*A1, 0, "C3", 60),  # of which nothing is known
        (*A1, 3, "C1", 18),  # all of 1.5 are the ACO's: none too many
        (*A2, 0, "C1", 36),  # 3 of 0.75: more than the county has
    )
    counties = frame(
        [*COUNTY_KEYS, "per_capita", "score", "county_person_years"],
        (2018, "C1", 0, 8000.0, 0.5, 8.0),
        (2018, "C2", 0, 9000.0, 0.9, 4.0),
        (2018, "C1", 3, 1000.0, 2.0, 1.5),
        (2017, "C1", 0, 500.0, 1.0, 0.75),
    )
    found, missing, crowded = with_regions(rows, lived, counties)
    # (2 x 8,000 / 0.5 + 1 x 9,000 / 0.9) / 3; (2 x 2 / 8 + 1 x 1 / 4) / 3
    assert found["regional_expenditure"].tolist() == pytest.approx([42_000 / 3, 500, 500], rel=1e-15)
    assert found["national_weight"].tolist() == pytest.approx([0.25, 1.0, 4.0], rel=1e-15)
    assert missing[[*COUNTY_KEYS, "person_years"]].to_numpy().tolist() == [[2018, "C3", 0, 5.0]]
    assert crowded[["aco_id", "county", "person_years"]].to_numpy().tolist() == [["A2", "C1", 3.0]]


@pytest.mark.parametrize(
    ("per_capita", "score", "years", "is_known"),
    [
        (100.0, 0.01, 0.01, True),
        (0.0, 1.0, 1.0, True),
        (100.0, 0.0, 1.0, False),
        (100.0, 1.0, 0.0, False),
        (NAN, 1.0, 1.0, False),
        (100.0, NAN, 1.0, False),
        (100.0, 1.0, NAN, False),
    ],
)
def test_a_county_by_which_nothing_can_be_divided_is_missing(
    per_capita: float, score: float, years: float, is_known: bool
) -> None:
    lived = frame([*KEYS, "type_order", "county", "months"], (*A1, 0, "C1", 12))
    counties = frame([*COUNTY_KEYS, "per_capita", "score", "county_person_years"],
                     (2018, "C1", 0, per_capita, score, years))  # fmt: skip
    found, missing, _ = with_regions(frame([*KEYS, "type_order"], (*A1, 0)), lived, counties)
    assert (len(missing), bool(found["regional_expenditure"].notna().all())) == (int(not is_known), is_known)


def figures(people: int, *annualized: str, percent: int = 99) -> pd.DataFrame:
    """Of people between the last of whom a percentile lies; dollars are written as sums of 12 months."""
    scaled = [Decimal(each) * 27_720 for each in annualized]
    rows = [(2018, 2, place, people, each) for place, each in enumerate(scaled, start=1)]
    statistics = frame(["calendar_year", "type_order", "place", "people", "annualized"], *reversed(rows))
    means = frame(["calendar_year", "type_order", "people", "months", "risk"], (2018, 2, people, 40, 60_000_000))
    return population_figures(statistics, means, percent)


@pytest.mark.parametrize(
    ("people", "annualized", "percent", "threshold"),
    [
        (1, ["50"], 99, "50.000000"),
        (2, ["0", "100"], 99, "99.000000"),  # at place 1.99
        (101, ["70"], 99, "70.000000"),  # at place 100
        (102, ["100", "200"], 99, "199.000000"),  # at place 100.99
        (4, ["100", "200"], 50, "150.000000"),  # at place 2.5
        (3, ["100", "200"], 30, "160.000000"),  # at place 1.6
        (1, ["0.5"], 99, "0.500000"),
        (1, ["-3"], 99, "0.000000"),  # below 0 is 0
        (2, ["-100", "100"], 99, "98.000000"),
        (2, ["0", "0.00000151515"], 99, "0.000001"),  # exact, then rounded: 1.4999985 millionths
        (2, ["0", "0.0000015151516"], 99, "0.000002"),
    ],
)
def test_a_threshold_lies_between_people_in_proportion(
    people: int, annualized: list[str], percent: int, threshold: str
) -> None:
    found = figures(people, *annualized, percent=percent)
    assert [str(each) for each in found["truncation_threshold"]] == [threshold]
    assert found["mean_risk_score"].tolist() == [1.5]


def test_figures_of_a_population_come_by_year_and_type() -> None:
    keys = [(2019, 0), (2018, 3), (2018, 1)]
    statistics = frame(["calendar_year", "type_order", "place", "people", "annualized"],
                       *((*key, 1, 1, 27_720 * at) for at, key in enumerate(keys)))  # fmt: skip
    means = frame(["calendar_year", "type_order", "months", "risk"],
                  *((*key, 4, 10_000_000 * at) for at, key in enumerate(keys)))  # fmt: skip
    found = population_figures(statistics, means, 99)
    assert found[["calendar_year", "type_order"]].to_numpy().tolist() == [[2018, 1], [2018, 3], [2019, 0]]
    assert found.index.tolist() == [0, 1, 2]
    assert found["truncation_threshold"].astype(float).tolist() == [2.0, 1.0, 0.0]
    assert found["mean_risk_score"].tolist() == [5.0, 2.5, 0.0]
