"""The file a writer fills before it is moved into place, and what is left of writers that were killed."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from aco_cli.locks import lock


def create_beside(target: Path) -> tuple[Path, int]:
    """Make an empty hidden file in the target's folder; returns its path and descriptor.

    Its lock, which ends with the process however that ends, tells other runs that its writer lives.
    """
    while True:
        path = target.parent / f"{_prefix(target)}{secrets.token_hex(8)}.tmp"
        # os.open gives the permissions that any new file gets, which tempfile would not.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        lock(descriptor, wait=True)
        if os.name != "posix" or os.fstat(descriptor).st_nlink:
            return path, descriptor
        os.close(descriptor)  # removed as a leftover before it was locked


def remove_leftovers(target: Path) -> None:
    """Remove the hidden files of killed runs that were writing the same target; those of running ones stay."""
    with suppress(OSError):  # tidying up must not keep a run from writing
        for path in list(target.parent.glob(f"{_prefix(target)}*.tmp")):
            _remove_if_abandoned(path)


def _remove_if_abandoned(path: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY)
        try:
            if lock(descriptor):
                path.unlink()
        finally:
            os.close(descriptor)


def _prefix(target: Path) -> str:
    """Short, as the target's own name may be as long as a name can be."""
    return f".aco-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]}-"
