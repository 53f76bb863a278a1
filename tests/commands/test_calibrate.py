"""`aco calibrate`: a public use file in; a reference file, residuals and a report out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pandas as pd
import pytest

from aco_cli.inputs.benchmark import load_table
from aco_cli.inputs.layout import layouts_of

Aco = Callable[..., CompletedProcess[str]]

TYPES = {"esrd": 80_000, "disabled": 9_500, "aged_dual": 15_000, "aged_nondual": 9_000}
TREND = {"by1": 1.03, "by2": 1.01, "by3": 1.0}
WEIGHT = {"by1": 0.1, "by2": 0.3, "by3": 0.6}
HEADINGS = {name: column.sources[0] for name, column in layouts_of("published-benchmarks")[0].columns.items()}
DOLLARS = "--columns", "aco_id,historical_benchmark,notes", "--exact"


def public_use_file(folder: Path, starts: dict[str, int]) -> Path:
    """A made-up file under CMS's headings: so many ACOs of each agreement start, every type with the same trend."""
    random, acos = np.random.default_rng(7), sum(starts.values())
    columns: dict[str, object] = {"aco_id": [f"A{number:03}" for number in range(acos)], "performance_year": 2014}
    columns["agreement_start"] = [start for start, count in starts.items() for _ in range(count)]
    total, years = 0.0, 0.0
    for kind, dollars in TYPES.items():
        people = columns[f"person_years_by3_{kind}"] = random.integers(100, 20_000, acos)
        for year in TREND:
            columns[f"per_capita_{year}_{kind}"] = (dollars * random.uniform(0.7, 1.4, acos)).round()
            columns[f"risk_score_{year}_{kind}"] = random.uniform(0.9, 1.3, acos).round(3)
        for year, trend in TREND.items():
            ratio = columns[f"risk_score_by3_{kind}"] / columns[f"risk_score_{year}_{kind}"]
            total = total + people * WEIGHT[year] * trend * columns[f"per_capita_{year}_{kind}"] * ratio
        years = years + people
    columns["published_benchmark"] = (total / years).round()
    path = folder / "puf.csv"
    pd.DataFrame(columns).rename(columns=HEADINGS).to_csv(path, index=False)
    return path


def test_a_reference_file_that_the_benchmark_reads(aco: Aco, tmp_path: Path) -> None:
    done = aco("calibrate", "2014", public_use_file(tmp_path, {"2013-01-01": 40}), "-o", tmp_path / "r.csv")
    assert (done.returncode, done.stdout) == (0, "")
    read, _ = load_table([str(tmp_path / "r.csv")], "reference")
    assert set(read["performance_year"]) == {2014}
    assert read.groupby("calendar_year").size().to_dict() == {2010: 4, 2011: 4, 2012: 4}
    errors = pd.read_csv(tmp_path / "r.csv")["standard_error"]
    wanted = read["calendar_year"].map({2010: 1.03, 2011: 1.01, 2012: 1.0})
    assert ((read["trend_factor"] - wanted).abs() <= 4 * errors).all()


def test_the_report_says_how_well_it_fits(aco: Aco, tmp_path: Path) -> None:
    done = aco("calibrate", "2014", public_use_file(tmp_path, {"2012-07-01": 30, "2013-01-01": 40}))
    first, second = done.stderr.splitlines()
    assert first.startswith("2012-07-01: 30 ACOs, 30 of them in a first agreement; 100.0% within the bound of rounding")
    assert second.startswith("2013-01-01: 40 ACOs")
    assert "standard deviation $" in second
    assert "at 0%" in second
    assert len(done.stdout.splitlines()) == 1 + 2 * 12


def test_residuals_have_every_aco(aco: Aco, tmp_path: Path) -> None:
    file = public_use_file(tmp_path, {"2013-01-01": 40, "2014-01-01": 3})
    aco("calibrate", "2014", file, "-o", tmp_path / "r.csv", "--residuals", tmp_path / "residuals.csv")
    rows = pd.read_csv(tmp_path / "residuals.csv")
    assert len(rows) == 43
    known = rows["residual"].notna()
    assert known.sum() == 40
    assert (rows["residual"][known].abs() <= rows["bound"][known]).all()
    assert rows["within_bound"][known].all()
    assert rows["notes"][~known].str.startswith("3 ACOs with all figures").all()


def test_too_few_acos_of_a_start_are_a_warning(aco: Aco, tmp_path: Path) -> None:
    file = public_use_file(tmp_path, {"2013-01-01": 40, "2014-01-01": 8})
    done = aco("calibrate", "2014", file, "--strict")
    assert done.returncode == 4
    assert (
        "warning: 2014-01-01: no factors from 8 ACOs with all figures, where 8 factors need more than 8" in done.stderr
    )
    assert "2014-01-01" not in done.stdout


def test_nothing_to_estimate_is_an_error(aco: Aco, tmp_path: Path) -> None:
    done = aco("calibrate", "2014", public_use_file(tmp_path, {"2013-01-01": 8}), "-o", tmp_path / "r.csv")
    assert done.returncode == 3
    assert "an agreement start with more than 8 ACOs whose benchmark years" in done.stderr
    assert not (tmp_path / "r.csv").exists()


def test_an_aco_that_does_not_fit_is_named(aco: Aco, tmp_path: Path) -> None:
    path = public_use_file(tmp_path, {"2013-01-01": 200})
    rows = pd.read_csv(path)
    rows.loc[5, "HistBnchmk"] += 30
    rows.to_csv(path, index=False)
    done = aco("calibrate", "2014", path)
    assert "warning: 1 ACOs are further off than rounding explains: A005" in done.stderr


def test_a_suppressed_cell_leaves_an_aco_out(aco: Aco, tmp_path: Path) -> None:
    path = public_use_file(tmp_path, {"2013-01-01": 40})
    rows = pd.read_csv(path, dtype=str)
    rows.loc[5, "Per_Capita_Exp_ALL_ESRD_BY1"] = "*"
    rows.to_csv(path, index=False)
    done = aco("calibrate", "2014", path)
    assert done.returncode == 0
    assert "left out, blank: per_capita_by1_esrd: A005" in done.stderr


@pytest.mark.parametrize("year", ["2014-2015", "all"])
def test_one_year_at_a_time(aco: Aco, tmp_path: Path, year: str) -> None:
    done = aco("calibrate", year, public_use_file(tmp_path, {"2013-01-01": 9}))
    assert done.returncode == 2
    assert f"expected one YEAR such as 2014, found '{year}'" in done.stderr


def test_rows_of_another_year(aco: Aco, tmp_path: Path) -> None:
    done = aco("calibrate", "2015", public_use_file(tmp_path, {"2013-01-01": 9}))
    assert done.returncode == 3
    assert "expected rows of 2015, found rows of 2014; ask for a year it holds" in done.stderr


def test_a_roster_is_no_public_use_file(aco: Aco, roster_2014: Path) -> None:
    done = aco("calibrate", "2014", roster_2014)
    assert done.returncode == 3
    assert "HistBnchmk" in done.stderr


def test_updates_need_the_figures_of_the_year(aco: Aco, tmp_path: Path) -> None:
    done = aco("calibrate", "2014", public_use_file(tmp_path, {"2013-01-01": 40}), "--updates")
    assert done.returncode == 3
    assert "column UpdatedBnchmk: missing required column, for --updates" in done.stderr


def test_updates_go_below_the_trend_factors(aco: Aco, tmp_path: Path) -> None:
    """A year with everything as in benchmark year 3, $100 a person more."""
    path = public_use_file(tmp_path, {"2013-01-01": 40})
    rows = pd.read_csv(path)
    rows["UpdatedBnchmk"] = rows["HistBnchmk"] + 100
    for name in [name for name in rows if name.endswith("_BY3") and not name.startswith("Per_Capita")]:
        rows[name.replace("_BY3", "_PY")] = rows[name]
    rows.to_csv(path, index=False)
    done = aco("calibrate", "2014", path, "--updates", "-o", tmp_path / "r.csv")
    assert "2013-01-01: updates from 40 of 40 ACOs" in done.stderr
    read, _ = load_table([str(tmp_path / "r.csv")], "reference")
    assert read["calendar_year"].tolist() == [2010] * 4 + [2011] * 4 + [2012] * 4 + [2014] * 4
    errors = pd.read_csv(tmp_path / "r.csv")["standard_error"]
    assert ((read["flat_dollar_update"] - 100).abs() <= 4 * errors)[12:].all()
    assert read["trend_factor"].notna().tolist() == [True] * 12 + [False] * 4


def test_two_outputs_need_two_files(aco: Aco, tmp_path: Path) -> None:
    file = public_use_file(tmp_path, {"2013-01-01": 9})
    assert aco("calibrate", "2014", file, "-o", "same.csv", "--residuals", "same.csv").returncode == 2
    assert aco("calibrate", "2014", file, "--residuals", "-").returncode == 2


def test_the_benchmark_of_the_same_figures_is_the_published_one(aco: Aco, tmp_path: Path) -> None:
    """From the file's own figures as an expenditure file and the factors: the chain that users will run."""
    puf = public_use_file(tmp_path, {"2013-01-01": 40})
    aco("calibrate", "2014", puf, "-o", tmp_path / "r.csv", "--residuals", tmp_path / "residuals.csv")
    published = pd.read_csv(puf)
    ids = {"aco_id": published["ACO_Num"], "performance_year": 2014}
    rows = [_expenditures(published, ids, year, kind) for year in (*TREND, "py") for kind in TYPES]
    pd.concat(rows).to_csv(tmp_path / "e.csv", index=False)
    agreement = {"program": "mssp", "track": "track-1", "agreement_start": "2013-01-01", "agreement_period": 1}
    pd.DataFrame(ids | agreement | {"assigned_beneficiaries": 9_000}).to_csv(tmp_path / "roster.csv", index=False)
    kinds = [kind.replace("_", "-") for kind in TYPES]
    update = {"performance_year": 2014, "calendar_year": 2014, "enrollment_type": kinds, "flat_dollar_update": 0}
    pd.DataFrame(update).to_csv(tmp_path / "u.csv", index=False)

    references = ["--reference", tmp_path / "r.csv", "--reference", tmp_path / "u.csv"]
    files = [tmp_path / "roster.csv", "--expenditures", tmp_path / "e.csv", *references]
    done = aco("benchmark", "2014", *files, *DOLLARS, "-o", tmp_path / "b.csv")
    assert done.returncode == 0, done.stderr
    found = pd.read_csv(tmp_path / "b.csv").merge(pd.read_csv(tmp_path / "residuals.csv"), on="aco_id")
    assert len(found) == 40
    assert ((found["historical_benchmark"] - found["recomputed_benchmark"]).abs() <= 0.005).all()
    assert ((found["historical_benchmark"] - found["published_benchmark"]).abs() <= found["bound"]).all()


def _expenditures(published: pd.DataFrame, ids: dict[str, object], year: str, kind: str) -> pd.DataFrame:
    """One period and type of an expenditure file; the performance year is benchmark year 3 over again."""
    source = "by3" if year == "py" else year
    figures = {
        "period": year.upper(),
        "calendar_year": {"by1": 2010, "by2": 2011, "by3": 2012, "py": 2014}[year],
        "enrollment_type": kind.replace("_", "-"),
        "person_years": published[HEADINGS[f"person_years_by3_{kind}"]],
        "per_capita_expenditure": published[HEADINGS[f"per_capita_{source}_{kind}"]],
        "risk_score": published[HEADINGS[f"risk_score_{source}_{kind}"]],
        "risk_ratio": 1.0 if year == "py" else None,
    }
    return pd.DataFrame(ids | figures)
