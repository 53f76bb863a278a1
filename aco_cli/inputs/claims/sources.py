"""From what a user names - a file, a folder, a pattern - to single files, and to files that are read together."""

from __future__ import annotations

import glob
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aco_cli.errors import Problem
from aco_cli.inputs.claims.contracts import Stored

PARQUET, CSV, TSV = "parquet", "csv", "tsv"
DELIMITERS = {CSV: ",", TSV: "\t"}
_SUFFIXES = {".parquet": PARQUET, ".csv": CSV, ".tsv": TSV, ".txt": CSV}
_COMPRESSED = (".gz", ".zst")
READABLE = (
    "Parquet, CSV or TSV (text may be .gz or .zst), a folder of one kind, or a pattern such as 'claims/*.parquet'"
)
_ONCE = "each file once"
Listing = Callable[[str], list[str]]
Columns = tuple[tuple[str, Stored], ...]


@dataclass(frozen=True)
class File:
    """A single file and what kind it is."""

    place: str
    kind: str


@dataclass(frozen=True)
class Source:
    """Files with the same columns in the same order, by what the files call them: one scan reads them all.

    `used` are the stored names of the columns that are not only there.
    """

    kind: str
    columns: Columns
    used: tuple[str, ...]
    files: tuple[str, ...]


def find_files(names: Sequence[str], remote: Listing) -> tuple[list[File], list[Problem]]:
    """The files of these names, and what is wrong with the others. `remote` lists addresses such as s3://..."""
    files: list[File] = []
    problems: list[Problem] = []
    for name in names:
        places = remote(name) if "://" in name else _local(name)
        kinds = {_kind(place) for place in places}
        if not places:
            problems.append(Problem(name, "a file", "no such file"))
        elif len(kinds) > 1 or None in kinds:
            found = ", ".join(sorted({Path(place).suffix or "no ending" for place in places}))
            problems.append(Problem(name, READABLE, f"files ending in {found}"))
        else:
            files += [File(place, str(_kind(place))) for place in places]
    return files, problems + _repeated([file.place for file in files])


def _repeated(places: Sequence[str]) -> list[Problem]:
    """Files that would be counted twice: the same one by two names, and compressed ones beside what they hold."""
    seen: dict[str, str] = {}
    problems = []
    for place in places:
        itself = place if "://" in place else str(Path(place).resolve())
        key = _uncompressed(itself)
        if key in seen:
            found = "it twice" if seen[key] == place else f"also {seen[key]}"
            problems.append(Problem(place, _ONCE, found, fix="give one of them"))
        seen.setdefault(key, place)
    return problems


def _local(name: str) -> list[str]:
    place = Path(name)
    if place.is_dir():
        return sorted(str(path) for path in place.iterdir() if path.is_file() and not path.name.startswith((".", "_")))
    if place.exists():
        return [name]
    return sorted(glob.glob(name))  # noqa: PTH207 (a pattern may be absolute)


def _kind(place: str) -> str | None:
    return _SUFFIXES.get(Path(_uncompressed(place)).suffix.lower())


def _uncompressed(place: str) -> str:
    return place[: place.rindex(".")] if is_compressed(place) else place


def is_compressed(place: str) -> bool:
    """Whether a file of text is compressed, by its name."""
    return place.lower().endswith(_COMPRESSED)
