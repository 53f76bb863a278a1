"""What-ifs that cannot mislead: no change is without effect, and no result unknown, without the reason."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pandas as pd
import pytest

import aco_cli as aco
from aco_cli.api.roster import read_roster
from aco_cli.api.run import Run
from aco_cli.api.scenarios import make_cases
from aco_cli.api.selection import requested
from aco_cli.engine.whatif import compare

CHANGES = (
    *("quality_score=0.5", "quality_score=+0.02", "quality_score=0.99", "quality_standard_met=false", "quality_score="),
    *("expenditure_total=-5%", "expenditure_total=+3%", "benchmark_total=*1.02", "benchmark_total=-1000000"),
    *("assigned_beneficiaries=+500", "track=basic-e", "track=enhanced", "msr_election=0.01", "msr_election=sliding"),
    *("minimum_rate=0.005", "participant_revenue=50000000", "agreement_year=2", "euc_share=0.4", "low_revenue=true"),
    *("months=6", "guardrail=true", "terminated_on=2022-06-30", "sharing_rate=0.5", "loss_limit=0.01", "state=TX"),
)


@pytest.mark.parametrize("year", [2024, *(pytest.param(year, marks=pytest.mark.slow) for year in (2018, 2022))])
def test_no_change_is_without_effect_or_result_without_a_reason(year: int, shared_data: Path) -> None:
    """Twenty ACOs and twelve of the changes, drawn once for all."""
    chance = Random(year)
    request = requested(shared_data / f"mssp_puf_{year}.csv", year, {})
    frame = read_roster(Run(), request)
    rows = frame.iloc[sorted(chance.sample(range(len(frame)), 20))].reset_index(drop=True)
    changes = chance.sample(CHANGES, 12)
    if year < 2019:
        changes = [each for each in changes if not each.startswith("track=")]
    cases = [make_cases(Run(), request.book, {"change": [change]})[0] for change in changes]
    for change, case in zip(changes, cases, strict=True):
        found = compare(rows, request.book, [case], ("track",))
        column = change.partition("=")[0]
        same = (found["difference"].abs() <= 0.005) & (found["outcome_before"] == found["outcome_after"])
        silent = found[same & ~found["notes"].str.contains(f"{column} has no effect: ")]
        assert silent.empty, (change, silent["aco_id"].tolist())
        told = found[~same & found["notes"].str.contains(" has no effect: ")]
        assert told.empty, (change, told["aco_id"].tolist())
        unknown = found[found["settlement_after"].isna()]
        assert unknown["notes"].str.contains("is missing|is needed").all(), change


def told(years: str, file: Path, **options: object) -> list[str]:
    return list(aco.whatif(file, years, aco="A1540", **options).answers)  # type: ignore[arg-type]


def test_one_aco_is_told_in_a_sentence(shared_data: Path) -> None:
    file = shared_data / "mssp_puf_2022.csv"
    assert told("2022", file, change=["track=basic-e", "msr_election=0.01"]) == [
        "2022 changed: A1540 would receive $3,603,932 instead of $2,883,145 (+$720,786). The most it could owe is "
        "$3,957,896.68, 4% of its benchmark, or 8% of its participants' revenue if that is less "
        "(--set participant_revenue=DOLLARS)."
    ]
    assert told("2022", file, change=["quality_score=0.5"]) == [
        "2022 changed: A1540 would receive nothing instead of $2,883,145 (-$2,883,145)."
    ]
    assert told("2022", file, change=["quality_score=0.9"]) == [
        "2022 changed: A1540 would still receive $2,883,145: quality_score has no effect: the score meets the quality "
        "standard of 70.63% as before, which alone decides."
    ]
    assert told("2022", file, change=["track=enhanced"])[0].startswith(
        "2022 changed: A1540 cannot be settled for 2022: msr_election is missing (--set msr_election=sliding, or a rate"
    )


@pytest.mark.parametrize(
    ("change", "column", "expected"),
    [
        ("quality_score=+0.02", "quality_score", [0.92, 1.0]),
        ("quality_score=-5%", "quality_score", [0.855, 0.9405]),
        ("expenditure_total=*1.1", "expenditure_total", [104.5, 110.0]),
        ("expenditure_total=-$1,000", "expenditure_total", [0.0, 0.0]),
        ("expenditure_total==90", "expenditure_total", [90.0, 90.0]),
    ],
)
def test_relative_values_start_from_each_rows_own(change, column, expected, tmp_path: Path) -> None:
    """They stay within what a roster may say: no score above 1, no expenditures below 0."""
    from aco_cli.engine.whatif import changed

    frame = pd.DataFrame(
        {"program": "mssp", "track": "track-1", "performance_year": 2014, "aco_id": ["A", "B"]}
        | {"quality_score": [0.9, 0.99], "expenditure_total": [95.0, 100.0]}
    )
    book = aco.Rules()
    (case,) = make_cases(Run(), book, {"change": [change]})
    assert changed(frame, case, book)[column].tolist() == pytest.approx(expected)


@pytest.mark.parametrize("change", ["track=+1", "msr_election=-5%", "terminated_on=+1"])
def test_only_numbers_take_relative_values(change: str) -> None:
    with pytest.raises(aco.UsageError, match="only numbers take relative values"):
        make_cases(Run(), aco.Rules(), {"change": [change]})


NOT_RELATIVE = [
    "+1 000 000",
    "+1,5%",
    "*1,1",
    "-1,00",
    "\u22125%",
    "\u20135%",
    "\u00d71.1",
    "+-5",
    "+5 %%",
    "+",
    "+1e31",
    "*1e400",
    f"+{'9' * 400}",
]


@pytest.mark.parametrize("value", NOT_RELATIVE)
def test_a_relative_value_that_is_written_otherwise_is_no_plain_one(value: str) -> None:
    """`+1e6` and a scenario's `+1 000 000` were dollars to spend, `+1,5%` was 15 percent."""
    with pytest.raises(aco.UsageError, match=r"expected a relative value such as \+0\.02"):
        make_cases(Run(), aco.Rules(), {"change": {"expenditure_total": value}})


@pytest.mark.parametrize(
    ("value", "move"),
    [
        ("+1e6", (1, 1e6)),
        ("-2.5E-2", (1, -0.025)),
        ("+ $1,000,000", (1, 1e6)),
        ("* 110%", (1.1, 0)),
        ("*.5", (0.5, 0)),
        ("-5 %", (0.95, 0)),
    ],
)
def test_relative_values_may_be_dressed(value: str, move: tuple[float, float]) -> None:
    (case,) = make_cases(Run(), aco.Rules(), {"change": {"expenditure_total": value}})
    found = case.changes[0].moves["expenditure_total"]
    assert (found.factor, found.added) == pytest.approx(move)


def test_a_column_goes_through_its_steps(shared_data: Path) -> None:
    found = aco.whatif(shared_data / "mssp_puf_2022.csv", 2022, aco="A1540", vary="expenditure_total=-10%..+10%:5%")
    assert found.table["scenario"].tolist() == ["-10%", "-5%", "0%", "+5%", "+10%"]
    assert found.table["outcome_after"].tolist() == ["earned"] * 3 + ["below-msr", "losses-not-shared"]
    assert found.table["value"].iloc[0] == pytest.approx(0.9 * found.table["value"].iloc[2])
    assert found.answers[0].startswith("2022 A1540, expenditure_total: earned at -10% to 0% ($6,473,570 to $2,883,145)")
    by_value = aco.whatif(shared_data / "mssp_puf_2022.csv", 2022, aco="A1540", vary="quality_score=0.7..0.72:0.01")
    assert by_value.table["outcome_after"].tolist() == ["quality-failed", "earned", "earned"]
    percent = aco.whatif(shared_data / "mssp_puf_2022.csv", 2022, aco="A1540", vary="quality_score=70%..72%:1%").table
    assert percent["settlement_after"].tolist() == by_value.table["settlement_after"].tolist()


@pytest.mark.parametrize(
    "vary",
    [
        "quality_score",
        "quality_score=1..0:0.1",
        "quality_score=0..1:0.0001",
        "trak=0..1:0.5",
        "expenditure_total=95%..105%:5%",
        "expenditure_total=-10..+10:5%",
        "expenditure_total=-5%..+5%:10000000",
        "expenditure_total=0..+5%:1%",
        "expenditure_total=-1,5%..+1,5%:1,5%",
    ],
)
def test_steps_that_cannot_be_are_refused(vary: str, shared_data: Path) -> None:
    """Percent of dollars was cents of one, and a decimal comma was passed over."""
    with pytest.raises(aco.UsageError):
        aco.whatif(shared_data / "mssp_puf_2022.csv", 2022, aco="A1540", vary=vary)


GAIN, LOSS = "95000000", "115000000"


def changed_one(tmp_path: Path, spent: str, *change: str, scenario: str | None = None, more: str = "") -> pd.Series:
    """An ENHANCED ACO of 2023 with a benchmark of $100 million, what it spent, and something changed."""
    given = dict(each.split("=") for each in more.split()) | {"expenditure_total": spent}
    roster = {"program": "mssp", "aco_id": "E1", "performance_year": "2023", "track": "enhanced"}
    roster |= {"assigned_beneficiaries": "10000", "benchmark_total": "100000000", "quality_score": "0.9"}
    roster |= {"quality_standard_met": "true", "msr_election": "0.02", **given}
    file = tmp_path / "one.csv"
    file.write_text(f"{','.join(roster)}\n{','.join(roster.values())}\n")
    return aco.whatif(file, 2023, change=list(change), scenario=scenario).table.iloc[0]


@pytest.mark.parametrize(
    ("change", "scenario", "settlement"),
    [
        (["quality_score=0.2"], None, 0.0),
        (["quality_score=0.2", "quality_standard_met=true"], None, 3_675_000.0),
        (["quality_score=0.2", "quality_standard_met=false"], None, 0.0),
        (["quality_score=0.2"], "no-quality-penalty", 3_675_000.0),
    ],
)
def test_a_standard_that_is_set_is_not_derived_from_the_score(tmp_path, change, scenario, settlement) -> None:
    """$5 million x 75 % x 98 %."""
    found = changed_one(tmp_path, GAIN, *change, scenario=scenario)
    assert found["settlement_after"] == pytest.approx(settlement)


@pytest.mark.parametrize(
    ("spent", "change", "more", "reason"),
    [
        (GAIN, ["advance_balance=100"], "", ""),
        (LOSS, ["half_rate=true"], "", "it does not count in enhanced, 2023"),
        (LOSS, ["agreement_start=2020-01-01"], "", "it does not count in enhanced, 2023"),
        (LOSS, ["participant_revenue=1000000"], "", "it does not count in enhanced, 2023"),
        (LOSS, ["loss_limit_basis=benchmark"], "", "it does not count in enhanced, 2023"),
        (LOSS, ["months=6"], "", "it does not count in this settlement"),
        (LOSS, ["termination_kind=involuntary"], "", "it does not count in this settlement"),
        (LOSS, ["participant_revenue="], "", "it is missing, and there is nothing to change"),
        (LOSS, ["loss_limit_basis="], "", "it is missing, and there is nothing to change"),
        (LOSS, ["participant_revenue="], "participant_revenue=9", "it does not count in enhanced, 2023"),
        (LOSS, ["quality_score="], "loss_rate=0.4", "the shared loss rate goes by loss_rate; set loss_rate instead"),
        (GAIN, ["agreement_year="], "agreement_year=2", "it does not count in this settlement"),
        (GAIN, ["msr_election=0.02"], "", "msr_election is 0.02 already"),
        (GAIN, ["track=basic-e", "msr_election=0.06"], "", "with the other changes, savings are below"),
        (GAIN, ["track=basic-e"], "msr_election=0.06", "savings are below the minimum savings rate"),
    ],
)
def test_the_reason_is_what_keeps_a_change_from_counting(tmp_path, spent, change, more, reason) -> None:
    column = change[0].partition("=")[0]
    idle = changed_one(tmp_path, spent, *change, more=more)["idle"]
    assert idle.startswith(f"{column} has no effect: {reason}") if reason else not idle, idle


def test_what_rows_of_several_programs_lack_is_named_of_each(tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_text(
        "program,aco_id,performance_year,track,assigned_beneficiaries,benchmark_total,expenditure_total\n"
        "reach,A0,2022,global,10000,100000000,\nmssp,A1,2022,enhanced,10000,100000000,95000000\n"
    )
    run = Run()
    aco.whatif(file, 2022, change=["state=TX"], run=run)
    (warning,) = (notice.message for notice in run.notices if notice.code == "not_calculable")
    assert "msr_election is missing (--set msr_election=sliding" in warning
    assert "expenditure_total is missing (--set expenditure_total=" in warning
