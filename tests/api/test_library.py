"""`import aco_cli as aco`: files or frames in, a Result out; typed, with errors of its own, and nothing prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import aco_cli as aco

ROSTER = Path(__file__).parents[2] / "sample_data" / "roster_2014.csv"
SCRIPT = """
import pandas as pd

import aco_cli as aco

settled: aco.Result = aco.settle("roster.csv", 2014, track=["track-1"], rules=aco.Rules("rules"))
best: pd.DataFrame = settled.table.nlargest(3, "settlement")
lines: pd.DataFrame = settled.lines("A67373")
for notice in settled.notices:
    code: str = notice.code
    if notice.level is aco.Level.WARNING:
        print(code, notice.data.get("rows"))
frame: pd.DataFrame = pd.read_csv("roster.csv")
aco.explain(frame, "A67373", 2014).table
aco.summary([frame, "more.csv"], "2014-2016", by="track")
aco.whatif(frame, change={"quality_score": 1})
aco.simulate(frame, 2014, draws=100, seed=7)
aco.reconcile("puf.csv")
try:
    aco.settle("none.csv")
except aco.InputError as error:
    problems: tuple[aco.Problem, ...] = tuple(error.problems)
"""


def test_three_lines_settle_a_public_use_file(shared_data: Path) -> None:
    """As in a notebook, which shows the result as its table."""
    settled = aco.settle(shared_data / "mssp_puf_2018.csv", 2018)
    assert settled.table["settlement"].gt(0).sum() > 100
    assert "<table" in settled._repr_html_()


def test_a_frame_settles_as_its_file_does(shared_data: Path) -> None:
    path = shared_data / "mssp_puf_2018.csv"
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    pd.testing.assert_frame_equal(aco.settle(frame, 2018).table, aco.settle(path, 2018).table)


def test_numbers_of_a_frame_are_read_as_those_of_a_file() -> None:
    """Types that pandas found itself, not texts."""
    settled = aco.settle(pd.read_csv(ROSTER), 2014).table
    expected = aco.settle(ROSTER, 2014).table
    pd.testing.assert_series_equal(settled["settlement"], expected["settlement"])


def test_the_frame_given_stays_as_it_is() -> None:
    frame = pd.read_csv(ROSTER)
    before = frame.copy()
    aco.settle(frame, 2014)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("call", ["settle", "summary", "simulate", "whatif"])
def test_nothing_prints(call: str, capfd: pytest.CaptureFixture[str]) -> None:
    result = getattr(aco, call)(ROSTER, 2014)
    assert len(result.table)
    assert result.notices
    assert capfd.readouterr() == ("", "")


def test_lines_are_those_of_explain() -> None:
    settled = aco.settle(ROSTER, 2014)
    alone = aco.explain(ROSTER, "A67373", 2014).table
    pd.testing.assert_frame_equal(settled.lines("A67373"), alone)


def test_notices_have_codes_and_figures() -> None:
    settled = aco.settle(ROSTER, 2014)
    assert [notice.code for notice in settled.notices] == ["read", "settled"]
    assert settled.notices[0].data["rows"] == len(settled.table)
    assert sum(settled.notices[1].data["outcomes"].values()) == len(settled.table)
    assert settled.warnings == []


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: aco.settle("no_such_file.csv", 2014), aco.InputError),
        (lambda: aco.settle(ROSTER, 2014, aco="A00000"), aco.UsageError),
        (lambda: aco.settle(ROSTER, "2014-2013"), aco.UsageError),
        (lambda: aco.settle(pd.read_csv(ROSTER).assign(track="track-9"), 2014), aco.InputError),
        (lambda: aco.settle(pd.read_csv(ROSTER).assign(performance_year=2040), 2040), aco.RulesError),
        (lambda: aco.Rules("no_such_folder"), aco.UsageError),
        (lambda: aco.summary(ROSTER, 2014).lines("A67373"), aco.UsageError),
    ],
)
def test_errors_are_typed(call, error: type[aco.AcoError]) -> None:
    with pytest.raises(error) as raised:
        call()
    assert isinstance(raised.value, aco.AcoError)


def test_every_name_is_there() -> None:
    assert {name for name in aco.__all__ if not hasattr(aco, name)} == set()
    with pytest.raises(AttributeError, match="no attribute 'settel'"):
        _ = aco.settel  # type: ignore[attr-defined]


def test_mypy_strict_passes_on_a_script(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    root = Path(aco.__file__).parents[1]
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--python-executable",
            sys.executable,
            str(script),
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout.startswith("Success"), checked.stdout
