"""Which rules figures rest on is told by files that can hold it, by `aco cite` and by `aco --version` alike."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pyarrow.parquet as pq
import pytest

from aco_cli import __version__
from aco_cli.rules.fingerprint import rules_fingerprint

Aco = Callable[..., CompletedProcess[str]]
Roster = Callable[..., Path]


def properties(workbook: Path) -> dict[str, str]:
    """The custom properties of a workbook."""
    content = zipfile.ZipFile(workbook).read("docProps/custom.xml").decode()
    return dict(re.findall(r'name="(\w+)"><vt:lpwstr>([^<]*)<', content))


def test_parquet_and_workbooks_hold_version_and_rules(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    roster()
    expected = {"aco_version": __version__, "aco_rules": rules_fingerprint()}
    for output in ("out.parquet", "out.xlsx"):
        assert aco("settle", "2014", "r.csv", "-o", output, cwd=tmp_path).returncode == 0
    assert aco("report", "2014", "r.csv", "-o", "book.xlsx", cwd=tmp_path).returncode == 0
    held = pq.read_schema(tmp_path / "out.parquet").metadata
    assert {name.decode(): value.decode() for name, value in held.items()} == expected
    assert properties(tmp_path / "out.xlsx") == expected
    assert properties(tmp_path / "book.xlsx") == expected


def test_rules_of_a_folder_of_ones_own_are_told_apart(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    roster()
    (tmp_path / "own" / "mssp").mkdir(parents=True)
    (tmp_path / "own" / "mssp" / "sequestration.yaml").write_text(
        "label: Sequestration\nunit: fraction\nvalues:\n  - {years: 2014, value: 0.03, status: assumed, cite: a test}\n"
    )
    aco("settle", "2014", "r.csv", "-o", "out.parquet", "--rules", "own", cwd=tmp_path)
    told = pq.read_schema(tmp_path / "out.parquet").metadata[b"aco_rules"].decode()
    assert told == rules_fingerprint([tmp_path / "own"]) != rules_fingerprint()
    assert f"rules {told[:12]}." in aco("cite", "--rules", "own", cwd=tmp_path).stdout


@pytest.mark.parametrize("options", [[], ["--bibtex"]])
def test_cite_names_version_and_rules(aco: Aco, options: list[str]) -> None:
    shown = aco("cite", *options).stdout
    assert __version__ in shown
    assert aco("--version").stdout.split()[-1] in shown
    assert shown.startswith("@software{" if options else "The aco developers.")
