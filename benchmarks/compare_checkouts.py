"""Do two checkouts compute the same? Runs commands of both on the same files and lists every difference.

    python benchmarks/compare_checkouts.py OLD NEW [--quick] [--data DIR] [--messages]

Files are CMS's public use files in DIR (OLD/../shared/data) as far as OLD can read them, OLD's sample data, and made-up
ones that have every track and year and every benchmarking methodology. Each difference is a line on standard output:
file, command, row, column, both values. Exit code 1 if there are any but the last bits of sliding_msr, msr_amount and
mlr_amount, which are listed apart. Messages on standard error are compared only with --messages.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compared_commands import Commands, Job, Result, Row, Words

# What tells the rows of a table apart, as far as it has these columns; a worksheet's rows are its lines.
KEYS = ("scenario", "program", "by", "value", "figure", "aco_id", "performance_year", "source")
WORKSHEET_KEYS = ("line",)
LAST_BITS = {"sliding_msr", "msr_amount", "mlr_amount"}
RELATIVE = 1e-15


@dataclass(frozen=True)
class Difference:
    """Where the outputs of a command differ."""

    job: Job
    row: str
    column: str
    old: str
    new: str
    last_bits: bool = False

    def __str__(self) -> str:
        command = " ".join(Path(word).name if "/" in word else word for word in self.job.words)
        if len(command) > 200:
            command = f"{command[:200]}..."
        return f"{self.job.file}: aco {command}: {self.row or '-'}: {self.column}: {self.old!r} -> {self.new!r}"


class Checkout:
    """A process that runs the commands of one checkout, one at a time."""

    def __init__(self, folder: Path, cwd: str) -> None:
        self.known: dict[Words, Result] = {}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ACO_", "PYTHON"))}
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("run_commands.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=cwd, encoding="utf-8",
            env=kept | {"PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"},
        )  # fmt: skip
        package = Path(self._answer())
        if not package.is_relative_to(folder):
            raise SystemExit(f"{folder} holds no package aco_cli; Python finds {package}")

    def run(self, words: Words) -> Result:
        """The result of a command; each runs only once."""
        if words not in self.known:
            assert self.process.stdin is not None
            print(json.dumps(words), file=self.process.stdin, flush=True)
            self.known[words] = Result(*self._answer())
        return self.known[words]

    def close(self) -> None:
        """End the process."""
        self.process.communicate()

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"a command ended the process that ran it, with code {self.process.wait()}")
        return json.loads(line)


def differences(job: Job, old: Result, new: Result, messages: bool) -> Iterator[Difference]:
    """All differences between two results of a command."""
    if old.code != new.code:
        yield Difference(job, "", "exit code", str(old.code), str(new.code))
    if messages and old.messages != new.messages:
        yield Difference(job, "", "messages", old.messages, new.messages)
    if old.output != new.output:
        found = list(_table_differences(job, old.rows(), new.rows()))
        yield from found or [Difference(job, "", "bytes", old.output[:80], new.output[:80])]


def _table_differences(job: Job, old: Sequence[Row], new: Sequence[Row]) -> Iterator[Difference]:
    columns, new_columns = (list(rows[0]) if rows else [] for rows in (old, new))
    if columns != new_columns:
        yield Difference(job, "", "columns", *_apart(columns, new_columns))
    before, after = (_by_key(job, rows) for rows in (old, new))
    if list(before) != list(after):
        yield Difference(job, "", "rows", *_apart(list(before), list(after)))
    shared = [column for column in columns if column in new_columns]
    for key in (key for key in before if key in after):
        for column in shared:
            if before[key][column] != after[key][column]:
                yield _cell_difference(job, key, column, before[key], after[key])


def _cell_difference(job: Job, key: str, column: str, old: Row, new: Row) -> Difference:
    figure = old.get("line") if column == "value" else column
    allowed = figure in LAST_BITS and _close(old[column], new[column])
    return Difference(job, key, column, old[column], new[column], allowed)


def _close(old: str, new: str) -> bool:
    try:
        return math.isclose(float(old), float(new), rel_tol=RELATIVE)
    except ValueError:
        return False


def _by_key(job: Job, rows: Iterable[Row]) -> dict[str, Row]:
    """The rows by what tells them apart; those that nothing tells apart are numbered."""
    keys = WORKSHEET_KEYS if job.words[0] == "explain" else KEYS
    found: dict[str, Row] = {}
    seen: Counter[str] = Counter()
    for row in rows:
        key = " ".join(row[name] for name in keys if row.get(name)) or "row"
        seen[key] += 1
        found[key if seen[key] == 1 else f"{key} #{seen[key]}"] = row
    return found


def _apart(old: Sequence[str], new: Sequence[str]) -> tuple[str, str]:
    """What only one of two lists has; if they have the same, their orders from the first difference on."""
    gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
    if not gone and not come:
        first = next(place for place, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
        gone, come = list(old[first : first + 3]), list(new[first : first + 3])
    return ", ".join(gone), ", ".join(come)


def compare(arguments: argparse.Namespace, scratch: str) -> tuple[int, list[Difference]]:
    """How many commands ran in each checkout, and the differences."""
    checkouts = old, new = [Checkout(folder, scratch) for folder in (arguments.old, arguments.new)]
    try:
        data = arguments.data or arguments.old.parent / "shared" / "data"
        if not data.is_dir():
            print(f"skipped: public use files, which are not at {data}", file=sys.stderr)
        commands = Commands(old.run, arguments.quick)
        jobs = list(dict.fromkeys(commands.all(data, arguments.old / "sample_data", Path(scratch))))
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda checkout: [checkout.run(job.words) for job in jobs], checkouts))
    finally:
        for checkout in checkouts:
            checkout.close()
    results = ((job, old.known[job.words], new.known[job.words]) for job in jobs)
    return len(jobs), [each for result in results for each in differences(*result, arguments.messages)]


def report(jobs: int, found: Sequence[Difference], seconds: float) -> int:
    """Print the differences, then how many there are by command and column; the exit code."""
    real, last_bits = ([each for each in found if each.last_bits == allowed] for allowed in (False, True))
    for title, listed in (("differences only in the last bits, which are allowed", last_bits), ("differences", real)):
        if listed:
            print(f"{len(listed)} {title}:")
            print(*listed, sep="\n")
            for (command, column), count in Counter((each.job.words[0], each.column) for each in listed).most_common():
                print(f"  {count:>6} aco {command}, {column}")
    print(f"{jobs} commands in each checkout, {seconds:.0f} s: {len(real)} differences, {len(last_bits)} in last bits")
    return 1 if real else 0


def main() -> int:
    """Compare; 1 if there are differences that are not allowed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("old", "new"):
        parser.add_argument(name, type=lambda text: Path(text).resolve(), help="folder of a checkout")
    parser.add_argument("--quick", action="store_true", help="fewer scenarios and worksheets")
    parser.add_argument("--data", type=lambda text: Path(text).resolve(), help="folder of CMS's public use files")
    parser.add_argument("--messages", action="store_true", help="compare what goes to standard error too")
    arguments, started = parser.parse_args(), time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        jobs, found = compare(arguments, scratch)
    return report(jobs, found, time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
