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
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d\d)/?(?P<m>\d\d)/?(?P<d>\d\d)" + _TIME)
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})[- ](?P<m>[a-z]{3,9})\.?[-, ]+(?P<y>\d{4}|\d\d)", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"(?P<m>[a-z]{3,9})\.? (?P<d>\d{1,2})(?:, ?| )(?P<y>\d{4})", re.IGNORECASE)
_FORMS = (_ISO, _US, _COMPACT, _DAY_FIRST, _MONTH_FIRST)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# What a day is to Excel: the days since this one, which makes 36526 the first of 2000.
_SERIAL_START = dt.date(1899, 12, 30)
_SERIALS = range(36_526, 55_000)

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
    """The day written as 2012-07-01, 20120701, 7/1/2012, 7/1/12, 1-Jul-12 or July 1, 2012; None if it is no date.

    A time of day is allowed after the forms in digits.
    """
    match = next((found for form in _FORMS if (found := form.fullmatch(text))), None)
    if match is None:
        return None
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    try:
        return np.datetime64(dt.date(year, _month(match["m"]), int(match["d"])), "us") if year >= 1900 else None
    except ValueError:
        return None


def _month(text: str) -> int:
    """The number of a month given as such or by its name; 0 for what is none."""
    if text.isdigit():
        return int(text)
    return next((number for number, name in enumerate(_MONTHS, start=1) if name.startswith(text.lower())), 0)


def date_fix(cell: Any) -> str:
    """For 41275: Excel's serial number of a day, and which."""
    text = str(cell).strip().removesuffix(".0")
    if not text.isdecimal() or int(text) not in _SERIALS:
        return ""
    day = _SERIAL_START + dt.timedelta(days=int(text))
    return f"{text} looks like Excel's serial number of {day}; format the column as a date"


def parse_words(
    cells: Any, read: Callable[[str], _T | None], missing: _T, none: frozenset[str]
) -> tuple[npt.NDArray[Any], Mask]:
    """What `read` gives for each cell's text, `missing` where there is none; and which cells it gives None for."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    encoded = cells.dictionary_encode("encode")
    spellings = as_text(encoded.dictionary).to_pylist()
    blank = [not spelling or spelling.lower() in none for spelling in spellings]
    readings = [missing if empty else read(spelling) for spelling, empty in zip(spellings, blank, strict=True)]
    bad = np.array([reading is None for reading in readings], dtype=bool)
    values = np.array([missing if reading is None else reading for reading in readings], dtype=object)
    places = encoded.indices.to_numpy()
    return values[places], bad[places]
