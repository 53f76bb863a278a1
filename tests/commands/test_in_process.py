"""The fixture `aco`, on which most tests of commands rest: a run in this process is as a run of the installed command.

Only for these command lines is it compared with a process of its own; each is of another kind.
"""

from __future__ import annotations

import gc
import os
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Aco = Callable[..., CompletedProcess[Any]]

RUNS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "help-of-all": ([], {}),
    "help-of-one": (["settle", "--help"], {}),
    "wrong-usage": (["settel"], {"env": {"ACO_LOG_FORMAT": "text"}}),
    "completion": ([], {"env": {"_ACO_COMPLETE": "complete_bash", "COMP_WORDS": "aco se", "COMP_CWORD": "1"}}),
    "setting": (["config", "show"], {"env": {"ACO_EXACT": "1"}}),
    "settings-refused": (["settle", "2014", "roster_2014.csv"], {"env": {"ACO_FORMAT": "jsn"}}),
    "table": (["settle", "2014", "roster_2014.csv", "--format", "table"], {}),
    "bytes": (["settle", "2014", "-", "--format", "parquet"], {"stdin": True}),
    "findings": (["check", "broken_roster.csv"], {}),
    "input-refused": (["settle", "2014", "broken_roster.csv", "--log-format", "json"], {}),
    "warning": (["settle", "2014", "roster_small.csv", "--strict"], {}),
    "explain": (["explain", "A16226", "2014", "roster_2014.csv"], {}),
}

# What differs between runs in lines of JSON.
OF_THE_RUN = re.compile(r'"time": "[^"]*", |, "run": .*(?=\})')


@pytest.mark.parametrize(("arguments", "options"), RUNS.values(), ids=list(RUNS))
def test_streams_and_exit_code_are_those_of_a_process_of_its_own(
    aco: Aco, aco_process: Aco, sample: Path, roster_2014: Path, arguments: list[str], options: dict[str, Any]
) -> None:
    if "stdin" in options:
        options = options | {"stdin": roster_2014.read_bytes()}
    here = aco(*arguments, cwd=sample, text=False, **options)
    there = aco_process(*arguments, cwd=sample, text=False, **options)
    told = [OF_THE_RUN.sub("", each.stderr) for each in (here, there)]
    assert (here.returncode, here.stdout, told[0]) == (there.returncode, there.stdout, told[1])
    assert here.stdout + here.stderr.encode()


def test_run_leaves_nothing_changed_behind(aco: Aco, roster_2014: Path, tmp_path: Path) -> None:
    def state() -> tuple[Any, ...]:
        streams = sys.stdin, sys.stdout, sys.stderr, sys.__stdout__, sys.modules["__main__"], warnings.showwarning
        collector = gc.isenabled(), gc.get_freeze_count()
        return dict(os.environ), Path.cwd(), list(sys.argv), list(warnings.filters), streams, collector

    before = state()
    aco("settle", "2014", roster_2014, cwd=tmp_path, env={"ACO_EXACT": "1"})
    aco("settle", "2014", "none.csv", cwd=tmp_path)
    assert state() == before


def test_warning_of_a_library_reaches_standard_error_in_each_run(
    aco: Aco, roster_2014: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python tells a place only once in a process, and pytest keeps what it tells to itself."""
    from aco_cli.inputs.years import Years

    parse = Years.parse
    monkeypatch.setattr(Years, "parse", lambda text: warnings.warn("look out", stacklevel=1) or parse(text))
    for _ in range(2):
        assert "UserWarning: look out" in aco("settle", "2014", roster_2014).stderr
