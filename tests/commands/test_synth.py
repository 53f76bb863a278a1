"""`aco synth` writes a whole population or nothing, the same for the same options, in bounded memory."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pyarrow.parquet as pq
import pytest

from aco_cli.synth.population import FILES

Aco = Callable[..., CompletedProcess[str]]
SMALL = ("--acos", "2", "--beneficiaries", "150", "--claims-per-month", "0.5")
PEAK = """
import sys
from pathlib import Path
from aco_cli.synth.population import write_population
from aco_cli.synth.plan import Plan
counts = write_population(Plan(acos=int(sys.argv[2]), beneficiaries=2_000, year=2023, seed=1, claims_per_month=1.0),
                          Path(sys.argv[1]))
status = Path("/proc/self/status").read_text()
print(counts["claims"], next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_it_writes_every_file_and_says_how_much(aco: Aco, tmp_path: Path) -> None:
    done = aco("synth", "pop", *SMALL, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert set(held(tmp_path / "pop")) == set(FILES)
    claims = pq.read_metadata(tmp_path / "pop" / "claims.parquet").num_rows
    assert done.stderr.startswith(f"wrote {claims:,} claims, ")


def test_the_same_options_give_the_same_bytes_and_another_seed_others(aco: Aco, tmp_path: Path) -> None:
    for name, seed in (("one", "7"), ("two", "7"), ("other", "8")):
        aco("synth", name, *SMALL, "--seed", seed, cwd=tmp_path)
    one, two, other = (held(tmp_path / name) for name in ("one", "two", "other"))
    assert one == two
    assert all(one[name] != other[name] for name in FILES)


def test_without_expected_all_other_files_are_the_same(aco: Aco, tmp_path: Path) -> None:
    aco("synth", "with", *SMALL, cwd=tmp_path)
    aco("synth", "without", *SMALL, "--no-expected", cwd=tmp_path)
    both = held(tmp_path / "with")
    both.pop("expected.csv")
    assert both == held(tmp_path / "without")


def test_a_folder_in_use_is_refused_and_replaced_only_when_asked(aco: Aco, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = aco("synth", tmp_path, *SMALL)
    assert (done.returncode, set(held(tmp_path))) == (3, {"mine.txt"})
    assert "not empty" in done.stderr
    aco("synth", tmp_path, *SMALL, "--force")
    aco("synth", tmp_path, *SMALL, "--force", "--no-expected")
    assert set(held(tmp_path)) == {"mine.txt", *FILES} - {"expected.csv"}


def test_another_layout_in_the_same_folder_leaves_nothing_of_the_one_before(aco: Aco, tmp_path: Path) -> None:
    """Claims in two layouts beside each other, or deliveries of two seeds, would be counted twice."""

    def files() -> set[str]:
        return {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}

    for options in (("--layout", "cclf", "--seed", "2"), ("--layout", "cclf", "--acos", "1")):
        assert aco("synth", tmp_path, *SMALL, *options, "--force").returncode == 0
    assert {name.split(".")[1] for name in files() if name.startswith("cclf/P.")} == {"A0001"}
    assert "claims.parquet" not in files()
    aco("synth", tmp_path, *SMALL, "--force")
    assert files() == set(FILES)


@pytest.mark.parametrize(
    "wrong", [("--year", "2019"), ("--year", "2026"), ("--acos", "0"), ("--beneficiaries", "0"), ("--seed", "-1")]
)
def test_what_cannot_be_drawn_is_refused(aco: Aco, tmp_path: Path, wrong: tuple[str, str]) -> None:
    done = aco("synth", "pop", *wrong, cwd=tmp_path)
    assert done.returncode == 2
    assert wrong[0] in done.stderr
    assert not held(tmp_path)


def test_a_full_disk_is_told_and_leaves_nothing(aco_process: Aco, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))

    done = aco_process("synth", "pop", *SMALL, cwd=tmp_path, preexec_fn=little_room)
    assert done.returncode == 3
    assert "cannot write folder 'pop': " in done.stderr
    assert not held(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="needs locks of folders")
def test_a_killed_run_leaves_no_folder_and_its_leftovers_go_with_the_next(
    program: str, aco: Aco, tmp_path: Path
) -> None:
    arguments = [program, "synth", "pop", "--acos", "1000", "--beneficiaries", "2000"]
    with subprocess.Popen(arguments, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        while not list(tmp_path.glob(".aco-folder-*/claims.parquet")):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".aco-folder-")
    assert aco("synth", "pop", *SMALL, cwd=tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["pop"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_memory_does_not_grow_with_the_population(tmp_path: Path) -> None:
    def peak(acos: int) -> tuple[int, int]:
        folder = tmp_path / str(acos)
        folder.mkdir()
        ran: Any = subprocess.run(
            [sys.executable, "-c", PEAK, str(folder), str(acos)], capture_output=True, text=True, check=True
        )
        claims, kilobytes = map(int, ran.stdout.split())
        return claims, kilobytes

    few, before = peak(3)
    many, after = peak(18)
    assert many > 5 * few
    assert after - before < 60_000, "fifteen more blocks of people, at about 40 MB each"


def test_claims_per_month_must_be_a_number(aco: Aco, tmp_path: Path) -> None:
    done = aco("synth", "out", "--claims-per-month", "nan", cwd=tmp_path)
    assert done.returncode == 2
    assert "Invalid value for '--claims-per-month'" in done.stderr
