"""How much compressed input may hold: what is small on disk must not fill the memory of whoever opens it."""

import struct
import sys
import zlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import BinaryIO, Protocol
from zipfile import BadZipFile

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.claims.limits import megabytes

# Bytes of text; a workbook, whose cells take more, may hold a quarter unless a run allows more, and a cell for so many
# of its bytes.
_DEFAULT = 1_000_000_000
_WORKBOOK = 4
_PER_CELL = 50
# No table is compressed better, unless it is made to fill a memory. What unpacks to little may be.
_RATIO = 200
_LITTLE = 50_000_000
# What the reader of zips raises for damaged ones, beside OSError; RuntimeError for a password or an unknown method too.
BAD_ZIP = (BadZipFile, EOFError, RuntimeError, ValueError, struct.error, zlib.error)
# What a run allows, if it says so.
most: ContextVar[int | None] = ContextVar("most", default=None)


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def allow(size: str | None) -> None:
    """Let the files of a call hold as much as `size` (4GB), however well they are packed. Raises UsageError."""
    most.set(megabytes(size, "--max-unpacked") * 1_000_000 if size else None)


def most_cells() -> int:
    """How many cells a sheet may have, blank ones too."""
    return _most_bytes(_WORKBOOK) // _PER_CELL


def check_parts(file: str, packed: int, unpacked: int) -> None:
    """Refuse a workbook whose parts hold too much. Raises InputError."""
    _check(file, packed, unpacked, _most_bytes(_WORKBOOK))


def unpacked(file: str, packed: int, stream: _Stream) -> bytes:
    """What a stream holds, read no further than it may. Raises InputError where there is more."""
    return b"".join(_chunks(file, packed, stream, _most_bytes()))


def unpack_to(target: BinaryIO, file: str, packed: int, stream: _Stream, before: int = 0) -> int:
    """Write what a stream holds to a file on disk, of any size that is not packed to fill it. Raises InputError.

    `before` is what other members of the same archive (`packed`: all of it) came to; returned with this one.
    """
    size = before
    for chunk in _chunks(file, packed, stream, most.get() or sys.maxsize, before):
        size += target.write(chunk)
    return size


def _chunks(file: str, packed: int, stream: _Stream, bound: int, size: int = 0) -> Iterator[bytes]:
    while chunk := stream.read(1 << 20):
        size += len(chunk)
        _check(file, packed, size, bound)
        yield chunk


def _most_bytes(part: int = 1) -> int:
    return most.get() or _DEFAULT // part


def _check(file: str, packed: int, size: int, bound: int) -> None:
    fix = "if it is sound, allow more with --max-unpacked SIZE, or save the table as CSV"
    if size > bound:
        expected = f"at most {bound / 1e6:,.0f} MB once unpacked"
        raise InputError([Problem(file, expected, f"more ({packed / 1e6:,.1f} MB packed)", fix=fix)])
    if most.get() is None and size > max(_LITTLE, _RATIO * packed):
        expected = f"data packed to no less than 1/{_RATIO} of its size"
        found = f"{packed:,} bytes that unpack to over {size // 10**6:,} MB"
        raise InputError([Problem(file, expected, found, fix=fix)])
