"""From claims to settlement: every step reads what the one before wrote, and the figures are those known beforehand."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest

Aco = Callable[..., CompletedProcess[str]]
KEYS = ["aco_id", "performance_year", "period", "calendar_year", "enrollment_type"]
YEAR = "2023"


@pytest.fixture(scope="module")
def folder(aco: Aco, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A population and, in expenditures.parquet, what `aco expenditures` makes of it."""
    folder = tmp_path_factory.mktemp("chain")
    arguments = ("--acos", "5", "--beneficiaries", "1000", "--claims-per-month", "0.5", "--seed", "4", "--year", YEAR)
    assert aco("synth", "pop", *arguments, cwd=folder).returncode == 0
    files = [
        word
        for name in ("claims", "enrollment", "assignment")
        for word in (f"--{name}", f"{folder}/pop/{name}.parquet")
    ]
    figures = ("--reference", "pop/reference.csv", "--county-ffs", "pop/county_ffs.csv")
    done = aco("expenditures", YEAR, *files, *figures, "-o", "expenditures.parquet", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "is in no county file" not in done.stderr
    return folder


def from_expenditures(aco: Aco, folder: Path, command: str, expenditures: str) -> pd.DataFrame:
    files = ("--expenditures", expenditures, "--reference", "pop/reference.csv")
    done = aco(command, YEAR, "pop/roster.csv", *files, "--exact", cwd=folder)
    assert done.returncode == 0, done.stderr
    return pd.read_csv(StringIO(done.stdout))


def test_expenditures_are_those_the_generator_knows(folder: Path) -> None:
    found = pd.read_parquet(folder / "expenditures.parquet").set_index(KEYS).sort_index()
    expected = pd.read_csv(folder / "pop" / "expected.csv").set_index(KEYS).sort_index()
    assert list(found.index) == list(expected.index)
    assert list(found.columns) == list(expected.columns)
    exact = ["assigned_beneficiaries", "person_years", "per_capita_expenditure", "risk_score"]
    pd.testing.assert_frame_equal(found[exact], expected[exact], check_exact=True)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-13, atol=0)


@pytest.mark.parametrize("command", ["benchmark", "settle"])
def test_what_follows_is_the_same_from_either(aco: Aco, folder: Path, command: str) -> None:
    found, expected = (
        from_expenditures(aco, folder, command, file) for file in ("expenditures.parquet", "pop/expected.csv")
    )
    pd.testing.assert_frame_equal(found, expected, rtol=1e-11, atol=1e-6)
    assert (found["benchmark_total"].astype(float) > 0).all()


def test_settlement_rests_on_the_benchmark_and_ends_in_every_way(aco: Aco, folder: Path) -> None:
    settled = from_expenditures(aco, folder, "settle", "expenditures.parquet")
    benchmark = from_expenditures(aco, folder, "benchmark", "expenditures.parquet")
    for name in ("benchmark_total", "expenditure_total"):
        assert settled[name].tolist() == benchmark[name].tolist()
    assert {"earned", "below-msr", "owed"} <= set(settled["outcome"])
    assert settled.loc[settled["outcome"] == "earned", "settlement"].gt(0).all()
    assert settled.loc[settled["outcome"] == "owed", "settlement"].lt(0).all()


def test_the_payment_at_the_end_of_the_chain_is_the_share_of_its_savings(aco: Aco, folder: Path) -> None:
    """42 CFR 425.605(d), 425.610(d), of 2023: the maximum rate where the standard is met, less 2 %, up to a cap."""
    settled = from_expenditures(aco, folder, "settle", "expenditures.parquet")
    paid = settled[settled["outcome"] == "earned"]
    highest = paid["track"].map({"basic-a": 0.4, "basic-b": 0.4, "enhanced": 0.75}).fillna(0.5)
    cap = paid["track"].map({"enhanced": 0.2}).fillna(0.1) * paid["benchmark_total"]
    savings = paid["benchmark_total"] - paid["expenditure_total"]
    assert paid["quality_standard_met"].all()
    assert paid["settlement"].tolist() == pytest.approx((savings * highest * 0.98).clip(upper=cap).tolist(), rel=1e-12)


def test_the_files_fit_their_contracts(aco: Aco, folder: Path) -> None:
    for files in (("pop/roster.csv", "pop/reference.csv", "expenditures.parquet"), ("pop/expected.csv",)):
        done = aco("check", *files, cwd=folder)
        assert (done.returncode, done.stdout) == (0, "")
