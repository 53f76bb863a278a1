"""How much memory and disk a run on claims may take, and what is said of one that takes more."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import gettempdir

from aco_cli.errors import OutputError, UsageError
from aco_cli.locks import held_folder

# What is said where a run needs more.
DISK_IS_FULL = "temporary files fill the disk of {}; give a folder with more space with --temp"
MEMORY_IS_SHORT = "not enough memory ({}) for this step; raise it with --memory"
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kmgt])i?b", re.IGNORECASE)
_MEGABYTES = {"k": 0.001, "m": 1, "g": 1_000, "t": 1_000_000}
_MOST = 200


def megabytes(memory: str, option: str = "--memory") -> int:
    """4GB as 4000. Raises UsageError for what is no size or less than a megabyte."""
    size = _SIZE.fullmatch(memory.strip())
    whole = int(float(size[1]) * _MEGABYTES[size[2].lower()]) if size else 0
    if whole < 1:
        raise UsageError(f"{option} {memory}: expected a size such as 4GB or 800MB")
    return whole


@contextmanager
def scratch_folder(parent: str | None) -> Iterator[Path]:
    """A folder in `parent` (or the system's) for what does not fit into memory, gone at the end of the run.

    What a killed run leaves goes when another starts. Raises OutputError where there can be no folder.
    """
    where = Path(parent or gettempdir())
    if not where.is_dir():
        raise OutputError(f"--temp {where}: expected a folder that exists")
    user = os.getuid() if hasattr(os, "getuid") else 0  # whose leftovers alone are this user's to remove
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(held_folder(where, f"aco-claims-{user}-", mode=0o700))
        except OSError as error:
            raise OutputError(f"cannot write to {where}: {error.strerror}; choose another folder with --temp") from None
        yield folder


def first_line(error: object) -> str:
    """The beginning of a long message."""
    return str(error).strip().splitlines()[0][:_MOST]
