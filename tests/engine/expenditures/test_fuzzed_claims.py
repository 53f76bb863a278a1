"""Claims as nobody would wish for: DuckDB and Spark make the same of them, in figures, notices and refusals.

`pytest tests/engine/expenditures/test_fuzzed_claims.py --populations 200` takes more of them.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest

from aco_cli.api.claims import Sought, from_claims
from aco_cli.api.run import Run
from aco_cli.errors import AcoError
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook

pytestmark = pytest.mark.slow
Row = dict[str, Any]
ODD = ("", " ", "x", "-1", "1e3", "0.005", "nan", "1.0", "2018-02-30", "2019-01-01", "99", "é", "'", "1" * 20)
DIAGNOSES = ("U071", "J1282 U071", "B9729", "I10", "")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--populations")))


def test_both_engines_make_the_same_of_fuzzed_claims(seed: int, make_crowd: Any, engines: Any, tmp_path: Path) -> None:
    """The first population is one that is computed, not refused."""
    sought = written(Random(seed), make_crowd(seed), tmp_path, is_sound=seed == 0)
    duckdb, spark = (end(sought, tables) for tables in engines)
    assert spark == duckdb
    if seed == 0:
        assert len(duckdb["rows"].splitlines()) > 20
        assert len(duckdb["computed"].splitlines()) > 1
        assert "repeats" in {code for code, _, _ in duckdb["notices"]}


@pytest.fixture(scope="module")
def engines(duckdb_tables: Any, spark: Any) -> tuple[Any, Any]:
    return duckdb_tables, spark


def end(sought: Sought, tables: Any) -> dict[str, Any]:
    """All that a run gives, or the words that refuse the files."""
    run = Run()
    try:
        found = from_claims(tables, sought, RuleBook(), run, lambda _stage: None)
    except AcoError as error:
        return {"refused": str(error).splitlines()}
    told = [(notice.code, notice.level, notice.message) for notice in run.notices]
    return {"rows": found.rows.to_csv(), "computed": found.computed.to_csv(), "audit": found.audit, "notices": told}


def written(random: Random, people: Any, folder: Path, *, is_sound: bool) -> Sought:
    """Files of these people in later years, with all that claims may have, and here and there a cell that is odd."""
    later = random.choice((0, 0, 2, 3, 5))
    tables = {name: moved(getattr(people, name), later) for name in ("claims", "enrollment", "assignment")}
    tables["claims"] = versions(random, with_codes(random, tables["claims"]))
    people.reference = {(py + later, year + later, kind): held for (py, year, kind), held in people.reference.items()}
    if is_sound or random.random() < 0.95:
        tables["population"] = moved(people.population, later)
    files = {}
    for name, rows in tables.items():
        random.shuffle(rows)
        files[name] = [str(folder / f"{name}.csv")]
        frame = pd.DataFrame(rows).map(lambda value: "" if value is None else str(value))
        if random.random() < 0.1 and len(frame) and not is_sound:
            frame.iloc[random.randrange(len(frame)), random.randrange(frame.shape[1])] = random.choice(ODD)
        frame.to_csv(files[name][0], index=False)
    names = ["performance_year", "calendar_year", "enrollment_type", "truncation_threshold", "mean_risk_score"]
    pd.DataFrame([(*key, *held) for key, held in people.reference.items()], columns=names).to_csv(
        folder / "reference.csv", index=False
    )
    repeats = "once" if is_sound else random.choice(("once", "once", "refuse"))
    return Sought(files, Years.parse("all"), [str(folder / "reference.csv")], repeats=repeats)


def moved(rows: list[Row], years: int) -> list[Row]:
    """Rows of so many years later."""

    def later(name: str, value: Any) -> Any:
        if name.endswith("_year"):
            return value + years
        if name == "month":
            return f"{int(value[:4]) + years}{value[4:]}"
        return value.replace(year=value.year + years) if isinstance(value, date) else value

    return [{name: later(name, value) for name, value in row.items()} for row in rows]


def with_codes(random: Random, claims: list[Row]) -> list[Row]:
    """Claims with further columns: all of them, or none."""
    if random.random() < 0.3:
        return claims
    has_lines = random.random() < 0.5
    return [
        {
            **row,
            **({"line_number": random.randint(1, 3)} if has_lines else {}),
            "adjustment_type": 0,
            "hcpcs": random.choice(("", "A4352", "a4353", "A5057", "99213")),
            "admission_date": random.choice((None, row["through_date"] - timedelta(random.randint(0, 40)))),
            "diagnosis": random.choice(DIAGNOSES),
        }
        for row in claims
    ]


def versions(random: Random, claims: list[Row]) -> list[Row]:
    """Claims with repeats, cancellations, adjustments, days at the ends of months, and cells that are not there."""
    rows = list(claims)
    for row in claims:
        if random.random() < 0.1:
            rows.append(dict(row) if random.random() < 0.5 else {**row, "paid_amount": Decimal(random.randint(1, 999))})
        if "adjustment_type" in row and random.random() < 0.3:
            taken_back = {**row, "adjustment_type": 1, "claim_id": f"{row['claim_id']}-1"}
            anew = {**row, "adjustment_type": 2, "claim_id": f"{row['claim_id']}-2", "paid_amount": Decimal("10.5")}
            rows += random.choice(([taken_back], [taken_back, anew], [anew], [{**taken_back, "paid_amount": 1}]))
            if random.random() < 0.1:
                rows.remove(row)
        if random.random() < 0.1:
            year = row["through_date"].year
            row["through_date"] = random.choice((date(year, 12, 31), date(year, 2, 28), date(year, 1, 1)))
        if random.random() < 0.1:
            row[random.choice(("ime_amount", "sequestration_amount", "claim_id"))] = None
    return rows
