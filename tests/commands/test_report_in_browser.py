"""The page of `aco report` in Chromium, from disk: it loads nothing, and all it does can be done by keyboard."""

from __future__ import annotations

import base64
import csv
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

for library in ("altair", "jinja2", "vl_convert"):
    pytest.importorskip(library, reason="needs the extra aco-cli[report]")
webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
Stale = pytest.importorskip("selenium.common.exceptions").StaleElementReferenceException
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
Wait = pytest.importorskip("selenium.webdriver.support.wait").WebDriverWait

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"),
]

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--window-size=1280,900"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
LARGEST = 3_000_000

Browser = Any


@pytest.fixture(scope="module")
def page(
    aco: Callable[..., CompletedProcess[str]], roster_2014: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A page of 500 ACOs: those of 2014, some of them twice under other ids, the first with a name that is a script."""
    folder = tmp_path_factory.mktemp("page")
    with roster_2014.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows += [row | {"aco_id": f"B{row['aco_id']}"} for row in rows[: 500 - len(rows)]]
    rows[0]["aco_name"] = HOSTILE
    with (folder / "roster.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert aco("report", "2014", folder / "roster.csv", "-o", folder / "report.html").returncode == 0
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser(page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests with the page loaded; `at_loading` is what the page complained of and asked for."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        driver.get("about:blank")
        told(driver)  # of Chromium's own first page
        driver.get(page.as_uri())
        driver.at_loading = told(driver)
        yield driver
    finally:
        driver.quit()


def told(browser: Browser) -> tuple[list[str], list[str]]:
    """What the browser complained of, and the addresses it asked for, since it was last looked at."""
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]
    return complaints, asked


def find(browser: Browser, selector: str) -> Any:
    return browser.find_element("css selector", selector)


def shows(browser: Browser, start: str) -> bool:
    """Whether the part on one ACO comes to show the one whose heading starts so; a link takes the browser a moment."""
    wait = Wait(browser, 300, ignored_exceptions=[Stale])  # the heading may be drawn anew while it is read
    return bool(wait.until(lambda _: find(browser, "#one h3").text.startswith(start), f"does not show {start}"))


def column(browser: Browser, name: str) -> list[str]:
    """The cells of a column of the rows that show, from top to bottom."""
    found: list[str] = browser.execute_script(
        """const place = [...document.querySelectorAll("#all thead th")]
             .findIndex((head) => head.textContent === arguments[0]);
           return [...document.querySelectorAll("#all tbody tr")].filter((row) => !row.hidden)
             .map((row) => row.cells[place].textContent);""",
        name,
    )
    return found


def press(browser: Browser, name: str, key: str) -> str | None:
    """Press a key on the heading of a column; how the column is sorted then."""
    head = browser.find_element("xpath", f"//table[@id='all']//th[normalize-space()='{name}']")
    head.find_element("tag name", "button").send_keys(key)
    return head.get_attribute("aria-sort")


def numbers(cells: list[str]) -> list[float]:
    return [float(cell.replace("$", "").replace(",", "").replace("%", "")) for cell in cells if cell]


def test_page_is_small_and_loads_without_a_request_or_a_complaint(browser: Browser, page: Path) -> None:
    assert page.stat().st_size < LARGEST
    assert browser.at_loading == ([], [page.as_uri()])
    assert len(column(browser, "ACO")) == 500


def test_a_name_that_is_a_script_is_shown_and_not_run(browser: Browser) -> None:
    assert HOSTILE in column(browser, "Name")
    browser.find_element("link text", "A00755").send_keys(Keys.ENTER)
    assert shows(browser, f"A00755 {HOSTILE}")
    assert browser.execute_script("return window.hacked === undefined")


def test_columns_sort_by_keyboard_up_and_down_with_blanks_last(browser: Browser) -> None:
    assert press(browser, "Settlement", Keys.ENTER) == "descending"
    paid = numbers(column(browser, "Settlement"))
    assert paid == sorted(paid, reverse=True)
    assert paid[0] > paid[-1]
    assert press(browser, "Settlement", Keys.SPACE) == "ascending"
    assert numbers(column(browser, "Settlement")) == sorted(paid)
    assert press(browser, "Quality", Keys.ENTER) == "descending"
    quality = column(browser, "Quality")
    blanks = quality.count("")
    assert blanks > 0
    assert set(quality[-blanks:]) == {""}
    assert press(browser, "Quality", Keys.ENTER) == "ascending"
    assert set(column(browser, "Quality")[-blanks:]) == {""}
    assert press(browser, "ACO", Keys.ENTER) == "ascending"
    assert column(browser, "ACO") == sorted(column(browser, "ACO"))
    sorted_now = browser.find_elements("css selector", "#all th[aria-sort]:not([aria-sort=none])")
    assert [head.text.split()[0] for head in sorted_now] == ["ACO"]


def test_filter_shows_the_rows_with_all_the_words(browser: Browser) -> None:
    box = find(browser, "#filter")
    assert find(browser, "label[for=filter]").text
    box.send_keys("Track-2 earned")
    tracks, ends = column(browser, "Track"), column(browser, "Outcome")
    assert set(tracks) == {"track-2"}
    assert set(ends) == {"earned a payment"}
    assert find(browser, "#count").text == f"{len(tracks)} of 500 rows"
    box.send_keys(" no such thing")
    assert column(browser, "ACO") == []
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(Keys.DELETE)
    assert find(browser, "#count").text == "500 of 500 rows"


def test_an_aco_is_chosen_by_its_link_in_the_table_and_by_the_list(browser: Browser) -> None:
    browser.find_element("link text", "A85439").send_keys(Keys.ENTER)
    assert shows(browser, "A85439 ")
    steps = [row.text.splitlines()[0] for row in browser.find_elements("css selector", ".steps tbody tr")]
    assert steps[0].startswith("Generated savings")
    assert steps[0].endswith("$13,767,493.00")
    assert steps[-1].endswith("$7,528,796.57")
    lines = {row.text.split("\n")[0] for row in browser.find_elements("css selector", ".lines tbody tr")}
    assert any(line.startswith("Y Earned performance payment $7,528,796.57 42 CFR") for line in lines)
    chooser = find(browser, "#choose")
    assert browser.switch_to.active_element == chooser
    chooser.send_keys(Keys.ARROW_DOWN)
    assert not find(browser, "#one h3").text.startswith("A85439 ")
    assert find(browser, "#one h3").text == chooser.find_element("css selector", "option:checked").text


def test_bars_start_where_the_step_before_ends(browser: Browser) -> None:
    browser.execute_script("location.hash = 'aco-A85439-2014'")
    assert shows(browser, "A85439 ")
    bars = browser.execute_script(
        """return [...document.querySelectorAll(".steps .bar i")].map((bar) =>
             [parseFloat(bar.style.left), parseFloat(bar.style.left) + parseFloat(bar.style.width), bar.className]);"""
    )
    starts = [100, *(start for start, _, _ in bars[1:])]
    assert bars[0] == [0, 100, ""]
    assert [end for _, end, _ in bars[1:-1]] == pytest.approx(starts[:-2], abs=0.01)
    assert {kind for _, _, kind in bars[1:-1]} == {"less"}
    assert bars[-1] == [0, pytest.approx(starts[-2], abs=0.01), ""]


def test_a_mark_of_a_chart_leads_to_its_aco(browser: Browser) -> None:
    mark = browser.find_element("xpath", "//*[@id='savings-rate']//*[name()='title'][starts-with(.,'A67373')]/..")

    def leads(_: Browser) -> bool:
        """A click meets nothing while the page still moves to the mark."""
        webdriver.ActionChains(browser).move_to_element(mark).click().perform()
        return bool(find(browser, "#one h3").text.startswith("A67373 "))

    assert Wait(browser, 300, ignored_exceptions=[Stale]).until(leads)


def test_no_width_makes_the_page_itself_scroll_sideways(browser: Browser) -> None:
    for width in (1280, 360):
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_every_control_and_picture_has_a_name(browser: Browser) -> None:
    nameless = browser.execute_script(
        """return [...document.querySelectorAll("input, select, button, svg, [role=region]")].filter((each) =>
             !(each.labels?.length || each.textContent.trim() && each.tagName === "BUTTON" ||
               each.getAttribute("aria-label") || each.getAttribute("aria-labelledby") || each.ariaLabel))
             .map((each) => each.outerHTML.slice(0, 80));"""
    )
    assert nameless == []


def test_print_shows_all_rows_and_no_controls(browser: Browser) -> None:
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        holder = find(browser, "#acos .scroll")
        assert holder.value_of_css_property("max-height") == "none"
        assert not any(each.is_displayed() for each in browser.find_elements("css selector", ".controls"))
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_charts_fit_the_narrowest_screen(browser: Browser) -> None:
    size = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        ends = browser.execute_script(
            """return [...document.querySelectorAll(".plot")].flatMap((plot) =>
                 [plot.scrollWidth - plot.clientWidth, plot.firstElementChild.getBoundingClientRect().right - 360]);"""
        )
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert len(ends) == 8
    assert max(ends) <= 0


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
@pytest.mark.parametrize("paper", [(8.5, 11), (8.27, 11.69)], ids=["letter", "a4"])
def test_printed_pages_start_with_charts_and_keep_steps_together(
    browser: Browser, tmp_path: Path, paper: tuple[float, float]
) -> None:
    """The first charts stand under the headline; wherever the part on one ACO comes to stand, its steps are in one.

    So are they where the answer has three lines, of which two might be left behind.
    """
    browser.execute_script("location.hash = 'aco-A85439-2014'")
    assert shows(browser, "A85439 ")
    steps = [row.text.splitlines()[0] for row in browser.find_elements("css selector", ".steps tbody th")]
    for rows in range(8, 32, 3):
        browser.execute_script(
            'document.querySelectorAll("#all tbody tr").forEach((row, place) => (row.hidden = place >= arguments[0]))',
            rows,
        )
        pages = printed(browser, tmp_path, paper)
        assert all(words in pages[0] for words in ("Headline figures", "Savings rate and benchmark", "median is"))
        (whole,) = (page for page in pages if "ACO detail\n" in page)
        assert all(step in whole for step in (*steps, "From savings or losses to the settlement")), f"{rows} rows"
    browser.refresh()
    told(browser)


def printed(browser: Browser, folder: Path, paper: tuple[float, float]) -> list[str]:
    """The text of each page that the browser would print."""
    size = {"paperWidth": max(paper), "paperHeight": min(paper)}
    data = browser.execute_cdp_cmd("Page.printToPDF", {**size, "printBackground": True})["data"]
    (folder / "page.pdf").write_bytes(base64.b64decode(data))
    done = subprocess.run(
        ["pdftotext", "-layout", "page.pdf", "-"], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.rstrip("\f").split("\f")


def test_nothing_that_was_done_made_the_page_complain_or_load(browser: Browser) -> None:
    assert told(browser) == ([], [])


def test_a_page_without_any_payment_loads_without_a_complaint(
    browser: Browser, page: Path, aco: Callable[..., CompletedProcess[str]], roster_2014: Path, tmp_path: Path
) -> None:
    """A00755 lost in a one-sided track: there is no payment to draw."""
    bare = tmp_path / "bare.html"
    assert aco("report", "2014", roster_2014, "--aco", "A00755", "-o", bare).returncode == 0
    browser.get(bare.as_uri())
    complaints, _ = told(browser)
    browser.get(page.as_uri())
    told(browser)
    assert complaints == []


def test_errors_of_a_page_would_be_seen(browser: Browser, page: Path, tmp_path: Path) -> None:
    """The checks above can fail: a page with an error and a picture from elsewhere is told apart."""
    bad = tmp_path / "bad.html"
    bad.write_text("<img src='missing.png'><script>noSuchThing()</script>")
    browser.get(bad.as_uri())
    complaints, asked = told(browser)
    browser.get(page.as_uri())
    told(browser)
    assert any("noSuchThing" in complaint for complaint in complaints)
    assert (tmp_path / "missing.png").as_uri() in asked
