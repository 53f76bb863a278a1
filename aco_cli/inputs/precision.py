"""How precisely a number is printed: half a unit of its last digit, so that the true value lies within +- that."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aco_cli.inputs.layout import Column
from aco_cli.inputs.numbers import as_text, is_one_of
from aco_cli.inputs.raw import Floats, Mask, mask_of

RATES = ("quality_score",)
PRECISE = ("benchmark_total", "expenditure_total", "gross_savings", "euc_adjustment", "published_settlement", *RATES)

# A double holds 15 digits faithfully; what is printed beyond them is noise, as in 0.9693999999999999.
_DIGITS = 15
_DECIMALS = 10

_Counts = npt.NDArray[np.int64]


def half_unit_name(name: str) -> str:
    """The column that holds the half units of the column `name`."""
    return f"{name}_half_unit"


def printed_half_units(cells: Any, values: Floats, column: Column) -> Floats:
    """Half a unit of the last digit of each cell, in the unit of `values`; NaN where there is no value.

    Dollars go by the digits of each cell; rates by the most decimals in the column, for prints lose their zeros.
    A mark that stands for zero is exact.
    """
    is_text = pa.types.is_string(cells.type)
    decimals = _printed_decimals(as_text(cells), values, column) if is_text else _decimals_of(values)
    half_units = _half_units(decimals, values, column.name)
    if column.zero:
        half_units[is_one_of(cells, column.zero)] = 0.0
    return half_units


def rounded_like_others(values: Floats, exact: Mask, decimals: int) -> Floats:
    """Half a unit of values that may have been rounded as others in their column were; NaN of all else.

    `exact` are those that lie on a grid printed to so many decimals. One that does not and has fewer was rounded, and
    any other with as few may lie on the grid by chance.
    """
    own = _decimals_of(values)
    rounded = ~np.isnan(values) & ~exact & (own < decimals)
    if not rounded.any():
        return np.full(len(values), np.nan)
    most = own[rounded].max()
    return np.where(own <= most, 0.5 * 10.0**-most, np.nan)


def complete_half_units(frame: pd.DataFrame) -> pd.DataFrame:
    """Every value of PRECISE with its half unit: one that was not printed as such goes by its own digits."""
    for name in (name for name in PRECISE if name in frame):
        values = frame[name].to_numpy()
        own = _half_units(_decimals_of(values), values, name)
        known = frame.get(half_unit_name(name), np.full(len(frame), np.nan))
        frame[half_unit_name(name)] = np.where(np.isnan(known), own, known)
    return frame


def _half_units(decimals: _Counts, values: Floats, name: str) -> Floats:
    given = ~np.isnan(values)
    if name in RATES and given.any():
        decimals = np.full(len(values), decimals[given].max())
    return np.where(given, 0.5 * 10.0**-decimals, np.nan)


def _printed_decimals(text: Any, values: Floats, column: Column) -> _Counts:
    decimals = _length(text, r"\.(?P<part>[0-9]*)")
    if not pc.any(pc.match_substring_regex(text, r"\.([1-9]|[0-9]{2})")).as_py():
        decimals[:] = 0  # 80864.0 in all of a column is how a program writes whole numbers
    exponents = pc.struct_field(pc.extract_regex(text, r"[eE](?P<part>[+-]?[0-9]+)"), [0])
    decimals -= _counts(pc.cast(pc.utf8_ltrim(exponents, "+"), pa.int64()))
    percent = np.full(len(text), True) if column.percent else mask_of(pc.ends_with(text, "%"))
    decimals[percent] += 2
    noisy = _length(pc.replace_substring_regex(text, r"^[^1-9]*|[^0-9]", ""), r"(?P<part>.*)") > _DIGITS
    decimals[noisy] = _decimals_of(values[noisy])
    return decimals


def _length(text: Any, pattern: str) -> _Counts:
    return _counts(pc.utf8_length(pc.struct_field(pc.extract_regex(text, pattern), [0])))


def _counts(cells: Any) -> _Counts:
    return np.array(pc.fill_null(cells, 0).to_numpy(), dtype=np.int64)


def _decimals_of(values: Floats) -> _Counts:
    """The fewest decimals, at most _DECIMALS, with which each value can be written without loss of faithful digits."""
    decimals = np.full(len(values), _DECIMALS, dtype=np.int64)
    allowed = np.maximum(np.abs(values) * 10.0**-_DIGITS, 0.5 * 10.0**-_DECIMALS)
    for fewer in range(_DECIMALS - 1, -1, -1):
        decimals[np.abs(np.round(values, fewer) - values) <= allowed] = fewer
    return decimals
