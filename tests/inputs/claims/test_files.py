"""Files are read whole, each by its own header, and none twice."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aco_cli.inputs.claims.contracts import CONTRACTS, KINDS, ClaimsColumn, Contract
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables
from aco_cli.inputs.claims.tables import Rows

THINGS = Contract(
    "things", {"bene_id": ClaimsColumn(KINDS["text"]), "amount": ClaimsColumn(KINDS["usd"], optional=True, blank="0")}
)


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problems(rows: Rows) -> list[str]:
    return [str(problem) for problem in [*rows.problems, *rows.faults([])]]


def read(tables: DuckdbTables, *names: str) -> dict[str, Any]:
    rows = Rows(tables, THINGS, names)
    assert problems(rows) == []
    rows.read()
    found = tables.query("SELECT bene_id, amount FROM things ORDER BY bene_id")
    return {str(name): str(amount) for name, amount in found.itertuples(index=False)}


def compressed(text: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(text)
    return bytes(sink.getvalue())


LONG = "bene_id,amount\n" + "".join(f"{n},{n}.00\n" for n in range(60_000))


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(("ending", "compress"), [(".zst", compressed), (".gz", gzip.compress)])
def test_a_compressed_file_that_is_cut_off_is_refused(
    tables: DuckdbTables, tmp_path: Path, ending: str, compress: Any, share: float
) -> None:
    whole = compress(LONG.encode())
    (tmp_path / f"c.csv{ending}").write_bytes(whole)
    assert len(read(tables, f"c.csv{ending}")) == 60_000
    (tmp_path / f"c.csv{ending}").write_bytes(whole[: int(len(whole) * share)])
    (problem,) = problems(Rows(tables, THINGS, [f"c.csv{ending}"]))
    assert problem.startswith(f"c.csv{ending}: expected a whole csv file, found a damaged one (Truncated")


def test_quotes_that_come_late_are_quotes(tables: DuckdbTables, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(LONG + '"last",1.00\n"a ""b"", c",2.00\n')
    found = read(tables, "c.csv")
    assert (found["last"], found['a "b", c']) == ("1.00", "2.00")


def test_every_file_of_a_folder_is_read_by_its_own_header(tables: DuckdbTables, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    for name, text in (
        ("1.csv", "bene_id\na\n"),
        ("2.csv", "bene_id,amount\nb,2.00\n"),
        ("3.csv", "amount, Bene_ID \n3.00,c\n"),
        ("4.csv", "\ufeffbene_id,amount,note\nd,4.00,#\n"),
    ):
        (tmp_path / "d" / name).write_text(text)
    assert read(tables, "d") == read(tables, "d/*.csv") == {"a": "0.00", "b": "2.00", "c": "3.00", "d": "4.00"}


def test_every_parquet_file_is_read_by_its_own_types(tables: DuckdbTables, tmp_path: Path) -> None:
    for name, amount in (("1", pa.array([1], pa.int32())), ("2", pa.array([2.75], pa.float64()))):
        pq.write_table(pa.table({"bene_id": [name], "amount": amount}), tmp_path / f"{name}.parquet")
    assert read(tables, "*.parquet") == {"1": "1.00", "2": "2.75"}
    third = pa.table({"bene_id": ["3"], "amount": pa.array(["3.005"]).cast(pa.decimal128(8, 3))})
    pq.write_table(third, tmp_path / "3.parquet")
    (problem,) = problems(Rows(tables, THINGS, ["*.parquet"]))
    assert problem.startswith("3.parquet, row 2, column amount: expected US dollars in whole cents")


def test_files_alike_are_one_scan(tables: DuckdbTables, tmp_path: Path) -> None:
    for n in range(20):
        (tmp_path / f"{n:02}.csv").write_text(f"bene_id,amount\n{n},1.00\n")
    assert len(Rows(tables, THINGS, ["*.csv"]).sources) == 1


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("c.csv", "c.csv"), "c.csv: expected each file once, found it twice"),
        ((".", "../{folder}/c.csv"), "../{folder}/c.csv: expected each file once, found also c.csv"),
        (("c.csv", "link.csv"), "link.csv: expected each file once, found also c.csv"),
        (("c.csv", "c.csv.gz"), "c.csv.gz: expected each file once, found also c.csv"),
    ],
)
def test_nothing_is_counted_twice(tables: DuckdbTables, tmp_path: Path, names: tuple[str, ...], problem: str) -> None:
    (tmp_path / "c.csv").write_text("bene_id,amount\n1,1.00\n")
    if "link.csv" in names:
        (tmp_path / "link.csv").symlink_to(tmp_path / "c.csv")
    if "c.csv.gz" in names:
        (tmp_path / "c.csv.gz").write_bytes(gzip.compress((tmp_path / "c.csv").read_bytes()))
    (found,) = problems(Rows(tables, THINGS, [name.format(folder=tmp_path.name) for name in names]))
    assert found.startswith(problem.format(folder=tmp_path.name))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"bene_id,amount\n1,1.00\n\n2\n", "row 4: {row}, found Expected Number of Columns: 2 Found: 1"),
        (b"bene_id,amount,note\n1\n", "row 2: {row}, found Expected Number of Columns: 3 Found: 1"),
        (b"bene_id,amount\n1,1.00,SECRET\n", "row 2: {row}, found Expected Number of Columns: 2 Found: 3"),
        (b'bene_id,amount\n"SECRET"x,1.00\n', "row 2: {row}, found Value with unterminated quote found."),
        (b"bene_id,amount\n\xe9,1.00\n", "row 2: {row}, found Invalid unicode"),
        (b"bene_id,amount,amount\n1,1,1\n", "row 1, column amount: expected each column name once, found it 2 times"),
        (b"", "row 1: missing a header with the names of columns"),
        (b"\xff\xfe\x00,\n", "row 1: expected text in UTF-8, found another encoding"),
    ],
)
def test_text_that_is_no_table_is_told_by_its_row(
    tables: DuckdbTables, tmp_path: Path, text: bytes, problem: str
) -> None:
    (tmp_path / "c.csv").write_bytes(text)
    (found,) = problems(Rows(tables, THINGS, ["c.csv"]))
    row = "expected as many cells as the header has, in UTF-8, a quote doubled inside quotes"
    assert found.startswith(f"c.csv, {problem.format(row=row)}")
    assert "SECRET" not in found


def test_every_broken_line_is_told_after_long_good_stretches(tables: DuckdbTables, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(LONG + "1\n" + LONG.partition("\n")[2] + "1,2,3\n")
    found = Rows(tables, THINGS, ["c.csv"]).faults([])
    assert [problem.row for problem in found] == [60_002, 120_003]


def test_columns_that_seem_misspelled_are_told(tables: DuckdbTables, tmp_path: Path) -> None:
    header = "bene_id,claim_id,claim_type,through_date,paid_amount,denied,note"
    (tmp_path / "c.csv").write_text(f"{header},sequestration_amt,ime_amnt\n")
    assert Rows(tables, CONTRACTS["claims"], ["c.csv"]).warnings == [
        "c.csv, column sequestration_amt: unknown column, ignored; did you mean sequestration_amount?",
        "c.csv, column ime_amnt: unknown column, ignored; did you mean ime_amount?",
    ]
    (tmp_path / "c.csv").write_text(f"{header.replace('paid_amount', 'paid_amnt')}\n")
    (problem,) = problems(Rows(tables, CONTRACTS["claims"], ["c.csv"]))
    assert problem.endswith("column paid_amount: missing required column; "
                            "rename paid_amnt if it is meant")  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("c.csv", 'bene_id,amount\n0,1.00\n"1,2.00\n2",2.00\n3,3.00\n', "row 3, column bene_id"),
        ("c.csv", 'bene_id,note,amount\n1,"Foo,1.00\n2,Bar",2.00\n', "row 2, column note"),
        ("c.csv", 'bene_id,note,amount\n1,"Foo, Inc,1.00\n2,x,1.00\n\n3,Bar",2.00\n', "row 2, column note"),
        ("c.tsv", 'bene_id\tamount\tnote\r\n0\t1.00\t\r\n1\t2.00\t"Foo\r\n2\t2.00\tBar"\r\n', "row 3, column note"),
    ],
)
def test_rows_that_two_stray_quotes_swallow_are_refused(
    tables: DuckdbTables, tmp_path: Path, name: str, text: str, place: str
) -> None:
    (tmp_path / name).write_bytes(text.encode())
    (problem,) = problems(Rows(tables, THINGS, [name]))
    assert problem.startswith(f"{name}, {place}: expected every quote closed in the row that opens it, found ")


def test_line_breaks_of_a_cell_are_its_own(tables: DuckdbTables, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        'bene_id,note,amount\n1,"Foo\nInc",1.00\n2,"12 Main St, Suite 4\nBoston, MA",2.00\n'
    )
    assert read(tables, "c.csv") == {"1": "1.00", "2": "2.00"}
