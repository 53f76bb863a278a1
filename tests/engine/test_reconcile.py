from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from aco_cli.engine.reconcile import reconcile, tally
from aco_cli.rules.book import RuleBook

BOOK = RuleBook()


def one(published: float, **given: object) -> pd.Series:
    """The comparison of one ACO: Track 1 in 2014, benchmark 100 million, 5 % savings, quality 0.9: 2,205,000 earned."""
    return compared({"published_settlement": published, **given}).iloc[0]


def compared(*changes: Mapping[str, object]) -> pd.DataFrame:
    row: dict[str, object] = {
        "aco_id": "A1",
        "aco_name": "One",
        "program": "mssp",
        "track": "track-1",
        "performance_year": 2014,
        "first_performance_year": 0.0,
        "assigned_beneficiaries": 20_000.0,
        "benchmark_total": 100e6,
        "benchmark_total_half_unit": 0.5,
        "expenditure_total": 95e6,
        "expenditure_total_half_unit": 0.5,
        "quality_score": 0.9,
        "quality_score_half_unit": 0.0,
        "published_settlement_half_unit": 0.5,
    }
    texts = {name: "str" for name, value in (row | dict(changes[0])).items() if isinstance(value, str)}
    return reconcile(pd.DataFrame([row | dict(change) for change in changes]).astype(texts), BOOK)


@pytest.mark.parametrize(
    ("published", "verdict"), [(2_205_001, "exact"), (2_204_999, "exact"), (2_205_002, "unexplained")]
)
def test_exact_is_within_one_dollar(published: float, verdict: str) -> None:
    assert one(published)["class"] == verdict


def test_rounding_is_what_the_digits_of_the_inputs_allow() -> None:
    """A quality score printed to two decimals: half a hundredth of 2.45 million is 12,250 either way."""
    published = {2_217_249: "rounding", 2_192_751: "rounding", 2_217_252: "unexplained"}
    found = compared(*({"published_settlement": each, "quality_score_half_unit": 0.005} for each in published))
    assert found["class"].tolist() == list(published.values())


EXACT_INPUTS = dict.fromkeys(("benchmark_total_half_unit", "expenditure_total_half_unit"), 0.0)


def test_the_interval_is_what_the_digits_of_the_inputs_leave_open() -> None:
    """More benchmark and quality make a payment larger, more expenditures smaller."""
    cases: list[tuple[dict[str, float], float]] = [
        ({}, 0.0),
        ({"benchmark_total_half_unit": 1000.0}, 441.0),  # x 50 % x 90 % x 98 %
        ({"expenditure_total_half_unit": 1000.0}, 441.0),
        ({"quality_score_half_unit": 0.005}, 12_250.0),
        ({"benchmark_total_half_unit": 1000.0, "expenditure_total_half_unit": np.nan}, 441.0),
        ({"benchmark_total_half_unit": 1000.0, "expenditure_total_half_unit": 500.0}, 661.5),
    ]
    found = compared(*({"published_settlement": 2_205_000, **EXACT_INPUTS, **halves} for halves, _ in cases))
    by = np.array([each for _, each in cases])
    np.testing.assert_allclose(found["recomputed"], 2_205_000)
    np.testing.assert_allclose(found["lowest"] - found["recomputed"], -by, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found["highest"] - found["recomputed"], by, rtol=0, atol=1e-6)


def test_the_interval_of_given_savings_and_relief() -> None:
    """REACH: savings as given are all the ACO's; a loss of 1.2 million is limited, less the relief given."""
    reach = {"program": "reach", "track": "global", "performance_year": 2023, "gross_savings": 6e6}
    found = one(6e6, **reach, gross_savings_half_unit=500.0, **EXACT_INPUTS)
    assert found[["lowest", "highest"]].tolist() == pytest.approx([6e6 - 500, 6e6 + 500])
    found = loss(-1e6, euc_adjustment=600_000.0, euc_adjustment_half_unit=50.0, **EXACT_INPUTS)
    assert (found[["lowest", "highest"]] - found["recomputed"]).tolist() == pytest.approx([-50, 50])


def test_a_score_cannot_be_rounded_from_below_zero() -> None:
    given = {"track": "track-2", "performance_year": 2014, "agreement_year": 1.0}
    found = loss(-2e6, **given, quality_score=0.0, quality_score_half_unit=0.005)
    assert found["lowest"] == pytest.approx(found["recomputed"], abs=1)


def test_a_report_without_half_units_is_compared_as_it_is() -> None:
    row = {"aco_id": "A1", "aco_name": "", "program": "mssp", "track": "track-1", "performance_year": 2014}
    row |= {"assigned_beneficiaries": 20_000.0, "benchmark_total": 100e6, "expenditure_total": 95e6}
    frame = pd.DataFrame(
        [{**row, "quality_score": 0.9, "published_settlement": each} for each in (2_205_001.2, np.nan)]
    )
    found = reconcile(frame.astype(dict.fromkeys(("aco_id", "aco_name", "program", "track"), "str")), BOOK)
    assert found[["published", "lowest", "highest", "class"]].to_numpy().tolist() == [
        [2_205_001.2, found["recomputed"][0], found["recomputed"][0], "unexplained"]
    ]


def test_the_ends_of_the_interval_and_half_of_what_is_printed_are_within() -> None:
    edges = one(2_205_000, quality_score_half_unit=0.005)
    cases = [
        # end, dollars beyond it, half a unit of the settlement
        *(("highest", 0.5, 0.5, "rounding"), ("highest", 0.625, 0.5, "unexplained"), ("highest", 0.0, 0.0, "rounding")),
        *(("lowest", -0.5, 0.5, "rounding"), ("lowest", -0.625, 0.5, "unexplained"), ("lowest", 0.0, 0.0, "rounding")),
        *(("highest", 0.125, 0.0, "unexplained"), ("lowest", -0.125, 0.0, "unexplained")),
        *(
            ("highest", 900.0, 1000.0, "rounding"),
            ("lowest", -900.0, 1000.0, "rounding"),
            ("lowest", 10.0, 0.0, "rounding"),
        ),
    ]
    changes = [
        {"published_settlement": edges[end] + beyond, "published_settlement_half_unit": half}
        for end, beyond, half, _ in cases
    ]
    found = compared(*({"quality_score_half_unit": 0.005, **each} for each in changes))
    assert found["class"].tolist() == [verdict for *_, verdict in cases]
    reasons = {"rounding": "within the rounding of the published inputs", "unexplained": ""}
    assert found["reason"].tolist() == [reasons[verdict] for *_, verdict in cases]


@pytest.mark.parametrize("published", [2_204_999, 2_205_000, 2_205_001])
def test_an_exact_settlement_has_no_reason(published: float) -> None:
    """Also where its interval is narrower than a dollar."""
    found = one(published, published_settlement_half_unit=0.0, **EXACT_INPUTS)
    assert (found["class"], found["reason"], found["difference"]) == ("exact", "", pytest.approx(2_205_000 - published))


@pytest.mark.parametrize("published", [3_675_000, 3_675_001.4])
def test_a_settlement_by_a_published_rate_that_is_none_of_the_rules_is_borne_out_by_nothing(published: float) -> None:
    """ENHANCED, 5 million x 75 % x 98 %: what rests on the published rate itself is neither exact nor rounding."""
    given = {
        "track": "enhanced",
        "performance_year": 2023,
        "quality_standard_met": 1.0,
        "benchmark_total_half_unit": 9.0,
    }
    rates = {"published_msr": 0.0173}, {"published_msr": 0.02}, {"published_msr": 0.0173, "published_settlement": 3.7e6}
    found = compared(*({"published_settlement": published, **given, **each} for each in rates))
    assert found["class"].tolist() == ["explained", "exact" if published == 3_675_000 else "rounding", "unexplained"]
    assert "minimum savings rate that the rules do not offer" in found["reason"][0]


def test_a_score_cannot_be_rounded_from_above_one() -> None:
    found = one(2_450_000, quality_score=1.0, quality_score_half_unit=0.005)
    assert found["highest"] == pytest.approx(2_450_000, abs=1)


def loss(published: float, **given: object) -> pd.Series:
    """A BASIC E ACO that loses 10 % in 2019: 30 % shared, limited to 4 % of the benchmark."""
    basic = {"track": "basic-e", "performance_year": 2019, "expenditure_total": 110e6, "minimum_rate": 0.02}
    return one(published, **{**basic, **given})


def test_a_smaller_published_loss_under_a_revenue_limit_is_explained_with_the_implied_cap() -> None:
    found = loss(-1_000_000)
    assert found["class"] == "explained"
    assert "loss limit of $1,000,000 (1.00% of the benchmark), below the benchmark-based $4,000,000" in found["reason"]


def test_the_implied_cap_is_before_relief_for_circumstances() -> None:
    """5/12 of a loss of 1.2 million is waived in 2023, so 700,000 was repaid; or CMS printed what it waived."""
    assert "loss limit of $1,200,000" in loss(-700_000, performance_year=2023)["reason"]
    assert "loss limit of $1,300,000" in loss(-700_000, performance_year=2023, euc_adjustment=600_000.0)["reason"]


@pytest.mark.parametrize(
    ("given", "cap"),
    [
        ({"euc_adjustment": 0.0}, "$1,200,000 (1.20%"),
        ({"euc_adjustment": 1.0}, "$700,001 (0.70%"),
        ({"euc_adjustment": np.nan}, "$1,200,000 (1.20%"),
    ],
)
def test_relief_that_is_given_is_added_to_what_was_repaid(given: dict[str, float], cap: str) -> None:
    """$700,000 of a loss of which 5/12 are waived, unless relief of another amount is printed; 0 is none."""
    assert f"loss limit of {cap} of the benchmark)" in loss(-700_000, performance_year=2023, **given)["reason"]


@pytest.mark.parametrize("published", [0, 500_000])
def test_an_aco_that_repaid_nothing_is_not_explained_by_a_limit(published: float) -> None:
    assert loss(published)["class"] == "unexplained"


def test_a_limit_on_revenue_that_is_known_explains_nothing() -> None:
    """8 % of 20 million is 1.6 million: who repaid less did so for another reason."""
    found = loss(-1_000_000, participant_revenue=20e6)
    assert (found["class"], found["recomputed"]) == ("unexplained", pytest.approx(-1_600_000))


def test_a_larger_published_loss_is_not_explained_by_a_limit() -> None:
    assert loss(-3_500_000)["class"] == "unexplained"


def test_a_smaller_loss_is_not_explained_where_the_limit_is_not_on_revenue() -> None:
    assert loss(-1_000_000, loss_limit_basis="benchmark")["class"] == "unexplained"


def test_an_incalculable_settlement_is_unexplained_and_says_why() -> None:
    found = one(2_205_000, quality_score=np.nan)
    assert (found["class"], found["reason"]) == ("unexplained", "quality_score is missing")


def test_the_tally_counts_by_year_and_class() -> None:
    frame = pd.DataFrame(
        {
            "performance_year": [2014, 2014, 2015],
            "class": ["exact", "rounding", "exact"],
            "published": [1.0, 2.0, 3.0],
            "recomputed": [1.0, 2.5, 3.0],
            "difference": [0.0, 0.5, 0.0],
        }
    )
    frame.loc[3] = [2014, "unexplained", 5.0, 4.0, -1.0]
    counted = tally(frame)
    assert counted.to_dict("list") == {
        "performance_year": [2014, 2015],
        "acos": [3, 1],
        "exact": [1, 1],
        "rounding": [1, 0],
        "explained": [0, 0],
        "unexplained": [1, 0],
        "published": [8.0, 3.0],
        "recomputed": [7.5, 3.0],
        "largest_difference": [1.0, 0.0],
    }


def test_a_payment_that_a_later_release_takes_back_is_explained() -> None:
    """Public use files of 2022: the first release pays A1080 $1,068,416, the later one nothing."""
    given = {"aco_id": "A1080", "performance_year": 2022, "track": "basic-a", "expenditure_total": 100e6}
    given["published_settlement"] = 1_068_416
    payments = {1_068_414: "unexplained", 1_068_415: "explained", 1_068_417: "explained", 1_068_418: "unexplained"}
    changes = {"aco_id": "A1081"}, {"performance_year": 2021}, {"expenditure_total": 95e6, "quality_standard_met": 1.0}
    paid = ({"published_settlement": each} for each in payments)
    found = compared(given, *({**given, **each} for each in (*paid, *changes)))
    assert found["class"].tolist() == ["explained", *payments.values(), *["unexplained"] * 3]
    assert found["reason"][0].startswith("a later release pays $0 (ACO public use file of")


@pytest.mark.parametrize(("limit", "verdict"), [(0.01, "explained"), (0.0101, "unexplained")])
def test_what_the_later_release_pays_is_within_a_dollar(limit: float, verdict: str) -> None:
    """1 % of $100 is a dollar."""
    given = {"aco_id": "A1080", "performance_year": 2022, "track": "basic-a", "quality_standard_met": 1.0}
    found = one(1_068_416, **given, benchmark_total=100.0, expenditure_total=50.0, payment_limit=limit)
    assert (found["recomputed"], found["class"]) == (pytest.approx(100 * limit), verdict)
