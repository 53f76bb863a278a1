"""The declarations of output columns: complete, each used, and said in a sentence with its unit."""

from __future__ import annotations

import re

import pytest

from aco_cli.engine.reconcile import Verdict
from aco_cli.engine.simulate import PERCENTILES
from aco_cli.outputs.columns import (
    SIDES,
    OutputColumn,
    Unit,
    _declarations,
    column_names,
    output_columns,
    output_tables,
)
from aco_cli.rules.parameters import Status

SPOKEN = {Unit.USD: "US dollars", Unit.FRACTION: "fraction"}


@pytest.mark.parametrize("table", output_tables())
def test_columns_that_a_table_orders_or_changes_are_among_its_own(table: str) -> None:
    held = _declarations()["tables"][table]
    names = column_names(table)
    assert len(set(names)) == len(names)
    assert set(held.get("first", ())) | set(held.get("changes", {})) <= set(names)
    assert sorted(column.priority for column in output_columns(table)) == list(range(len(names)))


@pytest.mark.parametrize("table", output_tables())
def test_every_column_says_in_a_sentence_what_it_means_and_in_what_unit(table: str) -> None:
    for column in output_columns(table):
        assert re.fullmatch(r"[A-Z0-9][^\n]*[^. ]\.", column.help), column
        assert SPOKEN.get(column.unit, "") in column.help, column


def test_every_declared_column_is_written_by_some_table() -> None:
    written = {name for table in _declarations()["tables"].values() for name in table["columns"]}
    sides = {name.removesuffix(f"_{side}") for name in written for side in SIDES}
    assert [name for name in _declarations()["columns"] if name not in written | sides] == []


def test_a_change_says_something_else_than_the_declaration() -> None:
    """A name is declared once; a table repeats nothing of it."""
    declared = _declarations()["columns"]
    for table in _declarations()["tables"].values():
        for name, change in table.get("changes", {}).items():
            assert change.items().isdisjoint(declared.get(name, {}).items()), name


def test_columns_before_and_after_a_change_follow_from_the_settlement() -> None:
    columns = {column.name: column for column in output_columns("whatif")}
    (settlement,) = (column for column in output_columns("settle") if column.name == "settlement")
    for side in SIDES:
        found = columns[f"settlement_{side}"]
        assert (found.unit, found.total, found.label) == (Unit.USD, True, f"Settlement {side}")
        assert found.help == f"{side.capitalize()} the change: {settlement.help}"


def test_percentiles_are_those_of_the_simulation() -> None:
    columns = [column for column in output_columns("simulate") if column.name.startswith("settlement_p")]
    assert [column.name for column in columns] == [f"settlement_p{percent:02}" for percent in PERCENTILES]
    assert [column.label for column in columns] == [f"{percent}th pct." for percent in PERCENTILES]
    assert columns[0].help == f"{PERCENTILES[0]}th percentile of the settlement over all draws, in US dollars."


def test_classes_and_statuses_each_have_a_column() -> None:
    assert set(Verdict) <= set(column_names("reconcile --by-year"))
    assert set(Status) <= set(column_names("rules coverage"))


def test_only_tables_with_totals_sum_columns() -> None:
    def summed(table: str) -> list[str]:
        return [column.name for column in output_columns(table) if column.total]

    assert summed("benchmark") == ["benchmark_total", "expenditure_total"]
    assert summed("summary") == []


def test_a_table_may_change_what_a_column_is_called_there() -> None:
    def column(table: str, name: str) -> OutputColumn:
        return next(each for each in output_columns(table) if each.name == name)

    assert column("settle", "earned_payment").label == "Earned"
    assert column("summary", "earned_payment").label == "Paid"
    assert column("reconcile --quality", "difference").unit is Unit.FRACTION
    assert column("reconcile", "difference").unit is Unit.USD
