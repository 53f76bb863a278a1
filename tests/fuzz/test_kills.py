"""However a run is ended, each of its outputs is whole or as it was, and the next run is as if nothing had been."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills and forks as on POSIX")
def test_killed_runs_leave_old_or_new_files(pytestconfig: pytest.Config, tmp_path: Path, patience: int) -> None:
    """`pytest tests/fuzz/test_kills.py --kills 1000` takes more, of more kinds of output."""
    kills = pytestconfig.getoption("--kills")
    command = [sys.executable, str(Path(__file__).with_name("kills.py")), str(kills), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patience * kills, check=False)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    seen = json.loads(done.stdout)
    assert seen["move"] >= kills // 3
    assert min(seen["old"], seen["leftovers"]) > 0, "kills hit runs at work"
