"""What a run rested on and made, for `aco verify`: `<output>.manifest.json`, without a time, so that the same run gives
the same bytes."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aco_cli
from aco_cli.commands.call import Call
from aco_cli.errors import InputError, Problem, UsageError
from aco_cli.rules.fingerprint import fingerprint, rules_fingerprint

SUFFIX = ".manifest.json"
FORMAT = 1
# Libraries whose version can change a byte of an output.
LIBRARIES = ("pandas", "pyarrow", "numpy", "python-calamine", "pyyaml", "rich", "xlsxwriter")


@dataclass(frozen=True)
class FileFacts:
    """A file as it was: its name as given, size in bytes, sha256 and number of rows."""

    file: str
    bytes: int
    sha256: str
    rows: int


@dataclass(frozen=True)
class Manifest:
    """A run: by what, with what options, of what inputs, to what outputs, with what result."""

    manifest: int
    command: str
    options: Mapping[str, Any]
    tool: Mapping[str, str]
    rules_fingerprint: str
    libraries: Mapping[str, str]
    inputs: tuple[FileFacts, ...]
    outputs: tuple[FileFacts, ...]
    counts: Mapping[str, int]
    warnings: tuple[str, ...]

    def to_json(self) -> bytes:
        """The manifest as its file holds it."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def of(
        cls,
        call: Call,
        inputs: Sequence[FileFacts],
        output: FileFacts,
        counts: Mapping[str, int],
        warnings: Iterable[str],
    ) -> Manifest:
        """The manifest of a run by this program, with these libraries, under the rules as they are now."""
        now = (tool_now(), rules_now(call.values), libraries_now())
        return cls(FORMAT, call.command, call.values, *now, tuple(inputs), (output,), counts, tuple(warnings))

    @classmethod
    def read(cls, file: str) -> Manifest:
        """The manifest in a file. Raises InputError for anything else."""
        try:
            held = json.loads(Path(file).read_bytes())
            files = {name: tuple(FileFacts(**facts) for facts in held[name]) for name in ("inputs", "outputs")}
            read = cls(**held | files)
        except OSError as error:
            raise _no_manifest(file, error.strerror or str(error)) from None
        except (ValueError, TypeError, KeyError):
            raise _no_manifest(file, "something else") from None
        if read.manifest != FORMAT:
            raise _no_manifest(file, f"one of format {read.manifest}, which this version of aco does not know")
        return read


def _no_manifest(file: str, found: str) -> InputError:
    fix = f"give {file}{SUFFIX}" if not file.endswith(SUFFIX) and Path(file + SUFFIX).exists() else ""
    return InputError([Problem(file, "a manifest as --manifest writes it", found, fix=fix)])


def facts(file: str, data: bytes, rows: int) -> FileFacts:
    """The facts of a file that holds these bytes."""
    return FileFacts(file, len(data), hashlib.sha256(data).hexdigest(), rows)


def tool_now() -> dict[str, str]:
    """The version of this program, and the sha256 over its code, input and output columns, and scenarios."""
    data = ("inputs/*/*.yaml", "outputs/*.yaml", "outputs/*/*.yaml", "scenarios/*.yaml")
    code = fingerprint([Path(aco_cli.__file__).parent], ("*.py", *data))
    return {"version": aco_cli.__version__, "sha256": code}


def rules_now(options: Mapping[str, Any]) -> str:
    """The sha256 over the rule data that a run with these options goes by."""
    return rules_fingerprint([Path(folder) for folder in options.get("rules") or ()])


def libraries_now() -> dict[str, str]:
    """The versions of Python and of the libraries that read, compute and write."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def refuse_what_cannot_be_verified(output: str | None, files: Sequence[str]) -> None:
    """Raise UsageError where `aco verify` could not look at the output or read an input a second time."""
    if output is None or _is_stream(output):
        raise UsageError("--manifest stands beside a file: name one with -o FILE")
    for file in filter(_is_stream, files):
        name = "standard input" if file == "-" else file
        raise UsageError(f"--manifest: {name} cannot be read a second time, for `aco verify`; save it as a file")


def _is_stream(file: str) -> bool:
    return file == "-" or (Path(file).exists() and not Path(file).is_file())
