"""The limits of the embedded engine: memory, temporary disk, what is left behind, and what is told on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from aco_cli.errors import InputError, OutputError, UsageError
from aco_cli.inputs.claims.contracts import Stored
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables, open_duckdb
from aco_cli.inputs.claims.limits import scratch_folder
from aco_cli.inputs.claims.sources import File, FileGroup, Meanings
from aco_cli.inputs.claims.tables import BROKEN_ROW, BrokenText

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


def test_progress_is_worked_out_where_somebody_asks(tmp_path: Path) -> None:
    with open_duckdb("1GB", str(tmp_path), lambda _share: None) as tables:
        frame = tables.query("SELECT CAST(current_setting('enable_progress_bar') AS BOOLEAN) AS works")
    assert frame["works"].tolist() == [True]


def test_progress_is_a_share_also_before_it_is_known(tmp_path: Path) -> None:
    """DuckDB tells -1 first, and then percent."""
    told: list[float] = []
    enough = threading.Event()

    class Connection:
        def query_progress(self) -> float:
            return (-1.0, 50.0, 100.0)[min(len(told), 2)]

        def execute(self, _sql: str) -> Connection:
            enough.wait()
            return self

        def fetchall(self) -> list[Any]:
            return []

    def tell(share: float) -> None:
        told.append(share)
        if len(told) == 3:
            enough.set()

    DuckdbTables(Connection(), tmp_path, tell).view("v", "SELECT 1")  # type: ignore[arg-type]
    assert told[:3] == [0.0, 0.5, 1.0]


DISK = "temporary files fill the disk of {}; give a folder with more space with --temp, or more --memory"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (duckdb.Error("failed to offload: max_temp_directory_size was reached"), DISK),
        (duckdb.IOException("Could not write: No space left on device"), DISK),
        (duckdb.IOException("Could not write file x: errno 28 on it"), DISK),
        (
            duckdb.OutOfMemoryException("failed to allocate"),
            "not enough memory (1GB) for this step; raise it with --memory",
        ),
        (duckdb.IOException("Could not read:\nbroken"), "the files cannot be worked on: Could not read:"),
        (duckdb.Error("errno 280"), "the files cannot be worked on: errno 280"),
    ],
)
def test_what_ends_the_work_is_told_in_a_line(error: duckdb.Error, told: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught, open_duckdb("1GB", str(tmp_path)):
        raise error
    assert str(caught.value) == told.format(tmp_path)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [([], False), ([1], False), ([1, 2, 3], False), ([2, 1, 2], True), ([3, 3], True), ([1, 2, 3, 4, 1], True)],
)
def test_keys_that_come_again_are_found(keys: list[int], expected: bool, tables: DuckdbTables) -> None:
    rows = ", ".join(f"({each})" for each in [*keys, 0])
    assert tables.repeats(f"SELECT CAST(k AS BIGINT) AS k FROM (VALUES {rows}) t(k) WHERE k <> 0") is expected


def test_hashes_are_the_same_for_the_same_cells_and_have_no_sign(tables: DuckdbTables) -> None:
    sql = f"SELECT {tables.hashed(['a', 'b'])} AS h FROM (VALUES (1, 'x'), (2, 'x'), (1, 'x'), (1, 'y')) t(a, b)"
    first, second, third, fourth = tables.query(sql)["h"]
    assert first == third
    assert len({first, second, fourth}) == 3
    assert min(first, second, fourth) >= 0


def test_what_is_kept_is_a_file_of_the_scratch_folder(tmp_path: Path) -> None:
    with open_duckdb("1GB", str(tmp_path)) as tables:
        tables.keep("ones", "SELECT 1 AS n")
        (kept,) = tmp_path.glob("*/ones.parquet")
        assert pq.read_table(kept).to_pydict() == {"n": [1]}
        assert tables.query("SELECT n FROM ones")["n"].tolist() == [1]


def test_columns_of_parquet_are_known_by_name_and_what_they_hold(tables: DuckdbTables, tmp_path: Path) -> None:
    place = str(tmp_path / "p.parquet")
    pq.write_table(
        pa.table({' a"b ': [1], "paid": pa.array([Decimal("1.50")], pa.decimal128(12, 2)), "day": ["x"]}), place
    )
    assert tables.columns(File(place, "parquet")) == (
        ('a"b', Stored('" a""b "', "integer")),
        ("paid", Stored('"paid"', "cents")),
        ("day", Stored('"day"', "text")),
    )
    Path(place).write_bytes(b"PAR1x")
    with pytest.raises(InputError) as caught:
        tables.columns(File(place, "parquet"))
    (problem,) = caught.value.problems
    assert (problem.file, problem.expected) == (place, "a Parquet file")
    assert "\n" not in problem.found


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_rows_count_from_two_in_each_file(form: str, tables: DuckdbTables, tmp_path: Path) -> None:
    places = [str(tmp_path / f"{n} [x].{form}") for n in (1, 2)]
    for n, place in enumerate(places):
        table = pa.table({"a": [f"{n}{row}" for row in range(2)]})
        pq.write_table(table, place) if form == "parquet" else csv.write_csv(table, place)
    columns = tables.columns(File(places[0], form))
    source = FileGroup(form, columns, Meanings(()), tuple(places))
    frame = tables.query(f"SELECT {columns[0][1].name} AS a, source_file, source_row FROM {tables.numbered(source)} t")
    expected = [[f"{n}{row}", place, row + 2] for n, place in enumerate(places) for row in range(2)]
    assert frame.sort_values(["source_file", "source_row"]).to_numpy().tolist() == expected
    assert len(tables.query(f"SELECT 1 AS n FROM {tables.scan(source)} t")) == 4


def test_line_ends_of_two_kinds_are_told(tables: DuckdbTables, tmp_path: Path) -> None:
    place = tmp_path / "c.csv"
    place.write_bytes(b"amount,bene_id\n1,a\r\n1,b\n")
    file = File(str(place), "csv")
    source = FileGroup("csv", tables.columns(file), Meanings(()), (file.place,))
    with pytest.raises(BrokenText):
        tables.query(f"SELECT COUNT(c0) AS n FROM {tables.scan(source)}")
    (problem,) = tables.broken(source)
    assert (problem.file, problem.expected) == (file.place, f"{BROKEN_ROW}, one kind of line ends")


def test_an_error_that_is_not_of_text_stays_what_it_is(tables: DuckdbTables) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="something else"):
        tables.query("SELECT error('something else') AS n")


def test_progress_is_told_while_a_statement_runs(tmp_path: Path) -> None:
    told: list[float] = []
    with open_duckdb("1GB", str(tmp_path), told.append) as tables:
        tables.table("large", LARGE.format(rows=20_000_000))
    assert told
    assert all(0 <= share <= 1 for share in told)
