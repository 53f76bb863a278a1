"""The command `aco`: its subcommands, and how every error reaches the user as words and an exit code."""

from __future__ import annotations

import signal

# Ctrl-C while modules are imported ends the process without a traceback; `run` has an exit code for it.
_on_interrupt = signal.getsignal(signal.SIGINT)
if _on_interrupt is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import gc
import os
import reprlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aco_cli import __version__
from aco_cli.commands.help import HelpCommand, HelpGroup
from aco_cli.commands.options import LogFormat
from aco_cli.commands.table import COMMANDS, FAMILIES, purpose_of
from aco_cli.commands.this_run import begin
from aco_cli.errors import AcoError, ExitCode

if TYPE_CHECKING:
    from aco_cli.commands.log import Log


# Plain help: rich's markup would double the time of `aco --help`.
_GROUP: dict[str, Any] = {"cls": HelpGroup, "no_args_is_help": True, "rich_markup_mode": None}
_NAMES: dict[str, Any] = {"context_settings": {"help_option_names": ["--help", "-h"]}}
app = typer.Typer(name="aco", pretty_exceptions_enable=False, **_GROUP, **_NAMES)
families = {name: typer.Typer(help=FAMILIES[name], **_GROUP) for name in FAMILIES}
for command in COMMANDS:
    family, _, name = command.name.rpartition(" ")
    panel = None if family else command.purpose
    families.get(family, app).command(name, cls=HelpCommand, rich_help_panel=panel)(command.run)
for name, family_app in families.items():
    app.add_typer(family_app, name=name, rich_help_panel=purpose_of(name))


_VERSION = "Print the version, and a hash of the rules."


def _version(asked: bool) -> None:
    if asked:
        from aco_cli.rules.fingerprint import rules_fingerprint, short

        print(f"aco {__version__}, rules {short(rules_fingerprint())}")
        raise typer.Exit


@app.callback()
def aco(
    ctx: typer.Context,
    config: Annotated[
        str | None, typer.Option(metavar="FILE", help="Read settings from FILE only, not from aco.toml.")
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help=_VERSION),
    ] = False,
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


def run() -> None:
    """Run the command line; errors become a message on standard error and a documented exit code."""
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed by the caller: what is said goes nowhere
            setattr(sys, stream, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (to the end of the run)
    gc.disable()  # until files are read: collecting while pandas is imported would take an eighth of a short run
    sys.argv[1:] = _config_first(sys.argv[1:])
    code = _exit_code()
    if "aco_cli.commands.settings" in sys.modules:  # else it was a matter of help
        from aco_cli.commands.log import log_as_asked

        log_as_asked().finished(code)
    sys.exit(code)


def _config_first(words: list[str]) -> list[str]:
    """The words of the command line with --config, which belongs to `aco`, before the command."""
    for place, word in enumerate(words):
        if word == "--config" or word.startswith("--config="):
            end = place + (1 if "=" in word else 2)
            return [*words[place:end], *words[:place], *words[end:]]
    return words


def _exit_code() -> int:
    """Run the command line and return its exit code, after telling an error."""
    try:
        code = _result()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the rest would be tried again at the end
        return ExitCode.BROKEN_PIPE
    return code


def _result() -> int:
    """The exit code of a run. Raises BrokenPipeError when the reader of standard output has gone."""
    try:
        result = app(standalone_mode=False)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # for which typer has the code of findings
            raise end.__context__ from None
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except AcoError as error:
        _log().fail(error)
        return error.exit_code
    except typer.TyperException as error:
        _tell_usage(error)
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:
        return _unexpected(error)
    return result if isinstance(result, int) else ExitCode.OK


def _unexpected(error: Exception) -> ExitCode:
    """Tell of a file that the system does not let be used, or of a fault."""
    if isinstance(error, OSError) and error.filename is not None:
        _log().error(f"{reprlib.repr(os.fsdecode(error.filename))}: cannot be used: {error.strerror}")
        return ExitCode.INPUT
    if os.environ.get("ACO_DEBUG"):
        raise error
    log = _log()
    log.error(f"internal error: {type(error).__name__}: {error}")
    log.error("This is a fault of aco, not of your files; ACO_DEBUG=1 shows where it happened.")
    return ExitCode.INTERNAL


def _tell_usage(error: typer.TyperException) -> None:
    """A command line that typer cannot make sense of: its own words, or one JSON object."""
    log = _log()
    show = getattr(error, "show", None)
    if log.format is LogFormat.JSON or show is None:
        log.error(error.format_message())
    else:
        show()


def _log() -> Log:
    from aco_cli.commands.log import log_as_asked

    return log_as_asked()


# Everything is imported: from here on `run` answers.
if _on_interrupt is signal.default_int_handler:
    signal.signal(signal.SIGINT, _on_interrupt)
