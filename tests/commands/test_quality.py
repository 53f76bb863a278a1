"""`aco quality`, and quality in `settle`, `explain` and `reconcile`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Aco = Callable[..., CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, str]]]

DOMAINS = ["patient_experience", "care_coordination", "preventive_health", "at_risk"]
STANDARD = ["quality_standard_met", "quality_alternative_met", "quality_standard_basis"]
SURVEY = ",".join(f"ACO-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 34))
RATES = (
    f"aco_id,aco_name,performance_year,performance_year_number,{SURVEY},ACO-13,ACO-28\n"
    "A1,One,2018,3,90,90,90,90,70,70,70,40,60,95\n"
    "A2,Two,2018,1,90,90,90,90,70,70,70,40,60,95\n"
)
ROSTER = (
    "aco_id,program,track,performance_year,assigned_beneficiaries,benchmark_total,expenditure_total,quality_score\n"
    "A1,mssp,track-1,2018,20000,200000000,180000000,0.5\n"
)


@pytest.fixture
def rates(tmp_path: Path) -> Path:
    path = tmp_path / "rates.csv"
    path.write_text(RATES, encoding="utf-8")
    return path


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return path


def test_the_columns_are_those_of_the_contract(aco: Aco, rows: Rows, rates: Path) -> None:
    done = aco("quality", "2018", rates)
    found = rows(done.stdout)
    assert done.returncode == 0
    assert list(found[0]) == [
        *("aco_id", "aco_name", "performance_year"),
        *DOMAINS,
        *("quality_score", "quality_reported", *STANDARD, "notes"),
    ]
    assert float(found[0]["care_coordination"]) == pytest.approx((20 + 1.40) / 22)
    assert float(found[0]["quality_score"]) == pytest.approx((3 + 21.4 / 22) / 4)
    assert found[1]["quality_score"] == "1"


def test_names_that_the_rates_do_not_give_are_left_out_and_domains_that_a_year_lacks_blank(
    aco: Aco, tmp_path: Path
) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("aco_id,performance_year,CAHPS_1\nA1,2023,80\n")
    header = aco("quality", "2023", path).stdout.splitlines()[0]
    assert header.split(",") == [
        "aco_id",
        "performance_year",
        *DOMAINS,
        "quality_score",
        "quality_reported",
        *STANDARD,
        "notes",
    ]


def test_improvement_by_option(aco: Aco, rows: Rows, rates: Path) -> None:
    done = aco("quality", "2018", rates, "--improvement", "care_coordination=0.48")
    assert float(rows(done.stdout)[0]["care_coordination"]) == pytest.approx((20 + 1.88) / 22)


@pytest.mark.parametrize("given", ["care_coordination", "elsewhere=1", "at_risk=5", "at_risk=much"])
def test_a_wrong_improvement_is_wrong_usage(aco: Aco, rates: Path, given: str) -> None:
    done = aco("quality", "2018", rates, "--improvement", given)
    assert done.returncode == 2
    assert "DOMAIN=POINTS" in done.stderr


def test_an_official_table_replaces_a_benchmark(aco: Aco, rows: Rows, rates: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own" / "mssp" / "quality"
    folder.mkdir(parents=True)
    (folder / "official.yaml").write_text(
        "kind: percentiles\nyears: 2018\ncite: {published: the table}\nmeasures:\n"
        "  ACO-13: {domain: care_coordination, from: web-interface, reporting_through: 1,\n"
        "           cuts: [10, 20, 30, 40, 50, 55, 60], status: published}\n",
        encoding="utf-8",
    )
    done = aco("quality", "2018", rates, "--rules", tmp_path / "own")
    assert rows(done.stdout)[0]["care_coordination"] == "1"
    assert aco("quality", "2018", rates, "--rules", tmp_path / "none").returncode == 2


def test_settle_on_rates_and_on_computed_scores_is_the_same(
    aco: Aco, rows: Rows, rates: Path, roster: Path, tmp_path: Path
) -> None:
    aco("quality", "2018", rates, "-o", tmp_path / "scores.csv")
    by_rates = aco("settle", "2018", roster, "--quality", rates, "--exact")
    by_scores = aco("settle", "2018", roster, "--quality", tmp_path / "scores.csv", "--exact")
    assert by_rates.stdout == by_scores.stdout
    found = rows(by_rates.stdout)[0]
    assert float(found["quality_score"]) == pytest.approx((3 + 21.4 / 22) / 4)
    assert "quality of 1 ACOs not in the roster: A2" in by_rates.stderr


def test_settle_derives_the_standard_that_a_roster_leaves_blank(aco: Aco, rows: Rows, tmp_path: Path) -> None:
    """2024 by MIPS CQM: met by the score, by the alternative alone, and as the roster says."""
    names = ["001", "134", "236"]
    header = [f"QualityID_{name}_MIPSCQM" for name in names] + ["CAHPS_2", "Measure_479", "Measure_484"]
    rates, roster = tmp_path / "rates.csv", tmp_path / "roster.csv"
    low = "99,0,45,80,0.2,90"
    rates.write_text(
        f"aco_id,performance_year,performance_year_number,{','.join(header)}\n"
        f"A1,2024,3,5,100,95,96,0.12,20\nA2,2024,3,{low}\nA3,2024,3,{low}\n"
    )
    columns = "aco_id,performance_year,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
    row = "2024,mssp,enhanced,20000,200000000,180000000,0"
    roster.write_text(f"{columns},msr_election,quality_standard_met\nA1,{row},\nA2,{row},\nA3,{row},true\n")
    done = aco("settle", "2024", roster, "--quality", rates)
    found = {each["aco_id"]: each for each in rows(done.stdout)}
    assert [found[each]["quality_standard_met"] for each in found] == ["true", "false", "true"]
    assert [float(found[each]["final_sharing_rate"]) for each in ("A1", "A3")] == [0.75, 0.75]
    score = float(found["A2"]["quality_score"])
    assert float(found["A2"]["final_sharing_rate"]) == pytest.approx(0.75 * score)
    assert 0 < score < 0.7705
    assert "quality standard from measure rates: met by the score" in found["A1"]["notes"]
    assert "not met; the alternative met by an outcome measure" in found["A2"]["notes"]
    assert "quality standard from measure rates" not in found["A3"]["notes"]
    aco("quality", "2024", rates, "-o", tmp_path / "scores.csv")
    assert aco("settle", "2024", roster, "--quality", tmp_path / "scores.csv").stdout == done.stdout


def test_explain_counts_a_derived_standard_in_what_a_cut_is_worth(aco: Aco, rows: Rows, tmp_path: Path) -> None:
    """Just below the 40th percentile of 2024 the next decile brings the whole rate; with a standard given, nothing."""
    rates, roster = tmp_path / "rates.csv", tmp_path / "roster.csv"
    rates.write_text(
        "aco_id,performance_year,performance_year_number,QualityID_001_WI,QualityID_236_WI,Measure_479\n"
        "A1,2024,3,20,70,0.1507\n"
    )
    columns = "aco_id,performance_year,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
    for given, worth in (("", 15e6 * 0.98 * (1 - 23 / 30)), ("true", 0.0)):
        row = f"A1,2024,mssp,enhanced,20000,200000000,180000000,0,{given}"
        roster.write_text(f"{columns},msr_election,quality_standard_met\n{row}\n")
        done = aco("explain", "A1", "2024", roster, "--quality", rates)
        found = {each["line"]: each for each in rows(done.stdout)}
        assert float(found["QualityID_236_WI"]["worth"] or 0) == pytest.approx(worth), given


def test_an_aco_without_rates_keeps_its_score_with_a_warning(aco: Aco, rows: Rows, rates: Path, roster: Path) -> None:
    roster.write_text(ROSTER.replace("A1", "A9"), encoding="utf-8")
    done = aco("settle", "2018", roster, "--quality", rates)
    assert rows(done.stdout)[0]["quality_score"] == "0.5"
    assert "no recomputed quality score for 1 rows; kept the roster's score: A9" in done.stderr


def test_explain_shows_each_measure_and_what_the_next_cut_is_worth(
    aco: Aco, rows: Rows, rates: Path, roster: Path
) -> None:
    done = aco("explain", "A1", "2018", roster, "--quality", rates)
    measure = next(row for row in rows(done.stdout) if row["line"] == "ACO-13")
    gain = 20e6 * 0.5 * 0.15 / 22 / 4 * 0.98
    assert measure["shown"] == "1.4 of 2"
    assert measure["formula"] == f"rate 60, p50 (58.45); at the next cut point, 66, ${gain:,.2f} more"
    assert measure["words"].startswith("next cut point 66 gives 1.55 points, a quality score of 99.488636%")
    assert measure["words"].endswith(f"${gain:,.2f} more")


def test_explain_2014_costs_each_missing_point_as_by_hand(aco: Aco, rows: Rows, shared_data: Path) -> None:
    """A67373 saved $32,173,449 and shares half of it: 0.15 of 14 points of one of four domains, less 2 % withheld."""
    done = aco(
        *("explain", "A67373", "2014", shared_data / "mssp_puf_2014.csv"),
        *("--quality", shared_data / "mssp_results_2014.csv"),
    )
    found = {row["line"]: row for row in rows(done.stdout)}
    gain = 32_173_449 * 0.5 * 0.15 / 14 / 4 * 0.98
    assert round(gain, 2) == 42_227.65
    assert found["ACO-6"]["formula"] == "rate 75.21, p60 (74.51); at the next cut point, 75.25, $42,227.65 more"
    assert found["ACO-6"]["worth"] == "42227.65"
    assert (
        found["ACO-6"]["words"]
        == "next cut point 75.25 gives 1.7 points, a quality score of 91.964286% and $42,227.65 more"
    )
    assert found["ACO-30"]["words"].endswith("$42,227.65 more; assumed: cut point p90")
    assert (found["ACO-6"]["status"], found["ACO-30"]["status"]) == ("derived", "assumed")


def test_a_file_that_is_none_is_refused_in_words(aco: Aco, roster: Path) -> None:
    done = aco("quality", "2018", roster)
    assert done.returncode == 3
    assert "columns of measure rates" in done.stderr


def test_a_manifest_of_scores_verifies(aco: Aco, rates: Path, tmp_path: Path) -> None:
    assert aco("quality", "2018", rates, "-o", tmp_path / "s.csv", "--manifest").returncode == 0
    assert aco("verify", tmp_path / "s.csv.manifest.json").returncode == 0


@pytest.mark.parametrize("command", ["settle", "quality"])
def test_a_manifest_holds_every_input(aco: Aco, rates: Path, roster: Path, tmp_path: Path, command: str) -> None:
    """The rates of `settle --quality` and the roster of `quality --roster`: a change of any is told."""
    files = [roster, "--quality", rates] if command == "settle" else [rates, "--roster", roster]
    assert aco(command, "2018", *files, "-o", tmp_path / "s.csv", "--manifest").returncode == 0
    manifest = tmp_path / "s.csv.manifest.json"
    assert {Path(each["file"]).name: each["rows"] for each in json.loads(manifest.read_text("utf-8"))["inputs"]} == {
        "rates.csv": 2,
        "roster.csv": 1,
    }
    assert aco("verify", manifest).returncode == 0
    for file in (rates, roster):
        held = file.read_text("utf-8")
        file.write_text(held.replace("A1", "A1 "), encoding="utf-8")
        done = aco("verify", manifest)
        assert (done.returncode, f"input {file}: changed" in done.stdout) == (1, True)
        file.write_text(held, encoding="utf-8")


def test_reconcile_2018_names_what_is_unexplained(aco: Aco, shared_data: Path) -> None:
    file = shared_data / "mssp_puf_2018.csv"
    done = aco("reconcile", "2018", file, "--quality", file)
    assert done.returncode == 1
    assert "2018: 548 published scores, 179 exact, 367 explained, 2 unexplained" in done.stderr
    assert "unexplained: A2832, A2973" in done.stderr


def test_reconcile_2023_with_the_rates_of_the_year_before(aco: Aco, rows: Rows, shared_data: Path) -> None:
    """The two ACOs of which the first rows of 2022 have rates come out as published, and no cause is left for them."""
    file, before = shared_data / "mssp_puf_2023.csv", shared_data / "headers" / "mssp_puf_2022_first_rows.csv"
    done = aco("reconcile", "2023", file, "--quality", before, "--quality", file)
    found = {row["aco_id"]: row for row in rows(done.stdout)}
    assert [found[aco_id]["class"] for aco_id in ("A1001", "A1026")] == ["exact", "rounding"]
    assert found["A1488"]["cause"] == "measures without rate count"
    assert "2023: 453 published scores, 96 exact, 110 rounding, 247 explained: 100.0% explained or equal" in done.stderr
    assert "2023: explained by improvement, not in the prior year's rates 239; " in done.stderr
    assert "web-interface 173 of 379" in done.stderr


def test_two_files_after_one_option_are_told_apart(aco: Aco, roster: Path, rates: Path) -> None:
    """`--quality A B` gives B as a roster: where that is the roster, it is there twice."""
    done = aco("settle", "2018", roster, "--quality", rates, roster)
    assert done.returncode == 3
    assert done.stderr.count("error:") == 1
    assert "--quality A --quality B" in done.stderr


def test_reconcile_2014_is_exact(aco: Aco, shared_data: Path) -> None:
    done = aco(
        "reconcile", "2014", shared_data / "mssp_puf_2014.csv", "--quality", shared_data / "mssp_results_2014.csv"
    )
    assert done.returncode == 0
    assert "2014: 214 published scores, 214 exact" in done.stderr


def test_results_of_2014_with_a_roster_have_ids(aco: Aco, rows: Rows, shared_data: Path) -> None:
    results, puf = shared_data / "mssp_results_2014.csv", shared_data / "mssp_puf_2014.csv"
    done = aco("quality", "2014", results, "--roster", puf, "--aco", "A67373")
    assert round(float(rows(done.stdout)[0]["quality_score"]), 6) == 0.916964
    assert len(rows(aco("quality", "2014", results).stdout)) == 333


def test_explain_of_an_aco_without_rates_says_so_and_goes_on(aco: Aco, rows: Rows, rates: Path, roster: Path) -> None:
    """Rates of the year before alone are none of this year's."""
    for others in (RATES.replace("A1,One", "A9,One"), RATES.replace("A1,One,2018", "A1,One,2017")):
        rates.write_text(others, encoding="utf-8")
        done = aco("explain", "A1", "2018", roster, "--quality", rates)
        assert done.returncode == 0
        assert "no recomputed quality score for A1; kept the roster's score" in done.stderr
        assert {row["line"]: row["value"] for row in rows(done.stdout)}["quality_score"] == "0.5"


def test_measures_without_a_column_are_told(aco: Aco, rates: Path, roster: Path) -> None:
    """They count in full: a misspelled heading would raise the score without a word."""
    told = "counts in full, as a measure without denominator does"
    for command in (("quality", "2018", rates), ("settle", "2018", roster, "--quality", rates)):
        done = aco(*command, "--strict")
        assert told in done.stderr
        assert done.returncode == 4
    as_it_is = aco("quality", "2018", rates).stdout
    rates.write_text(RATES.replace("ACO-13", "ACO 13"), encoding="utf-8")
    assert aco("quality", "2018", rates).stdout == as_it_is
    rates.write_text(RATES.replace("ACO-13", "ACO-013"), encoding="utf-8")
    done = aco("quality", "2018", rates)
    assert "column ACO-013: unknown column, ignored; did you mean ACO-13?" in done.stderr
    assert "did you mean ACO-13?" in aco("check", rates).stderr


def test_a_reward_that_no_year_knows_is_told(aco: Aco, rates: Path, shared_data: Path) -> None:
    done = aco("quality", "2018", rates, "--improvement", "at_risk=0.5")
    assert "--improvement: 0.5 is not among the rewards known of 2018: 0, 0.48, 0.92" in done.stderr
    assert "--improvement" not in aco("quality", "2018", rates, "--improvement", "at_risk=0.48").stderr
    done = aco("quality", "2023", shared_data / "mssp_puf_2023.csv", "--improvement", "at_risk=0.48")
    assert "--improvement: quality improvement reward does not apply in 2023" in done.stderr


def test_an_aco_that_the_prior_year_lacks_has_a_cause_of_its_own(aco: Aco, rows: Rows, shared_data: Path) -> None:
    """Rates of the year before are given, if not of this ACO."""
    file = shared_data / "mssp_puf_2023.csv"
    before = shared_data / "headers" / "mssp_puf_2022_first_rows.csv"
    without = rows(aco("reconcile", "2023", file, "--quality", file, "--aco", "A5176").stdout)[0]
    given = rows(aco("reconcile", "2023", file, "--quality", before, "--quality", file, "--aco", "A5176").stdout)[0]
    assert without["cause"] == "improvement, prior year's rates not given"
    assert given["cause"] == "improvement, not in the prior year's rates"
