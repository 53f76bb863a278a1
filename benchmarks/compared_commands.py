"""Which commands `compare_checkouts.py` runs on which files."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from made_up_files import write_benchmark_files, write_roster

PLAIN = ("--strict", "--format", "csv")
EXACT = ("--exact", *PLAIN)
# What-if questions beside the scenarios that come with the program.
CHANGES = (
    ("--set", "quality_score=1"),
    ("--set", "assigned_beneficiaries=7500", "--set", "minimum_rate="),
    ("--rule", "mssp.sequestration=0.01"),
    ("--scenario", "msr-0", "--scenario", "no-quality-penalty", "--totals"),
    ("--scenario", "no-quality-penalty", "--by", "outcome_before"),
)
DONE = (0, 1, 4)

Words = tuple[str, ...]
Row = dict[str, str]


@dataclass(frozen=True)
class Result:
    """How a command ended and what it printed."""

    code: int
    output: str
    messages: str

    def rows(self) -> list[Row]:
        """The table that was printed."""
        return list(csv.DictReader(io.StringIO(self.output, newline="")))


Run = Callable[[Words], Result]


@dataclass(frozen=True)
class Job:
    """A command to run in both checkouts, and the file that it is about."""

    file: str
    words: Words


@dataclass(frozen=True)
class Commands:
    """Makes the list of commands; `old` runs one, to learn which files can be read and what is in them."""

    old: Run
    quick: bool

    def all(self, data: Path, sample: Path, scratch: Path) -> Iterator[Job]:
        """Commands on public use files in `data`, on sample data, and on files made up in `scratch`."""
        yield from self.published(data, scratch)
        yield from self.samples(sample)
        coverage = self.old(("rules", "coverage", "--format", "csv")).rows()
        situations = dict.fromkeys((row["program"], row["track"], int(row["performance_year"])) for row in coverage)
        roster = write_roster(scratch / "roster.csv", (each for each in situations if each[0] in ("mssp", "pioneer")))
        yield from self.settlements((str(roster),), ("outcome",) if self.quick else ("track", "outcome"))
        agreements, expenditures, reference = map(str, write_benchmark_files(scratch))
        yield from self.benchmarks((agreements, "--expenditures", expenditures, "--reference", reference))

    def published(self, data: Path, scratch: Path) -> Iterator[Job]:
        """Every public use file alone, all years together, and quality scores of years that follow each other."""
        files = sorted(data.glob("*.csv")) + ([] if self.quick else sorted(data.glob("headers/*.csv")))
        groups = ("track", "outcome") if self.quick else ("performance_year", "track", "outcome", "notes")
        settled, scored = [], []
        for file in map(str, files):
            if self.readable("settle", file):
                settled.append(file)
                yield from self.settlements((file,), groups)
            if self.readable("quality", file):
                scored.append(file)
                yield from self.scores(file, settles=file in settled)
        whole = [file for file in settled if "/headers/" not in file]
        if whole:
            yield Job("all public use files", ("settle", "all", *whole, *EXACT))
            yield Job("all public use files", ("summary", "all", *whole, *EXACT))
            yield Job("all public use files", ("reconcile", "all", *whole, "--by-year", *EXACT))
        for before, after in pairwise(scored):
            yield Job(Path(after).name, ("quality", "all", before, after, *EXACT))
        yield from self.scores_by_totals(data, scratch)

    def scores_by_totals(self, data: Path, scratch: Path) -> Iterator[Job]:
        """The scores of 2014, whose file has no ids, and settlements by them."""
        rates, roster = str(data / "mssp_results_2014.csv"), str(data / "mssp_puf_2014.csv")
        words = ("quality", "2014", rates, "--roster", roster, *EXACT)
        scored = self.old(words)
        if scored.code in DONE:
            scores = scratch / "scores_2014.csv"
            scores.write_text(scored.output, encoding="utf-8")
            yield Job("mssp_results_2014.csv", words)
            for command in ("settle", "reconcile"):
                yield Job("mssp_results_2014.csv", (command, "2014", roster, "--quality", str(scores), *EXACT))

    def samples(self, sample: Path) -> Iterator[Job]:
        """The sample data, each roster with what belongs to it."""
        groups = ("track", "outcome")
        files = {name: str(sample / f"{name}.csv") for name in
                 ("roster_2014", "roster_small", "totals_small", "agreements_2022", "expenditures_2022",
                  "reference_2022", "pioneer_published", "broken_roster")}  # fmt: skip
        yield from self.settlements((files["roster_2014"],), groups)
        yield from self.settlements((files["pioneer_published"],), ("performance_year", *groups))
        yield from self.settlements((files["roster_small"], "--expenditures", files["totals_small"]), groups)
        yield Job("broken_roster.csv", ("settle", "2014", files["broken_roster"], *EXACT))
        more = ("--expenditures", files["expenditures_2022"], "--reference", files["reference_2022"])
        yield from self.benchmarks((files["agreements_2022"], *more))

    def settlements(self, source: Words, groups: Sequence[str]) -> Iterator[Job]:
        """What can be done with a roster; `groups` are the columns of each of whose values one ACO is explained."""
        name, settle = Path(source[0]).name, ("settle", "all", *source, *EXACT)
        rows = self.old(settle).rows()
        yield Job(name, settle)
        for command in ("summary", "reconcile"):
            yield Job(name, (command, "all", *source, *EXACT))
        yield Job(name, ("reconcile", "all", *source, "--by-year", *EXACT))
        yield Job(name, ("summary", "all", *source, "--compare", *EXACT))
        yield Job(name, ("simulate", "all", *source, "--seed", "7", "--draws", "100", *EXACT))
        listed = self.old(("rules", "scenarios", "--format", "csv")).rows()
        changes = [("--scenario", row["scenario"]) for row in listed] + list(CHANGES)
        for change in changes[::3] if self.quick else changes:
            yield Job(name, ("whatif", "all", *source, *change, *EXACT))
        yield from self.explained(name, rows, groups, source)

    def benchmarks(self, source: Words) -> Iterator[Job]:
        """What can be done with a roster, its expenditures and national figures."""
        name, words = Path(source[0]).name, ("benchmark", "all", *source, *EXACT)
        rows = self.old(words).rows()
        yield Job(name, words)
        yield from self.settlements(source, ("track", "outcome"))
        yield from self.explained(name, rows, ("aco_name",), source)

    def scores(self, file: str, settles: bool) -> Iterator[Job]:
        """What can be done with measure rates, and with settlements beside them."""
        name, words = Path(file).name, ("quality", "all", file, *EXACT)
        rows = self.old(words).rows()
        yield Job(name, words)
        if settles:
            for command in ("settle", "reconcile"):
                yield Job(name, (command, "all", file, "--quality", file, *EXACT))
            several = [row | {"some": row["aco_id"][-1]} for row in rows[:: 40 if self.quick else 3]]
            groups = ("notes",) if self.quick else ("notes", "some")
            yield from self.explained(name, several[:60], groups, (file, "--quality", file))

    def explained(self, name: str, rows: Iterable[Row], groups: Sequence[str], source: Words) -> Iterator[Job]:
        """One ACO of each group; figures within notes or names make no group of their own."""
        chosen: dict[Words, Row] = {}
        for row in rows:
            if row.get("aco_id"):
                chosen.setdefault(tuple(re.sub(r"\b[\d.,]+\b", "N", row.get(each, "")) for each in groups), row)
        for row in chosen.values():
            yield Job(name, ("explain", row["aco_id"], row["performance_year"], *source, *PLAIN))

    def readable(self, command: str, file: str) -> bool:
        """Whether the old checkout can read a file; otherwise the reason goes to standard error."""
        result = self.old((command, "all", file, *EXACT))
        if result.code not in DONE:
            print(f"skipped: {command} {Path(file).name}: {result.messages.partition(': ')[2][:90]}", file=sys.stderr)
        return result.code in DONE
