"""Locks on files and folders: they end with the process however it ends, so they tell other runs that it lives."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: leftovers stay, as nothing tells whether their run still lives
    fcntl = None  # type: ignore[assignment]


def lock(descriptor: int, *, wait: bool = False) -> bool:
    """Lock a file; False where another process holds it, and where the file system has no locks."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


@contextmanager
def held_folder(parent: Path, prefix: str, suffix: str = "", *, mode: int = 0o777) -> Iterator[Path]:
    """A new folder in `parent`, gone at the end of the block or, after a kill, when another run asks for one there.

    What stands in the folder may be moved away meanwhile, and so may the folder. Raises OSError where none can be made.
    """
    _remove_abandoned(parent, prefix, suffix)
    folder, descriptor = _create(parent, prefix, suffix, mode)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _close(descriptor)


def _create(parent: Path, prefix: str, suffix: str, mode: int) -> tuple[Path, int | None]:
    while True:
        folder = parent / f"{prefix}{secrets.token_hex(8)}{suffix}"
        folder.mkdir(mode)
        descriptor = _open(folder)
        if descriptor is not None:
            lock(descriptor, wait=True)
        if folder.exists():
            return folder, descriptor
        _close(descriptor)  # removed as abandoned before it was locked


def _remove_abandoned(parent: Path, prefix: str, suffix: str) -> None:
    for folder in parent.glob(f"{prefix}*{suffix}"):
        descriptor = _open(folder)
        if descriptor is not None and lock(descriptor):
            shutil.rmtree(folder, ignore_errors=True)
        _close(descriptor)


def _open(folder: Path) -> int | None:
    """A descriptor of a folder, to be locked; None where folders have none, and where it is gone or another user's."""
    if fcntl is None:
        return None
    with suppress(OSError):
        return os.open(folder, os.O_RDONLY)
    return None


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)
