"""Options one may set for all runs: by a file, over it the environment, over both flags.

The file of `--config`, or `aco.toml` in the current folder over that of the user.
"""

import os
import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from aco_cli.commands.options import LayoutChoice, LogFormat
from aco_cli.errors import SettingsError, UsageError
from aco_cli.nearest import did_you_mean
from aco_cli.outputs.formats import Format

FILE, SHARED_FILE, TABLE = "aco.toml", "pyproject.toml", "aco"
PREFIX = "ACO_"
_SHOWN = 60
# Each a flag, one of some words, a list of folders, or a hash.
SETTINGS: Mapping[str, type[bool | StrEnum | str | list[str]]] = {
    "layout": LayoutChoice,
    "rules": list,
    "format": Format,
    **dict.fromkeys(("exact", "excel", "excel_safe", "quiet", "no_color"), bool),
    "log_format": LogFormat,
    "strict": bool,
    "expect_rules": str,
}
# Variables that are no settings.
CONFIG = f"{PREFIX}CONFIG"
OTHERS = (CONFIG, f"{PREFIX}DEBUG")
_HASH = "^[0-9a-f]{8,64}$"


@dataclass(frozen=True)
class Settings:
    """Values by name of the option, and for each the file or variable that it comes from."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]


@dataclass(frozen=True)
class SettingsFile:
    """A file by the name that messages have for it, its text, and its keys with their values."""

    name: str
    text: str
    table: Mapping[str, Any]

    def line(self, key: str) -> int:
        """The line of a key, which TOML's reader does not tell."""
        own = max(self.text.find(f"[tool.{TABLE}]"), 0)
        found = re.compile(rf"""^[^#\n=]*\b{re.escape(key)}["']?\s*[=.\]]""", re.MULTILINE).search(self.text, own)
        return self.text.count("\n", 0, found.end()) + 1 if found else 1


def defaults(command: object, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The settings as typer wants them: for each command by its name. Raises what `read_settings` raises."""
    values = read_settings().values if values is None else values
    below = getattr(command, "commands", None)
    return {name: defaults(each, values) for name, each in below.items()} if below else dict(values)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """What files and the environment set. Raises SettingsError for what is wrong with a file, UsageError for others."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for file in _files(environment):
        for key, value in file.table.items():
            name = key.replace("-", "_")
            if name not in SETTINGS:
                near = did_you_mean(name, SETTINGS)
                known = f"expected one of {', '.join(SETTINGS)}{near}"
                raise SettingsError(f"{file.name}: line {file.line(key)}: unknown key {key!r}: {known}")
            try:
                values[name], origins[name] = _read(name, value), file.name
            except ValueError as error:
                raise SettingsError(f"{file.name}: line {file.line(key)}, key {key}: {error}") from None
    _refuse_unknown_variables(environment)
    for name in SETTINGS:
        variable = PREFIX + name.upper()
        if text := environment.get(variable):
            try:
                values[name], origins[name] = _read(name, text), variable
            except ValueError as error:
                raise UsageError(f"environment variable {variable}: {error}") from None
    return Settings(values, origins)


def _read(name: str, value: Any) -> Any:
    """A value of a file, or a text of the environment: folders there have the separator of PATH between them.

    Raises ValueError with what was expected and found.
    """
    from pydantic import Field, TypeAdapter, ValidationError  # needed only where something is set

    kind: Any = SETTINGS[name]
    near = ""
    if kind is str:
        kind, expected = Annotated[str, Field(pattern=_HASH)], "a hash of rules as `aco --version` prints it"
    elif issubclass(kind, StrEnum):
        words = [str(word) for word in kind]
        expected, near = f"one of {', '.join(words)}", did_you_mean(str(value)[:_SHOWN], words)
    elif kind is bool:
        expected = "true or false"
    else:
        kind, expected = list[str], 'a folder or a list of them such as ["rules"]'
        value = value.split(os.pathsep) if isinstance(value, str) else value
    try:
        # Text of the environment may stand for a condition; in a file, 1 is a number.
        return TypeAdapter(kind).validate_python(value, strict=not isinstance(value, str))
    except ValidationError:
        raise ValueError(f"expected {expected}, found {reprlib.repr(value)}{near}") from None


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    """Raise UsageError for a variable that looks like a setting: misspelled it would be passed over in silence."""
    known = [*(PREFIX + name.upper() for name in SETTINGS), *OTHERS]
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            raise UsageError(f"environment variable {name}: no such setting{did_you_mean(name, known)}; unset it")


def _files(environment: Mapping[str, str]) -> list[SettingsFile]:
    """The files with settings, the weaker first: only that of --config, where it is given."""
    if named := environment.get(CONFIG):
        if (content := _content(named)) is None:
            raise UsageError(f"{named}: file not found (--config or {CONFIG})")
        return [_parsed(named, content)]
    return [each for each in (_user_file(environment), _folder_file()) if each]


def _user_file(environment: Mapping[str, str]) -> SettingsFile | None:
    """The file for all of a user's folders: aco/aco.toml in the system's place for settings."""
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or "~").expanduser()
    place = environment.get("APPDATA") if os.name == "nt" else environment.get("XDG_CONFIG_HOME")
    file = str(Path(place or home / ".config") / TABLE / FILE)
    content = _content(file)
    return None if content is None else _parsed(file, content)


def _folder_file() -> SettingsFile | None:
    """The file of the folder: `aco.toml`, else the table [tool.aco] of `pyproject.toml`."""
    if (content := _content(FILE)) is not None:
        return _parsed(FILE, content)
    content = _content(SHARED_FILE)
    if content is None or TABLE.encode() not in content:  # other projects' files are none of our business
        return None
    shared = _parsed(SHARED_FILE, content)
    held: Any = shared.table
    for key in ("tool", TABLE):
        held = held.get(key, {})
        if not isinstance(held, dict):
            found = f"expected a table, found {reprlib.repr(held)}"
            raise SettingsError(f"{SHARED_FILE}: line {shared.line(key)}, key {key}: {found}")
    return SettingsFile(f"{SHARED_FILE} [tool.{TABLE}]", shared.text, held)


def _content(file: str) -> bytes | None:
    try:
        return Path(file).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{reprlib.repr(file)}: cannot be read: {error.strerror}") from error


def _parsed(file: str, content: bytes) -> SettingsFile:
    import tomllib  # needed only where there is a file

    try:
        text = content.decode()
        return SettingsFile(file, text, tomllib.loads(text))
    except RecursionError:
        raise SettingsError(f"{file}: nested too deep") from None
    except ValueError as error:  # also of a number with too many digits
        raise SettingsError(f"{file}: not valid TOML: {error}") from error
