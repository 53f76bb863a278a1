"""Mutants tried on tests that are collected once: each in a forked process, where the change is put in place."""

from __future__ import annotations

import functools
import gc
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from make import Mutant

# Seconds after which a mutant whose test has not come to an end counts as noticed, and bytes that it may take.
PATIENCE = 120
MEMORY = 6 * 1024**3
AFRESH = "the package must be imported afresh"
# Tests with these fixtures start a process of their own, and tell nothing that the same run in here would not.
APART = {"aco_process", "program", "terminal", "interruptible"}

Reached = dict[str, dict[int, list[str]]]


class Bench:
    """A plugin of pytest that tries mutants on the tests that it has collected, in place of running them.

    `tests_of` gives the files and folders of tests near a file of the package, `reached` the tests that reach a line of
    it where that is known; a mutant survives when none of them fails within `budget` seconds of this process's time.
    """

    def __init__(self, tests_of: Callable[[str], list[str]], reached: Reached, budget: float) -> None:
        self.tests_of, self.reached, self.budget = tests_of, reached, budget
        self.killers: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.sound: dict[str, bool] = {}
        self.seconds: dict[str, float] = {}
        self.jobs: Iterable[Mutant] = ()
        self.tell: Callable[[Mutant, str], None]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try what the jobs bring."""
        self.items = {item.nodeid: item for item in session.items if not _is_apart(item)}
        self.lines_of = Counter(test for lines in self.reached.values() for tests in lines.values() for test in tests)
        self.package = Package()
        gc.collect()
        gc.freeze()
        gc.disable()
        for mutant in self.jobs:
            self.tell(mutant, self.verdict(mutant))
        return True

    def verdict(self, mutant: Mutant) -> str:
        """`noticed`, `survived`, `unreached` where no test reaches the line, `broken` where tests fail without it."""
        source = Path(mutant.file).read_text("utf-8")
        changed = mutant.applied(source)
        Path(mutant.file).write_text(changed, "utf-8")
        try:
            if not (tests := self.ordered(mutant)):
                return "unreached"
            failed = self.failing(tests, mutant.file, source, changed)
        finally:
            Path(mutant.file).write_text(source, "utf-8")
        if failed is None:
            return "survived"
        if not self._is_sound(failed, tests, mutant.file, source):
            if failed not in self.items:
                return "broken"
            del self.items[failed]
            return self.verdict(mutant)
        if failed in self.items:
            self.killers[mutant.file][failed] += 1
        return "noticed"

    def _is_sound(self, failed: str, tests: Sequence[str], file: str, source: str) -> bool:
        """Whether what failed passes without the change; asked once of each test, and of the tests of a file."""
        asked = failed if failed in self.items else f"{failed} {file}"
        if asked not in self.sound:
            if failed == AFRESH:
                passes = not _fails_afresh(self.tests_of(file), self.budget)
            else:
                passes = self.failing([failed] if failed in self.items else tests, file, source, source) is None
            self.sound[asked] = passes
        return self.sound[asked]

    def ordered(self, mutant: Mutant) -> list[str]:
        """The tests to run on a mutant: those that noticed others of its file first, then the most telling.

        What is computed when a module is imported, or once for all tests, is reached by none of them alone.
        """
        lines = self.reached.get(mutant.file, {})
        span = range(mutant.line, mutant.line + mutant.before.count("\n") + 1)
        near = {test for line in span for test in lines.get(line, ())}
        if lines and near != {""}:
            files = {test.partition("::")[0] for test in near}
            beside = [test for test in self.items if test not in near and test.partition("::")[0] in files]
            tests = [*sorted(near & self.items.keys(), key=self.lines_of.__getitem__), *beside]
        else:
            places = self.tests_of(mutant.file)
            tests = [test for place in places for test in self.items if test.startswith(place)]
        killers = self.killers[mutant.file]
        known = [test for test in tests if test in killers]
        known.sort(key=lambda test: self.seconds[test] / killers[test])
        return list(dict.fromkeys([*known, *tests]))

    def failing(self, tests: Sequence[str], file: str, source: str, changed: str) -> str | None:
        """The first test that fails on a change, AFRESH where one does in a process of its own, or a signal.

        None where all pass.
        """
        told = Path("told.json")
        told.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            self._run_in_child(tests, lambda: self.package.change(file, source, changed), told)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for left in Path("tmp").iterdir():
            shutil.rmtree(left, ignore_errors=True)
        found, seconds = json.loads(told.read_text("utf-8")) if told.exists() else (None, {})
        self.seconds |= seconds
        if found == AFRESH:
            return AFRESH if _fails_afresh(self.tests_of(file), self.budget) else None
        if code > 0:
            raise RuntimeError(f"{file} cannot be tried as:\n{changed}")
        return found or (f"ended by signal {-code}" if code else None)

    def _run_in_child(self, tests: Sequence[str], change: Callable[[], bool], told: Path) -> None:
        """Make the change and run the tests until one fails; what it was goes to a file. Ends the process."""
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            notebook = Notebook()
            if change():
                _run_until_one_fails([self.items[test] for test in tests], notebook, self.budget)
            else:
                notebook.failed = AFRESH
            told.write_text(json.dumps([notebook.failed, notebook.seconds]), "utf-8")
            code = 0
        finally:
            os._exit(code)


def _is_apart(item: Any) -> bool:
    """Whether a test takes a fixture that starts a process; what it is given as a parameter may have such a name."""
    given = item.callspec.params if hasattr(item, "callspec") else ()
    return bool(APART & {*item.fixturenames} - {*given})


def _run_until_one_fails(items: Sequence[Any], notebook: Notebook, budget: float) -> None:
    left = budget
    items[0].config.pluginmanager.register(notebook)
    for item, following in zip(items, [*items[1:], None], strict=True):
        signal.alarm(PATIENCE)
        begin = _seconds()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        notebook.seconds[item.nodeid] = _seconds() - begin
        left -= notebook.seconds[item.nodeid]
        if notebook.failed or left < 0:
            return


def _seconds() -> float:
    """Time that this process and those it started have computed."""
    return sum(os.times()[:4])


class Notebook:
    """Writes down how long each test took and which one failed."""

    def __init__(self) -> None:
        self.failed: str | None = None
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A test was set up, run or torn down."""
        if report.failed:
            self.failed = report.nodeid


class Package:
    """The imported package, whose functions are exchanged and whose memory of files is lost when one changes."""

    def __init__(self) -> None:
        everything = gc.get_objects()
        self.functions = [each for each in everything if isinstance(each, FunctionType) and _is_ours(each)]
        self.caches = [each for each in everything if isinstance(each, functools._lru_cache_wrapper) and _is_ours(each)]
        self.computed = [
            (each, names)
            for each in everything
            if _is_ours(type(each))
            for names in [_computed_once(type(each))]
            if names
        ]

    def change(self, file: str, source: str, changed: str) -> bool:
        """Put a changed file in place; False where only a new import could."""
        for cached in self.caches:
            cached.cache_clear()
        for each, names in self.computed:
            for name in names:
                vars(each).pop(name, None)
        return file.endswith(".yaml") or source == changed or self._exchange(file, source, changed)

    def _exchange(self, file: str, source: str, changed: str) -> bool:
        path = str(Path(file).resolve())
        old, new = (compile(text, path, "exec", dont_inherit=True) for text in (source, changed))
        pairs = list(_changed_functions(old, new))
        if any(before is None for before, _ in pairs):
            return False
        for before, after in pairs:
            found = [each for each in self.functions if each.__code__ == before and each.__code__.co_filename == path]
            if not found:
                return False
            for function in found:
                function.__code__ = after
        return True


def _is_ours(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).startswith("aco_cli")


@functools.cache
def _computed_once(kind: type) -> tuple[str, ...]:
    return tuple(
        name
        for base in kind.__mro__
        for name, each in vars(base).items()
        if isinstance(each, functools.cached_property)
    )


def _changed_functions(old: CodeType, new: CodeType) -> Iterator[tuple[Any, Any]]:
    """The functions of two texts of a module that differ, the outermost of those within others.

    (None, None) where the module or the body of a class does.
    """
    was, now = ([each for each in code.co_consts if isinstance(each, CodeType)] for code in (old, new))
    if len(was) != len(now) or _plain(old) != _plain(new):
        yield None, None
        return
    for before, after in zip(was, now, strict=True):
        if before.co_flags & 0x1:  # optimized: a function; else the body of a class
            if not _same(before, after):
                yield before, after
        else:
            yield from _changed_functions(before, after)


def _plain(code: CodeType) -> tuple[Any, ...]:
    return code.co_code, code.co_names, [repr(each) for each in code.co_consts if not isinstance(each, CodeType)]


def _same(old: CodeType, new: CodeType) -> bool:
    was, now = ([each for each in code.co_consts if isinstance(each, CodeType)] for code in (old, new))
    return _plain(old) == _plain(new) and len(was) == len(now) and all(map(_same, was, now))


def _fails_afresh(places: Sequence[str], budget: float) -> bool:
    """As `Bench.failing`, with the package imported anew: the most telling tests alone, then all."""
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not slow"]
    limit = int(budget) + 1  # of processor time, which importing and collecting take a part of: seconds may be few
    run = functools.partial(
        subprocess.run,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),
    )
    for some in (places[:1], places):
        try:
            code = run([*words, *some]).returncode
        except subprocess.TimeoutExpired:
            continue
        if code > 0 and code != pytest.ExitCode.NO_TESTS_COLLECTED:
            return True
    return False
