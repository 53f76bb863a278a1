"""Run the tests on mutants: `python tests/mutants/run.py --sample 40 --seed 1 --floor 92`; without --sample on all.

Each mutant is a change in a copy of the checkout. Tests near the changed file run on it until one fails, at most
--budget seconds long; where `.coverage` holds which tests reach which lines (`make coverage`), only these run on a
changed line of code. Prints the mutants that no test noticed, and the share that were; exit code 1 below the floor.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import yaml
from make import KINDS, Mutant, mutants

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.yaml")
COPIED = ("aco_cli", "tests", "sample_data", "docs", "benchmarks", "pyproject.toml", "README.md", "CHANGELOG.md")
# Where tests of files are, most telling first; a folder of tests mirrors one of the package.
TESTS = {
    "aco_cli/law/mssp/quality*": (
        "reference/test_quality.py",
        "engine/quality",
        "rules/test_quality.py",
        "commands/test_quality.py",
    ),
    "aco_cli/law/mssp/benchmark*": (
        "engine/benchmark/test_notes.py",
        "engine/benchmark/test_examples.py",
        "engine/benchmark/test_compute.py",
        "engine/benchmark/test_guardrail.py",
        "engine/benchmark/test_published_2024.py",
        "engine/benchmark",
        "commands/test_benchmark.py",
    ),
    "aco_cli/law/mssp/settlement.yaml": (
        "reference/test_settlement.py",
        "rules/test_cases.py",
        "engine/test_thresholds.py",
        "reference",
        "engine",
        "api",
        "commands/test_explain.py",
    ),
    "aco_cli/law/mssp/settlement_from_benchmark.yaml": (
        "engine/benchmark/test_guardrail.py",
        "engine/benchmark/test_published_2024.py",
        "engine/benchmark",
        "api/test_reports.py",
        "commands/test_benchmark.py",
    ),
    "aco_cli/law/reach/*": (
        "reference/test_reach.py",
        "rules/test_cases.py",
        "engine/test_published_reach.py",
        "engine/test_reconcile.py",
        "engine/test_distances.py",
        "engine/test_answer.py",
        "engine/test_notes.py",
        "engine",
        "api",
    ),
    "aco_cli/law/*/distances.yaml": (
        "reference/test_distances.py",
        "engine/test_distances.py",
        "commands/test_explain.py",
        "engine/test_worksheet.py",
    ),
    "aco_cli/law/*/waterfall.yaml": (
        "engine/test_waterfall.py",
        "reference/test_pioneer.py",
        "engine/test_answer.py",
        "outputs",
        "commands",
    ),
    "aco_cli/law/*/answer.yaml": (
        "reference/test_answer.py",
        "reference/test_pioneer.py",
        "engine/test_answer.py",
        "commands/test_explain.py",
        "commands/test_check.py",
        "api",
    ),
    "aco_cli/law/*/explanations.yaml": ("engine/test_published_reach.py", "engine/test_reconcile.py", "engine", "api"),
    "aco_cli/law/*/notes.yaml": (
        "reference/test_notes.py",
        "engine/test_notes.py",
        "engine/test_published_rests_on.py",
        "engine",
        "commands",
    ),
    "aco_cli/law/*": ("reference", "rules/test_cases.py", "engine", "api", "commands/test_explain.py"),
    "aco_cli/rules/mssp/quality/*": (
        "rules/test_quality_tables.py",
        "rules/test_witness.py",
        "reference/test_quality.py",
        "rules",
        "engine/quality",
        "commands/test_quality.py",
    ),
    "aco_cli/rules/mssp-benchmark/*": (
        "rules/test_witness.py",
        "engine/benchmark",
        "rules",
        "commands/test_benchmark.py",
    ),
    "aco_cli/rules/mssp-expenditures/*": ("rules", "engine/expenditures", "api"),
    "aco_cli/rules/changed_payments.yaml": ("engine/test_reconcile.py", "rules"),
    "aco_cli/rules/published_totals.yaml": ("rules/test_witness.py", "rules", "engine/test_national.py"),
    "aco_cli/rules/next_year.yaml": ("api/test_next_year.py", "commands/test_chain.py"),
    "aco_cli/rules/*": ("rules/test_witness.py", "rules", "reference", "engine/test_thresholds.py", "engine", "api"),
    "aco_cli/engine/expenditures/*": ("engine/expenditures", "commands/test_expenditures.py"),
    "aco_cli/inputs/claims/*": ("inputs/claims", "engine/expenditures", "commands/test_expenditures.py"),
    "aco_cli/inputs/reports/*": ("api/test_reports.py", "api/test_project.py"),
    "aco_cli/inputs/*": ("inputs", "commands/test_shapes.py", "commands/test_bad_input.py", "api"),
    "aco_cli/engine/*": (
        "engine",
        "rules/test_cases.py",
        "api",
        "commands/test_explain.py",
        "commands/test_summary.py",
    ),
}
# Slow, and telling of nothing that faster ones do not.
LEFT_OUT = (
    "tests/inputs/test_mutations.py",
    "tests/engine/test_properties.py",
    "tests/fuzz",
    "tests/mutants",
)


def tests_of(file: str) -> list[str]:
    """The tests to run on a mutant of a file: that of its name first, then those of its folder and others near."""
    near = next(tests for place, tests in TESTS.items() if fnmatch(file, place))
    folder = Path("tests") / Path(file).parent.relative_to("aco_cli")
    named = sorted((ROOT / folder).glob(f"test_{Path(file).stem}*.py"))
    is_mirrored = (ROOT / folder).is_dir() and folder != Path("tests/rules")
    own = [str(path.relative_to(ROOT)) for path in named] + [str(folder)] * is_mirrored
    return list(dict.fromkeys([*own, *(f"tests/{each}" for each in near)]))


def tests_reaching() -> dict[str, dict[int, list[str]]]:
    """Tests by file of the package and line, of the last `make coverage`; empty where there was none."""
    path = ROOT / ".coverage"
    if not path.exists():
        return {}
    from coverage import CoverageData

    data = CoverageData(str(path))
    data.read()
    return {
        str(Path(file).relative_to(ROOT)): {
            line: [test.partition("|")[0] for test in tests] for line, tests in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }


def copy_to(place: Path) -> None:
    """The checkout that a process changes, beside the shared data that some tests read."""
    (place / "tmp").mkdir(parents=True)
    for name in COPIED:
        held = ROOT / name
        if held.is_dir():
            shutil.copytree(held, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(held, place / name)
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        (place.parent / "shared").symlink_to(shared)


def work(place: Path, jobs: Any, results: Any, budget: float) -> None:
    """Try the mutants that a queue brings on a copy of the checkout at this place, until it brings None."""
    copy_to(place)
    os.chdir(place)
    sys.path[:] = [str(place), *(each for each in sys.path if Path(each).resolve() != ROOT)]
    os.environ |= {"PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    import pytest
    from trial import Bench

    bench = Bench(tests_of, tests_reaching(), budget)
    bench.jobs = iter(jobs.get, None)
    bench.tell = lambda mutant, verdict: results.put((mutant, verdict))
    words = ["-q", "-p", "no:cacheprovider", "--basetemp", "tmp/tests", "-m", "not slow"]
    pytest.main([*words, *(f"--ignore={each}" for each in LEFT_OUT), "tests"], plugins=[bench])
    results.put((None, "ended"))


def known_equivalent() -> set[tuple[str, str, str]]:
    """Mutants that no test can notice, by file, text of the line and change; the list gives the reason of each."""
    return {
        (group["file"], each["line"], change)
        for group in yaml.safe_load(EQUIVALENT.read_text("utf-8"))
        for each in group["places"]
        for change in each["changes"]
    }


def chosen(kinds: Sequence[str], sample: int | None, seed: int, only: str) -> Iterator[tuple[str, Mutant]]:
    """Mutants of some kinds: all, or so many of each."""
    for kind in kinds:
        every = [mutant for mutant in mutants(ROOT, kind) if only in mutant.file]
        picked = every if sample is None else Random(f"{seed} {kind}").sample(every, min(sample, len(every)))
        yield from ((kind, mutant) for mutant in picked)


def tried(picked: Sequence[Mutant], workers: int, budget: float) -> Iterator[tuple[Mutant, str]]:
    """Mutants with what became of each, as they come."""
    context = get_context("fork")
    jobs, results = context.Queue(), context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(workers):
            place = Path(folder) / str(number) / "checkout"
            context.Process(target=work, args=(place, jobs, results, budget), daemon=False).start()
        for job in [*picked, *[None] * workers]:
            jobs.put(job)
        while workers:
            mutant, verdict = results.get()
            workers -= mutant is None
            if mutant is not None:
                yield mutant, verdict


def main() -> int:
    """Run, and print what was not noticed and the share that was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="law, rules or code; all unless given")
    parser.add_argument("--sample", type=int, help="how many of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="only files with this in their path")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--budget", type=float, default=30, help="seconds of tests for a mutant")
    parser.add_argument("--floor", type=float, default=0.0, help="percent of each kind to be noticed, or exit code 1")
    asked = parser.parse_args()
    equivalent = known_equivalent()
    picked = list(chosen(asked.kind or list(KINDS), asked.sample, asked.seed, asked.only))
    found: dict[Mutant, str] = {}
    for mutant, verdict in tried(
        [each for _, each in picked if each.named not in equivalent], asked.workers, asked.budget
    ):
        found[mutant] = verdict
        if verdict != "noticed":
            print(f"{verdict}: {mutant}", flush=True)
        if len(found) % 50 == 0:
            print(f"{len(found)} of {len(picked)} tried", file=sys.stderr, flush=True)
    lowest = 100.0
    for kind in dict.fromkeys(kind for kind, _ in picked):
        counts = Counter(
            found.get(mutant, "equivalent" if mutant.named in equivalent else "lost")
            for each, mutant in picked
            if each == kind
        )
        share = 100 * counts["noticed"] / max(counts.total() - counts["equivalent"], 1)
        lowest = min(lowest, share)
        print(
            f"{kind}: {share:.1f} % noticed; "
            + ", ".join(f"{number} {each}" for each, number in sorted(counts.items()))
        )
    return int(lowest < asked.floor)


if __name__ == "__main__":
    sys.exit(main())
