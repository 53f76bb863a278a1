"""Options one may set for all runs: by a file, over it the environment, over both flags.

The file of `--config`, or `aco.toml` in the current folder over that of the user.
"""

import os
import re
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
# Each a flag, one of some words, a list of folders, or a hash.
SETTINGS: Mapping[str, type[bool | StrEnum | str | list[str]]] = {
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
    "expect_rules": str,
}
# Variables that are no settings.
CONFIG = f"{PREFIX}CONFIG"
OTHERS = (CONFIG, f"{PREFIX}DEBUG")
_HASH = re.compile(r"[0-9a-f]{8,64}")


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
    for file, table in _tables(environment):
        for key, value in table.items():
            name = key.replace("-", "_")
            if name not in SETTINGS:
                near = did_you_mean(name, SETTINGS)
                raise UsageError(f"{file}: unknown key {key!r}: expected one of {', '.join(SETTINGS)}{near}")
            values[name], origins[name] = _read(name, value, f"{file}, key {key}"), file
    _refuse_unknown_variables(environment)
    for name in SETTINGS:
        variable = PREFIX + name.upper()
        if text := environment.get(variable):
            values[name], origins[name] = _read(name, text, f"environment variable {variable}"), variable
    return Settings(values, origins)


def _read(name: str, value: Any, where: str) -> Any:
    """A value of a file, or a text of the environment: folders there have the separator of PATH between them."""
    kind = SETTINGS[name]
    if kind is str:
        if isinstance(value, str) and _HASH.fullmatch(value):
            return value
        raise UsageError(f"{where}: expected a hash of rules as `aco --version` prints it, found {value!r}")
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


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    """Raise UsageError for a variable that looks like a setting: misspelled it would be passed over in silence."""
    known = [*(PREFIX + name.upper() for name in SETTINGS), *OTHERS]
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            raise UsageError(f"environment variable {name}: no such setting{did_you_mean(name, known)}; unset it")


def _tables(environment: Mapping[str, str]) -> list[tuple[str, Mapping[str, Any]]]:
    """The files with settings and what they say, the weaker first: only that of --config, where it is given."""
    if named := environment.get(CONFIG):
        if (content := _content(named)) is None:
            raise UsageError(f"{named}: file not found (--config or {CONFIG})")
        return [(named, _parse(named, content))]
    return [each for each in (_user_table(environment), _table()) if each[1]]


def _user_table(environment: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """The file for all of a user's folders: aco/aco.toml in the system's place for settings."""
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or "~").expanduser()
    place = environment.get("APPDATA") if os.name == "nt" else environment.get("XDG_CONFIG_HOME")
    file = str(Path(place or home / ".config") / TABLE / FILE)
    content = _content(file)
    return file, {} if content is None else _parse(file, content)


def _table() -> tuple[str, Mapping[str, Any]]:
    """The file of the folder and what it says: `aco.toml`, else the table [tool.aco] of `pyproject.toml`."""
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
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error


def _parse(file: str, content: bytes) -> dict[str, Any]:
    import tomllib  # needed only where there is a file

    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not valid TOML: {error}") from error
