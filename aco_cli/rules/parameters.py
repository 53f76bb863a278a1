"""Parameters: one YAML file each, values dated by performance year, every value with citation and status."""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from aco_cli.errors import RulesError
from aco_cli.rules.given_lines import TABLES
from aco_cli.rules.validated_yaml import ReadBy, Whole, YesNo, form, read_yaml, told, validated

PACKAGED = Path(__file__).parent
# Where a range of years ends that goes on: no year is beyond it, only beyond what is verified of its program.
OPEN = 10_000


class Status(StrEnum):
    """How sure a value is."""

    PUBLISHED = "published"  # read in the primary text, or behaves so in every published settlement
    DERIVED = "derived"  # inferred from published numbers
    UNVERIFIED = "unverified"  # taken from a text that was not checked against the regulation
    ASSUMED = "assumed"  # general knowledge of the rule, not confirmed


# In a note: `a derived value`, `an assumed value`.
VALUE_OF: Mapping[Status, str] = {each: f"{'an' if each[0] in 'aeiou' else 'a'} {each} parameter" for each in Status}


def parse_years(text: object) -> range:
    """`2014` or `2012-2021` as a range that includes both ends, `2019-` as one that goes on. Raises ValueError."""
    if found := re.fullmatch(r"(\d{4})(-(\d{4})?)?", str(text)):
        first, rest, last = found.groups()
        if years := range(int(first), OPEN if rest == "-" else int(last or first) + 1):
            return years
    raise ValueError("years such as 2014, 2012-2021 or 2019-")


def show_years(years: range) -> str:
    """A range of years as rule files write it."""
    if len(years) == 1:
        return str(years[0])
    return f"{years[0]}-" if years.stop == OPEN else f"{years[0]}-{years[-1]}"


def _value(value: Any) -> Any:
    """Fractions written as text (`5/12`) become the nearest float; everything else stays as YAML gives it."""
    is_blank = value is None or (isinstance(value, str) and not value.strip())
    if is_blank or (isinstance(value, int | float) and not abs(value) <= sys.float_info.max):  # NaN is not, either
        raise ValueError("a value")
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, str) and "/" in value:
        try:
            return float(Fraction(value))
        except (ArithmeticError, ValueError) as error:
            raise ValueError("a fraction such as 5/12") from error
    return value


YearsText = Annotated[range, ReadBy(parse_years)]


@dataclass(frozen=True)
class Entry:
    """A value of a parameter for some tracks and performance years. `value` is a scalar, a list or a flat mapping."""

    tracks: tuple[str, ...]
    years: YearsText
    value: Annotated[Any, ReadBy(_value)]
    status: Status
    cite: str
    note: str = ""

    __pydantic_config__ = form(tracks="track")


def part_of(value: Any, part: str) -> Any:
    """A part of a rule's value by name, of a scale as a list; the value itself where no part is named."""
    if not part:
        return value
    return [row[part] for row in value] if isinstance(value, list) else value.get(part)


def values_by_name(entries: Mapping[str, Entry]) -> dict[str, Any]:
    """Rule values by the names that formulas give them: `payment_limit`, and each part as `loss_rate.floor`."""
    found: dict[str, Any] = {}
    for name, entry in entries.items():
        found[name] = value = entry.value
        parts = value[0] if isinstance(value, list) and value else value
        for part in parts if isinstance(parts, Mapping) else ():
            found[f"{name}.{part}"] = part_of(value, part)
    return found


@dataclass(frozen=True)
class Parameter:
    """A dated parameter of one program, e.g. `maximum_sharing_rate`.

    Its years are those of its program, which for benchmarks are of agreement starts; `by_performance_year` says that
    they are performance years all the same.
    """

    program: str
    name: str
    label: str
    unit: str
    entries: tuple[Entry, ...]
    by_performance_year: YesNo = False

    __pydantic_config__ = form(program="(folder)", name="(file)", entries="values")

    def entry(self, track: str, year: int) -> Entry | None:
        """The entry for a track and performance year, verified or not; where several fit, the one given last."""
        return next((each for each in reversed(self.entries) if year in each.years and track in each.tracks), None)


@dataclass(frozen=True)
class Track:
    """A track or arrangement of a program and the performance years in which it exists."""

    label: str
    years: YearsText

    __pydantic_config__ = form()


@dataclass(frozen=True)
class Program:
    """A program: its tracks by name and the last performance year whose rules are in the project.

    `cite` and `status` are of the order of its settlement, where that has a source of its own; else the lines' hold.
    `inputs` says what is in its benchmark and savings: figures of one program are not those of another.
    """

    name: str
    label: str
    verified_through: Whole
    tracks: Mapping[str, Track]
    cite: str = ""
    status: Status = Status.PUBLISHED
    inputs: str = ""

    __pydantic_config__ = form(name="(folder)")

    def verified(self, years: range) -> range:
        """Those of some performance years whose rules are in the project."""
        return range(years.start, min(years.stop, self.verified_through + 1))


def program_in(path: Path, name: str, known: Program | None = None) -> Program:
    """The program that a `program.yaml` describes, which may leave out what is known of it. Raises RulesError."""
    content = read_yaml(path)
    if isinstance(content, dict):
        before = {key: value for key, value in vars(known).items() if key != "name" and value} if known else {}
        content = before | ({"tracks": {}} if known else {}) | content | {"(folder)": name}
    program = validated(path, Program, content)
    return replace(program, tracks={**known.tracks, **program.tracks}) if known else program


def parameter_in(path: Path, content: Any, program: Program) -> Parameter:
    """The parameter that a file of a program's folder holds; without `track` a value is of all. Raises RulesError."""
    if isinstance(content, dict):
        content = {**content, "(folder)": program.name, "(file)": path.stem}
        if isinstance(content.get("values"), list):
            content["values"] = [_with_tracks(item, list(program.tracks)) for item in content["values"]]
    parameter = validated(path, Parameter, content)
    for number, entry in enumerate(parameter.entries):
        if strange := [track for track in entry.tracks if track not in program.tracks]:
            has = f"{program.name} has {', '.join(program.tracks)}"
            raise RulesError(told(path, ("values", number, "track"), f"unknown track {strange[0]!r}; {has}"))
    return parameter


def rises(value: Any) -> bool:
    """Whether the bands of a scale, or corridors, start one above the other (`lower`), in which they are looked up."""
    starts = [each.get("lower") for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    numbers = [each for each in starts if isinstance(each, int | float)]
    return all(before < after for before, after in pairwise(numbers))


def _with_tracks(item: Any, all_tracks: list[str]) -> Any:
    if not isinstance(item, dict):
        return item
    tracks = item.get("track", all_tracks)
    return {**item, "track": tracks if isinstance(tracks, list) else [tracks]}


def rule_files(folder: Path) -> Iterator[Path]:
    """The files of a program's folder that hold parameters or measures, in order of name."""
    return (path for path in sorted(folder.glob("*.yaml")) if path.stem not in ("program", *TABLES))
