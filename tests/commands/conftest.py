"""The installed command on a terminal, and the sample data; `aco` and `aco_process` are in the conftest above."""

from __future__ import annotations

import csv
import io
import os
import re
import struct
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Environment = Callable[[Mapping[str, str] | None], dict[str, str]]

SAMPLE = Path(__file__).parents[2] / "sample_data"
HEADER = "aco_id,aco_name,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,quality_score"
ROW = "A1,One,mssp,track-1,10000,100000000,90000000,0.9"


@dataclass(frozen=True)
class Screen:
    """What a terminal showed: every line without its color codes, and the bytes as they came."""

    returncode: int
    lines: list[str]
    raw: str
    stderr: str


@pytest.fixture(scope="session")
def terminal(
    program: str, clean_environment: Environment, expect_words: Callable[..., None], patience: int
) -> Callable[..., Screen]:
    """Runs `aco` with standard output on a terminal of a width."""
    fcntl, pty, termios = map(pytest.importorskip, ("fcntl", "pty", "termios"))

    def run(width: int, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Screen:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        command = [program, *map(str, arguments)]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, env=clean_environment(env)
        ) as process:
            os.close(theirs)
            raw = read_all(ours).decode().replace("\r\n", "\n")
            assert process.stderr is not None
            messages = process.stderr.read().decode()
            returncode = process.wait(patience)
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
