"""Help: what a command does, examples as they are typed, and its options in panels."""

import re
from inspect import cleandoc
from typing import Any

from typer.core import TyperCommand, TyperGroup

from aco_cli.commands.this_run import this_run

OWN, INPUT, OUTPUT, MESSAGES = "This command", "Input", "Output", "Messages"
ARGUMENTS, EXAMPLES = "Arguments", "Examples"
# Where no panel is named: an option of one command only, and what every command has.
_UNNAMED = {"help": MESSAGES}
# Wider names push their help to the next line.
_NAMES = 24

Rows = list[tuple[str, str]]


def parts(help: str | None) -> tuple[str, list[str]]:
    """The text of a help and the lines of its examples, which follow a line with \\b."""
    text, _, examples = cleandoc(help or "").partition("\b\n")
    return text.strip(), examples.splitlines()


def panels(command: Any, ctx: Any) -> dict[str, Rows]:
    """The arguments and options of a command, each with its help, by panel."""
    held: dict[str, Rows] = {name: [] for name in (ARGUMENTS, OWN, INPUT, OUTPUT, MESSAGES)}
    for param in command.get_params(ctx):
        if (record := param.get_help_record(ctx)) is None:
            continue
        if param.param_type_name == "argument":
            held[ARGUMENTS].append((param.metavar or param.name, record[1]))
        else:
            held[param.rich_help_panel or _UNNAMED.get(param.name, OWN)].append(record)
    return {name: rows for name, rows in held.items() if rows}


def groups(family: Any, ctx: Any) -> dict[str, Rows]:
    """The commands of a family, each with its purpose, by what they are for."""
    held: dict[str, Rows] = {}
    for name in family.list_commands(ctx):
        command = family.get_command(ctx, name)
        purpose = " ".join(parts(command.help)[0].partition("\n\n")[0].split())
        held.setdefault(command.rich_help_panel or "Commands", []).append((name, purpose))
    return held


class HelpCommand(TyperCommand):
    """A command whose usage shows what it must be given as it is: YEARS FILE..., not {YEARS} {FILE...}."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take what is given, after telling the run of which command it is, such as `settle` or `rules show`."""
        this_run().command = ctx.command_path.removeprefix(ctx.find_root().command_path).strip()
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words behind the command's name."""
        pieces = super().collect_usage_pieces(ctx)
        return [re.sub(r"[{}]", "", piece).replace("......", "...") for piece in pieces]

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """What the command does, then its examples line by line."""
        _write_text(self.help, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The options in panels."""
        _write_sections(panels(self, ctx), formatter)


class HelpGroup(TyperGroup):
    """A family of commands, listed by what they are for."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """What the family is about, then examples line by line."""
        _write_text(self.help, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands, then the options."""
        _write_sections(groups(self, ctx), formatter)
        _write_sections({"Options": [row for rows in panels(self, ctx).values() for row in rows]}, formatter)


def _write_text(help: str | None, formatter: Any) -> None:
    text, examples = parts(help)
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(text)
    if examples:
        with formatter.section(EXAMPLES):
            formatter.write("".join(f"  {line}\n" for line in examples))


def _write_sections(sections: dict[str, Rows], formatter: Any) -> None:
    """Write sections whose second columns are in line."""
    width = max(len(name) for rows in sections.values() for name, _ in rows if len(name) <= _NAMES)
    for title, rows in sections.items():
        with formatter.section(title):
            formatter.write_dl([(name.ljust(width), help) for name, help in rows], col_max=width)
