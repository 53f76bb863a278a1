"""Rows of files by a contract: what is read, what they come to, and how each fault is told."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aco_cli.errors import NO_COLUMN, InputError, Problem
from aco_cli.inputs.claims.contracts import KINDS, TEXT, ClaimsColumn, Contract, Stored
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables
from aco_cli.inputs.claims.sources import LINE_LENGTH, Columns, File, Meanings, Slice
from aco_cli.inputs.claims.tables import BROKEN_ROW, RowRule, Rows, by_name

USD = "US dollars in whole cents, below 10 billion"
THINGS = Contract(
    "things",
    {
        "bene_id": ClaimsColumn(KINDS["text"], private=True),
        "day": ClaimsColumn(KINDS["date"], optional=True, may_be_blank=True, also=("clm_dt",)),
        "paid": ClaimsColumn(KINDS["usd"], optional=True, may_be_blank=True, blank="0"),
        "note": ClaimsColumn(KINDS["text"], optional=True, may_be_blank=True),
    },
)
NEEDED = Contract("needed", {"bene_id": ClaimsColumn(KINDS["text"], private=True), "day": ClaimsColumn(KINDS["date"])})
NOTE = RowRule("note", "no x", "note = 'x'")


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, *lines: str) -> str:
    Path(name).write_text("\n".join([*lines, ""]))
    return name


def rows_of(tables: DuckdbTables, *names: str, adds: str = "0") -> Rows:
    return Rows(tables, THINGS, names, adds=adds)


def faults(tables: DuckdbTables, *lines: str, rules: Sequence[RowRule] = (NOTE,)) -> list[Problem]:
    return rows_of(tables, put("c.csv", *lines)).faults(rules)


def bad_days(tables: DuckdbTables, *cells: str) -> str:
    """What is said of a column of dates with these cells."""
    (problem,) = faults(tables, "bene_id,day", *(f"007,{cell}" for cell in cells))
    assert (problem.expected, problem.row, problem.column) == ("a date such as 2018-03-31", 2, "day")
    return problem.found


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "'no'"),
        (2, "'no', and 1 more row (3)"),
        (3, "'no', and 2 more rows (3, 4)"),
        (5, "'no', and 4 more rows (3, 4, 5, 6)"),
        (6, "'no', and 5 more rows (3, 4, 5, 6, ...)"),
        (1_002, "'no', and 1,001 more rows (3, 4, 5, 6, ...)"),
    ],
)
def test_bad_rows_are_counted_and_the_first_five_named(count: int, told: str, tables: DuckdbTables) -> None:
    assert bad_days(tables, *["no"] * count) == told


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("abcd", "'abcd'"),
        (" abcd ", "'abcd'"),
        ("abcde", "'xxxxx'"),
        ("1eg4-te5/Ä", "'9xx9-xx9/x'"),
        ("2018-02-30", "'2018-02-30'"),
        ("2018-13", "'2018-13'"),
        ("2/30/2018", "'2/30/2018'"),
        ("2018-02-300", "'9999-99-999'"),
    ],
)
def test_a_cell_is_shown_if_it_is_short_or_a_date_and_else_how_it_is_written(
    cell: str, shown: str, tables: DuckdbTables
) -> None:
    assert bad_days(tables, cell) == shown


def test_a_blank_is_told_as_such_and_a_private_cell_as_another_value(tables: DuckdbTables) -> None:
    put("c.csv", "day,bene_id", "2018-01-01,b", ",", " ,c")
    assert Rows(tables, NEEDED, ["c.csv"]).faults([RowRule("bene_id", "no b", "bene_id = 'b'")]) == [
        Problem("c.csv", "a value", "a blank cell", 3, "bene_id"),
        Problem("c.csv", "a value", "a blank cell, and 1 more row (4)", 3, "day"),
        Problem("c.csv", "no b", "another value", 2, "bene_id"),
    ]
    blank = [RowRule("note", "a word", "TRIM(note) = ''")]
    assert faults(tables, "bene_id,note", "a,  ", rules=blank) == [
        Problem("c.csv", "a word", "a blank cell", 2, "note"),
    ]


def test_blank_text_counts_as_no_value_also_where_it_is_not_null(tables: DuckdbTables) -> None:
    pq.write_table(pa.table({"bene_id": ["a", " ", "", None, " b "]}), "c.parquet")
    found = [Problem("c.parquet", "a value", "a blank cell, and 2 more rows (4, 5)", 3, "bene_id")]
    assert rows_of(tables, "c.parquet").faults([]) == found


def test_a_rule_on_what_no_file_has_shows_no_cell(tables: DuckdbTables) -> None:
    rules = [RowRule("sum", "paid days", "paid > 5"), RowRule("note", "a note", "note IS NULL AND paid > 5")]
    assert faults(tables, "bene_id,paid", "a,5.00", "b,6", "c,7", rules=rules) == [
        Problem("c.csv", "paid days", "such a row, and 1 more row (4)", 3, "sum"),
        Problem("c.csv", "a note", "such a row, and 1 more row (4)", 3, "note"),
    ]


def test_bad_rows_are_told_of_the_first_file_that_has_them(tables: DuckdbTables) -> None:
    """Files alike are looked at together: rows of the others are counted, not named."""
    put("a.csv", "bene_id,paid", "1,1", "2,1")
    put("b.csv", "bene_id,paid", "3,1", "4,?", "5,?")
    put("c.csv", "bene_id,paid", "6,?", "7,1")
    put("d.csv", "paid,bene_id", "?,8")
    assert rows_of(tables, "?.csv").faults([]) == [
        Problem("b.csv", USD, "'?', and 2 more rows (4, ...)", 3, "paid"),
        Problem("d.csv", USD, "'?'", 2, "paid"),
    ]


def test_rows_and_what_they_add_up_to_are_known_once_they_are_looked_at(tables: DuckdbTables) -> None:
    names = (put("a.csv", "bene_id,paid", "1,1.50", "2,"), put("b.csv", "paid,bene_id", "-0.25,3"))
    rows = rows_of(tables, *names, put("c.csv", "bene_id,paid,note"), adds="paid")
    assert rows.totals == (0, 0)
    for _ in range(2):
        assert rows.faults([]) == []
        assert rows.totals == (3, Decimal("1.25"))
    empty = rows_of(tables, put("d.csv", "bene_id"), adds="paid")
    assert (empty.faults([]), empty.totals) == ([], (0, 0))


def test_a_file_is_read_by_the_names_that_a_contract_has_for_its_columns(tables: DuckdbTables) -> None:
    rows = rows_of(tables, put("c.csv", " NOTE ,Bene_Id,CLM_DT,,other", "n,1,2018-03-31,x,y"))
    assert (rows.problems, rows.faults([]), len(rows.sources)) == ([], [], 1)
    assert rows.sources[0].meanings.others == ("other",)
    assert [name for name in THINGS.columns if rows.has(name)] == ["bene_id", "day", "note"]
    rows.read()
    assert list(tables.query("SELECT * FROM things").astype(str).itertuples(index=False, name=None)) == [
        ("1", "2018-03-31", "0.00", "n")
    ]
    rows.read("paid + 1 AS more", "bene_id <> '1'", "others")
    assert list(tables.query("SELECT * FROM others")) == [*THINGS.columns, "more"]
    assert tables.query("SELECT * FROM others").empty


def test_columns_that_lack_or_come_twice_are_told_and_the_file_is_not_read(tables: DuckdbTables) -> None:
    lacks, twice = (
        put("a.csv", "ben_id,day", "1,2018-01-01"),
        put("b.csv", "bene_id,clm_dt,day,day,paid,PAID", "1,x,x,x,1,1"),
    )
    rows = rows_of(tables, lacks, twice, put("c.csv", "bene_id", "1"), "none.csv")
    assert rows.problems == [
        Problem("none.csv", "a file", "no such file"),
        Problem("a.csv", "this column", NO_COLUMN, 1, "bene_id", "rename ben_id if it is meant"),
        Problem("b.csv", "each column name once", "it 3 times", 1, "day", "remove or rename one"),
        Problem("b.csv", "each column name once", "it 2 times", 1, "paid", "remove or rename one"),
    ]
    assert [source.files for source in rows.sources] == [("c.csv",)]
    assert rows.warnings == []
    (problem,) = rows_of(tables, put("d.csv", "day,x", "2018-01-01,1")).problems
    assert problem == Problem("d.csv", "this column", NO_COLUMN, 1, "bene_id", "add it")


@pytest.mark.parametrize(("count", "called"), [(1, "1.csv"), (2, "1.csv and 1 like it"), (3, "1.csv and 2 like it")])
def test_a_column_that_seems_misspelled_is_told_once_for_files_alike(
    count: int, called: str, tables: DuckdbTables
) -> None:
    names = [put(f"{n + 1}.csv", "bene_id,pai,other") for n in range(count)]
    assert rows_of(tables, *names).warnings == [f"{called}, column pai: unknown column, ignored; did you mean paid?"]


def test_a_byte_that_is_no_text_is_found_in_a_column_that_nothing_is_asked_of(tables: DuckdbTables) -> None:
    Path("c.csv").write_bytes(b"bene_id,note\n1,\xe9\n")
    assert [(each.row, each.expected) for each in rows_of(tables, "c.csv").faults([])] == [(2, BROKEN_ROW)]


def test_rows_that_are_none_are_refused_even_if_they_are_not_found_again(
    tables: DuckdbTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("c.csv", "bene_id,note", "1,2", "1")
    monkeypatch.setattr(DuckdbTables, "broken", lambda *_: [])
    found = [rows_of(tables, "c.csv").faults([])]
    monkeypatch.setattr(Rows, "faults", lambda *_: [])
    for (problem,) in [*found, kept(tables, rows_of(tables, "c.csv"))[0]]:
        assert (problem.file, problem.expected, problem.row) == ("c.csv", BROKEN_ROW, None)
        assert "CSV" in problem.found


def test_bad_rows_that_are_not_there_again_are_told_all_the_same(
    tables: DuckdbTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("c.csv", "bene_id,paid", "1,?", "1,?")
    empty = "(SELECT *, '' AS source_file, 0 AS source_row FROM {} WHERE FALSE)"
    rows = rows_of(tables, "c.csv")
    monkeypatch.setattr(DuckdbTables, "numbered", lambda self, source: empty.format(self.scan(source)))
    assert rows.faults([]) == [Problem("c.csv", "the same rows each time", "2 bad ones that are not there again")]


def test_rows_that_come_again_are_told_with_all_that_do(tables: DuckdbTables) -> None:
    lines = ["1,a", "2,b", "1,c", "1,a", "2,b"]
    put("c.csv", "bene_id,note", *lines)
    rows = rows_of(tables, "c.csv", put("d.csv", "note,bene_id", "a,1", "c,3"))
    found = "such a row, and 2 more rows (6, ...)"
    assert rows.repeated(["bene_id", "note"], "each once") == [Problem("c.csv", "each once", found, 5)]
    assert rows_of(tables, "d.csv").repeated(["bene_id"], "each once") == []


# --- Kept at once -------------------------------------------------------------------------------------------------


def kept(tables: DuckdbTables, rows: Rows, rules: Sequence[RowRule] = (NOTE,)) -> tuple[list[Problem], list[Any]]:
    """What is wrong, and the rows that are kept with the kind of their file."""
    problems = rows.keep(rules, lambda source: f"'{source.kind}' AS form")
    if not rows.is_kept:
        return problems, []
    found = tables.query("SELECT bene_id, paid, COALESCE(note, '-') AS note, form FROM things ORDER BY 1").astype(str)
    return problems, list(found.itertuples(index=False, name=None))


def test_rows_are_kept_with_what_is_added_to_them(tables: DuckdbTables) -> None:
    put("c.csv", "bene_id,paid,note", "1,2.50,n", "2,0.25,")
    put("d.csv", "note,bene_id,paid", "m,3,1")
    rows = rows_of(tables, "c.csv", "d.csv", adds="paid")
    assert not rows.is_kept
    held = [("1", "2.50", "n", "csv"), ("2", "0.25", "-", "csv"), ("3", "1.00", "m", "csv")]
    assert kept(tables, rows) == ([], held)
    assert (rows.is_kept, rows.totals) == (True, (3, Decimal("3.75")))


def test_faults_of_rows_that_are_kept_are_told_by_a_second_look(tables: DuckdbTables) -> None:
    rows = rows_of(tables, put("c.csv", "bene_id,paid,note", "1,1,n", "2,?,", "3,2,x"), adds="paid")
    found = [Problem("c.csv", USD, "'?'", 3, "paid"), Problem("c.csv", "no x", "'x'", 4, "note")]
    assert kept(tables, rows)[0] == found
    assert rows.totals == (3, Decimal(3))


def test_nothing_is_kept_of_files_that_cannot_be_read(tables: DuckdbTables) -> None:
    assert kept(tables, rows_of(tables, "none.csv")) == ([], [])
    rows = rows_of(tables, put("c.csv", "bene_id,note", "1,2", "1"))
    problems, held = kept(tables, rows)
    assert [(each.file, each.row, each.expected) for each in problems] == [("c.csv", 3, BROKEN_ROW)]
    assert held == []


def test_a_header_only_comes_to_nothing(tables: DuckdbTables) -> None:
    rows = rows_of(tables, put("c.csv", "bene_id,paid"), adds="paid")
    assert kept(tables, rows) == ([], [])
    assert (rows.is_kept, rows.totals) == (True, (0, 0))


# --- Records of fixed width, and files that stand for several -----------------------------------------------------


def as_records(_file: File, _columns: Columns) -> list[Meanings]:
    own = {"bene_id": Slice(1, 3), "paid": Slice(4, 6), "note": Slice(10, 2)}
    columns = tuple((name, Stored(part.name, TEXT)) for name, part in own.items())
    return [Meanings((*columns, ("length", LINE_LENGTH)), slices=tuple(own.values()))]


RECORDS = Contract("things", {**THINGS.columns, "length": ClaimsColumn(KINDS["integer"], optional=True)})
SHORT = RowRule("length", "eleven characters", "length < 11")


@pytest.mark.parametrize("with_keep", [True, False])
def test_records_of_fixed_width_are_rows_from_the_first_line_on(with_keep: bool, tables: DuckdbTables) -> None:
    put("r", "001  1.50n ", "002    ? x", "003 -0.25nn")
    rows = Rows(tables, RECORDS, [File("r", "fixed")], as_records, "paid")
    found = rows.keep([SHORT], lambda _: "1 AS one") if with_keep else rows.faults([SHORT])
    assert found == [Problem("r", USD, "'?'", 2, "paid"), Problem("r", "eleven characters", "'10'", 2, "length")]
    assert rows.totals == (3, Decimal("1.25"))
    rows.read(where="paid <> 0")
    found = tables.query("SELECT bene_id, paid, note, length FROM things ORDER BY 1").astype(str)
    assert found.to_numpy().tolist() == [["001", "1.50", "n", "11"], ["003", "-0.25", "nn", "11"]]


def test_a_record_that_is_no_text_is_told_by_its_line(tables: DuckdbTables) -> None:
    Path("r").write_bytes(b"001  1.50n \n002  1.50\xe9 \n")
    for look in (Rows.faults, lambda rows, rules: rows.keep(rules, lambda _: "1 AS one")):
        (problem,) = look(Rows(tables, RECORDS, [File("r", "fixed")], as_records), [SHORT])
        assert (problem.file, problem.row) == ("r", 2)
        assert problem.expected.startswith(BROKEN_ROW)


def test_a_file_may_stand_for_several_rows_each_and_be_refused_by_its_reading(tables: DuckdbTables) -> None:
    def twice(file: File, columns: Columns) -> list[Meanings]:
        if file.place == "no.csv":
            raise InputError([Problem(file.place, "another file")])
        held = dict(columns)
        return [Meanings((("bene_id", held["a"]), ("note", held[name]))) for name in ("b", "c")]

    rows = Rows(tables, THINGS, [put("c.csv", "a,b,c", "1,x,y"), put("no.csv", "a")], twice)
    assert rows.problems == [Problem("no.csv", "another file")]
    rows.read()
    assert sorted(tables.query("SELECT bene_id || note AS row FROM things")["row"]) == ["1x", "1y"]


def test_columns_that_are_known_or_without_a_name_are_no_others() -> None:
    columns = tuple((title, Stored(f"c{n}", TEXT)) for n, title in enumerate(("", "BENE_ID", "x", "clm_dt", "Note ")))
    (meant,) = by_name(THINGS)(File("c.csv", "csv"), columns)
    assert meant == Meanings((("bene_id", columns[1][1]), ("day", columns[3][1])), ("x", "Note "))
