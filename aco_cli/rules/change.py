"""Rules changed for a what-if: `mssp.sequestration` or `mssp.loss_rate.floor`, and the value it shall have."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aco_cli.errors import UsageError
from aco_cli.nearest import nearest_or_all
from aco_cli.rules.book import RuleBook
from aco_cli.rules.parameters import Parameter, Status, parameter_in


def changed_book(book: RuleBook, changes: Mapping[str, Any], rules_year: int | None = None) -> RuleBook:
    """A rule book with other values in all tracks and years, and the rules of one year in every year if it is given.

    A change names `program.parameter` or, where its values have parts, `program.parameter.part`. Raises UsageError for
    a name that does not exist and for a value that is not of the kind of those it replaces.
    """
    changed: dict[tuple[str, str], Parameter] = {}
    for name, value in changes.items():
        program, parameter, part = _find(book, name)
        known = _values(book, parameter)
        before = changed.get((program, parameter), book.parameters(program)[parameter])
        _check(name, part, value, known)
        entries = [
            # Nothing is uncertain about a value that the user gives: no note says that a settlement rests on it.
            replace(each, value={**each.value, part: value} if part else value, status=Status.PUBLISHED, cite="what-if")
            for each in before.entries
        ]
        changed[program, parameter] = replace(before, entries=tuple(entries))
    for each in changed.values():
        _refuse_incomplete(each, _values(book, each.name))
    return book.changed(changed.values(), rules_year)


def book_with_values(book: RuleBook, values: Mapping[str, Mapping[str, Any]], file: Path) -> RuleBook:
    """A rule book with values over its own, by program and parameter, each as a rule file has it.

    `file` says where they are written. Raises UsageError for a parameter that does not exist, RulesError for values.
    """
    changed = []
    for program, parameters in values.items():
        for name, entries in parameters.items():
            _find(book, f"{program}.{name}")
            known = book.parameters(program)[name]
            content = {"label": known.label, "unit": known.unit, "values": entries}
            new = parameter_in(file, content, book.programs[program])
            changed.append(replace(known, entries=known.entries + new.entries))
    return book.changed(changed)


def _find(book: RuleBook, name: str) -> tuple[str, str, str]:
    program, _, rest = name.partition(".")
    parameter, _, part = rest.partition(".")
    known = [f"{each}.{one}" for each in book.programs for one in book.parameters(each)]
    if f"{program}.{parameter}" not in known:
        raise UsageError(
            f"no rule {name!r}: PROGRAM.PARAMETER is needed, {nearest_or_all(f'{program}.{parameter}', known)}"
        )
    parts = _parts(_values(book, parameter))
    if part and part not in parts:
        has = nearest_or_all(part, parts) if parts else "its values have no parts"
        raise UsageError(f"no part {part!r} of {program}.{parameter}: {has}")
    return program, parameter, part


def _values(book: RuleBook, parameter: str) -> list[Any]:
    """Every value that a parameter has in any program, track and year."""
    held = (book.parameters(program).get(parameter) for program in book.programs)
    return [entry.value for found in held if found for entry in found.entries]


def _parts(values: Iterable[Any]) -> list[str]:
    return sorted({part for value in values if isinstance(value, dict) for part in value})


def _check(name: str, part: str, value: Any, known: list[Any]) -> None:
    """Refuse a value, or a part of one, that is of another kind than those there are."""
    if part:
        _check_alike(name, value, [each[part] for each in known if part in each])
    elif not any(isinstance(each, dict) for each in known):
        _check_alike(name, value, known)
    elif not isinstance(value, dict):
        parts = ", ".join(_parts(known))
        raise UsageError(f"{name}: expected a part of it ({parts}) or a mapping such as {known[0]}, found {value!r}")
    else:
        for each, item in value.items():
            if each not in _parts(known):
                raise UsageError(f"{name}: no part {each!r}: {nearest_or_all(str(each), _parts(known))}")
            _check(f"{name}.{each}", each, item, known)


def _check_alike(name: str, value: Any, known: list[Any]) -> None:
    atoms = list(_atoms(known))
    if any(isinstance(each, dict) for each in atoms):
        raise UsageError(f"{name}: a scale cannot be changed here; put a file of it in a folder and give --rules DIR")
    words, fits = _kind(atoms)
    lists = any(isinstance(each, list) for each in known)
    if not all(fits(each) for each in (_atoms([value]) if lists else [value])):
        raise UsageError(f"{name}: expected {words}{', or a list of them' if lists else ''}, found {value!r}")


def _atoms(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        yield from value if isinstance(value, list) else [value]


def _kind(known: list[Any]) -> tuple[str, Callable[[Any], bool]]:
    """What a value must be like those known: in words, and as a test."""
    if all(isinstance(each, bool) for each in known):
        return "true or false", lambda value: isinstance(value, bool)
    if any(isinstance(each, str) for each in known):
        choices = sorted(set(map(str, known)))
        return f"one of {', '.join(choices)}", lambda value: value in choices
    high = 1.0 if all(each <= 1 for each in known) else math.inf
    words = "a fraction from 0 to 1" if high == 1 else "a number of 0 or more"
    return words, lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= high


def _refuse_incomplete(parameter: Parameter, known: list[Any]) -> None:
    """A value with a basis needs the parts that every value with that basis has: a fixed rate its rate."""
    for entry in parameter.entries:
        basis = entry.value.get("basis") if isinstance(entry.value, dict) else None
        alike = [each for each in known if isinstance(each, dict) and each.get("basis") == basis]
        if basis is None or not alike:
            continue
        needed = set.intersection(*(set(each) for each in alike))
        if missing := sorted(needed - entry.value.keys()):
            name = f"{parameter.program}.{parameter.name}"
            raise UsageError(f"{name}.basis: {basis} needs {' and '.join(f'{name}.{each}' for each in missing)} too")
