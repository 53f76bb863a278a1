"""Builds the manual pages into the wheel, so that `man aco` works where `aco` is installed."""

import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManualPages(BuildHookInterface):  # type: ignore[type-arg]
    """What hatch calls when it builds a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the pages and have them installed as share/man/man1."""
        if version == "editable":
            return
        sys.path[:0] = [self.root, str(Path(self.root) / "docs")]
        from make_man import write_pages

        build_data["shared_data"][str(write_pages(Path(mkdtemp())))] = "share/man/man1"
