"""Small populations, the steps over them on an engine, and the same steps done slowly with fractions."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aco_cli.api.claims import Found, Sought, from_claims
from aco_cli.api.run import Run
from aco_cli.inputs.claims.duckdb_tables import DuckdbTables
from aco_cli.inputs.claims.spark_session import SparkTables
from aco_cli.inputs.claims.tables import Tables
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook

TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
AMOUNTS = (
    "paid_amount",
    "ime_amount",
    "dsh_amount",
    "uncompensated_care_amount",
    "other_excluded_amount",
    "sequestration_amount",
    "pbp_reduction_amount",
)
MONEY = pa.decimal128(12, 2)
TEXT, YES_NO, WHOLE = pa.string(), pa.bool_(), pa.int32()
COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "claims": {
        **dict.fromkeys(("bene_id", "claim_id", "claim_type"), TEXT),
        "through_date": pa.date32(),
        **dict.fromkeys(AMOUNTS, MONEY),
        "denied": YES_NO,
    },
    "enrollment": {
        **dict.fromkeys(("bene_id", "month"), TEXT),
        **{"esrd": YES_NO, "age": WHOLE, "dual_status": TEXT},
        **dict.fromkeys(("part_a", "part_b", "health_plan", "alive"), YES_NO),
        **{"risk_score": pa.decimal128(8, 3), "county": TEXT},
    },
    "assignment": {"aco_id": TEXT, "performance_year": WHOLE, "period": TEXT, "calendar_year": WHOLE, "bene_id": TEXT},
    "population": {"calendar_year": WHOLE, "bene_id": TEXT},
}
SCHEMAS = {name: pa.schema(list(columns.items())) for name, columns in COLUMNS.items()}
Row = dict[str, Any]


@dataclass
class People:
    """Rows of claims, enrollment, assignment and population, and national figures by calendar year and type."""

    claims: list[Row] = field(default_factory=list)
    enrollment: list[Row] = field(default_factory=list)
    assignment: list[Row] = field(default_factory=list)
    population: list[Row] = field(default_factory=list)
    reference: dict[tuple[int, int, str], tuple[str, float]] = field(default_factory=dict)

    def claim(self, bene: str, kind: str, through: str, paid: str, **others: Any) -> None:
        amounts = {name: Decimal(others.get(name, "0")) for name in AMOUNTS} | {"paid_amount": Decimal(paid)}
        row = {"bene_id": bene, "claim_id": f"C{len(self.claims)}", "claim_type": kind, **amounts}
        self.claims.append({**row, "through_date": date.fromisoformat(through), "denied": others.get("denied", False)})

    def months(self, bene: str, which: range | list[int] = range(1, 13), year: int = 2018, **given: Any) -> None:
        usual = {"esrd": False, "age": 70, "dual_status": "NA", "part_a": True, "part_b": True, "health_plan": False}
        usual |= {"alive": True, "risk_score": "1.000", "county": "01000"}
        row = usual | given
        row["risk_score"] = Decimal(str(row["risk_score"]))
        self.enrollment += [{"bene_id": bene, "month": f"{year}-{month:02}", **row} for month in which]

    def assign(
        self, bene: str, aco: str = "A1", year: int = 2018, period: str = "PY", calendar: int | None = None
    ) -> None:
        row = {"aco_id": aco, "performance_year": year, "period": period, "calendar_year": calendar or year}
        self.assignment.append({**row, "bene_id": bene})

    def thresholds(self, year: int, values: Mapping[str, str], means: Mapping[str, float] | None = None) -> None:
        for kind in TYPES:
            self.reference[year, year, kind] = (values[kind], (means or {}).get(kind, 1.0))

    def shuffled(self, seed: int) -> People:
        tables = {}
        for name in ("claims", "enrollment", "assignment", "population"):
            tables[name] = list(getattr(self, name))
            Random(seed).shuffle(tables[name])
        return replace(self, **tables)


def write(people: People, folder: Path) -> Sought:
    """The files of these people, as a user would have them."""
    folder.mkdir(exist_ok=True)
    files = {}
    for name, schema in SCHEMAS.items():
        rows = getattr(people, name)
        files[name] = [str(folder / f"{name}.parquet")] if rows or name != "population" else []
        if files[name]:
            pq.write_table(pa.Table.from_pylist(rows, schema), files[name][0])
    names = ["performance_year", "calendar_year", "enrollment_type", "truncation_threshold", "mean_risk_score"]
    lines = [",".join(map(str, (*key, *values))) for key, values in people.reference.items()]
    (folder / "reference.csv").write_text("\n".join([",".join(names), *lines, ""]))
    reference = [str(folder / "reference.csv")] if lines else []
    return Sought(files, Years.parse("all"), reference)


@pytest.fixture(scope="session")
def duckdb_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckdbTables]:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        yield DuckdbTables(connection, tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkTables]:
    """Spark is started once in a process, however the tests are spread over several."""
    if shutil.which("java") is None:
        pytest.skip("no Java runtime on this machine")
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    settings |= {"spark.sql.session.timeZone": "UTC"}
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    tables = SparkTables(session)
    yield tables
    tables.forget()
    session.stop()


@pytest.fixture(scope="session")
def compute(duckdb_tables: DuckdbTables, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Found]:
    """`compute(people)` or `compute(people, tables)`: every step, from files to the rows of the expenditure file."""
    folder, book = tmp_path_factory.mktemp("people"), RuleBook()

    def run(people: People, tables: Tables = duckdb_tables, **others: Any) -> Found:
        return from_claims(tables, replace(write(people, folder), **others), book, Run(), lambda _stage: None)

    return run


@pytest.fixture(scope="session")
def empty_people() -> Callable[[], People]:
    return People


@pytest.fixture(scope="session")
def by_type() -> Callable[[pd.DataFrame], dict[str, pd.Series]]:
    """The rows of a frame about one ACO and period, by enrollment type."""
    return lambda rows: {row["enrollment_type"]: row for _, row in rows.iterrows()}


def slow_reference(people: People, completion: Fraction = Fraction("1.013")) -> dict[tuple[Any, ...], Row]:
    """The rules' steps one after the other (annualize, truncate, complete, weight), person by person, exactly."""
    kinds = {
        (row["bene_id"], row["month"]): _type(row)
        for row in people.enrollment
        if row["alive"] and row["part_a"] and row["part_b"] and not row["health_plan"]
    }
    dollars: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    months: dict[tuple[Any, ...], int] = defaultdict(int)
    scores: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    for row in people.enrollment:
        kind = kinds.get((row["bene_id"], row["month"]))
        if kind:
            months[row["bene_id"], int(row["month"][:4]), kind] += 1
            scores[row["bene_id"], int(row["month"][:4]), kind] += Fraction(row["risk_score"])
    for row in people.claims:
        kind = kinds.get((row["bene_id"], row["through_date"].strftime("%Y-%m")))
        if kind and not row["denied"]:
            dollars[row["bene_id"], row["through_date"].year, kind] += _amount(row)
    found: dict[tuple[Any, ...], Row] = {}
    for row in people.assignment:
        year = row["calendar_year"]
        for kind in TYPES:
            key = (row["aco_id"], row["performance_year"], row["period"], year, kind)
            total = found.setdefault(
                key, {"people": 0, "years": Fraction(), "dollars": Fraction(), "scores": Fraction()}
            )
            total["people"] += 1
            own = (row["bene_id"], year, kind)
            if own not in months:
                continue
            threshold, mean = people.reference[row["performance_year"], year, kind]
            years = Fraction(months[own], 12)
            annualized = max(min(dollars[own] / years, Fraction(threshold)), -Fraction(threshold))
            total["years"] += years
            total["dollars"] += annualized * completion * years
            total["scores"] += scores[own] / months[own] / Fraction(mean) * years
    return found


def _type(row: Row) -> str:
    if row["esrd"]:
        return "esrd"
    if row["age"] < 65:
        return "disabled"
    return "aged-dual" if row["dual_status"] in {"01", "02", "04", "08"} else "aged-nondual"


def _amount(row: Row) -> Fraction:
    amount = Fraction(row["paid_amount"]) + Fraction(row["pbp_reduction_amount"])
    if row["through_date"] >= date(2013, 4, 1):
        amount += Fraction(row["sequestration_amount"])
    if row["claim_type"] == "60":
        amount -= sum(Fraction(row[name]) for name in AMOUNTS[1:5])
    return amount


@pytest.fixture(scope="session")
def slowly() -> Callable[[People], dict[tuple[Any, ...], Row]]:
    return slow_reference


def random_people(random: Random) -> People:
    """A small population with every kind of month and claim; spending is near the thresholds often."""
    people = People()
    years = random.choice(((2018,), (2012, 2013), (2018, 2019)))
    names = [f"{random.choice('ABC')}{n:0{random.choice((3, 12))}}" for n in range(random.randint(1, 9))]
    for year in years:
        people.thresholds(year, {kind: random.choice(("100", "208929.14", "5000.5")) for kind in TYPES},
                          {kind: random.choice((1.0, 1.037, 0.5)) for kind in TYPES})  # fmt: skip
        for name in names:
            _random_year(random, people, name, year)
    assigned = {row["calendar_year"] for row in people.assignment}  # files with rows of other years are refused
    people.enrollment = [row for row in people.enrollment if int(row["month"][:4]) in assigned]
    people.claims = [row for row in people.claims if row["through_date"].year in assigned]
    return people


def _random_year(random: Random, people: People, name: str, year: int) -> None:
    for number, period in enumerate(("PY", "BY1")):
        if random.random() < 0.8:
            people.assign(name, random.choice("XYZ"), year, period)
        elif number == 0 and random.random() < 0.3:
            return  # a beneficiary without any month
    dual, age, death = (
        random.choice(("NA", "02", "08", "03", "")),
        random.choice((40, 64, 65, 90)),
        random.randint(1, 30),
    )
    for month in sorted(random.sample(range(1, 13), random.choice((12, 12, 5, 1)))):
        given = {"alive": month <= death, "health_plan": random.random() < 0.1, "part_b": random.random() < 0.95}
        given |= {"esrd": random.random() < 0.1, "age": age + (month > 6), "part_a": random.random() < 0.95}
        given |= {"dual_status": random.choice(("NA", "01", "04")) if random.random() < 0.1 else dual}
        people.months(name, [month], year, risk_score=f"{random.randint(0, 5000) / 1000:.3f}", **given)
    for _ in range(random.randint(0, 6)):
        through = f"{year}-{random.randint(1, 12):02}-{random.choice((1, 15, 28)):02}"
        paid = random.choice((random.uniform(-300, 3000), random.uniform(-3e5, 3e5), 100.0, 208929.14))
        extras = {each: f"{random.uniform(0, 50):.2f}" for each in AMOUNTS[1:] if random.random() < 0.5}
        kind = random.choice(("10", "20", "30", "40", "50", "60", "60", "71", "72", "81", "82"))
        people.claim(name, kind, through, f"{paid:.2f}", denied=random.random() < 0.2, **extras)


@pytest.fixture(scope="session")
def make_people() -> Callable[[Random], People]:
    return random_people


def random_crowd(seed: int) -> People:
    """Several random populations in one, with a population of their own and no thresholds for one type."""
    people = random_people(Random(seed))
    for more in range(1, 8):
        other = random_people(Random(seed * 100 + more))
        for row in (*other.claims, *other.enrollment, *other.assignment):
            row["bene_id"] += f"-{more}"
        people.claims += other.claims
        people.enrollment += other.enrollment
        people.assignment += other.assignment
        people.reference = other.reference | people.reference
    members = {(int(row["month"][:4]), row["bene_id"]) for row in people.enrollment}
    people.population = [{"calendar_year": year, "bene_id": name} for year, name in sorted(members)]
    people.reference = {key: value for key, value in people.reference.items() if key[2] != "aged-nondual"}
    return people


@pytest.fixture(scope="session")
def make_crowd() -> Callable[[int], People]:
    return random_crowd
