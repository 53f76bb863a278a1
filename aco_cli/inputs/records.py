"""The careful reader of delimited text: slow, counts rows as a spreadsheet does, and finds everything wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from aco_cli.errors import Problem
from aco_cli.inputs.problems import limited

_SURROGATES = range(0xDC80, 0xDD00)
_UTF8_FIX = 'save the file as "CSV UTF-8"'


def read_records(
    file: str, text: str, delimiter: str, header: Sequence[str]
) -> tuple[list[list[str]], list[int], list[Problem]]:
    """Records below the header, the row number of each, and every problem found.

    `text` carries bytes that are not UTF-8 as surrogates. Blank rows are left out and still counted.
    """
    records: list[list[str]] = []
    rows: list[int] = []
    problems: list[Problem] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    has_bad_characters = not _is_clean(text)
    header_seen = False
    row = 0
    try:
        for row, record in enumerate(reader, start=1):
            if not any(map(str.strip, record)):
                continue
            if len(record) != len(header):
                problems.append(_ragged(file, row, record, header))
            if has_bad_characters:
                problems += _bad_characters(file, row, record, header)
            if header_seen:
                records.append(record)
                rows.append(row)
            header_seen = True
    except csv.Error as error:
        problems.append(unclosed_quote(file, row + 1, error))
    return records, rows, limited(problems)


def unclosed_quote(file: str, row: int, error: csv.Error) -> Problem:
    """The problem of a quote that does not close where its cell ends, in the row where the cell starts."""
    return Problem(
        file,
        expected="every opening quote to be closed at the end of its cell",
        found=f"one that is not ({error})",
        row=row,
        fix='close the quote, or write a quote inside a quoted cell twice ("")',
    )


def _is_clean(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _ragged(file: str, row: int, record: Sequence[str], header: Sequence[str]) -> Problem:
    return Problem(file, f"{len(header)} cells, as in the header", f"{len(record)} cells", row)


def _bad_characters(file: str, row: int, record: Sequence[str], header: Sequence[str]) -> Iterator[Problem]:
    if _is_clean("".join(record)):
        return
    for place, cell in enumerate(record):
        column = header[place] if place < len(header) else None
        if "\0" in cell:
            yield Problem(file, expected="text", found="a NUL byte", row=row, column=column, fix="export it again")
        bad = next((ord(character) for character in cell if ord(character) in _SURROGATES), None)
        if bad is not None:
            found = f"byte 0x{bad - 0xDC00:02x} in {''.join(c for c in cell if ord(c) not in _SURROGATES)[:40]!r}"
            yield Problem(file, expected="UTF-8 text", found=found, row=row, column=column, fix=_UTF8_FIX)
