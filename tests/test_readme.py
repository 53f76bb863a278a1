"""The documents' examples are true: every command shown prints what is shown."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n", re.MULTILINE)  # a line that ends in a backslash goes on

BARE = re.compile(r"aco [^|<>;&$*?{}]*")  # nothing in it for a shell to do, but to take quotes off


def examples() -> list[list[str]]:
    """Each `console` block as its commands and, after each, the output that follows it."""
    texts = [path.read_text("utf-8") for path in DOCUMENTS]
    blocks = [block for text in texts for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL)]
    return [COMMAND.split(block)[1:] for block in blocks]


@pytest.mark.parametrize("block", examples(), ids=lambda block: block[0][:60])
def test_an_example_prints_what_the_document_shows(
    block: list[str], aco: Callable[..., Any], tmp_path: Path, patience: int
) -> None:
    """The commands of a block run one after the other in a folder of their own with the sample data."""
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    for command, output in zip(block[::2], block[1::2], strict=True):
        if BARE.fullmatch(command):
            ran = aco(*shlex.split(command.replace("\\\n", " "))[1:], cwd=tmp_path)
        else:
            ran = subprocess.run(
                command,
                shell=True,
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=patience,
                check=False,
            )
        shown = [line.rstrip() for line in (ran.stderr + ran.stdout).splitlines()]
        assert shown == output.splitlines(), command


def test_every_document_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    linked = set(re.findall(r"\]\(([\w./]+\.md)\)", index))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - linked == {"README.md"}


@pytest.mark.parametrize("document", [ROOT / "README.md", ROOT / "docs" / "README.md"], ids=["README", "docs"])
def test_links_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_there_are_examples() -> None:
    assert sum(len(block) // 2 for block in examples()) >= 5
