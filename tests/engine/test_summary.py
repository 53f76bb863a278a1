"""The headline figures, against a table that is small enough to add up by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.settle import settle
from aco_cli.engine.summary import DEFAULT_GROUPS, NEEDED, by_year, grouping_columns, summarize
from aco_cli.rules.book import RuleBook

BASE: dict[str, Any] = {
    "performance_year": 2014,
    "track": "track-1",
    "assigned_beneficiaries": 60_000,
    "benchmark_total": 100e6,
    "expenditure_total": 96e6,
    "quality_score": 1.0,
    "initial_start": "2012-04-01",
    "state": "MA",
}
# Seven ACOs: minimum savings rate 2 %, 50 % of savings for Track 1 and 60 % for Track 2, 2 % sequestration.
ROWS = [
    BASE,  # saves 4 million, earns 1,960,000
    {**BASE, "expenditure_total": 99e6, "quality_score": 0.9, "state": "NY"},  # saves 1 million, below the minimum
    {**BASE, "expenditure_total": 95e6, "quality_score": 0.0, "initial_start": "2013-01-01"},  # saves 5, failed
    {**BASE, "expenditure_total": 103e6, "quality_score": 0.5, "state": "NY"},  # loses 3 million, not shared
    {**BASE, "track": "track-2", "expenditure_total": 105e6, "agreement_year": 1, "state": "NY"},  # owes 2 million
    {**BASE, "expenditure_total": 90e6, "quality_score": None},  # saves 10 million, quality unknown
    {**BASE, "performance_year": 2015, "expenditure_total": 94e6},  # saves 6 million, earns 2,940,000
]


@pytest.fixture(scope="module")
def table(canonical) -> pd.DataFrame:
    frame = canonical(ROWS)
    frame = frame.assign(**grouping_columns(frame))
    groups = (*DEFAULT_GROUPS, "state")
    return summarize(settle(frame, RuleBook(), tuple(dict.fromkeys((*NEEDED, *groups)))), groups)


def row(table: pd.DataFrame, year: int, by: str, value: str) -> dict[str, Any]:
    found = table[(table["performance_year"] == year) & (table["by"] == by) & (table["value"] == value)]
    assert len(found) == 1
    return found.iloc[0].to_dict()


def expect(found: dict[str, Any], **figures: float) -> None:
    assert {name: found[name] for name in figures} == pytest.approx(figures, rel=1e-12)


def test_a_year_as_a_whole_counts_every_aco(table: pd.DataFrame) -> None:
    expect(row(table, 2014, "all", ""), acos=6, earned=1, quality_failed=1, owed=1, not_calculable=1)


def test_who_saved_and_was_paid_nothing_is_counted(table: pd.DataFrame) -> None:
    """Below the minimum, and without the quality standard; a loss is no saving, and what is unknown is not counted."""
    expect(row(table, 2014, "all", ""), saved=3, saved_not_shared=2)
    expect(row(table, 2014, "state", "MA"), saved=2, saved_not_shared=1)
    expect(row(table, 2014, "state", "NY"), saved=1, saved_not_shared=1)
    expect(row(table, 2015, "all", ""), saved=1, saved_not_shared=0)


def test_sums_are_of_the_acos_that_could_be_settled(table: pd.DataFrame) -> None:
    """What cannot be settled adds to no sum: neither its benchmark nor its savings, which nobody can share out."""
    found = row(table, 2014, "all", "")
    expect(found, benchmark_total=500e6, savings=2e6, earned_payment=1.96e6, owed_repayment=2e6, net_to_medicare=2.04e6)


def test_savings_less_payments_plus_repayments_is_what_medicare_keeps(table: pd.DataFrame) -> None:
    for _, found in table.iterrows():
        kept = found["savings"] - found["earned_payment"] + found["owed_repayment"]
        assert found["net_to_medicare"] == pytest.approx(kept, rel=1e-12), (found["by"], found["value"])


def test_savings_above_the_minimum_are_those_of_who_reached_it(table: pd.DataFrame) -> None:
    expect(row(table, 2014, "all", ""), saved=3, reached_msr=2, savings_above_msr=9e6)


def test_means_and_medians_are_of_the_acos_that_could_be_settled(table: pd.DataFrame) -> None:
    found = row(table, 2014, "all", "")
    rates = [0.04, 0.01, 0.05, -0.03, -0.05]
    expect(found, mean_savings_rate=float(np.mean(rates)), median_savings_rate=0.01)
    expect(found, mean_quality_score=(1 + 0.9 + 0 + 0.5 + 1) / 5)


def test_another_year_stands_on_its_own(table: pd.DataFrame) -> None:
    expect(row(table, 2015, "all", ""), acos=1, earned=1, savings=6e6, earned_payment=2.94e6, net_to_medicare=3.06e6)


def test_by_track(table: pd.DataFrame) -> None:
    expect(row(table, 2014, "track", "track-1"), acos=5, earned=1, owed=0, earned_payment=1.96e6)
    expect(row(table, 2014, "track", "track-2"), acos=1, earned=0, owed=1, owed_repayment=2e6, net_to_medicare=-3e6)


def test_by_start_year(table: pd.DataFrame) -> None:
    expect(row(table, 2014, "start_year", "2012"), acos=5)
    expect(row(table, 2014, "start_year", "2013"), acos=1, quality_failed=1)


def test_by_a_column_of_the_roster(table: pd.DataFrame) -> None:
    expect(row(table, 2014, "state", "NY"), acos=3, savings=1e6 - 3e6 - 5e6)


def test_columns_and_rows_come_in_order(table: pd.DataFrame) -> None:
    """Each year as a whole, then each value of each group that an ACO of the year has."""
    assert list(table)[:3] == ["performance_year", "by", "acos"]
    assert list(table)[-5:] == ["mean_savings_rate", "median_savings_rate", "mean_quality_score", "value", "source"]
    assert table.index.tolist() == list(range(len(table)))
    assert table[["performance_year", "by", "value"]].to_numpy().tolist() == [
        *([2014, *each] for each in (["all", ""], ["program", "mssp"], ["track", "track-1"], ["track", "track-2"])),
        *([2014, *each] for each in (["start_year", "2012"], ["start_year", "2013"], ["size", "50,000 and more"])),
        *([2014, *each] for each in (["state", "MA"], ["state", "NY"])),
        *([2015, *each] for each in (["all", ""], ["program", "mssp"], ["track", "track-1"], ["start_year", "2012"])),
        *([2015, *each] for each in (["size", "50,000 and more"], ["state", "MA"])),
    ]


def test_values_of_groups_are_words(canonical) -> None:
    """Whole numbers have no decimals, conditions are yes and no, and what is unknown has a row of its own."""
    figures = {"guardrail": (True, False, None, True), "minimum_rate": (0.02, 0.03, None, 0.02)}
    figures |= {"agreement_period": (1, 3, None, 1), "months": (12, 6, 12, 12)}
    rows = [{**BASE, **{name: each[at] for name, each in figures.items()}} for at in range(4)]
    settled = settle(canonical(rows), RuleBook(), (*NEEDED, *figures))
    found = summarize(settled, tuple(figures), ("guardrail",)).fillna({"value": "unknown"})
    counts = {name: part.set_index("value")["acos"].to_dict() for name, part in found.groupby("by")}
    assert counts == {
        "all": {"": 4},
        "guardrail": {"no": 1, "yes": 2, "unknown": 1},
        "minimum_rate": {"0.02": 2, "0.03": 1, "unknown": 1},
        "agreement_period": {"1": 2, "3": 1, "unknown": 1},
        "months": {"6": 1, "12": 3},
    }
    assert found["mean_savings_rate"].notna().all()


def test_saving_is_to_spend_less_than_the_benchmark_by_any_amount(canonical) -> None:
    rows = [{**BASE, "expenditure_total": 100e6 + spent} for spent in (-0.5, 0, 0.5)]
    found = row(summarize(settle(canonical(rows), RuleBook(), NEEDED), ()), 2014, "all", "")
    expect(found, saved=1, saved_not_shared=1, reached_msr=0, savings_above_msr=0, net_to_medicare=0)


def test_one_figure_by_year_has_a_column_for_each(table: pd.DataFrame) -> None:
    found = by_year(table, "savings")
    assert list(found) == ["by", "value", "2014", "2015"]
    assert found[found["by"] == "track"].to_numpy().tolist()[0] == ["track", "track-1", 7e6, 6e6]
    assert found["by"].drop_duplicates().tolist() == ["all", *DEFAULT_GROUPS, "state"]


def test_groups_of_a_year_add_up_to_it(table: pd.DataFrame) -> None:
    added = ["acos", "saved", "earned", "owed", "benchmark_total", "savings", "earned_payment", "net_to_medicare"]
    for (year, by), part in table[table["by"] != "all"].groupby(["performance_year", "by"]):
        whole = row(table, int(year), "all", "")
        assert part[added].sum().to_dict() == pytest.approx({name: whole[name] for name in added}, rel=1e-12), by


def test_years_come_in_order_and_the_whole_before_its_groups(table: pd.DataFrame) -> None:
    assert table["performance_year"].is_monotonic_increasing
    for _, part in table.groupby("performance_year"):
        assert list(dict.fromkeys(part["by"])) == ["all", *DEFAULT_GROUPS, "state"]


@pytest.mark.parametrize(
    ("people", "size"),
    [
        (0, "under 5,000"),
        (4_999, "under 5,000"),
        (4_999.9, "under 5,000"),
        (5_000, "5,000-9,999"),
        (9_999, "5,000-9,999"),
        (10_000, "10,000-19,999"),
        (19_999, "10,000-19,999"),
        (20_000, "20,000-49,999"),
        (49_999, "20,000-49,999"),
        (50_000, "50,000 and more"),
        (1_000_000, "50,000 and more"),
    ],
)
def test_size_bands(people: float, size: str, canonical) -> None:
    assert grouping_columns(canonical([{**BASE, "assigned_beneficiaries": people}]))["size"].tolist() == [size]


def test_an_unknown_size_is_no_size(canonical) -> None:
    size = grouping_columns(canonical([{**BASE, "assigned_beneficiaries": None}]))["size"].astype("str").tolist()
    assert size != ["50,000 and more"]


def test_an_unknown_group_still_counts(canonical) -> None:
    """An ACO without a start date or size is in each grouping too, so that groups add up to the whole."""
    table = grouped(
        canonical([BASE, {**BASE, "initial_start": None, "assigned_beneficiaries": None, "minimum_rate": 0.02}])
    )
    assert table.groupby("by")["acos"].sum().to_dict() == {"all": 2, "start_year": 2, "size": 2}


def test_what_is_not_known_has_no_name_of_a_computer(canonical) -> None:
    table = grouped(
        canonical([BASE, {**BASE, "initial_start": None, "assigned_beneficiaries": None, "minimum_rate": 0.02}])
    )
    assert not {"nan", "<NA>", "NaT", "None"} & set(table["value"])


def test_a_roster_without_start_dates_can_be_grouped(canonical) -> None:
    table = grouped(canonical([{name: value for name, value in BASE.items() if name != "initial_start"}]))
    assert table.loc[table["by"] == "start_year", "acos"].tolist() == [1]


def grouped(frame: pd.DataFrame) -> pd.DataFrame:
    groups = ("start_year", "size")
    frame = frame.assign(**grouping_columns(frame))
    return summarize(settle(frame, RuleBook(), tuple(dict.fromkeys((*NEEDED, *groups)))), groups)


def test_an_aco_with_several_rows_counts_once_in_each_count_and_adds_up() -> None:
    """A year that is shown as deferred and settled later, and the halves of 2019."""
    plain = {**dict.fromkeys(NEEDED, 1.0), "performance_year": 2013, "program": "p", "outcome": "earned"}
    rows = [
        {**plain, "aco_id": "P1", "outcome": "deferred"},
        {**plain, "aco_id": "P1"},
        {**plain, "aco_id": "H1", "reaches_msr": 0.0},
        {**plain, "aco_id": "H1", "outcome": "below-msr"},
        {**plain, "aco_id": "N1", "outcome": "not-calculable"},
        {**plain, "aco_id": "N1", "outcome": "not-calculable"},
    ]
    table = summarize(pd.DataFrame(rows), ["program"])
    for by, value in (("all", ""), ("program", "p")):
        found = row(table, 2013, by, value)
        expect(found, acos=3, saved=2, saved_not_shared=1, earned=2, reached_msr=2, not_calculable=1, owed=0)
        expect(found, savings=3.0, earned_payment=3.0)
