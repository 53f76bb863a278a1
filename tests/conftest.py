"""What the tests share: the command `aco` run in here or in a process of its own, and rosters."""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from subprocess import CompletedProcess
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from aco_cli.rules.book import RuleBook, Situation

Environment = Callable[[Mapping[str, str] | None], dict[str, str]]
Runner = Callable[..., CompletedProcess[Any]]

DOCUMENTED = {0, 1, 2, 3, 4, 130, 141}
# Seconds after which a process counts as hung: longer than anything takes on a busy machine, so slowness fails no test.
PATIENCE = 1_800
INHERITED = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "ACO_DEBUG", "_ACO_COMPLETE", "TERM"}
# Python shows these to nobody unless asked.
SILENT_WARNINGS = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)

# How long an example takes says nothing about the code on a machine that is busy.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Spark of this process and of the commands that it starts.
os.environ["SPARK_CONF_DIR"] = str(Path(__file__).with_name("spark"))

TEXTS = ("aco_id", "aco_name", "state", "program", "track", "msr_election", "loss_limit_basis", "termination_kind")
DATES = ("initial_start", "agreement_start", "terminated_on")


def canonical_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Roster rows as the readers hand them over: text "", numbers and conditions NaN, dates NaT where missing."""
    plain = pd.DataFrame([{"aco_id": f"A{n}", "program": "mssp", **row} for n, row in enumerate(rows)])
    columns: dict[str, pd.Series] = {}
    for name, column in plain.items():
        if name in TEXTS:
            columns[name] = column.map(lambda value: "" if pd.isna(value) else str(value)).astype("str")
        elif name in DATES:
            columns[name] = pd.to_datetime(column).astype("datetime64[us]")
        else:
            columns[name] = column.astype("int64" if name == "performance_year" else "float64")
    return pd.DataFrame(columns)


@pytest.fixture(scope="session")
def clean_environment() -> Environment:
    """Gives the environment without what would change colors, widths or messages, and with some changes."""

    def changed(changes: Mapping[str, str] | None) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in INHERITED}
        return kept | {"TERM": "xterm-256color"} | dict(changes or {})

    return changed


@pytest.fixture(scope="session")
def expect_words() -> Callable[..., None]:
    """Fails if a run ended in a traceback, an internal error or an exit code that is not documented."""

    def expect(returncode: int, *streams: str) -> None:
        everything = "".join(streams)
        assert "Traceback" not in everything
        assert "Exception ignored" not in everything
        assert returncode in DOCUMENTED, everything

    return expect


@pytest.fixture(scope="session")
def finished(expect_words: Callable[..., None]) -> Callable[..., CompletedProcess[Any]]:
    """Makes the result of a run, with its output as text if asked for."""

    def finish(arguments: Any, returncode: int, output: bytes, messages: bytes, text: bool) -> CompletedProcess[Any]:
        shown, said = output.decode() if text else output, messages.decode()
        expect_words(returncode, said, shown if isinstance(shown, str) else "")
        return CompletedProcess(arguments, returncode, shown, said)

    return finish


@contextmanager
def as_if_alone(
    arguments: Sequence[str], cwd: Path | None, env: Mapping[str, str], stdin: bytes
) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Let the block see what a process of its own would see; gives its standard output and standard error.

    What the block leaves changed of the environment, the folder, the streams, the warnings or the collector of
    garbage is put back after it.
    """
    output, messages, before, collecting = io.BytesIO(), io.BytesIO(), dict(os.environ), gc.isenabled()
    streams = {
        "stdin": io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"),
        "stdout": io.TextIOWrapper(output, encoding="utf-8"),
        "stderr": io.TextIOWrapper(messages, encoding="utf-8", errors="backslashreplace", line_buffering=True),
    }
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.chdir(cwd or Path.cwd())
        patch.setattr(sys, "argv", ["aco", *arguments])
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))  # where typer looks for the program's name
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
            patch.setattr(sys, f"__{name}__", stream)
        patch.setattr(warnings, "showwarning", lambda *warning: sys.stderr.write(warnings.formatwarning(*warning[:4])))
        warnings.simplefilter("always")
        for category in SILENT_WARNINGS:
            warnings.simplefilter("ignore", category)
        os.environ.clear()
        os.environ.update(env)
        try:
            yield output, messages
        finally:
            os.environ.clear()
            os.environ.update(before)
            gc.unfreeze()
            (gc.enable if collecting else gc.disable)()
            for stream in streams.values():
                stream.flush()
                stream.detach()


@pytest.fixture(scope="session")
def aco(clean_environment: Environment, finished: Runner) -> Runner:
    """Runs `aco` with these arguments in this process, which takes a tenth of the time of a process of its own.

    `aco("settle", "2014", "r.csv", cwd=folder, env={"ACO_STRICT": "1"}, stdin=b"")` goes the whole way from the words
    of the command line to the exit code; standard output is text, or bytes with text=False, and never a terminal. An
    internal error comes out as the exception it is, unless `env` sets ACO_DEBUG to "".

    Use `aco_process` where the process is the point: real or closed streams, pipes, devices, signals, limits, the
    time of a start, what is imported, what libraries print past Python. `terminal` runs on a terminal.
    """
    from aco_cli.main import run

    def call(
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        text: bool = True,
    ) -> CompletedProcess[Any]:
        words = [str(argument) for argument in arguments]
        with as_if_alone(words, cwd, clean_environment({"ACO_DEBUG": "1", **(env or {})}), stdin) as (output, messages):
            with pytest.raises(SystemExit) as end:
                run()
            code = end.value.code
        returncode = code if isinstance(code, int) else int(code is not None)
        return finished(["aco", *words], returncode, output.getvalue(), messages.getvalue(), text)

    return call


@pytest.fixture(scope="session")
def program() -> str:
    """The path of the installed command."""
    path = Path(sys.executable).with_name("aco")
    assert path.exists(), "the command is not installed in this environment: run `make test`"
    return str(path)


@pytest.fixture(scope="session")
def aco_process(program: str, clean_environment: Environment, finished: Runner) -> Runner:
    """Runs the installed `aco` with these arguments in a process of its own, with the options of `subprocess.run`.

    Slow, most of a second each: for what `aco` cannot show.
    """

    def call(
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        text: bool = True,
        **options: Any,
    ) -> CompletedProcess[Any]:
        done = subprocess.run(
            [program, *map(str, arguments)],
            cwd=cwd,
            env=clean_environment(env),
            input=stdin,
            timeout=PATIENCE,
            check=False,
            **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
        )
        return finished(done.args, done.returncode, done.stdout or b"", done.stderr or b"", text)

    return call


@pytest.fixture(scope="session")
def patience() -> int:
    """The only limit in time that a test may set; it is there to end what hangs."""
    return PATIENCE


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C interrupts this process and those that it starts, as on a terminal; in a background job it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of CMS's public use files, which are not part of the project."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("CMS public use files not present at ../shared/data")
    return folder


@pytest.fixture(scope="session")
def canonical() -> Callable[[Sequence[Mapping[str, Any]]], pd.DataFrame]:
    return canonical_frame


SITUATIONS = tuple(situation for situation in RuleBook().situations() if situation.program == "mssp")


def random_row(random: Random, situation: Situation) -> dict[str, Any]:
    """A roster row of a track and year; spending is near the benchmark and figures sit on edges often."""

    def perhaps(*values: Any) -> Any:
        return random.choice((None, *values))

    def rarely(*values: Any) -> Any:
        return random.choice((*[None] * 4 * len(values), *values))

    year = situation.year
    benchmark = round(10 ** random.uniform(5, 9.7), 2)
    edges = (1.0, 0.98, 1.02, 0.961, 1.039, 0.9, 1.1, 0.5, 2.0)
    ratio = random.choice((random.choice(edges), random.uniform(0.9, 1.1), random.uniform(0.2, 3)))
    fraction = random.choice((0.0, 1.0, 0.5, 1 / 3, 0.8, random.random(), random.random()))
    return {
        "program": situation.program,
        "track": situation.track,
        "performance_year": year,
        "benchmark_total": None if random.random() < 0.04 else benchmark,
        "expenditure_total": None if random.random() < 0.04 else benchmark * ratio,
        "assigned_beneficiaries": perhaps(
            499, 500, 4_999, 5_000, 59_999, *[random.randint(0, 90_000) for _ in range(9)]
        ),
        "quality_score": perhaps(fraction, fraction),
        "quality_reported": perhaps(True, False),
        "quality_standard_met": perhaps(True, True, False),
        "quality_alternative_met": perhaps(True, False),
        "first_performance_year": rarely(True, False),
        "agreement_period": perhaps(1, 2, 3),
        "agreement_year": perhaps(1, 2, 3, 4),
        "agreement_start": perhaps("2019-07-01", "2023-12-31", "2024-01-01"),
        "msr_election": random.choice(("", "sliding", "0", "0.005", "0.01", "0.015", "0.02")),
        "published_msr": rarely(0.0, 0.005, 0.02, 0.025, 0.0311),
        "minimum_rate": rarely(0.0, 0.01, 0.05),
        "sharing_rate": rarely(fraction),
        "loss_rate": rarely(fraction),
        "payment_limit": rarely(fraction),
        "loss_limit": rarely(fraction),
        "participant_revenue": perhaps(benchmark * 0.2, benchmark * 2),
        "loss_limit_basis": random.choice(("", "revenue", "benchmark")),
        "low_revenue": perhaps(True, False),
        "half_rate": rarely(True, False),
        "guardrail": rarely(True, False),
        "euc_share": rarely(fraction),
        "euc_adjustment": rarely(benchmark * 0.00937),
        "months": rarely(6, 12, 18, 21),
        "terminated_on": rarely(f"{year}-06-30", f"{year}-07-01", f"{year}-12-31", f"{year - 1}-05-05"),
        "termination_kind": random.choice(("", "voluntary", "involuntary")),
        "mid_year_termination": rarely(True, False),
        "advance_balance": rarely(benchmark * 0.01, 1e9),
        "deferred_to": rarely(year, year + 1),
        "prepaid_balance": Random(benchmark).choice((*[None] * 8, benchmark * 0.01, 1e9)),
    }


@pytest.fixture(scope="session")
def make_rows() -> Callable[..., list[dict[str, Any]]]:
    """Random roster rows of some tracks and years: `make_rows(seed, how_many)`, the same for the same seed.

    A run costs time for every track and year in it, so a roster has few of them and different seeds have others.
    """

    def make(seed: int, how_many: int, tracks: Sequence[str] = (), situations: int = 6) -> list[dict[str, Any]]:
        random = Random(seed)
        possible = [situation for situation in SITUATIONS if not tracks or situation.track in tracks]
        chosen = random.sample(possible, min(situations, len(possible)))
        return [random_row(random, random.choice(chosen)) for _ in range(how_many)]

    return make


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutations", type=int, default=200, help="How many changed rosters to read.")
    parser.addoption("--random-rows", type=int, default=3_000, help="How many rows to settle in two ways.")
    parser.addoption("--fuzz", type=int, default=125, help="How many files and command lines to change.")
    parser.addoption("--fuzz-from", type=int, default=0, help="The first of them, to try others or one again.")
    parser.addoption("--kills", type=int, default=15, help="How many runs to kill.")
    parser.addoption("--populations", type=int, default=1, help="How many populations to compute by two engines.")
    parser.addoption("--rosters", type=int, default=2, help="How many rosters to give to library and command.")
    parser.addoption("--recalculations", type=int, default=1, help="How often LibreOffice recalculates.")
