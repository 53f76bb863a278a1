"""`aco.toml`, environment and flags: the stronger wins, `aco config show` says which, and mistakes are errors."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess, run

import pytest

Aco = Callable[..., CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, str]]]
Roster = Callable[..., Path]
SETTLE = ["settle", "2014", "r.csv", "--columns", "aco_id,settlement"]


@pytest.fixture
def folder(tmp_path: Path, roster: Roster) -> Path:
    roster({"aco_id": "A1", "expenditure_total": "90000000.123"})
    return tmp_path


def test_file_environment_and_flag_win_in_that_order(aco: Aco, folder: Path) -> None:
    (folder / "aco.toml").write_text('format = "json"\n')
    assert aco(*SETTLE, cwd=folder).stdout.startswith("[")
    assert aco(*SETTLE, cwd=folder, env={"ACO_FORMAT": "tsv"}).stdout.startswith("aco_id\t")
    done = aco(*SETTLE, "--format", "markdown", cwd=folder, env={"ACO_FORMAT": "tsv"})
    assert done.stdout.startswith("| aco_id")


def test_flag_takes_back_what_a_setting_turned_on(aco: Aco, folder: Path, roster: Roster) -> None:
    roster({"expenditure_total": ""})
    (folder / "aco.toml").write_text("strict = true\nquiet = true\n")
    assert aco(*SETTLE, cwd=folder).returncode == 4
    assert aco(*SETTLE, cwd=folder, env={"ACO_STRICT": "0"}).returncode == 0
    done = aco(*SETTLE, "--no-strict", "--no-quiet", cwd=folder)
    assert done.returncode == 0
    assert "not-calculable" in done.stderr


def test_config_show_tells_where_each_setting_comes_from(aco: Aco, rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "aco.toml").write_text('exact = true\nformat = "json"\nlog-format = "text"\nrules = ["a", "b"]\n')
    environment = {"ACO_EXCEL": "yes", "ACO_FORMAT": "tsv"}
    done = aco("config", "show", "--format", "csv", "--strict", cwd=tmp_path, env=environment)
    shown = {row["setting"]: (row["value"], row["from"]) for row in rows(done.stdout)}
    assert shown == {
        "layout": ("auto", "default"),
        "rules": ("a, b", "aco.toml"),
        "format": ("csv", "flag"),
        "exact": ("true", "aco.toml"),
        "excel": ("true", "ACO_EXCEL"),
        "excel_safe": ("false", "default"),
        "quiet": ("false", "default"),
        "no_color": ("false", "default"),
        "log_format": ("text", "aco.toml"),
        "strict": ("true", "flag"),
        "expect_rules": ("", "default"),
    }


def test_table_in_pyproject_counts_where_there_is_no_aco_toml(aco: Aco, rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nx = 1\n[tool.aco]\nexact = true\n")
    found = {row["setting"]: row["from"] for row in rows(aco("config", "show", cwd=tmp_path).stdout)}
    assert found["exact"] == "pyproject.toml [tool.aco]"
    (tmp_path / "aco.toml").write_text("strict = true\n")
    found = {row["setting"]: row["from"] for row in rows(aco("config", "show", cwd=tmp_path).stdout)}
    assert (found["exact"], found["strict"]) == ("default", "aco.toml")


def test_pyproject_of_another_project_is_none_of_our_business(aco: Aco, folder: Path) -> None:
    (folder / "pyproject.toml").write_text("this is = = no TOML\n")
    assert aco(*SETTLE, cwd=folder).returncode == 0


def test_extension_of_the_output_is_stronger_than_a_setting_but_not_than_a_flag(aco: Aco, folder: Path) -> None:
    """Else `format = "json"` would put JSON into out.csv."""
    (folder / "aco.toml").write_text('format = "json"\n')
    aco(*SETTLE, "-o", "out.csv", cwd=folder)
    assert (folder / "out.csv").read_text().startswith("aco_id,")
    aco(*SETTLE, "-o", "out.csv", "--format", "json", cwd=folder)
    assert json.loads((folder / "out.csv").read_text())
    aco(*SETTLE, "-o", "out", cwd=folder)
    assert json.loads((folder / "out").read_text())


def test_rules_of_several_folders_come_from_file_and_environment(aco: Aco, folder: Path) -> None:
    for name, value in (("first one", "0.4"), ("second", "0.3")):
        (folder / name / "mssp").mkdir(parents=True)
        (folder / name / "mssp" / "maximum_sharing_rate.yaml").write_text(
            "label: Maximum sharing rate\nunit: fraction of savings\n"
            f"values:\n  - {{track: track-1, years: 2014, value: {value}, status: assumed, cite: a test}}\n"
        )
    command = ["settle", "2014", "r.csv", "--columns", "max_sharing_rate"]

    def rate(*options: str, **environment: str) -> str:
        return aco(*command, *options, cwd=folder, env=environment).stdout.splitlines()[1]

    (folder / "aco.toml").write_text('rules = "first one"\n')
    assert rate() == "0.4"
    assert rate(ACO_RULES=f"first one{os.pathsep}second") == "0.3"
    assert rate("--rules", "first one", ACO_RULES="second") == "0.4"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("formt = 1", "aco.toml: line 1: unknown key 'formt'"),
        ("formt = 1", "did you mean format?"),
        ('format = "jsn"', "aco.toml: line 1, key format: expected one of auto, table"),
        ('format = "jsn"', "found 'jsn'; did you mean json?"),
        ('strict = "yes please"', "aco.toml: line 1, key strict: expected true or false, found 'yes please'"),
        ("exact = true\n\nstrict = 1", "aco.toml: line 3, key strict: expected true or false, found 1"),
        ('format = ["csv"]', "key format: expected one of auto, table"),
        ("rules = [1]", "aco.toml: line 1, key rules: expected a folder or a list of them"),
        ("format = ", "aco.toml: not valid TOML"),
        ("format = '" + "x" * 5000 + "'", "xxx..."),
        pytest.param("rules = " + "[" * 3000 + "]" * 3000, "aco.toml: nested too deep", id="deep"),
        pytest.param("rules = " + "1" * 5000, "aco.toml: not valid TOML", id="digits"),
        ("[settle]\nx = 1", "aco.toml: line 1: unknown key 'settle'"),
        (
            'expect_rules = "abc"',
            "aco.toml: line 1, key expect_rules: expected a hash of rules as `aco --version` prints it",
        ),
    ],
)
def test_mistake_in_the_file_is_an_error_with_file_and_key(aco: Aco, folder: Path, content: str, expected: str) -> None:
    (folder / "aco.toml").write_text(content)
    done = aco(*SETTLE, cwd=folder)
    assert (done.returncode, done.stdout) == (3, "")
    assert expected in done.stderr
    assert len(done.stderr) < 1000
    assert aco("--help", cwd=folder).returncode == 0


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[[tool]]\nname = 'aco'", "pyproject.toml: line 1, key tool: expected a table, found [{'name': 'aco'}]"),
        ("tool = 'aco'", "pyproject.toml: line 1, key tool: expected a table, found 'aco'"),
        ("[tool]\naco = 1", "pyproject.toml: line 2, key aco: expected a table, found 1"),
    ],
)
def test_pyproject_of_another_shape_is_an_error(aco: Aco, folder: Path, content: str, expected: str) -> None:
    (folder / "pyproject.toml").write_text(content)
    done = aco(*SETTLE, cwd=folder)
    assert (done.returncode, done.stdout) == (3, "")
    assert expected in done.stderr


def test_mistake_in_pyproject_is_an_error_too(aco: Aco, folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.aco]\nexact = true\nstrickt = true\n")
    done = aco(*SETTLE, cwd=folder)
    assert done.returncode == 3
    assert "pyproject.toml [tool.aco]: line 3: unknown key 'strickt'" in done.stderr
    assert "did you mean strict?" in done.stderr


def test_mistake_in_the_environment_is_an_error_with_the_variable(aco: Aco, folder: Path) -> None:
    done = aco(*SETTLE, cwd=folder, env={"ACO_LAYOUT": "puf"})
    assert done.returncode == 2
    choices = "auto, roster, cms-puf, cms-results, stlmt"
    assert f"environment variable ACO_LAYOUT: expected one of {choices}, found 'puf'" in done.stderr


def test_unknown_variable_is_refused(aco: Aco, folder: Path) -> None:
    """Passed over, a misspelled setting would not be in force, and nobody would know."""
    done = aco(*SETTLE, cwd=folder, env={"ACO_STRIKT": "1"})
    assert (done.returncode, done.stdout) == (2, "")
    assert "environment variable ACO_STRIKT: no such setting; did you mean ACO_STRICT?" in done.stderr


def test_file_of_the_user_is_weaker_than_that_of_the_folder(aco: Aco, rows: Rows, folder: Path) -> None:
    home = {"HOME": str(folder / "home"), "XDG_CONFIG_HOME": "", "APPDATA": str(folder / "home" / ".config")}
    place = folder / "home" / ".config" / "aco"
    place.mkdir(parents=True)
    (place / "aco.toml").write_text('exact = true\nformat = "json"\n')
    (folder / "aco.toml").write_text('format = "tsv"\n')
    shown = aco("config", "show", "--format", "csv", cwd=folder, env=home).stdout
    assert {row["setting"]: row["from"] for row in rows(shown)}["exact"] == str(place / "aco.toml")
    assert aco(*SETTLE, cwd=folder, env=home).stdout.startswith("aco_id\tsettlement\nA1\t4409999.9457")


@pytest.mark.parametrize("way", ["before", "behind", "joined", "variable"])
def test_file_of_config_is_the_only_one(aco: Aco, folder: Path, way: str) -> None:
    (folder / "aco.toml").write_text("exact = true\n")
    (folder / "n.toml").write_text('format = "tsv"\n')
    words = {"before": ["--config", "n.toml", *SETTLE], "behind": [*SETTLE, "--config", "n.toml"]}
    words["joined"] = [*SETTLE, "--config=n.toml"]
    environment = {"ACO_CONFIG": "n.toml"} if way == "variable" else {}
    done = aco(*words.get(way, SETTLE), cwd=folder, env=environment)
    assert done.stdout == "aco_id\tsettlement\nA1\t4409999.95\n"


def test_file_of_config_must_exist(aco: Aco, folder: Path) -> None:
    done = aco(*SETTLE, "--config", "none.toml", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "none.toml: file not found" in done.stderr


def test_run_under_other_rules_than_expected_stops(aco: Aco, folder: Path) -> None:
    """Before anything is written; also where a folder of --rules changes them."""
    version = aco("--version").stdout.split()[-1]
    (folder / "aco.toml").write_text(f'expect_rules = "{version}"\n')
    assert aco(*SETTLE, "-o", "out.csv", cwd=folder).returncode == 0
    (folder / "own" / "mssp").mkdir(parents=True)
    (folder / "own" / "mssp" / "sequestration.yaml").write_text(
        "label: Sequestration\nunit: fraction\nvalues:\n  - {years: 2014, value: 0.03, status: assumed, cite: a test}\n"
    )
    done = aco(*SETTLE, "--rules", "own", "-o", "other.csv", cwd=folder)
    assert (done.returncode, (folder / "other.csv").exists()) == (3, False)
    assert f"expect_rules is {version}, but the rules are " in done.stderr
    (folder / "aco.toml").write_text('expect_rules = "0123456789ab"\n')
    assert aco("check", "r.csv", cwd=folder).returncode == 0  # which goes by no rules
    assert aco(*SETTLE, cwd=folder).returncode == 3


def test_help_reads_no_settings_and_a_run_without_a_file_no_toml(patience: int) -> None:
    """Both would only cost time."""
    script = "import sys; import aco_cli.main as m; m.command_line()(sys.argv[1:], standalone_mode=False)"
    after = "print(sorted({'tomllib', 'pandas', 'numpy', 'yaml', 'aco_cli.commands.settings'} & set(sys.modules)))"

    def loaded(*arguments: str) -> str:
        command = [sys.executable, "-c", f"{script}; {after}", *arguments]
        done = run(command, capture_output=True, text=True, cwd="/", check=True, timeout=patience)
        return done.stdout.splitlines()[-1]

    assert loaded("--help") == "[]"
    assert loaded("config", "show", "--help") == "['aco_cli.commands.settings']"
