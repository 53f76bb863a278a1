"""The worked examples of CMS's methodology v11, and every threshold of the rules, below, at and above."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def lines(row):
    """One line of the benchmark of an ACO-year by its key and, where it has members, the enrollment type."""

    def value(given, key: str, kind: str = "") -> float:
        return row(given).figure(key, kind)

    return value


def test_blend_of_national_and_regional_growth(case, lines) -> None:
    """v11, 4.1.2 (aged/dual), unrounded: v11 itself prints parts rounded on the way, as the next test has them."""
    weight = 9 / 11 * 0.9 + 2 / 11 * (2_000 / 12_000)
    assert round(weight, 3) == 0.767
    given = case().set("national_weight", weight, kind="aged-dual")
    given.set("national_expenditure", {"BY1": 18_354, "BY3": 19_229}, kind="aged-dual")
    given.set("regional_expenditure", {"BY1": 12_000, "BY3": 13_000}, kind="aged-dual")
    assert round(lines(given, "national_trend[by1]", "aged-dual"), 3) == 1.048
    assert round(lines(given, "regional_trend[by1]", "aged-dual"), 3) == 1.083
    assert lines(given, "trend[by1]", "aged-dual") == pytest.approx(weight * 19_229 / 18_354 + (1 - weight) * 13 / 12)


def test_blend_from_its_printed_parts(case, lines) -> None:
    """v11, 4.1.2: weight 0.767, national growth printed as 1.047, regional 1.083: blend 1.055."""
    given = case().set("national_weight", 0.767).set("trend_factor", {"BY1": 1.047})
    given.set("regional_expenditure", {"BY1": 12_000, "BY3": 12_000 * 1.083})
    assert round(lines(given, "trend[by1]", "aged-dual"), 3) == 1.055


def test_same_blend_updates_to_the_performance_year(case, lines) -> None:
    """v11, 4.1.4: the update blends with the national weight of the performance year."""
    given = case().set("national_weight", {"PY": 0.5}).set("national_expenditure", {"BY3": 10_000, "PY": 10_400})
    given.set("regional_expenditure", {"BY3": 10_000, "PY": 10_800})
    assert lines(given, "update_factor", "esrd") == pytest.approx(1.06)


@pytest.mark.parametrize(
    ("kind", "before", "now", "ratio"),
    [
        ("esrd", 1.031, 1.054, 1.022),
        ("disabled", 1.123, 1.074, 0.956),
        ("aged-dual", 0.987, 1.046, 1.030),
        ("aged-nondual", 1.025, 1.001, 0.977),
    ],
)
def test_risk_ratio_is_capped_upward_only(case, lines, kind, before, now, ratio) -> None:
    """v11, table 3: growth of the risk score is capped at 3 percent and has no floor."""
    given = case().set("risk_score", {"BY3": before, "PY": now}, kind=kind)
    assert round(lines(given, "performance_risk_ratio", kind), 3) == ratio


@pytest.mark.parametrize(("now", "ratio"), [(1.0299, 1.0299), (1.03, 1.03), (1.0301, 1.03)])
def test_risk_cap_below_at_and_above(case, lines, now, ratio) -> None:
    given = case().set("risk_score", {"PY": now})
    assert lines(given, "performance_risk_ratio", "esrd") == pytest.approx(ratio, rel=1e-12)


@pytest.mark.parametrize(
    ("start", "period", "weights"),
    [
        ("2012-04-01", 1, (0.1, 0.3, 0.6)),
        ("2018-01-01", 1, (0.1, 0.3, 0.6)),
        ("2016-01-01", 2, (1 / 3, 1 / 3, 1 / 3)),
        ("2017-01-01", 2, (1 / 3, 1 / 3, 1 / 3)),
        ("2019-01-01", 2, (1 / 3, 1 / 3, 1 / 3)),
        ("2019-07-01", 1, (0.1, 0.3, 0.6)),
        ("2019-07-01", 3, (1 / 3, 1 / 3, 1 / 3)),
        ("2023-01-01", 2, (1 / 3, 1 / 3, 1 / 3)),
        ("2024-01-01", 1, (0.1, 0.3, 0.6)),
    ],
)
def test_weights_of_benchmark_years_by_era_and_agreement_period(case, lines, start, period, weights) -> None:
    given = case(start, period)
    assert tuple(lines(given, f"year_weight[{year}]") for year in ("by1", "by2", "by3")) == weights


@pytest.mark.parametrize(
    ("period", "spends_less", "spends_more"),
    [(1, 0.35, 0.15), (2, 0.50, 0.25), (3, 0.50, 0.35), (4, 0.50, 0.50), (7, 0.50, 0.50)],
)
def test_weight_of_the_regional_adjustment_goes_by_the_sign(case, lines, period, spends_less, spends_more) -> None:
    """42 CFR 425.601(f): lower-spending only above zero; zero itself takes the other weight."""
    given = case(regional_period=period)
    for regional, weight in ((10_001, spends_less), (10_000, spends_more), (9_999, spends_more)):
        given.set("regional_expenditure", regional)
        assert lines(given, "regional_weight") == weight


def test_sign_is_that_of_all_types_together(case, lines) -> None:
    """One weight for all types, though the types differ in sign."""
    given = case().set("regional_expenditure", 9_000).set("regional_expenditure", 14_000, kind="esrd")
    assert lines(given, "weighted_difference") == 250
    assert lines(given, "type_adjustment", "disabled") == -350
    assert lines(given, "type_adjustment", "esrd") == 500  # capped, of 1,400


@pytest.mark.parametrize(
    ("regional", "adjustment"),
    [
        (11_428, 499.8),
        (11_428.5714285714, 500),
        (11_500, 500),
        (6_667, -499.95),
        (6_666.6666666667, -500),
        (6_000, -500),
    ],
)
def test_regional_adjustment_is_capped_at_five_percent_of_national(case, lines, regional, adjustment) -> None:
    """42 CFR 425.601(a)(8): 35 percent of what the region is above, 15 percent of what it is below, up to $500."""
    given = case().set("regional_expenditure", regional)
    assert lines(given, "regional_adjustment") == pytest.approx(adjustment, abs=1e-6)


def test_no_regional_adjustment_before_an_agreement_is_subject_to_it(case, lines) -> None:
    given = case(regional_period=0).set("regional_expenditure", 12_000)
    assert lines(given, "regional_adjustment") == 0


def test_first_agreements_add_dollars(case, lines) -> None:
    """42 CFR 425.602: national growth in dollars is added after risk adjustment."""
    given = case("2014-01-01", 1).set("risk_ratio", 1.1).set("flat_dollar_update", 321.0)
    given.set("trend_factor", {"BY1": 1.02, "BY2": 1.01})
    assert lines(given, "historical", "esrd") == pytest.approx(0.1 * 10_200 + 0.3 * 10_100 + 0.6 * 10_000)
    assert lines(given, "updated", "esrd") == pytest.approx(1.1 * 10_050 + 321)


def test_newly_and_continuously_assigned_are_adjusted_each_in_their_own_way(case, lines) -> None:
    """42 CFR 425.604(a): the two ratios weighted by the two shares, unless a combined ratio is given."""
    given = case("2014-01-01", 1)
    for held in given.by_type.values():
        held.pop("risk_ratio")
        held |= {"newly_assigned_share": 0.25, "newly_assigned_ratio": 1.2}
        held |= {"continuously_assigned_share": 0.75, "continuously_assigned_ratio": 0.96}
    assert lines(given, "performance_risk_ratio", "esrd") == pytest.approx(1.02)


def test_rebasing_of_2016_adds_prior_savings(case, lines) -> None:
    given = case("2016-01-01", 2, prior_savings_per_capita=150.0)
    assert lines(given, "adjusted_benchmark") == 10_150


def test_rebasing_of_2017_grows_with_the_region(case, lines) -> None:
    given = case("2017-01-01", 2).set("regional_expenditure", {"BY1": 8_000, "BY2": 9_000, "BY3": 10_000, "PY": 11_000})
    assert lines(given, "trend[by1]", "esrd") == 1.25
    assert lines(given, "update_factor", "esrd") == 1.1


def test_growth_of_the_region_needs_no_national_figures(case, lines) -> None:
    given = case("2017-01-01", 2).set("regional_expenditure", {"BY1": 8_000, "BY2": 9_000, "BY3": 10_000, "PY": 11_000})
    given.set("national_expenditure", {"BY1": np.nan, "BY2": np.nan, "PY": np.nan})
    assert lines(given, "trend[by1]", "esrd") == 1.25
    assert lines(given, "update_factor", "esrd") == 1.1


def test_growth_of_the_nation_needs_no_regional_figures(case, lines) -> None:
    given = case("2014-01-01", 1).set("regional_expenditure", np.nan)
    given.set("national_expenditure", {"BY1": 8_000, "BY2": 9_000, "BY3": 10_000, "PY": 10_500})
    assert lines(given, "trend[by1]", "esrd") == 1.25
    assert lines(given, "updated", "esrd") == pytest.approx(lines(given, "historical", "esrd") + 500)


def test_a_blended_factor_given_alone_counts_whole(case, lines) -> None:
    """Table A3 of a report gives factors that are blended already: neither weight nor regional figures with them."""
    given = case().set("trend_factor", {"BY1": 1.2, "BY2": 1.1}).set("update_factor", {"PY": 1.3})
    for when, kind in given.by_type:
        given.by_type[when, kind]["national_weight"] = np.nan
        if when != "BY3":
            given.by_type[when, kind]["regional_expenditure"] = np.nan
    assert lines(given, "trend[by1]", "esrd") == 1.2
    assert lines(given, "update_factor", "esrd") == 1.3


def test_six_month_years_count_for_half(case, computed) -> None:
    whole, half = computed(case()), computed(case(months=6.0))
    assert half["benchmark_total"] == whole["benchmark_total"] / 2
    assert half["expenditure_total"] == whole["expenditure_total"] / 2
    assert half["updated_benchmark"] == whole["updated_benchmark"]


class TestFrom2024:
    """42 CFR 425.650-425.662; what was not read in the regulation, the rules say."""

    @pytest.fixture
    def agreement(self, case):
        def make(start: int = 2024, **roster: float):
            roster = {"prior_savings_per_capita": 0.0, **roster}
            return case(f"{start}-01-01", 1, **roster).set("acpt_update_factor", {"PY": 1.0})

        return make

    @pytest.mark.parametrize(
        ("regional", "savings", "regional_part", "savings_part"),
        [
            (11_000, 600, 350, 0),  # 35 percent of 1,000 is more than half of 600
            (11_000, 700, 350, 0),  # both 350: the regional one
            (11_000, 800, 0, 400),
            (11_000, 1_200, 0, 500),  # prior savings capped at 5 percent of national
            (15_000, 2_000, 500, 0),  # both at the cap
            (8_000, 0, 0, 0),  # not below zero
            (8_000, -100, 0, 0),
            (8_000, 100, 0, 50),
        ],
    )
    def test_highest_adjustment_counts(self, agreement, lines, regional, savings, regional_part, savings_part) -> None:
        given = agreement(prior_savings_per_capita=savings).set("regional_expenditure", regional)
        assert lines(given, "regional_adjustment") == pytest.approx(regional_part)
        assert lines(given, "prior_savings") == pytest.approx(savings_part)

    def test_downward_cap_is_one_and_a_half_percent(self, agreement, lines) -> None:
        assert lines(agreement().set("regional_expenditure", 5_000), "capped_adjustment", "esrd") == -150

    @pytest.mark.parametrize(
        ("start", "year", "weight"),
        [(2024, 2024, 1 / 6), (2024, 2025, 1 / 3), (2024, 2026, 1 / 3), (2025, 2025, 1 / 3)],
    )
    def test_weight_of_the_prospective_trend_goes_by_performance_year(
        self, agreement, lines, start, year, weight
    ) -> None:
        """42 CFR 425.652(b): a third; in 2024 CMS used its discretion."""
        given = agreement(start).set("national_expenditure", {"PY": 11_200}).set("regional_expenditure", {"PY": 10_400})
        given.set("acpt_update_factor", {"PY": 1.03}).year = year
        assert lines(given, "two_way_update", "esrd") == pytest.approx(0.25 * 1.12 + 0.75 * 1.04)
        assert lines(given, "update_factor", "esrd") == pytest.approx((1 - weight) * 1.06 + weight * 1.03)

    @pytest.mark.parametrize(
        ("start", "population", "expected"),
        [
            (2024, 500.0, (350, 0, 0)),  # not compared before 2025
            (2025, 349.0, (350, 0, 0)),
            (2025, 350.0, (350, 0, 0)),
            (2025, 351.0, (0, 0, 351)),
            (2025, np.nan, (350, 0, 0)),
        ],
    )
    def test_population_adjustment_counts_where_it_is_the_highest_of_three(
        self, agreement, lines, start, population, expected
    ) -> None:
        """42 CFR 425.662: agreements from 2025; prior savings give 300, the region 350."""
        given = agreement(start, prior_savings_per_capita=600.0, population_adjustment=population)
        given.set("regional_expenditure", 11_000)
        names = ("regional_adjustment", "prior_savings", "population")
        assert tuple(lines(given, name) for name in names) == pytest.approx(expected)
        assert lines(given, "adjusted_benchmark") == pytest.approx(10_000 + sum(expected))

    @pytest.mark.parametrize(
        ("savings", "expected"), [(601.0, (0, 300.5, 0)), (600.0, (0, 300, 0)), (599.0, (0, 0, 300))]
    )
    def test_prior_savings_come_before_an_equal_population_adjustment(
        self, agreement, lines, savings, expected
    ) -> None:
        given = agreement(2025, prior_savings_per_capita=savings, population_adjustment=300.0)
        names = ("regional_adjustment", "prior_savings", "population")
        assert tuple(lines(given, name) for name in names) == pytest.approx(expected)

    @pytest.mark.parametrize("start", [2024, 2025])
    @pytest.mark.parametrize("population", [np.nan, 0.0, -5.0])
    def test_nothing_is_added_where_no_adjustment_is_above_zero(self, agreement, lines, start, population) -> None:
        given = agreement(start, population_adjustment=population).set("regional_expenditure", 9_000)
        assert lines(given, "adjusted_benchmark") == 10_000

    def test_adjustments_of_a_few_cents_count(self, agreement, lines) -> None:
        assert lines(agreement().set("regional_expenditure", 10_001), "regional_adjustment") == pytest.approx(0.35)

    def test_types_that_cancel_out_add_nothing(self, agreement, lines) -> None:
        given = agreement().set("regional_expenditure", 10_300, kind="esrd")
        given.set("regional_expenditure", 9_700, kind="disabled")
        assert lines(given, "weighted_adjustment") == pytest.approx(0, abs=1e-9)
        assert lines(given, "type_adjustment", "esrd") == 0

    @pytest.mark.parametrize("when", ["BY3", "PY"])
    def test_without_demographic_scores_there_is_no_benchmark(self, agreement, computed, when) -> None:
        given = agreement().set("demographic_score", {when: np.nan}, kind="disabled").set("risk_score", {"PY": 1.2})
        found = computed(given)
        assert np.isnan(found["updated_benchmark"])
        assert f"{when} disabled demographic_score" in found["notes"]

    @pytest.mark.parametrize(("start", "is_said"), [(2024, False), (2025, True)])
    def test_a_population_adjustment_that_is_not_given_is_said(self, agreement, computed, start, is_said) -> None:
        assert ("population_adjustment is not given" in computed(agreement(start))["notes"]) == is_said

    @pytest.mark.parametrize(
        ("settled", "expected"),
        [(4_000.0, 150), (3_999.0, 150 * 3_999 / 4_000), (2_000.0, 75), (5_000.0, 150), (0.0, 0)],
    )
    def test_prior_savings_of_published_years_are_prorated(self, agreement, lines, settled, expected) -> None:
        """42 CFR 425.658: half of an average of $300, by person years settled of the 4,000 of the benchmark years."""
        given = agreement(prior_savings_per_capita=np.nan, prior_average=300.0, prior_person_years=settled)
        assert lines(given, "prior_savings") == pytest.approx(expected)

    def test_prior_savings_given_win_over_published_years(self, agreement, lines) -> None:
        given = agreement(prior_savings_per_capita=100.0, prior_average=300.0, prior_person_years=4_000.0)
        assert lines(given, "prior_savings") == 50

    @pytest.mark.parametrize(
        ("esrd", "others", "demographic", "ratio"),
        [
            (1.20, 1.00, 1.02, 1.20),  # together 1.05: within demographic growth and 3 points
            (1.20, 1.01, 1.02, 1.05),  # together 1.0575: each type is held to 1.05
            (0.90, 1.10, 1.00, 0.90),  # together 1.05, beyond 1.03: a type below the cap stays
        ],
    )
    def test_risk_cap_holds_for_all_types_together(self, agreement, lines, esrd, others, demographic, ratio) -> None:
        given = agreement().set("demographic_score", {"PY": demographic}).set("risk_score", {"PY": others})
        given.set("risk_score", {"PY": esrd}, kind="esrd")
        assert lines(given, "performance_risk_ratio", "esrd") == pytest.approx(ratio)
