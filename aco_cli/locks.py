"""Folders with locks, which end with the process however it ends, and so tell other runs that it lives."""

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
        _lock(descriptor, wait=True)
        if folder.exists():
            return folder, descriptor
        _close(descriptor)  # removed as abandoned before it was locked


def _remove_abandoned(parent: Path, prefix: str, suffix: str) -> None:
    for folder in parent.glob(f"{prefix}*{suffix}"):
        descriptor = _open(folder)
        if descriptor is not None and os.fstat(descriptor).st_uid == os.geteuid() and _lock(descriptor):
            shutil.rmtree(folder, ignore_errors=True)
        _close(descriptor)


def _open(folder: Path) -> int | None:
    """A descriptor of a folder, to be locked; None where folders have none, and where it is gone or another user's.

    Anybody may put something of a leftover's name there: a pipe would be waited for, a link lead elsewhere.
    """
    if fcntl is None:
        return None
    with suppress(OSError):
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK)
    return None


def _lock(descriptor: int | None, *, wait: bool = False) -> bool:
    """Lock a folder; False where another process holds it, and where the file system has no locks."""
    if fcntl is None or descriptor is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)
