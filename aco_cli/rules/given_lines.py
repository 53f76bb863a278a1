"""Lines of the law that folders of rules and scenarios bring, as they are written there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aco_cli.errors import RulesError
from aco_cli.rules.validated_yaml import read_yaml

TABLES = ("settlement", "benchmark")


@dataclass(frozen=True, eq=False)
class GivenLines:
    """Lines by name for a table, of one program or of all; `file` and `place` say where they are written.

    There each has `prefix` before its name.
    """

    table: str
    lines: Mapping[str, Any]
    file: Path
    program: str = ""
    place: tuple[int | str, ...] = ()
    prefix: str = ""


def lines_in_folders(folders: Sequence[Path], programs: Sequence[str]) -> Iterator[GivenLines]:
    """The lines of `DIR/<program>/settlement.yaml` and `benchmark.yaml`. Raises RulesError for other content."""
    for path in (folder / program / f"{table}.yaml" for folder in folders for program in programs for table in TABLES):
        if path.is_file():
            yield GivenLines(path.stem, lines_of(path), path, path.parent.name)


def lines_of(path: Path) -> dict[str, Any]:
    """The entries of a file of lines by name. Raises RulesError."""
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise RulesError(f"{path}: expected lines by name, found {content!r}")
    return content


def lines_of_scenario(lines: Mapping[str, Any], file: Path, place: tuple[int | str, ...]) -> Iterator[GivenLines]:
    """The lines of a scenario: those behind `benchmark.` are of the benchmark, all others of the settlement."""
    named = {str(name): entry for name, entry in lines.items()}
    for table, prefix in (("settlement", ""), ("benchmark", "benchmark.")):
        own = [name for name in named if name.startswith("benchmark.") == bool(prefix)]
        if own:
            entries = {name.removeprefix(prefix): named[name] for name in own}
            yield GivenLines(table, entries, file, place=place, prefix=prefix)
