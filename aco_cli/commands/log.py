"""Standard error: messages as text, or one JSON object a line, and on a terminal a sign of life."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aco_cli.commands.options import LogFormat
from aco_cli.commands.this_run import this_run
from aco_cli.errors import AcoError, InputError, counted

if TYPE_CHECKING:
    from aco_cli.api.run import Advance, Notice

_QUIET = {"-q": True, "--quiet": True, "--no-quiet": False}


@dataclass(frozen=True)
class Log:
    """Standard error. Steps are told only to those who ask for a format; `quiet` leaves nothing but errors."""

    format: LogFormat | None = None
    quiet: bool = False

    def tell(self, notice: Notice) -> None:
        """Tell something about a run, unless it is `quiet`; steps only to those who ask for a format."""
        is_step = notice.level == "step"
        if self.quiet or (is_step and self.format is None):
            return
        event = notice.code if is_step else str(notice.level)
        details = dict(notice.data) if is_step else {"code": notice.code}
        self._tell("warning" if notice.level == "warning" else "info", event, notice.message, details)

    def error(self, message: str, **details: Any) -> None:
        """Tell why the run ends, however quiet it is."""
        self._tell("error", "error", message, details)

    def fail(self, error: AcoError) -> None:
        """Tell an error line by line; problems of inputs have their parts as fields in JSON."""
        if isinstance(error, InputError):
            problems = sorted(error.problems, key=lambda each: (each.file, each.row or math.inf))
            for problem in problems:
                self.error(str(problem), **{name: part for name, part in vars(problem).items() if part})
            if len(problems) > 1:
                self.error(counted(problems))
        else:
            for line in str(error).splitlines():
                self.error(line)

    def finished(self, exit_code: int) -> None:
        """Tell programs, last of all, how the run ended."""
        if self.format is LogFormat.JSON and not self.quiet:
            words = f"finished with exit code {exit_code}"
            self._tell("error" if exit_code else "info", "finished", words, {"exit_code": exit_code})

    def _tell(self, level: str, event: str, message: str, details: dict[str, Any]) -> None:
        if self.format is LogFormat.JSON:
            time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            line = {"time": time, "level": level, "event": event, "message": message, **details}
            run = this_run()
            line |= {"run": run.run_id, "command": run.command, "seconds": run.seconds}
            message = json.dumps(line, ensure_ascii=False)
        elif level != "info":
            message = f"{level}: {message}"
        try:
            print(message, file=sys.stderr)
        except BrokenPipeError:  # nobody reads messages any more (`2>&1 | head`); the work goes on
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def log_as_asked() -> Log:
    """Standard error as asked, as far as that can be told of a command line or settings that may be wrong."""
    from aco_cli.commands.settings import read_settings

    try:
        settings = read_settings().values
    except AcoError:
        settings = {}
    asked, is_quiet = settings.get("log_format", ""), bool(settings.get("quiet"))
    for word, following in pairwise([*sys.argv[1:], ""]):
        name, equals, value = word.partition("=")
        if name == "--log-format":
            asked = value if equals else following
        elif word in _QUIET:
            is_quiet = _QUIET[word]
    return Log(LogFormat.JSON if asked == LogFormat.JSON else None, is_quiet)


@contextmanager
def busy(what: str, rows: int) -> Iterator[Advance]:
    """Show on a terminal what goes on, on its last line, while the block runs; nothing anywhere else.

    The block may call what it is given with the number of rows that are done since; the bar then moves.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") in {"dumb", "unknown"}:
        yield lambda _done: None
        return
    from rich.console import Console  # rich is needed for nothing else
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=rows or None)
        yield lambda done: bar.advance(task, done)
