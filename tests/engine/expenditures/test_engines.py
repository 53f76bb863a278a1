"""One definition, two engines: DuckDB and Apache Spark give the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from random import Random
from typing import Any

import duckdb
import pytest

from aco_cli.inputs.claims.duckdb_tables import DuckdbTables
from aco_cli.inputs.claims.spark_tables import SparkTables

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkTables]:
    if shutil.which("java") is None:
        pytest.skip("no Java runtime on this machine")
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.default.parallelism": "2"}
    settings |= {"spark.sql.session.timeZone": "UTC", "spark.driver.bindAddress": "127.0.0.1"}
    # Compiling statements and replanning them pay on large data only.
    settings |= {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
    settings |= {"spark.sql.adaptive.enabled": "false", "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1"}
    settings |= {"spark.ui.showConsoleProgress": "false"}
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    tables = SparkTables(session)
    yield tables
    tables.forget()
    session.stop()


def crowd(make_people: Any, seed: int) -> Any:
    """Several random populations in one, with a population of their own and no thresholds for one type."""
    people = make_people(Random(seed))
    for more in range(1, 8):
        other = make_people(Random(seed * 100 + more))
        for row in (*other.claims, *other.enrollment, *other.assignment):
            row["bene_id"] += f"-{more}"
        people.claims += other.claims
        people.enrollment += other.enrollment
        people.assignment += other.assignment
        people.reference = other.reference | people.reference
    members = {(int(row["month"][:4]), row["bene_id"]) for row in people.enrollment}
    people.population = [{"calendar_year": year, "bene_id": name} for year, name in sorted(members)]
    people.reference = {key: value for key, value in people.reference.items() if key[2] != "aged-nondual"}
    return people


def test_duckdb_and_spark_give_the_same_bytes(compute: Any, make_people: Any, spark: Any) -> None:
    people = crowd(make_people, 1)
    first = compute(people)
    second = compute(people.shuffled(1), spark)
    assert len(first.rows) > 20
    assert second.rows.to_csv().encode() == first.rows.to_csv().encode()
    assert second.computed.to_csv() == first.computed.to_csv()
    assert len(first.computed) > 0


def test_one_and_two_threads_give_the_same_bytes(compute: Any, make_people: Any) -> None:
    people = crowd(make_people, 3)
    texts = set()
    for threads in (1, 2):
        with duckdb.connect(config={"threads": threads}) as connection:
            for _ in range(2):
                texts.add(compute(people.shuffled(threads), DuckdbTables(connection)).rows.to_csv())
    assert len(texts) == 1
