"""CSV and TSV: a fast reader for clean files; anything suspicious goes to the careful one."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.problems import no_rows
from aco_cli.inputs.raw import RawTable
from aco_cli.inputs.records import read_records, unclosed_quote
from aco_cli.inputs.source import READABLE, Source

_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
_BINARY_SAMPLE = 8192
_BINARY_SHARE = 0.1
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 0}) + b"\x7f"


class TextSheet:
    """One CSV or TSV file with its header read; the delimiter is seen in the header line."""

    def __init__(self, source: Source) -> None:
        self.file = source.file
        self._data, self._is_utf8 = _as_utf8(source)
        self._delimiter = _delimiter(self.file, self._data)
        self.header, self._header_lines = self._read_header()

    def _read_header(self) -> tuple[list[str], int]:
        """The header's names, and how many lines it ends at."""
        encoding = "utf-8" if self._is_utf8 else "latin-1"
        lines = io.TextIOWrapper(io.BytesIO(self._data), encoding=encoding, newline="")
        number = 0
        try:
            reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
            for record in reader:
                if any(cell.strip() for cell in record):
                    return [cell.strip() for cell in record], reader.line_num
                number += 1
        except csv.Error as error:
            raise InputError([unclosed_quote(self.file, number + 1, error)]) from None
        raise InputError([Problem(self.file, expected="a header with column names", found="only separators", row=1)])

    def read(self, wanted: Sequence[int], encoding: str) -> RawTable:
        """Read the columns at these places as text. Raises InputError with every row that is not well formed."""
        if not self._is_utf8 and encoding != "utf-8":
            self._data, self._is_utf8 = self._data.decode(encoding, errors="replace").encode(), True
        table = (self._read_fast(wanted) if self._looks_clean else None) or self._read_careful(wanted)
        if not len(table.rows):
            raise no_rows(self.file)
        return table

    @cached_property
    def _looks_clean(self) -> bool:
        clean = self._is_utf8 and self._header_lines == 1 and b"\0" not in self._data
        return clean and _quotes_in_place(self._data, self._delimiter.encode())

    def _read_fast(self, wanted: Sequence[int]) -> RawTable | None:
        """The columns read by Arrow, or None when rows and lines do not correspond one to one."""
        names = [str(place) for place in range(len(self.header))]
        keep = [str(place) for place in wanted]
        ragged: list[int] = []

        def note_ragged(_row: pa_csv.InvalidRow) -> str:
            ragged.append(1)
            return "skip"

        try:
            table = pa_csv.read_csv(
                pa.BufferReader(self._data),
                read_options=pa_csv.ReadOptions(column_names=names, skip_rows=1),
                parse_options=pa_csv.ParseOptions(
                    delimiter=self._delimiter, newlines_in_values=True, invalid_row_handler=note_ragged
                ),
                convert_options=pa_csv.ConvertOptions(
                    include_columns=keep,
                    column_types=dict.fromkeys(keep, pa.string()),
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        lines = self._data.rstrip(b"\r\n").count(b"\n") + 1
        if ragged or table.num_rows != lines - 1:
            return None
        columns = {place: table.column(str(place)) for place in wanted}
        return RawTable(self.file, columns, np.arange(2, lines + 1, dtype=np.int64))

    def _read_careful(self, wanted: Sequence[int]) -> RawTable:
        text = self._data.decode("utf-8", errors="surrogateescape")
        records, rows, problems = read_records(self.file, text, self._delimiter, self.header)
        if problems:
            raise InputError(problems)
        columns = {
            place: pa.chunked_array([[record[place] for record in records]], type=pa.string()) for place in wanted
        }
        return RawTable(self.file, columns, np.array(rows, dtype=np.int64))


def _as_utf8(source: Source) -> tuple[bytes, bool]:
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
    """A tab or a comma, whichever the header has more of. Semicolons mean decimal commas: refused, not guessed at."""
    header = data.lstrip()[: 1 << 20].splitlines()[0]
    if header.count(b"\t") > header.count(b","):
        return "\t"
    if b"," not in header and b";" in header:
        problem = Problem(
            file,
            expected="columns separated by commas or tabs",
            found="semicolons",
            row=1,
            fix="save it as comma-separated with a decimal point",
        )
        raise InputError([problem])
    return ","


def _quotes_in_place(data: bytes, delimiter: bytes) -> bool:
    """Whether every quote opens, closes or escapes; a quote left open would swallow the rows after it."""
    if b'"' not in data:
        return True
    text = np.frombuffer(data, dtype=np.uint8)
    places = np.flatnonzero(text == _QUOTE)
    if len(places) % 2:
        return False
    edges = [_QUOTE, _NEWLINE, _RETURN, delimiter[0]]
    before = text[np.maximum(places[0::2] - 1, 0)]
    after = text[np.minimum(places[1::2] + 1, len(text) - 1)]
    return bool(np.isin(before, edges).all() and np.isin(after, edges).all())
