"""YAML read into dataclasses: what is of another kind is refused, and every fault told with its place and line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pytest

from aco_cli.errors import RulesError
from aco_cli.rules.validated_yaml import Number, ReadBy, Whole, YesNo, form, read_yaml, told, validated


def _even(value: object) -> int:
    if value not in (2, 4):
        raise ValueError("2 or 4")
    return int(str(value))


@dataclass(frozen=True)
class Wheel:
    size: Number
    spokes: Whole = 0

    __pydantic_config__ = form()


@dataclass(frozen=True)
class Cart:
    owner: str
    wheels: tuple[Wheel, ...]
    shafts: Annotated[int, ReadBy(_even)] = 2
    loaded: YesNo = False
    parts: Mapping[str, Number] = field(default_factory=dict)

    __pydantic_config__ = form(owner="of")


def read(folder: Path, text: str) -> Cart:
    path = folder / "cart.yaml"
    path.write_text(text, encoding="utf-8")
    return validated(path, Cart, read_yaml(path))


def test_what_fits_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, "of: ' Ann '\nwheels: [{size: 3}, {size: 2.5, spokes: 8}]\nshafts: 4\nloaded: true")
    assert found == Cart("Ann", (Wheel(3.0), Wheel(2.5, 8)), 4, True)
    assert isinstance(found.wheels[0].size, float)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("of: A\nwheels: []\nloaded: 1", "loaded, line 3: expected a valid boolean, found 1"),
        ("of: A\nwheels: []\nloaded: 'true'", "loaded, line 3: expected a valid boolean, found 'true'"),
        ("of: A\nwheels:\n- size: 1\n- size: '1'", "wheel 2: size, line 4: expected a valid number, found '1'"),
        ("of: A\nwheels:\n- size: true", "wheel 1: size, line 3: expected a valid number, found True"),
        ("of: A\nwheels:\n- size: .inf", "wheel 1: size, line 3: .*finite number, found inf"),
        (
            "of: A\nwheels:\n- {size: 1,\n   spokes: 8.5}",
            "spokes, line 4: expected a valid integer, found 8.5",
        ),
        ("of: A\nwheels:\n- 5", "wheel 1, line 3: expected a mapping, found 5"),
        ("of: A\nwheels: 5", "wheels, line 2: expected a list, found 5"),
        ("of: A\nwheels:\n- {size: 1, width: 2}", "wheel 1: width, line 3: unknown key"),
        ("of: A\nwheels:\n- {spokes: 2}", "wheel 1, line 3: missing size"),
        ("owner: A\nof: A\nwheels: []", "owner, line 1: unknown key"),
        ("of: ' '\nwheels: []", "cart.yaml: line 1: missing of"),
        ("of: 5\nwheels: []", "of, line 1: expected text, found 5"),
        ("of: A\nwheels: []\nshafts: 3", "shafts, line 3: expected 2 or 4, found 3"),
        ("of: A\nwheels: []\nparts: [1]", r"parts, line 3: expected a mapping, found \[1\]"),
        ("of: A\nwheels: []\nparts:\n  axle: one", "parts: axle, line 4: expected a valid number, found 'one'"),
        ("[1, 2]", r"line 1: expected a mapping, found \[1, 2\]"),
        ("", "line 1: expected a mapping, found None"),
        ("of: A\nwheels: " + "[" * 300 + "]" * 300, r"wheel 1, line 2: expected a mapping, found \[+\.\.\."),
    ],
)
def test_what_does_not_fit_is_told_with_its_place_and_line(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=words):
        read(tmp_path, text)


def test_every_fault_is_told(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as error:
        read(tmp_path, "wheels:\n- {size: a}\n- {size: 1, b: 2}\nloaded: maybe")
    lines = str(error.value).splitlines()
    assert len(lines) == 4
    assert all(line.startswith(f"{tmp_path / 'cart.yaml'}: ") for line in lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: {c: 1, c: 2}", "key c is given more than once .*line 2"),
        ("a: 1\n2014: 2", "a key is not text .*line 2"),
        ("a: 1\nyes: 2", "a key is not text .*line 2"),
        ("a: 1\n[b, c]: 2", "a key is not text .*line 2"),
        ("a: &x 1\nb: *x", r"x\.yaml: .*aliases are not allowed"),
        ("a: &x {c: 1}\nb: {<<: *x}", r"x\.yaml: .*aliases are not allowed"),
        ("<<: {c: 1}", "a key is not text .*line 1"),
        ("a: " + "[" * 5000, "nest"),
        ("a: !!python/object/apply:os.getcwd []", "tags are not allowed .*line 1"),
        ("a: !!timestamp x", "tags are not allowed .*line 1"),
        ("a: 1\nb: 2014-13-01", "month must be in 1..12 .*line 2"),
        ("a: 1\nb: " + "9" * 5000, "5000 digits.* line 2"),
        ("a: [", "line 2"),
    ],
)
def test_yaml_that_may_not_be_what_it_seems_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError, match=words):
        read_yaml(path)


def test_a_star_in_a_text_is_no_alias(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 2 * 3\nb: '*'", encoding="utf-8")
    assert read_yaml(path) == {"a": "2 * 3", "b": "*"}


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"absent\.yaml: cannot be read"):
        read_yaml(tmp_path / "absent.yaml")


def test_a_place_is_told_with_the_nearest_line_there_is(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 1\nvalues:\n- b: 1\n- c: 2", encoding="utf-8")
    for key in ("c", "track"):
        assert told(path, ("values", 1, key), "wrong") == f"{path}: value 2: {key}, line 4: wrong"


def test_pydantic_is_imported_when_a_file_is_loaded() -> None:
    """Its import takes as long as a small settlement: no command that needs no rules may wait for it."""
    code = (
        "import sys; import aco_cli.main, aco_cli.engine.settle, aco_cli.rules.book as book\n"
        "print('pydantic' in sys.modules); book.RuleBook(); print('pydantic' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "True"]
