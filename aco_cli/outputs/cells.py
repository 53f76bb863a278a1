"""A column's values as text, a whole column at a time: the pieces that the text formats are built from.

Every function returns a pyarrow array of `large_string` in which null means missing.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.rounding import LARGEST_UNITS, Floats, half_up, half_up_cents, half_up_units

STRING = pa.large_string()
# pyarrow writes fractional numbers from here on with an exponent; people expect plain digits.
EXPONENT_FROM = 1e10
# A text that is a number, as JSON writes one.
NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
LARGEST_INTEGER = 2.0**63
# What people compare factors and scores by.
DECIMALS = 6


def numbers(series: "pd.Series[Any]") -> Floats:
    """Return the column as float64, NaN where missing."""
    return series.to_numpy(dtype=np.float64, na_value=np.nan)


def amounts(series: "pd.Series[Any]", column: OutputColumn, *, exact: bool) -> Floats:
    """Return the column's numbers as a file gives them: US dollars rounded once to cents, unless `exact`."""
    values = numbers(series)
    return half_up_cents(values) if column.unit is Unit.USD and not exact else values


def text(series: "pd.Series[Any]") -> pa.Array:
    """Return the column as text; "" counts as missing."""
    strings = pa.array(series.astype("str"), type=STRING, from_pandas=True)
    if isinstance(strings, pa.ChunkedArray):
        strings = strings.combine_chunks()
    return pc.if_else(pc.equal(strings, ""), pa.scalar(None, STRING), strings)


def shortest(values: Floats) -> pa.Array:
    """Return numbers as the shortest digits that read back unchanged; whole ones without a decimal point."""
    missing = np.isnan(values)
    size = np.abs(values)
    whole = (np.trunc(values) == values) & (size < LARGEST_INTEGER)
    integers = pc.cast(pa.array(np.where(whole, values, 0.0).astype(np.int64), mask=missing), STRING)
    if np.all(whole | missing):
        return integers
    digits = pc.if_else(pa.array(whole), integers, pc.cast(pa.array(values, mask=missing), STRING))
    large = ~whole & ~missing & (size >= EXPONENT_FROM)
    if large.any():
        plain = pa.array([repr(float(value)) for value in values[large]], type=STRING)
        digits = pc.replace_with_mask(digits, pa.array(large), plain)
    return digits


def fixed(values: Floats, decimals: int, shift: int = 0) -> pa.Array:
    """Return numbers times 10**shift, rounded half up to exactly `decimals` decimals, e.g. `14455937.70`.

    A number too large to hold that many decimals is given in its shortest digits.
    """
    units = half_up_units(values, decimals + shift)
    missing = np.isnan(units)
    small = missing | (np.abs(units) < LARGEST_UNITS)
    whole = pa.array(np.where(small, units, 0.0), mask=missing).cast(pa.int64()).cast(pa.decimal128(19, 0))
    pointed = pc.cast(pc.multiply(whole, pa.scalar(Decimal(1).scaleb(-decimals))), STRING)
    return pointed if small.all() else pc.if_else(pa.array(small), pointed, shortest(values * 10.0**shift))


def grouped(digits: pa.Array) -> pa.Array:
    """Return numbers given as text with thousands separators in the whole part."""
    while True:
        parted = pc.replace_substring_regex(digits, r"^(-?\d+)(\d{3})($|[.,])", r"\1,\2\3")
        if parted.equals(digits):
            return digits
        digits = parted


def plain(series: "pd.Series[Any]", column: OutputColumn, *, exact: bool) -> pa.Array:
    """Return the column as a data file writes it: no separators, dollars to cents, everything else in full."""
    if column.unit in {Unit.TEXT, Unit.BOOLEAN, Unit.DATE}:
        return pc.cast(typed(series, column, exact=exact), STRING)
    is_money = column.unit is Unit.USD and not exact
    return fixed(numbers(series), 2) if is_money else shortest(numbers(series))


def for_people(series: "pd.Series[Any]", column: OutputColumn, *, exact: bool, dollar_decimals: int) -> pa.Array:
    """Return the column as people read it: thousands separators, percent, yes and no; `exact` keeps every digit."""
    match column.unit:
        case Unit.USD if not exact:
            return grouped(fixed(numbers(series), dollar_decimals))
        case Unit.FRACTION if not exact:
            return join(fixed(numbers(series), 2, shift=2), "%")
        case Unit.BOOLEAN:
            answers = typed(series, column, exact=exact)
            return pc.if_else(answers, pa.scalar("yes", STRING), pa.scalar("no", STRING))
        case Unit.NUMBER if not exact:
            return grouped(shortest(half_up(numbers(series), DECIMALS)))
        case Unit.USD | Unit.INTEGER | Unit.NUMBER if not column.year:
            return grouped(shortest(numbers(series)))
        case _:
            return plain(series, column, exact=exact)


def typed(series: "pd.Series[Any]", column: OutputColumn, *, exact: bool) -> pa.Array:
    """Return the column as text, bool, date32, int64 (where all are whole, as unit integer says) or float64."""
    if column.unit is Unit.TEXT:
        return text(series)
    if column.unit is Unit.DATE:
        return pa.array(series.to_numpy(dtype="datetime64[D]"), type=pa.date32())
    values = amounts(series, column, exact=exact)
    missing = np.isnan(values)
    if column.unit is Unit.BOOLEAN:  # 1, 0 or missing
        return pa.array(values == 1.0, mask=missing)
    whole = missing | ((np.trunc(values) == values) & (np.abs(values) < LARGEST_INTEGER))
    if column.unit is not Unit.INTEGER or not whole.all():  # a file's data is never altered to fit a type
        return pa.array(values, mask=missing)
    return pa.array(np.where(missing, 0.0, values).astype(np.int64), mask=missing)


def join(*parts: pa.Array | str, separator: str = "") -> pa.Array:
    """Join arrays and constants row by row; a row with a missing part is missing."""
    typed = [pa.scalar(part, STRING) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*typed, pa.scalar(separator, STRING))


def lines(fields: Sequence[pa.Array], separator: str) -> bytes:
    """Join the fields of each row with the separator, end each row with a line feed, and return all rows."""
    if len(fields[0]) == 0:
        return b""
    ended = join(join(*fields, separator=separator), "\n")
    # The rows lie one after the other in the array's data buffer, which is the text wanted.
    return bytes(ended.buffers()[2])
