"""What is told of errors in Spark; that its results are right is in tests/engine/expenditures/test_engines.py."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from aco_cli.errors import InputError, OutputError, Problem, UsageError
from aco_cli.inputs.claims.contracts import TEXT, Stored
from aco_cli.inputs.claims.sources import File, FileGroup, Meanings
from aco_cli.inputs.claims.spark_session import SparkTables, explain, open_spark, root_cause
from aco_cli.inputs.claims.tables import BrokenText

TRACE = """An error occurred while calling o217.getResult.
: org.apache.spark.SparkException: Exception thrown in awaitResult:
\tat org.apache.spark.util.ThreadUtils$.awaitResult(ThreadUtils.scala:359)
Caused by: org.apache.spark.SparkException: Job aborted due to stage failure
\tat org.apache.spark.scheduler.DAGScheduler.runJob(DAGScheduler.scala:1549)
Caused by: {cause}
\t... 1 more
"""


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (
            "org.apache.spark.SparkException: [FAILED_READ_FILE.FILE_NOT_EXIST] File does not exist.",
            "the files cannot be worked on: [FAILED_READ_FILE.FILE_NOT_EXIST] File does not exist.",
        ),
        (
            "java.io.IOException: No space left on device",
            "temporary files fill the disk of /t; give a folder with more space with --temp",
        ),
        (
            "java.lang.OutOfMemoryError: Java heap space",
            "not enough memory (2GB) for this step; raise it with --memory",
        ),
    ],
)
def test_the_root_cause_is_told_and_not_the_call_that_met_it(cause: str, told: str) -> None:
    assert explain(RuntimeError(TRACE.format(cause=cause)), "2GB", Path("/t")) == told


def test_an_error_without_a_trace_is_told_by_its_first_line() -> None:
    assert root_cause("nothing of Java") == ""
    assert explain(ValueError("one\ntwo"), "2GB", Path("/t")) == "the files cannot be worked on: one"


class Session:
    """What stands for a session: statements are worked out by DuckDB, and files are those it is given."""

    def __init__(self, *rows: Any, error: Exception | None = None) -> None:
        self.rows, self.error = rows, error
        self.read = self
        self.names: list[str] = []
        self.is_stopped = False
        self.dtypes = list(rows)

    def sql(self, statement: str) -> Session:
        if self.error:
            raise self.error
        return Session(duckdb.sql(statement).to_arrow_table())

    def toArrow(self) -> pa.Table:
        return self.rows[0]

    def csv(self, place: str, **_: Any) -> Session:
        if self.error:
            raise self.error
        self.names.append(place)
        return self

    def parquet(self, *places: str) -> Session:
        self.names += places
        return self

    def first(self) -> Any:
        return self.rows[0]

    def createOrReplaceTempView(self, name: str) -> None:
        self.names.append(name)

    def stop(self) -> None:
        self.is_stopped = True


@pytest.fixture
def pyspark() -> Any:
    return pytest.importorskip("pyspark", reason="pyspark is not installed")


def columns(session: Session, place: str, kind: str) -> Any:
    return SparkTables(session).columns(File(place, kind))  # type: ignore[arg-type]


@pytest.mark.usefixtures("pyspark")
def test_text_on_this_machine_is_looked_at_here_and_other_files_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,paid\n")
    assert columns(Session(), str(tmp_path / "c.csv"), "csv") == (
        ("id", Stored("c0", TEXT)),
        ("paid", Stored("c1", TEXT)),
    )
    store = Session((" id", None, "paid"))
    assert columns(store, "s3://b/c[1].csv", "csv") == tuple(
        (title, Stored(f"c{n}", TEXT)) for n, title in enumerate(("id", "", "paid"))
    )
    assert store.names == [r"s3://b/c\[1\].csv"]
    kinds = Session((" i`d ", "int"), ("paid", "decimal(12,2)"))
    for place in ("c.parquet", "s3://b/c.parquet"):
        assert columns(kinds, place, "parquet") == (
            ("i`d", Stored("` i``d `", "integer")),
            ("paid", Stored("`paid`", "cents")),
        )


@pytest.mark.usefixtures("pyspark")
def test_files_elsewhere_that_are_none_are_told() -> None:
    from pyspark.errors import PySparkException

    for session, problem in (
        (Session(None), Problem("s3://c.csv", "a header with the names of columns", "none", 1)),
        (Session(error=PySparkException("no bucket\nat line")), Problem("s3://c.csv", "a csv file", "no bucket")),
    ):
        with pytest.raises(InputError) as caught:
            columns(session, "s3://c.csv", "csv")
        assert caught.value.problems == (problem,)


@pytest.mark.usefixtures("pyspark")
def test_files_of_a_source_have_one_name_and_others_another() -> None:
    session = Session()
    tables = SparkTables(session)  # type: ignore[arg-type]
    one, other = (FileGroup("parquet", (), Meanings(()), (place,)) for place in ("1", "2"))
    names = [tables.scan(source) for source in (one, other, one)]
    assert names[0] == names[2] != names[1]
    assert session.names == ["1", names[0], "2", names[1], "1", names[0]]


@pytest.mark.usefixtures("pyspark")
@pytest.mark.parametrize(("keys", "expected"), [("(1), (2)", False), ("(1), (2), (1)", True), ("(1)", False)])
def test_keys_that_come_again_are_found(keys: str, expected: bool) -> None:
    tables = SparkTables(Session())  # type: ignore[arg-type]
    assert tables.repeats(f"SELECT k FROM (VALUES {keys}) t(k)") is expected


@pytest.mark.usefixtures("pyspark")
def test_text_that_is_no_rows_is_told_apart_from_other_errors() -> None:
    from pyspark.errors import PySparkException

    cause = "org.apache.spark.SparkException: [MALFORMED_RECORD] Malformed records are detected: x"
    broken = Session(error=PySparkException(TRACE.format(cause=cause)))
    with pytest.raises(BrokenText) as caught:
        SparkTables(broken).query("SELECT 1")  # type: ignore[arg-type]
    assert str(caught.value) == "[MALFORMED_RECORD] Malformed records are detected"
    with pytest.raises(PySparkException, match="else"):
        SparkTables(Session(error=PySparkException("something else"))).query("SELECT 1")  # type: ignore[arg-type]


# --- The session --------------------------------------------------------------------------------------------------

NO_FOLDER = "--temp /nowhere: expected a folder that exists"


@pytest.mark.usefixtures("pyspark")
@pytest.mark.parametrize(
    ("home", "path", "error", "told"),
    [
        ("good", "none", OutputError, NO_FOLDER),
        ("", "good/bin", OutputError, NO_FOLDER),
        (
            "none",
            "good/bin",
            UsageError,
            "--engine spark needs a Java runtime, and JAVA_HOME is {}/none, where there is no bin/java",
        ),
        (
            "",
            "none",
            UsageError,
            "--engine spark needs a Java runtime, version 17 or newer: install one, or set JAVA_HOME",
        ),
    ],
)
def test_java_is_looked_for_before_anything_is_made(
    home: str, path: str, error: type[Exception], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good" / "bin").mkdir(parents=True)
    (tmp_path / "good" / "bin" / "java").touch(mode=0o755)
    monkeypatch.setenv("JAVA_HOME", f"{tmp_path}/{home}" if home else "")
    monkeypatch.setenv("PATH", f"{tmp_path}/{path}")
    with pytest.raises(error) as caught, open_spark("local", "1GB", "/nowhere"):
        pass
    assert str(caught.value) == told.format(tmp_path)


@pytest.fixture
def java(pyspark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that looks like Java, and no session so far."""
    from pyspark.sql import SparkSession

    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch(mode=0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: None)


def test_a_session_that_runs_is_used_and_left_running(
    java: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    running = Session()
    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: running)
    with open_spark("local", "1GB", str(tmp_path)) as tables:
        assert tables.query("SELECT 2 AS n")["n"].tolist() == [2]
    with pytest.raises(OutputError) as caught, open_spark("local", "1GB", str(tmp_path)):
        raise PySparkException("all gone\nat line")
    assert str(caught.value) == "the files cannot be worked on: all gone"
    assert not running.is_stopped


def test_a_session_that_is_started_is_stopped_and_ctrl_c_stays_as_it_was(
    java: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Context:
        def __init__(self, **_: Any) -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        def setLogLevel(self, _level: str) -> None:
            pass

    class Started(Session):
        def __init__(self, _context: Context) -> None:
            super().__init__()

        @staticmethod
        def getActiveSession() -> None:
            return None

    monkeypatch.setattr("pyspark.SparkContext", Context)
    monkeypatch.setattr("pyspark.sql.SparkSession", Started)
    monkeypatch.setattr("pyspark.java_gateway.launch_gateway", lambda *_: None)
    before = signal.getsignal(signal.SIGINT)
    with open_spark("local", "1GB", str(tmp_path)) as tables:
        assert signal.getsignal(signal.SIGINT) is before
        session: Any = tables._session
        assert not session.is_stopped
    assert session.is_stopped


@pytest.mark.parametrize(
    ("said", "error", "reason"),
    [
        ("x has been killed. Reason: one\ny has been killed. Reason: two\nCaused by: c", "Caused by: b", "two"),
        ("Caused by: java.net.X: in the log", "Caused by: java.net.Y: in the error", "in the error"),
        ("Caused by: java.net.X: in the log", "Java exited", "in the log"),
        ("nothing", "Java exited\nat once", "Java exited"),
    ],
)
def test_why_spark_does_not_start_is_told_by_who_knows_best(
    said: str, error: str, reason: str, java: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.errors import PySparkException

    def launch(_conf: Any, streams: dict[str, Any]) -> None:
        streams["stdout"].write(said.encode())
        raise PySparkException(error)

    monkeypatch.setattr("pyspark.java_gateway.launch_gateway", launch)
    with pytest.raises(UsageError) as caught, open_spark("yarn", "1GB", str(tmp_path)):
        pass
    assert str(caught.value) == f"Spark does not start with --master yarn and --memory 1GB: {reason}"
