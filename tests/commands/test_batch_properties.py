"""The same ACOs give the same bytes however their rows are ordered, spread over files, or asked for by year."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Aco = Callable[..., CompletedProcess[bytes]]
Expected = Callable[[str], bytes]
Rows = Callable[[str], list[dict[str, str]]]
YEARS = ("2013", "2014", "2015")
OUTPUTS = [
    ["settle"],
    ["settle", "--exact", "--format", "parquet"],
    ["settle", "--sort", "track", "--columns", "track,state,settlement"],
    ["summary", "--by", "state", "--by", "start_year", "--exact"],
    ["reconcile"],
]


@pytest.fixture(scope="module")
def records(roster_2014: Path, rows: Rows) -> list[dict[str, str]]:
    return rows(roster_2014.read_text("utf-8"))


def write(path: Path, records: Sequence[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    return path


def result(aco: Aco, command: Sequence[str], years: str, *files: Path) -> bytes:
    done = aco(command[0], years, *files, *command[1:], text=False)
    assert done.returncode in ({0, 1} if command[0] == "reconcile" else {0})
    return done.stdout


@pytest.fixture(scope="module")
def expected(aco: Aco, roster_2014: Path) -> Expected:
    """What a command gives for the sample roster as it is."""
    return cache(lambda command: result(aco, command.split(), "2014", roster_2014))


@pytest.mark.parametrize("command", OUTPUTS, ids=" ".join)
@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_rows_does_not_matter(
    aco: Aco, expected: Expected, records: list[dict[str, str]], tmp_path: Path, command: list[str], seed: int
) -> None:
    shuffled = random.Random(seed).sample(records, len(records))
    assert shuffled != records
    assert result(aco, command, "2014", write(tmp_path / "shuffled.csv", shuffled)) == expected(" ".join(command))


@pytest.mark.parametrize("command", OUTPUTS, ids=" ".join)
@pytest.mark.parametrize("count", [2, 7])
def test_files_that_rows_are_spread_over_do_not_matter(
    aco: Aco, expected: Expected, records: list[dict[str, str]], tmp_path: Path, command: list[str], count: int
) -> None:
    chance = random.Random(count)
    parts: list[list[dict[str, str]]] = [[] for _ in range(count)]
    for record in records:
        chance.choice(parts).append(record)
    files = [write(tmp_path / f"{number}.csv", part) for number, part in enumerate(parts)]
    chance.shuffle(files)
    assert result(aco, command, "2014", *files) == expected(" ".join(command))


@pytest.mark.parametrize(
    "command", [["settle"], ["settle", "--exact", "--format", "jsonl"], ["reconcile"]], ids=" ".join
)
def test_years_together_are_the_years_one_by_one(
    aco: Aco, records: list[dict[str, str]], tmp_path: Path, command: list[str]
) -> None:
    """Advances aside: what one year leaves to recoup is taken in the next only where both are in one run."""
    sound = [record | {"advance_balance": "", "quality_score": record["quality_score"] or "0.9"} for record in records]
    files = {
        year: write(tmp_path / f"{year}.csv", [row | {"performance_year": year} for row in sound]) for year in YEARS
    }
    all_years = write(tmp_path / "all.csv", [row | {"performance_year": year} for row in sound for year in YEARS])
    alone = [result(aco, command, year, files[year]) for year in YEARS]
    heading = b"" if "jsonl" in command else alone[0].splitlines(keepends=True)[0]
    expected = heading + b"".join(each.removeprefix(heading) for each in alone)
    assert len(expected.splitlines()) == 3 * len(records) + bool(heading)
    assert result(aco, command, "2013-2015", *files.values()) == expected
    assert result(aco, command, "all", all_years) == expected
    assert result(aco, command, "2014", all_years) == alone[1]
