"""Standard error for people and for programs: text or JSON lines, quiet, and nothing that moves off a terminal."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Aco = Callable[..., CompletedProcess[str]]
Roster = Callable[..., Path]


def events(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    """Every line of standard error, each a JSON object."""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_steps_are_told_only_when_asked_for(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    roster()
    command = ["settle", "2014", "r.csv", "-o", "out.csv"]
    assert aco(*command, cwd=tmp_path).stderr == ""
    assert aco(*command, "--log-format", "text", cwd=tmp_path).stderr.splitlines() == [
        "read 1 rows of r.csv",
        "settled 1 rows: 1 earned",
        "wrote 1 rows to out.csv",
    ]


def test_json_tells_each_step_with_rows_and_file(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    roster({"aco_id": "A1"}, {"aco_id": "A2", "expenditure_total": ""})
    done = aco("settle", "2014", "r.csv", "-o", "out.csv", "--manifest", "--log-format", "json", cwd=tmp_path)
    read, settled, warning, wrote, manifest, finished = events(done)
    assert (finished["event"], finished["exit_code"], finished["command"]) == ("finished", 0, "settle")
    assert {"level": "info", "event": "read", "rows": 2, "file": "r.csv"}.items() <= read.items()
    assert settled["event"] == "settled"
    assert settled["outcomes"] == {"earned": 1, "not-calculable": 1}
    assert {"event": "wrote", "rows": 2, "file": "out.csv"}.items() <= wrote.items()
    assert (warning["level"], warning["event"]) == ("warning", "warning")
    assert "1 of 2 rows are not-calculable" in warning["message"]
    assert manifest["file"] == "out.csv.manifest.json"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["settle", "2014", "none.csv"], 3, "file not found"),
        (["settle", "20x4", "r.csv"], 2, "expected YEARS"),
        (["settle", "2014", "r.csv", "--bogus"], 2, "--bogus"),
        (["settle", "2014", "r.csv", "--format", "xml"], 2, "xml"),
        (["settle", "2014"], 2, "FILE"),
        (["settle", "2014", "r.csv", "-o", "none/out.csv"], 3, "folder does not exist"),
    ],
)
@pytest.mark.parametrize("way", ["flag", "variable", "file"])
def test_errors_are_json_too_however_quiet(
    aco: Aco, roster: Roster, tmp_path: Path, arguments: list[str], code: int, words: str, way: str
) -> None:
    roster()
    if way == "file":
        (tmp_path / "aco.toml").write_text('log_format = "json"\nquiet = true\n')
    flags = ["--quiet", "--log-format=json"] if way == "flag" else []
    environment = {"ACO_LOG_FORMAT": "json", "ACO_QUIET": "1"} if way == "variable" else {}
    done = aco(*arguments, *flags, cwd=tmp_path, env=environment)
    (error,) = events(done)
    assert done.returncode == code
    assert error["level"] == "error"
    assert words in error["message"]


def test_problems_of_inputs_have_their_place_as_fields(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    roster({"quality_score": "91.3"})
    error, finished = events(aco("settle", "2014", "r.csv", "--log-format", "json", cwd=tmp_path))
    assert finished["exit_code"] == 3
    assert (error["file"], error["row"], error["column"], error["found"]) == ("r.csv", 2, "quality_score", "'91.3'")


def test_error_in_settings_is_told_as_the_flag_asks(aco: Aco, tmp_path: Path) -> None:
    (tmp_path / "aco.toml").write_text("bogus = 1\n")
    error, finished = events(aco("settle", "2014", "r.csv", "--log-format", "json", cwd=tmp_path))
    assert finished["exit_code"] == 3
    assert "unknown key 'bogus'" in error["message"]


def test_every_line_has_time_run_command_and_seconds(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    """By which a collector of logs tells runs apart; in order, and the same ID only within a run."""
    roster({"expenditure_total": ""})
    first, second = (
        events(aco("settle", "2014", "r.csv", "--strict", "--log-format", "json", cwd=tmp_path)) for _ in range(2)
    )
    assert [len({line["run"] for line in lines}) for lines in (first, second)] == [1, 1]
    assert first[0]["run"] != second[0]["run"]
    assert {line["command"] for line in first} == {"settle"}
    assert [line["seconds"] for line in first] == sorted(line["seconds"] for line in first)
    assert all(datetime.fromisoformat(line["time"]).tzinfo for line in first)
    assert (first[-1]["event"], first[-1]["exit_code"], first[-1]["level"]) == ("finished", 4, "error")


def test_command_of_two_words_is_named_in_full(aco: Aco, tmp_path: Path) -> None:
    done = aco("rules", "diff", "1999", "2000", "--log-format", "json", cwd=tmp_path)
    assert {line["command"] for line in events(done)} == {"rules diff"}


@pytest.mark.parametrize("place", [0, 3])
def test_command_is_named_wherever_its_settings_are_from(aco: Aco, roster: Roster, tmp_path: Path, place: int) -> None:
    roster()
    (tmp_path / "our.toml").write_text('log_format = "json"\n')
    words = ["settle", "2014", "r.csv"]
    words[place:place] = ["--config", "our.toml"]
    for more in ((), ("--bogus",)):
        assert {line["command"] for line in events(aco(*words, *more, cwd=tmp_path))} == {"settle"}


def test_words_within_a_value_ask_for_nothing(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    roster()
    value = "x --log-format json --quiet y"
    done = aco("settle", "2014", "r.csv", "--where", value, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "finished" not in done.stderr


def test_quiet_leaves_out_steps_and_warnings(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    roster({"expenditure_total": ""})
    assert aco("settle", "2014", "r.csv", "--quiet", "--log-format", "json", cwd=tmp_path).stderr == ""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A roster that takes a while."""
    path = tmp_path_factory.mktemp("large") / "large.csv"
    with path.open("w") as file:
        file.write("aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,quality_score\n")
        file.writelines(f"A{number},mssp,track-1,10000,100000000,90000000,0.9\n" for number in range(250_000))
    return path


def test_nothing_moves_off_a_terminal(aco: Aco, large: Path) -> None:
    assert aco("settle", "2014", large, "--columns", "aco_id").stderr == ""


@pytest.mark.parametrize(
    ("options", "environment", "moves"),
    [([], {}, True), (["--quiet"], {}, False), ([], {"TERM": "dumb"}, False)],
    ids=["terminal", "quiet", "dumb"],
)
def test_long_work_shows_itself_on_a_terminal(
    program: str, large: Path, options: list[str], environment: dict[str, str], moves: bool
) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [
        program,
        "settle",
        "2014",
        str(large),
        "--columns",
        "aco_id",
        "-o",
        str(large.parent / "o.csv"),
        *options,
    ]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "TERM": "xterm", **environment}
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # Linux says so when the last program has gone
            pass
        os.close(ours)
    assert process.returncode == 0
    assert (b"settling" in shown) is moves
    assert moves or shown == b""
