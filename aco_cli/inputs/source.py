"""From a file name to its bytes: existence, permission, compression, kind of content."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pandas as pd
import pyarrow as pa

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.problems import damaged
from aco_cli.nearest import nearest

STDIN = "-"
READABLE = "CSV, TSV, Parquet or XLSX (text ones may be .gz or .zst)"

_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_KINDS_BY_SUFFIX = {".parquet": "Parquet", ".xlsx": "XLSX", ".gz": "gzip", ".zst": "zstd"}


class FileKind(StrEnum):
    """What the bytes are."""

    TEXT = "text"
    PARQUET = "Parquet"
    WORKBOOK = "XLSX"


_KINDS = {b"PAR1": FileKind.PARQUET, b"PK\x03\x04": FileKind.WORKBOOK, b"\xd0\xcf\x11\xe0": FileKind.WORKBOOK}


class FrameFile(str):
    """A frame in the place of a file: its name in messages, and what it holds."""

    frame: pd.DataFrame

    def __new__(cls, frame: pd.DataFrame) -> FrameFile:
        """A frame under the name `DataFrame`."""
        named = super().__new__(cls, "DataFrame")
        named.frame = frame
        return named


@dataclass(frozen=True)
class FileContent:
    """The bytes of one file, decompressed. `file` is the name to show, as the user wrote it."""

    file: str
    data: bytes
    kind: FileKind


def read_source(file: str) -> FileContent:
    """Read `file` (`-` is standard input) whole. Raises InputError when that cannot be done."""
    name = "standard input" if file == STDIN else file
    data = sys.stdin.buffer.read() if file == STDIN else _read_path(file)
    if not data.strip():
        raise _fail(name, READABLE, "an empty file" if not data else "nothing but blank space")
    codec = next((codec for magic, codec in _COMPRESSIONS.items() if data.startswith(magic)), None)
    if codec is not None:
        try:
            with pa.CompressedInputStream(pa.BufferReader(data), codec) as stream:
                data = bytes(stream.read())
        except OSError as error:
            raise damaged(name, codec, error) from None
        if not data.strip():
            raise _fail(name, READABLE, f"a {codec} file with nothing in it")
    kind = next((kind for magic, kind in _KINDS.items() if data.startswith(magic)), FileKind.TEXT)
    promised = _KINDS_BY_SUFFIX.get(Path(file).suffix.lower())
    if promised is not None and promised not in (codec, kind):  # damaged or misnamed; both are worth a plain word
        raise _fail(name, f"a {promised} file, by its name", "other content", "get the file again or rename it")
    return FileContent(name, data, kind)


def _fail(file: str, expected: str, found: str, fix: str = "") -> InputError:
    return InputError([Problem(file, expected=expected, found=found, fix=fix)])


def _read_path(file: str) -> bytes:
    path = Path(file)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _fail(file, "a file", "no such file", _suggest(path)) from None
    except IsADirectoryError:
        raise _fail(file, "a file", "a directory", "name the files in it") from None
    except PermissionError:
        raise _fail(file, "a file that may be read", "no permission to read it") from None
    except (OSError, ValueError) as error:
        raise _fail(file, "a file that can be read", getattr(error, "strerror", None) or str(error)) from None


def _suggest(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f"there is no folder {str(path.parent)!r}"
    near = [str(path.with_name(name)) for name in nearest(path.name, names, most=3)]
    return f"did you mean {' or '.join(near)}?" if near else ""
