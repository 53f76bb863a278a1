"""The law: tables of lines, read from `law/<program>/<table>.yaml`, checked when they are loaded.

An entry of a table is an input (`given` by the roster or the files) or a line with its formula. Folders of rules and
scenarios bring lines of their own: one of a name that exists replaces it, a new one stands after the one it names.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from aco_cli.engine.lines.check import check_step
from aco_cli.engine.lines.fold import Formula
from aco_cli.engine.lines.parse import FormulaError, parse
from aco_cli.engine.lines.step import PACKAGED, Step
from aco_cli.engine.lines.tree import Name, Node, rewritten
from aco_cli.engine.members import PERIODS
from aco_cli.errors import RulesError
from aco_cli.nearest import did_you_mean
from aco_cli.rules.book import RuleBook
from aco_cli.rules.given_lines import GivenLines, lines_of
from aco_cli.rules.validated_yaml import told

FORMULAS = ("formula", "when", "to")
# What a table says of itself, beside its entries.
_BELOW = ("overlays", "extends", "uses")
_HEADER = ("include", "rules", *_BELOW)
_KEY = re.compile(r"(?P<name>[a-z][a-z0-9_]*)(?:\[(?P<period>[a-z0-9]+)\])?")


_FIELDS = {each.name for each in fields(Step)} - {"name", "period", "trees", "file", "place", "key"}
_LISTS = frozenset({"by", "periods", "later"})
_CONDITIONS = frozenset({"choice", "override", "shares_letter"})


class Law:
    """The steps of a table in its order, over those of the table that it extends.

    `lines` are the steps that are calculated, `notes` those that are notes on rows, and `inputs` those that are given,
    here and in the table below.

    `used` is a table whose figures its formulas name too, behind a prefix; `rules` is the program whose rules its
    formulas take, where that is not the program settled.
    """

    def __init__(
        self, steps: Sequence[Step], base: "Law | None" = None, used: Mapping[str, Step] | None = None, rules: str = ""
    ) -> None:
        self.steps = tuple(steps)
        self.base = base
        self.rules: str = rules or (base.rules if base else "")
        above = base.known if base else {}
        self.known: dict[str, Step] = {**above, **{step.key: step for step in steps}}
        self.named: dict[str, Step] = {**self.known, **(used or {})}
        self.lines = [step for step in steps if step.is_line]
        self.notes = [step for step in steps if step.text or step.parameter]
        self.inputs = [step for step in self.known.values() if step.given]

    def __getitem__(self, key: str) -> Step:
        return self.known[key]

    @cached_property
    def order(self) -> tuple[Formula, ...]:
        """Every formula, each after all that it names. Raises RulesError for a circle."""
        found: dict[str, Formula] = {each.key: each for each in self.base.order} if self.base else {}
        for step in self.lines:
            self._place(step, found, ())
        return tuple(found.values())

    def _place(self, step: Step, found: dict[str, Formula], above: tuple[str, ...]) -> None:
        if step.key in above:
            circle = " -> ".join([*above[above.index(step.key) :], step.key])
            raise _fault(step, f"a circular reference: {circle}")
        for part, tree in step.trees.items():
            key = step.key if part == "formula" else f"{step.key}:{part}"
            formula = Formula.of(key, tree)
            for name in formula.names:
                if name in self.known and name not in found and self.known[name].is_line:
                    self._place(self.known[name], found, (*above, step.key))
            found.setdefault(key, formula)


def has_table(program: str, table: str) -> bool:
    """Whether a program has a table of its own or includes that of another."""
    return (PACKAGED / program / f"{table}.yaml").is_file()


def law_of(book: RuleBook, program: str, table: str = "settlement") -> Law:
    """The lines of a program's table, with those that the folders and scenario of a rule book bring.

    Raises RulesError for lines that are not sound, with file, line and what is wrong.
    """
    return laws_of(book, program, [table])[0]


def laws_of(book: RuleBook, program: str, tables: Sequence[str]) -> list[Law]:
    """Several tables of a program, as `law_of`; lines given for any other table are checked with them."""
    given = [each.table for each in book.lines if each.program in ("", program)]
    asked = [*tables, *(table for table in given if has_table(program, table))]
    rules = book.names(set().union(*(_rule_programs(program, table, _BELOW) for table in asked)))
    return [_law(program, table, book.lines, rules) for table in asked][: len(tables)]


def _rule_programs(program: str, table: str, kinds: Sequence[str]) -> set[str]:
    """The programs whose rules the formulas of a table take, and of those that it rests on in some way."""
    header, _, _ = _packaged(program, table)
    own = {header["rules"]} if "rules" in header else {program, header.get("include", program)}
    return own.union(*(_rule_programs(program, header[kind], kinds) for kind in kinds if kind in header))


@cache
def _law(program: str, table: str, given: tuple[GivenLines, ...], rules: frozenset[tuple[str, str]]) -> Law:
    header, entries, path = _packaged(program, table)

    def other(kind: str) -> Law | None:
        return _law(program, header[kind], given, rules) if kind in header else None

    below, base, used = other("overlays"), other("extends"), other("uses")
    if below:
        steps = _overlaid(below.steps, GivenLines(table, entries, path))
    else:
        steps = [step for name, entry in entries.items() for step in _steps(name, entry, path, (name,))]
    for each in given:
        if each.table == table and each.program in ("", program):
            steps = _overlaid(steps, each)
    named = {f"{header['uses']}.{key}": step for key, step in used.known.items()} if used else {}
    law = Law(_resolved(steps, base), base, named, header.get("rules", ""))
    programs = _rule_programs(program, table, ("overlays", "extends"))
    _check(law, {name for each, name in rules if each in programs})
    return law


@cache
def _packaged(program: str, table: str) -> tuple[Mapping[str, str], Mapping[str, Any], Path]:
    path = PACKAGED / program / f"{table}.yaml"
    content = lines_of(path)
    header = {name: content.pop(name) for name in _HEADER if name in content}
    if "include" in header:
        shared, entries, origin = _packaged(header["include"], table)
        return {**shared, **header}, {**entries, **content}, origin
    return header, content, path


def _overlaid(steps: Sequence[Step], given: GivenLines) -> list[Step]:
    """The steps with those of a folder or scenario in place of their namesakes, or after the step that they name."""
    found = list(steps)
    for name, entry in given.lines.items():
        namesake = next((each for each in found if each.name == name), None)
        for step in _steps(name, entry, given.file, (*given.place, f"{given.prefix}{name}"), namesake):
            keys = [each.key for each in found]
            if step.key in keys:
                place = keys.index(step.key)
                found[place] = _merged(found[place], step, entry)
            elif step.after in keys:
                found.insert(keys.index(step.after) + 1, step)
            else:
                near = did_you_mean(step.after or step.key, keys)
                raise _fault(
                    step, f"{step.key} is a new line and must say after which line it stands (after: NAME){near}"
                )
    return found


def _merged(before: Step, after: Step, entry: Mapping[str, Any]) -> Step:
    """A line replaced: what the new one does not say stays, but for the citation, which is of the formula."""
    own = ("cite", "rule", "given") if "formula" in entry else ()
    kept = {name: getattr(before, name) for name in _FIELDS if name not in entry and name not in own}
    return replace(after, **kept)


def _steps(
    key: str, entry: Any, file: Path, place: tuple[int | str, ...], namesake: Step | None = None
) -> Iterator[Step]:
    """The steps of an entry: one, or one for each of its periods, which are those of the step that it replaces."""
    matched = _KEY.fullmatch(str(key))
    if matched is None or not isinstance(entry, Mapping):
        words = "a line has a name in small letters, and label, unit, formula and cite below it"
        raise RulesError(told(file, place, words))
    held = {name: _value(name, value, file, (*place, name)) for name, value in entry.items()}
    if namesake:
        held = {"by": namesake.by, "periods": namesake.periods, **held}
    every = PERIODS if "period" in held.get("by", ()) else ("",)
    periods = (matched["period"],) if matched["period"] else held.get("periods") or every
    for period in periods:
        parts = {name: held[name].replace("{period}", period) for name in FORMULAS if name in held}
        yield Step(matched["name"], period, **{**held, **parts}, file=file, place=place)


def _value(name: str, value: Any, file: Path, place: tuple[int | str, ...]) -> Any:
    if name not in _FIELDS:
        raise RulesError(told(file, place[:-1], f"unknown key {name!r}{did_you_mean(str(name), _FIELDS)}"))
    if name in _LISTS and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if name in _CONDITIONS and isinstance(value, bool):
        return value
    if name not in _LISTS | _CONDITIONS and isinstance(value, str | int | float):
        return str(value)
    raise RulesError(told(file, place, f"{name} cannot be {value!r}"))


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
                raise _fault(step, str(error), part) from None
            yield part, rewritten(tree, own) if step.period else tree


def _fault(step: Step, words: str, part: str = "") -> RulesError:
    return RulesError(told(step.file, (*step.place, part) if part else step.place, words))


def _check(law: Law, rules: Collection[str]) -> None:
    """Raise RulesError for the first step that is wrong, with its place in its file."""
    above = {**(law.base.known if law.base else {}), **law.named}
    for step in law.steps:
        above.pop(step.key, None)
    letters: dict[tuple[str, str], Step] = {}
    for step in law.steps:
        problem, part = check_step(step, law.named, above, rules)
        if problem:
            raise _fault(step, problem, part)
        if step.letter and not step.shares_letter:
            other = letters.setdefault((step.table, step.letter), step)
            if other.name != step.name:
                new, old = (other, step) if other.is_outside else (step, other)
                raise _fault(new, f"letter {new.letter} is that of {old.name}", "letter")
        above[step.key] = step
    _ = law.order  # refuses circles
