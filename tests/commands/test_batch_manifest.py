"""`--manifest` and `aco verify`: an untouched run is confirmed, and each kind of change is called by its name."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from aco_cli.commands.table import COMMANDS

Aco = Callable[..., CompletedProcess[str]]
MANIFEST = "out.csv.manifest.json"
RULE = (
    "label: Maximum sharing rate\nunit: fraction of savings\n"
    "values:\n  - {track: track-1, years: 2014, value: 0.4, status: assumed, cite: a test}\n"
)


def settle(aco: Aco, folder: Path, *options: str | Path) -> None:
    done = aco("settle", "2014", "roster.csv", "-o", "out.csv", "--manifest", *options, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")


def read(folder: Path, name: str = MANIFEST) -> dict[str, Any]:
    return json.loads((folder / name).read_text("utf-8"))


def differences(aco: Aco, folder: Path) -> list[str]:
    """What `aco verify` says has changed; nothing if it confirms the run in one line."""
    done = aco("verify", MANIFEST, cwd=folder)
    lines = done.stdout.splitlines()
    if done.returncode == 0:
        assert len(lines) == 1
        assert lines[0].startswith("out.csv: confirmed")
        return []
    assert done.returncode == 1
    return lines


@pytest.fixture
def folder(tmp_path: Path, roster_2014: Path) -> Path:
    """A folder with a roster and rules of its own."""
    shutil.copy(roster_2014, tmp_path / "roster.csv")
    (tmp_path / "rules" / "mssp").mkdir(parents=True)
    (tmp_path / "rules" / "mssp" / "maximum_sharing_rate.yaml").write_text(RULE)
    return tmp_path


@pytest.fixture
def run(aco: Aco, folder: Path) -> Path:
    """The folder after a recorded run."""
    settle(aco, folder, "--rules", "rules", "--quiet")
    return folder


def test_manifest_holds_what_the_run_rested_on_and_made(aco: Aco, folder: Path) -> None:
    settle(aco, folder)
    held, output, roster = read(folder), (folder / "out.csv").read_bytes(), (folder / "roster.csv").read_bytes()
    digest = hashlib.sha256(roster).hexdigest()
    assert held["inputs"] == [{"file": "roster.csv", "bytes": len(roster), "sha256": digest, "rows": 333}]
    digest = hashlib.sha256(output).hexdigest()
    assert held["outputs"] == [{"file": "out.csv", "bytes": len(output), "sha256": digest, "rows": 333}]
    assert held["command"] == "settle"
    assert held["options"]["years"] == "2014"
    assert held["options"]["exact"] is False
    assert held["counts"] == {"earned": 86, "below-msr": 89, "quality-failed": 6, "losses-not-shared": 152}
    assert held["tool"]["version"]
    assert {"python", "pandas", "pyarrow", "numpy"} <= set(held["libraries"])
    assert held["warnings"] == []


def test_second_run_writes_the_same_manifest(aco: Aco, folder: Path) -> None:
    settle(aco, folder)
    first = (folder / MANIFEST).read_bytes()
    settle(aco, folder)
    assert (folder / MANIFEST).read_bytes() == first


def test_manifest_holds_settings_warnings_and_every_file(aco: Aco, sample: Path, tmp_path: Path) -> None:
    totals = (sample / "totals_small.csv").read_text("utf-8") + "A99999,2014,1\n"
    (tmp_path / "totals.csv").write_text(totals)
    shutil.copy(sample / "roster_small.csv", tmp_path / "roster.csv")
    command = ["settle", "2014", "roster.csv", "--expenditures", "totals.csv", "-o", "out.csv", "--manifest"]
    done = aco(*command, cwd=tmp_path, env={"ACO_EXACT": "1"})
    held = read(tmp_path)
    assert held["options"]["exact"] is True
    assert [(each["file"], each["rows"]) for each in held["inputs"]] == [("roster.csv", 10), ("totals.csv", 11)]
    assert [f"warning: {warning}" for warning in held["warnings"]] == done.stderr.splitlines()
    assert "A99999" in held["warnings"][0]


@pytest.mark.parametrize("extension", ["csv", "parquet", "xlsx", "json", "md", "txt"])
def test_untouched_run_is_confirmed_in_every_format(aco: Aco, folder: Path, extension: str) -> None:
    output = f"out.{extension}"
    aco("settle", "2014", "roster.csv", "-o", output, "--manifest", "--sort", "-settlement", cwd=folder)
    done = aco("verify", f"{output}.manifest.json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{output}: confirmed, running again gives the bytes of the manifest (333 rows)\n"


RECORDED = {
    "settle": ["2014", "roster.csv", "--quality", "rates.csv"],
    "summary": ["2014", "roster.csv", "--by", "state"],
    "whatif": ["2014", "roster.csv", "--set", "quality_score=1", "--rule", "mssp.sequestration=0"],
    "simulate": ["2014", "roster.csv", "--draws", "100", "--aco", "A67373"],
    "reconcile": ["2014", "roster.csv"],
    "quality": ["2014", "rates.csv"],
    "benchmark": ["2022", "agreements.csv", "--expenditures", "expenditures.csv", "--reference", "reference.csv"],
}


def test_every_command_that_takes_manifest_is_among_those_recorded_here() -> None:
    assert set(RECORDED) == {command.name for command in COMMANDS if command.is_recorded}


@pytest.mark.parametrize("command", RECORDED)
def test_every_command_that_takes_manifest_is_recorded_and_confirmed(
    aco: Aco, folder: Path, sample: Path, command: str
) -> None:
    for name in ("agreements", "expenditures", "reference"):
        shutil.copy(sample / f"{name}_2022.csv", folder / f"{name}.csv")
    (folder / "rates.csv").write_text("aco_id,performance_year,performance_year_number,ACO-9\nA67373,2014,2,1\n")
    aco(command, *RECORDED[command], "-o", "out.csv", "--manifest", cwd=folder)
    assert read(folder)["command"] == command
    assert differences(aco, folder) == []


def test_reconcile_with_findings_keeps_its_code_and_its_manifest(aco: Aco, folder: Path) -> None:
    text = (folder / "roster.csv").read_text("utf-8")
    (folder / "roster.csv").write_text(text.replace(",0,0.0318", ",99999,0.0318", 1))
    done = aco("reconcile", "2014", "roster.csv", "-o", "out.csv", "--manifest", cwd=folder)
    assert done.returncode == 1
    assert differences(aco, folder) == []


def test_untouched_run_is_confirmed_whatever_the_settings_are_now(aco: Aco, run: Path) -> None:
    (run / "aco.toml").write_text('format = "json"\nexact = true\nstrict = true\n')
    assert differences(aco, run) == []


def test_verify_leaves_every_file_alone(aco: Aco, run: Path) -> None:
    (run / "out.csv").write_text("edited")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in run.rglob("*")}
    assert aco("verify", MANIFEST, cwd=run).returncode == 1
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in run.rglob("*")} == before


def test_changed_input_is_named(aco: Aco, run: Path) -> None:
    text = (run / "roster.csv").read_text("utf-8")
    (run / "roster.csv").write_text(text.replace("146995248", "146995249", 1))
    (line,) = differences(aco, run)
    assert line.startswith("input roster.csv: changed, sha256 ")


def test_missing_input_is_named(aco: Aco, run: Path) -> None:
    (run / "roster.csv").unlink()
    lines = differences(aco, run)
    assert lines[0].startswith(f"input roster.csv: not found from {run}")


@pytest.mark.parametrize("change", ["value", "name", "more"])
def test_changed_rules_are_named(aco: Aco, run: Path, change: str) -> None:
    folder = run / "rules" / "mssp"
    if change == "value":
        (folder / "maximum_sharing_rate.yaml").write_text(RULE.replace("0.4", "0.3"))
    elif change == "name":
        (folder / "maximum_sharing_rate.yaml").rename(folder / "another.yaml")
    else:
        (folder / "another.yaml").write_text(RULE)
    (line,) = differences(aco, run)
    assert line.startswith("rules: changed, sha256 ")


def test_missing_rules_folder_is_named(aco: Aco, run: Path) -> None:
    shutil.rmtree(run / "rules")
    assert differences(aco, run)[0].startswith("rules: rules: expected a folder of rules")


@pytest.mark.parametrize(
    ("part", "name", "value", "expected"),
    [
        ("tool", "version", "0.0.1", "tool: other version of aco, 0.0.1 -> "),
        ("tool", "sha256", "0" * 64, "tool: aco "),
        ("libraries", "pandas", "2.2.0", "library pandas: other version, 2.2.0 -> "),
        ("libraries", "python", "3.10.0", "library python: other version, 3.10.0 -> "),
    ],
)
def test_other_program_is_named(aco: Aco, run: Path, part: str, name: str, value: str, expected: str) -> None:
    """As if another version had written the manifest; the result is the same, and that is said too."""
    held = read(run)
    held[part][name] = value
    (run / MANIFEST).write_text(json.dumps(held))
    (line,) = differences(aco, run)
    assert line.startswith(expected)
    assert aco("verify", MANIFEST, cwd=run).stderr.startswith("running again gives the bytes of the manifest")


def test_edited_and_missing_output_are_named(aco: Aco, run: Path) -> None:
    (run / "out.csv").write_bytes((run / "out.csv").read_bytes() + b"\n")
    (line,) = differences(aco, run)
    assert line.startswith("output out.csv: changed, sha256 ")
    (run / "out.csv").unlink()
    (line,) = differences(aco, run)
    assert line.startswith("output out.csv: not found from ")


def test_result_that_differs_for_no_recorded_reason_is_said(aco: Aco, run: Path) -> None:
    held = read(run)
    (run / "out.csv").write_text("other")
    held["outputs"][0] |= {"sha256": hashlib.sha256(b"other").hexdigest(), "bytes": 5}
    (run / MANIFEST).write_text(json.dumps(held))
    (line,) = differences(aco, run)
    assert line.startswith("result: running again gives other bytes")


def test_all_changes_are_named_at_once(aco: Aco, run: Path) -> None:
    (run / "roster.csv").write_text((run / "roster.csv").read_text("utf-8") + "\n")
    (run / "rules" / "mssp" / "maximum_sharing_rate.yaml").write_text(RULE.replace("0.4", "0.3"))
    (run / "out.csv").unlink()
    assert [line.split(":")[0] for line in differences(aco, run)] == ["input roster.csv", "rules", "output out.csv"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"manifest": 1}', "aco_id\nA1\n"])
def test_what_is_no_manifest_is_refused(aco: Aco, tmp_path: Path, content: str) -> None:
    (tmp_path / MANIFEST).write_text(content)
    done = aco("verify", MANIFEST, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"{MANIFEST}: expected a manifest as --manifest writes it, found something else" in done.stderr


def test_output_in_place_of_its_manifest_is_refused_with_the_manifest(aco: Aco, run: Path) -> None:
    assert f"give {MANIFEST}" in aco("verify", "out.csv", cwd=run).stderr


@pytest.mark.parametrize(("part", "value"), [("command", "settel"), ("options", {"bogus": 1})])
def test_manifest_of_a_command_line_that_is_unknown_is_refused(aco: Aco, run: Path, part: str, value: Any) -> None:
    held = read(run)
    held[part] = value
    (run / MANIFEST).write_text(json.dumps(held))
    done = aco("verify", MANIFEST, cwd=run)
    assert (done.returncode, done.stdout) == (2, "")
    assert "does not know" in done.stderr


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("command", ["settle"]),
        ("command", None),
        ("options", []),
        ("outputs", []),
        ("outputs", [{"file": "out.csv", "bytes": 1, "sha256": "", "rows": "1"}]),
        ("inputs", [{"file": "r\0.csv", "bytes": 1, "sha256": "", "rows": 1}]),
        ("libraries", {"pandas": 3}),
        ("more", 1),
    ],
)
def test_manifest_with_something_of_another_kind_is_refused(aco: Aco, run: Path, part: str, value: Any) -> None:
    (run / MANIFEST).write_text(json.dumps({**read(run), part: value}))
    done = aco("verify", MANIFEST, cwd=run)
    assert (done.returncode, done.stdout) == (3, "")
    assert "expected a manifest as --manifest writes it, found something else" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "ten"), ("rules", [1]), ("max_unpacked", 3), ("files", None), ("format", "word"), ("exact", "no")],
)
def test_option_of_a_manifest_of_another_kind_is_refused(aco: Aco, run: Path, name: str, value: Any) -> None:
    held = read(run)
    held["options"][name] = value
    (run / MANIFEST).write_text(json.dumps(held))
    done = aco("verify", MANIFEST, cwd=run)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"the manifest has the option {name!r} with {value!r}, which is none" in done.stderr


def test_options_that_a_manifest_lacks_are_as_they_are_by_themselves(aco: Aco, run: Path) -> None:
    """A version that did not have them yet wrote it; without years and files there is nothing to run."""
    held = read(run)
    del held["options"]["limit"], held["options"]["join"]
    (run / MANIFEST).write_text(json.dumps(held))
    assert differences(aco, run) == []
    del held["options"]["years"]
    (run / MANIFEST).write_text(json.dumps(held))
    done = aco("verify", MANIFEST, cwd=run)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the manifest lacks the option 'years' of aco settle" in done.stderr


@pytest.mark.parametrize("options", [[], ["-o", "-"], ["-o", os.devnull]])
def test_manifest_without_a_file_to_stand_beside_is_refused(aco: Aco, folder: Path, options: list[str]) -> None:
    expect_no_place_for_a_manifest(aco("settle", "2014", "roster.csv", "--manifest", *options, cwd=folder))


def test_manifest_beside_the_device_of_standard_output_is_refused(aco_process: Aco, folder: Path) -> None:
    command = ["settle", "2014", "roster.csv", "--manifest", "-o", "/dev/stdout"]
    expect_no_place_for_a_manifest(aco_process(*command, cwd=folder))


def expect_no_place_for_a_manifest(done: CompletedProcess[str]) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert "-o FILE" in done.stderr


def test_manifest_of_standard_input_is_refused(aco: Aco, folder: Path) -> None:
    """Nobody could read it a second time."""
    data = (folder / "roster.csv").read_bytes()
    done = aco("settle", "2014", "-", "--manifest", "-o", "out.csv", cwd=folder, stdin=data)
    assert done.returncode == 2
    assert "standard input cannot be read a second time" in done.stderr
    assert not (folder / "out.csv").exists()


def test_failed_run_leaves_output_and_manifest_of_the_last_one(aco: Aco, run: Path) -> None:
    before = (run / "out.csv").read_bytes(), (run / MANIFEST).read_bytes()
    done = aco("settle", "2014", "none.csv", "-o", "out.csv", "--manifest", cwd=run)
    assert done.returncode == 3
    assert ((run / "out.csv").read_bytes(), (run / MANIFEST).read_bytes()) == before
