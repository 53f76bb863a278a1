from __future__ import annotations

import pytest

from aco_cli.errors import UsageError
from aco_cli.inputs.years import Years, list_years


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("2014", [2014], [2013, 2015]),
        ("2012-2016", [2012, 2014, 2016], [2011, 2017]),
        ("2014,2018", [2014, 2018], [2015, 2017]),
        ("2012-2013, 2018", [2012, 2013, 2018], [2014]),
        ("ALL", [2012, 2099], []),
    ],
)
def test_years_asked_for(text: str, inside: list[int], outside: list[int]) -> None:
    years = Years.parse(text)
    assert all(year in years for year in inside)
    assert not any(year in years for year in outside)


@pytest.mark.parametrize(
    "text", ["", "14", "abc", "2014-2012", "2014,", "2014-", "-2014", "20145", "1914", "2014;2015"]
)
def test_what_is_no_year_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="YEARS"):
        Years.parse(text)


@pytest.mark.parametrize(
    ("text", "single"), [("2014", 2014), ("2014-2014", 2014), ("2014,2014", 2014), ("2014-2015", None), ("all", None)]
)
def test_single_year(text: str, single: int | None) -> None:
    """A file without a year takes the year only when exactly one is asked for."""
    assert Years.parse(text).single == single


def test_years_in_words() -> None:
    assert list_years([2018, 2014, 2014, 2013]) == "2013, 2014 and 2018"
    assert list_years([2014]) == "2014"
    assert list_years([]) == "no year"


def test_years_print_as_asked() -> None:
    assert str(Years.parse("2014,2018")) == "2014,2018"
