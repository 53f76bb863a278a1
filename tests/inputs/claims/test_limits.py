"""Sizes of memory, and the folder for what does not fit into it."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from aco_cli.errors import OutputError, UsageError
from aco_cli.inputs.claims.limits import first_line, megabytes, scratch_folder


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("1MB", 1),
        ("1.99 mb", 1),
        ("800MiB", 800),
        ("4GB", 4_000),
        (" 2.5GB ", 2_500),
        ("3TB", 3_000_000),
        ("1000KB", 1),
        ("2500kb", 2),
    ],
)
def test_sizes_are_in_megabytes(size: str, expected: int) -> None:
    assert megabytes(size) == expected


@pytest.mark.parametrize("size", ["999KB", "0.9MB", "0GB", "4", "GB", "1,5GB", "4GB."])
def test_less_than_a_megabyte_and_what_is_no_size_are_refused(size: str) -> None:
    with pytest.raises(UsageError) as caught:
        megabytes(size, "--max-unpacked")
    assert str(caught.value) == f"--max-unpacked {size}: expected a size such as 4GB or 800MB"


@pytest.mark.skipif(os.name != "posix", reason="users and modes")
def test_the_scratch_folder_is_where_it_is_asked_for_and_this_users_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with scratch_folder(str(tmp_path)) as folder:
        assert folder.parent == tmp_path
        assert folder.name.startswith("aco-claims-4711-")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


def test_the_scratch_folder_is_the_systems_unless_asked_and_of_no_user_where_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delattr(os, "getuid", raising=False)
    with scratch_folder(None) as folder:
        assert folder.parent == tmp_path
        assert folder.name.startswith("aco-claims-0-")


def test_a_scratch_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught, scratch_folder(str(tmp_path / "none")):
        pass
    assert str(caught.value) == f"--temp {tmp_path}/none: expected a folder that exists"


def test_long_messages_are_told_by_their_first_line() -> None:
    assert first_line(ValueError("\n one \ntwo\n")) == "one "
