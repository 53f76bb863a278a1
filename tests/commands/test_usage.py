"""Wrong usage, help, version and completion; years, tracks and layouts that do not exist."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from aco_cli.commands.table import COMMANDS, FAMILIES

Aco = Callable[..., CompletedProcess[str]]
Roster = Callable[..., Path]

NAMES = [command.name for command in COMMANDS]
PURPOSES = list(dict.fromkeys(command.purpose for command in COMMANDS))


def described(shown: str) -> list[str]:
    """The commands that a help text lists, each of which it says something of."""
    before = shown.partition("Options:\n")[0]
    lists = [before.partition(f"\n{title}:\n")[2].partition("\n\n")[0] for title in (*PURPOSES, "Commands")]
    lines = [line for text in lists for line in text.splitlines()]
    assert [line for line in lines if len(line.split(maxsplit=1)) < 2] == []
    return [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]


def test_no_arguments_show_the_commands(aco: Aco) -> None:
    done = aco()
    shown = done.stdout + done.stderr
    assert "Usage: aco" in shown
    assert described(shown) == list(dict.fromkeys(name.split()[0] for name in NAMES))


@pytest.mark.parametrize("family", FAMILIES)
def test_first_word_that_commands_share_shows_them(aco: Aco, family: str) -> None:
    done = aco(family, "--help")
    assert f"Usage: aco {family} " in done.stdout
    assert FAMILIES[family] in done.stdout
    assert described(done.stdout) == [name.split()[1] for name in NAMES if name.startswith(f"{family} ")]


@pytest.mark.parametrize("name", NAMES)
def test_help_shows_usage_and_an_example(aco: Aco, name: str) -> None:
    done = aco(*name.split(), "--help")
    assert done.returncode == 0
    assert f"Usage: aco {name} [OPTIONS]" in done.stdout
    assert re.search(rf"^  aco {name}\b", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_usage_shows_several_files_as_such_and_nothing_in_braces(aco: Aco, name: str) -> None:
    shown = aco(*name.split(), "--help").stdout
    (usage,) = re.findall("^Usage: .*", shown, re.MULTILINE)
    (command,) = (command for command in COMMANDS if command.name == name)
    assert "{" not in usage
    assert usage.endswith(("FILE...", "[FILE]...")) == ("files" in signature(command.run).parameters)
    listed = re.search(r"^  FILE(\.\.\.)? ", shown, re.MULTILINE)
    assert listed or "files" not in signature(command.run).parameters


@pytest.mark.parametrize("name", NAMES)
def test_option_that_may_be_given_again_says_so(aco: Aco, name: str) -> None:
    """Names with commas between say it by their form."""
    (command,) = (command for command in COMMANDS if command.name == name)
    help_of = signature(command.run).parameters.values()
    repeated = [each for each in help_of if "list[str]" in str(each.annotation) and "Option" in str(each.annotation)]
    for each in repeated:
        (option,) = each.annotation.__metadata__
        assert "repeatable" in option.help or option.metavar.endswith(",..."), each.name


def test_version_is_that_of_the_package_and_tells_rules_apart(aco: Aco) -> None:
    from aco_cli import __version__
    from aco_cli.rules.fingerprint import rules_fingerprint

    assert aco("--version").stdout == f"aco {__version__}, rules {rules_fingerprint()[:12]}\n"


def test_completion_script_is_for_the_shell_asked_for(aco: Aco) -> None:
    done = aco(env={"_ACO_COMPLETE": "source_bash"})
    assert done.returncode == 0
    assert "complete -o default -F _aco_completion aco" in done.stdout


def test_completion_knows_commands_and_formats(aco: Aco) -> None:
    def complete(line: str) -> list[str]:
        words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
        return aco(env={"_ACO_COMPLETE": "complete_bash", **words}).stdout.split()

    assert complete("aco se") == ["settle"]
    assert complete("aco settle 2014 r.csv --format pa") == ["parquet"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["settel"], ["settle"]),
        (["settle"], ["YEARS"]),
        (["settle", "2014"], ["FILE"]),
        (["settle", "2014", "r.csv", "--bogus"], ["--bogus"]),
        (["settle", "2014", "r.csv", "--format", "xml"], ["xml", "parquet"]),
        (["settle", "2014", "r.csv", "--layout", "foo"], ["foo", "cms-puf"]),
        (["project", "2024", "r.csv", "--seed", "-1"], ["--seed", "greater than or equal to 0"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) and value else None,
)
def test_wrong_usage_says_what_is_expected(aco: Aco, arguments: list[str], expected: list[str]) -> None:
    done = aco(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert [part for part in expected if part not in done.stderr] == [], done.stderr


PLAIN_ROSTER = ("2014", "r.csv")
VARIED = ("whatif", *PLAIN_ROSTER, "--vary", "quality_score=0.5..1:0.25", "-o", "t.svg")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("summary", *PLAIN_ROSTER, "--figure", "savings"), "--figure does not apply without --wide"),
        ((*VARIED, "--totals"), "--totals does not apply to -o t.svg"),
        ((*VARIED, "--by", "track"), "--by does not apply to -o t.svg"),
        ((*VARIED, "--sort", "aco_id"), "--sort does not apply to -o t.svg"),
        (("simulate", *PLAIN_ROSTER, "-o", "t.png", "--limit", "3"), "--limit does not apply to -o t.png"),
        (("project", "r.xlsx", "-o", "t.html", "--columns", "aco_id"), "--columns does not apply to -o t.html"),
        (("project", "--backtest", "r.csv", "--draws", "10"), "--draws does not apply to --backtest"),
    ],
)
def test_option_that_would_do_nothing_is_refused(
    aco: Aco, roster: Roster, tmp_path: Path, arguments: tuple[str, ...], expected: str
) -> None:
    done = aco(*arguments, cwd=roster().parent)
    assert (done.returncode, expected in done.stderr) == (2, True)
    assert not list(tmp_path.glob("t.*"))


def test_setting_of_a_format_gives_way_to_the_extension_of_a_chart(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    chart = aco("simulate", *PLAIN_ROSTER, "-o", "t.svg", cwd=roster().parent, env={"ACO_FORMAT": "csv"})
    assert chart.returncode == 0, chart.stderr
    assert (tmp_path / "t.svg").read_text("utf-8").startswith("<svg")
    asked = aco("simulate", *PLAIN_ROSTER, "-o", "t.svg", "--format", "csv", cwd=tmp_path)
    assert (asked.returncode, (tmp_path / "t.svg").read_text("utf-8")[:6]) == (0, "aco_id")


@pytest.mark.parametrize("years", ["20x4", "2014-2012"])
def test_malformed_years_are_refused(aco: Aco, roster_2014: Path, years: str) -> None:
    done = aco("settle", years, roster_2014)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"expected YEARS as 2014, 2012-2016, 2014,2018 or all, found {years!r}" in done.stderr


def test_years_that_the_file_does_not_hold_are_refused_with_those_it_holds(aco: Aco, roster_2014: Path) -> None:
    done = aco("settle", "2015-2016", roster_2014)
    assert (done.returncode, done.stdout) == (3, "")
    assert "roster_2014.csv: expected rows of 2015-2016, found rows of 2014" in done.stderr


@pytest.mark.parametrize(
    ("year", "track", "expected"),
    [("2031", "track-1", "2026"), ("2014", "track-3", "2016-2021")],
)
def test_year_and_track_without_rules_are_refused_with_those_that_have(
    aco: Aco, roster: Roster, year: str, track: str, expected: str
) -> None:
    done = aco("settle", year, roster({"performance_year": year, "track": track}))
    assert (done.returncode, done.stdout) == (3, "")
    assert f"{track} in {year} is not covered" in done.stderr
    assert expected in done.stderr


def test_row_without_rules_is_told_with_its_place(aco: Aco, roster: Roster) -> None:
    """As every error: file and row, so that it can be found among thousands."""
    done = aco("settle", "2014", roster({"aco_id": "A1"}, {"aco_id": "A2"}, {"aco_id": "A3", "track": "track-3"}))
    assert done.returncode != 0
    assert "r.csv, row 4" in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--aco", "A67374", "A67373"),
        ("--columns", "settlment", "settlement"),
        ("-o", "out.doc", ".xlsx"),
    ],
)
def test_choice_that_does_not_exist_names_the_nearest(
    aco: Aco, roster_2014: Path, option: str, value: str, expected: str
) -> None:
    done = aco("settle", "2014", roster_2014, option, value)
    assert (done.returncode, done.stdout) == (2, "")
    assert value in done.stderr
    assert expected in done.stderr


def test_rules_folder_that_does_not_exist_is_named(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    done = aco("settle", "2014", roster(), "--rules", tmp_path / "none")
    assert done.returncode == 2
    assert str(tmp_path / "none") in done.stderr


def test_closed_standard_output_is_no_fault_of_aco(roster_2014: Path) -> None:
    command = Path(sys.executable).with_name("aco")
    done = subprocess.run(
        ["sh", "-c", f"{command} settle 2014 {roster_2014} --quiet >&-"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
