"""What has changed since a manifest was written: inputs, rules, tool, libraries, the output, the result."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aco_cli.commands.manifest import FileFacts, Manifest, facts, libraries_now, rules_now, tool_now
from aco_cli.commands.options import LayoutChoice
from aco_cli.errors import AcoError, RulesError, UsageError
from aco_cli.outputs.formats import Format

Commands = Mapping[str, Callable[..., None]]


def compare(manifest: Manifest, commands: Commands) -> tuple[list[str], str]:
    """Compare a manifest with the files, rules and programs of today, and its output with that of running again.

    Returns what differs, a line each (nothing: the run stands), and what running again gives. Raises UsageError for a
    command or option that this version of aco does not have.
    """
    run = _command(manifest, commands)
    differences = [
        *(line for held in manifest.inputs for line in _file("input", held)),
        *_rules_and_programs(manifest),
        *(line for held in manifest.outputs for line in _file("output", held)),
    ]
    (recorded,) = manifest.outputs
    try:
        same = _run_again(manifest, run, recorded) == recorded
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


def _rules_and_programs(manifest: Manifest) -> Iterator[str]:
    try:
        if (rules := rules_now(manifest.options)) != manifest.rules_fingerprint:
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
    return f"sha256 {before[:12]}... -> {after[:12]}..."


def _command(manifest: Manifest, commands: Commands) -> Callable[..., None]:
    run = commands.get(manifest.command)
    known = signature(run).parameters if run else {}
    if run is None or (strange := [name for name in manifest.options if name not in known]):
        what = f"command {manifest.command!r}" if run is None else f"option {strange[0]!r}"
        raise UsageError(f"the manifest has the {what}, which aco {tool_now()['version']} does not know")
    return run


def _run_again(manifest: Manifest, run: Callable[..., None], recorded: FileFacts) -> FileFacts:
    """The facts of the output made anew, in a folder of its own; the recorded file is not touched."""
    with TemporaryDirectory() as folder:
        output = os.path.join(folder, Path(recorded.file).name)  # noqa: PTH118 (options are text)
        with suppress(SystemExit):  # findings of reconcile
            run(**_options(manifest.options, output))
        return facts(recorded.file, Path(output).read_bytes(), recorded.rows)


def _options(options: Mapping[str, Any], output: str) -> dict[str, Any]:
    kinds = {"format": Format, "layout": LayoutChoice}
    words = {name: kind(options[name]) for name, kind in kinds.items() if name in options}
    quiet = {"manifest": False, "quiet": True, "strict": False, "log_format": None}
    return {**options, **words, **quiet, "output": output}
