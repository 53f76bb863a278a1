"""Options one may set for all runs: by `aco.toml` in the current folder, over it the environment, over both flags."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from aco_cli.commands.options import LayoutChoice, LogFormat
from aco_cli.errors import UsageError
from aco_cli.nearest import did_you_mean
from aco_cli.outputs.formats import Format

FILE, SHARED_FILE, TABLE = "aco.toml", "pyproject.toml", "aco"
PREFIX = "ACO_"
ON, OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
# Each a flag, one of some words, or a list of folders.
SETTINGS: Mapping[str, type[bool | StrEnum | list[str]]] = {
    "layout": LayoutChoice,
    "rules": list,
    "format": Format,
    "exact": bool,
    "excel": bool,
    "excel_safe": bool,
    "quiet": bool,
    "no_color": bool,
    "log_format": LogFormat,
    "strict": bool,
}


@dataclass(frozen=True)
class Settings:
    """Values by name of the option, and for each the file or variable that it comes from."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]


def defaults(command: object, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The settings as typer wants them: for each command by its name. Raises UsageError as `read_settings`."""
    values = read_settings().values if values is None else values
    below = getattr(command, "commands", None)
    return {name: defaults(each, values) for name, each in below.items()} if below else dict(values)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """What the current folder's file and the environment set. Raises UsageError for a key or value that is unknown."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    file, table = _table()
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in SETTINGS:
            near = did_you_mean(name, SETTINGS)
            raise UsageError(f"{file}: unknown key {key!r}: expected one of {', '.join(SETTINGS)}{near}")
        values[name], origins[name] = _read(name, value, f"{file}, key {key}"), file
    for name in SETTINGS:
        variable = PREFIX + name.upper()
        if text := environment.get(variable):
            values[name], origins[name] = _read(name, text, f"environment variable {variable}"), variable
    return Settings(values, origins)


def _read(name: str, value: Any, where: str) -> Any:
    """A value of a file, or a text of the environment: folders there have the separator of PATH between them."""
    kind = SETTINGS[name]
    if issubclass(kind, StrEnum):
        words = [str(word) for word in kind]
        if value in words:
            return value
        expected, near = f"one of {', '.join(words)}", did_you_mean(str(value), words)
    elif kind is bool:
        word = str(value).lower() if isinstance(value, str | bool) else ""
        if word in (*ON, *OFF):
            return word in ON
        expected, near = "true or false", ""
    else:
        folders = value.split(os.pathsep) if isinstance(value, str) else value
        if isinstance(folders, list) and all(isinstance(folder, str) for folder in folders):
            return folders
        expected, near = 'a folder or a list of them such as ["rules"]', ""
    raise UsageError(f"{where}: expected {expected}, found {value!r}{near}")


def _table() -> tuple[str, Mapping[str, Any]]:
    """The file with settings and what it says: `aco.toml`, else the table [tool.aco] of `pyproject.toml`."""
    if (content := _content(FILE)) is not None:
        return FILE, _parse(FILE, content)
    content = _content(SHARED_FILE)
    if content is None or TABLE.encode() not in content:  # other projects' files are none of our business
        return SHARED_FILE, {}
    table = _parse(SHARED_FILE, content).get("tool", {}).get(TABLE, {})
    return f"{SHARED_FILE} [tool.{TABLE}]", table


def _content(file: str) -> bytes | None:
    try:
        return Path(file).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error


def _parse(file: str, content: bytes) -> dict[str, Any]:
    import tomllib  # needed only where there is a file

    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not valid TOML: {error}") from error
