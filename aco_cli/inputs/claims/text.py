"""What is read of text files before an engine reads them: the header, and whether a compressed file is whole."""

from __future__ import annotations

import csv
import io
from typing import Any

import pyarrow as pa

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.claims.contracts import TEXT, Stored
from aco_cli.inputs.claims.sources import DELIMITERS, Columns, File, is_compressed
from aco_cli.inputs.problems import damaged

_CHUNK = 1 << 22


def text_columns(file: File) -> Columns:
    """The columns of a text file on this machine. Raises InputError for one that has none or is cut off."""
    try:
        with pa.input_stream(file.place, compression="detect") as stream:
            header = _first_row(file, stream)
        if is_compressed(file.place):
            _read_to_the_end(file.place)
    except (OSError, pa.ArrowException, csv.Error) as error:
        raise damaged(file.place, file.kind, error) from None
    return named_columns(file, header)


def named_columns(file: File, header: list[str]) -> Columns:
    """Columns of text by their headings; engines call them c0, c1, ..., whatever the headings are."""
    if "\ufffd" in "".join(header):
        raise InputError([Problem(file.place, "text in UTF-8", "another encoding", 1)])
    if not any(header):
        raise InputError([Problem(file.place, "a header with the names of columns", "none", 1)])
    return tuple((title.strip(), Stored(f"c{place}", TEXT)) for place, title in enumerate(header))


def _first_row(file: File, stream: Any) -> list[str]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    return next(csv.reader(text, delimiter=DELIMITERS[file.kind], strict=True), [])


def _read_to_the_end(place: str) -> None:
    """Arrow tells where a file is cut off; DuckDB takes what it gets of a .zst file for the whole."""
    with pa.input_stream(place, compression="detect") as stream:
        while stream.read(_CHUNK):
            pass
