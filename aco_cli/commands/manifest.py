"""What a run rested on and made, and what has changed since, for `aco verify`.

`<output>.manifest.json` has no time, so that the same run gives the same bytes.
"""

import hashlib
import json
import os
import platform
import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from inspect import Parameter, signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, get_args, get_origin

import aco_cli
from aco_cli.commands.call import Call
from aco_cli.errors import AcoError, InputError, Problem, RulesError, UsageError
from aco_cli.rules.fingerprint import fingerprint, rules_fingerprint, short

SUFFIX = ".manifest.json"
FORMAT = 1
_NO_MORE = {"extra": "forbid"}
# Libraries whose version can change a byte of an output.
LIBRARIES = ("pandas", "pyarrow", "numpy", "python-calamine", "pyyaml", "rich", "xlsxwriter")


@dataclass(frozen=True)
class FileFacts:
    """A file as it was: its name as given, size in bytes, sha256 and number of rows."""

    file: str
    bytes: int
    sha256: str
    rows: int

    __pydantic_config__ = _NO_MORE


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
    outputs: tuple[FileFacts]
    counts: Mapping[str, int]
    warnings: tuple[str, ...]

    __pydantic_config__ = _NO_MORE

    def to_json(self) -> bytes:
        """The manifest as its file holds it. Raises UsageError for a file whose name is no text."""
        try:
            return json.dumps(asdict(self), indent=2, ensure_ascii=False).encode() + b"\n"
        except UnicodeEncodeError:
            raise UsageError("--manifest: the name of a file is not UTF-8 and cannot be recorded; rename it") from None

    @classmethod
    def of(
        cls,
        call: Call,
        inputs: Sequence[FileFacts],
        output: FileFacts,
        counts: Mapping[str, int],
        warnings: Iterable[str],
    ) -> "Manifest":
        """The manifest of a run by this program, with these libraries, under the rules as they are now."""
        now = (tool_now(), rules_now(call.values), libraries_now())
        return cls(FORMAT, call.command, call.values, *now, tuple(inputs), (output,), counts, tuple(warnings))

    @classmethod
    def read(cls, file: str) -> "Manifest":
        """The manifest in a file. Raises InputError for anything else."""
        from pydantic import TypeAdapter
        from pydantic_core import from_json

        try:
            data = Path(file).read_bytes()
            held = from_json(data)
            if isinstance(held, dict) and held.get("manifest", FORMAT) != FORMAT:
                form = reprlib.repr(held["manifest"])
                raise _no_manifest(file, f"one of format {form}, which this version of aco does not know")
            if rb"\u0000" in data:  # in no name of a file
                raise ValueError
            return TypeAdapter(cls).validate_json(data, strict=True)
        except OSError as error:
            raise _no_manifest(file, error.strerror or str(error)) from None
        except ValueError:
            raise _no_manifest(file, "something else") from None


def _no_manifest(file: str, found: str) -> InputError:
    fix = f"give {file}{SUFFIX}" if not file.endswith(SUFFIX) and Path(file + SUFFIX).exists() else ""
    return InputError([Problem(file, "a manifest as --manifest writes it", found, fix=fix)])


def facts(file: str, data: bytes, rows: int) -> FileFacts:
    """The facts of a file that holds these bytes."""
    return FileFacts(file, len(data), hashlib.sha256(data).hexdigest(), rows)


def tool_now() -> dict[str, str]:
    """The version of this program, and the sha256 over its code, input and output columns, and scenarios."""
    data = ("engine/*.yaml", "inputs/*/*.yaml", "outputs/*.yaml", "outputs/*/*.yaml", "scenarios/*.yaml")
    code = fingerprint([Path(aco_cli.__file__).parent], ("*.py", *data))
    return {"version": aco_cli.__version__, "sha256": code}


def rules_now(options: Mapping[str, Any]) -> str:
    """The sha256 over the rule data that a run with these options goes by."""
    return rules_fingerprint([Path(folder) for folder in options.get("rules") or ()])


def refuse_other_rules(options: Mapping[str, Any], expected: str) -> None:
    """Raise RulesError where a run with these options would go by other rules than the hash that is expected."""
    if not (found := rules_now(options)).startswith(expected):
        raise RulesError(
            f"expect_rules is {expected}, but the rules are {found[: max(len(expected), 12)]}; if the change is "
            "intended, set expect_rules to that; otherwise restore the version of aco and the --rules files"
        )


def libraries_now() -> dict[str, str]:
    """The versions of Python and of the libraries that read, compute and write."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def refuse_what_cannot_be_verified(output: str | None, files: Sequence[str]) -> None:
    """Raise UsageError where `aco verify` could not look at the output or read an input a second time."""
    if output is None or _is_stream(output):
        raise UsageError("--manifest requires -o FILE")
    for file in filter(_is_stream, files):
        name = "standard input" if file == "-" else file
        raise UsageError(f"--manifest: {name} cannot be read a second time, for `aco verify`; save it as a file")


def _is_stream(file: str) -> bool:
    return file == "-" or (Path(file).exists() and not Path(file).is_file())


def compare(manifest: Manifest, commands: Mapping[str, Callable[..., None]]) -> tuple[list[str], str]:
    """Compare a manifest with the files, rules and programs of today, and its output with that of running again.

    Returns what differs, a line each (nothing: the run stands), and what running again gives. Raises UsageError for a
    command, or an option or value of it, that this version of aco does not have.
    """
    run, options = _command(manifest, commands)
    differences = [
        *(line for held in manifest.inputs for line in _file("input", held)),
        *_rules_and_programs(manifest, options),
        *(line for held in manifest.outputs for line in _file("output", held)),
    ]
    (recorded,) = manifest.outputs
    try:
        same = _run_again(options, run, recorded) == recorded
    except AcoError as error:
        first = str(error).splitlines()[0]
        return [*differences, f"running again fails: {first}"], "there is no result to compare"
    if same:
        return differences, f"running again gives the bytes of the manifest ({recorded.rows:,} rows)"
    result = "running again gives other bytes than the manifest has"
    if not differences:
        differences.append(f"result: {result}, though nothing that it records has changed")
    return differences, result


def _file(kind: str, held: FileFacts) -> Iterator[str]:
    try:
        now = facts(held.file, Path(held.file).read_bytes(), held.rows)
    except FileNotFoundError:
        where = "" if Path(held.file).is_absolute() else f" from {Path.cwd()}; verify where the run was made"
        yield f"{kind} {held.file}: not found{where}"
    except OSError as error:
        yield f"{kind} {held.file}: cannot be read: {error.strerror}"
    else:
        if now != held:
            sizes = f"{held.bytes:,} -> {now.bytes:,} bytes"
            yield f"{kind} {held.file}: changed, {_change(held.sha256, now.sha256)}, {sizes}"


def _rules_and_programs(manifest: Manifest, options: Mapping[str, Any]) -> Iterator[str]:
    try:
        if (rules := rules_now(options)) != manifest.rules_fingerprint:
            yield f"rules: changed, {_change(manifest.rules_fingerprint, rules)}"
    except RulesError as error:
        yield f"rules: {error}"
    held, now = manifest.tool, tool_now()
    if held.get("version") != now["version"]:
        yield f"tool: other version of aco, {held.get('version')} -> {now['version']}"
    elif held != now:
        yield f"tool: aco {now['version']} with other code, {_change(held.get('sha256', ''), now['sha256'])}"
    libraries = libraries_now()
    for name in dict.fromkeys([*manifest.libraries, *libraries]):
        before, after = manifest.libraries.get(name, "none"), libraries.get(name, "none")
        if before != after:
            yield f"library {name}: other version, {before} -> {after}"


def _change(before: str, after: str) -> str:
    return f"sha256 {short(before)}... -> {short(after)}..."


def _command(
    manifest: Manifest, commands: Mapping[str, Callable[..., None]]
) -> tuple[Callable[..., None], dict[str, Any]]:
    """The command of a manifest, and all its options: as recorded, or as they are by themselves."""
    run = commands.get(manifest.command)
    known = dict(signature(run).parameters) if run else {}
    known.pop("ctx", None)
    if run is None or (strange := [name for name in manifest.options if name not in known]):
        what = f"command {manifest.command!r}" if run is None else f"option {strange[0]!r}"
        raise UsageError(f"the manifest has the {what}, which aco {tool_now()['version']} does not know")
    if lacking := [
        name for name, each in known.items() if each.default is Parameter.empty and name not in manifest.options
    ]:
        raise UsageError(f"the manifest lacks the option {lacking[0]!r} of aco {manifest.command}")
    defaults = {name: each.default for name, each in known.items()}
    return run, defaults | {name: _value(name, value, known[name]) for name, value in manifest.options.items()}


def _value(name: str, recorded: Any, option: Parameter) -> Any:
    """A recorded value as the command takes it, such as a format of the word for it."""
    from pydantic import TypeAdapter, ValidationError

    kind = get_args(option.annotation)[0] if get_origin(option.annotation) is Annotated else option.annotation
    try:
        return TypeAdapter(kind).validate_json(json.dumps(recorded), strict=True)
    except ValidationError:
        raise UsageError(f"the manifest has the option {name!r} with {reprlib.repr(recorded)}, which is none") from None


def _run_again(options: Mapping[str, Any], run: Callable[..., None], recorded: FileFacts) -> FileFacts:
    """The facts of the output made anew, in a folder of its own; the recorded file is not touched."""
    quiet = {"manifest": False, "quiet": True, "strict": False, "log_format": None}
    with TemporaryDirectory() as folder:
        output = os.path.join(folder, Path(recorded.file).name)  # noqa: PTH118 (options are text)
        with suppress(SystemExit):  # findings of reconcile
            run(**{**options, **quiet, "output": output})
        return facts(recorded.file, Path(output).read_bytes(), recorded.rows)
