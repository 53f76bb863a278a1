"""Claim feeds come to what a slow reading of the rules makes of them, to the cent; every record is accounted for."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from aco_cli.api.claims import Found, Sought, from_claims
from aco_cli.api.run import Run
from aco_cli.inputs.claims.cclf_files import find_cclf
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook

FEEDS, AT_ONCE = 200, 20  # a run costs more than the feeds in it
FEW = 4  # Spark takes seconds for each statement
SILENT = ("read", "counted", "not_assigned", "not_eligible")  # what every feed has
KEYS = ("aco_id", "performance_year", "period", "calendar_year", "enrollment_type")
NOT_ROWS = ("covid_months", "assigned_without_claims", "assigned_without_enrollment")
BOOK = RuleBook()


def compute(tables: Any, folder: Path, run: Run, *, cclf: bool, enrollment: bool = True) -> Found:
    names = ["assignment", *["enrollment"][: enrollment or not cclf], *(() if cclf else ("claims", "crosswalk"))]
    files = {name: [str(folder / f"{name}.csv")] for name in names}
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    feed = find_cclf([str(folder / "cclf")], lambda: scratch) if cclf else None
    sought = Sought(files, Years.parse("all"), [str(folder / "reference.csv")], cclf=feed, repeats="once")
    return from_claims(tables, sought, BOOK, run, lambda _stage: None)


def agree(found: Found, people: Any, audit: dict[str, Any], slowly: Callable[[Any], Any], *, scores: bool) -> None:
    """Person years, dollars and scores of every ACO, year and type to the last digit; every line of the audit."""
    expected = slowly(people)
    rows = found.rows.to_dict("records")
    assert len(rows) == len(expected)
    for row in rows:
        total = expected[tuple(row[key] for key in KEYS)]
        assert row["assigned_beneficiaries"] == total["people"]
        assert row["person_years"] == float(total["years"])
        if total["years"]:
            assert row["per_capita_expenditure"] == float(total["dollars"] / total["years"])
            score = float(total["scores"] / total["years"]) if scores else math.nan
            assert row["risk_score"] == pytest.approx(score, nan_ok=True, rel=1e-14)
    told = {name: (line.count, Fraction(line.dollars)) for name, line in found.audit.items() if name not in NOT_ROWS}
    assert {name: line for name, line in told.items() if any(line)} == {
        name: line for name, line in audit.items() if any(line)
    }


def all_is_told(run: Run, audit: dict[str, Any]) -> None:
    """What took rows out is named with its number and dollars, and nobody is."""
    messages = [str(notice) for notice in run.notices]
    for name, (count, dollars) in audit.items():
        if name not in SILENT and count:
            told = float(dollars / 2 if name == "cancelled" else dollars)
            assert any(f"{count:,} rows" in each and f"${told:,.2f}" in each for each in messages), (name, messages)
    assert not re.search(r"1[STU]\d\d|(?<![.\d])\d{13}\b", "\n".join(messages))


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, FEEDS // AT_ONCE))]
)
def test_feeds_come_to_what_the_rules_say(
    make_feed: Any, by_the_rules: Any, versions_lacking: Any, slowly: Any, duckdb_tables: Any, tmp_path: Path, seed: int
) -> None:
    """As CCLF, and the same claims as a table."""
    feed = make_feed(seed, tmp_path, AT_ONCE)
    for cclf in (True, False):
        alone = cclf and feed.from_cclf8
        people, audit = by_the_rules(feed, plain=not cclf)
        run = Run()
        found = compute(duckdb_tables, tmp_path, run, cclf=cclf, enrollment=not alone)
        agree(found, people, audit, slowly, scores=not alone)
        all_is_told(run, audit)
        warned = [str(each) for each in run.notices if each.code in ("cancelled_alone", "adjusted_alone")]
        expected = [(words, *each) for words, each in versions_lacking(feed).items() if each[0]]
        assert len(warned) == len(expected)
        for message, (words, count, dollars) in zip(warned, expected, strict=True):
            assert f"{count:,} rows with ${float(dollars):,.2f} are {words}" in message


@pytest.mark.slow
def test_duckdb_and_spark_make_the_same_of_a_feed(
    make_feed: Any, duckdb_tables: Any, spark: Any, tmp_path: Path
) -> None:
    make_feed(1, tmp_path, FEW)
    one, other = (compute(tables, tmp_path, Run(), cclf=True) for tables in (duckdb_tables, spark))
    assert other.rows.to_csv() == one.rows.to_csv()
    assert other.audit == one.audit
    assert len(one.rows) > FEW
