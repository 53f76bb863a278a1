"""Which format a command line means."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aco_cli.errors import UsageError
from aco_cli.outputs.formats import EXTENSIONS, Format, choose_format


@pytest.mark.parametrize(("extension", "expected"), EXTENSIONS.items())
def test_extension_decides(extension: str, expected: Format) -> None:
    assert choose_format(Format.AUTO, f"out{extension}", terminal=False) is expected
    assert choose_format(Format.AUTO, f"out{extension.upper()}", terminal=True) is expected


def test_a_format_asked_for_wins_over_the_extension() -> None:
    assert choose_format(Format.JSON, "out.csv", terminal=False) is Format.JSON


def test_auto_is_a_table_on_a_terminal_and_csv_in_a_pipe() -> None:
    assert choose_format(Format.AUTO, None, terminal=True) is Format.TABLE
    assert choose_format(Format.AUTO, None, terminal=False) is Format.CSV


@pytest.mark.parametrize("output", ["out.pdf", "out", "out.csv.gz", ".csv"])
def test_unknown_extension_is_refused_with_the_known_ones(output: str) -> None:
    with pytest.raises(UsageError) as refused:
        choose_format(Format.AUTO, output, terminal=False)
    assert all(extension in str(refused.value) for extension in EXTENSIONS)


@pytest.mark.parametrize("asked", [Format.PARQUET, Format.XLSX])
def test_binary_is_refused_on_a_terminal_and_allowed_in_a_pipe(asked: Format) -> None:
    with pytest.raises(UsageError, match=f"-o FILE.{asked}"):
        choose_format(asked, None, terminal=True)
    assert choose_format(asked, None, terminal=False) is asked
    assert choose_format(asked, "out.csv", terminal=True) is asked


def test_a_device_without_extension_is_csv_and_a_folder_is_refused(tmp_path: Path) -> None:
    assert choose_format(Format.AUTO, "/dev/null", terminal=False) is Format.CSV
    with pytest.raises(UsageError):
        choose_format(Format.AUTO, str(tmp_path), terminal=False)


def test_naming_formats_and_columns_imports_nothing_heavy() -> None:
    code = (
        "import sys, aco_cli.outputs.formats, aco_cli.outputs.columns;"
        "print(sorted({'pandas', 'pyarrow', 'numpy', 'pydantic', 'rich', 'xlsxwriter'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
