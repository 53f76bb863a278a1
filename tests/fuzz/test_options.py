"""Any words behind a command end in a documented exit code, told by the fixture, and what fails prints no result."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import typer

from aco_cli.commands.command_line import command_line
from aco_cli.commands.table import COMMANDS

SOURCES = {
    **{"r.csv": "roster_2014", "agreements.csv": "agreements_2022", "expenditures.csv": "expenditures_2022"},
    **{"reference.csv": "reference_2022", "totals.csv": "totals_small", "small.csv": "roster_small"},
    **{"reach.csv": "reach_results", "pioneer.csv": "pioneer_published"},
}
RATES = "aco_id,performance_year,ACO-1,ACO-13,ACO-28\nA00755,2014,90,40,60\n"
RULE = "label: x\nunit: fraction\nvalues:\n  - {years: 2014, value: 0.01, status: published, cite: 42 CFR 425}\n"
NEW = ("-", "new.csv", "new.json", "new.xlsx", "new.md", "new.parquet", "new.html", "new", "no/new.csv", "rules")
# What may stand behind an option, by its name or else the word that its help has for it; any other gets one of STRANGE.
VALUES = {
    **dict.fromkeys(("--output", "--audit", "--residuals"), NEW),
    "--layout": ("auto", "roster", "cms-puf", "cms-results", "stlmt", "plain", "cclf"),
    "--figure": ("settlement", "savings", "x"),
    "--chart": ("waterfall", "savings", "x"),
    "--parameter": ("sequestration", "mssp.payment_limit", "x"),
    "--repeats": ("refuse", "once", "x"),
    "--track": ("track-1", "basic-a", "enhanced", "x"),
    "--year": ("2014", "2022", "2020-2026", "all", "1"),
    "FILE": (*SOURCES, "rates.csv", "none.csv", "-", "out.csv"),
    "FOLDER": ("made", "r.csv", "/dev/null"),
    "MANIFEST": ("out.csv.manifest.json", "out.csv", "r.csv"),
    "PATH": ("rules", "r.csv", "none"),
    "DIR": ("rules", "none", "."),
    "NAME": ("mssp", "reach", "Sheet1", "settlement", "roster", "x"),
    "TRACK": ("track-1", "mssp", "basic-a", "enhanced", "global", "x"),
    "ID": ("A00755", "HHC ACO Inc", "a00755,A01307", "S2001", "A1"),
    "ACO_ID": ("A00755", "HHC ACO Inc", "S2001", "A1"),
    "CONDITION": ("track == 'track-1'", "benchmark_total > 1e8 and not quality_reported", "(", "aco_id.str.upper()"),
    "COLUMN=VALUE": ("quality_score=0.9", "expenditure_total=-5%", "track=enhanced", "x=1", "=", "msr_election=0"),
    "NAME=VALUE": (
        "mssp.sequestration=0",
        "mssp.payment_limit=1e400",
        "x=1",
        "mssp.sequestration=2014-13-01",
        "reach.x=[[[[",
    ),
    "NAME|FILE": ("msr-0", "two-sided", "rules-2024", "track-3", "r.csv", "none"),
    "COLUMN=FIRST..LAST:STEP": ("quality_score=0..1:0.5", "quality_score=1..0:0", "track=a..b", "=..:"),
    "A,B,...": ("aco_id", "aco_id,settlement", "all", "-savings", "start_year", "track,state", "x", ","),
    "A,-B,...": ("aco_id", "-settlement,aco_id", "x", "-"),
    "SIZE": ("1GB", "10KB", "-1GB", "1e9", f"{'9' * 30}GB"),
    "FORMAT": ("json", "csv", "tsv", "table", "xlsx", "parquet", "markdown", "text", "auto"),
    "N": ("0", "1", "3", "100", "-1", "1.5", "9" * 30),
    "YEAR": ("2014", "2022", "2026", "1", "99999"),
    "YEARS": ("2014", "2014", "2022", "2012-2016", "2014,2022", "all", "2012-", "2016-2012", "x"),
    **dict.fromkeys(("BEFORE", "AFTER"), ("2014", "2022", "2026", "1", "rules")),
    "FRACTION": ("0.02", "0", "nan", "-1", "1e400"),
    "DOMAIN=POINTS": ("preventive_health=0.92", "x=1", "="),
    "URL": ("local[1]",),
}
USUAL = {"YEARS": "2014", "YEAR": "2014", "FILE": "r.csv", "FILE...": "r.csv", "ACO_ID": "A00755", "TRACK": "track-1"}
STRANGE = ("", "é", "--no-such", "-", "--help", "--", "=", "\x1b[31m", "x" * 5_000, "\u202e", "{}", "%s", "\udcff")
# What takes long, or needs a cluster, and is no question of words.
LEFT_OUT = {"--engine", "--beneficiaries", "--acos", "--claims-per-month"}
FEW = ("--draws", "50")
SMALL = {"synth": ("--acos", "1", "--beneficiaries", "100"), "simulate": FEW, "project": FEW}
ROOT: Any = typer.main.get_command(command_line())


def parameters(name: str) -> list[Any]:
    command = ROOT
    for word in name.split():
        command = command.commands[word]
    return [each for each in command.params if not LEFT_OUT & set(each.opts)]


def value(case: Any, parameter: Any) -> str:
    if case.random() < 0.07:
        return case.choice(STRANGE)
    names = (*parameter.opts, str(parameter.metavar).removesuffix("..."), str(parameter.metavar))
    return case.choice(next((VALUES[name] for name in names if name in VALUES), STRANGE))


def words_of(case: Any, name: str) -> list[str]:
    """A command with its arguments and some of its options, of which some are given twice, or wrongly."""
    given = parameters(name)
    arguments = [each for each in given if each.param_type_name == "argument"]
    options = [each for each in given if each.param_type_name == "option"]
    usual = case.random() < 0.7
    words = [
        USUAL[each.metavar] if usual and each.metavar in USUAL else value(case, each)
        for each in arguments
        if each.required or case.random() < 0.9
    ]
    for option in [
        *case.choices(options, k=case.choice((1, 1, 2, 2, 3, 6))),
        *(each for each in options if each.required),
    ]:
        names = [*option.opts, *option.secondary_opts]
        words += [case.choice(names), *([] if option.is_flag else [value(case, option)])]
    if case.random() < 0.07:
        words.insert(case.randrange(len(words) + 1), case.choice(STRANGE))
    return [*name.split(), *SMALL.get(name, ()), *words]


@pytest.fixture(scope="module")
def folder(sample: Path, tmp_path_factory: pytest.TempPathFactory, aco) -> Path:
    """Files that the words name."""
    place = tmp_path_factory.mktemp("options")
    for name, source in SOURCES.items():
        lines = (sample / f"{source}.csv").read_text("utf-8").splitlines(keepends=True)
        (place / name).write_text("".join(lines[:40]))
    (place / "rates.csv").write_text(RATES)
    (place / "rules" / "mssp").mkdir(parents=True)
    (place / "rules" / "mssp" / "sequestration.yaml").write_text(RULE)
    assert aco("settle", "2014", "r.csv", "-o", "out.csv", "--manifest", cwd=place).returncode == 0
    return place


def test_options(fuzz, aco, folder: Path) -> None:
    names = [command.name for command in COMMANDS]

    def try_one(case: Any) -> None:
        words = words_of(case, case.choice(names))
        place = shutil.copytree(folder, case.folder / "files")
        done = aco(*words, cwd=place, text=False)
        case.refused = done.returncode in (2, 3)
        if case.refused and words[0] != "check":  # which prints what is wrong
            assert done.stdout == b"", words
            assert done.stderr.strip(), words

    fuzz(try_one)
