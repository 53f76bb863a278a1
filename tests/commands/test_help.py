"""Help fits 80 columns, its examples parse, its options are in panels; shells and `man` have the same words."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import util
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import typer

from aco_cli.commands import completion
from aco_cli.commands.command_line import command_line
from aco_cli.commands.help import INPUT, MESSAGES, OUTPUT, OWN, panels, parts

Aco = Callable[..., CompletedProcess[str]]
ROOT: Any = typer.main.get_command(command_line())
MAKE_MAN = Path(__file__).parents[2] / "docs" / "make_man.py"


def contexts(command: Any = ROOT, words: tuple[str, ...] = ("aco",), parent: Any = None) -> Iterator[Any]:
    ctx = command.context_class(command, info_name=words[-1], parent=parent, **command.context_settings)
    yield pytest.param(ctx, id="-".join(words))
    for name, each in getattr(command, "commands", {}).items():
        yield from contexts(each, (*words, name), ctx)


CONTEXTS = list(contexts())


def examples() -> list[str]:
    """Every example of every help as one command line."""
    texts = ["\n".join(parts(context.values[0].command.help)[1]) for context in CONTEXTS]
    lines = [line for text in texts for line in text.replace("\\\n", " ").splitlines()]
    return [line for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("ctx", CONTEXTS)
def test_help_fits_80_columns_and_says_nothing_in_part(ctx: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = ctx.get_help()
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    assert "...\n" not in shown.partition("\n")[2].replace("FILE...\n", "").replace(",...\n", "")


@pytest.mark.parametrize("example", examples())
def test_example_is_a_command_line_that_parses(example: str) -> None:
    """Its command, options and values exist; a pipe or a variable before it is the shell's."""
    words = shlex.split(example.rpartition(" | ")[2])
    command, ctx = ROOT, CONTEXTS[0].values[0]
    words = words[words.index("aco") + 1 :]
    words = words[2:] if words[0] == "--config" else words  # an option of `aco` itself
    while hasattr(command, "commands"):
        command = command.commands[words[0]]
        words = words[1:]
    command.make_context(command.name, words, parent=ctx)


def test_options_are_in_panels() -> None:
    (ctx,) = (context.values[0] for context in CONTEXTS if context.id == "aco-reconcile")
    held = {title: " ".join(names for names, _ in rows) for title, rows in panels(ctx.command, ctx).items()}
    assert list(held)[1:] == [OWN, INPUT, OUTPUT, MESSAGES]
    for title, names in {
        OWN: ["--published", "--by-year"],
        INPUT: ["--layout", "--track", "--quality"],
        OUTPUT: ["--columns", "--manifest"],
        MESSAGES: ["--strict", "--help"],
    }.items():
        assert [name for name in names if name not in held[title]] == []


@pytest.mark.parametrize("words", [(), ("settle",), ("rules", "diff")])
def test_h_is_help(aco: Aco, words: tuple[str, ...]) -> None:
    short = aco(*words, "-h")
    assert (short.returncode, short.stdout) == (0, aco(*words, "--help").stdout)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("aco settle 2014 r.csv --track basic-", [f"basic-{level}" for level in "abcde"]),
        ("aco settle 2014 roster_2014.csv --aco A673", ["A67345", "A67365", "A67373"]),
    ],
)
def test_shell_completes_the_words_of_the_field(
    aco_process: Callable[..., CompletedProcess[str]], sample: Path, line: str, expected: list[str]
) -> None:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1), "_ACO_COMPLETE": "complete_bash"}
    assert aco_process(env=words, cwd=sample).stdout.split() == expected


def test_completion_knows_columns_programs_and_scenarios() -> None:
    (ctx,) = (context.values[0] for context in CONTEXTS if context.id == "aco-rules-show")
    assert completion.columns(ctx, "stat") == ["status", "state"]
    assert completion.columns(ctx, "track,-stat") == ["track,-status", "track,-state"]
    assert completion.roster_columns("quality_s") == ["quality_score", "quality_standard_met"]
    assert completion.programs("pi") == ["pioneer"]
    assert completion.scenarios("no-q") == ["no-quality-penalty"]


def test_completion_finds_ids_in_the_files_of_the_folder(
    roster_2014: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no roster there is passed over."""
    shutil.copy(roster_2014, tmp_path)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)
    assert completion.acos("A6736") == ["A67365"]
    monkeypatch.setenv("COMP_WORDS", "aco settle 2014 other.csv --aco A6736")
    assert completion.acos("A6736") == []


def test_there_is_a_manual_page_of_each_command_with_the_text_of_its_help(tmp_path: Path, patience: int) -> None:
    spec = util.spec_from_file_location("make_man", MAKE_MAN)
    assert spec is not None
    assert spec.loader is not None
    make_man = util.module_from_spec(spec)
    spec.loader.exec_module(make_man)
    make_man.write_pages(tmp_path)
    assert {page.stem for page in tmp_path.iterdir()} == {context.id for context in CONTEXTS}
    settle = (tmp_path / "aco-settle.1").read_text("utf-8").replace("\\-", "-")
    assert "aco settle 2014 roster.csv" in settle
    assert ".B --limit N\nOnly the first N rows of the result." in settle
    if shutil.which("groff") and sys.platform == "linux":
        for page in tmp_path.iterdir():
            done = subprocess.run(
                ["groff", "-man", "-ww", "-Tutf8", page], capture_output=True, text=True, check=True, timeout=patience
            )
            assert done.stderr == "", page
