"""`aco whatif`: options, scenarios side by side, totals, and errors that name the choices."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Aco = Callable[..., CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, str]]]
Roster = Callable[..., Path]
SHORT = ("--columns", "scenario,aco_id,settlement_before,settlement_after,difference")
PAID = 1e7 * 0.5 * 0.9 * 0.98  # the sound row of the roster fixture: savings x rate x quality, less 2 %


def test_set_and_rule_change_what_they_name(aco: Aco, rows: Rows, roster: Roster) -> None:
    done = aco("whatif", "2014", roster(), "--set", "quality_score=1", "--rule", "mssp.sequestration=0", *SHORT)
    assert done.returncode == 0
    assert rows(done.stdout) == [
        {
            "scenario": "changed",
            "aco_id": "A1",
            "settlement_before": f"{PAID:.2f}",
            "settlement_after": "5000000.00",
            "difference": f"{5_000_000 - PAID:.2f}",
        }
    ]
    assert done.stderr == ("2014 changed: A1 would receive $5,000,000 instead of $4,410,000 (+$590,000).\n")


def test_nothing_changed_is_said(aco: Aco, rows: Rows, roster: Roster) -> None:
    done = aco("whatif", "2014", roster(), *SHORT)
    assert rows(done.stdout)[0]["difference"] == "0.00"
    assert "nothing is changed: give --set, --vary, --rule, --rules-year or --scenario" in done.stderr


def test_scenarios_stand_side_by_side_with_options_on_top(aco: Aco, rows: Rows, roster: Roster, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("- {name: half, set: {sharing_rate: 0.25}}\n- {name: same}\n")
    file = roster({"aco_id": "A1"}, {"aco_id": "A2", "expenditure_total": "110000000"})
    scenarios = ("--scenario", "no-sequestration,msr-0", "--scenario", own)
    done = aco("whatif", "2014", file, *scenarios, "--set", "quality_score=1", *SHORT)
    found = rows(done.stdout)
    assert [(row["aco_id"], row["scenario"]) for row in found] == [
        (aco_id, name) for aco_id in ("A1", "A2") for name in ("no-sequestration", "msr-0", "half", "same")
    ]
    assert [row["settlement_after"] for row in found[:4]] == ["5000000.00", "4900000.00", "2450000.00", "4900000.00"]
    first, *others = done.stderr.splitlines()
    assert first.startswith("quality_score has no effect on 4 of 8 rows: it does not count in this settlement")
    assert len(others) == 4


def test_totals_and_groups(aco: Aco, rows: Rows, roster: Roster) -> None:
    file = roster(
        {"aco_id": "A1", "region": "north"},
        {"aco_id": "A2", "region": "south", "expenditure_total": "110000000"},
        {"aco_id": "A3", "region": "south", "quality_score": ""},
    )
    arguments = ("whatif", "2014", file, "--set", "track=track-2", "--set", "agreement_year=1")
    done = aco(*arguments, "--by", "region", "--strict")
    assert done.returncode == 4
    assert "1 of 3 rows are not-calculable before or after" in done.stderr
    found = {(row["by"], row["value"]): row for row in rows(done.stdout)}
    assert list(found) == [("all", ""), ("region", "north"), ("region", "south")]
    # A1 gains 60 % instead of 50 %; A2 owes (1 - 60 % x 0.9) x 10,000,000, less than 5 % of 100,000,000.
    everyone = found["all", ""]
    assert (everyone["gain"], everyone["lose"], everyone["not_calculable"]) == ("1", "1", "1")
    assert (everyone["gained"], everyone["lost"]) == ("882000.00", "4600000.00")
    assert (everyone["earned_payment_after"], everyone["owed_repayment_after"]) == ("5292000.00", "4600000.00")
    assert found["region", "south"]["difference"] == "-4600000.00"
    assert aco(*arguments, "--by", "region,track").stdout == aco(*arguments, "--by", "region", "--by", "track").stdout
    alone = aco(*arguments, "--totals")
    assert rows(alone.stdout) == [everyone]


def test_rows_are_summed_only_where_each_stands_once(aco: Aco, roster: Roster) -> None:
    arguments = ("whatif", "2014", roster(), "--scenario", "msr-0", "--format", "table")
    assert aco(*arguments).stdout.splitlines()[-2].startswith("1 ACO ")
    assert "1 ACO " not in aco(*arguments, "--scenario", "no-sequestration").stdout


def test_any_settlement_column_may_be_asked_for_before_and_after(aco: Aco, roster: Roster) -> None:
    columns = ("--columns", "msr_before,msr_after,final_sharing_rate_after,state")
    done = aco("whatif", "2014", roster({"state": "Ohio"}), "--set", "minimum_rate=0", *columns)
    assert done.stdout == "msr_before,msr_after,final_sharing_rate_after,state\n0.03,0,0.45,Ohio\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "trak=track-2"], "--set: no roster column 'trak', did you mean track"),
        (["--set", "track=trak-2"], "--set: track: expected one of track-1, .* did you mean track-2"),
        (["--set", "track"], "--set track: expected NAME=VALUE"),
        (["--rule", "mssp.sequestraton=0"], "--rule: no rule 'mssp.sequestraton': .*did you mean mssp.sequestration"),
        (["--rule", "mssp.sequestration=2"], "--rule: mssp.sequestration: expected a fraction from 0 to 1, found 2"),
        (["--rule", "mssp-benchmark.trend=national"], "--rule: 'mssp-benchmark.trend' is no rule of a settlement"),
        (["--rule", "mssp.loss_rate={"], "--rule mssp.loss_rate={: expected a number, a word, or a mapping"),
        (["--rule", "mssp.x=2014-13-01"], "--rule mssp.x=2014-13-01: expected a number, a word, or a mapping"),
        (["--rule", f"mssp.x={'[' * 5_000}"], "expected a number, a word, or a mapping"),
        (["--scenario", "two-side"], "--scenario two-side: neither a file .* did you mean two-sided"),
        (["--scenario", "msr-0,msr-0"], "scenario msr-0 given more than once"),
        (["--by", "regoin"], "--by regoin: no such column; there are .*start_year"),
    ],
)
def test_what_does_not_exist_or_fit_is_refused_with_the_choices(
    aco: Aco, roster: Roster, arguments: list[str], message: str
) -> None:
    done = aco("whatif", "2014", roster(), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(message, done.stderr), done.stderr


def test_scenario_file_that_does_not_fit_is_told_with_its_name(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("{name: mine, set: {quality_score: 7}}")
    done = aco("whatif", "2014", roster(), "--scenario", own)
    assert done.returncode == 2
    assert f"--scenario {own} (mine): set: quality_score: expected a fraction from 0 to 1, found '7'" in done.stderr
    own.write_text("{name: mine, sets: {}}")
    assert aco("whatif", "2014", roster(), "--scenario", own).returncode == 3


def test_rules_of_a_year_without_the_track_are_refused(aco: Aco, roster: Roster) -> None:
    done = aco("whatif", "2014", roster(), "--rules-year", "2024")
    assert (done.returncode, done.stdout) == (3, "")
    assert "changed: " in done.stderr
    assert "track-1 in 2024 is not covered: Track 1 ran in 2012-2021" in done.stderr


def test_manifest_of_a_scenario_file_is_verified(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("{name: mine, set: {quality_score: 1}}")
    output = tmp_path / "out.csv"
    done = aco(
        "whatif", "2014", roster(), "--scenario", own, "--rule", "mssp.sequestration=0", "-o", output, "--manifest"
    )
    assert done.returncode == 0
    assert aco("verify", f"{output}.manifest.json").returncode == 0
    own.write_text("{name: mine, set: {quality_score: 0.5}}")
    changed = aco("verify", f"{output}.manifest.json")
    assert changed.returncode == 1
    assert "own.yaml: changed" in changed.stdout


def test_scenarios_are_listed(aco: Aco, rows: Rows) -> None:
    listed = {row["scenario"]: row for row in rows(aco("rules", "scenarios").stdout)}
    assert listed["track-3"]["rules_year"] == "2016"
    assert (
        listed["two-sided"]["set"]
        == "track=track-2, msr_election=0.02, agreement_year=1 where program=mssp, track=track-1"
    )
    assert listed["no-sequestration"]["rules"] == "mssp.sequestration=0, pioneer.sequestration=0"


def test_rows_that_a_scenario_does_not_touch_stay_as_they_are(aco: Aco, rows: Rows, shared_data: Path) -> None:
    """An election given to some ACOs says nothing about the printed minimum savings rate of the others."""
    done = aco("whatif", "2018", shared_data / "mssp_puf_2018.csv", "--scenario", "two-sided", "--strict")
    others = [row for row in rows(done.stdout) if row["track_before"] != "track-1"]
    assert len(others) == 95
    assert {row["difference"] for row in others} == {"0.00"}
    assert "not-calculable" not in done.stderr


@pytest.mark.parametrize(
    "change", ["regional_period=3", "agreement_period=1", "track=enhanced", "prior_savings_per_capita=900", "months=6"]
)
def test_changed_inputs_of_a_benchmark_change_it_as_in_settle(
    aco: Aco, rows: Rows, sample: Path, tmp_path: Path, change: str
) -> None:
    """What if the roster said so, is what settling such a roster gives."""
    roster = sample / "agreements_2022.csv"
    files = ("--expenditures", sample / "expenditures_2022.csv", "--reference", sample / "reference_2022.csv")
    after = rows(aco("whatif", "2022", roster, *files, "--set", change, "--columns", "aco_id,settlement_after").stdout)
    lines = roster.read_text(encoding="utf-8").splitlines()
    column, value = change.split("=")
    header = lines[0].split(",")
    header += [column] * (column not in header)
    cells = [dict(zip(header, line.split(","), strict=False)) | {column: value} for line in lines[1:]]
    changed = tmp_path / "changed.csv"
    changed.write_text(
        "\n".join([",".join(header), *(",".join(row.get(name, "") for name in header) for row in cells)]) + "\n"
    )
    settled = rows(aco("settle", "2022", changed, *files, "--columns", "aco_id,settlement").stdout)
    assert [row["settlement_after"] for row in after] == [row["settlement"] for row in settled]


def test_totals_given_win_over_a_benchmark_and_what_it_lacks_is_named(aco: Aco, rows: Rows, sample: Path) -> None:
    files = ("--expenditures", sample / "expenditures_2022.csv", "--reference", sample / "reference_2022.csv")
    arguments = ("whatif", "2022", sample / "agreements_2022.csv", *files, "--aco", "S2001")
    given = aco(*arguments, "--set", "benchmark_total=160000000", "--columns", "benchmark_total_after,notes")
    assert rows(given.stdout) == [{"benchmark_total_after": "160000000.00", "notes": ""}]
    lacks = rows(aco(*arguments, "--set", "regional_period=").stdout)[0]
    assert lacks["outcome_after"] == "not-calculable"
    assert "missing: regional_period" in lacks["notes"]


def test_a_scenario_may_ask_for_an_aco_by_its_id(aco: Aco, rows: Rows, roster: Roster, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("{name: one, set: {where: {aco_id: A2}, quality_score: 1}}\n")
    file = roster({"aco_id": "A1"}, {"aco_id": "A2"})
    found = rows(aco("whatif", "2014", file, "--scenario", own, *SHORT).stdout)
    assert [row["difference"] for row in found] == ["0.00", f"{490000:.2f}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "found an empty list"),
        ("{name: x, rules_year: true}", "rules_year, line 1: expected a year such as 2016, found True"),
    ],
)
def test_a_scenario_that_says_nothing_is_refused(
    aco: Aco, roster: Roster, tmp_path: Path, text: str, message: str
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text)
    done = aco("whatif", "2014", roster(), "--scenario", own)
    assert done.returncode == 3
    assert message in done.stderr
