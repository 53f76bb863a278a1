"""What is shipped: the source distribution has all that its tests read, the package points to nothing it has not."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

import aco_cli

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SHIPPED = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]


def test_the_source_distribution_has_everything_that_is_tracked() -> None:
    """Except settings of tools in files with a dot; pyproject.toml is always in it."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tracked = {line.split("/")[0] for line in listed.splitlines() if not line.startswith(".")}
    assert tracked - {"pyproject.toml"} == set(SHIPPED)


def test_everything_that_is_shipped_exists() -> None:
    assert [name for name in SHIPPED if not (ROOT / name).exists()] == []


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == aco_cli.__version__
    assert citation["license"] == PROJECT["project"]["license"]
    assert [each["name"] for each in citation["authors"]] == [each["name"] for each in PROJECT["project"]["authors"]]


def test_users_may_upgrade_every_library() -> None:
    """An upper bound would keep them from it; only what developers use is pinned."""
    extras = PROJECT["project"]["optional-dependencies"]
    needed = PROJECT["project"]["dependencies"] + [each for name in extras if name != "dev" for each in extras[name]]
    assert [each for each in needed if "<" in each or "==" in each or "~=" in each] == []


def test_no_message_points_to_a_file_that_is_not_installed() -> None:
    """Of the repository only the package is installed; docstrings, which users do not see, may name the rest."""
    elsewhere = ("docs/", "sample_data/", "CONTRIBUTING", "README", "CHANGELOG")
    for path in sorted(Path(aco_cli.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings)
        assert not [each.value for each in constants if any(name in str(each.value) for name in elsewhere)], path
