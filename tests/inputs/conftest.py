from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.load import Loaded, load
from aco_cli.inputs.years import Years

HEADER = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
ROW = "A1,mssp,track-1,10000,100000000,90000000"

Write = Callable[..., str]
Problems = Callable[..., tuple[Problem, ...]]
Load = Callable[..., Loaded]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes text or bytes to a file and gives its path."""

    def to_file(content: str | bytes, name: str = "r.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return to_file


@pytest.fixture
def load_year() -> Load:
    """Loads files for one year or more."""

    def of(*files: str, years: str = "2014", **options: object) -> Loaded:
        return load(files, Years.parse(years), **options)  # type: ignore[arg-type]

    return of


@pytest.fixture
def problems_of(load_year: Load) -> Problems:
    """The problems for which files are refused."""

    def of(*files: str, **options: object) -> tuple[Problem, ...]:
        with pytest.raises(InputError) as caught:
            load_year(*files, **options)
        return caught.value.problems

    return of


@pytest.fixture
def roster(write: Write) -> Write:
    """Writes a roster of one good row with further columns: `roster(quality_score="0.9")`."""

    def to_file(*, name: str = "r.csv", **cells: str) -> str:
        base = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | cells
        quoted = ['"' + cell.replace('"', '""') + '"' for cell in base.values()]
        return write(",".join(base) + "\n" + ",".join(quoted) + "\n", name)

    return to_file
