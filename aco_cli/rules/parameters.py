"""Parameters: one YAML file each, values dated by performance year, every value with citation and status."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from aco_cli.errors import RulesError

PACKAGED = Path(__file__).parent
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ENTRY_KEYS = {"track", "years", "value", "status", "cite", "note"}


class Status(StrEnum):
    """How sure a value is."""

    PUBLISHED = "published"  # read in the primary text, or behaves so in every published settlement
    DERIVED = "derived"  # inferred from published numbers
    UNVERIFIED = "unverified"  # taken from a text that was not checked against the regulation
    ASSUMED = "assumed"  # general knowledge of the rule, not confirmed

    @property
    def value_of_it(self) -> str:
        """In a note: `a derived value`, `an assumed value`."""
        return f"{'an' if self[0] in 'aeiou' else 'a'} {self} value"


@dataclass(frozen=True)
class Entry:
    """A value of a parameter for some tracks and performance years. `value` is a scalar, a list or a flat mapping."""

    tracks: tuple[str, ...]
    years: range
    value: Any
    status: Status
    cite: str
    note: str = ""


def part_of(value: Any, part: str) -> Any:
    """A part of a rule's value by name, of a scale as a list; the value itself where no part is named."""
    if not part:
        return value
    return [row[part] for row in value] if isinstance(value, list) else value.get(part)


@dataclass(frozen=True)
class Parameter:
    """A dated parameter of one program, e.g. `maximum_sharing_rate`."""

    program: str
    name: str
    label: str
    unit: str
    entries: tuple[Entry, ...]

    def entry(self, track: str, year: int) -> Entry | None:
        """The entry in force for a track and performance year; where several fit, the one given last."""
        found = None
        for entry in self.entries:
            if year in entry.years and track in entry.tracks:
                found = entry
        return found


@dataclass(frozen=True)
class Track:
    """A track or arrangement of a program and the performance years in which it exists."""

    name: str
    label: str
    years: range


@dataclass(frozen=True)
class Program:
    """A program: its tracks and the last performance year whose rules are in the project.

    `cite` and `status` are of the order of its settlement, where that has a source of its own; else the lines' hold.
    """

    name: str
    label: str
    verified_through: int
    tracks: Mapping[str, Track]
    cite: str = ""
    status: Status = Status.PUBLISHED


def parse_years(text: str | int, where: str) -> range:
    """`2014` or `2012-2021` as a range that includes both ends. Raises RulesError otherwise."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", str(text))
    if found is None or int(found[2] or found[1]) < int(found[1]):
        raise RulesError(f"{where}: expected years such as 2014 or 2012-2021, found {text!r}")
    return range(int(found[1]), int(found[2] or found[1]) + 1)


@contextmanager
def _told(where: str, found: object = "") -> Iterator[None]:
    """Whatever is lacking or too much is told as an error of the place in the file."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        message = f"{where}: not in the form of a rule file: {type(error).__name__}: {error}"
        raise RulesError(f"{message}; found {found}" if found else message) from error


def read_yaml(path: Path) -> Any:
    """What a YAML file holds; RulesError names the file and line where it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 (a safe loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulesError(f"{path}: cannot be read as YAML: {error}") from error


def load_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping; RulesError where the file holds something else."""
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise RulesError(f"{path}: expected a mapping with label, unit and values")
    return content


def load_program(path: Path) -> Program:
    """The program described by a `program.yaml`; its folder's name is the program's."""
    content = load_yaml(path)
    with _told(f"{path}"):
        tracks = {
            name: Track(name, item["label"], parse_years(item["years"], f"{path}: {name}"))
            for name, item in content["tracks"].items()
        }
        own = {"cite": content["cite"], "status": Status(content["status"])} if "cite" in content else {}
        return Program(path.parent.name, content["label"], int(content["verified_through"]), tracks, **own)


def load_parameter(path: Path, program: Program) -> Parameter:
    """The parameter in a file of a program's folder; every entry is checked. Raises RulesError."""
    content = load_yaml(path)
    missing = {"label", "unit", "values"} - content.keys()
    if missing:
        raise RulesError(f"{path}: missing {', '.join(sorted(missing))}")
    with _told(f"{path}"):
        items = enumerate(content["values"], 1)
        entries = tuple(_entry(item, program, f"{path}: value {number}") for number, item in items)
    return Parameter(program.name, path.stem, content["label"], content["unit"], entries)


def _entry(item: Mapping[str, Any], program: Program, where: str) -> Entry:
    with _told(where, item):
        return _checked(item, program, where)


def _checked(item: Mapping[str, Any], program: Program, where: str) -> Entry:
    for key in ("years", "value", "status", "cite"):
        if not str("" if item.get(key) is None else item[key]).strip():
            raise RulesError(f"{where}: missing {key}; every value carries its years, citation and status")
    if unknown := item.keys() - _ENTRY_KEYS:
        raise RulesError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    named = item.get("track", list(program.tracks))
    tracks = tuple(named) if isinstance(named, list) else (named,)
    if strange := [track for track in tracks if track not in program.tracks]:
        raise RulesError(f"{where}: unknown track {strange[0]!r}; {program.name} has {', '.join(program.tracks)}")
    if item["status"] not in list(Status):
        raise RulesError(f"{where}: status {item['status']!r} is none of {', '.join(Status)}")
    years = parse_years(item["years"], where)
    return Entry(tracks, years, _value(item["value"]), Status(item["status"]), str(item["cite"]), item.get("note", ""))


def _value(value: Any) -> Any:
    """Fractions written as text (`5/12`) become the nearest float; everything else stays as YAML gives it."""
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    if isinstance(value, str) and "/" in value:
        return float(Fraction(value))
    return value


def parameter_files(folder: Path) -> Iterator[Path]:
    """The parameter files of a program's folder, in order of name."""
    return (path for path in sorted(folder.glob("*.yaml")) if path.name != "program.yaml")
