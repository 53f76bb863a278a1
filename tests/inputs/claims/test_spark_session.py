"""What is told of errors in Spark; that its results are right is in tests/engine/expenditures/test_engines.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from aco_cli.inputs.claims.spark_session import explain

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
