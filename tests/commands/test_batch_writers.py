"""Writers that are killed and writers at the same time: under the output's name there is always one whole file."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from aco_cli.outputs.write import write_output

Aco = Callable[..., CompletedProcess[str]]
posix = pytest.mark.skipif(os.name != "posix", reason="kills and forks as on POSIX")
SIZE = 1_000_000
KILLS = 200


def whole(target: Path) -> bool:
    """Whether a file holds all that one writer wrote, and nothing else."""
    data = target.read_bytes()
    return len(data) == SIZE and data.count(data[:1]) == SIZE


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".aco-")]


# One process imports the writer and is then copied for each kill: starting 200 of them would take minutes.
DRIVER = textwrap.dedent("""
    import os, random, signal, sys, time
    from aco_cli.outputs.write import write_output

    target, size, kills = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    random.seed(4)
    took = []
    for each in range(5):
        start = time.perf_counter()
        write_output(b"a" * size, target)
        took.append(time.perf_counter() - start)
    left = set()
    for kill in range(kills):
        writer = os.fork()
        if writer == 0:
            for letter in iter(lambda: random.choice(b"bcdefg"), None):
                write_output(bytes([letter]) * size, target)
        time.sleep(random.uniform(0, 2 * max(took)))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        with open(target, "rb") as file:
            data = file.read()
        if len(data) != size or data.count(data[:1]) != size:
            sys.exit(f"kill {kill}: {len(data)} bytes of {size}, {len(set(data))} writers")
        left.update(name for name in os.listdir(os.path.dirname(target)) if name.startswith(".aco-"))
    print(len(left))
""")


@posix
@pytest.mark.slow
def test_200_kills_at_random_moments_leave_a_whole_file_each_time(tmp_path: Path, patience: int) -> None:
    """The kills that hit a write, of which there are some, are seen by the hidden file that the writer left."""
    target = tmp_path / "out.csv"
    command = [sys.executable, "-c", DRIVER, str(target), str(SIZE), str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patience, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
    write_output(b"z" * SIZE, str(target))
    assert list(tmp_path.iterdir()) == [target]
    assert whole(target)


@posix
@pytest.mark.slow
def test_kill_of_the_command_leaves_the_old_file_or_the_new_one(
    aco_process: Aco, program: str, roster_2014: Path, tmp_path: Path
) -> None:
    """At moments spread over the whole run, from its start to after its end."""
    old, target = tmp_path / "old.csv", tmp_path / "out.csv"
    start = time.perf_counter()
    aco_process("settle", "2014", roster_2014, "-o", tmp_path / "new.csv")
    took = time.perf_counter() - start
    outcomes = (b"old", (tmp_path / "new.csv").read_bytes())
    for part in range(8):
        target.write_bytes(b"old")
        with subprocess.Popen([program, "settle", "2014", str(roster_2014), "-o", str(target)]) as process:
            time.sleep(took * (part + random.random()) / 6)
            process.send_signal(signal.SIGKILL)
        assert target.read_bytes() in outcomes
    assert not old.exists()


def test_two_runs_at_once_leave_one_whole_file(
    program: str, aco: Aco, roster_2014: Path, tmp_path: Path, patience: int
) -> None:
    """Real runs with different results, several times."""
    target = tmp_path / "out.csv"
    kinds = [[], ["--exact"], ["--columns", "aco_id"]]
    expected = {aco("settle", "2014", roster_2014, *options).stdout.encode() for options in kinds}
    assert len(expected) == 3
    for _ in range(2):
        command = [program, "settle", "2014", str(roster_2014), "-o", str(target)]
        runs = [subprocess.Popen([*command, *options]) for options in kinds]
        assert [run.wait(patience) for run in runs] == [0, 0, 0]
        assert target.read_bytes() in expected
        assert list(tmp_path.iterdir()) == [target]


WRITER = textwrap.dedent("""
    import sys
    from aco_cli.outputs.write import write_output
    for _ in range(40):
        write_output(sys.argv[2].encode() * int(sys.argv[3]), sys.argv[1])
""")


def test_writers_at_once_never_show_a_mixture_and_all_succeed(tmp_path: Path) -> None:
    """Nor does one take another's hidden file for a leftover."""
    target = tmp_path / "out.csv"
    write_output(b"a" * SIZE, str(target))
    command = [sys.executable, "-c", WRITER, str(target)]
    writers = [subprocess.Popen([*command, letter, str(SIZE)], stderr=subprocess.PIPE, text=True) for letter in "bcde"]
    looks = 0
    while any(writer.poll() is None for writer in writers):
        assert whole(target)
        looks += 1
    assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [("", 0)] * 4
    assert looks > 0
    assert list(tmp_path.iterdir()) == [target]


def test_leftover_of_another_output_stays(tmp_path: Path) -> None:
    """Its own next run removes it."""
    write_output(b"new", str(tmp_path / "one.csv"))
    (tmp_path / ".aco-0123456789ab-0123456789abcdef.tmp").write_bytes(b"half")
    write_output(b"new", str(tmp_path / "one.csv"))
    assert len(hidden(tmp_path)) == 1
