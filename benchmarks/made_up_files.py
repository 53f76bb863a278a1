"""Made-up input files that have what published ones do not: every track and year, rare columns, blanks, edges."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
# First and later agreements of every methodology: start, number of the agreement, performance years.
AGREEMENTS = (
    ("2012-04-01", 1, (2013, 2014, 2015)),
    ("2014-01-01", 1, (2014, 2016)),
    ("2016-01-01", 1, (2016, 2018)),
    ("2016-01-01", 2, (2016, 2018)),
    ("2017-01-01", 2, (2017, 2019)),
    ("2018-01-01", 2, (2018, 2020)),
    ("2019-01-01", 2, (2019, 2021)),
    ("2019-07-01", 1, (2019, 2020, 2022)),
    ("2019-07-01", 3, (2019, 2021, 2023)),
    ("2022-01-01", 2, (2022, 2024)),
    ("2024-01-01", 1, (2024, 2025)),
    ("2024-01-01", 3, (2024, 2025)),
    ("2025-01-01", 2, (2025,)),
)
ROWS_PER_TRACK_AND_YEAR = 12
ACOS_PER_AGREEMENT_AND_YEAR = 6

Row = dict[str, Any]


def write_roster(path: Path, situations: Iterable[tuple[str, str, int]]) -> Path:
    """A roster with rows of each program, track and year."""
    random = Random(2014)
    rows = [
        {"aco_id": f"M{1000 + number}", **_roster_row(random, *situation)}
        for number, situation in enumerate(
            situation for situation in situations for _ in range(ROWS_PER_TRACK_AND_YEAR)
        )
    ]
    return _write(path, rows)


def write_benchmark_files(folder: Path) -> tuple[Path, Path, Path]:
    """A roster without dollars, the expenditures of its ACOs by period and enrollment type, and national figures."""
    random = Random(2019)
    acos = [
        (f"B{1000 + number}", start, period, year)
        for number, (start, period, year) in enumerate(
            (start, period, year)
            for start, period, years in AGREEMENTS
            for year in years
            for _ in range(ACOS_PER_AGREEMENT_AND_YEAR)
        )
    ]
    roster = [_agreement_row(random, *aco) for aco in acos]
    expenditures = [row for aco in acos for row in _expenditure_rows(random, *aco)]
    keys = {(row["performance_year"], row["calendar_year"], start) for row, start in _starts(expenditures, acos)}
    national = [_national_row(random, *key, kind) for key in sorted(keys) for kind in TYPES]
    return (
        _write(folder / "agreements.csv", roster),
        _write(folder / "expenditures.csv", expenditures),
        _write(folder / "reference.csv", national),
    )


def _roster_row(random: Random, program: str, track: str, year: int) -> Row:
    def rarely(*values: Any) -> Any:
        return random.choice((*[""] * 4 * len(values), *values))

    def perhaps(*values: Any) -> Any:
        return random.choice(("", *values))

    benchmark = round(10 ** random.uniform(5, 9.7), 2)
    ratio = random.choice((0.98, 1.02, 0.961, 1.039, random.uniform(0.9, 1.1), random.uniform(0.5, 1.5)))
    score = round(random.choice((0.0, 1.0, random.random(), random.random(), random.random())), 6)
    share = round(random.random(), 4)
    later = year >= 2019
    return {
        "aco_name": f"{track} {year}",
        "state": random.choice(("Florida", "Texas")),
        "program": program,
        "track": track,
        "performance_year": year,
        "initial_start": f"{max(2012, year - random.randint(0, 5))}-01-01",
        "agreement_start": random.choice((f"{year}-01-01", f"{year - 2}-01-01", "2019-07-01" if later else "")),
        "agreement_period": perhaps(1, 2, 3),
        "agreement_year": perhaps(1, 2, 3, 4),
        "first_performance_year": rarely("true", "false"),
        "assigned_beneficiaries": perhaps(499, 500, 4_999, 5_000, 59_999, 60_000, random.randint(0, 90_000), 12_345.6),
        "benchmark_total": random.choice((benchmark,) * 20 + ("",)),
        "expenditure_total": random.choice((round(benchmark * ratio, 2),) * 20 + ("",)),
        "quality_score": perhaps(score, score, score),
        "quality_reported": perhaps("true", "false"),
        "quality_standard_met": perhaps("true", "true", "false"),
        "quality_alternative_met": perhaps("true", "false"),
        "msr_election": random.choice(("", "", "sliding", "0", "0.005", "0.01", "0.015", "0.02")),
        "published_msr": rarely(0, 0.005, 0.02, 0.025, 0.0311),
        "minimum_rate": rarely(0, 0.01),
        "sharing_rate": rarely(share),
        "loss_rate": rarely(share),
        "payment_limit": rarely(share / 5),
        "loss_limit": rarely(share / 5),
        "participant_revenue": perhaps(round(benchmark * 0.2, 2), round(benchmark * 2, 2)),
        "loss_limit_basis": perhaps("revenue", "benchmark"),
        "low_revenue": perhaps("true", "false"),
        "half_rate": rarely("true", "false"),
        "guardrail": rarely("true", "false"),
        "euc_share": rarely(share),
        "euc_adjustment": rarely(round(benchmark * 0.00937, 2)),
        "months": rarely(6, 12),
        "terminated_on": rarely(f"{year}-06-30", f"{year}-07-01", f"{year}-12-31"),
        "termination_kind": perhaps("voluntary", "involuntary"),
        "advance_balance": rarely(round(benchmark * 0.01, 2), 1_000_000_000),
        "deferred_to": rarely(year + 1),
        "published_settlement": rarely(0, round(benchmark * 0.01)),
    }


def _agreement_row(random: Random, aco_id: str, start: str, period: int, year: int) -> Row:
    early = {1: "track-1", 2: "track-3" if year < 2019 else "track-2", 3: "track-2"}[period]
    return {
        "aco_id": aco_id,
        "aco_name": f"{start} period {period} year {year}",
        "program": "mssp",
        "track": early if start < "2019-07-01" else random.choice(("basic-b", "basic-e", "enhanced")),
        "performance_year": year,
        "agreement_start": start,
        "agreement_period": period,
        "regional_period": random.choice((0, 1, 2, 3, 4)),
        "prior_savings_per_capita": random.choice(("", round(random.uniform(-300, 700), 2))),
        "months": 6 if start == "2019-07-01" and year == 2019 else "",
        "assigned_beneficiaries": random.randint(4_000, 60_000),
        "quality_score": round(random.random(), 4),
        "quality_standard_met": "true",
        "msr_election": random.choice(("", "0.01", "0.02")),
        "participant_revenue": random.choice(("", 90_000_000)),
    }


def _expenditure_rows(random: Random, aco_id: str, start: str, period: int, year: int) -> list[Row]:
    first = int(start[:4])
    calendar = {"BY1": first - 3, "BY2": first - 2, "BY3": first - 1, "PY": year}
    region = random.uniform(0.9, 1.1)
    level = {kind: 80_000 if kind == "esrd" else 10_000 for kind in TYPES}
    return [
        {
            "aco_id": aco_id,
            "performance_year": year,
            "period": when,
            "calendar_year": in_year,
            "enrollment_type": kind,
            "assigned_beneficiaries": random.randint(5_000, 60_000),
            "person_years": random.choice((0,) + (round(random.uniform(100, 9_000), 2),) * 30),
            "per_capita_expenditure": round(level[kind] * random.uniform(0.9, 1.15), 2),
            "risk_score": round(random.uniform(0.9, 1.12), 4),
            "demographic_score": round(random.uniform(0.95, 1.05), 4),
            "regional_expenditure": round(level[kind] * random.uniform(0.95, 1.1) * region, 2),
            "national_weight": random.choice(("",) + (round(random.uniform(0, 0.5), 4),) * 60),
            "newly_assigned_share": 0.2,
            "newly_assigned_ratio": round(random.uniform(0.9, 1.1), 4),
            "continuously_assigned_share": 0.8,
            "continuously_assigned_ratio": round(random.uniform(0.9, 1.1), 4),
        }
        for when, in_year in calendar.items()
        for kind in TYPES
    ]


def _starts(rows: Sequence[Row], acos: Sequence[tuple[str, str, int, int]]) -> Iterable[tuple[Row, str]]:
    starts = {aco_id: start for aco_id, start, _, _ in acos}
    return ((row, starts[row["aco_id"]]) for row in rows)


def _national_row(random: Random, year: int, calendar_year: int, start: str, kind: str) -> Row:
    level = (80_000 if kind == "esrd" else 10_000) * 1.03 ** (calendar_year - 2016)
    return {
        "performance_year": year,
        "agreement_start": start,
        "calendar_year": calendar_year,
        "enrollment_type": kind,
        "national_expenditure": round(level * random.uniform(0.98, 1.02), 2),
        "acpt_update_factor": round(random.uniform(1, 1.2), 4),
        "flat_dollar_update": round(level * random.uniform(0, 0.1), 2),
    }


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
