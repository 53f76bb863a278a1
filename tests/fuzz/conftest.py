"""What the fuzz tests share: random cases that are counted, and ways to change what they are about."""

from __future__ import annotations

import resource
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
import yaml

import aco_cli
from aco_cli.errors import AcoError

T = TypeVar("T")
PER_BATCH = 25
# How many of a hundred cases are of each kind: more of what has more to go wrong and costs less time.
SHARES = {
    **{"test_rules": 12, "test_lines_of_the_law": 8, "test_scenarios": 8, "test_mappings": 5, "test_settings": 7},
    **{"test_manifests": 4, "test_damaged_bytes": 15, "test_parts_of_workbooks": 9, "test_parts_of_reports": 1},
    **{"test_damaged_text": 8, "test_dresses": 5, "test_damaged_claims": 3, "test_options": 15},
}
MARKS = "{ } [ ] ' \" *x &x <<: \\x \0 \t \u2028 é"
WORDS = "null ~ true -1 1e400 .nan .inf 0x1F 0o17 1_0 2014-01-01 2014-13-01 1/0 5/12 12:30:45"
LINES = ("\n", ": ", "- ", "? ", "--- ", "!!python/object:os.system", "!!binary x", "9" * 400, "[" * 2_000)
PIECES = (*MARKS.split(" "), *WORDS.split(" "), *LINES)
VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 2.5, 1e300, float("nan"), float("inf"), 10**40, "", "x", "1/3", "1/0", [], {}, [None]),
    *({"a": 1}, [[1]], {1: 2}, {None: 1}, "=1+1", "savings / 0", "MAX(savings)", "rules.x", "IF(", "2012-", "9999-"),
)


class Case(Random):
    """A case by its own seed, and whatever it changes.

    `refused` tells whether it ended in an error in words, in which what `is_sound` may not end.
    """

    def __init__(self, seed: str, folder: Path) -> None:
        super().__init__(seed)
        self.folder = folder
        self.refused = self.is_sound = False

    def told(self, run: Callable[[], T]) -> T | None:
        """What a run gives, or None where it ends in an error in words; any other error fails the test."""
        try:
            return run()
        except AcoError as error:
            assert 0 < len(str(error).strip()) < 20_000
            assert not self.is_sound, error
            self.refused = True
        return None

    def text(self, text: str) -> str:
        """A text with signs or lines deleted, doubled, moved, or others put in."""
        for _ in range(self.choice((1, 1, 2, 5))):
            at = self.randrange(len(text) + 1)
            end = min(len(text), at + self.choice((1, 1, 3, 20)))
            lines = text.splitlines(keepends=True) or [""]
            line = self.randrange(len(lines))
            before, rest = lines[:line], lines[line:]
            ways: tuple[Callable[[], str], ...] = (
                lambda at=at, end=end, text=text: text[:at] + text[end:],
                lambda at=at, text=text: text[:at] + self.choice(PIECES) + text[at:],
                lambda at=at, end=end, text=text: text[:end] + text[at:],
                lambda before=before, rest=rest: "".join([*before, *rest[1:]]),
                lambda before=before, rest=rest: "".join([*before, rest[0], *rest]),
                lambda before=before, rest=rest: "".join([*before, "  ", *rest]),
            )
            text = self.choice(ways)()
        return text

    def bytes(self, data: bytes) -> bytes:
        """A file with some bytes replaced, at times cut short as well."""
        changed = bytearray(data)
        for _ in range(self.choice((1, 1, 4))):
            changed[self.randrange(len(changed))] = self.randrange(256)
        return bytes(changed[: self.choice((None, None, self.randrange(len(data))))])

    def tree(self, tree: Any) -> Any:
        """Mappings and lists with one of their values replaced, or a key."""
        place = self.choice(list(_places(tree)))
        value = self.choice(VALUES)
        if not place:
            return value
        holder = tree
        for step in place[:-1]:
            holder = holder[step]
        if isinstance(holder, dict) and self.random() < 0.2:
            holder[self.choice(("x", 1, None, True, "value"))] = holder.pop(place[-1])
        else:
            holder[place[-1]] = value
        return tree

    def yaml(self, path: Path, text: str) -> bool:
        """Write a text of YAML changed, as text or as content, or in another dress; tells whether it says the same."""
        content = yaml.safe_load(text)
        way = self.random()
        if way < 0.1:
            style = {"default_flow_style": self.choice((True, False, None)), "width": self.choice((20, 80, 2_000))}
            changed = f"# {self.random()}\n{yaml.safe_dump(content, sort_keys=False, allow_unicode=True, **style)}"
        elif way < 0.55:
            changed = self.text(text)
        else:
            changed = yaml.safe_dump(self.tree(yaml.safe_load(text)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changed, encoding="utf-8", errors="replace")
        self.is_sound = way < 0.1
        try:
            return repr(yaml.safe_load(changed)) == repr(content)
        except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError):
            return False


def _places(tree: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, item in items:
        yield from _places(item, (*place, key))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "fuzz" in metafunc.fixturenames:
        config, share = metafunc.config, SHARES[metafunc.function.__name__]
        first = config.getoption("--fuzz-from")
        last = first - (-config.getoption("--fuzz") * share // sum(SHARES.values()))
        batches = [range(start, min(start + PER_BATCH, last)) for start in range(first, last, PER_BATCH)]
        metafunc.parametrize("fuzz", batches, indirect=True, ids=lambda batch: str(batch.start))


@pytest.fixture
def fuzz(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Callable[[Case], None]], None]:
    """Tries every case of a batch, each in a folder of its own; those that fail are told together, by number."""

    def tried(try_one: Callable[[Case], None]) -> None:
        failed: list[BaseException] = []
        refused, slowest, kind = 0, 0.0, request.function.__name__
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in request.param:
            case = Case(f"{kind} {number}", tmp_path / str(number))
            case.folder.mkdir()
            started = time.process_time()
            try:
                try_one(case)
            except (Exception, pytest.fail.Exception) as error:
                error.add_note(f"{kind}: case {number}")
                failed.append(error)
            slowest, refused = max(slowest, time.process_time() - started), refused + case.refused
            shutil.rmtree(case.folder)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        request.node.user_properties.append(("fuzz", [kind, len(request.param), refused, slowest, grown]))
        if failed:
            raise BaseExceptionGroup(f"{len(failed)} cases of {kind}", failed)

    return tried


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many cases of each kind there were, where there were many."""
    if terminalreporter.config.getoption("--fuzz") < 1_000:
        return
    kinds: dict[str, list[Any]] = defaultdict(list)
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, (kind, *figures) in report.user_properties:
            if name == "fuzz" and report.when == "call":
                kinds[kind].append(figures)
    terminalreporter.section("fuzzed cases")
    for kind, batches in kinds.items():
        cases, refused, slowest, grown = zip(*batches, strict=True)
        terminalreporter.line(
            f"{kind:<24} {sum(cases):>7,} cases, {sum(refused):>7,} refused, the slowest {max(slowest):.1f} s of the "
            f"processor, memory up by {max(grown) // 1024} MB at most"
        )
    terminalreporter.line(f"{sum(batch[0] for batches in kinds.values() for batch in batches):>32,} cases")


PACKAGE = Path(aco_cli.__file__).parent
SAMPLE = PACKAGE.parent / "sample_data"


@pytest.fixture(scope="session")
def sample() -> Path:
    return SAMPLE
