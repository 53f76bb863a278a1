"""What the rules from claims to expenditures say of months, codes and quarters that go by dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook
from aco_cli.rules.expenditures import expenditure_rules
from aco_cli.rules.parameters import Status


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return RuleBook()


def value(book: RuleBook, year: int, name: str) -> Any:
    """Of a year verified or not: what is written is what would hold."""
    entry = book.parameters("mssp-expenditures")[name].entry("every-track", year)
    return entry and entry.value


def suspect(book: RuleBook, year: int, day: date) -> set[str]:
    rows = value(book, year, "suspect_billing") or []
    return {code for row in rows if row["from"] <= day <= row["through"] for code in row["hcpcs"]}


@pytest.mark.parametrize(
    ("performance_year", "day", "codes"),
    [
        (2022, date(2022, 12, 31), set()),
        (2023, date(2022, 12, 31), set()),  # 42 CFR 425.670 is of calendar year 2023, below ...
        (2023, date(2023, 1, 1), {"A4352", "A4353"}),
        (2023, date(2023, 12, 31), {"A4352", "A4353"}),
        (2026, date(2023, 7, 1), {"A4352", "A4353"}),  # ... where it is a benchmark year of a start in 2026 ...
        (2026, date(2024, 1, 1), {"A4353", "A5057"}),  # ... and above it 425.672 goes by calendar year
        (2026, date(2025, 1, 1), set()),
    ],
)
def test_suspect_billing_goes_by_date_of_service(
    book: RuleBook, performance_year: int, day: date, codes: set[str]
) -> None:
    assert suspect(book, performance_year, day) == codes


def test_only_the_codes_of_2023_were_read_in_the_rule(book: RuleBook) -> None:
    entries = book.parameters("mssp-expenditures")["suspect_billing"].entries
    assert [(each.years[0], each.status) for each in entries] == [(2023, Status.PUBLISHED), (2024, Status.UNVERIFIED)]


def test_covid_episodes_run_past_the_emergency(book: RuleBook) -> None:
    """42 CFR 425.611(b): through the month after discharge, so a discharge in May 2023 takes out June too."""
    found = value(book, 2023, "covid_episodes")
    assert (found["through"], found["months_after_discharge"]) == (date(2023, 5, 11), 1)
    assert value(book, 2019, "covid_episodes") is None


def test_five_completion_factors(book: RuleBook) -> None:
    """CMS methodology v11, Tables 12, 13: the year's, and those of a prospective and a retrospective quarter."""
    quarters = value(book, 2022, "quarterly_completion_factor")
    assert value(book, 2022, "completion_factor") == 1.013
    assert quarters == {"prospective": [1.349, 1.154, 1.105, 1.072], "retrospective": [1.072] * 4}


def rules_with(folder: Path, name: str, values: str) -> RuleBook:
    (folder / "mssp-expenditures").mkdir()
    text = f"label: l\nunit: u\nvalues:\n{values}"
    (folder / "mssp-expenditures" / f"{name}.yaml").write_text(text)
    return RuleBook([folder])


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        (
            "denied_lines",
            "{payment_denied: [D], processing_allowed: [A]}",
            "{payment_denied: [E], processing_allowed: [A]}",
        ),
        ("sequestration_rate", "[{from: 2013-04-01, rate: 0.02}]", "[{from: 2013-04-01, rate: 0.03}]"),
        (
            "covid_episodes",
            "{from: 2020-01-27, through: 2023-05-11, months_after_discharge: 1}",
            "{from: 2020-01-27, through: 2023-05-11, months_after_discharge: 2}",
        ),
    ],
)
def test_years_of_one_run_agree_in_each_step(tmp_path: Path, name: str, value: str, other: str) -> None:
    rows = f"  - {{years: 2012-2021, value: {value}, status: assumed, cite: c}}\n"
    rows += f"  - {{years: 2022-, value: {other}, status: assumed, cite: c}}\n"
    changed = rules_with(tmp_path, name, rows)
    assert expenditure_rules(changed, [2020, 2021]) == expenditure_rules(changed, [2020, 2021])
    with pytest.raises(RulesError, match=f"2021 to 2022 differ in {name}"):
        expenditure_rules(changed, [2021, 2022])


def test_years_without_episodes_agree_with_those_that_have_them(book: RuleBook) -> None:
    assert expenditure_rules(book, [2019, 2020]).covid == expenditure_rules(book, [2020]).covid


@pytest.mark.parametrize(("rate", "found"), [("0.005", 5), ("0.0125", None), ("1", None), ("-0.01", None)])
def test_rates_of_sequestration_are_thousandths_by_day(tmp_path: Path, rate: str, found: int | None) -> None:
    steps = f"[{{from: 2022-07-01, rate: {rate}}}, {{from: 2013-04-01, rate: 0.02}}]"
    changed = rules_with(
        tmp_path, "sequestration_rate", f"  - {{years: 2012-, value: {steps}, status: assumed, cite: c}}\n"
    )
    if found is None:
        with pytest.raises(RulesError, match=r"expected rates in thousandths, from 0 to 0.999, found"):
            expenditure_rules(changed, [2022])
    else:
        assert expenditure_rules(changed, [2022]).rates == ((date(2013, 4, 1), 20), (date(2022, 7, 1), found))


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2013, 3, 31), 0),
        (date(2013, 4, 1), 0.02),  # 2 U.S.C. 901a(6)(A)
        (date(2020, 4, 30), 0.02),
        (date(2020, 5, 1), 0),  # CARES Act, section 3709
        (date(2022, 3, 31), 0),
        (date(2022, 4, 1), 0.01),  # Pub. L. 117-71
        (date(2022, 6, 30), 0.01),
        (date(2022, 7, 1), 0.02),
    ],
)
def test_sequestration_goes_by_date_of_service(book: RuleBook, day: date, rate: float) -> None:
    steps = value(book, 2023, "sequestration_rate")
    assert next((step["rate"] for step in reversed(steps) if step["from"] <= day), 0) == rate
