"""Rules as columns: each row has the value of its own program, track and year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.columns import RuleColumns, RuleTable

BOOK = RuleBook()
TRACK_1, TRACK_2, ENHANCED = (
    Situation("mssp", "track-1", 2014),
    Situation("mssp", "track-2", 2014),
    Situation("mssp", "enhanced", 2023),
)


def columns(*rows: Situation, book: RuleBook = BOOK) -> RuleColumns:
    situations = list(dict.fromkeys(rows))
    codes = np.array([situations.index(row) for row in rows], dtype=np.intp)
    return RuleColumns(RuleTable(book, situations), codes)


def spread(values: Any, size: int) -> list[Any]:
    """One value may stand for all rows."""
    return np.broadcast_to(values, size).tolist()


def test_numbers_by_row() -> None:
    found = columns(TRACK_1, ENHANCED, TRACK_2, TRACK_1).number("payment_limit")
    assert spread(found, 4) == [0.10, 0.20, 0.15, 0.10]


def test_a_number_that_is_the_same_everywhere() -> None:
    assert spread(columns(TRACK_1, TRACK_2, TRACK_1).number("sequestration"), 3) == [0.02] * 3


def test_a_number_that_does_not_apply_is_unknown() -> None:
    found = spread(columns(TRACK_1, ENHANCED).number("extreme_circumstances"), 2)
    assert np.isnan(found[0])
    assert found[1] == 5 / 12
    assert np.isnan(columns(TRACK_1, TRACK_2).number("extreme_circumstances")).all()


def test_parts_of_a_value() -> None:
    found = spread(columns(TRACK_1, TRACK_2, ENHANCED).number("loss_rate.ceiling"), 3)
    assert np.isnan(found[0])
    assert found[1:] == [0.60, 0.75]
    assert np.isnan(columns(TRACK_2, ENHANCED).number("loss_rate.no_such_part")).all()


def test_flags_by_row() -> None:
    rows = columns(TRACK_1, TRACK_2, ENHANCED)
    assert spread(rows.flag("risk_model", "two-sided"), 3) == [False, True, True]
    assert spread(rows.flag("minimum_savings_rate.basis", "sliding"), 3) == [True, False, False]
    assert spread(rows.flag("loss_rate.basis", "quality"), 3) == [False, True, True]
    assert spread(rows.flag("no_such_parameter", "x"), 3) == [False] * 3


@pytest.mark.parametrize(("year", "limit"), [(1, 0.05), (2, 0.075), (3, 0.10), (4, 0.10), (99, 0.10), (0, 0.05)])
def test_the_value_of_an_agreement_year(year: float, limit: float) -> None:
    assert columns(TRACK_2).nth("loss_limit.benchmark", np.array([float(year)])).tolist() == [limit]


def test_the_value_of_an_agreement_year_by_row() -> None:
    numbers = np.array([2.0, np.nan, np.nan, 3.0, np.nan])
    found = columns(TRACK_2, TRACK_2, ENHANCED, ENHANCED, TRACK_1).nth("loss_limit.benchmark", numbers)
    np.testing.assert_array_equal(found, [0.075, np.nan, 0.15, 0.15, np.nan])


def test_the_value_of_an_agreement_year_that_the_roster_lacks() -> None:
    found = columns(TRACK_2, ENHANCED).nth("loss_limit.benchmark", np.asarray(np.nan))
    np.testing.assert_array_equal(np.broadcast_to(found, 2), [np.nan, 0.15])


def test_one_scale_for_all() -> None:
    scales = columns(TRACK_1, ENHANCED, TRACK_2).scales("minimum_savings_rate_scale")
    assert len(scales) == 1
    rows, scale = scales[0]
    assert spread(rows, 3) == [True] * 3
    assert scale[0]["lower"] == 500


def test_scales_that_differ_keep_to_their_rows(tmp_path: Path) -> None:
    (tmp_path / "mssp").mkdir()
    entry = {
        "track": "enhanced",
        "years": 2023,
        "status": "assumed",
        "cite": "42 CFR 425, made up for a test",
        "value": [{"lower": 1, "upper": 2, "at_lower": 0.5, "at_upper": 0.25}],
    }
    content = {"label": "A scale", "unit": "fraction", "values": [entry]}
    (tmp_path / "mssp" / "minimum_savings_rate_scale.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    scales = columns(TRACK_1, ENHANCED, TRACK_2, book=RuleBook([tmp_path])).scales("minimum_savings_rate_scale")
    found = {scale[0]["lower"]: spread(rows, 3) for rows, scale in scales}
    assert found == {500: [True, False, True], 1: [False, True, False]}


def test_no_scale_where_none_applies() -> None:
    assert columns(TRACK_1).scales("no_such_parameter") == []
