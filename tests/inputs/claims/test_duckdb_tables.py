"""The limits of the embedded engine: memory, temporary disk, what is left behind, and what is told on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aco_cli.errors import OutputError, UsageError
from aco_cli.inputs.claims.duckdb_tables import open_duckdb
from aco_cli.inputs.claims.limits import scratch_folder

LARGE = "SELECT i % 1000003 AS k, SUM(i) AS s FROM range({rows}) t(i) GROUP BY k ORDER BY s"


def test_too_little_memory_is_told(tmp_path: Path) -> None:
    message = r"not enough memory \(8MB\) for this step; raise it with --memory"
    with pytest.raises(OutputError, match=message), open_duckdb("8MB", str(tmp_path)) as tables:
        tables.table("large", LARGE.format(rows=2_000_000))
    assert list(tmp_path.iterdir()) == []


def test_a_full_temporary_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = duckdb.connect

    def connect_with_little_disk(config: dict[str, Any]) -> duckdb.DuckDBPyConnection:
        connection = connect(config=config)
        connection.execute("SET max_temp_directory_size = '1MB'")
        return connection

    monkeypatch.setattr(duckdb, "connect", connect_with_little_disk)
    message = f"temporary files fill the disk of {tmp_path}; give a folder with more space with --temp"
    with pytest.raises(OutputError, match=message), open_duckdb("64MB", str(tmp_path)) as tables:
        tables.table("large", "SELECT i, hash(i) AS h, CAST(hash(i + 1) AS VARCHAR) AS t FROM range(5000000) t(i)")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("memory", ["4", "lots", "-1GB", "0MB", "0.5KB", ""])
def test_a_size_that_is_none_is_told(memory: str) -> None:
    with pytest.raises(UsageError, match="expected a size such as 4GB"), open_duckdb(memory, None):
        pass


def test_what_a_killed_run_leaves_is_removed_by_the_next_but_not_what_a_running_one_needs(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from aco_cli.inputs.claims.limits import scratch_folder\n"
        "with scratch_folder(sys.argv[1]) as folder:\n"
        "    (folder / 'spilt').write_text('x')\n"
        "    os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    (leftover,) = tmp_path.iterdir()
    with scratch_folder(str(tmp_path)) as first:
        assert not leftover.exists()
        with scratch_folder(str(tmp_path)) as second:
            assert first.exists()
            assert second != first
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("progress", [None, lambda _share: None])
def test_an_interruption_ends_a_statement_as_itself(tmp_path: Path, interruptible: None, progress: Any) -> None:
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt), open_duckdb("1GB", str(tmp_path), progress) as tables:
        timer.start()
        tables.query(LARGE.format(rows=2_000_000_000))
    assert list(tmp_path.iterdir()) == []


def test_no_statement_runs_where_duckdb_makes_an_error_of_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is on the main thread; none does, from the settings of a connection on."""
    connect, on_main = duckdb.connect, []

    class Connection:
        def __init__(self, held: Any) -> None:
            self._held = held

        def __enter__(self) -> Connection:
            return self

        def __exit__(self, *_: object) -> None:
            self._held.close()

        def __getattr__(self, name: str) -> Any:
            on_main.append(threading.current_thread() is threading.main_thread() and name in ("execute", "sql"))
            return getattr(self._held, name)

    monkeypatch.setattr(duckdb, "connect", lambda config: Connection(connect(config=config)))
    with open_duckdb("1GB", str(tmp_path), lambda _share: None) as tables:
        tables.table("one", "SELECT 1 AS n")
        assert tables.query("SELECT n FROM one")["n"].tolist() == [1]
    assert len(on_main) > 3
    assert not any(on_main)


def test_an_interruption_stays_one_where_duckdb_cannot_end_for_being_busy(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), open_duckdb("1GB", str(tmp_path)):
        try:
            raise KeyboardInterrupt
        finally:
            raise duckdb.Error("Resource In Use Error: connection is busy with another call")
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_while_a_statement_runs(tmp_path: Path) -> None:
    told: list[float] = []
    with open_duckdb("1GB", str(tmp_path), told.append) as tables:
        tables.table("large", LARGE.format(rows=20_000_000))
    assert told
    assert all(0 <= share <= 1 for share in told)
