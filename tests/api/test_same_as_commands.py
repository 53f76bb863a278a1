"""The library with a frame, and the command with a file of the same rows: one table, every figure in full.

Rows are random, of all programs, and so are the kind of file, the options and the format of the output.
`pytest tests/api/test_same_as_commands.py --rosters 500` takes more of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest

import aco_cli as library
from aco_cli.outputs.rounding import half_up_cents

SAMPLE = Path(__file__).parents[2] / "sample_data"
OTHERS = (
    *(("pioneer", track, year) for track, year in (("core", 2012), ("option-b", 2013), ("alternative-1", 2014))),
    *(("reach", track, year) for track, year in (("global", 2021), ("professional", 2023))),
)
MEASURES = ("ACO-1", "ACO-2", "ACO-3", "ACO-13", "ACO-28", "ACO-34")
ROUNDED = ("worth",)  # of `explain`, which has no --exact
# A frame, the words of the command up to its files and after them, and the call.
Case = tuple[pd.DataFrame, list[str], list[str], Callable[[], pd.DataFrame]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--rosters")))


@pytest.mark.parametrize("command", ["settle", "summary", "explain", "whatif", "benchmark", "quality"])
def test_the_library_gives_what_the_command_writes(
    command: str, seed: int, aco: Any, make_rows: Any, tmp_path: Path
) -> None:
    random = Random(f"{command} {seed}")
    frame, words, options, call = CASES[command](random, make_rows)
    output = tmp_path / f"out.{random.choice(('csv', 'json', 'parquet'))}"
    done = aco(command, *words, saved(random, frame, tmp_path), *options, "--columns", "all", "-o", output)
    if done.returncode == 3:
        with pytest.raises(library.InputError) as refused:
            call()
        told = [line.partition(", ")[2] for line in done.stderr.splitlines() if ", row " in line]
        assert told == [line.partition(", ")[2] for line in str(refused.value).splitlines() if ", row " in line]
        return
    assert done.returncode == 0, done.stderr
    written, table = read(output), call()
    assert len(written) == len(table) > 0
    for name in written:
        given = half_up_cents(table[name].to_numpy()) if name in ROUNDED else table[name]
        pairs = zip(written[name].map(plain), pd.Series(given).map(plain), strict=True)
        assert [pair for pair in pairs if not same(*pair)] == [], name


def of_roster(command: str, random: Random, make_rows: Any) -> Case:
    frame = roster(random, make_rows)
    if command == "settle":
        return frame, ["all"], ["--exact"], lambda: library.settle(frame).table
    if command == "summary":
        by = random.choice((None, "track", "state,performance_year", "size"))
        options = ["--by", by] if by else []
        return frame, ["all"], [*options, "--exact"], lambda: library.summary(frame, by=by and by.split(",")).table
    if command == "explain":
        row = frame.sample(1, random_state=random.randrange(99)).iloc[0]
        name, year = row["aco_id"], int(row["performance_year"])
        return frame, [name, str(year)], [], lambda: library.explain(frame, name, year).table
    column, value = random.choice(
        (("quality_score", "+0.02"), ("expenditure_total", "-3%"), ("benchmark_total", "*1.1"), ("sharing_rate", "0.6"))
    )
    asked = ["--set", f"{column}={value}", "--exact"]
    return frame, ["all"], asked, lambda: library.whatif(frame, change={column: value}).table


def of_agreements(random: Random, _: Any) -> Case:
    frame = pd.read_csv(SAMPLE / "agreements_2022.csv", dtype="str", keep_default_na=False)
    files = {name: SAMPLE / f"{name}_2022.csv" for name in ("expenditures", "reference")}
    frame["prior_savings_per_capita"] = [random.choice((None, random.uniform(-500, 500))) for _ in frame.index]
    frame["regional_period"] = [random.randint(1, 3) for _ in frame.index]
    words = [str(word) for name, path in files.items() for word in (f"--{name}", path)]
    return frame, ["2022"], [*words, "--exact"], lambda: library.benchmark(frame, 2022, **files).table


def of_rates(random: Random, _: Any) -> Case:
    year = random.choice((2014, 2016, 2018))
    known = random.sample(MEASURES, 4)
    rows = [
        {"aco_id": f"{place:03}", "performance_year": year, "performance_year_number": random.randint(1, 4)}
        | {name: random.choice((None, round(random.uniform(0, 100), random.randint(0, 13)))) for name in known}
        for place in range(8)
    ]
    frame = pd.DataFrame(rows)
    return frame, [str(year)], ["--exact"], lambda: library.quality(frame, year).table


CASES: dict[str, Callable[[Random, Any], Case]] = {
    **{
        name: lambda random, make_rows, name=name: of_roster(name, random, make_rows)
        for name in ("settle", "summary", "explain", "whatif")
    },
    "benchmark": of_agreements,
    "quality": of_rates,
}


def roster(random: Random, make_rows: Any) -> pd.DataFrame:
    """Rows of a few tracks and years of every program; now and then a figure in them is refused."""
    rows = make_rows(random.randrange(10**6), 12, situations=4)
    for program, track, year in random.sample(OTHERS, 2):
        spent = 1e8 * random.uniform(0.8, 1.2)
        rows.append(
            {"program": program, "track": track, "performance_year": year, "benchmark_total": 1e8}
            | {"expenditure_total": spent, "assigned_beneficiaries": 15_000, "quality_score": random.random()}
        )
    names = [{"aco_id": f"{place:03}", "aco_name": f"ACO {place}, é", "state": "TX"} for place in range(len(rows))]
    return pd.DataFrame([name | row for name, row in zip(names, rows, strict=True)])


def saved(random: Random, frame: pd.DataFrame, folder: Path) -> Path:
    path = folder / f"roster.{random.choice(('csv', 'json', 'parquet'))}"
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".json":
        records = frame.astype(object).where(frame.notna(), None).to_dict("records")
        path.write_text(json.dumps(records), encoding="utf-8")
    else:
        frame.to_parquet(path)
    return path


def read(path: Path) -> pd.DataFrame:
    """What a command wrote: text of CSV, values of the others."""
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype="str", keep_default_na=False)
    if path.suffix == ".json":
        return pd.DataFrame(json.loads(path.read_text("utf-8")))
    return pd.read_parquet(path)


def plain(value: Any) -> Any:
    """A value with one word for what is missing, and numbers for conditions, as tables of the library have them."""
    if pd.isna(value) or value == "":
        return ""
    return {"true": 1.0, "false": 0.0}.get(str(value).lower(), value)


def same(written: Any, value: Any) -> bool:
    """Whether a cell says this value; a number of CSV is text."""
    if "" in (written, value) or isinstance(value, str):
        return str(written) == value
    return float(written) == float(value)
