"""The table people read: only whole columns, amounts never cut, colors where the terminal has them.

Which columns fit, and how wide each becomes, is in terminal cells.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from aco_cli.outputs import cells
from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.phrases import acos

# A control character in a name could drive the terminal.
CONTROL = r"[\x00-\x1f\x7f-\x{9f}]"
CAPTION = "Amounts in whole US dollars; --format csv has the cents."
TRAILING = re.compile(r" +$", re.MULTILINE)
NEW_LINE = Segment("\n")
PLAIN = Style.null()
BOLD = Style(bold=True)
QUIET = Style(dim=True)
GREEN = Style(color="green")
RED = Style(color="red")
GAP = 2
SIGNED = frozenset({"settlement", "net_payment"})
OUTCOMES = {
    "earned": Style(color="green", dim=True),
    "owed": Style(color="red", dim=True),
    "not-calculable": Style(color="yellow", dim=True),
}


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


def render_table(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool) -> bytes:
    """Return the table for a file or a pipe: every column in full, no color."""
    drawn, _ = draw(frame, columns, width=None, color=False, exact=exact)
    return drawn.encode()


def draw(
    frame: pd.DataFrame, columns: Sequence[OutputColumn], *, width: int | None, color: bool, exact: bool
) -> tuple[str, str]:
    """Return the table for a terminal of a width (None: as wide as it is), and a note on the columns left out.

    Amounts are whole US dollars and rates percent with two decimals; `exact` shows every digit. The note is ""
    when every column is shown.
    """
    layout = arrange(_fields(frame, columns, exact=exact), width)
    colors: dict[str, Any] = {"force_terminal": color, "color_system": "auto" if color else None, "no_color": not color}
    console = Console(file=io.StringIO(), width=max(width or 0, layout.width, 1), height=1, **colors)
    segments = list(_segments(layout, len(frame), console))
    if not exact and any(field.column.unit is Unit.USD for field in layout.fields):
        for line in _fold(CAPTION, width or len(CAPTION), console):
            segments += [Segment(line, QUIET), NEW_LINE]
    with console.capture() as captured:
        console.print(Segments(segments), end="", crop=False)
    return TRAILING.sub("", captured.get()), _note(layout.hidden)


def _note(hidden: Sequence[OutputColumn]) -> str:
    names = ", ".join(column.name for column in hidden)
    count, them = ("1 column", "it") if len(hidden) == 1 else (f"{len(hidden)} columns", "them")
    return f"{count} hidden at this width: {names}; --columns or --format csv shows {them}" if hidden else ""


def _fields(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool) -> list[Field]:
    totals = [_total(frame[column.name], column, exact=exact) for column in columns]
    label_place = next((place for place, column in enumerate(columns) if not column.total), None)
    if label_place is not None and any(column.total for column in columns):  # an ACO of several years counts once
        totals[label_place] = acos(frame["aco_id"].nunique()) if "aco_id" in frame else "Total"
    return [
        Field(column, _texts(frame[column.name], column, exact=exact), total)
        for column, total in zip(columns, totals, strict=True)
    ]


def _texts(series: pd.Series[Any], column: OutputColumn, *, exact: bool) -> list[str]:
    shown = pc.fill_null(cells.for_people(series, column, exact=exact, dollar_decimals=0), "")
    if column.unit is Unit.TEXT:
        shown = pc.replace_substring_regex(shown, CONTROL, " ")
    return list(shown.to_pylist())


def _total(series: pd.Series[Any], column: OutputColumn, *, exact: bool) -> str:
    """Return the sum of the amounts as a file gives them, so that it equals the sum of the file."""
    if not column.total:
        return ""
    amounts = cells.amounts(series, column, exact=exact)
    known = amounts[~np.isnan(amounts)]
    return _texts(pd.Series([math.fsum(known)]), column, exact=exact)[0] if known.size else ""


def _segments(layout: Arrangement, rows: int, console: Console) -> Iterator[Segment]:
    rule = (Segment("─" * layout.width, QUIET), NEW_LINE)
    yield from _row(layout, [field.column.label for field in layout.fields], console, BOLD)
    yield from rule
    for row in range(rows):
        yield from _row(layout, [field.cells[row] for field in layout.fields], console)
    if any(field.total for field in layout.fields):
        yield from rule
        yield from _row(layout, [field.total for field in layout.fields], console, BOLD)


def _row(layout: Arrangement, texts: Sequence[str], console: Console, style: Style | None = None) -> Iterator[Segment]:
    """Yield a row of the table, as many lines high as its most folded cell."""
    folded = [_fold(text, width, console) for text, width in zip(texts, layout.widths, strict=True)]
    styles = [style or _style(field.column, text) for field, text in zip(layout.fields, texts, strict=True)]
    for parts in zip_longest(*folded, fillvalue=""):
        for place, (field, part, width) in enumerate(zip(layout.fields, parts, layout.widths, strict=True)):
            blank, cell = Segment(" " * (width - cell_len(part))), Segment(part, styles[place])
            yield Segment(" " * GAP if place else "")
            yield from (blank, cell) if field.column.numeric else (cell, blank)
        yield NEW_LINE


def _fold(text: str, width: int, console: Console) -> list[str]:
    if cell_len(text) <= width:
        return [text]
    return [line.plain.rstrip() for line in Text(text).wrap(console, width, overflow="fold", no_wrap=False)]


def _style(column: OutputColumn, text: str) -> Style:
    if column.name == "outcome":
        return OUTCOMES.get(text, QUIET)
    if column.name not in SIGNED or text in {"", "0"}:
        return PLAIN
    return RED if text.startswith("-") else GREEN
