"""From what a user names - a file, a folder, a pattern - to single files, their columns, and files read together."""

import csv
import glob
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from aco_cli.errors import NO_FILE, InputError, Problem
from aco_cli.inputs.claims.contracts import TEXT, Stored
from aco_cli.inputs.problems import damaged

PARQUET, CSV, TSV, PIPE, FIXED = "parquet", "csv", "tsv", "pipe", "fixed"
DELIMITERS = {CSV: ",", TSV: "\t", PIPE: "|"}
_SUFFIXES = {".parquet": PARQUET, ".csv": CSV, ".tsv": TSV, ".txt": CSV}
_COMPRESSED = (".gz", ".zst")
_READABLE = (
    "Parquet, CSV or TSV (text may be .gz or .zst), a folder of one kind, or a pattern such as 'claims/*.parquet'"
)
_CHUNK = 1 << 22
Columns = tuple[tuple[str, Stored], ...]
# A file of records without a header is one column: its lines.
LINE = Stored("line", TEXT)
LINE_LENGTH = Stored("line_length", "integer")


@dataclass(frozen=True)
class File:
    """A single file and what kind it is."""

    place: str
    kind: str


class Slice(NamedTuple):
    """A part of records of fixed width: where it starts, from 1, its width, and whether blanks around it are kept."""

    start: int
    width: int
    has_blanks: bool = False

    @property
    def name(self) -> str:
        """The column that it is."""
        return f"{'all' if self.has_blanks else 'text'}_{self.start}_{self.width}"

    @property
    def sql(self) -> str:
        """How SQL cuts it out of a line."""
        part = f"SUBSTRING({LINE.name}, {self.start}, {self.width})"
        return part if self.has_blanks else f"TRIM({part})"


@dataclass(frozen=True)
class Meanings:
    """What a file's columns are to a contract: the contract's columns and the SQL of each; and columns it knows not.

    `slices` are the columns of records of fixed width.
    """

    columns: Columns
    others: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()


@dataclass(frozen=True)
class FileGroup:
    """Files with the same columns in the same order, by what the files call them: one scan reads them all."""

    kind: str
    columns: Columns
    meanings: Meanings
    files: tuple[str, ...]

    @property
    def header(self) -> Mapping[str, Stored]:
        """What the files have of a contract, by its name there."""
        return dict(self.meanings.columns)

    @property
    def used(self) -> tuple[str, ...]:
        """The stored names of the columns that are not only there."""
        words = {word for _, held in self.meanings.columns for word in re.findall(r"\w+", held.name)}
        return tuple(held.name for _, held in self.columns if held.name in words)

    @cached_property
    def quoted(self) -> Columns:
        """The columns of text whose cells may have rows in them: none where the files have no quotes."""
        return self.columns if self.kind in DELIMITERS and any(map(_may_have_quotes, self.files)) else ()

    @property
    def first_row(self) -> int:
        """The number of the first row, below the header where there is one; a table that has none counts as if."""
        return 1 if self.kind == FIXED else 2


def cut(scan: str, source: FileGroup) -> str:
    """What stands behind FROM for rows, those of fixed width with their slices as columns."""
    if source.kind != FIXED:
        return scan
    slices = "".join(f", {each.sql} AS {each.name}" for each in source.meanings.slices)
    return f"(SELECT *, LENGTH({LINE.name}) AS {LINE_LENGTH.name}{slices} FROM {scan}) t"  # noqa: S608 (the words are the layouts')


def find_files(names: Sequence[str], remote: Callable[[str], list[str]]) -> tuple[list[File], list[Problem]]:
    """The files of these names, and what is wrong with the others. `remote` lists addresses such as s3://..."""
    files: list[File] = []
    problems: list[Problem] = []
    for name in names:
        places = remote(name) if "://" in name else _local(name)
        kinds = {_SUFFIXES.get(Path(_uncompressed(place)).suffix.lower(), "") for place in places}
        if not places:
            told = ("files", "an empty folder") if Path(name).is_dir() else ("a file", NO_FILE)
            problems.append(Problem(name, *told))
        elif len(kinds) > 1 or "" in kinds:
            found = ", ".join(sorted({Path(place).suffix or "no ending" for place in places}))
            problems.append(Problem(name, _READABLE, f"files ending in {found}"))
        else:
            files += [File(place, *kinds) for place in places]
    return files, problems + _repeated([file.place for file in files])


def _may_have_quotes(place: str) -> bool:
    if "://" in place:
        return True
    with pa.input_stream(place, compression="detect") as stream:
        return any(b'"' in chunk for chunk in iter(lambda: stream.read(_CHUNK), b""))


def _repeated(places: Sequence[str]) -> list[Problem]:
    """Files that would be counted twice: the same one by two names, and compressed ones beside what they hold."""
    seen: dict[str, str] = {}
    problems = []
    for place in places:
        key = _uncompressed(place if "://" in place else str(Path(place).resolve()))
        if key in seen:
            found = "it twice" if seen[key] == place else f"also {seen[key]}"
            problems.append(Problem(place, "each file once", found, fix="give one of them"))
        seen.setdefault(key, place)
    return problems


def _local(name: str) -> list[str]:
    place = Path(name)
    if place.is_dir():
        return sorted(str(path) for path in place.iterdir() if path.is_file() and not path.name.startswith((".", "_")))
    if place.exists():
        return [name]
    return sorted(glob.glob(name))  # noqa: PTH207 (a pattern may be absolute)


def _uncompressed(place: str) -> str:
    return place[: place.rindex(".")] if place.lower().endswith(_COMPRESSED) else place


def text_columns(file: File) -> Columns:
    """The columns of a text file on this machine. Raises InputError for one that has none or is cut off."""
    header: list[str] = []
    try:
        with pa.input_stream(file.place, compression="detect") as stream:
            if file.kind != FIXED:
                text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
                header = next(csv.reader(text, delimiter=DELIMITERS[file.kind], strict=True), [])
            # To the end: Arrow tells where a file is cut off; DuckDB takes what it gets of a .zst file for the whole.
            while _uncompressed(file.place) != file.place and stream.read(_CHUNK):
                pass
    except (OSError, pa.ArrowException, csv.Error) as error:
        raise damaged(file.place, file.kind, error) from None
    return named_columns(file, header) if file.kind != FIXED else (("", LINE),)


def named_columns(file: File, header: Sequence[str]) -> Columns:
    """Columns of text by their headings; engines call them c0, c1, ..., whatever the headings are."""
    if "\ufffd" in "".join(header):
        raise InputError([Problem(file.place, "text in UTF-8", "another encoding", 1)])
    if not any(header):
        raise InputError([Problem(file.place, "a header with the names of columns", "none", 1)])
    return tuple((title.strip(), Stored(f"c{place}", TEXT)) for place, title in enumerate(header))


def quoted(text: str, mark: str = "'") -> str:
    """Text in quotation marks of SQL, those in it doubled."""
    return mark + text.replace(mark, mark * 2) + mark
