"""Columns of rates by row and year, which year of an ACO a row is, and how many cuts a rate reaches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.quality.columns import Source, Table, score_lines, starts_reached
from aco_cli.rules.book import RuleBook
from aco_cli.rules.parameters import Status
from aco_cli.rules.quality import Collection, Measure

COUNTING = {"first": 2013, "later_agreements": 3}
FRAME = pd.DataFrame({"aco_id": list("abcdef"), "ACO-1": [10.0, 11.0, np.nan, 13.0, 14.0, 15.0]})


@pytest.mark.parametrize("rows", [[], [0], [3], [5], [0, 1, 2], [3, 4, 5], [0, 2], [0, 3], [0, 2, 5], [1, 2, 4, 5]])
def test_a_table_has_its_own_rows_whether_they_are_together_or_not(rows: list[int]) -> None:
    table = Table(Source(FRAME), 2014, np.array(rows, dtype=np.intp))
    np.testing.assert_array_equal(table.number("ACO-1"), FRAME["ACO-1"].iloc[rows])
    assert table.ids.tolist() == FRAME["aco_id"].iloc[rows].tolist()
    assert table.has_rate("ACO-1").tolist() == FRAME["ACO-1"].iloc[rows].notna().tolist()
    assert np.isnan(table.number("ACO-2")).tolist() == [True] * len(rows)
    assert (table.rows, table.has("ACO-1"), table.has("ACO-2")) == (len(rows), True, False)


def test_what_is_told_wins_over_what_is_found_otherwise() -> None:
    table = Table(Source(FRAME), 2014, np.arange(1, 4))
    np.testing.assert_array_equal(table.told("ACO-1", np.array([1.0, 2.0, 3.0])), [11.0, 2.0, 13.0])
    np.testing.assert_array_equal(table.told("ACO-2", True), [1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({}, None),
        ({"agreement_start": "2014-01-01"}, 3),
        ({"agreement_start": "2013-01-01"}, 4),
        ({"agreement_start": "2012-04-01"}, 4),
        ({"agreement_start": "2016-07-01"}, 1),
        ({"agreement_start": "2017-01-01"}, 1),
        ({"agreement_start": "2016-01-01", "initial_start": "2016-01-01"}, 1),
        ({"agreement_start": "2016-01-01", "initial_start": "2015-12-31"}, 3),
        ({"agreement_start": "2016-01-01", "agreement_period": 1.0}, 1),
        ({"agreement_start": "2016-01-01", "agreement_period": 2.0}, 3),
        ({"agreement_start": "2016-01-01", "agreement_period": 3.0}, 3),
        ({"agreement_start": "2016-01-01", "agreement_period": 1.0, "initial_start": "2012-04-01"}, 3),
        ({"agreement_start": "2016-01-01", "agreement_period": 2.0, "initial_start": "2016-01-01"}, 3),
        ({"first_performance_year": 1.0}, 1),
        ({"first_performance_year": 0.0}, None),
        ({"agreement_start": "2014-01-01", "first_performance_year": 1.0}, 1),
        ({"agreement_start": "2014-01-01", "first_performance_year": 0.0}, 3),
        ({"agreement_start": "2014-01-01", "first_performance_year": 1.0, "performance_year_number": 2.0}, 2),
    ],
)
def test_the_year_of_an_aco_is_as_given_else_the_first_as_told_else_by_its_agreement(
    given: dict[str, str | float], number: int | None
) -> None:
    """Rows of 2016; the first performance year was 2013, with the months of 2012 before it."""
    frame = pd.DataFrame({name: [value] for name, value in given.items()}, index=[0])
    dates = [name for name in frame if str(name).endswith("start")]
    frame[dates] = frame[dates].apply(pd.to_datetime)
    found = Table(Source(frame), 2016, np.arange(1)).year_number(COUNTING)
    np.testing.assert_array_equal(found, [np.nan if number is None else number])


@pytest.mark.parametrize(
    ("is_reversed", "starts", "reached"),
    [
        (False, [10.0, 20.0, 20.0, 40.0], [0, 0, 1, 1, 3, 3, 4, 4, 0]),
        (True, [40.0, 20.0, 20.0, 10.0], [4, 4, 4, 3, 3, 1, 1, 0, 0]),
    ],
)
def test_a_rate_reaches_each_start_that_it_is_at_or_better_than(
    is_reversed: bool, starts: list[float], reached: list[int]
) -> None:
    measure = Measure("ACO-1", Collection.SURVEY, Status.PUBLISHED, "", reversed=is_reversed)
    rates = np.array([0.0, 9.9, 10.0, 19.9, 20.0, 39.9, 40.0, 99.0, np.nan])
    assert starts_reached(rates, measure, starts).tolist() == reached


def test_lines_have_every_row_also_where_they_are_the_same_on_all(rules: RuleBook) -> None:
    figures = {
        "points": np.array([[16.0, 8.0]] * 4),
        "maximum": np.array([[16.0]] * 4),
        "reward": np.full((4, 1), np.nan),
        "year_number": np.array([2.0, 3.0]),
        "reported": 1,
        "disaster_affected": np.nan,
    }
    found = score_lines(rules, 2018, "quality_percentiles", figures)
    assert found["domain_score"].tolist() == [[1.0, 0.5]] * 4
    assert found["maximum"].tolist() == [[16.0, 16.0]] * 4
    assert (found["quality_score"].tolist(), found["reported"].tolist()) == ([1.0, 0.5], [1, 1])
