"""Which layout a header belongs to, and where each of its columns stands."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.layout import FAMILIES, Layout, layouts_of

_KNOWN_ENOUGH = 0.5
_CLOSE = 0.8


@dataclass(frozen=True)
class Match:
    """A layout fitted to a header.

    `places` by lower-case header name; `others` the named columns it does not know; `unnamed` those without a name.
    """

    layout: Layout
    places: dict[str, int]
    others: dict[str, int]
    unnamed: tuple[int, ...]
    warnings: tuple[str, ...]

    def place(self, aliases: Sequence[str]) -> int | None:
        """Where the first of these names stands in the header, or None."""
        return next((self.places[name.lower()] for name in aliases if name.lower() in self.places), None)


def recognise(file: str, header: Sequence[str], layout: str = "auto") -> Match:
    """The layout that fits; `layout` is a family or `auto`. Raises InputError saying what is nearest and missing."""
    names = {name.lower() for name in header}
    candidates: list[Layout] = []
    for family in FAMILIES if layout == "auto" else (layout,):
        candidates += (own := layouts_of(family))
        fitting = [each for each in own if not _missing(each, names) and not _unwanted(each, names)]
        if fitting:
            return _fit(file, header, max(fitting, key=lambda each: len(each.required)))
    raise InputError(_refusal(file, header, names, candidates))


def _missing(layout: Layout, names: set[str]) -> list[str]:
    return [name for name in layout.required if not names.intersection(_aliases(layout, name))]


def _aliases(layout: Layout, name: str) -> set[str]:
    """Every name the column called `name` may have, in lower case."""
    groups = [group for column in layout.columns.values() for group in column.reads if name in group]
    return {alias.lower() for group in groups for alias in group} | {name.lower()}


def _unwanted(layout: Layout, names: set[str]) -> list[str]:
    return [name for name in layout.absent if name.lower() in names]


def _fit(file: str, header: Sequence[str], layout: Layout) -> Match:
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(name.lower(), place)
    used = {alias.lower() for column in layout.columns.values() for group in column.reads for alias in group}
    others = {header[place]: place for name, place in places.items() if name not in used and name}
    checked = set(places) if layout.keeps_others else used
    _refuse_duplicates(file, header, checked - set(layout.repeated))
    unnamed = tuple(place for place, name in enumerate(header) if not name)
    return Match(layout, places, others, unnamed, tuple(_misspelt(file, header, others, layout)))


def _refuse_duplicates(file: str, header: Sequence[str], checked: set[str]) -> None:
    counts = Counter(name.lower() for name in header)
    twice = [name for name, count in counts.items() if count > 1 and name and name in checked]
    if twice:
        problems = []
        for name in twice:
            places = [str(place) for place, each in enumerate(header, start=1) if each.lower() == name]
            found = f"it in columns {' and '.join(places)}"
            problems.append(Problem(file, "each column name once", found, 1, name, "remove or rename one"))
        raise InputError(problems)


def _misspelt(file: str, header: Sequence[str], others: dict[str, int], layout: Layout) -> list[str]:
    """A warning for each kept column whose name is almost a known one; for other files the unknown is expected."""
    if not layout.keeps_others:
        return []
    present = {name.lower() for name in header}
    free = [name for name in layout.columns if name not in present]
    warnings = []
    for name in others:
        near = difflib.get_close_matches(name.lower().replace(" ", "_"), free, n=1, cutoff=_CLOSE)
        if near:
            warnings.append(
                f"{file}, column {name}: not a column of the contract and not used; did you mean {near[0]}?"
            )
    return warnings


def _refusal(file: str, header: Sequence[str], names: set[str], candidates: Sequence[Layout]) -> list[Problem]:
    def share(layout: Layout) -> float:
        return 1 - len(_missing(layout, names)) / len(layout.required)

    nearest = max(candidates, key=share)
    missing, unwanted = _missing(nearest, names), _unwanted(nearest, names)
    known = len(nearest.required) - len(missing)
    if share(nearest) < _KNOWN_ENOUGH:
        labels = sorted({each.label for each in candidates})
        found = f"another table; nearest is {nearest.label} with {known} of {len(nearest.required)} required columns"
        return [Problem(file, " or ".join(labels), found, 1, fix="missing: " + ", ".join(missing))]
    problems = [_missing_problem(file, name, header, nearest) for name in missing]
    for name in unwanted:
        problems.append(Problem(file, f"no such column ({nearest.label})", nearest.absent_means, 1, name))
    return problems


def _missing_problem(file: str, name: str, header: Sequence[str], layout: Layout) -> Problem:
    by_lower = {each.lower(): each for each in header if each}
    near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    names = " or ".join(by_lower[each] for each in near)
    fix = f"rename {names} if it is meant" if near else "add it"
    return Problem(file, f"this column ({layout.label})", "no such column", 1, name, fix)
