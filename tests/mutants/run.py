"""Run the tests on mutants: `python tests/mutants/run.py --sample 40 --seed 1 --floor 92`; without --sample on all.

Each mutant is a change in a copy of the checkout. The tests that lie where the changed file's are run on it, in a
process forked from one that has the libraries loaded, until one fails. Prints those that no test noticed, and the
share that were; exit code 1 below the floor.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path
from random import Random
from typing import Any

import yaml
from make import KINDS, Mutant, mutants

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.yaml")
# Seconds after which a mutant that does not come to an end counts as noticed.
PATIENCE = 600
COPIED = ("aco_cli", "tests", "sample_data", "docs", "benchmarks", "pyproject.toml", "README.md", "CHANGELOG.md")
# Where tests of a file are, most telling first; a folder of tests mirrors one of the package.
TESTS = {
    "aco_cli/law/mssp/quality": ("engine/quality", "commands/test_quality.py"),
    "aco_cli/law/mssp/benchmark": ("engine/benchmark", "engine/lines", "commands/test_benchmark.py"),
    "aco_cli/law/mssp/distances": ("engine/test_distances.py", "commands/test_explain.py", "engine/test_worksheet.py"),
    "aco_cli/law": ("rules/test_cases.py", "reference", "engine", "api", "commands/test_explain.py"),
    "aco_cli/rules/mssp/quality": ("rules/test_witness.py", "engine/quality", "rules", "commands/test_quality.py"),
    "aco_cli/rules/mssp-benchmark": ("rules/test_witness.py", "engine/benchmark", "rules"),
    "aco_cli/rules/mssp-expenditures": ("rules/test_witness.py", "engine/expenditures", "rules", "api"),
    "aco_cli/rules": ("rules", "reference", "engine", "api"),
    "aco_cli/engine/expenditures": ("engine/expenditures", "commands/test_expenditures.py"),
    "aco_cli/inputs/claims": ("inputs/claims", "engine/expenditures", "commands/test_expenditures.py"),
    "aco_cli/inputs/reports": ("api/test_reports.py", "api/test_project.py"),
    "aco_cli/inputs": ("inputs", "commands/test_shapes.py", "commands/test_bad_input.py", "api"),
    "aco_cli/engine": ("engine", "rules/test_cases.py", "api", "commands/test_explain.py", "commands/test_summary.py"),
}
FAILED = "failed.txt"
# Slow, and telling of nothing that faster ones do not.
LEFT_OUT = ("tests/inputs/test_mutations.py", "tests/engine/test_properties.py")


def tests_of(file: str) -> list[str]:
    """The tests to run on a mutant of a file: that of its name first, then those of its folder and others near."""
    near = next(tests for place, tests in TESTS.items() if file.startswith(place))
    folder = Path("tests") / Path(file).parent.relative_to("aco_cli")
    named = sorted((ROOT / folder).glob(f"test_{Path(file).stem}*.py"))
    is_mirrored = (ROOT / folder).is_dir() and folder != Path("tests/rules")
    own = [str(path.relative_to(ROOT)) for path in named] + [str(folder)] * is_mirrored
    return list(dict.fromkeys([*own, *(f"tests/{each}" for each in near)]))


@cache
def copy_of(folder: Path, _process: int) -> Path:
    """The checkout that a process changes, beside the shared data that some tests read."""
    place = folder / str(_process) / "checkout"
    place.mkdir(parents=True)
    for name in COPIED:
        held = ROOT / name
        copy = shutil.copytree if held.is_dir() else shutil.copy
        copy(held, place / name)
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        (place.parent / "shared").symlink_to(shared)
    return place


def verdict(mutant: Mutant, folder: Path) -> str:
    """`noticed` where a test fails on a mutant or none comes to an end, else `survived`.

    `broken` and a test's name, where that test fails without the mutant too.
    """
    checkout = copy_of(folder, os.getpid())
    path = checkout / mutant.file
    source = path.read_text("utf-8")
    path.write_text(mutant.applied(source), "utf-8")
    try:
        (checkout / FAILED).unlink(missing_ok=True)
        if passes(tests_of(mutant.file), checkout):
            return "survived"
    finally:
        path.write_text(source, "utf-8")
    if (checkout / FAILED).exists():
        failed = [(checkout / FAILED).read_text("utf-8")]
        return "noticed" if passes(failed, checkout) else f"broken {failed[0]}"
    return "noticed" if end_without_it(mutant.file, checkout) else "broken: the tests do not come to an end in time"


@cache
def end_without_it(file: str, checkout: Path) -> bool:
    """Whether the tests of a file end and pass without a mutant, so that one that hangs is noticed."""
    return passes(tests_of(file), checkout)


class Notebook:
    """Of a run of tests: writes down the name of the one that failed."""

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A test has ended."""
        if report.failed:
            Path(FAILED).write_text(report.nodeid, "utf-8")


def passes(tests: Sequence[str], checkout: Path) -> bool:
    """Whether no test fails on a checkout."""
    child = os.fork()
    if child == 0:
        _run_tests(tests, checkout)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _run_tests(tests: Sequence[str], checkout: Path) -> None:
    """Run tests in this process, and end it with their exit code."""
    import pytest

    code = 1
    try:
        signal.alarm(PATIENCE)
        os.chdir(checkout)
        sys.path[:] = [str(checkout), *(place for place in sys.path if Path(place).resolve() != ROOT)]
        os.environ["PYTHONPATH"] = str(checkout)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        left_out = [f"--ignore={place}" for place in LEFT_OUT]
        code = int(
            pytest.main(
                ["-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", *left_out, *tests], plugins=[Notebook()]
            )
        )
    finally:
        os._exit(code)


def preload() -> None:
    """Import what every run of tests needs, and nothing of the package."""
    import hypothesis  # noqa: F401
    import pandas  # noqa: F401
    import pydantic
    import pytest  # noqa: F401
    import typer  # noqa: F401

    assert pydantic.VERSION
    assert not any(name.startswith("aco_cli") for name in sys.modules)


def known_equivalent() -> dict[str, str]:
    """Mutants that no test can notice, as `file: before -> after` at any line, each with its reason."""
    return {each["mutant"]: each["reason"] for each in yaml.safe_load(EQUIVALENT.read_text("utf-8"))}


def chosen(kinds: Sequence[str], sample: int | None, seed: int, only: str) -> Iterator[tuple[str, Mutant]]:
    """Mutants of some kinds: all, or so many of each."""
    for kind in kinds:
        every = [mutant for mutant in mutants(ROOT, kind) if only in mutant.file]
        picked = every if sample is None else Random(f"{seed} {kind}").sample(every, min(sample, len(every)))
        yield from ((kind, mutant) for mutant in picked)


def main() -> int:
    """Run, and print what was not noticed and the share that was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="law, rules or code; all unless given")
    parser.add_argument("--sample", type=int, help="how many of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="only files with this in their path")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--floor", type=float, default=0.0, help="percent to be noticed, or exit code 1")
    asked = parser.parse_args()
    preload()
    equivalent = known_equivalent()
    picked = list(chosen(asked.kind or list(KINDS), asked.sample, asked.seed, asked.only))
    tried = [mutant for _, mutant in picked if mutant.unplaced not in equivalent]
    with tempfile.TemporaryDirectory() as name, Pool(asked.workers) as pool:
        folder = Path(name)
        if not passes(["tests/rules/test_cases.py"], copy_of(folder, os.getpid())):
            print("tests fail without any mutant", file=sys.stderr)
            return 1
        found: dict[Mutant, str] = {}
        for mutant, each in zip(tried, pool.imap(partial(verdict, folder=folder), tried), strict=True):
            found[mutant] = each
            if each != "noticed":
                print(f"{each}: {mutant}", flush=True)
    counts = Counter((kind, found.get(mutant, "equivalent")) for kind, mutant in picked)
    for kind in dict.fromkeys(kind for kind, _ in picked):
        told = ", ".join(f"{counts[kind, each]} {each}" for each in ("noticed", "survived", "equivalent"))
        print(f"{kind}: {told}")
    noticed, survived = (list(found.values()).count(each) for each in ("noticed", "survived"))
    if broken := len(found) - noticed - survived:
        print(f"{broken} not tried, as tests fail without them", file=sys.stderr)
        return 1
    share = 100 * noticed / max(noticed + survived, 1)
    print(f"{share:.1f} % noticed, floor {asked.floor:g} %")
    return int(share < asked.floor)


if __name__ == "__main__":
    sys.exit(main())
