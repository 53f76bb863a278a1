"""The answers told by the generator are those a plain reading of the files gives, to the last digit of the money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from aco_cli.engine.members import TYPES
from aco_cli.synth.plan import Plan

ADDITIONS = ("ime_amount", "dsh_amount", "uncompensated_care_amount", "other_excluded_amount")
COMPLETION = Fraction("1.013")


def kind(row: dict[str, Any]) -> str:
    if row["esrd"]:
        return "esrd"
    if row["age"] < 65:
        return "disabled"
    return "aged-dual" if row["dual_status"] in ("01", "02", "04", "08") else "aged-nondual"


def by_the_rules(population: Any) -> dict[tuple[str, str, str], dict[str, Fraction]]:
    """CMS methodology v11, 3.1-3.6 and 4.1.1-4.1.2, one row after the other, in fractions."""
    plan = population.plan
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for claim in population.claims.to_dict("records"):
        if not claim["denied"]:
            amount = claim["paid_amount"] + claim["sequestration_amount"] + claim["pbp_reduction_amount"]
            less = sum(claim[name] for name in ADDITIONS) if claim["claim_type"] == "60" else 0
            paid[claim["bene_id"], claim["month"]] += amount - less
    persons: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in population.enrollment.to_dict("records"):
        if row["alive"] and row["part_a"] and row["part_b"] and not row["health_plan"]:
            persons[row["bene_id"], row["year"]].append(row)
    sums: dict[tuple[str, str, str], dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for one in population.assignment.to_dict("records"):
        rows = persons[one["bene_id"], one["calendar_year"]]
        year = one["calendar_year"] - plan.first_year
        for name in {kind(row) for row in rows}:
            own = [row for row in rows if kind(row) == name]
            place = TYPES.index(name)
            share = Fraction(len(own), 12)
            annual = Fraction(sum(paid[one["bene_id"], row["month"]] for row in own), 100) / share
            limit = Fraction(int(plan.thresholds[year, place]), 100)
            total = sums[one["aco_id"], one["period"], name]
            total["person_years"] += share
            total["expenditure"] += min(max(annual, -limit), limit) * COMPLETION * share
            mean = Fraction(str(plan.mean_scores[year, place]))
            total["risk"] += Fraction(int(sum(row["risk_score"] for row in own)), 1000) / 12 / mean
            for row in own:
                total[row["county"]] += Fraction(1, 12)
    return sums


def regional(population: Any, total: dict[str, Fraction], year: int, place: int) -> tuple[Fraction, Fraction]:
    plan, spent, weight = population.plan, Fraction(0), Fraction(0)
    for number, code in enumerate(population.codes):
        years = total.get(code, Fraction(0))
        score = Fraction(str(plan.county_scores[number, year, place]))
        spent += years * Fraction(int(plan.county_expenditures[number, year, place]), 100) / score
        weight += years * years / Fraction(int(plan.county_person_years[number, year, place]), 100)
    return spent / total["person_years"], weight / total["person_years"]


@pytest.mark.parametrize("plan", [Plan(3, 150, 2023, 1, 1.5), Plan(1, 300, 2020, 2, 4.0), Plan(7, 100, 2025, 3, 0.2)])
def test_expected_figures_follow_from_the_files(draw_population: Callable[[Plan], Any], plan: Plan) -> None:
    population = draw_population(plan)
    sums = by_the_rules(population)
    found = population.expected[population.expected["person_years"] > 0]
    assert len(found) == len(sums)
    for row in found.to_dict("records"):
        total = sums[row["aco_id"], row["period"], row["enrollment_type"]]
        place, year = TYPES.index(row["enrollment_type"]), row["calendar_year"] - plan.first_year
        expenditure, weight = regional(population, total, year, place)
        assert row["person_years"] == float(total["person_years"])
        assert row["per_capita_expenditure"] == float(total["expenditure"] / total["person_years"])
        assert row["risk_score"] == float(total["risk"] / total["person_years"])
        assert row["regional_expenditure"] == pytest.approx(float(expenditure), rel=1e-13)
        assert row["national_weight"] == pytest.approx(float(weight), rel=1e-13)


def test_a_type_without_months_has_a_row_without_figures(draw_population: Callable[[Plan], Any]) -> None:
    """As `aco expenditures` writes it: four rows for every ACO and period."""
    expected = draw_population(Plan(7, 100, 2025, 3, 0.2)).expected
    assert (expected.groupby(["aco_id", "period"]).size() == len(TYPES)).all()
    empty = expected[expected["person_years"] == 0]
    assert len(empty) > 0
    figures = ["per_capita_expenditure", "risk_score", "regional_expenditure", "national_weight"]
    assert empty[figures].isna().all(axis=None)


def test_assigned_beneficiaries_are_those_of_the_assignment_file(population: Any) -> None:
    counted = population.assignment.groupby(["aco_id", "period"]).size()
    told = population.expected.groupby(["aco_id", "period"])["assigned_beneficiaries"].first()
    assert (told == counted).all()
