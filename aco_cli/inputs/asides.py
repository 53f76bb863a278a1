"""Rows of a table that are no rows of data: blank ones, the header again, notes and totals."""

import numpy as np
import pyarrow.compute as pc

from aco_cli.inputs.numbers import as_text
from aco_cli.inputs.problems import shown
from aco_cli.inputs.raw import Mask, RawTable, Rows, is_blank, mask_of, without
from aco_cli.inputs.recognize import Match
from aco_cli.inputs.remarks import Remark

_NAMED = 5
_NAMES = ("aco_id", "aco_name")
_TOTAL = (
    r"(?i)\b(?:sub-?)?totals?\b|^(?:avg\.?|average|mean|median|min\.?|max\.?|minimum|maximum|std\.? ?dev.*|"
    r"sd|count|sum|n|\d+(?:th|st|nd|rd) percentile|all|all acos|overall|combined|national(?: .*)?)\s*:?$"
)
# Percentiles, unless other IDs go on counting: P1, P2, P3 are ACOs.
_NUMBERED = r"(?i)^p\d+\s*:?$"
_PERCENTILE = r"(?i)^p(?:1|5|10|20|25|50|75|80|90|95|99)\s*:?$"
_TOTAL_NAME = r"(?i)^(?:(?:grand|sub|overall)[ -]?)?totals?\b"
_SENTENCE = r"\S\s+\S|:$|^\W"


def without_asides(match: Match, raw: RawTable) -> tuple[RawTable, list[Remark]]:
    """The rows of data, and what is told of the others: nothing of blank ones, as spreadsheets write them."""
    filled = _filled(raw)
    raw, filled = without(raw, filled == 0), filled[filled > 0]
    found = {
        ("repeated_header", "the header again, as in files that were joined"): _headers(match, raw),
        ("note_row", "a note below the table or in it"): _notes(raw, filled),
        ("totals_row", "a totals row; if it is an ACO, give it another ID"): _totals(match, raw),
    }
    told = [
        Remark(f"{raw.file}, {_places(raw, rows)}: left out, {words}", code)
        for (code, words), rows in found.items()
        if rows.any()
    ]
    return without(raw, np.logical_or.reduce([*found.values()])), told


def _filled(raw: RawTable) -> Rows:
    """How many cells of each row hold something; not counted on where every row has two of them."""
    filled = np.zeros(len(raw.rows), dtype=np.int64)
    for column in raw.columns.values():
        filled += ~is_blank(column)
        if (filled > 1).all():
            break
    return filled


def _headers(match: Match, raw: RawTable) -> Mask:
    again = np.ones(len(raw.rows), dtype=bool)
    for place, column in raw.columns.items():
        again &= mask_of(pc.equal(pc.utf8_lower(as_text(column)), match.head.names[place].lower()))
        if not again.any():
            break
    return again


def _notes(raw: RawTable, filled: Rows) -> Mask:
    """Rows with one cell only, which holds words."""
    notes: Mask = filled == 1
    if not notes.any():
        return notes
    words: Mask = np.logical_or.reduce([_matches(column, _SENTENCE) for column in raw.columns.values()])
    return notes & words


def _totals(match: Match, raw: RawTable) -> Mask:
    """Rows whose id is a word for a total; or their name, where there is no id."""
    totals, blank = np.zeros(len(raw.rows), dtype=bool), np.ones(len(raw.rows), dtype=bool)
    for name in _NAMES:
        column = match.layout.columns.get(name)
        place = match.place(column.sources) if column else None
        if place is not None and blank.any():
            totals |= blank & _matches(raw.columns[place], _TOTAL if name == "aco_id" else _TOTAL_NAME)
            if name == "aco_id":
                totals |= _percentiles(raw.columns[place])
            blank &= is_blank(raw.columns[place])
    return totals


def _percentiles(ids: object) -> Mask:
    percentiles = _matches(ids, _PERCENTILE)
    is_some = percentiles.any() and not percentiles.all()
    return percentiles if is_some and (_matches(ids, _NUMBERED) == percentiles).all() else np.zeros_like(percentiles)


def _matches(column: object, pattern: str) -> Mask:
    return mask_of(pc.match_substring_regex(as_text(column), pattern))


def _places(raw: RawTable, rows: Mask) -> str:
    """`rows 6, 7 ('Note: ...')`, with what the first of them holds."""
    numbers = raw.rows[rows]
    first = int(np.flatnonzero(rows)[0])
    held = next(text for column in raw.columns.values() if (text := as_text(column.take([first]))[0].as_py()))
    more = f" and {len(numbers) - _NAMED:,} more" if len(numbers) > _NAMED else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:_NAMED]))}{more} ({shown(held)})"
