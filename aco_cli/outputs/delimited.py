"""CSV and TSV: RFC 4180 quoting only where a cell needs it, lines ended by a line feed, UTF-8 without BOM."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aco_cli.outputs import cells
from aco_cli.outputs.columns import OutputColumn, Unit

# A spreadsheet takes a cell that starts with one of these as a formula (OWASP, "CSV Injection").
FORMULA_START = r"^([=+\-@\t\r])"


def render_csv(
    frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool, excel_safe: bool, separator: str = ","
) -> bytes:
    """Return the columns as CSV; `excel_safe` puts an apostrophe before text a spreadsheet would calculate."""
    # A lone empty cell would make an empty line, which readers skip: it is written as "".
    missing = '""' if len(columns) == 1 else ""
    names = pa.array([column.name for column in columns], type=cells.STRING)
    header = separator.join(_quote(names, separator, excel_safe=excel_safe).to_pylist())
    fields = []
    for column in columns:
        field = cells.plain(frame[column.name], column, exact=exact)
        if column.unit is Unit.TEXT:
            field = _quote(field, separator, excel_safe=excel_safe)
        fields.append(pc.fill_null(field, missing))
    return f"{header}\n".encode() + cells.lines(fields, separator)


# As CSV with tabs, so that a tab or line feed inside a cell is quoted.
render_tsv = partial(render_csv, separator="\t")


def _quote(field: pa.Array, separator: str, *, excel_safe: bool) -> pa.Array:
    """Quote the cells that hold a separator, a quote or a line break."""
    if excel_safe:
        field = pc.replace_substring_regex(field, FORMULA_START, r"'\1")
    special = pc.match_substring_regex(field, f'[{separator}"\r\n]')
    if not pc.any(special).as_py():
        return field
    doubled = pc.replace_substring(field, '"', '""')
    return pc.if_else(special, cells.join('"', doubled, '"'), field)
