"""Tables in DuckDB, inside this process: streamed from files, spilt to disk beyond a limit of memory."""

# ruff: noqa: S608 (names of files are quoted)
import errno
import glob
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from aco_cli.errors import InputError, OutputError, Problem, UsageError
from aco_cli.inputs.claims.contracts import Stored
from aco_cli.inputs.claims.limits import DISK_IS_FULL, MEMORY_IS_SHORT, first_line, megabytes, scratch_folder
from aco_cli.inputs.claims.sources import DELIMITERS, FIXED, PARQUET, Columns, File, FileGroup, quoted, text_columns
from aco_cli.inputs.claims.tables import BROKEN_ROW, BrokenText
from aco_cli.inputs.problems import limited

try:
    import duckdb
except ImportError:
    raise UsageError("claims are read with DuckDB, which is not installed: pip install duckdb") from None

T = TypeVar("T")
Progress = Callable[[float], None]
# One for each cell that is missing of a line.
_REJECTED = "SELECT line, ARG_MIN(error_message, column_idx) FROM reject_errors GROUP BY line ORDER BY line"
_POLL_SECONDS = 0.25


class DuckdbTables:
    """See `Tables`. `progress` is told every so often what share of the running statement is done, 0 to 1."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scratch: Path, progress: Progress | None = None) -> None:
        self._connection = connection
        self._scratch = scratch
        self._progress = progress
        self._numbers = count()

    def listing(self, _address: str) -> list[str]:
        """Files on this machine have no addresses."""
        return []

    def columns(self, file: File) -> Columns:
        """The columns of a file. Raises InputError for one that cannot be read."""
        if file.kind != PARQUET:
            return text_columns(file)
        try:
            rows = self._run(f"DESCRIBE SELECT * FROM {_parquet([file.place])}")
        except duckdb.Error as error:
            raise InputError([Problem(file.place, "a Parquet file", first_line(error))]) from None
        return tuple((str(row[0]).strip(), Stored.of(quoted(row[0], '"'), str(row[1]))) for row in rows)

    def scan(self, source: FileGroup) -> str:
        """A call of the reader."""
        return _parquet(source.files) if source.kind == PARQUET else _text(source, source.files)

    def records(self, source: FileGroup) -> str:
        """Those of fixed width by way of Arrow."""
        if source.kind != FIXED:
            return self.scan(source)
        from aco_cli.inputs.claims.fixed_width import FixedWidth

        name = f"records_{next(self._numbers)}"
        self._connection.register(name, FixedWidth(source.files, source.meanings.slices))
        return name

    def numbered(self, source: FileGroup) -> str:
        """Rows count from 2 in every file, as below the header of a text file."""
        if source.kind == PARQUET:
            reader = _parquet(source.files, ", filename = true, file_row_number = true")
            return f"(SELECT *, filename AS source_file, file_row_number + 2 AS source_row FROM {reader})"
        row = f"ROW_NUMBER() OVER () + {source.first_row - 1} AS source_row"
        files = (
            f"(SELECT *, {quoted(file)} AS source_file, {row} FROM {_text(source, [file])})" for file in source.files
        )
        return f"({' UNION ALL '.join(files)})"

    def broken(self, source: FileGroup) -> list[Problem]:
        """What DuckDB keeps of the lines that it leaves out when told to."""
        problems: list[Problem] = []
        for file in source.files:
            self._run("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
            try:
                self._run(f"SELECT COUNT(COLUMNS(*)) FROM {_text(source, [file], ', store_rejects = true')}")
                lines = self._run(_REJECTED)
                problems += limited([Problem(file, BROKEN_ROW, first_line(text), int(line)) for line, text in lines])
            except (duckdb.Error, BrokenText) as error:  # line ends of two kinds, for one
                problems.append(Problem(file, BROKEN_ROW + ", one kind of line ends", first_line(error)))
        return problems

    def view(self, name: str, sql: str) -> None:
        """A temporary view."""
        self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")

    def table(self, name: str, sql: str) -> None:
        """A temporary table."""
        self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")

    def keep(self, name: str, sql: str) -> None:
        """A Parquet file in the scratch folder: an eighth of the size that they have in memory."""
        file = self._scratch / f"{name}.parquet"
        self._run(f"COPY ({sql}) TO {quoted(str(file))} (FORMAT parquet, COMPRESSION snappy)")
        self.view(name, f"SELECT * FROM {_parquet([str(file)])}")

    def query(self, sql: str) -> pd.DataFrame:
        """The rows, by way of Arrow, which keeps decimals."""
        frame: pd.DataFrame = self._watched(lambda: self._connection.sql(sql).to_arrow_table()).to_pandas()
        return frame

    def repeats(self, keys: str) -> bool:
        """By sorting, which takes half the time of a statement that counts distinct ones."""
        found = self._watched(lambda: self._connection.sql(keys).to_arrow_table()).column("k").to_numpy()
        ordered = np.sort(found)
        return bool((ordered[1:] == ordered[:-1]).any())

    def hashed(self, cells: Sequence[str]) -> str:
        """In 63 bits, which have a sign to spare."""
        return f"CAST(HASH({', '.join(cells)}) >> 1 AS BIGINT)"

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        return self._watched(lambda: self._connection.execute(sql).fetchall())

    def _watched(self, work: Callable[[], T]) -> T:
        """The work done by a thread of its own: this one tells of progress and heeds Ctrl-C, which DuckDB would not."""
        with ThreadPoolExecutor(1) as pool:
            try:
                running = pool.submit(work)
                while wait([running], _POLL_SECONDS).not_done:
                    if self._progress is not None:
                        self._progress(max(0.0, self._connection.query_progress()) / 100)
            except KeyboardInterrupt:
                self._connection.interrupt()
                raise
        try:
            return running.result()
        except duckdb.InvalidInputException as error:
            if "CSV" in str(error) or "the stream registered" in str(error):
                raise BrokenText(first_line(error)) from None
            raise


def _parquet(files: Sequence[str], options: str = "") -> str:
    """What the folders on the way are called is no column."""
    return f"read_parquet({_list(files)}, hive_partitioning = false{options})"


def _text(source: FileGroup, files: Sequence[str], options: str = "") -> str:
    """Nothing is guessed from the first lines, as what they lack (a quote) may come further on."""
    columns = ", ".join(f"{stored.name}: 'VARCHAR'" for _, stored in source.columns)
    form = "delim = e'\\x01', quote = '', escape = '', comment = '', header = false"
    if source.kind != FIXED:
        form = f"delim = {quoted(DELIMITERS[source.kind])}, quote = '\"', escape = '\"', comment = '', header = true"
    options = f", auto_detect = false, strict_mode = true, hive_partitioning = false{options}"
    return f"read_csv({_list(files)}, columns = {{{columns}}}, {form}{options})"


def _list(files: Sequence[str]) -> str:
    """Each file by its name, even if that reads as a pattern of others."""
    return "[" + ", ".join(quoted(glob.escape(file)) for file in files) + "]"


@contextmanager
def open_duckdb(memory: str, temp: str | None, progress: Progress | None = None) -> Iterator[DuckdbTables]:
    """Tables that keep within `memory` and spill to a folder in `temp`. Raises UsageError or OutputError."""
    size = megabytes(memory)
    with scratch_folder(temp) as folder:
        try:
            with duckdb.connect(config={"temp_directory": str(folder), "memory_limit": f"{size}MB"}) as connection:
                tables = DuckdbTables(connection, folder, progress)
                tables._run("SET TimeZone = 'UTC'")
                if progress is not None:
                    tables._run("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
                yield tables
        except duckdb.Error as error:
            if isinstance(error.__context__, KeyboardInterrupt):  # it was busy when it was to end
                raise KeyboardInterrupt from None
            raise OutputError(_explain(error, memory, folder.parent)) from None


def _explain(error: duckdb.Error, memory: str, temp: Path) -> str:
    text = str(error)
    if "max_temp_directory_size" in text or "No space left" in text or str(errno.ENOSPC) in text.split():
        return f"{DISK_IS_FULL.format(temp)}, or more --memory"
    if isinstance(error, duckdb.OutOfMemoryException):
        return MEMORY_IS_SHORT.format(memory)
    return f"the files cannot be worked on: {first_line(error)}"
