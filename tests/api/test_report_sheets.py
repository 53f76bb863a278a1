"""The workbook of a settlement report: CMS's sheets, letters and order, with our figures in place of CMS's."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import aco_cli as aco
from aco_cli.inputs.reports.figures import Place, Report, read_report

PAYMENT, LOSSES, SIDE = Place("3", "Y", "PY"), Place("3", "Z", "PY"), Place("3", "P", "PY")
T3 = "Table 3 - Shared Savings Losses"


@pytest.fixture(scope="session")
def original(shared_data: Path) -> Path:
    return next((shared_data / "reports").glob("*STLMT*.xlsx"))


@pytest.fixture
def written(aco: Callable[..., object], tmp_path: Path) -> Callable[[Path], Path]:
    def write(report: Path) -> Path:
        aco("report", report, "-o", tmp_path / "ours.xlsx")
        return tmp_path / "ours.xlsx"

    return write


def held(file: Path) -> Report:
    found = read_report(str(file))
    assert found is not None
    return found


def test_ours_lies_beside_that_of_cms(original: Path, written: Callable[[Path], Path]) -> None:
    ours = written(original)
    theirs, names = CalamineWorkbook.from_path(original), CalamineWorkbook.from_path(ours).sheet_names
    assert names[0] == "Report"
    assert [name.removesuffix(" (CMS)") for name in names[1 : len(theirs.sheet_names) + 1]] == theirs.sheet_names
    before, after = held(original), held(ours)
    assert list(after.figures) == list(before.figures)
    for place, printed in before.figures.items():
        value = after.figures[place].value
        assert value == (pytest.approx(printed.value, rel=1e-6) if isinstance(value, float) else printed.value)


def test_ours_is_read_as_that_of_cms(original: Path, written: Callable[[Path], Path]) -> None:
    ours = written(original)
    assert set(aco.reconcile(ours).table["class"]) == {"exact"}
    settled, again = aco.settle(original).table, aco.settle(ours).table
    assert again.drop(columns="notes").equals(settled.drop(columns="notes"))


def test_a_wrong_figure_is_right_in_ours_and_marked(
    original: Path, written: Callable[[Path], Path], rewritten: Callable[..., Path]
) -> None:
    def wrong(sheets: dict[str, list[list[object]]]) -> None:
        row = next(row for row in sheets[T3] if str(row[0]).startswith("[Y]"))
        row[1] = 14_000_000.0

    ours = written(rewritten(original, wrong, "wrong.xlsx"))
    assert held(ours).figures[PAYMENT].value == pytest.approx(14_068_661.25, abs=0.01)
    comments = [name for name in zipfile.ZipFile(ours).namelist() if "comments" in name]
    assert [zipfile.ZipFile(ours).read(name).count(b"CMS: 14000000.0") for name in comments] == [1]


def test_losses_in_the_place_of_savings_have_their_figures(
    original: Path, written: Callable[[Path], Path], rewritten: Callable[..., Path]
) -> None:
    """Lines that did not apply do, as the ACO spends a tenth more."""

    def dearer(sheets: dict[str, list[list[object]]]) -> None:
        rows = sheets[T3]
        start = next(at for at, row in enumerate(rows) if str(row[0]).startswith("[C]"))
        for row in rows[start + 1 : start + 5]:
            row[1] = float(row[1]) * 1.1  # type: ignore[arg-type]

    file = rewritten(original, dearer, "dearer.xlsx")
    figures = held(written(file)).figures
    losses = aco.settle(file).table["shared_losses"].iloc[0]
    assert losses > 0
    assert figures[SIDE].value == "Losses"
    assert figures[LOSSES].value == pytest.approx(losses)
