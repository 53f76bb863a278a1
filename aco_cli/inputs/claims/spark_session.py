"""Apache Spark's session: started without a word, stopped, and every error of its own in one line."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aco_cli.errors import OutputError, UsageError
from aco_cli.inputs.claims.limits import DISK_IS_FULL, MEMORY_IS_SHORT, first_line, megabytes, scratch_folder
from aco_cli.inputs.claims.spark_tables import SparkTables, root_cause

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


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
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]

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

    conf = SparkConf().setAll(list(_settings(master, megabytes, folder).items()))
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


def _settings(master: str, megabytes: int, folder: Path) -> dict[str, str]:
    return {
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
