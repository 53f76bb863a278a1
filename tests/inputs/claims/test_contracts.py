"""Columns are read for what they mean, whatever a file stores them as."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from aco_cli.inputs.claims.contracts import BOOLEAN, DATE, MONEY, SCORE, TEXT, WHOLE, Kind, Stored


def read(kind: Kind, type_name: str, literal: str) -> tuple[Any, bool]:
    """A literal stored as a type: the value that is read, and whether it counts as unreadable."""
    cell = kind.read(Stored.of("x", type_name))
    source = f"(SELECT CAST({literal} AS {type_name}) AS x)"
    (found,) = duckdb.sql(f"SELECT {cell.value}, COALESCE({cell.unread or 'FALSE'}, FALSE) FROM {source}").fetchall()
    return found


@pytest.mark.parametrize(
    ("kind", "type_name", "literal", "value"),
    [
        (MONEY, "VARCHAR", "' -12.50 '", Decimal("-12.50")),
        (MONEY, "DOUBLE", "0.1 + 0.2", Decimal("0.30")),
        (MONEY, "DECIMAL(18,2)", "9999999999.99", Decimal("9999999999.99")),
        (MONEY, "DECIMAL(9,4)", "1.5000", Decimal("1.50")),
        (MONEY, "INTEGER", "7", Decimal("7.00")),
        (SCORE, "DOUBLE", "1.234567", 1_234_567),
        (SCORE, "DECIMAL(8,3)", "0.975", 975_000),
        (SCORE, "VARCHAR", "'1.2345675'", 1_234_568),
        (WHOLE, "VARCHAR", "'65'", 65),
        (WHOLE, "DOUBLE", "65.0", 65),
        (WHOLE, "VARCHAR", "'70.0'", 70),
        (MONEY, "VARCHAR", "'1e3'", Decimal("1000.00")),
        (BOOLEAN, "VARCHAR", "' True '", True),
        (BOOLEAN, "BIGINT", "0", False),
        (BOOLEAN, "DOUBLE", "1.0", True),
        (TEXT, "VARCHAR", "'007'", "007"),
        (TEXT, "INTEGER", "60", "60"),
    ],
)
def test_a_value_is_read(kind: Kind, type_name: str, literal: str, value: Any) -> None:
    assert read(kind, type_name, literal) == (value, False)


@pytest.mark.parametrize(
    ("kind", "type_name", "literal"),
    [
        (MONEY, "VARCHAR", "'1,000.00'"),
        (MONEY, "DOUBLE", "1.005"),
        (MONEY, "DOUBLE", "'nan'"),
        (MONEY, "DECIMAL(18,2)", "10000000000.00"),
        (SCORE, "DOUBLE", "'infinity'"),
        (SCORE, "VARCHAR", "'high'"),
        (SCORE, "VARCHAR", "'1.1f'"),
        (SCORE, "VARCHAR", "'Infinity'"),
        (SCORE, "VARCHAR", "'nan'"),
        (SCORE, "DOUBLE", "'nan'"),
        (MONEY, "VARCHAR", "'1_000'"),
        (WHOLE, "VARCHAR", "'0x46'"),
        (WHOLE, "VARCHAR", "'1_0'"),
        (WHOLE, "DOUBLE", "65.5"),
        (WHOLE, "DOUBLE", "1e10"),
        (WHOLE, "BOOLEAN", "true"),
        (DATE, "VARCHAR", "'2018/02/10'"),
        (DATE, "VARCHAR", "'2018-2-1T1'"),
        (DATE, "VARCHAR", "'2018-02-30'"),
        (WHOLE, "VARCHAR", "'65.5'"),
        (BOOLEAN, "INTEGER", "2"),
        (DATE, "INTEGER", "20180331"),
        (DATE, "VARCHAR", "'2018-03-31 00:00'"),
        (TEXT, "DOUBLE", "7.0"),
    ],
)
def test_what_cannot_be_read_is_told(kind: Kind, type_name: str, literal: str) -> None:
    assert read(kind, type_name, literal)[1]


@pytest.mark.parametrize("kind", [MONEY, SCORE, WHOLE, BOOLEAN, DATE, TEXT], ids=lambda kind: kind.type)
@pytest.mark.parametrize("type_name", ["VARCHAR", "INTEGER", "DOUBLE", "DECIMAL(12,2)", "BOOLEAN", "DATE", "TIMESTAMP"])
def test_a_blank_is_never_unreadable(kind: Kind, type_name: str) -> None:
    assert read(kind, type_name, "NULL") == (None, False)
