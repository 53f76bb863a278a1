"""A page printed to PDF by a browser that is installed."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from aco_cli.errors import OutputError

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    *("chrome", "microsoft-edge", "msedge"),
)
_SECONDS = 120


def printed(page: bytes) -> bytes:
    """The page as a PDF. Raises OutputError where no browser is installed, or it prints nothing."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise OutputError("a PDF needs Chromium, Chrome or Edge: install one, or write -o FILE.html and print it")
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_bytes(page)
        options = ["--headless", "--disable-gpu", "--no-sandbox", f"--user-data-dir={folder}/profile"]
        command = [browser, *options, "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri()]
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=_SECONDS)  # noqa: S603 (a known browser)
        except subprocess.TimeoutExpired:
            raise OutputError(f"{browser} did not print the page within {_SECONDS} seconds") from None
        if not target.is_file():
            raise OutputError(f"{browser} printed nothing; write -o FILE.html and print it")
        return target.read_bytes()
