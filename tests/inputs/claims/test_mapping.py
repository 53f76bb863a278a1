"""Mapping files: what each of their words does to a cell, and what is said of those that do not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from aco_cli.errors import NO_COLUMN, InputError, Problem
from aco_cli.inputs.claims.contracts import OTHER, TEXT, Stored
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables
from aco_cli.inputs.claims.mapping import read_mapping
from aco_cli.inputs.claims.sources import Columns, File, Meanings
from aco_cli.inputs.claims.tables import Reading

KEYS = "one of column, columns, constant, with any of codes, other, first, date, blank"
NAME = "the name of a column; braces stand around each or number"
NAMES = "a list of names of columns, such as [DX1, DX2]"
VALUE = "a value; braces stand around each or number"
CODES = 'codes and what they are here, such as {"11": "60"}'
DATE = "a form with YYYY, MM and DD, such as MM/DD/YYYY"
HELD: Columns = (("A", Stored("c0", TEXT)), ("b", Stored("c1", TEXT)), ("n", Stored("c2", "integer")))


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def mapping(text: str) -> dict[str, Reading]:
    Path("m.yaml").write_text(text)
    return read_mapping("m.yaml", yaml.safe_load)


def meanings(text: str, held: Columns = HELD, file: str = "d/Claims_1.csv") -> list[Meanings]:
    return list(mapping(text)["claims"](File(file, "csv"), held))


def refused(call: Any, *given: Any) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        call(*given)
    return caught.value.problems


@pytest.mark.parametrize(
    ("spec", "cells"),
    [
        ("{column: a}", {"x ": "x ", None: None}),
        ("{columns: [a]}", {" x ": "x", " ": None}),
        ("{column: a, first: 1}", {" 611 ": "6", "": None}),
        ("{column: a, first: 2}", {"611": "61", "6": "6", " ": None}),
        ("{column: a, date: MM/DD/YYYY}", {"02/10/2018": "2018-02-10", "2/10/2018": "2/10/2018", "": None}),
        ("{column: a, date: yyyymmdd}", {"20180210": "2018-02-10", " 20180211 ": "2018-02-11", "2018": "2018"}),
        ("{column: a, date: DD.MM.YYYY}", {"10.02.2018": "2018-02-10"}),
        ("{column: a, codes: {P: 0, R: 1}}", {"P": "0", " R": "1", "X": "X", "": None}),
        ("{column: a, codes: {P: 0}, other: 9}", {"P": "0", "X": "9", " ": None}),
        ("{column: a, codes: {P: it's}, other: 9, blank: 8}", {"P": "it's", "X": "9", " ": "8", None: "8"}),
        ("{column: a, blank: 71}", {" 60 ": "60", "": "71"}),
        ("{column: a, first: 2, codes: {'11': '60'}, blank: '71'}", {"111": "60", "999": "99", None: "71"}),
        ("{constant: '0'}", {"x": "0", None: "0"}),
        ("{constant: it's}", {"x": "it's"}),
    ],
)
def test_a_cell_is_cut_put_in_order_and_looked_up(
    spec: str, cells: dict[str | None, str | None], tables: DuckdbTables
) -> None:
    ((_, cell),) = meanings(f"claims: {{claim_type: {spec}}}")[0].columns
    rows = ", ".join("(CAST(NULL AS VARCHAR))" if given is None else f"('{given}')" for given in cells)
    found = tables.query(f"SELECT {cell.name} AS found FROM (VALUES {rows}) t(c0)")["found"]
    assert [None if pd.isna(each) else each for each in found] == list(cells.values())
    assert cell.holds == TEXT


@pytest.mark.parametrize(
    ("cells", "expected"),
    [(("'x '", "'y'", "3"), "x y 3"), (("'x'", "' '", "NULL"), "x"), (("NULL", "NULL", "4"), "4")],
)
def test_several_columns_are_one_with_blanks_between(
    cells: tuple[str, str, str], expected: str, tables: DuckdbTables
) -> None:
    ((_, cell),) = meanings("claims: {diagnosis: {columns: [A, B, N]}}")[0].columns
    a, b, n = cells
    sql = f"SELECT {cell.name} AS found FROM (SELECT {a} AS c0, {b} AS c1, CAST({n} AS INTEGER) AS c2) t"
    assert tables.query(sql)["found"].tolist() == [expected]


@pytest.mark.parametrize(
    ("spec", "place"),
    [("n", 2), ("{column: n}", 2), ("{column: o, first: 2}", 3), ("{column: o, date: YYYYMMDD, blank: x}", 3)],
)
def test_a_column_keeps_what_it_holds_where_nothing_is_done_to_it_or_can_be(spec: str, place: int) -> None:
    """What is stored as no text is refused as what it is, not read as text."""
    held: Columns = (*HELD, ("o", Stored("c3", OTHER)))
    assert meanings(f"claims: {{paid_amount: {spec}}}", held)[0].columns == (("paid_amount", held[place][1]),)


def test_several_columns_of_any_kind_are_text() -> None:
    held: Columns = (("o", Stored("c0", OTHER)), ("a", Stored("c1", TEXT)))
    ((_, cell),) = meanings("claims: {diagnosis: {columns: [o, a]}}", held)[0].columns
    assert cell.holds == TEXT
    assert cell.name.startswith("CONCAT_WS(' ', ")


def test_each_makes_a_row_of_every_value_and_number_is_without_leading_zeros() -> None:
    held: Columns = tuple(
        (title, Stored(f"c{n}", TEXT)) for n, title in enumerate(("P01", "F1", "P10", "F10", "", "Z"))
    )
    parts = meanings(
        "claims: {each: ['01', 10], paid_amount: 'P{each}', hcpcs: 'f{number}', "
        "claim_id: {constant: '{each}/{number}'}}",
        held,
    )
    assert parts == [
        Meanings((("paid_amount", held[0][1]), ("hcpcs", held[1][1]), ("claim_id", Stored("'01/1'", TEXT))), ("Z",)),
        Meanings((("paid_amount", held[2][1]), ("hcpcs", held[3][1]), ("claim_id", Stored("'10/10'", TEXT))), ("Z",)),
    ]


TWO = "claims: [{files: '*INPATIENT*', claim_id: A}, {files: 'car*.csv', claim_id: b}]"


@pytest.mark.parametrize(
    ("text", "file", "place"),
    [
        (TWO, "d/x_Inpatient_1.csv", 0),
        (TWO, "d/Carrier.CSV", 1),
        ("claims: [{files: 'q*', claim_id: n}, {claim_id: A}]", "x", 0),
    ],
)
def test_a_file_is_read_by_the_first_part_whose_pattern_its_name_has(text: str, file: str, place: int) -> None:
    assert meanings(text, file=file)[0].columns == (("claim_id", HELD[place][1]),)


def test_a_file_that_no_part_is_for_and_columns_that_are_not_there_are_told() -> None:
    expected = "a file of *INPATIENT*, car*.csv, as m.yaml says"
    assert refused(meanings, TWO, HELD, "car/other.csv") == (Problem("car/other.csv", expected, "another name"),)
    held: Columns = (("persn", Stored("c0", TEXT)), ("b", Stored("c1", TEXT)))
    found = refused(meanings, "claims: {bene_id: person, claim_id: b, diagnosis: {columns: [b, DX1, DX2]}}", held, "c")
    said = "this column, as m.yaml says"
    assert found == (
        Problem("c", said, NO_COLUMN, 1, "DX1"),
        Problem("c", said, NO_COLUMN, 1, "DX2"),
        Problem("c", said, NO_COLUMN, 1, "person", "did you mean persn?"),
    )


@pytest.mark.parametrize(
    ("spec", "key", "expected", "found"),
    [
        ("3", "", NAME, "3"),
        ("' '", "", NAME, "' '"),
        ("'p{'", "", NAME, "'p{'"),
        ("'p{foo}'", "", NAME, "'p{foo}'"),
        ("'p{0}'", "", NAME, "'p{0}'"),
        ("[a]", "", NAME, "['a']"),
        ("null", "", NAME, "None"),
        ("{column: [a]}", ".column", NAME, "['a']"),
        ("{columns: a}", ".columns", NAMES, "'a'"),
        ("{columns: []}", ".columns", NAMES, "[]"),
        ("{columns: [a, 3]}", ".columns", NAMES, "['a', 3]"),
        ("{constant: null}", ".constant", VALUE, "None"),
        ("{constant: [x]}", ".constant", VALUE, "['x']"),
        ("{constant: {x: y}}", ".constant", VALUE, "{'x': 'y'}"),
        ("{constant: '{}'}", ".constant", VALUE, "'{}'"),
        ("{constant: '{each.x}'}", ".constant", VALUE, "'{each.x}'"),
        ("{column: a, codes: [1, 2]}", ".codes", CODES, "[1, 2]"),
        ("{column: a, codes: {}}", ".codes", CODES, "{}"),
        ("{column: a, codes: {'1': null}}", ".codes", CODES, "{'1': None}"),
        ("{column: a, codes: {'1': '2'}, other: null}", ".other", "a value", "None"),
        ("{column: a, first: x}", ".first", "how many characters, from 1 on", "'x'"),
        ("{column: a, first: 0}", ".first", "how many characters, from 1 on", "0"),
        ("{column: a, date: hello}", ".date", DATE, "'hello'"),
        ("{column: a, date: YYYYMM}", ".date", DATE, "'YYYYMM'"),
        ("{column: a, date: 8}", ".date", DATE, "8"),
        ("{column: a, blank: [b]}", ".blank", "a value", "['b']"),
        ("{}", "", KEYS, "{}"),
        ("{first: 2}", "", KEYS, "{'first': 2}"),
        ("{column: a, constant: b}", "", KEYS, "{'column': 'a', 'constant': 'b'}"),
        ("{column: a, colour: b}", "", KEYS, "{'column': 'a', 'colour': 'b'}"),
        ("{column: a, each: [1]}", "", KEYS, "{'column': 'a', 'each': [1]}"),
        ("{column: a, other: b}", "", "codes, where there is other", "none"),
    ],
)
def test_what_stands_for_a_column_is_checked_key_by_key(spec: str, key: str, expected: str, found: str) -> None:
    problem = Problem("m.yaml", expected, found, column=f"claims.claim_type{key}")
    assert refused(mapping, f"claims: {{claim_type: {spec}}}") == (problem,)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("claims: {each: 3}", Problem("m.yaml", "a list, such as [1, 2, 3]", "3", column="claims.each")),
        ("claims: {each: []}", Problem("m.yaml", "a list, such as [1, 2, 3]", "[]", column="claims.each")),
        ("claims: {each: [[1]]}", Problem("m.yaml", "a list, such as [1, 2, 3]", "[[1]]", column="claims.each")),
        ("claims: {files: 3}", Problem("m.yaml", "a pattern of names of files, in quotes", "3", column="claims.files")),
        (
            "claims: {files: ''}",
            Problem("m.yaml", "a pattern of names of files, in quotes", "''", column="claims.files"),
        ),
        ("claims: {ben_id: a}", Problem("m.yaml", "a column of claims", "'ben_id'", fix="did you mean bene_id?")),
        ("claims: {zzz: a}", Problem("m.yaml", "a column of claims", "'zzz'")),
        (
            "claim: {bene_id: a}",
            Problem(
                "m.yaml",
                "one of claims, enrollment, assignment, population, crosswalk",
                "'claim'",
                fix="did you mean claims?",
            ),
        ),
        *(
            (text, Problem("m.yaml", "tables such as claims, and for each our columns", "something else"))
            for text in ("", "3", "{}", "claims: a", "claims: []", "claims: [a]", "claims: [{bene_id: a}, b]")
        ),
    ],
)
def test_a_mapping_is_of_tables_and_their_columns(text: str, problem: Problem) -> None:
    assert refused(mapping, text) == (problem,)


def test_everything_that_is_wrong_with_a_mapping_is_told_at_once() -> None:
    found = refused(mapping, "claims: [{bene_id: 3, zzz: a}, {first: x}]\npopulation: {bene_id: {}}")
    assert [(each.column, each.found) for each in found] == [
        ("claims.bene_id", "3"),
        (None, "'zzz'"),
        (None, "'first'"),
        ("population.bene_id", "{}"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        (b"a: [", "while parsing a flow node"),
        (b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)
def test_a_mapping_that_cannot_be_read_is_told_with_the_reason(content: bytes | None, reason: str) -> None:
    if content is not None:
        Path("m.yaml").write_bytes(content)
    (problem,) = refused(read_mapping, "m.yaml", yaml.safe_load)
    assert problem.expected == "a mapping file (YAML), or one of alr, de-synpuf, tuva"
    assert problem.found.startswith(reason)


def test_a_file_wins_over_the_mapping_of_its_name_that_comes_with_the_package() -> None:
    assert set(read_mapping("alr", yaml.safe_load)) == {"assignment", "enrollment"}
    Path("alr").write_text("claims: {bene_id: a}")
    assert set(read_mapping("alr", yaml.safe_load)) == {"claims"}
    Path("own").write_text("population: {bene_id: a}")
    assert set(read_mapping("own", yaml.safe_load)) == {"population"}
