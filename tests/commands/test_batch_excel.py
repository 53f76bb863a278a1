"""`--excel`: text a spreadsheet opens by a double click with accents as they are and nothing calculated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Aco = Callable[..., CompletedProcess[Any]]
Roster = Callable[..., Path]
MARK = b"\xef\xbb\xbf"


@pytest.fixture
def file(roster: Roster) -> Path:
    return roster({"aco_id": "A1", "aco_name": "Clínica Ñ"}, {"aco_id": "A2", "aco_name": "=1+1"})


@pytest.mark.parametrize("name", ["csv", "tsv"])
def test_text_has_a_byte_order_mark_and_no_formula(aco: Aco, file: Path, name: str) -> None:
    command = ["settle", "2014", file, "--columns", "aco_name", "--format", name]
    assert aco(*command, "--excel", text=False).stdout == MARK + "aco_name\nClínica Ñ\n'=1+1\n".encode()
    assert aco(*command, "--excel-safe", text=False).stdout == "aco_name\nClínica Ñ\n'=1+1\n".encode()
    assert aco(*command, text=False).stdout == "aco_name\nClínica Ñ\n=1+1\n".encode()


@pytest.mark.parametrize("extension", ["json", "parquet", "xlsx", "md"])
def test_other_formats_stay_as_they_are(aco: Aco, file: Path, tmp_path: Path, extension: str) -> None:
    with_it, without = tmp_path / f"with.{extension}", tmp_path / f"without.{extension}"
    aco("settle", "2014", file, "--excel", "-o", with_it)
    aco("settle", "2014", file, "-o", without)
    assert with_it.read_bytes() == without.read_bytes()


def test_file_is_read_back_as_it_was_meant(aco: Aco, file: Path, tmp_path: Path) -> None:
    """The mark is no part of the first column's name to `aco` either."""
    aco("settle", "2014", file, "--excel", "-o", tmp_path / "out.csv", "--columns", "aco_id,program,track")
    done = aco("check", tmp_path / "out.csv")
    assert "aco_id" not in done.stdout
