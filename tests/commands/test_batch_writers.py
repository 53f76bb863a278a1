"""Writers at the same time: under the output's name there is always one whole file. Kills are in tests/fuzz."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from aco_cli.outputs.write import write_output

Aco = Callable[..., CompletedProcess[str]]
SIZE = 1_000_000


def whole(target: Path) -> bool:
    """Whether a file holds all that one writer wrote, and nothing else."""
    data = target.read_bytes()
    return len(data) == SIZE and data.count(data[:1]) == SIZE


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".aco-")]


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
