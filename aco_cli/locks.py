"""Locks on files, which end with the process however that ends: they tell other runs that this one lives."""

from __future__ import annotations

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
