"""How tables with columns of their own are read: a mapping file, from our columns to theirs."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from aco_cli.errors import NO_COLUMN, InputError, Problem
from aco_cli.inputs.claims.contracts import CONTRACTS, OTHER, TEXT, Stored
from aco_cli.inputs.claims.sources import Columns, File, Meanings, quoted
from aco_cli.inputs.claims.tables import Reading
from aco_cli.nearest import did_you_mean

_EACH, _FILES = "each", "files"
_PARTS = {"year": "Y+", "month": "M+", "day": "D+"}
_PACKAGED = Path(__file__).with_name("mappings")
Spec = Mapping[str, Any]


def _is_cell(given: Any) -> bool:
    return given is not None and not isinstance(given, dict | list)


def _is_pattern(given: Any) -> bool:
    """Whether a value stands for something once `each` and `number` are put in."""
    try:
        str(given).format(**_words("1"))
    except (ValueError, LookupError, AttributeError):
        return False
    return _is_cell(given)


def _is_name(given: Any) -> bool:
    return isinstance(given, str) and bool(given.strip()) and _is_pattern(given)


def _is_list(given: Any, of: Callable[[Any], bool]) -> bool:
    return isinstance(given, list) and bool(given) and all(map(of, given))


# What a value of each key must be, and words for it; one of the first three says what is read.
_SOURCES = ("column", "columns", "constant")
_CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "column": (_is_name, "the name of a column; braces stand around each or number"),
    "columns": (lambda given: _is_list(given, _is_name), "a list of names of columns, such as [DX1, DX2]"),
    "constant": (_is_pattern, "a value; braces stand around each or number"),
    "codes": (
        lambda given: isinstance(given, dict) and bool(given) and all(map(_is_cell, [*given, *given.values()])),
        'codes and what they are here, such as {"11": "60"}',
    ),
    "other": (_is_cell, "a value"),
    "first": (lambda given: isinstance(given, int) and given > 0, "how many characters, from 1 on"),
    "date": (
        lambda given: isinstance(given, str) and sorted(filter(str.isalpha, given.upper())) == list("DDMMYYYY"),
        "a form with YYYY, MM and DD, such as MM/DD/YYYY",
    ),
    "blank": (_is_cell, "a value"),
    "each": (lambda given: _is_list(given, _is_cell), "a list, such as [1, 2, 3]"),
    "files": (lambda given: isinstance(given, str) and bool(given), "a pattern of names of files, in quotes"),
}


def read_mapping(name: str, load: Callable[[str], Any]) -> dict[str, Reading]:
    """The readings of the tables that a file maps, or one that comes with the package, by its name.

    `load` gives what a text of YAML holds. Raises InputError for what is wrong with the file.
    """
    packaged = _PACKAGED / f"{name}.yaml"
    path = packaged if packaged.exists() and not Path(name).exists() else Path(name)
    try:
        given = load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())[:120]
        own = ", ".join(sorted(each.stem for each in _PACKAGED.glob("*.yaml")))
        raise InputError([Problem(name, f"a mapping file (YAML), or one of {own}", reason)]) from None
    given = given if isinstance(given, dict) else {}
    tables = {table: each if isinstance(each, list) else [each] for table, each in given.items()}
    if not tables or not all(parts and all(isinstance(each, dict) for each in parts) for parts in tables.values()):
        raise InputError([Problem(name, "tables such as claims, and for each our columns", "something else")])
    if problems := [each for table, parts in tables.items() for spec in parts for each in _faults(name, table, spec)]:
        raise InputError(problems)
    return {table: _reading(name, parts) for table, parts in tables.items()}


def _faults(path: str, table: str, columns: Spec) -> list[Problem]:
    if table not in CONTRACTS:
        return [Problem(path, f"one of {', '.join(CONTRACTS)}", repr(table), fix=_meant(table, CONTRACTS))]
    return [problem for name, given in columns.items() for problem in _fault(path, table, name, given)]


def _fault(path: str, table: str, name: str, given: Any) -> list[Problem]:
    """What is wrong with what stands for a column."""
    known, place = CONTRACTS[table].columns, f"{table}.{name}"
    if name in (_EACH, _FILES):
        checked = {place: (name, given)}
    elif name not in known:
        return [Problem(path, f"a column of {table}", repr(name), fix=_meant(name, known))]
    elif not isinstance(given, dict):
        checked = {place: ("column", given)}
    else:
        others = [key for key in _CHECKS if key not in (*_SOURCES, _EACH, _FILES)]
        if set(given) - {*_SOURCES, *others} or len(set(given) & set(_SOURCES)) != 1:
            expected = f"one of {', '.join(_SOURCES)}, with any of {', '.join(others)}"
            return [Problem(path, expected, repr(given), column=place)]
        checked = {f"{place}.{key}": (key, value) for key, value in given.items()}
        if "other" in given and "codes" not in given:
            return [Problem(path, "codes, where there is other", "none", column=place)]
    return [
        Problem(path, _CHECKS[key][1], repr(value), column=where)
        for where, (key, value) in checked.items()
        if not _CHECKS[key][0](value)
    ]


def _meant(name: str, known: Iterable[str]) -> str:
    return did_you_mean(name, known).removeprefix("; ")


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
                [Problem(file.place, expected, NO_COLUMN, 1, name, _meant(name, titles)) for name in lacking]
            )
        used = {name.lower() for name in needed}
        others = tuple(title for title, _ in held if title and title.lower() not in used)
        return [
            Meanings(tuple((name, _cell(spec, each, stored)) for name, spec in specs.items()), others) for each in words
        ]

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
