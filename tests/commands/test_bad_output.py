"""Output that cannot be written: a message, exit code 3, the old file whole; `| head` ends without a word."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Aco = Callable[..., CompletedProcess[Any]]

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
FULL = Path("/dev/full")
needs_full_device = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


def without_root() -> None:
    """Let file permissions hold for root too, in a process about to start."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def with_little_space() -> None:
    """Let files grow to a thousand bytes only, in a process about to start."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Path]:
    """An output of an earlier run."""
    folder = tmp_path / "out"
    folder.mkdir()
    file = folder / "old.csv"
    file.write_text("old")
    yield file
    folder.chmod(0o755)


def expect_untouched(old: Path) -> None:
    assert old.read_text() == "old"
    assert list(old.parent.iterdir()) == [old]


@pytest.mark.skipif(os.name != "posix", reason="permissions as on POSIX")
def test_old_output_stays_whole_in_a_read_only_folder(aco_process: Aco, roster_2014: Path, old: Path) -> None:
    old.parent.chmod(0o555)
    done = aco_process("settle", "2014", roster_2014, "-o", old, preexec_fn=without_root)
    assert done.returncode == 3
    assert "old.csv" in done.stderr
    assert "no permission" in done.stderr
    expect_untouched(old)


@pytest.mark.skipif(os.name != "posix", reason="limits as on POSIX")
def test_old_output_stays_whole_when_the_new_one_does_not_fit(aco_process: Aco, roster_2014: Path, old: Path) -> None:
    done = aco_process("settle", "2014", roster_2014, "-o", old, preexec_fn=with_little_space)
    assert done.returncode == 3
    assert "old.csv" in done.stderr
    expect_untouched(old)


def test_old_output_stays_whole_when_the_input_is_bad(aco: Aco, sample: Path, old: Path) -> None:
    done = aco("settle", "2014", sample / "broken_roster.csv", "-o", old)
    assert done.returncode == 3
    expect_untouched(old)


@needs_full_device
@pytest.mark.parametrize("command", ["settle", "check"])
def test_full_disk_is_an_error_in_words(aco_process: Aco, sample: Path, command: str) -> None:
    """`check` prints its findings by another way than `settle` its rows."""
    arguments = ["settle", "2014", sample / "roster_small.csv", "--expenditures", sample / "totals_small.csv"]
    with FULL.open("wb") as device:
        done = aco_process(
            *(arguments if command == "settle" else ["check", sample / "broken_roster.csv"]), stdout=device
        )
    assert done.returncode == 3
    assert "no space left" in done.stderr


def test_folder_that_does_not_exist_is_named(aco: Aco, sample: Path, tmp_path: Path) -> None:
    totals = ["--expenditures", sample / "totals_small.csv"]
    done = aco("settle", "2014", sample / "roster_small.csv", *totals, "-o", tmp_path / "none" / "out.csv")
    assert done.returncode == 3
    assert "the folder does not exist" in done.stderr


def test_device_of_standard_output_may_be_named(aco_process: Aco, sample: Path) -> None:
    if not Path("/dev/stdout").exists():
        pytest.skip("there is no /dev/stdout here")
    totals = ["--expenditures", sample / "totals_small.csv"]
    done = aco_process("settle", "2014", sample / "roster_small.csv", *totals, "-o", "/dev/stdout")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 11


@pytest.mark.parametrize(
    ("command", "files", "rows", "score", "codes"),
    [("settle 2014", 1, 2000, "0.9", {141}), ("check", 100, 10, "91.3", {1, 141})],
    ids=["settle", "check"],
)
def test_reader_that_goes_away_ends_the_run_without_a_word(
    program: str, tmp_path: Path, patience: int, command: str, files: int, rows: int, score: str, codes: set[int]
) -> None:
    """More output than a pipe holds, of which the reader takes one line. Findings are 1 whoever reads them."""
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("there is no bash here")
    header = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,quality_score\n"
    body = "".join(f"A{number},mssp,track-1,10000,100000000,90000000,{score}\n" for number in range(rows))
    (tmp_path / "r.csv").write_text(header + body)
    script = f'set -o pipefail; "{program}" {command}{" r.csv" * files} | head -n 1'
    done = subprocess.run(
        [shell, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=patience, check=False
    )
    assert done.stderr in ("", "11 problems in 1 file\n")
    assert len(done.stdout.splitlines()) == 1
    assert done.returncode in codes


def test_reader_of_messages_that_goes_away_does_not_end_the_run(
    program: str, tmp_path: Path, sample: Path, patience: int
) -> None:
    """A broken pipe on standard error is no finding (1): the output is whole and the run ends well."""
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("there is no bash here")
    run = f'"{program}" whatif 2014 "{sample / "roster_2014.csv"}" --set months=12 -o out.csv'
    script = f"{{ {run} 2>&1; echo $? >code; }} | true"
    subprocess.run([shell, "-c", script], cwd=tmp_path, capture_output=True, timeout=patience, check=True)
    assert (tmp_path / "code").read_text() == "0\n"
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 334
