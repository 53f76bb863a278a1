"""A folder for what does not fit into memory, gone at the end of the run or, after a kill, at the start of another."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from aco_cli.errors import OutputError
from aco_cli.locks import lock

_PREFIX = "aco-claims-"
_LOCK = "lock"


@contextmanager
def scratch_folder(parent: str | None) -> Iterator[Path]:
    """An own folder in `parent`, or where the system keeps temporary files. Raises OutputError where that fails.

    A lock, which ends with the process however that ends, tells other runs that this one lives.
    """
    where = Path(parent or gettempdir())
    if not where.is_dir():
        raise OutputError(f"--temp {where}: expected a folder that exists")
    _remove_leftovers(where)
    try:
        folder = Path(mkdtemp(prefix=_PREFIX, dir=where))
        descriptor = os.open(folder / _LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError as error:
        raise OutputError(f"cannot write to {where}: {error.strerror}; choose another folder with --temp") from None
    try:
        lock(descriptor)
        yield folder
    finally:
        os.close(descriptor)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(where: Path) -> None:
    for path in where.glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):  # another user's, or gone meanwhile
            descriptor = os.open(path, os.O_WRONLY)
            try:
                if lock(descriptor):
                    shutil.rmtree(path.parent, ignore_errors=True)
            finally:
                os.close(descriptor)
