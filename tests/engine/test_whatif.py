"""What if: no change changes nothing, every packaged scenario does what it says, and nothing unknown is filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aco_cli.api.scenario_files import Scenario, Setting, convert_given, packaged_scenarios
from aco_cli.engine.summary import grouping_columns
from aco_cli.engine.whatif import Case, Change, compare, totals
from aco_cli.errors import RulesError
from aco_cli.inputs.load import load
from aco_cli.rules.book import RuleBook
from aco_cli.rules.change import changed_book

Canonical = Callable[[Sequence[Mapping[str, Any]]], pd.DataFrame]
SAMPLE = Path(__file__).parents[2] / "sample_data" / "roster_2014.csv"
BOOK = RuleBook()
NO_CHANGE = Case("unchanged", (), BOOK)
SCENARIOS = {scenario.name: scenario for scenario in packaged_scenarios()}
# Scenario, ACO, settlement before and after worked out by hand, and how the year then ends. Savings and losses are
# benchmark - expenditures of the sample roster; payments lose 2 % to sequestration.
BY_HAND = [
    # 32,173,449 x 50 % x 0.91696428571 x 98 %  ->  x 50 % x 1 x 98 %
    ("no-quality-penalty", "A67373", 14_455_932.80, 15_764_990.01, "earned"),
    # failed the standard (score 0) with 1,825,671 above its minimum  ->  x 50 % x 1 x 98 %
    ("no-quality-penalty", "A65307", 0.0, 894_578.79, "earned"),
    # 7,122,017 x 50 % x 0.7578125 x 98 %  ->  x 60 % x 0.7578125 x 98 %
    ("two-sided", "A00934", 2_644_605.22, 3_173_526.26, "earned"),
    # loss of 12,128,035 (5.1 %) x (1 - 60 % x 0.92366071429), below the limit of 5 % x 237,731,249
    ("two-sided", "A00843", 0.0, -5_406_721.32, "owed"),
    # loss of 15,022,545 x (1 - 60 % x 0.79341517857) = 7,871,075.87, above the limit of 5 % x 146,995,248
    ("two-sided", "A00755", 0.0, -7_349_762.40, "owed"),
    # 7,122,017 x 50 % x 0.7578125 x 98 %  ->  x 75 % x 0.7578125 x 98 %
    ("track-3", "A00934", 2_644_605.22, 3_966_907.83, "earned"),
    # 1 - 75 % x 0.92366 = 30.7 % is below the floor: loss of 12,128,035 x 40 %
    ("track-3", "A00843", 0.0, -4_851_214.00, "owed"),
    # 61,575,780 - 59,432,292 = 2,143,488 is 3.48 % and the minimum 3.99 %  ->  x 50 % (reported, first year) x 98 %
    ("msr-0", "A01307", 0.0, 1_050_309.12, "earned"),
    # 7,122,017 x 50 % x 0.7578125 x 98 %  ->  x 40 % x 98 %
    ("rules-2024", "A00934", 2_644_605.22, 2_791_830.66, "earned"),
    # Track 2: 13,767,493 x 60 % x 0.93002232143 x 98 %  ->  ENHANCED: x 75 % x 98 % = 10,119,107.355
    ("rules-2024", "A85439", 7_528_796.57, 10_119_107.36, "earned"),
    # of BASIC level E and of agreements from 2024 alone (tests/api/test_proposed_2027.py)
    ("proposed-2027", "A67373", 14_455_932.80, 14_455_932.80, "earned"),
    # failed the standard in 2014 and so under the rules of 2024
    ("rules-2024", "A65307", 0.0, 0.0, "quality-failed"),
    # 32,173,449 x 50 % x 0.91696428571, without the 2 %
    ("no-sequestration", "A67373", 14_455_932.80, 14_750_951.84, "earned"),
]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    found = load([str(SAMPLE)], None).frame
    return found.assign(**grouping_columns(found))


def case_of(scenario: Scenario, book: RuleBook = BOOK) -> Case:
    changes = [Change(convert_given(each.where), convert_given(each.values)) for each in scenario.settings]
    return Case(scenario.name, changes, changed_book(book, scenario.rules, scenario.rules_year))


@pytest.fixture(scope="module")
def compared(frame: pd.DataFrame) -> pd.DataFrame:
    """Every packaged scenario on the sample roster."""
    return compare(frame, BOOK, [case_of(scenario) for scenario in SCENARIOS.values()], ("track", "msr"))


def assert_unchanged(found: pd.DataFrame) -> None:
    assert (found["difference"].dropna() == 0).all()
    for name in ("settlement", "outcome", "msr"):
        pd.testing.assert_series_equal(found[f"{name}_before"], found[f"{name}_after"], check_names=False)
    assert found["difference"].isna().equals(found["settlement_before"].isna())


def test_no_change_changes_nothing_on_the_sample_roster(frame: pd.DataFrame) -> None:
    found = compare(frame, BOOK, [NO_CHANGE], ("msr",))
    assert_unchanged(found)
    assert len(found) == 333
    assert (found["difference"] == 0).all()


def test_no_change_changes_nothing_in_any_public_use_file(shared_data: Path) -> None:
    files = sorted(shared_data.glob("mssp_puf_*.csv"))
    found = compare(load([str(file) for file in files], None).frame, BOOK, [NO_CHANGE], ("msr",))
    assert found["performance_year"].nunique() == len(files) > 3
    assert_unchanged(found)


def test_no_change_changes_nothing_in_rows_of_all_kinds(canonical: Canonical, make_rows: Any) -> None:
    found = compare(canonical(make_rows(88, 300)), BOOK, [NO_CHANGE], ("msr",))
    assert 0 < found["difference"].isna().sum() < len(found)
    assert_unchanged(found)


def test_rules_and_values_as_they_are_change_nothing(frame: pd.DataFrame) -> None:
    """The way through columns and rules set anew ends where it began."""
    same = Scenario(
        "same", "", (Setting({"track": "track-2"}, {"track": "track-2"}),), {"mssp.sequestration": 0.02}, 2014
    )
    assert (compare(frame, BOOK, [case_of(same)], ())["difference"] == 0).all()


def test_every_packaged_scenario_is_described_and_has_a_case_by_hand() -> None:
    assert {name for name, *_ in BY_HAND} == set(SCENARIOS)
    assert all(scenario.description.endswith(".") for scenario in SCENARIOS.values())


@pytest.mark.parametrize(("scenario", "aco_id", "before", "after", "outcome"), BY_HAND, ids=str)
def test_packaged_scenario_by_hand(
    compared: pd.DataFrame, scenario: str, aco_id: str, before: float, after: float, outcome: str
) -> None:
    row = compared[(compared["scenario"] == scenario) & (compared["aco_id"] == aco_id)].iloc[0]
    cent = 0.005 + 1e-6  # worked out to the cent
    assert row["settlement_before"] == pytest.approx(before, abs=cent)
    assert row["settlement_after"] == pytest.approx(after, abs=cent)
    assert row["difference"] == row["settlement_after"] - row["settlement_before"]
    assert row["outcome_after"] == outcome


def test_packaged_scenarios_settle_every_aco_of_2014(compared: pd.DataFrame) -> None:
    assert compared["difference"].notna().all()
    assert len(compared) == 333 * len(SCENARIOS)
    assert compared["scenario"].tolist()[: len(SCENARIOS)] == list(SCENARIOS), "cases of an ACO stand together"


def test_totals_add_up(compared: pd.DataFrame) -> None:
    """Groups to all, gains and losses to the difference, counts to the ACOs."""
    summed = totals(compared, ["start_year", "track"])
    everyone = summed[summed["by"] == "all"].set_index("scenario")
    assert list(everyone.index) == list(SCENARIOS)
    for group in ("start_year", "track"):
        parts = summed[summed["by"] == group].groupby("scenario").sum(numeric_only=True)
        for name in ("acos", "gain", "difference", "earned_after", "owed_repayment_after", "settlement_before"):
            pd.testing.assert_series_equal(parts[name], everyone[name], check_like=True)
    assert (everyone["gain"] + everyone["lose"] + everyone["unchanged"] + everyone["not_calculable"] == 333).all()
    assert (everyone["gained"] - everyone["lost"]).to_numpy() == pytest.approx(everyone["difference"].to_numpy())
    for side in ("before", "after"):
        net = everyone[f"earned_payment_{side}"] - everyone[f"owed_repayment_{side}"]
        assert net.to_numpy() == pytest.approx(everyone[f"settlement_{side}"].to_numpy())


def test_what_a_changed_row_lacks_is_told_and_counted(frame: pd.DataFrame) -> None:
    """ENHANCED lets an ACO choose its minimum rate; what CMS printed for another track is no choice."""
    enhanced = Scenario("enhanced", "", (Setting({"track": "enhanced"}),), {}, 2019)
    found = compare(frame, BOOK, [case_of(enhanced)], ("track",))
    assert set(found["outcome_after"]) == {"not-calculable"}
    assert found["notes"].str.contains("msr_election is missing").all()
    assert found["difference"].isna().all()
    summed = totals(found).iloc[0]
    assert (summed["not_calculable"], summed["acos"], summed["difference"]) == (333, 333, 0)
    assert (summed["settlement_before"], summed["earned_before"]) == (0, 0), "sums are of ACOs known before and after"


def test_why_the_settlement_before_is_not_known_is_told(canonical: Canonical) -> None:
    row = {"performance_year": 2018, "track": "track-3", "assigned_beneficiaries": 9000, "benchmark_total": 1e8}
    frame = canonical([row | {"expenditure_total": 9e7, "quality_score": 1}])
    found = compare(frame, BOOK, [case_of(Scenario("a", "", (Setting({"msr_election": "0.02"}),)))], ()).iloc[0]
    assert found["settlement_after"] == pytest.approx(1e7 * 0.75 * 0.98)
    assert found["notes"] == "before: msr_election is missing"


@pytest.mark.parametrize(
    ("settings", "rules", "rules_year", "kept"),
    [
        ({"quality_score": "0.5"}, {}, None, True),
        ({"track": "track-1"}, {}, None, True),
        ({}, {"mssp.sequestration": 0}, None, True),
        ({}, {}, 2013, True),
        ({"assigned_beneficiaries": "490"}, {}, None, False),
        ({"track": "track-2"}, {}, None, False),
        ({}, {"mssp.minimum_savings_rate": {"basis": "sliding"}}, None, True),
        ({}, {"mssp.minimum_savings_rate": {"basis": "elective", "rates": [0.02]}}, None, False),
    ],
)
def test_printed_rate_serves_as_long_as_the_minimum_rate_has_the_same_rules(
    canonical: Canonical, settings: dict[str, str], rules: dict[str, Any], rules_year: int | None, kept: bool
) -> None:
    """Below 500 beneficiaries only the printed rate is known: it must neither be lost nor hold for another track."""
    row = {"performance_year": 2014, "track": "track-1", "assigned_beneficiaries": 450, "benchmark_total": 1e7}
    frame = canonical([row | {"expenditure_total": 8e6, "quality_score": 1, "published_msr": 0.125}])
    scenario = Scenario("a", "", (Setting(settings),) if settings else (), rules, rules_year)
    found = compare(frame, BOOK, [case_of(scenario)], ("msr",))["msr_after"].iloc[0]
    assert bool(found == 0.125) is kept


@pytest.mark.parametrize(
    ("where", "reached"),
    [
        ({}, ["A0", "A1", "A2"]),
        ({"track": "track-1"}, ["A0", "A1"]),
        ({"track": "track-1", "quality_score": "0.5"}, ["A1"]),
        ({"quality_score": None}, ["A2"]),
        ({"low_revenue": None}, ["A0", "A1", "A2"]),
        ({"low_revenue": "true"}, []),
    ],
)
def test_where_says_which_rows_are_changed(canonical: Canonical, where: dict[str, object], reached: list[str]) -> None:
    """A blank asks for what is missing, and a column that the roster lacks is missing everywhere."""
    row = {"performance_year": 2014, "assigned_beneficiaries": 9000, "benchmark_total": 1e8, "expenditure_total": 9e7}
    frame = canonical(
        [
            row | {"track": "track-1", "quality_score": 0.9},
            row | {"track": "track-1", "quality_score": 0.5},
            row | {"track": "track-2", "quality_score": None},
        ]
    )
    scenario = Scenario("a", "", (Setting({"minimum_rate": "0.3"}, where),))
    found = compare(frame, BOOK, [case_of(scenario)], ("msr",))
    assert found.loc[found["msr_after"] == 0.3, "aco_id"].tolist() == reached


def test_later_changes_see_earlier_ones(canonical: Canonical) -> None:
    row = {"performance_year": 2014, "track": "track-1", "assigned_beneficiaries": 9000, "benchmark_total": 1e8}
    settings = (Setting({"track": "track-2"}), Setting({"quality_score": "1"}, {"track": "track-2"}))
    found = compare(canonical([row | {"expenditure_total": 9e7}]), BOOK, [case_of(Scenario("a", "", settings))], ())
    assert found["settlement_after"].iloc[0] == pytest.approx(1e7 * 0.6 * 0.98)


def test_scenario_without_rules_for_a_row_is_named(frame: pd.DataFrame) -> None:
    with pytest.raises(RulesError, match=r"later: .*A00755.*track-1 in 2024 is not covered: Track 1 ran in 2012-2021"):
        compare(frame, BOOK, [case_of(Scenario("later", rules_year=2024))], ())
