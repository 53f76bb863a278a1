"""Which layout a header belongs to, and where each of its columns stands."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.layout import FAMILIES, Layout, each_layout

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
    """The layout that fits; `layout` is a family or `auto`. Raises InputError saying what is nearest and missing.

    Layouts are told apart by what they require and exclude, so that no header fits two of a family.
    """
    names = {name.lower() for name in header}
    candidates: list[Layout] = []
    for family in FAMILIES if layout == "auto" else (layout,):
        for candidate in each_layout(family):
            if not _missing(candidate, names) and not _unwanted(candidate, names):
                return _fit(file, header, candidate)
            candidates.append(candidate)
    raise InputError(_refusal(file, header, names, candidates))


def _missing(layout: Layout, names: set[str]) -> list[str]:
    return [name for name in layout.required if names.isdisjoint(layout.aliases.get(name.lower(), {name.lower()}))]


def _unwanted(layout: Layout, names: set[str]) -> list[str]:
    return [name for name in layout.absent if name.lower() in names]


def _fit(file: str, header: Sequence[str], layout: Layout) -> Match:
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(name.lower(), place)
    used = set(layout.aliases)
    others = {header[place]: place for name, place in places.items() if name not in used and name}
    checked = set(places) if layout.keeps_others else used
    _refuse_duplicates(file, header, checked - set(layout.repeated))
    unnamed = tuple(place for place, name in enumerate(header) if not name)
    return Match(layout, places, others, unnamed, tuple(_warnings(file, header, others, layout)))


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


def _warnings(file: str, header: Sequence[str], others: dict[str, int], layout: Layout) -> list[str]:
    """A warning for each kept column whose name is almost a known one; for other files the unknown is expected."""
    if not layout.keeps_others:
        return []
    present = {name.lower() for name in header}
    return not_used(file, misspelt(others, [name for name in layout.columns if name not in present]))


def misspelt(others: Iterable[str], free: Sequence[str]) -> dict[str, str]:
    """Which of the names that no contract has are almost one of the `free` ones, and which one."""
    found = {}
    for name in others:
        near = difflib.get_close_matches(name.lower().replace(" ", "_"), free, n=1, cutoff=_CLOSE)
        if near:
            found[name] = near[0]
    return found


def not_used(file: str, near: Mapping[str, str]) -> list[str]:
    """Warnings of columns by misspelt name."""
    return [
        f"{file}, column {name}: not a column of the contract and not used; did you mean {meant}?"
        for name, meant in near.items()
    ]


def _refusal(file: str, header: Sequence[str], names: set[str], candidates: Sequence[Layout]) -> list[Problem]:
    def likeness(layout: Layout) -> float:
        return 1 - (len(_missing(layout, names)) + len(_unwanted(layout, names))) / len(layout.required)

    def lacks_one(layout: Layout) -> bool:
        """Whether it is all there but for one required column: that is its only one, or `likeness` would tell."""
        return len(_missing(layout, names)) == 1 and 2 * len(names & set(layout.aliases)) > len(names)

    nearest = next(filter(lacks_one, candidates), None) or max(candidates, key=likeness)
    missing, unwanted = _missing(nearest, names), _unwanted(nearest, names)
    known = len(nearest.required) - len(missing)
    if known < _KNOWN_ENOUGH * len(nearest.required) and not lacks_one(nearest):
        found = f"another table; nearest is {nearest.label} with {known} of {len(nearest.required)} required columns"
        return [Problem(file, _readable(candidates), found, 1, fix="missing: " + ", ".join(missing))]
    problems = [_missing_problem(file, name, header, nearest) for name in missing]
    for name in unwanted:
        problems.append(Problem(file, f"no such column ({nearest.label})", nearest.absent_means, 1, name))
    return problems


def _readable(layouts: Sequence[Layout]) -> str:
    """The layouts in words: `ACO roster or CMS public use file, performance year 2013 to 2024`."""
    first: dict[str, Layout] = {}
    last = {layout.family: layout for layout in layouts}
    for layout in layouts:
        first.setdefault(layout.family, layout)
    return " or ".join(
        each.label if each is last[family] else f"{each.label} to {last[family].years[-1]}"
        for family, each in first.items()
    )


def _missing_problem(file: str, name: str, header: Sequence[str], layout: Layout) -> Problem:
    by_lower = {each.lower(): each for each in header if each and each.lower() not in layout.aliases}
    near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    names = " or ".join(by_lower[each] for each in near)
    fix = f"rename {names} if it is meant" if near else "add it"
    return Problem(file, f"this column ({layout.label})", "no such column", 1, name, fix)
