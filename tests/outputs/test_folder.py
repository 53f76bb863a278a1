"""A folder of files appears whole or not at all, and nothing of the user's is lost."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from aco_cli.errors import OutputError
from aco_cli.outputs.write import whole_folder

FILES = ("a.csv", "b.csv")


def write(folder: Path, *files: str, force: bool = False) -> None:
    with whole_folder(str(folder), FILES, force=force) as place:
        for name in files:
            (place / name).write_text("new")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def held(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_new_folder_is_not_seen_before_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "new"
    with whole_folder(str(target), FILES) as place:
        (place / "a.csv").write_text("new")
        assert not target.exists()
    assert held(target) == {"a.csv": "new"}
    assert names(tmp_path) == ["new"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "b.csv")
    assert held(tmp_path) == {"a.csv": "new", "b.csv": "new"}


def test_a_folder_with_anything_in_it_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"not empty.*--force"):
        write(tmp_path, "a.csv")
    assert held(tmp_path) == {"mine.txt": "mine"}


def test_force_replaces_the_named_files_and_no_others(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "mine.txt"):
        (tmp_path / name).write_text("old")
    write(tmp_path, "a.csv", force=True)
    assert held(tmp_path) == {"a.csv": "new", "mine.txt": "old"}, "an old b.csv would not belong to the new a.csv"


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full"), ValueError("fault")])
def test_a_failure_leaves_what_was_there(tmp_path: Path, failure: BaseException) -> None:
    (tmp_path / "a.csv").write_text("old")
    with (
        pytest.raises((KeyboardInterrupt, OutputError, ValueError)) as caught,
        whole_folder(str(tmp_path), FILES, force=True) as place,
    ):
        (place / "a.csv").write_text("new")
        raise failure
    assert held(tmp_path) == {"a.csv": "old"}
    if isinstance(failure, OSError):
        assert "No space left on device" in str(caught.value)


def test_what_a_killed_run_left_is_removed_and_a_running_one_is_not_disturbed(tmp_path: Path) -> None:
    left = tmp_path / ".aco-folder-0123456789abcdef.tmp"
    left.mkdir()
    (left / "a.csv").write_text("half")
    with whole_folder(str(tmp_path / "one"), FILES) as running:
        write(tmp_path / "two", "a.csv")
        assert running.exists()
        assert not left.exists()
    assert names(tmp_path) == ["one", "two"]


def test_a_file_of_that_name_and_a_missing_parent_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="it is a file"):
        write(tmp_path / "file", "a.csv")
    with pytest.raises(OutputError, match="does not exist"):
        write(tmp_path / "no" / "folder", "a.csv")


def test_a_place_where_nothing_may_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        write(tmp_path / "new", "a.csv")
