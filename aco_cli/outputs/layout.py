"""Which columns of a table fit a terminal, and how wide each becomes. Widths are in terminal cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from aco_cli.outputs.columns import OutputColumn, Unit

GAP = 2


@dataclass(frozen=True)
class Field:
    """A column ready to be drawn: its cells as text, one a row, and its cell in the totals row."""

    column: OutputColumn
    cells: list[str]
    total: str

    @property
    def content(self) -> int:
        """The width of the widest cell."""
        return max((cell_len(cell) for cell in (self.total, *set(self.cells))), default=0)

    @property
    def blank(self) -> bool:
        """Whether no cell says anything: a column of blanks and zeros."""
        return set(self.cells) <= {"", "0"}


@dataclass(frozen=True)
class Arrangement:
    """The fields to draw with their widths, in order, and the columns left out."""

    fields: list[Field]
    widths: list[int]
    hidden: list[OutputColumn]

    @property
    def width(self) -> int:
        """The width of a row."""
        return sum(self.widths) + GAP * (len(self.widths) - 1)


def arrange(fields: Sequence[Field], width: int | None) -> Arrangement:
    """Return the fields that fit a width in full, the most important first; all of them when width is None.

    A field that does not fit is left out and less important, narrower ones are still tried; blank ones come last, and
    only where nothing was left out. One field is always kept: text then folds to the width, and an amount keeps its
    own width whatever the terminal's.
    """
    natural = [max(cell_len(field.column.label), field.content) for field in fields]
    if width is None:
        return Arrangement(list(fields), natural, [])
    least = [_least(field) for field in fields]
    kept: list[int] = []
    room = width
    order = sorted(range(len(fields)), key=lambda place: (fields[place].blank, fields[place].column.priority))
    for tried, place in enumerate(order):
        if fields[place].blank and len(kept) < tried:
            break
        if not kept and fields[place].column.unit is Unit.TEXT:
            least[place] = min(least[place], width)
        if not kept or least[place] + GAP <= room:
            room -= least[place] + (GAP if kept else 0)
            kept.append(place)
    shown = sorted(kept)
    widths = _widen([least[place] for place in shown], [natural[place] for place in shown], max(room, 0))
    hidden = [field.column for place, field in enumerate(fields) if place not in kept]
    return Arrangement([fields[place] for place in shown], widths, hidden)


def _least(field: Field) -> int:
    """Return the smallest width that cuts nothing: a heading folds between words, only long text inside a cell."""
    content = field.content
    if field.column.unit is Unit.TEXT:
        content = min(content, field.column.folds_over)
    return max(content, *(cell_len(word) for word in field.column.label.split()), 1)


def _widen(widths: list[int], natural: list[int], room: int) -> list[int]:
    """Give the room left over to the columns that fold, from the left, until each has its natural width."""
    widened = []
    for width, wished in zip(widths, natural, strict=True):
        extra = min(room, max(wished - width, 0))
        widened.append(width + extra)
        room -= extra
    return widened
