"""A file is replaced whole or not at all, and every failure says what, where and how to mend it."""

from __future__ import annotations

import errno
import os
import resource
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aco_cli.errors import OutputError
from aco_cli.outputs.write import write_output


def failing(number: int) -> object:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")
    return path


def left_whole(target: Path) -> bool:
    """Whether the old file is as it was and nothing lies beside it."""
    return target.read_bytes() == b"old" and list(target.parent.iterdir()) == [target]


def test_new_file_gets_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    with umask(0o027):
        write_output(b"new", str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [tmp_path / "out.csv"]


def test_replaced_file_keeps_its_permissions(target: Path) -> None:
    target.chmod(0o604)
    write_output(b"new", str(target))
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o604


def test_a_link_stays_a_link_and_its_target_is_replaced(target: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    write_output(b"new", str(link))
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_link_to_nowhere_makes_its_target(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "made.csv")
    write_output(b"new", str(tmp_path / "link.csv"))
    assert (tmp_path / "made.csv").read_bytes() == b"new"


def test_the_longest_file_name_works(tmp_path: Path) -> None:
    name = "x" * 251 + ".csv"
    write_output(b"new", str(tmp_path / name))
    assert list(tmp_path.iterdir()) == [tmp_path / name]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space left on the device; free some space"),
        (errno.EDQUOT, "disk quota is used up; free some space"),
        (errno.EIO, "Input/output error; choose another place"),
    ],
)
def test_a_full_disk_leaves_the_old_file(
    target: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    monkeypatch.setattr(os, "fsync", failing(number))
    with pytest.raises(OutputError, match=words) as failed:
        write_output(b"new", str(target))
    assert repr(str(target)) in str(failed.value)
    assert str(failed.value).endswith("the file already there is unchanged")
    assert left_whole(target)


def test_a_write_that_stops_half_way_leaves_the_old_file(target: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OutputError, match="File too large"):
            write_output(b"x" * 10_000, str(target))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert left_whole(target)


def test_an_interrupt_leaves_the_old_file(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_output(b"new", str(target))
    assert left_whole(target)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_folder_without_permission(target: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    # root may write everywhere, so the refusal is simulated
    monkeypatch.setattr(os, "mkdir", failing(number))
    with pytest.raises(OutputError, match="no permission to write there; choose a place you may write to"):
        write_output(b"new", str(target))
    assert left_whole(target)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_really_read_only_folder(target: Path) -> None:
    target.parent.chmod(0o555)
    try:
        with pytest.raises(OutputError, match="no permission"):
            write_output(b"new", str(target))
    finally:
        target.parent.chmod(0o755)
    assert left_whole(target)


def test_a_read_only_file_is_not_replaced(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="no permission"):
        write_output(b"new", str(target))
    assert left_whole(target)


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="the folder does not exist; create it"):
        write_output(b"new", str(tmp_path / "none" / "out.csv"))


def test_a_folder_as_target(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="it is a folder; name a file inside it"):
        write_output(b"new", str(tmp_path))


def test_a_file_as_folder(target: Path) -> None:
    with pytest.raises(OutputError, match="is a file, not a folder"):
        write_output(b"new", str(target / "out.csv"))


def test_a_full_device_is_said() -> None:
    with pytest.raises(OutputError, match="'/dev/full': no space left"):
        write_output(b"new", "/dev/full")


def test_devices_are_written_directly() -> None:
    before = Path("/dev/null").stat()
    write_output(b"new", "/dev/null")
    assert Path("/dev/null").stat().st_rdev == before.st_rdev


def test_a_named_pipe_is_written_directly(tmp_path: Path, patience: int) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_output(b"x" * 200_000, str(pipe))
    reader.join(patience)
    assert received == [b"x" * 200_000]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_standard_output_takes_any_bytes_after_what_was_printed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    print("before")
    write_output(bytes(range(256)), None)
    assert capfdbinary.readouterr().out == b"before\n" + bytes(range(256))


def test_a_reader_that_has_gone_is_left_to_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(BrokenPipeError):
            write_output(b"x" * 1_000_000, None)


def test_standard_output_on_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(OutputError, match="cannot write standard output: no space left"):
            write_output(b"new", None)
