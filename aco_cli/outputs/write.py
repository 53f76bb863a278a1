"""Writing bytes to standard output or a file, and many files to a folder: there whole or not at all."""

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aco_cli.errors import OutputError
from aco_cli.locks import held_folder

_PREFIX, _SUFFIX = ".aco-folder-", ".tmp"


def write_output(data: bytes, output: str | None) -> None:
    """Write all the bytes to a file, or to standard output when `output` is None.

    A regular file is written in a hidden folder beside its target and moved into place, so that a failure leaves the
    old one whole; a device or a pipe is written directly. Raises OutputError with the reason, and BrokenPipeError when
    the program reading standard output has gone.
    """
    try:
        if output is None:
            _write_stdout(data)
        else:
            _write_path(data, output)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(_explain(error, output)) from error


def _write_stdout(data: bytes) -> None:
    sys.stdout.flush()
    buffer = sys.stdout.buffer
    # Unbuffered, so that nothing is left to fail again when the interpreter closes the stream.
    _write_all(getattr(buffer, "raw", buffer), data)
    buffer.flush()


def _write_path(data: bytes, output: str) -> None:
    place = Path(output)
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), output)
    if place.exists() and not place.is_file():
        # As it is named: what /dev/stdout leads to may be a pipe, which has no path.
        with place.open("wb", buffering=0) as device:
            _write_all(device, data)
    else:
        _replace(Path(os.path.realpath(output)), data)


def _replace(target: Path, data: bytes) -> None:
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    # Short, as the target's own name may be as long as a name can be.
    prefix = f".aco-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]}-"
    with held_folder(target.parent, prefix, ".tmp") as folder:
        written = folder / "whole"
        with written.open("wb", buffering=0) as file:
            _write_all(file, data)
            os.fsync(file.fileno())
        if target.exists():
            written.chmod(stat.S_IMODE(target.stat().st_mode))
        written.replace(target)


def _write_all(sink: Any, data: bytes) -> None:
    """Write to a binary stream whose `write` may take a part of what it is given."""
    rest = memoryview(data)
    while rest:
        rest = rest[sink.write(rest) or 0 :]


def _explain(error: OSError, output: str | None) -> str:
    """Say what failed, where, and how to mend it."""
    where = "standard output" if output is None else repr(output)
    reason, fix = _REASONS.get(error.errno or 0, (error.strerror or str(error), _ELSEWHERE))
    kept = "; the file already there is unchanged" if output is not None and os.path.isfile(output) else ""  # noqa: PTH113 (may be hidden)
    return f"cannot write {where}: {reason}; {fix}{kept}"


_ELSEWHERE = "choose another place with -o"
_WRITABLE = "choose a place you may write to with -o"
_NO_PERMISSION = ("no permission to write there", _WRITABLE)
_REASONS = {
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.EROFS: ("the file system is read-only", _WRITABLE),
    errno.ENOSPC: ("no space left on the device", f"free some space or {_ELSEWHERE}"),
    errno.EDQUOT: ("your disk quota is used up", f"free some space or {_ELSEWHERE}"),
    errno.ENOENT: ("the folder does not exist", f"create it or {_ELSEWHERE}"),
    errno.ENOTDIR: ("a part of its path is a file, not a folder", _ELSEWHERE),
    errno.EISDIR: ("it is a folder", "name a file inside it"),
}


@contextmanager
def whole_folder(name: str, files: Sequence[str], *, force: bool = False) -> Iterator[Path]:
    """A hidden folder to write `files` into (some may stay out); when the block ends well it becomes the folder `name`.

    `files` may be patterns. A folder with anything in it is refused; with `force`, `files` in it are replaced or
    removed, and others stay.
    Raises OutputError, also for what the block cannot write; nothing is left then.
    """
    target = Path(os.path.realpath(name))
    try:
        _refuse_folder(name, target, force=force)
        place = target if target.exists() else target.parent
        with held_folder(place, _PREFIX, _SUFFIX) as temporary:
            yield temporary
            _move_files(temporary, target, files)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise OutputError(f"cannot write folder {name!r}: {reason}; choose another place or make room") from error


def _refuse_folder(name: str, target: Path, *, force: bool) -> None:
    if target.exists() and not target.is_dir():
        raise OutputError(f"cannot write folder {name!r}: it is a file; choose another name")
    if not target.parent.is_dir():
        raise OutputError(f"cannot write folder {name!r}: {str(target.parent)!r} does not exist; create it first")
    if target.is_dir() and not force and not all(each.match(f"{_PREFIX}*{_SUFFIX}") for each in target.iterdir()):
        raise OutputError(f"folder {name!r} is not empty; choose another, or replace what is in it with --force")


def _move_files(temporary: Path, target: Path, files: Sequence[str]) -> None:
    """Move the files into place. A run killed meanwhile leaves no old file beside a new one, and never the first."""
    if not target.exists():
        temporary.rename(target)
        return
    for pattern in files:
        for old in target.glob(pattern):
            old.unlink()
    for pattern in reversed(files):
        for new in temporary.glob(pattern):
            place = target / new.relative_to(temporary)
            place.parent.mkdir(exist_ok=True)
            new.replace(place)
