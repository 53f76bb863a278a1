"""Which columns fit a width: what the table answers always, what belongs together or not at all, the rest by priority.

Widths are in terminal cells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rich.cells import cell_len

from aco_cli.outputs.columns import OutputColumn, Unit

GAP = 2


@dataclass(frozen=True)
class Field:
    """A column ready to be drawn: its cells as text, one a row, and its cell in the totals row."""

    column: OutputColumn
    cells: list[str]
    total: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The different cells."""
        return frozenset(self.cells)

    @cached_property
    def content(self) -> int:
        """The width of the widest cell."""
        return max((cell_len(cell) for cell in (self.total, *self.words)), default=0)

    @cached_property
    def least(self) -> int:
        """The smallest width that cuts nothing: a heading folds between words, only long text inside a cell."""
        folded = self.column.folds_over if self.column.unit is Unit.TEXT else self.content
        return max(min(self.content, folded), *(cell_len(word) for word in self.column.label.split()), 1)

    @property
    def natural(self) -> int:
        """The width at which nothing folds."""
        return max(cell_len(self.column.label), self.content)

    @property
    def blank(self) -> bool:
        """Whether no cell says anything: a column of blanks and zeros."""
        return self.words <= {"", "0"}

    @property
    def constant(self) -> bool:
        """Whether every row says the same."""
        return len(self.cells) > 1 and len(self.words) == 1

    @property
    def section(self) -> bool:
        """Whether its cells are headings of sections: where there are several."""
        return self.column.section and not self.constant

    @property
    def kept(self) -> bool:
        """Whether it is shown at any width: an answer, or a key that tells rows apart."""
        return self.column.answer or (self.column.key and not self.constant)


@dataclass(frozen=True)
class Arrangement:
    """Fields beside each other, in order, with their widths."""

    fields: list[Field]
    widths: list[int]

    @property
    def width(self) -> int:
        """The width of a row."""
        return _row_width(self.widths)


def fitting(fields: Sequence[Field], width: int) -> list[Field]:
    """The fields to show in a width, in order: those that are always kept, then what fits, the most important first.

    Fields of one group are shown together or not at all. What does not fit is left out, and less important, narrower
    groups are still tried; those that say nothing or the same in every row come last, and only where nothing was left
    out. One group is always shown.
    """
    groups: dict[str, list[Field]] = {}
    for field in fields:
        groups.setdefault(field.column.group or field.column.name, []).append(field)
    ordered = sorted(groups.values(), key=_rank)
    shown: list[Field] = []
    for tried, group in enumerate(ordered):
        if _is_dull(group) and len(shown) < sum(map(len, ordered[:tried])):
            break
        wider = [*shown, *group]
        if not shown or any(field.kept for field in group) or _row_width(field.least for field in wider) <= width:
            shown = wider
    return [field for field in fields if field in shown]


def arrange(fields: Sequence[Field], width: int | None) -> list[Arrangement]:
    """The fields beside each other, or, where a width is too small for that, below each other with the keys repeated.

    Text folds to the width at last, and an amount keeps its own width whatever the terminal's.
    """
    if width is None:
        return [Arrangement(list(fields), [field.natural for field in fields])]
    keys = [field for field in fields if field.column.key and not field.constant] or list(fields[:1])
    parts: list[list[Field]] = [[]]
    for field in fields:
        if parts[-1] and _row_width(each.least for each in (*parts[-1], field)) > width:
            is_room = _row_width(each.least for each in (*keys, field)) <= width
            parts.append([each for each in keys if each in parts[0]] if is_room else [])
        parts[-1].append(field)
    return [Arrangement(part, _widths(part, width)) for part in parts]


def _rank(group: Sequence[Field]) -> tuple[bool, bool, bool, int]:
    is_blank = all(field.blank for field in group)
    return (
        not any(field.kept for field in group),
        is_blank,
        _is_dull(group),
        min(field.column.priority for field in group),
    )


def _is_dull(group: Sequence[Field]) -> bool:
    return all((field.blank or field.constant) and not field.kept for field in group)


def _row_width(widths: Iterable[int]) -> int:
    each = list(widths)
    return sum(each) + GAP * (len(each) - 1)


def _widths(fields: Sequence[Field], width: int) -> list[int]:
    """The least widths, and the room left over given to the columns that fold, from the left."""
    least = [field.least for field in fields]
    if len(fields) == 1 and fields[0].column.unit is Unit.TEXT:
        least = [min(least[0], width)]
    room, widened = max(width - _row_width(least), 0), []
    for field, narrow in zip(fields, least, strict=True):
        extra = min(room, max(field.natural - narrow, 0))
        widened.append(narrow + extra)
        room -= extra
    return widened
