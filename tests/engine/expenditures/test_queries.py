"""The statements on a handful of rows: what becomes of each claim, and no column that claims do not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from aco_cli.engine.expenditures.audit import Amount, audit_lines
from aco_cli.engine.expenditures.queries import queries
from aco_cli.rules.book import RuleBook
from aco_cli.rules.expenditures import ExpenditureRules, expenditure_rules

COVID = {"admission_date", "diagnosis"}
# (beneficiary, type, through date, HCPCS, denied, cancels) of claims of $10, so many of each.
CLAIMS: dict[str, tuple[int, tuple[Any, ...]]] = {
    "counted": (9, ("B1", "81", "2023-12-01", "A0000", False, False)),
    "excluded_billing": (8, ("B1", "81", "2023-12-01", " a4352", False, False)),
    "other_types": (7, ("B1", "99", "2023-12-01", "", False, False)),
    "out_of_period": (6, ("B1", "40", "2022-12-31", "", False, False)),
    "denied": (5, ("B1", "40", "2023-12-01", "", True, False)),
    "no_month": (4, ("B1", "40", "2023-11-01", "", False, False)),
    "not_assigned": (3, ("B2", "40", "2023-12-01", "", False, False)),
    "covid": (2, ("B1", "40", "2023-03-31", "", False, False)),
    "not_eligible": (1, ("B1", "40", "2023-10-01", "", False, False)),
}
AMOUNTS = ("pbp_reduction_amount", "sequestration_amount", "ime_amount", "dsh_amount", "uncompensated_care_amount",
           "other_excluded_amount")  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> ExpenditureRules:
    return expenditure_rules(RuleBook(), [2023])


@pytest.fixture
def connection() -> Iterator[Any]:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as held:
        yield held


def fill(connection: Any, claims: list[tuple[Any, ...]]) -> None:
    """B1 counts in December and is in a hospital with COVID-19 in February; B2 is assigned to nobody."""
    zeros = ", ".join(f"0::DECIMAL(12, 2) AS {name}" for name in AMOUNTS)
    connection.execute("CREATE TABLE given (bene_id TEXT, claim_type TEXT, through_date DATE, hcpcs TEXT, "
                       "denied BOOLEAN, cancels BOOLEAN, admission_date DATE, diagnosis TEXT)")  # fmt: skip
    stay = ("B1", "60", "2023-02-27", "", False, False, "2023-02-02", "U07.1")
    rows = [*((*claim, None, None) for claim in claims), stay]
    connection.executemany(f"INSERT INTO given VALUES ({', '.join('?' * 8)})", rows)
    connection.execute(
        f"CREATE TABLE claims AS SELECT *, (CASE WHEN cancels THEN -10 ELSE 10 END)::DECIMAL(12, 2) AS paid_amount, "
        f"{zeros} FROM given"
    )
    connection.execute(
        "CREATE TABLE enrollment AS SELECT bene_id, 2023 AS calendar_year, month::INTEGER AS month_number, "
        "true AS alive, true AS part_a, month <> 10 AS part_b, false AS health_plan, false AS esrd, 70 AS age, "
        "'NA' AS dual_status, 1000000 AS risk_score, CASE WHEN month < 3 THEN '01000' ELSE '02000' END AS county "
        "FROM (VALUES ('B1'), ('B2')) p(bene_id), (VALUES (1), (2), (3), (4), (10), (12)) m(month)"
    )
    connection.execute("CREATE TABLE assignment AS SELECT 'A1' AS aco_id, 2023 AS performance_year, 'PY' AS period, "
                       "2023 AS calendar_year, 'B1' AS bene_id")  # fmt: skip


def run(connection: Any, sql: dict[str, str]) -> None:
    for name in ("members", "covid_months", "spells", "paid"):
        connection.execute(f"CREATE TABLE {name} AS {sql[name]}")


def test_each_claim_is_in_the_first_place_that_fits(connection: Any, rules: ExpenditureRules) -> None:
    fill(connection, [row for count, row in CLAIMS.values() for _ in range(count)])
    sql = queries(rules, by_county=False, years=[2023], aside=True, has={"hcpcs", *COVID}, episodes=True)
    run(connection, sql)
    total = sum(count for count, _ in CLAIMS.values()) + 1  # and the stay itself, which is not counted
    found = audit_lines(connection.execute(sql["audit"]).df(), {"read": Amount(total, connection.execute(
        "SELECT SUM(paid_amount) FROM claims").fetchone()[0])})  # fmt: skip
    placed = {name: each.count for name, each in found.items() if each.count and name != "read"}
    assert placed == {name: count + (name == "covid") for name, (count, _) in CLAIMS.items()}
    assert all(found[name].dollars == 10 * count for name, count in placed.items())


def test_a_cancellation_and_what_it_takes_back_are_told_apart(connection: Any, rules: ExpenditureRules) -> None:
    kept = ("B1", "40", "2023-12-01", "", False, False)
    fill(connection, [kept, kept, kept, (*kept[:5], True)])
    sql = queries(rules, by_county=False, years=[2023], aside=False, has={"adjustment_type"}, episodes=False)
    connection.execute(f"CREATE TABLE members AS {sql['members']}")
    connection.execute(f"CREATE TABLE spells AS {sql['spells']}")
    connection.execute(f"CREATE TABLE paid AS {sql['paid']}")
    rows = connection.execute(f"{sql['audit']} ORDER BY place DESC").fetchall()
    assert [tuple(map(float, row)) for row in rows] == [(0, 4, 30, 1, 10)]  # and the stay


@pytest.mark.parametrize("by_county", [False, True])
def test_months_are_told_apart_by_county_where_asked(connection: Any, rules: ExpenditureRules, by_county: bool) -> None:
    fill(connection, [])
    sql = queries(rules, by_county=by_county, years=[2023], aside=False, has=COVID, episodes=False)
    connection.execute(f"CREATE TABLE members AS {sql['members']}")
    connection.execute(f"CREATE TABLE spells AS {sql['spells']}")
    rows = connection.execute("SELECT * FROM spells WHERE bene_id = 'B1' AND type_order >= 0").df()
    months = rows.set_index("county")["months"].to_dict() if by_county else {"": rows["months"].sum()}
    assert months == ({"01000": 2, "02000": 3} if by_county else {"": 5})
    assert ("county" in rows) is by_county


@pytest.mark.parametrize("year", [2018, 2022, 2023])
@pytest.mark.parametrize("has", [set(), {"hcpcs"}, {"adjustment_type"}, COVID])
def test_statements_name_only_columns_that_claims_have(year: int, has: set[str]) -> None:
    sql = queries(
        expenditure_rules(RuleBook(), [year]), by_county=False, years=[year], aside=True, has=has, episodes=False
    )
    named = set(re.findall(r"\bc\.(\w+)", sql["paid"]))
    assert ("hcpcs" in named) is ("hcpcs" in has and year == 2023)
    assert ("cancels" in named) is ("adjustment_type" in has)
    assert "()" not in sql["paid"]


def test_episodes_reach_over_each_month_of_the_years(rules: ExpenditureRules) -> None:
    sql = queries(rules, by_county=False, years=[2022, 2023], aside=False, has=COVID, episodes=True)["covid_months"]
    months = [(int(year), int(month)) for year, month in re.findall(r"\((\d{4}), (\d+)\)", sql)]
    assert months == [(year, month) for year in (2022, 2023) for month in range(1, 13)]
