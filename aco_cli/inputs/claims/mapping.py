"""How tables with columns of their own are read: a mapping file, from our columns to theirs."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from aco_cli.data_files import load_yaml
from aco_cli.errors import InputError, Problem
from aco_cli.inputs.claims.contracts import CONTRACTS, OTHER, TEXT, Stored
from aco_cli.inputs.claims.sources import Columns, File, Meanings, quoted
from aco_cli.inputs.claims.tables import Reading
from aco_cli.nearest import did_you_mean

_KEYS = ("column", "columns", "constant", "codes", "first", "date", "blank")
_EACH = "each"
_PARTS = {"year": "Y+", "month": "M+", "day": "D+"}


def read_mapping(path: Path) -> dict[str, Reading]:
    """The readings of the tables that a file maps. Raises InputError for what is wrong with the file."""
    try:
        given = load_yaml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError([Problem(str(path), "a mapping file (YAML)", reason)]) from None
    if not isinstance(given, dict) or not given or not all(isinstance(each, dict) for each in given.values()):
        raise InputError([Problem(str(path), "tables such as claims, and for each our columns", "something else")])
    problems: list[Problem] = []
    for table, columns in given.items():
        problems += _faults(str(path), table, columns)
    if problems:
        raise InputError(problems)
    return {table: _reading(str(path), columns) for table, columns in given.items()}


def _faults(path: str, table: str, columns: Mapping[str, Any]) -> list[Problem]:
    if table not in CONTRACTS:
        return [Problem(path, f"one of {', '.join(CONTRACTS)}", repr(table), fix=did_you_mean(table, CONTRACTS))]
    known = CONTRACTS[table].columns
    problems = []
    for name, given in columns.items():
        if name == _EACH:
            if not (isinstance(given, list) and given):
                problems.append(Problem(path, "a list, such as [1, 2, 3]", repr(given), column=f"{table}.{name}"))
        elif name not in known:
            problems.append(Problem(path, f"a column of {table}", repr(name), fix=did_you_mean(name, known)))
        elif isinstance(given, dict) and (
            set(given) - set(_KEYS) or not set(given) & {"column", "columns", "constant"}
        ):
            expected = f"column, columns or constant, with any of {', '.join(_KEYS[3:])}"
            problems.append(Problem(path, expected, ", ".join(map(str, given)), column=f"{table}.{name}"))
        elif not isinstance(given, dict | str):
            problems.append(Problem(path, "the name of a column", repr(given), column=f"{table}.{name}"))
    return problems


def _reading(path: str, columns: Mapping[str, Any]) -> Reading:
    each = columns.get(_EACH, [""])
    specs = {
        name: spec if isinstance(spec, dict) else {"column": spec} for name, spec in columns.items() if name != _EACH
    }

    def read(file: File, held: Columns) -> Sequence[Meanings]:
        stored = {title.lower(): cell for title, cell in held}
        lacking = {
            name
            for value in each
            for spec in specs.values()
            for name in _names(spec, value)
            if name.lower() not in stored
        }
        if lacking:
            raise InputError(
                [
                    Problem(file.place, f"a column of this name, as {path} says", "none", 1, name,
                            did_you_mean(name, [title for title, _ in held]))
                    for name in sorted(lacking)
                ]
            )  # fmt: skip
        return [Meanings(tuple((name, _cell(spec, value, stored)) for name, spec in specs.items())) for value in each]

    return read


def _names(spec: Mapping[str, Any], value: Any) -> list[str]:
    names = spec.get("columns") or ([spec["column"]] if "column" in spec else [])
    return [str(name).format(each=value) for name in names]


def _cell(spec: Mapping[str, Any], value: Any, stored: Mapping[str, Stored]) -> Stored:
    """The SQL of a column: a constant, or what the columns hold, cut, put in order as a date, or looked up."""
    if "constant" in spec:
        return Stored(quoted(str(spec["constant"]).format(each=value)), TEXT)
    held = [stored[name.lower()] for name in _names(spec, value)]
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
        cell = f"CASE {cell} {known} ELSE {cell} END"
    if "blank" in spec:
        cell = f"COALESCE({cell}, {quoted(str(spec['blank']))})"
    return Stored(cell, TEXT)


def _date(cell: str, form: str) -> str:
    """Parts of a date of a form such as YYYYMMDD or MM/DD/YYYY, with - between; other text stays and is refused."""
    places = [re.search(part, form.upper()) for part in _PARTS.values()]
    parts = [f"SUBSTRING({cell}, {found.start() + 1}, {len(found.group())})" for found in places if found]
    joined = ", '-', ".join(parts)
    return f"CASE WHEN LENGTH({cell}) = {len(form)} THEN CONCAT({joined}) ELSE {cell} END"
