"""The population is consistent, has every kind of case, and is what a seed says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.members import TYPES
from aco_cli.synth import tables
from aco_cli.synth.expected import Expected
from aco_cli.synth.plan import Plan
from aco_cli.synth.population import counties, reference, roster
from aco_cli.synth.tables import aco_ids, draw_blocks

ADDITIONS = ["ime_amount", "dsh_amount", "uncompensated_care_amount", "other_excluded_amount"]
KEYS = ["bene_id", "month"]


@pytest.fixture(scope="module")
def months(population: Any) -> pd.DataFrame:
    """Enrollment with the type and whether the month counts, told from what the file says."""
    found = population.enrollment
    kinds = [found["esrd"], found["age"] < 65, found["dual_status"].isin(["01", "02", "04", "08"])]
    eligible = found["alive"] & found["part_a"] & found["part_b"] & ~found["health_plan"]
    return found.assign(kind=np.select(kinds, TYPES[:3], TYPES[3]), eligible=eligible)


def test_every_claim_falls_into_a_month_with_a_row_of_its_beneficiary(population: Any) -> None:
    held = pd.MultiIndex.from_frame(population.enrollment[KEYS])
    assert held.is_unique
    assert pd.MultiIndex.from_frame(population.claims[KEYS]).isin(held).all()
    assert population.claims["claim_id"].is_unique


def test_months_are_those_of_the_calendar_years_assigned(population: Any) -> None:
    assert set(population.enrollment["year"]) == set(population.assignment["calendar_year"])
    assert set(population.enrollment["month"].str[5:]) == {f"{month:02d}" for month in range(1, 13)}


def test_nobody_is_assigned_twice_in_a_period_nor_without_an_eligible_month(
    population: Any, months: pd.DataFrame
) -> None:
    assert not population.assignment.duplicated(["performance_year", "period", "bene_id"]).any()
    with_months = pd.MultiIndex.from_frame(months.loc[months["eligible"], ["bene_id", "year"]])
    assert pd.MultiIndex.from_frame(population.assignment[["bene_id", "calendar_year"]]).isin(with_months).all()


def test_periods_are_the_three_years_before_the_start_and_the_performance_year(population: Any) -> None:
    seen = population.assignment.drop_duplicates(["aco_id", "period"]).pivot_table(
        index="aco_id", columns="period", values="calendar_year"
    )
    starts = pd.Series(population.plan.starts, index=aco_ids(population.plan)).str[:4].astype(int)
    for period, before in (("BY1", 3), ("BY2", 2), ("BY3", 1)):
        assert (seen[period] == starts - before).all()
    assert (seen["PY"] == 2023).all()
    assert (population.assignment.groupby(["aco_id", "period"])["calendar_year"].nunique() == 1).all()


def test_claims_have_every_kind_of_case(population: Any, months: pd.DataFrame) -> None:
    claims = population.claims
    inpatient = claims["claim_type"] == "60"
    assert set(claims["claim_type"]) == {"10", "20", "30", "40", "50", "60", "71", "72", "81", "82"}
    assert claims["denied"].mean() == pytest.approx(0.06, abs=0.01)
    assert (claims["paid_amount"] < 0).mean() > 0.005
    assert (claims.loc[inpatient, ADDITIONS] > 0).any().all()
    assert (claims.loc[~inpatient, ADDITIONS] == 0).all(axis=None)
    assert (claims["sequestration_amount"] > 0).any()
    assert (claims["pbp_reduction_amount"] > 0).any()
    counts = claims.merge(months, on=KEYS)["eligible"]
    assert 0.01 < 1 - counts.mean() < 0.3, "claims of months that do not count"


def test_months_have_every_kind_of_case(population: Any, months: pd.DataFrame) -> None:
    assert set(months["kind"]) == set(TYPES)
    assert (~months["alive"]).sum() > 50
    for why in ("part_a", "part_b"):
        assert (~months[why]).any()
    assert months["health_plan"].any()
    by_year = months.groupby(["bene_id", "year"])
    assert (by_year["kind"].nunique() > 1).sum() > 50, "switches between types within a year"
    assert (by_year["county"].nunique() > 1).sum() > 20, "moves within a year"
    assert (by_year["month"].count() < 12).sum() > 50, "entries and deaths within a year"
    assert (population.assignment.groupby("bene_id")["aco_id"].nunique() > 1).any(), "people who change their ACO"


def test_ages_grow_by_a_year_every_twelve_months_and_the_dead_stay_dead(months: pd.DataFrame) -> None:
    number = months["year"] * 12 + months["month"].str[5:].astype(int)
    rows = months.assign(birth=number - months["age"] * 12)
    spread = rows.groupby("bene_id")["birth"].agg(["min", "max"])
    assert (spread["max"] - spread["min"]).max() < 12
    last = months.groupby("bene_id")["alive"].agg(lambda alive: alive.iloc[:-1].all())
    assert last.all(), "nobody is alive after a month in which they are not"


def test_spending_has_a_heavy_tail_cut_off_at_about_the_hundredth_part(population: Any, months: pd.DataFrame) -> None:
    claims = population.claims[~population.claims["denied"]]
    per_person = claims.groupby("bene_id")["paid_amount"].sum().sort_values()
    assert per_person.iloc[-len(per_person) // 20 :].sum() > 0.25 * per_person.sum()
    joined = months[months["eligible"]].merge(
        claims.groupby(KEYS, as_index=False)["paid_amount"].sum(), on=KEYS, how="left"
    )
    years = joined.groupby(["bene_id", "year", "kind"])["paid_amount"].agg(["sum", "size"]).reset_index()
    limit = population.plan.thresholds[
        years["year"] - population.plan.first_year, years["kind"].map(TYPES.index).to_numpy()
    ]
    annual = years["sum"] / years["size"] * 12
    assert 0.003 < (annual > limit).mean() < 0.03
    assert (annual < -limit).any()


def test_fewer_are_assigned_than_a_county_has_assignable(population: Any, months: pd.DataFrame) -> None:
    codes = {code: number for number, code in enumerate(population.codes)}
    lived = population.assignment.merge(
        months[months["eligible"]], left_on=["bene_id", "calendar_year"], right_on=["bene_id", "year"]
    )
    person_years = lived.groupby(["county", "year", "kind"]).size() / 12
    at = [
        (codes[county], year - population.plan.first_year, TYPES.index(kind))
        for county, year, kind in person_years.index
    ]
    assignable = population.plan.county_person_years[tuple(np.array(at).T)] / 100
    assert (person_years.to_numpy() < assignable).all()
    assert population.expected["national_weight"].between(0, 1).all()


def test_the_small_files_cover_what_the_large_ones_name(population: Any) -> None:
    plan = population.plan
    national = reference(plan)
    assert set(population.enrollment["year"]) <= set(national["calendar_year"])
    assert len(national) == plan.years * len(TYPES)
    county = counties(plan, population.codes)
    assert len(county) == plan.years * len(population.codes)
    assert set(population.enrollment["county"]) <= set(population.codes)
    found = roster(plan, aco_ids(plan), np.full(plan.acos, 7))
    assert set(population.assignment["aco_id"]) == set(found["aco_id"])


def same(one: Any, other: Any) -> bool:
    return all(
        np.array_equal(left[0], right[0]) and list(left[1]) == list(right[1])
        if isinstance(left, tuple)
        else np.array_equal(left, right)
        for name in ("claims", "enrollment", "assignment")
        for left, right in zip(one[name].values(), other[name].values(), strict=True)
    )


def test_people_do_not_depend_on_what_is_drawn_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is drawn from its own random numbers: it comes out the same alone, in order or out of order."""
    monkeypatch.setattr(tables, "BLOCK", 150)
    plan = Plan(2, 400, 2022, 9, 0.5)
    blocks = list(draw_blocks(plan, Expected(plan)))
    places = [(aco, number) for aco in range(2) for number in range(3)]
    assert len(blocks) == len(places)
    for block, (aco, number) in reversed(list(zip(blocks, places, strict=True))):
        assert same(block, tables._draw_block(plan, aco, number, Expected(plan)))


def test_another_seed_draws_other_people(draw_population: Callable[[Plan], Any]) -> None:
    one, again, other = (draw_population(Plan(1, 120, 2022, seed, 0.5)) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.claims, again.claims)
    pd.testing.assert_frame_equal(one.expected, again.expected)
    assert one.claims["paid_amount"].sum() != other.claims["paid_amount"].sum()


@pytest.mark.parametrize("year", range(2020, 2026))
def test_every_performance_year_has_agreements_that_are_under_way(year: int) -> None:
    plan = Plan(6, 100, year, 1, 1)
    assert all(int(start[:4]) <= year <= int(start[:4]) + 5 for start in plan.starts)
    assert plan.period_years.min() == 0
    assert plan.period_years[:, 3].tolist() == [plan.years - 1] * 6
