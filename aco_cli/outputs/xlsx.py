"""An Excel workbook of one sheet, in which text stays text and the same figures give the same bytes."""

import io
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from aco_cli.errors import OutputError
from aco_cli.outputs import cells
from aco_cli.outputs.columns import OutputColumn, Unit

MOST_ROWS = 1_048_575
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767
WIDEST = 60
FILTER_BUTTON = 3
# Excel records when a workbook was made; a fixed time keeps the bytes the same between runs.
CREATED = datetime(2000, 1, 1)
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NUMBER_FORMATS = {Unit.USD: "#,##0.00", Unit.FRACTION: "0.00%", Unit.INTEGER: "#,##0", Unit.DATE: "yyyy-mm-dd"}


def describe(workbook: xlsxwriter.Workbook, about: Mapping[str, str]) -> None:
    """Set what the workbook says of how it was made, among its custom properties."""
    workbook.set_properties({"created": CREATED})
    for name, value in about.items():
        workbook.set_custom_property(name, value, "text")


def render_xlsx(
    frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool, about: Mapping[str, str] | None = None
) -> bytes:
    """Return the columns as a workbook, with properties that say how it was made.

    Raises OutputError for what a sheet cannot hold: too many rows or columns, or too long a text.
    """
    _refuse_what_does_not_fit(frame, columns)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as workbook:
        describe(workbook, about or {})
        sheet = workbook.add_worksheet()
        bold = workbook.add_format({"bold": True})
        for place, column in enumerate(columns):
            number_format = "0" if column.year else NUMBER_FORMATS.get(column.unit, "General")
            cell_format = workbook.add_format({"num_format": number_format})
            sheet.write_string(0, place, column.name, bold)
            _write_column(sheet, place, frame[column.name], column, cell_format, exact=exact)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(frame), len(columns) - 1)
    return file.getvalue()


def _refuse_what_does_not_fit(frame: pd.DataFrame, columns: Sequence[OutputColumn]) -> None:
    if len(frame) > MOST_ROWS:
        raise OutputError(
            f"an Excel sheet holds {MOST_ROWS:,} rows below its header, this output has {len(frame):,}; "
            "choose --format csv or parquet"
        )
    if len(columns) > MOST_COLUMNS:
        raise OutputError(f"an Excel sheet holds {MOST_COLUMNS:,} columns, this output has {len(columns):,}")


def _write_column(
    sheet: Worksheet, place: int, series: "pd.Series[Any]", column: OutputColumn, cell_format: Format, *, exact: bool
) -> None:
    """Write one column below its heading and set its width; a missing value stays a blank cell."""
    for row, value in enumerate(_values(series, column, exact=exact), start=1):
        if isinstance(value, str):
            sheet.write_string(row, place, value, cell_format)
        elif value is not None:
            sheet.write(row, place, value, cell_format)
    shown = cells.for_people(series, column, exact=False, dollar_decimals=2)
    longest = pc.max(pc.utf8_length(shown)).as_py() or 0
    sheet.set_column(place, place, min(max(longest, len(column.name) + FILTER_BUTTON) + 1, WIDEST))


def _values(series: "pd.Series[Any]", column: OutputColumn, *, exact: bool) -> list[Any]:
    values = cells.typed(series, column, exact=exact)
    if column.unit is Unit.TEXT and (longest := pc.max(pc.utf8_length(values)).as_py() or 0) > LONGEST_TEXT:
        raise OutputError(
            f"an Excel cell holds {LONGEST_TEXT:,} characters, a text in column {column.name} has {longest:,}; "
            "choose --format csv or leave the column out with --columns"
        )
    if column.numbers:
        numbers = pc.fill_null(pc.match_substring_regex(values, cells.NUMBER), False).to_pylist()
        pairs = zip(values.to_pylist(), numbers, strict=True)
        return [float(text) if number and math.isfinite(float(text)) else text for text, number in pairs]
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_finite(values), values, None)  # a sheet has no infinity
    return list(values.to_pylist())
