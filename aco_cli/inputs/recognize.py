"""Which layout a header belongs to, and where each of its columns stands."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from string import digits

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.layout import FAMILIES, Layout, each_layout, layouts_of, name_key
from aco_cli.inputs.raw import Head, Sheet
from aco_cli.inputs.remarks import Remark
from aco_cli.nearest import nearest

_KNOWN_ENOUGH = 0.5
# Public use files have more columns than this, copies that are cut to what is needed have fewer.
_FULL = 60
_MOST_COMPARED = 300
_WIDEST = 5_000
_CLOSE = 0.8


@dataclass(frozen=True)
class Match:
    """A layout fitted to a header.

    `places` by the key of the header's names; `others` the named columns that the layout does not know, by name;
    `unnamed` the places of those without a name.
    """

    layout: Layout
    places: Mapping[str, int]
    others: Mapping[str, int] = field(default_factory=dict)
    unnamed: tuple[int, ...] = ()
    remarks: tuple[Remark, ...] = ()
    head: Head = field(default_factory=lambda: Head((), 0))

    def place(self, aliases: Sequence[str]) -> int | None:
        """Where the first of these names stands in the header, or None."""
        return next((self.places[name_key(name)] for name in aliases if name_key(name) in self.places), None)


def recognize(sheets: Sequence[Sheet], layout: str = "auto") -> tuple[Sheet, Match]:
    """The sheet that a layout fits, and how; `layout` is a family or `auto`.

    Layouts are told apart by what they require and exclude, so that no header fits two of a family. Raises InputError
    saying what is nearest and missing where no sheet fits, or that several do.
    """
    families = FAMILIES if layout == "auto" else (layout,)
    for sheet in sheets:
        if (width := max(map(len, sheet.top))) > _WIDEST:
            limit, fix = f"at most {_WIDEST:,} columns", "keep those needed"
            raise InputError([Problem(sheet.file, limit, f"{width:,}", fix=fix)])
    found = [(sheet, *locate(sheet, families)) for sheet in sheets]
    fits = [(sheet, head, layout) for sheet, head, layout in found if layout]
    if not fits:
        sheet, head, _ = max(found, key=lambda each: _known(each[1].names, families))
        from aco_cli.inputs.reports.figures import other_report  # slow to import, seldom needed

        layouts = [each for family in families for each in each_layout(family)]
        raise InputError(other_report(sheet.file, _readable(layouts)) or _refusal(sheet.file, head, layouts))
    if len(fits) > 1:
        titles = ", ".join(sheet.title for sheet, _, _ in fits)
        fix = "choose one with --sheet NAME"
        raise InputError([Problem(sheets[0].file, "one sheet with a table", f"the sheets {titles}", fix=fix)])
    sheet = fits[0][0]
    told = () if sheet is sheets[0] else (Remark(f"{sheet.file}: read sheet {sheet.title}", "sheet", is_note=True),)
    return sheet, fit(*fits[0], told)


def locate(sheet: Sheet, families: Iterable[str]) -> tuple[Head, Layout | None]:
    """The header of a sheet and the layout of these families that it fits; or what is most like a header, and None."""
    for head in sheet.heads():
        if layout := fitting(head.names, families):
            return head, layout
    return max(sheet.heads(), key=lambda head: _known(head.names, families)), None


def fitting(header: Sequence[str], families: Iterable[str]) -> Layout | None:
    """The layout of these families that a header fits, or None."""
    names = set(map(name_key, header))
    layouts = (layout for family in families for layout in each_layout(family))
    return next((each for each in layouts if not missing_names(each, names) and not _unwanted(each, names)), None)


def _known(header: Sequence[str], families: Iterable[str]) -> int:
    """How many names of a header the layouts know."""
    aliases = set(chain.from_iterable(layout.aliases for family in families for layout in each_layout(family)))
    return len(aliases & set(map(name_key, header)))


def place_of(header: Sequence[str], aliases: Iterable[str]) -> int | None:
    """Where the first of these names stands in a header, or None."""
    names = list(map(name_key, header))
    return next((names.index(name_key(alias)) for alias in aliases if name_key(alias) in names), None)


def missing_names(layout: Layout, names: set[str]) -> list[str]:
    """The columns that a layout requires and a header with names of these keys does not have."""
    return [name for name in layout.required if names.isdisjoint(layout.aliases.get(name_key(name), {name_key(name)}))]


def _unwanted(layout: Layout, names: set[str]) -> list[str]:
    return [name for name in layout.absent if name_key(name) in names]


def fit(sheet: Sheet, head: Head, layout: Layout, remarks: Sequence[Remark] = ()) -> Match:
    """How a layout fits a header. Raises InputError for columns that are there twice."""
    file, header = sheet.file, head.names
    places = {name_key(name): place for place, name in reversed([*enumerate(header)])}
    own = {name for each in layouts_of("roster") for name in each.aliases} if layout.is_of_cms else set()
    known = own | set(layout.aliases)
    others: dict[str, int] = {}
    for place, name in enumerate(header):
        if name and name_key(name) not in known:
            others.setdefault(name, place)
    is_ours = layout.family == "roster"
    _refuse_duplicates(file, head, set(layout.aliases) - {*layout.repeated}, name_key)
    if is_ours:
        _refuse_duplicates(file, head, set(map(str.lower, others)), str.lower)
    unnamed = tuple(place for place, name in enumerate(header) if not name)
    # Of CMS's files many columns are not used.
    free = [name for name in layout.columns if name_key(name) not in places] if is_ours else []
    near = {**misspelled(list(others)[:_MOST_COMPARED], free), **_names_of_cms(others, free)} if is_ours else {}
    told = [*sheet.remarks, *remarks, *not_used(file, near), *_uncertain_year(file, head, layout)]
    if any(map(any, sheet.top[: head.row - 1])):
        text = f"{file}: the header ends with row {head.row}; what stands above it is left out"
        told.append(Remark(text, "header_row", is_note=not any(map(_is_data, sheet.top[: head.row - 1]))))
    return Match(layout, places, others, unnamed, tuple(told), head)


def _is_data(row: Sequence[str]) -> bool:
    """Whether a row above the header looks like one of the table, as where a sort has moved the header."""
    return sum(cell.strip().lstrip("$-(").replace(",", "").replace(".", "")[:1].isdigit() for cell in row) > 1


def there_twice(file: str, head: Head, places: Sequence[int]) -> Problem:
    """The problem of columns at several places which are one."""
    name, *others = dict.fromkeys(head.names[place] for place in places)
    twice = f"{' and '.join(['it', *others])} in columns {' and '.join(str(place + 1) for place in places)}"
    return Problem(file, "each column once", twice, head.row, name, "remove or rename one")


def _refuse_duplicates(file: str, head: Head, checked: set[str], same: Callable[[str], str]) -> None:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(head.names):
        places.setdefault(same(name), []).append(place)
    problems = [there_twice(file, head, found) for name, found in places.items() if len(found) > 1 and name in checked]
    if problems:
        raise InputError(problems)


def misspelled(others: Iterable[str], free: Sequence[str]) -> dict[str, str]:
    """Which of the names that no contract has are almost one of the `free` ones, and which one."""
    near = {name: nearest(name.lower().replace(" ", "_"), free, cutoff=_CLOSE) for name in others}
    return {name: found[0] for name, found in near.items() if found}


def _names_of_cms(others: Collection[str], free: Sequence[str]) -> dict[str, str]:
    """Columns of a roster that have the name of CMS's public use files for a column that the roster does not have."""
    if not others:
        return {}
    ours = {name_key(alias): column for column in free for alias in names_of_column("cms-puf", column)}
    return {name: ours[name_key(name)] for name in others if name_key(name) in ours}


def _uncertain_year(file: str, head: Head, layout: Layout) -> list[Remark]:
    """A warning where a year is known by columns that are absent, of a file that is cut to a few."""
    if layout.family != "cms-puf" or not layout.absent or len(head.names) >= _FULL:
        return []
    if place_of(head.names, names_of_column("cms-puf", "performance_year")) is not None:
        return []
    text = f"{file}: taken for performance year {layout.years[0]} as columns of other years are absent, but only "
    text += f"{len(head.names)} columns are there; add a column year"
    return [Remark(text, "year_uncertain")]


def names_of_column(family: str, column: str) -> list[str]:
    """The names that a column has in the layouts of a family."""
    layouts = (layout for layout in layouts_of(family) if column in layout.columns)
    return list(dict.fromkeys(name for layout in layouts for name in layout.columns[column].sources))


def not_used(file: str, near: Mapping[str, str]) -> list[Remark]:
    """Warnings of columns by misspelled name."""
    return [
        Remark(f"{file}, column {name}: unknown column, ignored; did you mean {meant}?", "unknown_column")
        for name, meant in near.items()
    ]


def _refusal(file: str, head: Head, candidates: Sequence[Layout]) -> list[Problem]:
    header = head.names
    names = set(map(name_key, header))

    def differing(layout: Layout) -> int:
        return len([*missing_names(layout, names), *_unwanted(layout, names)])

    def lacks_one(layout: Layout) -> bool:
        """Whether only one column is not as it should be: that is its only one, or the next line would tell."""
        return differing(layout) == 1 and 2 * len(names & set(layout.aliases)) > len(names)

    nearest_by_share = min(candidates, key=lambda each: differing(each) / len(each.required))
    closest = next(filter(lacks_one, candidates), nearest_by_share)
    missing, unwanted = missing_names(closest, names), _unwanted(closest, names)
    known = len(closest.required) - len(missing)
    if known < _KNOWN_ENOUGH * len(closest.required) and not lacks_one(closest):
        near = f"; nearest is {closest.label} with {known} of {len(closest.required)} required columns"
        found = f"another table{near if len(candidates) > 1 else ''}"
        return [Problem(file, _readable(candidates), found, head.row, fix="missing: " + ", ".join(missing))]
    strange = [each for each in header if each and name_key(each) not in closest.aliases]
    here, none = f"this column ({closest.label})", f"no such column ({closest.label})"
    fixes = {name: renaming(name, strange) or "add it" for name in missing}
    return [
        *(Problem(file, here, "no such column", head.row, name, fix) for name, fix in fixes.items()),
        *(Problem(file, none, closest.absent_means, head.row, name) for name in unwanted),
    ]


def renaming(name: str, header: Sequence[str], cutoff: float = 0.5) -> str:
    """Which columns are nearly of a name that is missing, as words to mend it; nothing where none is."""
    by_lower = {each.lower(): each for each in header}
    near = nearest(name.lower(), by_lower, most=3, cutoff=cutoff)
    return f"rename {' or '.join(by_lower[each] for each in near)} if it is meant" if near else ""


def _readable(layouts: Sequence[Layout]) -> str:
    """The layouts in words: `ACO roster or CMS public use file, performance year 2013 to 2024`."""
    first: dict[str, Layout] = {}
    last = {layout.label.rstrip(digits): layout for layout in layouts}
    for layout in layouts:
        first.setdefault(layout.label.rstrip(digits), layout)
    return " or ".join(
        each.label if each is last[kind] else f"{each.label} to {last[kind].years[-1]}" for kind, each in first.items()
    )
