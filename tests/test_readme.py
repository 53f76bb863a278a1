"""The README's examples are true: every command shown prints what is shown."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def examples() -> list[tuple[str, str]]:
    """Each command of a `console` block with the output that follows it."""
    blocks = [
        block for path in DOCUMENTS for block in re.findall(r"```console\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
    ]
    return [tuple(example.split("\n", 1)) for block in blocks for example in re.split(r"^\$ ", block, flags=re.M)[1:]]


@pytest.mark.parametrize(("command", "output"), examples(), ids=lambda text: text[:60] if "aco" in text[:4] else "")
def test_an_example_prints_what_the_document_shows(command: str, output: str) -> None:
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    ran = subprocess.run(
        command, shell=True, cwd=ROOT, env={"PATH": path}, capture_output=True, text=True, timeout=60, check=False
    )
    shown = [line.rstrip() for line in (ran.stderr + ran.stdout).splitlines()]
    assert shown == output.splitlines()


def test_there_are_examples() -> None:
    assert len(examples()) >= 5
