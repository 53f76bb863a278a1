"""Tables in Apache Spark, on this machine or a cluster, for files that outgrow one machine."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pandas as pd

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.claims.contracts import Stored
from aco_cli.inputs.claims.limits import first_line
from aco_cli.inputs.claims.sources import DELIMITERS, PARQUET, Columns, File, FileGroup, named_columns, text_columns
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
            return tuple((name.strip(), Stored.of(_quoted(name), kind)) for name, kind in kinds)
        except PySparkException as error:
            raise InputError([Problem(file.place, f"a {file.kind} file", first_line(error))]) from None

    def scan(self, source: FileGroup) -> str:
        """A temporary view of the files."""
        return self._named(source, "", self._rows(source, source.files))

    def numbered(self, source: FileGroup) -> str:
        """Rows count from 2 in every file."""
        import pyspark.sql.functions as f

        row = f.col("_metadata.row_index") if source.kind == PARQUET else f.monotonically_increasing_id()
        numbered = (
            self._rows(source, [file]).select("*", f.lit(file).alias("source_file"), (row + 2).alias("source_row"))
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
        frame = self._csv(source, files, "FAILFAST")
        sound = f.when(_is_broken(source), f.raise_error(f.lit(_MALFORMED))).otherwise(True)
        return frame.where(sound.cast("boolean"))

    def _csv(self, source: FileGroup, files: Sequence[str], mode: str, more: str = "") -> DataFrame:
        """Every file whole by one task, as a line break may be in quotes; every column, as rows are counted by them."""
        schema = ", ".join(f"{stored.name} STRING" for _, stored in source.columns) + more
        reader = self._session.read.schema(schema).options(
            sep=DELIMITERS[source.kind], header=True, mode=mode, columnPruning=False, columnNameOfCorruptRecord=_CORRUPT
        )
        return reader.csv(list(map(_escaped, files)), **_QUOTES)


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


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
