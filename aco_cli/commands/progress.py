"""A sign of life on a terminal while long work goes on; nothing anywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aco_cli.api.run import Advance


@contextmanager
def busy(what: str, rows: int) -> Iterator[Advance]:
    """Show what is going on, on the last line of standard error, while the block runs.

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
