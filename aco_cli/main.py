"""The command `aco`: how a run begins and ends, and how every error reaches the user as words and an exit code."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` adds names to it, for which it imports `enum` first

# Ctrl-C while modules are imported ends the process without a traceback; `run` has an exit code for it.
_on_interrupt = _signal.getsignal(_signal.SIGINT)
if _on_interrupt is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import gc
import os
import reprlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from aco_cli.commands.command_line import command_line
from aco_cli.commands.options import LogFormat
from aco_cli.errors import AcoError, ExitCode

if TYPE_CHECKING:
    from aco_cli.commands.log import Log


def run() -> None:
    """Run the command line; errors become a message on standard error and a documented exit code."""
    try:
        code = _whole_run()
    except KeyboardInterrupt:  # before a command began, or when all was done but the end of the log
        code = ExitCode.INTERRUPTED
    sys.exit(code)


def _whole_run() -> int:
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed by the caller: what is said goes nowhere
            setattr(sys, stream, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (to the end of the run)
    gc.disable()  # until files are read: collecting while pandas is imported would take an eighth of a short run
    sys.argv[1:] = _config_first(sys.argv[1:])
    code = _exit_code()
    if "aco_cli.commands.settings" in sys.modules:  # else it was a matter of help
        from aco_cli.commands.log import log_as_asked

        log_as_asked().finished(code)
    return code


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
        result = command_line(sys.argv[1:])(standalone_mode=False)
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
if _on_interrupt is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _on_interrupt)
