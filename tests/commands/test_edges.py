"""Where a run meets the edges of its surroundings: closed streams, early Ctrl-C, what cannot be used as a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from subprocess import CompletedProcess
from typing import get_args

import pytest

from aco_cli.commands.options import WRITTEN
from aco_cli.commands.table import COMMANDS

Aco = Callable[..., CompletedProcess[str]]
LONG = "a" * 5_000
POSIX = pytest.mark.skipif(os.name != "posix", reason="of POSIX systems")


@POSIX
def test_standard_input_that_is_closed_is_told(program: str, tmp_path: Path) -> None:
    done = subprocess.run(f"{program} settle 2014 - <&-", shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "found that it is closed; name a file, or pipe one in" in done.stderr


@POSIX
@pytest.mark.parametrize("words", ["--version", "--help", "rules show"])
def test_a_reader_that_has_gone_ends_any_command_with_141(program: str, words: str) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([program, *words.split()], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


@POSIX
@pytest.mark.parametrize("name", ["typer", ""])
def test_ctrl_c_while_modules_are_imported_is_no_traceback(name: str) -> None:
    """From the first module on that is imported beside the package's own; what Python starts with is not ours."""
    script = f"""
import __future__, os, signal, sys
for started in ("enum", "signal", "typing", "importlib"):
    sys.modules.pop(started, None)
class Interrupting:
    def find_spec(self, name, *_):
        if name == "{name}" or ("{name}" == "" and not name.startswith("aco_cli")):
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
signal.signal(signal.SIGINT, signal.default_int_handler)
import aco_cli.main
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_importing_the_command_line_leaves_ctrl_c_as_it_was() -> None:
    script = "import signal, aco_cli.main; assert signal.getsignal(signal.SIGINT) is signal.default_int_handler"
    script = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {script}"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ("settle", "2014", f"{LONG}.csv"),
        ("settle", "2014", "r.csv", "--rules", LONG),
        ("settle", "2014", "r.csv", "--expenditures", f"{LONG}.csv"),
        ("settle", "2014", "r.csv", "-o", f"{LONG}.csv"),
        ("whatif", "2014", "r.csv", "--scenario", f"{LONG}.yaml"),
        ("report", "2014", "r.csv", "-o", f"{LONG}.xlsx"),
        ("check", f"{LONG}.csv"),
        ("verify", f"{LONG}.json"),
    ],
)
def test_a_name_longer_than_any_file_s_is_told(aco: Aco, roster, words: tuple[str, ...]) -> None:
    done = aco(*words, cwd=roster().parent, env={"ACO_DEBUG": ""})
    assert done.returncode == 3
    assert "name too long" in done.stderr.lower()


def test_a_folder_that_may_not_be_read_is_told(aco: Aco, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "iterdir", refuse)
    done = aco("settle", "2014", tmp_path, env={"ACO_DEBUG": ""})
    assert done.returncode == 3
    assert "cannot be used: Permission denied" in done.stderr


@pytest.mark.parametrize(
    ("read", "written"), [("fold", "fold/r.csv"), ("./fold/", "fold/r.csv"), ("f*/*.csv", "fold/r.csv")]
)
def test_an_output_among_the_files_of_a_folder_or_pattern_is_refused(aco: Aco, roster, read: str, written: str) -> None:
    path = roster()
    (path.parent / "fold").mkdir()
    kept = path.rename(path.parent / "fold" / "r.csv")
    before = kept.read_bytes()
    done = aco("settle", "2014", read, "-o", written, cwd=path.parent)
    assert (done.returncode, kept.read_bytes()) == (2, before)
    assert f"--output {written}: it is an input too" in done.stderr
    (kept.parent / "r.svg").write_text("no table of the folder")
    assert aco("simulate", "2014", read, "--draws", "10", "-o", "fold/r.svg", cwd=path.parent).returncode == 0


def test_no_output_is_written_over_an_input_or_over_another(aco: Aco, tmp_path: Path) -> None:
    """Whatever option names it, and however it is spelled."""
    (tmp_path / "r.csv").write_text("kept")
    words = ("expenditures", "2023", "--claims", "c.csv", "--enrollment", "e.csv", "--assignment", "a.csv")
    lost = aco(*words, "--reference", "r.csv", "--audit", "./r.csv", cwd=tmp_path)
    assert (lost.returncode, (tmp_path / "r.csv").read_text()) == (2, "kept")
    assert "--audit ./r.csv: it is an input too" in lost.stderr
    for audit, output in (("./s.csv", ("-o", "s.csv")), ("-", ()), ("-", ("-o", "-"))):
        same = aco(*words, "--audit", audit, *output, cwd=tmp_path)
        assert (same.returncode, f"--audit {audit}: --output writes there too" in same.stderr) == (2, True)
    (tmp_path / "old.csv").write_text("of the run before")
    scratch = aco(*words, "--reference", "e.csv", "--temp", tmp_path, "-o", "old.csv", cwd=tmp_path)
    assert "it is an input too" not in scratch.stderr, (
        "nothing is read from the folder of what does not fit into memory"
    )
    residuals = aco("calibrate", "2014", "puf.csv", "--residuals", tmp_path / "x.csv", "-o", "x.csv", cwd=tmp_path)
    assert (residuals.returncode, "--output writes there too" in residuals.stderr) == (2, True)


def test_every_option_that_names_a_file_to_write_is_marked() -> None:
    for command in COMMANDS:
        for name, parameter in signature(command.run).parameters.items():
            marks = getattr(parameter.annotation, "__metadata__", ())
            is_told = any((getattr(mark, "help", "") or "").startswith("Write ") for mark in marks)
            is_written = name == "output" or (is_told and get_args(parameter.annotation)[0] is not bool)
            assert is_written == (WRITTEN in marks), (command.name, name)


@pytest.mark.parametrize("more", [(), ("--manifest",)])
@pytest.mark.parametrize("name", ["r.csv", "./r.csv", "link.csv"])
def test_an_output_that_is_an_input_is_refused(aco: Aco, roster, name: str, more: tuple[str, ...]) -> None:
    path = roster()
    before = path.read_bytes()
    (path.parent / "link.csv").symlink_to("r.csv")
    done = aco("settle", "2014", "r.csv", "-o", name, *more, cwd=path.parent)
    assert (done.returncode, path.read_bytes()) == (2, before)
    assert f"--output {name}: it is an input too" in done.stderr


def test_other_inputs_and_folders_of_them_are_kept_too(aco: Aco, roster) -> None:
    folder = roster().parent
    (folder / "totals.csv").write_text("aco_id,performance_year,expenditure_total\nA1,2014,90000000\n")
    done = aco("settle", "2014", "r.csv", "--expenditures", "totals.csv", "-o", "totals.csv", cwd=folder)
    assert done.returncode == 2
    assert aco("settle", "2014", folder, "-o", folder / "totals.csv").returncode == 2
    assert aco("settle", "2014", "r.csv", "-o", "new.csv", cwd=folder).returncode == 0
    assert aco("settle", "2014", "r.csv", "-o", "new.csv", cwd=folder).returncode == 0


@pytest.mark.parametrize("number", ["5e-324", "1e-31", "1.1e30", "1e308"])
def test_numbers_whose_products_overflow_are_refused(aco: Aco, roster, number: str) -> None:
    done = aco("settle", "2014", roster({"benchmark_total": number}))
    assert (done.returncode, done.stdout) == (3, "")
    assert f"column benchmark_total: expected a number that can be meant, found '{number}'" in done.stderr
    assert "Warning" not in done.stderr
    assert aco("whatif", "2014", roster(), "--set", f"benchmark_total={number}").returncode == 2


def test_every_command_that_writes_a_table_can_guard_it_against_formulas() -> None:
    writing = {command.name for command in COMMANDS if "format" in signature(command.run).parameters}
    guarding = {command.name for command in COMMANDS if "excel_safe" in signature(command.run).parameters}
    assert len(writing) > 15
    assert guarding == writing


def test_problems_of_a_file_whose_name_is_no_utf_8_are_told_and_written(aco, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.csv")
    (tmp_path / name).write_text("aco_id,program,track,assigned_beneficiaries\nA1,mssp,track-1,5\n")
    for words in (["--format", "csv"], ["-o", "problems.json"], []):
        done = aco("check", name, *words, cwd=tmp_path)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
        said = (tmp_path / "problems.json").read_text("utf-8") if words[:1] == ["-o"] else done.stdout
        assert "udcff.csv" in said


def test_a_file_whose_name_is_no_utf_8_is_read_and_named(aco, sample: Path, tmp_path: Path) -> None:
    """As names made on other systems may be; a manifest is text, and says that it cannot hold one."""
    name = os.fsdecode(b"\xff.csv")
    try:
        (tmp_path / name).write_bytes((sample / "roster_2014.csv").read_bytes())
    except OSError:
        pytest.skip("this file system has names of UTF-8 only")
    for words in (["settle", "2014", name], ["check", name], ["explain", "A00755", "2014", name]):
        assert aco(*words, cwd=tmp_path).returncode == 0, words
    assert aco("report", "2014", name, "-o", "r.html", cwd=tmp_path).returncode == 0
    assert "\\udcff.csv" in (tmp_path / "r.html").read_text("utf-8")
    done = aco("settle", "2014", name, "-o", "out.csv", "--manifest", cwd=tmp_path)
    assert (done.returncode, "is not UTF-8 and cannot be recorded" in done.stderr) == (2, True)
    assert aco("check", "none", name, cwd=tmp_path).returncode == 3
