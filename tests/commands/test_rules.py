"""`aco rules`: every value with its citation and status, its sources, and what is covered."""

from __future__ import annotations

from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

Aco = Callable[..., CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, str]]]

STATUSES = {"published", "derived", "unverified", "assumed"}


@pytest.fixture(scope="module")
def shown(aco: Aco, rows: Rows) -> list[dict[str, str]]:
    return rows(aco("rules", "show").stdout)


def test_every_value_has_citation_and_status(shown: list[dict[str, str]]) -> None:
    assert len(shown) > 20
    assert [row for row in shown if not row["citation"] or row["status"] not in STATUSES] == []


def test_show_chooses_year_track_and_parameter(aco: Aco, rows: Rows) -> None:
    options = ["--year", "2014", "--track", "track-2", "--parameter", "maximum_sharing_rate"]
    (row,) = rows(aco("rules", "show", *options).stdout)
    assert float(row["value"]) == 0.6
    assert "425.606" in row["citation"]


def test_show_refuses_what_no_rule_fits(aco: Aco) -> None:
    done = aco("rules", "show", "--track", "track-9")
    assert (done.returncode, done.stdout) == (2, "")
    assert "coverage" in done.stderr


def test_sources_name_the_documents_of_the_citations(aco: Aco, rows: Rows, shown: list[dict[str, str]]) -> None:
    sources = rows(aco("rules", "sources").stdout)
    names = [row["source"] for row in sources]
    assert [row["citation"] for row in shown if not any(name in row["citation"] for name in names)] == []
    assert all(row["title"] and row["publisher"] for row in sources)


def test_coverage_lists_program_track_and_year(aco: Aco, rows: Rows) -> None:
    covered = {
        (row["program"], row["track"], row["performance_year"]): row for row in rows(aco("rules", "coverage").stdout)
    }
    assert {("mssp", "track-1", str(year)) for year in range(2012, 2016)} <= covered.keys()
    assert {("mssp", "track-2", str(year)) for year in range(2012, 2016)} <= covered.keys()
    assert ("mssp", "track-3", "2014") not in covered
    row = covered["mssp", "track-1", "2014"]
    assert int(row["published"]) >= 5
    others = sum(int(row[status]) for status in STATUSES - {"published"})
    assert others == len(row["uncertain"].split(", "))
