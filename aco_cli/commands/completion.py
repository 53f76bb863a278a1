"""What a shell may complete: tracks, programs, columns, scenarios and the IDs of ACOs in the files at hand."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

# Where no file is named yet, those of the current folder are read, as long as that takes no one's patience.
_MOST_BYTES = 20_000_000
# Where shells pass the whole command line, of which typer parses only what precedes the cursor.
_LINES = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")


def tracks(incomplete: str) -> list[str]:
    """The tracks of all programs."""
    return _choices("track", incomplete)


def programs(incomplete: str) -> list[str]:
    """The programs."""
    return _choices("program", incomplete)


def columns(ctx: typer.Context, incomplete: str) -> list[str]:
    """The columns that a command writes, behind those already there (`A,-B,...`), and those of rosters."""
    from aco_cli.outputs.columns import column_names, output_tables

    done, comma, last = incomplete.rpartition(",")
    start = done + comma + ("-" if last.startswith("-") else "")
    path = " ".join(ctx.command_path.split()[1:])
    names = ["all", *(name for table in output_tables() if table.startswith(path) for name in column_names(table))]
    return _starting(incomplete, (start + name for name in [*names, *_roster_columns()]))


def figures(incomplete: str) -> list[str]:
    """The figures of a summary."""
    from aco_cli.outputs.columns import output_columns

    return _starting(incomplete, (column.name for column in output_columns("summary") if column.numeric))


def roster_columns(incomplete: str) -> list[str]:
    """The columns of a roster."""
    return _starting(incomplete, _roster_columns())


def scenarios(incomplete: str) -> list[str]:
    """The scenarios that come with `aco`; a file of one's own is completed by the shell."""
    from aco_cli.api.scenario_files import packaged_scenarios

    return _starting(incomplete, (scenario.name for scenario in packaged_scenarios()))


def acos(incomplete: str) -> list[str]:
    """The IDs of the ACOs in the files on the command line, or in those of the current folder."""
    from aco_cli.errors import AcoError
    from aco_cli.inputs.load import load
    from aco_cli.inputs.source import TABLE_SUFFIXES

    line = " ".join(os.environ.get(name, "") for name in _LINES)
    named = [Path(word) for word in line.split() if Path(word).is_file()]
    files = [file for file in named or sorted(Path().iterdir()) if file.suffix.lower() in TABLE_SUFFIXES]
    found: list[str] = []
    if sum(file.stat().st_size for file in files) <= _MOST_BYTES:
        for file in files:
            try:
                found += load([str(file)], None, totals_follow=True).frame["aco_id"].to_list()
            except (AcoError, OSError):  # not a roster; there is nobody to tell
                continue
    return _starting(incomplete, found)


def _roster_columns() -> dict[str, Any]:
    from aco_cli.inputs.layout import layouts_of

    return dict(layouts_of("roster")[0].columns)


def _choices(column: str, incomplete: str) -> list[str]:
    return _starting(incomplete, _roster_columns()[column].choices)


def _starting(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word.startswith(incomplete)]
