"""Options in groups: a command names a group once, and the command line gets its options one by one."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache, wraps
from glob import glob
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Any, NoReturn, get_type_hints

import typer

from aco_cli.commands.options import WRITTEN, Messages, Strict
from aco_cli.outputs.formats import EXTENSIONS, PICTURES, Format

# Arguments that files may say themselves, so that files may stand in their place.
_SAID_BY_FILES = ("aco_id", "year", "years")


@dataclass(eq=False, repr=False, match_args=False)
class Call:
    """One run as asked for: the command, all arguments and options with the values they have, and which are flags."""

    command: str
    values: Mapping[str, Any]
    flags: frozenset[str] = frozenset()


def command(function: Callable[..., bool | None]) -> Callable[..., None]:
    """Let a parameter that is a dataclass of options stand for its fields; one of type Call gets the whole run.

    One called `session` gets a session, which ends with the command; what the command returns tells of findings.
    """
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint) and hint is not Call}
    calls = [name for name, hint in hints.items() if hint is Call]
    parameters = _parameters(function, hints, groups, calls)
    outputs = [each.name for each in parameters if WRITTEN in getattr(each.annotation, "__metadata__", ())]
    has_session = hints.get("session") in {Messages, Strict}

    @wraps(function)
    def run(ctx: typer.Context | None = None, **values: Any) -> None:
        if "files" in hints:
            values |= _files_first(values)
        sources = {name: ctx.get_parameter_source(name) for name in values} if ctx else {}
        flags = frozenset(name for name, source in sources.items() if source and source.name == "COMMANDLINE")
        extension = Path(values.get("output") or "").suffix.lower()
        if ctx and "format" in values and "format" not in flags and extension in (*EXTENSIONS, *PICTURES):
            values["format"] = Format.AUTO  # a mere setting gives way to the extension of -o
        _refuse_lost_files(values, outputs)
        call = Call(function.__name__, dict(values), flags)
        if ctx and has_session and "rules" in values and (expected := ctx.lookup_default("expect_rules")):
            from aco_cli.commands.manifest import refuse_other_rules

            refuse_other_rules(values, expected)
        given: dict[str, Any] = dict.fromkeys(calls, call)
        for name, group in groups.items():
            given[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        if not has_session:
            function(**values, **given)
            return
        from aco_cli.commands.session import Session

        given["session"] = session = Session(given["session"], call)
        session.finish(findings=bool(function(**values, **given)))

    vars(run)["__signature__"] = Signature(parameters)
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _refuse_lost_files(values: Mapping[str, Any], outputs: Sequence[str]) -> None:
    """Raise UsageError for an output where another is written, or that is an input too or will be one next time."""
    given = [value for name, value in values.items() if name not in outputs]
    words = [word for value in given for word in (value if isinstance(value, list | tuple) else [value])]
    taken: dict[str, str] = {}
    for option in outputs:
        if (output := values.get(option) or ("-" if option == "output" else "")) == "":
            continue
        place = os.path.realpath("/dev/stdout" if output == "-" else output)
        if (other := taken.setdefault(place, option)) != option and place != os.devnull:
            _refuse(f"--{option} {output}: --{other} writes there too; name another file")
        if os.path.isfile(place) and any(_is_read(place, word) for word in words if isinstance(word, str)):  # noqa: PTH113 (may be hidden, or have a name that cannot be)
            _refuse(f"--{option} {output}: it is an input too, which would be lost; name another file")


def _is_read(place: str, word: str) -> bool:
    """Whether a file is what a word names: it, its folder, or a pattern that it fits."""
    files = [word] if os.path.exists(word) else glob(word, recursive=True)  # noqa: PTH110, PTH207 (as above)
    folder = os.path.dirname(place) if _has_table(place) else None  # noqa: PTH120 (as above)
    return any(os.path.samefile(place, file) or os.path.realpath(file) == folder for file in files)  # noqa: PTH121


def _refuse(message: str) -> NoReturn:
    from aco_cli.errors import UsageError

    raise UsageError(message)


def _files_first(values: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of which the first are files where files stand, as a report of CMS says its ACO and year itself."""
    found = {name: values[name] for name in _SAID_BY_FILES if name in values}
    files = list(values["files"] or ())
    for name in reversed(found):
        # A year or an ID that a folder here is named after is no file.
        if (word := found[name]) is not None and "." in word and _has_table(word):
            files.insert(0, word)
            found[name] = "all" if name == "years" else None
    if not files:
        from aco_cli.errors import UsageError

        raise UsageError("missing argument FILE...; aco COMMAND --help shows examples")
    return {**found, "files": files}


def _has_table(file: str) -> bool:
    from aco_cli.inputs.source import TABLE_SUFFIXES

    return Path(file).suffix.lower() in TABLE_SUFFIXES


def _parameters(
    function: Callable[..., object], hints: Mapping[str, Any], groups: Mapping[str, Any], calls: Sequence[str]
) -> list[Parameter]:
    """What the command line takes: the parameters of a command, with the options of groups one by one."""
    parameters = [Parameter("ctx", Parameter.KEYWORD_ONLY, annotation=typer.Context)]
    optional = ("year", "files") if set(_SAID_BY_FILES) & set(hints) else ()
    for parameter in signature(function).parameters.values():
        if parameter.name in groups:
            parameters += _fields(groups[parameter.name])
        elif parameter.name not in calls:
            default = None if "files" in hints and parameter.name in optional else parameter.default
            annotation = hints[parameter.name]
            parameters.append(parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=annotation, default=default))
    return parameters


@cache
def _fields(group: Any) -> list[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        Parameter(
            field.name,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]
