"""How the package is built: how large it is, what imports what, and how far a reader of a run must jump."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import aco_cli

PACKAGE = Path(aco_cli.__file__).parent
ROSTER = Path(__file__).parents[1] / "sample_data" / "roster_2014.csv"
TREES = {path.relative_to(PACKAGE): ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}

# What a folder or module at the top may import: what has a lower number.
LEVELS = {
    **{"errors": 0, "locks": 0, "nearest": 0, "data_files": 0},
    **{"law": 1, "rules": 2, "inputs": 2, "engine": 3, "outputs": 4, "synth": 5, "api": 5, "__init__": 6},
    **{"commands": 7, "main": 8, "__main__": 9},
}
# The engine takes tables, however they were read.
FORBIDDEN = {("engine", "inputs")}


def room(path: Path) -> str:
    return path.parts[0] if len(path.parts) > 1 else path.stem


def imported_rooms(tree: ast.Module) -> Iterator[str]:
    """What a module imports of the package, anywhere in it; the version, which is everybody's, is left out."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{each.name}" for each in node.names]
        parts = [name.split(".") for name in names]
        yield from (each[1] if len(each) > 1 else "__init__" for each in parts if each[0] == "aco_cli")


def test_nothing_imports_upward() -> None:
    """Files, then rules and readers, the engine, writers, the interface, commands: each knows only what is below."""
    assert {room(path) for path in TREES} <= LEVELS.keys(), "a new folder or module at the top needs its level"
    upward = [
        (str(path), name)
        for path, tree in TREES.items()
        for name in imported_rooms(tree)
        if name not in (room(path), "__version__")
        and (LEVELS[name] >= LEVELS[room(path)] or (room(path), name) in FORBIDDEN)
    ]
    assert upward == []


def test_no_class_name_exists_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", TREES, ids=str)
def test_no_module_knows_the_programs_that_are_data(path: Path) -> None:
    """A program is a law, rules and a layout of its files; not one line of Python."""
    words = set(re.findall(r"\w+", (PACKAGE / path).read_text("utf-8").lower()))
    assert words.isdisjoint({"reach", "gpdc"})


# What is there now must not grow unseen; the goal for what stood before claim feeds and REACH is 16,500.
@pytest.mark.parametrize(("folder", "most"), [(".", 26_360), ("engine", 6_470)])
def test_the_package_stays_small(folder: str, most: int) -> None:
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in (PACKAGE / folder).rglob("*.py"))
    assert lines <= most


# Counts how often the package enters a function or resumes a generator in another folder than the one before it, also
# while modules are imported; the frames of modules themselves are left out.
TRACE = """
import os, sys
import aco_cli.main
package = os.path.dirname(aco_cli.main.__file__)
changes, last = 0, ""
def watch(frame, event, _):
    global changes, last
    code = frame.f_code
    if event == "call" and code.co_filename.startswith(package) and code.co_name != "<module>":
        folder = os.path.dirname(code.co_filename)
        changes, last = changes + (last not in ("", folder)), folder
sys.argv[0] = "aco"
sys.setprofile(watch)
try:
    aco_cli.main.run()
finally:
    sys.setprofile(None)
    print(changes, file=sys.__stderr__)
"""


@pytest.mark.parametrize(
    ("words", "most"),
    [
        pytest.param(("explain", "A00755", "2014", ROSTER), 200, id="explain"),
        pytest.param(("settle", "2014", ROSTER, "-o", "settled.csv"), 60, id="settle"),
    ],
)
def test_a_run_stays_in_few_folders(words: tuple[str | Path, ...], most: int, tmp_path: Path) -> None:
    """Who follows a run from the command to the figures is not sent back and forth between folders."""
    command = [sys.executable, "-c", TRACE, *map(str, words)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert int(done.stderr.splitlines()[-1]) <= most
