"""Options one may set for all runs: by `aco.toml` in the current folder, over it the environment, over both flags."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aco_cli.commands.options import LayoutChoice, LogFormat
from aco_cli.errors import UsageError
from aco_cli.outputs.formats import Format

FILE, SHARED_FILE, TABLE = "aco.toml", "pyproject.toml", "aco"
PREFIX = "ACO_"
DEFAULT = "default"


@dataclass(frozen=True)
class Flag:
    """A setting that is on or off."""

    def read(self, value: Any) -> bool | None:
        """The value of a file (true, false) or of the environment (1, true, yes, on; 0, ...); None if it is neither."""
        words = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        return value if isinstance(value, bool) else words.get(value.lower()) if isinstance(value, str) else None

    def expected(self, value: Any) -> str:
        """What to write instead of a value."""
        return f"true or false, found {value!r}"


@dataclass(frozen=True)
class Choice:
    """A setting that is one of some words."""

    words: tuple[str, ...]

    def read(self, value: Any) -> str | None:
        """The word, or None if it is none of them."""
        return value if value in self.words else None

    def expected(self, value: Any) -> str:
        """What to write instead of a value."""
        return f"one of {', '.join(self.words)}, found {value!r}{_near(str(value), self.words)}"


@dataclass(frozen=True)
class Folders:
    """A setting that is one or more folders; in the environment with the separator of PATH between them."""

    def read(self, value: Any) -> list[str] | None:
        """The folders, or None if the value is something else."""
        if isinstance(value, str):
            return value.split(os.pathsep)
        return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None

    def expected(self, value: Any) -> str:
        """What to write instead of a value."""
        return f'a folder or a list of them such as ["rules"], found {value!r}'


SETTINGS: Mapping[str, Flag | Choice | Folders] = {
    "layout": Choice(tuple(LayoutChoice)),
    "rules": Folders(),
    "format": Choice(tuple(Format)),
    "exact": Flag(),
    "excel": Flag(),
    "excel_safe": Flag(),
    "quiet": Flag(),
    "no_color": Flag(),
    "log_format": Choice(tuple(LogFormat)),
    "strict": Flag(),
}


@dataclass(frozen=True)
class Settings:
    """Values by name of the option, and for each the file or variable that it comes from."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """What the current folder's file and the environment set. Raises UsageError for a key or value that is unknown."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    file, table = _table()
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in SETTINGS:
            raise UsageError(
                f"{file}: unknown key {key!r}: expected one of {', '.join(SETTINGS)}{_near(name, SETTINGS)}"
            )
        values[name], origins[name] = _read(name, value, f"{file}, key {key}"), file
    for name in SETTINGS:
        variable = PREFIX + name.upper()
        if text := environment.get(variable):
            values[name], origins[name] = _read(name, text, f"environment variable {variable}"), variable
    return Settings(values, origins)


def _read(name: str, value: Any, where: str) -> Any:
    setting = SETTINGS[name]
    read = setting.read(value)
    if read is None:
        raise UsageError(f"{where}: expected {setting.expected(value)}")
    return read


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


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
