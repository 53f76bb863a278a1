"""Old identifiers lead to present ones, however many steps that takes; those that lead nowhere are told."""

from __future__ import annotations

import pytest

from aco_cli.errors import Problem
from aco_cli.inputs.claims.crosswalk import follow_chains, with_current_ids
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables
from aco_cli.inputs.claims.final import SQL

LOOP = Problem("x.csv", "chains of identifiers that end", "identifiers that lead back to themselves")


def followed(tables: DuckdbTables, *pairs: str) -> list[Problem]:
    rows = ", ".join(f"('{old}', '{new}')" for old, new in pairs)
    tables.view("crosswalk_read", f"SELECT * FROM (VALUES {rows}) t(old, new)")
    return follow_chains(tables, SQL, "x.csv")


@pytest.mark.parametrize(
    ("pairs", "current"),
    [
        (["ab"], {"a": "b"}),
        (["aa"], {}),
        (["ab", "ab", "bb"], {"a": "b"}),
        (["ab", "bc"], {"a": "c", "b": "c"}),
        (["ac", "bc", "cd", "de", "ef"], dict.fromkeys("abcde", "f")),
        (["ac", "ab", "bc"], {"a": "c", "b": "c"}),
    ],
)
def test_chains_are_followed_to_their_end(pairs: list[str], current: dict[str, str], tables: DuckdbTables) -> None:
    assert followed(tables, *pairs) == []
    found = tables.query("SELECT old_id, new_id FROM current_ids ORDER BY 1")
    assert list(found.itertuples(index=False, name=None)) == sorted(current.items())


@pytest.mark.parametrize(
    "pairs", [["ab", "ba"], ["ab", "bc", "ca"], ["xa", "ab", "ba"], ["pq", "ab", "bc", "cd", "da"]]
)
def test_chains_without_an_end_are_told(pairs: list[str], tables: DuckdbTables) -> None:
    assert followed(tables, *pairs) == [LOOP]


def test_identifiers_that_lead_to_several_are_counted(tables: DuckdbTables) -> None:
    fix = "correct or leave out their rows"
    problem = Problem("x.csv", "one present identifier for each old one", "2 that lead to several", fix=fix)
    assert followed(tables, "ab", "ac", "zx", "dx", "dy", "ex") == [problem]


def test_rows_are_by_present_identifiers(tables: DuckdbTables) -> None:
    assert followed(tables, "ab", "bc") == []
    tables.view("paid_by", "SELECT * FROM (VALUES ('a', 1, 'x'), ('b', 2, 'y'), ('d', 3, 'z')) t(bene_id, paid, note)")
    found = tables.query(with_current_ids("paid_by", ["paid", "bene_id", "note"]) + " ORDER BY paid")
    assert found.to_dict("list") == {"bene_id": ["c", "c", "d"], "paid": [1, 2, 3], "note": ["x", "y", "z"]}
