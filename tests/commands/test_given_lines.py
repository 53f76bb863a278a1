"""Lines of the law from a folder or a scenario: settled by, shown with their citation wherever the law is shown."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

ROSTER = Path(__file__).parents[2] / "sample_data" / "roster_2014.csv"
HALF = """shared_savings:
  formula: >-
    IF(OR(calculable, is_deferred), IF(AND(shares_savings, NOT(is_deferred)), savings * final_sharing_rate / 2, 0),
    NA())
  cite: a proposal of 2027, section 3
"""


@pytest.fixture
def half(tmp_path: Path) -> Path:
    path = tmp_path / "proposal" / "mssp" / "settlement.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(HALF, encoding="utf-8")
    return path.parents[1]


def payments(aco, *words: str) -> list[float]:
    done = aco("settle", "2014", str(ROSTER), "--columns", "settlement", "--exact", "--format", "csv", *words)
    return [float(cell or "nan") for cell in done.stdout.splitlines()[1:]]


def test_half_of_the_shared_savings_is_half_of_every_payment(aco, half: Path) -> None:
    """No payment of the sample is at its limit."""
    before, after = payments(aco), payments(aco, "--rules", str(half))
    assert sum(paid > 0 for paid in before) > 80
    assert after == pytest.approx([paid / 2 if paid > 0 else paid for paid in before], nan_ok=True)


def test_explain_shows_formula_and_citation(aco, half: Path) -> None:
    words = ("explain", "A67373", "2014", str(ROSTER), "--format", "csv", "--columns", "line,formula,citation,status")
    line = next(
        each for each in aco(*words, "--rules", str(half)).stdout.splitlines() if each.startswith("shared_savings,")
    )
    assert line == (
        'shared_savings,"IF(AND(yes, NOT(no)), $32,173,449.00 x 45.848214% / 2, 0)",'
        '"a proposal of 2027, section 3",given'
    )


def test_workbook_and_page_show_formula_and_citation(aco, half: Path, tmp_path: Path) -> None:
    words = ("report", "2014", str(ROSTER), "--aco", "A67373", "--rules", str(half), "-o")
    assert aco(*words, str(tmp_path / "page.html")).returncode == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "a proposal of 2027, section 3: IF(OR(calculable, is_deferred)" in page
    assert "savings * final_sharing_rate / 2, 0)" in page
    assert aco(*words, str(tmp_path / "book.xlsx")).returncode == 0
    with zipfile.ZipFile(tmp_path / "book.xlsx") as book:
        texts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
    assert any("a proposal of 2027, section 3" in text for text in texts)
    assert any(" / 2, 0)" in text for text in texts)


def test_a_scenario_changes_a_line(aco, tmp_path: Path) -> None:
    scenario = tmp_path / "half.yaml"
    lines = "".join(f"  {line}\n" for line in HALF.splitlines())
    scenario.write_text(f"name: half\nlines:\n{lines}", encoding="utf-8")
    words = ("--scenario", str(scenario), "--aco", "A67373", "--columns", "settlement_before,settlement_after")
    done = aco("whatif", "2014", str(ROSTER), "--format", "csv", *words)
    assert done.stdout.splitlines()[1] == "14455932.80,7227966.40"


def test_a_misspelled_name_is_refused_with_file_line_and_nearest(aco, half: Path) -> None:
    file = half / "mssp" / "settlement.yaml"
    file.write_text(HALF.replace("final_sharing_rate", "final_sharing_rat"), encoding="utf-8")
    done = aco("settle", "2014", str(ROSTER), "--rules", str(half))
    assert done.returncode == 3
    assert done.stdout == ""
    told = f"{file}: shared_savings: formula, line 2: unknown name final_sharing_rat; did you mean final_sharing_rate?"
    assert told in done.stderr


def test_lines_of_the_benchmark_are_checked_where_none_is_computed(aco, half: Path) -> None:
    file = half / "mssp" / "benchmark.yaml"
    file.write_text("national_trned: {formula: '1', cite: x}\n", encoding="utf-8")
    done = aco("settle", "2014", str(ROSTER), "--rules", str(half))
    assert done.returncode == 3
    assert f"{file}: national_trned, line 1: national_trned is a new line" in done.stderr


def test_a_line_given_twice_in_a_scenario_is_refused(aco, tmp_path: Path) -> None:
    """Not settled by the last one of the two."""
    scenario = tmp_path / "twice.yaml"
    line = "  shared_savings: {formula: savings * final_sharing_rate, cite: x}\n"
    scenario.write_text(f"name: twice\nlines:\n{line}{line}", encoding="utf-8")
    done = aco("whatif", "2014", str(ROSTER), "--scenario", str(scenario))
    assert done.returncode == 3
    assert "key shared_savings is given more than once" in done.stderr


def test_lines_of_a_table_that_does_not_exist_are_refused(aco, tmp_path: Path) -> None:
    scenario = tmp_path / "x.yaml"
    scenario.write_text("name: x\nlines:\n  quality.score: {formula: '1', cite: x}\n", encoding="utf-8")
    done = aco("whatif", "2014", str(ROSTER), "--scenario", str(scenario))
    assert done.returncode == 3
    assert "x.yaml: lines: quality.score, line 3:" in done.stderr


def test_lines_of_pioneer_stand_in_its_workbooks(aco, tmp_path: Path) -> None:
    """And not those of the program whose lines it includes."""
    path = tmp_path / "proposal" / "pioneer" / "settlement.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(HALF, encoding="utf-8")
    roster = ROSTER.with_name("pioneer_published.csv")
    words = ("report", "2012", str(roster), "--rules", str(path.parents[1]), "-o", str(tmp_path / "book.xlsx"))
    assert aco(*words).returncode == 0
    with zipfile.ZipFile(tmp_path / "book.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
    assert any(" / 2, 0)" in sheet for sheet in sheets)
