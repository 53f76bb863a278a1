"""Runs commands of the package on the path in this one process: what `compare_checkouts.py` starts.

Each line of standard input is JSON, a command's words without `aco`; each line of standard output is its exit code,
output and messages, as JSON.
"""

from __future__ import annotations

import gc
import io
import json
import os
import runpy
import sys
import traceback
from collections.abc import Sequence


def run(words: Sequence[str]) -> tuple[object, str, str]:
    """One command: exit code (70 for a traceback), standard output, standard error."""
    output, messages = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    before = sys.stdin, sys.stdout, sys.stderr, sys.argv
    sys.stdin, sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO(), "utf-8"), output, messages
    sys.argv = ["aco", *words]
    code: object = 0
    try:
        runpy.run_module("aco_cli", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
    except Exception:
        code = 70
        traceback.print_exc(file=messages)
    finally:
        sys.stdin, sys.stdout, sys.stderr, sys.argv = before
        gc.unfreeze()  # a command switches the collector off for the rest of its process
        gc.enable()
    return code, _text(output), _text(messages)


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.detach()
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def main() -> None:
    """First the folder of the package, then a result for each command; prints past Python go to standard error."""
    import aco_cli

    with os.fdopen(os.dup(1), "w", encoding="utf-8") as results:
        os.dup2(2, 1)
        print(json.dumps(str(aco_cli.__file__)), file=results, flush=True)
        for line in iter(sys.stdin.readline, ""):
            print(json.dumps(run(json.loads(line))), file=results, flush=True)


if __name__ == "__main__":
    main()
