"""Parquet files and frames: columns that keep their types, and rows numbered as if below a header."""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.raw import Head, RawTable, Sheet
from aco_cli.inputs.source import FileContent, FileKind, FrameFile
from aco_cli.inputs.typed import frame_sheet, parquet_sheet


def parquet(table: pa.Table, change: tuple[bytes, bytes] = (b"PAR1", b"PAR1"), **options: object) -> FileContent:
    data = io.BytesIO()
    pq.write_table(table, data, **options)
    assert change[0] in data.getvalue()
    return FileContent(
        "r.parquet", data.getvalue().replace(*change) if change[0] else data.getvalue(), FileKind.PARQUET
    )


def read(sheet: Sheet) -> RawTable:
    (names,) = sheet.top
    return sheet.read(Head(tuple(names), 1), range(len(names)), "utf-8")


def refusal(sheet: Sheet) -> str:
    with pytest.raises(InputError) as refused:
        read(sheet)
    return str(refused.value)


TABLE = pa.table({"aco\u00a0 id": ["A1", "A2", None], "n": [1, None, 3]})


def test_rows_are_numbered_below_a_header() -> None:
    for sheet in (parquet_sheet(parquet(TABLE)), frame_sheet(FrameFile(TABLE.to_pandas(), "roster"))):
        raw = read(sheet)
        assert sheet.top == [["aco id", "n"]]
        assert (raw.file, raw.rows.tolist()) == (sheet.file, [2, 3, 4])
        assert {place: column.to_pylist() for place, column in raw.columns.items()} == {
            0: ["A1", "A2", None],
            1: [1, None, 3],
        }


@pytest.mark.parametrize("index", [["x", "y"], [7, 9]])
def test_the_index_of_a_frame_is_no_column(index: list[object]) -> None:
    sheet = frame_sheet(FrameFile(pd.DataFrame({"a": [1, 2]}, index=index)))
    assert (sheet.file, sheet.top) == ("DataFrame", [["a"]])


@pytest.mark.parametrize(
    ("column", "kind", "cells"),
    [
        (pa.array([1, 2], pa.int8()), pa.int8(), [1, 2]),
        (pa.array([1.5, 2]), pa.float64(), [1.5, 2.0]),
        (pa.array([0.25, 2], pa.float32()), pa.string(), ["0.25", "2"]),
        (pa.array([True, False]), pa.string(), ["true", "false"]),
        (pa.array(["a", "b"]).dictionary_encode(), pa.string(), ["a", "b"]),
        (pa.array([3, 4]).dictionary_encode(), pa.int64(), [3, 4]),
        (pa.array([15_706, None], pa.date32()), pa.string(), ["2013-01-01", None]),
    ],
)
def test_numbers_keep_their_type_and_all_else_becomes_text(column: pa.Array, kind: pa.DataType, cells: list) -> None:
    raw = read(parquet_sheet(parquet(pa.table({"a": column}))))
    assert (raw.columns[0].type, raw.columns[0].to_pylist()) == (kind, cells)


def test_what_is_no_table_is_refused() -> None:
    nested = parquet_sheet(parquet(pa.table({"a": [[1]]})))
    assert (
        refusal(nested)
        == "r.parquet, column a: expected text, numbers or dates, found Parquet type list<element: int64>"
    )
    assert refusal(parquet_sheet(parquet(TABLE[:0]))) == (
        "r.parquet: expected a row of data below the header, found a header only"
    )
    with pytest.raises(
        InputError, match=r"^DataFrame, row 4, column a: expected text, a number or a date, found a object$"
    ):
        frame_sheet(FrameFile(pd.DataFrame({"a": [1, "x", object()]})))


def test_a_page_of_another_checksum_is_damage() -> None:
    table = pa.table({"a": ["first", "second"]})
    options = {"compression": "none", "use_dictionary": False, "write_page_checksum": True, "write_statistics": False}
    assert read(parquet_sheet(parquet(table, **options))).columns[0].to_pylist() == ["first", "second"]
    with pytest.raises(InputError, match="expected a whole Parquet file, found a damaged one"):
        parquet_sheet(parquet(table, (b"first", b"fjrst"), **options))


def test_text_that_is_not_unicode_is_damage() -> None:
    """Else it would only be met where it is used."""
    texts = pa.StringArray.from_buffers(1, pa.array([0, 2], pa.int32()).buffers()[1], pa.py_buffer(b"A\xe9"))
    with pytest.raises(InputError, match=r"expected a whole Parquet file, found a damaged one \(.*UTF8"):
        parquet_sheet(parquet(pa.table({"a": texts}), write_statistics=False))
