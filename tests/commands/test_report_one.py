"""The report of one ACO: the same sentence, lines and checks on the page, in the workbook and as a PDF."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from python_calamine import CalamineWorkbook

import aco_cli as aco_api

Aco = Callable[..., CompletedProcess[str]]
Roster = Callable[..., Path]


@pytest.fixture(scope="module")
def files(shared_data: Path) -> list[Path]:
    return [shared_data / f"mssp_puf_{year}.csv" for year in (2021, 2022, 2023)]


def test_page_says_the_answer_of_explain_first(aco: Aco, files: list[Path], tmp_path: Path) -> None:
    output = tmp_path / "one.html"
    done = aco("report", "2021-2023", *files, "--aco", "A1540", "-o", output, "--strict")
    assert done.returncode == 0, done.stderr
    page = output.read_text("utf-8")
    answer = aco_api.explain(files, "A1540", 2023).answers[0]
    assert f'<p class="answer">{answer}</p>' in page
    assert page.index("answer") < page.index("<svg")
    assert page.count("<svg") == 3
    assert "higher than that of 85% of the other 123 ACOs on BASIC level B in 2023; their median is 2.61%." in page
    assert re.search(r"Settlement</th><td>\$1,738,781.46</td><td>\$1,738,782.00</td><td class=\"t yes\">✓ yes", page)
    assert "<td>$4,435,667 x 40%</td>".replace("<td>", '<td class="t">') in page
    assert [year for year in ("2021", "2022", "2023") if f'<th scope="row" class="t">{year}</th>' in page] == [
        *("2021", "2022", "2023")
    ]
    assert "size: letter portrait" in page
    assert not re.search(r"<(link|script|img)[^>]*(href|src)=\"http", page)


def test_an_aco_without_others_or_published_figures_has_no_such_part(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    output = tmp_path / "one.html"
    assert aco("report", "2014", roster({}), "-o", output).returncode == 0
    page = output.read_text("utf-8")
    assert "A1 earned $4,410,000 for 2014" in page
    assert "published figures" not in page
    assert page.count("<svg") == 1
    unsettled = tmp_path / "none.html"
    assert aco("report", "2014", roster({"benchmark_total": ""}), "-o", unsettled).returncode == 0
    assert "A1 cannot be settled for 2014: benchmark_total is missing (--set" in unsettled.read_text("utf-8")


def test_a_what_if_is_marked_and_not_compared_with_cms(aco: Aco, files: list[Path], tmp_path: Path) -> None:
    output, book = tmp_path / "one.html", tmp_path / "one.xlsx"
    for file in (output, book):
        changed = aco("report", "2023", files[2], "--aco", "A1540", "--set", "expenditure_total=+5%", "-o", file)
        assert changed.returncode == 0, changed.stderr
        assert "settled with expenditure_total=+5%" in changed.stderr
    page = output.read_text("utf-8")
    assert "What if: expenditure_total=+5%. This is not the settlement as it is." in page
    assert "published figures" not in page
    cells = [cell for row in CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python() for cell in row]
    assert any("What if: expenditure_total=+5%" in str(cell) for cell in cells)


def test_an_aco_is_compared_with_the_others_of_another_track(aco: Aco, files: list[Path], tmp_path: Path) -> None:
    """It is not among them, neither under that track nor under its own."""
    output = tmp_path / "one.html"
    change = ("--set", "track=enhanced", "--set", "msr_election=0.01")
    assert aco("report", "2023", files[2], "--aco", "A1540", *change, "-o", output).returncode == 0
    there = aco_api.settle(files[2], 2023, track="enhanced").table["savings_rate"]
    own = aco_api.settle(files[2], 2023, aco="A1540").table["savings_rate"].iloc[0]
    found = f"that of {(there < own).mean():.0%} of the other {len(there)} ACOs on ENHANCED in 2023; "
    assert f"{found}their median is {there.median():.2%}." in output.read_text("utf-8")


def test_first_sheet_says_the_same_and_its_figures_are_live(aco: Aco, files: list[Path], tmp_path: Path) -> None:
    output = tmp_path / "one.xlsx"
    assert aco("report", "2021-2023", *files, "--aco", "A1540", "-o", output).returncode == 0
    book = CalamineWorkbook.from_path(output)
    assert book.sheet_names[:2] == ["Report", "Index"]
    rows = book.get_sheet_by_name("Report").to_python()
    assert rows[2][0] == aco_api.explain(files, "A1540", 2023).answers[0]
    assert rows[3][0] == ""
    lines = {row[1]: row[2] for row in rows}
    assert lines["Shared savings"] == pytest.approx(1_774_266.8)
    assert any("agrees" in str(row[3]) for row in rows if row[1] == "Minimum savings rate")
    several = tmp_path / "two.xlsx"
    assert aco("report", "2023", files[2], "--aco", "A1540,A1001", "-o", several).returncode == 0
    assert CalamineWorkbook.from_path(several).sheet_names[0] == "Index"


def test_first_sheet_draws_the_waterfall_the_years_and_the_others(aco: Aco, files: list[Path], tmp_path: Path) -> None:
    """Charts of the spreadsheet itself, whose figures stand beside the printed columns."""
    output = tmp_path / "one.xlsx"
    assert aco("report", "2021-2023", *files, "--aco", "A1540", "-o", output).returncode == 0
    rows = CalamineWorkbook.from_path(output).get_sheet_by_name("Report").to_python(skip_empty_area=False)
    figures = {rows[1][at]: [row[at] for row in rows[2:] if row[at] != ""] for at in range(6, len(rows[1]))}
    settled = aco_api.settle(files, aco="A1540").table
    ends, less, payment = figures["Ends"], figures["Less"], settled["settlement"].iloc[-1]
    assert ends[0] - sum(less) == pytest.approx(ends[-1])
    assert ends[-1] == pytest.approx(payment)
    assert figures["Below the bar"][1:-1] == pytest.approx([ends[0] - sum(less[: at + 1]) for at in range(1, 3)])
    assert figures["Step"][0] == "Generated savings: $4.4M"
    assert figures["Settlement"] == pytest.approx(settled["settlement"].tolist())
    assert len(figures["Others' savings rates"]) == 123
    with zipfile.ZipFile(output) as parts:
        charts = [parts.read(f"xl/charts/chart{number}.xml").decode() for number in (1, 2, 3)]
        assert "Report!$A$1:$D$" in parts.read("xl/workbook.xml").decode(), "the figures are not printed"
    titles = ["From generated savings to payments", "Settlement by year", "Savings rates of its track"]
    assert all(title in chart for title, chart in zip(titles, charts, strict=True))


def test_charts_say_of_what_and_from_where_they_are(aco: Aco, files: list[Path], tmp_path: Path) -> None:
    output = tmp_path / "c.svg"
    assert aco("report", "2023", files[2], "--chart", "waterfall", "-o", output).returncode == 0
    assert "453 ACOs, performance year 2023; source: mssp_puf_2023.csv" in output.read_text("utf-8")
    chance = tmp_path / "s.svg"
    assert aco("simulate", "2023", files[2], "--draws", "10", "-o", chance).returncode == 0
    assert "453 ACOs, performance year 2023; source: mssp_puf_2023.csv" in chance.read_text("utf-8")
    steps = tmp_path / "v.svg"
    done = aco("whatif", "2023", files[2], "--aco", "A1540", "--vary", "expenditure_total=-4%..+4%:2%", "-o", steps)
    assert done.returncode == 0, done.stderr
    assert "A1540 ACO Health Partners, LLC, performance year 2023; source: mssp_puf_2023.csv" in steps.read_text(
        "utf-8"
    )


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
def test_a_pdf_is_one_page(aco: Aco, files: list[Path], tmp_path: Path) -> None:
    output = tmp_path / "one.pdf"
    done = aco("report", "2021-2023", *files, "--aco", "A3151", "-o", output)
    assert done.returncode == 0, done.stderr
    assert output.read_bytes().startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", output.read_bytes())) == 1


def test_without_a_browser_a_pdf_says_what_it_needs(
    aco: Aco, roster: Roster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aco_cli.outputs.pdf.BROWSERS", ())
    done = aco("report", "2014", roster({}), "-o", tmp_path / "one.pdf")
    assert done.returncode != 0
    assert "a PDF needs Chromium, Chrome or Edge" in done.stderr
    assert not (tmp_path / "one.pdf").exists()
