"""`aco template`: a roster with the columns that a track needs, which the settlement then takes."""

from __future__ import annotations

from pathlib import Path

import pytest


def header(aco, *words: str) -> list[str]:
    done = aco("template", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[0].split(",")


def test_a_row_says_program_track_and_year(aco) -> None:
    names, row = (line.split(",") for line in aco("template", "track-1", "--year", "2014").stdout.splitlines())
    held = dict(zip(names, row, strict=True))
    assert (held["program"], held["track"], held["performance_year"]) == ("mssp", "track-1", "2014")


def test_a_two_sided_track_needs_more_than_a_one_sided_one(aco) -> None:
    one_sided, two_sided = header(aco, "track-1", "--year", "2014"), header(aco, "track-2", "--year", "2014")
    assert "msr_election" not in one_sided
    assert set(one_sided) < set(two_sided)


def test_pioneer_has_one_too(aco) -> None:
    assert "benchmark_total" in header(aco, "core")


def test_a_roster_filled_in_settles(aco, tmp_path: Path) -> None:
    """Its columns are enough for an outcome."""
    roster = tmp_path / "roster.csv"
    assert aco("template", "track-1", "--year", "2014", "-o", str(roster)).returncode == 0
    names, row = (line.split(",") for line in roster.read_text(encoding="utf-8").splitlines())
    held = dict(zip(names, row, strict=True))
    held |= {"aco_id": "A1", "assigned_beneficiaries": "60000", "benchmark_total": "100e6"}
    held |= {"expenditure_total": "96e6", "quality_score": "1"}
    roster.write_text(f"{','.join(held)}\n{','.join(held.values())}\n", encoding="utf-8")
    done = aco("settle", "2014", str(roster), "--columns", "aco_id,outcome,settlement")
    assert done.stdout.splitlines()[1] == "A1,earned,1960000.00"


@pytest.mark.parametrize(
    ("words", "near"), [(("trak1",), "did you mean track-1"), (("enhanced", "--year", "2014"), "2014")]
)
def test_a_track_or_year_that_is_not_there_is_refused(aco, words: tuple[str, ...], near: str) -> None:
    done = aco("template", *words)
    assert done.returncode in (2, 3)
    assert near in done.stderr


@pytest.mark.parametrize(
    ("word", "track"), [("Track 1", "track-1"), ("Track One Plus", "track-1-plus"), ("e", "basic-e")]
)
def test_a_track_is_read_however_it_is_spelled(aco, word: str, track: str) -> None:
    assert aco("template", word).stdout == aco("template", track).stdout
