"""Messages on standard error: as text, or one JSON object a line."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from typing import Any

from aco_cli.commands.options import LogFormat
from aco_cli.errors import AcoError, InputError


@dataclass(frozen=True)
class Log:
    """Standard error. Steps are told only to those who ask for a format; `quiet` leaves nothing but errors."""

    format: LogFormat | None = None
    quiet: bool = False

    def step(self, event: str, message: str, **details: Any) -> None:
        """Tell that a part of the work is done."""
        if self.format is not None and not self.quiet:
            self._tell("info", event, message, details)

    def note(self, message: str) -> None:
        """Tell something that is good to know."""
        if not self.quiet:
            self._tell("info", "note", message, {})

    def warn(self, message: str) -> None:
        """Tell something that is probably not as it should be."""
        if not self.quiet:
            self._tell("warning", "warning", message, {})

    def error(self, message: str, **details: Any) -> None:
        """Tell why the run ends, however quiet it is."""
        self._tell("error", "error", message, details)

    def fail(self, error: AcoError) -> None:
        """Tell an error line by line; problems of inputs have their parts as fields in JSON."""
        if isinstance(error, InputError):
            for problem in error.problems:
                self.error(str(problem), **{name: part for name, part in asdict(problem).items() if part})
        else:
            for line in str(error).splitlines():
                self.error(line)

    def _tell(self, level: str, event: str, message: str, details: dict[str, Any]) -> None:
        if self.format is LogFormat.JSON:
            message = json.dumps({"level": level, "event": event, "message": message, **details}, ensure_ascii=False)
        elif level != "info":
            message = f"{level}: {message}"
        try:
            print(message, file=sys.stderr)
        except BrokenPipeError:  # nobody reads messages any more (`2>&1 | head`); the work goes on
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
