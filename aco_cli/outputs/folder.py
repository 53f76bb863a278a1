"""A folder of files that is there whole or not at all."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from aco_cli.errors import OutputError
from aco_cli.locks import held_folder

_PREFIX, _SUFFIX = ".aco-folder-", ".tmp"


@contextmanager
def whole_folder(name: str, files: Sequence[str], *, force: bool = False) -> Iterator[Path]:
    """A hidden folder to write `files` into (some may stay out); when the block ends well it becomes the folder `name`.

    A folder with anything in it is refused; with `force`, `files` in it are replaced or removed, and others stay.
    Raises OutputError, also for what the block cannot write; nothing is left then.
    """
    target = Path(os.path.realpath(name))
    try:
        _refuse(name, target, force=force)
        place = target if target.exists() else target.parent
        with held_folder(place, _PREFIX, _SUFFIX) as temporary:
            yield temporary
            _move(temporary, target, files)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise OutputError(f"cannot write folder {name!r}: {reason}; choose another place or make room") from error


def _refuse(name: str, target: Path, *, force: bool) -> None:
    if target.exists() and not target.is_dir():
        raise OutputError(f"cannot write folder {name!r}: it is a file; choose another name")
    if not target.parent.is_dir():
        raise OutputError(f"cannot write folder {name!r}: {str(target.parent)!r} does not exist; create it first")
    if target.is_dir() and not force and not all(each.match(f"{_PREFIX}*{_SUFFIX}") for each in target.iterdir()):
        raise OutputError(f"folder {name!r} is not empty; choose another, or replace what is in it with --force")


def _move(temporary: Path, target: Path, files: Sequence[str]) -> None:
    if not target.exists():
        temporary.rename(target)
        return
    for name in files:
        written = temporary / name
        if written.exists():
            written.replace(target / name)
        else:
            (target / name).unlink(missing_ok=True)
