"""Files of every kind with something in them changed at random, and random options: words and an exit code, always.

No case may end in an internal error, and none may change a figure silently: what is read of a damaged workbook or
Parquet file is what the sound one says. `pytest tests/fuzz --fuzz 20000` takes more cases, split among the kinds.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
import yaml

import aco_cli as aco
from aco_cli.api.scenario_files import read_scenarios
from aco_cli.commands.settings import read_settings
from aco_cli.commands.table import COMMANDS
from aco_cli.errors import AcoError
from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.emit import render
from aco_cli.outputs.formats import Format

PACKAGE = Path(aco.__file__).parent
PER_BATCH = 25
KINDS = 5
PIECES = (
    *(
        "*x",
        "&x",
        "<<: ",
        "{",
        "}",
        "[",
        "]",
        ": ",
        "- ",
        "\n",
        "\t",
        "'",
        '"',
        "!!python/object:os.system",
        "\\x",
        "\0",
    ),
    *(
        "null",
        "~",
        "true",
        "-1",
        "1e400",
        ".nan",
        ".inf",
        "0x1F",
        "2014-01-01",
        "9" * 400,
        "1/0",
        "5/12",
        "\u2028",
        "é",
    ),
)
VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 2.5, 1e300, float("nan"), float("inf"), 10**40, "", "x", "1/3", "1/0", [], {}, [None]),
    *({"a": 1}, [[1]], {1: 2}, {None: 1}, "=1+1", "savings / 0", "MAX(savings)", "rules.x", "IF(", "2012-", "9999-"),
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "batch" in metafunc.fixturenames:
        cases = metafunc.config.getoption("--fuzz")
        metafunc.parametrize("batch", range(-(-cases // KINDS // PER_BATCH)))


def changed_text(random: Random, text: str) -> str:
    """A text with signs or lines deleted, doubled, moved, or others put in."""
    for _ in range(random.choice((1, 1, 2, 5))):
        at = random.randrange(len(text) + 1)
        end = min(len(text), at + random.choice((1, 1, 3, 20)))
        lines = text.splitlines(keepends=True) or [""]
        line = random.randrange(len(lines))
        text = random.choice(
            (
                lambda at=at, end=end, text=text: text[:at] + text[end:],
                lambda at=at, text=text: text[:at] + random.choice(PIECES) + text[at:],
                lambda at=at, end=end, text=text: text[:at] + text[at:end] * 2 + text[end:],
                lambda lines=lines, line=line: "".join([*lines[:line], *lines[line + 1 :]]),
                lambda lines=lines, line=line: "".join([*lines[: line + 1], *lines[line:]]),
                lambda lines=lines, line=line: "".join([*lines[:line], "  ", *lines[line:]]),
            )
        )()
    return text


def changed_tree(random: Random, tree: Any) -> Any:
    """Content of YAML with one of its values replaced."""
    places = list(_places(tree))
    place = random.choice(places)
    value = random.choice(VALUES)
    if not place:
        return value
    holder = tree
    for step in place[:-1]:
        holder = holder[step]
    if isinstance(holder, dict) and random.random() < 0.2:
        holder[random.choice(("x", 1, None, True, "value"))] = holder.pop(place[-1])
    else:
        holder[place[-1]] = value
    return tree


def _places(tree: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, item in items:
        yield from _places(item, (*place, key))


def changed_yaml(random: Random, path: Path) -> str:
    text = path.read_text("utf-8")
    if random.random() < 0.5:
        return changed_text(random, text)
    return yaml.safe_dump(changed_tree(random, yaml.safe_load(text)), allow_unicode=True)


def told(run: Callable[[], object]) -> bool:
    """Whether a run ends in an error in words; any other error fails the test."""
    try:
        run()
    except AcoError as error:
        assert str(error).strip()
        assert len(str(error)) < 20_000
        return True
    return False


@pytest.fixture(scope="module")
def roster() -> pd.DataFrame:
    path = PACKAGE.parent / "sample_data" / "roster_2014.csv"
    return pd.read_csv(path, dtype="str", keep_default_na=False).head(12)


RULES = sorted((PACKAGE / "rules" / "mssp").glob("*.yaml")) + sorted(
    (PACKAGE / "rules" / "mssp-benchmark").glob("*.yaml")
)
LAW = sorted((PACKAGE / "law" / "mssp").glob("settlement.yaml"))


def test_files_of_rules(batch: int, roster: pd.DataFrame, tmp_path: Path) -> None:
    random = Random(f"rules {batch}")
    for number in range(PER_BATCH):
        path = random.choice(RULES)
        folder = tmp_path / str(number) / path.parent.name
        folder.mkdir(parents=True)
        (folder / path.name).write_text(changed_yaml(random, path), encoding="utf-8", errors="replace")
        told(lambda folder=folder: aco.settle(roster, 2014, rules=folder.parent))


def test_lines_of_the_law(batch: int, roster: pd.DataFrame, tmp_path: Path) -> None:
    """Some lines of the package's, as a folder would bring them."""
    random = Random(f"law {batch}")
    law = yaml.safe_load(LAW[0].read_text("utf-8"))
    for number in range(PER_BATCH // 2):
        names = random.sample(list(law), 3)
        source = tmp_path / f"{number}.yaml"
        source.write_text(yaml.safe_dump({name: law[name] for name in names}), encoding="utf-8")
        folder = tmp_path / str(number) / "mssp"
        folder.mkdir(parents=True)
        (folder / "settlement.yaml").write_text(changed_yaml(random, source), encoding="utf-8", errors="replace")
        told(lambda folder=folder: aco.settle(roster, 2014, rules=folder.parent))


def test_scenarios(batch: int, roster: pd.DataFrame, tmp_path: Path) -> None:
    random = Random(f"scenario {batch}")
    paths = sorted((PACKAGE / "scenarios").glob("*.yaml"))
    path = tmp_path / "scenario.yaml"
    for _ in range(PER_BATCH):
        path.write_text(changed_yaml(random, random.choice(paths)), encoding="utf-8", errors="replace")
        if not told(lambda: read_scenarios(path)) and random.random() < 0.3:
            told(lambda: aco.whatif(roster, 2014, scenario=str(path)))


SETTINGS = """# settings
rules = ["ours"]
strict = true
format = "json"
log_format = 'text'
[tool.aco]
exact = false
layout = "auto"
"""


def test_settings(batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(f"settings {batch}")
    monkeypatch.chdir(tmp_path)
    environment = {"HOME": str(tmp_path)}
    for _ in range(PER_BATCH):
        name = random.choice(("aco.toml", "pyproject.toml"))
        other = "aco.toml" if name == "pyproject.toml" else "pyproject.toml"
        Path(other).unlink(missing_ok=True)
        Path(name).write_text(changed_text(random, SETTINGS), encoding="utf-8", errors="replace")
        told(lambda: read_settings(environment))


@pytest.fixture(scope="module")
def sound(roster: pd.DataFrame) -> dict[str, bytes]:
    """A Parquet file and a workbook as the package writes them."""
    names = ["program", "track", "assigned_beneficiaries", "benchmark_total", "expenditure_total", "quality_score"]
    with io.BytesIO() as parquet:
        roster[["aco_id", *names]].to_parquet(parquet, write_page_checksum=True)
        table = parquet.getvalue()
    book = render(roster[["aco_id"]].join(roster[names]), _text_columns(["aco_id", *names]), Format.XLSX)
    return {"parquet": table, "xlsx": book}


def _text_columns(names: list[str]) -> list[OutputColumn]:
    return [OutputColumn(name, Unit.TEXT, name, 0) for name in names]


FIGURES = ["aco_id", "outcome", "settlement"]


@pytest.mark.parametrize("kind", ["parquet", "xlsx"])
def test_damaged_bytes(batch: int, kind: str, sound, tmp_path: Path) -> None:
    """A file with bytes changed is refused, or says what the sound one does."""
    random = Random(f"{kind} {batch}")
    data = sound[kind]
    path = tmp_path / f"damaged.{kind}"
    path.write_bytes(data)
    settled = aco.settle(path, 2014).table[FIGURES]
    for _ in range(PER_BATCH // 2):
        changed = bytearray(data)
        for _ in range(random.choice((1, 1, 4))):
            changed[random.randrange(len(changed))] = random.randrange(256)
        path.write_bytes(changed[: random.choice((None, None, random.randrange(len(data))))])
        found: list[pd.DataFrame] = []
        if not told(lambda found=found: found.append(aco.settle(path, 2014).table)):
            pd.testing.assert_frame_equal(found[0][FIGURES], settled)


def test_parts_of_workbooks(batch: int, sound, tmp_path: Path) -> None:
    """Any part changed, its checksum right: an error in words, or a table."""
    random = Random(f"parts {batch}")
    with zipfile.ZipFile(io.BytesIO(sound["xlsx"])) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    path = tmp_path / "parts.xlsx"
    for _ in range(PER_BATCH // 2):
        name = random.choice(list(parts))
        text = changed_text(random, parts[name].decode())
        with zipfile.ZipFile(path, "w") as book:
            for each, content in parts.items():
                book.writestr(each, text if each == name else content)
        told(lambda: aco.settle(path, 2014))


WORDS = (
    *(
        "settle",
        "summary",
        "explain",
        "whatif",
        "check",
        "rules",
        "show",
        "config",
        "2014",
        "2012-",
        "all",
        "r.csv",
        "-",
    ),
    *("--format", "json", "csv", "table", "xlsx", "--columns", "aco_id", "all", "--sort", "-savings", "--limit", "-1"),
    *(
        "--set",
        "track=x",
        "quality_score=0.9",
        "--where",
        "state == 'TX'",
        "(",
        "--by",
        "track",
        "--aco",
        "A1",
        "--strict",
    ),
    *(
        "--rule",
        "mssp.sequestration=1",
        "--scenario",
        "msr-0",
        "--layout",
        "roster",
        "--sheet",
        "x",
        "--expect-rows",
        "3",
    ),
    *("--max-unpacked", "1GB", "", "\0", "é", "--no-such", "--exact", "--excel-safe", "-q", "--log-format", "--help"),
)


def test_options(batch: int, aco, roster: pd.DataFrame, tmp_path: Path) -> None:
    """Any words behind a command end in a documented exit code, told by the fixture."""
    random = Random(f"options {batch}")
    roster.to_csv(tmp_path / "r.csv", index=False)
    names = [command.name.split() for command in COMMANDS if command.name not in ("synth", "report", "verify")]
    for _ in range(PER_BATCH // 5):
        words = [*random.choice(names), "2014", "r.csv", *random.choices(WORDS, k=random.randrange(6))]
        if random.random() < 0.3:
            words.insert(random.randrange(len(words)), random.choice(WORDS))
        if "\0" in "".join(words) and os.name != "posix":
            continue
        aco(*words, cwd=tmp_path)
