"""An amount or a score that depends on a value that is not published is a warning, and `--strict` makes it code 4."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Aco = Callable[..., CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, str]]]
Roster = Callable[..., Path]

# What the loss limit of Track 2 decides, which is assumed.
LIMITED = {"track": "track-2", "expenditure_total": "120000000", "agreement_year": "1"}
SETTLING = {
    "settle": ("settle", "2014"),
    "explain": ("explain", "A1", "2014"),
    "whatif": ("whatif", "2014"),
    "report": ("report", "2014"),
}
MORE = {"whatif": ("--set", "months=12"), "report": ("-o", "book.xlsx")}


def warnings(done: CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("warning: ")]


def expect_a_warning_that_strict_heeds(run: Callable[..., CompletedProcess[str]], words: str) -> None:
    """The one warning says so; without --strict the run is a success, with it code 4, whatever is told."""
    (warning,) = warnings(run())
    assert words in warning
    assert run().returncode == 0
    assert run("--strict").returncode == 4
    assert run("--strict", "--quiet").returncode == 4


@pytest.mark.parametrize("command", SETTLING)
def test_a_settlement_by_an_unpublished_value(aco: Aco, roster: Roster, tmp_path: Path, command: str) -> None:
    file = roster(LIMITED)
    words = "Loss limit" if command == "explain" else "not published"

    def run(*options: str) -> CompletedProcess[str]:
        return aco(*SETTLING[command], file, *MORE.get(command, ()), *options, cwd=tmp_path)

    expect_a_warning_that_strict_heeds(run, words)
    roster({"expenditure_total": "90000000"})
    assert (run("--strict").returncode, warnings(run())) == (0, [])


@pytest.fixture
def rates(aco: Aco, rows: Rows, tmp_path: Path) -> Callable[[float], Path]:
    """Writes rates of all measures of 2018, none of them near an assumed cut but that of ACO-36."""
    shown = rows(aco("rules", "show", "--program", "mssp-quality", "--year", "2018").stdout)
    names = [row["parameter"] for row in shown if row["label"] == "Quality measure"]
    assert len(names) == 30

    def write(rate: float) -> Path:
        given = dict.fromkeys(names, 50.0) | {"ACO-36": rate, "ACO-37": 90.0, "ACO-38": 70.0}
        path = tmp_path / "rates.csv"
        path.write_text(
            f"aco_id,performance_year,performance_year_number,{','.join(given)}\n"
            f"A1,2018,3,{','.join(map(str, given.values()))}\n"
        )
        return path

    return write


def test_a_score_by_an_assumed_cut(aco: Aco, rates: Callable[[float], Path]) -> None:
    """The 90th percentile of ACO-36 in 2018 is assumed, and 25.5 is on one side of it or the other."""
    file = rates(25.5)
    expect_a_warning_that_strict_heeds(lambda *options: aco("quality", "2018", file, *options), "assumed cut points")
    done = aco("quality", "2018", rates(40.0), "--strict")
    assert (done.returncode, warnings(done)) == (0, [])


def test_a_settlement_by_such_a_score(aco: Aco, rates: Callable[[float], Path], roster: Roster) -> None:
    file = roster({"performance_year": "2018", "first_performance_year": "false"})

    def run(rate: float) -> Callable[..., CompletedProcess[str]]:
        return lambda *options: aco("settle", "2018", file, "--quality", rates(rate), *options)

    expect_a_warning_that_strict_heeds(run(25.5), "assumed cut points")
    done = run(40.0)("--strict")
    assert (done.returncode, warnings(done)) == (0, [])


def test_a_settlement_by_a_benchmark_of_unverified_rules(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    """The rules of benchmarks in agreements from 2024 were not checked against the regulation; those before were."""
    periods = {"BY1": 2021, "BY2": 2022, "BY3": 2023, "PY": 2024}
    types = ("esrd", "disabled", "aged-dual", "aged-nondual")
    keys = [(period, year, kind) for period, year in periods.items() for kind in types]
    spent = dict(zip(types, (80_000, 10_000, 10_000, 10_000), strict=True))
    (tmp_path / "expenditures.csv").write_text(
        "aco_id,performance_year,period,calendar_year,enrollment_type,person_years,per_capita_expenditure,risk_score,"
        "demographic_score,regional_expenditure,national_weight\n"
        + "".join(
            f"A1,2024,{period},{year},{kind},2500,{spent[kind]},1,1,{spent[kind]},0.1\n" for period, year, kind in keys
        )
    )
    (tmp_path / "reference.csv").write_text(
        "performance_year,calendar_year,enrollment_type,national_expenditure,acpt_update_factor\n"
        + "".join(f"2024,{year},{kind},{spent[kind]},1.1\n" for _, year, kind in keys)
    )
    agreement = {"performance_year": "2024", "track": "basic-b", "agreement_period": "1", "regional_period": "1"}
    agreement |= {"prior_savings_per_capita": "0", "quality_standard_met": "true"}
    agreement |= dict.fromkeys(("benchmark_total", "expenditure_total"), "")
    more = ("--expenditures", tmp_path / "expenditures.csv", "--reference", tmp_path / "reference.csv")
    file = roster(agreement | {"agreement_start": "2024-01-01"})
    expect_a_warning_that_strict_heeds(lambda *options: aco("settle", "2024", file, *more, *options), "not published")
    roster(agreement | {"agreement_start": "2023-01-01"})
    done = aco("settle", "2024", file, *more, "--strict")
    assert (done.returncode, warnings(done)) == (0, [])
