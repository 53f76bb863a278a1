"""Writes manual pages from the help of the commands: `python docs/make_man.py FOLDER`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from aco_cli import __version__
from aco_cli.commands.command_line import command_line
from aco_cli.commands.help import groups, panels, parts


def pages() -> Mapping[str, str]:
    """The text of each manual page by the name of its file: `aco.1`, `aco-settle.1`, `aco-rules-show.1`."""
    root: Any = typer.main.get_command(command_line())
    return {f"{'-'.join(words)}.1": _page(words, ctx) for words, ctx in _contexts(root, ("aco",), None)}


def _contexts(command: Any, words: tuple[str, ...], parent: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command with the words that call it, as the command line makes it ready."""
    ctx = command.context_class(command, info_name=words[-1], parent=parent, **command.context_settings)
    yield words, ctx
    for name, each in getattr(command, "commands", {}).items():
        yield from _contexts(each, (*words, name), ctx)


def _page(words: tuple[str, ...], ctx: Any) -> str:
    command = ctx.command
    text, examples = parts(command.help)
    first, _, rest = text.partition("\n\n")
    name = "-".join(words)
    usage = " ".join(command.collect_usage_pieces(ctx))
    lines = [
        f'.TH {name.upper()} 1 "" "aco {__version__}" "aco manual"',
        *(".SH NAME", f"{name} \\- {_escaped(_line(first).rstrip('.'))}"),
        *(".SH SYNOPSIS", f".B {_escaped(' '.join(words))}", _escaped(usage)),
        *(".SH DESCRIPTION", *(f".PP\n{_escaped(_line(each))}" for each in (rest or first).split("\n\n"))),
    ]
    if examples:
        lines += [".SH EXAMPLES", ".nf", *map(_escaped, examples), ".fi"]
    sections = groups(command, ctx) if hasattr(command, "commands") else {}
    for title, rows in {**sections, **panels(command, ctx)}.items():
        lines.append(f".SH {title.upper()}")
        lines += [part for names, help in rows for part in (".TP", f".B {_escaped(names)}", _escaped(help))]
    above = "-".join(words[:-1])
    lines += [".SH SEE ALSO", f".BR {_escaped(above)} (1)"] if above else []
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    """Text in which roff sees no request, and hyphens that can be copied."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", plain)


def write_pages(folder: Path) -> Path:
    """Write the pages into a folder, and return it."""
    folder.mkdir(exist_ok=True)
    for file, text in pages().items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
