"""The law: tables of lines, read from `law/<program>/<table>.yaml`, checked when they are loaded.

An entry of a table is an input (`given` by the roster or the files) or a line with its formula. Folders of rules and
scenarios bring lines of their own: one of a name that exists replaces it, a new one stands after the one it names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from aco_cli.engine.lines.check import check_step
from aco_cli.engine.lines.fold import Formula
from aco_cli.engine.lines.parse import FormulaError, parse
from aco_cli.engine.lines.step import Step
from aco_cli.engine.lines.tree import Name, Node, rewritten
from aco_cli.engine.members import PERIODS
from aco_cli.errors import RulesError
from aco_cli.nearest import did_you_mean
from aco_cli.rules.book import RuleBook
from aco_cli.rules.validated_yaml import read_yaml

PACKAGED = Path(__file__).parents[2] / "law"
FORMULAS = ("formula", "when", "to")
# What a table says of itself, beside its entries.
_BELOW = ("overlays", "extends", "uses")
_HEADER = ("include", "rules", *_BELOW)
_KEY = re.compile(r"(?P<name>[a-z][a-z0-9_]*)(?:\[(?P<period>[a-z0-9]+)\])?")


_FIELDS = {each.name for each in fields(Step)} - {"name", "period", "trees", "where"}
_LISTS = frozenset({"by", "periods", "later"})
_CONDITIONS = frozenset({"choice", "override", "shares_letter"})


class Law:
    """The steps of a table in its order, over those of the table that it extends.

    `used` is a table whose figures its formulas name too, behind a prefix; `rules` is the program whose rules its
    formulas take, where that is not the program settled.
    """

    def __init__(
        self, steps: Sequence[Step], base: Law | None = None, used: Mapping[str, Step] | None = None, rules: str = ""
    ) -> None:
        self.steps = tuple(steps)
        self.base = base
        self.rules: str = rules or (base.rules if base else "")
        above = base.known if base else {}
        self.known: dict[str, Step] = {**above, **{step.key: step for step in steps}}
        self.named: dict[str, Step] = {**self.known, **(used or {})}

    def __getitem__(self, key: str) -> Step:
        return self.known[key]

    @cached_property
    def lines(self) -> list[Step]:
        """The steps that are calculated."""
        return [step for step in self.steps if step.is_line]

    @cached_property
    def order(self) -> tuple[Formula, ...]:
        """Every formula, each after all that it names. Raises RulesError for a circle."""
        found: dict[str, Formula] = {each.key: each for each in self.base.order} if self.base else {}
        for step in self.lines:
            self._place(step, found, ())
        return tuple(found.values())

    @cached_property
    def notes(self) -> list[Step]:
        """The steps that are notes on rows."""
        return [step for step in self.steps if step.text or step.parameter]

    @cached_property
    def inputs(self) -> list[Step]:
        """The steps that are given, here and in the table below."""
        return [step for step in self.known.values() if step.given]

    def _place(self, step: Step, found: dict[str, Formula], above: tuple[str, ...]) -> None:
        if step.key in above:
            circle = " -> ".join([*above[above.index(step.key) :], step.key])
            raise RulesError(f"{step.where}: a circular reference: {circle}")
        for part, tree in step.trees.items():
            key = step.key if part == "formula" else f"{step.key}:{part}"
            formula = Formula.of(key, tree)
            for name in formula.names:
                if name in self.known and name not in found and self.known[name].is_line:
                    self._place(self.known[name], found, (*above, step.key))
            found.setdefault(key, formula)


@dataclass(frozen=True, eq=False)
class LineChange:
    """Lines by name that a scenario puts into a table of every program; `where` says which scenario."""

    table: str
    entries: Mapping[str, Any]
    where: str


def line_changes(lines: Mapping[str, Any], where: str) -> list[LineChange]:
    """The lines of a scenario by table: those behind `benchmark.` are of the benchmark, others of the settlement."""
    tables: dict[str, dict[str, Any]] = {}
    for name, entry in lines.items():
        table, _, line = str(name).rpartition(".")
        tables.setdefault(table or "settlement", {})[line] = entry
    return [LineChange(table, entries, where) for table, entries in tables.items()]


def law_of(book: RuleBook, program: str, table: str = "settlement") -> Law:
    """The lines of a program's table, with those that the folders and scenario of a rule book bring.

    Raises RulesError for lines that are not sound, with file, line and what is wrong.
    """
    programs = _rule_programs(program, table, _BELOW)
    rules = frozenset((each, name) for each in programs for name in book.parameters(each))
    return _law(program, table, book.folders, book.lines, rules)


def _rule_programs(program: str, table: str, kinds: Sequence[str]) -> set[str]:
    """The programs whose rules the formulas of a table take, and of those that it rests on in some way."""
    header, _, _ = _packaged(program, table)
    own = {header["rules"]} if "rules" in header else {program, header.get("include", program)}
    return own.union(*(_rule_programs(program, header[kind], kinds) for kind in kinds if kind in header))


@cache
def _law(
    program: str,
    table: str,
    folders: tuple[Path, ...],
    changes: tuple[LineChange, ...],
    rules: frozenset[tuple[str, str]],
) -> Law:
    header, entries, path = _packaged(program, table)

    def other(kind: str) -> Law | None:
        return _law(program, header[kind], folders, changes, rules) if kind in header else None

    below, base, used = other("overlays"), other("extends"), other("uses")
    if below:
        steps = _overlaid(below.steps, entries, str(path))
    else:
        steps = [step for name, entry in entries.items() for step in _steps(name, entry, str(path))]
    for folder in folders:
        overlay = folder / program / f"{table}.yaml"
        if overlay.is_file():
            steps = _overlaid(steps, _table(overlay), str(overlay))
    for change in changes:
        if change.table == table:
            steps = _overlaid(steps, change.entries, change.where)
    named = {f"{header['uses']}.{key}": step for key, step in used.known.items()} if used else {}
    law = Law(_resolved(steps, base), base, named, header.get("rules", ""))
    programs = _rule_programs(program, table, ("overlays", "extends"))
    _check(law, {name for each, name in rules if each in programs})
    return law


@cache
def _packaged(program: str, table: str) -> tuple[Mapping[str, str], Mapping[str, Any], Path]:
    path = PACKAGED / program / f"{table}.yaml"
    content = _table(path)
    header = {name: content.pop(name) for name in _HEADER if name in content}
    if "include" in header:
        shared, entries, origin = _packaged(header["include"], table)
        return {**shared, **header}, {**entries, **content}, origin
    return header, content, path


def _table(path: Path) -> dict[str, Any]:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise RulesError(f"{path}: expected lines by name, found {content!r}")
    return content


def _overlaid(steps: Sequence[Step], entries: Mapping[str, Any], where: str) -> list[Step]:
    """The steps with those of a folder or scenario in place of their namesakes, or after the step that they name."""
    found = list(steps)
    for name, entry in entries.items():
        for step in _steps(name, entry, where):
            keys = [each.key for each in found]
            if step.key in keys:
                place = keys.index(step.key)
                found[place] = _merged(found[place], step, entry)
            elif step.after in keys:
                found.insert(keys.index(step.after) + 1, step)
            else:
                near = did_you_mean(step.after or step.key, keys)
                raise RulesError(
                    f"{where}: {step.key} is a new line and must say after which line it stands (after: NAME){near}"
                )
    return found


def _merged(before: Step, after: Step, entry: Mapping[str, Any]) -> Step:
    """A line replaced: what the new one does not say stays, but for the citation, which is of the formula."""
    own = ("cite", "rule", "given") if "formula" in entry else ()
    kept = {name: getattr(before, name) for name in _FIELDS if name not in entry and name not in own}
    return replace(after, **kept)


def _steps(key: str, entry: Any, where: str) -> Iterator[Step]:
    """The steps of an entry: one, or one for each of its periods."""
    place = f"{where}: {key}"
    matched = _KEY.fullmatch(str(key))
    if matched is None or not isinstance(entry, Mapping):
        raise RulesError(f"{place}: a line has a name in small letters, and label, unit, formula and cite below it")
    for name in entry:
        if name not in _FIELDS:
            raise RulesError(f"{place}: unknown key {name!r}{did_you_mean(str(name), _FIELDS)}")
    held = {name: _value(name, value, place) for name, value in entry.items()}
    periods = (matched["period"],) if matched["period"] else held.get("periods", ()) or _all_periods(held)
    for period in periods:
        parts = {name: held[name].format(period=period) for name in FORMULAS if name in held}
        yield Step(matched["name"], period, **{**held, **parts, "where": place})


def _all_periods(held: Mapping[str, Any]) -> tuple[str, ...]:
    return PERIODS if "period" in held.get("by", ()) else ("",)


def _value(name: str, value: Any, place: str) -> Any:
    if name in _LISTS and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if name in _CONDITIONS and isinstance(value, bool):
        return value
    if name not in _LISTS | _CONDITIONS and isinstance(value, str | int | float):
        return str(value)
    raise RulesError(f"{place}: {name} cannot be {value!r}")


def _resolved(steps: Sequence[Step], base: Law | None) -> list[Step]:
    """The steps with the trees of their formulas, in which a name means the figure of the line's own period."""
    keys = {step.key for step in steps} | set(base.known if base else ())
    return [replace(step, trees=dict(_trees(step, keys))) for step in steps]


def _trees(step: Step, keys: set[str]) -> Iterator[tuple[str, Node]]:
    def own(node: Node) -> Node | None:
        if isinstance(node, Name) and f"{node.name}[{step.period}]" in keys:
            return Name(f"{node.name}[{step.period}]")
        return None

    for part in FORMULAS:
        if text := getattr(step, part):
            try:
                tree = parse(text)
            except FormulaError as error:
                raise RulesError(f"{_line(step)}: {error}") from None
            yield part, rewritten(tree, own) if step.period else tree


def _line(step: Step) -> str:
    """Where a step stands, with the number of the line in its file."""
    file, _, key = step.where.rpartition(": ")
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return step.where
    at = next((number for number, line in enumerate(lines, 1) if line.lstrip('"').startswith(f"{key}:")), 0)
    return f"{file}, line {at}: {key}" if at else step.where


def _check(law: Law, rules: Collection[str]) -> None:
    """Raise RulesError for the first step that is wrong, with its place in its file."""
    above = {**(law.base.known if law.base else {}), **law.named}
    for step in law.steps:
        above.pop(step.key, None)
    letters: dict[tuple[str, str], Step] = {}
    for step in law.steps:
        if problem := check_step(step, law.named, above, rules):
            raise RulesError(f"{_line(step)}: {problem}")
        if step.letter and not step.shares_letter:
            other = letters.setdefault((step.table, step.letter), step)
            if other.name != step.name:
                raise RulesError(f"{_line(step)}: letter {step.letter} is that of {other.name}")
        above[step.key] = step
    _ = law.order  # refuses circles
