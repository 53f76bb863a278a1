"""A quality measure as a row of a worksheet: what it earned, by which cut, and what the next one is worth."""

from __future__ import annotations

import math
from dataclasses import replace

from aco_cli.engine.quality.measures import MeasureLine
from aco_cli.outputs.measure_rows import measure_row
from aco_cli.rules.parameters import Status

LINE = MeasureLine(
    *("ACO-13", "care_coordination", 40.0, "p50", 35.55, 1.4, 2.0, "CMS, 2018", Status.PUBLISHED),
    *(42.32, 1.55, 0.905, 1234.5),
)


def test_points_cut_and_what_the_next_cut_gives() -> None:
    row = measure_row(LINE)
    assert (row.line, row.label, row.unit) == ("ACO-13", "ACO-13, care coordination", "points")
    assert (row.value, row.shown, row.status, row.citation) == ("1.4", "1.4 of 2", "published", "CMS, 2018")
    assert row.formula == "rate 40, p50 (35.55); at the next cut point, 42.32, $1,234.50 more"
    assert row.words == "next cut point 42.32 gives 1.55 points, a quality score of 90.5% and $1,234.50 more"
    assert row.worth == 1234.5


def test_measure_without_rate_points_or_next_cut() -> None:
    nan = math.nan
    line = replace(LINE, rate=nan, reached="reporting", cut=nan, points=nan, next_cut=nan, next_dollars=nan)
    row = measure_row(line)
    assert (row.value, row.shown, row.formula, row.words) == ("", "-", "no rate, reporting", "")


def test_assumed_cut_is_told_and_the_row_is_assumed() -> None:
    row = measure_row(replace(LINE, assumed=("p50", "p60")))
    assert row.status == "assumed"
    assert row.words.endswith("; assumed: cut point p50 and p60")
