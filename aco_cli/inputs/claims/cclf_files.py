"""CCLF files as people have them: folders, archives, text and tables, each known by CMS's name or by what is in it."""

import glob
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from errno import ENOSPC
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pyarrow as pa
import pyarrow.parquet as pq

from aco_cli.errors import NO_FILE, InputError, OutputError, Problem
from aco_cli.inputs.claims.cclf import CCLF_KINDS, cclf_name
from aco_cli.inputs.claims.limits import DISK_IS_FULL
from aco_cli.inputs.claims.sources import DELIMITERS, FIXED, PARQUET, File
from aco_cli.inputs.problems import damaged
from aco_cli.inputs.source import ZIP_MARKS
from aco_cli.inputs.unpack import BAD_ZIP, unpack_to

# A kind as people name files for it, such as cclf5.csv; its summary, which is not read.
_PLAINLY = re.compile(r"cclf[_-]?([1-9AB])(?![0-9a-z])", re.IGNORECASE)
_SUMMARY = re.compile(r"ACO\.ZC0|cclf[_-]?0(?![0-9a-z])", re.IGNORECASE)
_EXPECTED = "a CCLF file: by CMS's name, by the length of its records or by its column names"
_ENOUGH = 4  # fields of a kind, to know a table by its columns
_LONGEST = 1 << 16
# The field of each kind of claims that says what was paid.
PAYMENTS = {"1": "CLM_PMT_AMT", "5": "CLM_LINE_CVRD_PD_AMT", "6": "CLM_LINE_CVRD_PD_AMT"}


@dataclass
class CclfFiles:
    """The files by kind, each with the month of its delivery (None: its name says none), and what users call them."""

    kinds: dict[str, list[File]] = field(default_factory=lambda: defaultdict(list))
    months: dict[str, str | None] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, place: Path, name: str, *, in_folder: bool) -> None:
        """Take in a file that is known to users by this name."""
        said = cclf_name(name)
        if _SUMMARY.search(Path(name).name):
            return
        try:
            form, kind = _form_and_kind(place)
        except InputError as error:
            self.problems += [Problem(name, each.expected, each.found, fix=each.fix) for each in error.problems]
            return
        plainly = _PLAINLY.search(Path(name).name)
        kind = said.kind if said else plainly[1].upper() if plainly else kind
        if kind is None and in_folder:
            self.left_out.append(name)
        elif kind is None:
            self.problems.append(Problem(name, _EXPECTED, "another file"))
        else:
            self.kinds[kind].append(File(str(place), form))
            self.months[str(place)] = f"{said.date:%Y-%m}" if said else None
            self.called[str(place)] = name

    def lacking(self, paths: Sequence[str], *, with_enrollment: bool) -> list[Problem]:
        """Kinds without which there is nothing to compute; `with_enrollment`: it is in files of its own."""
        where = ", ".join(paths)
        if not any(kind in self.kinds for kind in PAYMENTS):
            others = f", but {self.left_out[0]}" if self.left_out else ""
            return [Problem(where, "claims in CCLF1, CCLF5 or CCLF6 files", f"none of them{others}")]
        if not with_enrollment and "8" not in self.kinds:
            fix = "add them, or give --enrollment FILE"
            return [Problem(where, "a CCLF8 file for each month", "none", fix=fix)]
        return []


def find_cclf(paths: Sequence[str], scratch: Callable[[], Path]) -> CclfFiles:
    """All CCLF files of these files, folders (and folders in them), archives and patterns.

    Archives are unpacked into the folder `scratch` gives.
    """
    found = CclfFiles()
    for path in paths:
        places = [path] if Path(path).exists() else sorted(glob.glob(path, recursive=True))  # noqa: PTH207
        if not places:
            found.problems.append(Problem(path, "a file", NO_FILE))
        for place in map(Path, places):
            in_folder = place.is_dir()
            files = sorted(each for each in place.rglob("*") if _is_data(each, place)) if in_folder else [place]
            if not files:
                found.problems.append(Problem(str(place), "a file", "an empty folder"))
            for file in files:
                if _is_archive(file):
                    _unpack(found, file, scratch())
                else:
                    found.add(file, str(file), in_folder=in_folder)
    return found


def _is_data(path: Path, folder: Path) -> bool:
    return path.is_file() and not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)


def _is_archive(file: Path) -> bool:
    """Whether a file is, or began as, a zip archive."""
    if not file.is_file():
        return False
    with file.open("rb") as start:
        return is_zipfile(file) or start.read(4) in ZIP_MARKS


def _unpack(found: CclfFiles, file: Path, scratch: Path) -> None:
    size, packed = 0, file.stat().st_size
    try:
        with ZipFile(file) as archive:
            for number, member in enumerate(archive.infolist()):
                if member.is_dir() or Path(member.filename).name.startswith((".", "_")):
                    continue
                place = scratch / f"{len(found.called)}-{number}{Path(member.filename).suffix.lower()}"
                with archive.open(member) as stream, place.open("wb") as target:
                    size = unpack_to(target, str(file), packed, stream, size)
                found.add(place, f"{file}/{member.filename}", in_folder=True)
    except InputError as error:
        found.problems += error.problems
    except OSError as error:
        raise OutputError(DISK_IS_FULL.format(scratch) if error.errno == ENOSPC else f"{file}: {error}") from None
    except BAD_ZIP as error:
        found.problems += damaged(str(file), "zip", error).problems


def _form_and_kind(place: Path) -> tuple[str, str | None]:
    """How a file is written, and its kind if what is in it says so. Raises InputError if it is damaged or empty."""
    try:
        with place.open("rb") as file:
            if file.read(4) == b"PAR1":
                return PARQUET, _kind_of(pq.read_schema(place).names)
        with pa.input_stream(str(place), compression="detect") as stream:
            start = stream.read(_LONGEST)
    except (OSError, pa.ArrowException) as error:
        raise damaged(str(place), "CCLF", error) from None
    if not start.strip():
        fix = "leave it out if nothing was delivered"
        raise InputError([Problem(str(place), "records, or a header", "an empty file", fix=fix)])
    line = start.split(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
    for form, mark in DELIMITERS.items():
        names = [name.strip().strip('"\ufeff') for name in line.split(mark)]
        if kind := _kind_of(names):
            return form, kind
    lengths = {kind.length: name for name, kind in CCLF_KINDS.items()}
    return FIXED, lengths.get(len(line))


def _kind_of(names: Sequence[str]) -> str | None:
    """The kind that has most of these columns, and of several the one that has fewest others."""
    held = {name.upper() for name in names}
    known = {name: sum(field.name in held for field in kind.fields) for name, kind in CCLF_KINDS.items()}
    best = max(CCLF_KINDS.values(), key=lambda kind: (known[kind.name], -len(kind.fields)))
    return best.name if known[best.name] >= min(_ENOUGH, len(held)) > 1 else None
