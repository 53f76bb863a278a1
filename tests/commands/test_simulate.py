"""`aco simulate`: the figures, the same bytes for the same seed, and the chart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Aco = Callable[..., CompletedProcess[Any]]
Rows = Callable[[str], list[dict[str, str]]]
Roster = Callable[..., Path]
FEW = ("--draws", "200")


def test_no_chance_is_the_settlement(aco: Aco, rows: Rows, settled: CompletedProcess[str], roster_2014: Path) -> None:
    done = aco("simulate", "2014", roster_2014, "--sd", "0", "--draws", "2")
    assert done.returncode == 0
    figures = ("settlement", "expected_settlement", "settlement_p05", "settlement_p50", "settlement_p95")
    for found, expected in zip(rows(done.stdout), rows(settled.stdout), strict=True):
        assert found["aco_id"] == expected["aco_id"]
        assert {found[name] for name in figures} == {expected["settlement"]}
        assert found["probability_earn"] == ("1" if expected["outcome"] == "earned" else "0")


def test_same_seed_same_bytes(aco: Aco, roster_2014: Path) -> None:
    first, again, other = (
        aco("simulate", "2014", roster_2014, *FEW, "--seed", seed, text=False) for seed in ("3", "3", "4")
    )
    assert (first.returncode, first.stdout, first.stderr) == (0, again.stdout, again.stderr)
    assert first.stdout != other.stdout


def test_one_aco_has_the_draws_it_has_among_all(aco: Aco, rows: Rows, roster_2014: Path) -> None:
    everyone = {row["aco_id"]: row for row in rows(aco("simulate", "2014", roster_2014, *FEW).stdout)}
    alone = rows(aco("simulate", "2014", roster_2014, *FEW, "--aco", "A67373").stdout)
    assert alone == [everyone["A67373"]]


def test_where_the_deviation_is_from_is_said(aco: Aco, roster: Roster) -> None:
    done = aco("simulate", "2014", roster(), *FEW)
    assert "standard deviations are derived from the scale of the minimum savings rate" in done.stderr
    assert "all ACOs: expected settlement $4,4" in done.stderr
    assert "derived" not in aco("simulate", "2014", roster(), *FEW, "--sd", "0.01").stderr


def test_roster_columns_may_be_asked_for(aco: Aco, roster: Roster) -> None:
    columns = ("--columns", "aco_id,state,sd,probability_owe")
    done = aco("simulate", "2014", roster({"state": "Ohio"}), *FEW, *columns)
    assert done.stdout == "aco_id,state,sd,probability_owe\nA1,Ohio,0.02136,0\n"


def test_what_some_draws_lack_is_a_warning(aco: Aco, rows: Rows, roster: Roster) -> None:
    dollars = {"benchmark_total": "10000000", "expenditure_total": "10900000"}
    file = roster({"track": "track-2", "assigned_beneficiaries": "1000"} | dollars)
    done = aco("simulate", "2014", file, *FEW, "--strict")
    assert done.returncode == 4
    assert "1 of 1 ACOs have draws that are not calculable" in done.stderr
    row = rows(done.stdout)[0]
    assert row["expected_settlement"] == ""
    assert row["notes"].endswith("in draws: agreement_year is missing and decides the loss limit")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--draws", "0"),
        ("--draws", "1000001"),
        ("--seed", "-1"),
        ("--sd", "-0.1"),
        ("--sd", "2"),
        ("--sd", "x"),
        ("--sd", "nan"),
    ],
)
def test_wrong_numbers_are_refused(aco: Aco, roster: Roster, option: str, value: str) -> None:
    done = aco("simulate", "2014", roster(), option, value)
    assert (done.returncode, done.stdout) == (2, "")
    assert option in done.stderr


def test_chart_shows_the_acos_and_says_what_it_leaves_out(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    file = roster(
        {"aco_id": "A1"},
        {"aco_id": "A2"},
        {"aco_id": "A3", "expenditure_total": "120000000"},
        {"aco_id": "A4", "quality_score": ""},
    )
    first, again, bitmap = tmp_path / "a.svg", tmp_path / "b.svg", tmp_path / "c.png"
    for output in (first, again, bitmap):
        assert aco("simulate", "2014", file, *FEW, "-o", output).returncode == 0
    drawn = first.read_text("utf-8")
    assert drawn.startswith("<svg")
    assert all(
        text in drawn
        for text in (">A1<", ">A2<", "Not drawn: 1 at $0 from the 5th to the 95th percentile; 1 not calculable.")
    )
    assert not any(text in drawn for text in (">A3<", ">A4<"))
    assert first.read_bytes() == again.read_bytes()
    assert bitmap.read_bytes().startswith(b"\x89PNG")


def test_manifest_is_verified(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    assert aco("simulate", "2014", roster(), *FEW, "-o", output, "--manifest").returncode == 0
    assert aco("verify", f"{output}.manifest.json").returncode == 0
