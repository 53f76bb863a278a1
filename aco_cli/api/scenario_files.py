"""Scenarios: named changes of inputs and rules, packaged or in a file; and values given for roster columns."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from aco_cli.engine.whatif import Move
from aco_cli.errors import RulesError, UsageError
from aco_cli.inputs.convert import convert
from aco_cli.inputs.layout import Column, Layout, layouts_of, name_key
from aco_cli.inputs.raw import RawTable
from aco_cli.inputs.recognize import Match
from aco_cli.nearest import did_you_mean, nearest_or_all
from aco_cli.rules.validated_yaml import read_yaml, told

PACKAGED = Path(__file__).parents[1] / "scenarios"
_KEYS = {"name", "description", "status", "set", "rules", "rules_year", "values", "lines"}
_MAPPINGS = ("rules", "lines", "values")
_IDENTITY = {"aco_id": "it says which row it is", "performance_year": "rules of another year are --rules-year"}
_FORM = "a scenario: a mapping of name, description, status, set, rules, rules_year, values, lines"


@dataclass(frozen=True)
class Setting:
    """Values for roster columns, as written, in the rows in which all of `where` holds."""

    values: Mapping[str, object]
    where: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """What is changed: roster columns, rules by their dotted names, the year whose rules hold, and lines of the law.

    `values` are rule values by program and parameter, as rule files have them. `status` says of what is no rule what it
    is; every output shows it. `file` and `place` say where the lines are written.
    """

    name: str
    description: str = ""
    settings: tuple[Setting, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    rules_year: int | None = None
    lines: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    status: str = ""
    file: Path = field(default=PACKAGED, compare=False)
    place: tuple[int | str, ...] = field(default=(), compare=False)


def packaged_scenarios() -> list[Scenario]:
    """The scenarios that come with the project, by name."""
    return [scenario for path in sorted(PACKAGED.glob("*.yaml")) for scenario in read_scenarios(path)]


def scenario_file(word: str) -> Path:
    """The file that a word of `--scenario` means: a packaged scenario's name, or a path. Raises UsageError."""
    packaged = PACKAGED / f"{word}.yaml"
    if Path(word).name == word and packaged.exists():
        return packaged
    if Path(word).is_file():
        return Path(word)
    names = [path.stem for path in sorted(PACKAGED.glob("*.yaml"))]
    known = did_you_mean(word, names) or f"; the names are {', '.join(names)}"
    raise UsageError(f"--scenario {word}: neither a file nor the name of a scenario{known}")


def read_scenarios(path: Path) -> list[Scenario]:
    """The scenario of a YAML file, or all of a list. Raises RulesError for what is none, with the line."""
    content = read_yaml(path)
    if content == []:
        raise RulesError(told(path, (), f"expected {_FORM}, found an empty list"))
    if isinstance(content, list):
        return [_scenario(item, path, (at, "lines")) for at, item in enumerate(content)]
    return [_scenario(content, path, ("lines",))]


def _scenario(item: Any, file: Path, place: tuple[int | str, ...]) -> Scenario:
    if faults := [told(file, (*place[:-1], *key), words) for key, words in _faults(item)]:
        raise RulesError("\n".join(faults))
    description = " ".join(str(item.get("description", "")).split())
    given = item.get("set") or []
    settings = tuple(
        Setting({name: value for name, value in each.items() if name != "where"}, each.get("where") or {})
        for each in (given if isinstance(given, list) else [given])
    )
    rules, lines, values = (item.get(key) or {} for key in _MAPPINGS)
    status, year = " ".join(str(item.get("status") or "").split()), item.get("rules_year")
    return Scenario(str(item["name"]), description, settings, rules, year, lines, values, status, file, place)


def _faults(item: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with the form of a scenario: the key that it is about, and words."""
    if not isinstance(item, dict):
        yield (), f"expected {_FORM}, found {item!r}"
        return
    if not item.get("name"):
        yield (), "missing a name of the scenario"
    for key in item:
        if key not in _KEYS:
            yield (str(key),), f"expected {_FORM}"
    for key, (is_fit, expected) in _FORMS.items():
        if not is_fit(item.get(key)):
            yield (key,), f"expected {expected}, found {item[key]!r}"


def _are_mappings(items: Iterable[object]) -> bool:
    return all(isinstance(each, dict) for each in items)


def _are_settings(value: Any) -> bool:
    settings = value if isinstance(value, list) else [value or {}]
    return _are_mappings(settings) and _are_mappings(each.get("where") or {} for each in settings)


def _is_mapping(value: object) -> bool:
    return isinstance(value or {}, dict)


# What each key may hold.
_FORMS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "set": (_are_settings, "columns with their values, or a list of such, each with where or without"),
    "rules": (_is_mapping, "names with their values"),
    "lines": (_is_mapping, "names with their values"),
    "values": (
        lambda value: isinstance(held := value or {}, dict) and _are_mappings(held.values()),
        "parameters by program, with their values",
    ),
    "rules_year": (lambda value: type(value) in (int, type(None)), "a year such as 2016"),
}


def convert_given(values: Mapping[str, object], *, selects: bool = False) -> pd.DataFrame:
    """One row of canonical columns, each value read as a roster's cell of its column; blank is unknown.

    `selects`: the values say which rows are meant and change nothing, so that any column will do. Raises UsageError
    with every column that does not exist or cannot be given, or else every value that does not fit.
    """
    layout = layouts_of("roster")[0]
    refused = [reason for name in values if (reason := _refusal(name, layout, selects=selects))]
    if refused:
        raise UsageError("; ".join(refused))
    texts = ("" if value is None else str(value) for value in values.values())
    cells = {place: pa.chunked_array([[text]]) for place, text in enumerate(texts)}
    places = {name_key(name): place for place, name in enumerate(values)}
    raw = RawTable("", cells, np.array([1]))
    frame, problems = convert(Match(layout, places), raw, precision=False)
    if problems:
        texts = (f"{each.column}: expected {each.expected}, found {each.found}; {each.fix}" for each in problems)
        raise UsageError("\n".join(text.removesuffix("; ") for text in texts))
    return frame


_RELATIVE = re.compile(r"(?P<sign>[-+*])\s*\$?(?P<number>\d[\d,]*(?:\.\d*)?|\.\d+)\s*(?P<percent>%?)")
_NUMBERS = frozenset({"usd", "fraction", "number", "integer"})


def relative_values(values: Mapping[str, object]) -> tuple[dict[str, object], dict[str, Move]]:
    """Values as given, and those relative to each row's: texts such as `+0.02`, `-5%` and `*1.1`.

    A text with `=` before it is taken as it is: `=-1000`. Raises UsageError for a relative value of a column that holds
    no numbers.
    """
    given: dict[str, object] = {}
    moves: dict[str, Move] = {}
    columns = layouts_of("roster")[0].columns
    for name, value in values.items():
        found = _RELATIVE.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found:
            given[name] = value.removeprefix("=") if isinstance(value, str) else value
        elif (held := columns.get(name)) and held.unit not in _NUMBERS:
            raise UsageError(f"{name}={value}: only numbers take relative values, and {name} is {held.unit}")
        else:
            moves[name] = _move(found, held)
    return given, moves


def _move(found: re.Match[str], column: Column | None) -> Move:
    number = float(found["number"].replace(",", ""))
    ends = {"least": column.min, "most": column.max} if column else {}
    kept = {name: float(end) for name, end in ends.items() if end is not None}
    if found["sign"] == "*":
        return Move(factor=number / 100 if found["percent"] else number, **kept)
    signed = -number if found["sign"] == "-" else number
    return Move(factor=1 + signed / 100, **kept) if found["percent"] else Move(added=signed, **kept)


def _refusal(name: str, layout: Layout, *, selects: bool) -> str:
    """Why a column cannot be given; nothing if it can."""
    if name not in layout.columns:
        return f"no roster column {name!r}, {nearest_or_all(name, layout.columns)}"
    if name in _IDENTITY and not selects:
        return f"{name} cannot be changed: {_IDENTITY[name]}"
    total = next((each.name for each in layout.columns.values() if name in each.or_product), "")
    return f"{name} cannot be changed: the totals are computed already; change {total}" if total else ""
