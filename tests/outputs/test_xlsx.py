"""A workbook shows the figures, calculates nothing from text, and is the same bytes every time."""

from __future__ import annotations

import io
import re
import time
import zipfile

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from aco_cli.errors import OutputError
from aco_cli.outputs import xlsx
from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.emit import render
from aco_cli.outputs.formats import Format


def read(data: bytes) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()]


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return book.read(name).decode()


def test_values(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    rows = read(render(frame, columns, Format.XLSX))
    assert rows[0] == [column.name for column in columns]
    assert rows[1][:6] == ["00123", 'Say "Ah", Inc.', 2014, 5333, 14455937.7, 0.0385]
    assert rows[1][7] is True
    assert str(rows[1][8]) == "2013-01-01"
    assert rows[1][9:] == [1234567.29, ""]
    assert rows[3][3] == ""
    assert rows[3][9] == ""


def test_text_never_becomes_a_formula_link_or_number() -> None:
    texts = ["=1+1", "{=SUM(A1)}", "https://example.org", "mailto:a@b.c", "internal:Sheet1!A1", "00123", "1e5", "@x"]
    columns = [OutputColumn("=HYPERLINK(1)", Unit.TEXT, "x", 0)]
    data = render(pd.DataFrame({"=HYPERLINK(1)": pd.Series(texts, dtype="str")}), columns, Format.XLSX)
    sheet = part(data, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert "<f " not in sheet
    assert "hyperlink" not in sheet
    assert [row[0] for row in read(data)] == ["=HYPERLINK(1)", *texts]


def test_same_bytes_at_another_time(
    frame: pd.DataFrame, columns: list[OutputColumn], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = render(frame, columns, Format.XLSX)
    later = time.time() + 86_400 * 400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    assert render(frame, columns, Format.XLSX) == first
    assert "2000-01-01T00:00:00Z" in part(first, "docProps/core.xml")


def test_header_frozen_bold_filtered_and_formats_by_unit(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    data = render(frame, columns, Format.XLSX)
    sheet, styles = part(data, "xl/worksheets/sheet1.xml"), part(data, "xl/styles.xml")
    assert 'ySplit="1"' in sheet
    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:K5"/>' in sheet
    assert "<b/>" in styles
    for number_format in ("#,##0", "#,##0.00", "0.00%", "yyyy-mm-dd"):
        assert f'formatCode="{number_format}"' in styles


def test_columns_are_wide_enough_for_their_figures(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    sheet = part(render(frame, columns, Format.XLSX), "xl/worksheets/sheet1.xml")
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', sheet)]
    assert widths[4] > len("200,000,000.13")
    assert max(widths) < 62


def test_exact_keeps_money_unrounded_and_infinity_is_blank() -> None:
    columns = [OutputColumn("x", Unit.USD, "x", 0)]
    rows = read(render(pd.DataFrame({"x": [1.005, np.inf, 2.0]}), columns, Format.XLSX, exact=True))
    assert rows == [["x"], [1.005], [""], [2.0]]


def test_no_rows(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    assert len(read(render(frame.head(0), columns, Format.XLSX))) == 1


def test_too_many_rows_is_said_before_any_work() -> None:
    columns = [OutputColumn("x", Unit.NUMBER, "x", 0)]
    frame = pd.DataFrame({"x": np.zeros(xlsx.MOST_ROWS + 1)})
    with pytest.raises(OutputError, match=r"1,048,575 rows .* 1,048,576; choose --format csv or parquet"):
        render(frame, columns, Format.XLSX)


def test_text_longer_than_a_cell_is_refused_not_cut() -> None:
    columns = [OutputColumn("notes", Unit.TEXT, "x", 0)]
    with pytest.raises(OutputError, match=r"column notes has 32,768"):
        render(pd.DataFrame({"notes": ["x" * 32_768]}), columns, Format.XLSX)
