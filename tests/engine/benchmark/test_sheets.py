"""Worksheets of settlements whose benchmark is worked out from expenditures."""

from __future__ import annotations

import pandas as pd
import pytest

from aco_cli.engine.worksheet import sheet_rows, worksheet

MSSP = {
    **{"performance_year": 2022, "track": "enhanced", "agreement_start": "2019-07-01", "agreement_period": 3},
    **{"regional_period": 1, "assigned_beneficiaries": 9_000, "msr_election": "0.02", "quality_score": 0.9},
    **{"quality_standard_met": True, "benchmark_total": 1.0, "expenditure_total": 1.0},
}
PIONEER = {
    **{"aco_id": "P", "program": "pioneer", "track": "core", "performance_year": 2014, "quality_score": 0.9},
    **{"benchmark_total": 100e6, "expenditure_total": 90e6, "assigned_beneficiaries": 20_000},
}


@pytest.fixture(scope="module")
def evidence(case) -> tuple[pd.DataFrame, pd.DataFrame]:
    """$10,000 a person in all years but the last, in which A1 spends $9,500 and A2 $9,600."""
    spent = {"A1": 9_500.0, "A2": 9_600.0}
    made = [case().set("per_capita_expenditure", {"PY": each}).frames(aco) for aco, each in spent.items()]
    return pd.concat([expenditures for _, expenditures, _ in made], ignore_index=True), made[0][2]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2), (1,)])
def test_each_row_has_its_own_benchmark_if_there_is_one(order: tuple[int, ...], canonical, evidence, book) -> None:
    """4,000 person years: 5 % and 4 % of $40 million saved, x 75 % x 98 %; Pioneer as the roster has it."""
    frame = (
        canonical([{**MSSP, "aco_id": "A1"}, PIONEER, {**MSSP, "aco_id": "A2"}]).iloc[[*order]].reset_index(drop=True)
    )
    found = sheet_rows(frame, book, evidence)
    alone = sheet_rows(frame[frame["program"] == "pioneer"].reset_index(drop=True), book)
    expected = {0: 1.47e6, 1: alone[0][1].figure("settlement") if alone else 0.0, 2: 1.176e6}
    assert [row.figure("settlement") for _, row in found] == pytest.approx([expected[at] for at in order])
    assert [above is None for above, _ in found] == [at == 1 for at in order]
    totals = [above.figure("benchmark_total") for above, _ in found if above is not None]
    assert totals == pytest.approx([40e6] * len(totals))
    assert all(above is None for above, _ in alone)


def test_a_worksheet_begins_with_the_tables_of_the_benchmark(canonical, evidence, book) -> None:
    """In each what files give, then the lines; then what the roster gives, and the settlement."""
    found = worksheet(canonical([{**MSSP, "aco_id": "A1"}]), book, evidence)
    tables = [each.table for each in found if each.table in ("1", "2", "3")]  # lines of A3 stand among those of 1 and 2
    assert tables == sorted(tables)
    for table, source in (("1", "files"), ("2", "files"), ("3", "roster")):
        given = [each.status == "given" for each in found if each.table == table]
        assert any(given)
        assert source == "roster" or given == sorted(given, reverse=True)
        assert {each.citation for each in found if each.table == table and each.status == "given"} == {source}
    names = [(each.table, each.line) for each in found]
    assert len(set(names)) == len(names)
    assert (found[-1].line, found[-1].shown) == ("settlement", "$1,470,000.00")
    plain = worksheet(canonical([{**MSSP, "aco_id": "A1"}]), book)
    assert {each.table for each in plain} == {"3"}
