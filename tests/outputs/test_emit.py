"""From a frame to standard output or a file, as the options say."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pyarrow.parquet as pq
import pytest

from aco_cli.errors import OutputError, UsageError
from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.emit import OutputOptions, emit
from aco_cli.outputs.formats import Format

FORMATS = [fmt for fmt in Format if fmt is not Format.AUTO]


class Terminal(io.TextIOWrapper):
    """Standard output that says it is a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    def isatty(self) -> bool:
        return True

    @property
    def shown(self) -> str:
        """What was written so far."""
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def test_csv_when_piped(
    frame: pd.DataFrame, columns: list[OutputColumn], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert emit(frame, columns, OutputOptions())[1] == []
    assert capfdbinary.readouterr().out.startswith(b"aco_id,aco_name,performance_year,")


@pytest.mark.parametrize("fmt", FORMATS)
def test_same_input_same_bytes(frame: pd.DataFrame, columns: list[OutputColumn], tmp_path: Path, fmt: Format) -> None:
    for name in ("a", "b"):
        assert emit(frame, columns, OutputOptions(format=fmt, output=str(tmp_path / name)))[1] == []
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != b""


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_frame_is_left_as_it_was(
    frame: pd.DataFrame, columns: list[OutputColumn], tmp_path: Path, fmt: Format
) -> None:
    before = frame.copy(deep=True)
    emit(frame, columns, OutputOptions(format=fmt, output=str(tmp_path / "out"), sort=["-settlement"]))
    pd.testing.assert_frame_equal(frame, before)


def test_the_extension_decides_and_rows_are_chosen_and_sorted(
    frame: pd.DataFrame, columns: list[OutputColumn], tmp_path: Path
) -> None:
    path = tmp_path / "out.parquet"
    emit(frame, columns, OutputOptions(output=str(path), columns=["settlement", "aco_id"], sort=["-settlement"]))
    table = pq.read_table(path)
    assert table.column_names == ["settlement", "aco_id"]
    assert table["aco_id"].to_pylist() == ["00123", "A4", "A2", "A3"]


def test_sorting_by_a_column_that_is_not_written(
    frame: pd.DataFrame, columns: list[OutputColumn], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    emit(frame, columns, OutputOptions(columns=["aco_id"], sort=["settlement"], output="-"))
    assert capfdbinary.readouterr().out == b"aco_id\nA2\nA4\n00123\nA3\n"


def test_extras_bring_a_unit_and_columns_not_in_the_frame_are_blank(
    frame: pd.DataFrame, columns: list[OutputColumn], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    frame["participant_revenue"] = 1.0
    extras = [OutputColumn(name, Unit.USD, name, 50) for name in ("participant_revenue", "loss_limit")]
    options = OutputOptions(columns=["aco_id", "participant_revenue", "loss_limit"])
    emit(frame.head(1), columns, options, extras=extras)
    assert capfdbinary.readouterr().out == b"aco_id,participant_revenue,loss_limit\n00123,1.00,\n"


def test_an_optional_column_that_the_frame_lacks_is_left_out_and_cannot_be_asked_for(
    frame: pd.DataFrame, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    columns = [OutputColumn(name, Unit.TEXT, name, 0, optional=True) for name in ("aco_id", "route")]
    emit(frame.head(1), columns, OutputOptions())
    assert capfdbinary.readouterr().out == b"aco_id\n00123\n"
    with pytest.raises(UsageError, match="no column 'route'"):
        emit(frame, columns, OutputOptions(columns=["route"]))


def test_excel_safe_and_exact_reach_the_file(frame: pd.DataFrame, columns: list[OutputColumn], tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    emit(frame, columns, OutputOptions(output=str(path), excel_safe=True, exact=True))
    text = path.read_text(encoding="utf-8")
    assert "A3,'=1+1,2014,,1.005," in text


def test_terminal_gets_a_colored_table_and_a_note(
    frame: pd.DataFrame, columns: list[OutputColumn], terminal: Terminal
) -> None:
    with redirect_stdout(terminal):
        (note,) = emit(frame, columns, OutputOptions())[1]
    assert "\x1b[32m1,234,567\x1b[0m" in terminal.shown
    assert note == "5 more columns: --columns all"


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "unknown"}, {}])
def test_color_can_be_turned_off(
    frame: pd.DataFrame,
    columns: list[OutputColumn],
    terminal: Terminal,
    environment: dict[str, str],
) -> None:
    with patch.dict(os.environ, environment), redirect_stdout(terminal):
        emit(frame, columns, OutputOptions(no_color=not environment))
    assert "1,234,567" in terminal.shown
    assert "\x1b" not in terminal.shown
    assert max(map(len, terminal.shown.splitlines())) <= 60


def test_a_dumb_terminal_keeps_its_own_width(
    frame: pd.DataFrame, columns: list[OutputColumn], terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "250")
    with redirect_stdout(terminal):
        assert emit(frame, columns, OutputOptions())[1] == []
    assert "line one line two tabbed" in terminal.shown


def test_a_terminal_takes_csv_on_request_but_no_binary(
    frame: pd.DataFrame, columns: list[OutputColumn], terminal: Terminal
) -> None:
    with redirect_stdout(terminal):
        assert emit(frame, columns, OutputOptions(format=Format.CSV))[1] == []
    assert terminal.shown.startswith("aco_id,")
    with redirect_stdout(terminal), pytest.raises(UsageError, match="not for a terminal"):
        emit(frame, columns, OutputOptions(format=Format.XLSX))


def test_a_table_for_a_file_is_whole_even_from_a_terminal(
    frame: pd.DataFrame, columns: list[OutputColumn], terminal: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / "out.txt"
    with redirect_stdout(terminal):
        assert emit(frame, columns, OutputOptions(output=str(path)))[1] == []
    assert all(column.label in path.read_text(encoding="utf-8").splitlines()[0] for column in columns)
    assert terminal.shown == ""


def test_a_failure_before_writing_leaves_the_old_file(
    frame: pd.DataFrame, columns: list[OutputColumn], tmp_path: Path
) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"old")
    frame.loc[0, "notes"] = "x" * 40_000
    with pytest.raises(OutputError):
        emit(frame, columns, OutputOptions(output=str(path)))
    assert path.read_bytes() == b"old"


def test_csv_needs_neither_rich_nor_xlsxwriter() -> None:
    code = (
        "import sys, pandas as pd\n"
        "from aco_cli.outputs.emit import OutputOptions, emit\n"
        "from aco_cli.outputs.columns import OutputColumn, Unit\n"
        "emit(pd.DataFrame({'x': [1.0]}), [OutputColumn('x', Unit.USD, 'x', 0)], OutputOptions())\n"
        "print(sorted({'rich', 'xlsxwriter', 'pyarrow.parquet'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "x\n1.00\n[]\n"
