"""Tables in Apache Spark, on this machine or a cluster, for files that outgrow one machine."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from aco_cli.errors import InputError, OutputError, Problem, UsageError
from aco_cli.inputs.claims.contracts import Stored
from aco_cli.inputs.claims.scratch import scratch_folder
from aco_cli.inputs.claims.sources import PARQUET, TSV, Source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SIZE = re.compile(r"(\d+) ?([kmgt])i?b", re.IGNORECASE)


class SparkTables:
    """See `Tables`. Files are named as the cluster sees them."""

    remote = True

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._views: dict[Source, str] = {}
        self._kept: list[DataFrame] = []

    def header(self, source: Source) -> dict[str, Stored]:
        """The columns by lower-case name. Raises InputError for a file that Spark cannot read."""
        from pyspark.errors import PySparkException

        try:
            rows = self._read(source).dtypes
        except PySparkException as error:
            raise InputError([Problem(source.given, f"a {source.kind} file", _first_line(error))]) from None
        return {name.lower(): Stored.of(f"`{name}`", kind) for name, kind in rows}

    def scan(self, source: Source) -> str:
        """A temporary view of the files."""
        name = self._views.setdefault(source, f"source_{len(self._views)}")
        self._read(source).createOrReplaceTempView(name)
        return name

    def numbered(self, source: Source) -> str:
        """Rows count from 2 in every file; a text file is read by one task, so that its rows have an order."""
        import pyspark.sql.functions as f

        frames = []
        for file in source.files:
            frame = self._read(Source(file, (file,), source.kind), whole=True)
            row = f.col("_metadata.row_index") if source.kind == PARQUET else f.monotonically_increasing_id()
            frames.append(frame.select("*", f.lit(file).alias("source_file"), (row + 2).alias("source_row")))
        together = frames[0]
        for frame in frames[1:]:
            together = together.unionByName(frame)
        name = f"{self._views.setdefault(source, f'source_{len(self._views)}')}_numbered"
        together.createOrReplaceTempView(name)
        return name

    def view(self, name: str, sql: str) -> None:
        """A temporary view."""
        self._session.sql(sql).createOrReplaceTempView(name)

    def table(self, name: str, sql: str) -> None:
        """A temporary view whose rows are kept once they are worked out, on disk where memory is short."""
        frame = self._session.sql(sql).persist()
        self._kept.append(frame)
        frame.createOrReplaceTempView(name)

    def query(self, sql: str) -> pd.DataFrame:
        """The rows, by way of Arrow, which keeps decimals."""
        frame: pd.DataFrame = self._session.sql(sql).toArrow().to_pandas()
        return frame

    def forget(self) -> None:
        """Give back what was kept."""
        for frame in self._kept:
            frame.unpersist()

    def _read(self, source: Source, *, whole: bool = False) -> DataFrame:
        files = list(source.files)
        if source.kind == PARQUET:
            return self._session.read.parquet(*files)
        separator = "\t" if source.kind == TSV else ","
        return self._session.read.csv(files, sep=separator, header=True, escape='"', multiLine=whole)


@contextmanager
def open_spark(master: str, memory: str, temp: str | None) -> Iterator[SparkTables]:
    """Tables of a session on `master`, or of the one that runs already. Raises UsageError or OutputError."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError("--engine spark needs Apache Spark: pip install 'aco-cli[spark]'") from None
    _need_java()
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]

    own = SparkSession.getActiveSession() is None
    with scratch_folder(temp) as folder:
        session = None
        try:
            session = SparkSession.getActiveSession() or _start(master, memory, folder)
            tables = SparkTables(session)
            yield tables
            tables.forget()
        except (PySparkException, Py4JError) as error:
            raise OutputError(_explain(error, memory, folder.parent)) from None
        finally:
            if session is not None and own:
                session.stop()


def _start(master: str, memory: str, folder: Path) -> SparkSession:
    from pyspark.sql import SparkSession

    size = _SIZE.fullmatch(memory.strip())
    if size is None:
        raise UsageError(f"--memory {memory}: expected a size such as 4GB or 800MB")
    each = f"{size[1]}{size[2].lower()}"
    quiet = "-Dlog4j2.level=ERROR"
    builder = SparkSession.builder.appName("aco expenditures").master(master)
    settings = {
        "spark.driver.memory": each,
        "spark.executor.memory": each,
        "spark.local.dir": str(folder),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": quiet,
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def _need_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and shutil.which("java") is None:
        raise UsageError("--engine spark needs a Java runtime, version 17 or newer: install one, or set JAVA_HOME")


def _explain(error: Exception, memory: str, temp: Path) -> str:
    text = str(error)
    if "No space left on device" in text:
        return f"temporary files fill the disk of {temp}; give a folder with more space with --temp"
    if "OutOfMemoryError" in text:
        return f"{memory} of memory are too little for this step; give more with --memory"
    return f"the files cannot be worked on: {_root_cause(text) or _first_line(error)}"


def _root_cause(text: str) -> str:
    """What a trace of Java says last of where the error came from, without the class that says it."""
    causes = re.findall(r"^Caused by: (?:[\w.$]+: )?(.+)", text, re.MULTILINE)
    return causes[-1][:200] if causes else ""


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]
