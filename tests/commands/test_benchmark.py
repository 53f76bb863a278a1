"""`aco benchmark` and the chain `aco settle --expenditures --reference`."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest

Runner = Callable[..., CompletedProcess[str]]

CONTRACT = ["historical_benchmark", "regional_adjustment", "adjusted_benchmark", "updated_benchmark", "person_years",
            "benchmark_total", "expenditure_total"]  # fmt: skip


@pytest.fixture
def files(sample: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """The arguments that name the three sample files, with a file changed by a function of its frame."""

    def arguments(**changes: Callable[[pd.DataFrame], pd.DataFrame]) -> list[str]:
        paths = {}
        for name in ("agreements", "expenditures", "reference"):
            paths[name] = sample / f"{name}_2022.csv"
            if name in changes:
                frame = changes[name](pd.read_csv(paths[name], dtype=str, keep_default_na=False))
                paths[name] = tmp_path / f"{name}.csv"
                frame.to_csv(paths[name], index=False)
        expenditures, reference = str(paths["expenditures"]), str(paths["reference"])
        return ["2022", str(paths["agreements"]), "--expenditures", expenditures, "--reference", reference]

    return arguments


def table(done: CompletedProcess[str]) -> list[dict[str, str]]:
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def without_cell(kind: str, period: str, name: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def blank(frame: pd.DataFrame) -> pd.DataFrame:
        chosen = (frame["enrollment_type"] == kind) & (frame["period"] == period) & (frame["aco_id"] == "S2002")
        return frame.assign(**{name: frame[name].mask(chosen, "")})

    return blank


def test_prints_what_the_contract_names(aco: Runner, files) -> None:
    rows = table(aco("benchmark", *files()))
    assert [row["aco_id"] for row in rows] == ["S2001", "S2002", "S2003"]
    assert set(CONTRACT) <= set(rows[0])
    assert all(row[name] for row in rows for name in CONTRACT)


def test_settle_goes_on_from_the_benchmark_to_the_payment(aco: Runner, files, tmp_path: Path) -> None:
    """The chain gives what settling the benchmark's own totals gives, to the last digit."""
    chained = table(aco("settle", *files(), "--exact"))
    totals = tmp_path / "totals.csv"
    totals.write_text(aco("benchmark", *files(), "--exact").stdout)
    roster = files()[1]
    assert table(aco("settle", "2022", roster, "--expenditures", totals, "--exact")) == chained
    assert {row["outcome"] for row in chained} == {"earned", "below-msr", "owed-waived"}


def test_a_missing_figure_leaves_its_aco_alone_unsettled(aco: Runner, files) -> None:
    before = {row["aco_id"]: row for row in table(aco("settle", *files()))}
    changed = files(expenditures=without_cell("aged-dual", "BY2", "risk_score"))
    done = aco("settle", *changed)
    after = {row["aco_id"]: row for row in table(done)}
    assert after["S2002"]["outcome"] == "not-calculable"
    assert after["S2002"]["notes"].startswith("missing: BY2 aged-dual risk_score")
    assert after["S2002"]["settlement"] == ""
    assert [after[each] for each in ("S2001", "S2003")] == [before[each] for each in ("S2001", "S2003")]
    assert "1 of 3 rows are not-calculable" in done.stderr
    assert aco("settle", *changed, "--strict").returncode == 4


def test_order_of_rows_changes_no_byte(aco: Runner, files) -> None:
    def mixed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.sample(frac=1, random_state=1)

    assert aco("benchmark", *files(expenditures=mixed, reference=mixed), "--exact").stdout == (
        aco("benchmark", *files(), "--exact").stdout
    )


def test_parquet_gives_the_same(aco: Runner, files, sample: Path, tmp_path: Path) -> None:
    parquet = tmp_path / "e.parquet"
    pd.read_csv(sample / "expenditures_2022.csv").to_parquet(parquet)
    years, roster, option, _, *rest = files()
    assert aco("benchmark", years, roster, option, parquet, *rest).stdout == aco("benchmark", *files()).stdout


def test_both_files_are_asked_for(aco: Runner, files) -> None:
    years, roster, expenditures, spent, reference, national = files()
    for given in ([], [expenditures, spent], [reference, national]):
        done = aco("benchmark", years, roster, *given)
        assert done.returncode == 2
        assert "needs both --expenditures FILE (by enrollment type) and --reference FILE" in done.stderr
    done = aco("settle", years, roster, expenditures, spent)
    assert done.returncode == 3
    assert "needs --reference FILE beside it" in done.stderr


def test_files_the_wrong_way_round_are_told_apart(aco: Runner, files) -> None:
    years, roster, expenditures, spent, reference, national = files()
    done = aco("benchmark", years, roster, expenditures, national, reference, spent)
    assert done.returncode == 3
    assert "expected expenditure file" in done.stderr


def test_a_second_row_and_a_blank_key_are_refused(aco: Runner, files) -> None:
    done = aco("benchmark", *files(expenditures=lambda frame: pd.concat([frame, frame.head(1)])))
    assert done.returncode == 3
    assert "row 50" in done.stderr
    assert "found a second one" in done.stderr
    done = aco("benchmark", *files(expenditures=without_cell("esrd", "PY", "period")))
    assert done.returncode == 3
    assert "column period: expected a value, found a blank cell" in done.stderr


def test_a_blank_calendar_year_is_told(aco: Runner, files) -> None:
    done = aco("benchmark", *files(expenditures=without_cell("esrd", "PY", "calendar_year")))
    assert done.returncode == 3
    assert "row 30, column calendar_year: expected a value, found a blank cell" in done.stderr


def test_acos_of_only_one_file_are_named(aco: Runner, files) -> None:
    done = aco("settle", *files(agreements=lambda frame: frame.replace({"S2003": "S9999"})))
    assert "no expenditures for 1 ACO of the roster: S9999 (2022)" in done.stderr
    assert "expenditures of 1 ACO not in the roster: S2003 (2022)" in done.stderr
    assert "missing: every row of the expenditure file" in done.stdout


def test_a_computed_benchmark_wins_over_totals_of_the_roster(aco: Runner, files) -> None:
    def with_totals(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(benchmark_total="100000000", expenditure_total="1")

    assert aco("settle", *files(agreements=with_totals)).stdout == aco("settle", *files()).stdout


def test_manifest_vouches_for_all_three_files(aco: Runner, files, tmp_path: Path) -> None:
    out = tmp_path / "settled.csv"
    arguments = files(expenditures=lambda frame: frame)
    assert aco("settle", *arguments, "-o", out, "--manifest").returncode == 0
    assert aco("verify", f"{out}.manifest.json").returncode == 0
    Path(arguments[3]).write_text(Path(arguments[3]).read_text().replace("S2001", "S2009"))
    assert aco("verify", f"{out}.manifest.json").returncode == 1


def from_2024(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(agreement_start="2024-01-01", prior_savings_per_capita="0")


@pytest.fixture
def files_2024(files) -> Callable[..., list[str]]:
    """The sample files as of agreements that start in 2024, in their first performance year."""

    def in_2024(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.replace({name: {"2022": "2024"} for name in ("performance_year", "calendar_year")})

    def arguments(**more: str) -> list[str]:
        return files(
            agreements=lambda frame: in_2024(from_2024(frame)).assign(**more),
            expenditures=lambda frame: in_2024(frame).assign(demographic_score="1"),
            reference=lambda frame: in_2024(frame).assign(acpt_update_factor="1.05"),
        )[1:]

    return arguments


def test_prior_savings_come_from_the_years_before(aco: Runner, files_2024, tmp_path: Path) -> None:
    """42 CFR 425.658: 900 saved in one year of three are an average of 300, as in the roster."""
    before = tmp_path / "before.csv"
    head = "aco_id,performance_year,program,track,assigned_beneficiaries,person_years,benchmark_total,expenditure_total"
    rows = [f"S200{aco},{year},mssp,basic-a,20000,20000,200000000,200000000" for aco in "123" for year in (2021, 2022)]
    rows += [f"S200{aco},2023,mssp,basic-a,20000,20000,218000000,200000000" for aco in "123"]
    before.write_text("\n".join([head, *rows, ""]))
    given = table(aco("benchmark", "2024", *files_2024(prior_savings_per_capita="300")))
    found = aco("benchmark", "2024", *files_2024(prior_savings_per_capita=""), "--prior", before)
    assert [row["updated_benchmark"] for row in table(found)] == [row["updated_benchmark"] for row in given]
    without = table(aco("benchmark", "2024", *files_2024(prior_savings_per_capita="")))
    assert all("missing: prior_savings_per_capita" in row["notes"] for row in without)
    differ = table(aco("benchmark", "2024", *files_2024(prior_savings_per_capita="100"), "--prior", before))
    assert all("counts as given, though the published years give another average" in row["notes"] for row in differ)
    lines = table(aco("explain", "S2001", "2024", *files_2024(prior_savings_per_capita=""), "--prior", before))
    assert [row["value"] for row in lines if row["line"] == "average_prior_savings"] == ["300"]
    before.write_text(before.read_text().replace("person_years,", "", 1).replace(",20000,20000,", ",20000,"))
    refused = aco("benchmark", "2024", *files_2024(prior_savings_per_capita=""), "--prior", before)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--prior: missing column person_years" in refused.stderr


def test_agreements_from_2024_are_noted_as_unverified(aco: Runner, files, files_2024) -> None:
    done = aco("benchmark", "2024", *files_2024())
    assert all("depends on an unverified parameter: regional_adjustment" in row["notes"] for row in table(done))
    before = aco("benchmark", *files(agreements=from_2024))
    assert {row["notes"] for row in table(before)} == {
        "no benchmark rules for this agreement_start and agreement_period"
    }


def test_a_second_row_in_another_file_is_found_there(aco: Runner, files, sample: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(sample / "expenditures_2022.csv", dtype=str)
    other = tmp_path / "other.csv"
    pd.concat([frame.head(2).assign(aco_id="S9"), frame.tail(1)]).to_csv(other, index=False)
    done = aco("benchmark", *files(), "--expenditures", other)
    assert done.returncode == 3
    assert "other.csv, row 4: expected one row for each aco_id" in done.stderr
