"""`aco expenditures` as a user runs it: files in, rows and messages out, and how it ends when something is wrong."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Runner = Callable[..., CompletedProcess[Any]]
FILES = {
    "claims.csv": """bene_id,claim_id,claim_type,through_date,paid_amount,ime_amount,dsh_amount,denied
001,c1,60,2018-03-31,11000.00,600,400,false
001,c2,71,2018-07-01,9999.00,,,true
002,c3,40,2018-02-28,-50.00,,,0
""",
    "assignment.csv": """aco_id,performance_year,period,calendar_year,bene_id
A1,2018,PY,2018,001
A1,2018,PY,2018,002
A1,2018,PY,2018,003
A1,2019,BY3,2018,002
""",
    "reference.csv": """performance_year,calendar_year,enrollment_type,truncation_threshold,mean_risk_score
2018,2018,esrd,500000,1
2018,2018,disabled,200000,1
2018,2018,aged-dual,208929.14,1
2018,2018,aged-nondual,90000,0.5
""",
    "population.csv": "calendar_year,bene_id\n2018,001\n2018,002\n",
}
HEADER = "bene_id,month,esrd,age,dual_status,part_a,part_b,health_plan,alive,risk_score,county"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    months = [f"001,2018-{m:02},0,70,02,1,1,0,1,1.2,01000" for m in range(1, 7)]
    months += [f"002,2018-{m:02},0,80,NA,1,1,0,1,0.75,01010" for m in range(1, 13)]
    (tmp_path / "enrollment.csv").write_text("\n".join([HEADER, *months, ""]))
    return tmp_path


ARGUMENTS = ("--claims", "claims.csv", "--enrollment", "enrollment.csv", "--assignment", "assignment.csv")
REFERENCE = ("--reference", "reference.csv")


def rows(text: str) -> dict[str, dict[str, str]]:
    return {row["enrollment_type"]: row for row in csv.DictReader(io.StringIO(text))}


def test_claims_come_out_as_expenditures_by_type(aco: Runner, folder: Path) -> None:
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, cwd=folder)
    found = rows(done.stdout)
    assert list(found) == ["esrd", "disabled", "aged-dual", "aged-nondual"]
    assert found["aged-dual"] == {
        "aco_id": "A1",
        "performance_year": "2018",
        "period": "PY",
        "calendar_year": "2018",
        "enrollment_type": "aged-dual",
        "assigned_beneficiaries": "3",
        "person_years": "0.5",
        "per_capita_expenditure": "20260",
        "risk_score": "1.2",
        "regional_expenditure": "",
        "national_weight": "",
    }
    assert float(found["aged-nondual"]["per_capita_expenditure"]) == pytest.approx(-50 * 1.013)
    assert found["aged-nondual"]["risk_score"] == "1.5"
    assert found["esrd"]["person_years"] == "0"
    assert "1 beneficiaries have no enrollment records in an assigned calendar year" in done.stderr
    assert done.returncode == 0


def test_what_is_assumed_is_said(aco: Runner, folder: Path) -> None:
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, cwd=folder)
    assert "not published for all these years: claim_types, completion_factor" in done.stderr


def test_a_warning_under_strict_is_an_exit_code(aco: Runner, folder: Path) -> None:
    assert aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, "--strict", cwd=folder).returncode == 4


def test_the_population_gives_what_the_reference_lacks(aco: Runner, folder: Path) -> None:
    path = folder / "reference.csv"
    path.write_text(path.read_text().replace("aged-nondual,90000,0.5", "aged-nondual,,"))
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, "--national", "population.csv", cwd=folder)
    assert "2018 aged-nondual: threshold 0.000000, mean risk score 0.75, from 1 people of --national" in done.stderr
    assert float(rows(done.stdout)["aged-nondual"]["per_capita_expenditure"]) == 0
    claims = folder / "claims.csv"
    claims.write_text(claims.read_text().replace("-50.00", "50.00"))
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, "--national", "population.csv", cwd=folder)
    assert "2018 aged-nondual: threshold 50.000000, mean risk score 0.75, from 1 people of --national" in done.stderr
    assert rows(done.stdout)["aged-nondual"]["per_capita_expenditure"] == "50.65"
    assert rows(done.stdout)["aged-nondual"]["risk_score"] == "1"


def test_without_thresholds_there_is_nothing_to_truncate_at(aco: Runner, folder: Path) -> None:
    done = aco("expenditures", "2018", *ARGUMENTS, cwd=folder)
    assert done.returncode == 2
    assert "give --reference FILE, --national FILE, or both" in done.stderr
    done = aco("expenditures", "2019", *ARGUMENTS, *REFERENCE, cwd=folder)
    assert done.returncode == 3
    assert "missing a value for 2019, 2018, aged-dual" in done.stderr


def test_a_year_that_the_assignment_lacks_is_told(aco: Runner, folder: Path) -> None:
    done = aco("expenditures", "2020", *ARGUMENTS, *REFERENCE, cwd=folder)
    assert done.returncode == 3
    assert "assignment.csv: expected rows of 2020, found rows of 2018 and 2019" in done.stderr


def test_counties_give_regional_figures_and_those_without_are_listed(
    aco: Runner, folder: Path, shared_data: Path
) -> None:
    path = folder / "enrollment.csv"
    path.write_text(path.read_text().replace("01010", "99999", 3))
    county = ("--county-ffs", shared_data / "county_ffs_2018.csv")
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, *county, cwd=folder)
    found = rows(done.stdout)
    # Autauga and Baldwin, Alabama, as CMS publishes them: per capita / mean score, and 1 / person years
    assert float(found["aged-dual"]["regional_expenditure"]) == pytest.approx(16267.47 / 0.98214, rel=1e-14)
    assert float(found["aged-dual"]["national_weight"]) == pytest.approx(0.5 / 160.92, rel=1e-14)
    assert float(found["aged-nondual"]["regional_expenditure"]) == pytest.approx(9459.36 / 1.01092, rel=1e-14)
    assert float(found["aged-nondual"]["national_weight"]) == pytest.approx(0.75 / 18916.17, rel=1e-14)
    assert (
        "warning: county 99999 has no figures for aged-nondual in the county files of 2018: 0.25 person years "
        "excluded from regional expenditures" in done.stderr
    )


def test_covid_episodes_are_said_not_to_be_taken_out(aco: Runner, folder: Path) -> None:
    for name in ("claims.csv", "assignment.csv", "reference.csv", "enrollment.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("2018", "2021"))
    done = aco("expenditures", "2021", *ARGUMENTS, *REFERENCE, cwd=folder)
    assert "months of inpatient COVID-19 episodes (2020-01-27 to 2023-05-11, 42 CFR 425.611) are not" in done.stderr
    assert done.returncode == 0


def test_a_month_twice_is_refused_and_nothing_is_written(aco: Runner, folder: Path) -> None:
    path = folder / "enrollment.csv"
    path.write_text(path.read_text() + "001,2018-01,1,70,02,1,1,1,1,1.2,01000\n")
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, "-o", "out.csv", cwd=folder)
    assert done.returncode == 3
    assert "enrollment.csv, row 20: expected one row for a beneficiary and month, found such a row" in done.stderr
    assert not (folder / "out.csv").exists()


def test_what_is_wrong_with_any_file_is_told_at_once(aco: Runner, folder: Path) -> None:
    for name, old, new in (
        ("assignment.csv", "A1,2018,PY,2018,003", "A1,2018,BY9,2018,003"),
        ("claims.csv", "9999.00", "SECRET"),
        ("reference.csv", "200000", "much"),
        ("enrollment.csv", "2018-06", "2018-05"),
    ):
        path = folder / name
        path.write_text(path.read_text().replace(old, new, 1))
    (folder / "county.csv").write_text("year\n2018\n")
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, "--county-ffs", "county.csv", cwd=folder)
    assert done.returncode == 3
    for place in (
        "assignment.csv, row 4, column period: expected one of BY1, BY2, BY3, PY, found 'BY9'",
        "claims.csv, row 3, column paid_amount: expected US dollars in whole cents",
        "reference.csv, row 3, column truncation_threshold: expected US dollars",
        "county.csv, row 1: expected CMS county file, found another table",
        "enrollment.csv, row 7: expected one row for a beneficiary and month",
    ):
        assert place in done.stderr


def test_a_column_that_seems_misspelled_is_a_warning(aco: Runner, folder: Path) -> None:
    path = folder / "claims.csv"
    path.write_text(path.read_text().replace("ime_amount", "ime_amnt"))
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, cwd=folder)
    warning = "warning: claims.csv, column ime_amnt: unknown column, ignored; did you mean ime_amount?"
    assert warning in done.stderr
    assert done.returncode == 0


def test_claims_of_nobody_in_the_assignment_are_a_warning(aco: Runner, folder: Path) -> None:
    assert "no claim is of a beneficiary" not in aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, cwd=folder).stderr
    path = folder / "claims.csv"
    path.write_text(path.read_text().replace("\n00", "\n"))
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, cwd=folder)
    assert "warning: no claim is of a beneficiary of the assignment in a month that counts" in done.stderr


def test_scores_that_are_all_zero_divide_nothing(aco: Runner, folder: Path) -> None:
    path = folder / "reference.csv"
    path.write_text(path.read_text().replace("aged-nondual,90000,0.5", "aged-nondual,,"))
    path = folder / "enrollment.csv"
    path.write_text(path.read_text().replace("0.75", "0"))
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, "--national", "population.csv", cwd=folder)
    assert done.returncode == 3
    assert (
        "population.csv: expected people with risk scores above 0 in 2018, aged-nondual, found a mean risk score of 0"
        in done.stderr
    )


def test_a_blank_of_the_reference_says_nothing_else_than_another_row(aco: Runner, folder: Path) -> None:
    header, *lines = FILES["reference.csv"].splitlines()
    starts = [f"{line},{start},{factor}" for line in lines for start, factor in (("2016-01-01", ""), ("", "1.02"))]
    path = folder / "reference.csv"
    path.write_text("\n".join([f"{header},agreement_start,completion_factor", *starts, ""]))
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, cwd=folder)
    assert rows(done.stdout)["aged-dual"]["per_capita_expenditure"] == "20400"
    path.write_text(path.read_text().replace("2016-01-01,\n", "2016-01-01,1.01\n"))
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, cwd=folder)
    assert "expected one threshold, mean risk score and completion factor for a year and type" in done.stderr


@pytest.mark.parametrize(("years", "told"), [("0.25", True), ("0.5", False)])
def test_more_person_years_than_the_county_has_are_a_warning(aco: Runner, folder: Path, years: str, told: bool) -> None:
    kinds = ("ESRD", "Disabled", "Aged/Dual", "Aged/Non-Dual")
    forms = ("Per Capita {} Expenditures", "Average {} HCC Risk Score", "{} Person-Years")
    header = ["Year", "State ID", "County ID", *(form.format(kind) for kind in kinds for form in forms)]
    lines = [f"2018,01,{county}," + ",".join([f"1000,1,{years}"] * 4) for county in ("000", "010")]
    (folder / "county.csv").write_text("\n".join([",".join(header), *lines, ""]))
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, "--county-ffs", "county.csv", cwd=folder)
    crowded = "warning: county 01000: A1, PY has 0.50 person years of aged-dual, more than the 0.25 of all"
    assert (crowded in done.stderr) == told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--claims", "none.parquet"), "none.parquet: file not found"),
        (("--claims", "part*.csv"), "parts.csv: expected files, found an empty folder"),
        (("--claims", "claims.json"), "claims.json: expected Parquet, CSV or TSV"),
        (("--claims", "bad.parquet"), "bad.parquet: expected a Parquet file"),
        (("--temp", "nowhere"), "--temp nowhere: expected a folder that exists"),
        (("--county-ffs", "claims.csv"), "claims.csv, row 1: expected CMS county file, found another table"),
    ],
)
def test_files_that_cannot_be_used_are_told(
    aco: Runner, folder: Path, arguments: tuple[str, str], message: str
) -> None:
    (folder / "claims.json").write_text("[]")
    (folder / "bad.parquet").write_text("not one")
    (folder / "parts.csv").mkdir()
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, *arguments, cwd=folder)
    assert done.returncode == 3
    assert message in done.stderr


def test_spark_that_is_not_there_is_told(aco: Runner, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("expenditures", "2018", *ARGUMENTS, *REFERENCE, "--engine", "spark")
    if shutil.which("java"):
        pytest.importorskip("pyspark")
        done = aco(*arguments, cwd=folder, env={"PATH": str(folder), "JAVA_HOME": ""})
        assert done.returncode == 2
        assert "--engine spark needs a Java runtime, version 17 or newer" in done.stderr
        done = aco(*arguments, cwd=folder, env={"JAVA_HOME": str(folder)})
        assert done.returncode == 2
        assert f"JAVA_HOME is {folder}, where there is no bin/java" in done.stderr
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    done = aco(*arguments, cwd=folder)
    assert done.returncode == 2
    assert "pip install 'aco-cli[spark]'" in done.stderr


@pytest.mark.slow
def test_spark_says_nothing_of_its_own(aco_process: Runner, folder: Path) -> None:
    if not shutil.which("java"):
        pytest.skip("no Java runtime on this machine")
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    arguments = ("expenditures", "2018", *ARGUMENTS, *REFERENCE, "--engine", "spark", "--quiet")
    done = aco_process(*arguments, "--master", "local[2]", "--memory", "1GB", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == aco_process(*arguments[:-2], "duckdb", "--quiet", cwd=folder).stdout
    done = aco_process(*arguments, "--master", "bogus", cwd=folder)
    assert done.returncode == 2
    assert done.stderr == (
        "error: Spark does not start with --master bogus and --memory 4GB: Master must either be yarn or start with "
        "spark, k8s, or local\n"
    )


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_spark_that_is_interrupted_says_nothing(program: str, folder: Path, interruptible: None) -> None:
    if not shutil.which("java"):
        pytest.skip("no Java runtime on this machine")
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    arguments = ("expenditures", "2018", *ARGUMENTS, *REFERENCE, "--engine", "spark", "--temp", "temp", "--quiet")
    (folder / "temp").mkdir()
    with subprocess.Popen([program, *arguments], cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        while not list((folder / "temp").glob("*/blockmgr-*/*/shuffle_*")):  # in the middle of its work
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode == 130
    assert list((folder / "temp").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_killed_run_leaves_no_output_and_can_be_run_again(program: str, aco: Runner, folder: Path) -> None:
    temp = folder / "temp"
    temp.mkdir()
    arguments = ("expenditures", "2018", *ARGUMENTS, *REFERENCE, "--temp", "temp", "-o", "out.parquet")
    with subprocess.Popen([program, *arguments], cwd=folder, stderr=subprocess.DEVNULL) as process:
        while not any(temp.iterdir()):
            assert process.poll() is None
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert [path.name for path in folder.iterdir() if "out" in path.name or path.suffix == ".tmp"] == []
    assert aco(*arguments, cwd=folder).returncode == 0
    assert (folder / "out.parquet").exists()
    assert list(temp.iterdir()) == []


def test_what_is_odd_about_the_reference_is_told(aco: Runner, folder: Path) -> None:
    path = folder / "reference.csv"
    path.write_text(path.read_text().replace("90000,0.5", "90000,50"))
    done = aco("expenditures", "2018", *ARGUMENTS, *REFERENCE, cwd=folder)
    assert done.returncode == 0
    assert (
        "reference.csv, row 5, column mean_risk_score: 50.00, plausible for aged-nondual are 0.20 to 5.00"
        in done.stderr
    )
