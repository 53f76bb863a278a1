"""CSV and TSV are what the next program expects, and read back unchanged."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.emit import render
from aco_cli.outputs.formats import Format

EXPECTED = (
    "aco_id,aco_name,performance_year,assigned_beneficiaries,benchmark_total,savings_rate,outcome,"
    "quality_standard_met,initial_start,settlement,notes\n"
    '00123,"Say ""Ah"", Inc.",2014,5333,14455937.70,0.0385,earned,true,2013-01-01,1234567.29,\n'
    'A2,NA,2014,12345,200000000.13,1,owed,false,,-0.50,"line one\nline two\ttabbed"\n'
    "A3,=1+1,2014,,1.01,-0.1234567890123,not-calculable,,2012-04-01,,pipe | slash \\\n"
    "A4,,2014,60000,,,below-msr,true,2014-12-31,0.00,\n"
)


def one(unit: Unit, values: object, fmt: Format = Format.CSV, *, exact: bool = False, safe: bool = False) -> list[str]:
    """Render a column `x` beside an id and return its cells as the csv module reads them."""
    frame = pd.DataFrame({"id": "1", "x": values})
    columns = [OutputColumn("id", Unit.TEXT, "id", 0), OutputColumn("x", unit, "x", 1)]
    text = render(frame, columns, fmt, exact=exact, excel_safe=safe).decode()
    delimiter = "\t" if fmt is Format.TSV else ","
    return [row[1] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)][1:]


def test_csv_to_the_byte(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    assert render(frame, columns, Format.CSV).decode() == EXPECTED


def test_tsv_survives_tabs_and_line_feeds(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    text = render(frame, columns, Format.TSV).decode()
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    assert {len(row) for row in rows} == {len(columns)}
    assert rows[2][-1] == "line one\nline two\ttabbed"
    assert rows[1][1] == 'Say "Ah", Inc.'


def test_no_rows_is_a_header(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    assert render(frame.head(0), columns, Format.CSV).decode() == EXPECTED.splitlines()[0] + "\n"


def test_exact_money_keeps_every_digit() -> None:
    values = [0.1 + 0.2, 14455937.7, 1.005, 5.0, 12345678901.503]
    assert one(Unit.USD, values, exact=True) == ["0.30000000000000004", "14455937.7", "1.005", "5", "12345678901.503"]


@pytest.mark.parametrize("value", [0.5, -0.5, -0.004, 1e10, 35e12, 1e15, 9e16, 1e17, 1.5e300, -(2.0**62)])
def test_money_of_any_size_is_never_wrong(value: float) -> None:
    (cell,) = one(Unit.USD, [value])
    assert float(cell) == round(value, 2)
    assert not cell.startswith("-0.00")


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_rates_read_back_to_the_last_bit(values: list[float]) -> None:
    assert [float(cell) for cell in one(Unit.FRACTION, values)] == values


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=10))
def test_any_text_reads_back(values: list[str]) -> None:
    series = pd.Series(values, dtype="str")
    assert one(Unit.TEXT, series) == values
    assert one(Unit.TEXT, series, Format.TSV) == values


def test_a_fractional_count_is_not_truncated() -> None:
    assert one(Unit.INTEGER, [5333.0, 5333.4, np.nan]) == ["5333", "5333.4", ""]


def test_plain_bool_and_integer_dtypes_are_understood() -> None:
    assert one(Unit.BOOLEAN, [True, False]) == ["true", "false"]
    assert one(Unit.INTEGER, pd.array([1, None], dtype="Int64")) == ["1", ""]


@pytest.mark.parametrize("fmt", [Format.CSV, Format.TSV])
@pytest.mark.parametrize(
    "start",
    ["=", "+", "-", "@", "\t", "\r", " =", "  +", "\u00a0@", "\u3000-", "\t =", "\uff1d", "\uff0b", "\uff0d", "\uff20"],
)
def test_excel_safe_disarms_text_only(fmt: Format, start: str) -> None:
    text = pd.Series([f"{start}1+1", "plain", "a=b"], dtype="str")
    assert one(Unit.TEXT, text, fmt, safe=True) == [f"'{start}1+1", "plain", "a=b"]
    assert one(Unit.TEXT, text, fmt, safe=False) == [f"{start}1+1", "plain", "a=b"]
    assert one(Unit.USD, [-5.0], fmt, safe=True) == ["-5.00"]


def test_a_lone_missing_cell_is_not_an_empty_line() -> None:
    columns = [OutputColumn("x", Unit.NUMBER, "x", 0)]
    assert render(pd.DataFrame({"x": [1.0, np.nan]}), columns, Format.CSV) == b'x\n1\n""\n'


def test_a_heading_with_a_comma_is_quoted() -> None:
    columns = [OutputColumn("a,b", Unit.TEXT, "x", 0)]
    assert render(pd.DataFrame({"a,b": ["1"]}), columns, Format.CSV) == b'"a,b"\n1\n'
