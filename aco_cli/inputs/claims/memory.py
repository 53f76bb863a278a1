"""How much memory a run may take, as a user writes it."""

from __future__ import annotations

import re

from aco_cli.errors import UsageError

_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kmgt])i?b", re.IGNORECASE)
_MEGABYTES = {"k": 0.001, "m": 1, "g": 1_000, "t": 1_000_000}


def megabytes(memory: str) -> int:
    """4GB as 4000. Raises UsageError for what is no size or less than a megabyte."""
    size = _SIZE.fullmatch(memory.strip())
    whole = int(float(size[1]) * _MEGABYTES[size[2].lower()]) if size else 0
    if whole < 1:
        raise UsageError(f"--memory {memory}: expected a size such as 4GB or 800MB")
    return whole
