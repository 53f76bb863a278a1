"""`aco expenditures --cclf`: the synthetic population as a feed, with every disturbance, and as plain claims.

The figures must be the same bytes and those that the generator knows; nothing may go missing unsaid; and no message,
manifest or log may tell who a row is about.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Aco = Callable[..., CompletedProcess[Any]]
POPULATION = ("--acos", "2", "--beneficiaries", "150", "--claims-per-month", "0.6", "--seed", "2")
FIGURES = ("--reference", "cclf/reference.csv", "--county-ffs", "cclf/county_ffs.csv")
PEOPLE = ("--assignment", "cclf/assignment.parquet", "--enrollment", "cclf/enrollment.parquet")
FEED = ("--cclf", "cclf/cclf")
# Identifiers of the population, those before and those of strangers, and numbers of claims, which have 13 digits.
IDENTIFIERS = re.compile(r"[BGHEZ]0{3}\d{6}|(?<![.\d])\d{13}\b")


@pytest.fixture(scope="module")
def folder(aco: Aco, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both layouts, and what becomes of them: feed.csv, plain.csv, and the audit of each."""
    folder = tmp_path_factory.mktemp("feed")
    for layout in ("cclf", "plain"):
        assert aco("synth", layout, "--layout", layout, *POPULATION, cwd=folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def runs(aco: Aco, folder: Path) -> dict[str, CompletedProcess[str]]:
    claims = {"feed": FEED, "plain": ("--claims", "plain/claims.parquet")}
    done = {}
    for name, given in claims.items():
        written = ("-o", f"{name}.csv", "--audit", f"{name}-audit.csv", "--log-format", "text")
        done[name] = aco("expenditures", "2023", *given, *PEOPLE, *FIGURES, *written, cwd=folder)
    return done


def audit(folder: Path, name: str) -> dict[str, dict[str, str]]:
    with (folder / f"{name}-audit.csv").open(newline="") as file:
        return {row["line"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", ["feed", "plain"])
def test_expenditures_are_those_that_must_result(folder: Path, runs: dict[str, Any], name: str) -> None:
    assert runs[name].returncode == 0, runs[name].stderr
    assert (folder / f"{name}.csv").read_bytes() == (folder / "cclf" / "expected.csv").read_bytes()


def test_both_count_the_same_claims(folder: Path, runs: dict[str, Any]) -> None:
    feed, plain = audit(folder, "feed"), audit(folder, "plain")
    assert feed["counted"]["dollars"] == plain["counted"]["dollars"]
    assert int(feed["read"]["count"]) > int(plain["read"]["count"])


@pytest.mark.parametrize("name", ["feed", "plain"])
def test_rows_and_dollars_add_up_to_what_was_read(folder: Path, runs: dict[str, Any], name: str) -> None:
    lines = {key: row for key, row in audit(folder, name).items() if row["unit"] == "rows"}
    cents = {key: round(float(row["dollars"]) * 100) for key, row in lines.items()}
    counts = {key: int(row["count"]) for key, row in lines.items()}
    for total in (cents, counts):
        assert total.pop("read") == sum(total.values())


@pytest.mark.parametrize("line", ["repeats", "cancelled", "out_of_period", "denied", "no_enrollment"])
def test_each_disturbance_is_named_with_number_and_dollars(folder: Path, runs: dict[str, Any], line: str) -> None:
    row = audit(folder, "feed")[line]
    dollars = float(row["dollars"]) / (2 if line == "cancelled" else 1)
    said = [text for text in runs["feed"].stderr.splitlines() if f"{int(row['count']):,} rows" in text]
    assert int(row["count"]) > 0
    assert any(f"${dollars:,.2f}" in text for text in said)


@pytest.mark.parametrize("name", ["feed", "plain"])
def test_nobody_is_named_where_all_is_well(folder: Path, runs: dict[str, Any], name: str) -> None:
    """Messages and log; `aco expenditures` writes no manifest."""
    assert runs[name].stderr.count("\n") > 5
    assert IDENTIFIERS.findall(runs[name].stdout + runs[name].stderr) == []


def broken(folder: Path, name: str, change: Callable[[str], str]) -> None:
    """A feed of one file of CCLF5, changed."""
    (folder / name).mkdir()
    source = next(path for path in sorted((folder / "cclf" / "cclf").glob("*ZC5Y23*")) if path.suffix != ".zip")
    (folder / name / source.name).write_text(change(source.read_text()))


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("amounts", lambda text: re.sub(r"\d\.\d\d", "x.xx", text), "column clm_line_cvrd_pd_amt: expected US dollars"),
        (
            "dates",
            lambda text: re.sub(r"20\d\d-\d\d-\d\d", "2099-99-99", text),
            "column clm_line_thru_dt: expected a date",
        ),
        ("lengths", lambda text: text.replace(" ", "", 1), "expected a record of 388 characters"),
        ("people", lambda text: re.sub(r"[BGHZ]0{3}\d{6}", " " * 10, text), "column bene_mbi_id: expected a value"),
        (
            "claims",
            lambda text: re.sub(r"^\d{13}", " " * 13, text, flags=re.MULTILINE),
            "column cur_clm_uniq_id: expected a value",
        ),
        (
            "kinds",
            lambda text: text.replace("71", "ZZ", 5),
            "are of claim types that are excluded",
        ),
        (
            "repeated",
            lambda text: re.sub(r"\d\.\d\d", "1.11", text) + text,
            "have the claim_id and line_number of another row",
        ),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody_is_named_where_something_is_wrong(
    aco: Aco, folder: Path, name: str, change: Callable[[str], str], told: str, form: str
) -> None:
    if not (folder / name).exists():
        broken(folder, name, change)
    done = aco("expenditures", "2023", "--cclf", name, *PEOPLE, *FIGURES, "--log-format", form, cwd=folder)
    assert told in done.stderr
    assert IDENTIFIERS.findall(done.stdout + done.stderr) == []
