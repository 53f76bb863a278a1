"""Folders of killed runs are removed whenever the kill came; folders of running ones are never touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aco_cli import locks
from aco_cli.locks import held_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only there do locks tell which runs live")


def test_a_folder_goes_at_the_end_with_all_that_is_in_it(tmp_path: Path) -> None:
    with held_folder(tmp_path, "mine-") as folder:
        (folder / "file").write_text("x")
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_a_run_killed_before_it_could_lock_its_folder_leaves_nothing_for_good(tmp_path: Path) -> None:
    (tmp_path / "mine-0123").mkdir()
    with held_folder(tmp_path, "mine-") as folder:
        assert list(tmp_path.iterdir()) == [folder]


def test_running_ones_and_other_names_stay(tmp_path: Path) -> None:
    (tmp_path / "mine-").touch()
    (tmp_path / "yours-0123").mkdir()
    with held_folder(tmp_path, "mine-", ".tmp") as first, held_folder(tmp_path, "mine-", ".tmp") as second:
        assert first.exists()
        assert second.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine-", "yours-0123"]


def test_a_folder_that_another_run_removes_before_it_is_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[Path] = []
    plain = locks._open

    def late(folder: Path) -> int | None:
        descriptor = plain(folder)
        if not lost:
            folder.rmdir()
            lost.append(folder)
        return descriptor

    monkeypatch.setattr(locks, "_open", late)
    with held_folder(tmp_path, "mine-") as folder:
        assert folder.exists()
        assert folder not in lost
    assert list(tmp_path.iterdir()) == []


def test_only_its_owner_sees_into_a_private_folder(tmp_path: Path) -> None:
    with held_folder(tmp_path, "mine-", mode=0o700) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("what", ["pipe", "link"])
def test_what_only_has_the_name_of_a_leftover_is_neither_waited_for_nor_followed(what: str, tmp_path: Path) -> None:
    """Anybody may put it into a folder that all may write to."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    os.mkfifo(tmp_path / "mine-0") if what == "pipe" else (tmp_path / "mine-0").symlink_to(elsewhere)
    with held_folder(tmp_path, "mine-"):
        pass
    assert os.path.lexists(tmp_path / "mine-0")
    assert (elsewhere / "file").exists()


def test_the_folder_of_another_user_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine-0").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with held_folder(tmp_path, "mine-"):
        assert (tmp_path / "mine-0").exists()
