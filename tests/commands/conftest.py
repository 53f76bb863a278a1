"""The installed command in a process of its own, with its output piped or on a terminal."""

from __future__ import annotations

import csv
import io
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[2] / "sample_data"
DOCUMENTED = {0, 1, 2, 3, 4, 141}
TIMEOUT = 120
INHERITED = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "ACO_DEBUG", "_ACO_COMPLETE", "TERM"}
HEADER = "aco_id,aco_name,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,quality_score"
ROW = "A1,One,mssp,track-1,10000,1000000,900000,0.9"


@dataclass(frozen=True)
class Screen:
    """What a terminal showed: every line without its colour codes, and the bytes as they came."""

    returncode: int
    lines: list[str]
    raw: str
    stderr: str


def environment(changes: Mapping[str, str] | None) -> dict[str, str]:
    """The environment without what would change colours, widths or messages."""
    kept = {name: value for name, value in os.environ.items() if name not in INHERITED}
    return kept | {"TERM": "xterm-256color"} | dict(changes or {})


def expect_words(returncode: int, *streams: str) -> None:
    """No run ends in a traceback, an internal error or an exit code that is not documented."""
    everything = "".join(streams)
    assert "Traceback" not in everything
    assert "Exception ignored" not in everything
    assert returncode in DOCUMENTED, everything


@pytest.fixture(scope="session")
def program() -> str:
    """The path of the installed command."""
    path = Path(sys.executable).with_name("aco")
    assert path.exists(), "the command is not installed in this environment: run `make test`"
    return str(path)


@pytest.fixture(scope="session")
def aco(program: str) -> Callable[..., CompletedProcess[Any]]:
    """Runs `aco` with these arguments; standard output is text, or bytes with text=False."""

    def run(
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
            env=environment(env),
            input=stdin,
            timeout=TIMEOUT,
            check=False,
            **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
        )
        output = (done.stdout or b"").decode() if text else done.stdout
        messages = (done.stderr or b"").decode()
        expect_words(done.returncode, messages, output if text else "")
        return CompletedProcess(done.args, done.returncode, output, messages)

    return run


@pytest.fixture(scope="session")
def terminal(program: str) -> Callable[..., Screen]:
    """Runs `aco` with standard output on a terminal of a width."""
    fcntl, pty, termios = map(pytest.importorskip, ("fcntl", "pty", "termios"))

    def run(width: int, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Screen:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        command = [program, *map(str, arguments)]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, env=environment(env)
        ) as process:
            os.close(theirs)
            raw = read_all(ours).decode().replace("\r\n", "\n")
            assert process.stderr is not None
            messages = process.stderr.read().decode()
            returncode = process.wait(TIMEOUT)
        expect_words(returncode, raw, messages)
        return Screen(returncode, re.sub(r"\x1b\[[0-9;]*m", "", raw).splitlines(), raw, messages)

    return run


def read_all(descriptor: int) -> bytes:
    """Everything that is written to a terminal until the program on it ends."""
    parts = []
    try:
        while part := os.read(descriptor, 65536):
            parts.append(part)
    except OSError:  # Linux says so when the last program has gone
        pass
    finally:
        os.close(descriptor)
    return b"".join(parts)


@pytest.fixture(scope="session")
def sample() -> Path:
    """The folder of the sample data."""
    return SAMPLE


@pytest.fixture(scope="session")
def roster_2014() -> Path:
    """The sample roster of all 333 ACOs of 2014."""
    return SAMPLE / "roster_2014.csv"


@pytest.fixture(scope="session")
def settled(aco: Callable[..., CompletedProcess[str]], roster_2014: Path) -> CompletedProcess[str]:
    """`aco settle 2014` on the sample roster, piped."""
    return aco("settle", "2014", roster_2014)


@pytest.fixture(scope="session")
def rows() -> Callable[[str], list[dict[str, str]]]:
    """Reads CSV text as a dictionary per row."""
    return lambda text: list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def roster(tmp_path: Path) -> Callable[..., Path]:
    """Writes a roster of rows that differ from a sound one in the cells named: `roster({"aco_id": "00123"})`."""

    def write(*changes: Mapping[str, str], name: str = "r.csv") -> Path:
        sound = dict(zip(HEADER.split(","), ROW.split(","), strict=True))
        records = [sound | change for change in changes or ({},)]
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for record in records for key in record)))
            writer.writeheader()
            writer.writerows(records)
        return path

    return write
