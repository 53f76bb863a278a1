"""A folder for what does not fit into memory, gone at the end of the run or, after a kill, at the start of another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import gettempdir

from aco_cli.errors import OutputError
from aco_cli.locks import held_folder


@contextmanager
def scratch_folder(parent: str | None) -> Iterator[Path]:
    """An own folder in `parent`, or where the system keeps temporary files. Raises OutputError where that fails."""
    where = Path(parent or gettempdir())
    if not where.is_dir():
        raise OutputError(f"--temp {where}: expected a folder that exists")
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(held_folder(where, "aco-claims-", mode=0o700))
        except OSError as error:
            raise OutputError(f"cannot write to {where}: {error.strerror}; choose another folder with --temp") from None
        yield folder
