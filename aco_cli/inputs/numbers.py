"""Text to numbers, vectorized and correctly rounded; only what is unmistakably a number is one. And their bounds."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aco_cli.inputs.layout import Column, Grid
from aco_cli.inputs.raw import Floats, Mask, mask_of

Fix = Callable[[Any], str]

# Thousands separators only where they belong: 1,23 may be a decimal comma.
_DIGITS = r"(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
_PLAIN = rf"(?:[+-]?\$?\s*|\$\s*[+-]){_DIGITS}(?:[eE][+-]?[0-9]+)?"
_ACCOUNTING = rf"(?:\$\s*)?\((?:\$\s*)?{_DIGITS}\)"
_NUMBER = rf"^(?:{_PLAIN}|{_ACCOUNTING})$"
_NUMBER_OR_PERCENT = rf"^(?:{_PLAIN}|{_ACCOUNTING}|(?:[+-]?{_DIGITS}|\({_DIGITS}\))\s?%)$"
_ONE = Column("", "fraction")
_PERCENT_TYPES = ("rate", "fraction", "election", "positive")
_DRESSING = r"[$,%()+\s]"
# Byte order marks, zero-width characters, soft hyphens, marks of direction.
_INVISIBLE = "[\ufeff\u200b-\u200f\u2060\u00ad\u202a-\u202e\u2066-\u2069]"
_KEPT_AS_TEXT = r"""^(?:="([^"]*)"|'([-$(]?[0-9][^']*))$"""
_MINUS = "[\u2212\ufe63\uff0d]"
# Spaces and apostrophes that part thousands, as in many countries; a plain space too.
_THOUSANDS = "([0-9])[ \u00a0\u202f\u2007\u2009'\u2019]([0-9]{3})"
# Beyond it, or as near to zero, products of figures overflow.
LARGEST = 1e30


def as_text(cells: Any) -> Any:
    """Cells of any type as text without what cannot be seen and space around them; null becomes ''.

    What spreadsheets wrap text in so that it stays text (`="00417"`, `'00417`) is taken off.
    """
    if not pa.types.is_string(cells.type):
        cells = pc.cast(cells, pa.string())
    cells = pc.fill_null(cells, "")
    if not pc.all(pc.string_is_ascii(cells)).as_py():
        cells = pc.replace_substring_regex(cells, _INVISIBLE, "")
    cells = pc.utf8_trim_whitespace(cells)
    if pc.any(pc.or_(pc.starts_with(cells, "="), pc.starts_with(cells, "'"))).as_py():
        cells = pc.utf8_trim_whitespace(pc.replace_substring_regex(cells, _KEPT_AS_TEXT, r"\1\2"))
    return cells


def is_one_of(cells: Any, spellings: Iterable[str]) -> Mask:
    """Which cells are one of these words, in upper or lower case."""
    return mask_of(_is_in(pc.utf8_lower(as_text(cells)), {each.lower() for each in spellings}))


def parse_numbers(cells: Any, column: Column) -> tuple[Floats, Mask]:
    """Values in the contract's unit (fractions for percentages), NaN when missing; and which cells are no number."""
    if column.percent or column.zero:
        return _dressed(as_text(cells), column)
    values = _typed(cells)
    if values is None and (values := _plain(text := as_text(cells))) is None:
        return _dressed(text, column)
    return values, np.isinf(values)


def number_in(text: str) -> float | None:
    """The number in one cell, as `parse_numbers` reads many, percentages as fractions; None where it is none."""
    values, bad = parse_numbers(pa.array([text]), _ONE)
    return None if bad[0] or np.isnan(values[0]) else float(values[0])


def are_percentages(cells: Any, column: Column) -> bool:
    """Whether the numbers of a column without a percent sign are percentages, by which of both more of them can be.

    That they are few or one does not matter: the bounds of the column leave no number that can be either.
    """
    text = as_text(cells)
    values, _ = parse_numbers(pc.if_else(pc.ends_with(text, "%"), "", text), column)

    def fits(values: Floats) -> int:
        bad = np.any([bad for bad, *_ in range_faults(column, values)], axis=0)
        return int(np.count_nonzero(~bad))

    return fits(values / 100.0) > fits(values)


def _typed(cells: Any) -> Floats | None:
    """Whole numbers and float64 as they are; other types (float32, decimal) are exact only through their text."""
    if not (pa.types.is_integer(cells.type) or pa.types.is_float64(cells.type)):
        return None
    try:
        return _to_numpy(pc.cast(cells, pa.float64()))
    except pa.ArrowInvalid:
        return None


def _plain(text: Any) -> Floats | None:
    """The quick way for a column of nothing but plain numbers and blanks."""
    try:
        values = pc.cast(_blanks_to_null(text), pa.float64())
    except pa.ArrowInvalid:
        return None
    # Arrow also reads the words inf and nan as numbers: leave those to the strict way.
    finite = pc.all(pc.is_finite(values)).as_py()
    return _to_numpy(values) if finite is not False else None


def _dressed(text: Any, column: Column) -> tuple[Floats, Mask]:
    """The strict way: signs, dollars, thousands separators, accounting brackets, percent signs, marks."""
    text = pc.replace_substring_regex(text, _MINUS, "-")
    for _ in range(2):  # groups overlap: the digit after one separator may be before the next
        text = pc.replace_substring_regex(text, _THOUSANDS, r"\1,\2")
    lower = pc.replace_substring_regex(pc.utf8_lower(text), r"^\$\s*-$", "-")  # accounting formats write a dash as $ -
    missing = _is_in(lower, column.none | {""})
    zero = _is_in(lower, column.zero)
    number = pc.match_substring_regex(text, _NUMBER_OR_PERCENT if column.type in _PERCENT_TYPES else _NUMBER)
    wanted = pc.and_not(number, missing)
    bare = pc.replace_substring_regex(pc.if_else(wanted, text, ""), _DRESSING, "")
    bare = pc.if_else(pc.match_substring(text, "("), pc.binary_join_element_wise("-", bare, ""), bare)
    scientific = pc.match_substring_regex(bare, "[eE]")
    percent = pc.or_(pc.ends_with(text, "%"), pc.and_not(column.percent, scientific))
    percent = pc.and_(percent, column.type != "rate")  # 91.3% is 91.3 there
    # Moving the point of a percentage in its text: dividing the number by 100 would round twice.
    bare = pc.if_else(percent, pc.binary_join_element_wise(bare, "e-2", ""), bare)
    values = _to_numpy(pc.cast(_blanks_to_null(pc.if_else(wanted, bare, "")), pa.float64()))
    if column.percent:
        values[mask_of(scientific)] /= 100.0
    values[mask_of(zero)] = 0.0
    bad = mask_of(pc.invert(pc.or_(pc.or_(missing, zero), number)))
    return values, bad | np.isinf(values)


def _is_in(text: Any, marks: Iterable[str]) -> Any:
    return pc.is_in(text, value_set=pa.array(sorted(marks), type=pa.string()))


def _blanks_to_null(text: Any) -> Any:
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _to_numpy(values: Any) -> Floats:
    return np.array(pc.fill_null(values, float("nan")).to_numpy(), dtype=np.float64)


def prints_decimals(values: Floats, decimals: int) -> bool:
    """Whether some value has a digit at this decimal: what has fewer of them was rounded."""
    return bool((np.abs(np.round(values, decimals - 1) - values) > 0.5 * 10.0 ** -(decimals + 1)).any())


def snap_to_grid(values: Floats, grid: Grid) -> tuple[Floats, Mask]:
    """The multiple of 1/steps that each value is the rounded print of, and which are; a value that is none stays."""
    nearest = np.round(values * grid.steps) / grid.steps
    half_print = 0.5 * 10.0**-grid.decimals * (1 + 1e-9)
    is_print = np.abs(nearest - values) <= half_print
    return np.where(is_print, nearest, values), is_print


def range_faults(column: Column, values: Floats) -> Iterator[tuple[Mask, str, Fix | None]]:
    """For each bound: which values are beyond it (missing ones never are), what was expected, how to mend a cell."""
    low, high = column.min, column.max
    is_rate = column.type in ("fraction", "election")
    fix = partial(_percent_fix, column.nonzero_min or 0.0) if is_rate else None
    size = np.abs(values)
    yield (size > LARGEST) | ((size > 0) & (size < 1 / LARGEST)), "a number that can be meant", None
    if column.above is not None:
        unit = " US dollars" if column.type == "usd" else ""
        yield values <= column.above, f"more than {column.above:g}{unit}", None
    if column.type == "year":
        first, last = low or 2000, high or 2099
        yield (values < first) | (values > last), f"a year such as 2014, from {first:.0f} to {last:.0f}", None
        low = high = None
    if column.type in ("year", "integer"):
        yield np.mod(values, 1.0) > 0, "a whole number", None
    if low is not None and high is not None:
        expected = f"a {'fraction' if is_rate else 'number'} from {low:g} to {high:g}"
        yield (values < low) | (values > high), expected, fix
    elif low is not None:
        yield values < low, f"{low:g} or more", None
    elif high is not None:
        yield values > high, f"{high:g} or less", fix
    if column.nonzero_min is not None:
        expected = f"0, or at least {column.nonzero_min * 100:g}% ({column.nonzero_min:g} as a fraction)"
        mend = "divided by 100 once too often? write 0.95 or 95%" if column.nonzero_min > 0.01 else "write 0.02 or 2%"
        yield (values != 0) & (np.abs(values) < column.nonzero_min), expected, lambda _: mend


def _percent_fix(least: float, cell: Any) -> str:
    """For 91.3: looks like a percentage, write 0.913; nothing where that would be less than what there is."""
    try:
        value = float(str(cell).strip().rstrip("%"))
    except ValueError:
        return ""
    return f"looks like a percentage; write {float(f'{value!r}e-2')!r}" if 100 * least < value <= 100 else ""
