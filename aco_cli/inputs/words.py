"""Text to true/false, dates and choices: each distinct spelling is read once."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aco_cli.inputs.numbers import as_text
from aco_cli.inputs.raw import Floats, Mask

_BOOLEANS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0"), 1.0),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0"), 0.0),
}

_TIME = r"(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d\d:?\d\d)?)?"
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)" + _TIME)
_US = re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d\d)" + _TIME)

_T = TypeVar("_T")


def parse_booleans(cells: Any, none: frozenset[str]) -> tuple[Floats, Mask]:
    """1.0, 0.0, or NaN when missing; and which cells are neither true nor false."""
    values, bad = parse_words(cells, lambda text: _BOOLEANS.get(text.lower()), float("nan"), none)
    return values.astype(np.float64), bad


def parse_dates(cells: Any, none: frozenset[str]) -> tuple[npt.NDArray[np.datetime64], Mask]:
    """Days, NaT when missing; and which cells are no date. A time of day is ignored; 7/1/12 is July 2012."""
    values, bad = parse_words(cells, _parse_date, np.datetime64("NaT", "us"), none)
    return values.astype("datetime64[us]"), bad


def _parse_date(text: str) -> Any | None:
    """The day written as 2012-07-01, 7/1/2012 or 7/1/12, a time of day allowed after it; None if it is no date."""
    match = _ISO.fullmatch(text) or _US.fullmatch(text)
    if match is None:
        return None
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    try:
        return np.datetime64(dt.date(year, int(match["m"]), int(match["d"])), "us") if year >= 1900 else None
    except ValueError:
        return None


def parse_words(
    cells: Any, read: Callable[[str], _T | None], missing: _T, none: frozenset[str]
) -> tuple[npt.NDArray[Any], Mask]:
    """What `read` gives for each cell's text, `missing` where there is none; and which cells it gives None for."""
    text = as_text(cells)
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    encoded = text.dictionary_encode()
    spellings = encoded.dictionary.to_pylist()
    blank = [not spelling or spelling.lower() in none for spelling in spellings]
    readings = [missing if empty else read(spelling) for spelling, empty in zip(spellings, blank, strict=True)]
    bad = np.array([reading is None for reading in readings], dtype=bool)
    values = np.array([missing if reading is None else reading for reading in readings], dtype=object)
    places = encoded.indices.to_numpy()
    return values[places], bad[places]
