"""`aco report`: what it writes by the output's extension, and that no text of a file becomes markup or script."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from xml.etree import ElementTree

import pytest

from aco_cli.outputs.charts.draw import NOTHING
from aco_cli.outputs.charts.look import TITLES
from aco_cli.outputs.formats import Figure

for library in ("altair", "jinja2", "vl_convert"):
    pytest.importorskip(library, reason="needs the extra aco-cli[report]")

Aco = Callable[..., CompletedProcess[Any]]
Roster = Callable[..., Path]
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> & \"Co\" 'x' {{ 7*7 }}"
SVG = "{http://www.w3.org/2000/svg}"


class Page(HTMLParser):
    """The tags, links and text of a page, and what it would load from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "srcset", "action", "data", "poster"} and value is not None:
                (self.links if tag == "a" else self.loads).append(value)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(scope="module")
def page(aco: Aco, roster_2014: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of all ACOs of 2014."""
    output = tmp_path_factory.mktemp("page") / "report.html"
    done = aco("report", "2014", roster_2014, "-o", output)
    assert (done.returncode, done.stdout) == (0, "")
    return output.read_text("utf-8")


def embedded(page: str) -> Any:
    """What the page holds of every ACO."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found.group(1))


def test_headline_figures_are_those_of_the_summary(aco: Aco, page: str, roster_2014: Path, rows: Any) -> None:
    whole = rows(aco("summary", "2014", roster_2014, "--format", "csv").stdout)[0]
    paid, net = float(whole["earned_payment"]), -float(whole["net_to_medicare"])
    assert f'<dt>Earned</dt><dd title="{whole["earned"]}">{whole["earned"]}</dd>' in page
    assert f'<dt>Paid</dt><dd title="${round(paid):,}">${paid / 1e6:,.1f}M</dd>' in page
    assert f'<dt>Net to Medicare</dt><dd title="-${round(net):,}">-${net / 1e6:,.1f}M</dd>' in page


def test_table_and_parts_hold_every_aco_of_the_settlement(aco: Aco, page: str, roster_2014: Path, rows: Any) -> None:
    settled = rows(aco("settle", "2014", roster_2014, "--format", "csv").stdout)
    acos = embedded(page)["acos"]
    assert [(aco["id"], f"{aco['settlement'][0]:.2f}") for aco in acos] == [
        (row["aco_id"], row["settlement"]) for row in settled
    ]
    links = [link for link in Page(page).links if link.startswith("#aco-")]
    assert {f"#{aco['key']}" for aco in acos} == set(links)


def test_steps_of_each_aco_add_up_to_its_settlement_within_their_rounding(page: str) -> None:
    for aco in embedded(page)["acos"]:
        assert sum(aco["steps"]) == pytest.approx(aco["settlement"][0], abs=0.005 * len(aco["steps"]))


def test_lines_of_an_aco_are_those_of_explain(aco: Aco, page: str, roster_2014: Path, rows: Any) -> None:
    data = embedded(page)
    shown = next(each for each in data["acos"] if each["id"] == "A85439")
    lines = {
        line["label"]: (line["letter"], value, line["citation"])
        for line, value in zip(data["laws"][shown["law"]]["lines"], shown["values"], strict=True)
        if line
    }
    explained = rows(aco("explain", "A85439", "2014", roster_2014, "--format", "csv").stdout)
    by_label = {row["label"]: row for row in explained}
    for label in ("Earned performance payment", "Sequestration", "Loss limit", "Total expenditures"):
        row = by_label[label]
        assert lines[label] == (row["letter"], row["shown"], row["citation"])


def test_conditions_of_an_aco_are_yes_or_no(page: str) -> None:
    data = embedded(page)
    shown = next(each for each in data["acos"] if each["id"] == "A67373")
    lines = zip(data["laws"][shown["law"]]["lines"], shown["values"], strict=True)
    values = {line["label"]: value for line, value in lines if line}
    assert (values["Savings meet the minimum"], values["Quality standard met"]) == ("yes", "yes")
    assert values["Losses meet the minimum"] == "no"


def test_lines_of_an_aco_are_those_of_its_program(aco: Aco, tmp_path: Path, rows: Any) -> None:
    """Programs have lines of their own, and other words for those they share."""
    roster = tmp_path / "mixed.csv"
    roster.write_text(
        "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,msr_election,quality_standard_met\n"
        "A1,mssp,enhanced,9000,100000000,90000000,0.02,true\n"
        "D1,reach,global,9000,100000000,70000000,,\n"
    )
    aco("report", "2022", roster, "-o", tmp_path / "mixed.html")
    data = embedded((tmp_path / "mixed.html").read_text("utf-8"))
    for shown in data["acos"]:
        explained = rows(aco("explain", shown["id"], "2022", roster, "-q").stdout)
        by_label = {row["label"]: row for row in explained}
        law = data["laws"][shown["law"]]["lines"]
        lines = {
            line["label"]: (line, value) for line, value in zip(law, shown["values"], strict=True) if line and value
        }
        assert len(lines) > 10
        assert all(by_label[label]["letter"] == line["letter"] for label, (line, _) in lines.items())
        assert lines["Shared savings"][1] == by_label["Shared savings"]["shown"]
    labels = [{line["label"] for line in law["lines"] if line} for law in data["laws"]]
    assert "Minimum savings rate" in labels[0] - labels[1]
    assert {"Final benchmark", "Corridor reached"} <= labels[1] - labels[0]


def test_page_loads_nothing_and_says_what_it_is_made_of(page: str, roster_2014: Path) -> None:
    parsed = Page(page)
    assert parsed.loads == ["data:,"]
    assert "url(" not in page
    assert "@import" not in page
    assert f"from {roster_2014.name}." in page
    assert str(roster_2014.parent) not in page


def test_charts_have_names_and_words(page: str) -> None:
    assert page.count('<svg role="img" aria-label="') == page.count("<figcaption>") == 4
    assert "181 of 333 ACOs spent less than their benchmark; 92 reached their minimum savings rate." in page
    assert "Of $974.7M of generated savings, $341.2M (35.0%) was paid." in page


def test_text_of_files_stays_text(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    file = roster({"aco_name": HOSTILE}, {"aco_id": "A<b>&/ 1", "aco_name": HOSTILE, "expenditure_total": "1200000"})
    output = tmp_path / "r.html"
    assert aco("report", "2014", file, "-o", output).returncode == 0
    text = output.read_text("utf-8")
    assert "<script>alert" not in text
    assert "onerror=alert(1)>" not in text.replace("&gt;", "")
    parsed = Page(text)
    assert (parsed.tags.count("script"), parsed.tags.count("img"), parsed.tags.count("b")) == (2, 0, 0)
    assert HOSTILE in parsed.texts
    assert [each["name"] for each in embedded(text)["acos"]] == [HOSTILE, HOSTILE]
    assert any(HOSTILE in (mark.text or "") for svg in drawn(text) for mark in svg.iter(f"{SVG}title"))


def drawn(page: str) -> list[ElementTree.Element]:
    """The charts in a page, each well-formed by itself."""
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg .*?</svg>", page, re.DOTALL)]


def test_same_input_gives_the_same_bytes(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    file = roster({"aco_id": "A1"}, {"aco_id": "A2", "expenditure_total": "110000000"})
    for name, chart in (("r.html", ()), ("c.png", ("--chart", "waterfall"))):
        first, again = tmp_path / f"1{name}", tmp_path / f"2{name}"
        for output in (first, again):
            assert aco("report", "2014", file, *chart, "-o", output).returncode == 0
        assert first.read_bytes() == again.read_bytes()


def test_years_and_acos_without_settlement_stay_on_the_page(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    file = roster(
        {"performance_year": "2014"},
        {"performance_year": "2013", "benchmark_total": ""},
        {"aco_id": "A2", "performance_year": "2013", "expenditure_total": "110000000"},
    )
    output = tmp_path / "r.html"
    done = aco("report", "2013-2014", file, "-o", output, "--strict")
    assert done.returncode == 4
    assert "1 of 3 rows are not-calculable" in done.stderr
    text = output.read_text("utf-8")
    assert '<th scope="col">2013</th><th scope="col">2014</th>' in text
    acos = embedded(text)["acos"]
    assert [(each["key"], each["outcome"], each["settlement"][0]) for each in acos] == [
        ("aco-A1-2013", "not calculable", None),
        ("aco-A2-2013", "losses, one-sided track", 0),
        ("aco-A1-2014", "earned a payment", acos[2]["settlement"][0]),
    ]


def test_page_and_charts_of_nothing_that_can_be_settled(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    file = roster({"benchmark_total": "", "aco_name": ""}, {"aco_id": "A2", "benchmark_total": "", "aco_name": ""})
    for name in ("r.html", "c.svg"):
        assert aco("report", "2014", file, "-o", tmp_path / name).returncode == 0
    page, chart = (tmp_path / "r.html").read_text("utf-8"), (tmp_path / "c.svg").read_text("utf-8")
    assert "<svg" not in page
    for figure, sentence in NOTHING.items():
        assert f"<h3>{TITLES[figure]}</h3>\n<figcaption>{sentence}</figcaption>" in page
        assert sentence in chart


WITHOUT_PAYMENT = (
    {"expenditure_total": "110000000"},
    {"expenditure_total": "99000000"},
    {"expenditure_total": "100000000"},
)


@pytest.mark.parametrize("row", WITHOUT_PAYMENT, ids=["losses", "below-msr", "neither"])
def test_charts_of_acos_without_payment_have_a_size(
    aco: Aco, roster: Roster, tmp_path: Path, row: dict[str, str]
) -> None:
    file = roster(row, {**row, "aco_id": "A2"})
    for name in ("c.svg", "c.png", "r.html"):
        assert aco("report", "2014", file, "-o", tmp_path / name, "--strict").returncode == 0
    chart = ElementTree.fromstring((tmp_path / "c.svg").read_text("utf-8"))
    page = (tmp_path / "r.html").read_text("utf-8")
    for svg in (chart, *drawn(page)):
        assert 0 < float(svg.get("width", "nan")) < 2000
        assert 0 < float(svg.get("height", "nan")) < 2000
    assert NOTHING[Figure.QUALITY] in {text.text for text in chart.iter(f"{SVG}text")}
    assert f"<figcaption>{NOTHING[Figure.QUALITY]}</figcaption>" in page


@pytest.mark.parametrize("figure", list(Figure))
@pytest.mark.parametrize("name", ["c.svg", "c.png"])
def test_one_chart_with_nothing_to_draw_says_so(
    aco: Aco, roster: Roster, tmp_path: Path, figure: Figure, name: str
) -> None:
    file = roster({"benchmark_total": ""})
    done = aco("report", "2014", file, "--chart", figure, "-o", tmp_path / name, "--strict")
    assert done.returncode == 4
    assert f"warning: nothing to draw in chart {figure}: {NOTHING[figure]}" in done.stderr
    assert (tmp_path / name).stat().st_size > 100


def test_acos_without_settlement_are_in_no_chart_and_no_caption(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    """As in the headline: its dollars are known, but too few beneficiaries for a minimum savings rate."""
    file = roster({"aco_id": "A1"}, {"aco_id": "A2", "assigned_beneficiaries": "300"})
    assert aco("report", "2014", file, "-o", tmp_path / "r.html").returncode == 0
    page = (tmp_path / "r.html").read_text("utf-8")
    assert '<dt>Saved</dt><dd title="1">1</dd>' in page
    assert "1 of 1 ACO spent less than its benchmark" in page
    marks = {(mark.text or "")[:2] for svg in drawn(page) for mark in svg.iter(f"{SVG}title")}
    assert marks == {"A1"}
    assert "track-1 (1)" in page


def test_names_are_not_needed(aco: Aco, tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text(
        "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total,quality_score\n"
        "A1,mssp,track-1,10000,100000000,90000000,0.9\nA2,mssp,track-1,10000,100000000,90000000,0.9\n"
    )
    assert aco("report", "2014", file, "-o", tmp_path / "r.html").returncode == 0
    assert embedded((tmp_path / "r.html").read_text("utf-8"))["acos"][0]["name"] == ""


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        ("savings-rate", "Benchmark, US dollars (logarithmic scale)"),
        ("waterfall", "From losses to repayments"),
        ("distribution", "Savings rate by track"),
        ("quality", "Quality score"),
    ],
)
def test_one_chart_is_written_alone(aco: Aco, roster_2014: Path, tmp_path: Path, chart: str, words: str) -> None:
    output = tmp_path / "c.svg"
    assert aco("report", "2014", roster_2014, "--chart", chart, "-o", output).returncode == 0
    drawn_alone = ElementTree.fromstring(output.read_text("utf-8"))
    assert drawn_alone.get("aria-label", "").endswith(": performance year 2014")
    assert len(drawn_alone.findtext(f"{SVG}desc", "")) > 40
    texts = {text.text for text in drawn_alone.iter(f"{SVG}text")}
    assert words in texts
    others = {"Benchmark, US dollars (logarithmic scale)", "From losses to repayments", "Savings rate by track"} - {
        words
    }
    assert not texts & others
    assert not {"href", "data-key"} & {name for each in drawn_alone.iter() for name in each.attrib}


def test_every_aco_is_a_mark_that_says_its_name(aco: Aco, roster_2014: Path, tmp_path: Path) -> None:
    output = tmp_path / "c.svg"
    assert aco("report", "2014", roster_2014, "--chart", "savings-rate", "-o", output).returncode == 0
    marks = [mark.text or "" for mark in ElementTree.fromstring(output.read_text("utf-8")).iter(f"{SVG}title")]
    assert len(marks) == 333
    assert "A85439 RGV ACO Health Providers, LLC: savings rate 12.69%, earned a payment" in marks


@pytest.mark.parametrize("name", ["out.doc", "out", "out.csv"])
def test_other_extensions_are_refused(aco: Aco, roster: Roster, tmp_path: Path, name: str) -> None:
    done = aco("report", "2014", roster(), "-o", tmp_path / name)
    assert (done.returncode, done.stdout) == (2, "")
    assert "expected a file that ends in .html, .pdf, .xlsx, .svg, .png" in done.stderr
    assert not (tmp_path / name).exists()


def test_a_chart_is_no_page(aco: Aco, roster: Roster, tmp_path: Path) -> None:
    done = aco("report", "2014", roster(), "--chart", "waterfall", "-o", tmp_path / "r.html")
    assert done.returncode == 2
    assert "--chart waterfall: is for a file that ends in .svg or .png" in done.stderr


def test_more_rows_than_a_browser_bears_are_refused(
    aco: Aco, roster: Roster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aco_cli.commands.report_files.MOST_ROWS", 2)
    three = roster({"aco_id": "A1"}, {"aco_id": "A2"}, {"aco_id": "A3"})
    done = aco("report", "2014", three, "-o", tmp_path / "c.svg", "--chart", "waterfall")
    assert done.returncode == 2
    assert "at most 2 ACOs and years, the files have 3; choose some" in done.stderr
    assert (
        aco("report", "2014", three, "--aco", "A1,A2", "-o", tmp_path / "c.svg", "--chart", "waterfall").returncode == 0
    )


def test_without_an_output_nothing_is_done(aco: Aco, roster: Roster) -> None:
    done = aco("report", "2014", roster())
    assert done.returncode == 2
    assert "--output" in done.stderr


@pytest.mark.parametrize("library", ["altair", "jinja2", "vl_convert"])
def test_a_missing_library_is_named_with_what_brings_it(
    aco: Aco, roster: Roster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    done = aco("report", "2014", roster(), "-o", tmp_path / "r.html")
    assert done.returncode == 2
    assert f"needs {library}" in done.stderr
    assert "pip install 'aco-cli[report]'" in done.stderr
