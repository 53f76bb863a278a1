"""From a file name to its bytes: existence, permission, compression, kind of content."""

import codecs
import io
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pyarrow as pa

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.problems import damaged
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.unpack import BAD_ZIP, unpacked
from aco_cli.nearest import nearest

STDIN = "-"
READABLE = "CSV, TSV, JSON, Parquet or XLSX (text ones may be .gz, .zst or .zip)"

_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
# What reading a zip raises: RuntimeError is for a way of packing or locking it that Python does not know.
UNREADABLE = (*BAD_ZIP, OSError)
_WORKBOOK_MEMBERS = ("xl/", "[Content_Types].xml", "mimetype")
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".parquet", ".xlsx", ".gz", ".zst", ".zip")
_HTML = re.compile(rb"<(!doctype html|html|table|head|body|div|meta)\b", re.IGNORECASE)


def name_as_text(file: str) -> str:
    """The name of a file as text: bytes of it that are no UTF-8 are spelled out."""
    return file.encode("utf-8", "backslashreplace").decode()


def names_of(files: Iterable[str]) -> str:
    """The names of files for a reader, without their folders."""
    return ", ".join("standard input" if file == STDIN else name_as_text(Path(file).name) for file in files)


class FileKind(StrEnum):
    """What the bytes are."""

    TEXT = "text"
    JSON = "JSON"
    PARQUET = "Parquet"
    WORKBOOK = "XLSX"


_KINDS = {
    b"PAR1": FileKind.PARQUET,
    b"PK\x03\x04": FileKind.WORKBOOK,
    b"\xd0\xcf\x11\xe0": FileKind.WORKBOOK,
    b"{": FileKind.JSON,
    b"[": FileKind.JSON,
}
_SAVE = "open it and save the table as CSV or XLSX"
# What is told apart only to be named, and what to do about it.
_OTHERS = {
    b"%PDF": ("a PDF document", "get the figures as CSV or XLSX"),
    b"{\\rtf": ("a text document (RTF)", _SAVE),
    b"<?xml": ("an XML document", _SAVE),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it"),
    b"Rar!": ("a RAR archive", "unpack it"),
    b"\xfd7zXZ": ("an xz archive", "unpack it"),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV"),
    b"version https://git-lfs": ("a Git LFS pointer, which names a file that was not fetched", "run git lfs pull"),
}


class FrameFile(str):
    """A frame in the place of a file: its name in messages, and what it holds."""

    frame: pd.DataFrame

    def __new__(cls, frame: pd.DataFrame, name: str = "DataFrame") -> "FrameFile":
        """A frame under a name."""
        named = super().__new__(cls, name)
        named.frame = frame
        return named


class SheetFile(str):
    """A file of which a sheet is named."""

    sheet: str

    def __new__(cls, file: str, sheet: str) -> "SheetFile":
        """The name of a file, with that of a sheet."""
        named = super().__new__(cls, file)
        named.sheet = sheet
        return named


@dataclass(frozen=True)
class FileContent:
    """The bytes of one file, decompressed. `file` is the name to show, as the user wrote it."""

    file: str
    data: bytes
    kind: FileKind
    remarks: tuple[Remark, ...] = ()


def read_source(file: str) -> FileContent:
    """Read `file` (`-` is standard input) whole. Raises InputError when that cannot be done."""
    name = "standard input" if file == STDIN else str(file)
    data = _read_stdin() if file == STDIN else _read_path(file)
    if not data.strip():
        raise _fail(name, READABLE, "an empty file" if not data else "nothing but blank space")
    packed = data
    data = _decompressed(name, data)
    remarks: tuple[Remark, ...] = ()
    if data.startswith(ZIP_MARKS):
        data, remarks = _unzipped(name, data)
        data = _decompressed(name, data)
    text = data.removeprefix(codecs.BOM_UTF8).lstrip()
    _refuse_others(name, text)
    kind = next((kind for magic, kind in _KINDS.items() if text.startswith(magic)), FileKind.TEXT)
    suffix = Path(file).suffix.lower()
    if kind is FileKind.TEXT and suffix in (".xls", ".xlsx", ".parquet", ".gz", ".zst", ".zip") and data is packed:
        remarks += (Remark(f"{name}: text, not what its name says; read as text", "other_name", is_note=True),)
    return FileContent(name, data, kind, remarks)


def _decompressed(name: str, data: bytes) -> bytes:
    codec = next((codec for magic, codec in _COMPRESSIONS.items() if data.startswith(magic)), None)
    if codec is None:
        return data
    try:
        with pa.CompressedInputStream(pa.BufferReader(arrow_buffer(data)), codec) as stream:
            data = unpacked(name, len(data), stream)
    except OSError as error:
        raise damaged(name, codec, error) from None
    if not data.strip():
        raise _fail(name, READABLE, f"a {codec} file with nothing in it")
    return data


def _unzipped(file: str, data: bytes) -> tuple[bytes, tuple[Remark, ...]]:
    """The one table in a zip, with a note of what else is there; a workbook is left as it is."""
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            held = [each for each in archive.infolist() if not each.is_dir()]
            if any(each.filename.startswith(_WORKBOOK_MEMBERS) for each in held):
                return data, ()
            held = [each for each in held if not each.filename.startswith("__MACOSX/")]
            tables = [each for each in held if Path(each.filename).suffix.lower() in TABLE_SUFFIXES] or held
            named = [each for each in tables if not each.filename.lower().endswith(".txt")]
            tables = named if len(named) == 1 else tables
            names = ", ".join(each.filename for each in tables[:5])
            if len(tables) != 1:
                found = f"{len(tables)} ({names})" if tables else "no table"
                raise _fail(file, "one table in the zip", found, "unzip it and name the files")
            if tables[0].flag_bits & 1:
                raise _fail(file, READABLE, "a zip protected by a password", "unzip it")
            remarks = (Remark(f"{file}: read {names} of the zip", "zip_member", is_note=True),) if len(held) > 1 else ()
            with archive.open(tables[0]) as stream:
                return unpacked(file, tables[0].compress_size, stream), remarks
    except UNREADABLE as error:
        raise damaged(file, "zip" if file.lower().endswith(".zip") else "XLSX", error) from None


def _refuse_others(file: str, text: bytes) -> None:
    if _HTML.match(text):
        raise _fail(file, READABLE, "an HTML page", _SAVE)
    for magic, (found, fix) in _OTHERS.items():
        if text.startswith(magic):
            raise _fail(file, READABLE, found, fix)


def _fail(file: str, expected: str, found: str, fix: str = "") -> InputError:
    return InputError([Problem(file, expected=expected, found=found, fix=fix)])


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise _fail("standard input", READABLE, "that it is closed", "name a file, or pipe one in")
    return sys.stdin.buffer.read()


def arrow_buffer(data: bytes) -> pa.Buffer:
    """Bytes in memory of Arrow's own.

    Its threads may hold a buffer a little longer than the call that reads it. One of Python's they could only let go of
    with Python's lock, and a thread that asks for that while the interpreter ends is ended in a way that aborts.
    """
    stream = pa.BufferOutputStream()
    stream.write(data)
    return stream.getvalue()


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
        return f"folder {str(path.parent)!r} not found"
    near = [str(path.with_name(name)) for name in nearest(path.name, names, most=3)]
    return f"did you mean {' or '.join(near)}?" if near else ""
