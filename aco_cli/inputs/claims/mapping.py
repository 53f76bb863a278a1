"""How tables with columns of their own are read: a mapping file, from our columns to theirs."""

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from aco_cli.data_files import load_yaml
from aco_cli.errors import NO_COLUMN, InputError, Problem
from aco_cli.inputs.claims.contracts import CONTRACTS, OTHER, TEXT, Stored
from aco_cli.inputs.claims.sources import Columns, File, Meanings, quoted
from aco_cli.inputs.claims.tables import Reading
from aco_cli.nearest import did_you_mean

_KEYS = ("column", "columns", "constant", "codes", "other", "first", "date", "blank")
_EACH, _FILES = "each", "files"
_PARTS = {"year": "Y+", "month": "M+", "day": "D+"}
_PACKAGED = Path(__file__).with_name("mappings")
Spec = Mapping[str, Any]


def read_mapping(name: str) -> dict[str, Reading]:
    """The readings of the tables that a file maps, or one that comes with the package, by its name.

    Raises InputError for what is wrong with the file.
    """
    packaged = _PACKAGED / f"{name}.yaml"
    path = packaged if packaged.exists() and not Path(name).exists() else Path(name)
    try:
        given = load_yaml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())[:120]
        own = ", ".join(sorted(each.stem for each in _PACKAGED.glob("*.yaml")))
        raise InputError([Problem(name, f"a mapping file (YAML), or one of {own}", reason)]) from None
    given = given if isinstance(given, dict) else {}
    tables = {table: each if isinstance(each, list) else [each] for table, each in given.items()}
    if not tables or not all(isinstance(each, dict) for parts in tables.values() for each in parts):
        raise InputError([Problem(name, "tables such as claims, and for each our columns", "something else")])
    if problems := [each for table, parts in tables.items() for spec in parts for each in _faults(name, table, spec)]:
        raise InputError(problems)
    return {table: _reading(name, parts) for table, parts in tables.items()}


def _faults(path: str, table: str, columns: Spec) -> list[Problem]:
    if table not in CONTRACTS:
        return [Problem(path, f"one of {', '.join(CONTRACTS)}", repr(table), fix=did_you_mean(table, CONTRACTS))]
    return [problem for name, given in columns.items() for problem in _fault(path, table, name, given)]


def _fault(path: str, table: str, name: str, given: Any) -> list[Problem]:
    """What is wrong with what stands for a column."""
    known = CONTRACTS[table].columns
    if name == _EACH:
        expected = "" if isinstance(given, list) and given else "a list, such as [1, 2, 3]"
    elif name not in known and name != _FILES:
        return [Problem(path, f"a column of {table}", repr(name), fix=did_you_mean(name, known))]
    elif isinstance(given, dict):
        is_sound = set(given) <= set(_KEYS) and len(set(given) & {"column", "columns", "constant"}) == 1
        expected = "" if is_sound else f"one of column, columns, constant, with any of {', '.join(_KEYS[3:])}"
    else:
        expected = "" if isinstance(given, str) else "the name of a column"
    return [Problem(path, expected, repr(given), column=f"{table}.{name}")] if expected else []


def _reading(path: str, parts: Sequence[Spec]) -> Reading:
    def read(file: File, held: Columns) -> Sequence[Meanings]:
        name = Path(file.place).name.lower()
        columns = next((each for each in parts if fnmatch(name, str(each.get(_FILES, "*")).lower())), None)
        if columns is None:
            patterns = ", ".join(str(each[_FILES]) for each in parts)
            raise InputError([Problem(file.place, f"a file of {patterns}, as {path} says", "another name")])
        specs = {
            name: spec if isinstance(spec, dict) else {"column": spec}
            for name, spec in columns.items()
            if name not in (_EACH, _FILES)
        }
        words = [_words(value) for value in columns.get(_EACH, [""])]
        stored = {title.lower(): cell for title, cell in held}
        needed = {name for each in words for spec in specs.values() for name in _names(spec, each)}
        if lacking := sorted(name for name in needed if name.lower() not in stored):
            titles = [title for title, _ in held]
            expected = f"this column, as {path} says"
            raise InputError(
                [Problem(file.place, expected, NO_COLUMN, 1, name, did_you_mean(name, titles)) for name in lacking]
            )
        return [Meanings(tuple((name, _cell(spec, each, stored)) for name, spec in specs.items())) for each in words]

    return read


def _words(value: Any) -> dict[str, str]:
    """What stands for a value of `each` in names and constants; `number` is the value without leading zeros."""
    return {"each": str(value), "number": str(value).lstrip("0")}


def _names(spec: Spec, words: Mapping[str, str]) -> list[str]:
    names = spec.get("columns") or ([spec["column"]] if "column" in spec else [])
    return [str(name).format(**words) for name in names]


def _cell(spec: Spec, words: Mapping[str, str], stored: Mapping[str, Stored]) -> Stored:
    """The SQL of a column: a constant, or what the columns hold, cut, put in order as a date, or looked up."""
    if "constant" in spec:
        return Stored(quoted(str(spec["constant"]).format(**words)), TEXT)
    held = [stored[name.lower()] for name in _names(spec, words)]
    if len(held) == 1 and not set(spec) - {"column"}:
        return held[0]
    texts = [f"NULLIF(TRIM(CAST({each.name} AS STRING)), '')" for each in held]
    if len(held) == 1 and held[0].holds == OTHER:
        return held[0]
    cell = texts[0] if len(texts) == 1 else f"CONCAT_WS(' ', {', '.join(texts)})"
    if "first" in spec:
        cell = f"SUBSTRING({cell}, 1, {int(spec['first'])})"
    if "date" in spec:
        cell = _date(cell, str(spec["date"]))
    if "codes" in spec:
        known = " ".join(f"WHEN {quoted(str(code))} THEN {quoted(str(ours))}" for code, ours in spec["codes"].items())
        others = f"CASE WHEN {cell} IS NOT NULL THEN {quoted(str(spec['other']))} END" if "other" in spec else cell
        cell = f"CASE {cell} {known} ELSE {others} END"
    if "blank" in spec:
        cell = f"COALESCE({cell}, {quoted(str(spec['blank']))})"
    return Stored(cell, TEXT)


def _date(cell: str, form: str) -> str:
    """Parts of a date of a form such as YYYYMMDD or MM/DD/YYYY, with - between; other text stays and is refused."""
    places = [re.search(part, form.upper()) for part in _PARTS.values()]
    parts = [f"SUBSTRING({cell}, {found.start() + 1}, {len(found.group())})" for found in places if found]
    joined = ", '-', ".join(parts)
    return f"CASE WHEN LENGTH({cell}) = {len(form)} THEN CONCAT({joined}) ELSE {cell} END"
