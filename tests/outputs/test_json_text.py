"""JSON holds numbers as numbers, missing as null, and any text."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.emit import render
from aco_cli.outputs.formats import Format

FIRST = {
    "aco_id": "00123",
    "aco_name": 'Say "Ah", Inc.',
    "performance_year": 2014,
    "assigned_beneficiaries": 5333,
    "benchmark_total": 14455937.7,
    "savings_rate": 0.0385,
    "outcome": "earned",
    "quality_standard_met": True,
    "initial_start": "2013-01-01",
    "settlement": 1234567.29,
    "notes": None,
}


def test_values_and_order_of_members(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    rows = json.loads(render(frame, columns, Format.JSON))
    assert rows[0] == FIRST
    assert list(rows[0]) == [column.name for column in columns]
    assert rows[2]["settlement"] is None
    assert rows[2]["quality_standard_met"] is None
    assert rows[1]["notes"] == "line one\nline two\ttabbed"
    assert rows[2]["notes"] == "pipe | slash \\"


def test_an_object_a_line_in_both_forms(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    array = render(frame, columns, Format.JSON)
    lines = render(frame, columns, Format.JSONL)
    assert len(lines.splitlines()) == len(frame)
    assert [json.loads(line) for line in lines.splitlines()] == json.loads(array)
    assert len(array.splitlines()) == len(frame) + 2


def test_no_rows(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    assert json.loads(render(frame.head(0), columns, Format.JSON)) == []
    assert render(frame.head(0), columns, Format.JSONL) == b""


def test_exact_keeps_money_unrounded(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    rows = json.loads(render(frame, columns, Format.JSON, exact=True))
    assert rows[0]["settlement"] == 1234567.285


def test_infinity_is_null_as_json_has_none() -> None:
    columns = [OutputColumn("x", Unit.FRACTION, "x", 0)]
    assert json.loads(render(pd.DataFrame({"x": [np.inf, 1e22]}), columns, Format.JSON)) == [{"x": None}, {"x": 1e22}]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=10))
def test_any_text_reads_back(values: list[str]) -> None:
    columns = [OutputColumn('a "name"\n', Unit.TEXT, "x", 0)]
    frame = pd.DataFrame({'a "name"\n': pd.Series(values, dtype="str")})
    for fmt in (Format.JSON, Format.JSONL):
        text = render(frame, columns, fmt).decode()
        rows = json.loads(text) if fmt is Format.JSON else [json.loads(line) for line in text.split("\n")[:-1]]
        assert [row['a "name"\n'] for row in rows] == values
