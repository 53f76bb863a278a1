"""The guardrail of agreements from 2024 on: the losses from which it holds, and how `explain` shows it."""

from __future__ import annotations

import pandas as pd
import pytest

from aco_cli.engine.benchmark.compute import benchmark, guarded
from aco_cli.engine.settle import settle
from aco_cli.engine.worksheet import worksheet

YEAR = 2024
PERSON_YEARS = 4_000
# Five sixths of no growth and a sixth of -10 percent: $9,833.33 instead of $10,000.
THREE_WAY, TWO_WAY = 10_000 * (5 / 6 + 0.9 / 6), 10_000


@pytest.fixture
def settled(case, book):
    """An ACO in ENHANCED with a minimum loss rate of 2 percent that spends so much per person year, and its files."""

    def compute(per_capita: float, acpt: float = 0.9):
        made = case("2024-01-01", 2, regional_period=0, prior_savings_per_capita=0.0)
        made.set("acpt_update_factor", acpt).set("per_capita_expenditure", {"PY": per_capita})
        roster, *files = made.frames()
        years = {"performance_year": YEAR}
        files = [frame.assign(**years, calendar_year=frame["calendar_year"].replace(2022, YEAR)) for frame in files]
        given = {"program": "mssp", "track": "enhanced", "assigned_beneficiaries": 5_000.0, "msr_election": "0.02",
                 "quality_score": 1.0, "quality_standard_met": 1.0}  # fmt: skip
        roster = roster.assign(**years, **given)
        return guarded(roster, benchmark(roster, *files, book), book), files

    return compute


@pytest.mark.parametrize(("above", "holds"), [(-0.01, False), (0.01, True)])
def test_it_holds_from_losses_of_the_minimum_loss_rate_on(settled, above, holds) -> None:
    roster, _ = settled(1.02 * THREE_WAY + above)
    assert (roster["guardrail"].iloc[0] == 1) == holds
    assert roster["benchmark_total"].iloc[0] == pytest.approx(PERSON_YEARS * (TWO_WAY if holds else THREE_WAY))


def test_it_holds_at_losses_of_the_minimum_loss_rate(settled) -> None:
    """With a benchmark of $9,000 the 2 percent are exact: a prospective trend of 0.4."""
    roster, _ = settled(9_180.0, acpt=0.4)
    assert roster["benchmark_total"].iloc[0] == pytest.approx(PERSON_YEARS * TWO_WAY)


def test_a_higher_prospective_trend_stays(settled) -> None:
    """The benchmark without it would be lower."""
    roster, _ = settled(12_000.0, acpt=1.2)
    assert roster["guardrail"].isna().all()
    assert roster["benchmark_total"].iloc[0] == pytest.approx(PERSON_YEARS * 10_000 * (5 / 6 + 0.2))


def test_savings_that_only_it_makes_are_not_shared_and_losses_under_it_are_owed(settled, book) -> None:
    cases = [settled(spent, acpt=0.5)[0] for spent in (9_700.0, 10_400.0)]
    outcomes = [settle(roster, book, ("outcome",))["outcome"].iloc[0] for roster in cases]
    assert outcomes == ["guardrail", "owed"]


@pytest.mark.parametrize("spent", [9_000.0, 9_900.0, 10_400.0])
def test_the_worksheet_multiplies_out(settled, book, spent) -> None:
    """Table 3: the per capita benchmark [F] x person years [B] is the total benchmark [H], under the guardrail too."""
    roster, files = settled(spent)
    lines = {entry.letter: entry for entry in worksheet(roster, book, tuple(files)) if entry.table == "3"}
    value = {letter: float(lines[letter].value) for letter in ("B", "E", "F", "G", "H")}
    assert value["F"] * value["B"] == pytest.approx(value["H"], rel=1e-14)
    assert value["E"] * value["B"] == pytest.approx(value["G"], rel=1e-14)
    assert value["H"] == roster["benchmark_total"].iloc[0]


def test_other_eras_have_none(case, book) -> None:
    roster, *files = case().frames()
    computed = benchmark(roster, *files, book)
    found = guarded(roster, computed, book)
    assert "guardrail" not in found and "given_guardrail" not in found
    for name in ("benchmark_total", "expenditure_total"):
        assert found[name].tolist() == computed[name].tolist()
    pd.testing.assert_frame_equal(found[list(roster)], roster)


def test_notes_and_warnings_of_the_benchmark_come_along(settled) -> None:
    roster, _ = settled(10_400.0)
    assert "depends on an unverified parameter" in roster["benchmark_notes"].iloc[0]
    assert roster["benchmark_is_warned"].tolist() == [True]


def test_what_it_set_is_forgotten_when_it_holds_no_more(settled, book) -> None:
    """As in a what-if: the same rows again with less spent, of which the roster itself said nothing."""
    held, files = settled(10_400.0)
    after = guarded(held, benchmark(held, spent_less(files[0]), files[1], book), book)
    assert held["guardrail"].iloc[0] == 1
    assert after["guardrail"].isna().all()
    assert after["benchmark_total"].iloc[0] == pytest.approx(PERSON_YEARS * THREE_WAY)


@pytest.mark.parametrize("given", [0.0, 1.0])
def test_what_the_roster_says_of_guardrails_is_kept(settled, book, given) -> None:
    held, files = settled(10_400.0)
    own = held.drop(columns=["guardrail", "given_guardrail"]).assign(guardrail=given)
    first = guarded(own, benchmark(own, *files, book), book)
    assert first["guardrail"].tolist() == [1.0]
    again = guarded(first, benchmark(first, spent_less(files[0]), files[1], book), book)
    assert again["guardrail"].tolist() == [given]


def test_an_aco_of_another_program_may_stand_beside_it(settled, book) -> None:
    """A roster of both programs: that of Pioneer has no benchmark that could be computed."""
    own, files = settled(10_400.0)
    other = own.assign(aco_id="P1", program="pioneer", track="core", performance_year=2012, agreement_start=pd.NaT)
    both = pd.concat([own, other], ignore_index=True).drop(columns=["guardrail", "given_guardrail"])
    found = guarded(both, benchmark(both, *files, book), book)
    assert found["guardrail"].isna().tolist() == [False, True]


def spent_less(expenditures: pd.DataFrame) -> pd.DataFrame:
    """The file with $9,000 in the performance year, which makes savings."""
    now = expenditures["period"] == "PY"
    return expenditures.assign(per_capita_expenditure=expenditures["per_capita_expenditure"].mask(now, 9_000.0))
