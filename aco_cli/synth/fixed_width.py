"""Whole numbers and words as fixed-width lines, by the declared layout of a CCLF record."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aco_cli.inputs.claims.cclf import CclfField, CclfKind
from aco_cli.synth.plan import Ints
from aco_cli.synth.tables import Words

Bytes = NDArray[np.uint8]

BLANK = np.iinfo(np.int64).min  # in place of a day

_BLANK, _NEWLINE, _ZERO, _MINUS, _POINT = b" \n0-."
_MOST_DIGITS = 18  # of a 64-bit number


def fixed_width(kind: CclfKind, columns: Mapping[str, Ints | Words]) -> Bytes:
    """A line per row (rows x bytes, the line end too); fields without a column are blank.

    A column is words or whole numbers: cents, days since 1970 (or BLANK), or an identifier.
    """
    first = next(iter(columns.values()))
    rows = len(first.codes if isinstance(first, Words) else first)
    lines = np.full((rows, kind.length + 1), _BLANK, dtype=np.uint8)
    lines[:, -1] = _NEWLINE
    for field in kind.fields:
        if field.name in columns:
            at = field.start - 1
            lines[:, at : at + field.width] = _cells(field, columns[field.name])
    return lines


def _cells(field: CclfField, column: Ints | Words) -> Bytes:
    if isinstance(column, Words):
        return _letters(column.words, field.width)[column.codes]
    if field.type == "date":
        days, places = np.unique(column, return_inverse=True)
        words = np.where(days == BLANK, "", np.datetime_as_string(days.astype("datetime64[D]")))
        return _letters(words.tolist(), field.width)[places]
    if field.type == "usd":
        return _money(column, field.width)
    digits = _digits(column, min(field.width, _MOST_DIGITS))
    return np.pad(digits, ((0, 0), (0, field.width - digits.shape[1])), constant_values=_BLANK)


def _letters(words: Sequence[str], width: int) -> Bytes:
    """Each word as a row, blanks behind it."""
    return np.frombuffer("".join(word.ljust(width) for word in words).encode(), np.uint8).reshape(-1, width)


def _digits(numbers: Ints, width: int) -> Bytes:
    """With leading zeros, as CMS writes them."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return np.asarray(numbers[:, None] // powers % 10 + _ZERO, dtype=np.uint8)


def _money(cents: Ints, width: int) -> Bytes:
    """-9(13).99 in the words of the packet: a sign if negative, whole dollars, two decimals."""
    digits = _digits(np.abs(cents), min(width - 2, _MOST_DIGITS))
    sign = np.where(cents < 0, _MINUS, _BLANK).astype(np.uint8)[:, None]
    point = np.full((len(cents), 1), _POINT, dtype=np.uint8)
    number = np.hstack([sign, digits[:, :-2], point, digits[:, -2:]])
    return np.pad(number, ((0, 0), (width - number.shape[1], 0)), constant_values=_BLANK)
