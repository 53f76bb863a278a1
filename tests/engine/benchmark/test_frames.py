"""Long tables as columns of ACO-years, against look-ups in dictionaries, one figure at a time."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.benchmark.frames import calendar_fits, wide_expenditures, wide_reference

PERIODS = ("BY1", "BY2", "BY3", "PY")
TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
STARTS = pd.to_datetime(["2019-07-01", "2020-01-01", "2024-01-01"])
Rows = dict[tuple[Any, ...], dict[str, float]]


@pytest.fixture(params=range(8))
def random(request: pytest.FixtureRequest) -> Random:
    return Random(request.param)


@pytest.fixture
def roster(random: Random) -> pd.DataFrame:
    """ACO-years of few ACOs and years, so that files have more of both and lack some."""
    every = [(f"A{number}", year) for number in range(5) for year in range(2020, 2024)]
    rows = [(*each, random.choice([*STARTS, pd.NaT])) for each in random.sample(every, 7)]
    return pd.DataFrame(rows, columns=["aco_id", "performance_year", "agreement_start"])


def some(random: Random, *choices: float) -> float:
    return random.choice((np.nan, 0.0, *choices))


def expenditure_rows(random: Random) -> Rows:
    every = [
        (f"A{aco}", year, period, kind) for aco in range(6) for year in range(2019, 2025)
        for period in PERIODS for kind in TYPES if random.random() < 0.8
    ]  # fmt: skip
    random.shuffle(every)
    return {
        key: {
            "calendar_year": some(random, *range(2015, 2025)),
            "person_years": some(random, random.random()),
            "risk_score": some(random, random.random()),
            "assigned_beneficiaries": some(random, random.randrange(9)),
        }
        for key in every
    }


def long_table(rows: Rows, names: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame([{**dict(zip(names, key, strict=True)), **held} for key, held in rows.items()])


def test_figures_of_expenditures_are_those_of_their_rows(random: Random, roster: pd.DataFrame) -> None:
    rows = expenditure_rows(random)
    names = ("aco_id", "performance_year", "period", "enrollment_type")
    figures, years = wide_expenditures(roster, long_table(rows, names))
    for place, (aco, year, _) in enumerate(roster.itertuples(index=False)):
        for at, period in enumerate(PERIODS):
            of_period = [rows.get((aco, year, period, kind)) for kind in TYPES]
            for kind, found in enumerate(of_period):
                held = found or {}
                assert figures[f"listed[{period.lower()}]"][kind, place] == bool(held)
                risk = held.get("risk_score", np.nan) or np.nan
                np.testing.assert_equal(figures[f"risk_score[{period.lower()}]"][kind, place], risk)
                person_years = held.get("person_years", np.nan)
                np.testing.assert_equal(figures[f"person_years[{period.lower()}]"][kind, place], person_years)
                np.testing.assert_equal(years[at, kind, place], held.get("calendar_year", np.nan))
            counts = [held["assigned_beneficiaries"] for held in of_period if held]
            known = [count for count in counts if not np.isnan(count)]
            assigned = figures[f"assigned_beneficiaries[{period.lower()}]"][place]
            np.testing.assert_equal(assigned, max(known, default=np.nan))


def test_figures_of_a_reference_are_those_of_the_start_and_else_of_all(random: Random, roster: pd.DataFrame) -> None:
    held: Rows = {
        (year, calendar, kind, start): {"national_expenditure": some(random, random.random())}
        for year in range(2020, 2023)
        for calendar in range(2017, 2021)
        for kind in TYPES
        for start in (*STARTS[:2], pd.NaT)
        if random.random() < 0.7
    }
    names = ("performance_year", "calendar_year", "enrollment_type", "agreement_start")
    years = np.array([[[some(random, *range(2016, 2022)) for _ in range(len(roster))] for _ in TYPES] for _ in PERIODS])
    figures = wide_reference(roster, years, long_table(held, names))

    def figure(place: int, at: int, kind: int) -> float:
        _, year, start = roster.iloc[place]
        found = (
            held.get((year, years[at, kind, place], TYPES[kind], each), {}).get("national_expenditure", np.nan)
            for each in (start, pd.NaT)
        )
        own, general = found
        return (own if not np.isnan(own) else general) or np.nan

    for place in range(len(roster)):
        for at, period in enumerate(PERIODS):
            for kind in range(len(TYPES)):
                np.testing.assert_equal(figures[f"national[{period.lower()}]"][kind, place], figure(place, at, kind))


@pytest.mark.parametrize(
    ("of_types", "fits"),
    [
        ([[2016] * 4, [2017] * 4, [2018] * 4, [2022] * 4], True),
        ([[2016] * 4, [2017] * 4, [2018, np.nan, 2018, 2018], [np.nan] * 4], True),
        ([[np.nan] * 4, [2017] * 4, [np.nan] * 4, [2022] * 4], True),
        ([[2017] * 4, [2017] * 4, [2018] * 4, [2022] * 4], False),
        ([[2016] * 4, [2019] * 4, [2018] * 4, [2022] * 4], False),
        ([[2016] * 4, [2017] * 4, [2022] * 4, [2022] * 4], False),
        ([[2016] * 4, [2017] * 4, [np.nan] * 4, [2021] * 4], False),
        ([[2016, 2016, 2016, 2015], [2017] * 4, [2018] * 4, [2022] * 4], False),
        ([[2016] * 4, [2017] * 4, [2018] * 4, [2022, 2022, 2022, 2023]], False),
        ([[2016] * 4, [2017] * 4, [2018] * 4, [2021] * 4], False),
        ([[2016] * 4, [2017] * 4, [2018] * 4, [2023] * 4], False),
    ],
)
def test_calendar_years_fit_where_they_run_up_to_the_performance_year(of_types: list[list[float]], fits: bool) -> None:
    years = np.array(of_types, dtype=np.float64)[:, :, None]
    assert calendar_fits(pd.DataFrame({"performance_year": [2022]}), years).tolist() == [fits]


ONE = pd.DataFrame({"aco_id": ["A1"], "performance_year": [2022]})
NATIONAL = pd.DataFrame(
    {"performance_year": 2022, "calendar_year": 2018, "enrollment_type": TYPES, "trend_factor": 1.5}
)


@pytest.mark.parametrize(("start", "other"), [(STARTS[0], None), (None, STARTS[0])])
def test_figures_are_those_for_all_where_only_one_table_has_agreement_starts(
    start: pd.Timestamp | None, other: pd.Timestamp | None
) -> None:
    roster, reference = (
        frame if each is None else frame.assign(agreement_start=each)
        for frame, each in ((ONE, start), (NATIONAL, other))
    )
    figures = wide_reference(roster, np.full((4, 4, 1), 2018.0), reference)
    assert figures["national_trend_factor[by3]"].tolist() == [[1.5]] * 4


def test_tables_without_rows_give_no_figures() -> None:
    rows = expenditure_rows(Random(0))
    names = ("aco_id", "performance_year", "period", "enrollment_type")
    figures, years = wide_expenditures(ONE, long_table(rows, names).iloc[:0])
    assert not figures["listed[py]"].any()
    assert np.isnan([years[3], figures["risk_score[py]"]]).all()
    assert np.isnan(wide_reference(ONE, years, NATIONAL.iloc[:0])["national_trend_factor[by1]"]).all()
