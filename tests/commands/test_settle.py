"""`aco settle`: which rows and columns, in which order, and what goes where."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

Aco = Callable[..., CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, str]]]
Roster = Callable[..., Path]

HEADER = (
    "aco_id,aco_name,performance_year,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,savings,"
    "savings_rate,msr,mlr,outcome,quality_score,quality_standard_met,max_sharing_rate,final_sharing_rate,"
    "shared_savings,sequestration,payment_limit,earned_payment,shared_loss_rate,shared_losses,loss_limit,"
    "euc_adjustment,owed_repayment,settlement,advance_recouped,net_payment,notes"
)


def test_piped_output_is_csv_with_the_columns_of_the_interface(settled: CompletedProcess[str]) -> None:
    assert settled.returncode == 0
    assert settled.stdout.splitlines()[0] == HEADER
    assert settled.stderr == ""


def test_every_aco_has_one_row_in_order_of_id(settled: CompletedProcess[str], rows: Rows) -> None:
    ids = [row["aco_id"] for row in rows(settled.stdout)]
    assert len(ids) == 333
    assert ids == sorted(set(ids))


def test_settlements_are_within_a_dollar_of_the_published_ones(
    settled: CompletedProcess[str], roster_2014: Path, rows: Rows
) -> None:
    roster = rows(roster_2014.read_text(encoding="utf-8"))
    published = {row["aco_id"]: Decimal(row["published_settlement"]) for row in roster}
    differences = [abs(Decimal(row["settlement"]) - published[row["aco_id"]]) for row in rows(settled.stdout)]
    assert max(differences) < 1


def test_money_has_cents_and_rates_are_fractions(settled: CompletedProcess[str], rows: Rows) -> None:
    row = next(row for row in rows(settled.stdout) if row["aco_id"] == "A67373")
    assert row["benchmark_total"] == "450902466.00"
    assert row["settlement"] == "14455932.80"
    assert row["max_sharing_rate"] == "0.5"
    assert row["quality_standard_met"] == "true"


def test_second_run_writes_the_same_bytes(aco: Aco, settled: CompletedProcess[str], roster_2014: Path) -> None:
    assert aco("settle", "2014", roster_2014).stdout == settled.stdout


def test_public_use_file_settles_like_the_sample_roster(
    aco: Aco, settled: CompletedProcess[str], shared_data: Path
) -> None:
    assert aco("settle", "2014", shared_data / "mssp_puf_2014.csv").stdout == settled.stdout


def test_rows_of_several_files_are_in_order_of_year_then_id(aco: Aco, rows: Rows, roster: Roster) -> None:
    first = roster({"aco_id": "A2", "performance_year": "2015"}, {"aco_id": "A9", "performance_year": "2014"})
    second = roster(
        {"aco_id": "A1", "performance_year": "2015"}, {"aco_id": "A3", "performance_year": "2014"}, name="s.csv"
    )
    done = aco("settle", "all", first, second)
    order = [(row["performance_year"], row["aco_id"]) for row in rows(done.stdout)]
    assert order == [("2014", "A3"), ("2014", "A9"), ("2015", "A1"), ("2015", "A2")]


def test_rows_of_other_years_are_left_out_and_counted(aco: Aco, rows: Rows, roster: Roster) -> None:
    file = roster({"performance_year": "2014"}, {"performance_year": "2015"}, {"performance_year": "2016"})
    done = aco("settle", "2014-2015", file)
    assert [row["performance_year"] for row in rows(done.stdout)] == ["2014", "2015"]
    assert "1 row" in done.stderr


def test_columns_are_those_asked_for_in_that_order(aco: Aco, roster: Roster) -> None:
    """And `--strict` is content with a run without warnings."""
    done = aco("settle", "2014", roster(), "--columns", "settlement,aco_id", "--columns", "outcome", "--strict")
    assert done.stdout == "settlement,aco_id,outcome\n4410000.00,A1,earned\n"
    assert done.returncode == 0


def test_sort_descends_with_a_minus_and_keeps_missing_values_last(aco: Aco, rows: Rows, roster: Roster) -> None:
    file = roster(
        {"aco_id": "A1", "expenditure_total": "95000000"},
        {"aco_id": "A2", "expenditure_total": ""},
        {"aco_id": "A3", "expenditure_total": "90000000"},
    )
    done = aco("settle", "2014", file, "--sort", "-settlement")
    assert [row["aco_id"] for row in rows(done.stdout)] == ["A3", "A1", "A2"]


def test_aco_track_and_program_choose_rows(aco: Aco, rows: Rows, roster_2014: Path) -> None:
    track = aco("settle", "2014", roster_2014, "--program", "mssp", "--track", "track-2")
    spelled = ("--program", "Shared Savings Program", "--track", "Track Two")
    assert aco("settle", "2014", roster_2014, *spelled).stdout == track.stdout
    assert [row["aco_id"] for row in rows(track.stdout)] == ["A85439", "A89093", "A99470"]
    ids = aco("settle", "2014", roster_2014, "--aco", "A99470", "--aco", "A67373")
    assert [row["aco_id"] for row in rows(ids.stdout)] == ["A67373", "A99470"]


def test_exact_keeps_full_precision(aco: Aco, roster_2014: Path) -> None:
    done = aco("settle", "2014", roster_2014, "--aco", "A67373", "--columns", "settlement", "--exact")
    assert done.stdout == "settlement\n14455932.8038125\n"


def test_row_that_cannot_be_settled_stays_with_its_reason_and_no_amount(aco: Aco, rows: Rows, roster: Roster) -> None:
    file = roster({"aco_id": "A1"}, {"aco_id": "A2", "expenditure_total": ""}, {"aco_id": "A3", "quality_score": ""})
    done = aco("settle", "2014", file)
    assert done.returncode == 0
    _, no_expenditure, no_quality = rows(done.stdout)
    assert no_expenditure["outcome"] == no_quality["outcome"] == "not-calculable"
    assert "expenditure_total" in no_expenditure["notes"]
    assert "quality_score" in no_quality["notes"]
    for row in (no_expenditure, no_quality):
        assert row["settlement"] == row["earned_payment"] == row["owed_repayment"] == row["net_payment"] == ""
    assert "2 of 3" in done.stderr


def test_strict_turns_a_row_that_cannot_be_settled_into_exit_code_4(aco: Aco, roster: Roster) -> None:
    file = roster({"aco_id": "A1"}, {"aco_id": "A2", "expenditure_total": ""})
    done = aco("settle", "2014", file, "--strict", "--quiet")
    assert done.returncode == 4
    assert len(done.stdout.splitlines()) == 3
    assert done.stderr == ""


def test_rules_folder_changes_a_value(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    folder = tmp_path / "rules" / "mssp"
    folder.mkdir(parents=True)
    (folder / "maximum_sharing_rate.yaml").write_text(
        "label: Maximum sharing rate\nunit: fraction of savings\n"
        "values:\n  - {track: track-1, years: 2014, value: 0.4, status: assumed, cite: a test}\n"
    )
    done = aco("settle", "2014", roster(), "--rules", folder.parent, "--columns", "max_sharing_rate,settlement")
    assert done.stdout == "max_sharing_rate,settlement\n0.4,3528000.00\n"


def test_a_folder_named_like_the_year_or_the_aco_is_no_file(aco, roster, tmp_path) -> None:
    """Years and IDs are what they are, whatever lies in the folder where the command is run."""
    path = roster({"aco_id": "A1"})
    for name in ("2014", "A1"):
        (tmp_path / name).mkdir()
    (tmp_path / "2014" / "other.csv").write_text("no roster")
    assert aco("settle", "2014", path, cwd=tmp_path).returncode == 0
    assert aco("explain", "A1", "2014", path, cwd=tmp_path).returncode == 0


def test_years_may_be_left_out_where_a_file_says_its_own(aco, roster) -> None:
    path = roster({"aco_id": "A1", "performance_year": "2014"})
    assert aco("settle", path).stdout == aco("settle", "2014", path).stdout
