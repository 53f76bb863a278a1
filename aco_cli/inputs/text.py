"""Separated values: a fast reader for clean files, and a careful one that finds everything wrong with the others."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.grid import text_columns
from aco_cli.inputs.problems import limited, no_rows, shown
from aco_cli.inputs.raw import TOP, Head, RawTable, Sheet
from aco_cli.inputs.source import READABLE, FileContent, arrow_buffer

_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
_BINARY_SAMPLE = 8192
_BINARY_SHARE = 0.1
_TAIL = 1 << 16
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 0}) + b"\x7f"
_SURROGATES = range(0xDC80, 0xDD00)
_DELIMITERS = (b",", b"\t", b"|", b";")
# A header has so many separators; a title above it seldom has.
_SEVERAL = 3
_LINE_ENDS = re.compile(r"[\r\n]+")
_SEPARATOR_LINE = re.compile(rb'"?sep=([,;|\t])"?')
_DECIMAL_COMMA = re.compile(rb"(?:^|[;\"\n])-?[0-9.]+,[0-9]+(?=[;\"\r\n]|$)")


def text_sheet(source: FileContent) -> Sheet:
    """A text file of separated values with its first rows read. Raises InputError for what is none."""
    text = _Text(source)
    return Sheet(source.file, text.top, text.read, remarks=source.remarks)


class _Text:
    """One file; the delimiter is seen in the header line, or named in a line `sep=;` above it."""

    def __init__(self, source: FileContent) -> None:
        self._file = source.file
        self._data, self._is_utf8 = _as_utf8(source)
        self._delimiter = _delimiter(self._file, self._data)
        self.top, self._first_lines = self._read_top()

    def _read_top(self) -> tuple[list[list[str]], int]:
        """The first rows, blank ones empty, and how many lines the first of them has."""
        encoding = "utf-8" if self._is_utf8 else "latin-1"
        text = io.TextIOWrapper(io.BytesIO(self._data), encoding=encoding, newline="")
        reader = csv.reader(text, delimiter=self._delimiter, strict=True)
        rows: list[list[str]] = []
        first_lines = 0
        try:
            for record in reader:
                rows.append(record if any(map(str.strip, record)) else [])
                first_lines = first_lines or reader.line_num
                if len(rows) >= TOP and any(rows):
                    break
        except csv.Error as error:
            if not any(rows):
                raise InputError([_unclosed_quote(self._file, len(rows) + 1, error)]) from None
        if not any(rows):
            raise InputError([Problem(self._file, "a header with column names", "only separators", row=1)])
        return rows, first_lines

    def read(self, head: Head, wanted: Sequence[int], encoding: str) -> RawTable:
        """Read the columns at these places as text. Raises InputError with every row that is not well formed."""
        if not self._is_utf8 and encoding != "utf-8":
            self._data, self._is_utf8 = self._data.decode(encoding, errors="replace").encode(), True
        is_clean = self._is_utf8 and head.row == self._first_lines == 1 and b"\0" not in self._data
        is_clean = is_clean and _quotes_in_place(self._data, self._delimiter.encode())
        table = (self._read_fast(head, wanted) if is_clean else None) or self._read_careful(head, wanted)
        if not len(table.rows):
            raise no_rows(self._file)
        return table

    def _read_fast(self, head: Head, wanted: Sequence[int]) -> RawTable | None:
        """The columns read by Arrow, or None when rows and lines do not correspond one to one."""
        keep = [str(place) for place in wanted]
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(arrow_buffer(self._data)),
                read_options=pa_csv.ReadOptions(column_names=list(map(str, range(len(head.names)))), skip_rows=1),
                parse_options=pa_csv.ParseOptions(delimiter=self._delimiter, newlines_in_values=True),
                convert_options=pa_csv.ConvertOptions(
                    include_columns=keep, column_types=dict.fromkeys(keep, pa.string()), strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid:
            return None
        after = self._data[-_TAIL:]  # stripping all of a large file would copy it
        blank = after[len(after.rstrip(b"\r\n")) :]
        lines = self._data.count(b"\n") - blank.count(b"\n") + 1
        if table.num_rows != lines - 1:
            return None
        columns = {place: table.column(str(place)) for place in wanted}
        return RawTable(self._file, columns, np.arange(2, lines + 1, dtype=np.int64))

    def _read_careful(self, head: Head, wanted: Sequence[int]) -> RawTable:
        # Bytes that are not UTF-8 are surrogates of it.
        text = self._data.decode("utf-8", errors="surrogateescape")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self._delimiter, strict=True)
        records: list[list[str]] = []
        rows: list[int] = []
        problems: list[Problem] = []
        row, lines = head.row, 0
        try:
            for row, record in enumerate(reader, start=1):
                if reader.line_num > lines + 1:
                    problems += _swallowed(self._file, row, record, head.names, self._delimiter)
                lines = reader.line_num
                if row > head.row and any(map(str.strip, record)):
                    records.append(_fitted(record, len(head.names), self._delimiter))
                    rows.append(row)
                    problems += _faults(self._file, row, records[-1], head.names)
        except csv.Error as error:
            problems.append(_unclosed_quote(self._file, row + 1, error))
        if problems:
            raise InputError(limited(problems))
        return RawTable(self._file, text_columns(wanted, records), np.array(rows, dtype=np.int64))


def _fitted(record: list[str], width: int, delimiter: str) -> list[str]:
    """A row as wide as the header where nothing is lost by it: without blank cells too many, or a note in one cell.

    A note is a short row that begins with several words; an ID has no blank in it.
    """
    if len(record) < width and " " in record[0].strip():
        return [delimiter.join(record), *[""] * (width - 1)]
    return record[:width] if not any(record[width:]) else record


def _faults(file: str, row: int, record: Sequence[str], header: Sequence[str]) -> Iterator[Problem]:
    """Too many cells or too few, and characters that are none."""
    if len(record) != len(header):
        yield Problem(file, f"{_cells(header)}, as in the header", _cells(record), row)
    if all(cell.isascii() and "\0" not in cell for cell in record):
        return
    for place, cell in enumerate(record):
        column = header[place] if place < len(header) else None
        if "\0" in cell:
            yield Problem(file, "text", "a NUL byte", row, column, "export it again")
        bad = next((ord(character) for character in cell if ord(character) in _SURROGATES), None)
        if bad is not None:
            found = f"byte 0x{bad - 0xDC00:02x} in {''.join(c for c in cell if ord(c) not in _SURROGATES)[:40]!r}"
            yield Problem(file, "UTF-8 text", found, row, column, 'save the file as "CSV UTF-8"')


def _cells(record: Sequence[str]) -> str:
    return "1 cell" if len(record) == 1 else f"{len(record):,} cells"


def _swallowed(file: str, row: int, record: Sequence[str], header: Sequence[str], delimiter: str) -> Iterator[Problem]:
    """Cells that begin in one row and end in another, as their separators tell: two quotes swallow what is between.

    A separator before a blank is a comma of a text.
    """
    for place, cell in enumerate(record[: len(header)]):
        lines = _LINE_ENDS.split(cell)
        ends = f"{lines[0]}\n{lines[-1]}"
        found = ends.count(delimiter) - ends.count(f"{delimiter} ")
        if len(lines) > 1 and found and found + len(record) > 2 * (len(header) - 1):
            yield _unclosed_quote(file, row, f"rows in one cell, {shown(cell)}", header[place])


def _unclosed_quote(file: str, row: int, error: object, column: str | None = None) -> Problem:
    """The problem of a quote that does not close where its cell ends, in the row where the cell starts."""
    expected = "every opening quote to be closed at the end of its cell"
    fix = 'close the quote, or write a quote inside a quoted cell twice ("")'
    return Problem(file, expected, f"one that is not ({error})", row, column, fix)


def _as_utf8(source: FileContent) -> tuple[bytes, bool]:
    """The text as UTF-8 without a byte order mark, and whether it is valid."""
    data = source.data
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode(), True
        except UnicodeDecodeError:
            raise _not_text(source.file) from None
    sample = data[:_BINARY_SAMPLE]
    if len(sample) - len(sample.translate(None, _CONTROL)) > _BINARY_SHARE * len(sample):
        raise _not_text(source.file)
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.isascii():
        return data, True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        if b"\0" in sample:
            raise _not_text(source.file) from None
        return data, False
    return data, True


def _not_text(file: str) -> InputError:
    return InputError([Problem(file, expected=READABLE, found="binary data of no known kind")])


def _delimiter(file: str, data: bytes) -> str:
    """What separates the columns: what a line `sep=;` names, or what the first line has most of that has several.

    Raises InputError where semicolons separate and numbers have decimal commas: 1,234 may be either number.
    """
    lines = (data[: 1 << 20].lstrip() or data.lstrip()).splitlines()[:TOP]
    if named := _SEPARATOR_LINE.fullmatch(lines[0].rstrip()):
        found = named[1].decode()
    else:
        header = next((line for line, below in pairwise([*lines, b""]) if _is_header(line, below)), lines[0])
        found = max(_DELIMITERS, key=header.count).decode()
    if found == ";" and _DECIMAL_COMMA.search(data):
        fix = "save it as comma-separated with a decimal point"
        raise InputError([Problem(file, "columns separated by commas or tabs", "semicolons", 1, fix=fix)])
    return found


def _is_header(line: bytes, below: bytes) -> bool:
    """Whether a line has several separators, or few and the next one as many: numbers may hold more (1,234,567,890)."""
    separators = max(_DELIMITERS, key=line.count)
    return line.count(separators) >= _SEVERAL or 0 < line.count(separators) == below.count(separators)


def _quotes_in_place(data: bytes, delimiter: bytes) -> bool:
    """Whether every quote opens, closes or escapes; a quote left open would swallow the rows after it."""
    if b'"' not in data:
        return True
    text = np.frombuffer(data, dtype=np.uint8)
    places = np.flatnonzero(text == _QUOTE)
    if len(places) % 2 or data.count(b"\r") > data.count(b"\r\n"):
        return False
    edges = [_QUOTE, _NEWLINE, _RETURN, delimiter[0]]
    before = text[np.maximum(places[0::2] - 1, 0)]
    after = text[np.minimum(places[1::2] + 1, len(text) - 1)]
    return bool(np.isin(before, edges).all() and np.isin(after, edges).all())
