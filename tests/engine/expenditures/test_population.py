"""Thresholds and mean risk scores of an assignable population, where CMS's are not given."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from aco_cli.errors import InputError


def population(empty_people: Any, dollars: list[str], months: int = 12) -> Any:
    """People aged 70 with these dollars each; the first is assigned as well."""
    people = empty_people()
    for number, amount in enumerate(dollars):
        people.months(f"B{number}", range(1, months + 1), risk_score=f"{1 + number / 1000:.3f}")
        people.claim(f"B{number}", "40", "2018-01-15", amount)
        people.population.append({"calendar_year": 2018, "bene_id": f"B{number}"})
    people.assign("B0")
    people.reference = {(2018, 2018, kind): ("1", 1.0) for kind in ("esrd", "disabled", "aged-dual")}
    people.reference[2018, 2018, "aged-nondual"] = ("", "")
    return people


@pytest.mark.parametrize(
    ("dollars", "threshold"),
    [
        (["50.00"], "50.000000"),
        (["0.00", "100.00"], "99.000000"),
        ([f"{n}.00" for n in range(101)], "99.000000"),
        ([f"{n}.00" for n in range(100)], "98.010000"),
        (["10.00"] * 7, "10.000000"),
    ],
)
def test_the_99th_percentile_lies_in_proportion_between_two_people(
    compute: Any, empty_people: Any, dollars: list[str], threshold: str
) -> None:
    figures = compute(population(empty_people, dollars)).computed
    assert figures["truncation_threshold"].tolist() == [Decimal(threshold)]
    assert figures["people"].tolist() == [len(dollars)]


def test_the_percentile_is_that_of_annualized_expenditures_in_any_number_of_months(
    compute: Any, empty_people: Any
) -> None:
    random = Random(1)
    people = population(empty_people, ["0.00"])
    annualized = [Fraction(0)]
    for number in range(1, 60):
        months, cents = random.randint(1, 12), random.randint(-10_000, 10_000_000)
        people.months(f"P{number}", range(1, months + 1))
        people.claim(f"P{number}", "40", "2018-01-15", f"{cents / 100:.2f}")
        people.population.append({"calendar_year": 2018, "bene_id": f"P{number}"})
        annualized.append(Fraction(cents, 100) * 12 / months)
    found = compute(people).computed["truncation_threshold"].iloc[0]
    ordered = sorted(annualized)
    exact = ordered[58] + (ordered[59] - ordered[58]) * Fraction(59 * 99 % 100, 100)
    assert abs(Fraction(found) - exact) <= Fraction(1, 2_000_000)
    assert float(found) == pytest.approx(np.percentile([float(each) for each in annualized], 99))


def test_the_population_truncates_and_renormalizes_the_assigned(compute: Any, empty_people: Any, by_type: Any) -> None:
    people = population(empty_people, ["1000.00", *["10.00"] * 199])
    row = by_type(compute(people).rows)["aged-nondual"]
    assert row["per_capita_expenditure"] == pytest.approx(10.00 * 1.013, rel=1e-14)  # the largest of 200 is above
    assert row["risk_score"] == pytest.approx(1.0 / (1 + 199 / 2 / 1000), rel=1e-14)


def test_a_given_value_wins_over_the_population(compute: Any, empty_people: Any, by_type: Any) -> None:
    people = population(empty_people, ["1000.00", *["10.00"] * 199])
    people.reference[2018, 2018, "aged-nondual"] = ("500.00", "")
    found = compute(people)
    row = by_type(found.rows)["aged-nondual"]
    assert row["per_capita_expenditure"] == pytest.approx(500 * 1.013, rel=1e-14)
    assert len(found.computed) == 1  # the mean risk score


def test_a_type_without_anyone_in_the_population_lacks_a_threshold(compute: Any, empty_people: Any) -> None:
    people = population(empty_people, ["50.00"])
    people.reference[2018, 2018, "esrd"] = ("", "")
    with pytest.raises(InputError, match="column truncation_threshold: missing a value for 2018, 2018, esrd"):
        compute(people)
