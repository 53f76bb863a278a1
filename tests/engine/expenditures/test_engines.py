"""One definition, two engines: DuckDB and Apache Spark give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aco_cli.inputs.claims.contracts import KINDS, ClaimsColumn, Contract
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables
from aco_cli.inputs.claims.spark_session import SparkTables
from aco_cli.inputs.claims.tables import BROKEN_ROW, Rows

pytestmark = pytest.mark.slow


THINGS = Contract(
    "things",
    {
        "bene_id": ClaimsColumn(KINDS["text"]),
        "age": ClaimsColumn(KINDS["integer"], optional=True, may_be_blank=True),
        "day": ClaimsColumn(KINDS["date"], optional=True, may_be_blank=True),
        "amount": ClaimsColumn(KINDS["usd"], optional=True, may_be_blank=True, blank="0"),
        "score": ClaimsColumn(KINDS["number"], optional=True, may_be_blank=True),
        "yes": ClaimsColumn(KINDS["boolean"], optional=True, may_be_blank=True),
    },
)


@pytest.fixture
def both(spark: SparkTables, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """What DuckDB and Spark make of these files: problems (file, row, column, what is expected), else the rows."""

    def read(tables: Any, *names: str) -> list[Any]:
        rows = Rows(tables, THINGS, [str(tmp_path / name) for name in names])
        problems = [*rows.problems, *rows.faults([])]
        if problems:
            return [(Path(each.file).name, each.row, each.column, each.expected) for each in problems]
        rows.read()
        frame = tables.query("SELECT * FROM things ORDER BY bene_id, amount")
        return [tuple(map(str, row)) for row in frame.itertuples(index=False)]

    def compare(*names: str) -> list[Any]:
        found = read(DuckdbTables(connection, tmp_path), *names)
        assert read(spark, *names) == found
        return found

    with duckdb.connect() as connection:
        yield compare


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("bene_id,amount\r\na,1\r\n", ["a"], id="line ends of Windows"),
        pytest.param("\ufeffbene_id, amount \na,1\n", ["a"], id="byte order mark, spaces around names"),
        pytest.param('bene_id,amount,note\na,1,"x\ny"\n"b ""c"", d",2,z\n', ["a", 'b "c", d'], id="quoted line break"),
        pytest.param('bene_id,amount\n"a\nb",1\nc,2\n', ["a\nb", "c"], id="line break in the first cell"),
        pytest.param('bene_id,note\n"a", "x"\n', ["a"], id="space before a quote where it does not matter"),
        pytest.param("note,note,bene_id\nx,y,a\n", ["a"], id="others twice"),
    ],
)
def test_text_is_read_alike(both: Any, tmp_path: Path, text: str, ids: list[str]) -> None:
    (tmp_path / "c.csv").write_bytes(text.encode())
    assert [row[0] for row in both("c.csv")] == ids


@pytest.mark.parametrize(
    ("text", "row"),
    [
        pytest.param(b"bene_id,amount\na,1\nb,1,9\n", 3, id="a cell too many"),
        pytest.param(b"bene_id,amount\nb\n", 2, id="a cell too few"),
        pytest.param(b'bene_id,amount\na,1\n"b,1\n', 3, id="a quote that does not end"),
        pytest.param(b"bene_id,amount\na,1\n\xe9,1\n", 3, id="Latin-1"),
        pytest.param(b'bene_id,amount\n"a"b,1\n', 2, id="text after a quote"),
    ],
)
def test_rows_that_are_none_are_refused_alike(both: Any, tmp_path: Path, text: bytes, row: int) -> None:
    (tmp_path / "c.csv").write_bytes(text)
    assert both("c.csv") == [("c.csv", row, None, BROKEN_ROW)]


def test_line_ends_of_two_kinds_are_refused(both: Any, spark: Any, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_bytes(b"amount,bene_id\n1,a\r\n1,b\n")
    for tables in (spark, DuckdbTables(duckdb.connect(), tmp_path)):
        rows = Rows(tables, THINGS, [str(tmp_path / "c.csv")])
        assert [problem.expected.startswith(BROKEN_ROW) for problem in rows.faults([])] == [True]


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ("age", ["70", "70.0", " 7 "], ["1_0", "0x46", "70.5", "1.1f", "1e10", "\t"]),
        ("day", ["2018-02-10", " 2018-02-10 "], ["2018/02/10", "2018-2-1T1", "2018-2-1", "2018-02-30", "2018-02-101"]),
        ("amount", ["1e3", ".5", "+5", "5.", "-0"], ["1_000", "Infinity", "NaN", "1,5", "5d", "0.001", "1e", "--5"]),
        ("score", ["1.1", "999.9999999", "0"], ["1.1f", "Infinity", "-inf", "nan", "1e400", "-0.1", "1000"]),
        ("yes", ["TRUE", "0", " false"], ["yes", "2", "1.5"]),
    ],
)
def test_cells_are_read_alike(both: Any, tmp_path: Path, column: str, good: list[str], bad: list[str]) -> None:
    (tmp_path / "c.csv").write_text(f"bene_id,{column}\n" + "".join(f'{n},"{word}"\n' for n, word in enumerate(good)))
    assert len(both("c.csv")) == len(good)
    (tmp_path / "c.csv").write_text(f"bene_id,{column}\n" + "".join(f'{n},"{word}"\n' for n, word in enumerate(bad)))
    ((_, row, name, _),) = both("c.csv")
    assert (row, name) == (2, column)
    for word in bad:
        (tmp_path / "c.csv").write_text(f'bene_id,{column}\na,"{word}"\n')
        assert both("c.csv")[0][1:3] == (2, column), word


def test_files_of_a_folder_are_read_by_their_own_headers_alike(both: Any, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "1.csv").write_text("bene_id,amount,age,day,score,yes\na,1,70,2018-01-01,1,1\n")
    (tmp_path / "d" / "2.csv").write_text("amount,bene_id,age,score,day,yes\n2,b,71,1.5,2018-01-02,0\n")
    assert [row[:4] for row in both("d")] == [("a", "70", "2018-01-01", "1.00"), ("b", "71", "2018-01-02", "2.00")]


@pytest.mark.parametrize("name", ["a*c.csv", "a[b]c.csv", "a?c.csv", "a{b,c}c.csv", "it's b.csv", "a%20c.csv"])
def test_a_name_that_reads_as_a_pattern_is_a_name(both: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("bene_id,amount\na,1\n")
    for other in ("abc.csv", "axc.csv"):
        (tmp_path / other).write_text("bene_id,amount\nb,2\n")
    assert [row[0] for row in both(name)] == ["a"]


def test_spark_finds_the_files_of_an_address(spark: SparkTables, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("bene_id,amount\na,1\n")
    (tmp_path / "2 %.csv").write_text("amount,bene_id\n2,b\n")
    rows = Rows(spark, THINGS, [f"file://{tmp_path}/*.csv"])
    assert [*rows.problems, *rows.faults([])] == []
    rows.read()
    found = spark.query("SELECT bene_id, amount FROM things ORDER BY 1")
    assert [tuple(map(str, row)) for row in found.itertuples(index=False)] == [("a", "1.00"), ("b", "2.00")]
    assert "file not found" in str(Rows(spark, THINGS, [f"file://{tmp_path}/none*"]).problems[0])


def test_one_and_two_threads_give_the_same_bytes(compute: Any, make_crowd: Any, tmp_path: Path) -> None:
    people = make_crowd(3)
    texts = set()
    for threads in (1, 2):
        with duckdb.connect(config={"threads": threads}) as connection:
            for _ in range(2):
                texts.add(compute(people.shuffled(threads), DuckdbTables(connection, tmp_path)).rows.to_csv())
    assert len(texts) == 1
