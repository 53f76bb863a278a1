"""Columns are read for what they mean, whatever a file stores them as."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from aco_cli.inputs.claims.contracts import CONTRACTS, KINDS, ClaimsColumn, Contract, Stored, contracts


def read(kind: str, type_name: str, literal: str) -> tuple[Any, bool]:
    """A literal stored as a type: the value that is read, and whether it counts as unreadable."""
    cell = KINDS[kind].cell(Stored.of("x", type_name))
    source = f"(SELECT CAST({literal} AS {type_name}) AS x)"
    (found,) = duckdb.sql(f"SELECT {cell.value}, COALESCE({cell.unread or 'FALSE'}, FALSE) FROM {source}").fetchall()
    return found


@pytest.mark.parametrize(
    ("kind", "type_name", "literal", "value"),
    [
        ("usd", "VARCHAR", "' -12.50 '", Decimal("-12.50")),
        ("usd", "DOUBLE", "0.1 + 0.2", Decimal("0.30")),
        ("usd", "DECIMAL(18,2)", "9999999999.99", Decimal("9999999999.99")),
        ("usd", "DECIMAL(9,4)", "1.5000", Decimal("1.50")),
        ("usd", "INTEGER", "7", Decimal("7.00")),
        ("number", "DOUBLE", "1.234567", 1_234_567),
        ("number", "DECIMAL(8,3)", "0.975", 975_000),
        ("number", "VARCHAR", "'1.2345675'", 1_234_568),
        ("integer", "VARCHAR", "'65'", 65),
        ("integer", "DOUBLE", "65.0", 65),
        ("integer", "VARCHAR", "'70.0'", 70),
        ("usd", "VARCHAR", "'1e3'", Decimal("1000.00")),
        ("boolean", "VARCHAR", "' True '", True),
        ("boolean", "BIGINT", "0", False),
        ("boolean", "DOUBLE", "1.0", True),
        ("text", "VARCHAR", "'007'", "007"),
        ("text", "INTEGER", "60", "60"),
    ],
)
def test_a_value_is_read(kind: str, type_name: str, literal: str, value: Any) -> None:
    assert read(kind, type_name, literal) == (value, False)


@pytest.mark.parametrize(
    ("kind", "type_name", "literal"),
    [
        ("usd", "VARCHAR", "'1,000.00'"),
        ("usd", "DOUBLE", "1.005"),
        ("usd", "DOUBLE", "'nan'"),
        ("usd", "DECIMAL(18,2)", "10000000000.00"),
        ("number", "DOUBLE", "'infinity'"),
        ("number", "VARCHAR", "'high'"),
        ("number", "VARCHAR", "'1.1f'"),
        ("number", "VARCHAR", "'Infinity'"),
        ("number", "VARCHAR", "'nan'"),
        ("number", "DOUBLE", "'nan'"),
        ("usd", "VARCHAR", "'1_000'"),
        ("usd", "VARCHAR", "'1.23E+05'"),
        ("integer", "VARCHAR", "'0x46'"),
        ("integer", "VARCHAR", "'1_0'"),
        ("integer", "DOUBLE", "65.5"),
        ("integer", "DOUBLE", "1e10"),
        ("integer", "BOOLEAN", "true"),
        ("date", "VARCHAR", "'2018/02/10'"),
        ("date", "VARCHAR", "'2018-2-1T1'"),
        ("date", "VARCHAR", "'2018-02-30'"),
        ("integer", "VARCHAR", "'65.5'"),
        ("boolean", "INTEGER", "2"),
        ("date", "INTEGER", "20180331"),
        ("date", "VARCHAR", "'2018-03-31 00:00'"),
        ("text", "DOUBLE", "7.0"),
    ],
)
def test_what_cannot_be_read_is_told(kind: str, type_name: str, literal: str) -> None:
    assert read(kind, type_name, literal)[1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("type_name", ["VARCHAR", "INTEGER", "DOUBLE", "DECIMAL(12,2)", "BOOLEAN", "DATE", "TIMESTAMP"])
def test_a_blank_is_never_unreadable(kind: str, type_name: str) -> None:
    assert read(kind, type_name, "NULL") == (None, False)


def test_a_column_is_needed_has_values_and_is_shown_unless_it_says_otherwise() -> None:
    column = ClaimsColumn(KINDS["text"])
    assert (column.optional, column.may_be_blank, column.private) == (False, False, False)


@pytest.mark.parametrize(
    ("column", "type_name", "literal", "value"),
    [
        (ClaimsColumn(KINDS["usd"], blank="0"), "VARCHAR", "' '", Decimal("0.00")),
        (ClaimsColumn(KINDS["usd"], blank="0"), "VARCHAR", "'5'", Decimal("5.00")),
        (ClaimsColumn(KINDS["usd"], blank="0"), None, "1", Decimal("0.00")),
        (ClaimsColumn(KINDS["integer"], blank="7"), "DOUBLE", "NULL", 7),
        (ClaimsColumn(KINDS["usd"]), "VARCHAR", "' '", None),
        (ClaimsColumn(KINDS["date"]), None, "1", None),
    ],
)
def test_a_blank_or_lacking_cell_counts_as_the_column_says(
    column: ClaimsColumn, type_name: str | None, literal: str, value: Any
) -> None:
    cell = column.cell(Stored.of("x", type_name) if type_name else None)
    source = f"(SELECT CAST({literal} AS {type_name or 'INTEGER'}) AS x)"
    assert duckdb.sql(f"SELECT {cell.value}, COALESCE({cell.unread or 'FALSE'}, FALSE) FROM {source}").fetchall() == [
        (value, False)
    ]


def test_what_is_stored_in_no_known_way_is_unread_where_it_is_not_blank() -> None:
    cell = KINDS["text"].cell(Stored.of("x", "BLOB"))
    found = duckdb.sql(f"SELECT {cell.value}, {cell.unread} FROM (VALUES ('a'::BLOB), (NULL)) t(x)").fetchall()
    assert found == [(None, True), (None, False)]


def test_columns_have_names_by_contract_and_by_cms_in_lower_case() -> None:
    columns = {
        "line_number": ClaimsColumn(KINDS["text"], also=("clm_line_num", "line")),
        "day": ClaimsColumn(KINDS["date"]),
    }
    names = {"line_number": "line_number", "clm_line_num": "line_number", "line": "line_number", "day": "day"}
    assert Contract("things", columns).names == names


def test_contracts_of_a_file_are_by_name() -> None:
    assert contracts("contracts.yaml") == CONTRACTS
    assert list(contracts("cclf_contracts.yaml")) == [f"cclf{kind}" for kind in "145689AB"]
