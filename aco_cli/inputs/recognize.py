"""Which layout a header belongs to, and where each of its columns stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.layout import FAMILIES, Layout, each_layout
from aco_cli.nearest import nearest

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


def recognize(file: str, header: Sequence[str], layout: str = "auto") -> Match:
    """The layout that fits; `layout` is a family or `auto`. Raises InputError saying what is nearest and missing.

    Layouts are told apart by what they require and exclude, so that no header fits two of a family.
    """
    families = FAMILIES if layout == "auto" else (layout,)
    found = fitting(header, families)
    if found is None:
        raise InputError(_refusal(file, header, [each for family in families for each in each_layout(family)]))
    return _fit(file, header, found)


def fitting(header: Sequence[str], families: Iterable[str]) -> Layout | None:
    """The layout of these families that a header fits, or None."""
    names = {name.lower() for name in header}
    layouts = (layout for family in families for layout in each_layout(family))
    return next((each for each in layouts if not _missing(each, names) and not _unwanted(each, names)), None)


def _missing(layout: Layout, names: set[str]) -> list[str]:
    return [name for name in layout.required if names.isdisjoint(layout.aliases.get(name.lower(), {name.lower()}))]


def _unwanted(layout: Layout, names: set[str]) -> list[str]:
    return [name for name in layout.absent if name.lower() in names]


def _fit(file: str, header: Sequence[str], layout: Layout) -> Match:
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(name.lower(), place)
    others = {header[place]: place for name, place in places.items() if name not in layout.aliases and name}
    _refuse_duplicates(file, header, set(places if layout.keeps_others else layout.aliases) - {"", *layout.repeated})
    unnamed = tuple(place for place, name in enumerate(header) if not name)
    # Of files whose other columns are not kept, the unknown is expected.
    free = [name for name in layout.columns if name not in places] if layout.keeps_others else []
    return Match(layout, places, others, unnamed, tuple(not_used(file, misspelled(others, free))))


def _refuse_duplicates(file: str, header: Sequence[str], checked: set[str]) -> None:
    places: dict[str, list[str]] = {}
    for place, name in enumerate(header, start=1):
        places.setdefault(name.lower(), []).append(str(place))
    problems = [
        Problem(file, "each column name once", f"it in columns {' and '.join(found)}", 1, name, "remove or rename one")
        for name, found in places.items()
        if len(found) > 1 and name in checked
    ]
    if problems:
        raise InputError(problems)


def misspelled(others: Iterable[str], free: Sequence[str]) -> dict[str, str]:
    """Which of the names that no contract has are almost one of the `free` ones, and which one."""
    near = {name: nearest(name.lower().replace(" ", "_"), free, cutoff=_CLOSE) for name in others}
    return {name: found[0] for name, found in near.items() if found}


def not_used(file: str, near: Mapping[str, str]) -> list[str]:
    """Warnings of columns by misspelled name."""
    return [
        f"{file}, column {name}: not a column of the contract and not used; did you mean {meant}?"
        for name, meant in near.items()
    ]


def _refusal(file: str, header: Sequence[str], candidates: Sequence[Layout]) -> list[Problem]:
    names = {name.lower() for name in header}

    def likeness(layout: Layout) -> float:
        return 1 - (len(_missing(layout, names)) + len(_unwanted(layout, names))) / len(layout.required)

    def lacks_one(layout: Layout) -> bool:
        """Whether it is all there but for one required column: that is its only one, or `likeness` would tell."""
        return len(_missing(layout, names)) == 1 and 2 * len(names & set(layout.aliases)) > len(names)

    closest = next(filter(lacks_one, candidates), None) or max(candidates, key=likeness)
    missing, unwanted = _missing(closest, names), _unwanted(closest, names)
    known = len(closest.required) - len(missing)
    if known < _KNOWN_ENOUGH * len(closest.required) and not lacks_one(closest):
        found = f"another table; nearest is {closest.label} with {known} of {len(closest.required)} required columns"
        return [Problem(file, _readable(candidates), found, 1, fix="missing: " + ", ".join(missing))]
    strange = [each for each in header if each and each.lower() not in closest.aliases]
    return [
        Problem(file, f"this column ({closest.label})", "no such column", 1, name, renaming(name, strange) or "add it")
        for name in missing
    ] + [Problem(file, f"no such column ({closest.label})", closest.absent_means, 1, name) for name in unwanted]


def renaming(name: str, header: Sequence[str], cutoff: float = 0.5) -> str:
    """Which columns are nearly of a name that is missing, as words to mend it; nothing where none is."""
    by_lower = {each.lower(): each for each in header}
    near = nearest(name.lower(), by_lower, most=3, cutoff=cutoff)
    return f"rename {' or '.join(by_lower[each] for each in near)} if it is meant" if near else ""


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
