"""The table people read: only whole columns, amounts never cut, colors where the terminal has them."""

import io
import math
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from aco_cli.outputs import cells
from aco_cli.outputs.arrange import GAP, Arrangement, Field, arrange, fitting
from aco_cli.outputs.columns import OutputColumn, Unit
from aco_cli.outputs.phrases import ROUNDED, WHOLE_DOLLARS, acos

# A control character in a name could drive the terminal.
CONTROL = r"[\x00-\x1f\x7f-\x{9f}]"
LONGEST_TOLD = 40
# Wider than any line, as nothing is left to rich to fold.
MOST = 100_000
TRAILING = re.compile(r" +$", re.MULTILINE)
NEW_LINE = Segment("\n")
PLAIN = Style.null()
BOLD = Style(bold=True)
QUIET = Style(dim=True)
GREEN = Style(color="green")
RED = Style(color="red")
SIGNED = frozenset({"settlement", "net_payment"})
OUTCOMES = {
    "earned": Style(color="green", dim=True),
    "owed": Style(color="red", dim=True),
    "not-calculable": Style(color="yellow", dim=True),
}


def render_table(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool) -> bytes:
    """Return the table for a file or a pipe: every column in full, no color."""
    drawn, _ = draw(frame, columns, width=None, color=False, exact=exact)
    return drawn.encode()


def draw(
    frame: pd.DataFrame,
    columns: Sequence[OutputColumn],
    *,
    width: int | None,
    color: bool,
    exact: bool,
    asked: bool = False,
) -> tuple[str, str]:
    """Return the table for a terminal of a width (None: as wide as it is), and a note on the columns left out.

    Amounts are whole US dollars and rates percent with two decimals; `exact` shows every digit. Columns that were
    `asked` for are all shown, in several tables where one does not hold them. A single row is a card, with labels down
    the side and cents. The note is "" when nothing is left out.
    """
    colors: dict[str, Any] = {"force_terminal": color, "color_system": "auto" if color else None, "no_color": not color}
    console = Console(file=io.StringIO(), width=MOST, height=1, **colors)
    fields = _fields(frame, columns, exact=exact, asked=asked)
    is_wide = width is not None and len(arrange(fields, width)) > 1
    if width is not None and len(frame) == 1 and (is_wide or not asked):
        segments, note = list(_card(frame, columns, width, console, exact=exact)), ""
    else:
        sections = [] if asked or width is None else [field for field in fields if field.section]
        beside = [field for field in fields if field not in sections]
        shown = beside if asked or not is_wide else fitting(beside, width or 0)
        segments = list(_tables(arrange(shown, width), len(frame), console, sections))
        left = [field for field in beside if field not in shown]
        told = [field for field in left if field.constant and not field.blank and field.content <= LONGEST_TOLD]
        for line in _captions(shown, told, exact=exact):
            segments += [
                part for text in _fold(line, width or MOST, console) for part in (Segment(text, QUIET), NEW_LINE)
            ]
        out = len(left) - len(told)
        note = f"{out} more column{'' if out == 1 else 's'}: --columns all" if out else ""
    with console.capture() as captured:
        console.print(Segments(segments), end="", crop=False)
    return TRAILING.sub("", captured.get()), note


_AMOUNT = re.compile(r"-?[0-9,]+")


def _captions(shown: Sequence[Field], told: Sequence[Field], *, exact: bool) -> Iterator[str]:
    """What a reader must know of the table: what holds for every row, and how amounts are rounded."""
    if told:
        yield f"All rows: {'; '.join(f'{field.column.label} {field.cells[0]}' for field in told)}."
    if not exact and any(field.column.unit is Unit.USD for field in shown):
        yield WHOLE_DOLLARS if all(map(_adds_up, shown)) else f"{WHOLE_DOLLARS} {ROUNDED}"


def _adds_up(field: Field) -> bool:
    """Whether the amounts shown add up to the total shown, as far as there is one: the first may count rows instead."""
    if field.column.unit is not Unit.USD or not _AMOUNT.fullmatch(field.total):
        return True
    return sum(_dollars(cell) for cell in field.cells) == _dollars(field.total)


def _dollars(cell: str) -> int:
    return int(cell.replace(",", "") or 0)


def _card(
    frame: pd.DataFrame, columns: Sequence[OutputColumn], width: int, console: Console, *, exact: bool
) -> Iterator[Segment]:
    """Yield a single row as lines of label and value; a column without a value is left out."""
    cells = [(column, _texts(frame[column.name], column, exact=exact, decimals=2)[0]) for column in columns]
    said = [(column, cell) for column, cell in cells if cell]
    side = max((cell_len(column.label) for column, _ in said), default=0)
    for column, cell in said:
        text = re.sub(r"^(-?)", r"\1$", cell) if column.unit is Unit.USD and not exact else cell
        style = _style(column, cell) if _style(column, cell) is not PLAIN else BOLD if column.answer else PLAIN
        room = max(width - side - GAP, 10) if column.unit is Unit.TEXT else MOST
        for place, part in enumerate(_fold(text, room, console)):
            yield Segment((column.label if not place else "").ljust(side + GAP), QUIET)
            yield from (Segment(part, style), NEW_LINE)


def _fields(frame: pd.DataFrame, columns: Sequence[OutputColumn], *, exact: bool, asked: bool) -> list[Field]:
    """The columns as text. Sums leave out rows in which a group of columns is known only in part, and say so."""
    texts = [_texts(frame[column.name], column, exact=exact) for column in columns]
    is_partial = _partly_known(frame, columns)
    whole = frame[~is_partial]
    totals = [_total(whole[column.name], column, exact=exact) for column in columns]
    places = [place for place, column in enumerate(columns) if not column.total]
    sure = [place for place in places if columns[place].key and len(set(texts[place])) != 1]
    if places and any(column.total for column in columns):
        counted = _counted(whole)
        if is_partial.any():
            counted = f"{whole['aco_id'].nunique():,} of {_counted(frame)}" if "aco_id" in frame else counted
        totals[places[0] if asked or not sure else sure[0]] = counted
    return [Field(*parts) for parts in zip(columns, texts, totals, strict=True)]


def _counted(frame: pd.DataFrame) -> str:
    """The label of the totals row; an ACO of several years counts once."""
    return acos(frame["aco_id"].nunique()) if "aco_id" in frame else "Total"


def _partly_known(frame: pd.DataFrame, columns: Sequence[OutputColumn]) -> NDArray[np.bool_]:
    """The rows in which of the summed columns of a group some are known and others are not."""
    groups: dict[str, list[str]] = {}
    for column in columns:
        if column.total and column.group:
            groups.setdefault(column.group, []).append(column.name)
    known = [np.column_stack([~np.isnan(cells.numbers(frame[name])) for name in names]) for names in groups.values()]
    partial = [each.any(axis=1) & ~each.all(axis=1) for each in known]
    return np.logical_or.reduce(partial) if partial else np.zeros(len(frame), dtype=np.bool_)


def _texts(series: "pd.Series[Any]", column: OutputColumn, *, exact: bool, decimals: int = 0) -> list[str]:
    shown = pc.fill_null(cells.for_people(series, column, exact=exact, dollar_decimals=decimals), "")
    if column.unit is Unit.TEXT:
        shown = pc.replace_substring_regex(shown, CONTROL, " ")
    return list(shown.to_pylist())


def _total(series: "pd.Series[Any]", column: OutputColumn, *, exact: bool) -> str:
    """Return the sum of the amounts as a file gives them, so that it equals the sum of the file."""
    if not column.total:
        return ""
    amounts = cells.amounts(series, column, exact=exact)
    known = amounts[~np.isnan(amounts)]
    return _texts(pd.Series([math.fsum(known)]), column, exact=exact)[0] if known.size else ""


def _tables(
    layouts: Sequence[Arrangement], rows: int, console: Console, sections: Sequence[Field]
) -> Iterator[Segment]:
    headings = [
        ", ".join(f"{field.column.label} {field.cells[row]}".strip() for field in sections if field.cells[row])
        for row in range(rows)
    ]
    for place, layout in enumerate(layouts):
        if place:
            yield NEW_LINE
        yield from _table(layout, headings, console)


def _table(layout: Arrangement, headings: Sequence[str], console: Console) -> Iterator[Segment]:
    """Yield a table with a heading above the first of the rows that have it."""
    rule = (Segment("─" * layout.width, QUIET), NEW_LINE)
    yield from _row(layout, [field.column.label for field in layout.fields], console, BOLD)
    yield from rule
    for row, heading in enumerate(headings):
        if heading and (not row or heading != headings[row - 1]):
            for part in _fold(heading, layout.width, console):
                yield from (Segment(part, BOLD), NEW_LINE)
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
