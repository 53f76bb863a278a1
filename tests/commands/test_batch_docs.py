"""What docs/batch.md tells to put into a crontab or a script does what it says."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from aco_cli.commands.settings import SETTINGS

DOCUMENT = (Path(__file__).parents[2] / "docs" / "batch.md").read_text("utf-8")
Shell = Callable[[str], CompletedProcess[str]]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def shell(tmp_path: Path, program: str, roster_2014: Path, patience: int) -> Shell:
    """Runs a script as cron does, in a home folder whose subfolder `aco` holds the sample roster."""
    folder = tmp_path / "aco"
    folder.mkdir()
    shutil.copy(roster_2014, folder / "roster.csv")
    (folder / "roster.csv.gz").write_bytes(gzip.compress(roster_2014.read_bytes()))
    environment = {"HOME": str(tmp_path), "PATH": f"{Path(program).parent}:/usr/bin:/bin", "LANG": "C"}

    def run(script: str) -> CompletedProcess[str]:
        command = ["sh", "-c", script]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=patience, check=False
        )

    return run


def job() -> str:
    """The command of the crontab's last line: five fields of time come first, and `%` is escaped."""
    (crontab,) = blocks("crontab")
    fields = crontab.splitlines()[-1].split(maxsplit=5)
    assert all(re.fullmatch(r"[\d*,/-]+", field) for field in fields[:5])
    assert not re.search(r"(?<!\\)%", fields[5])
    return fields[5].replace("\\%", "%")


def test_cron_job_writes_its_files_and_is_silent(shell: Shell, tmp_path: Path) -> None:
    done = shell(job())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (output,) = (tmp_path / "aco").glob("settled-????-??-??.csv")
    assert len(output.read_text("utf-8").splitlines()) == 334
    assert output.with_name(output.name + ".manifest.json").exists()
    lines = (tmp_path / "aco" / "aco.log").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["read", "settled", "wrote", "wrote", "finished"]


def test_cron_job_that_fails_prints_why(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "aco" / "roster.csv").unlink()
    assert "file not found" in shell(job()).stdout


def test_script_tells_success_warnings_and_failure_apart(shell: Shell, tmp_path: Path) -> None:
    script = next(block for block in blocks("sh") if "case" in block)
    assert shell(script).stdout == blocks("text")[0]
    roster = tmp_path / "aco" / "roster.csv"
    text = roster.read_text("utf-8")
    roster.write_text(text.replace("146995248", "", 1))
    assert shell(script).stdout.startswith("settled, with warnings in settle.log\n")
    roster.write_text(text.replace("146995248", "many", 1))
    done = shell(script)
    assert (done.returncode, done.stdout) == (1, "roster.csv is not fit for use\n")


@pytest.mark.parametrize(("option", "start"), [("--format xlsx", b"PK\x03\x04"), ("--excel", b"\xef\xbb\xbfaco_id,")])
def test_pipe_into_a_spreadsheet(shell: Shell, tmp_path: Path, option: str, start: bytes) -> None:
    (script,) = [block for block in blocks("sh") if option in block]
    done = shell(script)
    assert (done.returncode, done.stderr) == (0, "")
    output = tmp_path / "aco" / re.findall(r"> (\S+)", script)[0]
    assert output.read_bytes().startswith(start)


def test_settings_documented_are_those_there_are(shell: Shell, tmp_path: Path) -> None:
    documented = re.findall(r"^\| `(\w+)` \| `ACO_(\w+)` \|", DOCUMENT, re.MULTILINE)
    assert [name for name, _ in documented] == list(SETTINGS)
    assert all(name.upper() == variable for name, variable in documented)
    for name, kind in SETTINGS.items():
        if issubclass(kind, StrEnum):
            assert re.search(rf"^\| `{name}` .*\| {', '.join(kind)} \|$", DOCUMENT, re.MULTILINE), name
    (tmp_path / "aco" / "our-rules").mkdir()
    (tmp_path / "aco" / "aco.toml").write_text(blocks("toml")[0])
    shown = json.loads(shell("aco config show --format json").stdout)
    found = {row["setting"]: row["value"] for row in shown if row["from"] == "aco.toml"}
    assert found == {
        "rules": "our-rules",
        "strict": "true",
        "log_format": "json",
        "expect_rules": "999bdf2a443b",
    }
    assert os.pathsep == ":"
