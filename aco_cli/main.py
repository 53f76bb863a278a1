"""The command `aco`: its subcommands, and how every error reaches the user as words and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from aco_cli import __version__
from aco_cli.commands.check import check
from aco_cli.commands.explain import explain
from aco_cli.commands.reconcile import reconcile
from aco_cli.commands.rules import rules_app
from aco_cli.commands.settle import settle
from aco_cli.commands.summary import summary
from aco_cli.errors import AcoError, ExitCode

# Plain help: rich's markup would double the time of `aco --help`.
app = typer.Typer(name="aco", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
for command in (settle, summary, explain, reconcile, check):
    app.command()(command)
app.add_typer(rules_app, name="rules")


def _version(asked: bool) -> None:
    if asked:
        print(f"aco {__version__}")
        raise typer.Exit


@app.callback()
def aco(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What Medicare's accountable care organizations are paid or must repay, year by year, and why.

    Exit codes: 0 ok; 1 findings; 2 wrong usage; 3 a file that cannot be read, does not fit its contract or cannot
    be written; 4 warnings under --strict; 70 internal error; 141 the reader of the output went away.
    """


def run() -> None:
    """Run the command line; errors become a message on standard error and a documented exit code."""
    try:
        app()
    except AcoError as error:
        for message in str(error).splitlines():
            print(f"error: {message}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("ACO_DEBUG"):
            raise
        print(f"error: internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("This is a fault of aco, not of your files; ACO_DEBUG=1 shows where it happened.", file=sys.stderr)
        sys.exit(ExitCode.INTERNAL)
