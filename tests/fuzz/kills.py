"""Kill runs of `aco` and look at what they leave: `python kills.py KILLS FOLDER` prints what was seen, as JSON.

A third of the kills come right before the n-th file or folder is moved, removed or made; the others come in the middle
of writing a file, or at any moment, to after the end. One process imports everything and is copied for each run, as
starting an interpreter a thousand times would take most of an hour.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from random import Random
from resource import RLIMIT_FSIZE, setrlimit
from typing import Any

import aco_cli
from aco_cli.main import run

SAMPLE = Path(__file__).parents[2] / "sample_data"
ROSTER = str(SAMPLE / "roster_2014.csv")
# What modules of `aco` import when they are used.
LATE = ("altair", "duckdb", "jinja2", "pandas.io.formats.csvs", "pyarrow.csv", "pyarrow.pandas_compat", "vl_convert")
LATE_IN_TYPER = ("pydantic.dataclasses", "pydantic.type_adapter")
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
MOVES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir")  # as Python tells hooks of them
PEOPLE = ("--acos", "1", "--beneficiaries", "100", "--claims-per-month", "0.5")
OLD = b"the run before"
Files = dict[str, bytes]
Prepare = Callable[[], None]


@dataclass(frozen=True)
class Kind:
    """A command line, run in a folder of its outputs; and what else stood there before, which it removes or leaves."""

    words: tuple[str, ...]
    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def is_set(self) -> bool:
        """Whether the files belong together: those of two runs are never there at once."""
        return self.words[0] == "synth"


def kinds(folder: Path) -> list[Kind]:
    """Every kind of output; `folder` has a population and is there for what does not fit into memory."""
    people = [("claims", "parquet"), ("enrollment", "parquet"), ("assignment", "parquet"), ("reference", "csv")]
    claims = [word for name, kind in people for word in (f"--{name}", str(folder / "people" / f"{name}.{kind}"))]
    settled, synth = ("settle", "2014", ROSTER, "-o"), ("synth", ".", *PEOPLE, "--force")
    feed = "cclf/P.A0001.ACO.ZC1"
    return [
        Kind((*settled, "out.csv", "--manifest")),
        Kind((*synth, "--layout", "cclf"), ("claims.parquet", feed), ("mine",)),
        Kind(("expenditures", "2023", *claims, "--temp", str(folder), "--audit", "audit.csv", "-o", "out.parquet")),
        Kind((*settled, "out.xlsx")),
        Kind(synth, (feed,), ("mine",)),
        Kind(("report", "2014", ROSTER, "--aco", "A67373,A85439", "-o", "out.xlsx")),
        Kind((*settled, "out.parquet")),
        Kind(("simulate", "2014", ROSTER, "--draws", "10", "--aco", "A67373", "-o", "out.svg")),
        Kind(("report", "2014", ROSTER, "-o", "out.html")),
        Kind(("template", "track-1", "-o", "out.csv")),
    ]


def main(kills: int, folder: Path) -> None:
    """Kill runs of each kind in turn."""
    for name in (*LATE, *LATE_IN_TYPER, *(module.name for module in walk_packages(aco_cli.__path__, "aco_cli."))):
        if not name.endswith("__main__"):
            import_module(name)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in a background job it is ignored
    random = Random(kills)
    (folder / "work").mkdir()
    started(("synth", "people", *PEOPLE), folder).ends(0)
    chosen = [Case(kind, folder) for kind in kinds(folder)[: max(5, kills // 10)]]
    seen = Counter[str]()
    for kill in range(kills):
        try:
            seen.update(chosen[kill % len(chosen)].killed(random, aimed=kill % 3 == 0))
        except Exception as error:
            raise SystemExit(f"kill {kill}, {chosen[kill % len(chosen)].kind.words}: {error}") from error
    print(json.dumps({"kills": kills, **dict(sorted(seen.items()))}))


class Case:
    """A kind of output: what a sound run gives, how long it takes, and how many files it moves."""

    def __init__(self, kind: Kind, folder: Path) -> None:
        self.kind, self.folder, self.work = kind, folder, folder / "work"
        self.steps = folder / "steps"
        self.old = dict.fromkeys((*kind.removed, *kind.left), OLD)
        self.restore(self.old)
        start = time.perf_counter()
        self.run(partial(aim, "", 0, lambda: None, self.steps)).ends(0)
        self.took = time.perf_counter() - start
        self.count = Counter(self.steps.read_text().split())
        self.new = held(self.work)
        self.old |= dict.fromkeys(self.new, OLD)

    def run(self, prepare: Prepare = lambda: None) -> Run:
        return started(self.kind.words, self.work, prepare)

    def restore(self, files: Files) -> None:
        shutil.rmtree(self.work)
        self.work.mkdir()
        for name, data in files.items():
            (self.work / name).parent.mkdir(exist_ok=True)
            (self.work / name).write_bytes(data)

    def killed(self, random: Random, *, aimed: bool) -> Iterable[str]:
        """Kill a run, look at what it leaves, and run again. Raises AssertionError for what should not be."""
        before = random.choice((self.old, dict.fromkeys(self.kind.left, OLD)))
        self.restore(before)
        sent = random.choice(SIGNALS)
        how = "move" if aimed else random.choice(("moment", "moment", "write"))
        if how == "moment":
            run = self.run()
            time.sleep(random.uniform(0, self.took * 1.1))
            run.send(sent)
        elif how == "move":
            place = random.randint(1, self.count["move"])
            run = self.run(partial(aim, "move", place, lambda: os.kill(os.getpid(), sent), self.steps))
        else:
            sent = signal.SIGXFSZ
            limit = partial(limit_files, random.randrange(max(map(len, self.new.values()))))
            place = random.randint(0, self.count["write"])
            run = self.run(partial(aim, "write", place, limit, self.steps) if place else limit)
        code = run.wait()
        assert code in {0, -sent, 130 if sent == signal.SIGINT else 0}, f"exit code {code} after {sent!r}: {run.said()}"
        found, hidden = self.look(before)
        self.run().ends(0)
        after, again = held(self.work), [path.name for path in self.folder.glob("**/*aco-*")]
        assert after == self.new, f"the next run wrote {different(after, self.new)}"
        assert not again, f"the next run left {again}"
        return (how, f"{how} by {sent.name}", found, *["leftovers"] * bool(hidden), *["finished"] * (code == 0))

    def look(self, before: Files) -> tuple[str, int]:
        """What a killed run left in place of what was there before."""
        files = held(self.work, hidden=False)
        for name, data in files.items():
            assert data in (before.get(name), self.new.get(name)), f"{name} has {len(data)} bytes of neither run"
        own = {name: data for name, data in files.items() if name not in self.kind.left}
        assert dict.fromkeys(self.kind.left, OLD).items() <= files.items(), "a file of the user's is gone"
        ours = sum(data == OLD for data in own.values()), sum(data != OLD for data in own.values())
        if self.kind.is_set:
            assert not all(ours), f"{ours} files of the run before and of this one"
        else:
            assert before.keys() <= files.keys(), "a file is gone"
        state = "new" if own.items() >= self.new.items() else "old" if files == before else "between"
        return state, len(held(self.work)) - len(files)


@dataclass
class Run:
    """A copy of this process that runs `aco`."""

    process: int
    messages: Path

    def send(self, sent: signal.Signals) -> None:
        os.kill(self.process, sent)

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def said(self) -> str:
        return self.messages.read_text()

    def ends(self, code: int) -> None:
        found = self.wait()
        assert found == code, f"exit code {found}: {self.said()}"


def started(words: tuple[str, ...], folder: Path, prepare: Prepare = lambda: None) -> Run:
    messages = folder.parent / "messages"
    process = os.fork()
    if not process:
        os._exit(child(words, folder, prepare, messages))
    return Run(process, messages)


def child(words: tuple[str, ...], folder: Path, prepare: Prepare, messages: Path) -> int:
    """The exit code of `aco`, or 1 for what it does not catch."""
    try:
        os.chdir(folder)
        os.dup2(os.open(messages, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        sys.argv[:] = ["aco", *words]
        prepare()
    except KeyboardInterrupt:
        return 130  # as of a process that is still importing: the run has not begun
    try:
        run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException as error:
        os.write(2, f"uncaught: {error!r}".encode())
    return 1


def step(event: str, given: tuple[Any, ...]) -> str:
    """What Python tells hooks of: a file or folder that is moved, removed or made; a file that is opened to write."""
    if event in MOVES:
        return "move"
    return "write" if event == "open" and set(str(given[1])) & set("wax") else ""


def aim(what: str, place: int, strike: Callable[[], None], steps: Path) -> None:
    """Strike right before the n-th step of a kind; all steps of both kinds are noted."""
    log, done = os.open(steps, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), Counter[str]()

    def heard(event: str, given: tuple[Any, ...]) -> None:
        if found := step(event, given):
            done[found] += 1
            os.write(log, f"{found}\n".encode())
            if (found, done[found]) == (what, place):
                strike()

    sys.addaudithook(heard)


def limit_files(most: int) -> None:
    """From here on, end where a file would get more bytes than this; Python by itself would make an error of it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    setrlimit(RLIMIT_FSIZE, (most, most))


def held(folder: Path, *, hidden: bool = True) -> Files:
    """The files of a folder by their place in it."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    names = {str(path.relative_to(folder)): path for path in paths}
    return {name: path.read_bytes() for name, path in names.items() if hidden or not name.startswith(".aco-")}


def different(found: Files, expected: Files) -> list[str]:
    return [name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)]


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
