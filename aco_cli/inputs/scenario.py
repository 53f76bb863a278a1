"""Scenarios: named changes of inputs and rules, packaged or in a file of the user's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from aco_cli.errors import InputError, Problem, UsageError
from aco_cli.nearest import did_you_mean

PACKAGED = Path(__file__).parents[1] / "scenarios"
_KEYS = {"name", "description", "set", "rules", "rules_year", "lines"}
_FORM = "a scenario: a mapping of name, description, set, rules, rules_year, lines"


@dataclass(frozen=True)
class Setting:
    """Values for roster columns, as written, in the rows in which all of `where` holds."""

    values: Mapping[str, object]
    where: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """What is changed: roster columns, rules by their dotted names, the year whose rules hold, and lines of the law.

    A line goes by its name in the settlement, or behind `benchmark.` by that in the benchmark.
    """

    name: str
    description: str = ""
    settings: tuple[Setting, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    rules_year: int | None = None
    lines: Mapping[str, Any] = field(default_factory=dict)


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
    """The scenario of a YAML file, or all of a list. Raises InputError where it has another form."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError([Problem(str(path), "a YAML file", " ".join(str(error).split()))]) from error
    if content == []:
        raise InputError([Problem(str(path), _FORM, "an empty list")])
    return [_scenario(item, str(path)) for item in (content if isinstance(content, list) else [content])]


def _scenario(item: Any, file: str) -> Scenario:
    problems = list(_problems(item))
    if problems:
        raise InputError([Problem(file, expected, found) for expected, found in problems])
    description = " ".join(str(item.get("description", "")).split())
    settings = tuple(
        Setting({name: value for name, value in each.items() if name != "where"}, each.get("where") or {})
        for each in _settings(item)
    )
    rules, lines = item.get("rules") or {}, item.get("lines") or {}
    return Scenario(str(item["name"]), description, settings, rules, item.get("rules_year"), lines)


def _settings(item: Mapping[str, Any]) -> list[Any]:
    settings = item.get("set") or []
    return settings if isinstance(settings, list) else [settings]


def _problems(item: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with the form of a scenario: what was expected and what was found."""
    if not isinstance(item, dict):
        yield _FORM, repr(item)
        return
    yield from _settings_problems(item)
    if not item.get("name"):
        yield "a name of the scenario", "none"
    if strange := [str(key) for key in item if key not in _KEYS]:
        yield _FORM, ", ".join(strange)
    for key in ("rules", "lines"):
        if not isinstance(item.get(key) or {}, dict):
            yield f"{key}: names with their values", repr(item[key])
    if type(item.get("rules_year")) not in (int, type(None)):
        yield "rules_year: a year such as 2016", repr(item["rules_year"])


def _settings_problems(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in _settings(item):
        if not isinstance(each, dict) or not isinstance(each.get("where") or {}, dict):
            yield "set: columns with their values, or a list of such, each with where or without", repr(each)
