"""From claims to expenditures: the rules' examples, a population worked out by hand, and random ones done slowly."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

THRESHOLDS = {"esrd": "300000", "disabled": "100000", "aged-dual": "208929.14", "aged-nondual": "90000"}
MEANS = {"esrd": 1.25, "disabled": 1.0, "aged-dual": 1.5, "aged-nondual": 1.0}


def one_person(empty_people: Any, paid: str, months: range, **given: Any) -> Any:
    people = empty_people()
    people.thresholds(2018, THRESHOLDS)
    people.assign("B1")
    people.months("B1", months, **given)
    people.claim("B1", "40", "2018-01-15", paid)
    return people


@pytest.mark.parametrize(
    ("paid", "months", "per_capita", "weighted"),
    [
        pytest.param("10000.00", range(1, 7), 20260.00, 10130.00, id="10,000 in six months: 20,000 a year, completed"),
        pytest.param(
            "300000.00", range(1, 13), 211645.21882, 211645.21882, id="300,000: held at 208,929.14, completed"
        ),
        pytest.param("-300000.00", range(1, 13), -211645.21882, -211645.21882, id="and at minus the threshold"),
        pytest.param("208929.14", range(1, 13), 211645.21882, 211645.21882, id="at the threshold"),
        pytest.param("208929.13", range(1, 13), 211645.20869, 211645.20869, id="a cent below it"),
        pytest.param("208929.15", range(1, 13), 211645.21882, 211645.21882, id="a cent above it"),
    ],
)
def test_the_rules_examples(
    compute: Any, empty_people: Any, by_type: Any, paid: str, months: range, per_capita: float, weighted: float
) -> None:
    row = by_type(compute(one_person(empty_people, paid, months, dual_status="02")).rows)["aged-dual"]
    assert row["per_capita_expenditure"] == pytest.approx(per_capita, rel=1e-14)
    assert row["per_capita_expenditure"] * row["person_years"] == pytest.approx(weighted, rel=1e-14)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"esrd": True, "age": 50, "dual_status": "02"}, "esrd"),
        ({"age": 64, "dual_status": "02"}, "disabled"),
        ({"age": 65, "dual_status": "02"}, "aged-dual"),
        *[({"dual_status": code}, "aged-dual") for code in ("01", "02", "04", "08")],
        *[({"dual_status": code}, "aged-nondual") for code in ("NA", "00", "03", "05", "06", "09", "99", "", None)],
    ],
)
def test_the_first_type_that_fits(compute: Any, empty_people: Any, by_type: Any, given: Any, kind: str) -> None:
    rows = by_type(compute(one_person(empty_people, "1.00", range(1, 13), **given)).rows)
    assert {name: row["person_years"] for name, row in rows.items()} == {
        name: float(name == kind) for name in THRESHOLDS
    }


@pytest.mark.parametrize(
    "given", [{"alive": False}, {"part_a": False}, {"part_b": False}, {"health_plan": True}], ids=str
)
def test_a_month_that_does_not_count_brings_neither_months_nor_dollars(
    compute: Any, empty_people: Any, by_type: Any, given: Any
) -> None:
    people = one_person(empty_people, "777.00", range(1, 2), **given)
    people.months("B1", range(2, 13))
    people.claim("B1", "71", "2018-02-01", "110.00")
    row = by_type(compute(people).rows)["aged-nondual"]
    assert row["person_years"] == 11 / 12
    assert row["per_capita_expenditure"] == pytest.approx(120 * 1.013, rel=1e-14)


def test_a_type_without_months_stays_in_the_result_without_figures(compute: Any, empty_people: Any) -> None:
    rows = compute(one_person(empty_people, "1.00", range(1, 13))).rows
    assert rows["enrollment_type"].tolist() == list(THRESHOLDS)
    assert rows["person_years"].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert rows["per_capita_expenditure"].isna().tolist() == [True, True, True, False]


def test_sequestration_is_added_back_from_april_2013(compute: Any, empty_people: Any, by_type: Any) -> None:
    people = empty_people()
    people.thresholds(2013, THRESHOLDS)
    people.assign("B1", year=2013)
    people.months("B1", year=2013)
    people.claim("B1", "40", "2013-03-31", "100.00", sequestration_amount="2.00")
    people.claim("B1", "40", "2013-04-01", "100.00", sequestration_amount="2.00")
    row = by_type(compute(people).rows)["aged-nondual"]
    assert row["per_capita_expenditure"] == pytest.approx(202 * 1.013, rel=1e-14)


def twelve(people: Any) -> Any:
    """Twelve beneficiaries of one ACO; each rule is decisive for one of them at least."""
    people.thresholds(2018, THRESHOLDS, MEANS)
    for number in range(1, 13):
        people.assign(f"B{number}")
    people.months("B1")
    people.claim("B1", "40", "2018-02-10", "1200.00")
    people.months("B2")  # inpatient: less IME, DSH, uncompensated care and supplements
    people.claim("B2", "60", "2018-03-31", "10000.00", ime_amount="1000", dsh_amount="500",
                 uncompensated_care_amount="250", other_excluded_amount="250")  # fmt: skip
    people.months("B3")  # denied
    people.claim("B3", "71", "2018-05-05", "5000.00", denied=True)
    people.months("B4")  # sequestration and population-based payments are added back
    people.claim("B4", "10", "2018-06-06", "980.00", sequestration_amount="20", pbp_reduction_amount="100")
    people.months("B5", range(1, 7), dual_status="02", risk_score="1.2")  # dies in June
    people.months("B5", range(7, 13), dual_status="02", risk_score="9.9", alive=False)
    people.claim("B5", "50", "2018-06-30", "10000.00")
    people.months("B6", dual_status="04", risk_score="3.0")  # truncated
    people.claim("B6", "60", "2018-12-31", "300000.00")
    people.months("B7", age=60, risk_score="2.0")  # truncated below
    people.claim("B7", "60", "2018-01-01", "-300000.00")
    people.months("B8", esrd=True, age=50, dual_status="02", risk_score="1.5")  # ESRD before age and dual status
    people.claim("B8", "20", "2018-07-07", "2400.00")
    people.months("B9", range(1, 7), age=64)  # 65 in July
    people.months("B9", range(7, 13), age=65)
    people.claim("B9", "81", "2018-03-03", "600.00")
    people.claim("B9", "82", "2018-09-09", "300.00")
    people.months("B10", range(1, 4), health_plan=True)  # in a health plan until March
    people.months("B10", range(4, 13))
    people.claim("B10", "72", "2018-02-02", "999.00")
    people.claim("B10", "72", "2018-04-01", "450.00")
    people.months("B11", range(1, 12))  # without Part B in December; nothing comes off a carrier line
    people.months("B11", [12], part_b=False)
    people.claim("B11", "71", "2018-11-30", "700.00", ime_amount="50")
    people.claim("B11", "30", "2018-12-01", "333.00")
    people.months("B12", range(1, 7), dual_status="02", risk_score="0.9")  # dual until June
    people.months("B12", range(7, 13), dual_status="03")
    people.claim("B12", "40", "2018-06-30", "500.00")
    people.claim("B12", "40", "2018-07-01", "250.00")
    return people


def test_twelve_beneficiaries_worked_out_by_hand(compute: Any, empty_people: Any, by_type: Any) -> None:
    found = by_type(compute(twelve(empty_people())).rows)
    expected = {
        # B8: 2,400 in a year
        "esrd": (1.0, 2400 * 1.013, 1.5 / 1.25),
        # B7: -100,000 in a year; B9: 600 in half a year
        "disabled": (1.5, (-100000 + 600) / 1.5 * 1.013, (2.0 * 12 + 1.0 * 6) / 18),
        # B5: 10,000 in half a year; B6: 208,929.14; B12: 500 in half a year
        "aged-dual": (2.0, (10000 + 208929.14 + 500) / 2 * 1.013, (1.2 * 6 + 3.0 * 12 + 0.9 * 6) / 24 / 1.5),
        # B1 1,200, B2 8,000, B3 0, B4 1,100, B9 300, B10 450, B11 700, B12 250: 12,000
        # in 12 + 12 + 12 + 12 + 6 + 9 + 11 + 6 months
        "aged-nondual": (80 / 12, 12000 / (80 / 12) * 1.013, 1.0),
    }
    for kind, (person_years, per_capita, risk) in expected.items():
        row = found[kind]
        assert row["assigned_beneficiaries"] == 12
        assert row["person_years"] == pytest.approx(person_years, rel=1e-15)
        assert row["per_capita_expenditure"] == pytest.approx(per_capita, rel=1e-14)
        assert row["risk_score"] == pytest.approx(risk, rel=1e-14)


def test_the_slow_reference_agrees_with_the_hand(empty_people: Any, slowly: Any) -> None:
    found = {key[-1]: total for key, total in slowly(twelve(empty_people())).items()}
    assert found["aged-nondual"]["dollars"] == 12156
    assert float(found["aged-dual"]["dollars"] / found["aged-dual"]["years"]) == pytest.approx(111140.859410, abs=1e-6)


def differences(rows: pd.DataFrame, slow: dict[tuple[Any, ...], Any]) -> list[Any]:
    """Rows whose figures differ from the slow ones by as much as half a cent, or a billionth of a score."""
    assert len(rows) == len(slow)
    found = []
    for row in rows.itertuples():
        key = (row.aco_id, row.performance_year, row.period, row.calendar_year, row.enrollment_type)
        total = slow[key]
        if row.assigned_beneficiaries != total["people"] or abs(row.person_years - total["years"]) > 1e-12:
            found.append(row)
        elif total["years"]:
            dollars = abs(row.per_capita_expenditure - float(total["dollars"] / total["years"]))
            score = abs(row.risk_score - float(total["scores"] / total["years"]))
            found += [row] if dollars >= 0.005 or score > 1e-9 else []
        elif row.per_capita_expenditure == row.per_capita_expenditure:
            found.append(row)
    return found


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False))
def test_random_populations_come_out_as_the_slow_reference(
    compute: Any, make_people: Any, slowly: Any, random: Any
) -> None:
    people = make_people(random)
    if not people.assignment or not people.enrollment:
        return
    assert differences(compute(people).rows, slowly(people)) == []


def test_the_order_of_rows_does_not_matter(compute: Any, make_people: Any) -> None:
    from random import Random

    people = make_people(Random(7))
    first = compute(people).rows.to_csv()
    assert all(compute(people.shuffled(seed)).rows.to_csv() == first for seed in range(3))
