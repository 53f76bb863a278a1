"""Apache Spark, on this machine or a cluster, for files that outgrow one machine: its session, and tables in it.

The session is started without a word, and every error of its own told in one line.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import shutil
import signal
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pandas as pd

from aco_cli.errors import InputError, OutputError, Problem, UsageError
from aco_cli.inputs.claims.contracts import Stored
from aco_cli.inputs.claims.limits import DISK_IS_FULL, MEMORY_IS_SHORT, first_line, megabytes, scratch_folder
from aco_cli.inputs.claims.sources import (
    DELIMITERS,
    FIXED,
    LINE,
    PARQUET,
    Columns,
    File,
    FileGroup,
    cut,
    named_columns,
    quoted,
    text_columns,
)
from aco_cli.inputs.claims.tables import BROKEN_ROW, EXAMPLES, BrokenText

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

_CAUSE = re.compile(r'^(?:Exception in thread "[^"]*" |Caused by: |: )(?:[\w.$]+: )?(.+)', re.MULTILINE)
_CORRUPT = "_corrupt"
_MALFORMED = "MALFORMED text"
_QUOTES: dict[str, Any] = {"quote": '"', "escape": '"', "multiLine": True}


class SparkTables:
    """See `Tables`. Files are named as the cluster sees them."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._views: dict[FileGroup, str] = {}
        self._kept: list[DataFrame] = []

    def listing(self, address: str) -> list[str]:
        """The files of an address, folder or pattern that the cluster sees; none where there is nothing."""
        from pyspark.errors import PySparkException

        try:
            return sorted(map(unquote, self._session.read.format("binaryFile").load(address).inputFiles()))
        except PySparkException:
            return []

    def columns(self, file: File) -> Columns:
        """The columns of a file. Raises InputError for one that Spark cannot read."""
        from pyspark.errors import PySparkException

        if file.kind != PARQUET and "://" not in file.place:
            return text_columns(file)
        try:
            if file.kind != PARQUET:
                first = self._session.read.csv(_escaped(file.place), sep=DELIMITERS[file.kind], **_QUOTES).first()
                return named_columns(file, [title or "" for title in first or ()])
            kinds = self._parquet([file.place]).dtypes
            return tuple((name.strip(), Stored.of(quoted(name, "`"), kind)) for name, kind in kinds)
        except PySparkException as error:
            raise InputError([Problem(file.place, f"a {file.kind} file", first_line(error))]) from None

    def scan(self, source: FileGroup) -> str:
        """A temporary view of the files."""
        return self._named(source, "", self._rows(source, source.files))

    def records(self, source: FileGroup) -> str:
        """Cut by SQL."""
        return cut(self.scan(source), source)

    def numbered(self, source: FileGroup) -> str:
        """Rows count from 2 in every file."""
        import pyspark.sql.functions as f

        row = f.col("_metadata.row_index") if source.kind == PARQUET else f.monotonically_increasing_id()
        first = source.first_row
        numbered = (
            self._rows(source, [file]).select("*", f.lit(file).alias("source_file"), (row + first).alias("source_row"))
            for file in source.files
        )
        return self._named(source, "_numbered", functools.reduce(lambda one, other: one.unionByName(other), numbered))

    def _named(self, source: FileGroup, ending: str, frame: DataFrame) -> str:
        name = self._views.setdefault(source, f"source_{len(self._views)}") + ending
        frame.createOrReplaceTempView(name)
        return name

    def broken(self, source: FileGroup) -> list[Problem]:
        """The rows that Spark keeps apart as corrupt when told to."""
        import pyspark.sql.functions as f

        problems = []
        for file in source.files:
            frame = self._csv(source, [file], "PERMISSIVE", f", {_CORRUPT} STRING")
            rows = frame.select((f.monotonically_increasing_id() + 2).alias("n"), _is_broken(source), _CORRUPT)
            bad = rows.where(f"broken OR {_CORRUPT} IS NOT NULL").orderBy("n").limit(EXAMPLES).collect()
            problems += [Problem(file, BROKEN_ROW, "another row", int(row["n"])) for row in bad]
        return problems

    def view(self, name: str, sql: str) -> None:
        """A temporary view."""
        self._session.sql(sql).createOrReplaceTempView(name)

    def table(self, name: str, sql: str) -> None:
        """A temporary view whose rows are kept once they are worked out, on disk where memory is short."""
        frame = self._session.sql(sql).persist()
        self._kept.append(frame)
        frame.createOrReplaceTempView(name)

    def keep(self, name: str, sql: str) -> None:
        """As `table`, which Spark compresses."""
        self.table(name, sql)

    def query(self, sql: str) -> pd.DataFrame:
        """The rows, by way of Arrow, which keeps decimals."""
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]
        from pyspark.errors import PySparkException

        try:
            frame: pd.DataFrame = self._session.sql(sql).toArrow().to_pandas()
        except (PySparkException, Py4JError) as error:
            if "MALFORMED" in str(error):
                raise BrokenText(root_cause(str(error)).split(":")[0]) from None
            raise
        return frame

    def repeats(self, keys: str) -> bool:
        """By a count of distinct ones, where the data are."""
        row = self.query(f"SELECT COUNT(k) AS found, COUNT(DISTINCT k) AS distinct_ones FROM ({keys}) t").iloc[0]  # noqa: S608
        return int(row["found"]) != int(row["distinct_ones"])

    def hashed(self, cells: Sequence[str]) -> str:
        """In 64 bits."""
        return f"XXHASH64({', '.join(cells)})"

    def forget(self) -> None:
        """Give back what was kept."""
        for frame in self._kept:
            frame.unpersist()

    def _parquet(self, files: Sequence[str]) -> DataFrame:
        return self._session.read.parquet(*map(_escaped, files))

    def _rows(self, source: FileGroup, files: Sequence[str]) -> DataFrame:
        """Rows of text end the statement where they are none."""
        import pyspark.sql.functions as f

        if source.kind == PARQUET:
            return self._parquet(files)
        if source.kind == FIXED:
            lines = self._session.read.text(list(map(_escaped, files))).select(f.col("value").alias(LINE.name))
            return lines.where("line <> ''").select(
                f.when(f.col("line").contains("\ufffd"), _malformed()).otherwise(f.col("line")).alias("line")
            )
        frame = self._csv(source, files, "FAILFAST")
        sound = f.when(_is_broken(source), _malformed()).otherwise(True)
        return frame.where(sound.cast("boolean"))

    def _csv(self, source: FileGroup, files: Sequence[str], mode: str, more: str = "") -> DataFrame:
        """Every file whole by one task, as a line break may be in quotes; every column, as rows are counted by them."""
        schema = ", ".join(f"{stored.name} STRING" for _, stored in source.columns) + more
        reader = self._session.read.schema(schema).options(
            sep=DELIMITERS[source.kind], header=True, mode=mode, columnPruning=False, columnNameOfCorruptRecord=_CORRUPT
        )
        return reader.csv(list(map(_escaped, files)), **_QUOTES)


def _malformed() -> Column:
    import pyspark.sql.functions as f

    return f.raise_error(f.lit(_MALFORMED))


def _is_broken(source: FileGroup) -> Column:
    """What Spark reads on over: bytes that are no UTF-8, quotes that do not end a cell, line ends of another kind."""
    import pyspark.sql.functions as f

    return f.concat_ws("\n", *source.used).rlike('(?m)^ *"|[\ufffd\r]').alias("broken")


def root_cause(text: str) -> str:
    """What a trace of Java says last of where the error came from, without the class that says it."""
    causes = _CAUSE.findall(text)
    return first_line(causes[-1]) if causes else ""


def _escaped(place: str) -> str:
    """A file by its name, even if that reads as a pattern of others."""
    return re.sub(r"([*?\[\]{}\\])", r"\\\1", place)


@contextmanager
def open_spark(master: str, memory: str, temp: str | None) -> Iterator[SparkTables]:
    """Tables of a session on `master`, or of the one that runs already. Raises UsageError or OutputError."""
    size = megabytes(memory)
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError("--engine spark needs Apache Spark: pip install 'aco-cli[spark]'") from None
    _need_java()
    from py4j.protocol import Py4JError

    with scratch_folder(temp) as folder, _quiet():
        running = SparkSession.getActiveSession()
        session = running or _start(master, memory, size, folder)
        tables = SparkTables(session)
        try:
            yield tables
        except (PySparkException, Py4JError) as error:
            raise OutputError(explain(error, memory, folder.parent)) from None
        finally:
            tables.forget()
            if running is None:
                session.stop()


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing of pandas 3, which goes with what is used of it, and no traces of a connection that Ctrl-C cut."""
    level = logging.root.manager.disable
    logging.disable()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="pyspark")
            yield
    finally:
        logging.disable(level)


def _start(master: str, memory: str, megabytes: int, folder: Path) -> SparkSession:
    """Raises UsageError with what Java says, where it does not start. The rest of what it says goes to a file."""
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    settings = {
        "spark.app.name": "aco expenditures",
        "spark.master": master,
        "spark.driver.memory": f"{megabytes}m",
        "spark.executor.memory": f"{megabytes}m",
        "spark.local.dir": str(folder),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    conf = SparkConf().setAll(list(settings.items()))
    said = folder / "java.log"
    try:
        with said.open("wb") as file:
            gateway = launch_gateway(conf, {"stdout": file, "stderr": file})  # type: ignore[no-untyped-call]
        heed = signal.getsignal(signal.SIGINT)
        context = SparkContext(conf=conf, gateway=gateway)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, heed)  # Spark's own would ask Java something in the middle of an answer
        context.setLogLevel("OFF")
        return SparkSession(context)
    except (PySparkException, Py4JError) as error:
        log = said.read_text(errors="replace")
        killed = re.findall(r"has been killed\. Reason: (.+)", log)  # by a cluster, which tells nobody else
        reason = killed[-1] if killed else root_cause(str(error)) or root_cause(log) or first_line(error)
        raise UsageError(f"Spark does not start with --master {master} and --memory {memory}: {reason}") from None


def _need_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if home and not (Path(home) / "bin" / "java").exists():
        raise UsageError(f"--engine spark needs a Java runtime, and JAVA_HOME is {home}, where there is no bin/java")
    if not home and shutil.which("java") is None:
        raise UsageError("--engine spark needs a Java runtime, version 17 or newer: install one, or set JAVA_HOME")


def explain(error: Exception, memory: str, temp: Path) -> str:
    """What ended the work, in one line."""
    text = str(error)
    if "No space left on device" in text:
        return DISK_IS_FULL.format(temp)
    if "OutOfMemoryError" in text:
        return MEMORY_IS_SHORT.format(memory)
    return f"the files cannot be worked on: {root_cause(text) or first_line(error)}"
