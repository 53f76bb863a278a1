"""This run: when it began, what it is of, and an ID that tells its log lines from those of others."""

import os
import sys
import time
from dataclasses import dataclass, field

from aco_cli.commands.table import COMMANDS


@dataclass(eq=False, repr=False, match_args=False)
class ThisRun:
    """A run: its ID, twelve hexadecimal digits, and how long it has taken so far."""

    run_id: str = field(default_factory=lambda: os.urandom(6).hex())
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return round(time.monotonic() - self.began, 3)

    @property
    def command(self) -> str:
        """The command of the command line, such as `settle` or `rules show`; nothing where it names none."""
        words = [word for word in sys.argv[1:] if not word.startswith("-")]
        names = {command.name for command in COMMANDS}
        return next((name for name in (" ".join(words[:2]), *words[:1]) if name in names), "")


_runs = [ThisRun()]


def begin() -> None:
    """Another run begins in this process."""
    _runs[0] = ThisRun()


def this_run() -> ThisRun:
    """The run that goes on."""
    return _runs[0]
