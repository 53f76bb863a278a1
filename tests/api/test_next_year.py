"""Next year from published results: models of earlier years only, which hold as the rules say they do."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import aco_cli as aco
from aco_cli.engine.next_year import NINETY, fit, paired
from aco_cli.rules.next_year import next_years

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def files(shared_data: Path) -> list[Path]:
    return sorted(shared_data.glob("mssp_puf_*.csv"))


def test_every_model_is_fitted_on_years_before_the_one_it_projects() -> None:
    assert all(each.before + 1 == each.after < each.year for each in next_years())
    assert {str(each.status) for each in next_years()} == {"derived"}


def test_the_models_are_those_that_the_script_makes(files: list[Path], tmp_path: Path) -> None:
    """The script writes beside the package that it is run with: a copy of it here."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "aco_cli" / "rules").mkdir(parents=True)
    script = tmp_path / "docs" / "make_next_year.py"
    script.write_text((ROOT / "docs" / "make_next_year.py").read_text("utf-8"))
    subprocess.run([sys.executable, script, *files], check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    made = (tmp_path / "aco_cli" / "rules" / "next_year.yaml").read_text("utf-8")
    assert made == (ROOT / "aco_cli" / "rules" / "next_year.yaml").read_text("utf-8")


def test_the_models_held_as_well_as_such_a_line_can(files: list[Path]) -> None:
    """Errors below those of no change, and of a line without the risk model (3.26, 2.80 and 2.88 points)."""
    found = aco.project(files, backtest=True).table.set_index("performance_year")
    assert found.loc[[2022, 2023, 2024], "rmse"].round(4).tolist() == [0.0323, 0.0279, 0.0287]
    assert found.loc[[2022, 2023, 2024], "rmse_persistence"].round(4).tolist() == [0.0353, 0.0287, 0.0301]
    assert (found["rmse"] < found["rmse_persistence"]).all()
    assert found["coverage"].between(0.87, 0.98).all()
    assert abs(np.average(found["coverage"], weights=found["acos"]) - 0.9) < 0.03


def test_a_line_through_points_on_a_line_is_that_line() -> None:
    risk = [1.0, 0.0, 1.0, 0.0]
    rates = [-0.1, 0.0, 0.05, 0.1]
    x = pd.DataFrame({"aco_id": ["A", "B", "C", "D"], "name": list("abcd"), "rate": rates, "one_sided": risk})
    y = x.assign(aco_id=["1", "2", "3", "4"], rate=0.01 + 0.5 * x["rate"] - 0.02 * x["one_sided"], one_sided=0.5)
    line = fit(paired(x, y))
    assert line.acos == 4
    assert line[1:4] == pytest.approx((0.01, 0.5, -0.02))
    assert line.sd == pytest.approx(0, abs=1e-12)


def test_every_aco_is_projected_with_its_range_and_settlement(files: list[Path]) -> None:
    found = aco.project(files[-1], 2025, draws=500)
    model = next(each for each in next_years() if each.year == 2025)
    table = found.table
    assert list(table) == [
        *("aco_id", "performance_year", "savings_rate_last", "savings_rate", "savings_rate_p05", "savings_rate_p95"),
        *("settlement", "settlement_p05", "settlement_p95", "probability_earn", "probability_owe", "notes"),
    ]
    assert len(table) == 476
    tracks = pd.read_csv(files[-1], dtype="str").set_index("ACO_ID")["Current_Track"]
    one_sided = tracks.loc[table["aco_id"]].isin(["A", "B"]).to_numpy()
    line = model.intercept + model.slope * table["savings_rate_last"] + model.one_sided * one_sided
    assert np.allclose(table["savings_rate"], line)
    assert np.allclose(table["savings_rate_p95"] - table["savings_rate"], NINETY * model.sd)
    known = table["settlement"].notna()
    assert known.sum() > 400
    assert (table.loc[known, "settlement_p05"] <= table.loc[known, "settlement_p95"]).all()
    assert any("fitted on 407 ACOs of 2023 and 2024" in each.message for each in found.notices)


def test_next_year_may_be_of_another_track_and_quality(aco, shared_data: Path) -> None:
    """The savings rate follows from last year's alone; what is shared of it, from what will be."""

    def row(*words: str) -> dict[str, str]:
        done = aco("project", "2024", shared_data / "mssp_puf_2023.csv", "--aco", "A1540", *words)
        return {**next(csv.DictReader(io.StringIO(done.stdout))), "told": done.stderr}

    as_is, failed = row(), row("--set", "quality_standard_met=false")
    enhanced = row("--set", "track=enhanced", "--set", "msr_election=0.01")
    assert as_is["savings_rate"] == failed["savings_rate"] == enhanced["savings_rate"]
    assert float(failed["settlement"]) == 0 < float(as_is["settlement"]) < float(enhanced["settlement"])
    assert "track and quality as published but for track=enhanced, msr_election=0.01\n" in enhanced["told"]


def test_half_years_of_2019_are_projected_as_one_year_of_the_later_agreement() -> None:
    """Savings of both halves make the rate; benchmarks are those of the months settled, and of the year again."""
    whole = {"program": "mssp", "performance_year": 2019, "assigned_beneficiaries": 9000, "agreement_period": 1}
    whole |= {"agreement_start": "2019-01-01", "track": "basic-e", "months": 12, "msr_election": 0.0}
    good = {"quality_score": 0.9, "quality_standard_met": True, "participant_revenue": 4e7}
    halves = {**whole, "aco_id": "A2", "months": 6}
    rows = [
        {**halves, "agreement_start": "2019-07-01", "benchmark_total": 50e6, "expenditure_total": 46e6, **good},
        {**halves, "benchmark_total": 50e6, "expenditure_total": 50e6, **good},
        {**whole, "aco_id": "A1", "benchmark_total": 100e6, "expenditure_total": 96e6, **good},
    ]
    found = aco.project(pd.DataFrame(rows), 2020, draws=100).table.set_index("aco_id")
    assert found["savings_rate_last"].round(12).tolist() == [0.04, 0.04]
    assert found.loc["A2", "settlement"] == pytest.approx(found.loc["A1", "settlement"])
    assert found.loc["A1", "settlement"] > 0


def test_what_cannot_be_projected_is_refused(aco, files: list[Path]) -> None:
    assert "no model for 2012" in aco("project", "2012", files[0]).stderr
    earlier = aco("project", "2025", files[0])
    assert earlier.returncode == 3
    assert "expected rows of 2024, found none" in earlier.stderr
    assert "two years that follow each other" in aco("project", "--backtest", files[0]).stderr
    assert aco("project", "2025").returncode == 2
