"""Speed as ratios: each thing and its yardstick are run in turn, in one run, and the medians compared.

Ratios hold on any machine; seconds do not. Exit code 1 if a goal is missed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from benchmark import benchmark_comparison
from quality import quality_comparison
from simulate import simulate_comparison

from aco_cli.engine.settle import settle
from aco_cli.outputs.columns import column_names
from aco_cli.rules.book import RuleBook

ROSTER = Path(__file__).parents[1] / "sample_data" / "roster_2014.csv"
ACO = Path(sys.executable).with_name("aco")
PUBLIC_USE_FILES = Path(__file__).parents[2] / "shared" / "data"
ROWS = 1_000_000


@dataclass(frozen=True)
class Comparison:
    """A thing measured against a yardstick and the ratio that is the goal."""

    name: str
    thing: Callable[[], object]
    yardstick: Callable[[], object]
    goal: float
    runs: int


def command(*words: str | Path) -> Callable[[], object]:
    """A process to run to its end, its output thrown away; Python keeps what it compiles, as it does for users."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, env=kept)


def python(code: str) -> Callable[[], object]:
    """A bare Python script."""
    return command(sys.executable, "-c", code)


def synthetic(rows: int) -> pd.DataFrame:
    """ACO-years with the spread of the published ones and the columns of the sample roster."""
    random = np.random.default_rng(2014)
    benchmark = np.round(random.lognormal(18.8, 0.6, rows), 2)
    ids = pd.Series(np.arange(rows), dtype="int64").astype("str").str.zfill(8)
    start = pd.to_datetime(random.choice(["2012-04-01", "2013-01-01", "2014-01-01"], rows))
    return pd.DataFrame(
        {
            "aco_id": ids,
            "aco_name": "Accountable Care Organization " + ids,
            "state": random.choice(["Florida", "New Jersey, New York", "Texas"], rows),
            "performance_year": random.choice([2013, 2014, 2015], rows),
            "program": "mssp",
            "track": random.choice(["track-1", "track-2"], rows, p=[0.95, 0.05]),
            "initial_start": start,
            "agreement_start": start,
            "agreement_year": random.choice([1.0, 2.0, 3.0], rows),
            "first_performance_year": random.choice([0.0, 1.0], rows),
            "assigned_beneficiaries": np.floor(random.lognormal(9.5, 0.7, rows)),
            "benchmark_total": benchmark,
            "expenditure_total": np.round(benchmark * random.normal(1, 0.05, rows), 2),
            "quality_score": random.uniform(0.6, 1, rows),
            "quality_reported": 1.0,
            "advance_balance": 0.0,
        }
    )


def published_years(folder: Path) -> list[Comparison]:
    """All of CMS's public use files at hand against one of them, if they are at hand."""
    files = sorted(PUBLIC_USE_FILES.glob("mssp_puf_*.csv"))
    if not files:
        print(f"skipped: CMS's public use files are not at {PUBLIC_USE_FILES}")
        return []
    one = next(file for file in files if "2014" in file.name)
    output = folder / "settled.csv"
    return [
        Comparison(
            f"aco settle, {len(files)} published years / one of them",
            command(ACO, "settle", "all", *files, "-o", output, "--quiet"),
            command(ACO, "settle", "all", one, "-o", output, "--quiet"),
            2.0,
            9,
        )
    ]


def growth() -> None:
    """How the time to settle grows with the number of rows."""
    book, frame = RuleBook(), synthetic(ROWS)
    for rows in (1_000, 10_000, 100_000, 1_000_000):
        part = frame.head(rows)
        took = statistics.median(
            seconds(lambda part=part: settle(part, book, column_names("settle"))) for _ in range(5)
        )
        print(f"settle {rows:>9,} rows: {took:.4f} s, {1e6 * took / rows:.2f} microseconds a row")


def measure(comparison: Comparison) -> tuple[float, float]:
    """Median seconds of the thing and of its yardstick, run in turn after one warm-up each."""
    thing, yardstick = [], []
    for _ in range(comparison.runs + 1):
        thing.append(seconds(comparison.thing))
        yardstick.append(seconds(comparison.yardstick))
    return statistics.median(thing[1:]), statistics.median(yardstick[1:])


def seconds(run: Callable[[], object]) -> float:
    """How long one run takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def comparisons(folder: Path) -> Iterator[Comparison]:
    """The goals of the project, each made when it is its turn: what others hold in memory would slow it down."""
    parquet = folder / "synthetic.parquet"
    frame = synthetic(ROWS)
    frame.to_parquet(parquet)
    book = RuleBook()
    bare = f"import pandas as pd; pd.read_csv({str(ROSTER)!r}).to_csv({str(folder / 'bare.csv')!r}, index=False)"
    yield Comparison(
        "aco --help / import typer, rich.table", command(ACO, "--help"), python("import typer, rich.table"), 1.3, 15
    )
    yield Comparison(
        "aco settle 2014, 333 rows to CSV / bare pandas read and write",
        command(ACO, "settle", "2014", ROSTER, "-o", folder / "settled.csv", "--quiet"),
        python(bare),
        1.15,
        15,
    )
    yield Comparison(
        f"settle {ROWS:,} rows / pandas reads them from Parquet",
        lambda: settle(frame, book, column_names("settle")),
        lambda: pd.read_parquet(parquet),
        3.0,
        7,
    )
    yield Comparison(*quality_comparison(folder), 7)
    yield Comparison(*benchmark_comparison(folder), 7)
    yield Comparison(*simulate_comparison(), 5)


def main() -> int:
    """Print a line per comparison; 1 if any goal is missed."""
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for comparison in chain(comparisons(Path(folder)), published_years(Path(folder))):
            thing, yardstick = measure(comparison)
            ratio = thing / yardstick
            missed += ratio > comparison.goal
            print(
                f"{comparison.name}: {thing:.3f} s / {yardstick:.3f} s = {ratio:.2f} (goal: at most {comparison.goal})"
            )
    growth()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
