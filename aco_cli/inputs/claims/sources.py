"""From what a user names - a file, a folder, a pattern - to files that are read together."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aco_cli.errors import Problem

PARQUET, CSV, TSV = "parquet", "csv", "tsv"
_SUFFIXES = {".parquet": PARQUET, ".csv": CSV, ".tsv": TSV, ".txt": CSV}
_COMPRESSED = {".gz", ".zst"}
READABLE = (
    "Parquet, CSV or TSV (text may be .gz or .zst), a folder of one kind, or a pattern such as 'claims/*.parquet'"
)


@dataclass(frozen=True)
class Source:
    """Files of one kind with the same columns, as the user named them together."""

    given: str
    files: tuple[str, ...]
    kind: str


def find_sources(names: Sequence[str], *, remote: bool = False) -> tuple[list[Source], list[Problem]]:
    """The sources of these names, and what is wrong with the others. `remote` lets addresses such as s3://... pass."""
    sources, problems = [], []
    for name in names:
        files = [name] if remote and "://" in name else _local(name)
        kinds = {_kind(file) for file in files}
        if not files:
            problems.append(Problem(name, "a file", "no such file"))
        elif len(kinds) > 1 or None in kinds:
            found = ", ".join(sorted({Path(file).suffix or "no ending" for file in files}))
            problems.append(Problem(name, READABLE, f"files ending in {found}"))
        else:
            sources.append(Source(name, tuple(files), str(kinds.pop())))
    return sources, problems


def _local(name: str) -> list[str]:
    place = Path(name)
    if place.is_dir():
        return sorted(str(path) for path in place.iterdir() if path.is_file() and not path.name.startswith((".", "_")))
    if place.exists():
        return [name]
    return sorted(glob.glob(name))  # noqa: PTH207 (a pattern may be absolute)


def _kind(file: str) -> str | None:
    endings = [ending.lower() for ending in Path(file).suffixes]
    if endings and endings[-1] in _COMPRESSED:
        endings.pop()
    return _SUFFIXES.get(endings[-1]) if endings else None
