"""The command line as typer has it: `aco` itself, and the commands of the table."""

import os
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from aco_cli import __version__
from aco_cli.commands.help import HelpCommand, HelpGroup
from aco_cli.commands.options import option
from aco_cli.commands.table import COMMANDS, FAMILIES, Command, purpose_of
from aco_cli.commands.this_run import begin

# Plain help: rich's markup would double the time of `aco --help`.
_GROUP: dict[str, Any] = {"cls": HelpGroup, "no_args_is_help": True, "rich_markup_mode": None}
_NAMES: dict[str, Any] = {"context_settings": {"help_option_names": ["--help", "-h"]}}

_VERSION = "Print the version, and a hash of the rules."


def _version(asked: bool) -> None:
    if asked:
        from aco_cli.rules.fingerprint import rules_fingerprint, short

        print(f"aco {__version__}, rules {short(rules_fingerprint())}")
        raise typer.Exit


def aco(
    ctx: typer.Context,
    config: Annotated[str | None, option("FILE", "Read settings from FILE only, not from aco.toml.")] = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help=_VERSION)] = False,
) -> None:
    """Settle Medicare accountable care organizations: what each is paid or owes, and why.

    FILE is CMS's public use file of the year, CMS's settlement report, or a roster of your own. Exit codes: 0 ok;
    1 findings; 2 wrong usage; 3 a file that cannot be read, does not fit its contract or cannot be written; 4 warnings
    under --strict; 70 internal error; 130 interrupted (Ctrl-C); 141 the reader of the output went away.

    \b
    # What did we earn, and why?
    aco explain A1540 2023 puf_2023.csv
    # Is CMS's settlement report right?
    aco reconcile STLMT.xlsx
    # What would ENHANCED bring, and risk?
    aco whatif 2023 puf_2023.csv --aco A1540 --set track=enhanced \\
        --set msr_election=0.01
    # How do we compare?
    aco report 2023 puf_2023.csv -o report.html
    # What comes next year?
    aco project 2024 puf_2023.csv --aco A1540
    """
    from aco_cli.commands.settings import CONFIG, defaults  # not needed for `aco --help`

    if config is not None:
        os.environ[CONFIG] = config
    begin(ctx.invoked_subcommand or "")
    ctx.default_map = defaults(ctx.command)


def command_line(words: Sequence[str] = ()) -> typer.Typer:
    """The command line as far as these words need it, or all of it: each command takes time to build."""
    app = typer.Typer(name="aco", pretty_exceptions_enable=False, **_GROUP, **_NAMES)
    app.callback()(aco)
    families = {name: typer.Typer(help=text, **_GROUP) for name, text in FAMILIES.items()}
    for command in _needed(words):
        family, _, name = command.name.rpartition(" ")
        panel = None if family else command.purpose
        families.get(family, app).command(name, cls=HelpCommand, rich_help_panel=panel)(command.run)
    for name, family_app in families.items():
        if family_app.registered_commands:
            app.add_typer(family_app, name=name, rich_help_panel=purpose_of(name))
    return app


def _needed(words: Sequence[str]) -> Sequence[Command]:
    """The command that is called, or those of its family; all for help, completion and words that are none."""
    config = next((word for word in words[:1] if word.startswith("--config")), "")
    first = next(iter(words[bool(config) + (config == "--config") :]), "")
    called = [command for command in COMMANDS if command.name.partition(" ")[0] == first]
    return called if called and "_ACO_COMPLETE" not in os.environ else COMMANDS
