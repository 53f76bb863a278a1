"""`aco columns`, and docs/columns.md, which is made from the same dictionary."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from aco_cli.commands.dictionary import INPUT, dictionary
from aco_cli.commands.table import COMMANDS
from aco_cli.inputs.claims.contracts import CONTRACTS
from aco_cli.inputs.layout import all_layouts
from aco_cli.outputs.columns import column_names, output_tables

Aco = Callable[..., CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, str]]]
DOCS = Path(__file__).parents[2] / "docs"
INPUTS = [*all_layouts(), *CONTRACTS]


def names(aco: Aco, rows: Rows, *asked: str) -> dict[str, list[str]]:
    """The columns that are listed, by the table that they belong to."""
    found: dict[str, list[str]] = {}
    for row in rows(aco("columns", *asked).stdout):
        found.setdefault(row["belongs_to"], []).append(row["column"])
    return found


def test_output_columns_are_those_that_the_command_writes(aco: Aco, rows: Rows, roster_2014: Path) -> None:
    header = aco("settle", "2014", roster_2014).stdout.splitlines()[0]
    assert names(aco, rows, "settle") == {"settle": header.split(",")}


def test_command_is_listed_with_all_its_tables(aco: Aco, rows: Rows) -> None:
    assert list(names(aco, rows, "reconcile")) == [
        "reconcile",
        "reconcile STLMT",
        "reconcile --by-year",
        "reconcile --quality",
    ]
    assert list(names(aco, rows, "rules", "show")) == ["rules show"]
    assert list(names(aco, rows, "rules")) == [table for table in output_tables() if table.startswith("rules ")]


def test_table_that_one_command_writes_and_another_reads_is_listed_both_ways(aco: Aco, rows: Rows) -> None:
    found = rows(aco("columns", "expenditures").stdout)
    written = [row["column"] for row in found if row["direction"] == "output" and row["belongs_to"] == "expenditures"]
    read = [row["column"] for row in found if row["direction"] == "input"]
    assert written == list(column_names("expenditures"))
    assert set(written) < set(read)


def test_roster_says_what_is_required_and_allowed(aco: Aco, rows: Rows) -> None:
    found = {row["column"]: row for row in rows(aco("columns", "roster").stdout)}
    assert [name for name, row in found.items() if row["required"] == "true"] == [
        *("aco_id", "program", "track", "assigned_beneficiaries")
    ]
    assert found["termination_kind"]["allowed"] == "voluntary, involuntary"
    assert found["months"]["allowed"] == "1 to 21"
    assert found["msr_election"]["allowed"] == "sliding, 0 to 0.1"
    assert found["benchmark_total"]["allowed"] == "more than 0"
    assert (found["aco_id"]["unit"], found["deferred_to"]["unit"]) == ("text", "year")


def test_file_of_cms_says_how_its_header_calls_a_column_of_the_roster(aco: Aco, rows: Rows) -> None:
    roster = {row["column"]: row for row in rows(aco("columns", "roster").stdout)}
    found = {row["column"]: row for row in rows(aco("columns", "cms_puf_2024").stdout)}
    assert found["benchmark_total"]["header"] == "ABtotBnchmk"
    assert found["low_revenue"]["unit"] == "boolean"
    for name in ("benchmark_total", "low_revenue"):
        assert found[name]["help"] == roster[name]["help"]


def test_without_a_name_every_table_is_listed(aco: Aco, rows: Rows) -> None:
    assert list(names(aco, rows)) == list(dict.fromkeys([*output_tables(), *INPUTS]))


@pytest.mark.parametrize("table", INPUTS)
def test_every_input_column_says_in_a_sentence_what_it_means(table: str) -> None:
    found = dictionary(table)
    found = found[found["direction"] == INPUT]
    assert len(found)
    assert found["help"].str.fullmatch(r"[A-Z][^\n]*[^. ]\.").all()
    assert found.loc[found["unit"] == "usd", "help"].str.contains("in US dollars").all()
    assert found.loc[found["unit"] == "fraction", "help"].str.contains("fraction").all()


def test_every_output_belongs_to_a_command() -> None:
    commands = tuple(command.name for command in COMMANDS)
    assert [
        table for table in output_tables() if not f"{table} ".startswith(tuple(f"{name} " for name in commands))
    ] == []


@pytest.mark.parametrize(("name", "near"), [("setle", "settle"), ("rostr", "roster"), ("rules shw", "rules show")])
def test_unknown_name_is_refused_with_the_nearest(aco: Aco, name: str, near: str) -> None:
    done = aco("columns", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"no command or input table {name!r}, did you mean {near}" in done.stderr


def test_name_that_is_like_none_is_refused_with_all(aco: Aco) -> None:
    assert "expected one of settle, summary, " in aco("columns", "zzz").stderr


def test_document_is_what_the_dictionary_makes_today() -> None:
    """Where this fails: `make columns`."""
    made = runpy.run_path(str(DOCS / "make_columns.py"))["document"]()
    assert (DOCS / "columns.md").read_text("utf-8") == made


def test_a_name_that_is_no_utf_8_is_refused_as_any_that_is_unknown(aco: Aco) -> None:
    done = aco("columns", "\udcff")
    assert done.returncode == 2
    assert done.stderr.startswith("error: no command or input table '\\udcff', expected one of settle,")
