"""Scenarios: named changes of inputs and rules, packaged or in a file; and values given for roster columns."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from aco_cli.engine.whatif import Move
from aco_cli.errors import RulesError, UsageError
from aco_cli.inputs.convert import convert
from aco_cli.inputs.layout import Column, Layout, layouts_of, name_key
from aco_cli.inputs.numbers import LARGEST
from aco_cli.inputs.raw import RawTable
from aco_cli.inputs.recognize import Match
from aco_cli.nearest import did_you_mean, nearest_or_all
from aco_cli.rules.validated_yaml import ReadBy, form, read_yaml, told, validated

PACKAGED = Path(__file__).parents[1] / "scenarios"
_KEYS = ("name", "description", "status", "set", "rules", "rules_year", "values", "lines")
_IDENTITY = {"aco_id": "it says which row it is", "performance_year": "rules of another year are --rules-year"}
_FORM = f"a scenario: a mapping of {', '.join(_KEYS)}"
_CELL = str | float | int | dt.date | None


@dataclass(frozen=True)
class Setting:
    """Values for roster columns, as written, in the rows in which all of `where` holds."""

    values: Mapping[str, object]
    where: Mapping[str, object] = field(default_factory=dict)


def _settings(given: Any) -> tuple[Setting, ...]:
    """Key `set` of a scenario. Raises ValueError with what was expected."""
    settings = []
    for each in given if isinstance(given, list) else [given]:
        where = each.get("where") or {} if isinstance(each, dict) else None
        if not isinstance(where, dict):
            raise ValueError("columns with their values, or a list of such, each with where or without")
        values = {name: value for name, value in each.items() if name != "where"}
        if lists := [name for name, value in [*values.items(), *where.items()] if not isinstance(value, _CELL)]:
            raise ValueError(f"one value for column {lists[0]}")
        settings.append(Setting(values, where))
    return tuple(settings)


def _year(given: Any) -> int:
    if type(given) is not int:
        raise ValueError("a year such as 2016")
    return given


@dataclass(frozen=True)
class Keys:
    """What a scenario says, by its keys.

    Changed are roster columns, rules by their dotted names, the year whose rules hold, and lines of the law. `values`
    are rule values by program and parameter, as rule files have them. `status` says of what is no rule what it is;
    every output shows it.
    """

    name: str
    description: str = ""
    settings: Annotated[tuple[Setting, ...], ReadBy(_settings)] = ()
    rules: dict[str, Any] = field(default_factory=dict)
    rules_year: Annotated[int | None, ReadBy(_year)] = None
    lines: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: str = ""

    __pydantic_config__ = form(settings="set")


@dataclass(frozen=True)
class Scenario(Keys):
    """A scenario, and the file and place in it where its lines are written."""

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
    at = place[:-1]
    if not isinstance(item, dict):
        raise RulesError(told(file, at, f"expected {_FORM}, found {item!r}"))
    if strange := [key for key in item if key not in _KEYS]:
        raise RulesError(told(file, (*at, strange[0]), f"unknown key, {nearest_or_all(strange[0], _KEYS)}"))
    # Words may be broken into lines; a key without a value is as if it were absent.
    given = {
        key: " ".join(each.split()) if isinstance(each, str) else each for key, each in item.items() if each is not None
    }
    return Scenario(**vars(validated(file, Keys, given, at)), file=file, place=place)


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


NUMBER = r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,2})?"
_RELATIVE = re.compile(rf"(?P<sign>[-+*])\s*\$?(?P<number>{NUMBER})\s*(?P<percent>%?)")
_MEANT = re.compile(r"[-+*\u00d7\u2212\u2013]")  # what a relative value begins with, however it is typed
_NUMBERS = frozenset({"usd", "fraction", "number", "integer"})


def relative_values(values: Mapping[str, object]) -> tuple[dict[str, object], dict[str, Move]]:
    """Values as given, and those relative to each row's: texts such as `+0.02`, `-5%` and `*1.1`.

    A text with `=` before it is taken as it is: `=-1000`. Raises UsageError for a relative value of a column that holds
    no numbers, and for one that is not written as these.
    """
    given: dict[str, object] = {}
    moves: dict[str, Move] = {}
    columns = layouts_of("roster")[0].columns
    for name, value in values.items():
        text, held = value.strip() if isinstance(value, str) else "", columns.get(name)
        found = _RELATIVE.fullmatch(text)
        if held and held.unit not in _NUMBERS and found:
            raise UsageError(f"{name}={value}: only numbers take relative values, and {name} is {held.unit}")
        if held and held.unit in _NUMBERS and _MEANT.match(text) and not (found and _number(found) <= LARGEST):
            raise UsageError(f"{name}={value}: expected a relative value such as +0.02, -5%, *1.1 or +1,000,000")
        if found:
            moves[name] = _move(found, held)
        else:
            given[name] = value.removeprefix("=") if isinstance(value, str) else value
    return given, moves


def _number(found: re.Match[str]) -> float:
    return float(found["number"].replace(",", ""))


def _move(found: re.Match[str], column: Column | None) -> Move:
    number = _number(found)
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
