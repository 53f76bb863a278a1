"""The page of `aco report`: its size for 500 ACOs, and how soon Chromium paints it from disk beside an empty page.

Run by itself: `python benchmarks/page.py`; needs Chromium, ChromeDriver and the extra aco-cli[report]. Exit code 1 if
the page is larger than 3 MB or its first paint takes longer than a second.
"""

from __future__ import annotations

import csv
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from selenium import webdriver

ROSTER = Path(__file__).parents[1] / "sample_data" / "roster_2014.csv"
ACO = Path(sys.executable).with_name("aco")
ACOS, RUNS = 500, 7
LARGEST_BYTES, SLOWEST_MS = 3_000_000, 1_000
EMPTY = "<!DOCTYPE html><title>empty</title><p>.</p>"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--window-size=1280,900"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
FIRST_PAINT = """
    const [done] = arguments;
    new PerformanceObserver((list, observer) => {
      const paint = list.getEntriesByName("first-contentful-paint")[0];
      if (paint) { observer.disconnect(); done(paint.startTime); }
    }).observe({ type: "paint", buffered: true });
"""


def make_page(folder: Path) -> Path:
    """The page of a roster of 500 ACOs: those of 2014, and the first of them again under other ids."""
    with ROSTER.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows += [row | {"aco_id": f"B{row['aco_id']}"} for row in rows[: ACOS - len(rows)]]
    roster, page = folder / "roster.csv", folder / "report.html"
    with roster.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    subprocess.run([ACO, "report", "2014", roster, "-o", page], check=True)
    return page


def first_paints(pages: list[Path], folder: Path) -> list[float]:
    """The median first contentful paint of each page in milliseconds, the pages in turn in one browser."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*FLAGS, f"--user-data-dir={folder / 'chromium'}"):
        options.add_argument(flag)
    times: list[list[float]] = [[] for _ in pages]
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(shutil.which("chromedriver"))))
    try:
        for _ in range(RUNS):
            for page, taken in zip(pages, times, strict=True):
                driver.get(page.as_uri())
                taken.append(driver.execute_async_script(FIRST_PAINT))
    finally:
        driver.quit()
    return [statistics.median(taken) for taken in times]


def main() -> int:
    """Measure, print, and tell by the exit code whether both goals are met."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page, empty = make_page(folder), folder / "empty.html"
        empty.write_text(EMPTY, encoding="utf-8")
        size = page.stat().st_size
        paint, least = first_paints([page, empty], folder)
    print(f"page of {ACOS} ACOs: {size:,} bytes (at most {LARGEST_BYTES:,})")
    print(f"first paint: {paint:.0f} ms (at most {SLOWEST_MS:,}), an empty page {least:.0f} ms, medians of {RUNS}")
    return int(size > LARGEST_BYTES or paint > SLOWEST_MS)


if __name__ == "__main__":
    sys.exit(main())
