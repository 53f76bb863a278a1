"""This run: when it began, what it is of, and an ID that tells its log lines from those of others."""

import os
import time
from dataclasses import dataclass, field


@dataclass(eq=False, repr=False, match_args=False)
class ThisRun:
    """A run: its ID, twelve hexadecimal digits, its command as far as known, and how long it has taken so far."""

    run_id: str = field(default_factory=lambda: os.urandom(6).hex())
    command: str = ""
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return round(time.monotonic() - self.began, 3)


_runs = [ThisRun()]


def begin(command: str) -> None:
    """Another run begins in this process: of this command, until the command itself tells."""
    _runs[0] = ThisRun(command=command)


def this_run() -> ThisRun:
    """The run that goes on."""
    return _runs[0]
